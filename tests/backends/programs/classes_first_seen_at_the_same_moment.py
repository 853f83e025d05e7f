import pickle
import subprocess
import sys
import threading

import lambdapkl

sys.setswitchinterval(1e-6)
program = """
import lambdapkl, sys
class Base:
    def who(self): return type(self).__name__
class Own(Base):
    kept = []
sys.stdout.buffer.write(lambdapkl.dumps([Own(), Own, lambda: Own]))
"""


def payload(number):
    source = program.replace("Own", f"Own{number}")
    return subprocess.run([sys.executable, "-c", source], stdout=subprocess.PIPE, check=True).stdout


def together(call, count=8):
    barrier, results, errors = threading.Barrier(count), [], []

    def work():
        barrier.wait()
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return results


for number in range(4):
    data = payload(number)
    loaded = together(lambda: pickle.loads(data))
    classes = {id(cls) for obj, cls, get in loaded for cls in (type(obj), cls, get())}
    assert len(classes) == 1, classes
    assert loaded[0][0].who() == f"Own{number}"
for number in range(20):

    def make():
        class Local:
            def f(self):
                return number

        return Local

    local = make()
    assert (
        len({lambdapkl.dumps([local, local()]) for _ in range(2)} | set(together(lambda: lambdapkl.dumps([local, local()]))))
        == 1
    )
