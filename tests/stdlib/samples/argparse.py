import contextlib
import io


def _exits(call, *args):
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            call(*args)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return None


def parser(ArgumentParser):
    made = ArgumentParser(prog="tool", description="Does things.", epilog="That is all.")
    made.add_argument("names", nargs="+", help="what to do it to")
    made.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how often (default: %(default)s)")
    made.add_argument("--verbose", "-v", action="count", default=0)
    made.add_argument("--version", action="version", version="%(prog)s 1.0")
    made.add_argument("--color", choices=["red", "green"])
    group = made.add_mutually_exclusive_group()
    group.add_argument("--fast", action="store_true")
    group.add_argument("--slow", action="store_const", const=5)
    return (
        made.format_usage(),
        made.format_help(),
        vars(made.parse_args(["a", "b", "-vv", "-n", "7", "--fast", "--color=red"])),
        _exits(made.parse_args, ["a", "--fast", "--slow"]),
        _exits(made.parse_args, ["a", "--color", "blue"]),
        _exits(made.parse_args, ["--version"]),
        _exits(made.parse_args, []),
    )


def subparsers(ArgumentParser):
    made = ArgumentParser(prog="tool")
    commands = made.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add numbers")
    add.add_argument("values", nargs="*", type=float)
    add.set_defaults(run=sum)
    commands.add_parser("list", aliases=["ls"])
    arguments = made.parse_args(["add", "1", "2.5"])
    return made.format_help(), arguments.run(arguments.values), made.parse_args(["ls"]), _exits(made.parse_args, ["no"])


def formatters(ArgumentParser, RawDescriptionHelpFormatter, ArgumentDefaultsHelpFormatter, MetavarTypeHelpFormatter):
    texts = []
    for formatter in (RawDescriptionHelpFormatter, ArgumentDefaultsHelpFormatter, MetavarTypeHelpFormatter):
        made = ArgumentParser(prog="tool", description="one\n  two", formatter_class=formatter)
        made.add_argument("--size", type=int, default=4, help="the size")
        texts.append(made.format_help())
    return texts


def own_action(ArgumentParser, Action, Namespace):
    class Twice(Action):
        def __call__(self, parser, namespace, values, option_string=None):
            setattr(namespace, self.dest, values * 2)

    made = ArgumentParser()
    made.add_argument("--word", action=Twice)
    made.add_argument("--flag", action="append", default=[])
    found = made.parse_args(["--word", "ab", "--flag", "x", "--flag", "y"])
    return found == Namespace(word="abab", flag=["x", "y"]), found


def errors(ArgumentParser, ArgumentError, ArgumentTypeError):
    def even(text):
        if int(text) % 2:
            raise ArgumentTypeError(f"{text} is odd")
        return int(text)

    made = ArgumentParser(exit_on_error=False)
    made.add_argument("--even", type=even)
    try:
        made.parse_args(["--even", "3"])
    except ArgumentError as error:
        return str(error), error.argument_name, made.parse_args(["--even", "4"])


def namespace(Namespace):
    made = Namespace(b=1, a=[2])
    return made, "a" in made, made == Namespace(a=[2], b=1), made != Namespace()


def file_type(FileType):
    return FileType("r", encoding="utf-8"), FileType("w")("-").name


def unknown(ArgumentParser):
    made = ArgumentParser(prefix_chars="+-", allow_abbrev=True)
    made.add_argument("++long-name", type=int)
    return made.parse_known_args(["++long", "3", "rest"]), made.get_default("long_name")
