"""Real zeros of polynomials over Q: isolated, with their multiplicities.

Rests on: a polynomial over Q is a product of powers of irreducible ones, which have simple zeros that no two of them share;
only those of degree one have rational zeros. A polynomial of degree n has in ]0, 1[ no zero if the coefficients of
(1 + x)^n p(1/(1 + x)) do not change their sign, and exactly one if they change it once (Descartes' rule); halving an
interval ends when all zeros in it are simple (Vincent 1836, Collins and Akritas 1976).

Certificate: kind ``roots``, the polynomial, the interval, and isolating intervals; the rechecker counts by Sturm's theorem.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from flint import fmpq, fmpq_poly, fmpz, fmpz_poly

from verify.decide.identities import OutsideLanguage, Ring
from verify.errors import InstanceError
from verify.evidence import Decision
from verify.expressions import Expression, symbols

Root = tuple[fmpq, fmpq, int]
"""An isolating interval and a multiplicity. Equal ends are the zero itself; else the ends are no zeros."""


def decide(
    coefficients: Sequence[fmpq],
    multiplicities: Sequence[int],
    interval: tuple[fmpq | None, fmpq | None] = (None, None),
) -> Decision:
    """Decide whether the zeros of a polynomial in an open interval have these multiplicities, in increasing order.

    Args:
        coefficients: the constant first.
        interval: the ends; None for an infinite one.

    Returns:
        True with a certificate, false with the multiplicities, or undecided if there is nothing to decide: the polynomial is
        identically zero, or the interval empty.
    """
    lo, hi = interval
    try:
        found = isolate(coefficients, lo, hi)
    except InstanceError as error:
        return Decision(None, str(error))
    powers = [power for _, _, power in found]
    if powers != list(multiplicities):
        return Decision(False, f"the zeros have the multiplicities {powers}")
    certificate = {
        "kind": "roots",
        "polynomial": [str(coefficient) for coefficient in coefficients],
        "interval": [None if end is None else str(end) for end in interval],
        "roots": [[str(a), str(b), power] for a, b, power in found],
    }
    return Decision(True, f"{len(found)} distinct zeros, isolated", certificate)


def coefficients_of(form: Expression, name: str) -> list[fmpq]:
    """The coefficients, the constant first, of a canonical form that is a polynomial in one symbol.

    Raises:
        OutsideLanguage: if it is no such polynomial.
    """
    if other := sorted(symbols(form) - {name}):
        raise OutsideLanguage(f"{other[0]!r} occurs in a polynomial in {name!r}")
    top, bottom = Ring([name]).fraction(form)
    if not bottom.is_constant():
        raise OutsideLanguage("a fraction is no polynomial")
    powers = {degree: coefficient for (degree,), coefficient in (top / bottom).to_dict().items()}
    return [fmpq(powers.get(degree, 0)) for degree in range(max(powers, default=0) + 1)]


def isolate(coefficients: Sequence[fmpq], lo: fmpq | None = None, hi: fmpq | None = None) -> list[Root]:
    """All real zeros in the open interval ]lo, hi[, in increasing order.

    Args:
        coefficients: the constant first.
        lo, hi: the ends; None for an infinite one.

    Returns:
        Disjoint closed intervals within [lo, hi], each around exactly one zero, with its multiplicity.

    Raises:
        InstanceError: if the polynomial is identically zero, or the interval is empty.

    >>> isolate([fmpq(0), fmpq(-2), fmpq(0), fmpq(1)], fmpq(-1), None)
    [(0, 0, 1), (1, 2, 1)]
    """
    if not any(coefficient != 0 for coefficient in coefficients):
        raise InstanceError("coefficients: all are zero; every number is a zero of the zero polynomial")
    if lo is not None and hi is not None and lo >= hi:
        raise InstanceError(f"lo, hi: the interval from {lo} to {hi} is empty; give lo < hi")
    polynomial = fmpq_poly(list(coefficients)).numer()
    _, factors = polynomial.factor()
    rational = {fmpq(-factor[0], factor[1]): power for factor, power in factors if factor.degree() == 1}
    others = [(factor, power) for factor, power in factors if factor.degree() > 1]
    product = fmpz_poly([1])
    for factor, _ in others:
        product *= factor
    bound = _bound(product)
    low, high = -bound if lo is None else lo, bound if hi is None else hi
    inside = sorted(root for root in rational if (lo is None or root > lo) and (hi is None or root < hi))
    found = [(root, root, rational[root]) for root in inside]
    forbidden = {*rational}
    if low < high:
        places = [low, *(root for root in inside if low < root < high), high]
        for left, right in itertools.pairwise(places):
            for a, b in _isolate(product, left, right):
                a, b = _shrink(product, a, b, forbidden)
                forbidden |= {a, b}  # so that the next interval does not touch this one
                found.append((a, b, next(power for factor, power in others if _changes(factor, a, b))))
    return sorted(found)


def _bound(polynomial: fmpz_poly) -> fmpq:
    """A power of two above the absolute values of all zeros (Cauchy)."""
    *rest, leading = polynomial.coeffs()
    largest = max((abs(coefficient) for coefficient in rest), default=fmpz(0))
    return fmpq(2) ** int(1 + largest // abs(leading)).bit_length()


def _isolate(polynomial: fmpz_poly, left: fmpq, right: fmpq) -> Iterator[tuple[fmpq, fmpq]]:
    """Open intervals around each zero of a squarefree polynomial without rational zeros, in increasing order."""
    half, shift = fmpq_poly([0, fmpq(1, 2)]), fmpz_poly([1, 1])
    unit = fmpq_poly(polynomial)(fmpq_poly([left, right - left])).numer()
    stack = [(unit, left, right)]
    while stack:
        here, a, b = stack.pop()
        changes = _sign_changes(fmpz_poly(here.coeffs()[::-1])(shift))
        if changes == 1:
            yield a, b
        elif changes:
            middle = (a + b) / 2
            lower = fmpq_poly(here)(half).numer()
            stack += [(lower(shift), middle, b), (lower, a, middle)]


def _sign_changes(polynomial: fmpz_poly) -> int:
    signs = [coefficient > 0 for coefficient in polynomial.coeffs() if coefficient != 0]
    return sum(before is not after for before, after in itertools.pairwise(signs))


def _changes(polynomial: fmpz_poly, a: fmpq, b: fmpq) -> bool:
    return (polynomial(a) > 0) is not (polynomial(b) > 0)


def _shrink(polynomial: fmpz_poly, a: fmpq, b: fmpq, forbidden: set[fmpq]) -> tuple[fmpq, fmpq]:
    """Halve an interval around a zero until neither end is a forbidden point."""
    while a in forbidden or b in forbidden:
        middle = (a + b) / 2
        a, b = (a, middle) if _changes(polynomial, a, middle) else (middle, b)
    return a, b
