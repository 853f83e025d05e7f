import json
import os.path

import lambdapkl
from __main__ import python

RATE = 2


class Model:
    size: int = 3

    def fit(self, data):
        return json.dumps(data) * RATE


def make(model):
    def train(x, *, y=3):
        return model, RATE, os.path.join

    return train


first = make.__code__.co_firstlineno + 1
payload = lambdapkl.dumps(make(Model()))
answer = lambdapkl.inspect(payload)
assert answer.writer == "lambdapkl" and answer.protocol == 5 and answer.size == len(payload)
assert answer.pythons == (python,), answer.pythons
functions = {each.name: each for each in answer.functions}
assert {"make.<locals>.train", "Model.fit"} <= set(functions), set(functions)
train = functions["make.<locals>.train"]
assert (train.module, train.file, train.line) == ("__main__", __file__, first), train
assert train.globals == ("RATE", "os") and train.closure == ("model",) and train.size == len(payload)
fit = functions["Model.fit"]
assert fit.globals == ("json",) and fit.line == Model.fit.__code__.co_firstlineno and 30 < fit.size < train.size
assert [(each.name, each.module) for each in answer.classes] == [("Model", "__main__")]
assert {"json", "os"} <= set(answer.imports) and "RATE" not in answer.imports
text = str(answer)
assert f"{__file__}:{first}" in text and "function make.<locals>.train" in text.splitlines()[0]
listing = train.disassemble()
assert "RATE" in listing and "join" in listing
lambdapkl.inspect(lambdapkl.dumps([Model, Model(), 1, {"a": (Model,)}]))
