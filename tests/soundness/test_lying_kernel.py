"""A kernel that lies, and checks that change what they have yielded: the independent checker must notice."""

from __future__ import annotations

import pytest
from corpus import attach, results_of, state, verdict_of
from flint import fmpq
from sympy import Eq, Symbol, symbols

from verify import Claim, Family, Inertia, Rank, Roots, Step, UniqueZero, axis, computed, quantities
from verify.decide import identities, inertia, instances, roots, smt, zeros
from verify.decide import rank as ranks
from verify.evidence import CheckResult, Decision

x, n = symbols("x n")
REAL = {"x": "real"}
PAIR = {"weights": [[0, -1], [-1, 0]], "threshold": [1, 1], "potential": [1, 1], "lower": [0, 0], "upper": [1, 1]}


def race(claim):
    """A statement about the outcomes of a race between two neurons: there are two of them."""
    return state(
        claim,
        {"network": "network", "events": "events", "semantics": "choice", "fair": "boolean"},
        more=[
            computed("outcomes", "tuple", "spiking.outcomes", ["network", "events", "semantics", "fair"], "outcomes"),
            computed("n", "integer", "sets.size", ["outcomes"], "their number"),
        ],
    )


RACE = {"network": PAIR, "events": [], "semantics": "instant", "fair": True}


@pytest.mark.parametrize(
    ("name", "lie"),
    [("sets.size", lambda _, elements: 1), ("spiking.outcomes", lambda _, *arguments: ((0, 1),))],
)
def test_a_wrong_fast_definition_is_noticed(monkeypatch, name, lie):
    quantities.lookup(name)
    monkeypatch.setitem(quantities._FUNCTIONS, name, lie)
    verdict = verdict_of(attach(race(Eq(n, 1)), "certificate", RACE))
    assert verdict.outcome == "error"
    assert "rechecker rejects" in verdict.reason


def test_a_wrong_fast_definition_is_noticed_in_a_family(monkeypatch):
    quantities.lookup("sets.size")
    monkeypatch.setitem(quantities._FUNCTIONS, "sets.size", lambda _, elements: 1)
    family = Family({**RACE, "fair": axis("fair")}, {"fair": [True]})
    assert verdict_of(attach(race(Eq(n, 1)), "exhaustive", family)).outcome == "error"


def test_a_lie_that_refutes_is_noticed(monkeypatch):
    quantities.lookup("sets.size")
    monkeypatch.setitem(quantities._FUNCTIONS, "sets.size", lambda _, elements: 7)
    assert verdict_of(attach(race(Eq(n, 2)), "certificate", RACE)).outcome == "error"


def test_a_solver_that_always_says_yes_is_noticed(monkeypatch):
    def yes(sorts, hypotheses, conclusion, **_):
        certificate = {
            "kind": "smt", "symbols": [[*pair] for pair in sorts], "hypotheses": hypotheses, "conclusion": conclusion,
            "model": {name: "1" for name, _ in sorts},
        }  # fmt: skip
        return Decision(True, "yes", certificate)

    monkeypatch.setattr(smt, "decide", yes)
    assert verdict_of(attach(state(x > 3, REAL), "proof", Claim("smt"))).outcome == "error"


def test_an_identity_that_is_none_is_noticed(monkeypatch):
    def yes(equations):
        return Decision(True, "yes", {"kind": "identity", "equations": [[*pair] for pair in equations]})

    monkeypatch.setattr(identities, "decide", yes)
    assert verdict_of(attach(state(Eq(x, x**2), REAL), "proof", Claim("identity"))).outcome == "error"


LIES = {
    "inertia": (Inertia([[1, 2], [2, 1]], (2, 0, 0)), {(inertia, "of_exact"): lambda matrix: (2, 0, 0)}),
    "rank": (
        Rank([[x, x**2], [2, x]], 1),
        {(ranks, "_pivots"): lambda matrix: [0], (ranks, "_is_taken_to_zero"): lambda row, vector: True},
    ),
    "roots": (Roots(x**2 - 2, x, [1]), {(roots, "isolate"): lambda *_: [(fmpq(1), fmpq(2), 1)]}),
    "roots that are double": (Roots(x**2 - 2, x, [2]), {(roots, "isolate"): lambda *_: [(fmpq(1), fmpq(2), 2)]}),
    "zero": (UniqueZero({x: (0, 1)}, [x**3 - x / 9]), {(zeros, "krawczyk"): lambda *_: True}),
}


@pytest.mark.parametrize("kind", LIES)
def test_a_procedure_that_always_says_yes_is_noticed(monkeypatch, kind):
    obligation, lies = LIES[kind]
    statement = state(Eq(x, x**2), REAL)
    honest = attach(statement, "argument", Step("honestly", [obligation]))
    assert verdict_of(honest).outcome == "inconclusive"
    for (module, name), lie in lies.items():
        monkeypatch.setattr(module, name, lie)
    verdict = verdict_of(attach(statement, "argument", Step("by a lie", [obligation])))
    assert verdict.outcome == "error"
    assert "rechecker rejects" in verdict.reason


def test_a_judge_that_calls_false_true_is_noticed(monkeypatch):
    honest = instances.judge

    def judge(statement, raw, **options):
        found = honest(statement, raw, **options)
        return instances.Judgement("true", found.evaluation, found.bits)

    monkeypatch.setattr(instances, "judge", judge)
    assert verdict_of(attach(state(x > 3, REAL), "certificate", {"x": "1"})).outcome == "error"


def test_quantities_that_are_not_of_their_sort_are_refused(monkeypatch):
    monkeypatch.setitem(quantities._FUNCTIONS, "sets.size", lambda _, elements: True)
    (result,) = results_of(attach(race(Eq(n, 1)), "certificate", RACE))
    assert result.outcome == "error"
    assert "not of the sort" in result.message


def test_a_number_is_no_truth_value_even_where_a_definition_says_so():
    """spiking.size gives 2: in a conjunction it must not pass for true."""
    claimed = computed("claimed", "boolean", "spiking.size", ["network"], "so it says")
    statement = state(Symbol("claimed"), {"network": "network"}, more=[claimed])
    assert verdict_of(attach(statement, "certificate", {"network": PAIR})).outcome == "error"


def test_a_check_that_changes_what_it_yielded_changes_nothing():
    instance = {"t": [["1"], ["2"]]}
    statement = state(Eq(n, 2), {"t": "tuple"}, more=[computed("n", "integer", "sets.size", ["t"], "size")])

    def check():
        yield instance
        instance["t"].append(["3"])

    statement.certificate(check)
    (result,) = results_of(statement)
    assert (result.outcome, result.recheck) == ("certified", "accepted")
    assert result.certificates[0]["raw"] == {"t": [["1"], ["2"]]}


def test_certificates_that_were_not_replayed_support_nothing():
    from verify.decide.verdict import conclude

    def result(recheck):
        return CheckResult("c", "proof", "proved", recheck=recheck, details={"witness": True}, certificates=[{}])

    assert [conclude("proved", False, [result(r)]).outcome for r in ("accepted", "not-replayed", "rejected", None)] == [
        "proved", "inconclusive", "error", "inconclusive",
    ]  # fmt: skip
