"""Identities in which exponentials and hyperbolic tangents of polynomials occur."""

from __future__ import annotations

import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Mul, Rational, Symbol, exp, log, sqrt, tanh

from verify.arithmetic import equal, exact, precision
from verify.decide.identities import decide
from verify.expressions import canonical, evaluate

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=100, database=None)
x, y = sympy.symbols("x y")
TINY = Rational(1, 10**60)
CUBIC, E27 = x**2 * y, exp(Rational(2, 7))


def sigmoid(t):
    return 1 / (1 + exp(-t))


def gelu_like(t):
    return t * sigmoid(t)


def truth(left, right):
    decision = decide([(canonical(left), canonical(right))])
    assert (decision.certificate is not None) == (decision.truth is True)
    return decision.truth


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Mul(exp(x), exp(y), evaluate=False), exp(x + y)),
        (exp(x * y) * exp(x), exp(x * (y + 1))),
        (exp(1) * exp(x - 1), exp(x)),
        (exp(x) ** -3 * exp(Rational(7, 2) * x), exp(x / 2)),
        (exp(x / 2) * exp(x / 3), exp(5 * x / 6)),
        (tanh(2 * x), 2 * tanh(x) / (1 + tanh(x) ** 2)),
        (tanh(x + y), (tanh(x) + tanh(y)) / (1 + tanh(x) * tanh(y))),
        (tanh(-x, evaluate=False), -tanh(x)),
        (tanh(CUBIC / 3 - Rational(1, 7)), (exp(2 * CUBIC / 3) - E27) / (exp(2 * CUBIC / 3) + E27)),
        (tanh(x / 2), 2 * sigmoid(x) - 1),
        (sigmoid(x) + sigmoid(-x), 1),
        (sympy.diff(sigmoid(x), x), sigmoid(x) * (1 - sigmoid(x))),
        (sympy.diff(tanh(x), x), 1 - tanh(x) ** 2),
        (sympy.diff(log(1 + exp(x)), x), sigmoid(x)),
        (sympy.diff(tanh(x), x, 3), (6 * tanh(x) ** 2 - 2) * (1 - tanh(x) ** 2)),
        (gelu_like(x) - gelu_like(-x), x),
        (Symbol("exp1") * exp(x), exp(x) * Symbol("exp1")),
        (exp(Symbol("exp0")) ** 2, exp(2 * Symbol("exp0"), evaluate=False)),
    ],
)  # fmt: skip
def test_true(left, right):
    form = canonical(left), canonical(right)
    assert decide([form]).truth is True
    assert truth(left, right + TINY) is not True
    assert truth(left * (1 + TINY), right) is not True


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (exp(x) * exp(y), exp(x * y)),
        (exp(x), exp(x) + TINY),
        (exp(x), exp(x + TINY)),
        (tanh(x), 2 * sigmoid(x) - 1),
        (tanh(x), x),
        (exp(x), 1 + x + x**2 / 2),
        (exp(x) ** 2, exp(x**2)),
        (Symbol("exp1") * exp(x), exp(x)),
        (Symbol("exp0") * exp(x), exp(x) ** 2),
        (exp(1), Rational(19, 7)),
        (exp(x - y), 1),
    ],
)
def test_false_comes_with_a_point(left, right):
    decision = decide([(canonical(left), canonical(right))])
    assert decision.truth is False
    point = {name: exact(value) for name, value in decision.counterexample.items()}
    assert all(value > 0 and value.q == 1 for value in point.values())
    with precision(512):
        assert equal(evaluate(canonical(left), point), evaluate(canonical(right), point)) is False


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (exp(x), exp(x) + Rational(1, 10**200)),
        (exp(exp(x)), exp(exp(x))),
        (exp(1 / x), exp(1 / x)),
        (tanh(tanh(x)), tanh(tanh(x))),
        (exp(sqrt(x)), exp(sqrt(x))),
        (sqrt(exp(x)), exp(x / 2)),
        (log(exp(x)), x),
        (exp(log(x), evaluate=False), x),
        (exp(300 * x), exp(x) ** 300),
    ],
)
def test_undecided(left, right):
    assert truth(left, right) is None


def test_a_denominator_that_is_identically_zero():
    form = ["pow", ["add", ["exp", ["sym", "x"]], ["mul", ["num", "-1"], ["exp", ["sym", "x"]]]], ["num", "-1"]]
    assert decide([(form, form)]).truth is None


def test_equations_are_decided_one_by_one():
    pairs = [(canonical(exp(x) ** 2), canonical(exp(2 * x))), (canonical(exp(x / 3)), canonical(exp(x / 6) ** 2))]
    assert decide(pairs).truth is True
    wrong = decide([*pairs, (canonical(exp(x)), canonical(x))])
    assert wrong.truth is False
    assert wrong.reason.startswith("equation 3")


arguments = st.sampled_from([x, y, x + y, -x, x / 2, 2 * y - x, x * y, x**2, sympy.Integer(1), Rational(-1, 3)])
expressions = st.recursive(
    st.one_of(
        st.builds(exp, arguments), st.builds(tanh, arguments), st.sampled_from([x, y, sympy.Integer(2), Rational(1, 2)])
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, n: a**n, inner, st.sampled_from([-1, 2, 3])),
    ),
    max_leaves=5,
)
points = st.fixed_dictionaries({name: st.fractions(-2, 2, max_denominator=5) for name in "xy"})


@given(expressions, expressions, st.lists(points, min_size=3, max_size=3))
@RANDOMLY
def test_true_and_false_are_borne_out_by_enclosures(left, right, places):
    if left.has(sympy.zoo, sympy.nan) or right.has(sympy.zoo, sympy.nan):
        return
    forms = canonical(left), canonical(right)
    decision = decide([forms])
    for place in places:
        point = {name: exact(str(value)) for name, value in place.items()}
        if decision.truth is True:
            assert equal(*(arb_or_none(form, point) for form in forms)) is not False


@given(expressions, st.lists(points, min_size=1, max_size=1))
@RANDOMLY
def test_an_expression_is_itself_written_otherwise(expression, places):
    if expression.has(sympy.zoo, sympy.nan):
        return
    rewritten = sympy.expand(expression.subs(tanh(x), (exp(x) - exp(-x)) / (exp(x) + exp(-x))))
    decision = decide([(canonical(expression), canonical(rewritten))])
    assert decision.truth is not False
    assert decide([(canonical(expression), canonical(rewritten + 1))]).truth is not True


def arb_or_none(form, point):
    value = evaluate(form, point)
    return None if value is None else arb(value)
