"""Exact points near float minimisers: open sets, curves, isolated points, exact fits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import InstanceError
from verify.search.climb import descend
from verify.search.rounding import candidates
from verify.search.tapes import simplest_between

INPUTS = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 1)]
FORM = ((2, 1), (1, -3))
OUTPUTS = [sum(FORM[i][j] * x[i] * x[j] for i in range(2) for j in range(2)) for x in INPUTS]


def minimiser(f, size, seed=0):
    rng = np.random.default_rng(seed)
    lower, upper = np.full(size, -3.0), np.full(size, 3.0)
    points, values = descend(f, rng.uniform(-3, 3, (12, size)), lower, upper, rng, evaluations=60_000)
    return points[values.argmin()], lower, upper


def listed(f, size, seed=0):
    """All candidates near a minimiser; what holds of every list is asserted here."""
    point, lower, upper = minimiser(f, size, seed)
    found = list(candidates(point, lower, upper, f))
    assert len(found) <= 60
    assert len({tuple(vector) for vector in found}) == len(found)
    assert all(type(value) is Fraction and -3 <= value <= 3 for vector in found for value in vector)
    assert [Fraction(float(value)) for value in point] in found
    return found


def network(x, width):
    """The half square loss of a network with the activation z^2: inner weights, then outer ones."""
    inner, outer = x[:, : 2 * width].reshape(-1, width, 2), x[:, 2 * width :]
    hidden = np.einsum("pmd,nd->pmn", inner, np.array(INPUTS)) ** 2
    return ((np.einsum("pm,pmn->pn", outer, hidden) - OUTPUTS) ** 2).sum(axis=1) / 2


def fits(vector, width):
    def output(x):
        hidden = [(vector[2 * j] * x[0] + vector[2 * j + 1] * x[1]) ** 2 for j in range(width)]
        return sum(a * h for a, h in zip(vector[2 * width :], hidden, strict=True))

    return all(output(x) == y for x, y in zip(INPUTS, OUTPUTS, strict=True))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("f", [lambda r: r**2, np.abs], ids=["square", "absolute value"])
def test_a_circle(f, seed):
    found = listed(lambda x: f((x**2).sum(axis=1) - 1), 2, seed)
    assert any(x**2 + y**2 == 1 for x, y in found)


@pytest.mark.parametrize("seed", range(3))
def test_a_point_of_the_circle_off_the_axes(seed):
    found = listed(lambda x: ((x**2).sum(axis=1) - 1) ** 2 + np.maximum(0, 0.5 - np.abs(x)).sum(axis=1), 2, seed)
    assert any(x**2 + y**2 == 1 and min(abs(x), abs(y)) >= Fraction(1, 2) for x, y in found)


@pytest.mark.parametrize("seed", range(3))
def test_a_hyperbola(seed):
    assert any(x * y == 1 for x, y in listed(lambda x: (x[:, 0] * x[:, 1] - 1) ** 2, 2, seed))


def test_an_isolated_rational_point():
    found = listed(lambda x: (x[:, 0] - 1 / 2) ** 2 + (x[:, 1] + 2 / 3) ** 2, 2)
    assert found[0] == [Fraction(1, 2), Fraction(-2, 3)]


def test_an_isolated_irrational_point():
    assert len(listed(lambda x: (x[:, 0] ** 2 - 2) ** 2 + (x[:, 1] ** 2 - 3) ** 2, 2)) < 12
    assert len(listed(lambda x: (x[:, 0] ** 2 - 2) ** 2, 1)) < 12


@pytest.mark.parametrize("seed", range(3))
def test_an_open_set_gives_simple_points_of_it_first(seed):
    first = listed(lambda x: ((x - 0.3) ** 2).sum(axis=1) - 0.01, 3, seed)[0]
    assert sum((value - Fraction(3, 10)) ** 2 for value in first) < Fraction(1, 100)
    assert max(value.denominator for value in first) <= 4


@pytest.mark.parametrize(("width", "seed"), [(2, 0), (2, 1), (2, 2), (3, 0), (3, 1)])
def test_an_exact_fit(width, seed):
    assert any(fits(vector, width) for vector in listed(lambda x: network(x, width), 3 * width, seed))


def test_without_a_function_simple_roundings_come_first():
    found = list(candidates([0.3333333, -1.41421356], [-3, -3], [3, 3]))
    assert found[0] == [Fraction(0), Fraction(-1)]
    assert [Fraction(1, 3), Fraction(-17, 12)] in found
    sizes = [max(value.denominator for value in vector) for vector in found]
    assert all(a <= b for a, b in pairwise(sizes))
    assert found[-1] == [Fraction(0.3333333), Fraction(-1.41421356)]


def test_a_function_of_which_nothing_is_known():
    assert listed(lambda x: np.where(x[:, 0] > 0, np.nan, 0.0), 2)
    assert [Fraction(1, 4)] in list(candidates([0.25], [0], [1], lambda x: np.full(len(x), np.nan)))


def test_no_coordinates_and_no_room():
    assert list(candidates([], [], [])) == [[]]
    third = Fraction(1, 3)
    assert list(candidates([0.3], [third], [third], lambda x: x[:, 0] - 1)) == [[third]]


@pytest.mark.parametrize(
    ("x", "lower", "upper", "named"),
    [
        ([float("nan")], [0], [1], "x"),
        ([0.5], [0, 0], [1, 1], "lower"),
        ([0.5], [1], [0], "lower"),
        ([0.5], [0], [float("inf")], "lower"),
    ],
)
def test_bad_arguments(x, lower, upper, named):
    with pytest.raises(InstanceError, match=named):
        next(candidates(x, lower, upper))


@given(st.fractions(-5, 5, max_denominator=60), st.fractions(0, 1, max_denominator=60))
def test_the_simplest_rational_of_an_interval(low, width):
    found = simplest_between(low, low + width)
    assert low <= found <= low + width
    inside = [Fraction(p, q) for q in range(1, found.denominator) for p in range(-6 * q, 7 * q)]
    assert not any(low <= value <= low + width for value in inside)
    assert not any(
        low <= Fraction(p, found.denominator) <= low + width and abs(p) < abs(found.numerator)
        for p in range(-6 * found.denominator, 7 * found.denominator)
    )
