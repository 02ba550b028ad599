"""Real zeros of polynomials over Q by Sturm's theorem, their multiplicities by greatest common divisors."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from .load import NotReplayed, Number, require

Polynomial = list[int]  # the constant first, the last coefficient not 0; [] is the zero polynomial
End = Number | None  # None: -infinity as a lower end, infinity as an upper one

MAX_WORK = 200_000_000  # bits of all coefficients in all steps of an elimination
MAX_DENOMINATORS = 100_000  # bits of all of them together
MAX_EVALUATION = 500_000_000  # bits of all intermediate values of Sturm sequences at the ends of intervals


def primitive(coefficients: Sequence[Number]) -> Polynomial:
    """The positive multiple with coprime integer coefficients."""
    if sum(c.denominator.bit_length() for c in coefficients if c.denominator > 1) > MAX_DENOMINATORS:
        raise NotReplayed("the coefficients of a polynomial have too large denominators")
    scale = lcm(*(c.denominator for c in coefficients))
    integers = [int(c * scale) for c in coefficients]
    while integers and not integers[-1]:
        integers.pop()
    content = gcd(*integers)
    return [c // content for c in integers]


def _remainder(p: Polynomial, q: Polynomial) -> Polynomial:
    """A positive multiple of the remainder of p by q."""
    p = list(p)
    while len(p) >= len(q):
        shift, top, lead = len(p) - len(q), p[-1], q[-1]
        common = gcd(top, lead) * (1 if lead > 0 else -1)
        top, lead = top // common, lead // common  # lead > 0
        p = [lead * c for c in p]
        for i, c in enumerate(q):
            p[shift + i] -= top * c
        while p and not p[-1]:
            p.pop()
    return primitive(p)


def quotient(p: Polynomial, q: Polynomial) -> Polynomial:
    """p/q, q a divisor of p, both with coprime coefficients: those of p/q are then integers (Gauss)."""
    rest, found = list(p), [0] * (len(p) - len(q) + 1)
    for shift in reversed(range(len(found))):
        found[shift] = rest[shift + len(q) - 1] // q[-1]
        for i, c in enumerate(q):
            rest[shift + i] -= found[shift] * c
    return found


def derivative(p: Polynomial) -> Polynomial:
    """A positive multiple of the derivative."""
    return primitive([k * c for k, c in enumerate(p)][1:])


def common_divisor(p: Polynomial, q: Polynomial) -> Polynomial:
    """A greatest common divisor, up to a constant factor."""
    while q:
        p, q = q, _remainder(p, q)
    return p


def sturm(p: Polynomial) -> list[Polynomial]:
    """Sturm's sequence of a squarefree polynomial, up to positive factors."""
    chain = [p, derivative(p)]
    while chain[-1]:
        chain.append([-c for c in _remainder(chain[-2], chain[-1])])
    return chain[:-1]


def at(p: Polynomial, x: Number) -> int:
    """The sign of p at x: Horner's rule in integers."""
    top, bottom, value, scale = x.numerator, x.denominator, 0, 1
    for c in reversed(p):
        value = value * top + c * scale
        scale *= bottom
    return (value > 0) - (value < 0)


def _changes(chain: Sequence[Polynomial], x: End, upper: bool) -> int:
    ends = ((1 if p[-1] > 0 else -1) * (1 if upper or len(p) % 2 else -1) for p in chain)
    signs = [s for s in (ends if x is None else (at(p, x) for p in chain)) if s]
    return sum(a != b for a, b in pairwise(signs))


def count(chain: Sequence[Polynomial], lo: End, hi: End) -> int:
    """The number of zeros in the open interval, from Sturm's sequence (which counts in lo < x <= hi)."""
    last = hi is not None and at(chain[0], hi) == 0
    return _changes(chain, lo, False) - _changes(chain, hi, True) - last


def _factors(p: Polynomial) -> list[tuple[int, Polynomial]]:
    """Squarefree polynomials without common zeros, with exponents: their product is p, up to a constant (Yun)."""
    bits, degree, found, k = max(c.bit_length() for c in p), len(p), list[tuple[int, Polynomial]](), 0
    if degree**3 * (bits + degree) > MAX_WORK:
        raise NotReplayed("a polynomial is too large for naive Sturm sequences")
    common = common_divisor(p, derivative(p))
    rest = quotient(p, common)
    while len(rest) > 1:
        k += 1
        shared = common_divisor(rest, common)
        if len(shared) < len(rest):
            found.append((k, quotient(rest, shared)))
        rest, common = shared, quotient(common, shared)
    return found


def chains(coefficients: Sequence[Number]) -> dict[int, list[Polynomial]]:
    """Sturm's sequences of the squarefree factors of a polynomial that is not 0, by their multiplicities."""
    p = primitive(coefficients)
    require(p, "the polynomial is identically zero")
    return {multiplicity: sturm(factor) for multiplicity, factor in _factors(p)}


def multiplicities(coefficients: Sequence[Number], lo: End, hi: End) -> list[int]:
    """The multiplicities of the distinct zeros in the open interval, in increasing order of the zero."""
    found, lines = list[int](), chains(coefficients)
    size = sum(len(chain[0]) for chain in lines.values())
    if lo is None or hi is None:  # Cauchy's bound
        p = primitive(coefficients)
        bound = 2 + max(map(abs, p)) // abs(p[-1])
        lo, hi = (-bound if lo is None else lo), (bound if hi is None else hi)
    todo, steps = [(Fraction(lo), Fraction(hi))], 0
    while todo:
        a, b = todo.pop()
        steps += 1
        if steps > 100 * (1 + size):
            raise NotReplayed("zeros of a polynomial are too close to each other for naive bisection")
        inside = [k for k, chain in lines.items() for _ in range(count(chain, a, b))] if a < b else []
        if len(inside) <= 1:
            found += inside
            continue
        middle = (a + b) / 2
        while any(at(chain[0], middle) == 0 for chain in lines.values()):
            middle = (a + middle) / 2
        todo += [(middle, b), (a, middle)]
    return found


def check(coefficients: Sequence[Number], lo: End, hi: End, entries: Sequence[tuple[Number, Number, int]]) -> None:
    """`Rejected` unless the entries (see the `roots` certificate) isolate all zeros in the open interval."""
    require(lo is None or hi is None or lo < hi, "the interval is empty")
    bits = max((x.numerator.bit_length() + x.denominator.bit_length() for e in entries for x in e[:2]), default=1)
    if len(coefficients) ** 3 * bits * (len(entries) + 1) > MAX_EVALUATION:
        raise NotReplayed("the zeros are given by numbers too large for naive evaluation")
    factors, last = chains(coefficients), lo
    for k, (a, b, multiplicity) in enumerate(entries):
        name = f"the zero number {k}"
        inside = (last is None or last <= a) and a <= b and (hi is None or b <= hi)
        require(inside, f"{name}: the entries are not disjoint, in increasing order, inside the interval")
        if a == b:
            require(last != a and b != hi, f"{name}: it lies on an end of the interval, or occurs twice")
            right = multiplicity in factors and at(factors[multiplicity][0], a) == 0
        else:
            ends = all(at(chain[0], x) for chain in factors.values() for x in (a, b))
            require(ends, f"{name}: an end of its interval is a zero")
            right = {m: n for m, chain in factors.items() if (n := count(chain, a, b))} == {multiplicity: 1}
        require(right, f"{name} is not a single zero of this multiplicity")
        last = b
    total = sum(count(chain, lo, hi) for chain in factors.values())
    require(total == len(entries), f"the number of zeros is {total}")
