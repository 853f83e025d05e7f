import json
import pickle
import threading

from lambdapkl.engines.multiprocessing import InterpreterPoolExecutor


def prepare(make):
    import builtins

    builtins.prepared = make()


def parts():
    class Inner(Exception):
        pass

    def fail():
        raise Inner(lambda: 3)

    with InterpreterPoolExecutor(2, initializer=prepare, initargs=(lambda: 5,)) as executor:
        yield list(executor.map(lambda n: (n, prepared), range(4))) == [(n, 5) for n in range(4)]  # noqa: F821
        yield executor.submit(lambda: lambda: 4).result(30)() == 4
        error = executor.submit(fail).exception(30)
        yield type(error) is Inner and error.args[0]() == 3
        held = threading.Lock()
        held.acquire()
        try:
            executor.submit(lambda: held)
        except pickle.PicklingError:
            yield True
        yield executor.submit(lambda: __import__("lambdapkl").COMPILED).result(30) is False


if __name__ == "__main__":
    print(json.dumps(list(parts())))
