import json
import os
from functools import partial

from redis import Redis
from rq import Queue

from lambdapkl.engines.rq import Serializer

queue = Queue(connection=Redis.from_url(os.environ["RQ_REDIS_URL"]), serializer=Serializer)


def run(function, *args, **kwargs):
    return queue.enqueue(partial(function), args=args, kwargs=kwargs).latest_result(timeout=30)


def total(tree):
    return tree["value"] + sum(total(each) for each in tree["children"])


class Price:
    def __init__(self, amount):
        self.amount = amount

    def taxed(self, rate):
        return Price(self.amount * rate)


def adder(n):
    return lambda x: x + n


add_three = run(adder, 3).return_value
taxed = run(Price(10).taxed, 3).return_value
print(
    json.dumps(
        {
            "lambda": run(lambda x, y=2: x * y, 21).return_value,
            "recursive": run(total, {"value": 1, "children": [{"value": 2, "children": []}]}).return_value,
            "argument": run(lambda function, values: [function(v) for v in values], lambda v: v**2, [1, 2, 3]).return_value,
            "closure back": add_three(4),
            "method of a local class": [taxed.amount, type(taxed) is Price],
        }
    )
)
