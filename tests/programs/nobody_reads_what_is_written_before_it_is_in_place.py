import os
import stat

import lambdapkl

lambdapkl.dump(1, "secret")
os.chmod("secret", 0o600)
found, sync = [], os.fsync


def fsync(descriptor):
    found.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
    sync(descriptor)


os.umask(0)
os.fsync = fsync
lambdapkl.dump(2, "secret")
assert found[0] == 0o600, list(map(oct, found))
if os.geteuid() == 0:
    os.chown("secret", 65534, 65534)
    lambdapkl.dump(3, "secret")
    status = os.stat("secret")
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (65534, 65534, 0o600)
