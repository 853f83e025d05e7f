class Base(Exception):
    def __init__(self, *, code):
        super().__init__(f"code {code}")
        self.code = code


class ByReduce(Base):
    def __reduce__(self):
        return make, (type(self), self.code)


class ByState(Exception):
    def __setstate__(self, state):
        self.state = state


class BySetter(Base):
    def __reduce_ex__(self, protocol):
        return make, (type(self), self.code), 7, None, None, setter


class ToAnother(Base):
    def __reduce__(self):
        return dict, (), None, None, iter([("code", self.code)])


def make(cls, code):
    return cls(code=code)


def setter(made, state):
    made.set = state


def caught(error):
    try:
        try:
            [][0]  # noqa: PLE0643
        except IndexError:
            raise error
    except Exception as found:
        return found


state = ByState(2)
state.attribute = 1  # type: ignore[attr-defined]
o = [caught(error) for error in (ByReduce(code=1), state, BySetter(code=3), ToAnother(code=4))]
