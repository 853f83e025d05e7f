def counting(Counter):
    made = Counter("abracadabra")
    made.update(a=2)
    made.subtract("zz")
    return (
        made,
        made.most_common(2),
        sorted(made.elements()),
        made["none"],
        made + Counter("ab"),
        made - Counter("aaa"),
        -made,
        +made,
        made & Counter("ab"),
        made | Counter("q"),
        made.total(),
        Counter(a=1) <= Counter(a=2),
        made.copy() == made,
        Counter.fromkeys,
    )[:-1]


def named(namedtuple):
    Point = namedtuple("Point", "x y", defaults=[0])
    made = Point(3)
    try:
        namedtuple("Bad", "class x")
    except ValueError as error:
        return (
            made,
            made.x,
            made._asdict(),
            made._replace(y=5),
            Point._make([1, 2]),
            Point._fields,
            Point._field_defaults,
            str(error),
            (namedtuple("Renamed", "def x x", rename=True)._fields, Point.__doc__, Point.x.__doc__, made == (3, 0)),
        )


def chained(ChainMap):
    made = ChainMap({"a": 1}, {"a": 2, "b": 3})
    child = made.new_child({"c": 4})
    child["a"] = 9
    del child["a"]
    return (
        made["a"],
        dict(child),
        child.maps,
        child.parents,
        len(child),
        "b" in child,
        child | {"d": 5},
        made.get("z", 0),
        list(child),
    )


def ordered(OrderedDict):
    made = OrderedDict(a=1, b=2, c=3)
    made.move_to_end("a")
    made["b"] = 9
    return (
        made,
        list(reversed(made)),
        made.popitem(last=False),
        made == OrderedDict(c=3, a=1),
        made == OrderedDict(a=1, c=3),
        made | {"z": 0},
    )


def defaults(defaultdict):
    made = defaultdict(list)
    made["a"].append(1)
    return made, dict(made), "b" in made


def queue(deque):
    made = deque([1, 2, 3], maxlen=3)
    made.append(4)
    made.rotate(1)
    return made, made.popleft(), made.maxlen


def user_types(UserDict, UserList, UserString):
    class Lower(UserDict):
        def __setitem__(self, key, value):
            super().__setitem__(key.lower(), value)

    made, items, text = Lower(A=1), UserList([3, 1, 2]), UserString("text")
    made.update(B=2)
    items.sort()
    return (
        made,
        made | {"c": 3},
        items,
        items + [4],
        items[1:],
        type(items[1:]).__name__,
        text.upper() + "!",
        text * 2,
        text[1:],
        text == "text",
        isinstance(text.upper(), UserString),
        items.copy(),
        hash(text) == hash("text"),
    )
