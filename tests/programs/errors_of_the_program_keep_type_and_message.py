import io
import pickle

import shop

import lambdapkl
from __main__ import protocol


def not_seekable(data):
    file = io.BytesIO(data)

    class Pipe:
        read, readline = file.read, file.readline

    return Pipe()


for name, (make, kind, text, restored) in shop.MAKE.items():
    data = lambdapkl.dumps([1, "text", make()], protocol)
    calls = {
        "pickle": lambda: pickle.loads(data),
        "loads": lambda: lambdapkl.loads(data),
        "load": lambda: lambdapkl.load(io.BytesIO(data)),
        "Unpickler": lambda: lambdapkl.Unpickler(io.BytesIO(data)).load(),
        "no seek": lambda: lambdapkl.load(not_seekable(data)),
    }
    for how, call in calls.items():
        try:
            call()
        except Exception as error:
            assert type(error) is kind and text in str(error), (name, how, repr(error))
            notes = getattr(error, "__notes__", [])
            if how not in ("pickle", "no seek"):
                assert len(notes) == 1 and notes[0].startswith("while restoring ") and restored in notes[0], (name, how, notes)
        else:
            assert False, (name, how)
