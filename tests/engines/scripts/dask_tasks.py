import sys

import lambdapkl


def main():
    lambdapkl.install()
    import cloudpickle  # noqa: F401
    from distributed import Client, LocalCluster

    offset = 10

    class Local:
        def __init__(self, x):
            self.x = x

    class Counter:
        n = 0

        def add(self, function):
            self.n = function(self.n)
            return self.n

    def fail():
        raise ValueError(f"bad {offset}")

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
    from distributed.protocol import serialize
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
