"""Classes by value that were never pickled before: in atexit as ever; once modules are gone, a clear error says why not."""

import subprocess
import sys

program = """
import atexit, enum, io, pickle, sys, lambdapkl

class Color(enum.Enum):
    RED = 1

class Local:
    def method(self): return Local

class Other(Local): pass

def dumped(obj, dumps, pickler, new_file):
    file = new_file()
    pickler(file).dump(obj)
    return dumps(obj) and file.getvalue()

@atexit.register
def at_exit():
    for obj in (Other, Other(), lambda: Local):
        assert dumped(obj, lambdapkl.dumps, lambdapkl.Pickler, io.BytesIO)
    print("atexit")

class Last:
    def __init__(self):
        self.tools = lambdapkl.dumps, lambdapkl.Pickler, io.BytesIO
        self.dumped, self.error, self.out = dumped, pickle.PicklingError, sys.stdout.write
        self.objects = Local, Local(), Color, Color.RED, lambda: Local, LookupError(1)
    def __del__(self):
        for obj in self.objects:
            try: self.dumped(obj, *self.tools)
            except self.error as error: self.out(f"{'while the interpreter ends' in str(error)}\\n")
        self.out("plain" if self.dumped([1, "a"], *self.tools) else "")

sys.modules["last"] = ring = Last()
ring.ring = [ring]
"""
done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
assert not done.stderr and done.stdout.split() == ["atexit", *["True"] * 6, "plain"], done
