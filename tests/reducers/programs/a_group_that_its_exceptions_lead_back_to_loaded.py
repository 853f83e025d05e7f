from __main__ import o

member, outer, group, (again,) = o
assert member.__context__ is outer is again and outer.exceptions[0] is member
assert member.__cause__ is outer.exceptions[1] and member.__cause__.exceptions[0].args == (2,)
one, two = group.exceptions
assert one.__cause__ is group and not one.__suppress_context__ and two.__context__ is one
assert member.__traceback__ is not None and outer.__traceback__ is not None
