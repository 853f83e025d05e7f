"""Runs in a fresh process, below the text of the subjects: dumps each subject with each pickler, and describes it.

`SUBJECTS` maps labels to functions without arguments that return an object.  The result maps the label to the
description, and for each pickler that dumped it to the payload and what comparing the loaded object has said here.
"""

import cloudpickle  # noqa: I001
import lambdapkl
import pickle
import warnings
from describing import describe

warnings.simplefilter("ignore")


def compared(payload, obj):
    """Compare what `payload` gives with `obj`: is it the same object, equal, with an equal hash."""
    loaded = pickle.loads(payload)
    try:
        equal = bool(loaded == obj)
    except Exception as error:
        equal = type(error).__name__
    try:
        same_hash = hash(loaded) == hash(obj)
    except Exception as error:
        same_hash = type(error).__name__
    return repr((loaded is obj, equal, same_hash))


result = {}
for index, (label, make) in enumerate(SUBJECTS.items()):  # noqa: F821
    if index % every != first and label not in always:  # noqa: F821
        continue
    try:
        obj = make()
    except Exception:
        continue
    payloads, tried = {}, {}
    for pickler in (pickle, cloudpickle, lambdapkl):
        try:
            payloads[pickler.__name__] = pickler.dumps(obj, 5 if protocol is None else protocol)  # noqa: F821
        except Exception as error:
            tried[pickler.__name__] = None, f"{type(error).__name__}: {error}"[:300]
    if not payloads.keys() & {"pickle", "cloudpickle"}:
        continue
    description = describe(obj)
    # Last: loading what cloudpickle has written changes the class that is here.
    for name, payload in payloads.items():
        try:
            tried[name] = payload, compared(payload, obj)
        except Exception as error:
            tried[name] = payload, f"{type(error).__name__}: {error}"[:300]
    result[label] = description, tried
