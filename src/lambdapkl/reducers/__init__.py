"""Reducers for objects that `pickle` refuses or restores wrongly, one file for each family of types.

Each file has a table ``REDUCERS`` from type to reducer; `table` joins them. The constructors that
the payload calls are in the file of the same name in `lambdapkl.restorers`.
"""
