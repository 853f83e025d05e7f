import pickle
import sys
import threading

from __main__ import o

sys.setswitchinterval(1e-6)
barrier, found, failed = threading.Barrier(12), [], []


def load(place):
    barrier.wait()
    try:
        got = pickle.loads(o[place % 3])
        found.append(type(got if place % 3 == 0 else got[1] if place % 3 == 1 else got()))
    except BaseException as error:
        failed.append(error)


threads = [threading.Thread(target=load, args=(place,)) for place in range(12)]
for each in threads:
    each.start()
for each in threads:
    each.join()
assert not failed and len(found) == 12 and len(set(found)) == 1, (failed, found)
