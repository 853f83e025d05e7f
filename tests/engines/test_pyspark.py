"""PySpark with lambdapkl installed in the driver and in its Python workers: ``local[2]``, a real Java virtual machine."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import pytest

pytest.importorskip("pyspark")

import programs

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(shutil.which("java") is None, reason="NO JAVA: PySpark is not tested"),
]

ENVIRONMENT = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}

# One driver runs all parts, each a function that returns plain data: a virtual machine takes seconds to start.
START = """
import collections, dataclasses, datetime, decimal, json
import lambdapkl
lambdapkl.install(workers=False)
from pyspark.sql import Row, SparkSession, functions as F, types as T

DAEMON = "spark.python.daemon.module", "lambdapkl.engines.pyspark"

def session():
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.default.parallelism", "2")
    return builder.config("spark.driver.memory", "512m").config("spark.log.level", "OFF").config(*DAEMON).getOrCreate()

spark = session()
sc = spark.sparkContext
"""

PARTS = """
def wired():
    def here(_=None):
        import pyspark.cloudpickle
        return b"lambdapkl.wire" in pyspark.cloudpickle.dumps(lambda: 1)
    return [here(), sc.parallelize([0], 1).map(here).collect()[0]]

class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def moved(self, by):
        return Point(self.x + by, self.y)

Pair = collections.namedtuple("Pair", "left right")

@dataclasses.dataclass(frozen=True)
class Item:
    name: str
    price: float

def rdds():
    rate = 3
    def pairs(rows):
        for row in rows:
            yield Pair(row, row * rate)
    numbers = sc.parallelize(range(100), 4)
    points = sc.parallelize([1, 2]).map(lambda n: Point(n, 0).moved(rate)).collect()
    items = sc.parallelize([Item("a", 1.5), Item("b", 2.5)]).map(lambda i: dataclasses.replace(i, price=i.price * 2))
    functions = sc.parallelize([lambda x: x + 1, lambda x, n=rate: x * n])
    return {
        "map, filter": numbers.map(lambda n: n * rate).filter(lambda n: n % 2 == 0).sum(),
        "keys": sorted(numbers.keyBy(lambda n: n % 3).mapValues(lambda n: 1).reduceByKey(lambda a, b: a + b).collect()),
        "sort": numbers.sortBy(lambda n: -n).take(3),
        "aggregate": numbers.aggregate((0, 0), lambda a, n: (a[0] + n, a[1] + 1), lambda a, b: (a[0] + b[0], a[1] + b[1])),
        "partitions": numbers.mapPartitions(pairs).map(lambda pair: pair.right).max(),
        "named tuple": type(numbers.mapPartitions(pairs).first()) is Pair,
        "instances": [[type(p) is Point, p.x] for p in points],
        "data classes": [[type(i) is Item, i.price] for i in items.collect()],
        "functions": functions.map(lambda f: f(4)).collect(),
        "functions back": [f(1) for f in sc.parallelize([10, 20]).map(lambda n: lambda x: x + n).collect()],
        "join": sorted(numbers.keyBy(lambda n: n).join(numbers.map(lambda n: (n * 50, n))).mapValues(list).collect()),
    }

def broadcasts():
    table = sc.broadcast({n: n * n for n in range(10)})
    counter = sc.accumulator(0)
    def look(n):
        counter.add(1)
        return table.value[n]
    total = sc.parallelize(range(10)).map(look).sum()
    again = sc.parallelize(range(10)).map(lambda n: table.value[n]).sum()
    table.destroy()
    return [total, again, counter.value]

def udfs():
    frame = spark.range(4)
    day = datetime.date(2026, 1, 1)
    returned = {
        "string": (T.StringType(), lambda n: "é" * n),
        "double": (T.DoubleType(), lambda n: n / 4),
        "boolean": (T.BooleanType(), lambda n: n > 1),
        "binary": (T.BinaryType(), lambda n: bytearray([n])),
        "none": (T.IntegerType(), lambda n: None),
        "decimal": (T.DecimalType(10, 2), lambda n: decimal.Decimal(n) / 4),
        "date": (T.DateType(), lambda n: day + datetime.timedelta(days=n)),
        "time": (T.TimestampType(), lambda n: datetime.datetime(2026, 1, 1, n)),
        "array": (T.ArrayType(T.LongType()), lambda n: list(range(n))),
        "map": (T.MapType(T.StringType(), T.LongType()), lambda n: {"n": n}),
        "row": (T.StructType().add("a", "long").add("b", "string"), lambda n: Row(a=n, b=str(n))),
    }
    columns = [F.udf(function, kind)("id").alias(name) for name, (kind, function) in returned.items()]
    last = frame.select(*columns).collect()[3].asDict(recursive=True)
    last = {name: list(value) if name == "binary" else str(value) if name in ("decimal", "date", "time") else value
            for name, value in last.items()}
    where = frame.where(F.udf(lambda n: n % 2 == 1, "boolean")("id")).count()
    spark.udf.register("plus", lambda a, b: a + b, "long")
    rows = spark.createDataFrame([Row(name="a", at=day), Row(name="b", at=day)]).rdd.map(lambda row: row.name).collect()
    return [last, where, spark.sql("select plus(2, 3) as s").first().s, rows]

def arrow():
    import pandas
    rate = 2.0
    frame = spark.createDataFrame([(1, 1.0), (1, 2.0), (2, 5.0)], ["id", "v"])
    scaled = F.pandas_udf(lambda v: v * rate, "double")
    mean = F.pandas_udf("double", F.PandasUDFType.GROUPED_AGG)(lambda v: v.mean())
    def batches(frames):
        for each in frames:
            yield each[each.v > 1]
    def centred(group):
        return group.assign(v=group.v - group.v.mean())
    return {
        "series": [row[0] for row in frame.select(scaled("v")).collect()],
        "grouped": sorted([row.id, row.m] for row in frame.groupBy("id").agg(mean("v").alias("m")).collect()),
        "map": frame.mapInPandas(batches, frame.schema).count(),
        "apply": sorted(row.v for row in frame.groupBy("id").applyInPandas(centred, frame.schema).collect()),
        "arrow udf": [row[0] for row in frame.select(F.udf(lambda v: v + rate, "double", useArrow=True)("v")).collect()],
    }

def failures():
    import socket
    def refuse(n):
        raise ValueError(f"no {n}")
    answers = []
    for attempt in (
        lambda: sc.parallelize([7], 1).map(refuse).collect(),
        lambda s=socket.socket(): sc.parallelize([7], 1).map(lambda n: s).collect(),
    ):
        try:
            attempt()
        except Exception as error:
            answers.append("\\n".join([str(error), *getattr(error, "__notes__", [])]))
    return ["ValueError: no 7" in answers[0], "in refuse" in answers[0], "socket" in answers[1]]

def mixed():
    # Workers that know nothing of `install`; then the driver neither.
    global sc
    def plain(n):
        import pyspark.cloudpickle
        return b"lambdapkl" in pyspark.cloudpickle.dumps(lambda: 1), Point(n, 0), lambda x: x + n
    spark.stop()
    globals().update(DAEMON=("spark.python.daemon.module", "pyspark.daemon"))
    sc = session().sparkContext
    first = sc.parallelize([5], 1).map(plain).first()
    lambdapkl.uninstall()
    import pyspark.cloudpickle
    second = sc.parallelize([6], 1).map(plain).first()
    return [first[0], first[1].x, first[2](1), second[0], second[1].x, second[2](1),
            b"lambdapkl" in pyspark.cloudpickle.dumps(Point)]
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each part returned."""
    text = START + PARTS + programs.REPORT + "report(wired, rdds, broadcasts, udfs, arrow, failures, mixed)\nsc.stop()\n"
    found: dict[str, Any] = programs.run_text(tmp_path_factory.mktemp("spark"), text, env=ENVIRONMENT, seconds=200)
    return found


def test_driver_and_workers_use_it(answers: dict[str, Any]) -> None:
    assert answers["wired"] == [True, True]


def test_rdds(answers: dict[str, Any]) -> None:
    assert answers["rdds"] == {
        "map, filter": sum(n * 3 for n in range(0, 100, 2)),
        "keys": [[0, 34], [1, 33], [2, 33]],
        "sort": [99, 98, 97],
        "aggregate": [4950, 100],
        "partitions": 297,
        "named tuple": True,
        "instances": [[True, 4], [True, 5]],
        "data classes": [[True, 3.0], [True, 5.0]],
        "functions": [5, 12],
        "functions back": [11, 21],
        "join": [[0, [0, 0]], [50, [50, 1]]],
    }


def test_broadcasts_and_accumulators(answers: dict[str, Any]) -> None:
    assert answers["broadcasts"] == [285, 285, 10]


def test_udfs(answers: dict[str, Any]) -> None:
    """What they return is read by Spark's own pickle reader, in Java."""
    assert answers["udfs"] == [
        {
            "string": "ééé",
            "double": 0.75,
            "boolean": True,
            "binary": [3],
            "none": None,
            "decimal": "0.75",
            "date": "2026-01-04",
            "time": "2026-01-01 03:00:00",
            "array": [0, 1, 2],
            "map": {"n": 3},
            "row": {"a": 3, "b": "3"},
        },
        2,
        5,
        ["a", "b"],
    ]


def test_pandas_udfs(answers: dict[str, Any]) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    assert answers["arrow"] == {
        "series": [2.0, 4.0, 10.0],
        "grouped": [[1, 1.5], [2, 5.0]],
        "map": 2,
        "apply": [-0.5, 0.0, 0.5],
        "arrow udf": [3.0, 4.0, 7.0],
    }


def test_failures(answers: dict[str, Any]) -> None:
    assert answers["failures"] == [True, True, True]


def test_workers_without_it_and_uninstall(answers: dict[str, Any]) -> None:
    """Whoever pickled it: it loads."""
    assert answers["mixed"] == [False, 5, 6, False, 6, 7, False]


def test_example() -> None:
    printed = programs.run(programs.EXAMPLES / "pyspark_lambdas.py", env=ENVIRONMENT)
    assert printed.splitlines()[0] == "[3, 6, 9]" and " 6.5|" in printed
