"""A job that survives ``kill -9``: it counts words in the standard library, and resumes at its last checkpoint.

    python examples/resumable_job.py checkpoint.pickle

Run it, kill it, and run it again.

The job is a generator and contains no code for checkpoints.  The loop that runs it pickles it every few steps.  `dump` replaces
the checkpoint file atomically, so a complete checkpoint exists whenever the process dies.
"""

from __future__ import annotations

import argparse
import re
import sysconfig
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import lambdapkl

Job = Generator[str, None, Counter[str]]


def count_words(folders: list[str]) -> Job:
    """Count the words in the source files of `folders`; yield the name of each file after counting it."""
    total: Counter[str] = Counter()
    for folder in folders:
        names = sorted(path.name for path in Path(folder).glob("*.py"))
        for number, name in enumerate(names, 1):
            text = Path(folder, name).read_text(encoding="utf-8", errors="replace")
            total.update(re.findall(r"[a-z]+", text.lower()))
            yield f"{number}/{len(names)} {name}"
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--every", type=int, default=10, help="number of files between two checkpoints")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds to sleep after each file")
    options = parser.parse_args()

    if options.checkpoint.exists():
        job: Job = lambdapkl.load(options.checkpoint)
        print("resuming", flush=True)
    else:
        library = Path(sysconfig.get_path("stdlib"))
        job = count_words([str(library / name) for name in ("asyncio", "email", "encodings", "json", "unittest")])
        print("starting", flush=True)

    done = 0
    while True:
        try:
            next(job)
        except StopIteration as end:
            total = end.value
            break
        done += 1
        if done % options.every == 0:
            lambdapkl.dump(job, options.checkpoint)
            print("checkpoint", flush=True)
        time.sleep(options.pause)
    print(f"{total.total()} words, most frequent: {total.most_common(3)}")


if __name__ == "__main__":
    main()
