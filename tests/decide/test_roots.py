"""Isolated real zeros, against polynomials made of known factors and against Sturm's theorem."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flint import fmpq, fmpq_poly, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.decide.identities import OutsideLanguage
from verify.decide.roots import coefficients_of, decide, isolate
from verify.errors import InstanceError
from verify.expressions import canonical

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=200, database=None)
fractions = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 4))
ends = st.one_of(st.none(), fractions)


def sturm(polynomial, lo, hi):
    """The number of distinct zeros in ]lo, hi[, by signs in the sequence of remainders."""
    squarefree = polynomial // polynomial.gcd(polynomial.derivative())
    sequence = [squarefree, squarefree.derivative()]
    while sequence[-1].degree() > 0:
        sequence.append(-(sequence[-2] % sequence[-1]))
    bound = fmpq(1 + int(sum(abs(c) for c in squarefree.coeffs()) / abs(squarefree.leading_coefficient())) + 1)

    def variations(place):
        signs = [value > 0 for value in (p(place) for p in sequence) if value != 0]
        return sum(a is not b for a, b in pairwise(signs))

    low, high = -bound if lo is None else lo, bound if hi is None else hi
    return variations(low) - variations(high) - (squarefree(high) == 0)


def check(polynomial, lo, hi, found):
    """What the certificate's form promises."""
    squarefree = polynomial // polynomial.gcd(polynomial.derivative())
    for a, b, power in found:
        assert power >= 1
        assert lo is None or a >= lo
        assert hi is None or b <= hi
        if a == b:
            assert polynomial(a) == 0
            assert a not in (lo, hi)
        else:
            assert squarefree(a) * squarefree(b) < 0
            assert sturm(polynomial, a, b) == 1
    assert all(first[1] < second[0] for first, second in pairwise(found))
    assert len(found) == sturm(polynomial, lo, hi)


@given(
    st.lists(st.tuples(fractions, st.integers(1, 3)), max_size=4),
    st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 12), st.integers(1, 2)), max_size=3),
    ends,
    ends,
)
@RANDOMLY
def test_known_factors(linear, quadratic, lo, hi):
    """Linear factors, and (x - a)^2 - b: irreducible or not, with real zeros."""
    polynomial = fmpq_poly([3])
    for zero, power in linear:
        polynomial *= fmpq_poly([-zero, 1]) ** power
    for a, b, power in quadratic:
        polynomial *= fmpq_poly([a * a - b, -2 * a, 1]) ** power
    if lo is not None and hi is not None and lo >= hi:
        with pytest.raises(InstanceError, match="empty"):
            isolate(polynomial.coeffs(), lo, hi)
        return
    found = isolate(polynomial.coeffs(), lo, hi)
    check(polynomial, lo, hi, found)
    total = sum(power for _, power in linear) + 2 * sum(power for *_, power in quadratic)
    if lo is None and hi is None:
        assert sum(power for *_, power in found) == total
    for zero, _ in linear:
        if (lo is None or zero > lo) and (hi is None or zero < hi):
            assert any(a == b == zero for a, b, _ in found)


@given(st.lists(st.integers(-8, 8), min_size=1, max_size=9), ends, ends)
@RANDOMLY
def test_any_polynomial(coefficients, lo, hi):
    if not any(coefficients) or (lo is not None and hi is not None and lo >= hi):
        return
    check(fmpq_poly(coefficients), lo, hi, isolate([fmpq(c) for c in coefficients], lo, hi))


def poly(*coefficients):
    return fmpq_poly(list(coefficients))


@pytest.mark.parametrize(
    ("polynomial", "lo", "hi", "powers"),
    [
        (poly(5), None, None, []),
        (poly(0, 1), None, None, [1]),
        (poly(0, 1), 0, None, []),
        (poly(0, 1), None, 0, []),
        (poly(-2, 0, 1), None, None, [1, 1]),
        (poly(-2, 0, 1), 0, None, [1]),
        (poly(-2, 0, 1), fmpq(7, 5), fmpq(3, 2), [1]),
        (poly(-2, 0, 1), fmpq(71, 50), None, []),
        (poly(1, 0, 1), None, None, []),
        (poly(1, 0, 1) ** 5, None, None, []),
        (poly(-2, 0, 1) ** 3 * poly(-1, 1) ** 2 * poly(1, 0, 1), None, None, [3, 2, 3]),
        (poly(-2, 0, 1) ** 2 - fmpq(1, 10**40), None, None, [1, 1, 1, 1]),
        (poly(-2, 0, 1) * poly(fmpq(-2 * 10**40 - 1, 10**40), 0, 1) ** 2, 0, None, [1, 2]),
        (poly(0, -1, 1) * poly(-2, 0, 1), 0, 1, []),
        (poly(0, -1, 1) * poly(-2, 0, 1), 0, 2, [1, 1]),
        (poly(fmpq(-1, 10**60), 1) * poly(-2, 0, 1) * poly(0, 1), 0, None, [1, 1]),
        (poly(10**80, 0, 0, -1), None, None, [1]),
    ],
)
def test_known_polynomials(polynomial, lo, hi, powers):
    lo, hi = (None if end is None else fmpq(end) for end in (lo, hi))
    found = isolate(polynomial.coeffs(), lo, hi)
    assert [power for *_, power in found] == powers
    check(polynomial, lo, hi, found)


def test_high_degrees():
    wilkinson = fmpq_poly([1])
    for k in range(1, 31):
        wilkinson *= fmpq_poly([-k, 1])
    assert [a for a, _, _ in isolate(wilkinson.coeffs())] == list(range(1, 31))
    chebyshev = fmpq_poly(fmpz_poly.chebyshev_t(101))
    assert len(isolate(chebyshev.coeffs(), fmpq(-1), fmpq(1))) == 101
    assert len(isolate(chebyshev.coeffs(), fmpq(0), None)) == 50
    mignotte = fmpq_poly([0] * 60 + [1]) - 2 * fmpq_poly([-1, 10**6]) ** 2
    found = isolate(mignotte.coeffs())
    assert len(found) == 4
    check(mignotte, None, None, found)


def test_dense_random_polynomial_of_degree_200():
    coefficients = [fmpq((k * k * 7919 + 104729 * k) % 2003 - 1001) for k in range(201)]
    found = isolate(coefficients)
    assert sum(power for *_, power in found) % 2 == 0
    assert all(fmpq_poly(coefficients)(a) * fmpq_poly(coefficients)(b) < 0 for a, b, _ in found if a != b)


def test_leading_zeros_and_the_zero_polynomial():
    assert isolate([fmpq(-1), fmpq(1), fmpq(0), fmpq(0)]) == [(1, 1, 1)]
    for nothing in ([], [fmpq(0)], [fmpq(0)] * 3):
        with pytest.raises(InstanceError, match="zero polynomial"):
            isolate(nothing)
        assert decide(nothing, []).truth is None
    assert decide([fmpq(1)], [], (fmpq(1), fmpq(1))).truth is None


def test_decisions():
    cubic = [fmpq(0), fmpq(-2), fmpq(0), fmpq(1)]
    decision = decide(cubic, [1, 1], (fmpq(-1), None))
    assert decision.truth is True
    assert decision.certificate == {
        "kind": "roots",
        "polynomial": ["0", "-2", "0", "1"],
        "interval": ["-1", None],
        "roots": [["0", "0", 1], ["1", "2", 1]],
    }
    for wrong in ([1], [1, 1, 1], [1, 2], []):
        assert decide(cubic, wrong, (fmpq(-1), None)).truth is False
    assert decide([fmpq(1), fmpq(0), fmpq(1)], []).truth is True


def test_coefficients_of_expressions():
    import sympy

    x, y = sympy.symbols("x y")
    assert coefficients_of(canonical(x**3 / 2 - 2 * x), "x") == [0, -2, 0, fmpq(1, 2)]
    assert coefficients_of(canonical((x - 1) ** 2), "x") == [1, -2, 1]
    assert coefficients_of(canonical(sympy.Integer(4)), "x") == [4]
    for other in (x * y, 1 / x, sympy.exp(x), sympy.sqrt(x), sympy.Abs(x)):
        with pytest.raises(OutsideLanguage):
            coefficients_of(canonical(other), "x")
