import os

import lambdapkl

os.makedirs("folder")
os.chmod(".", 0o755)
os.chmod("folder", 0o777)
lambdapkl.dump("old", "folder/job")
os.chmod("folder", 0o333)
if os.geteuid() == 0:
    os.chmod("folder/job", 0o666)
    # The working directory stays in reach by its relative name only.
    os.seteuid(65534)
try:
    lambdapkl.dump("new", "folder/job")
finally:
    os.seteuid(os.getuid())
assert lambdapkl.load("folder/job") == "new"
