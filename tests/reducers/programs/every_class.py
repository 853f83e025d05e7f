import builtins
import sys
import types

ARGUMENTS = [
    (),
    ("m",),
    (2, "t"),
    (2, "t", "f"),
    (2, "t", "f", None, "g"),
    (11, "x", 7),
    ("m", ("f", 1, 2, "t", 1, 3)),
    ("utf-8", b"ab", 0, 1, "r"),
    ("utf-8", "ab", 0, 1, "r"),
    ("ab", 0, 1, "r"),
    ("g", [ValueError(1), KeyError("k")]),
]
CLASSES = [each for each in vars(builtins).values() if isinstance(each, type) and issubclass(each, BaseException)]
FIELD_TYPES = types.MemberDescriptorType, types.GetSetDescriptorType


def members(kind):
    # AttributeError.obj is left out, as by pickle.
    return sorted(
        {
            name
            for base in kind.__mro__
            for name, field in vars(base).items()
            if isinstance(field, FIELD_TYPES) and (base, name) != (AttributeError, "obj") and name != "__weakref__"
        }
        - {"__traceback__", "__dict__"}
    )


def plain(value):
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(each) for each in value]
    return repr(value)


def describe(error):
    steps, step = [], error.__traceback__
    while step is not None:
        steps.append(step.tb_lineno)
        step = step.tb_next
    found = {name: plain(getattr(error, name, "no such member")) for name in members(type(error))}
    return type(error).__name__, str(error), repr(error), found, plain(sorted(error.__dict__.items())), steps


def subclasses(kind):
    yield type("Plain", (kind,), {})
    group = issubclass(kind, BaseExceptionGroup)

    def __init__(self, *, arguments):
        if group:
            super(cls, self).__init__()
        else:
            super(cls, self).__init__(*arguments)
        self.extra = [1]

    def __new__(cls, *, arguments):
        return kind.__new__(cls, *arguments)

    cls = type("WithConstructor", (kind,), {"__init__": __init__, "__new__": __new__})
    yield cls
    if kind is OSError:
        yield type("WithSlot", (kind,), {"__slots__": ("slot",)})


def create(kind, arguments):
    if kind.__name__ == "WithConstructor":
        return kind(arguments=arguments)
    error = kind(*arguments)
    if kind.__name__ == "WithSlot":
        error.slot = "in a slot"
    return error


def raise_it(error):
    try:
        try:
            {}["k"]
        except KeyError:
            raise error
    except BaseException as caught:
        return caught


def changes(kind, arguments, error):
    yield lambda error: None

    def replace_args(error):
        error.args = (("replaced",), 5, 6)

    yield replace_args
    for name in members(kind):
        value = getattr(error, name, None)
        if name.startswith("__") or name in ("args", "message", "exceptions"):
            continue
        new = {str: "changed", bytes: b"changed", int: 1}.get(type(value), "changed")
        yield lambda error, name=name, new=new: setattr(error, name, 3 if name == "characters_written" else new)
        if (
            sys.implementation.name != "pypy"
            and not issubclass(kind, UnicodeError)
            and value is not None
            and name != "characters_written"
        ):
            yield lambda error, name=name: delattr(error, name)


def errors_of(kind):
    raised = False
    for kind in (kind, *subclasses(kind)):
        possible = []
        for arguments in ARGUMENTS if len(members(kind)) > 4 else ARGUMENTS[:3]:
            try:
                create(kind, arguments)
            except (TypeError, ValueError):
                continue
            possible.append(arguments)
        # Each member is changed once, of what has most arguments.
        for arguments in possible:
            first = create(kind, arguments)
            for change in changes(kind, arguments, first) if arguments == max(possible, key=len) else [lambda error: None]:
                error = create(kind, arguments)
                change(error)
                raised = not raised
                yield raise_it(error) if raised else error
