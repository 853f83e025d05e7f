"""A job that survives ``kill -9``: it counts the words of the standard library, and goes on where its last checkpoint was.

    python examples/resumable_job.py checkpoint.pickle

The job is a generator and knows nothing of checkpoints.  The loop that drives it writes one every few steps.  `dump` to a path
replaces the last one whole, so that there is one whenever the process dies.  Run it, kill it, run it again.
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
    """Count the words in the source files of `folders`; yield the name of each file when it is done."""
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
    parser.add_argument("--every", type=int, default=10, help="write a checkpoint every so many files")
    parser.add_argument("--pause", type=float, default=0.0, help="rest for so many seconds after each file")
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
    print(f"{total.total()} words, the most frequent: {total.most_common(3)}")


if __name__ == "__main__":
    main()
