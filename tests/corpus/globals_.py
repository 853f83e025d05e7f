"""The globals that functions reach."""

from __future__ import annotations

from . import family

case = family(__name__)

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
    lock = threading.Lock()
    join = lock
    x = lock
    def o(a): return a.join(["b", "c"]), a.lock if hasattr(a, "lock") else None, [x for x in "de"]
    """,
    """
    assert o('-') == ('b-c', None, ['d', 'e'])
    assert 'lock' not in o.__globals__
    """,
)

case(
    "unpicklable global that is not used",
    """
    import threading
    lock = threading.Lock()
    lock.acquire()
    def o(): return 1
    """,
    """
    assert o() == 1
    assert 'lock' not in o.__globals__
    """,
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
    """
    bump, read = o
    assert bump() == 1 and bump() == 2 and read() == 2
    """,
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
    set_()
    assert get() == 5
    del_()
    try: get()
    except NameError: pass
    else: assert False
    """,
)

case(
    "functions of one payload share one globals",
    """
    n = 0
    def inc():
        global n
        n += 1
    def get(): return n
    o = {'inc': inc, 'get': [get]}
    """,
    """
    o['inc']()
    assert o['get'][0]() == 1
    assert o['inc'].__globals__ is o['get'][0].__globals__
    """,
)

case(
    "two dumps never share globals",
    """
    n = 0
    def inc():
        global n
        n += 1
        return n
    o = [pickler.dumps(inc), pickler.dumps(inc)]
    """,
    """
    import pickle
    a, b = map(pickle.loads, o)
    assert a() == 1 and a() == 2 and b() == 1
    c = pickle.loads(o[0])
    assert c() == 1 and a() == 3
    """,
)

case(
    "loading leaves the reader's __main__ alone",
    """
    secret = 'dumper'
    def o(): return secret
    """,
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
    """
    K = 3
    def a(): return K
    def b(): return globals().get('K')
    o = [b, a]
    """,
    """
    b, a = o
    assert a() == 3 and b() == 3
    """,
)

case(
    "function of exec with its own globals",
    r"""
    ns = {"__name__": "generated", "k": 5}
    exec("def f(x): return x * k + helper(x)\ndef helper(x): return -x", ns)
    o = ns["f"]
    """,
    """
    assert o(2) == 8
    assert o.__module__ == 'generated'
    """,
)

case(
    "function of exec with globals without __name__",
    """
    ns = {'k': 5}
    exec('def f(x): return x * k', ns)
    o = ns['f']
    """,
    "assert o(2) == 10",
)

case(
    "lambda of eval",
    "o = eval('lambda a, *, b=[]: (a, b)')",
    """
    assert o(1) == (1, [])
    assert o.__code__.co_filename == '<string>'
    """,
)

case(
    "function with restricted __builtins__",
    """
    ns = {'__builtins__': {'len': lambda x: 42}, '__name__': 'sandbox'}
    exec('def f(x): return len(x)', ns)
    o = ns['f']
    """,
    "assert o([]) in (0, 42)",
)

case(
    "global that shadows a builtin",
    """
    def len(x): return 'mine'
    def o(x): return len(x), max(x)
    """,
    "assert o([1]) == ('mine', 1)",
)

case("function using builtins", "def o(x): return sorted(map(str, x)), print", "assert o([2, 1])[0] == ['1', '2']")

case(
    "function using __name__, __file__ and __doc__ of its module",
    "def o(): return __name__",
    "assert o() == '__main__'",
)

case(
    "functions with builtins of their own",
    """
    names = {"__builtins__": {"len": lambda thing: -1, "abs": abs, "eval": eval}, "__name__": "sandbox"}
    exec('''
    def measure(thing): return len(thing)
    def reach(path): return open(path)
    def size(number): return abs(number)
    def run(text): return eval(text)
    '''.replace("\\n    ", "\\n"), names)
    o = [names[name] for name in ("measure", "reach", "size", "run")]
    """,
    """
    measure, reach, size, run = o
    assert measure("four") == -1 and size(-2) == 2 and run("len([1])") == -1
    for attempt in (lambda: reach("/dev/null"), lambda: run("open")):
        try: attempt()
        except NameError: pass
        else: assert False
    assert measure.__builtins__ is reach.__builtins__ and measure.__globals__ is run.__globals__
    """,
    not_on_pypy="functions have no __builtins__",
)

case(
    "builtins that a function of the sandbox is in",
    """
    import types
    own = {"print": print, "__build_class__": __build_class__, "__name__": "sandbox"}
    names = {"__builtins__": own, "__name__": "sandbox"}
    exec("def first(): return second()\\ndef second(): return [print]\\ndef kind():\\n class A: pass\\n return A", names)
    own["second"] = names.pop("second")
    o = names["first"], names["kind"]
    """,
    """
    first, kind = o
    assert first() == [print] and kind().__name__ == "A"
    assert first.__builtins__["second"].__builtins__ is first.__builtins__
    """,
    not_on_pypy="functions have no __builtins__",
)

case(
    "function without builtins that needs none",
    """
    names = {"__builtins__": {}, "__name__": "factory", "twice": lambda n: n * 2}
    exec("def o(n): return twice(n)", names)
    o = names["o"]
    """,
    "assert o(4) == 8",
)

case(
    "a module instead of the builtins",
    """
    names = {"__builtins__": None, "__name__": "factory"}
    import own_builtins
    names["__builtins__"] = own_builtins
    exec("def o(n): return len(n)", names)
    o = names["o"]
    """,
    "assert o('abc') == 'own'",
    modules={"own_builtins.py": "def len(thing): return 'own'"},
    not_on_pypy="functions have no __builtins__",
)

case(
    "sentinel of an importable module",
    """
    import markers
    from markers import MISSING
    OWN = object()
    def o(value=MISSING, other=OWN): return value is markers.MISSING, other is OWN, value is MISSING
    """,
    """
    import markers
    assert o() == (True, True, True) and o(3) == (False, True, False)
    assert o.__defaults__[0] is markers.MISSING
    """,
    modules={"markers.py": "MISSING = object()"},
)
