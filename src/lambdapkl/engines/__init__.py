"""lambdapkl in the libraries that run code elsewhere: multiprocessing, joblib, Dask, Ray, Spark."""
