from __main__ import o

for each in o:
    found = vars(each)
    for key in (None, 7, 2.5, (1, 2), b"bytes", frozenset({1})):
        assert found[key] == [key], (each, key)
    folded = next(key for key in found if type(key).__name__ == "Folded")
    assert folded == "NAME" and found[folded] == ["name"], each
assert o[1].plain == 1 and o[3].plain == 1
