"""Suspended generators, coroutines and async generators: in fresh processes, under tracing, with damaged payloads."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import fresh
import pytest
import sample
from conftest import Processes

PROGRAMS = Path(__file__).with_name("programs")

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
# Programs that define what stops, and dump it at each place.
CASES = ("suspended_cases", "suspended_expressions", "suspended_chains")
# How many damaged states to try; LAMBDAPKL_FUZZ says otherwise.
TRIES = int(os.environ.get("LAMBDAPKL_FUZZ", "1500"))

MONITORING = sys.version_info >= (3, 12) and sys.implementation.name == "cpython"
# How coverage.py measures: with a trace function in C, or with sys.monitoring.
COVERAGE = ("-m", "coverage", "run")
# What the program sets up, and how it is started.
WAYS = {
    "plain": ("", ()),
    "dev": ("", ("-X", "dev")),
    "settrace": ("settrace", ()),
    "opcodes": ("opcodes", ()),
    "profile": ("profile", ()),
    "coverage_ctrace": ("", (*COVERAGE, "--branch")),
    **({"monitoring": ("monitoring", ()), "coverage_sysmon": ("", COVERAGE)} if MONITORING else {}),
}


@pytest.fixture(scope="module")
def frames(processes: Processes) -> fresh.Process:
    """The compiled backend, where it can read and write frames."""
    process = processes("compiled")
    if process.execute("import lambdapkl.frames.suspended as s; result = s.frames() is None"):
        pytest.skip("this interpreter's frames are not supported")
    return process


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LAMBDAPKL_PURE": "0", **variables}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), env.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=env, timeout=600)


def checked(*arguments: str, **variables: str) -> str:
    done = run(*arguments, **variables)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.mark.parametrize("importable", [False, True], ids=["by_value", "by_reference"])
@pytest.mark.parametrize("way", WAYS)
def test_continues_in_another_process(
    way: str, importable: bool, frames: fresh.Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each case is pickled at each of its stops; the copy takes each kind of step and runs to its end like the original."""
    set_up, options = WAYS[way]
    if importable and way not in ("plain", "monitoring"):
        pytest.skip("tracing does not depend on how the function travels")
    name, _, core = way.partition("_")
    if name == "coverage":
        pytest.importorskip("coverage")
        monkeypatch.setenv("COVERAGE_CORE", core)
        # coverage deletes an existing data file, so the path must not be the null device.
        monkeypatch.setenv("COVERAGE_FILE", str(tmp_path / "coverage"))
    every = 1 if way == "plain" else sample.EVERY
    file = str(tmp_path / "dumped.pickle")
    problems: dict[str, Any] = {}
    for cases in CASES:
        if importable:
            source = f"import {cases} as c, suspended_drive as d; d.dump_all(c.CASES, {file!r}, {set_up!r}, {every})"
            checked(*options, "-c", source)
        else:
            checked(*options, str(HERE / f"{cases}.py"), file, set_up, str(every))
        checked(*options, str(HERE / "suspended_drive.py"), file, set_up)
        with open(f"{file}.result", "rb") as source_file:
            problems.update(pickle.load(source_file))
    assert len(problems) > 60 // every
    wrong = {name: text for name, (_, text) in problems.items() if text}
    assert not wrong, "\n".join(f"{name}: {text[0]}" for name, text in wrong.items())


def test_generator_referenced_twice_stays_one_object(frames: fresh.Process) -> None:
    frames.run(
        """
        def run():
            me = yield 'first'
            yield me
        a = run()
        next(a)
        b = run()
        next(b)
        b.send([b, a])
        o = [a, a, {'a': a}, b]
        """,
        """
        a, again, named, b = o
        assert a is again is named['a'] and b is not a
        inner = b.gi_frame.f_locals['me']
        assert inner[0] is b and inner[1] is a
        assert a.send(5) == 5
        """,
    )


def test_the_original_is_untouched(frames: fresh.Process) -> None:
    frames.execute(PROGRAMS / "the_original_is_untouched.py")


def test_cells_are_shared_with_functions(frames: fresh.Process) -> None:
    frames.run(
        PROGRAMS / "cells_are_shared_with_functions_dumped.py",
        PROGRAMS / "cells_are_shared_with_functions_loaded.py",
    )


def test_closed_over_cell_of_the_generator(frames: fresh.Process) -> None:
    frames.run(
        """
        def run():
            count = 0
            def get():
                return count
            while True:
                count += 1
                yield get
        g = run()
        get = next(g)
        o = get, g
        """,
        """
        get, g = o
        assert get() == 1
        assert next(g) is get and get() == 2
        """,
    )


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_names_are_pickled(kind: str, frames: fresh.Process) -> None:
    frames.run(
        f"""
        {kind} run():
            yield 1
        made = [run(), run()]
        for each in made:
            each.__name__, each.__qualname__ = 'other', 'some.other'
        try:
            (next(made[1]) if hasattr(made[1], 'send') else made[1].__anext__().send(None))
        except StopIteration:
            pass
        o = made
        """,
        "assert [(each.__name__, each.__qualname__) for each in o] == [('other', 'some.other')] * 2",
    )


# ---- created and finished: on both backends, see also the corpus ----


def test_suspended_needs_the_compiled_backend(processes: Processes) -> None:
    processes("pure").refuses(
        """
        def run():
            yield 1
        o = run()
        next(o)
        """,
        "needs the compiled backend",
    )


# ---- by reference ----

MODULE = """
def run(items):
    for item in items:
        yield item {}

class Job:
    def run(self):
        x = yield 1
        yield x
"""
USE = """
import jobs
def make():
    made = jobs.run([1, 2, 3])
    next(made)
    job = jobs.Job().run()
    next(job)
    return made, job
o = make()
"""


def test_by_reference(frames: fresh.Process) -> None:
    modules = {"jobs.py": MODULE.format("")}
    payload = frames.dumps(USE, modules=modules)
    assert b"jobs" in payload and len(payload) < 500
    frames.loads(payload, "a, b = o; assert list(a) == [2, 3] and b.send(4) == 4", modules=modules)
    # Changed line numbers and comments do not matter.
    moved = "# a comment\n\n" + MODULE.format("# and another")
    frames.loads(payload, "a, b = o; assert list(a) == [2, 3] and b.send(4) == 4", modules={"jobs.py": moved})


def test_by_reference_with_other_code_is_refused(frames: fresh.Process) -> None:
    payload = frames.dumps(USE, modules={"jobs.py": MODULE.format("")})
    for other in (
        MODULE.format("+ 1"),
        MODULE.format("").replace("for item in items:", "for item in items or 5:"),
        "def run(items):\n    raise SystemExit('the body has run')\n",
    ):
        outcome = frames.load(payload, modules={"jobs.py": other}, check="")
        assert not outcome.ok and re.search(r"UnpicklingError[^\n]*jobs\.run: its code has changed", outcome.report())


# ---- refused ----


@pytest.mark.parametrize(
    ("define", "match"),
    [
        (
            """
            import lambdapkl
            def run():
                yield lambdapkl.dumps(o)
            o = run()
            next(o)
            """,
            "",
        ),
        (
            """
            import threading
            def run():
                lock = threading.Lock()
                with lock:
                    yield
            o = [run()]
            next(o[0])
            """,
            r"(?s)held.*path: list -> item 0 -> local 'lock'",
        ),
        (
            """
            import sqlite3
            def run():
                print(sqlite3.connect(':memory:'), (yield 1))
            o = run()
            next(o)
            """,
            r"(?s)connection.*stack slot \d",
        ),
        (
            """
            import asyncio
            async def run():
                await asyncio.sleep(10)
            loop = asyncio.new_event_loop()
            async def main():
                global o
                o = asyncio.ensure_future(run())
                await asyncio.sleep(0)
            loop.run_until_complete(main())
            """,
            "event loop",
        ),
        (
            """
            import asyncio
            async def run():
                await asyncio.sleep(10)
            async def main():
                global o
                o = run()
                asyncio.get_running_loop().create_task(o)
                await asyncio.sleep(0)
            asyncio.new_event_loop().run_until_complete(main())
            """,
            r"event loop",
        ),
        (
            """
            import types
            @types.coroutine
            def ask():
                yield 1
            async def run():
                try:
                    yield 1
                finally:
                    await ask()
            g = run()
            try:
                g.__anext__().send(None)
            except StopIteration:
                pass
            closing = g.aclose()
            closing.send(None)
            o = g
            """,
            "aclose",
        ),
        (
            """
            async def run():
                yield 1
            o = run().athrow(ValueError)
            """,
            "C code hides the exception",
        ),
        (
            """
            def run():
                yield 1
            def other():
                yield 2
            o = run()
            next(o)
            run.__code__ = other.__code__
            """,
            "__code__ of its function was replaced",
        ),
    ],
    ids=["running", "held lock", "stack slot", "task", "awaiting a future", "aclose", "athrow", "changed function"],
)
def test_refused(define: str, match: str, frames: fresh.Process) -> None:
    if match:
        frames.refuses(define, match)
    else:
        outcome = frames.dump(define)
        assert not outcome.ok and "it is running or being traced" in outcome.report()


# ---- damage ----


def test_damaged_states_are_refused(frames: fresh.Process) -> None:
    checked("-X", "faulthandler", str(HERE / "suspended_fuzz.py"), str(TRIES))


def test_other_interpreters_are_refused(frames: fresh.Process) -> None:
    frames.execute(PROGRAMS / "interpreters_are_told_apart.py")


@pytest.mark.slow
def test_no_reference_is_lost(frames: fresh.Process) -> None:
    rounds = int(os.environ.get("LAMBDAPKL_ROUNDS", "1500"))
    frames.execute(PROGRAMS / "no_reference_is_lost.py", seconds=600, rounds=rounds)


# ---- the verifier ----


@pytest.mark.slow
def test_the_verifier_follows_the_standard_library(frames: fresh.Process) -> None:
    """The verifier accepts all generators and coroutines of large packages, and computes the compiler's stack depths."""
    count = frames.execute(PROGRAMS / "the_verifier_follows_the_standard_library.py")
    assert count > 500


# ---- the example ----


@pytest.mark.slow
def test_job_resumes_after_its_process_is_killed(frames: fresh.Process, tmp_path: Path) -> None:
    """Kill the job twenty times at random; its result is that of a job that was not killed."""
    import random
    import time

    script = str(EXAMPLES / "resumable_job.py")
    expected = checked(script, str(tmp_path / "undisturbed"), "--every", "20")
    checkpoint = str(tmp_path / "checkpoint")
    chance = random.Random(7)
    killed = 0
    env = {**os.environ, "LAMBDAPKL_PURE": "0"}
    for _ in range(20):
        job = subprocess.Popen(
            [sys.executable, script, checkpoint, "--every", "3", "--pause", "0.002"], stdout=subprocess.PIPE, text=True, env=env
        )
        lines = [job.stdout.readline() for _ in range(chance.randint(2, 3))]  # type: ignore[union-attr]
        assert lines[0].startswith(("starting", "resuming")) and lines[1] == "checkpoint\n", lines
        time.sleep(chance.uniform(0, 0.02))
        job.kill()
        rest = job.communicate()[0]
        killed += "words" not in rest
    assert killed == 20
    resumed = checked(script, checkpoint, "--every", "5")
    assert resumed.startswith("resuming")
    assert resumed.splitlines()[-1] == expected.splitlines()[-1]
