TEXT = "The  quick brown fox jumped over\tthe lazy-ish dog, and then it slept until half-past nine in the morning. It did."


def wrapping(wrap):
    return wrap(TEXT, 20), wrap("", 5), wrap("supercalifragilistic", 6), wrap("a-b-c-d", 3)


def filling(fill):
    return fill(TEXT, width=30, initial_indent="* ", subsequent_indent="  "), fill(TEXT, 40, max_lines=2, placeholder=" ~")


def shortening(shorten):
    return shorten(TEXT, 40), shorten(TEXT, 12, placeholder="...")


def dedenting(dedent):
    return dedent("    a\n      b\n\n    c\n"), dedent("  \n"), dedent("\ta\n\tb")


def indenting(indent):
    return indent("a\n\nb\n", "> "), indent("a\n\nb\n", "> ", lambda line: True)


def wrapper(TextWrapper):
    made = TextWrapper(width=25, fix_sentence_endings=True, break_on_hyphens=False, tabsize=4)
    lines = made.wrap(TEXT)
    made.width = 10
    made.break_long_words = False
    return lines, made.fill(TEXT)


def wide(TextWrapper):
    try:
        TextWrapper(width=0).wrap("x")
    except ValueError as error:
        return str(error)
