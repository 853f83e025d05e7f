"""What `help` and `inspect.signature` show, on either backend."""

import inspect
import io
import pydoc
import subprocess
import sys

import lambdapkl

COMMON = "fix_imports: 'bool' = True"
BUFFERS = "buffer_callback: 'Callable[[pickle.PickleBuffer], object] | None' = None"
FORMS = "deterministic: 'bool' = False, portable: 'bool' = False, standalone: 'bool' = False"
READING = f"{COMMON}, encoding: 'str' = 'ASCII', errors: 'str' = 'strict', buffers: 'Iterable[Any] | None' = ()"
PICKLER = f"(file: 'Writer', protocol: 'int | None' = None, {BUFFERS}, *, {COMMON}) -> 'None'"
EXPECTED = {
    "dumps": f"(obj: 'Any', protocol: 'int | None' = None, {BUFFERS}, *, {COMMON}, {FORMS}) -> 'bytes'",
    "dump": f"(obj: 'Any', file: 'Writer | files.Path', protocol: 'int | None' = None, {BUFFERS}, *, {COMMON}, {FORMS}) -> 'None'",
    "loads": f"(data: 'Any', /, *, {READING}) -> 'Any'",
    "load": f"(file: 'Reader | Path', *, {READING}) -> 'Any'",
    "Pickler": PICKLER,
    "CloudPickler": PICKLER,
    "Unpickler": f"(file: 'Reader', *, {READING}) -> 'None'",
    "options": "(*, held_locks: \"Literal['refuse', 'unlocked'] | None\" = None, file_contents: 'bool | None' = None, "
    "tracebacks: \"Literal['keep', 'reprs', 'omit'] | None\" = None, deterministic: 'bool | None' = None) -> 'Iterator[None]'",
}
for name, expected in EXPECTED.items():
    value = getattr(lambdapkl, name)
    assert str(inspect.signature(value)) == expected, (name, str(inspect.signature(value)))
    assert value.__doc__
    if name in ("dumps", "dump", "loads", "load"):
        # Since 3.13 each parameter may be on a line of its own; since 3.14 annotations are shown without quotes.
        unspaced = str.maketrans("", "", " \n'\"")
        text = pydoc.plain(pydoc.render_doc(value)).translate(unspaced)
        assert f"{name}{expected}".translate(unspaced) in text, text


class WithOwnParameters(lambdapkl.Pickler):
    def __init__(self, name: str) -> None:
        self.dispatch_table = {int: lambda value: (int, (value + 1,))}
        super().__init__(io.BytesIO(), 4)
        self.name = name


assert str(inspect.signature(WithOwnParameters)) == "(name: str) -> None"
assert WithOwnParameters("x").name == "x"
code = "import pydoc, lambdapkl; help(lambdapkl.dumps)"
done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
assert "buffer_callback: " in done.stdout, done.stdout
