DATA = [1, 2, 2, 2, 5, 8]


def left(bisect_left):
    return bisect_left(DATA, 2), bisect_left(DATA, 9), bisect_left(DATA, 3, 1, 4), bisect_left("abc", 98, key=ord)


def right(bisect_right):
    return bisect_right(DATA, 2), bisect_right(DATA, 0), bisect_right(DATA, 3, lo=2), bisect_right("abc", 98, key=ord)


def default(bisect):
    return bisect(DATA, 2), "FDCBA"[bisect([60, 70, 80, 90], 77)]


def inserting(insort_left, insort_right, insort):
    items = [1.0, 2.0]
    insort_left(items, 2)
    insort_right(items, 1)
    insort(items, 1.5)
    insort(items, -9, key=lambda x: -x)
    return items


def refused(bisect_left):
    try:
        bisect_left(DATA, 1, -1)
    except ValueError as error:
        return str(error)
