import settings
from celery import Celery, Task

import lambdapkl.engines.celery

app = Celery("jobs")
app.conf.update({name: value for name, value in vars(settings).items() if name[0] != "_"})
if settings.task_serializer == "lambdapkl":
    lambdapkl.engines.celery.setup(app)


class Counted(Task):
    pass


@app.task
def call(function, *args):
    return function(*args)


@app.task(base=Counted, bind=True)
def call_bound(self, function, *args):
    if self.request.retries == 0:
        raise self.retry(countdown=0)
    return function(*args), self.request.retries, len(self.request.args)


@app.task
def total(values):
    return sum(values)
