"""Instances whose class has code that `pickle` would run before the state is set (issue 16)."""

from __future__ import annotations

from .. import family

case = family(__name__)

LIBRARY = {
    "proxies.py": """
class Traced:
    def __init__(self, target): self.target, self.log = target, []
    def __getattr__(self, name):
        self.log.append(name)
        return getattr(self.target, name)
class Quiet:
    def __init__(self, target): self.target = target
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return getattr(self.target, name)
class Attributes(dict):
    def __init__(self, **items):
        super().__init__(items)
        self.__dict__ = self
class Event:
    __slots__ = ("key", "time")
    def __init__(self, key, time): self.key, self.time = key, time
class Sealed(Event):
    __slots__ = ()
    @property
    def key(self): return Event.key.__get__(self) + "!"
    def __init__(self, key, time): Event.key.__set__(self, key); self.time = time
"""
}

for where in ("by value", "importable"):
    start = LIBRARY["proxies.py"] if where == "by value" else "from proxies import Traced, Quiet, Attributes, Sealed"
    modules = {} if where == "by value" else LIBRARY
    case(
        f"__getattr__ that needs the state, {where}",
        f"{start}\no = Traced([3, 1, 2])",
        """
        o.sort()
        assert o.target == [1, 2, 3] and o.log == ["sort"] and set(vars(o)) == {"target", "log"}
        """,
        modules=modules,
    )
    case(
        f"__getattr__ that raises AttributeError for special names, {where}",
        f"{start}\no = Quiet([3, 1, 2])",
        "o.sort()\nassert o.target == [1, 2, 3] and vars(o) == {'target': [1, 2, 3]}",
        modules=modules,
    )
    case(
        f"dictionary that is its own __dict__, {where}",
        f"{start}\no = Attributes(lr=0.1)\no.inner = o",
        """
        o.decay = 0.9
        assert o["decay"] == 0.9 and o.lr == 0.1 and o.__dict__ is o and o.inner is o and list(o) == ["lr", "inner", "decay"]
        """,
        not_on_pypy="" if where == "importable" else "there, the restored dictionary and the attributes are apart",
        modules=modules,
    )
    case(
        f"slot behind a property without a setter, {where}",
        f"{start}\no = [Sealed('login', 9)]",
        "assert o[0].key == 'login!' and o[0].time == 9",
        modules=modules,
    )

case(
    "__getattr__ that answers for any name, and keeps a cycle",
    """
    class Remote:
        def __init__(self, url): self.url, self.itself = url, self
        def __getattr__(self, name):
            if name.startswith("__get") or name.startswith("__reduce"): raise AttributeError(name)
            return lambda *args: f"{name}{args}"
    o = Remote("tcp://h:1")
    """,
    "assert set(vars(o)) == {'url', 'itself'} and o.itself is o and o.url == 'tcp://h:1' and o.ping(1) == 'ping(1,)'",
)

case(
    "__getattribute__ that needs the state",
    """
    class Guarded:
        def __init__(self, names): self.names = names
        def __getattribute__(self, name):
            names = object.__getattribute__(self, "__dict__")["names"]
            if name in names or name.startswith("__"): return object.__getattribute__(self, name)
            raise AttributeError(f"{name} is not in {names}")
    o = Guarded(["names"])
    """,
    """
    assert o.names == ["names"]
    try: o.other
    except AttributeError as error: assert str(error) == "other is not in ['names']"
    else: raise AssertionError
    """,
)

case(
    "slots with __getattr__ and __setattr__ that need a slot",
    """
    class Row:
        __slots__ = ("columns", "extra", "__weakref__")
        def __init__(self, columns): object.__setattr__(self, "columns", columns)
        def __getattr__(self, name):
            if name in self.columns: return self.columns[name]
            raise AttributeError(name)
        def __setattr__(self, name, value): self.columns[name] = value
    o = Row({"size": 1})
    o.weight = 2
    """,
    """
    o.color = "red"
    assert o.columns == {"size": 1, "weight": 2, "color": "red"} and o.size == 1 and not hasattr(o, "extra")
    """,
)

case(
    "list and dictionary with __getattr__ that needs the state",
    """
    class Items(list):
        def __init__(self, *items): super().__init__(items); self.names = {}
        def __getattr__(self, name): return self.names[name]
    class Table(dict):
        def __init__(self, **items): super().__init__(items); self.names = {}
        def __getattr__(self, name): return self.names[name]
    o = Items(1, 2), Table(a=1)
    """,
    """
    items, table = o
    items.names["x"], table.names["y"] = 5, 6
    assert items == [1, 2] and table == {"a": 1} and items.x == 5 and table.y == 6
    """,
)
