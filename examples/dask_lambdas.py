"""Run lambdas on a local Dask cluster, pickled with lambdapkl."""

import lambdapkl

if __name__ == "__main__":
    lambdapkl.install()
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        offset = 10
        print(client.gather(client.map(lambda x: x * x + offset, range(5))))
