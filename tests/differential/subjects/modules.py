"""Whatever the modules of the standard library and of the installed test libraries have as attributes."""

import importlib
import sys
import types

MODULES = """abc argparse array ast asyncio base64 bisect builtins calendar cmath codecs collections collections.abc colorsys
compileall concurrent.futures configparser contextlib copy copyreg csv ctypes dataclasses datetime decimal difflib dis email
email.message email.policy enum errno fractions functools gc getpass glob graphlib hashlib heapq hmac html html.entities http
http.client http.cookies importlib importlib.machinery inspect io ipaddress itertools json keyword linecache locale logging
logging.handlers math mimetypes numbers opcode operator os os.path pathlib pickle pickletools pkgutil platform plistlib pprint
queue random re reprlib sched secrets select selectors shlex shutil signal socket sqlite3 ssl stat statistics string struct
subprocess sys symtable sysconfig tarfile tempfile textwrap threading time timeit token tokenize tomllib traceback types typing
unicodedata unittest unittest.mock urllib.parse urllib.request uuid warnings wave weakref xml.dom.minidom xml.etree.ElementTree
zipfile zlib zoneinfo _pydatetime _pydecimal _collections_abc
numpy numpy.exceptions numpy.fft numpy.linalg numpy.ma numpy.polynomial numpy.random numpy.strings numpy.testing numpy.typing
hypothesis hypothesis.strategies hypothesis.errors coverage pytest sybil dill cloudpickle""".split()
SKIPPED = (types.ModuleType,)


SUBJECTS = {}
for name in MODULES:
    try:
        importlib.import_module(name)
    except ImportError:
        continue
seen = set()
for name in MODULES:
    for attribute, value in list(vars(sys.modules[name]).items()) if name in sys.modules else ():
        if (
            not isinstance(value, SKIPPED)
            and id(value) not in seen
            and attribute not in ("modules", "__builtins__", "__loader__")
        ):
            seen.add(id(value))
            SUBJECTS[f"{name}.{attribute}"] = lambda value=value: value
# Bound methods, unbound ones, descriptors.
for cls in (int, str, bytes, bytearray, list, tuple, dict, set, frozenset, float, complex, range, object, type, OSError):
    for attribute in dir(cls):
        SUBJECTS[f"{cls.__name__}.{attribute}"] = lambda cls=cls, attribute=attribute: getattr(cls, attribute)
        SUBJECTS[f"{cls.__name__}().{attribute}"] = lambda cls=cls, attribute=attribute: getattr(cls(), attribute)
