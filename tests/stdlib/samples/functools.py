def caching(lru_cache):
    calls = []

    @lru_cache(maxsize=2)
    def square(x):
        """Square."""
        calls.append(x)
        return x * x

    values = [square(n) for n in (1, 2, 1, 3, 1, 2)]
    info = square.cache_info()
    square.cache_clear()
    return values, calls, info, square.cache_info(), square.cache_parameters(), square.__doc__, square.__wrapped__(9)


def caching_all(cache):
    @cache
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return fibonacci(50), fibonacci.cache_info()


def dispatching(singledispatch):
    @singledispatch
    def show(value):
        return f"object {value}"

    @show.register
    def _(value: int):
        return f"int {value}"

    @show.register(list)
    @show.register(tuple)
    def _(value):
        return f"sequence {len(value)}"

    return (
        show(1),
        show(True),
        show([1]),
        show(()),
        show("s"),
        show.dispatch(bool) is show.dispatch(int),
        sorted(map(str, show.registry)),
    )


def dispatching_methods(singledispatchmethod):
    class Shower:
        @singledispatchmethod
        def show(self, value):
            return "object"

        @show.register
        def _(self, value: int):
            return f"int {value}"

    return Shower().show(1), Shower().show("x")


def ordering(total_ordering):
    @total_ordering
    class Size:
        def __init__(self, n):
            self.n = n

        def __eq__(self, other):
            return self.n == other.n

        def __lt__(self, other):
            return self.n < other.n

    try:
        total_ordering(type("Nothing", (), {}))
    except ValueError as error:
        return Size(1) <= Size(1), Size(2) > Size(1), Size(1) >= Size(2), str(error), Size.__gt__.__name__


def applying(partial):
    made = partial(int, base=2)
    made.note = "binary"
    return made("101"), made.func, made.keywords, made.note, partial(made, "11")()


def applying_methods(partialmethod):
    class Cell:
        def set_state(self, state, *, loud=False):
            return state, loud

        on = partialmethod(set_state, True)
        loud = partialmethod(set_state, loud=True)

    return Cell().on(), Cell().loud(3), Cell.on(Cell(), loud=1)


def wrapping(wraps, update_wrapper):
    def original(a: int) -> str:
        """Doc."""

    @wraps(original)
    def wrapper(*args):
        return args

    other = update_wrapper(lambda: 0, original, assigned=["__name__"], updated=[])
    return wrapper.__name__, wrapper.__doc__, wrapper.__wrapped__ is original, wrapper(1), other.__name__, other.__doc__


def properties(cached_property):
    calls = []

    class Data:
        @cached_property
        def total(self):
            """Total."""
            calls.append(1)
            return 42

    made = Data()
    return made.total, made.total, len(calls), made.__dict__, Data.total.__doc__, Data.total.attrname


def comparing(cmp_to_key):
    return sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a))


def folding(reduce):
    return reduce(lambda a, b: a * 10 + b, [1, 2, 3]), reduce(max, [], "empty")
