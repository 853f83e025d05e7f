import copyreg
import io
import pickle

import lambdapkl


class Thing:
    pass


class Other:
    pass


class Mine(lambdapkl.Pickler):
    dispatch_table = {Thing: lambda o: (str, ("thing",))}

    def reducer_override(self, obj):
        if type(obj) is Other:
            return str, ("other",)
        return super().reducer_override(obj)

    def persistent_id(self, obj):
        return "here" if obj == "there" else None


class Reader(pickle.Unpickler):
    def persistent_load(self, pid):
        return pid


file = io.BytesIO()
Mine(file).dump([Thing(), Other(), "there", lambda: 7])
file.seek(0)
thing, other, pid, f = Reader(file).load()
assert (thing, other, pid, f()) == ("thing", "other", "here", 7)

# On the instance, as the documentation of `pickle` has it, and as loky does it.
file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dispatch_table = copyreg.dispatch_table.copy()
pickler.dispatch_table[Thing] = lambda o: (str, ("instance",))
pickler.dump([Thing(), lambda: 8])
thing, f = pickle.loads(file.getvalue())
assert thing == "instance" and f() == 8

# On the class, through either name, for `dumps` as well; Ray writes to `dispatch`.
for table in (lambdapkl.CloudPickler.dispatch_table, getattr(lambdapkl.CloudPickler, "dispatch")):
    if Thing in table or type(table).__name__ == "dict":
        continue
    table[Thing] = lambda o: (str, ("class",))
    assert pickle.loads(lambdapkl.dumps(Thing())) == "class"
    assert Thing not in copyreg.dispatch_table
    del table[Thing]
copyreg.pickle(Thing, lambda o: (str, ("copyreg",)))  # type: ignore[return-value]
assert pickle.loads(lambdapkl.dumps(Thing())) == "copyreg"
