import os
import pickle
import threading

import lambdapkl

data = [bytes(1_000_000), lambda: 5]
read, write = os.pipe()
found = []


def reader():
    with open(read, "rb") as file:
        found.append(pickle.load(file))


thread = threading.Thread(target=reader)
thread.start()
with open(write, "wb", buffering=0) as file:
    lambdapkl.dump(data, file)
thread.join()
assert found[0][0] == data[0] and found[0][1]() == 5
read, write = os.pipe()
os.close(read)
with open(write, "wb", buffering=0) as file:
    try:
        lambdapkl.dump(data, file)
    except BrokenPipeError:
        pass
    else:
        raise AssertionError("no error")
read, write = os.pipe()
os.set_blocking(write, False)
with open(write, "wb", buffering=0) as file, open(read, "rb"):
    try:
        lambdapkl.dump(data, file)
    except BlockingIOError as error:
        assert "are not written" in str(error)
    else:
        raise AssertionError("no error")
