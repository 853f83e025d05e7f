"""Modules by reference and dynamic modules."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "module (imported)",
    """
    import math, os.path, xml.etree.ElementTree as e
    o = math, os.path, e
    """,
    """
    import math, os.path, xml.etree.ElementTree as e
    assert o == (math, os.path, e)
    """,
    protocols=(2,),
)

case(
    "module (imported user module)",
    """
    import mod
    o = mod
    """,
    """
    import mod
    assert o is mod and o.K == 1
    """,
    modules={"mod.py": "K = 1"},
)

case(
    "module (imported user module, global changed)",
    """
    import mod
    mod.K = 2
    o = mod
    """,
    """
    import mod
    assert o is mod and o.K == 1
    """,
    modules={"mod.py": "K = 1"},
)

case(
    "dynamic module",
    r"""
    import types
    m = types.ModuleType('dyn', 'Doc.')
    exec('K = 1\ndef f(): return K\nclass C:\n    def m(self): return f()', m.__dict__)
    o = m
    """,
    """
    assert o.__name__ == 'dyn' and o.__doc__ == 'Doc.' and o.f() == 1
    o.K = 5
    assert o.f() == 5 and o.C().m() == 5 and o.f.__globals__ is vars(o)
    import types
    assert type(o) is types.ModuleType
    """,
)

case(
    "dynamic module placed in sys.modules",
    r"""
    import types, sys
    m = types.ModuleType('dyn')
    exec('K = 1\ndef f(): return K', m.__dict__)
    sys.modules['dyn'] = m
    o = m, m.f
    """,
    """
    m, f = o
    assert f is m.f
    m.K = 5
    assert f() == 5
    """,
)

case(
    "function of a dynamic module only",
    r"""
    import types
    m = types.ModuleType('dyn')
    exec('K = 1\nunused = __import__("threading").Lock()\ndef f(): return K', m.__dict__)
    o = m.f
    """,
    "assert o() == 1 and o.__module__ == 'dyn'",
)

case(
    "dynamic module that contains itself and a second one",
    """
    import types
    a, b = types.ModuleType('a'), types.ModuleType('b')
    a.me, a.b, b.a = a, b, a
    b.f = lambda: a
    o = a
    """,
    "assert o.me is o and o.b.a is o and o.b.f() is o",
)

case(
    "dynamic module loaded twice",
    """
    import types
    m = types.ModuleType('dyn')
    m.x = [1]
    o = m, m, [m]
    """,
    "assert o[0] is o[1] is o[2][0] and o[0].x == [1]",
)

case(
    "module registered by value",
    """
    import lib
    o = lib
    """,
    """
    import sys
    assert 'lib' not in sys.modules and o.f(1) == 11 and o.__name__ == 'lib'
    """,
    by_value=("lib",),
    modules={
        "lib.py": """
            K = 10
            def f(x): return x + K
            """,
    },
    reader_modules={},
)

case(
    "module subclass and module with __getattr__",
    """
    import types
    m = types.ModuleType('dyn')
    exec('def __getattr__(n): return "got " + n', m.__dict__)
    o = m
    """,
    "assert o.anything == 'got anything'",
)

case(
    "builtins, sys and __main__ as modules",
    """
    import builtins, sys
    import __main__
    o = builtins, sys, lambda: sys.version_info
    """,
    """
    import builtins, sys
    assert o[0] is builtins and o[1] is sys and o[2]() == sys.version_info
    """,
)

case(
    "function that refers to __main__",
    """
    import __main__
    K = 4
    def o(): return __main__
    """,
    "assert o().__name__ == '__main__'",
)

case(
    "dynamic module of a class of its own",
    """
    import types
    class M(types.ModuleType):
        def __init__(self): raise TypeError
        def hi(self): return self.x
        @property
        def twice(self): return self.x * 2
    o = M.__new__(M, 'dyn')
    types.ModuleType.__init__(o, 'dyn', 'Doc.')
    o.x = 4
    """,
    "assert type(o).__name__ == 'M' and o.hi() == 4 and o.twice == 8 and o.__name__ == 'dyn' and o.__doc__ == 'Doc.'",
)

case(
    "dynamic module whose class pickles in its own way",
    """
    import types
    class M(types.ModuleType):
        def __reduce__(self): return dict, ()
    o = M('dyn')
    """,
    "assert o == {}",
    unstable="it loads as a dictionary",
)
