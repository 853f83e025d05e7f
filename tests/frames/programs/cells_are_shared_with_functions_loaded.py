from __main__ import o

g, add, again = o
assert again == [g, add]
add(10)
read = g.gi_frame.f_locals["seen"][0]
assert read() == 7
assert next(g) == 11
g.send(8)
assert read() == 8
