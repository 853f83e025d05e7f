"""The server side of `fresh`: a process that has imported a pickler and nothing else, and forks for each request.

A child is as good as a fresh process, because its parent never runs a case's code, and costs 2 ms where starting an
interpreter costs 50.  Requests and answers are `marshal` frames with a length in front, on what were stdin and stdout.

Run as ``python zygote.py PICKLER`` (serve until end of file) or ``python zygote.py PICKLER --once`` (answer one request
in this very process: where there is no `os.fork`, each request gets a process).  ``--import NAME,NAME`` imports modules first.

Imports are kept to what `pickle` itself imports: a module that is loaded here is one whose absence no case can notice.
"""

import importlib
import marshal
import os
import pickle
import signal
import sys
import types


def read_frame(stream):
    """Return the next frame of `stream`, or None at its end."""
    header = stream.read(8)
    if len(header) < 8:
        return None
    data = stream.read(int.from_bytes(header, "little"))
    return marshal.loads(data)


def write_frame(stream, value):
    """Write `value`, which `marshal` must take, to `stream`."""
    data = marshal.dumps(value)
    stream.write(len(data).to_bytes(8, "little") + data)
    stream.flush()


def describe(error):
    """Return an exception as data: type, names of all its base types, text, notes, traceback."""
    import traceback

    try:
        message = str(error)
    except Exception as broken:
        message = f"<str() of {type(error).__name__} failed: {broken!r}>"
    return {
        "type": type(error).__name__,
        "bases": [cls.__name__ for cls in type(error).__mro__],
        "message": message,
        "notes": [str(note) for note in getattr(error, "__notes__", ())],
        "traceback": "".join(traceback.format_exception(error)),
    }


def run_as_main(source, path, variables):
    """Execute `source`, which is the text of the file `path`, as ``__main__``, and return that module."""
    main = types.ModuleType("__main__")
    main.__dict__.update(variables, __file__=path, __builtins__=sys.modules["builtins"], __spec__=None)
    sys.modules["__main__"] = main
    sys.argv[:] = [path]
    exec(compile(source, path, "exec"), main.__dict__)
    return main


def in_fork(function):
    """Return what `function` returns, having left no trace of the call in this process where it can fork."""
    if not hasattr(os, "fork"):
        return function()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            answer = function()
            with os.fdopen(writer, "wb") as stream:
                write_frame(stream, answer)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        answer = read_frame(stream)
    os.waitpid(pid, 0)
    return answer


def dump(pickler, value, request):
    """Return the answer to "pickle this": the payload, or the error."""
    try:
        flags = {"deterministic": True} if request["deterministic"] else {}
        return {"payload": pickler.dumps(value, request["protocol"], **flags)}
    except BaseException as error:
        return {"error": describe(error)}


def perform(pickler, request):
    """Do what `request` asks for in this process and return the answer; see `fresh.Process` for the requests."""
    phase = "define"
    try:
        os.chdir(request["directory"])
        sys.path[:0] = request["path"]
        sys.dont_write_bytecode = True
        for name in request["by_value"]:
            pickler.register_pickle_by_value(importlib.import_module(name))
        variables = {"pickler": pickler}
        kind = request["kind"]
        if kind == "dump":
            main = run_as_main(request["source"], request["file"], variables)
            return {"phase": "dump", **dump(pickler, main.o, request)}
        if kind == "load":
            phase = "load"
            variables["payload"] = payload = request["payload"]
            # The real `__main__` has to be the reader's before the payload looks names up in it.
            main = run_as_main("", request["file"], variables)
            main.o = value = pickle.loads(payload)
            again = in_fork(lambda: dump(pickler, value, request)) if request["dump_again"] else None
            del value
            phase = "check"
            exec(compile(request["source"], request["file"], "exec"), main.__dict__)
            return {"phase": "done", "again": again}
        main = run_as_main(request["source"], request["file"], {**variables, **request["variables"]})
        return {"phase": "done", "result": getattr(main, "result", None)}
    except BaseException as error:
        return {"phase": phase, "error": describe(error)}


def answer_in_child(pickler, request):
    """Answer `request` from a forked child; a child that hangs or dies is part of the answer."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            os.close(reader)
            # SIGALRM's default action ends the process even while it waits for a lock.
            signal.alarm(request["seconds"])
            output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(output, 1)
            os.dup2(output, 2)
            answer = perform(pickler, request)
            with os.fdopen(writer, "wb") as stream:
                write_frame(stream, answer)
            sys.stdout.flush()
            sys.stderr.flush()
            status = 0
        finally:
            # No interpreter shutdown: a case may leave threads and held locks behind.
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        answer = read_frame(stream)
    _, status = os.waitpid(pid, 0)
    if answer is not None:
        return answer
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        return {"phase": "hung", "seconds": request["seconds"]}
    return {"phase": "died", "code": code}


def main():
    """Serve requests until the client closes its end."""
    # What a case prints must not get into the answers.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    if not sys.flags.isolated:
        del sys.path[0]  # the folder of the tests
    try:
        if "--import" in sys.argv:
            for name in sys.argv[sys.argv.index("--import") + 1].split(","):
                importlib.import_module(name)
        pickler = importlib.import_module(sys.argv[1])
    except BaseException as error:
        write_frame(answers, {"error": describe(error)})
        return
    write_frame(answers, {"compiled": getattr(pickler, "COMPILED", None), "file": pickler.__file__})
    once = "--once" in sys.argv
    while (request := read_frame(requests)) is not None:
        write_frame(answers, perform(pickler, request) if once else answer_in_child(pickler, request))
        if once:
            answers.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
