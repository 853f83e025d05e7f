"""Instances of importable classes: the bytes of `pickle`, whichever way they are made."""

from __future__ import annotations

from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

MODULE = PROGRAMS / "instances.py"

OBJECTS = {
    "no attributes": "[m.Plain(), m.Plain()]",
    "attributes": "[m.Plain(a=1, b='x'), m.Plain(b=2, a=[3]), m.Child(a=m.Plain(a=1))]",
    "keys that are no names": "[m.Plain(**{'a b': 1}), m.Plain(a=1)]",
    "an attribute removed again": "o = [m.Plain(a=1, b=2), m.Plain(a=1, b=2)]; del o[1].a",
    "slots": "o = [m.Slots(), m.Slots(), m.Slots()]; o[0].a = 1; o[1].a = o[1].b = o[0]",
    "slots and dictionary": "o = [m.Both(), m.Both()]; o[0].x = 1; o[1].x = o[1].a = o[1].c = 5",
    "mangled slots": "[m.Mangled(), m.Mangled()]",
    "a metaclass": "[m.WithMeta(), m.WithMeta()]",
    "of a list": "o = [m.OfList([1]), m.OfList([2])]; o[0].x = 1",
    "of a dict": "o = [m.OfDict(a=1), m.OfDict(a=2)]; o[0].x = 1",
    "of an int": "o = [m.OfInt(1), m.OfInt(2)]; o[0].x = 1",
    "of a tuple": "o = [m.OfTuple((1,)), m.OfTuple((2,))]; o[0].x = 1",
    "of a set": "[m.OfSet((1,)), m.OfSet((2,))]",
    "__getattr__": "[m.Getattr(), m.Getattr()]",
    "__getattribute__": "[m.Getattribute(), m.Getattribute()]",
    "__getnewargs__": "[m.NewArgs(1), m.NewArgs(2)]",
    "__getnewargs_ex__": "[m.NewArgsEx(x=1), m.NewArgsEx(x=2)]",
    "__getstate__": "[m.State(), m.State()]",
    "__reduce__": "[m.Reduce(), m.Reduce()]",
    "__reduce_ex__": "[m.ReduceEx(), m.ReduceEx()]",
    "__reduce_ex__ of the instance": "o = [m.Plain(), m.Plain(), m.Plain()]; o[1].__reduce_ex__ = lambda p: (m.Plain, ())",
    "__reduce_ex__ of an instance that object cannot reduce": (
        "o = [m.OfStruct('i'), m.OfStruct('i')]; o[0].__reduce_ex__ = o[1].__reduce_ex__ = lambda p: (m.OfStruct, ('i',))"
    ),
    "an instance that object cannot reduce": "[m.OfStruct('i')]",
    "__getstate__ of the instance": "o = [m.Plain(), m.Plain(), m.Plain()]; o[1].__getstate__ = dict; o[1].__dict__['y'] = 1",
    "a property called __dict__": "[m.Property(), m.Property()]",
    "registered with copyreg": "copyreg.pickle(m.Registered, lambda o: (m.Registered, ())); o = [m.Registered()] * 2 + [m.Registered()]",
    "named tuples": "[m.Named(1, 'x'), m.Named(2, []), m.NamedWithSlots(3), m.NamedWithArgs(1, 2)]",
    "named tuples with more": "o = [m.NamedWithDict(1, 2), m.NamedWithDict(1, 2)]; o[0].x = 1",
    "types written in C": (
        "[datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc), datetime.timedelta(1), "
        "decimal.Decimal('1.5'), decimal.Decimal('nan'), fractions.Fraction(1, 3), collections.deque([1], 3), "
        "collections.OrderedDict(a=1), collections.Counter('aab'), uuid.UUID(int=5), array.array('i', [1])]"
    ),
    "of types written in C": "[m.OfDate(2020, 1, 2), m.OfDecimal('1.5')]",
    "a type written in C, registered": (
        "copyreg.pickle(decimal.Decimal, lambda o: (float, (1.5,))); o = [decimal.Decimal(1), decimal.Decimal(2)]"
    ),
    "a cycle": "o = m.Plain(); o.me = o; o = [o, m.Plain(x=o)]",
    "a class and an instance": "[m.Plain, m.Plain(a=m.Plain), type, int, m.WithMeta]",
}


@pytest.mark.parametrize("made", OBJECTS.values(), ids=OBJECTS)
def test_the_bytes_of_pickle(made: str, backend: fresh.Process) -> None:
    define = made if "o = " in made else f"o = {made}"
    backend.execute(
        f"""
        import array, collections, copyreg, datetime, decimal, fractions, io, pickle, sys, uuid, lambdapkl
        import instances as m
        # PyPy's pickler in RPython is not the one that ours extends there.
        dumps = pickle._dumps if sys.implementation.name == "pypy" else pickle.dumps
        {define}
        for protocol in range(6):
            try:
                expected = dumps(o, protocol)
            except Exception as error:
                try:
                    lambdapkl.dumps(o, protocol)
                except type(error) as ours:
                    assert str(ours) == str(error), (ours, error)
                else:
                    assert False, protocol
                continue
            assert lambdapkl.dumps(o, protocol) == expected, protocol
            file = io.BytesIO()
            lambdapkl.Pickler(file, protocol).dump(o)
            assert file.getvalue() == expected, protocol
        """,
        modules={"instances.py": MODULE},
    )


def test_a_class_that_changes_is_noticed(backend: fresh.Process) -> None:
    backend.execute(
        PROGRAMS / "a_class_that_changes_is_noticed.py",
        modules={"instances.py": MODULE},
    )


def test_a_name_that_cannot_be_looked_up_is_not_there(backend: fresh.Process) -> None:
    """A descriptor that raises, where the function says that it is to be found."""
    backend.run(
        """
        import holding
        def o(): return 3
        o.__module__, o.__qualname__ = "holding", "Holder.o"
        """,
        "assert o() == 3",
        modules={
            "holding.py": "class Raising:\n  def __get__(self, obj, kind=None): raise ValueError\nclass Holder: o = Raising()\n"
        },
    )


def test_by_value_instances_have_a_say_of_their_own(backend: fresh.Process) -> None:
    backend.run(
        """
        class C:
            def __init__(self, x): self.x = x
        o = [C(1), C(2), C(3)]
        o[1].__reduce_ex__ = lambda protocol: (C, (7,))
        """,
        "assert [each.x for each in o] == [1, 7, 3]",
    )
