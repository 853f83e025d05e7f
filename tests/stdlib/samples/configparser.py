TEXT = """
[DEFAULT]
base = /srv
level = 3
[main]
path = %(base)s/main
debug = yes
ratio = 0.5
lines =
    one
    two
[other]
path: ${main:path}
empty
"""


def parser(ConfigParser):
    made = ConfigParser(allow_no_value=True)
    made.read_string(TEXT)
    main = made["main"]
    return (
        made.sections(),
        made.defaults(),
        main["path"],
        main.getboolean("debug"),
        main.getfloat("ratio"),
        main.getint("level"),
        main["lines"],
        list(main),
        made.get("other", "empty"),
        made.get("main", "none", fallback="f"),
        "other" in made,
        made.has_option("main", "path"),
        made.items("main", raw=True),
        main.get("x"),
        len(made),
        dict(made["other"].items()),
    )


def writing(ConfigParser):
    import io

    made = ConfigParser()
    made["a"] = {"X": 1, "y": "two\nlines"}
    made.add_section("b")
    made.set("b", "k", "100%%")
    made.read_dict({"c": {"d": "e"}})
    made.remove_option("a", "y")
    file = io.StringIO()
    made.write(file, space_around_delimiters=False)
    return file.getvalue(), made.get("b", "k"), made.popitem()[0], made.remove_section("b"), made.sections()


def extended(ConfigParser, ExtendedInterpolation):
    made = ConfigParser(interpolation=ExtendedInterpolation(), allow_no_value=True)
    made.read_string(TEXT.replace("%(base)s", "${base}"))
    return made["other"]["path"]


def raw(RawConfigParser):
    made = RawConfigParser(delimiters=(":=",), comment_prefixes=(";",), default_section="all", converters={"list": str.split})
    made.optionxform = str
    made.read_string("[all]\nA := 1 2\n; no\n[s]\nB := %(A)s\n")
    return made.getlist("s", "A"), made["s"].getlist("A"), dict(made["s"])


def errors(ConfigParser, Error, DuplicateSectionError, NoSectionError, NoOptionError, MissingSectionHeaderError, ParsingError):
    found = []
    for text, kind in (
        ("[a]\n[a]\n", DuplicateSectionError),
        ("x = 1\n", MissingSectionHeaderError),
        ("[a]\nx\n", ParsingError),
    ):
        try:
            ConfigParser().read_string(text)
        except kind as error:
            found.append((type(error).__name__, str(error), isinstance(error, Error)))
    for section, kind in (("no", NoSectionError), ("DEFAULT", NoOptionError)):
        try:
            ConfigParser().get(section, "x")
        except kind as error:
            found.append((type(error).__name__, str(error), error.args))
    return found


def interpolation(ConfigParser, InterpolationDepthError, InterpolationMissingOptionError, BasicInterpolation):
    made = ConfigParser(interpolation=BasicInterpolation())
    made.read_string("[a]\nx = %(y)s\ny = %(x)s\nz = %(no)s\n")
    found = []
    for name, kind in (("x", InterpolationDepthError), ("z", InterpolationMissingOptionError)):
        try:
            made.get("a", name)
        except kind as error:
            found.append(str(error))
    return found


def proxies(ConfigParser, SectionProxy):
    made = ConfigParser()
    made.read_dict({"a": {"b": "on"}})
    made["a"]["c"] = "d"
    del made["a"]["b"]
    return isinstance(made["a"], SectionProxy), made["a"], made["a"].name, made["a"].parser is made
