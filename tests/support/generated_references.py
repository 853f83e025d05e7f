"""Programs whose classes, functions, constants and tables refer to each other in any direction, drawn by hypothesis.

Every constant is an instance of one of the classes.  Each has an integer `value`, and a method `told` that returns
integers.  What a program defines is in the tuple `o`, in the order of `names`.
"""

from __future__ import annotations

import textwrap

from generated import Draw, Program
from hypothesis import strategies as st

__all__ = ["programs"]

# The kinds of class.  `{load}` is an expression that runs when an instance is loaded, `{told}` one that does not.
_METHOD = """
    def told(self): return [self.value, self.other.value if self.other else None, {told}]
"""
_KINDS = {
    "plain": """
class {name}:
    weight = {weight}
    def __init__(self, value, other=None): self.value, self.other = value, other
""",
    "state": """
class {name}:
    weight = {weight}
    def __init__(self, value, other=None): self.value, self.other, self.scaled = value, other, value + {load}
    def __getstate__(self): return self.value, self.other
    def __setstate__(self, state):
        self.value, self.other = state
        self.scaled = self.value + {load}
""",
    "hashed": """
class {name}:
    weight = {weight}
    def __init__(self, value, other=None): self.value, self.other = value, other
    def __eq__(self, other): return type(self) is type(other) and self.value == other.value
    def __hash__(self): return hash((self.value, {load}))
""",
    "dataclass": """
@dataclasses.dataclass(frozen=True)
class {name}:
    weight = {weight}
    value: int
    other: object = dataclasses.field(default=None, compare=False)
""",
    "slotted dataclass": """
@dataclasses.dataclass(frozen=True, slots=True)
class {name}:
    weight: typing.ClassVar[int] = {weight}
    value: int
    other: object = dataclasses.field(default=None, compare=False)
""",
    "slots": """
class {name}:
    __slots__ = ("value", "other")
    weight = {weight}
    def __init__(self, value, other=None): self.value, self.other = value, other
""",
    "named tuple": """
class {name}(typing.NamedTuple):
    value: int
    other: object = None
    weight = {weight}
""",
    "reduced": """
class {name}:
    weight = {weight}
    def __init__(self, value, other=None): self.value, self.other, self.scaled = value, other, value + {load}
    def __reduce__(self): return {name}, (self.value, self.other)
""",
    "new": """
class {name}:
    weight = {weight}
    def __new__(cls, value, other=None):
        self = super().__new__(cls)
        self.value, self.other = value, other
        self.scaled = value + {load}
        return self
    def __getnewargs__(self): return (self.value,)
""",
}


class _References(Program):
    """A program that is being drawn."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(draw)
        self.classes = [f"C{number}" for number in range(self.count(3, 1))]
        self.helpers = [f"f{number}" for number in range(self.count(2))]
        self.constants = [f"k{number}" for number in range(self.count(4, 1))]
        self.tables = [f"t{number}" for number in range(self.count(2))]

    def reach(self, *, with_helpers: bool = True) -> str:
        """Return an integer expression that uses one of the program's objects."""
        kinds = ["literal", "weight", "constant", "best"]
        kinds += ["helper"] * (with_helpers and bool(self.helpers))
        kinds += ["length", "entry"] * bool(self.tables)
        match self.choose(kinds):
            case "weight":
                return f"{self.choose(self.classes)}.weight"
            case "constant":
                return f"{self.choose(self.constants)}.value"
            case "best":
                return f"getattr({self.choose(self.classes)}, 'best', {self.choose(self.constants)}).value"
            case "helper":
                return f"{self.choose(self.helpers)}(3)"
            case "length":
                return f"len({self.choose(self.tables)})"
            case "entry":
                return f"({self.choose(self.constants)} in {self.choose(self.tables)})"
            case _:
                return str(self.count(9))

    def source(self) -> str:
        lines = ["import dataclasses", "import typing"]
        for name in self.classes:
            kind = _KINDS[self.choose(_KINDS)]
            text = kind.format(name=name, weight=self.count(9), load=self.reach())
            lines += [text.strip("\n"), _METHOD.format(told=self.reach()).strip("\n")]
        for name in self.helpers:
            lines.append(f"def {name}(x): return x + {self.reach(with_helpers=False)}")
        made: list[str] = []
        for number, name in enumerate(self.constants):
            other = f", {self.choose(made)}" if made and self.flip() else ""
            lines.append(f"{name} = {self.choose(self.classes)}({number}{other})")
            made.append(name)
        # Before the tables, because a hash may use it.
        for name in self.classes:
            if self.flip():
                lines.append(f"{name}.best = {self.choose(self.constants)}")
        for name in self.tables:
            keys = ", ".join(f"{each}: {number}" for number, each in enumerate(made) if self.flip())
            lines.append(f"{name} = {{{keys}}}")
        for name in self.classes:
            if self.tables and self.flip():
                lines.append(f"{name}.table = {self.choose(self.tables)}")
        for name in self.helpers:
            if self.flip():
                lines.append(f"{name}.kept = {self.choose([*self.constants, *self.tables, *self.classes])}")
        names = [*self.classes, *self.helpers, *self.constants, *self.tables]
        root = self._draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        lines.append(f"o = ({', '.join(root)},)")
        return "\n".join(lines)


# Plain data about `o` of a program: the same in the reader.
DESCRIBE = textwrap.dedent("""
    def described(each):
        if isinstance(each, type):
            made = each(7)
            return ["class", each.weight, made.told(), each.best.value if hasattr(each, "best") else None,
                    described(each.table) if hasattr(each, "table") else None]
        if isinstance(each, dict):
            return ["table", [(key.value, value, key in each, each.get(key)) for key, value in each.items()]]
        if hasattr(each, "told"):
            return ["instance", type(each).__name__, each.told(), getattr(each, "scaled", None), each == each,
                    described(type(each))]
        kept = getattr(each, "kept", None)
        return ["function", each(4), kept is not None and described(kept)]
    result = repr([described(each) for each in o])
""")


@st.composite
def programs(draw: Draw) -> str:
    """Return the source of a program; it may fail."""
    return _References(draw).source()
