"""Fail unless the sdist and the wheels in the folder named in the argument hold what they should, and nothing else."""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
# An extension with debug information has several megabytes.
MOST_BYTES = 1_000_000

(sdist,) = folder.glob("*.tar.gz")
with tarfile.open(sdist) as archive:
    names = {name.partition("/")[2] for name in archive.getnames()}
    about = archive.extractfile(
        next(name for name in archive.getnames() if name.count("/") == 1 and name.endswith("/PKG-INFO"))
    )
    links = re.findall(r"\]\(([^)]+)\)", about.read().decode())
for needed in ("docs/index.md", "docs/charts/dumps.png", "bench/run.py", "src/lambdapkl/_fast.pyx", "tests/conftest.py"):
    assert needed in names, f"{sdist.name} lacks {needed}"
relative = [link for link in links if not link.startswith(("https://", "#"))]
assert links and not relative, f"links that do not work on an index: {relative}"

for wheel in folder.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = Path(entry.filename)
            if path.parts[0].endswith(".dist-info"):
                continue
            assert path.parts[0] == "lambdapkl" and path.suffix in (".py", ".pyi", ".typed", ".so", ".pyd"), entry.filename
            assert entry.file_size < MOST_BYTES, f"{wheel.name}: {entry.filename} has {entry.file_size:,} bytes"
