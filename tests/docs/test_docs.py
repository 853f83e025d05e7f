"""Every Python snippet of every page runs; the pages on dill and cloudpickle are complete; the site builds without a warning."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest
from conftest import BACKENDS

TOP = Path(__file__).resolve().parents[2]
DOCS = TOP / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), TOP / "README.md"])
RUNNER = Path(__file__).with_name("docs_page.py")
# Snippets of engines start clusters.
SECONDS = 300

FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^ *(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(r"<!---? *invisible-code(?:-block)?: *python\b")
# What is not run, because it is no Python: commands, what is printed, and the directives of MyST.
OTHER_LANGUAGES = {"sh", "text", "json", "toml", "ini", "yaml", "html", "{toctree}", "{eval-rst}"}


def name_of(page: Path) -> str:
    return page.relative_to(TOP).as_posix()


def snippets(text: str) -> int:
    """How many snippets a page has: blocks of Python, of doctests as many as there are prompts with a statement."""
    count = len(HIDDEN.findall(text))
    for block in FENCE.finditer(text):
        if block["language"].strip() == "python":
            doctest = block["text"].lstrip().startswith(">>>")
            count += len(re.findall(r"^ *>>> ", block["text"], re.MULTILINE)) if doctest else 1
    return count


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_snippets_run(page, backend, tmp_path):
    pytest.importorskip("sybil")
    count = snippets(page.read_text(encoding="utf-8"))
    if not count:
        return
    env = {
        **os.environ,
        "LAMBDAPKL_PURE": "1" if backend == "pure" else "",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, str(RUNNER), str(page)]
    with (tmp_path / "printed").open("w+b") as printed:
        # Files: what an engine leaves behind may keep a pipe open.
        code = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT, cwd=tmp_path, env=env, timeout=SECONDS
        ).returncode
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    assert code == 0, f"{name_of(page)}: what a snippet needs is said before it, by <!-- needs: module -->\n{text[-4000:]}"
    done = json.loads(re.findall(r'^\{"run".*\}$', text, re.MULTILINE)[-1])
    assert len(done["run"]) + len(done["left_out"]) == count, done
    for line, reason in done["left_out"]:
        warnings.warn(f"not run: {name_of(page)}, line {line}: {reason}", stacklevel=1)
    if not done["run"]:
        pytest.skip(f"{len(done['left_out'])} snippets; {done['left_out'][0][1]}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_its_language(page):
    text = page.read_text(encoding="utf-8")
    found = [block["language"].strip() for block in FENCE.finditer(text)]
    assert text.count("\n```") == 2 * len(found), "a fence is not closed"
    unknown = set(found) - OTHER_LANGUAGES - {"python"}
    assert not unknown, f"not run, and not known as a language of no Python: {sorted(unknown)}"


def test_the_runner_notices(tmp_path):
    pytest.importorskip("sybil")

    def run(text):
        (tmp_path / "page.md").write_text(text)
        return subprocess.run(
            [sys.executable, str(RUNNER), "page.md"], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )

    assert run("```python\n1 / 0\n```\n").returncode
    assert run("```python\n>>> 1 + 1\n3\n```\n").returncode
    skipped = run("<!-- needs: no_such_module, json -->\n```python\n1 / 0\n```\n\n```python\nx = 1\n```\n")
    assert json.loads(skipped.stdout) == {"run": [6], "left_out": [[2, "not here: no_such_module"]]}, skipped.stderr
    engine = run("```python\nx = 1\n```\n\n```python\nfrom django import db\n```\n\n```python\ndb.x\n```\n")
    done = json.loads(engine.stdout)
    assert done == {"run": [1], "left_out": [[5, "not here: django"], [9, "not here: django"]]}, engine.stderr


# ---- names of peers --------------------------------------------------------------------------------------------------


def public(module: ModuleType) -> set[str]:
    """The names that a module offers: its `__all__`, or what it holds but for modules that it has imported for itself."""
    listed = getattr(module, "__all__", None)
    package = module.__name__.partition(".")[0]
    if listed is not None:
        return set(listed)
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not (isinstance(value, ModuleType) and value.__name__.partition(".")[0] != package)
    }


def section(page: str, heading: str) -> str:
    """The text of a page below a heading of the second level."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^## [^\n]*`{re.escape(heading)}`[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section on `{heading}`"
    return found[1]


def missing(page: str, heading: str, names: set[str]) -> set[str]:
    """Those of `names` that have no row in the tables of a section; the first cell of a row has the names."""
    rows = re.findall(r"^\| *(`[^|]*) *\|", section(page, heading), re.MULTILINE)
    return names - {name for row in rows for name in re.findall(r"`([\w.]+)[^`]*`", row)}


def peer_names(name: str, expression: str = "public(module)") -> set[str]:
    """Evaluate `expression` where `module` is a module of a peer; skip the test where that does not work here.

    In a process of its own: `import dill` changes `pickle` for all that comes after.
    """
    program = f"import importlib; from test_docs import public; module = importlib.import_module({name!r})\n"
    program += f"import json; print(json.dumps(sorted({expression})))"
    path = os.pathsep.join(filter(None, [str(RUNNER.parent), *sys.path]))
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": path}
    )
    if run.returncode:
        pytest.skip(f"{name} cannot be imported: {run.stderr.splitlines()[-1]}")
    return set(json.loads(run.stdout.splitlines()[-1]))


DILL = ("dill", "dill.session", "dill.detect", "dill.source", "dill.temp", "dill.pointers", "dill.logger", "dill.objtypes")


@pytest.mark.parametrize("name", DILL)
def test_coming_from_dill_is_complete(name):
    names = peer_names(name)
    if name == "dill.detect":
        names |= {"at", "children", "parent", "parents", "reference"}
    assert not missing("coming-from-dill.md", name, names)


def test_coming_from_dill_has_every_setting():
    assert not missing("coming-from-dill.md", "dill.settings", peer_names("dill", "module.settings"))


@pytest.mark.parametrize("name", ["cloudpickle", "cloudpickle.cloudpickle"])
def test_coming_from_cloudpickle_is_complete(name):
    own = f"{{n for n in public(module) if getattr(getattr(module, n), '__module__', {name!r}).startswith('cloudpickle')}}"
    # Left over from loops of its module.
    assert not missing("coming-from-cloudpickle.md", name, peer_names(name, own) - {"k", "v"})


def test_coming_from_cloudpickle_has_what_a_pickler_offers():
    own = peer_names("cloudpickle", "{name for name in vars(module.Pickler) if not name.startswith('_')}")
    assert not missing("coming-from-cloudpickle.md", "cloudpickle.Pickler", own | {"dispatch_table"})


def test_peers_names_are_found_missing():
    assert missing("coming-from-dill.md", "dill", {"dumps", "no_such_name"}) == {"no_such_name"}


# ---- the site --------------------------------------------------------------------------------------------------------


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", str(target / "doctrees")]
    return subprocess.run(
        [*command, str(source), str(target / "site")], capture_output=True, text=True, timeout=180, env=env, cwd=target
    )


def test_the_site_builds(tmp_path):
    for name in ("sphinx", "myst_parser", "furo", "sphinx_copybutton"):
        pytest.importorskip(name)
    run = build(DOCS, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    api = (tmp_path / "site/api.html").read_text(encoding="utf-8")
    import lambdapkl

    documented = set(re.findall(r'id="lambdapkl\.([\w.]+)"', api))
    apart = {"COMPILED", "DEFAULT_PROTOCOL", "CloudPickler", "__version__", "cloudpickle", "guard"}
    assert set(dir(lambdapkl)) - documented == apart
    assert {f"guard.{name}" for name in lambdapkl.guard.__all__} <= documented
    index = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        target = page.relative_to(DOCS).with_suffix(".html").as_posix()
        assert f'href="{target}"' in index or target == "index.html", f"{target} is in no navigation"


def test_a_page_in_no_navigation_fails(tmp_path):
    for name in ("sphinx", "myst_parser", "furo", "sphinx_copybutton"):
        pytest.importorskip(name)
    source = tmp_path / "docs"
    (source / "engines").mkdir(parents=True)
    (source / "conf.py").write_bytes((DOCS / "conf.py").read_bytes())
    (source / "index.md").write_text("# Index\n\n```{toctree}\n:glob:\n\nengines/*\nnothing*\n```\n")
    (source / "engines/some.md").write_text("# Some engine\n")
    assert build(source, tmp_path).returncode == 0
    (source / "lost.md").write_text("# Lost\n")
    run = build(source, tmp_path)
    assert run.returncode and "lost.md" in run.stderr
