"""Use a lambda as an RQ job.

Start a worker with ``rq worker --serializer lambdapkl.engines.rq.Serializer``, then run this file.
"""

import os
from functools import partial

from redis import Redis
from rq import Queue

from lambdapkl.engines.rq import Serializer

queue = Queue(connection=Redis.from_url(os.environ.get("RQ_REDIS_URL", "redis://localhost")), serializer=Serializer)
rate = 1.2
# RQ sends a plain function by name. It pickles a partial object.
job = queue.enqueue(partial(lambda price: price * rate, 10))
print(job.latest_result(timeout=30).return_value)
