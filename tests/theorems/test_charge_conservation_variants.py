"""False variants of the statements on charge-conserving networks: their own checks must not let these pass."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from sympy import And, Eq, Equivalent, Implies, Max, Min, Not, ceiling, floor
from varying import outcome, variant

from verify.evidence import LEVELS
from verify.networks.spiking import explore_network
from verify.run import library
from verify.run.execute import run_check
from verify.run.worker import _statements
from verify.statement import Statement


def load(module: str) -> Statement:
    (statement,) = _statements(f"theorems.charge_conservation.{module}")
    return statement


def symbols(module: str) -> Any:
    return import_module(f"theorems.charge_conservation.{module}")


def test_a_ceiling_in_place_of_the_floor_is_refuted() -> None:
    m = symbols("single_neuron_terminal")
    claim = Equivalent(Not(m.plus | m.minus), Eq(m.count, Min(Max(ceiling(m.level), m.lower), m.upper)))
    assert outcome(variant(m.neuron, claim=claim)) == "refuted"


@pytest.mark.parametrize("assumption", ["conservation", "bounds", "rest-rule"])
def test_the_single_neuron_without_an_assumption_is_refuted(assumption: str) -> None:
    assert outcome(variant(load("single_neuron_terminal"), drop=assumption)) == "refuted"


def test_a_window_of_two_thresholds_is_not_unique() -> None:
    m = symbols("rest_window")
    assert outcome(variant(m.window, claim=Implies(m.length <= 2, m.number <= 1))) == "refuted"


def test_rounding_is_not_half_down() -> None:
    m = symbols("half_threshold_rounding")
    half_down = Min(Max(ceiling(m.q / m.theta - Fraction(1, 2)), m.lower), m.upper)
    assert outcome(variant(m.rounding, claim=Eq(m.count, half_down))) == "refuted"


def test_half_the_error_bound_is_refuted() -> None:
    m = symbols("half_threshold_rounding")
    assert (
        outcome(variant(m.rounding, claim=Implies(m.unsaturated, m.theta * m.count - m.q <= m.theta / 4))) == "refuted"
    )


@pytest.mark.parametrize("weight", [1, "1/2"])
def test_self_loops_are_not_unique_up_to_a_positive_weight(weight: Any) -> None:
    m = symbols("self_loop_analysis")
    claim = Implies(And(m.w <= weight if weight == 1 else 2 * m.w <= 1, m.rests, m.other), Eq(m.s, m.t))
    assert outcome(variant(m.loop, claim=claim)) == "refuted"


def test_exactly_one_rest_state_at_weight_three_is_refuted() -> None:
    m = symbols("self_loop_analysis")
    assert outcome(variant(m.loop, claim=Implies(Eq(m.w, 3), Equivalent(m.rests, Eq(m.s, -floor(m.a)))))) == "refuted"


@pytest.mark.parametrize(
    ("module", "assumption"),
    [
        ("dag_timing_invariance", "acyclic"),
        ("dag_timing_invariance", "fairness"),
        ("minimal_constraints", "acyclic"),
        ("monotone_confluence", "positive-events"),
        ("monotone_confluence", "charged-start"),
        ("plain_if_order_range", "small-charges"),
        ("leak_critical_gap", "decay"),
        ("qann_correspondence", "half-up"),
        ("acyclic_iff", "chordless-cycle"),
    ],
)
def test_without_an_assumption_the_control_becomes_a_counterexample(module: str, assumption: str) -> None:
    statement = load(module)
    (control, *_) = [check for check in statement.checks if check.drops == assumption]
    changed = variant(statement, drop=assumption)
    changed.checks.clear()
    changed.certificate(control.function)
    assert outcome(changed) == "refuted"


def test_the_least_number_of_spikes_is_not_the_bound() -> None:
    m = symbols("dag_spike_count")
    assert outcome(variant(m.spikes, claim=Eq(m.LEAST.symbol, m.BOUND.symbol))) == "refuted"
    assert outcome(variant(m.spikes, claim=m.MOST.symbol <= m.NET.symbol)) == "refuted"


def test_every_fixed_point_is_not_reachable() -> None:
    m = symbols("terminal_iff_fixed_point")
    assert outcome(variant(m.fixed, claim=Eq(m.OUTCOMES.symbol, m.FIXED.symbol))) == "refuted"


def test_a_positive_loop_is_not_deterministic_and_a_negative_one_need_not_rest() -> None:
    m = symbols("two_neuron_loops")
    assert outcome(variant(m.loops, claim=Implies(m.product > 0, Eq(m.number, 1)))) == "refuted"
    assert outcome(variant(m.loops, claim=Implies(m.product < 0, Eq(m.number, 1)))) == "refuted"


def test_the_rules_on_signed_cycles_cannot_be_exchanged() -> None:
    m = symbols("signed_cycle_classification")
    assert outcome(variant(m.signed, claim=Implies(Not(m.POSITIVE.symbol), m.CAN_REST.symbol))) == "refuted"
    assert outcome(variant(m.signed, claim=Implies(Not(m.NEGATIVE.symbol), m.NUMBER_AT_REST.symbol <= 1))) == "refuted"


def test_monotone_networks_do_not_reach_the_greatest_fixed_point() -> None:
    pair = {"weights": [["1/2", "1/3"], ["1/2", "1/4"]], "threshold": [1, 1], "potential": [0, 0]}
    pair |= {"lower": [0, 0], "upper": [9, 9]}
    found = explore_network(pair, [[0, "3/2"], [1, 1]], "delayed")
    assert [counts for counts, _, _ in found.rest] == [(4, 3)]
    assert len(found.graph.states) == 126


def test_every_index_entry_reaches_its_declared_level_by_name() -> None:
    rows, unknown = library.indexed()
    assert not unknown
    assert sum(row["area"] == "charge conservation" for row in rows) == 20
    assert {row["declared"] for row in rows} <= {*LEVELS, "refuted"}
    refuted = [row for row in rows if row["declared"] == "refuted"]
    assert all(row["variant"] == "as-published" for row in refuted)


def test_the_census_is_that_of_the_certificate() -> None:
    """U one outcome, M several, N none; suffix L a fair livelock."""
    statement = load("two_neuron_loops")
    (check,) = [check for check in statement.checks if check.name == "census"]
    result = run_check(statement, check, seed=0, bits=128)
    table: dict[tuple[str, bool, str], dict[str, int]] = {}
    for tally in result.details["tallies"]:
        assert tally["quantities"] == ["semantics", "w12", "w21", "positive_events", "number", "livelock"]
        for (semantics, w12, w21, positive, number, livelock), times in tally["counts"]:
            family = {0: "EE", 1: "EI", 2: "II"}[w12.startswith("-") + w21.startswith("-")]
            label = ("N" if number == "0" else "U" if number == "1" else "M") + ("L" if livelock else "")
            row = table.setdefault((family, positive, semantics), {})
            row[label] = row.get(label, 0) + times
    assert table == {
        ("EE", True, "instant"): {"U": 120},
        ("EE", True, "delayed"): {"U": 120},
        ("EE", False, "instant"): {"U": 45, "M": 27},
        ("EE", False, "delayed"): {"U": 23, "UL": 22, "ML": 27},
        ("II", True, "instant"): {"U": 86, "M": 34},
        ("II", True, "delayed"): {"U": 71, "UL": 15, "ML": 34},
        ("II", False, "instant"): {"U": 66, "M": 6},
        ("II", False, "delayed"): {"U": 38, "UL": 28, "ML": 6},
        ("EI", True, "instant"): {"U": 201, "NL": 39},
        ("EI", True, "delayed"): {"U": 115, "UL": 86, "NL": 39},
        ("EI", False, "instant"): {"U": 123, "UL": 4, "NL": 17},
        ("EI", False, "delayed"): {"U": 52, "UL": 75, "NL": 17},
    }
