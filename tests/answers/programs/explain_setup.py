import sqlite3
import threading

held = threading.Lock()
held.acquire()
connection = f"{sqlite3.Connection.__module__}.Connection"  # PyPy has it in `_sqlite3`


class Client:
    def __init__(self):
        self._conn = sqlite3.connect(":memory:")
        self.locks = [held, {"k": (1, held)}]
