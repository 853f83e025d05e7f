import gc
import pickle

import lambdapkl


class Striking:
    """Changes, as its state arrives, all that this payload has made so far."""

    def __init__(self):
        self.state = 1

    def __setstate__(self, state):
        import gc
        import types

        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__name__ == "struck":
                each.__dict__.clear()
                each.__defaults__ = None
                if each.__closure__:
                    each.__closure__[0].cell_contents = None
            elif isinstance(each, type) and each.__name__ == "Struck":
                for name in list(vars(each)):
                    try:
                        delattr(each, name)
                    except Exception:
                        pass
            elif type(each) is dict and "struck key" in each:
                each.clear()
        gc.collect()


def outer(held):
    def struck(a=Striking(), *, b=Striking()):
        return held, bait  # noqa: F821

    struck.attribute, struck.more = Striking(), [[1]]
    return struck


bait = [Striking(), {"struck key": Striking(), "other": [[2]]}]


class Struck:
    held, other = {"struck key": Striking(), "last": [3]}, Striking()

    def method(self):
        return bait, __class__  # noqa: F821


data = lambdapkl.dumps([outer(Striking()), Struck, Struck(), {"struck key": Striking(), "after": [4]}])
del bait, outer, Struck
gc.collect()
try:
    pickle.loads(data)
except Exception:
    pass
