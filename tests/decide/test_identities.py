"""Identities in normal form, against evaluation at rational points."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.decide.identities import LARGEST_POWER, OutsideLanguage, Ring, decide
from verify.expressions import canonical

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=150, database=None)
x, y, z = sympy.symbols("x y z")
X, Y = ["sym", "x"], ["sym", "y"]


def num(value):
    return ["num", str(value)]


def node(head):
    return lambda arguments: [head, *arguments]


forms = st.recursive(
    st.sampled_from([X, Y, ["sym", "z"], num(1), num(-2), num(Fraction(1, 2))]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(node("add")),
        st.lists(inner, min_size=1, max_size=3).map(node("mul")),
        st.tuples(inner, st.sampled_from([-2, -1, 0, 1, 2, 3]).map(num)).map(node("pow")),
    ),
    max_leaves=6,
)


def value(form, point):
    """An expression at a point; None where a denominator is zero."""
    head, parts = form[0], form[1:]
    if head in ("sym", "num"):
        return Fraction(point[parts[0]] if head == "sym" else parts[0])
    if head == "pow":
        base, power = value(parts[0], point), int(parts[1][1])
        return None if base is None or (base == 0 and power < 0) else base**power
    values = [value(part, point) for part in parts]
    if None in values:
        return None
    total = Fraction(head == "mul")
    for one in values:
        total = total * one if head == "mul" else total + one
    return total


points = st.fixed_dictionaries({name: st.fractions(-5, 5, max_denominator=4) for name in "xyz"})


@given(forms, forms, st.lists(points, min_size=3, max_size=3))
@RANDOMLY
def test_true_and_false_are_borne_out_by_evaluation(left, right, places):
    decision = decide([(left, right)])
    if decision.truth is True:
        for point in places:
            a, b = value(left, point), value(right, point)
            assert a is None or b is None or a == b
    elif decision.truth is False:
        point = {name: decision.counterexample.get(name, "1") for name in "xyz"}
        a, b = value(left, point), value(right, point)
        assert a is None or b is None or a != b
        assert all(Fraction(v) > 0 for v in decision.counterexample.values())


@given(forms)
@RANDOMLY
def test_an_expression_is_what_it_expands_to(form):
    whole = to_sympy(form)
    if whole.has(sympy.zoo, sympy.nan, sympy.oo):
        assert decide([(form, form)]).truth is None
    else:
        expanded = canonical(sympy.expand(whole))
        assert decide([(form, expanded)]).truth is not False
        assert decide([(["add", form, num(1)], expanded)]).truth is not True


def to_sympy(form):
    head, parts = form[0], form[1:]
    if head in ("sym", "num"):
        return sympy.Symbol(parts[0]) if head == "sym" else sympy.Rational(parts[0])
    if head == "pow":
        base, power = to_sympy(parts[0]), int(parts[1][1])
        return sympy.zoo if base == 0 and power < 0 else sympy.Pow(base, power)
    return (sympy.Add if head == "add" else sympy.Mul)(*map(to_sympy, parts))


@pytest.mark.parametrize(
    ("left", "right", "truth"),
    [
        ((x + y) ** 7, sympy.expand((x + y) ** 7), True),
        ((x**3 - y**3) / (x - y), x**2 + x * y + y**2, True),
        (1 / x + 1 / y, (x + y) / (x * y), True),
        (x / y, y / x, False),
        ((x + y) ** 2, x**2 + y**2, False),
        (x, x + sympy.Rational(1, 10**30), False),
        (sympy.log(x), sympy.log(x), None),
        (sympy.sqrt(x), x, None),
        (sympy.floor(x), x, None),
        (sympy.Max(x, y), x, None),
    ],
)
def test_true_false_and_outside_the_language(left, right, truth):
    decision = decide([(canonical(left), canonical(right))])
    assert decision.truth is truth
    assert (decision.certificate is not None) == (truth is True)
    assert (decision.counterexample is not None) == (truth is False)


def test_one_false_equation_among_true_ones():
    decision = decide([(X, X), (X, Y), (Y, Y)])
    assert decision.truth is False
    assert decision.reason.startswith("equation 2")


def test_no_equation_is_no_identity():
    assert decide([]).truth is None


def test_a_denominator_that_is_identically_zero():
    nothing = ["pow", ["add", X, ["mul", num(-1), X]], num(-1)]
    assert decide([(nothing, nothing)]).truth is None


def test_a_polynomial_that_vanishes_on_a_small_grid_is_not_zero():
    product = ["mul", *(["add", X, num(-k)] for k in range(1, 7))]
    decision = decide([(product, num(0))])
    assert decision.truth is False
    assert value(product, decision.counterexample) != 0


def test_constants_are_compared_without_symbols():
    assert decide([(num("1/3"), num("2/6"))]).truth is True
    assert decide([(num("1/3"), num("33/100"))]).truth is False


def test_powers_are_bounded():
    assert decide([(["pow", X, num(LARGEST_POWER)], ["pow", X, num(LARGEST_POWER)])]).truth is True
    assert decide([(["pow", X, num(LARGEST_POWER + 1)], X)]).truth is None


def test_both_ways_into_the_ring_agree():
    ring = Ring(["x", "y"])
    for expression in ((x + 2 * y) ** 5 - x * y / 3, sympy.Integer(4), -x):
        assert (ring.polynomial(expression), ring.one) == ring.fraction(canonical(expression))
    for expression in (1 / x, sympy.sqrt(x), sympy.exp(x)):
        with pytest.raises(OutsideLanguage):
            ring.polynomial(expression)
