"""Run lambdas in a multiprocessing pool, pickled with lambdapkl."""

from lambdapkl.engines import multiprocessing

if __name__ == "__main__":
    offset = 10
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(pool.map(lambda x: x * x + offset, range(5)))
