"""Ray with lambdapkl installed in the driver and in its workers: a real cluster on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

import programs

pytestmark = pytest.mark.timeout(240)

# One driver runs all parts, each a function that returns plain data: a cluster takes seconds to start.
START = """
import gc, json, sys, time
import numpy
import ray
import lambdapkl

OPTIONS = dict(num_cpus=2, include_dashboard=False, object_store_memory=200 * 2**20, logging_level="ERROR", log_to_driver=False)
"""

INSTALLED = """
lambdapkl.install(workers=False)
ray.init(**OPTIONS, runtime_env={"worker_process_setup_hook": "lambdapkl.install"})
"""

PARTS = """
def wired():
    def here():
        import ray.cloudpickle
        return b"lambdapkl.wire" in ray.cloudpickle.dumps(lambda: 1)
    return [here(), ray.get(ray.remote(here).remote())]

def functions():
    rate = 3
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)
    def numbers(n):
        for i in range(n):
            yield lambda: i
    adders = [lambda x, n=n: x + n for n in range(3)]
    return {
        "lambda": ray.get(ray.remote(lambda x, y=2: x * y).remote(21)),
        "closure": ray.get(ray.remote(lambda x: x * rate).remote(5)),
        "recursive": ray.get(ray.remote(fib).remote(12)),
        "argument": ray.get(ray.remote(lambda fs, x: [f(x) for f in fs]).remote(adders, 10)),
        "keyword": ray.get(ray.remote(lambda *, f: f(2)).remote(f=lambda x: x + 1)),
        "closure back": ray.get(ray.remote(lambda n: lambda x: x + n).remote(4))(1),
        "nested": ray.get(ray.remote(lambda: ray.get(ray.remote(lambda: rate).remote())).remote()),
        "generator": [ray.get(each)() for each in ray.remote(numbers).options(num_returns="streaming").remote(3)],
        "several": ray.get(ray.remote(num_returns=2)(lambda: (1, 2)).remote()),
    }

class Account:
    def __init__(self, owner, check):
        self.owner, self.check, self.total = owner, check, 0
    def add(self, amount):
        if not self.check(amount):
            raise ValueError(f"{amount} for {self.owner}")
        self.total += amount
        return self
    async def later(self, function):
        return function(self.total)

def actors():
    class Special(Account):
        def add(self, amount):
            return super().add(amount * 2)
    actor = ray.remote(Special).remote("me", lambda amount: amount < 100)
    # One after the other: an actor with a coroutine function runs its calls in any order.
    copies = [ray.get(actor.add.remote(n)) for n in (1, 2)]
    try:
        ray.get(actor.add.remote(70))
    except ValueError as error:
        refused = str(error).splitlines()[-1]
    through = ray.get(ray.remote(lambda: ray.get(actor.add.remote(3)).total).remote())
    later = ray.get(actor.later.remote(lambda total: total * 10))
    return [copies[1].total, isinstance(copies[1], Special), isinstance(copies[0], Account), refused, through, later]

class Refusal(Exception):
    def __init__(self, reason, code):
        super().__init__(reason, code)
        self.code = code

def exceptions():
    def refuse():
        try:
            {}["missing"]
        except KeyError as error:
            raise Refusal("no money", 7) from error
    try:
        ray.get(ray.remote(refuse).remote())
    except Refusal as error:
        first = [isinstance(error, ray.exceptions.RayTaskError), error.cause.code, error.cause.args[0],
                 type(error.cause) is Refusal, "in refuse" in str(error)]
    try:
        ray.get(ray.remote(lambda: ray.get(ray.remote(refuse).remote())).remote())
    except Refusal as error:
        nested = error.cause.code
    retried = ray.remote(max_retries=2, retry_exceptions=[Refusal])(lambda: 5)
    import socket
    try:
        ray.remote(lambda x: x).remote(lambda s=socket.socket(): s)
    except (TypeError, Exception) as error:
        refused = "\\n".join([str(error), *getattr(error, "__notes__", [])])
    return [first, nested, ray.get(retried.remote()), "socket" in refused]

def references():
    held = ray.put(list(range(1000)))
    inside = ray.put([held, "beside"])
    function = ray.remote(lambda: sum(ray.get(held)))
    call = ray.put(lambda: sum(ray.get(held)))
    hexed = held.hex()
    first = ray.get(function.remote())
    contained = ray._private.worker.global_worker.get_serialization_context()
    del held
    gc.collect()
    time.sleep(0.5)
    ref, beside = ray.get(inside)
    second = ray.get(ray.remote(lambda box: sum(ray.get(box[0]))).remote([ref]))
    return [first, ref.hex() == hexed, beside, sum(ray.get(ref)), second, ray.get(call)()]

def arrays():
    array = numpy.arange(1_000_000, dtype="f8")
    class Holder:
        def __init__(self, array):
            self.array = array
    def look(value):
        found = value.array if hasattr(value, "array") else value
        return bool(found.flags.writeable), bool(found.flags.owndata), float(found.sum())
    ref, held = ray.put(array), ray.put(Holder(array))
    address = lambda value: value.__array_interface__["data"][0]
    one, two = ray.get(ref), ray.get(ref)
    stats = [ray.get(ray.remote(look).remote(each)) for each in (ref, held, array, Holder(array))]
    closure = ray.get(ray.remote(lambda: float(array.sum())).remote())
    return [address(one) == address(two), one.flags.writeable, stats, closure]

def registered():
    class Connection:
        def __init__(self, url):
            import socket
            self.url, self.socket = url, socket.socket()
    ray.util.register_serializer(Connection, serializer=lambda c: c.url, deserializer=lambda url: ("again", url))
    passed = ray.get(ray.remote(lambda c: c).remote(Connection("a")))
    kept = Connection("b")
    in_closure = ray.get(ray.remote(lambda: kept).remote())
    ray.util.deregister_serializer(Connection)
    try:
        ray.put(Connection("c"))
    except TypeError as error:  # Ray explains every TypeError of the pickler by one of its own
        return [passed, in_closure, "cannot pickle 'socket' object" in str(error)]

def graphs():
    import ray.dag
    rate = 3
    with ray.dag.InputNode() as given:
        inner = ray.remote(lambda x: x + 1).bind(given)
        graph = ray.remote(lambda box, f: f(ray.get(box[0]))).bind([inner], lambda x: x * rate)
    return ray.get(graph.execute(4))

def mixed():
    # Workers that know nothing of `install`; then the driver neither, with objects from before.
    class Box:
        def __init__(self, value):
            self.value = value
    held = ray.put([1, 2])
    def plain(box):
        import ray.cloudpickle
        return b"lambdapkl" in ray.cloudpickle.dumps(lambda: 1), lambda: box.value + sum(ray.get(held))
    first, before = ray.get(ray.remote(plain).remote(Box(3))), ray.put(Box(4))
    actor = ray.remote(Box).remote(5)
    lambdapkl.uninstall()
    second = ray.get(ray.remote(plain).remote(Box(6)))
    read = ray.get(ray.remote(lambda refs: ray.get(refs[0]).value).remote([before]))
    return [first[0], first[1](), second[0], second[1](), read, ray.get(before).value,
            b"lambdapkl" in ray.cloudpickle.dumps(Box)]
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What each part returned."""
    text = START + INSTALLED + PARTS + programs.REPORT
    text += "report(wired, functions, actors, exceptions, references, arrays, registered, graphs)\n"
    yield programs.run_text(tmp_path_factory.mktemp("ray"), text, seconds=200)


def test_driver_and_workers_use_it(answers: dict[str, Any]) -> None:
    assert answers["wired"] == [True, True]


def test_remote_functions(answers: dict[str, Any]) -> None:
    assert answers["functions"] == {
        "lambda": 42,
        "closure": 15,
        "recursive": 144,
        "argument": [10, 11, 12],
        "keyword": 3,
        "closure back": 5,
        "nested": 3,
        "generator": [0, 1, 2],
        "several": [1, 2],
    }


def test_actors_of_local_classes(answers: dict[str, Any]) -> None:
    assert answers["actors"] == [6, True, True, "ValueError: 140 for me", 12, 120]


def test_exceptions(answers: dict[str, Any]) -> None:
    assert answers["exceptions"] == [[True, 7, "no money", True, True], 7, 5, True]


def test_object_refs_in_closures_keep_their_objects(answers: dict[str, Any]) -> None:
    total = sum(range(1000))
    assert answers["references"] == [total, True, "beside", total, total, total]


def test_arrays_are_not_copied(answers: dict[str, Any]) -> None:
    total = float(sum(range(1_000_000)))
    assert answers["arrays"] == [True, False, [[False, False, total]] * 4, total]


def test_serializers_that_the_user_registers_with_ray(answers: dict[str, Any]) -> None:
    assert answers["registered"] == [["again", "a"], ["again", "b"], True]


def test_graphs_of_tasks(answers: dict[str, Any]) -> None:
    assert answers["graphs"] == 15


def test_workers_without_it_and_uninstall(tmp_path: Path) -> None:
    """Whoever pickled it: it loads.  Reducers that Ray registers serve both picklers."""
    text = START + "ray.init(**OPTIONS)\nlambdapkl.install(workers=False)\n" + PARTS + programs.REPORT + "report(mixed)\n"
    assert programs.run_text(tmp_path, text) == {"mixed": [False, 6, False, 9, 4, 4, False]}


def test_example() -> None:
    assert programs.run(programs.EXAMPLES / "ray_lambdas.py").split("\n")[:2] == ["[0, 3, 6]", "12.0"]
