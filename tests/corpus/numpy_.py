"""numpy objects that need functions or classes by value."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "numpy ufunc (np.add)",
    """
    import numpy as np
    o = np.add, np.sin
    """,
    """
    import numpy as np
    assert o == (np.add, np.sin)
    """,
    needs=("numpy",),
)

case(
    "numpy frompyfunc ufunc",
    """
    import numpy as np
    o = np.frompyfunc(lambda a, b: a + b, 2, 1)
    """,
    """
    assert list(o([1, 2], [3, 4])) == [4, 6] and (o.nin, o.nout) == (2, 1) and o.reduce([1, 2, 3]) == 6
    """,
    needs=("numpy",),
)

case(
    "numpy frompyfunc ufunc with an identity",
    """
    import numpy as np
    o = np.frompyfunc(lambda a, b: a * b, 2, 1, identity=1)
    """,
    """
    import numpy as np
    assert o.identity == 1 and o.reduce(np.array([], dtype=object)) == 1
    """,
    needs=("numpy",),
)

case(
    "numpy vectorize(lambda)",
    """
    import numpy as np
    o = np.vectorize(lambda x: x + 1)
    """,
    "assert list(o([1, 2])) == [2, 3]",
    needs=("numpy",),
)

case(
    "numpy object array of lambdas",
    """
    import numpy as np
    o = np.array([lambda: 1, lambda: 2], dtype=object)
    """,
    "assert o[0]() == 1 and o[1]() == 2 and o.dtype == object",
    needs=("numpy",),
)

case(
    "numpy arrays, dtypes, scalars, structured and masked",
    """
    import numpy as np
    o = (
        np.arange(6).reshape(2, 3), np.dtype([('a', 'i4'), ('b', 'f8')]), np.float32(1.5),
        np.ma.array([1, 2], mask=[0, 1]), np.datetime64('2020-01-02'), np.zeros(2, [('a', 'i4')]),
    )
    """,
    """
    import numpy as np
    a, d, s, m, t, z = o
    assert a.tolist() == [[0, 1, 2], [3, 4, 5]] and d.names == ('a', 'b')
    assert s == np.float32(1.5) and type(s) is np.float32
    assert m.mask.tolist() == [False, True] and t == np.datetime64('2020-01-02')
    assert z['a'].tolist() == [0, 0]
    """,
    needs=("numpy",),
    unstable="numpy gives a masked array its fill value when it is loaded",
)

case(
    "function with numpy array in its closure and default",
    """
    import numpy as np
    def make():
        w = np.arange(3.0)
        def f(x, b=np.ones(3)): return float(w @ x + b.sum())
        return f
    o = make()
    """,
    "assert o([1, 2, 3]) == 11.0",
    needs=("numpy",),
)

case(
    "subclass of ndarray and numpy generator",
    """
    import numpy as np
    class A(np.ndarray):
        def twice(self): return self * 2
    o = np.arange(3).view(A), np.random.default_rng(5)
    """,
    """
    import numpy as np
    a, g = o
    assert a.twice().tolist() == [0, 2, 4] and type(a).__name__ == 'A'
    assert g.random() == np.random.default_rng(5).random()
    """,
    needs=("numpy",),
)
