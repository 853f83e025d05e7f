"""PySpark, local[2]: lambdas as elements of an RDD, many small stages, and a job.

python bench/engines/pyspark_jobs.py
"""

from __future__ import annotations

import os
import sys

import rounds
from workload import make_tasks


def measure(pickler: str) -> dict[str, float]:
    """Return small lambdas per second, stages per second, and the seconds of a job."""
    import lambdapkl

    os.environ.update(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    daemon = "pyspark.daemon"
    if pickler == "lambdapkl":
        lambdapkl.install()
        daemon = "lambdapkl.engines.pyspark"

    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setMaster("local[2]").set("spark.ui.enabled", "false").set("spark.log.level", "OFF")
    context = SparkContext(conf=conf.set("spark.python.daemon.module", daemon))

    def elements() -> None:
        functions = context.parallelize([lambda n=n: n for n in range(5000)], 4)
        assert functions.map(lambda function: function()).sum() == sum(range(5000))

    def stages() -> None:
        for rate in range(20):
            assert context.parallelize(range(10), 2).map(lambda n: n * rate).filter(lambda n: n >= 0).count() == 10

    job = make_tasks(1000)

    def run() -> None:
        assert len(context.parallelize(job, 4).map(lambda task: task()).collect()) == len(job)

    found = {
        "small lambdas/s": 5000 / rounds.best(elements),
        "stages of two lambdas/s": 20 / rounds.best(stages),
        "1000 elements with a model each, s": rounds.best(run),
    }
    context.stop()
    return found


if __name__ == "__main__":
    rounds.main(measure, "pyspark")
