"""Programs that grow step by step, of functions, closures, classes and cycles: a fresh process has what they have.

``HYPOTHESIS_PROFILE=nightly`` draws more of them, at random.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fresh
import pytest
from conftest import BACKENDS
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

PROGRAMS = Path(__file__).with_name("programs")

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
NUMBERS = st.integers(-3, 9)

# What each object does, as text that does not tell where it was made: calls, attributes, and who is who.
PROBE = fresh.dedent(PROGRAMS / "probe.py")


class Programs(RuleBasedStateMachine):
    """Adds definitions to a program, and now and then pickles all that it has."""

    functions = Bundle("functions")
    classes = Bundle("classes")
    things = Bundle("things")
    pure = False

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.names: list[str] = []
        self.changed = False

    def add(self, prefix: str, text: str) -> str:
        name = f"{prefix}{len(self.names)}"
        self.lines.append(text.replace("NAME", name))
        self.names.append(name)
        self.changed = True
        return name

    @initialize(target=functions)
    def first(self) -> str:
        return self.add("f", "def NAME(x=1): return x + 1")

    @rule(target=functions, callee=functions, number=NUMBERS)
    def function(self, callee: str, number: int) -> str:
        return self.add("f", f"def NAME(x, y={number}):\n    return ({callee}(x) if x > 0 else y), {number}")

    @rule(target=functions, thing=things)
    def reader(self, thing: str) -> str:
        return self.add("f", f"NAME = lambda x=0: (x, {thing})")

    @rule(target=functions, number=NUMBERS)
    def recursive(self, number: int) -> str:
        return self.add("f", f"def NAME(x):\n    return {number} if x <= 0 else NAME(x - 1)")

    @rule(target=functions, kept=things | functions)
    def closure(self, kept: str) -> str:
        text = f"def make_NAME(kept):\n    def NAME(x=0): return x, kept\n    return NAME\nNAME = make_NAME({kept})"
        return self.add("f", text)

    @rule(target=things, number=NUMBERS)
    def shared_cell(self, number: int) -> str:
        text = (
            f"def make_NAME(n={number}):\n    def step(x=1):\n        nonlocal n\n        n += 1\n        return n\n"
            "    return [step, lambda x=0: n]\nNAME = make_NAME()"
        )
        return self.add("t", text)

    @rule(target=classes, number=NUMBERS, callee=functions)
    def plain_class(self, number: int, callee: str) -> str:
        return self.add(
            "C", f"class NAME:\n    value = {number}\n    def m(self, x=1): return {callee}(x)\n    other = {callee}"
        )

    @rule(target=classes, base=classes)
    def derived(self, base: str) -> str:
        text = f"class NAME({base}):\n    def m(self, x=1): return super().m(x), __class__\n    p = property(lambda self: self.value)"
        return self.add("C", text)

    @rule(target=classes, number=NUMBERS)
    def slotted(self, number: int) -> str:
        text = f"class NAME:\n    __slots__ = ('a', 'b')\n    value_of = {number}\n    def __init__(self): self.a = {number}\n    def m(self, x=1): return x"
        return self.add("C", text)

    @rule(target=things, cls=classes)
    def instance(self, cls: str) -> str:
        return self.add("t", f"NAME = {cls}()")

    @rule(
        target=things, parts=st.lists(things | functions | classes, max_size=3), kind=st.sampled_from(("list", "tuple", "dict"))
    )
    def container(self, parts: list[str], kind: str) -> str:
        inside = ", ".join(parts)
        if kind == "dict":
            inside = ", ".join(f"'{index}': {part}" for index, part in enumerate(parts))
            return self.add("t", f"NAME = {{{inside}}}")
        return self.add("t", f"NAME = {kind}([{inside}])")

    @rule(target=things, numbers=st.sets(NUMBERS | st.text("ab", max_size=2), max_size=4))
    def a_set(self, numbers: set[Any]) -> str:
        return self.add("t", f"NAME = {numbers!r}")

    @rule(one=things | functions | classes, other=things | functions | classes)
    def link(self, one: str, other: str) -> None:
        self.lines.append(
            f"try: {one}.linked = {other}\nexcept AttributeError:\n    if type({one}) is list: {one}.append({other})"
        )
        self.changed = True

    @rule(name=consumes(functions), other=functions)
    def rebind(self, name: str, other: str) -> None:
        self.lines.append(f"{name}.__defaults__ = ({other},)")
        self.changed = True

    @invariant()
    def a_fresh_process_has_the_same(self) -> None:
        if not self.changed or len(self.lines) % 4:
            return
        self.changed = False
        everything = "{" + ", ".join(f"'{name}': {name}" for name in self.names) + "}"
        program = "\n".join(self.lines)
        payload, expected = self.dumper.execute(
            f"import lambdapkl\n{program}\n{PROBE}\npayload = lambdapkl.dumps({everything})\nresult = payload, _probe({everything})"
        )
        found = self.loader.execute(f"import pickle\n{PROBE}\nresult = _probe(pickle.loads({payload!r}))")
        assert found == expected

    dumper: fresh.Process
    loader: fresh.Process


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_programs(backend: str) -> None:
    pure = backend == "pure"
    machine: Any = type("Machine", (Programs,), {"pure": pure})
    machine.dumper, machine.loader = fresh.Process("lambdapkl", pure=pure), fresh.Process("lambdapkl", pure=not pure)
    test = machine.TestCase
    test.settings = settings(
        max_examples=2000 if NIGHTLY else 25,
        stateful_step_count=24,
        deadline=None,
        derandomize=not NIGHTLY,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        test("runTest").runTest()
    finally:
        machine.dumper.close()
        machine.loader.close()
