"""Enclosures of real numbers by pairs of rationals, with directed rounding to a number of significant bits."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from .load import Number, require

MAX_EXPONENT = 10_000
MAX_BITS = 400_000
MAX_EXTRA = 2_000  # bits beyond the precision that is asked for
MAX_WAVE = 1000  # beyond it sin and cos are known to lie between -1 and 1


@dataclass(frozen=True)
class Enclosure:
    """An unknown real number x with lo <= x <= hi. The operations round nothing: see `outward`."""

    lo: Fraction
    hi: Fraction

    def __add__(self, other: "Enclosure | Number") -> "Enclosure":
        other = _wide(other)
        return Enclosure(self.lo + other.lo, self.hi + other.hi)

    def __mul__(self, other: "Enclosure | Number") -> "Enclosure":
        right = (other.lo, other.hi) if isinstance(other, Enclosure) else (other,)
        corners = [a * b for a in (self.lo, self.hi) for b in right]
        return Enclosure(min(corners), max(corners))

    def __neg__(self) -> "Enclosure":
        return Enclosure(-self.hi, -self.lo)

    def __sub__(self, other: "Enclosure | Number") -> "Enclosure":
        return self + -other

    def __rsub__(self, other: Number) -> "Enclosure":
        return other + -self

    def __truediv__(self, other: "Enclosure | Number") -> "Enclosure":
        other = _wide(other)
        if other.lo <= 0 <= other.hi:
            raise ZeroDivisionError
        return self * Enclosure(1 / other.hi, 1 / other.lo)

    def __rtruediv__(self, other: Number) -> "Enclosure":
        return _wide(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def overlaps(self, other: "Enclosure") -> bool:
        return self.lo <= other.hi and other.lo <= self.hi

    @property
    def magnitude(self) -> Fraction:
        """The greatest absolute value."""
        return max(self.hi, -self.lo)


def point(x: Number) -> Enclosure:
    """The enclosure of an exact number."""
    return Enclosure(Fraction(x), Fraction(x))


def _wide(x: Enclosure | Number) -> Enclosure:
    return x if isinstance(x, Enclosure) else point(x)


def outward(x: Enclosure, bits: int) -> Enclosure:
    """A slightly wider enclosure, whose ends have about `bits` significant bits."""
    sizes = (abs(end.numerator).bit_length() - end.denominator.bit_length() for end in (x.lo, x.hi))
    down, up = (Fraction(2) ** (size - bits) for size in sizes)
    return Enclosure(x.lo // down * down, -(-x.hi // up) * up)


def power(x: Enclosure, n: int) -> Enclosure | None:
    """x**n for an integer n; None if it may divide by zero."""
    if n < 0:
        return None if x.lo <= 0 <= x.hi else power(Enclosure(1 / x.hi, 1 / x.lo), -n)
    size = max(abs(end.numerator).bit_length() + end.denominator.bit_length() for end in (x.lo, x.hi))
    require(n * size <= MAX_BITS, "a power is too large")
    ends = (x.lo**n, x.hi**n)
    within = n % 2 == 0 and n > 0 and x.lo <= 0 <= x.hi
    return Enclosure(Fraction(0) if within else min(ends), max(ends))


def _exp(x: Fraction, bits: int, up: int) -> Fraction:
    """exp(x) rounded in one direction: Taylor's series at x / 2**m, then m squarings, in integers over 2**work."""
    require(abs(x) <= MAX_EXPONENT, f"exp of a number beyond {MAX_EXPONENT}")
    if x <= 0:
        return 1 / _exp(-x, bits, 1 - up) if x else Fraction(1)
    halvings = 8 + int(x).bit_length()
    work, k = bits + 2 * halvings + 32, 0
    small = (x.numerator << work) // (x.denominator << halvings) + up
    total = term = 1 << work
    while term > up:
        k += 1
        term = (term * small >> work) // k + up
        total += term
    total += up  # as much as all further terms together, since small < 1/2
    for _ in range(halvings):
        total = (total * total >> work) + up
    return Fraction(total, 1 << work)


def exp(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of exp on x, about `bits` significant bits wide."""
    return outward(Enclosure(_exp(x.lo, bits, 0), _exp(x.hi, bits, 1)), bits + 8)


def _log_ratio(z: Fraction, bits: int, up: int) -> Fraction:
    """log((1 + z) / (1 - z)) = 2 (z + z**3/3 + z**5/5 + ...) for abs(z) <= 1/3, rounded in one direction."""
    if z <= 0:
        return -_log_ratio(-z, bits, 1 - up) if z else z
    work, k = bits + 32 + z.denominator.bit_length() - z.numerator.bit_length(), 1
    small = (z.numerator << work) // z.denominator + up
    square = (small * small >> work) + up
    total = odd = small
    while odd > up:
        k += 2
        odd = (odd * square >> work) + up
        total += odd // k + up
    return Fraction(2 * (total + up), 1 << work)  # all further terms together are below one unit


def _log(x: Fraction, bits: int, up: int) -> Fraction:
    """log(x) = k log(2) + log(x / 2**k), with 2/3 <= x / 2**k <= 4/3, rounded in one direction."""
    k = x.numerator.bit_length() - x.denominator.bit_length()
    k += x > Fraction(2) ** k * Fraction(4, 3)
    k -= x < Fraction(2) ** k * Fraction(2, 3)
    mantissa = x / Fraction(2) ** k
    rest = _log_ratio((mantissa - 1) / (mantissa + 1), bits, up)
    return rest + k * _log_ratio(Fraction(1, 3), bits, up if k > 0 else 1 - up) if k else rest


def log(x: Enclosure, bits: int) -> Enclosure | None:
    """An enclosure of log on x; None if x may be non-positive."""
    if x.lo <= 0:
        return None
    bits += 8 + max(end.numerator.bit_length() + end.denominator.bit_length() for end in (x.lo, x.hi)).bit_length()
    return outward(Enclosure(_log(x.lo, bits, 0), _log(x.hi, bits, 1)), bits)


def sqrt(x: Enclosure, bits: int) -> Enclosure | None:
    """An enclosure of the square root on x; None if x may be negative."""
    if x.lo < 0:
        return None
    shift = bits + max(end.denominator.bit_length() for end in (x.lo, x.hi))
    low, high = (isqrt((end.numerator << 2 * shift) // end.denominator) for end in (x.lo, x.hi))
    return outward(Enclosure(Fraction(low, 1 << shift), Fraction(high + 1, 1 << shift)), bits)


def _inverse_tangent(k: int, bits: int) -> Enclosure:
    """arctan(1/k) for an integer k > 1, by its alternating series."""
    sums, power, n = [0, 0], (1 << bits) // k, 0
    while power:
        sums[n % 2] += power // (2 * n + 1)
        power, n = power // k**2, n + 1
    middle = sums[0] - sums[1]  # each term is less than 3 units off; all further ones together are less than 1
    return Enclosure(Fraction(middle - 3 * n - 1, 1 << bits), Fraction(middle + 3 * n + 1, 1 << bits))


@lru_cache(maxsize=16)
def pi(bits: int) -> Enclosure:
    """Machin: pi/4 = 4 arctan(1/5) - arctan(1/239)."""
    work = bits + 32
    return outward(_inverse_tangent(5, work) * 16 - _inverse_tangent(239, work) * 4, bits)


def _monotone(at: Callable[[Fraction, int, int], Fraction], x: Enclosure, limit: int, bits: int) -> Enclosure:
    """An odd function that grows to 1, from its values at 0 < x <= limit, rounded in one direction."""

    def end(x: Fraction, up: int) -> Fraction:
        if x <= 0:
            return -end(-x, 1 - up) if x else x
        extra = max(x.denominator.bit_length() - x.numerator.bit_length(), 0)  # what a relative error near 0 needs
        require(extra <= MAX_EXTRA, "a number is too close to 0")
        return Fraction(1) if x > limit and up else min(at(min(x, Fraction(limit)), bits + extra, up), Fraction(1))

    return outward(Enclosure(end(x.lo, 0), end(x.hi, 1)), bits + 8)


def tanh(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of tanh on x, about `bits` significant bits wide."""

    def at(x: Fraction, work: int, up: int) -> Fraction:
        return 1 - 2 / (_exp(2 * x, work + 8, up) + 1)

    return _monotone(at, x, bits, bits)


def erf(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of the error function on x: 2/sqrt(pi) exp(-x**2) (x + 2 x**3/3 + 4 x**5/(3 5) + ...)."""

    def at(x: Fraction, work: int, up: int) -> Fraction:
        work, k = work + 32, 1
        total = term = (x.numerator << work) // x.denominator + up
        twice = 2 * x * x
        square = (twice.numerator << work) // twice.denominator + up
        while term > up or k < 2 * twice:  # then all further terms together are at most one unit
            k += 2
            term = (term * square >> work) // k + up
            total += term
        root = sqrt(pi(work), work)
        assert root is not None
        return Fraction(total + up, 1 << work) * 2 / (root.lo if up else root.hi) * _exp(-x * x, work, up)

    return _monotone(at, x, isqrt(bits) + 1, bits)


def _wave(x: Enclosure, bits: int, first: int) -> Enclosure:
    """The sum of (-1)**j m**k / k! over k = first + 2 j at the middle m of x, and as much more as x is wide."""
    middle, radius = (x.lo + x.hi) / 2, (x.hi - x.lo) / 2
    size, everywhere = abs(middle), Enclosure(Fraction(-1), Fraction(1))
    if size > MAX_WAVE or radius > 1:
        return everywhere
    work, k = bits + 2 * int(size) + 32 + max(size.denominator.bit_length() - size.numerator.bit_length(), 0), 0
    require(work <= MAX_BITS // 8, "a number is too close to 0")
    ends = [(size.numerator << work) // size.denominator + up for up in (0, 1)]
    term, sums = [1 << work] * 2, [[0, 0], [0, 0]]  # each with its two bounds; of the terms with + and with -
    while term[1] > 1 or k < 2 * size:
        if k % 2 == first:
            sums[(k // 2) % 2] = [a + b for a, b in zip(sums[(k // 2) % 2], term, strict=True)]
        k += 1
        term = [(t * end >> work) // k + up for up, (t, end) in enumerate(zip(term, ends, strict=True))]
    low, high = sums[0][0] - sums[1][1] - 2, sums[0][1] - sums[1][0] + 2  # all further terms: at most 2 units
    at = Enclosure(Fraction(low, 1 << work), Fraction(high, 1 << work)) * (-1 if first and middle < 0 else 1)
    wide = outward(at + Enclosure(-radius, radius), bits + 8)
    return Enclosure(max(wide.lo, everywhere.lo), min(wide.hi, everywhere.hi))


def sin(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of sin on x; not wider than about twice its radius."""
    return _wave(x, bits, 1)


def cos(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of cos on x."""
    return _wave(x, bits, 0)
