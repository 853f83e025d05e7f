import json
import pickle
import sys
import threading

from lambdapkl.engines.multiprocessing import get_context


def parts(context):
    class Job:
        def __init__(self, rule):
            self.rule = rule

    queue, simple, tasks = context.Queue(), context.SimpleQueue(), context.JoinableQueue()
    near, far = context.Pipe()
    lock, value = context.Lock(), context.Value("i", 0)

    def child(n):
        queue.put(Job(lambda: n))
        simple.put(lambda: n + 1)
        far.send(lambda: n + 2)
        far.send(far.recv()(10))
        # A connection travels through another.
        other = far.recv()
        other.send(lambda: n + 3)
        with lock:
            value.value += 1
        tasks.get()()
        tasks.task_done()
        queue.close()
        queue.join_thread()

    process = context.Process(target=lambda n: child(n), args=(7,), name="a child")
    process.start()
    job = queue.get(timeout=30)
    # A forked child has a `Job` that no payload has told of: then it is another class.
    yield type(job).__name__ == "Job" and job.rule() == 7 and (isinstance(job, Job) or context.get_start_method() == "fork")
    yield simple.get()() == 8
    yield near.recv()() == 9
    near.send(lambda x: x * 3)
    yield near.recv() == 30
    reader, writer = context.Pipe(duplex=False)
    near.send(writer)
    yield reader.recv()() == 10
    tasks.put(lambda: 1)
    tasks.join()
    process.join(30)
    yield process.exitcode == 0 and value.value == 1
    with context.Manager() as manager:
        rate = 3
        shared = manager.dict(rule=lambda n: n * rate)
        other = context.Process(target=lambda: shared.update(back=lambda n: shared["rule"](n) + 1))
        other.start()
        other.join(30)
        yield other.exitcode == 0 and shared["back"](5) == 16
    # What cannot be pickled is told, and the queue goes on.
    held = threading.Lock()
    held.acquire()
    try:
        simple.put(held)
    except pickle.PicklingError:
        yield True
    simple.put(1)
    yield simple.get() == 1


if __name__ == "__main__":
    print(json.dumps(list(parts(get_context(sys.argv[1])))))
