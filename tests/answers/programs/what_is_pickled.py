import collections
import json

from lambdapkl import explain

RATE, UNUSED = 2, 3


def helper():
    return RATE


class Model:
    def fit(self):
        return json.dumps(helper())


def task():
    return Model, collections.OrderedDict, UNUSED


answer = explain(task)
assert answer.ok and answer.culprits == ()
by_value = {each.name: each for each in answer.by_value}
assert set(by_value) == {"__main__.task", "__main__.Model", "__main__.Model.fit", "__main__.helper"}, set(by_value)
assert by_value["__main__.task"].globals == ("Model", "UNUSED", "collections")
assert by_value["__main__.Model.fit"].globals == ("helper", "json")
assert by_value["__main__.Model"].kind == "class" and by_value["__main__.Model"].path[-1] == "global 'Model' (type)"
by_reference = {each.name: each.kind for each in answer.by_reference}
assert by_reference == {"json": "module", "collections": "module"}, by_reference
assert "it can be pickled" in str(answer) and "globals that come with a function" in str(answer)
names = {each.name for each in explain([len, json.dumps, json.JSONDecoder, int]).by_reference}
assert {"len", "json.dumps", "json.decoder.JSONDecoder", "int"} == names, names
