# ruff: noqa: F821, F841
"""Generators that stop in the middle of an expression or a comprehension, with variables of every kind.

Run as a program, so that what it defines travels by value, or imported, so that it travels by reference.  Each case takes a
list to log to, which travels, too, and returns what is driven.
"""

from __future__ import annotations

import sys

import suspended_drive
from suspended_drive import Awaitable

case = CASES = suspended_drive.Cases()

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


if __name__ == "__main__":
    suspended_drive.dump_all(CASES, *sys.argv[1:])
