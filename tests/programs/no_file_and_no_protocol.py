import io

import lambdapkl


class Touched:
    def __reduce__(self):
        raise AssertionError("pickled before the file was looked at")


for file in (object(), None, 8):
    try:
        lambdapkl.dump(Touched(), file)
    except TypeError as error:
        assert str(error) == "file must have a 'write' attribute"
    else:
        assert False


class Five:
    def __index__(self):
        return 5


forms = ({}, {"deterministic": True}, {"portable": True})
for protocol in ("5", 4.5, [2], b"4"):
    calls = [lambda form=form: lambdapkl.dumps([1], protocol, **form) for form in forms]
    for call in (
        *calls,
        lambda: lambdapkl.Pickler(io.BytesIO(), protocol),
        lambda: lambdapkl.dump([1], io.BytesIO(), protocol),
    ):
        try:
            call()  # type: ignore[operator]
        except TypeError as error:
            assert "cannot be interpreted as an integer" in str(error)
        else:
            assert False, protocol
for form in forms:
    assert lambdapkl.dumps([1], Five(), **form) == lambdapkl.dumps([1], 5, **form)
    assert lambdapkl.dumps([1], -3, **form) == lambdapkl.dumps([1], None, **form)
    assert lambdapkl.dumps([1], True, **form) == lambdapkl.dumps([1], 1, **form)
lambdapkl.Pickler(io.BytesIO(), Five()).dump(lambda: 0)
