"""`explain` (why does it not pickle?), `weigh` (why is it so big?) and `inspect` (what is in it?).

`import lambdapkl` does not import this package; see `_LAZY` there.
"""
