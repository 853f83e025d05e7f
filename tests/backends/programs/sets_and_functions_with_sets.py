names = [f"name {number:05}" for number in range(20_000)]
text = {*"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau".split()}


def mixed(x, some={(1, 2)}):
    return x in some


def user(x, words=frozenset(text)):
    return x in words or x in text


class Holding:
    known = text

    def ask(self, x):
        return x in self.known or x in text


values = [
    text,
    frozenset(text),
    [text, text, sorted(text)],
    {"a": text, "b": {*text, *names[:50]}},
    {None, True, 2, -5, 2.5, b"bytes", *text},
    {*names},
    frozenset(names),
    [{*names}, {*names[:1500]}, names],
    [b"x" * 70_000, text, {("y" * 70_000), "z", "y" * 70_001}, frozenset(text)],
    user,
    lambda x: x in text,
    mixed,
    [user, {*names}, text],
    # From here on, what finds its class when it is loaded here.
    Holding,
    Holding(),
    Holding().ask,
]
