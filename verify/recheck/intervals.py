"""Enclosures of real numbers by pairs of rationals, with directed rounding to a number of significant bits."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .load import Number, Rejected

MAX_EXPONENT = 10_000
MAX_BITS = 400_000


@dataclass(frozen=True)
class Enclosure:
    """An unknown real number x with lo <= x <= hi."""

    lo: Fraction
    hi: Fraction

    def __add__(self, other: "Enclosure") -> "Enclosure":
        return Enclosure(self.lo + other.lo, self.hi + other.hi)

    def __mul__(self, other: "Enclosure") -> "Enclosure":
        corners = [a * b for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        return Enclosure(min(corners), max(corners))

    def overlaps(self, other: "Enclosure") -> bool:
        return self.lo <= other.hi and other.lo <= self.hi


def rounded(x: Fraction, bits: int, up: bool) -> Fraction:
    """x rounded up or down to `bits` significant bits: round(x) <= x or x <= round(x), as asked."""
    shift = bits - (abs(x.numerator).bit_length() - x.denominator.bit_length())
    scaled = x * (1 << shift) if shift >= 0 else x / (1 << -shift)
    whole = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return Fraction(whole, 1 << shift) if shift >= 0 else Fraction(whole << -shift)


def outward(x: Enclosure, bits: int) -> Enclosure:
    """A slightly wider enclosure with short ends."""
    return Enclosure(rounded(x.lo, bits, False), rounded(x.hi, bits, True))


def power(x: Enclosure, n: int) -> Enclosure | None:
    """x**n for an integer n; None if it may divide by zero."""
    if n < 0:
        if x.lo <= 0 <= x.hi:
            return None
        return power(Enclosure(1 / x.hi, 1 / x.lo), -n)
    size = max(abs(end.numerator).bit_length() + end.denominator.bit_length() for end in (x.lo, x.hi))
    if n * size > MAX_BITS:
        raise Rejected("a power is too large")
    ends = (x.lo**n, x.hi**n)
    if n % 2 == 0 and n > 0 and x.lo <= 0 <= x.hi:
        return Enclosure(Fraction(0), max(ends))
    return Enclosure(min(ends), max(ends))


def _exp_end(x: Fraction, bits: int, up: bool) -> Fraction:
    """exp(x) rounded in one direction, for x >= 0: Taylor's series at x / 2**m, then m squarings."""
    if x > MAX_EXPONENT:
        raise Rejected(f"exp of a number beyond {MAX_EXPONENT}")
    halvings = 8 + int(x).bit_length()
    work = bits + 2 * halvings + 32
    small = rounded(x / (1 << halvings), work, up)
    total = term = Fraction(1)
    k = 0
    while term * (1 << work) > 1:
        k += 1
        term = rounded(term * small / k, work, up)
        total = rounded(total + term, work, up)
    if up:
        total += 2 * term  # the tail is less than the last term, since small < 1/2
    for _ in range(halvings):
        total = rounded(total * total, work, up)
    return total


def exp(x: Enclosure, bits: int) -> Enclosure:
    """An enclosure of exp on x, about `bits` significant bits wide."""

    def end(value: Fraction, up: bool) -> Fraction:
        return _exp_end(value, bits, up) if value >= 0 else 1 / _exp_end(-value, bits, not up)

    return outward(Enclosure(end(x.lo, False), end(x.hi, True)), bits + 8)


def _log_ratio(z: Fraction, bits: int) -> Enclosure:
    """log((1 + z) / (1 - z)) = 2 (z + z**3/3 + z**5/5 + ...) for 0 <= z <= 1/3."""
    if z == 0:
        return Enclosure(z, z)
    work = bits + 32
    ends = []
    for up in (False, True):
        small = rounded(z, work, up)
        square = rounded(small * small, work, up)
        total = odd = small
        k = 1
        while odd * (1 << work) > small:
            k += 2
            odd = rounded(odd * square, work, up)
            total = rounded(total + odd / k, work, up)
        ends.append(2 * (total + odd) if up else 2 * total)  # the tail is below odd * square / (1 - square) < odd
    return Enclosure(*ends)


@lru_cache(maxsize=8)
def _log_two(bits: int) -> Enclosure:
    return _log_ratio(Fraction(1, 3), bits)


def _log_point(x: Fraction, bits: int) -> Enclosure:
    k = x.numerator.bit_length() - x.denominator.bit_length()
    mantissa = x / (1 << k) if k >= 0 else x * (1 << -k)
    while mantissa > Fraction(4, 3):
        mantissa, k = mantissa / 2, k + 1
    while mantissa < Fraction(2, 3):
        mantissa, k = mantissa * 2, k - 1
    z = (mantissa - 1) / (mantissa + 1)
    rest = _log_ratio(abs(z), bits)
    if z < 0:
        rest = Enclosure(-rest.hi, -rest.lo)
    return rest if k == 0 else rest + Enclosure(Fraction(k), Fraction(k)) * _log_two(bits)


def log(x: Enclosure, bits: int) -> Enclosure | None:
    """An enclosure of log on x; None if x may be non-positive."""
    if x.lo <= 0:
        return None
    bits += 8 + max(end.numerator.bit_length() + end.denominator.bit_length() for end in (x.lo, x.hi)).bit_length()
    return outward(Enclosure(_log_point(x.lo, bits).lo, _log_point(x.hi, bits).hi), bits)


def point(x: Number) -> Enclosure:
    """The enclosure of an exact number."""
    return Enclosure(Fraction(x), Fraction(x))
