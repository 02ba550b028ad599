"""From the results of checks to a verdict."""

from __future__ import annotations

import pytest
from stating import state
from sympy import symbols

from verify.decide.verdict import conclude, universal_scope
from verify.evidence import LEVELS, CheckResult, at_least, weakest

x = symbols("x")


def result(outcome, kind="proof", *, witness=False, recheck="accepted", drops=None):
    unreplayable = outcome in ("supported", "observed", "inconclusive")
    replayed = None if unreplayable else recheck
    details = {"witness": True} if witness else {}
    name, certificates = f"{kind}-{outcome}", [] if unreplayable else [{"kind": "smt"}]
    return CheckResult(
        name, kind, outcome, outcome, recheck=replayed, drops=drops, details=details, certificates=certificates
    )


PROVED = result("proved", witness=True)
REDUCED = result("reduced", "argument")
CASE = result("certified", "certificate", witness=True)
BIT = result("bit", "control", drops="a")
SEARCH = result("supported", "search", witness=True)


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([PROVED, BIT], "proved"),
        ([CASE, REDUCED, BIT], "reduced"),
        ([REDUCED, BIT], "vacuous"),
        ([REDUCED, SEARCH, BIT], "supported"),
        ([CASE, SEARCH, BIT], "certified"),
        ([PROVED], "vacuous"),
        ([PROVED, result("not-bitten", "control", drops="a")], "vacuous"),
        ([PROVED, BIT, result("not-bitten", "control", drops="a")], "vacuous"),
        ([PROVED, BIT, result("refuted", "certificate")], "refuted"),
        ([PROVED, BIT, result("refuted", "search")], "refuted"),
        ([PROVED, BIT, result("error", "figure", recheck=None)], "error"),
        ([result("refuted", "search"), result("error", "figure", recheck=None)], "refuted"),
        ([PROVED, BIT, result("inconclusive", "search")], "proved"),
        ([result("proved", witness=True, recheck="rejected"), BIT], "error"),
        ([result("refuted", "certificate", recheck="rejected"), BIT], "error"),
        ([PROVED, result("bit", "control", drops="a", recheck="rejected")], "error"),
        ([PROVED, result("bit", "control", drops="a", recheck="not-replayed")], "vacuous"),
        ([result("proved", witness=True, recheck="not-replayed"), CASE, BIT], "certified"),
        ([REDUCED, result("certified", "certificate", witness=True, recheck="not-replayed"), BIT], "vacuous"),
        ([result("inconclusive"), BIT], "inconclusive"),
        ([result("true"), BIT], "inconclusive"),
        ([result("observed", "experiment"), BIT], "vacuous"),
        ([result("observed", "experiment"), CASE, BIT], "certified"),
        ([BIT], "inconclusive"),
    ],
)
def test_outcomes_of_a_statement_with_assumptions(results, outcome):
    assert conclude("proved", True, results).outcome == outcome
    assert conclude("proved", True, results[::-1]).outcome == outcome


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([], "inconclusive"),
        ([PROVED], "proved"),
        ([REDUCED], "vacuous"),
        ([REDUCED, CASE], "reduced"),
        ([SEARCH], "supported"),
        ([result("observed", "experiment")], "observed"),
    ],
)
def test_outcomes_of_a_statement_without_assumptions(results, outcome):
    assert conclude("proved", False, results).outcome == outcome


def test_necessary_are_only_the_assumptions_whose_controls_bit_and_were_replayed():
    more = [
        result("bit", "control", drops="b", recheck="not-replayed"),
        result("not-bitten", "control", drops="c"),
        result("bit", "control", drops="d"),
    ]
    assert conclude("proved", True, [PROVED, BIT, *more]).necessary == {"a", "d"}


@pytest.mark.parametrize("declared", [*LEVELS, "refuted"])
@pytest.mark.parametrize("outcome", [*LEVELS, "refuted"])
def test_a_declaration_is_met_by_what_is_as_strong(declared, outcome):
    verdict = conclude(declared, False, [result(outcome, witness=True), CASE if outcome == "reduced" else SEARCH])
    if outcome in ("refuted", *LEVELS[:4]):
        assert verdict.outcome == outcome
    met = verdict.outcome == "refuted" if declared == "refuted" else at_least(verdict.outcome, declared)
    assert verdict.meets is met


def test_failures_meet_nothing():
    for outcome in ("inconclusive", "refuted", "vacuous", "error"):
        assert not any(at_least(outcome, level) for level in LEVELS)
    assert weakest(["proved", "observed", "reduced"]) == "observed"
    assert weakest(["proved", "error"]) == "error"
    assert weakest([]) is None


def test_the_scope_of_a_universal_statement_names_its_sorts_and_assumptions():
    statement = state(x > 0, {"x": "real", "k": "natural"}, {"large": x > 1})
    assert universal_scope(statement) == "all real x; all integers k >= 0, under large"


def test_a_search_alone_supports_a_conjecture_with_assumptions():
    """A search evaluates the statement itself; whatever stands beside it needs a control that bites."""
    searched = CheckResult("draws", "search", "supported", "none found", details={"witness": True})
    assert conclude("supported", True, [searched]).outcome == "supported"
    proved = CheckResult("solver", "proof", "proved", "unsat", certificates=[{}], recheck="accepted")
    assert conclude("proved", True, [searched, proved]).outcome == "vacuous"
    measured = CheckResult("runs", "experiment", "observed", "agrees", details={"witness": True})
    open_one = CheckResult("cases", "certificate", "inconclusive", "undecided")
    for others in ([measured], [searched, measured], [open_one], []):
        assert conclude("observed", True, others).outcome == "vacuous"
