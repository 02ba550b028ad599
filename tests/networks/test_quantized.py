"""Quantized networks and the spiking networks that match them."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.errors import InstanceError
from verify.networks.quantized import forward, round_half_even, round_half_up
from verify.networks.spiking import explore_network
from verify.quantities import Workspace, lookup

FAITHFUL = {"bounds": [0, 0], "bias_times": 1, "pieces": 1}
REFERENCE = {
    "layers": [
        {"weights": [["1", "0"], ["0", "1"]], "bias": ["0", "0"], "step": "1", "lower": 0, "upper": 3},
        {
            "weights": [["1/2", "-1/3"], ["2/3", "1/4"], ["-1/2", "1"]], "bias": ["1/10", "-1/5", "0"],
            "step": "1/2", "lower": 0, "upper": 3,
        },
        {
            "weights": [["1", "-3/4", "1/2"], ["-1/2", "1", "1/3"]], "bias": ["1/20", "0"],
            "step": "3/4", "lower": 0, "upper": 7,
        },
    ],
    "input": ["11/5", "2"],
    "tie": "half-up",
}  # fmt: skip


def ask(name, *arguments):
    return lookup(f"quantized.{name}")(Workspace(), *arguments)


def one_layer(z, *, step="1", lower=-8, upper=7, tie="half-up", bias="0"):
    layer = {"weights": [["1"]], "bias": [bias], "step": step, "lower": lower, "upper": upper}
    return {"layers": [layer], "input": [z], "tie": tie}


@given(st.fractions(-20, 20, max_denominator=8))
@settings(derandomize=True, deadline=None, max_examples=80, database=None)
def test_both_ways_to_round(value):
    x = fmpq(value.numerator, value.denominator)
    assert round_half_up(x) == floor(value + Fraction(1, 2))
    assert round_half_even(x) == round(value)


def test_ties():
    ties = [fmpq(k, 2) for k in (1, -1, 3, 5, -3)]
    assert [round_half_up(x) for x in ties] == [1, 0, 2, 3, -1]
    assert [round_half_even(x) for x in ties] == [0, 0, 2, 2, -2]


def test_three_layers():
    assert forward(REFERENCE) == [[2, 2], [1, 3, 2], [0, 2]]
    assert ask("codes", REFERENCE) == (2, 2, 1, 3, 2, 0, 2)


def test_the_matching_network_settles_at_the_codes():
    net, events = ask("network", REFERENCE, FAITHFUL), ask("events", REFERENCE, FAITHFUL)
    assert lookup("spiking.formula")(Workspace(), net, events) == (2, 2, 1, 3, 2, 0, 2)
    small = {"layers": REFERENCE["layers"][:1], "input": ["11/5", "-1/5"], "tie": "half-up"}
    found = explore_network(ask("network", small, FAITHFUL), ask("events", small, {**FAITHFUL, "pieces": 3}), "delayed")
    assert [counts for counts, _, _ in found.rest] == [(2, 0)]


@given(st.fractions(-9, 9, max_denominator=6), st.sampled_from(["1", "1/2", "3/2"]), st.integers(1, 3))
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
def test_one_neuron_is_one_code(z, step, pieces):
    quantized = one_layer(str(z), step=step, lower=-2, upper=2, bias="1/3")
    net = ask("network", quantized, FAITHFUL)
    events = ask("events", quantized, {**FAITHFUL, "pieces": pieces})
    rest = explore_network(net, events, "instant").rest
    assert {counts for counts, _, _ in rest} == {ask("codes", quantized)}


@pytest.mark.parametrize(("shift", "code"), [(0, -4), (1, -3), (-1, -5)])
def test_bounds_that_are_off_by_one(shift, code):
    quantized = one_layer("-10", lower=-4, upper=3)
    assert ask("codes", quantized) == (-4,)
    mapping = {**FAITHFUL, "bounds": [shift, 0]}
    rest = explore_network(ask("network", quantized, mapping), ask("events", quantized, mapping), "instant").rest
    assert [counts for counts, _, _ in rest] == [(code,)]
    assert ask("same_bounds", mapping) is (shift == 0)


def test_a_bias_that_is_injected_twice():
    quantized = one_layer("1/4", bias="1")
    assert ask("codes", quantized) == (1,)
    twice = {**FAITHFUL, "bias_times": 2}
    rest = explore_network(ask("network", quantized, twice), ask("events", quantized, twice), "instant").rest
    assert [counts for counts, _, _ in rest] == [(2,)]
    assert (ask("bias_once", FAITHFUL), ask("bias_once", twice)) == (True, False)


def test_the_tie_rule():
    assert ask("codes", one_layer("5/2")) == (3,)
    assert ask("codes", one_layer("5/2", tie="half-even")) == (2,)
    assert (ask("half_up", one_layer("0")), ask("half_up", one_layer("0", tie="half-even"))) == (True, False)


@pytest.mark.parametrize("change", [{"tie": "stochastic"}, {"input": ["1", "2"]}, {"input": [0.5]}])
def test_malformed_networks_are_refused(change):
    with pytest.raises(InstanceError):
        forward({**one_layer("1"), **change})
