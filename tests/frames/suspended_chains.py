# ruff: noqa: F821
"""Generators, coroutines and async generators that wait for one another.

Run as a program, so that what it defines travels by value, or imported, so that it travels by reference.  Each case takes a
list to log to, which travels, too, and returns what is driven.
"""

from __future__ import annotations

import sys
import types

import suspended_drive
from suspended_drive import Awaitable

case = CASES = suspended_drive.Cases()

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


if __name__ == "__main__":
    suspended_drive.dump_all(CASES, *sys.argv[1:])
