import os

import lambdapkl

for name in "n" * 250, b"bytes".decode():
    lambdapkl.dump(5, name)
    assert lambdapkl.load(name) == 5


class Named:
    def __fspath__(self):
        return b"bytes"


lambdapkl.dump(6, Named())
assert lambdapkl.load("bytes") == 6
for name in "new/", ".":
    try:
        lambdapkl.dump(7, name)
    except (IsADirectoryError, PermissionError) as error:
        assert error.filename == name, error
    else:
        raise AssertionError("no error")
assert not os.path.exists("new")
