def template(Template):
    made = Template("$who likes ${what}, $$5, $missing")
    try:
        made.substitute(who="tim")
    except KeyError as error:
        return (
            made.safe_substitute(who="tim", what="kung pao"),
            str(error),
            made.template,
            Template("$a-$b").substitute({"a": 1}, b=2),
        )


def broken(Template):
    try:
        Template("line\n$ 1").substitute()
    except ValueError as error:
        return str(error), Template("$a ${b} $").is_valid(), Template("$a ${b} $a").get_identifiers()


def subclass(Template):
    class Percent(Template):
        delimiter = "%"
        idpattern = "[a-z]+"

    return Percent("%name is $5").substitute(name="it"), Percent.pattern.pattern, Template.delimiter


def formatter(Formatter):
    class Default(Formatter):
        def get_value(self, key, args, kwargs):
            return kwargs.get(key, "?") if isinstance(key, str) else super().get_value(key, args, kwargs)

    made = Formatter()
    return (
        made.format("{0!r:>6} {name.real:{width}.1f}", "a", name=2.5, width=6),
        list(made.parse("a{b!r:c}d")),
        Default().format("{x} {y}", x=1),
        made.vformat("{} {}", (1, 2), {}),
    )


def capitals(capwords):
    return capwords(" the quick  fox "), capwords("a-b-c", "-")
