"""dask.distributed: a LocalCluster of processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import run, run_source

pytest.importorskip("distributed")

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_tasks_futures_actors_and_buffers(tmp_path: Path) -> None:
    text = """
import sys
import lambdapkl

def main():
    lambdapkl.install()
    import cloudpickle
    from distributed import Client, LocalCluster, get_client
    offset = 10
    class Local:
        def __init__(self, x): self.x = x
    class Counter:
        n = 0
        def add(self, function): self.n = function(self.n); return self.n
    def fail(): raise ValueError(f"bad {offset}")
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        first = client.map(lambda x: Local(x + offset), range(4), pure=False)
        second = client.map(lambda local: local.x * 2, first)
        assert client.gather(second) == [20, 22, 24, 26]
        result = first[0].result(timeout=30)
        assert type(result) is Local and result.x == 10
        # Workers started afresh do as this process does.
        def mine():
            import cloudpickle
            return b"lambdapkl" in cloudpickle.dumps(lambda: 1), "lambdapkl.wire" in sys.modules
        assert all(pair == (True, True) for pair in client.run(mine).values())
        assert str(client.submit(fail).exception(timeout=30)) == "bad 10"
        actor = client.submit(Counter, actor=True).result(timeout=30)
        assert [actor.add(lambda n: n + offset).result(), actor.add(lambda n: n * 2).result()] == [10, 20]
        import numpy
        big = numpy.arange(500_000.0)
        assert client.submit(lambda: float((big * 2).sum())).result(timeout=30) == float(big.sum() * 2)
    from distributed.protocol import serialize, deserialize
    from distributed.protocol.pickle import dumps, loads
    buffers = []
    task = (lambda: big.sum(), Local(big))
    data = dumps(task, buffer_callback=buffers.append)
    assert b"lambdapkl" in data and len(data) < 3000, len(data)
    assert sum(memoryview(each).nbytes for each in buffers) == big.nbytes
    function, local = loads(data, buffers=buffers)
    assert function() == big.sum() and numpy.shares_memory(local.x, big)
    header, frames = serialize(task)
    assert any(memoryview(frame).nbytes == big.nbytes for frame in frames)
    print("done")

if __name__ == "__main__":
    main()
"""
    assert "done" in run_source(tmp_path, text)


def test_tokens_do_not_depend_on_the_process(tmp_path: Path) -> None:
    text = """
import lambdapkl
lambdapkl.install()
from dask.base import tokenize
offset = 10
names = {"b", "a", "c", "dd", "ee"}
class Local:
    def __init__(self, x): self.x = x
    def double(self): return self.x * 2
def outer(x):
    return lambda y: x + y + offset
print(*[tokenize(each, ensure_deterministic=True) for each in
    (lambda x: x + offset, outer(3), Local, Local(4), lambda x: x in {"b", "a", "c", "dd"}, lambda: Local(1).double())])
"""
    tokens = [run_source(tmp_path, text, PYTHONHASHSEED=seed).split() for seed in ("1", "2", "3")]
    assert tokens[0] == tokens[1] == tokens[2] and len(set(tokens[0])) == 6


def test_example() -> None:
    assert run(EXAMPLES / "dask_lambdas.py").strip() == "[10, 11, 14, 19, 26]"
