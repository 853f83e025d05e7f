def arithmetic(Fraction):
    a, b = Fraction(3, 4), Fraction("-5/6")
    return (
        a + b,
        a - b,
        a * b,
        a / b,
        a // b,
        a % b,
        a**2,
        a**-3,
        b**3,
        divmod(a, b),
        -b,
        abs(b),
        +a,
        a + 1,
        2 * a,
        a + 0.5,
        1 - a,
        3 / a,
        2 ** Fraction(2),
        a ** Fraction(1, 2),
        a + 1j,
    )


def making(Fraction):
    from decimal import Decimal

    return (
        Fraction(0.25),
        Fraction(Decimal("1.1")),
        Fraction(" 7/3 "),
        Fraction("1.5e-2"),
        Fraction(6, -4),
        Fraction(),
        Fraction.from_float(0.1),
        Fraction.from_decimal(Decimal("0.3")),
        Fraction(0.1).limit_denominator(100),
    )


def comparing(Fraction):
    a = Fraction(1, 2)
    return a == 0.5, a < Fraction(2, 3), a > 1, a >= 0.5, hash(a) == hash(0.5), bool(a), bool(Fraction()), {a: 1}[0.5]


def rounding(Fraction):
    import math

    a = Fraction(22, 7)
    return round(a), round(a, 2), math.floor(a), math.ceil(a), math.trunc(-a), int(a), float(a), str(a), complex(a)


def numbers_tower(Fraction):
    import numbers

    a = Fraction(5, 10)
    return isinstance(a, numbers.Rational), issubclass(Fraction, numbers.Real), a.numerator, a.denominator, a.real, a.imag


def refusing(Fraction):
    found = []
    for args in ((1, 0), ("x",), (1.5, 2), (float("nan"),), (None,)):
        try:
            Fraction(*args)
        except (ArithmeticError, ValueError, TypeError) as error:
            found.append((type(error).__name__, str(error)))
    return found


def subclassing(Fraction):
    import copy

    class Half(Fraction):
        pass

    return Half(1, 2) + 1, copy.deepcopy(Fraction(2, 3)), Fraction(1, 3).__reduce__()[1], Half(1, 2)
