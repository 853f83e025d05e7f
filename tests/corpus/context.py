"""Context variables."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "ContextVar",
    """
    import contextvars
    v = contextvars.ContextVar('v', default=[1])
    w = contextvars.ContextVar('w')
    o = v, w, v, lambda: v.get()
    """,
    """
    v, w, v2, f = o
    assert v is v2 and v.name == 'v' and v.get() == [1]
    v.set(5)
    assert f() == 5
    try: w.get()
    except LookupError: pass
    else: assert False
    """,
)

case(
    "ContextVar loaded twice is one variable",
    """
    import contextvars
    v = contextvars.ContextVar('v')
    def get(): return v.get()
    def put(x): v.set(x)
    o = [pickler.dumps(get), pickler.dumps(put)]
    """,
    """
    import pickle
    get, put = map(pickle.loads, o)
    put(3)
    assert get() == 3
    """,
)

case(
    "importable ContextVar by reference",
    """
    import cv
    o = cv.v, lambda: cv.v.get()
    """,
    """
    import cv
    assert o[0] is cv.v and o[1]() == 0
    """,
    modules={
        "cv.py": """
            import contextvars
            v = contextvars.ContextVar('v', default=0)
            """,
    },
)

case(
    "contextvars.Context (one var set)",
    """
    import contextvars
    v = contextvars.ContextVar('v')
    c = contextvars.Context()
    c.run(v.set, [7])
    o = c, v
    """,
    """
    c, v = o
    assert c[v] == [7] and c.run(v.get) == [7]
    try: v.get()
    except LookupError: pass
    else: assert False
    """,
)

case(
    "contextvars.Context (empty)",
    """
    import contextvars
    o = contextvars.Context()
    """,
    """
    import contextvars
    assert type(o) is contextvars.Context and len(o) == 0 and o.run(lambda: 3) == 3
    """,
)

case(
    "contextvars.Token",
    """
    import contextvars
    v = contextvars.ContextVar('v')
    o = v.set(1)
    """,
    refused="(?i)token",
)
