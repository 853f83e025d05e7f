import errno
import os
import resource
import signal

import lambdapkl

lambdapkl.dump("old", "job.pickle")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def fails(call, name):
    try:
        call()
    except OSError as error:
        assert error.errno in (errno.EFBIG, errno.ENOSPC), error
        assert name in str(error), str(error)
    else:
        raise AssertionError("no error")


big = [bytes(300_000)]
fails(lambda: lambdapkl.dump(big, "job.pickle"), "'job.pickle'")
assert lambdapkl.load("job.pickle") == "old"
fails(lambda: lambdapkl.dump(big, "other.pickle"), "'other.pickle'")
with open("third.pickle", "wb", buffering=0) as raw:
    fails(lambda: lambdapkl.dump(big, raw), "'third.pickle'")
assert sorted(each for each in os.listdir(".") if "pickle" in each) == ["job.pickle", "third.pickle"]
