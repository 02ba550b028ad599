"""The solver's answers, against enumeration where that is possible."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import And, Eq, Equivalent, Implies, Max, Min, Ne, Not, Or, Piecewise, Rational, ceiling, floor, sign

from verify import recheck
from verify.arithmetic import exact, read_parameter
from verify.decide.claims import digest
from verify.decide.smt import decide
from verify.expressions import canonical, evaluate

x, y, z, n, p, q = sympy.symbols("x y z n p q")
REAL, INTEGER = {"x": "real", "y": "real"}, {"x": "integer", "y": "integer"}


def ask(sorts, conclusion, *hypotheses, **options):
    return decide(list(sorts.items()), [canonical(h) for h in hypotheses], canonical(conclusion), **options)


@pytest.mark.parametrize(
    ("sorts", "conclusion", "hypotheses"),
    [
        (REAL, x**2 + y**2 >= 2 * x * y, []),
        (REAL, Eq(Max(x, 0) - Max(-x, 0), x), []),
        (REAL, sympy.Abs(x + y) <= sympy.Abs(x) + sympy.Abs(y), []),
        (REAL, And(floor(x) <= x, x < floor(x) + 1, ceiling(x) >= x, x > ceiling(x) - 1), []),
        (REAL, Eq(floor(x + y) + ceiling(-x - y), 0, evaluate=False), []),
        (REAL, Eq(sign(x) * sympy.Abs(x), x), []),
        (REAL, x * y > 0, [x > 0, y > 0]),
        (REAL, Eq(Min(x, y) + Max(x, y), x + y), []),
        (REAL, Eq(Piecewise((x, x > y), (y, True)), Max(x, y)), []),
        ({"x": "positive"}, x + 1 / x >= 2, []),
        (INTEGER, x**2 >= x, []),
        (INTEGER, Ne(2 * x, 2 * y + 1), []),
        ({"x": "natural"}, x >= 0, []),
        ({"x": "nonnegative"}, x + 1 > 0, []),
        ({"p": "boolean", "q": "boolean"}, Equivalent(Not(And(p, q)), Or(Not(p), Not(q)), evaluate=False), [Or(p, q)]),
    ],
)
def test_true_ones_have_certificates_that_are_replayed(sorts, conclusion, hypotheses):
    decision = ask(sorts, conclusion, *hypotheses)
    assert decision.truth is True, decision.reason
    env = {name: read_parameter(name, sort, decision.certificate["model"][name]) for name, sort in sorts.items()}
    assert all(evaluate(canonical(h), env) is True for h in hypotheses)
    claim = ["eq", ["num", "1"], ["num", "1"]]
    form = {"id": "s", "quantifier": "for-all", "symbols": [], "assumptions": [], "claim": claim}
    bound = {**decision.certificate, "target": "obligation", "statement_sha256": digest(form)}
    assert recheck.replay(bound, form).status == "accepted"


@pytest.mark.parametrize(
    ("sorts", "conclusion", "hypotheses"),
    [
        (REAL, x**2 >= x, []),
        (REAL, Ne(2 * x, 1), []),
        (REAL, Eq(floor(x + y), floor(x) + floor(y)), []),
        (REAL, Eq(floor(x + Rational(1, 2)), ceiling(x - Rational(1, 2))), []),
        (REAL, x * y > 0, [x > 0]),
        (REAL, x < y, [x <= y]),
        (INTEGER, Implies(x < y, x + 1 < y), []),
        ({"x": "natural"}, x > 0, []),
        ({"x": "nonnegative"}, x > 0, []),
        ({"x": "positive"}, x >= 1, []),
        ({"x": "integer", "y": "real"}, Ne(x, y), []),
        ({"p": "boolean", "q": "boolean"}, Implies(Or(p, q), And(p, q)), []),
    ],
)
def test_false_ones_have_counterexamples(sorts, conclusion, hypotheses):
    decision = ask(sorts, conclusion, *hypotheses)
    assert decision.truth is False, decision.reason
    env = {name: read_parameter(name, sort, decision.counterexample[name]) for name, sort in sorts.items()}
    assert evaluate(canonical(conclusion), env) is False
    assert all(evaluate(canonical(h), env) is True for h in hypotheses)


@pytest.mark.parametrize(
    ("conclusion", "hypotheses", "reason"),
    [
        (x > 5, [x > 1, x < 1], "contradict"),
        (x > 5, [Eq(x**2, 2), x < 0, x > -1], "contradict"),
        (sympy.exp(x) > 0, [], "language"),
        (sympy.sqrt(x) >= 0, [], "language"),
        (x**y > 0, [], "language"),
        (x**40 >= 0, [], "language"),
        (Eq(z / y, 1), [Eq(y, z)], "confirmed"),
        (Ne(x**2, 2), [], "confirmed"),
        (x**3 < 3, [Eq(x**2, 2)], "model"),
    ],
)
def test_undecidable_ones_are_undecided(conclusion, hypotheses, reason):
    decision = ask({"x": "real", "y": "real", "z": "real"}, conclusion, *hypotheses)
    assert decision.truth is None
    assert reason in decision.reason
    assert decision.certificate is decision.counterexample is None


def test_what_takes_too_long_is_undecided():
    sorts = dict.fromkeys(["x", "y", "z"], "integer")
    assert ask(sorts, Ne(x**3 + y**3 + z**3, 114), timeout_ms=200).truth is None


def test_the_empty_set_of_hypotheses_needs_a_model_of_the_sorts_only():
    assert ask({}, Eq(sympy.Integer(1), 1, evaluate=False)).truth is True


@pytest.mark.parametrize(
    ("sorts", "form"),
    [
        ([("p", "boolean")], ["eq", ["sym", "p"], ["num", "1"]]),
        ([("p", "boolean")], ["le", ["add", ["sym", "p"], ["sym", "p"]], ["num", "2"]]),
        ([("p", "boolean"), ("q", "boolean")], ["eq", ["sym", "p"], ["sym", "q"]]),
        ([("x", "real")], ["and", ["sym", "x"], ["eq", ["sym", "x"], ["sym", "x"]]]),
        ([("x", "real")], ["sym", "x"]),
        ([("x", "real")], ["le", ["sym", "y"], ["sym", "y"]]),
        ([("x", "real"), ("x", "integer")], ["le", ["sym", "x"], ["sym", "x"]]),
        ([("x", "network")], ["true"]),
        ([("x", "real")], ["eq", ["sym", "x"]]),
    ],
)
def test_ill_typed_formulas_are_undecided_whatever_the_solver_makes_of_them(sorts, form):
    assert decide(sorts, [], form).truth is None


terms = st.recursive(
    st.sampled_from([["sym", "x"], ["sym", "y"], ["num", "1"], ["num", "-2"], ["num", "1/2"]]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: ["add", *t]),
        inner.map(lambda t: ["mul", ["num", "3"], t]),
        inner.map(lambda t: ["mul", ["num", "1/2"], t]),
        inner.map(lambda t: ["floor", t]),
        inner.map(lambda t: ["ceiling", t]),
        inner.map(lambda t: ["abs", t]),
        inner.map(lambda t: ["sign", t]),
        st.tuples(inner, inner).map(lambda t: ["max", *t]),
        st.tuples(inner, inner).map(lambda t: ["min", *t]),
    ),
    max_leaves=4,
)
relations = st.tuples(st.sampled_from(["eq", "ne", "lt", "le"]), terms, terms).map(list)


@given(relations, relations)
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
def test_over_a_small_box_of_integers_the_solver_agrees_with_enumeration(hypothesis, conclusion):
    box = [["le", ["num", "-2"], ["sym", v]] for v in "xy"] + [["le", ["sym", v], ["num", "2"]] for v in "xy"]
    inside = [{"x": a, "y": b} for a, b in product(range(-2, 3), repeat=2)]
    met = [env for env in inside if evaluate(hypothesis, env)]
    expected = all(evaluate(conclusion, env) for env in met) if met else None
    decision = decide([("x", "integer"), ("y", "integer")], [*box, hypothesis], conclusion)
    assert decision.truth is expected, (hypothesis, conclusion, decision)


def test_counterexamples_are_exact():
    decision = ask({"x": "real"}, Ne(3 * x, 1))
    assert exact(decision.counterexample["x"]) == exact("1/3")
