"""Exceptions: every class of the standard library's modules, with the arguments that it takes, raised and not."""

import importlib
import sys

MODULES = """builtins abc argparse ast asyncio binascii bz2 cgitb codecs concurrent.futures configparser contextvars copy
csv ctypes dataclasses dbm decimal doctest email.errors fractions ftplib getopt gettext graphlib gzip http.client http.cookies
http.cookiejar imaplib importlib.metadata inspect io ipaddress json lzma mailbox multiprocessing netrc nntplib pickle plistlib
poplib pwd queue re resource select shelve shutil signal smtplib socket socketserver sqlite3 ssl statistics struct subprocess
tarfile tempfile termios threading tomllib traceback unittest urllib.error urllib.parse uuid warnings wave weakref
xml.dom xml.etree.ElementTree xml.parsers.expat xml.sax xmlrpc.client zipfile zipimport zlib zoneinfo""".split()
ARGUMENTS = [
    (),
    ("text",),
    (2,),
    (2, "No such file"),
    (2, "No such file", "/no/such"),
    (2, "No such file", "/no/such", None, "/other"),
    ("text", 2),
    ("a", "b", "c"),
    ("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ("utf-8", "\udc80", 0, 1, "surrogates not allowed"),
    ("\udc80", 0, 1, "cannot translate"),
    ("invalid syntax", ("file.py", 1, 2, "x y", 1, 3)),
    ("text", [ValueError(1), OSError(2, "two")]),
    (["list"], {"k": 1}),
    ("http://host/", 404, "Not Found", {}, None),
    ("pattern (", "(", 0),
]


def classes():
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    found = {}
    for name in MODULES:
        for value in vars(sys.modules.get(name, sys)).values():
            if isinstance(value, type) and issubclass(value, BaseException):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


def raised(make):
    def made():
        try:
            raise make()
        except BaseException as error:
            error.extra = [1]
            error.add_note("a note")
            return error

    return made


SUBJECTS = {}
for label, cls in classes().items():
    SUBJECTS[label] = lambda cls=cls: cls
    for number, args in enumerate(ARGUMENTS):
        SUBJECTS[f"{label} {number}"] = make = lambda cls=cls, args=args: cls(*args)
        SUBJECTS[f"{label} {number} raised, with attributes"] = raised(make)
for label, keywords in {
    "ImportError": {"name": "n", "path": "p"},
    "ModuleNotFoundError": {"name": "n"},
    "AttributeError": {"name": "n", "obj": 3},
    "NameError": {"name": "n"},
}.items():
    SUBJECTS[f"{label} with keywords"] = lambda label=label, keywords=keywords: vars(__import__("builtins"))[label](
        "text", **keywords
    )
