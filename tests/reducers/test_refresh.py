"""Reducers of modules that are imported later."""

from __future__ import annotations

import fresh


def test_a_dump_while_another_thread_imports_a_module_does_not_miss_its_types(backend: fresh.Process) -> None:
    """`greenlet` stands for any of the modules with types that are refused."""
    backend.execute(
        """
        import sys, threading, lambdapkl
        threading.reached, threading.free = threading.Event(), threading.Event()
        thread = threading.Thread(target=__import__, args=("greenlet",))
        thread.start()
        assert threading.reached.wait(30)
        assert lambdapkl.dumps([1])
        threading.free.set()
        thread.join()
        try: lambdapkl.dumps(sys.modules["greenlet"].greenlet())
        except Exception as error:
            assert "its stack is kept in C" in str(error), error
        else: assert False
        """,
        modules={
            "greenlet.py": """
            import threading
            threading.reached.set()
            threading.free.wait(30)
            class greenlet: pass
            """
        },
    )
