"""Classes are made without their hooks, and without a moment at which others see another hook."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy", reason="PyPy does not show the layout of instances, so hooks are replaced for a moment"
)

HOOKS = """
import abc
ASKED, made, registered_with = [], [], []
class Asking(type):
    def mro(cls):
        for each in ASKED: each()
        return super().mro()
class Hooked:
    def __init_subclass__(cls, **keywords):
        made.append(cls.__name__)
        cls.made = "in the writer"
class Listed(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other):
        registered_with.append((other.__name__, cls.__name__))
        return NotImplemented
class Plain(abc.ABC):
    pass
WATCHED = [(Hooked, "__init_subclass__"), (Listed, "__subclasshook__")]
"""

WRITER = """
import lambdapkl, hooks
class Holder: pass
result = []
for _ in range(3):
    class Kind(hooks.Hooked, metaclass=hooks.Asking):
        pass
    holder = Holder()
    holder.kind = Kind
    result.append(lambdapkl.dumps(holder))
"""


def test_nobody_sees_that_a_class_is_made(backend: fresh.Process) -> None:
    call = {"modules": {"hooks.py": HOOKS}, "home": fresh.new_directory()}
    payloads = backend.execute(WRITER, **call)  # type: ignore[arg-type]
    seen = backend.execute(PROGRAMS / "nobody_sees_that_a_class_is_made.py", payloads=payloads, **call)  # type: ignore[arg-type]
    assert not seen, "\n".join(seen)


def test_layouts_of_classes_with_init_subclass(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "layouts_of_classes_with_init_subclass.py")
