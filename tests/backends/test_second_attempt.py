"""A payload that is given up and written again leaves nothing of the first attempt (issue 16)."""

from __future__ import annotations

import textwrap

import fresh

DEFINE = """
import io, pickle, sys
import lambdapkl

class Angle:
    def __init__(self, degrees): self.degrees, self.turns = degrees, degrees / 360
    def __getstate__(self):
        counts.append(self.degrees)
        return (self.degrees,)
    def __setstate__(self, state): self.degrees, self.turns = state[0], state[0] / 360
    def beyond(self): return self.turns - RIGHT.turns

counts = []
PYPY = sys.implementation.name == "pypy"
RIGHT = Angle(90)
"""


def test_hooks_run_twice_only_for_a_second_attempt(backend: fresh.Process) -> None:
    source = """
    lambdapkl.dumps([Angle(180), Angle(270)])
    twice = counts.count(180), counts.count(270)
    class Plain:
        def __getstate__(self):
            counts.append("plain")
            return {"x": 1}
    lambdapkl.dumps([Plain(), Plain])
    result = twice, counts.count("plain")
    """
    (first, second), plain = backend.execute(DEFINE + textwrap.dedent(source))
    # The first attempt has the state of the first instance, and ends in its class.
    assert (first, second, plain) == (2, 1, 1)


def test_buffers_of_the_first_attempt_are_dropped(backend: fresh.Process) -> None:
    source = """
    class Array:
        def __init__(self, data): self.data = data
        def __reduce_ex__(self, protocol): return bytearray, (pickle.PickleBuffer(self.data),)
    def written(write):
        taken = []
        payload = write([Array(b"abc"), Angle(180), Array(b"defg")], taken.append)
        return [bytes(each) for each in taken], payload
    def by_pickler(obj, callback):
        file = io.BytesIO()
        lambdapkl.Pickler(file, buffer_callback=callback).dump(obj)
        return file.getvalue()
    def in_band(obj, callback):
        return lambdapkl.dumps(obj, buffer_callback=lambda each: callback(each) or len(bytes(each)) == 3)
    result = [written(each) for each in (lambda obj, call: lambdapkl.dumps(obj, buffer_callback=call), by_pickler, in_band)]
    """
    dumps, pickler, in_band = backend.execute(DEFINE + textwrap.dedent(source))
    read = """
    import pickle
    first, angle, last = pickle.loads(payload, buffers=buffers)
    assert first == b"abc" and last == b"defg" and angle.beyond() == 0.25
    """
    for taken, payload in (dumps, pickler):
        assert taken == [b"abc", b"defg"]
        backend.execute(textwrap.dedent(read), payload=payload, buffers=taken)
    taken, payload = in_band
    assert taken == [b"abc", b"defg"]
    backend.execute(textwrap.dedent(read), payload=payload, buffers=taken[1:])


def test_a_buffer_before_the_first_class_goes_to_the_callback_at_once(backend: fresh.Process) -> None:
    source = """
    class Array:
        def __init__(self, data): self.data = data
        def __reduce_ex__(self, protocol):
            counts.append(bytes(self.data))
            return bytearray, (pickle.PickleBuffer(self.data),)
    def written(write, answer):
        counts.clear()
        buffer = pickle.PickleBuffer(b"xyz")
        def callback(each):
            # As in CPython's test of a callback that changes what is being pickled.
            if each is buffer: buffer.release()
            return answer
        try:
            payload = write([Array(b"abc"), buffer, Array(b"defg")], callback)
        except ValueError as error:
            payload = str(error)
        return payload, list(counts)
    def by_pickler(obj, callback):
        file = io.BytesIO()
        lambdapkl.Pickler(file, 5, buffer_callback=callback).dump(obj)
        return file.getvalue()
    # PyPy has a second pickler, whose memo has other entries.
    def by_pickle(obj, callback): return getattr(pickle, "_dumps" if PYPY else "dumps")(obj, 5, buffer_callback=callback)
    def by_dumps(obj, callback): return lambdapkl.dumps(obj, 5, buffer_callback=callback)
    result = [[written(write, answer) for write in (by_pickle, by_dumps, by_pickler)] for answer in (True, False)]
    """
    for by_pickle, *ours in backend.execute(DEFINE + textwrap.dedent(source)):
        assert ours == [by_pickle, by_pickle]


def test_output_before_the_first_class_is_written_once(backend: fresh.Process) -> None:
    source = """
    large = b"x" * 300_000
    file = io.BytesIO()
    pickler = lambdapkl.Pickler(file)
    pickler.dump([large, list(range(100_000)), Angle(180), large])
    pickler.dump(Angle(90))
    result = file.getvalue()
    """
    payload = backend.execute(DEFINE + textwrap.dedent(source))
    read = """
    import io, pickle
    unpickler = pickle.Unpickler(io.BytesIO(payload))
    first, angle = unpickler.load(), unpickler.load()
    assert first[0] is first[3] and len(first[1]) == 100_000 and first[2].beyond() == 0.25
    assert angle.beyond() == 0 and type(angle) is type(first[2])
    """
    backend.execute(textwrap.dedent(read), payload=payload)


def test_a_later_dump_of_a_pickler_is_refused(backend: fresh.Process) -> None:
    source = """
    file = io.BytesIO()
    pickler = lambdapkl.Pickler(file)
    pickler.dump([1])
    try:
        pickler.dump(Angle(180))
    except pickle.PicklingError as error:
        result = [str(error)]
    pickler.clear_memo()
    pickler.dump(Angle(180))
    """
    (message,) = backend.execute(DEFINE + textwrap.dedent(source))
    assert "clear_memo()" in message
