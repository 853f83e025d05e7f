# Lambdas as arguments of Celery tasks: run `celery -A celery_lambdas worker` beside this file, then this file.
from celery import Celery

from lambdapkl.engines.celery import setup

app = setup(Celery("celery_lambdas", broker="redis://localhost", backend="redis://localhost"))


@app.task
def call(function, *args):
    return function(*args)


if __name__ == "__main__":
    print(call.delay(lambda price, rate=1.2: price * rate, 10).get(timeout=30))
