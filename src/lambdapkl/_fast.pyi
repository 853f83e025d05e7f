import pickle
from collections.abc import Callable
from types import CellType, CodeType, FrameType, ModuleType, TracebackType
from typing import Any, Final, Self, final

from typing_extensions import disjoint_base

COMPILED: Final = True

@disjoint_base
class PayloadState:
    table: Any
    protocol: int
    root: Any
    pickler: Any
    held: Any
    opened: list[Any] | None
    @property
    def openings(self) -> int: ...
    @property
    def class_dicts(self) -> dict[Any, type]: ...
    @property
    def shared(self) -> dict[Any, Any]: ...
    @property
    def dumped(self) -> list[Any]: ...
    def __init__(self, table: Any) -> None: ...
    def clear(self) -> None: ...
    def name(self, text: str) -> str: ...
    def key(self, key: Any) -> Any: ...
    def note_package(self, module: ModuleType) -> None: ...
    def submodules_of(self, module: ModuleType) -> tuple[str, ...]: ...
    def own_globals(self, namespace: dict[str, Any], owner: Any) -> None: ...
    def reduce(self, obj: Any) -> Any: ...
    def global_names(self, code: CodeType) -> tuple[str, ...]: ...
    def with_edits(self, cls: type, reduced: Any) -> Any: ...
    def describe(self, cls: type) -> tuple[tuple[Any, ...], dict[str, Any]]: ...

@final
class Frames:
    def state(self, generator: object) -> int: ...
    def read(self, generator: object) -> tuple[int, bytes, tuple[Any, ...], tuple[BaseException, ...]]: ...
    def write(
        self,
        generator: object,
        code: CodeType,
        position: Any,
        marks: Any,
        values: Any,
        kinds: bytes,
        from_another: bool,
        exceptions: Any,
    ) -> None: ...
    def misfit(self, kinds: bytes, marks: bytes, values: tuple[Any, ...], code: CodeType) -> int: ...
    def read_asend(self, asend: object, generator: object) -> tuple[Any, int]: ...
    def start_asend(self, asend: object, generator: object) -> None: ...
    def in_use(self, generator: object) -> tuple[bool, bool]: ...

frames: Frames | None

def bind(
    wire: ModuleType,
    classes: ModuleType,
    descriptors: ModuleType,
    edits: ModuleType,
    enumerations: ModuleType,
    loaded_files: ModuleType,
    modules: ModuleType,
    named_globals: ModuleType,
    namespaces: ModuleType,
    running_methods: ModuleType,
    sentinels: ModuleType,
    shared_cells: ModuleType,
    skeletons: ModuleType,
    subclass_state: ModuleType,
    table: ModuleType,
) -> None: ...
def set_callbacks(
    *,
    explain_error: Callable[[Exception, Any], None],
    dumps_in_form: Callable[..., bytes],
    dumps_with_buffers: Callable[..., bytes],
    held_buffers: type,
) -> None: ...
def dumps(
    obj: Any,
    protocol: int | None = None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    *,
    fix_imports: bool = True,
    deterministic: bool = False,
    portable: bool = False,
    standalone: bool = False,
) -> bytes: ...
def code(blob: Any, file_name: Any = None, *constants: Any) -> CodeType: ...

@disjoint_base
class _Constructor:
    __module__: str
    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    def __new__(cls, name: str) -> Self: ...
    def __reduce__(self) -> str: ...

@final
class _Function(_Constructor):
    def __call__(self, first: Any, second: Any = None, where: Any = None, closure: Any = None) -> Any: ...

@final
class _Class(_Constructor):
    def __call__(self, first: Any, second: Any, digest: bytes = b"", bases: Any = (), number: int = 0, *rest: Any) -> Any: ...

function: _Function

def describe_steps(
    traceback: TracebackType,
    payload_state: object,
    most_offset: int,
    most_number: int,
    variables: Callable[[FrameType, Any], dict[str, str] | None],
) -> tuple[tuple[Any, ...], ...] | None: ...
def link_steps(steps: list[tuple[Any, ...]]) -> TracebackType: ...
def quick_class(make: Callable[..., Any]) -> _Class: ...
def cell(owner: Any = None, index: Any = 0) -> CellType: ...
