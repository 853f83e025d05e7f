import copyreg
import sqlite3

import lambdapkl
from __main__ import Client, connection, held
from lambdapkl import explain


class Without:
    def __init__(self, bad=None):
        self.bad, self.good = bad, 1

    def __getstate__(self):
        return {"good": self.good}


class Reduced:
    def __init__(self, bad):
        self.bad = bad

    def __reduce__(self):
        return (Without, ())


class Raises:
    def __getstate__(self):
        return {}["missing"]


class Registered:
    pass


assert explain([Without(held), Reduced(held)]).ok
assert not explain(Registered().__dict__ | {"x": held}).ok
bad = explain({"x": Raises()})
assert bad.culprits[0].path == ("dict", "item 'x' (Raises)") and "KeyError" in bad.culprits[0].why


class Owner:
    def __reduce__(self):
        return (list, ([Client()],))


path = explain(Owner()).culprits[-1].path
assert path[0] == "Owner" and path[-1] == f"attribute '_conn' ({connection})", path
copyreg.pickle(sqlite3.Connection, lambda connection: (dict, ()))  # type: ignore[return-value]
assert [each.type for each in explain(Client()).culprits] == [type(held).__module__ + "." + type(held).__qualname__]
with lambdapkl.options(held_locks="unlocked"):
    assert explain(Client()).ok
