"""Locks and other objects of `threading` and `queue`."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "threading.Lock (unlocked)",
    """
    import threading
    o = threading.Lock()
    """,
    """
    assert not o.locked() and o.acquire(timeout=1) and o.locked()
    o.release()
    """,
)

case(
    "threading.Lock (held)",
    """
    import threading
    o = threading.Lock()
    o.acquire()
    """,
    refused="(?i)held|locked",
)

case(
    "RLock (free)",
    """
    import threading
    o = threading.RLock()
    """,
    """
    assert o.acquire(timeout=1) and o.acquire(timeout=1)
    o.release()
    o.release()
    try: o.release()
    except RuntimeError: pass
    else: assert False
    """,
)

case(
    "RLock (held twice)",
    """
    import threading
    o = threading.RLock()
    o.acquire()
    o.acquire()
    """,
    refused="(?i)held|locked",
)

case(
    "one lock shared by two owners",
    """
    import threading
    class C: pass
    a, b = C(), C()
    a.l = b.l = threading.Lock()
    o = a, b
    """,
    """
    a, b = o
    assert a.l is b.l
    with a.l: assert b.l.locked()
    """,
)

case(
    "function that uses a global lock",
    """
    import threading
    lock = threading.Lock()
    n = 0
    def o():
        global n
        with lock: n += 1
        return n
    """,
    "assert o() == 1 and o() == 2",
)

case(
    "threading.Event (set)",
    """
    import threading
    o = threading.Event(), threading.Event()
    o[0].set()
    """,
    """
    a, b = o
    assert a.is_set() and a.wait(1) and not b.is_set()
    b.set()
    assert b.wait(1)
    """,
)

case(
    "threading.Condition",
    """
    import threading
    l = threading.Lock()
    o = threading.Condition(), threading.Condition(l), l
    """,
    """
    import threading
    c, d, l = o
    seen = []
    def worker(c):
        with c:
            while not seen: assert c.wait(5)
    for c in (c, d):
        seen.clear()
        t = threading.Thread(target=worker, args=(c,))
        t.start()
        with c: seen.append(1); c.notify_all()
        t.join(5)
        assert not t.is_alive()
    with d: assert l.locked()
    """,
)

case(
    "threading.Semaphore(3), one taken",
    """
    import threading
    o = threading.Semaphore(3), threading.BoundedSemaphore(2)
    o[0].acquire()
    o[1].acquire()
    """,
    """
    s, b = o
    assert s.acquire(timeout=1) and s.acquire(timeout=1)
    assert not s.acquire(blocking=False)
    b.release()
    try: b.release()
    except ValueError: pass
    else: assert False
    """,
)

case(
    "threading.Barrier",
    """
    import threading
    o = threading.Barrier(2)
    """,
    """
    import threading
    t = threading.Thread(target=o.wait, args=(5,))
    t.start()
    o.wait(5)
    t.join(5)
    assert not t.is_alive() and o.parties == 2
    """,
)

case(
    "threading.local",
    """
    import threading
    o = threading.local()
    o.x = [1]
    o.me = o
    """,
    """
    import threading
    assert o.x == [1] and o.me is o
    seen = []
    t = threading.Thread(target=lambda: seen.append(hasattr(o, 'x')))
    t.start()
    t.join()
    assert seen == [False]
    """,
)

case(
    "threading.local subclass with __init__ arguments",
    """
    import threading
    class L(threading.local):
        def __init__(self, k): self.k = k
    o = L(5)
    """,
    """
    import threading
    assert o.k == 5 and type(o).__name__ == 'L'
    seen = []
    t = threading.Thread(target=lambda: seen.append(o.k))
    t.start()
    t.join()
    assert seen == [5]
    """,
    not_on_pypy="the arguments cannot be had there",
)

case(
    "threading.Thread (running) is refused",
    """
    import threading, time
    o = threading.Thread(target=time.sleep, args=(0.5,), daemon=True)
    o.start()
    """,
    refused="(?i)thread",
)

case(
    "queue.Queue",
    """
    import queue
    o = queue.Queue(3), queue.LifoQueue(), queue.PriorityQueue(), queue.SimpleQueue()
    for q in o: q.put(2); q.put(1)
    """,
    """
    q, l, p, s = o
    assert q.maxsize == 3 and q.qsize() == 2 and q.get(timeout=1) == 2
    assert q.get(timeout=1) == 1 and l.get(timeout=1) == 1 and p.get(timeout=1) == 1
    assert s.get(timeout=1) == 2
    import threading
    t = threading.Thread(target=lambda: q.put('x'))
    t.start()
    assert q.get(timeout=5) == 'x'
    t.join()
    q.task_done()
    q.task_done()
    q.task_done()
    q.join()
    """,
)
