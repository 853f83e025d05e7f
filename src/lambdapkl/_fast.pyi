import pickle
from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from typing_extensions import disjoint_base

COMPILED: Final = True
MAX_CACHED_CODES: int
MAX_CACHED_BLOB: int

@disjoint_base
class Session:
    table: Any
    quick_instances: bool
    @property
    def class_dicts(self) -> dict[Any, type]: ...
    def __init__(self, table: Any) -> None: ...
    def clear(self) -> None: ...
    def name(self, text: str) -> str: ...
    def own_globals(self, namespace: dict[str, Any], owner: Any) -> None: ...
    def reduce(self, obj: Any) -> Any: ...
    def describe(self, cls: type) -> tuple[tuple[Any, ...], dict[str, Any]]: ...

def configure(
    *,
    function: Any,
    code: Any,
    cell: Any,
    module: Any,
    method: Any,
    descriptors: Any,
    class_: Any,
    builtin_names: dict[int, str],
    skeletons: Any,
    staged: Callable[[type, dict[str, Any]], dict[str, Any]],
    reduce_class: Callable[[type, Session], Any],
    reduce_class_by_value: Callable[[type, Session], Any],
    reduce_module: Callable[[Any, Session], Any],
    reduce_instance: Callable[[Any, Session], Any],
    class_dict: Callable[[dict[str, Any], FunctionType, Session], Any],
    inherited: dict[type, Callable[[Any], Any]],
    own_keys: set[type],
    recreated: dict[int, tuple[CodeType, Callable[[FunctionType], Any]]],
    preambles: tuple[tuple[bytes, tuple[Any, ...]], ...],
    refresh: Callable[[], None],
    explain: Callable[[Exception, Any], None],
    table: Any,
) -> None: ...
def dumps(
    obj: Any,
    protocol: int | None = None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    *,
    fix_imports: bool = True,
) -> bytes: ...
def code(blob: Any, file_name: Any = None, *constants: Any) -> CodeType: ...
def function(first: Any, second: Any, where: Any = None, closure: Any = None) -> Any: ...
def quick_class(make: Callable[..., Any]) -> Callable[..., Any]: ...
def class_(first: Any, second: Any, digest: bytes = b"", bases: Any = (), number: int = 0, *rest: Any) -> Any: ...
def cell(owner: Any = None, index: Any = 0) -> CellType: ...
