import pickle

import lambdapkl


def run(box):
    for item in [1, 2, 3]:
        try:
            box.append((yield item))
        except KeyError as error:
            yield error


box = []
original = run(box)
copies = []
for expected in (1, 2, 3):
    assert next(original) == expected
    copies.append(pickle.loads(lambdapkl.dumps(original)))
assert [list(copy) for copy in copies] == [[2, 3], [3], []]
assert list(original) == [] and box == [None] * 3
