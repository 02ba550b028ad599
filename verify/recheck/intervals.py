"""Enclosures of real numbers by pairs of rationals, with directed rounding to a number of significant bits."""

from dataclasses import dataclass
from fractions import Fraction

from .load import Number, require

MAX_EXPONENT = 10_000
MAX_BITS = 400_000


@dataclass(frozen=True)
class Enclosure:
    """An unknown real number x with lo <= x <= hi."""

    lo: Fraction
    hi: Fraction

    def __mul__(self, other: "Enclosure") -> "Enclosure":
        corners = [a * b for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        return Enclosure(min(corners), max(corners))

    def overlaps(self, other: "Enclosure") -> bool:
        return self.lo <= other.hi and other.lo <= self.hi


def point(x: Number) -> Enclosure:
    """The enclosure of an exact number."""
    return Enclosure(Fraction(x), Fraction(x))


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
