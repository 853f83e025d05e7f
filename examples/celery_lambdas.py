# Pass lambdas as arguments to Celery tasks.
#
# Start a worker in this folder with `celery -A celery_lambdas worker`, then run this file.
from celery import Celery

from lambdapkl.engines.celery import setup

app = setup(Celery("celery_lambdas", broker="redis://localhost", backend="redis://localhost"))


@app.task
def call(function, *args):
    return function(*args)


if __name__ == "__main__":
    print(call.delay(lambda price, rate=1.2: price * rate, 10).get(timeout=30))
