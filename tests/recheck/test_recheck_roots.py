"""Sturm sequences of the independent checker, and certificates of real zeros."""

import time
from fractions import Fraction
from typing import Any

import handmade as h
import pytest
from flint import fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st
from tampering import as_obligation, rejected_everywhere

from verify.recheck import replay, roots
from verify.recheck.load import NotReplayed, Rejected

ENDS = st.none() | st.fractions(-3, 3, max_denominator=2)
ZEROS = st.lists(st.tuples(st.fractions(-3, 3, max_denominator=3), st.integers(1, 3)), max_size=4)
REST = st.sampled_from([[1], [-3], [1, 0, 1], [2, -1, 5], [3, 0, 0, 0, 1]])  # without real zeros


def times(p: list[Any], q: list[Any]) -> list[Any]:
    found = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            found[i + j] += a * b
    return found


@settings(deadline=None)
@given(ZEROS, REST, ENDS, ENDS)
def test_multiplicities(zeros: list[tuple[Fraction, int]], p: list[Any], lo: Any, hi: Any) -> None:
    expected: dict[Fraction, int] = {}
    for z, k in zeros:
        expected[z] = expected.get(z, 0) + k
        for _ in range(k):
            p = times(p, [-z, 1])
    inside = [z for z in sorted(expected) if (lo is None or lo < z) and (hi is None or z < hi)]
    assert roots.multiplicities(p, lo, hi) == [expected[z] for z in inside]


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9))
def test_numbers_of_zeros_agree_with_flint(p: list[int]) -> None:
    if not any(p):
        with pytest.raises(Rejected):
            roots.multiplicities(p, None, None)
        return
    expected = [(float(z.real), k) for z, k in fmpz_poly(p).complex_roots() if z.imag == 0]
    assert roots.multiplicities(p, None, None) == [k for _, k in sorted(expected)]
    assert roots.multiplicities(p, 0, None) == [k for z, k in sorted(expected) if z > 0]


def test_known_zeros() -> None:
    cubic = [-2, 5, -4, 1]  # (x - 1)**2 (x - 2)
    assert roots.multiplicities(cubic, 0, None) == [2, 1]
    assert roots.multiplicities(cubic, 1, 2) == []
    assert roots.multiplicities(cubic, 1, 3) == [1]
    assert roots.multiplicities([7], None, None) == []
    near = times([-1, 1], [-1 - Fraction(1, 10**30), 1])
    assert roots.multiplicities(near, 0, None) == [1, 1]


def test_quotients_and_divisors() -> None:
    p = roots.primitive(times([-1, 1], times([-1, 1], [2, 3])))
    divisor = roots.common_divisor(p, roots.derivative(p))
    assert divisor in ([-1, 1], [1, -1])
    assert roots.quotient(p, [-1, 1]) == [-2, -1, 3]
    assert roots.primitive([Fraction(1, 2), 0, Fraction(-3, 4), 0]) == [2, 0, -3]
    assert roots.primitive([0, 0]) == []


def test_too_large_polynomials_are_not_tried() -> None:
    with pytest.raises(NotReplayed):
        roots.multiplicities([1] * 2000, None, None)
    with pytest.raises(NotReplayed):
        roots.multiplicities([10**4000 + k for k in range(40)], None, None)


def certificate(polynomial: Any, interval: Any, entries: Any) -> h.Data:
    fields = {"polynomial": polynomial, "interval": interval, "roots": entries}
    return h.certificate("roots", h.SQUARES, target="obligation", **fields)


# (x - 1)**2 (x - 2) on x > 0; x**2 - 2 on an interval with one of its zeros; x (x**2 + 1) and no zero of it.
CUBIC = certificate(["-2", "5", "-4", "1"], ["0", None], [["1/2", "3/2", 2], ["2", "2", 1]])
ROOT = certificate(["-2/3", "0", "1/3"], ["-1", "3"], [["1", "3/2", 1]])
NONE = certificate(["0", "1", "0", "1"], ["0", "5/2"], [])


@pytest.mark.parametrize("given", [CUBIC, ROOT, NONE])
def test_roots_certificates(given: h.Data) -> None:
    assert h.accepted(given, h.SQUARES).kind == "roots"
    as_obligation(given, h.SQUARES)


def test_tampered_roots_certificates() -> None:
    rejected_everywhere(CUBIC, h.SQUARES, (("interval", 0), ("interval", 1)))
    harmless = (
        ("interval", 0),
        ("interval", 1),
        ("roots", 0, 0),
        ("roots", 0, 1),
        ("polynomial", 0),
        ("polynomial", 2),
    )
    rejected_everywhere(ROOT, h.SQUARES, harmless)


@pytest.mark.parametrize(
    "entries",
    [
        [["1/2", "3/2", 1], ["2", "2", 1]],  # a wrong multiplicity
        [["1/2", "3/2", 2]],  # one is missing
        [["2", "2", 1]],
        [],
        [["2", "2", 1], ["1/2", "3/2", 2]],  # the order
        [["1/2", "3/2", 2], ["2", "2", 1], ["2", "2", 1]],  # one is there twice
        [["1/2", "3/2", 2], ["1/2", "3/2", 2]],
        [["2", "2", 1], ["2", "2", 1]],
        [["1/2", "3/2", 2], ["3/2", "2", 1]],  # an end is a zero
        [["1", "3/2", 2], ["2", "2", 1]],
        [["1/2", "5/2", 2]],  # two zeros
        [["1/2", "3/2", 2], ["5/4", "3", 1]],  # overlapping
        [["-1", "3/2", 2], ["2", "2", 1]],  # outside
        [["3/2", "1/2", 2], ["2", "2", 1]],  # reversed
        [["1/2", "3/2", 2], ["2", "2", 1], ["3", "4", 1]],  # no zero there
        [["1/2", "3/2", 2], ["2", "2", 1], ["4", "4", 1]],
        [["1/2", "3/2", 2], ["2", "2", 1], ["4", "4", 0]],
        [["1/2", "3/2"], ["2", "2", 1]],
        [["1/2", "3/2", "2/3"], ["2", "2", 1]],
    ],
)
def test_false_roots_certificates(entries: Any) -> None:
    h.rejected(h.changed(CUBIC, ["roots"], entries), h.SQUARES)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["polynomial"], ["0", "0"]),
        (["polynomial"], []),
        (["polynomial", 0], "0"),
        (["interval"], ["1", None]),
        (["interval"], [None, None, None]),
        (["interval"], ["3", "1"]),
        (["interval", 1], "2"),  # a zero on the end is not inside
        (["interval", 1], "3/2"),
    ],
)
def test_false_polynomials_and_intervals(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(CUBIC, path, value), h.SQUARES)


def test_zeros_at_the_ends_do_not_count() -> None:
    h.accepted(certificate(["0", "-1", "1"], ["0", "1"], []), h.SQUARES)
    h.rejected(certificate(["0", "-1", "1"], ["0", "1"], [["0", "0", 1]]), h.SQUARES)
    h.rejected(certificate(["0", "-1", "1"], ["0", "1"], [["1", "1", 1]]), h.SQUARES)
    h.accepted(certificate(["0", "-1", "1"], ["0", None], [["1/2", "9/8", 1]]), h.SQUARES)
    h.accepted(certificate(["-1", "0", "1"], [None, None], [["-2", "0", 1], ["0", "2", 1]]), h.SQUARES)


def quickly(given: h.Data) -> None:
    start = time.monotonic()
    assert replay(given, h.SQUARES).status in ("rejected", "not-replayed")
    assert time.monotonic() - start < 20


def test_hostile_roots_certificates() -> None:
    quickly(certificate(["1"] * 100_000, [None, None], []))
    quickly(certificate(["9" * 4000] * 100, [None, None], []))
    quickly(certificate([str(k * k - 70) for k in range(80)], [None, None], [["0", "1", 1]] * 1000))
    quickly(certificate([str(k * k - 70) for k in range(60)], [None, None], [["1/" + "7" * 4000, "9" * 4000, 1]] * 9))
    quickly(certificate(["1", "1"], ["-" + "9" * 4000, "1/" + "9" * 4000], [["0", "1", 1]] * 50_000))
