# ruff: noqa: F401
import json
import math as m
from os import path

import lambdapkl

rate = 2
shared = [1, 2]
table = {"shared": shared}


def f(x):
    return x * rate


def bump():
    global rate
    rate += 1


def code_of(value):
    return value + 1


class Key:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(code_of(self.value))

    def __eq__(self, other):
        return self.value == other.value

    def scaled(self):
        return f(self.value)


by_key = {Key(1): "one"}
keys = list(by_key)
g = lambda y: f(y) + len(shared)


def late():
    return defined_later


defined_later = "here"
__version__ = "1.2"
