"""Finite grids, point by point."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import And, Implies, Min, Ne, exp, floor, symbols

from verify.decide.enumeration import decide
from verify.errors import InstanceError
from verify.expressions import canonical

x, y, p, t, u = symbols("x y p t u")


def ask(axes, conclusion, *hypotheses):
    return decide(list(axes.items()), [canonical(h) for h in hypotheses], canonical(conclusion))


def test_a_true_one_counts_its_points():
    decision = ask({"x": range(-3, 4), "y": ["1/2", "1/3"]}, x * y < x * x + 1, x >= 0)
    assert decision.truth is True
    assert (decision.certificate["count"], decision.certificate["outside"]) == (14, 6)
    assert decision.certificate["axes"][1] == ["y", ["1/2", "1/3"]]


def test_a_false_one_names_its_first_point():
    decision = ask({"x": range(5), "y": range(5)}, x + y < 6)
    assert decision.truth is False
    assert decision.counterexample == {"x": "2", "y": "4"}


@given(st.lists(st.integers(-4, 4), unique=True, max_size=5), st.lists(st.integers(-4, 4), unique=True, max_size=5))
@settings(derandomize=True, deadline=None, max_examples=80, database=None)
def test_against_a_loop(xs, ys):
    decision = ask({"x": xs, "y": ys}, Implies(x < y, 2 * x < y + 3), Ne(x, y))
    met = [(a, b) for a, b in product(xs, ys) if a != b]
    holds = all(not a < b or 2 * a < b + 3 for a, b in met)
    assert decision.truth is (None if not met else holds)
    if met and holds:
        assert decision.certificate["count"] - decision.certificate["outside"] == len(met)


def test_truth_values_and_tuples_are_values_too():
    assert ask({"p": [True, False], "x": [1]}, Implies(p, x > 0)).truth is True
    assert ask({"t": [[1, "4/2"], [1, 2, 3]], "u": [[1, 2]]}, Ne(t, u)).truth is False


@pytest.mark.parametrize(
    ("axes", "conclusion", "hypotheses"),
    [
        ({"x": [1, 2]}, x > 7, [x > 9]),
        ({"x": []}, x > 7, []),
        ({"x": [0, 1]}, exp(x) >= 1 + x, []),
        ({"x": [0, 1]}, 1 / x > 0, []),
        ({"x": [1, 1]}, x > 0, []),
        ({"x": ["1/2", "2/4"]}, x > 0, []),
        ({"x": [1, True]}, x > 0, []),
        ({"x": [1, 2]}, x + 1, []),
        ({"x": [1, 2]}, And(x, x > 0), []),
        ({"x": [1, 2]}, x > 0, [x]),
        ({"x": [1, 2]}, Min(x, y) < 9, []),
        ({"x": [True]}, x > 0, []),
    ],
)
def test_undecided_empty_repetitive_or_ill_typed(axes, conclusion, hypotheses):
    decision = ask(axes, conclusion, *hypotheses)
    assert decision.truth is None
    assert decision.certificate is None


def test_an_undecided_hypothesis_decides_nothing():
    assert ask({"x": [0]}, x < 1, exp(x) >= 1).truth is None


def test_two_axes_of_one_name():
    assert decide([("x", [1]), ("x", [2])], [], canonical(x > 0)).truth is None


def test_floats_are_refused():
    with pytest.raises(InstanceError):
        ask({"x": [0.5]}, floor(x) < 1)
