# ruff: noqa: UP028
"""Generators that stop in loops and blocks, in every place where Python can.

Run as a program, so that what it defines travels by value, or imported, so that it travels by reference.  Each case takes a
list to log to, which travels, too, and returns what is driven.
"""

from __future__ import annotations

import contextlib
import itertools
import sys

import suspended_drive
from suspended_drive import Awaitable

case = CASES = suspended_drive.Cases()

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


if __name__ == "__main__":
    suspended_drive.dump_all(CASES, *sys.argv[1:])
