"""Functions: what they carry and what they reach."""

from __future__ import annotations

from . import family

case = family(__name__)

case("lambda", "o = lambda x: x + 1", "assert o(2) == 3; assert o.__name__ == '<lambda>'", protocols=(2, 3, 4, 5))

case(
    "`__main__` function (defaults, kwdefaults, doc, attr)",
    '''
    def o(a, b=2, /, *rest, c, d=4, **more):
        """Add."""
        return a + b + sum(rest) + c + d + sum(more.values())
    o.attr = ["x"]
    ''',
    """
    assert o(1, c=3) == 10 and o(1, 1, 1, c=1, d=1, e=1) == 6
    assert o.__doc__ == "Add." and o.attr == ["x"]
    assert o.__defaults__ == (2,) and o.__kwdefaults__ == {"d": 4}
    assert (o.__name__, o.__qualname__, o.__module__) == ("o", "o", "__main__")
    import inspect
    assert str(inspect.signature(o)) == "(a, b=2, /, *rest, c, d=4, **more)"
    """,
    protocols=(2, 3, 4),
)

case(
    "function using a `__main__` global",
    "K = [10]\ndef o(x): return x + K[0]",
    "assert o(1) == 11; assert o.__globals__['K'] == [10]",
    protocols=(2,),
)

case(
    "function using an imported module (global)",
    "import math\ndef o(x): return math.sqrt(x)",
    "assert o(9) == 3; import math; assert o.__globals__['math'] is math",
)

case(
    "recursive `__main__` function (via global name)",
    "def fact(n): return 1 if n < 2 else n * fact(n - 1)\no = fact",
    "assert o(10) == 3628800; assert o.__globals__['fact'] is o",
    protocols=(2, 3, 4),
)

case(
    "mutually recursive functions",
    """
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    o = even
    """,
    "assert o(10) and not o(7); g = o.__globals__; assert g['odd'].__globals__ is g and g['even'] is o",
)

case(
    "mutually recursive functions, both in the payload",
    """
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    o = (odd, even)
    """,
    "odd, even = o; assert odd(3) and even(4); assert odd.__globals__['even'] is even; assert even.__globals__['odd'] is odd",
)

case(
    "only reachable globals travel",
    """
    used, unused, in_nested, in_class = 1, 2, 3, 4
    def o():
        class C:
            x = in_class
        return used + (lambda: in_nested)() + C.x
    """,
    """
    assert o() == 8
    names = {n for n in o.__globals__ if not n.startswith("__")}
    assert names == {"used", "in_nested", "in_class"}, names
    """,
)

case(
    "attribute and method names are no globals",
    """
    import threading
    lock = threading.Lock(); join = lock; x = lock
    def o(a): return a.join(["b", "c"]), a.lock if hasattr(a, "lock") else None, [x for x in "de"]
    """,
    "assert o('-') == ('b-c', None, ['d', 'e']); assert 'lock' not in o.__globals__",
)

case(
    "unpicklable global that is not used",
    "import threading\nlock = threading.Lock(); lock.acquire()\ndef o(): return 1",
    "assert o() == 1; assert 'lock' not in o.__globals__",
)

case(
    "function that writes a global",
    """
    count = 0
    def bump():
        global count
        count += 1
        return count
    def read(): return count
    o = bump, read
    """,
    "bump, read = o; assert bump() == 1 and bump() == 2 and read() == 2",
)

case(
    "function that creates and deletes a global",
    """
    def set_():
        global made
        made = 5
    def get(): return made
    def del_():
        global made
        del made
    o = set_, get, del_
    """,
    """
    set_, get, del_ = o
    try: get()
    except NameError as e: assert "made" in str(e)
    else: assert False
    set_(); assert get() == 5; del_()
    try: get()
    except NameError: pass
    else: assert False
    """,
)

case(
    "functions of one payload share one globals",
    "n = 0\ndef inc():\n    global n\n    n += 1\ndef get(): return n\no = {'inc': inc, 'get': [get]}",
    "o['inc'](); assert o['get'][0]() == 1; assert o['inc'].__globals__ is o['get'][0].__globals__",
)

case(
    "two dumps never share globals",
    "n = 0\ndef inc():\n    global n\n    n += 1\n    return n\no = [pickler.dumps(inc), pickler.dumps(inc)]",
    """
    import pickle
    a, b = map(pickle.loads, o)
    assert a() == 1 and a() == 2 and b() == 1
    c = pickle.loads(o[0]); assert c() == 1 and a() == 3
    """,
)

case(
    "loading leaves the reader's __main__ alone",
    "secret = 'dumper'\ndef o(): return secret",
    """
    assert o() == "dumper"
    assert "secret" not in globals()
    secret = "reader"
    assert o() == "dumper"
    assert o.__globals__ is not globals()
    """,
)

case(
    "functions with the same globals dict, only one of them needs the global",
    "K = 3\ndef a(): return K\ndef b(): return globals().get('K')\no = [b, a]",
    "b, a = o; assert a() == 3 and b() == 3",
)

case(
    "function of exec with its own globals",
    """
    ns = {"__name__": "generated", "k": 5}
    exec("def f(x): return x * k + helper(x)\\ndef helper(x): return -x", ns)
    o = ns["f"]
    """,
    "assert o(2) == 8; assert o.__module__ == 'generated'",
)

case(
    "function of exec with globals without __name__",
    "ns = {'k': 5}\nexec('def f(x): return x * k', ns)\no = ns['f']",
    "assert o(2) == 10",
)

case(
    "lambda of eval",
    "o = eval('lambda a, *, b=[]: (a, b)')",
    "assert o(1) == (1, []); assert o.__code__.co_filename == '<string>'",
)

case(
    "function with restricted __builtins__",
    "ns = {'__builtins__': {'len': lambda x: 42}, '__name__': 'sandbox'}\nexec('def f(x): return len(x)', ns)\no = ns['f']",
    "assert o([]) in (0, 42)",
)

case(
    "global that shadows a builtin",
    "def len(x): return 'mine'\ndef o(x): return len(x), max(x)",
    "assert o([1]) == ('mine', 1)",
)

case("function using builtins", "def o(x): return sorted(map(str, x)), print", "assert o([2, 1])[0] == ['1', '2']")

case(
    "function using __name__, __file__ and __doc__ of its module",
    "def o(): return __name__",
    "assert o() == '__main__'",
)

case(
    "generator function",
    "def o(n):\n    got = yield n\n    yield from range(got)",
    "g = o(5); assert next(g) == 5 and g.send(2) == 0 and list(g) == [1]; import inspect; assert inspect.isgeneratorfunction(o)",
)

case(
    "async function",
    "import asyncio\nasync def inner(x):\n    await asyncio.sleep(0)\n    return x\nasync def o(x): return await inner(x) + 1",
    "import asyncio, inspect; assert asyncio.run(o(1)) == 2; assert inspect.iscoroutinefunction(o)",
)

case(
    "async generator function",
    "async def o(n):\n    for i in range(n):\n        yield i",
    """
    import asyncio, inspect
    async def collect(): return [i async for i in o(3)]
    assert asyncio.run(collect()) == [0, 1, 2] and inspect.isasyncgenfunction(o)
    """,
)

case(
    "types.coroutine function",
    "import types\n@types.coroutine\ndef step(x): return (yield x)\nasync def o(x): return await step(x)",
    """
    c = o(3); assert c.send(None) == 3
    try: c.send(4)
    except StopIteration as e: assert e.value == 4
    """,
)

case(
    "markcoroutinefunction",
    "import inspect\n@inspect.markcoroutinefunction\ndef o(): return 1",
    "import inspect; assert inspect.iscoroutinefunction(o)",
    min_version=(3, 12),
)

case(
    "annotations",
    "class Box: pass\ndef o(a: int, b: 'Later' = 1, *c: list[str], d: Box, **e: None) -> 'str | None': return d",
    """
    a = o.__annotations__
    assert list(a) == ["a", "b", "c", "d", "e", "return"]
    assert a["a"] is int and a["b"] == "Later" and a["c"] == list[str] and a["e"] is None and a["return"] == "str | None"
    assert a["d"].__name__ == "Box"
    """,
)

case(
    "annotations under the future import",
    "from __future__ import annotations\ndef o(a: Undefined[int]) -> Also: return a",
    "assert o.__annotations__ == {'a': 'Undefined[int]', 'return': 'Also'}; assert o(1) == 1",
)

case(
    "deferred annotations stay deferred",
    "import typing\ndef o(a: Later, b: int, c: typing.Any): return a",
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
    "class Box: pass\ndef o(a: Box, b: list[Box]) -> int: return a",
    """
    a = o.__annotations__
    assert a["a"].__name__ == "Box" and a["b"] == list[a["a"]] and a["return"] is int
    """,
)

case(
    "deferred annotations that name a local class",
    "def make():\n    class Box: pass\n    def f(a: Box) -> Box: return a\n    return f, Box\no = make()",
    "f, Box = o; assert f.__annotations__ == {'a': Box, 'return': Box}",
)

case(
    "annotations evaluated before dumping",
    "def o(a: int) -> str: return a\no.__annotations__",
    "assert o.__annotations__ == {'a': int, 'return': str}",
)

case(
    "annotations set by hand",
    "def o(a): return a\no.__annotations__ = {'a': 'x'}",
    "assert o.__annotations__ == {'a': 'x'}",
)

case(
    "annotations changed by hand",
    "def o(a: int): return a\no.__annotations__['b'] = float",
    "assert o.__annotations__ == {'a': int, 'b': float}",
)

case(
    "annotations deleted",
    "def o(a: int): return a\no.__annotations__ = {}",
    "assert o.__annotations__ == {}",
)

case(
    "PEP 695 function `def f[T]`",
    "def o[T](x: T) -> list[T]: return [x]",
    """
    T, = o.__type_params__
    assert o(1) == [1] and o.__annotations__ == {"x": T, "return": list[T]} and T.__name__ == "T"
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 function with all three kinds of parameter",
    "def o[T: int, *Ts, **P](x: T, *a: *Ts) -> T: return x",
    """
    T, Ts, P = o.__type_params__
    assert (T.__name__, Ts.__name__, P.__name__) == ("T", "Ts", "P") and T.__bound__ is int
    assert o.__annotations__["x"] is T and o.__annotations__["return"] is T
    assert type(T).__name__ == "TypeVar" and type(Ts).__name__ == "TypeVarTuple" and type(P).__name__ == "ParamSpec"
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
    "T, = o.__type_params__; assert T.__default__ is int and T.has_default()",
    min_version=(3, 13),
)

case(
    "function attributes, one of them the function",
    "def o(): return o.self\no.self = o\no.items = [1, 'two', {'three': 3}]\no.helper = lambda: o",
    "assert o() is o and o.self is o and o.items == [1, 'two', {'three': 3}] and o.helper() is o",
    protocols=(2,),
)

case(
    "metadata set by hand",
    "def f(): pass\nf.__name__ = 'renamed'\nf.__qualname__ = 'Outer.renamed'\nf.__doc__ = 'Doc.'\nf.__module__ = 'elsewhere'\no = f",
    "assert (o.__name__, o.__qualname__, o.__doc__, o.__module__) == ('renamed', 'Outer.renamed', 'Doc.', 'elsewhere')",
)

case(
    "function with __module__ None",
    "def f(x): return x + 1\nf.__module__ = None\no = f",
    "assert o(1) == 2 and o.__module__ is None",
)

case(
    "docstring removed or replaced",
    "def f():\n    'first'\ndef g():\n    'first'\nf.__doc__ = None\ng.__doc__ = 'second'\no = f, g",
    "assert o[0].__doc__ is None and o[1].__doc__ == 'second'",
)

case(
    "method and nested function qualified names",
    "def outer():\n    def inner(): pass\n    return inner\no = outer()",
    "assert o.__qualname__ == 'outer.<locals>.inner' and o.__name__ == 'inner'",
)

case(
    "mutable default shared with another object",
    "shared = []\ndef f(x, acc=shared):\n    acc.append(x)\n    return acc\no = f, shared",
    "f, shared = o; f(1); assert shared == [1]; assert f.__defaults__[0] is shared",
)

case(
    "default that is the function's own container",
    "box = {}\ndef f(box=box): return box['f']\nbox['f'] = f\no = f",
    "assert o() is o",
)

case(
    "defaults and keyword defaults set by hand",
    "def f(a, b, *, c): return a, b, c\nf.__defaults__ = (1, 2)\nf.__kwdefaults__ = {'c': 3}\no = f",
    "assert o() == (1, 2, 3)",
)

case(
    "empty keyword defaults and attributes",
    "def f(): return 1\nf.__kwdefaults__ = {}\nf.x = 1; del f.x\no = f",
    "assert o() == 1 and o.__dict__ == {}",
)

case(
    "the same function twice",
    "f = lambda: 0\no = [f, f, {'k': f}]",
    "assert o[0] is o[1] is o[2]['k']",
)

case(
    "two functions of one code object",
    "def make(k): return lambda: k\no = [make(1), make(2)]",
    "a, b = o; assert (a(), b()) == (1, 2); assert a.__code__ == b.__code__",
)

case(
    "function with replaced code",
    "def f(): return 1\ndef g(): return 2\nf.__code__ = g.__code__\no = f",
    "assert o() == 2 and o.__name__ == 'f' and o.__code__.co_name == 'g'",
)

case(
    "non-ASCII names",
    "größe = 3\ndef функция(名): return 名 + größe\nо = функция\no = о",
    "assert o(1) == 4 and o.__name__ == 'функция'",
)

case(
    "many arguments and locals",
    "src = 'def o(' + ', '.join(f'a{i}={i}' for i in range(300)) + '):\\n' + ''.join(f'  b{i} = a{i}\\n' for i in range(300)) + '  return b299'\nexec(src)",
    "assert o() == 299 and o.__code__.co_argcount == 300",
)

case(
    "large function: extended arguments and jumps",
    "n0 = 7\nsrc = 'def o(x):\\n' + ''.join(f'  if x == {i}: return g{i}\\n' for i in range(400)) + '  return n0'\n"
    "for i in range(400): globals()[f'g{i}'] = i * 2\nexec(src)",
    "assert o(399) == 798 and o(300) == 600 and o(1000) == 7",
)

case(
    "local function of an importable module",
    "import maker\no = maker.make(4)",
    "assert o(1) == 15 and o.__module__ == 'maker'",
    modules={"maker.py": "K = 10\ndef make(n):\n    def inner(x): return x + n + K\n    return inner"},
)

case(
    "importable function travels by reference",
    "import maker\no = [maker.top, maker.Cls, maker.Cls.method, maker.Cls.Inner]",
    "import maker; assert o == [maker.top, maker.Cls, maker.Cls.method, maker.Cls.Inner]; assert len(payload) < 200",
    modules={"maker.py": "def top(): return 1\nclass Cls:\n    def method(self): pass\n    class Inner: pass"},
)

case(
    "importable name that is bound to something else now",
    "import maker\no = maker.top\nmaker.top = lambda: 'other'",
    "assert o() == 1",
    modules={"maker.py": "def top(): return 1"},
)

case(
    "function of a module that was registered by value",
    "import lib.sub\no = lib.sub.f",
    """
    assert o(1) == 111
    import sys; assert "lib" not in sys.modules and "lib.sub" not in sys.modules
    assert o.__module__ == "lib.sub"
    """,
    modules={
        "lib/__init__.py": "",
        "lib/sub.py": "K = 10\ndef g(x): return x + 100\ndef f(x): return g(x) + K",
    },
    reader_modules={},
    by_value=("lib.sub",),
)

case(
    "function of a submodule whose package was registered by value",
    "import lib.sub\no = lib.sub.f",
    "assert o(1) == 11",
    modules={"lib/__init__.py": "", "lib/sub.py": "K = 10\ndef f(x): return x + K"},
    reader_modules={},
    by_value=("lib",),
)

case(
    "registered by value: functions of two of its modules",
    "import lib.a, lib.b\no = lib.a.f",
    "assert o(1) == 31",
    modules={
        "lib/__init__.py": "",
        "lib/a.py": "from .b import g\nK = 10\ndef f(x): return g(x) + K",
        "lib/b.py": "K = 20\ndef g(x): return x + K",
    },
    reader_modules={},
    by_value=("lib",),
)

case(
    "relative import inside a function of a by-value package",
    "import lib.sub\no = lib.sub.f",
    "assert o(1) == 21",
    modules={
        "lib/__init__.py": "",
        "lib/other.py": "K = 20",
        "lib/sub.py": "def f(x):\n    from .other import K\n    return x + K",
    },
    by_value=("lib.sub",),
)

case(
    "relative import inside a function of a package's __init__",
    "import lib\no = lib.f",
    "assert o(1) == 21",
    modules={"lib/__init__.py": "def f(x):\n    from . import other\n    return x + other.K", "lib/other.py": "K = 20"},
    by_value=("lib",),
)

case(
    "import os.path in the global scope",
    "import os.path\ndef o(*a): return os.path.join(*a)",
    "assert o('a', 'b').replace(chr(92), '/') == 'a/b'",
)

case(
    "submodule use through the package's name",
    "import xml.etree.ElementTree\nimport concurrent.futures\ndef o(t): return xml.etree.ElementTree.fromstring(t).tag, concurrent.futures.Future",
    "assert o('<a/>')[0] == 'a'",
)

case(
    "submodule use in a nested function",
    "import email, email.mime.text\ndef o(): return (lambda: email.mime.text.MIMEText('hi'))().get_payload()",
    "assert o() == 'hi'",
)

case(
    "submodule of a user package, imported elsewhere",
    "import pkg\nimport pkg.deep.leaf\ndef o(): return pkg.deep.leaf.K",
    "assert o() == 5",
    modules={"pkg/__init__.py": "", "pkg/deep/__init__.py": "", "pkg/deep/leaf.py": "K = 5"},
)

case(
    "package in a closure, submodule used",
    "def make():\n    import xml.dom.minidom as m, xml\n    return lambda t: xml.dom.minidom.parseString(t).documentElement.tagName\no = make()",
    "assert o('<b/>') == 'b'",
)

case(
    "import inside the function",
    "def o():\n    import json\n    from os import path as p\n    return json.dumps([1]), p.basename('a/b')",
    "assert o() == ('[1]', 'b')",
)

case(
    "imported names: function, class, submodule by from",
    "from os import path\nfrom math import floor as down\nfrom collections import OrderedDict\ndef o(x): return down(x), path.basename('a/b'), OrderedDict(a=1)",
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
    "lazy import broken_module\ndef o(use): return broken_module if use else 'unused'",
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
    "import numpy as np\ndef o(x): return float(np.linalg.norm(x))",
    "assert o([3.0, 4.0]) == 5.0",
    needs=("numpy",),
)

case(
    "docstring, file name and first line",
    "\n\n\ndef o():\n    'Doc.'\n    return 1\n",
    "c = o.__code__; assert c.co_firstlineno == 3 and c.co_filename.endswith('dumping.py') and o.__doc__ == 'Doc.', c.co_firstlineno",
)

case(
    "traceback of a loaded function",
    "def o(x):\n    y = x\n    return y / 0\n",
    """
    import traceback, os
    try: o(1)
    except ZeroDivisionError as e: text = traceback.format_exc()
    assert "dumping.py" in text and "line 3" in text and "in o" in text
    assert "return y / 0" in text, text
    """,
)

case(
    "inspect.getsource of a loaded function, the file being there",
    "def o(x):\n    return x  # the line\n",
    "import inspect; assert inspect.getsource(o) == 'def o(x):\\n    return x  # the line\\n'",
)
