"""Use lambdapkl with PySpark, in the driver and in the Python workers."""

from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

import lambdapkl

lambdapkl.install()
builder = SparkSession.builder.config("spark.python.daemon.module", "lambdapkl.engines.pyspark")
spark = builder.master("local[2]").getOrCreate()

rate = 3
print(spark.sparkContext.parallelize(range(4)).map(lambda n: n * rate).filter(lambda n: n > 2).collect())
spark.range(3).select(udf(lambda n: n * rate + 0.5, "double")("id")).show()
