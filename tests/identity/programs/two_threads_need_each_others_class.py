import pickle
import threading

from gates import actions, patient, start

from __main__ import payloads

patient()
meet, met = threading.Barrier(2, timeout=30), threading.local()


def both_are_inside():
    if not hasattr(met, "once"):
        met.once = True
        meet.wait()


actions.update(a=both_are_inside, b=both_are_inside)


def load(data):
    _, A, B = pickle.loads(data)
    assert (A().get(), B().get()) == ("late a", "late b")
    return A, B


results, errors = start(*[lambda data=data: load(data) for data in payloads])()
assert not errors, errors
assert results[0] == results[1]
