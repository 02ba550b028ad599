"""Single instances: verdicts, precision, controls, certificates."""

from __future__ import annotations

import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from stating import state
from sympy import Eq, Rational, exp, log, symbols

from verify import computed, defined
from verify.decide.instances import bites, certificates, judge
from verify.errors import InstanceError

x, y, n = symbols("x y n")
BOUNDED = state(x**2 < 4, {"x": "real"}, {"low": x > -2, "high": x < 2})


@pytest.mark.parametrize(
    ("value", "verdict"), [("1", "true"), ("-199/100", "true"), ("2", "outside"), ("-3", "outside")]
)
def test_verdicts(value, verdict):
    assert judge(BOUNDED, {"x": value}).verdict == verdict


@given(st.fractions(-4, 4, max_denominator=9))
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
def test_against_python(value):
    judgement = judge(state(2 * x**2 <= x + 1, {"x": "real"}, {"small": x < 3}), {"x": str(value)})
    assert judgement.verdict == ("outside" if value >= 3 else "true" if 2 * value**2 <= value + 1 else "false")


def test_an_undefined_claim_is_undecided():
    assert judge(state(1 / x > 0, {"x": "real"}), {"x": "0"}).verdict == "undecided"
    assert judge(state(log(x) > 0, {"x": "real"}), {"x": "-1"}).verdict == "undecided"


def test_an_assumption_that_is_false_puts_an_instance_outside_even_if_another_is_undecided():
    statement = state(x > 5, {"x": "real"}, {"positive": x > 0, "logarithm": log(x) > 0})
    assert judge(statement, {"x": "-1"}).verdict == "outside"


def test_the_precision_is_raised_while_that_may_help():
    close = Rational(10**60 + 1, 10**60)  # e^(10^-60) is larger by 10^-120 / 2 only
    statement = state(exp(x) > close, {"x": "real"})
    judgement = judge(statement, {"x": f"1/{10**60}"}, bits=64)
    assert judgement.verdict == "true"
    assert judgement.bits >= 512


def test_the_precision_has_a_bound_and_is_put_back():
    before = ctx.prec
    equal = state(log(x * x) <= 2 * log(x), {"x": "real"})
    judgement = judge(equal, {"x": "3"}, bits=64, most_bits=256)
    assert (judgement.verdict, judgement.bits) == ("undecided", 256)
    assert ctx.prec == before


def test_exact_instances_are_judged_once():
    calls = []

    class Counting(dict):
        def __getitem__(self, key):
            calls.append(key)
            return super().__getitem__(key)

    judgement = judge(state(1 / x > 0, {"x": "real"}), Counting(x="0"))
    assert (judgement.verdict, judgement.bits, calls) == ("undecided", 128, ["x"])


@pytest.mark.parametrize("raw", [{}, {"x": "1", "y": "2"}, {"x": 0.5}, {"x": True}, {"x": "a"}, {"x": None}])
def test_malformed_instances_are_refused(raw):
    with pytest.raises(InstanceError):
        judge(BOUNDED, raw)


CONTROLLED = state(x * y < 1, {"x": "real", "y": "real"}, {"x-small": x < 1, "y-small": y <= 1, "y-positive": y > 0})


@pytest.mark.parametrize(
    ("raw", "bit", "why"),
    [
        ({"x": "2", "y": "1"}, True, "without 'x-small'"),
        ({"x": "1/2", "y": "1"}, False, "not certainly false"),
        ({"x": "2", "y": "3"}, False, "y-small"),
        ({"x": "2", "y": "1/4"}, False, "claim is true"),
    ],
)
def test_a_control_bites_only_if_one_assumption_and_the_claim_are_false(raw, bit, why):
    found, message = bites(judge(CONTROLLED, raw), "x-small")
    assert found is bit
    assert why in message


def test_an_undecided_claim_does_not_bite():
    statement = state(log(x) < 1, {"x": "real"}, {"large": x > 1})
    found, message = bites(judge(statement, {"x": "-1"}), "large")
    assert not found
    assert "undecided" in message


def test_certificates_hold_everything_that_was_worked_out():
    half = defined("h", "real", x / 2, "half")
    statement = state(symbols("h") < 1, {"x": "real"}, {"low": x > 0}, [half])
    (certificate,) = certificates(statement, judge(statement, {"x": "3/2"}), "case")
    assert certificate == {
        "kind": "instance", "statement_sha256": statement.sha256, "role": "case", "drops": None, "raw": {"x": "3/2"},
        "values": {"h": "3/4"}, "assumptions": {"low": True}, "claim": True,
    }  # fmt: skip


def test_a_ball_is_written_as_an_enclosure():
    statement = state(y > 2, {"x": "real"}, more=[defined("y", "real", exp(x), "exponential")])
    (certificate,) = certificates(statement, judge(statement, {"x": "1"}), "case")
    ends = certificate["values"]["y"]
    assert set(ends) == {"lo", "hi"}
    low, high = (Rational(ends[end]) for end in ("lo", "hi"))
    assert low < Rational("2.718281828459045235361") < high + Rational(1, 10**20)
    assert low < high < low + Rational(1, 10**30)


def test_explorations_come_with_the_instances_that_needed_them():
    sorts = {"network": "network", "events": "events", "semantics": "choice"}
    rest = computed("rest", "tuple", "spiking.rest_states", ["network", "events", "semantics"], "rest states")
    statement = state(Eq(n, 1), sorts, more=[rest, computed("n", "integer", "sets.size", ["rest"], "their number")])
    network = {"weights": [[0]], "threshold": [1], "potential": [0], "lower": [0], "upper": [1]}
    raw = {"network": network, "events": [[0, 1]], "semantics": "instant"}
    kinds = [c["kind"] for c in certificates(statement, judge(statement, raw), "case")]
    assert kinds == ["instance", "exploration"]
