"""Constructors and state setters that payloads call, one file for each family, as in `lambdapkl.reducers`.

Payloads refer to them only through `lambdapkl.wire`, never by the names of these modules.
"""
