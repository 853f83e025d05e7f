import itertools
import pickle
import traceback

from lambdapkl import wire


def refused(function, *args):
    try:
        function(*args)
    except pickle.UnpicklingError:
        return
    raise AssertionError((function, args))


where = ("file", "name", None, 1, None, None)
good = (where, 4, 2, 2, 2, 0, 1)
wire.frame(*good)
wire.traceback(good, good)
refused(wire.traceback)
wrong = [None, "x", -2, 1 << 31, 1 << 200, 1.5, [], True, b""]
for index, value in itertools.product(range(7), wrong):
    if value is None and index in (3, 4, 5, 6):
        continue
    entry = (*good[:index], value, *good[index + 1 :])
    refused(wire.frame, *entry)
    refused(wire.traceback, good, entry)
for index, value in itertools.product(range(6), wrong):
    if (value is None and index in (2, 4, 5)) or (value == "x" and index != 3):
        continue
    if index == 3 and value is True:
        continue
    refused(wire.frame, (*where[:index], value, *where[index + 1 :]), *good[1:])
refused(wire.frame, where[:5], *good[1:])
refused(wire.frame, *good[:6])
refused(wire.frame, *good, {"a": 1})
refused(wire.frame, *good, {1: "a"})
refused(wire.frame, *good, [], 3)
refused(wire.frame, where, 4, 2, 5, 2, 0, 1)
refused(wire.frame, where, (1 << 24) + 2, 2, 2, 2, 0, 1)
for value in (None, 3, "x", [1], (good,)):
    refused(wire.traceback, value)
# The same as a text and places.
place = ("file", None, None)
line = "name\t\t0\t1\t4\t2\t2\t2\t0\t1"
found = wire.traceback(line + "\n\nf\tC.f\t1\t1\t4\t2\t3\n<lambda>\t\t0\t1\t-1\t-1", place, ("other", "m", "n"))
frames = []
while found is not None:
    frames.append(found.tb_frame)
    found = found.tb_next
assert [each.f_code.co_name for each in frames] == ["name", "name", "f", "<lambda>"]
assert len(set(map(id, frames))) == 4 and frames[0].f_globals is frames[3].f_globals == {}
assert frames[2].f_code.co_filename == "other" and frames[2].f_globals == {"__name__": "m", "__file__": "n"}
for text in "", "\n" + line, "name", line + "\t1", line[:-1] + "x", line[:-2], line.replace("0", "1"), line.replace("0", "-1"):
    refused(wire.traceback, text, place)
for index, value in itertools.product(range(3, 10), ("-2", str(1 << 31), str(1 << 200), "9" * 5000, "1.5", "\ud800")):
    fields = line.split("\t")
    fields[index] = value
    refused(wire.traceback, "\t".join(fields), place)
for value in None, "abc", [], (), place[:2], ([], None, None), (1, None, None), (None, None, None), ("f", True, None), {}:
    refused(wire.traceback, line, value)
    refused(wire.traceback, line, value)
refused(wire.exception, ValueError, [1])
refused(wire.exception, int, ())
refused(wire.exception, 3, ())
error = ValueError()
FIELDS = [1], {"nothing": 1}, {1: 1}, {"__dict__": {}}
for state in [1], (None,) * 8, ([],), (None, 3), (None, None, 3), (None,) * 4 + (3,), (None,) * 5 + (3,):
    refused(wire.exception, error, state)
for state in [1], (None,) * 9, (3,), (None, 3), (None, None, None, 3):
    refused(wire.raised, error, state)
for fields in FIELDS:
    refused(wire.exception, error, (None,) * 6 + (fields,))
    refused(wire.raised, error, (None,) * 7 + (fields,))
# At the limits nothing breaks.
big = (1 << 31) - 1
for offset, line, first, *position in [
    (-1, -1, 0, None, None, None, None),
    (0, 0, 0, 0, 0, 0, 0),
    (2, big, 0, big, big, big, big),
    (1 << 24, 1, big, 1, big, None, 3),
    (7, -1, big, 0, None, None, None),
    (3, 5, 1, None, 1, 2, 3),
    (1, 1, 1, 1, 1, 5, None),
]:
    entry = (("", "", "", first, "", ""), offset, line, *position)
    found = wire.traceback(entry)
    traceback.format_tb(found)
    list(found.tb_frame.f_code.co_positions()), list(found.tb_frame.f_code.co_lines())
    found.tb_frame.f_lineno, found.tb_lineno, wire.frame(*entry).f_lineno
