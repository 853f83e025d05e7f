"""A description of any object as text that is the same for equal objects in two processes.

`describe` reads what a user can see: the type, `repr`, the elements of containers, attributes, slots, and what an
exception keeps in fields of its own.  Functions are described by their signature, classes by their attributes.
"""

import itertools
import re
import types

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
_DEPTH = 6
_MANY = 60
# Made by the interpreter, or left in a class by its use; the last ones, pickling itself leaves there.
_VOLATILE = {
    "__annotate__", "__annotate_func__", "__annotations__", "__annotations_cache__", "__dict__", "__weakref__",
    "__abstractmethods__", "_abc_impl", "__slotnames__", "__static_attributes__", "__firstlineno__", "__classdictcell__",
    "__module__", "__doc__", "__match_args__", "cache_parameters", "__reduce_cython__", "__setstate_cython__",
}  # fmt: skip


def describe(obj):
    """Return the description of `obj`."""
    return _Describer().value(obj, 0)


class _Describer:
    def __init__(self):
        self.numbers = {}
        self.alive = []

    def value(self, obj, depth):
        kind = type(obj)
        if obj is None or kind in (bool, int, float, complex, str, bytes):
            return repr(obj)[:300]
        if id(obj) in self.numbers:
            return f"#{self.numbers[id(obj)]}"
        if kind is not tuple:
            self.numbers[id(obj)] = len(self.numbers)
            self.alive.append(obj)
        if depth >= _DEPTH:
            return self.name(kind)
        try:
            return self.parts(obj, kind, depth + 1)
        except RecursionError:
            raise
        except Exception as error:
            return f"<{self.name(kind)} that cannot be described: {type(error).__name__}>"

    def parts(self, obj, kind, depth):
        if isinstance(obj, types.ModuleType):
            return f"module {obj.__name__}"
        if isinstance(obj, type):
            return self.described_class(obj, depth)
        if isinstance(obj, types.FunctionType):
            return self.described_function(obj, depth)
        if kind is types.MethodType:
            return f"method {obj.__func__.__qualname__} of {self.value(obj.__self__, depth)}"
        if kind is types.CodeType:
            return f"code {obj.co_qualname} {obj.co_names} {obj.co_varnames}"
        found = [self.name(kind)]
        if kind.__name__ == "ufunc":  # its attributes depend on which of NumPy's modules were imported
            return repr([*found, self.text(obj)])
        if isinstance(obj, (set, frozenset)):
            items = set.__iter__(obj) if isinstance(obj, set) else frozenset.__iter__(obj)
            # A describer for each: their numbers would depend on the order.
            found.append(sorted(_Describer().value(each, depth) for each in items)[:_MANY])
        elif isinstance(obj, dict):
            items = list(dict.items(obj))[:_MANY]
            found.append([(self.value(key, depth), self.value(each, depth)) for key, each in items])
        elif isinstance(obj, (list, tuple)):
            items = itertools.islice((list if isinstance(obj, list) else tuple).__iter__(obj), _MANY)
            found.append([self.value(each, depth) for each in items])
        elif isinstance(obj, BaseException):
            found.append(self.fields(obj, depth))
        else:
            for base in (int, float, complex, str, bytes, bytearray):
                if isinstance(obj, base):
                    found.append(base.__repr__(obj)[:300])
            found.append(self.text(obj))
        if isinstance(obj, (property, staticmethod, classmethod)):
            names = ("fget", "fset", "fdel") if isinstance(obj, property) else ("__func__",)
            found.append([self.value(getattr(obj, name), depth) for name in names])
        attributes = getattr(obj, "__dict__", None)
        if isinstance(attributes, dict) and attributes and kind not in (staticmethod, classmethod):
            found.append(
                [
                    (repr(name), self.value(attributes[name], depth))
                    for name in sorted(attributes, key=repr)
                    if name not in _VOLATILE
                ]
            )
        if not isinstance(obj, BaseException):  # `fields` has them
            found.append(self.slots(obj, kind, depth))
        if kind.__module__ in ("__main__", "shaped") and hasattr(kind, "probe"):
            found.append(self.value(obj.probe(), depth))
        if hasattr(kind, "__next__") and kind.__module__ in ("builtins", "itertools", "__main__"):
            # Whatever else is asked of an iterator comes before this: it uses it up.
            found.append([self.value(each, depth) for each in itertools.islice(obj, 10)])
        return repr(found)

    def text(self, obj):
        try:
            return _ADDRESS.sub("0x", repr(obj))[:2000]
        except Exception as error:
            return f"repr: {type(error).__name__}"

    def name(self, kind):
        return f"{kind.__module__}.{kind.__qualname__}"

    def fields(self, error, depth):
        """What an exception is made of: every member that C code has given its class, and the exceptions behind it."""
        found = {"str": self.text(error)}
        try:
            found["str"] = str(error)
        except Exception as broken:
            found["str"] = type(broken).__name__
        for base in type(error).__mro__:
            for name, member in vars(base).items():
                if isinstance(member, (types.GetSetDescriptorType, types.MemberDescriptorType)) and name not in (
                    "__class__",
                    "__dict__",
                    "__traceback__",
                    "__weakref__",
                ):
                    try:
                        found[name] = self.value(member.__get__(error), depth)
                    except Exception as broken:
                        found[name] = type(broken).__name__
        return sorted(found.items())

    def slots(self, obj, kind, depth):
        found = []
        for base in kind.__mro__:
            # Paths keep there what was asked of them.
            if base.__module__.startswith("pathlib"):
                continue
            for name, member in sorted(vars(base).items()):
                if type(member) is types.MemberDescriptorType and name != "__vectorcalloffset__":
                    try:
                        found.append((name, self.value(member.__get__(obj), depth)))
                    except AttributeError:
                        found.append((name, "empty"))
                    except TypeError:
                        continue
        return found

    def described_function(self, func, depth):
        code = func.__code__
        found = [func.__module__, func.__qualname__, func.__doc__, code.co_varnames, code.co_names, code.co_flags & 0xFF]
        found += [self.value(func.__defaults__, depth), self.value(func.__kwdefaults__, depth)]
        found += [(name, self.value(each, depth)) for name, each in sorted(vars(func).items()) if name != "__wrapped__"]
        return repr(("function", *found))

    def described_class(self, cls, depth):
        found = [self.name(cls), self.name(type(cls)), [self.name(base) for base in cls.__mro__]]
        if cls.__module__ in ("__main__", "shaped"):
            own = {name: each for name, each in vars(cls).items() if name not in _VOLATILE}
            # The interpreter puts slots behind the rest.
            found += [(name, self.value(own[name], depth)) for name in sorted(own)]
        return repr(("class", *found))
