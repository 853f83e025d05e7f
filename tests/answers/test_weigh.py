"""`lambdapkl.weigh`: the tree and the page account for every byte."""

from __future__ import annotations

import copyreg
import importlib.util
import json
import os
import pickle
import random
import re
import shutil
import socket
import sys
from pathlib import Path

import fresh
import pytest

import lambdapkl

PROGRAMS = Path(__file__).with_name("programs")

PLOTLY = importlib.util.find_spec("plotly") is not None
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
PYPY = sys.implementation.name == "pypy"


class Model:
    def __init__(self) -> None:
        self.weights = bytes(range(256)) * 4000
        self.copy = bytearray(self.weights).replace(b"", b"")
        self.names = [f"name-{i}" for i in range(3000)]


def sizes(root) -> int:
    total = 0
    stack = [root]
    while stack:
        item = stack.pop()
        total += item.own
        assert item.size == item.own + sum(child.size for child in item.children)
        stack += item.children
    return total


def test_summary_names_the_largest_part(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "answers_in_one_look.py")


def test_shared_once_and_duplicates() -> None:
    one = bytes(range(250)) * 100
    shared = [one, one, [one]]
    weight = lambdapkl.weigh(shared)
    assert 25_000 < weight.size < 25_100 and not weight.duplicates
    assert weight.root.children[0].shared == 2 and "shared 3 times" in str(weight)
    twice = {"a": {"x": [bytes(bytearray(one)), "t" * 600]}, "b": {"x": [bytes(bytearray(one)), "t" * 600]}}
    twice["b"]["x"][1] = "".join(["t"] * 600)
    weight = lambdapkl.weigh(twice)
    (duplicate,) = weight.duplicates
    # Only the outermost equal objects are reported, not their parts.
    assert duplicate.paths == (("dict", "item 'a'"), ("dict", "item 'b'")), duplicate
    assert duplicate.title == "dict" and 25_600 < duplicate.size < 25_700 and duplicate.wasted == duplicate.size
    assert "2 equal copies of dict" in str(weight)
    nearly = [list(range(5000)), [*range(4999), 0]]
    assert not lambdapkl.weigh(nearly).duplicates
    assert len(lambdapkl.weigh([list(range(5000)), list(range(5000))]).duplicates) == 1
    assert not lambdapkl.weigh([[True] * 5000, [1] * 5000]).duplicates


@pytest.mark.parametrize("protocol", range(6))
def test_every_byte_of_any_pickle(protocol: int) -> None:
    class Slots(list):
        pass

    cycle: list[object] = [1, "a" * 300, {"k": (1, 2.5, None, True, b"bytes" * 100)}]
    cycle.append(cycle)
    recursive: tuple[list[object]] = ([],)
    recursive[0].append(recursive)
    objs = [
        cycle,
        recursive,
        {1, 2, frozenset((3, "x"))},
        [10**100, -5, 1 << 40, 1.5, "\N{SNOWMAN}" * 100, complex(1, 2)],
        [Model(), Model],
        copyreg.__newobj__,
        {i: str(i) for i in range(3000)},
        range(5),
        bytearray(3000),
    ]
    for obj in objs:
        payload = pickle.dumps(obj, protocol)
        weight = lambdapkl.weigh(payload)
        assert weight.size == len(payload) == sizes(weight.root)
        json.dumps(weight.to_dict())
        str(weight)
    for obj in (lambda: cycle, Slots([1]), Slots):
        if protocol >= 2:
            payload = lambdapkl.dumps(obj, protocol)
            assert sizes(lambdapkl.weigh(payload).root) == len(payload)


def test_out_of_band() -> None:
    data = bytearray(100_000)
    for obj in ([pickle.PickleBuffer(data)], {"x": pickle.PickleBuffer(bytes(data))}):
        buffers: list[pickle.PickleBuffer] = []
        payload = lambdapkl.dumps(obj, buffer_callback=buffers.append)
        assert len(payload) < 200
        for weight in (lambdapkl.weigh(payload, buffers=buffers), lambdapkl.weigh(obj, out_of_band=True)):
            assert weight.size == len(payload) + 100_000 and weight.out_of_band == 100_000
            assert "out of band" in weight.summary() and weight.heaviest().size >= 100_000
    both = [pickle.PickleBuffer(data), pickle.PickleBuffer(bytes(data))]
    assert len(lambdapkl.weigh(both, out_of_band=True).duplicates) == 1
    assert lambdapkl.weigh(payload).out_of_band == 0


def test_numpy() -> None:
    np = pytest.importorskip("numpy")
    weights = np.arange(50_000.0)
    weight = lambdapkl.weigh({"w": weights, "v": weights[:10]})
    assert weight.heaviest().title == "numpy.ndarray 50000" and weight.heaviest().path() == ["dict", "item 'w'"]
    beside = lambdapkl.weigh({"w": weights}, out_of_band=True)
    assert beside.out_of_band == 400_000 and beside.heaviest().title == "numpy.ndarray 50000"


@pytest.mark.slow
def test_deep_and_large() -> None:
    payload = b"\x80\x04" + b"]" * 50_000 + b"a" * 49_999 + b"."
    weight = lambdapkl.weigh(payload)
    assert weight.size == len(payload)
    assert len(weight.heaviest().path()) <= 41
    json.dumps(weight.to_dict())
    assert len(str(weight)) < 10_000
    calls: list[tuple[int, int]] = []
    numbers = pickle.dumps(list(range(200_000)))
    weight = lambdapkl.weigh(numbers, progress=lambda done, total: calls.append((done, total)))
    assert calls and all(total == len(numbers) for _, total in calls) and calls == sorted(calls)
    assert weight.root.description.count == 200_000


def test_refuses() -> None:
    with socket.socket() as sock, pytest.raises(pickle.PicklingError, match="connection") as info:
        lambdapkl.weigh({"a": sock})
    assert "item 'a'" in info.value.__notes__[0]
    for damaged in (
        b"",
        b"abc",
        b"\x80\x05",
        lambdapkl.dumps([1, 2, 3])[:-1],
        b"\x80\x05)R.",
        b"h\x07.",
        b"}s.",
        b"\x80\x05K\x01b.",
    ):
        with pytest.raises(pickle.UnpicklingError, match="not a pickle, or damaged"):
            lambdapkl.weigh(damaged)


def test_damaged_payloads_raise_only_unpickling_errors() -> None:
    rng = random.Random(7)
    for payload in (lambdapkl.dumps([Model, lambda: 1, {"a": [1, (2,)]}]), pickle.dumps({"a": Model()}, 2)):
        for _ in range(1500):
            damaged = bytearray(payload[:2000])
            for _ in range(rng.randint(1, 3)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            try:
                weight = lambdapkl.weigh(damaged)
                lambdapkl.inspect(damaged).to_dict()
            except pickle.UnpicklingError:
                continue
            assert sizes(weight.root) == weight.size
            str(weight)


# ---- the page -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("plotly")
    half, third = bytes(range(200)) * 3200, os.urandom(400_000)
    weight = lambdapkl.weigh(
        {"half": {"inner": half}, "third": third, "rest": [third[:100_000], third[100_000:200_000], "</script>"]}
    )
    path = tmp_path_factory.mktemp("page") / "weight.html"
    path.write_text(weight.to_html(), encoding="utf-8")
    return path


def test_page_is_self_contained(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", text)
    assert "1.2 MB: 52% is dict → item &#x27;half&#x27;" in text


LOOK = """
const boxes = [...document.querySelectorAll("#map .slice")].map(slice => {
  const path = slice.querySelector("path.surface"), box = path.getBoundingClientRect();
  return {text: slice.textContent, x: box.x, y: box.y, w: box.width, h: box.height, fill: getComputedStyle(path).fill};
});
const style = getComputedStyle(document.body);
return {boxes, background: style.backgroundColor, ink: style.color, heading: document.querySelector("h1").textContent,
        label: getComputedStyle(document.querySelector("#map text.slicetext")).fill,
        paper: getComputedStyle(document.querySelector("#map .main-svg")).backgroundColor};
"""


def luminance(colour: str) -> float:
    channels = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.timeout(180)
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_drawn(page: Path, scheme: str, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            tab = browser.new_page(color_scheme=scheme, viewport={"width": 1200, "height": 800})
            asked: list[str] = []
            problems: list[str] = []
            tab.on("request", lambda request: asked.append(request.url))
            tab.on("pageerror", lambda error: problems.append(str(error)))
            tab.goto(page.as_uri())
            tab.wait_for_selector("#map .slice")
            tab.wait_for_timeout(500)
            assert asked == [page.as_uri()] and not problems
            seen = tab.evaluate(f"() => {{{LOOK}}}")
            found = {box["text"].partition(":")[0]: box for box in seen["boxes"]}
            assert {"dict", "item 'half' (dict)", "item 'third' (bytes of length 400,000)", "item 'rest' (list)"} <= set(found)
            assert "640.0 kB, 51.6%" in found["item 'half' (dict)"]["text"]
            assert seen["heading"].startswith("1.2 MB: 52% is dict → item 'half'")
            # Areas are proportional to bytes, except for borders and captions.
            area = {name: box["w"] * box["h"] for name, box in found.items()}
            assert area["item 'half' (dict)"] / area["item 'third' (bytes of length 400,000)"] == pytest.approx(1.6, rel=0.1)
            assert area["item 'half' (dict)"] / area["item 'rest' (list)"] == pytest.approx(3.2, rel=0.1)
            # The map fills the window, and is readable.
            assert found["dict"]["w"] > 1000 and found["dict"]["h"] > 450
            assert contrast(seen["background"], seen["ink"]) > 7
            for box in found.values():
                assert contrast(box["fill"], seen["label"]) > 4.5, box
            assert (luminance(seen["background"]) > 0.5) is (scheme == "light")
            assert (luminance(found["item 'half' (dict)"]["fill"]) > 0.3) is (scheme == "light")
            # A click zooms into a box, and a click on the bar above zooms out.
            box = found["item 'rest' (list)"]
            tab.mouse.click(box["x"] + box["w"] / 2, box["y"] + 8)
            tab.wait_for_timeout(1500)
            inside = {each["text"].partition(":")[0]: each for each in tab.evaluate(f"() => {{{LOOK}}}")["boxes"]}
            assert inside["item 'rest' (list)"]["w"] > 1000 and "item 'half' (dict)" not in inside, list(inside)
            tab.click("#map .pathbar >> nth=0")
            tab.wait_for_timeout(1500)
            back = [each["text"] for each in tab.evaluate(f"() => {{{LOOK}}}")["boxes"]]
            assert any(text.startswith("item 'half'") for text in back)
            # The reader's preference may change while the page is open.
            tab.emulate_media(color_scheme="dark" if scheme == "light" else "light")
            tab.wait_for_timeout(500)
            other = tab.evaluate(f"() => {{{LOOK}}}")
            assert (luminance(other["background"]) < 0.5) is (scheme == "light")
            assert contrast(other["boxes"][1]["fill"], other["label"]) > 4.5
            tab.screenshot(path=str(tmp_path / f"{scheme}.png"))
        finally:
            browser.close()


@pytest.mark.skipif(PLOTLY, reason="plotly is installed")
def test_page_without_plotly() -> None:
    with pytest.raises(ImportError, match=r"lambdapkl\[html\]"):
        lambdapkl.weigh([1]).to_html()
