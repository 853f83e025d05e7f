import pickle
import threading

import lambdapkl

outcome = []


def wrap(inner):
    def function():
        return inner

    return function


def run():
    for depth in (100, 1000, 10_000):
        chain = None
        for _ in range(depth):
            chain = wrap(chain)
        try:
            outcome.append(len(lambdapkl.dumps(chain)))
        except pickle.PicklingError as error:
            outcome.append(str(error))
        # Freeing the chain at once would overflow the stack of this thread in the interpreter itself, on 3.13.
        while chain is not None:
            chain = chain()


threading.stack_size(256 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
assert type(outcome[0]) is int and "recursion" in outcome[2], outcome
