"""Run lambdas in joblib's worker processes, pickled with lambdapkl."""

import lambdapkl

if __name__ == "__main__":
    lambdapkl.install()
    from joblib import Parallel, delayed

    offset = 10
    print(Parallel(n_jobs=2)(delayed(lambda x: x * x + offset)(i) for i in range(5)))
