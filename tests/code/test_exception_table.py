"""Code objects with a damaged exception table give a result or a PicklingError, and quickly."""

from __future__ import annotations

import pickle
import random
import types
from typing import Any

import pytest

import lambdapkl
from lambdapkl.code.bytecode import exception_table
from lambdapkl.frames.slot_kinds import Unproven
from lambdapkl.frames.verifier import points


def template() -> Any:
    try:
        return 1 / 0
    except ZeroDivisionError:
        return 2


def test_truncated_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="cut short"):
        list(exception_table(template.__code__.co_exceptiontable[:-1]))


def test_random_bytes() -> None:
    chance = random.Random(52)
    for _ in range(60):
        table = chance.randbytes(chance.randrange(1, 24))
        function = types.FunctionType(template.__code__.replace(co_exceptiontable=table), {})
        for call in (lambdapkl.fingerprint, lambda f: lambdapkl.dumps(f, portable=True)):
            try:
                call(function)
            except pickle.PicklingError:
                pass


def generator() -> Any:
    try:
        yield 1
    except ZeroDivisionError:
        yield 2


def test_verifier_refuses_a_damaged_table() -> None:
    with pytest.raises(Unproven, match="cut short"):
        points(generator.__code__.replace(co_exceptiontable=b"\x85\x45"))
