"""Look for memory that is lost: valgrind over few rounds and over many must report the same.

CPython loses interned strings and static types at its end (it says so itself, `Misc/valgrind-python.supp`), so no single run is clean.  What a
dump, a load or an error of one lost would come once more with each round.  Exits with 1 if anything does.
"""

from __future__ import annotations

import argparse
import os
import pickle
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import lambdapkl

LOST = re.compile(r"([\d,]+) (?:\([^)]*\) )?bytes in ([\d,]+) blocks are definitely lost")


def work(rounds: int) -> None:
    """Dump and load every subject, whole and cut short."""
    from subjects import payloads, subjects

    objects, written = subjects(), payloads()
    for _ in range(rounds):
        for name, data in written.items():
            lambdapkl.dumps(objects[name] if name in objects else data)
            for part in (data, data[: len(data) // 2], data[:-3]):
                try:
                    pickle.loads(part)
                except Exception:
                    continue
        try:
            lambdapkl.dumps([1, sys._getframe, (each for each in (sys.stdin,))])
        except Exception:
            continue


def lost(rounds: int) -> tuple[int, int]:
    """Return the bytes and blocks that are lost in a process that does so many rounds."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = ["valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--num-callers=40", f"--log-file={log}"]
        program = [sys.executable, "-W", "ignore", __file__, "--work", str(rounds)]
        env = {**os.environ, "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}
        subprocess.run([*command, *program], check=True, env=env, timeout=1800)
        found = [(int(size.replace(",", "")), int(count.replace(",", ""))) for size, count in LOST.findall(log.read_text())]
    return sum(size for size, _ in found), sum(count for _, count in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--work", type=int)
    options = parser.parse_args()
    if options.work is not None:
        work(options.work)
        return
    few, many = lost(2), lost(2 + options.rounds)
    print(
        f"lost at the end: {few[0]:,} bytes in {few[1]:,} blocks after 2 rounds, {many[0]:,} in {many[1]:,} after {2 + options.rounds}"
    )
    sys.exit(few != many)


if __name__ == "__main__":
    main()
