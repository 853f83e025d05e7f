import threading

actions = {}


def passed(name):
    actions.get(name, lambda: None)()
    return name


class Gate:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return passed, (self.name,)


class Stop:
    # An action that stops the first load that reaches it, until `free` is set.
    def __init__(self):
        self.reached, self.free, self.once = threading.Event(), threading.Event(), threading.Lock()

    def __call__(self):
        if self.once.acquire(blocking=False):
            self.reached.set()
            assert self.free.wait(60)


def start(*calls):
    results, errors = {}, {}

    def run(place, call):
        try:
            results[place] = call()
        except BaseException as error:
            errors[place] = error

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(calls)]
    for thread in threads:
        thread.start()

    def join(seconds=60):
        for thread in threads:
            thread.join(seconds)
        assert not any(thread.is_alive() for thread in threads), "a thread hangs"
        return results, errors

    return join


def patient():
    # No wait ends early, not even on a slow machine. So a wait that must not happen would hang.
    from lambdapkl.identity import building

    building._PATIENCE = 100
