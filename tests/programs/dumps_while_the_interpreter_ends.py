import subprocess
import sys

program = """
import io, sys, lambdapkl
class Last:
    def __init__(self): self.lib, self.io, self.out = (lambdapkl.dumps, lambdapkl.Pickler), io.BytesIO, sys.stdout.write
    def __del__(self):
        file = self.io()
        self.lib[1](file).dump((1, "end"))
        for each in ([2], {"a": {3}}, lambda: 1):
            self.out(f"{len(self.lib[0](each)) > 4} ")
        self.out(f"{len(file.getvalue())}")
sys.modules["last"] = ring = Last()
ring.ring = [ring]
"""
done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
assert not done.stderr and done.stdout.count("True") == 3, done
