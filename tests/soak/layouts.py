"""Lay out the standard library anew and see whether `fingerprint` would notice: ``python layouts.py [SEED [SHARE]]``.

Each module is compiled from its own text; from that of `ast.unparse`, which has no comments and lines of its own; from that with a
line for each argument and element; and from that with new lines between any two tokens: all of them, and a third of them by chance.
Exits with 1 where a code object of these does something else by `code.behaviour.code_digest`.  SHARE: every how manieth module is taken.
"""

from __future__ import annotations

import ast
import io
import random
import sys
import sysconfig
import tokenize
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

from lambdapkl.code.behaviour import code_digest

LEFT_OUT = ("site-packages", "test", "tests", "idle_test", "lib2to3")
LAYOUT_TOKENS = frozenset(
    (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)
)
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


def anywhere(text: str, chosen: Callable[[], bool]) -> str:
    """Return `text` with a new line between each two tokens that are `chosen`, but for those in f-strings."""
    lines = text.splitlines(keepends=True)
    strings = 0
    breaks = []
    end = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in LAYOUT_TOKENS:
            end = None
            continue
        if not strings and end is not None and end[0] == token.start[0] and chosen():
            breaks.append(token.start)
        if token.type in F_STRING:
            strings += 1 if token.type in F_STRING[::2] else -1
        end = token.end
    for row, column in reversed(breaks):
        lines[row - 1] = lines[row - 1][:column] + "\\\n" + lines[row - 1][column:]
    return "".join(lines)


def layouts(text: str, chance: random.Random) -> Iterator[str]:
    """Yield `text` and the same program in other lines."""
    tree = ast.parse(text)
    plain = ast.unparse(tree)
    yield text
    yield plain
    for changed in (in_lines(plain), anywhere(plain, lambda: True), anywhere(plain, lambda: chance.random() < 0.3)):
        # What stands between tokens is part of a few strings, of templates for one.
        if ast.dump(ast.parse(changed)) == ast.dump(tree):
            yield changed


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield `code` and all code objects in it."""
    yield code
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from nested(constant)


def main() -> int:
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10_000)
    seed, share = [*map(int, sys.argv[1:]), *(1, 1)[len(sys.argv) - 1 :]]
    chance = random.Random(seed)
    count = compared = 0
    changed = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if any(part in LEFT_OUT for part in path.parts) or chance.random() * share >= 1:
            continue
        try:
            texts = list(layouts(path.read_text(encoding="utf-8"), chance))
        except (SyntaxError, UnicodeDecodeError):
            continue
        codes = [compile(each, "<layout>", "exec", dont_inherit=True) for each in texts]
        for versions in zip(*map(nested, codes), strict=True):
            count += 1
            compared += len(versions)
            if len({code_digest(each) for each in versions}) != 1:
                changed.append(f"{path}: {versions[0].co_qualname}")
    print(*changed[:20], sep="\n", end="\n" if changed else "")
    print(
        f"Python {sys.version.split()[0]}: {count:,} code objects in {compared / max(count, 1):.2f} layouts, {len(changed)} changed"
    )
    return bool(changed) or not count


if __name__ == "__main__":
    sys.exit(main())
