import pickle
import sys

import lambdapkl


def fail_in_writer():
    raise ValueError


try:
    fail_in_writer()
except ValueError as error:
    payload = lambdapkl.dumps(error)
seen = []


def trace(frame, event, argument):
    seen.append(frame.f_code.co_name)
    return trace


for install in sys.settrace, sys.setprofile:
    install(trace)
    loaded = pickle.loads(payload)
    install(None)
    assert loaded.__traceback__.tb_next.tb_frame.f_code.co_name == "fail_in_writer"
assert seen and "fail_in_writer" not in seen
