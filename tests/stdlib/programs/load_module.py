import pickle
import sys
import warnings

from __main__ import copied, needs, only, payload, samples, samples_file, samples_text, subject

imported_before = subject in sys.modules
loaded = pickle.loads(payload)
imported_after = subject in sys.modules
objects = {only: loaded} if only else loaded
originals = []
for each in copied:
    module, _, name = each.partition(":")
    if each in objects and getattr(sys.modules.get(module), name, None) is objects[each]:
        originals.append(each)

warnings.simplefilter("ignore")
namespace = {"__name__": "__main__"}
exec(compile(samples_text, samples_file, "exec"), namespace)
found = {}
for name in samples:
    try:
        found[name] = repr(namespace[name](*(objects[f"{subject}:{each}"] for each in needs[name])))  # type: ignore[operator]
    except Exception:
        import traceback

        found[name] = traceback.format_exc()
result = {"imported_before": imported_before, "imported_after": imported_after, "originals": originals, "found": found}
