import os
import pickle

import lambdapkl

os.makedirs("folder")
file = os.open("out", os.O_WRONLY | os.O_CREAT)
os.symlink(f"/dev/fd/{file}", "link")
for path in f"/dev/fd/{file}", "link", "/dev/stdout":
    if path == "/dev/stdout":
        os.dup2(file, 1)
    os.write(file, b"before")
    lambdapkl.dump([1], path)
os.write(file, b"after")
with open("out", "rb") as written:
    parts = written.read().split(b"before")
assert parts[0] == b"" and parts[3].endswith(b"after") and [pickle.loads(part) for part in parts[1:]] == [[1]] * 3
read, write = os.pipe()
lambdapkl.dump([2], f"/dev/fd/{write}")
os.close(write)
with open(read, "rb") as pipe:
    assert pickle.load(pipe) == [2]
