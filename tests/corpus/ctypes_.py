"""`ctypes` instances and types."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "ctypes simple (c_int)",
    """
    import ctypes
    o = ctypes.c_int(5), ctypes.c_double(1.5)
    """,
    """
    i, d = o
    assert i.value == 5 and d.value == 1.5
    """,
)

case(
    "ctypes array and array type",
    """
    import ctypes
    o = (ctypes.c_int * 3)(1, 2, 3), ctypes.c_int * 3
    """,
    """
    import ctypes
    a, t = o
    assert list(a) == [1, 2, 3] and t is ctypes.c_int * 3 and type(a) is t
    """,
)

case(
    "ctypes Structure instance (`__main__` class)",
    """
    import ctypes
    class P(ctypes.Structure):
        _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_double), ('tag', ctypes.c_char * 4)]
        def total(self): return self.x + self.y
    o = P(1, 2.5, b'ab'), P
    """,
    """
    p, P = o
    assert (p.x, p.y, p.tag) == (1, 2.5, b'ab') and p.total() == 3.5 and P(4).x == 4
    assert P._fields_[0][0] == 'x'
    """,
    not_on_pypy="ctypes keeps its layout in attributes of its own there",
)

case(
    "ctypes Union, nested and packed structures",
    """
    import ctypes
    class U(ctypes.Union): _fields_ = [('i', ctypes.c_uint32), ('b', ctypes.c_ubyte * 4)]
    class S(ctypes.Structure):
        _pack_ = 1
        _layout_ = 'ms'
        _anonymous_ = ('u',)
        _fields_ = [('t', ctypes.c_ubyte), ('u', U)]
    s = S()
    s.t = 7
    s.i = 1
    o = s
    """,
    """
    import ctypes
    assert o.t == 7 and o.i == 1 and o.b[0] + o.b[3] == 1 and ctypes.sizeof(o) == 5
    """,
    not_on_pypy="no _layout_ there",
)

case(
    "ctypes pointer",
    """
    import ctypes
    o = ctypes.pointer(ctypes.c_int(5))
    """,
    refused="(?i)pointer",
)
