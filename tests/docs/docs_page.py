"""Run the Python snippets of one page, in order, as the ``__main__`` of this process: ``docs_page.py PAGE``.

Prints a line of JSON: ``run``, the lines of snippets that ran, and ``left_out``, the lines of those that need what is not here, with
the reason.  A snippet that starts with ``>>>`` is a doctest.  Those in ``<!--- invisible-code-block: python ... --->`` run, too, and do
not show.  What a snippet needs stands before it: ``<!-- needs: distributed, numpy -->`` names modules, programs, or ``compiled``, the
compiled backend.  A snippet that imports an engine needs it, and so does what comes after it on the page.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import linecache
import re
import shutil
import sys
import types

from sybil.document import Document, NotEvaluated
from sybil.example import Example
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.region import Lexeme

NEEDS = re.compile(r"<!-- needs: ([^>]+?) -->\s*\Z")

# They may be installed and not work: cloudpickle 3.1.3 cannot be imported on PyPy 8, dill 0.4.1 pickles no function on 3.15.
PEERS = ("cloudpickle", "dill")

ENGINES = frozenset(
    ("celery", "dask", "distributed", "django", "joblib", "kombu", "loky", "pandas", "pyarrow", "pyspark", "ray", "redis", "rq")
)


def missing(text: str) -> list[str]:
    """What the snippet that comes after `text` needs and this interpreter lacks."""
    found = NEEDS.search(text)
    names = [] if found is None else re.split(r"[,\s]+", found[1])
    return [name for name in names if not _is_here(name)]


def _is_here(name: str) -> bool:
    if name == "frames":  # that can be read and written
        from lambdapkl.frames import suspended

        return suspended.frames() is not None
    if name in PEERS:
        try:
            return bool(importlib.import_module(name).dumps(lambda: 1))
        except Exception:
            return False
    # `find_spec` fails for kombu 5.7 once it is imported: the module that it puts in its place has no spec.
    return name in sys.modules or importlib.util.find_spec(name) is not None or shutil.which(name) is not None


def engines(parsed: object) -> set[str]:
    """The engines that a snippet imports."""
    source = parsed if isinstance(parsed, str) else parsed.source
    nodes = list(ast.walk(ast.parse(source)))
    names = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names} & ENGINES


def run_block(example: Example) -> None:
    """Run a snippet that is no doctest so that its source can be found, as that of a cell can."""
    if not isinstance(example.parsed, Lexeme):
        raise NotEvaluated
    name = f"{example.path}, line {example.line}"
    lines = example.parsed.splitlines(keepends=True)
    linecache.cache[name] = len(example.parsed), None, lines, name
    exec(compile(example.parsed, name, "exec", dont_inherit=True), example.namespace)


def main(page: str) -> None:
    module = types.ModuleType("__main__")
    document = Document.parse(page, PythonCodeBlockParser())
    document.namespace = vars(module)
    document.push_evaluator(run_block)
    sys.modules["__main__"] = module
    done: dict[str, list[object]] = {"run": [], "left_out": []}
    absent: set[str] = set()
    for example in document.examples():
        absent |= {name for name in engines(example.parsed) if not _is_here(name)}
        lacking = [*missing(document.text[: example.region.start]), *sorted(absent)]
        if lacking:
            done["left_out"].append([example.line, f"not here: {', '.join(lacking)}"])
            continue
        print(f"{page}, line {example.line}", file=sys.stderr, flush=True)
        example.evaluate()
        done["run"].append(example.line)
    print(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1])
