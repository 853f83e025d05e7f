import gc
import sys

import lambdapkl
from lambdapkl import wire
from lambdapkl._pure import constructors, dumps, payload_state
from lambdapkl.code import code_info
from lambdapkl.identity import building
from lambdapkl.identity import keys as tracking


class Dumped:
    def method(self):
        return self


lambdapkl.dumps([Dumped, Dumped.method])
unfinished = wire.class_("Loaded", "elsewhere", b"0123456789ab")
assert building.unfinished(unfinished)
failed = []
sys.unraisablehook = lambda failure: failed.append(repr(failure.exc_value))
for module in (building, tracking, code_info, constructors, dumps, payload_state):
    for name in vars(module):
        if not name.startswith("__"):
            setattr(module, name, None)
del Dumped, unfinished
gc.collect()
result = failed
