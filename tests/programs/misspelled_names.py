"""A misspelled name is an error when the program runs.  mypy finds it before: strict, it refuses an ignore that is not needed."""

import lambdapkl

try:
    lambdapkl.nope  # type: ignore[attr-defined]
except AttributeError as error:
    assert "nope" in str(error)
else:
    assert False
try:
    lambdapkl.options(held_lock="unlocked")  # type: ignore[call-arg]
except TypeError as error:
    assert "held_lock" in str(error)
else:
    assert False
# Public names that are not in `__all__` are known to mypy all the same.
assert callable(lambdapkl.inspect) and callable(lambdapkl.trace) and callable(lambdapkl.copy) and callable(lambdapkl.getsource)
assert lambdapkl.cloudpickle.dumps is lambdapkl.dumps and callable(lambdapkl.guard.loads) and lambdapkl.__version__
