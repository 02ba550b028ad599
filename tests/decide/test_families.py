"""Finite families of instances."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stating import state
from sympy import Eq, exp, symbols

from verify import Family, axis, computed, defined
from verify.decide.families import decide, members
from verify.errors import InstanceError

x, y, n = symbols("x y n")
REAL = {"x": "real", "y": "real"}
PLANE = {"x": axis("a"), "y": axis("b")}


def test_members_fill_the_template_at_any_depth_the_last_axis_fastest():
    family = Family({"net": {"w": [[0, axis("w")], [axis("v"), 0]]}, "k": 3}, {"w": [1, 2], "v": ["a", "b"]})
    assert [m["net"]["w"] for m in members(family)] == [[[0, w], [v, 0]] for w, v in product([1, 2], ["a", "b"])]


def test_an_unknown_axis_is_refused():
    with pytest.raises(InstanceError, match="unknown"):
        list(members(Family({"x": axis("unknown")}, {})))


def test_true_with_a_count_and_a_tally():
    parity = defined("h", "real", abs(x) + y, "sum")
    statement = state(symbols("h") < 5, REAL, {"small": x < 2}, [parity])
    decision, judgement = decide(statement, Family(PLANE, {"a": [-1, 0, 1, 2], "b": [0, 1]}, ["h"]))
    assert decision.truth is True
    assert judgement is None
    certificate = decision.certificate
    assert (certificate["count"], certificate["outside"]) == (8, 2)
    assert certificate["tally"]["counts"] == [[["0"], 1], [["1"], 3], [["2"], 2]]
    assert "6 of 8" in decision.reason


@given(*(st.lists(st.integers(-3, 3), unique=True, max_size=4) for _ in range(2)))
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
def test_against_a_loop(xs, ys):
    statement = state(x * y < 5, REAL, {"apart": x > y})
    decision, judgement = decide(statement, Family(PLANE, {"a": xs, "b": ys}))
    met = [(a, b) for a, b in product(xs, ys) if a > b]
    assert decision.truth is (None if not met else all(a * b < 5 for a, b in met))
    if decision.truth is False:
        raw = judgement.evaluation.raw
        assert raw["x"] * raw["y"] >= 5


def test_a_family_with_one_undecided_member_is_undecided():
    statement = state(exp(x) >= 1 + x, {"x": "real"})
    assert decide(statement, Family({"x": axis("a")}, {"a": [1, 2]}))[0].truth is True
    assert decide(statement, Family({"x": axis("a")}, {"a": [1, 0]}))[0].truth is None


@pytest.mark.parametrize(
    ("template", "axes", "why"),
    [
        ({"x": 1, "y": 1}, {"k": [1, 2]}, "does not use"),
        (PLANE, {"a": [1, 1], "b": [0]}, "repeats"),
        (PLANE, {"a": ["1/2", "2/4"], "b": [0]}, "repeats"),
        (PLANE, {"a": [1, "1"], "b": [0]}, "repeats"),
        (PLANE, {"a": [], "b": [0]}, "vacuous"),
        (PLANE, {"a": [-1, -2], "b": [0]}, "vacuous"),
    ],
)
def test_families_that_would_count_wrongly_or_nothing(template, axes, why):
    decision, _ = decide(state(x > -9, REAL, {"positive": x > 0}), Family(template, axes))
    assert decision.truth is None
    assert why in decision.reason


def test_structured_values_may_be_axes():
    size = computed("n", "integer", "sets.size", ["t"], "size")
    statement = state(Eq(n, 2), {"t": "tuple"}, more=[size])
    decision, _ = decide(statement, Family({"t": axis("t")}, {"t": [[1, 2], [3, 4], [[1], [2]]]}))
    assert decision.truth is True
