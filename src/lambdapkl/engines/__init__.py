"""lambdapkl in libraries that run code in other processes: multiprocessing, joblib, Dask, Ray, Spark."""
