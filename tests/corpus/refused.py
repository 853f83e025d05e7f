"""What is refused on purpose, and what the error says."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "socket",
    """
    import socket
    o = socket.socket()
    """,
    refused="(?i)socket",
)

case(
    "subprocess.Popen (finished)",
    """
    import subprocess, sys
    o = subprocess.Popen([sys.executable, '-c', ''])
    o.wait()
    """,
    refused="(?i)popen|process",
)

case(
    "subprocess.Popen (running)",
    """
    import subprocess, sys
    o = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1)'])
    """,
    refused="(?i)popen|process",
)

case(
    "sqlite3 connection (:memory:)",
    """
    import sqlite3
    o = sqlite3.connect(':memory:')
    """,
    refused="(?i)connection",
    needs=("_sqlite3",),
)

case(
    "hashlib.sha256 object",
    """
    import hashlib
    o = hashlib.sha256(b'a')
    """,
    refused="(?i)hash",
    not_on_pypy="it is written in Python there, and pickles",
)

case(
    "zlib.compressobj",
    """
    import zlib
    o = zlib.compressobj()
    """,
    refused="(?i)compress",
)

case(
    "re.Match",
    """
    import re
    o = re.match('a', 'abc')
    """,
    refused="(?i)span|groups?",
)

case(
    "asyncio.Future (done)",
    """
    import asyncio
    async def f():
        f = asyncio.get_running_loop().create_future()
        f.set_result(1)
        return f
    o = asyncio.run(f())
    """,
    refused="(?i)future",
)

case(
    "asyncio.Task and event loop",
    """
    import asyncio
    loop = asyncio.new_event_loop()
    o = loop
    """,
    refused="(?i)loop|selector|socket",
)

case(
    "ssl context",
    """
    import ssl
    o = ssl.create_default_context()
    """,
    refused="(?i)sslcontext",
)

case(
    "suspicious object inside a closure is named",
    """
    import socket
    def make():
        client = socket.socket()
        def train(): return client
        return train
    o = make()
    """,
    refused="(?s)socket.*client|client.*socket",
)

case(
    "deep recursion gives PicklingError",
    """
    o = []
    for _ in range(200_000): o = [o]
    """,
    refused="(?i)recurs|deep",
)
