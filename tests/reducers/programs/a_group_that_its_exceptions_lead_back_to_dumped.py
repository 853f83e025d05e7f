def caught(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return error


def first():
    try:
        raise ExceptionGroup("outer", [ValueError(1), ExceptionGroup("inner", [KeyError(2), OSError(3)])])
    except ExceptionGroup as group:
        raise group.exceptions[0] from group.exceptions[1]


def second():
    one, two = ValueError(1), TypeError(2)
    group = ExceptionGroup("g", [one, two])
    one.__cause__, two.__context__ = group, one
    one.__suppress_context__ = False
    return group


member = caught(first)
o = member, member.__context__, second(), [member.__context__]
