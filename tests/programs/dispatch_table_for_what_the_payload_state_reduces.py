import enum
import io
import pickle
import types

import lambdapkl


class Color(enum.Enum):
    RED = 1


class Lazy(types.ModuleType):
    pass


def outer():
    n = 5
    return lambda: n


cell = outer().__closure__[0]
objects = {
    Color: Color.RED,
    Lazy: Lazy("lazy"),
    types.ModuleType: types.ModuleType("dynamic"),
    types.CodeType: outer.__code__,
    types.CellType: cell,
    types.GenericAlias: list[int],
    types.MethodType: Color.RED.__repr__,
}
for kind, obj in objects.items():

    class Mine(lambdapkl.Pickler):
        dispatch_table = {kind: lambda obj: (str, ("mine",))}

    for p_class, table in ((lambdapkl.Pickler, {kind: lambda obj: (str, ("mine",))}), (Mine, None)):
        file = io.BytesIO()
        p = p_class(file)
        if table:
            p.dispatch_table = table
        p.dump([obj, obj])
        assert pickle.loads(file.getvalue()) == ["mine", "mine"], kind
    # As before without one.
    assert pickle.loads(lambdapkl.dumps([obj]))[0] != "mine"
