"""Exceptions and exception groups."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "`__main__` exception class, 2-arg __init__",
    """
    class E(Exception):
        def __init__(self, a, b):
            super().__init__(f'{a} and {b}')
            self.a, self.b = a, b
    o = E(1, [2])
    """,
    """
    assert str(o) == '1 and [2]' and (o.a, o.b) == (1, [2]) and o.args == ('1 and [2]',)
    assert type(o).__name__ == 'E'
    """,
    protocols=(2, 3, 4),
)

case(
    "exception class with keyword-only arguments and no super().__init__",
    """
    class E(ValueError):
        def __init__(self, *, code): self.code = code
    o = E(code=5)
    """,
    "assert o.code == 5 and o.args == () and isinstance(o, ValueError)",
)

case(
    "importable exception class, 2-arg __init__",
    """
    import ex
    o = ex.E(1, 2)
    """,
    """
    import ex
    assert type(o) is ex.E and (o.a, o.b) == (1, 2) and str(o) == '1-2'
    """,
    modules={
        "ex.py": """
            class E(Exception):
                def __init__(self, a, b):
                    super().__init__(f'{a}-{b}')
                    self.a, self.b = a, b
            """,
    },
)

case(
    "exception with its own __reduce__",
    """
    class E(Exception):
        def __init__(self, a, b):
            super().__init__(a)
            self.b = b
        def __reduce__(self): return E, (self.args[0], self.b)
    o = E(1, 2)
    """,
    "assert o.args == (1,) and o.b == 2",
)

case(
    "exception with cause + traceback",
    """
    def f(): raise KeyError('inner')
    try:
        try: f()
        except KeyError as e: raise ValueError('outer') from e
    except ValueError as e: o = e
    """,
    """
    assert str(o) == 'outer' and type(o.__cause__) is KeyError
    assert o.__cause__.args == ('inner',) and o.__context__ is o.__cause__
    assert o.__suppress_context__
    assert o.__traceback__.tb_lineno == 4 and o.__traceback__.tb_next is None
    assert [o.__cause__.__traceback__.tb_lineno, o.__cause__.__traceback__.tb_next.tb_lineno] == [3, 1]
    assert o.__cause__.__traceback__.tb_next.tb_frame.f_code.co_name == 'f'
    """,
    protocols=(2, 3, 4),
)

case(
    "exception of a custom __reduce__, raised",
    """
    class E(Exception):
        def __init__(self, a, b):
            super().__init__(a)
            self.b = b
        def __reduce__(self): return E, (self.args[0], self.b), {'c': 3}
    def fail():
        try: [][0]
        except IndexError: raise E(1, 2)
    try: fail()
    except E as e: o = e
    """,
    """
    assert (o.args, o.b, o.c) == ((1,), 2, 3) and type(o.__context__) is IndexError
    assert o.__traceback__.tb_next.tb_frame.f_code.co_name == 'fail'
    """,
    protocols=(2, 4),
)

case(
    "traceback, frame, and an exception that shares them",
    """
    import sys
    def f(): return sys._getframe()
    try: f().no_such
    except AttributeError as e: error = e
    error.obj = None
    o = error.__traceback__, error, [f(), error.__traceback__]
    """,
    """
    import types
    traceback, error, (frame, again) = o
    assert error.__traceback__ is traceback is again and type(frame) is types.FrameType
    assert traceback.tb_lineno == 3 and frame.f_code.co_name == 'f' and frame.f_lineno == 2
    assert frame.f_globals['__name__'] == '__main__'
    """,
)

case(
    "ExceptionGroup of raised exceptions",
    """
    def f(x):
        try: return 1 / x
        except ZeroDivisionError as e: return e
    try: raise ExceptionGroup('g', [f(0), f(0)])
    except ExceptionGroup as e: o = e
    """,
    """
    assert [e.__traceback__.tb_frame.f_code.co_name for e in (o, *o.exceptions)] == ['<module>', 'f', 'f']
    """,
)

case(
    "exception with context, and with context suppressed",
    """
    def chain(form):
        try:
            try: {}['k']
            except KeyError: exec(form)
        except ValueError as e: return e
    o = chain('raise ValueError(1)'), chain('raise ValueError(2) from None')
    for e in o: e.__traceback__ = e.__context__.__traceback__ = None
    """,
    """
    a, b = o
    assert type(a.__context__) is KeyError and a.__cause__ is None
    assert not a.__suppress_context__ and b.__suppress_context__ and b.__cause__ is None
    assert type(b.__context__) is KeyError
    """,
)

case(
    "exception with add_note()",
    """
    o = ValueError('x')
    o.add_note('first')
    o.add_note('second')
    """,
    "assert o.__notes__ == ['first', 'second'] and str(o) == 'x'",
)

case(
    "exception cycle",
    """
    a, b = ValueError('a'), KeyError('b')
    a.__cause__ = b
    b.other = a
    o = a
    """,
    "assert o.__cause__.other is o",
)

case(
    "ExceptionGroup",
    "o = ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('h', [KeyError(3)])])",
    """
    assert o.message == 'g'
    assert [type(e) for e in o.exceptions[:2]] == [ValueError, TypeError]
    assert o.subgroup(KeyError).exceptions[0].exceptions[0].args == (3,)
    assert len(o.exceptions) == 3
    """,
)

case(
    "ExceptionGroup with notes, cause and by-value members",
    """
    class E(Exception):
        def __init__(self, a, b): super().__init__(a + b); self.a = a
    class G(ExceptionGroup):
        def derive(self, excs): return G(self.message, excs)
    o = G('g', [E(1, 2), ValueError()])
    o.add_note('n')
    o.__cause__ = KeyError('k')
    """,
    """
    assert o.__notes__ == ['n'] and o.__cause__.args == ('k',)
    assert o.exceptions[0].a == 1 and o.exceptions[0].args == (3,)
    assert type(o.split(ValueError)[0]) is type(o)
    """,
)

case(
    "OSError, UnicodeDecodeError, ImportError, StopIteration, SystemExit, NameError",
    r"""
    def err(f, *a):
        try: f(*a)
        except BaseException as e: e.__traceback__ = None; e.__context__ = None; return e
    o = [
        err(open, '/no/such'), err(b'\xff'.decode), err(__import__, 'no_such_module'), StopIteration(5),
        SystemExit(3), NameError('n', name='nn'), AttributeError('a', name='at'),
    ]
    """,
    r"""
    a, b, c, d, e, f, g = o
    assert a.errno == 2 and a.filename == '/no/such' and type(a) is FileNotFoundError
    assert b.object == b'\xff' and b.start == 0 and c.name == 'no_such_module'
    assert type(c) is ModuleNotFoundError and d.value == 5 and e.code == 3
    assert f.args == ('n',) and g.args == ('a',)
    """,
)

case(
    "exception instance with attributes and slots",
    """
    class E(Exception):
        __slots__ = ('extra',)
    e = E('m')
    e.extra = [1]
    e.other = 2
    o = e
    """,
    "assert o.args == ('m',) and o.extra == [1] and o.other == 2",
)

case(
    "KeyError subclass with __str__ and class attributes",
    """
    class E(KeyError):
        code = 7
        def __str__(self): return f'E{self.code}: {self.args[0]}'
    o = E('x')
    """,
    """
    assert str(o) == 'E7: x'
    try: raise o
    except KeyError as e: assert e is o
    """,
)
