import io

ROWS = [["name", "note"], ["a", 'say "hi"'], ["b", "x,y\nz"], ["", "3"]]


def round_trip(writer, reader):
    file = io.StringIO(newline="")
    made = writer(file)
    made.writerows(ROWS)
    return file.getvalue(), list(reader(io.StringIO(file.getvalue(), newline=""))) == ROWS, made.dialect.delimiter


# The copies know the default dialect's name, but `csv` registers that name when it is imported.


def dictionaries(DictReader, excel):
    made = DictReader(io.StringIO("a,b\n1,2\n3\n4,5,6\n"), restkey="more", restval="none", dialect=excel)
    return made.fieldnames, list(made), made.line_num


def writing_dictionaries(DictWriter, excel):
    file = io.StringIO(newline="")
    made = DictWriter(file, ["a", "b"], restval="-", extrasaction="ignore", dialect=excel)
    made.writeheader()
    made.writerow({"a": 1, "c": 3})
    made.writerows([{"b": 2}])
    try:
        DictWriter(file, ["a"], dialect=excel()).writerow({"b": 1})
    except ValueError as error:
        return file.getvalue(), str(error)


def dialects(Dialect, excel, excel_tab, unix_dialect, reader, writer, QUOTE_ALL):
    class Semicolon(excel):
        delimiter = ";"
        quoting = QUOTE_ALL

    file = io.StringIO(newline="")
    writer(file, Semicolon).writerow(["a", 1])
    writer(file, excel_tab()).writerow(["a", 1])
    writer(file, unix_dialect).writerow(["a", 1])
    return file.getvalue(), list(reader(["x;y"], Semicolon())), issubclass(excel_tab, Dialect)


def wrong_dialect(Dialect, Error):
    class Wrong(Dialect):
        delimiter = "too long"
        quoting = 0
        lineterminator = "\n"

    try:
        Wrong()
    except Error as error:
        return str(error)


def sniffing(Sniffer):
    made = Sniffer()
    text = "name;size\n'a;b';1\n'c';2\n"
    found = made.sniff(text)
    return found.delimiter, found.quotechar, made.has_header("name,size\na,1\nb,2\nc,3\n")
