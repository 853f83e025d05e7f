import io
import pickle

import cloudpickle

import lambdapkl


class EnginePickler(cloudpickle.CloudPickler):
    def dump(self, obj):
        return super().dump(obj)


class OwnPickler(lambdapkl.CloudPickler):
    pass


def refused(make):
    try:
        make(io.BytesIO()).dump([1])
    except pickle.PicklingError as error:
        assert make.__name__ in str(error) and "deterministic=True" in str(error), error
        return True
    return False


lambdapkl.install(deterministic=True)
assert refused(EnginePickler) and refused(cloudpickle.CloudPickler)
# The flag is that of cloudpickle's copies only.
assert not refused(OwnPickler) and not refused(lambdapkl.Pickler)
with lambdapkl.options(deterministic=True):
    assert refused(OwnPickler) and refused(lambdapkl.Pickler)
lambdapkl.uninstall()

lambdapkl.install()
assert not refused(EnginePickler)
with lambdapkl.options(deterministic=True):
    assert refused(EnginePickler) and refused(cloudpickle.CloudPickler)
assert not refused(EnginePickler)
lambdapkl.uninstall()
with lambdapkl.options(deterministic=True):
    assert not refused(EnginePickler)
