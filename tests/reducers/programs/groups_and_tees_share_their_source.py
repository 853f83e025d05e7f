import itertools
import pickle
import warnings

import lambdapkl

warnings.simplefilter("ignore", DeprecationWarning)


def again(obj):
    return pickle.loads(lambdapkl.dumps(obj))


groups = itertools.groupby([1, 3, 5, 2, 4, 7], lambda x: x % 2)
_, group = next(groups)
next(group)
other, part = again((groups, group))
assert list(part) == [3, 5] and [(key, list(rest)) for key, rest in other] == [(0, [2, 4]), (1, [7])]
part, other = again((group, groups))
assert next(part) == 3 and next(other)[0] == 0 and list(part) == []
list(group)
other, part = again((groups, group))
assert list(part) == [] and next(other)[0] == 0
next(groups)
assert list(again(group)) == []

source = iter(range(200))
first, second, third = itertools.tee(source, 3)
for _ in range(130):
    next(first)
for _ in range(60):
    next(second)
a, b, c, s = again((first, second, third, source))
assert next(s) == 130
assert list(a) == list(range(131, 200))
assert list(b) == [*range(60, 130), *range(131, 200)]
assert list(c) == [*range(130), *range(131, 200)]
assert list(first) == list(range(130, 200)) and list(second) == list(range(60, 200))

elements = [1, 2, 3, 4]
part = itertools.islice(iter(elements), 1, None)
next(part)
elements, part = again((elements, part))
elements.append(9)
assert list(part) == [3, 4, 9]
