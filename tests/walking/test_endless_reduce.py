"""`explain` ends where a `__reduce__` returns a new object each time."""

from __future__ import annotations

import fresh


def test_explain_ends_for_an_endless_reduce(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        class Russian:
            def __init__(self, size=0): self.size = size
            def __reduce__(self): return Russian, (), {"size": self.size + 1, "inner": Russian(self.size + 1)}
        try: lambdapkl.dumps(Russian())
        except Exception as error: assert "recursion" in str(error), error
        else: raise AssertionError
        answer = lambdapkl.explain(Russian())
        assert not answer.ok and answer.objects < 20_000
        """,
        seconds=60,
    )


def test_explain_follows_a_long_chain_to_its_end(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        class Link:
            def __init__(self, inner): self.inner = inner
        chain = None
        for _ in range(8000): chain = Link(chain)
        answer = lambdapkl.explain(chain)
        assert answer.objects >= 8000, answer.objects
        while chain is not None: chain = chain.inner
        """
    )
