import io
import pickle
import threading

import lambdapkl


class Client:
    def __init__(self):
        self.lock = threading.Lock()
        self.lock.acquire()


class Raises:
    def __reduce__(self):
        raise ZeroDivisionError


def dump(obj):
    lambdapkl.Pickler(io.BytesIO()).dump(obj)


def notes(call, obj):
    try:
        call(obj)
    except Exception as error:
        return error.__notes__


for call in lambdapkl.dumps, dump:
    found = notes(call, [1, Raises()])
    assert found[:-1] == notes(pickle.dumps, [1, Raises()]) == ["when serializing list item 1"], found
    assert found[-1].startswith("path: list -> item 1"), found
    found = notes(call, [Client()])
    assert found[0].startswith("when serializing "), found
    assert found[-2:-1] == ["when serializing list item 0"], found
    assert "attribute 'lock'" in found[-1], found
