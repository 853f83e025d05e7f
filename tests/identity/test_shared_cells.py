"""A function and a class that share a variable share it again, also in a process that has the class already."""

from __future__ import annotations

import fresh
import pytest

CLOSURES = {
    "method": """
        def account():
            balance = 10
            class Book:
                def read(self): return balance
            def pay(amount):
                nonlocal balance
                balance -= amount
                return Book().read()
            return pay
        o = account()
    """,
    "instance": """
        def account():
            balance = 10
            class Book:
                def read(self): return balance
            book = Book()
            def pay(amount):
                nonlocal balance
                balance -= amount
                return book.read()
            return pay
        o = account()
    """,
    "property, and the class itself": """
        def account():
            balance = 10
            class Book:
                @property
                def read(self): return balance, Book
                @staticmethod
                def other(): return Book
            def pay(amount):
                nonlocal balance
                balance -= amount
                return Book().read[0]
            return pay
        o = account()
    """,
    "method that pays": """
        def account():
            balance = 10
            class Book:
                def pay(self, amount):
                    nonlocal balance
                    balance -= amount
            def pay(amount):
                Book().pay(amount)
                return balance
            return pay
        o = account()
    """,
    "method that refers to the function": """
        def account():
            balance = 10
            class Book:
                first = staticmethod(lambda: pay)
                def read(self): return balance, pay
            def pay(amount):
                nonlocal balance
                balance -= amount
                assert Book.first() is pay is Book().read()[1]
                return Book().read()[0]
            return pay
        o = account()
    """,
    "globals": """
        total = 0
        def account():
            balance = 10
            class Book:
                def read(self): return balance, total
            def pay(amount):
                global total
                nonlocal balance
                balance -= amount
                total += amount
                assert Book().read() == (balance, total)
                return balance
            return pay
        o = account()
    """,
    "class first": """
        def account():
            balance = 10
            class Book:
                def read(self): return balance
            def pay(amount):
                nonlocal balance
                balance -= amount
                return Book().read()
            return Book, pay
        Book, o = account()
        o.book = Book
    """,
    "several functions": """
        def account():
            balance = 10
            class Book:
                def read(self): return balance
            def deposit(amount):
                nonlocal balance
                balance += amount
            def pay(amount):
                nonlocal balance
                balance -= amount
                deposit(0)
                return Book().read()
            return pay
        o = account()
    """,
}
# In a process that has the class, its method leads to the function that was there before.
CYCLE = "method that refers to the function"
# A loaded function gets globals of its own, which its class in the same process does not have.
WITHOUT_GLOBALS = sorted(set(CLOSURES) - {"globals", CYCLE})


@pytest.mark.parametrize("closure", CLOSURES)
def test_reader_shares_the_variable(backend: fresh.Process, closure: str) -> None:
    define = CLOSURES[closure]
    payload = backend.dumps(define)
    backend.loads(payload, "assert o(3) == 7 and o(3) == 4")
    # A second load finds the class.
    check = "import pickle\nagain = pickle.loads(payload)\nassert o(3) == 7 and again(3) == 4 and o(2) == 2"
    if closure in WITHOUT_GLOBALS:
        backend.loads(payload, check)
    again = backend.load(payload, "", dump_again=True).again
    assert again is not None and again.payload == payload


@pytest.mark.parametrize("closure", WITHOUT_GLOBALS)
def test_writer_shares_the_variable(backend: fresh.Process, closure: str) -> None:
    define = CLOSURES[closure]
    check = """
    import lambdapkl, pickle
    data = pickler.dumps(o)
    print_before = lambdapkl.fingerprint(o)
    again = pickle.loads(data)
    assert pickler.dumps(again) == data
    assert lambdapkl.fingerprint(again) == print_before
    assert again(3) == 7, again(0)
    """
    backend.execute(fresh.dedent(define) + fresh.dedent(check))
