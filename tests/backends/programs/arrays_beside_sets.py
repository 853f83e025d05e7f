import pickle

import numpy

import lambdapkl

names = [f"name {number}" for number in range(2000)]


def described(value):
    if isinstance(value, (list, set, frozenset)):
        return [described(each) for each in (value if isinstance(value, list) else sorted(value))]
    return value.tolist() if isinstance(value, numpy.ndarray) else value


for sizes in ([100], [20_000], [20_000, 30_000], [20_000, 100, 9_000], [200_000]):
    arrays = [numpy.arange(size) for size in sizes]
    for value in ([arrays, {*names}], [{*names[:3]}, arrays, frozenset(names)], [{*names}, *arrays, names]):
        expected = described(value)
        for protocol in (4, 5):
            assert described(pickle.loads(lambdapkl.dumps(value, protocol))) == expected
        buffers = []
        data = lambdapkl.dumps(value, 5, buffers.append)
        assert len(buffers) == len(sizes)
        assert described(pickle.loads(data, buffers=buffers)) == expected
