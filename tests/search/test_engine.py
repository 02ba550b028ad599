"""The search: what it finds is certified, small and repeatable; what it does not find it accounts for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import And, Eq, Ne, Or, symbols

from verify import Statement, computed, defined, parameter
from verify.decide.instances import judge
from verify.errors import StatementError
from verify.search.account import Account
from verify.search.draws import Draw
from verify.search.engine import Finding, Hunter, falsify, search_check
from verify.search.shrink import complexity, steps
from verify.search.tapes import values_from_json, values_of

X, Y = parameter("x", "real", "a number"), parameter("y", "real", "a number")
x, y = symbols("x y")
NETWORK = parameter("network", "network", "a network")
DATA = parameter("data", "data", "inputs and targets")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "the loss")


def scalar(claim: Any, assume: Any = None, lo: Any = -3, hi: Any = 3) -> Statement:
    """A statement about two numbers, with its draw."""
    made = Statement("toy-numbers", title="Two numbers", quantities=[X, Y], assume=assume or {}, claim=claim)

    @made.search
    def numbers(draw: Draw) -> dict[Any, Any]:
        return {X: draw.rational(lo, hi), Y: draw.rational(lo, hi)}

    return made


def assert_minimal(finding: Finding) -> None:
    """No single step of shrinking from the counterexample leaves one."""
    found = finding.counterexample
    assert found is not None
    assert found.minimal
    hunter = Hunter(finding.statement, search_check(finding.statement))
    tape = hunter.refuting_tape(values_from_json(found.choices))
    assert tape is not None
    for values in steps(tape):
        other = hunter.refuting_tape(values)
        assert other is None or complexity(other) >= complexity(tape), (values_of(tape), values)


def test_a_false_inequality_gives_its_simplest_counterexample() -> None:
    finding = falsify(scalar(x * y < 2), rounds=4)
    assert finding.counterexample is not None
    assert finding.counterexample.raw == {"x": "1", "y": "2"}
    assert_minimal(finding)


def test_a_counterexample_is_certified_by_the_kernel() -> None:
    statement = scalar(x**2 + y**2 < 10)
    finding = falsify(statement, rounds=4)
    assert finding.counterexample is not None
    assert judge(statement, finding.counterexample.raw).verdict == "false"
    (certificate,) = finding.counterexample.certificates
    assert certificate["role"] == "counterexample"


def test_a_thin_violation_set_is_reached_by_descent() -> None:
    """A disc of radius 1/1000 around (e, -1/pi) or so: a share of 1e-7 of the square."""
    centre = Fraction(27183, 10000), Fraction(-31831, 100000)
    distance = (x - centre[0]) ** 2 + (y - centre[1]) ** 2
    finding = falsify(scalar(distance * 10**6 > 1), rounds=8)
    assert finding.refuted
    assert_minimal(finding)


def test_a_violation_of_measure_zero_is_reached_exactly() -> None:
    """Only on the parabola y = x^2 + 1/7 with x = 3/7 is the claim false: at one point."""
    gap = (y - x**2 - Fraction(1, 7)) ** 2 + (x - Fraction(3, 7)) ** 2
    finding = falsify(scalar(gap > 0), rounds=8)
    assert finding.counterexample is not None
    assert finding.counterexample.raw == {"x": "3/7", "y": "16/49"}


def test_an_equation_that_fails_is_refuted_exactly() -> None:
    finding = falsify(scalar(Eq((x + y) ** 2, x**2 + y**2)), rounds=2)
    assert finding.counterexample is not None
    assert finding.counterexample.raw == {"x": "1", "y": "1"}


def test_true_claims_are_not_refuted_and_accounted_for() -> None:
    finding = falsify(scalar(x**2 + y**2 >= 2 * x * y), rounds=6)
    assert not finding.refuted
    account = finding.account
    assert account.rounds == 6
    assert account.total("met") == account.total("draws") == 1 + 2 + 4 + 8 + 16 + 16
    assert account.total("screened") == 2048 * account.total("draws")
    assert account.smallest is not None
    assert abs(account.smallest) < 1e-6
    dense = account.tallies["dense"]
    assert dense.bound == pytest.approx(1 - 0.05 ** (1 / dense.draws))
    assert dense.bound_in_floats == pytest.approx(1 - 0.05 ** (1 / (dense.draws + 2048 * dense.draws)))
    assert account.warnings() == []


def test_equations_that_hold_are_not_suspected_for_rounding() -> None:
    finding = falsify(scalar(Eq((x + y) ** 3, x**3 + 3 * x**2 * y + 3 * x * y**2 + y**3)), rounds=4)
    assert not finding.refuted
    assert finding.account.unconfirmed == 0


def test_the_same_seed_gives_the_same_account() -> None:
    statement = scalar(x**2 * y**2 + 1 > x * y, lo=-2, hi=2)
    first, second = (falsify(statement, rounds=5, seed=7).account.to_json() for _ in range(2))
    assert first == second
    assert falsify(statement, rounds=5, seed=8).account.to_json() != first
    assert Account.of_json(first).to_json() == first


def test_rounds_may_be_played_in_any_order() -> None:
    statement = scalar(x + y < 5)
    hunter = Hunter(statement, search_check(statement))
    forward = [hunter.round(3, number).account.to_json() for number in range(4)]
    other = Hunter(statement, search_check(statement))
    backward = [other.round(3, number).account.to_json() for number in reversed(range(4))]
    assert forward == backward[::-1]


def test_a_network_is_shrunk_to_one_neuron_one_input_one_sample() -> None:
    claim = LOSS.symbol < 50
    statement = Statement("toy-loss", title="Losses", quantities=[NETWORK, DATA, LOSS], assume={}, claim=claim)

    @statement.search
    def networks(draw: Draw) -> dict[Any, Any]:
        network = draw.network(inputs=(1, 3), width=(1, 4), activation={"polynomial": ["0", "1"]})
        return {NETWORK: network, DATA: draw.data(network, samples=(1, 6))}

    finding = falsify(statement, rounds=6)
    assert finding.counterexample is not None
    layers = finding.counterexample.raw["network"]["layers"]
    assert [len(layers[0]), len(layers[0][0]), len(finding.counterexample.raw["data"]["inputs"])] == [1, 1, 1]
    assert_minimal(finding)


def test_claims_in_balls_are_certified() -> None:
    """tanh of rationals: the violation is certain, not exact."""
    statement = Statement(
        "toy-tanh", title="Losses of tanh", quantities=[NETWORK, DATA, LOSS], assume={}, claim=LOSS.symbol < 20
    )

    @statement.search
    def networks(draw: Draw) -> dict[Any, Any]:
        network = draw.network(inputs=(1, 2), width=(1, 3), activation="tanh")
        return {NETWORK: network, DATA: draw.data(network, samples=(2, 4))}

    finding = falsify(statement, rounds=6)
    assert finding.counterexample is not None
    assert "lo" in finding.counterexample.values["loss"]
    assert_minimal(finding)


def test_assumptions_that_reject_almost_everything_give_a_warning_with_their_names() -> None:
    narrow = {"near-five": ("x + y is near 5", And(x + y > Fraction(49, 10), x + y < Fraction(50, 10)))}
    finding = falsify(scalar(x < 3, narrow, lo=-50, hi=50), rounds=6)
    (warning,) = finding.account.warnings()
    assert "near-five" in warning
    assert "build instances" in warning


def test_assumptions_are_met_by_descent_before_the_claim_is_lowered() -> None:
    """Draws never meet the assumption, but floats get there."""
    ring = {"ring": ("in a narrow ring", And(x**2 + y**2 > 49, x**2 + y**2 < Fraction(4901, 100)))}
    finding = falsify(scalar(x < 6, ring, lo=-30, hi=30), rounds=10)
    assert finding.refuted


def test_draws_that_are_all_the_same_give_a_warning() -> None:
    statement = Statement("toy-same", title="One", quantities=[X], assume={}, claim=x < 2)

    @statement.search
    def always_one(draw: Draw) -> dict[Any, Any]:
        return {X: 1}

    (warning,) = falsify(statement, rounds=4).account.warnings()
    assert "same instance" in warning


def test_findings_show_themselves_shortly() -> None:
    assert repr(falsify(scalar(x * y < 10), rounds=1)).startswith(
        "<Finding toy-numbers: not refuted; 1 draws judged exactly"
    )
    finding = falsify(scalar(x * y < 2), rounds=4)
    shown = repr(finding.counterexample)
    assert shown.startswith('<Counterexample {"x":"1","y":"2"}, found by ')
    assert shown.endswith("steps of shrinking, minimal>")
    assert shown in repr(finding)
    assert len(repr(finding)) < 500


def test_draws_that_reject_themselves_are_counted() -> None:
    statement = Statement("toy-rejects", title="Rejects", quantities=[X], assume={}, claim=x < 100)

    @statement.search
    def often(draw: Draw) -> dict[Any, Any]:
        draw.assume(draw.randint(0, 3) == 0)
        return {X: draw.rational()}

    account = falsify(statement, rounds=6).account
    assert account.total("rejected") + account.total("met") == account.total("draws")
    assert account.total("rejected") > 0


def test_what_is_undecided_is_never_a_counterexample_or_a_pass() -> None:
    root = defined("root", "real", (x**2 + 1) ** Fraction(1, 2), "a root")
    statement = Statement(
        "toy-undecided", title="Undecided", quantities=[X, root], assume={}, claim=Eq(root.symbol**2, x**2 + 1)
    )

    @statement.search
    def numbers(draw: Draw) -> dict[Any, Any]:
        return {X: draw.rational(1, 3)}

    account = falsify(statement, rounds=3).account
    assert account.total("undecided") == account.total("draws")
    assert account.total("met") == 0


def test_branches_on_numbers_are_searched_without_floats() -> None:
    """The number goes through Python arithmetic: no placement, so draws are judged one by one."""
    statement = scalar(Ne(x, y))
    derived = Statement("toy-derived", title="Derived", quantities=[X, Y], assume={}, claim=Or(x < 4, y < 2))

    @derived.search
    def numbers(draw: Draw) -> dict[Any, Any]:
        a = draw.rational(0, 3)
        return {X: 2 * a, Y: a if a > 1 else 0}

    finding = falsify(derived, rounds=6)
    assert finding.counterexample is not None
    assert finding.counterexample.raw == {"x": "4", "y": "2"}
    assert falsify(statement, rounds=3).counterexample is not None


def test_existence_is_not_searched() -> None:
    made = Statement("toy-exists", title="Exists", quantities=[X], assume={}, claim=x > 0, quantifier="exists")
    made.search(lambda draw: {X: 1})
    with pytest.raises(StatementError, match="for all instances"):
        falsify(made)


def test_fewer_members_with_other_numbers_are_found() -> None:
    """Six numbers of [0, 4] with sum above 10: no step of shrinking leads from them to three larger ones."""
    total = computed("total", "real", "sets.distance", ["v", "zero"], "sum of absolute values")
    vector, zero = parameter("v", "tuple", "numbers"), parameter("zero", "tuple", "zeros")
    statement = Statement(
        "toy-sum", title="Sums", quantities=[vector, zero, total], assume={}, claim=total.symbol <= 10
    )

    @statement.search
    def vectors(draw: Draw) -> dict[Any, Any]:
        entries = draw.vector((1, 6), 0, 4)
        return {vector: entries, zero: [0] * len(entries)}

    finding = falsify(statement, rounds=8)
    assert finding.counterexample is not None
    assert sorted(map(int, finding.counterexample.raw["v"])) in ([3, 4, 4], [4, 4, 4])
    assert_minimal(finding)


def test_a_search_that_meets_the_assumptions_nowhere_ends_early() -> None:
    account = falsify(scalar(x < 3, {"nowhere": ("x^2 is negative", x**2 < 0)}), rounds=1000).account
    assert account.rounds == 24
    assert account.is_hopeless
    assert "nowhere" in account.warnings()[0]


def test_no_margin_contradicts_exact_arithmetic() -> None:
    """Beside 10^17 floats see a violation that is none."""
    big = defined("big", "real", x + 10**17, "a large number")
    statement = Statement(
        "toy-big", title="Big", quantities=[X, big], assume={}, claim=big.symbol - 10**17 + Fraction(1, 10) > x
    )
    statement.search(lambda draw: {X: draw.rational(0, 7)})
    finding = falsify(statement, rounds=6)
    assert not finding.refuted
    assert finding.account.smallest is not None
    assert finding.account.smallest >= 0


def test_why_all_draws_reject_themselves_is_told() -> None:
    statement = Statement("toy-none", title="None", quantities=[X], claim=x < 100)

    @statement.search
    def never(draw: Draw) -> dict[Any, Any]:
        draw.reject("there is no such network")

    (warning,) = falsify(statement, rounds=50).account.warnings()
    assert "there is no such network" in warning
