from __main__ import Client, connection, held
from lambdapkl import explain


def make():
    db = Client()
    generated = (x for x in "ab")  # noqa: F841
    match = __import__("re").match("a", "a")

    def train(x, default=match):
        return db, held

    return train


answer = explain(make())
assert not answer.ok
found = {" -> ".join(each.path): each for each in answer.culprits}
lock = f"{type(held).__module__}.{type(held).__qualname__}"
train = "function make.<locals>.train"
assert set(found) == {
    f"{train} -> global 'held' ({lock})",
    f"{train} -> closure cell 'db' -> attribute '_conn' ({connection})",
    f"{train} -> default of 'default' (re.Match)",
}, set(found)
conn = found[f"{train} -> closure cell 'db' -> attribute '_conn' ({connection})"]
assert conn.type == connection and conn.why == "a connection belongs to this process"
assert "connect in the reader" in conn.remedies[0]
assert "leave '_conn' out in Client.__getstate__()" in conn.remedies[1]
assert f"copyreg.pickle({connection}" in conn.remedies[2]
held_one = found[f"{train} -> global 'held' ({lock})"]
assert held_one.again == 2 and any("pass 'held'" in each for each in held_one.remedies)
text = str(answer)
for each in found:
    assert each in text, text
assert "3 culprits" in text and "also in 2 more places" in text
