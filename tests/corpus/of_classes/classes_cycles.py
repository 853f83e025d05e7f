"""Classes that refer to themselves, and nested classes."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "class attribute that refers to the class",
    """
    class C: pass
    C.me = C
    C.all = [C]
    C.inst = C()
    o = C
    """,
    "assert o.me is o and o.all == [o] and type(o.inst) is o",
    protocols=(2,),
)

case(
    "class cycle through a method's global",
    """
    class A:
        def other(self): return B()
    class B:
        def other(self): return A()
    o = A
    """,
    """
    b = o().other()
    assert type(b.other()) is o
    """,
)

case(
    "class cycle through closures",
    """
    def make():
        class A:
            def b(self): return B
        class B(A):
            def a(self): return A
        return A, B
    o = make()[0]
    """,
    """
    B = o().b()
    assert B().a() is o and issubclass(B, o)
    """,
)

case(
    "class cycle through a default argument and an attribute of a function",
    """
    class C:
        pass
    def f(c=C): return c
    f.cls = C
    C.f = staticmethod(f)
    o = f
    """,
    "assert o() is o.cls and o.cls.f is o",
)

case(
    "instance that refers to its class and itself",
    """
    class C: pass
    c = C()
    c.cls = C
    c.me = c
    C.default = c
    o = c
    """,
    "assert o.me is o and type(o) is o.cls and o.cls.default is o",
)

case(
    "nested classes",
    """
    class Outer:
        class Inner:
            class Core:
                x = 1
            def core(self): return Outer.Inner.Core
        def inner(self): return self.Inner()
    o = Outer.Inner.Core, Outer
    """,
    """
    Core, Outer = o
    assert Outer.Inner.Core is Core and Outer().inner().core() is Core
    assert Core.__qualname__ == 'Outer.Inner.Core'
    """,
)

case(
    "instance of a nested class only",
    """
    class Outer:
        class Inner:
            x = 1
    o = Outer.Inner()
    """,
    "assert o.x == 1 and type(o).__qualname__ == 'Outer.Inner'",
)

case(
    "private name mangling",
    """
    class C:
        __secret = 4
        def __hidden(self): return self.__secret
        def get(self): return self.__hidden()
    o = C()
    """,
    "assert o.get() == 4 and o._C__secret == 4",
)
