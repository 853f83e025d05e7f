"""Annotations and type parameters of functions and classes."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "class annotations",
    """
    class Box: pass
    class C:
        x: int = 1
        y: 'Later'
        z: Box
    o = C
    """,
    """
    import inspect
    a = inspect.get_annotations(o)
    assert a['x'] is int and a['y'] == 'Later' and a['z'].__name__ == 'Box'
    assert list(a) == ['x', 'y', 'z']
    assert o.__annotations__ == a
    """,
)

case(
    "class annotations that stay deferred",
    """
    class C:
        x: int = 1
        y: Later
        me: C
    o = C
    """,
    """
    import annotationlib
    try: o.__annotations__
    except NameError as e: assert 'Later' in str(e)
    else: assert False
    a = annotationlib.get_annotations(o, format=annotationlib.Format.FORWARDREF)
    assert a['x'] is int and a['me'] is o
    """,
    min_version=(3, 14),
)

case(
    "class annotations evaluated before dumping",
    """
    class C:
        x: int = 1
        y: list[int]
    C.__annotations__
    o = C
    """,
    "assert o.__annotations__ == {'x': int, 'y': list[int]}",
)

case(
    "annotations of a base are not the subclass's",
    """
    class A:
        x: int
    class B(A): pass
    class D(A):
        y: str
    o = A, B, D
    """,
    """
    import inspect
    A, B, D = o
    g = inspect.get_annotations
    assert g(A) == {'x': int} and g(B) == {} and g(D) == {'y': str}
    """,
)

case(
    "annotations of a local class that name a local",
    """
    def make():
        class Box: pass
        class C:
            x: Box
            def m(self, b: Box) -> Box: return b
        return C, Box
    o = make()
    """,
    """
    C, Box = o
    assert C.__annotations__ == {'x': Box}
    assert C.m.__annotations__ == {'b': Box, 'return': Box}
    """,
)

case(
    "annotations",
    """
    class Box: pass
    def o(a: int, b: 'Later' = 1, *c: list[str], d: Box, **e: None) -> 'str | None': return d
    """,
    """
    a = o.__annotations__
    assert list(a) == ["a", "b", "c", "d", "e", "return"]
    assert a["a"] is int and a["b"] == "Later" and a["c"] == list[str]
    assert a["e"] is None and a["return"] == "str | None"
    assert a["d"].__name__ == "Box"
    """,
)

case(
    "annotations under the future import",
    """
    from __future__ import annotations
    def o(a: Undefined[int]) -> Also: return a
    """,
    """
    assert o.__annotations__ == {'a': 'Undefined[int]', 'return': 'Also'}
    assert o(1) == 1
    """,
)

case(
    "deferred annotations stay deferred",
    """
    import typing
    def o(a: Later, b: int, c: typing.Any): return a
    """,
    """
    import annotationlib
    try: o.__annotations__
    except NameError as e: assert "Later" in str(e)
    else: assert False, "an undefined forward reference was evaluated"
    ref = annotationlib.get_annotations(o, format=annotationlib.Format.FORWARDREF)
    assert ref["b"] is int and isinstance(ref["a"], annotationlib.ForwardRef)
    assert annotationlib.get_annotations(o, format=annotationlib.Format.STRING)["a"] == "Later"
    o.__globals__["Later"] = float
    assert o.__annotations__["a"] is float
    """,
    min_version=(3, 14),
)

case(
    "deferred annotations that can be evaluated, not evaluated before dumping",
    """
    class Box: pass
    def o(a: Box, b: list[Box]) -> int: return a
    """,
    """
    a = o.__annotations__
    assert a["a"].__name__ == "Box" and a["b"] == list[a["a"]] and a["return"] is int
    """,
)

case(
    "deferred annotations that name a local class",
    """
    def make():
        class Box: pass
        def f(a: Box) -> Box: return a
        return f, Box
    o = make()
    """,
    """
    f, Box = o
    assert f.__annotations__ == {'a': Box, 'return': Box}
    """,
)

case(
    "annotations evaluated before dumping",
    """
    def o(a: int) -> str: return a
    o.__annotations__
    """,
    "assert o.__annotations__ == {'a': int, 'return': str}",
)

case(
    "annotations set by hand",
    """
    def o(a): return a
    o.__annotations__ = {'a': 'x'}
    """,
    "assert o.__annotations__ == {'a': 'x'}",
)

case(
    "annotations changed by hand",
    """
    def o(a: int): return a
    o.__annotations__['b'] = float
    """,
    "assert o.__annotations__ == {'a': int, 'b': float}",
)

case(
    "annotations deleted",
    """
    def o(a: int): return a
    o.__annotations__ = {}
    """,
    "assert o.__annotations__ == {}",
)

case(
    "PEP 695 function `def f[T]`",
    "def o[T](x: T) -> list[T]: return [x]",
    """
    T, = o.__type_params__
    assert o(1) == [1] and o.__annotations__ == {"x": T, "return": list[T]}
    assert T.__name__ == "T"
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 function with all three kinds of parameter",
    "def o[T: int, *Ts, **P](x: T, *a: *Ts) -> T: return x",
    """
    T, Ts, P = o.__type_params__
    assert (T.__name__, Ts.__name__, P.__name__) == ("T", "Ts", "P")
    assert T.__bound__ is int
    assert o.__annotations__["x"] is T and o.__annotations__["return"] is T
    assert type(T).__name__ == "TypeVar" and type(Ts).__name__ == "TypeVarTuple"
    assert type(P).__name__ == "ParamSpec"
    assert o(1) == 1
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 function, bound and constraints not evaluated",
    "def o[T: Later, S: (int, str)](x: T) -> S: return x",
    """
    T, S = o.__type_params__
    assert S.__constraints__ == (int, str)
    try: T.__bound__
    except NameError: pass
    else: assert False
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 function whose type parameter is used inside",
    "def o[T](x: T): return T",
    "assert o(1) is o.__type_params__[0]",
    min_version=(3, 12),
)

case(
    "PEP 696 type parameter default",
    "def o[T = int](x: T): return x",
    """
    T, = o.__type_params__
    assert T.__default__ is int and T.has_default()
    """,
    min_version=(3, 13),
)
