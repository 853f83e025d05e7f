A = "one\ntwo\nthree\nfour\n".splitlines(keepends=True)
B = "ore\ntwo\ntree\nfour\nfive\n".splitlines(keepends=True)


def matching(SequenceMatcher):
    made = SequenceMatcher(None, "abcdefgh", "bcxefghy")
    return (
        made.ratio(),
        made.quick_ratio(),
        made.real_quick_ratio(),
        made.get_opcodes(),
        made.get_matching_blocks(),
        made.find_longest_match(),
        list(made.get_grouped_opcodes(1)),
        SequenceMatcher(lambda c: c == " ", " a b", "ab ").ratio(),
    )


def unified(unified_diff):
    return list(unified_diff(A, B, "a.txt", "b.txt", "then", "now", n=1))


def context(context_diff):
    return list(context_diff(A, B, "a.txt", "b.txt"))


def nearest(get_close_matches):
    return get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), get_close_matches("x", ["y"])


def deltas(ndiff, restore):
    delta = list(ndiff(A, B))
    return delta, list(restore(delta, 1)) == A, list(restore(delta, 2)) == B


def differ(Differ):
    return list(Differ().compare(A, B))


def as_bytes(diff_bytes, unified_diff):
    encode = lambda lines: [line.encode() for line in lines]
    return list(diff_bytes(unified_diff, encode(A), encode(B), b"a", b"b"))


def html(HtmlDiff):
    made = HtmlDiff(wrapcolumn=20)
    return made.make_file(A, B, "a", "b", context=True), made.make_table(A, B)


def junk(IS_CHARACTER_JUNK, IS_LINE_JUNK):
    return IS_CHARACTER_JUNK(" "), IS_CHARACTER_JUNK("x"), IS_LINE_JUNK("  #  \n"), IS_LINE_JUNK("x\n")


def match(Match):
    return Match(1, 2, 3), Match(1, 2, 3).size, Match._make([4, 5, 6])._asdict(), Match(1, 2, 3)._replace(a=9)
