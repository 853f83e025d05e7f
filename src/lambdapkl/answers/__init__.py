"""Answers to "why does it not pickle" (`explain`), "why is it so big" (`weigh`) and "what is in it" (`inspect`).

Nothing here is imported with `lambdapkl` itself; see `_LAZY` there.
"""
