import lambdapkl

TABLE = bytes(range(256)) * 8000


class Model:
    def __init__(self):
        self.small, self.names = [1, 2], [str(i) for i in range(5000)]


model = Model()


def make(other):
    def train(x, default=TABLE):
        return model, other

    return train


train = make({"k": [TABLE[:-1], 3]})
payload = lambdapkl.dumps(train)
for weight in (lambdapkl.weigh(train), lambdapkl.weigh(payload), lambdapkl.weigh(bytearray(payload))):
    assert weight.size == len(payload)
    text = str(weight)
    assert "4.1 MB" in text.splitlines()[0], text
    paths = {}
    stack = [weight.root]
    while stack:
        item = stack.pop()
        paths[" -> ".join(item.path())] = item
        stack += item.children
    train_name = "function make.<locals>.train"
    assert 2_048_000 <= paths[train_name + " -> default of 'default'"].size < 2_048_100, list(paths)
    inner = paths[train_name + " -> closure cell 'other' -> item 'k' -> item 0"]
    assert inner.size >= 2_047_999 and inner.title == "bytes of length 2,047,999"
    assert paths[train_name + " -> global 'model' -> attribute 'names'"].size > 20_000
    assert paths[train_name + " -> global 'model' -> class Model"].title == "class Model"
assert lambdapkl.weigh(TABLE[:0].join([b"\x80\x05N."])).size == 4
one = lambdapkl.weigh(lambda: TABLE)
assert "global 'TABLE'" in one.summary() and "100%" in one.summary(), one.summary()
