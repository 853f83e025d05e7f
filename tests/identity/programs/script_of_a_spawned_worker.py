import concurrent.futures
import dataclasses
import enum
import multiprocessing
import pathlib
import pickle
import sys
import typing

import lambdapkl


class Result:
    kinds = [1, 2]

    def __init__(self, value):
        self.value = value

    def double(self):
        return helper(self.value)


def helper(n):
    return 2 * n


class Status(enum.Enum):
    FINE, POOR = 1, 2

    def better(self):
        return Status.FINE


class Bits(enum.Flag):
    A, B = 1, 2


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    kind: Status = Status.FINE


class Pair(typing.NamedTuple):
    left: Result


class Failed(Exception):
    pass


class Outer:
    class Inner:
        pass


def work(value):
    assert __name__ == "__mp_main__"
    found = [
        Result(value),
        Status.POOR,
        Bits.A | Bits.B,
        Point(1),
        Pair(Result(1)),
        Failed("why"),
        Outer.Inner(),
        Result,
        helper,
    ]
    # The worker can load its own payload.
    assert pickle.loads(lambdapkl.dumps(found))[1] is Status.POOR
    return lambdapkl.dumps(found)


def check(data):
    found = pickle.loads(data)
    result, status, bits, point, pair, failed, inner, kind, function = found
    assert type(result) is Result is kind and result.value == 6 and result.double() == 12
    assert status is Status.POOR and status.better() is Status.FINE and bits is Bits.A | Bits.B
    assert point == Point(1) and type(point) is Point and point.kind is Status.FINE
    assert type(pair) is Pair and type(pair.left) is Result and type(failed) is Failed and type(inner) is Outer.Inner
    assert function.__module__ == "__main__" and function(4) == 8
    left = data.replace(Point.__doc__.replace("__main__", "__mp_main__").encode(), b"").count(b"__mp_main__")
    # Since 3.14, a named tuple keeps the namespace of its class statement, with this module name.
    assert left <= (sys.version_info >= (3, 14)), left


def use(executor):
    if executor:
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            return pool.submit(work, 6).result()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (6,))


if __name__ == "__main__":
    data = use(sys.argv[1] == "executor")
    check(data)
    # The payloads of the script itself refer to the same classes.
    assert lambdapkl.dumps([Result, Status.POOR]) == lambdapkl.dumps(pickle.loads(data)[7:8] + [pickle.loads(data)[1]])
    pathlib.Path(sys.argv[2]).write_bytes(data)
