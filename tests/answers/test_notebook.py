"""What notebooks show of the answers of `explain`, `weigh` and `inspect`."""

from __future__ import annotations

import re
import threading
from html.parser import HTMLParser
from typing import Any

import pytest

import lambdapkl
from lambdapkl.answers.explain import Explanation

EVIL = "<script>alert(1)</script>\"'&<b>"


class Parsed(HTMLParser):
    """The tags of a text, each of which must be closed, and the words in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        assert {name for name, _ in attributes} <= {"style", "open"}, attributes

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def answers(obj: Any) -> list[Any]:
    return [lambdapkl.explain(obj), lambdapkl.weigh(obj), lambdapkl.inspect(lambdapkl.dumps(obj))]


def test_the_answers_as_html() -> None:
    table = b"x" * 5000

    def function() -> bytes:
        return table

    explained, weighed, inspected = (Parsed(each._repr_html_()) for each in answers({"f": function, "n": [1, 2]}))
    assert "it can be pickled" in explained.words and "closure cell 'table'" in weighed.words
    assert "functions by value" in inspected.words and "details" in weighed.tags
    assert re.search(r"linear-gradient\([^)]*\) 9\d\.\d%", lambdapkl.weigh([table, 1])._repr_html_())
    refused = lambdapkl.explain({"held": [threading.main_thread()]})
    page = Parsed(refused._repr_html_())
    assert "CANNOT BE PICKLED" in page.words and "do:" in page.words and not refused.ok


def test_names_are_escaped() -> None:
    kind = type(EVIL, (), {"__module__": EVIL})
    setattr(kind, EVIL, lambda self: kind)
    for obj in ({EVIL: b"x" * 900}, kind, kind(), [kind, {(EVIL,): bytes(900)}]):
        for answer in answers(obj):
            page = Parsed(answer._repr_html_())
            assert set(page.tags) <= {"div", "details", "summary"}, page.tags
            assert "alert(1)" in page.words or isinstance(answer, Explanation)
    lock = threading.Lock()
    lock.acquire()
    assert "alert(1)" in Parsed(lambdapkl.explain({EVIL: lock})._repr_html_()).words


@pytest.mark.parametrize("shape", ["deep", "wide"])
def test_what_is_deep_or_long_is_cut(shape: str) -> None:
    obj: Any = [[bytes(50), number] for number in range(700)]
    if shape == "deep":
        for _ in range(200):
            obj = [obj, bytes(50)]
    for answer in answers(obj):
        page = Parsed(answer._repr_html_())
        assert len(page.tags) < 3000 and len(page.words) < 200_000
