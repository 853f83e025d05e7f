"""A test module that pytest imports under a name that no other process finds."""

import os
import pickle
import subprocess
import sys

import lambdapkl


class Job:
    """A class of the test module."""

    def run(self):
        return helper()


def helper():
    return os.getpid()


def test_other_process() -> None:
    payload = lambdapkl.dumps(Job())
    command = [sys.executable, "-c", "import sys, pickle; print(pickle.loads(sys.stdin.buffer.read()).run())"]
    done = subprocess.run(command, input=payload, capture_output=True, check=True, cwd="/")
    assert int(done.stdout) != os.getpid()


def test_this_process() -> None:
    assert type(pickle.loads(lambdapkl.dumps(Job()))) is Job
