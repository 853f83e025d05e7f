"""lambdapkl under cloudpickle's name, for `cloudpickle_suite.py`."""

from lambdapkl.cloudpickle import *  # noqa: F403

from . import cloudpickle as cloudpickle
