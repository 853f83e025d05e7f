import sys

secret = "only in the writer"


class C:
    def method(self, argument):
        local = argument  # noqa: F841
        raise ValueError


try:
    C().method(secret)
except ValueError as error:
    caught = error


def here():
    return sys._getframe()


frame = here()
step = caught.__traceback__.tb_next
wanted = (step.tb_lineno, step.tb_lasti, step.tb_frame.f_code.co_qualname, step.tb_frame.f_code.co_firstlineno)
o = caught, caught.__traceback__, frame, wanted
