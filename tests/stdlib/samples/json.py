DATA = {"b": [1, 2.5, None, True, 'caf\u00e9 \U0001f600 "q"\n'], "a": {"nested": {"deep": []}}, "3": -1e300, "": {}}


def round_trip(loads, dumps):
    text = dumps(DATA)
    return text, loads(text) == DATA, loads(text.encode("utf-16")) == DATA


def writing(dumps):
    return (
        dumps(DATA, indent=2, sort_keys=True),
        dumps(DATA, separators=(",", ":"), ensure_ascii=False),
        dumps({1: 2, None: 3}),
        dumps(float("inf")),
        dumps({(1,): 2, "k": 1}, skipkeys=True),
        dumps({1, 2}, default=sorted),
        dumps([[]], indent="\t"),
    )


def reading(loads):
    from decimal import Decimal

    return (
        loads(' {"x" : [1.50, 2, NaN, "\\u00e9\\ud83d\\ude00"]} ', parse_float=Decimal),
        loads("[1e3, -0]", parse_int=str),
        loads('{"a": 1, "a": 2}', object_pairs_hook=list),
        loads('{"a": {"b": 1}}', object_hook=sorted),
        loads(b"[true]"),
    )


def files(dump, load):
    import io

    file = io.StringIO()
    dump(DATA, file, indent=1)
    written = file.getvalue()
    file.seek(0)
    return written, load(file) == DATA


def broken(loads, JSONDecodeError):
    found = []
    for text in ("", "[1,]", '{"a" 1}', '"\x01"', "[1] x", "{'a': 1}", "\ufeff[]", '"\\ud8'):
        try:
            loads(text)
        # The scanner written in C raises the original's error.
        except ValueError as error:
            found.append((str(error), error.msg, error.pos, error.lineno, error.colno, type(error).__name__))
    return found, JSONDecodeError("wrong", "a\nbc", 3).args, issubclass(JSONDecodeError, ValueError)


def refused(dumps):
    found = []
    loop = []
    loop.append(loop)
    for value in (object, {(1,): 2}, loop):
        try:
            dumps(value)
        except (TypeError, ValueError) as error:
            found.append((type(error).__name__, str(error)))
    return found


def encoder(JSONEncoder):
    class Complex(JSONEncoder):
        def default(self, value):
            return [value.real, value.imag] if isinstance(value, complex) else super().default(value)

    return (
        Complex().encode({"z": 1 + 2j}),
        list(JSONEncoder(indent=1).iterencode([1, {"a": 2}])),
        Complex(sort_keys=True).encode(DATA),
    )


def decoder(JSONDecoder):
    return JSONDecoder().decode("[1, 2]"), JSONDecoder().raw_decode('{"a": 1} tail'), JSONDecoder(strict=False).decode('"\t"')


def detecting(detect_encoding):
    return [detect_encoding("[1]".encode(name)) for name in ("utf-8", "utf-16", "utf-32-be", "utf-8-sig", "utf-16-le")]
