"""Weak references and weak containers."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "weakref.ref (+ referent)",
    """
    import weakref
    class C: pass
    c = C()
    o = weakref.ref(c), c
    """,
    """
    r, c = o
    assert r() is c
    o = None
    del c
    import gc
    gc.collect()
    assert r() is None
    """,
)

case(
    "weakref.ref with a callback",
    """
    import weakref
    class C: pass
    c = C()
    log = []
    o = weakref.ref(c, log.append), c, log
    """,
    """
    r, c, log = o
    o = None
    assert r() is c
    del c
    import gc
    gc.collect()
    assert log == [r]
    """,
)

case(
    "dead weakref.ref",
    """
    import weakref, gc
    class C: pass
    o = weakref.ref(C())
    gc.collect()
    """,
    """
    import weakref
    assert isinstance(o, weakref.ref) and o() is None
    """,
    not_on_pypy="objects die when the garbage collector comes",
)

case(
    "two weakrefs to one object",
    """
    import weakref
    class C: pass
    c = C()
    o = [weakref.ref(c), weakref.ref(c), c]
    """,
    "assert o[0]() is o[1]() is o[2]",
)

case(
    "weakref in a cycle with its referent",
    """
    import weakref
    class Node: pass
    p, c = Node(), Node()
    p.child, c.parent = c, weakref.ref(p)
    o = p
    """,
    "assert o.child.parent() is o",
)

case(
    "weakref.proxy (+ referent)",
    """
    import weakref, collections
    c = collections.UserList([1, 2])
    o = weakref.proxy(c), c
    """,
    """
    import weakref
    p, c = o
    assert type(p) is weakref.ProxyType and len(p) == 2
    o = None
    del c
    import gc
    gc.collect()
    try: len(p)
    except ReferenceError: pass
    else: assert False
    """,
)

case(
    "weakref.proxy, callable, of a by-value class",
    """
    import weakref
    class C:
        def __call__(self): return 3
    c = C()
    o = weakref.proxy(c), c
    """,
    """
    import weakref
    p, c = o
    assert type(p) is weakref.CallableProxyType and p() == 3
    """,
)

case(
    "WeakMethod",
    """
    import weakref
    class C:
        def m(self): return 5
    c = C()
    o = weakref.WeakMethod(c.m), c
    """,
    """
    w, c = o
    assert w()() == 5
    o = None
    del c
    import gc
    gc.collect()
    assert w() is None
    """,
)

case(
    "weakref.finalize",
    """
    import weakref
    class C: pass
    c = C()
    o = weakref.finalize(c, print), c
    """,
    refused="(?i)finali[sz]e",
)

case(
    "WeakValueDictionary (+ value)",
    """
    import weakref
    class C: pass
    c = C()
    d = weakref.WeakValueDictionary(k=c)
    o = d, c
    """,
    """
    d, c = o
    import weakref
    assert type(d) is weakref.WeakValueDictionary and d['k'] is c
    o = None
    del c
    import gc
    gc.collect()
    assert len(d) == 0 and 'k' not in d
    """,
)

case(
    "WeakKeyDictionary (+ key)",
    """
    import weakref
    class C: pass
    c = C()
    d = weakref.WeakKeyDictionary()
    d[c] = [1]
    o = d, c
    """,
    """
    d, c = o
    assert d[c] == [1]
    o = None
    del c
    import gc
    gc.collect()
    assert len(d) == 0
    """,
)

case(
    "WeakSet (+ member)",
    """
    import weakref
    class C: pass
    c = C()
    s = weakref.WeakSet([c])
    o = s, c
    """,
    """
    s, c = o
    assert c in s
    o = None
    del c
    import gc
    gc.collect()
    assert len(s) == 0
    """,
)

case(
    "WeakValueDictionary that its value contains",
    """
    import weakref
    class C: pass
    c = C()
    d = weakref.WeakValueDictionary()
    d['c'] = c
    c.all = d
    o = c
    """,
    "assert o.all['c'] is o",
)

case(
    "class with a weak registry of its instances",
    """
    import weakref
    class C:
        all = weakref.WeakSet()
        def __init__(self): C.all.add(self)
    c = C()
    o = c
    """,
    """
    assert list(type(o).all) == [o]
    type(o)()
    import gc
    gc.collect()
    assert len(type(o).all) == 1
    """,
)
