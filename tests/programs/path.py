import os
import pathlib
import pickle

import lambdapkl

k = 3
for path in "job.pickle", pathlib.Path("folder/job.pickle"):
    os.makedirs("folder", exist_ok=True)
    lambdapkl.dump(lambda x: x + k, path)
    assert lambdapkl.load(path)(4) == 7
    with open(path, "rb") as file:
        assert pickle.load(file)(4) == 7
    lambdapkl.dump([1], path, protocol=4)
    assert lambdapkl.load(path) == [1]
    assert os.listdir(os.path.dirname(path) or ".").count("job.pickle") == 1
assert sorted(os.listdir("folder")) == ["job.pickle"]
buffers = []
lambdapkl.dump(pickle.PickleBuffer(bytearray(100)), "job.pickle", buffer_callback=buffers.append)
assert bytes(lambdapkl.load("job.pickle", buffers=buffers)) == bytes(100)
