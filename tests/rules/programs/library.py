from library_version import VERSION


def decorated(f):
    def wrapper(*args):
        return f(*args)

    return wrapper


class Base:
    @classmethod
    def made(cls, n=0):
        return VERSION, cls.__name__, n

    @staticmethod
    def __hidden(n):
        return VERSION, n

    def plain(self):
        return VERSION

    def __private(self):
        return VERSION

    @classmethod
    def __private_class(cls):
        return VERSION, cls.__name__

    @decorated
    def wrapped(self):
        return VERSION

    @classmethod
    @decorated
    def wrapped_class(cls):
        return VERSION, cls.__name__

    def over(self):
        return VERSION, "Base"


class Sub(Base):
    def over(self):
        return VERSION, "Sub"

    def parents(self):
        return super().over


class Meta(type):
    def of_class(cls):
        return VERSION, cls.__name__

    @decorated
    def wrapped_of_class(cls):
        return VERSION, cls.__name__


class WithMeta(metaclass=Meta):
    pass
