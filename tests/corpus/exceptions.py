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

case(
    "OSError with file names, raised",
    """
    import os
    o = []
    for call in (lambda: os.stat('/no/such'), lambda: os.link('/no/1', '/no/2'), lambda: os.listdir(b'/no/bytes')):
        try: call()
        except OSError as e: o.append(e)
    """,
    """
    assert [len(e.args) for e in o] == [2, 2, 2] and [e.errno for e in o] == [2, 2, 2]
    assert o[0].filename == '/no/such' and (o[1].filename, o[1].filename2) == ('/no/1', '/no/2')
    assert o[2].filename == b'/no/bytes' and str(o[0]).endswith("'/no/such'")
    """,
    protocols=(2, 4),
)

case(
    "OSError whose args are not what it was created with",
    """
    class HostDown(OSError):
        def __init__(self, host, cause, *args):
            super().__init__(*args)
            self.host, self.args = host, (host, cause)
    o = HostDown('db', OSError(113, 'no route'), 113, 'no route'), HostDown('db', 1), HostDown('db', 1, None, None)
    """,
    """
    assert [(e.errno, e.strerror) for e in o] == [(113, 'no route'), (None, None), (None, None)]
    assert [str(e) for e in o] == ['[Errno 113] no route', "('db', 1)", '[Errno None] None']
    assert all(e.args[0] == e.host == 'db' for e in o)
    """,
)

case(
    "exceptions with two layouts of the interpreter",
    """
    class Unplugged(TypeError, ConnectionError): pass
    class Undecoded(TypeError, UnicodeDecodeError): pass
    class Group(ValueError, ExceptionGroup):
        def __init__(self, message, errors): super().__init__(message, errors)
    def field(error, name):
        try: return getattr(error, name)
        except TypeError: return "never set"
    NAMES = "encoding", "object", "start", "end", "reason", "args", "errno", "strerror"
    made = Unplugged(104, 'socket'), Undecoded('utf-8', b'a', 0, 1, 'r'), Group('g', [KeyError(1)])
    for e in made: e.extra = 1
    o = *made, field, NAMES, [(str(e), [field(e, name) for name in NAMES if hasattr(type(e), name)]) for e in made[:2]]
    """,
    """
    *o, field, names, fields = o
    a, b, c = o
    # Which fields their constructors fill depends on the version of Python.
    assert [(str(e), [field(e, name) for name in names if hasattr(type(e), name)]) for e in (a, b)] == fields, fields
    assert a.args == (104, 'socket') and b.args == ('utf-8', b'a', 0, 1, 'r') and isinstance(a, TypeError)
    assert c.message == 'g' and c.exceptions[0].args == (1,)
    assert [e.extra for e in o] == [1, 1, 1]
    """,
)

case(
    "ExceptionGroup with its own __new__, as in Python's documentation, and with other args",
    """
    class Rejected(ExceptionGroup):
        def __new__(cls, errors, code):
            self = super().__new__(cls, f'code {code}', errors)
            self.code = code
            return self
        def derive(self, errors): return Rejected(errors, self.code)
    changed = ExceptionGroup('upload', [ValueError(1)])
    changed.args += ('retry',)
    o = Rejected([ValueError(1), KeyError(2)], 4), changed
    """,
    """
    a, b = o
    assert (a.message, a.code, len(a.exceptions)) == ('code 4', 4, 2) and a.args[1] == 4
    assert a.subgroup(KeyError).exceptions[0].args == (2,)
    assert b.message == 'upload' and b.args[-1] == 'retry' and len(b.exceptions) == 1
    """,
    protocols=(2, 4),
)

case(
    "exception with its own __setstate__ and a constructor that args do not fit",
    """
    class E(OSError):
        def __init__(self, a, b, c):
            super().__init__(a, 'text')
            self.b = b
        def __setstate__(self, state): self.__dict__.update(state, restored=True)
    class F(E):
        def __getstate__(self): return {'b': self.b, 'own': True}
    o = E(2, 5, 0), F(2, 6, 0)
    """,
    """
    a, b = o
    assert (a.errno, a.b, a.args, a.restored) == (2, 5, (2, 'text'), True)
    assert (b.errno, b.b, b.own, b.restored) == (2, 6, True, True)
    """,
    unstable="__setstate__ leaves a mark",
)

case(
    "methods for pickling from a mixin behind the interpreter's class, and on the instance",
    """
    class Mixin:
        def __setstate__(self, state): raise AssertionError('not called')
        def __reduce__(self): raise AssertionError('not called')
    class E(ValueError, Mixin):
        def __init__(self, a, b): super().__init__(a); self.b = b
    one, two = E(1, 2), KeyError(3)
    two.__reduce_ex__ = lambda protocol: (dict, ())
    o = one, two
    """,
    "assert o[0].b == 2 and o[0].args == (1,) and o[1] == {}",
    unstable="the instance's own method makes something else of it",
)

case(
    "exception of a frozen dataclass",
    """
    from dataclasses import dataclass
    @dataclass(frozen=True)
    class E(Exception):
        code: int
    try: raise E(4) from KeyError(1)
    except E as e: o = e
    """,
    "assert o.code == 4 and o.args == (4,) and o.__cause__.args == (1,) and o.__traceback__ is not None",
    not_on_pypy="raise ... from sets the cause through the class, which refuses it",
)
