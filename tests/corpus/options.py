"""What is pickled only when asked for.  The objects are payloads, because an option holds for the time of a block."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "held locks, unlocked when asked",
    """
    import threading
    a, b = threading.Lock(), threading.RLock()
    a.acquire()
    b.acquire()
    b.acquire()
    with pickler.options(held_locks='unlocked'):
        o = pickler.dumps([a, b, lambda: a])
    try: pickler.dumps(a)
    except Exception as e: assert 'held' in str(e)
    else: assert False, 'the option outlived its block'
    """,
    """
    import pickle
    a, b, f = pickle.loads(o)
    assert f() is a and not a.locked() and a.acquire(timeout=1) and b.acquire(timeout=1)
    """,
)

case(
    "an object that holds a held lock",
    """
    import threading
    class Worker:
        def __init__(self): self.lock, self.done = threading.Lock(), threading.Condition()
        def run(self):
            with self.lock, self.done: return 'ran'
    w = Worker()
    with w.lock, w.done, pickler.options(held_locks='unlocked'):
        o = pickler.dumps(w)
    """,
    "import pickle\nassert pickle.loads(o).run() == 'ran'",
)

case(
    "options are checked, nest and belong to a thread",
    """
    import threading
    lock = threading.Lock()
    lock.acquire()
    for wrong in ({'held_locks': 'ignore'}, {'no_such_option': 1}):
        try:
            with pickler.options(**wrong): pass
        except (ValueError, TypeError): pass
        else: assert False, wrong
    outcomes = []
    def attempt():
        try: pickler.dumps(lock)
        except Exception: outcomes.append('refused')
        else: outcomes.append('pickled')
    with pickler.options(held_locks='unlocked'):
        with pickler.options(held_locks='refuse'): attempt()
        attempt()
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    attempt()
    o = outcomes
    """,
    "assert o[:2] + o[3:] == ['refused', 'pickled', 'refused'], o",
)
