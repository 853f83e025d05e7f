"""RQ, a lambda as the job: run ``rq worker --serializer lambdapkl.engines.rq.Serializer``, then this file."""

import os
from functools import partial

from redis import Redis
from rq import Queue

from lambdapkl.engines.rq import Serializer

queue = Queue(connection=Redis.from_url(os.environ.get("RQ_REDIS_URL", "redis://localhost")), serializer=Serializer)
rate = 1.2
# RQ sends a bare function by its name, any other callable as it is.
job = queue.enqueue(partial(lambda price: price * rate, 10))
print(job.latest_result(timeout=30).return_value)
