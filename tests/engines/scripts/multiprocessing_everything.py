import sys

from lambdapkl.engines import multiprocessing

context = multiprocessing.get_context(sys.argv[1])
state = []


def initialize(value):
    state.append(value)


def first_state(_):
    return state[0]


class Local(Exception):
    def __init__(self, value):
        self.value = value


def main():
    offset = 10

    class Inner:
        def __init__(self, x):
            self.x = x

        def double(self):
            return Inner(self.x * 2)

    def fail(x):
        raise ValueError(f"bad {x + offset}")

    class Custom(ValueError):
        pass

    def fail_custom():
        raise Custom("mine")

    with context.Pool(2, initializer=initialize, initargs=(7,)) as pool:
        assert pool.map(lambda x: x + offset, range(5)) == [10, 11, 12, 13, 14]
        assert pool.map(first_state, range(2)) == [7, 7]
        result = pool.apply(lambda i: i.double(), (Inner(4),))
        assert type(result) is Inner and result.x == 8
        assert pool.apply(lambda: lambda y: y + offset)(1) == 11
        for function, kind in ((lambda: fail(1), ValueError), (fail_custom, Custom)):
            try:
                pool.apply(function)
            except kind as error:
                assert str(error) in ("bad 11", "mine")
            else:
                raise AssertionError("no error")
        assert list(pool.imap_unordered(lambda x: x, [1])) == [1]
    with context.Pool(1, initializer=lambda: sys.path.append("seen")) as pool:
        assert pool.apply(lambda: "seen" in sys.path)

    queue, simple, joinable = context.Queue(), context.SimpleQueue(), context.JoinableQueue()
    here, there = context.Pipe()
    lock = context.Lock()

    def work(queue, simple, joinable, there, lock):
        with lock:
            function = there.recv()
            there.send(lambda: function(offset))
            queue.put(lambda: function(2))
            simple.put(Inner(3))
            joinable.get()()
            joinable.task_done()

    child = context.Process(target=work, args=(queue, simple, joinable, there, lock))
    child.start()
    here.send(lambda x: x * 100)
    joinable.put(lambda: None)
    assert here.recv()() == 1000
    assert queue.get(timeout=20)() == 200
    assert simple.get().x == 3
    joinable.join()
    child.join(20)
    assert child.exitcode == 0

    with context.Manager() as manager:
        shared = manager.dict()
        shared["f"] = lambda x: x + offset
        assert shared["f"](1) == 11
        child = context.Process(target=lambda shared: shared.update(g=lambda: Inner(offset)), args=(shared,))
        child.start()
        child.join(20)
        assert shared["g"]().x == 10

    with multiprocessing.ProcessPoolExecutor(
        2, context, initializer=lambda v: setattr(sys, "mark", v), initargs=(5,)
    ) as executor:
        assert list(executor.map(lambda x: x + offset + sys.mark, range(3))) == [15, 16, 17]
        assert list(executor.map(lambda x, y: x * y, [1, 2, 3], [4, 5, 6], chunksize=2)) == [4, 10, 18]
        assert executor.submit(Inner(5).double).result(20).x == 10
        assert isinstance(executor.submit(fail_custom).exception(20), Custom)
        import threading

        held = threading.Lock()
        held.acquire()
        assert isinstance(executor.submit(lambda: held).exception(20), Exception)
        assert executor.submit(lambda: 1).result(20) == 1
    print("all done")


if __name__ == "__main__":

    def under_the_guard():
        return Local(3)

    with context.Pool(1) as pool:
        assert pool.apply(under_the_guard).value == 3
    main()
