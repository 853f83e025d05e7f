"""Open files, standard streams and files in memory.  Cases here may write to the working directory."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "open text file r (mid-file)",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    o = open('data.txt', encoding='utf-8')
    o.readline()
    """,
    r"""
    assert o.readline() == 'line two\n' and o.mode == 'r' and o.encoding == 'utf-8'
    assert o.name.endswith('data.txt')
    o.close()
    """,
)

case(
    "open text files in the middle of a loop over their lines",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline \u20ac two\r\nthree\n' * 2000)
    o = open('data.txt', encoding='utf-8'), open('data.txt', encoding='utf-8', newline=''), open('data.txt', 'rb')
    for file in o:
        for _ in range(2500):
            next(file)
    """,
    r"""
    text, exact, binary = o
    assert len(binary.readlines()) == 3500
    for file, end in (text, '\n'), (exact, '\r\n'):
        assert next(file) == 'line \u20ac two' + end and len(file.readlines()) == 3499, file
        file.close()
    binary.close()
    """,
    not_on_pypy="its text files do not tell their newline argument",
)

case(
    "buffered file over one that does not tell its position",
    """
    import io
    class Raw(io.RawIOBase):
        def readable(self): return True
        def readinto(self, into): return 0
    o = io.BufferedReader(Raw())
    """,
    refused="cannot pickle the file.*its position is unknown",
)

case(
    "open text file, read through its iterator, in an encoding that must be read from the start",
    r"""
    with open('data.txt', 'w', encoding='utf-16') as f: f.write('one\ntwo\n')
    o = open('data.txt', encoding='utf-16')
    next(o)
    """,
    refused="utf-16.*finish the loop",
)

case(
    "open text file with an encoding, errors and newline",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    o = open('data.txt', encoding='latin-1', errors='replace', newline='\n')
    o.read(3)
    """,
    "assert (o.encoding, o.errors) == ('latin-1', 'replace') and o.read(3) == 'e o'",
)

case(
    "open binary file rb (mid-file)",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    o = open('data.txt', 'rb')
    o.read(5)
    """,
    """
    import io
    assert o.tell() == 5 and o.read(3) == b'one' and o.mode == 'rb'
    assert isinstance(o, io.BufferedReader)
    """,
)

case(
    "open binary file, unbuffered",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    o = open('data.txt', 'rb', buffering=0)
    o.read(5)
    """,
    """
    import io
    assert type(o) is io.FileIO and o.read(3) == b'one'
    """,
)

case(
    "open file w (mid-write)",
    """
    o = open('out.txt', 'w', encoding='utf-8')
    o.write('some')
    o.flush()
    """,
    """
    o.write(' more')
    o.close()
    assert open('out.txt').read() == 'some more'
    """,
)

case(
    "open file w, not flushed",
    """
    o = open('out2.txt', 'w', encoding='utf-8')
    o.write('some')
    """,
    """
    o.write(' more')
    o.close()
    assert open('out2.txt').read() == 'some more'
    """,
)

case(
    "open file a and r+",
    """
    with open('app.txt', 'w') as f: f.write('abc')
    o = open('app.txt', 'a'), open('app.txt', 'r+b')
    o[1].seek(1)
    """,
    """
    a, r = o
    a.write('d')
    a.close()
    assert r.read() == b'bcd'
    r.seek(0)
    r.write(b'X')
    r.close()
    assert open('app.txt').read() == 'Xbcd'
    """,
)

case(
    "open file x",
    """
    o = open('excl.txt', 'x')
    o.write('1')
    o.flush()
    """,
    """
    o.write('2')
    o.close()
    assert open('excl.txt').read() == '12'
    """,
)

case(
    "closed file",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    o = open('data.txt')
    o.close()
    """,
    "assert o.closed and o.name.endswith('data.txt')",
)

case(
    "open file that is gone",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('line one\nline two\nline three\n')
    import os
    o = open('data.txt')
    os.remove('data.txt')
    """,
    refused="(?i)delet|remov|gone|exist|no such",
)

case(
    "file of a descriptor number",
    """
    import os
    r, w = os.pipe()
    o = os.fdopen(r)
    """,
    refused="(?i)name|descriptor|pipe",
)

case(
    "sys.stdout",
    """
    import sys
    o = sys.stdout, sys.stderr, lambda: sys.stdout
    """,
    """
    import sys
    assert o[0] is sys.stdout and o[1] is sys.stderr and o[2]() is sys.stdout
    """,
)

case(
    "sys.__stdout__",
    """
    import sys
    o = sys.__stdout__, sys.__stderr__
    """,
    """
    import sys
    assert o[0] is sys.__stdout__ and o[1] is sys.__stderr__
    """,
)

case(
    "io.StringIO (mid-read)",
    """
    import io
    o = io.StringIO('abc')
    o.read(1)
    o.note = 'n'
    """,
    "assert o.read() == 'bc' and o.note == 'n'",
)

case(
    "io.BytesIO (mid-read)",
    """
    import io
    o = io.BytesIO(b'abc')
    o.read(1)
    """,
    """
    assert o.read() == b'bc'
    o.write(b'd')
    assert o.getvalue() == b'abcd'
    """,
)

case(
    "io.TextIOWrapper and BufferedReader over BytesIO",
    r"""
    import io
    b = io.BytesIO(b'one\ntwo\n')
    o = io.TextIOWrapper(b, encoding='utf-8')
    o.readline()
    """,
    "assert o.readline() == 'two\\n'",
    unstable="the text layer has read ahead, and has not after it was loaded",
)

case(
    "NamedTemporaryFile (dumper gone, file deleted)",
    """
    import tempfile
    o = tempfile.NamedTemporaryFile()
    """,
    refused="(?i)temp|delete",
)

case(
    "NamedTemporaryFile(delete=False)",
    """
    import tempfile
    tempfile._name_sequence = iter(['fixed'])
    o = tempfile.NamedTemporaryFile('w+', delete=False, dir='.')
    o.write('abc')
    o.flush()
    o.seek(1)
    """,
    """
    assert o.read() == 'bc'
    o.close()
    import os
    assert os.path.exists(o.name)
    os.remove(o.name)
    """,
)

case(
    "file contents, when asked for",
    r"""
    with open('data.txt', 'w', encoding='utf-8', newline='') as f: f.write('één\ntwo\nthree\n')
    text, binary = open('data.txt', encoding='utf-8'), open('data.txt', 'rb')
    text.readline()
    binary.read(6)
    with pickler.options(file_contents=True):
        o = pickler.dumps([text, binary])
    assert text.readline() == 'two\n' and binary.read(3) == b'two', 'dumping moved the position'
    import os
    text.close()
    binary.close()
    os.remove('data.txt')
    """,
    r"""
    import io, pickle
    text, binary = pickle.loads(o)
    assert isinstance(text, io.StringIO) and isinstance(binary, io.BytesIO)
    assert text.readline() == 'two\n' and binary.read(3) == b'two'
    text.seek(0)
    binary.seek(0)
    assert text.read() == 'één\ntwo\nthree\n' and binary.read() == 'één\ntwo\nthree\n'.encode()
    """,
)

case(
    "open text files with each newline argument, at the start, in the middle and at the end",
    """
    from pathlib import Path
    Path('lines').write_bytes(b'a\\r\\nb\\nc\\rd')
    o = []
    for newline in (None, '', '\\n', '\\r', '\\r\\n'):
        for count in 0, 1, 9:
            file = open('lines', newline=newline)
            file.seek(0)
            for _ in range(count):
                file.readline()
            o.append(file)
    """,
    """
    found = []
    for file in o:
        with file:
            found.append(file.readlines())
    rest = [
        ['a\\n', 'b\\n', 'c\\n', 'd'], ['a\\r\\n', 'b\\n', 'c\\r', 'd'], ['a\\r\\n', 'b\\n', 'c\\rd'],
        ['a\\r', '\\nb\\nc\\r', 'd'], ['a\\r\\n', 'b\\nc\\rd'],
    ]
    assert found == [lines for each in rest for lines in (each, each[1:], [])], found
    """,
    not_on_pypy="its text files do not tell their newline argument",
)

case(
    "open text file with its newline argument, written to",
    """
    o = open('lines', 'w', newline='\\r\\n')
    o.write('a\\n')
    """,
    """
    from pathlib import Path
    o.write('b\\n')
    o.close()
    assert Path('lines').read_bytes() == b'a\\r\\nb\\r\\n'
    """,
    not_on_pypy="its text files do not tell their newline argument",
)
