DATA = [5, 3, 8, 1, 9, 2, 7, 3]


def pushing(heappush, heappop):
    heap = []
    for value in DATA:
        heappush(heap, value)
    return heap[:], [heappop(heap) for _ in DATA]


def ordering(heapify):
    heap = DATA[:]
    heapify(heap)
    return heap


def both_ways(heapify, heapreplace, heappushpop):
    heap = DATA[:]
    heapify(heap)
    return heapreplace(heap, 4), heappushpop(heap, 0), heappushpop(heap, 6), heap


def merging(merge):
    return list(merge([1, 4, 7], [2, 5], [], [3])), list(merge("ca", "db", key=str.upper, reverse=True))


def largest(nlargest):
    return nlargest(3, DATA), nlargest(1, DATA), nlargest(2, DATA, key=lambda x: -x), nlargest(20, DATA), nlargest(0, DATA)


def smallest(nsmallest):
    return nsmallest(3, DATA), nsmallest(1, DATA), nsmallest(2, "abcd", key=ord), nsmallest(20, DATA), nsmallest(1, [])


def empty(heappop):
    try:
        heappop([])
    except IndexError as error:
        return str(error)
