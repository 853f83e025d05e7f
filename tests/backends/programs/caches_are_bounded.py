import gc
import pickle
import tracemalloc

import lambdapkl


def rounds(first, last):
    for index in range(first, last):
        space = {"__name__": "__main__"}
        exec(f"class C{index % 7}:\n def m(self): return {index}\ndef f(): return C{index % 7}, {index}", space)
        pickle.loads(lambdapkl.dumps(space["f"]))


rounds(0, 100)
gc.collect()
tracemalloc.start()
rounds(100, 300)
gc.collect()
grown = tracemalloc.get_traced_memory()[0]
# What the reader keeps of each is its code, of which there are two.
assert grown / 200 < 12_000, grown / 200
for index in range(300, 9000):
    exec(f"def f(): return {index}", space := {"__name__": "__main__"})
    lambdapkl.dumps(space["f"])
del space
gc.collect()
assert tracemalloc.get_traced_memory()[0] - grown < 300_000, tracemalloc.get_traced_memory()[0] - grown
