import itertools
import pickle
import sys
import threading
import time

import lambdapkl

sys.setswitchinterval(1e-6)
enough, started, done = 40, time.monotonic(), [0]


def going_on():
    # A slow interpreter on a busy machine gets as long as it needs for what the test is about.
    elapsed = time.monotonic() - started
    return elapsed < 4 or (done[0] < enough and elapsed < 100)


class Point:
    __slots__ = ("x", "y")

    def __init__(self):
        self.x = self.y = ["start"]


class Plain:
    def __init__(self):
        self.a = ["start"]


def make():
    n = ["start"]

    def get():
        return n, value

    def put(new):
        nonlocal n
        n = new

    return get, put


value = ["start"]
get, put = make()


def named(a=["start"]):
    return a


point, plain = Point(), Plain()
objects = [get, named, Point, Plain, point, plain, [plain, point, get]]
counter = itertools.count()


def change():
    global value
    while going_on():
        number = next(counter)
        value = [number, str(number)]
        put([number])
        point.x = [str(number)]
        plain.a = [str(number)]
        setattr(plain, f"b{number % 20}", [number])
        vars(plain).pop(f"b{(number + 7) % 20}", None)
        setattr(Plain, f"c{number % 20}", [number])
        if hasattr(Plain, name := f"c{(number + 7) % 20}"):
            try:
                delattr(Plain, name)
            except AttributeError:
                pass
        setattr(named, f"d{number % 20}", [number])
        vars(named).pop(f"d{(number + 7) % 20}", None)
        globals()[f"e{number % 20}"] = [number]
        globals().pop(f"e{(number + 7) % 20}", None)


failures = []


def dump():
    try:
        while going_on():
            for obj in objects:
                try:
                    payload = lambdapkl.dumps(obj)
                except RuntimeError as error:
                    assert "changed" in str(error), error
                    continue
                loaded = pickle.loads(payload)
                if obj is get:
                    got = loaded()
                    assert got[0][0] == "start" or type(got[0][0]) is int
                done[0] += 1
    except BaseException:
        import traceback

        failures.append(traceback.format_exc())


threads = [threading.Thread(target=each) for each in (change, change, dump, dump, dump, dump)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(120)
assert not failures and not any(thread.is_alive() for thread in threads), failures[0] if failures else "stuck"
assert done[0] >= enough, done
