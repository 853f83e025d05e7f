import gc

import lambdapkl
from lambdapkl.identity import keys as tracking


def make():
    class Local:
        def f(self):
            return 1

    return Local


looked = [0]
find = tracking.find


def counted(key):
    looked[0] += 1
    return find(key)


tracking.find = counted
alive = [make() for _ in range(500)]


def numbers():
    for each in alive:
        lambdapkl.dumps(each)
    return [tracking.keys[id(each)][1][3] for each in alive]


assert numbers() == list(range(500)) and looked[0] < 3000, looked
for index in (7, 3):
    del alive[index]
gc.collect()
alive.append(make())
alive.append(make())
alive.append(make())
assert numbers()[-3:] == [3, 7, 500], numbers()[-3:]
# What was renamed and gets its name back keeps its number.
first = alive[0]
name, first.__qualname__ = first.__qualname__, "Other"
lambdapkl.dumps(first)
first.__qualname__ = name
assert numbers()[0] == 0
del alive[:], first
gc.collect()
assert not [start for start in tracking._taken if "Local" in start[1]]
