import pickle
import sys
import threading

from __main__ import data

sys.setswitchinterval(1e-5)
start, wrong, kinds = threading.Barrier(6), [], []


def work():
    start.wait()
    try:
        found = []
        for number, (low, part, row) in enumerate(pickle.loads(data)):
            assert low is type(low).LOW and low.label() == (number, type(part)) and low.value == number
            assert part.half() == (number / 2, low) and row == type(row)(number)
            found += [type(low), type(part), type(row)]
        kinds.append(tuple(found))
    except BaseException as error:
        wrong.append(repr(error))


threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not wrong, wrong
assert len(set(kinds)) == 1
