import sys

from lambdapkl.engines.multiprocessing import InterpreterPoolExecutor


def main():
    offset = 3

    class Inner:
        def __init__(self, x):
            self.x = x

    class Custom(ValueError):
        pass

    def fail():
        raise Custom("mine")

    def initialize(value):
        sys.mark = value

    with InterpreterPoolExecutor(2, initializer=initialize, initargs=(4,)) as executor:
        assert list(executor.map(lambda x: x + offset + sys.mark, range(3))) == [7, 8, 9]
        result = executor.submit(lambda i: Inner(i.x + 1), Inner(1)).result(20)
        assert type(result) is Inner and result.x == 2
        error = executor.submit(fail).exception(20)
        assert type(error) is Custom and str(error) == "mine"
        assert executor.submit(lambda: lambda: offset).result(20)() == 3
    print("all done")


if __name__ == "__main__":
    main()
