# ruff: noqa: UP028, F821, F841
"""Generators, coroutines and async generators that stop in every place where Python can.

Run as a program, so that what it defines travels by value, or imported, so that it travels by reference.  Each case takes a
list to log to, which travels, too, and returns what is driven.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import types
from typing import Any

import suspended_drive
from suspended_drive import Awaitable

CASES: dict[str, Any] = {}


def case(make: Any) -> Any:
    CASES[make.__name__] = make
    return make


# ---- loops: the iterator is on the stack ----


@case
def for_list(log):
    for item in ["a", "b", "c"]:
        got = yield item
        log.append(got)


@case
def for_tuple(log):
    for item in (1, 2):
        log.append((yield item))


@case
def for_str(log):
    for item in "xyz":
        log.append((yield item))


@case
def for_bytes(log):
    for item in b"xy":
        log.append((yield item))


@case
def for_range(log):
    for item in range(2, 8, 2):
        log.append((yield item))


@case
def for_dict(log):
    for key in {"a": 1, "b": 2, "c": 3}:
        log.append((yield key))


@case
def for_items(log):
    for key, value in {"a": 1, "b": 2}.items():
        yield key
        yield value


@case
def for_set(log):
    for item in (7,):
        yield item
        yield item


@case
def for_enumerate(log):
    for index, item in enumerate("abc", 5):
        log.append((yield index, item))


@case
def for_zip(log):
    for pair in zip([1, 2, 3], "abc"):
        yield pair


@case
def for_map_and_filter(log):
    for item in map(lambda x: x * 2, filter(None, [1, 0, 2])):
        yield item


@case
def for_reversed(log):
    for item in reversed([1, 2, 3]):
        yield item


@case
def for_itertools(log):
    for item in itertools.chain([1], itertools.repeat(5, 2)):
        yield item
    for item in zip(itertools.count(3), "ab"):
        yield item


@case
def for_file(log):
    with open(suspended_drive.__file__, "rb") as file:
        for line, _ in zip(file, range(4)):
            log.append((yield line))


@case
def for_text_file(log):
    with open(suspended_drive.__file__, encoding="utf-8") as file:
        for line in file:
            log.append((yield line))
            if len(log) > 4:
                break


@case
def for_generator(log):
    def inner(n):
        for i in range(n):
            log.append(("inner", (yield i)))

    for item in inner(3):
        log.append((yield item))


@case
def for_user_iterator(log):
    class Iterator:
        def __init__(self):
            self.n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n > 3:
                raise StopIteration
            return self.n

    def run():
        for item in Iterator():
            log.append((yield item))

    return run()


@case
def nested_loops(log):
    for a in [1, 2]:
        for b in range(2):
            for c in "xy":
                if (yield a, b, c) == "sent":
                    break
        else:
            log.append("else")


@case
def while_and_else(log):
    n = 3
    while n:
        n -= 1
        if (yield n) == "sent":
            continue
    else:
        yield "else"


# ---- blocks ----


class Manager:
    def __init__(self, log, swallow=False):
        self.log = log
        self.swallow = swallow

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, value, tb):
        self.log.append(("exit", kind and kind.__name__))
        return self.swallow

    async def __aenter__(self):
        self.log.append(await Awaitable("enter"))
        return self

    async def __aexit__(self, kind, value, tb):
        self.log.append(("exit", kind and kind.__name__, await Awaitable("exit", "ing")))
        return self.swallow


@case
def in_with(log):
    with Manager(log) as manager:
        log.append((yield 1))
        yield manager.swallow
    yield "behind"


@case
def in_swallowing_with(log):
    for item in (1, 2):
        with Manager(log, True), Manager(log):
            yield item
            raise KeyError(item)
    yield "behind"


@case
def in_contextmanager(log):
    @contextlib.contextmanager
    def managed():
        log.append("in")
        try:
            yield "value"
        finally:
            log.append("out")

    def run():
        with managed() as value:
            yield value
        yield "behind"

    return run()


@case
def in_closing_and_suppress(log):
    with contextlib.suppress(ValueError):
        yield 1
        raise ValueError
    with contextlib.ExitStack() as stack:
        stack.enter_context(Manager(log))
        yield 2
    yield 3


@case
def in_try(log):
    try:
        yield 1
    except ValueError as error:
        log.append(error)
        yield "caught"
    else:
        yield "else"
    finally:
        log.append("finally")
        yield "finally"
    yield "behind"


@case
def in_except(log):
    try:
        raise KeyError("key")
    except KeyError as error:
        yield repr(error)
        log.append(repr(sys.exception()))
        yield "again"
        log.append(repr(error))
    log.append(repr(sys.exception()))
    yield "behind"


@case
def raised_again(log):
    try:
        try:
            1 / 0
        except ZeroDivisionError:
            yield "handling"
            raise
    except ArithmeticError as error:
        yield f"outer {error}"
        raise RuntimeError("from") from error


@case
def in_nested_except(log):
    try:
        raise KeyError(1)
    except KeyError:
        try:
            yield "outer"
            raise IndexError(2)
        except IndexError as error:
            yield repr(error.__context__)
            try:
                yield "inner"
            finally:
                log.append(repr(sys.exception()))
        log.append(repr(sys.exception()))
        yield "outer again"


@case
def in_finally_with_exception(log):
    try:
        try:
            raise ValueError("passing")
        finally:
            log.append((yield "finally"))
            yield repr(sys.exception())
    except ValueError as error:
        yield str(error)


@case
def in_finally_with_return(log):
    for item in (1, 2):
        try:
            if item == 2:
                return "returned"
            continue
        finally:
            yield item


@case
def in_except_star(log):
    try:
        raise ExceptionGroup("group", [ValueError(1), KeyError(2), TypeError(3)])
    except* ValueError as group:
        log.append(group.exceptions[0])
        yield "values"
    except* (KeyError, TypeError) as group:
        yield len(group.exceptions)
        yield "others"
    yield "behind"


@case
def in_except_star_left_over(log):
    try:
        try:
            raise ExceptionGroup("group", [ValueError(1), KeyError(2)])
        except* ValueError:
            yield "values"
            raise OSError(5)
        finally:
            yield "finally"
    except BaseExceptionGroup as group:
        yield sorted(type(each).__name__ for each in group.exceptions)


@case
def thrown_into_loop(log):
    for item in range(4):
        try:
            yield item
        except ValueError as error:
            log.append(error)
            yield "caught"


# ---- in the middle of an expression ----


def call(*args, **kwargs):
    return args, kwargs


@case
def in_call(log):
    log.append(call(1, (yield "a"), [2, (yield "b")], key=(yield "c"), d=(yield "d")))


@case
def in_call_with_stars(log):
    log.append(call(*[(yield 1)], *((yield 2) or ()), x=1, **(yield 3) or {}))


@case
def in_method_call(log):
    log.append((yield "log"))
    log.append(f"a{yield 1}{yield 2}")
    [].append((yield 3))


@case
def in_displays(log):
    log.append([1, (yield 1), *((yield 2) or ())])
    log.append((1, (yield 3), *((yield 4) or ())))
    log.append({(yield 5), *((yield 6) or ())} == {None})
    log.append({(yield 7): (yield 8), **((yield 9) or {}), "k": (yield 10)})


@case
def in_fstring(log):
    log.append(f"a{(yield 1)}b{(yield 2)!r:>10}c{(yield 3):>{(yield 4) or 3}}")


@case
def in_operators(log):
    log.append(((yield 1) or 2) + ((yield 2) or 3) * ((yield 3) or 4))
    log.append(0 < ((yield 4) or 1) < ((yield 5) or 2))
    log.append(((yield 6) and (yield 7)) or (yield 8))
    log.append("x" if (yield 9) else (yield 10))
    values = [0, 1, 2, 3]
    values[(yield 11) or 0] += (yield 12) or 7
    log.append(values[(yield 13) or 1 : (yield 14) or 3])
    values[(yield 15) or 0 : (yield 16) or 1] = [(yield 17)]
    log.append(values)


@case
def in_definitions(log):
    def function(a=(yield 1), *, b=(yield 2)):
        return a, b

    class Base:
        pass

    class Derived((yield 3) or Base, metaclass=(yield 4) or type):
        pass

    log.append((function(), Derived.__mro__[1].__name__))
    log.append((lambda x=(yield 5), y=[(yield 6)]: (x, y))())

    @((yield 7) or (lambda made: made))
    def decorated():
        return "decorated"

    log.append(decorated())


@case
def in_unpacking(log):
    first, *rest = (yield 1) or (1, 2, 3)
    (a, b), c = ((yield 2) or (4, 5)), (yield 3)
    log.append((first, rest, a, b, c))
    del first
    yield 4
    log.append("first" in locals())


@case
def in_match(log):
    for subject in ({"a": 1, "b": [2, 3]}, [1, 2], Awaitable(9), 5):
        match subject:
            case {"a": x, "b": [y, *z]} if (yield 1) != "sent":
                log.append((x, y, z))
            case [x, y] if (yield 2) != 3:
                yield x + y
            case Awaitable(values=(v,)) if not (yield 3):
                yield v
            case _:
                yield "none"


@case
def in_assert_and_return(log):
    assert (yield 1) is None, (yield 2)
    return (yield 3), (yield 4)


@case
def walrus(log):
    while (got := (yield len(log))) is None and len(log) < 3:
        log.append(got)
    return got


# ---- variables ----


@case
def arguments(log):
    def run(a, /, b, *args, c, d=4, **kwargs):
        yield a, b
        yield args, c
        yield d, sorted(kwargs)

    return run(1, 2, 3, c=5, e=6)


@case
def unbound_locals(log):
    yield 1
    if log:
        never = 1
    try:
        yield never
    except UnboundLocalError as error:
        yield type(error).__name__
    for index in range(2):
        if index:
            yield late
        late = index


@case
def closure(log):
    seen = []

    def run():
        nonlocal seen
        count = 0

        def bump():
            nonlocal count
            count += 1
            return count

        while count < 3:
            yield bump
            seen = [*seen, bump()]
            log.append(seen)

    return run()


@case
def deleted_cell(log):
    def run():
        value = 1
        yield lambda: value
        del value
        try:
            yield value
        except NameError as error:
            yield type(error).__name__

    return run()


@case
def methods_with_super(log):
    class Base:
        def items(self):
            yield "base"
            yield "end of base"

    class Derived(Base):
        def items(self):
            yield from super().items()
            yield __class__.__name__
            yield from super().items()

    return Derived().items()


@case
def held_by_its_object(log):
    class Job:
        def __init__(self):
            self.done = []
            self.steps = self.run()

        def run(self):
            for step in range(3):
                self.done.append(step)
                yield self.steps.__name__, list(self.done)

    return Job().steps


@case
def held_by_itself(log):
    def run():
        me = yield "first"
        box = [me]
        yield type(me).__name__
        yield len(box)

    made = run()
    return made


@case
def many_variables(log):
    names = [f"v{index}" for index in range(260)]
    body = "\n".join(f"    {name} = {index}" for index, name in enumerate(names))
    total = " + ".join(names)
    space: dict[str, Any] = {}
    exec(f"def run():\n{body}\n    for x in [1, 2]:\n        yield v259 + x\n    yield {total}\n", space)
    return space["run"]()


# ---- comprehensions ----


@case
def generator_expression(log):
    return (a * b for a in [1, 2] for b in range(3) if a + b)


@case
def expression_in_expression(log):
    return (sum(x for x in range(n)) for n in (y + 1 for y in range(3)))


@case
def expression_over_user_iterable(log):
    class Two:
        def __iter__(self):
            return iter([1, 2])

    return (x for x in Two())


@case
def comprehension_variables(log):
    x = "outer"
    squares = [x * x for x in range(3)]
    functions = [lambda: x for x in range(2)]
    yield x, squares
    yield functions[0]
    yield {k: v for k, v in zip("ab", squares)}


@case
def awaiting_comprehensions(log):
    async def numbers():
        for i in range(3):
            await Awaitable(f"number {i}")
            yield i

    async def run():
        x = "outer"
        log.append([x async for x in numbers()])
        log.append({await Awaitable(x) and x for x in range(2)})
        log.append({x: (await Awaitable(x, x))[0] for x in "ab"})
        log.append([f() for f in [lambda: x for x in [1, 2] if await Awaitable("if")]])
        log.append([y async for y in (x + 1 async for x in numbers())])
        return x

    return run()


# ---- from one to another ----


@case
def yield_from_chain(log):
    def level(n):
        try:
            if n:
                result = yield from level(n - 1)
            else:
                result = yield from [10, 11]
                log.append((yield "deepest"))
        finally:
            log.append(n)
        return (n, result)

    return level(4)


@case
def yield_from_others(log):
    yield from range(2)
    yield from "ab"
    yield from (1, 2)
    yield from (x for x in [1, 2])
    yield from map(str, [1])


@case
def await_chain(log):
    async def leaf():
        return await Awaitable(1, 2)

    async def middle():
        try:
            return await leaf()
        except ValueError as error:
            log.append(error)
            return await Awaitable("handled")

    async def run():
        log.append(await middle())
        return [await middle(), await leaf()]

    return run()


@case
def types_coroutine(log):
    @types.coroutine
    def ask(value):
        return (yield value)

    async def run():
        return [await ask(1), await ask(2)]

    return run()


@case
def async_with(log):
    async def run():
        async with Manager(log) as manager:
            log.append(await Awaitable("body"))
            async with Manager(log, True):
                await Awaitable("inner")
                raise KeyError("swallowed")
        return manager.swallow

    return run()


@case
def async_with_error(log):
    async def run():
        try:
            async with Manager(log):
                raise KeyError("error")
        except KeyError as error:
            await Awaitable("handling")
            return repr(error)

    return run()


@case
def wrapped_coroutine(log):
    async def leaf():
        return await Awaitable(1, 2)

    def run():
        result = yield from leaf().__await__()
        return result

    return run()


# ---- async generators ----


@case
def async_generator(log):
    async def run():
        try:
            for i in range(3):
                log.append(await Awaitable("asked"))
                log.append((yield i))
        except ValueError as error:
            yield str(error)
        finally:
            log.append("finally")

    return run()


@case
def async_for(log):
    async def numbers():
        try:
            for i in range(3):
                log.append(await Awaitable(f"number {i}"))
                yield i
        finally:
            log.append("closed")

    async def run():
        async for i in numbers():
            log.append((i, await Awaitable("body")))
        else:
            await Awaitable("else")
        async for i in numbers():
            break
        return "end"

    return run()


@case
def asend_in_flight(log):
    async def numbers():
        got = None
        for i in range(3):
            log.append(await Awaitable(("got", got)))
            got = yield i

    async def run():
        source = numbers()
        log.append(await source.__anext__())
        log.append(await source.asend("a"))
        pending = source.asend("b")
        await Awaitable("not begun")
        log.append(await pending)

    return run()


if sys.version_info >= (3, 14):
    exec(
        """
@case
def template_strings(log):
    t = t"a{(yield 1)}b{(yield 2)!r:>{(yield 3)}}c"
    log.append((t.strings, [(i.value, i.expression) for i in t.interpolations]))
    yield t.values
"""
    )


if __name__ == "__main__":
    suspended_drive.dump_all(CASES, *sys.argv[1:])
