"""Modules that functions use, and functions of modules: by reference or by value."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "local function of an importable module",
    """
    import maker
    o = maker.make(4)
    """,
    "assert o(1) == 15 and o.__module__ == 'maker'",
    modules={
        "maker.py": """
            K = 10
            def make(n):
                def inner(x): return x + n + K
                return inner
            """,
    },
)

case(
    "importable function travels by reference",
    """
    import maker
    o = [maker.top, maker.Cls, maker.Cls.method, maker.Cls.Inner]
    """,
    """
    import maker
    assert o == [maker.top, maker.Cls, maker.Cls.method, maker.Cls.Inner]
    assert len(payload) < 200
    """,
    modules={
        "maker.py": """
            def top(): return 1
            class Cls:
                def method(self): pass
                class Inner: pass
            """,
    },
)

case(
    "importable name that is bound to something else now",
    """
    import maker
    o = maker.top
    maker.top = lambda: 'other'
    """,
    "assert o() == 1",
    modules={"maker.py": "def top(): return 1"},
)

case(
    "function of a module that was registered by value",
    """
    import lib.sub
    o = lib.sub.f
    """,
    """
    assert o(1) == 111
    import sys
    assert "lib" not in sys.modules and "lib.sub" not in sys.modules
    assert o.__module__ == "lib.sub"
    """,
    by_value=("lib.sub",),
    modules={
        "lib/__init__.py": "",
        "lib/sub.py": """
            K = 10
            def g(x): return x + 100
            def f(x): return g(x) + K
            """,
    },
    reader_modules={},
)

case(
    "function of a submodule whose package was registered by value",
    """
    import lib.sub
    o = lib.sub.f
    """,
    "assert o(1) == 11",
    by_value=("lib",),
    modules={
        "lib/__init__.py": "",
        "lib/sub.py": """
            K = 10
            def f(x): return x + K
            """,
    },
    reader_modules={},
)

case(
    "registered by value: functions of two of its modules",
    """
    import lib.a, lib.b
    o = lib.a.f
    """,
    "assert o(1) == 31",
    by_value=("lib",),
    modules={
        "lib/__init__.py": "",
        "lib/a.py": """
            from .b import g
            K = 10
            def f(x): return g(x) + K
            """,
        "lib/b.py": """
            K = 20
            def g(x): return x + K
            """,
    },
    reader_modules={},
)

case(
    "relative import inside a function of a by-value package",
    """
    import lib.sub
    o = lib.sub.f
    """,
    "assert o(1) == 21",
    by_value=("lib.sub",),
    modules={
        "lib/__init__.py": "",
        "lib/other.py": "K = 20",
        "lib/sub.py": """
            def f(x):
                from .other import K
                return x + K
            """,
    },
)

case(
    "relative import inside a function of a package's __init__",
    """
    import lib
    o = lib.f
    """,
    "assert o(1) == 21",
    by_value=("lib",),
    modules={
        "lib/__init__.py": """
            def f(x):
                from . import other
                return x + other.K
            """,
        "lib/other.py": "K = 20",
    },
)

case(
    "import os.path in the global scope",
    """
    import os.path
    def o(*a): return os.path.join(*a)
    """,
    "assert o('a', 'b').replace(chr(92), '/') == 'a/b'",
)

case(
    "submodule use through the package's name",
    """
    import xml.etree.ElementTree
    import concurrent.futures
    def o(t): return xml.etree.ElementTree.fromstring(t).tag, concurrent.futures.Future
    """,
    "assert o('<a/>')[0] == 'a'",
)

case(
    "submodule use in a nested function",
    """
    import email, email.mime.text
    def o(): return (lambda: email.mime.text.MIMEText('hi'))().get_payload()
    """,
    "assert o() == 'hi'",
)

case(
    "submodule of a user package, imported elsewhere",
    """
    import pkg
    import pkg.deep.leaf
    def o(): return pkg.deep.leaf.K
    """,
    "assert o() == 5",
    modules={"pkg/__init__.py": "", "pkg/deep/__init__.py": "", "pkg/deep/leaf.py": "K = 5"},
)

case(
    "package in a closure, submodule used",
    """
    def make():
        import xml.dom.minidom as m, xml
        return lambda t: xml.dom.minidom.parseString(t).documentElement.tagName
    o = make()
    """,
    "assert o('<b/>') == 'b'",
)

case(
    "import inside the function",
    """
    def o():
        import json
        from os import path as p
        return json.dumps([1]), p.basename('a/b')
    """,
    "assert o() == ('[1]', 'b')",
)

case(
    "imported names: function, class, submodule by from",
    """
    from os import path
    from math import floor as down
    from collections import OrderedDict
    def o(x): return down(x), path.basename('a/b'), OrderedDict(a=1)
    """,
    "assert o(1.5) == (1, 'b', {'a': 1})",
)

case(
    "lazy import travels by reference, not forced",
    """
    lazy import wave
    def o(use): return wave.open if use else "unused"
    blob = pickler.dumps(o)
    import sys
    assert "wave" not in sys.modules
    """,
    """
    import sys
    assert "wave" not in sys.modules and o(False) == "unused"
    assert o(True) is sys.modules["wave"].open
    """,
    min_version=(3, 15),
)

case(
    "lazy import that is broken is not forced by dumping",
    """
    lazy import broken_module
    def o(use): return broken_module if use else 'unused'
    """,
    """
    assert o(False) == "unused"
    try: o(True)
    except ImportError as e: assert "broken_module" in str(e)
    else: assert False
    """,
    min_version=(3, 15),
)

case(
    "lazy from-import",
    """
    lazy from colorsys import rgb_to_hsv as convert
    def o(): return convert(0, 0, 1)
    blob = pickler.dumps(o)
    import sys
    assert "colorsys" not in sys.modules
    """,
    "assert o() == (2/3, 1.0, 1)",
    min_version=(3, 15),
)

case(
    "function that uses numpy.linalg through numpy",
    """
    import numpy as np
    def o(x): return float(np.linalg.norm(x))
    """,
    "assert o([3.0, 4.0]) == 5.0",
    needs=("numpy",),
)

case(
    "submodules that are reached in other ways than by a name",
    """
    import email, functools, operator, wsgiref, xml
    import email.mime.audio, email.mime.text, wsgiref.headers, wsgiref.util, xml.dom.minidom
    def by_default(data, package=email): return package.mime.audio.MIMEAudio(data, "wav").get_content_subtype()
    def by_keyword(*, lib=wsgiref): return len(lib.headers.Headers([("a", "b")]))
    class Tools:
        lib = xml
        def parse(self, text): return self.lib.dom.minidom.parseString(text).documentElement.tagName
    tables = {"mail": [email]}
    def by_container(text): return tables["mail"][0].mime.text.MIMEText(text).get_payload()
    def by_getattr(uri, name="x"): return getattr(wsgiref, "util").guess_scheme({}) + uri
    def by_attrgetter(): return operator.attrgetter("util.guess_scheme")(wsgiref)({})
    o = by_default, by_keyword, Tools(), by_container, by_getattr, by_attrgetter
    """,
    """
    by_default, by_keyword, tools, by_container, by_getattr, by_attrgetter = o
    assert by_default(b"") == "wav" and by_keyword() == 1
    assert tools.parse("<a/>") == "a" and by_container("b") == "b"
    assert by_getattr("c") == "httpc" and by_attrgetter() == "http"
    """,
)

case(
    "submodule of a package in an argument of a partial",
    """
    import functools, wsgiref, wsgiref.headers
    def count(package, pairs): return len(package.headers.Headers(pairs))
    o = functools.partial(count, wsgiref)
    """,
    "assert o([('a', 'b')]) == 1",
)

case(
    "submodule of a package in an attribute of an instance",
    """
    import xml, xml.dom.minidom
    class Parser:
        def __init__(self): self.lib = xml
        def name(self, text): return self.lib.dom.minidom.parseString(text).documentElement.tagName
    o = Parser()
    """,
    "assert o.name('<a/>') == 'a'",
)
