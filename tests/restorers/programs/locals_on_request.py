import pickle

import lambdapkl


class Silent:
    def __repr__(self):
        raise OSError


def fail(a, b):
    silent = Silent()  # noqa: F841
    many = list(range(10_000))  # noqa: F841
    raise ValueError


try:
    fail(1, {"k": "v"})
except ValueError as error:
    caught = error
assert lambdapkl.loads(lambdapkl.dumps(caught)).__traceback__.tb_next.tb_frame.f_locals.get("a") is None
with lambdapkl.options(tracebacks="reprs"):
    payload = lambdapkl.dumps(caught)
    found = pickle.loads(payload)
    assert lambdapkl.dumps(found) == payload
variables = found.__traceback__.tb_next.tb_frame.f_locals
assert variables["a"] == "1" and variables["b"] == "{'k': 'v'}", variables
assert "Silent" in variables["silent"] and len(variables["many"]) < 1000
# What has been said once goes on.
assert lambdapkl.dumps(found) == payload
with lambdapkl.options(tracebacks="omit"):
    assert lambdapkl.loads(lambdapkl.dumps(caught)).__traceback__ is None
try:
    with lambdapkl.options(tracebacks="all"):
        pass
except ValueError as error:
    assert "'omit'" in str(error)
else:
    assert False
