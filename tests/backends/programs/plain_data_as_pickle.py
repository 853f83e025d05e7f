import pickle

from __main__ import data, pickler


def canonical(value):
    "A text that is equal for equal values, NaN and the order of sets included."
    if isinstance(value, (set, frozenset)):
        return type(value).__name__, sorted(map(canonical, value), key=repr)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [canonical(each) for each in value]
    if isinstance(value, dict):
        return [(canonical(key), canonical(each)) for key, each in value.items()]
    return repr(value)


shared = [data, data, {"again": data}]
result = []
for value in (data, shared):
    for protocol in (0, 1, 2, 3, 4, 5):
        payload = pickler.dumps(value, protocol)
        if payload != pickle.dumps(value, protocol) or canonical(pickle.loads(payload)) != canonical(value):
            result.append(protocol)
