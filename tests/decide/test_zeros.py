"""Krawczyk's test, and the derivatives that it is given, against systems whose zeros are known."""

from __future__ import annotations

import pytest
import sympy
from flint import arb, arb_mat, fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Rational, exp, log, sqrt, tanh

from verify import guesses
from verify.arithmetic import precision
from verify.decide.zeros import OutsideLanguage, Undefined, decide, jet, krawczyk
from verify.expressions import canonical, evaluate, whole_power

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=150, database=None)
x, y, z = sympy.symbols("x y z")
fractions = st.builds(fmpq, st.integers(-20, 20), st.integers(1, 8))
widths = st.builds(fmpq, st.integers(1, 40), st.sampled_from([1, 8, 100]))


def on(box, *equations):
    sides = [(symbol.name, fmpq(*centre), fmpq(*radius)) for symbol, (centre, radius) in box.items()]
    return decide(sides, [canonical(equation) for equation in equations])


@given(st.lists(fractions, min_size=1, max_size=4), fractions, widths)
@RANDOMLY
def test_products_of_linear_factors(zeros, centre, radius):
    factors = (x - Rational(int(zero.p), int(zero.q)) for zero in zeros)
    decision = decide([("x", centre, radius)], [canonical(sympy.expand(sympy.prod(factors)))])
    inside = [zero for zero in zeros if centre - radius <= zero <= centre + radius]
    if decision.truth is True:
        assert len(inside) == 1
        assert decision.certificate["box"] == [["x", str(centre), str(radius)]]
    elif decision.truth is False:
        assert inside == []


@given(st.lists(st.integers(-9, 9), min_size=9, max_size=9), st.lists(fractions, min_size=6, max_size=6), widths)
@RANDOMLY
def test_linear_systems(entries, numbers, radius):
    matrix, solution, centre = fmpq_mat(3, 3, entries), fmpq_mat(3, 1, numbers[:3]), numbers[3:]
    right = matrix * solution
    equations = [
        sum(int(matrix[i, j]) * symbol for j, symbol in enumerate((x, y, z))) - Rational(str(right[i, 0]))
        for i in range(3)
    ]
    forms = [canonical(equation) for equation in equations]
    decision = decide([(name, c, radius) for name, c in zip("xyz", centre, strict=True)], forms)
    inside = all(c - radius <= s <= c + radius for c, s in zip(centre, numbers, strict=False))
    if decision.truth is True:
        assert inside
        assert matrix.det() != 0
    elif decision.truth is False:
        assert not inside
    elif inside and matrix.det() != 0:
        assert any(abs(c - s) == radius for c, s in zip(centre, numbers, strict=False))


@given(st.lists(fractions, min_size=2, max_size=2), widths, st.data())
@RANDOMLY
def test_a_bad_guess_cannot_show_a_zero_that_is_not_there(zeros, radius, data):
    first, second = zeros
    polynomial = canonical((x - Rational(str(first))) * (x - Rational(str(second))))
    guess = data.draw(st.sampled_from([None, 0, 1e-9, -0.3, 1.0, 1e12]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guesses, "inverse", lambda matrix: None if guess is None else arb_mat([[guess]]))
        decision = decide([("x", first, radius)], [polynomial])
    assert decision.truth is not False
    if decision.truth is True:
        assert abs(first - second) > radius


@pytest.mark.parametrize(
    ("box", "equations", "truth"),
    [
        ({x: ((7, 5), (1, 10))}, [x**2 - 2], True),
        ({x: ((7, 5), (1, 100))}, [x**2 - 2], False),
        ({x: ((0, 1), (2, 1))}, [x + tanh(x)], True),
        ({x: ((3, 1), (1, 1))}, [log(x) - 1], True),
        ({x: ((1, 2), (1, 4))}, [tanh(x) - Rational(1, 2)], True),
        ({x: ((1, 2), (1, 4))}, [exp(x) - Rational(3, 2)], True),
        ({x: ((-1, 2), (1, 20)), y: ((2, 1), (1, 8))}, [exp(x) * y - 1 / y - Rational(4, 5), x * y + 1], True),
        ({x: ((0, 1), (1, 1))}, [x**2], None),
        ({x: ((0, 1), (1, 1))}, [x**3 - x / 100], None),
        ({x: ((1, 1), (1, 1))}, [x - 2], None),
        ({x: ((0, 1), (1, 1)), y: ((0, 1), (1, 1))}, [x + y, 2 * x + 2 * y], None),
        ({x: ((0, 1), (1, 1)), y: ((0, 1), (1, 1))}, [x + y, 2 * x + 2 * y + 9], False),
        ({x: ((3, 1), (1, 1))}, [1 / x], False),
        ({x: ((0, 1), (1, 1))}, [1 / x], None),
        ({x: ((0, 1), (1, 1))}, [log(x)], None),
        ({x: ((0, 1), (1, 1))}, [1 / (x - x**2)], None),
        ({x: ((0, 1), (1, 1))}, [Abs(x)], None),
        ({x: ((1, 1), (1, 2))}, [sqrt(x) - 1], None),
        ({x: ((1, 1), (0, 1))}, [x - 1], None),
        ({x: ((1, 1), (1, 1))}, [x - y], None),
        ({x: ((1, 1), (1, 1)), y: ((1, 1), (1, 1))}, [x - y], None),
        ({}, [], None),
    ],
)
def test_decisions(box, equations, truth):
    decision = on(box, *equations)
    assert decision.truth is truth
    assert (decision.certificate is not None) == (truth is True)


def test_one_symbol_twice():
    assert decide([("x", fmpq(0), fmpq(1))] * 2, [canonical(x), canonical(x)]).truth is None


def test_small_boxes_ask_for_precision():
    inner = Rational(int(sympy.sqrt(2).evalf(60) * 10**50), 10**50)
    box = [("x", fmpq(int(inner.p), int(inner.q)), fmpq(1, 10**45))]
    assert decide(box, [canonical(x**2 - 2)]).reason.endswith("256 bits")


def test_a_badly_conditioned_system_needs_an_inverse_that_is_no_float():
    size = 12
    with precision(256):
        hilbert = arb_mat([[arb(1) / (i + j + 1) for j in range(size)] for i in range(size)])
        value = [arb(0, 1e-40)] * size
        assert krawczyk(value, hilbert, [arb(1)] * size)
        assert not krawczyk([arb(1)] * size, hilbert, [arb(1)] * size)
    assert not krawczyk([arb(0)], arb_mat([[arb(0)]]), [arb(1)])
    assert not krawczyk([arb(0)], arb_mat([[arb("nan")]]), [arb(1)])
    assert not krawczyk([arb("nan")], arb_mat([[arb(1)]]), [arb(1)])


def test_the_interior_is_asked_for():
    assert krawczyk([arb(0)], arb_mat([[arb(1)]]), [arb(1)])
    assert not krawczyk([arb(1)], arb_mat([[arb(1)]]), [arb(1)])


expressions = st.recursive(
    st.sampled_from([x, y, sympy.Integer(2), Rational(-1, 3)]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, n: a**n, inner, st.integers(-2, 3)),
        st.builds(tanh, inner),
        st.builds(lambda a: exp(tanh(a)), inner),
        st.builds(lambda a: log(2 + tanh(a)), inner),
    ),
    max_leaves=6,
)


@given(expressions, st.lists(fractions, min_size=2, max_size=2), st.sampled_from([0, 0.01, 1, 3]))
@RANDOMLY
def test_enclosures_of_derivatives_hold_what_is_inside(expression, place, width):
    if expression.has(sympy.zoo, sympy.nan):
        return
    around = [arb(entry) + arb(0, width) for entry in place]
    variables = {"x": (around[0], [arb(1), arb(0)]), "y": (around[1], [arb(0), arb(1)])}
    try:
        value, gradient = jet(canonical(expression), variables)
    except Undefined:
        return
    env = {"x": place[0] + fmpq(3, 4) * fmpq(str(Rational(str(width)))) if width else place[0], "y": place[1]}
    with precision(128):
        assert arb(evaluate(canonical(expression), env)).overlaps(value)
        for symbol, slope in zip((x, y), gradient, strict=True):
            inside = evaluate(canonical(sympy.diff(expression, symbol)), env)
            assert inside is None or arb(inside).overlaps(slope)


def test_what_is_not_differentiated():
    for form in (["abs", ["num", "1"]], ["pow", ["num", "2"], ["num", "1/2"]], ["pow", ["num", "2"], ["sym", "x"]]):
        with pytest.raises(OutsideLanguage):
            jet(form, {"x": (arb(1), [arb(1)])})


@given(fractions, widths, st.integers(-4, 5), st.sampled_from([0, 1, -1, fmpq(1, 3)]))
@RANDOMLY
def test_whole_powers_of_balls(centre, radius, power, place):
    inside = centre + radius * place
    enclosure = whole_power(arb(centre) + arb(radius).union(-arb(radius)), power)
    if inside != 0 or power >= 0:
        assert enclosure.overlaps(arb(inside**power)) or not enclosure.is_finite()
    if power > 0:
        assert enclosure.is_finite()
        if power % 2 == 0:
            assert enclosure.lower() > -enclosure.upper() / 10**6
