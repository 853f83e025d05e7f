"""Lay out the standard library anew and see whether `fingerprint` would notice: ``python layouts.py``.

Each module is compiled from its own text, from that of `ast.unparse`, which has no comments and lines of its own, and from that with a
line for each argument and element.  Exits with 1 where a code object of these does something else by `canonical.code_digest`.
"""

from __future__ import annotations

import ast
import io
import sys
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from lambdapkl.canonical import code_digest

LEFT_OUT = ("site-packages", "test", "tests", "idle_test", "lib2to3")
F_STRING = tuple(getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_END", "TSTRING_START", "TSTRING_END"))


def in_lines(text: str) -> str:
    """Return `text` with a new line after each comma and bracket within brackets, but for those in f-strings."""
    lines = text.splitlines(keepends=True)
    depth = strings = 0
    breaks = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in F_STRING:
            strings += 1 if token.type in F_STRING[::2] else -1
        elif token.type == tokenize.OP and not strings:
            depth += (token.string in "([{") - (token.string in ")]}")
            if depth and token.string in "([{,":
                breaks.append(token.end)
    for row, column in reversed(breaks):
        lines[row - 1] = lines[row - 1][:column] + "\n" + lines[row - 1][column:]
    return "".join(lines)


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield `code` and all code objects in it."""
    yield code
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from nested(constant)


def main() -> int:
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10_000)
    count = 0
    changed = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if any(part in LEFT_OUT for part in path.parts):
            continue
        try:
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (SyntaxError, UnicodeDecodeError):
            continue
        plain = ast.unparse(tree)
        codes = [compile(each, "<layout>", "exec", dont_inherit=True) for each in (text, plain, in_lines(plain))]
        for versions in zip(*map(nested, codes), strict=True):
            count += 1
            if len({code_digest(each) for each in versions}) != 1:
                changed.append(f"{path}: {versions[0].co_qualname}")
    print(*changed[:20], sep="\n", end="\n" if changed else "")
    print(f"Python {sys.version.split()[0]}: {count:,} code objects in three layouts, {len(changed)} changed")
    return bool(changed) or not count


if __name__ == "__main__":
    sys.exit(main())
