import sys
import types

from __main__ import o, payload

error, traceback, frame, wanted = o
assert traceback is error.__traceback__ and type(traceback) is types.TracebackType
step = traceback.tb_next
inner = step.tb_frame
pypy = sys.implementation.name == "pypy"
assert step.tb_next is None
assert (step.tb_lineno, inner.f_code.co_firstlineno) == (wanted[0], wanted[3])
if not pypy:
    assert (step.tb_lasti, inner.f_code.co_qualname) == wanted[1:3] and inner.f_lasti == wanted[1]
    assert inner.f_back is None and inner.f_locals == {}
    assert inner.f_globals.keys() <= {"__name__", "__file__"}
assert inner.f_lineno == wanted[0] and inner.f_code.co_name == "method"
assert inner.f_globals["__name__"] == "__main__"
assert type(frame) is types.FrameType and frame.f_code.co_name == "here"
assert b"only in the writer" not in payload and b"argument" not in payload
