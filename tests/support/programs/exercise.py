import itertools
import types


def outcome(call, *args, depth=2):
    try:
        return describe(call(*args), depth)
    except RecursionError:
        raise
    except Exception as error:
        return type(error).__name__, str(error)


def describe(value, depth=2):
    if isinstance(value, types.CoroutineType):
        try:
            value.send(None)
        except StopIteration as stop:
            return "coroutine", describe(stop.value, depth)
    if isinstance(value, types.GeneratorType):
        return "generator", [describe(each, depth) for each in itertools.islice(value, 5)]
    if isinstance(value, types.FunctionType):
        signature = value.__name__, value.__qualname__, value.__doc__, value.__defaults__, value.__kwdefaults__
        attributes = [(name, describe(each, 0)) for name, each in vars(value).items()]
        calls = [outcome(value, *args, depth=depth - 1) for args in ((), (0,), (3,), (2, 5), (4, 1, 7))] if depth else []
        return repr(signature), attributes, calls
    if isinstance(value, types.MethodType):
        return "method", value.__qualname__, describe(value.__self__, 0)
    if isinstance(value, type):
        return describe_class(value, depth) if depth else value.__qualname__
    if isinstance(value, (tuple, list)):
        return [describe(each, depth) for each in value]
    if type(value).__module__ == "__main__":
        return describe_instance(value) if depth else type(value).__qualname__
    return repr(value)


def describe_class(cls, depth):
    facts = [cls.__name__, cls.__qualname__, cls.__doc__, type(cls).__name__, [each.__name__ for each in cls.__mro__]]
    # The interpreter puts slots behind the rest.
    slots = [name for name, value in vars(cls).items() if isinstance(value, types.MemberDescriptorType)]
    facts += [sorted(slots), [name for name in vars(cls) if name not in slots and name not in VOLATILE and name != "__doc__"]]
    facts += sorted((name, repr(value)) for name, value in vars(cls).items() if isinstance(value, (int, str, list)))
    return facts + [outcome(cls, *args, depth=1) for args in ((), (2,), (1, 2))]


# Made by the interpreter, when it has made the class or when somebody asks.
VOLATILE = {
    "__annotate__",
    "__annotate_func__",
    "__annotations__",
    "__annotations_cache__",
    "__dict__",
    "__doc__",
    "__weakref__",
}


def describe_instance(value):
    facts = [type(value).__name__]
    for name in sorted(dir(value)):
        if name.startswith("__") and name not in ("__call__", "__len__"):
            continue
        attribute = outcome(getattr, value, name, depth=0)
        facts.append((name, attribute))
        if callable(getattr(value, name, None)):
            facts += [outcome(getattr(value, name), *args, depth=0) for args in ((), (2,))]
    facts.append(outcome(setattr, value, "surprise", 1, depth=0))
    return facts
