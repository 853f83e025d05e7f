"""What outlives the modules of lambdapkl when the interpreter ends."""

from __future__ import annotations

import fresh


def test_classes_and_code_that_outlive_the_modules(backend: fresh.Process) -> None:
    """CPython sets the globals of a module that something holds to None: what is called then must not need them."""
    answer = backend.execute(
        """
        import gc, sys
        import lambdapkl
        from lambdapkl._pure import code_info, constructors, dumps, hooks, session
        from lambdapkl.identity import keys as tracking
        from lambdapkl import wire

        class Dumped:
            def method(self):
                return self

        lambdapkl.dumps([Dumped, Dumped.method])
        unfinished = wire.class_("Loaded", "elsewhere", b"0123456789ab")
        assert tracking.unfinished(unfinished)
        failed = []
        sys.unraisablehook = lambda failure: failed.append(repr(failure.exc_value))
        for module in (tracking, code_info, constructors, dumps, hooks, session):
            for name in vars(module):
                if not name.startswith("__"):
                    setattr(module, name, None)
        del Dumped, unfinished
        gc.collect()
        result = failed
        """
    )
    assert answer == []
