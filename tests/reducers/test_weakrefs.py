"""Weak references and proxies, with and without another reference to the referent in the payload."""

from __future__ import annotations

from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

NODE = """
import gc, io, pickle, weakref
class Node:
    def __init__(self, *parts): self.parts = parts
    def method(self): return self.parts
node = Node(1, 2)
"""


@pytest.mark.parametrize(
    "make",
    [
        "weakref.proxy(node)",
        "[weakref.proxy(node)]",
        "{'key': (weakref.proxy(node),)}",
        "[weakref.proxy(node), weakref.WeakSet([node])]",
        "[weakref.WeakValueDictionary(k=node), weakref.proxy(node)]",
    ],
)
def test_lone_proxy_becomes_its_referent(backend: fresh.Process, make: str) -> None:
    backend.run(
        f"{NODE}\no = {make}",
        """
        import gc
        gc.collect()
        while not hasattr(o, "parts"):
            o = o["key"] if isinstance(o, dict) else next(each for each in o if type(each).__name__ == "Node" or type(each) is tuple)
        assert type(o).__name__ == "Node" and o.parts == (1, 2) and o.method() == (1, 2)
        """,
    )


@pytest.mark.parametrize("make", ["[weakref.proxy(node), node]", "[node, weakref.proxy(node)]"])
def test_proxy_beside_its_referent_stays_weak(backend: fresh.Process, make: str) -> None:
    backend.run(
        f"{NODE}\no = {make}",
        """
        import gc, weakref
        o.sort(key=lambda each: type(each) is weakref.ProxyType)
        node, proxy = o
        assert type(proxy) is weakref.ProxyType and proxy.parts == node.parts and type(node) is not weakref.ProxyType
        del o, node
        gc.collect()
        try: proxy.parts
        except ReferenceError: pass
        else: assert False
        """,
    )


def test_what_the_copy_of_a_proxy_holds_counts(backend: fresh.Process) -> None:
    backend.run(
        f"{NODE}\ninner = Node()\no = [weakref.proxy(Node(inner))] if 0 else None\n"
        "outer = Node(inner)\no = [weakref.ref(inner), weakref.proxy(outer)]",
        "reference, outer = o\nassert reference() is outer.parts[0]",
    )
    # The referent holds its own proxy.
    backend.run(
        f"{NODE}\nnode.me = weakref.proxy(node)\no = node.me",
        "assert type(o).__name__ == 'Node' and o.me is o",
    )


@pytest.mark.parametrize(
    "make",
    [
        "weakref.ref(node)",
        "[weakref.ref(node)]",
        "weakref.ref(node, print)",
        "weakref.WeakMethod(node.method)",
        "[weakref.WeakSet([node]), weakref.ref(node)]",
        "lambda: reference()",
        "[weakref.WeakKeyDictionary({node: other}), weakref.ref(other)]",
        "weakref.ref(Node)",
    ],
)
def test_reference_that_would_be_dead_is_refused(backend: fresh.Process, make: str) -> None:
    define = f"{NODE}\nother = Node()\nreference = weakref.ref(node)\no = {make}"
    text = backend.refuses(define, r"nothing else in the payload holds.*pickle the object together with it")
    assert "path: " in text


@pytest.mark.parametrize(
    "make",
    [
        "[weakref.ref(node), node]",
        "[node, weakref.ref(node)]",
        "[weakref.WeakKeyDictionary({node: other}), weakref.ref(other), node]",
        "[weakref.WeakMethod(node.method), {'deep': [(node,)]}]",
        "weakref.ref(logging.getLogger('some.name'))",
        "[weakref.ref(json.JSONDecoder), weakref.ref(json.loads), weakref.ref(json)]",
        "[weakref.ref(uuid.SafeUUID.safe)]",
        "[weakref.ref(frozen), frozen]",
        "weakref.ref(lambda: 0) if 0 else [weakref.ref(Node), Node]",
    ],
)
def test_reference_whose_referent_lives_is_alive(backend: fresh.Process, make: str) -> None:
    backend.run(
        f"import json, logging, uuid\n{NODE}\nother = Node()\nfrozen = frozenset([3])\no = {make}",
        """
        import gc, weakref
        gc.collect()
        o = o if isinstance(o, list) else [o]
        references = [each for each in o if isinstance(each, weakref.ref)]
        assert references and all(each() is not None for each in references)
        """,
    )


def test_two_dumps_of_one_pickler(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "two_dumps_of_one_pickler.py")


def test_hooks_of_a_pickler_decide_what_is_held(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "hooks_of_a_pickler_decide_what_is_held.py")


@pytest.mark.parametrize("form", ["deterministic", "portable", "standalone"])
def test_in_other_forms(backend: fresh.Process, form: str) -> None:
    backend.execute(
        NODE
        + f"""
import lambdapkl
for bad in (weakref.ref(node), [weakref.WeakMethod(node.method)]):
    try: lambdapkl.dumps(bad, {form}=True)
    except lambdapkl.NotPicklableError: pass
    else: assert False
proxy, held = pickle.loads(lambdapkl.dumps([weakref.proxy(node), node], {form}=True))
assert type(proxy) is weakref.ProxyType and proxy.parts == held.parts
assert type(pickle.loads(lambdapkl.dumps(weakref.proxy(node), {form}=True))).__name__ == "Node"
"""
    )


def test_weak_containers_do_not_hold(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "weak_containers_do_not_hold.py")
