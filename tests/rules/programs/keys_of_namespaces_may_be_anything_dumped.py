# mypy: disable-error-code="index, misc"
import functools
import types


class Folded(str):
    def __eq__(self, other):
        return isinstance(other, str) and str.lower(self) == str.lower(other)

    def __hash__(self):
        return hash(str.lower(self))


keys = [None, 7, 2.5, (1, 2), b"bytes", Folded("Name"), frozenset({1})]


def f():
    pass


for key in keys:
    vars(f)[key] = [key]
Kind = type("Kind", (), {"__module__": "__main__", "plain": 1, **{key: [key] for key in keys}})
module = types.ModuleType("made")
for key in keys:
    vars(module)[key] = [key]
instance = Kind()
for key in keys:
    vars(instance)[key] = [key]
wrapped = [staticmethod(f), classmethod(f), functools.lru_cache(f)]
for each in wrapped:
    for key in keys:
        vars(each)[key] = [key]
o = [f, Kind, module, instance, *wrapped]
