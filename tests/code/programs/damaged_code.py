import marshal
import random
from binascii import crc32

from lambdapkl import wire
from lambdapkl.code import blobs as codes
from lambdapkl.code import compact


def f(a, *b, c=1, **d):
    try:
        return [x / a for x in b if x != c], {"é": (1.5, 2j, b"", -7, 1 << 70)}
    except ZeroDivisionError as error:
        return {"é": error}


random.seed(1)
whole = compact.shorten(marshal.dumps(f.__code__, 2))[0]
result = []
for _ in range(4000):
    data = bytearray(whole)
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(data))
        if random.random() < 0.8:
            data[at] = random.choice((0, 1, 2, 0x7F, 0x80, 0xFF, random.randrange(256)))
        else:
            del data[at : at + random.randrange(1, 9)]
    data = bytes(data)
    try:
        made = wire.code(codes.MAGIC + crc32(data).to_bytes(4, "little") + data, "f.py")
        # Leave the bytecode alone: CPython reads beyond its end if the last instruction is incomplete.
        result.append([made.co_name, *made.co_names, *made.co_varnames, made.co_flags, made.co_linetable])
    except Exception as error:
        result.append((type(error).__name__, str(error)))
