"""Truncated Taylor numbers ("jets"): a value with its gradient and Hessian, over rationals or enclosures."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import Any

from .. import intervals
from ..common import Undefined, within
from ..intervals import Enclosure
from ..load import Number, lowest

MAX_ARGUMENT = 10_000  # of exp
MAX_GAUSS = 100  # of the normal density
PIECES = 6
FINE = 40  # intervals narrower than 2**-FINE are not cut into pieces
HALF = Fraction(1, 2)
EXACT = frozenset({int, Fraction})

Real = Any  # a Number, a Fixed, or NOTHING
Triple = tuple[Real, Real, Real]  # a value and two derivatives


class Fixed:
    """An unknown real number between two integers times 2**-bits: an enclosure whose numbers stay short."""

    __slots__ = ("bits", "hi", "lo")

    def __init__(self, lo: int, hi: int, bits: int) -> None:
        self.lo, self.hi, self.bits = lo, hi, bits

    def __add__(self, other: Real) -> Real:
        if type(other) is not Fixed:
            if type(other) not in EXACT:
                return NotImplemented
            other = fixed(other, self.bits)
        return Fixed(self.lo + other.lo, self.hi + other.hi, self.bits)

    def __neg__(self) -> "Fixed":
        return Fixed(-self.hi, -self.lo, self.bits)

    def __sub__(self, other: Real) -> Real:
        return self + -other

    def __rsub__(self, other: Real) -> Real:
        return -self + other

    def __mul__(self, other: Real) -> Real:
        if type(other) is not Fixed:
            if type(other) not in EXACT:
                return NotImplemented
            if type(other) is int:  # a product with 0 is exact
                ends = self.lo * other, self.hi * other
                return Fixed(min(ends), max(ends), self.bits) if other else 0
            other = fixed(other, self.bits)
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        corners = (a * c, b * d) if a >= 0 <= c or other is self else (a * c, a * d, b * c, b * d)
        lo = 0 if other is self and a <= 0 <= b else min(corners)
        return Fixed(lo >> self.bits, -(-max(corners) >> self.bits), self.bits)

    def __rtruediv__(self, other: Real) -> Real:
        """`ZeroDivisionError` if this may be 0."""
        if self.lo <= 0 <= self.hi:
            raise ZeroDivisionError
        unit = 1 << 2 * self.bits
        return Fixed(unit // self.hi, -(-unit // self.lo), self.bits) * other

    __radd__, __rmul__ = __add__, __mul__

    @property
    def enclosure(self) -> Enclosure:
        return Enclosure(Fraction(self.lo, 1 << self.bits), Fraction(self.hi, 1 << self.bits))


def fixed(x: Number | Enclosure, bits: int, radius: Number = 0) -> Fixed:
    """An enclosure of the numbers within a radius of x."""
    lo, hi = (x.lo - radius, x.hi + radius) if isinstance(x, Enclosure) else (x - radius, x + radius)
    return Fixed((lo.numerator << bits) // lo.denominator, -((-hi.numerator << bits) // hi.denominator), bits)


class Nothing:
    """A derivative that does not exist; whatever is computed from it does not exist either."""

    def _same(self, other: Any = None) -> "Nothing":
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = _same


NOTHING = Nothing()


class Jet:
    """value + slope . h + h . bend h / 2 + ... in the parameters h; `bend` has the entries (p, q) with p <= q."""

    __slots__ = ("bend", "slope", "value")

    def __init__(self, value: Real, slope: Mapping[int, Real], bend: Mapping[tuple[int, int], Real]) -> None:
        self.value, self.slope, self.bend = value, slope, bend

    def __add__(self, other: Any) -> "Jet":
        if type(other) is not Jet:
            return Jet(self.value + other, self.slope, self.bend)
        return Jet(self.value + other.value, _sum(self.slope, other.slope), _sum(self.bend, other.bend))

    def __mul__(self, other: Any) -> "Jet":
        x, y = self, other if type(other) is Jet else Jet(other, {}, {})
        bend = _sum(_times(x.bend, y.value), _times(y.bend, x.value))
        for (p, a), (q, b) in product(x.slope.items(), y.slope.items()):
            key = (p, q) if p <= q else (q, p)
            bend[key] = bend.get(key, 0) + a * b * (1 + (p == q))
        return Jet(x.value * y.value, _sum(_times(x.slope, y.value), _times(y.slope, x.value)), bend)

    __radd__, __rmul__ = __add__, __mul__

    def through(self, triple: Triple) -> "Jet":
        """A function of this jet, from the value and the derivatives of the function at its value."""
        value, first, second = triple
        bend, slope = _times(self.bend, first), sorted(self.slope.items())
        for k, (p, x) in enumerate(slope):
            step = second * x
            for q, y in slope[k:]:
                bend[p, q] = bend.get((p, q), 0) + step * y
        return Jet(value, _times(self.slope, first), bend)


def _sum(x: Mapping[Any, Real], y: Mapping[Any, Real]) -> dict[Any, Real]:
    total = dict(x)
    for key, value in y.items():
        total[key] = total[key] + value if key in total else value
    return total


def _times(x: Mapping[Any, Real], factor: Real) -> dict[Any, Real]:
    return {key: value * factor for key, value in x.items()}


def blurred(x: Any, bits: int) -> Any:
    """Nested numbers of a computation with this precision: all of them enclosures, unless it is 0 (exact)."""
    if isinstance(x, list | tuple):
        return [blurred(y, bits) for y in x]
    return fixed(x, bits) if bits and type(x) in EXACT else x


def vanishes(x: Real) -> bool | None:
    """Whether a number is 0, where that is certain; `Undefined` if it does not exist."""
    if type(x) is Fixed:
        return True if x.lo == x.hi == 0 else None if x.lo <= 0 <= x.hi else False
    return number(x) == 0


def number(x: Real) -> Number | Enclosure:
    """A number as the value of a function; `Undefined` if it does not exist."""
    if type(x) is Nothing:
        raise Undefined
    return x.enclosure if type(x) is Fixed else lowest(x)


def exactly(x: Any) -> Any:
    """Nested exact numbers as nested tuples; `Undefined` if one is an enclosure or does not exist."""
    if isinstance(x, list | tuple):
        return tuple(map(exactly, x))
    if type(x) not in EXACT:
        raise Undefined
    return lowest(x)


def enclosure(x: Real) -> Enclosure:
    """A number as an enclosure."""
    found = number(x)
    return found if isinstance(found, Enclosure) else intervals.point(found)


def _triple(jet: Jet) -> Triple:
    """Value and derivatives of a jet in one parameter."""
    return jet.value, jet.slope.get(0, 0), jet.bend.get((0, 0), 0)


def horner(coefficients: Sequence[Number], x: Any) -> Any:
    """The polynomial with these coefficients, the constant first, at x."""
    total: Any = 0
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _of_power(z: Real, k: int) -> Triple:
    """max(z, 0)**k; at 0 it has k - 1 derivatives."""
    lo, hi = (z.lo, z.hi) if type(z) is Fixed else (z, z)
    if hi < 0:
        return 0, 0, 0
    x = z if lo > 0 else Fixed(0, hi, z.bits) if type(z) is Fixed else 0
    first = k * prod([x] * (k - 1)) if lo > 0 or k > 1 else NOTHING
    second = k * (k - 1) * prod([x] * max(k - 2, 0)) if lo > 0 or k > 2 else NOTHING
    return prod([x] * k), first, second


def _tanh(t: Real) -> Triple:
    return t, 1 - t * t, -2 * t * (1 - t * t)


def _sigmoid(s: Real) -> Triple:
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def taylor(activation: tuple[Any, ...], z: Real, bits: int) -> Triple:
    """An activation and its derivatives at z: exact if both are, else enclosed (over a wide z piece by piece)."""
    if type(z) is not Fixed or z.hi - z.lo < 1 << max(z.bits - FINE, 0):
        return _taylor(activation, z, bits)
    ends = [z.lo + (z.hi - z.lo) * k // PIECES for k in range(PIECES + 1)]
    found = zip(*(_taylor(activation, Fixed(a, b, z.bits), bits) for a, b in pairwise(ends)), strict=True)
    return tuple(_hull(pieces, z.bits) for pieces in found)


def _hull(pieces: Sequence[Real], bits: int) -> Real:
    if NOTHING in pieces:
        return NOTHING
    wide = [blurred(x, bits) for x in pieces]
    return Fixed(min(x.lo for x in wide), max(x.hi for x in wide), bits)


def _taylor(activation: tuple[Any, ...], z: Real, bits: int) -> Triple:
    kind, *given = activation
    one = Jet(z, {0: 1}, {})
    if kind in ("relu", "power"):
        return _of_power(z, given[0] if given else 1)
    if kind == "polynomial":
        return _triple(horner(given[0], one))
    if kind == "rational":
        top, bottom = (horner(coefficients, one) for coefficients in given)
        inverse = Fraction(1) / bottom.value
        return _triple(top * bottom.through((inverse, -inverse * inverse, 2 * inverse * inverse * inverse)))
    x = enclosure(z)

    def of(function: Any, x: Enclosure = x) -> Fixed:
        return fixed(function(x, bits), bits)

    def exp(x: Enclosure) -> Fixed:
        within(int(x.magnitude), MAX_ARGUMENT, "digits of an exponential")
        return of(intervals.exp, x)

    if kind == "tanh":
        return _tanh(of(intervals.tanh))
    if kind == "sin":
        wave = of(intervals.sin) if x.magnitude else fixed(0, bits)
        return wave, of(intervals.cos), -wave
    if kind == "x-tanh":
        return _triple(one * one.through(_tanh(of(intervals.tanh))))
    if kind == "exp":
        return (exp(x),) * 3
    if kind == "gelu":
        within(int(x.magnitude), MAX_GAUSS, "digits of the normal density")
        root = of(intervals.sqrt, intervals.pi(bits) * 2)  # of 2 pi
        scaled = (fixed(x, bits) * (Fraction(1) / of(intervals.sqrt, intervals.point(2)))).enclosure
        density = exp((fixed(x, bits) * fixed(x, bits) * -HALF).enclosure) * (Fraction(1) / root)
        return _triple(one * one.through(((of(intervals.erf, scaled) + 1) * HALF, density, -density * z)))
    logistic = _sigmoid((of(intervals.tanh, x * HALF) + 1) * HALF)
    if kind == "swish":
        return _triple(one * one.through(logistic))
    if kind == "softplus":
        return of(intervals.log, (exp(x) + 1).enclosure), *logistic[:2]
    return logistic


def taylor_of_exponential(kind: str, e: Fraction) -> Triple:
    """tanh from e = exp(2 z), sigmoid and exp from e = exp(z), and their derivatives by z."""
    return _tanh((e - 1) / (e + 1)) if kind == "tanh" else _sigmoid(e / (e + 1)) if kind == "sigmoid" else (e, e, e)
