import pickle

import lambdapkl
from lambdapkl.frames import suspended


def run():
    yield 1


g = run()
next(g)
payload = lambdapkl.dumps(g)
check = suspended.facts(run.__code__).check
for index, text in ((0, "CPython"), (2, "another build")):
    other = bytearray(check)
    other[index] ^= 1
    assert payload.count(check) == 1
    try:
        pickle.loads(payload.replace(check, bytes(other)))
    except lambdapkl.BytecodeMismatchError as error:
        assert text in str(error), error
    else:
        raise AssertionError(index)
