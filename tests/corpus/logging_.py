"""Loggers and handlers."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "logging.Logger",
    """
    import logging
    o = logging.getLogger('a.b'), logging.getLogger()
    """,
    """
    import logging
    assert o[0] is logging.getLogger('a.b') and o[1] is logging.root
    """,
)

case(
    "logging.Logger with level set",
    """
    import logging
    o = logging.getLogger('lvl')
    o.setLevel(logging.ERROR)
    """,
    """
    import logging
    assert o is logging.getLogger('lvl')
    """,
)

case(
    "function and class with a module-level logger",
    """
    import logging
    log = logging.getLogger('my')
    class C:
        log = log
        def m(self): return self.log.name
    def f(): return log.name
    o = f, C()
    """,
    """
    f, c = o
    assert f() == c.m() == 'my'
    """,
)

case(
    "LoggerAdapter, Formatter, Filter",
    """
    import logging
    o = logging.LoggerAdapter(logging.getLogger('ad'), {'k': 1}), logging.Formatter('%(message)s!'), logging.Filter('x')
    """,
    """
    import logging
    a, f, fl = o
    assert a.extra == {'k': 1} and a.logger is logging.getLogger('ad')
    assert f.format(logging.makeLogRecord({'msg': 'hi'})) == 'hi!' and fl.name == 'x'
    """,
)

case(
    "logging.StreamHandler",
    """
    import logging, sys
    o = logging.StreamHandler(sys.stdout)
    o.setLevel(logging.ERROR)
    o.setFormatter(logging.Formatter('F %(message)s'))
    """,
    r"""
    import sys, logging, io
    assert o.stream is sys.stdout and o.level == logging.ERROR
    o.stream = io.StringIO()
    o.emit(logging.makeLogRecord({'msg': 'hi'}))
    assert o.stream.getvalue() == 'F hi\n'
    o.acquire()
    o.release()
    """,
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "logging.StreamHandler to a stream of its own",
    """
    import logging, io
    class S(io.RawIOBase): pass
    o = logging.StreamHandler(S())
    """,
    refused="",
)
