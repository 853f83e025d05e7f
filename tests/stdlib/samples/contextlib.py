import io


def generator(contextmanager):
    log = []

    @contextmanager
    def tag(name):
        log.append(f"<{name}>")
        try:
            yield name.upper()
        finally:
            log.append(f"</{name}>")

    @tag("deco")
    def work():
        log.append("work")

    with tag("a") as value:
        log.append(value)
    work()
    try:
        with tag("b"):
            raise ValueError("x")
    except ValueError as error:
        log.append(str(error))
    return log, tag.__name__


def wrong_generator(contextmanager):
    @contextmanager
    def twice():
        yield 1
        yield 2

    try:
        with twice():
            pass
    except RuntimeError as error:
        return str(error)


def stack(ExitStack, closing):
    log = []

    class Thing:
        def close(self):
            log.append("closed")

    with ExitStack() as made:
        made.callback(log.append, "callback")
        made.push(lambda kind, error, trace: log.append(kind.__name__ if kind else None) or True)
        made.enter_context(closing(Thing()))
        kept = made.pop_all()
    log.append("after")
    with kept:
        raise KeyError("k")
    return log


def suppressing(suppress):
    log = []
    with suppress(KeyError, ValueError):
        log.append(1)
        {}["x"]
    try:
        with suppress(KeyError):
            raise TypeError("t")
    except TypeError as error:
        log.append(str(error))
    return log


def redirecting(redirect_stdout, redirect_stderr):
    import sys

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        print("to out")
        print("to err", file=sys.stderr)
    return out.getvalue(), err.getvalue()


def null(nullcontext):
    with nullcontext(3) as value, nullcontext() as nothing:
        return value, nothing


def decorators(ContextDecorator):
    log = []

    class Logged(ContextDecorator):
        def __enter__(self):
            log.append("in")
            return self

        def __exit__(self, *error):
            log.append("out")
            return True

    @Logged()
    def fail():
        raise ValueError

    return fail(), log


def abstract(AbstractContextManager, AbstractAsyncContextManager):
    class Managed(AbstractContextManager):
        def __exit__(self, *error):
            return None

    class Duck:
        def __enter__(self): ...
        def __exit__(self, *error): ...

    with Managed() as made:
        return (
            isinstance(made, Managed),
            issubclass(Duck, AbstractContextManager),
            issubclass(Duck, AbstractAsyncContextManager),
        )


def asynchronous(asynccontextmanager, AsyncExitStack, aclosing):
    log = []

    @asynccontextmanager
    async def managed(name):
        log.append(name)
        yield name
        log.append(f"end {name}")

    async def numbers():
        try:
            yield 1
        finally:
            log.append("closed")

    async def main():
        async with AsyncExitStack() as made:
            made.callback(log.append, "callback")
            log.append(await made.enter_async_context(managed("a")))
        async with aclosing(numbers()) as made:
            async for number in made:
                log.append(number)
                break

    try:
        main().send(None)
    except StopIteration:
        return log


def directories(chdir):
    import os

    before = os.getcwd()
    with chdir("/"):
        inside = os.getcwd()
    return inside, os.getcwd() == before
