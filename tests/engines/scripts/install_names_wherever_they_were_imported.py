import functools
import io
import pickle
import warnings

import cloudpickle
from cloudpickle import CloudPickler, dumps

ours = lambda payload: b"lambdapkl" in payload
partial = functools.partial(dumps, protocol=5)
default = lambda obj, dumps=dumps: dumps(obj)
old = dumps(lambda: 5)
import lambdapkl  # noqa: E402

warnings.simplefilter("error", RuntimeWarning)
before = dict(vars(CloudPickler)), dumps.__code__, set(vars(cloudpickle.cloudpickle))
lambdapkl.install()
lambdapkl.install()
assert ours(dumps(lambda: 1)) and ours(partial(lambda: 1)) and ours(default(lambda: 1)) and ours(cloudpickle.dumps(lambda: 1))
file = io.BytesIO()
cloudpickle.dump(lambda: 1, file)
assert ours(file.getvalue())
assert pickle.loads(old)() == 5 and cloudpickle.loads(old)() == 5 and lambdapkl.loads(old)() == 5
new = dumps(lambda: 6)
lambdapkl.uninstall()
lambdapkl.uninstall()
assert not ours(dumps(lambda: 1)) and not ours(partial(lambda: 1)) and not ours(default(lambda: 1))
assert (dict(vars(cloudpickle.CloudPickler)), dumps.__code__, set(vars(cloudpickle.cloudpickle))) == before
assert pickle.loads(new)() == 6
lambdapkl.install()
assert ours(dumps(lambda: 1))
