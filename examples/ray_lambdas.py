"""Use lambdapkl with Ray, in the driver and in the workers."""

import ray

import lambdapkl

lambdapkl.install()
ray.init(num_cpus=2, runtime_env={"worker_process_setup_hook": "lambdapkl.install"})

rate = 3
tripled = ray.remote(lambda n: n * rate)
print(ray.get([tripled.remote(n) for n in range(3)]))

priced = ray.remote(lambda rule, price: rule(price))
print(ray.get(priced.remote(lambda price: price * 1.2, 10)))
