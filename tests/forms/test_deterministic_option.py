"""``options(deterministic=True)``: what `dumps` and `dump` write in a block of code."""

from __future__ import annotations

import io
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import BACKENDS, Processes

import lambdapkl

WORDS = {"one", "two", "three", "four"}


def function(x: str, more: frozenset[str] = frozenset(("five", "six"))) -> bool:
    return x in WORDS or x in more


VALUES = [WORDS, frozenset(WORDS), function, lambda: WORDS, [WORDS, "one"]]


@pytest.mark.parametrize("value", VALUES)
def test_dumps_and_dump_in_a_block(value: Any, tmp_path: Path) -> None:
    plain, expected = lambdapkl.dumps(value), lambdapkl.dumps(value, deterministic=True)
    path = tmp_path / "payload"
    with lambdapkl.options(deterministic=True):
        assert lambdapkl.dumps(value) == lambdapkl.cloudpickle.dumps(value) == expected
        lambdapkl.dump(value, path)
        assert path.read_bytes() == expected
        with lambdapkl.options(tracebacks="omit"):
            assert lambdapkl.dumps(value) == expected
        with lambdapkl.options(deterministic=False):
            assert lambdapkl.dumps(value) == plain
    assert lambdapkl.dumps(value) == plain


@pytest.mark.parametrize("flags", [{"portable": True}, {"standalone": True}])
def test_other_forms_in_a_block(flags: dict[str, bool]) -> None:
    expected = lambdapkl.dumps(WORDS, deterministic=True, **flags)
    with lambdapkl.options(deterministic=True):
        assert lambdapkl.dumps(WORDS, **flags) == expected


def test_other_threads_are_not_affected() -> None:
    found: list[bytes] = []
    plain = lambdapkl.dumps(function)
    with lambdapkl.options(deterministic=True):
        thread = threading.Thread(target=lambda: found.append(lambdapkl.dumps(function)))
        # Without a context of its own (3.14), a thread starts with the one that it was made in.
        thread.start()
        thread.join()
    assert found == [plain] or found == [lambdapkl.dumps(function, deterministic=True)]


def test_hash_seeds_and_backends(processes: Processes, tmp_path: Path) -> None:
    source = """
        import lambdapkl
        words = {"one", "two", "three", "four"}
        def function(x, more=frozenset(("five", "six"))): return x in words, more
        class A: known = words
        with lambdapkl.options(deterministic=True):
            result = [lambdapkl.dumps(each) for each in (words, function, A, lambda: words)]
        """
    results = [processes(backend, seed).execute(source, home=tmp_path) for backend in BACKENDS for seed in range(3)]
    assert all(result == results[0] for result in results)


class OwnPickler(lambdapkl.CloudPickler):
    pass


@pytest.mark.parametrize("kind", [OwnPickler, lambdapkl.Pickler])
def test_a_pickler_refuses(kind: type[lambdapkl.Pickler]) -> None:
    pickler = kind(io.BytesIO())
    with (
        lambdapkl.options(deterministic=True),
        pytest.raises(pickle.PicklingError, match=f"{kind.__name__} .*deterministic=True"),
    ):
        pickler.dump([1])
    pickler.dump([1])


def test_a_session_is_refused(tmp_path: Path) -> None:
    with (
        lambdapkl.options(deterministic=True),
        pytest.raises(pickle.PicklingError, match=r"dump_session .*deterministic=True"),
    ):
        lambdapkl.dump_session(tmp_path / "session")
    assert not (tmp_path / "session").exists()


def test_explain_and_weigh_work_in_a_block() -> None:
    with lambdapkl.options(deterministic=True):
        assert lambdapkl.explain(function).culprits == ()
        assert lambdapkl.weigh(function)
        assert lambdapkl.copy(WORDS) == WORDS
