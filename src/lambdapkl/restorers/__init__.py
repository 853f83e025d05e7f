"""What undoes the reducers: constructors and state setters, a file a family, as in `lambdapkl.reducers`.

A payload reaches all of them through `lambdapkl.wire` and never by their own module's name.
"""
