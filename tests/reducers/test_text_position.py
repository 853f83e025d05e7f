"""The position of a text file in a loop over its lines is that of the next line, for any encoding and newline."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdapkl.reducers import text_position

ENCODINGS = ("utf-8", "utf-8-sig", "ascii", "latin-1", "utf-16-le", "utf-32-be", "shift_jis", "gbk", "euc_jp", "big5hkscs")
LINES = st.lists(
    st.tuples(st.sampled_from(("", "a", "bb", "\u65e5\u672c", "a" * 9)), st.sampled_from(("\n", "\r\n", "\r"))), min_size=1
)


def in_loop(path: Path, count: int, chunk: int, **arguments: Any) -> tuple[list[str], Any]:
    file = open(path, **arguments)
    file._CHUNK_SIZE = chunk
    return list(itertools.islice(file, count)), file


@given(
    lines=LINES,
    encoding=st.sampled_from(ENCODINGS),
    newline=st.sampled_from((None, "", "\n", "\r", "\r\n")),
    count=st.integers(1, 9),
    chunk=st.sampled_from((1, 2, 3, 7, 8192)),
)
@settings(deadline=None, max_examples=300)
def test_reader_gets_the_unread_lines(tmp_path_factory, lines, encoding, newline, count, chunk) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    text = "".join(line + end for line, end in lines)
    if encoding in ("ascii", "latin-1"):
        text = text.replace("\u65e5\u672c", "yz")
    path.write_bytes(text.encode(encoding))
    arguments = {"encoding": encoding, "newline": newline}
    with open(path, **arguments) as file:
        whole = file.readlines()
    read, file = in_loop(path, count, chunk, **arguments)
    with file:
        place = text_position.find(file)
        assert file.tell() == place
        assert file._CHUNK_SIZE == chunk
        assert read + file.readlines() == whole
    with open(path, **arguments) as again:
        again.seek(place)
        assert read + again.readlines() == whole


@pytest.mark.parametrize("chunk", [1, 4, 5, 8192])
def test_undecodable_bytes_raise_only_when_the_loop_reads_them(tmp_path: Path, chunk: int) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(b"one\ntwo\n" + b"\xe4\xb8" + b"three\n")
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        assert next(file) == "one\n"
        assert text_position.find(file) == 4
        assert file.readlines() == ["two\n", "\udce4\udcb8three\n"]
    path.write_bytes(b"one\ntwo\n" + b"x" * 12 + b"\xe4\xb8" + b"three\n")
    read, file = in_loop(path, 1, chunk if chunk < 9 else 14, encoding="utf-8")
    with file:
        assert text_position.find(file) == 4
        assert next(file) == "two\n"
        with pytest.raises(UnicodeDecodeError):
            file.readlines()


@pytest.mark.parametrize(
    ("encoding", "errors", "reason"),
    [
        ("utf-16", "strict", "from the start"),
        ("iso2022_jp", "strict", "from the start"),
        ("ascii", "replace", "with errors='replace'"),
    ],
)
def test_unsupported_encodings_are_refused_before_reading(tmp_path: Path, encoding: str, errors: str, reason: str) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo\n", encoding=encoding)
    with open(path, encoding=encoding, errors=errors) as file:
        next(file)
        assert reason in str(text_position.reason_against(file))
        assert next(file) == "two\n"


def test_file_overwritten_after_reading_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo\nthree\n")
    with open(path, encoding="utf-8") as file:
        next(file)
        path.write_text("completely different\n")
        with pytest.raises(pickle.PicklingError, match=r"lines\.txt.*overwritten after lines were read"):
            text_position.find(file)
