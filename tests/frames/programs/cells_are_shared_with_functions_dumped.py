def make():
    total = 0

    def add(n):
        nonlocal total
        total += n

    def run():
        while True:
            local = yield total
            seen = [lambda: local]
            add((yield seen[0]) or 1)

    return add, run()


add, g = make()
next(g), g.send(7)
o = g, add, [g, add]
