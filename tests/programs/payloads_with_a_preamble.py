import functools
import io
import pickle
import pickletools

import lambdapkl


class C:
    def m(self):
        return 3


f = lambda: C().m()
for root in (f, functools.partial(f), C):
    for data in (lambdapkl.dumps(root), lambdapkl.dumps(root, 5), lambdapkl.dumps(root, -1)):
        assert data == lambdapkl.dumps(root)
        assert data.startswith(b"\x80\x05\x8c\x0elambdapkl.wire\x94")
        for payload in (data, pickletools.optimize(data)):
            for loads in (pickle.loads, pickle._loads, lambdapkl.loads):  # type: ignore[attr-defined]
                loaded = loads(payload)
                assert loaded is C if root is C else loaded() == 3
    # Without one, where the root does not tell, and in an older protocol.
    for data in (lambdapkl.dumps([root]), lambdapkl.dumps(root, 4)):
        assert b"\x940" not in data[:60] and pickle.loads(data) is not None
    # Payloads one after the other in one file, and pickled by one pickler.
    file = io.BytesIO()
    lambdapkl.dump(root, file)
    lambdapkl.dump(1, file)
    lambdapkl.dump(root, file)
    file.seek(0)
    assert [type(lambdapkl.load(file)) for _ in range(3)] == [type(root), int, type(root)]
