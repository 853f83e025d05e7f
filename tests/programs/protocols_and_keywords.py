import io
import pickle

import lambdapkl

f = lambda x: [x]
for protocol in (2, 3, 4, 5):
    data = lambdapkl.dumps(f, protocol)
    assert data[1] == protocol and pickle.loads(data)(1) == [1]
    file = io.BytesIO()
    lambdapkl.dump(f, file, protocol, fix_imports=False)
    assert file.getvalue() == lambdapkl.dumps(f, protocol=protocol, fix_imports=False)
    file.seek(0)
    assert lambdapkl.load(file, fix_imports=True, encoding="ASCII", errors="strict", buffers=None)(2) == [2]
assert lambdapkl.dumps(f)[1] == lambdapkl.dumps(f, -1)[1] == lambdapkl.dumps(f, None)[1] == 5
try:
    lambdapkl.dumps(f, 99)
except ValueError:
    pass
else:
    assert False
