"""Reducers for what `pickle` refuses or restores wrongly, a file a family.

Each file has a table ``REDUCERS`` from type to reducer; `table` joins them.  What undoes a reducer is in the file of the
same name in `lambdapkl.restorers`.
"""
