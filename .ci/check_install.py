"""Fail unless the installed lambdapkl is the one in site-packages, with the backend named in the argument."""

import sys

import lambdapkl

expected = sys.argv[1]
assert "site-packages" in lambdapkl.__file__, lambdapkl.__file__
assert (expected == "compiled") == lambdapkl.COMPILED, f"the backend is not the {expected} one"
assert lambdapkl.loads(lambdapkl.dumps(lambda x: x + 1))(1) == 2
print(f"{sys.implementation.name} {sys.version.split()[0]}: {lambdapkl.__file__}, {expected}")
