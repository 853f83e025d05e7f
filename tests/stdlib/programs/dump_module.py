import importlib
import inspect
import sys
import types
import warnings

from __main__ import blocked, optional, pickler, samples_file, samples_text, subject, submodules

for name in blocked:
    assert name not in sys.modules, f"{name} is imported already"
    sys.modules[name] = None
modules = [importlib.import_module(each) for each in (subject, *submodules)]
for name in blocked:
    del sys.modules[name]
for module in modules:
    pickler.register_pickle_by_value(module)


def is_copied(module, name, value):
    # What is written in C has no content to copy: it goes by reference.
    if getattr(sys.modules.get(f"_{module.__name__}"), name, None) is value:
        return False
    if isinstance(value, type):
        heap, immutable = 1 << 9, 1 << 8
        return bool(value.__flags__ & heap) and not value.__flags__ & immutable
    return isinstance(value, types.FunctionType)


objects, copied = {}, []
for module in modules:
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None)
        own = isinstance(value, (type, types.FunctionType)) and home == module.__name__
        public = name in module.__all__ if hasattr(module, "__all__") else home == f"_{module.__name__}"
        if own or (callable(value) and public):
            objects[f"{module.__name__}:{name}"] = value
            if own and is_copied(module, name, value):
                copied.append(f"{module.__name__}:{name}")

warnings.simplefilter("ignore")
namespace = {"__name__": "__main__"}
exec(compile(samples_text, samples_file, "exec"), namespace)
needs = {}
for name, sample in namespace.items():
    if isinstance(sample, types.FunctionType) and not name.startswith("_"):
        parameters = inspect.signature(sample).parameters.values()
        needs[name] = [each.name for each in parameters if each.default is each.empty]
        for each in needs[name]:
            if each not in optional or hasattr(modules[0], each):
                objects[f"{subject}:{each}"] = getattr(modules[0], each)

# Before any sample runs: some classes count their instances.
together, single, errors = None, {}, {}
for name, value in [("together", objects), *objects.items()]:
    try:
        single[name] = pickler.dumps(value)
    except Exception as error:
        errors[name] = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
together = single.pop("together", None)

expected = {}
for name, each in needs.items():
    if all(f"{subject}:{need}" in objects for need in each):
        expected[name] = repr(namespace[name](*(getattr(modules[0], need) for need in each)))  # type: ignore[operator]

result = {"together": together, "single": single, "errors": errors, "copied": copied, "needs": needs, "expected": expected}
