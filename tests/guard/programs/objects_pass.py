import collections
import contextvars
import queue
import threading
import types
import weakref

import lambdapkl

first = KeyError("x")
first.__cause__ = ValueError(1)
local = threading.local()
local.value = 5
held = {"a": 1}
values = [
    first,
    local,
    threading.Lock(),
    threading.RLock(),
    weakref.WeakSet(),
    weakref.WeakValueDictionary(),
    held.keys(),
    collections.OrderedDict(a=1).items(),
    types.MappingProxyType(held),
    contextvars.ContextVar("x", default=3),
    memoryview(b"abcd").cast("B", (2, 2)),
    weakref.ref(local),
]
if queue.SimpleQueue.__module__ == "_queue":  # else it is a class in Python, of attributes
    values.append(queue.SimpleQueue())
    values[-1].put(1)  # type: ignore[attr-defined]
result = [lambdapkl.dumps(values, protocol) for protocol in (2, 4, 5)]
