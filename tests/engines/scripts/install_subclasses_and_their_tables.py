import io
import pickle

from cloudpickle import CloudPickler, dumps

import lambdapkl

ours = lambda payload: b"lambdapkl" in payload


class Sub(CloudPickler):
    def reducer_override(self, obj):
        return (int, (3,)) if obj is Ellipsis else super().reducer_override(obj)


class Loky(CloudPickler):
    def __init__(self, file):
        CloudPickler.__init__(self, file, protocol=5)
        table = dict(self.dispatch_table)
        table[K] = lambda k: (int, (9,))
        pickle.Pickler.dispatch_table.__set__(self, table)
        self.dispatch_table = table


class K:
    pass


class J:
    pass


def via(kind, obj):
    file = io.BytesIO()
    kind(file).dump(obj)
    return file.getvalue()


CloudPickler.dispatch[K] = lambda k: (int, (7,))
lambdapkl.install()
data = via(Sub, [..., lambda: 2, K()])
assert ours(data)
three, two, seven = pickle.loads(data)
assert (three, two(), seven) == (3, 2, 7)
assert pickle.loads(via(Loky, [K(), lambda: 4]))[0] == 9 and pickle.loads(dumps(K())) == 7
CloudPickler.dispatch[J] = lambda j: (int, (8,))
assert pickle.loads(dumps(J())) == 8
assert type(pickle.loads(lambdapkl.dumps(J()))) is J  # what an engine registers is its copy's
del CloudPickler.dispatch[K]
lambdapkl.uninstall()
assert not ours(via(Sub, [..., lambda: 2])) and pickle.loads(dumps(J())) == 8
assert type(pickle.loads(dumps(K()))) is K
