from __main__ import o

*several, upper, made = o
for each in several:
    assert {"a": 40, "b": 2}.items() <= vars(each).items() and list(vars(each))[:2] == ["a", "b"], vars(each)
assert several[2].x == 5
assert upper() == "TEXT" and made() == "made text"
