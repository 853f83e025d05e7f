"""Truncated and damaged payloads, and bytecode of another interpreter."""

from __future__ import annotations

from . import family

case = family(__name__)

DEFINE = """
K = 3
def make(n):
    class C:
        x = [n]
        def m(self): return super().__repr__(), n, K
    def f(): return C, C()
    return f
o = make(4)
"""

case(
    "truncated anywhere",
    DEFINE,
    """
    import pickle
    for end in range(len(payload)):
        try: pickle.loads(payload[:end])
        except (pickle.UnpicklingError, EOFError): pass
        else: assert False, end
    assert o()[1].m()[1:] == (4, 3)
    """,
)

case(
    "one bit of the code changed",
    DEFINE,
    """
    import pickle, pickletools
    blob = next(arg for _, arg, _ in pickletools.genops(payload) if isinstance(arg, bytes) and len(arg) > 50)
    start = payload.index(blob)
    # From the checksum on.
    for index in range(start + 2, start + len(blob)):
        damaged = bytearray(payload)
        damaged[index] ^= 1 << index % 8
        try: pickle.loads(damaged)
        except pickle.UnpicklingError: pass
        else: assert False, index
    """,
)

case(
    "bytecode of another interpreter",
    "o = lambda: 1",
    r"""
    import pickle, pickletools, sys
    blob = next(arg for _, arg, _ in pickletools.genops(payload) if isinstance(arg, bytes))
    here = f'{sys.version_info[0]}.{sys.version_info[1]}'
    number, there = (3495, '3.11') if here != '3.11' else (3531, '3.12')
    try: pickle.loads(payload.replace(blob, number.to_bytes(2, 'little') + blob[2:]))
    except pickle.UnpicklingError as e:
        assert type(e).__name__ == 'BytecodeMismatchError'
        assert here in str(e) and there in str(e), str(e)
    else: assert False
    """,
)

case(
    "deep nest of closures gives PicklingError",
    """
    def wrap(g): return lambda: g
    o = 0
    for _ in range(100_000): o = wrap(o)
    """,
    refused="(?i)recurs|deep",
)

case(
    "deep nest of instances gives PicklingError",
    """
    class Node: pass
    o = None
    for _ in range(100_000):
        node = Node()
        node.next = o
        o = node
    """,
    refused="(?i)recurs|deep",
)

case(
    "nest of a few hundred is no trouble",
    """
    def wrap(g): return lambda: g
    o = 0
    for _ in range(60): o = wrap(o)
    """,
    """
    f = o
    for _ in range(60): f = f()
    assert f == 0
    """,
)
