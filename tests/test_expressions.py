"""The canonical form of expressions, their types and their three-valued evaluation."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, S, Symbol

from verify.arithmetic import INF, equal, exact, precision
from verify.errors import StatementError
from verify.expressions import (
    build,
    canonical,
    compiled,
    evaluate,
    has_constant_truth,
    is_inexact,
    kind_of,
    substitute,
    symbols,
    text,
)
from verify.recheck.formula import compiled as naively_compiled
from verify.recheck.formula import written

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=200, database=None)
x, y, z, p, q = sympy.symbols("x y z p q")
X, Y, P, Q = (["sym", name] for name in "xypq")


def num(value):
    return ["num", str(value)]


# ---- canonical form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "form"),
    [
        (x + 1, ["add", num(1), X]),
        (x - y, ["add", ["mul", num(-1), Y], X]),
        (x / 2, ["mul", num("1/2"), X]),
        (1 / x, ["pow", X, num(-1)]),
        (sympy.sqrt(x), ["pow", X, num("1/2")]),
        (sympy.E, ["exp", num(1)]),
        (sympy.exp(x), ["exp", X]),
        (x > y, ["lt", Y, X]),
        (x >= y, ["le", Y, X]),
        (sympy.Eq(y, x), ["eq", X, Y]),
        (sympy.Ne(y, x), ["ne", X, Y]),
        (sympy.And(q, p), ["and", P, Q]),
        (sympy.Implies(q, p), ["implies", Q, P]),
        (sympy.Equivalent(q, p), ["iff", P, Q]),
        (sympy.ITE(p, q, x > y), ["if", P, Q, ["lt", Y, X]]),
        (sympy.Piecewise((1, p), (2, q), (3, True)), ["if", P, num(1), ["if", Q, num(2), num(3)]]),
        (S.true, ["true"]),
        (3, num(3)),
        (Rational(-1, 2), num("-1/2")),
    ],
)
def test_forms(expression, form):
    assert canonical(expression) == form


def test_the_order_in_which_it_was_written_does_not_matter():
    assert canonical(sympy.And(x < y, p, q)) == canonical(sympy.And(q, y > x, p))
    assert canonical(sympy.Max(x, y, z)) == canonical(sympy.Max(z, x, y))
    assert text(build("add", Y, X)) == text(build("add", X, Y))
    assert build("pow", Y, X) != build("pow", X, Y)


@pytest.mark.parametrize(
    "expression",
    [
        0.5, x + 0.5, sympy.pi, sympy.oo, sympy.I, sympy.nan, sympy.zoo, sympy.sin(x), sympy.cosh(x),
        sympy.Function("f")(x), sympy.Xor(p, q), sympy.Piecewise((x, p)), sympy.Equivalent(p, q, x < 1),
        Symbol("x", positive=True), Symbol("x", real=True), sympy.Dummy("x"), Symbol("x", commutative=False),
        sympy.Sum(x, (x, 1, 3)), sympy.Tuple(x, y), "x",
    ],
)  # fmt: skip
def test_what_is_not_in_the_language_is_refused(expression):
    with pytest.raises((StatementError, sympy.SympifyError)):
        canonical(expression)


def test_substitution_happens_at_once_and_sorts_again():
    form = ["add", X, Y]
    assert substitute(form, {"x": Y, "y": X}) == ["add", X, Y]
    assert substitute(["eq", X, Y], {"x": ["sym", "z"]}) == ["eq", Y, ["sym", "z"]]
    assert symbols(["if", P, X, ["max", Y, num(3)]]) == {"p", "x", "y"}


# ---- types ----------------------------------------------------------------------------------------------------------

KINDS = {"x": "number", "y": "number", "p": "truth value", "q": "truth value", "t": "tuple", "w": "network"}


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (["add", X, num(1)], "number"),
        (["lt", X, Y], "truth value"),
        (["and", P, ["le", X, Y]], "truth value"),
        (["if", P, X, Y], "number"),
        (["if", P, Q, ["true"]], "truth value"),
        (["eq", ["sym", "t"], ["sym", "t"]], "truth value"),
        (["sym", "w"], "network"),
    ],
)
def test_kinds(form, kind):
    assert kind_of(form, KINDS) == kind


@pytest.mark.parametrize(
    "form",
    [
        ["eq", P, Q], ["eq", P, num(1)], ["ne", X, ["sym", "t"]], ["lt", ["sym", "t"], ["sym", "t"]], ["and", X, P],
        ["not", X], ["not", P, Q], ["and"], ["add"], ["add", X, P], ["floor", P], ["if", X, X, Y], ["if", P, X, Q],
        ["iff", P], ["implies", P, Q, P], ["eq", X], ["eq", X, Y, X], ["pow", X], ["abs", X, Y], ["sym", "unknown"],
        ["eq", ["sym", "w"], ["sym", "w"]], ["sine", X],
    ],
)  # fmt: skip
def test_ill_typed_forms_are_refused(form):
    with pytest.raises(StatementError):
        kind_of(form, KINDS)


def test_constants_and_irrational_functions_are_found_at_any_depth():
    assert has_constant_truth(["and", P, ["or", Q, ["false"]]])
    assert not has_constant_truth(["and", P, Q])
    assert is_inexact(["lt", X, ["add", X, ["pow", Y, num("1/2")]]])
    assert is_inexact(["exp", X])
    assert is_inexact(["pow", X, Y])
    assert not is_inexact(["lt", X, ["pow", Y, num(-3)]])


# ---- three-valued logic ---------------------------------------------------------------------------------------------

THREE = (True, False, None)


def kleene(value):
    return {True: 1, None: 0, False: -1}[value]


@pytest.mark.parametrize(("a", "b"), list(product(THREE, repeat=2)))
def test_kleene_tables(a, b):
    env = {"p": a, "q": b}
    back = {1: True, 0: None, -1: False}
    assert evaluate(["and", P, Q], env) is back[min(kleene(a), kleene(b))]
    assert evaluate(["or", P, Q], env) is back[max(kleene(a), kleene(b))]
    assert evaluate(["not", P], env) is back[-kleene(a)]
    assert evaluate(["implies", P, Q], env) is back[max(-kleene(a), kleene(b))]
    assert evaluate(["iff", P, Q], env) is back[kleene(a) * kleene(b)]


@pytest.mark.parametrize(("c", "a", "b"), list(product(THREE, repeat=3)))
def test_a_choice_is_decided_if_both_branches_are_the_same(c, a, b):
    expected = a if c else b if c is False else a if a is b else None
    assert evaluate(["if", P, Q, ["sym", "r"]], {"p": c, "q": a, "r": b}) is expected


@pytest.mark.parametrize(
    "form",
    [
        ["pow", num(0), num(-1)], ["log", num(0)], ["log", num(-1)], ["pow", num(-1), num("1/2")],
        ["add", ["sym", "u"], num(1)], ["mul", num(0), ["pow", num(0), num(-1)]],
        ["floor", ["sym", "u"]], ["add", ["sym", "inf"], num(1)],
        ["pow", num(2), num(10**6)], ["exp", num(10**40)], ["exp", num(-(10**40))],
        ["pow", ["add", ["exp", num(0)], num(-1)], num(-1)],
    ],
)  # fmt: skip
def test_the_undefined(form):
    env = {"u": None, "inf": INF}
    assert evaluate(form, env) is None
    for relation in (["eq", form, form], ["lt", form, ["sym", "inf"]], ["le", form, num(0)], ["ne", form, num(0)]):
        assert evaluate(relation, env) is None


def test_least_and_greatest_of_infinite_values():
    env = {"x": INF, "y": fmpq(3), "u": None}
    assert evaluate(["max", X, Y], env) is INF
    assert evaluate(["min", X, Y], env) == 3
    assert evaluate(["min", X, X], env) is INF
    assert evaluate(["max", X, ["sym", "u"]], env) is evaluate(["min", X, ["sym", "u"]], env) is None


def test_balls():
    with precision(100):
        assert evaluate(["floor", ["exp", num(1)]], {}) == 2
        assert evaluate(["ceiling", ["exp", num(1)]], {}) == 3
        assert evaluate(["sign", ["log", num("1/2")]], {}) == -1
        assert evaluate(["floor", ["exp", ["log", num(2)]]], {}) is None
        assert evaluate(["sign", ["log", num(1)]], {}) is None
        assert evaluate(["eq", ["pow", num(4), num("1/2")], num(2)], {}) is None
        assert evaluate(["lt", ["max", ["exp", num(1)], num(2)], num(3)], {}) is True
        assert isinstance(evaluate(["abs", ["log", num("1/2")]], {}), arb)


# ---- against other implementations -----------------------------------------------------------------------------------

numbers = st.fractions(-6, 6, max_denominator=4)
expressions = st.recursive(
    st.one_of(st.sampled_from([X, Y]), numbers.map(num)),
    lambda inner: st.one_of(
        *(st.lists(inner, min_size=1, max_size=3).map(lambda a, h=h: [h, *a]) for h in ("add", "mul", "min", "max")),
        *(inner.map(lambda a, h=h: [h, a]) for h in ("floor", "ceiling", "abs", "sign")),
        st.tuples(inner, st.integers(-2, 3).map(num)).map(lambda t: ["pow", *t]),
        st.tuples(st.sampled_from(["lt", "le", "eq", "ne"]), inner, inner, inner, inner).map(
            lambda t: ["if", list(t[:3]), *t[3:]]
        ),
    ),
    max_leaves=8,
)


@given(expressions, numbers, numbers)
@RANDOMLY
def test_against_the_rechecker(form, a, b):
    ours = evaluate(form, {"x": exact(str(a)), "y": exact(str(b))})
    theirs = naively_compiled(form, {"x": 0, "y": 0})({"x": a, "y": b}, 160)
    assert (None if ours is None else str(fmpq(ours))) == written(theirs)


@given(expressions, expressions, numbers, numbers)
@RANDOMLY
def test_balls_enclose_the_exact_values(form, other, a, b):
    """The same expression on balls around the same numbers: what is decided there is decided as on exact numbers."""
    relation = ["le", form, other]
    exactly = evaluate(relation, {"x": exact(str(a)), "y": exact(str(b))})
    widely = evaluate(relation, {"x": arb(exact(str(a))), "y": arb(exact(str(b)))})
    assert widely is None or widely is exactly


def to_sympy(form):
    makers = {"add": sympy.Add, "mul": sympy.Mul, "floor": sympy.floor, "abs": sympy.Abs, "max": sympy.Max}
    if form[0] == "sym":
        return Symbol(form[1])
    return Rational(form[1]) if form[0] == "num" else makers[form[0]](*map(to_sympy, form[1:]))


polynomials = st.recursive(
    st.one_of(st.sampled_from([X, Y]), numbers.map(num)),
    lambda inner: st.one_of(
        *(st.lists(inner, min_size=1, max_size=3).map(lambda a, h=h: [h, *a]) for h in ("add", "mul")),
        inner.map(lambda a: ["floor", a]),
    ),
    max_leaves=6,
)


@given(polynomials, numbers, numbers)
@RANDOMLY
def test_the_canonical_form_of_a_sympy_expression_has_its_values(form, a, b):
    expression = to_sympy(form)
    point = {x: Rational(str(a)), y: Rational(str(b))}
    ours = evaluate(canonical(expression), {"x": exact(str(a)), "y": exact(str(b))})
    assert equal(ours, exact(str(expression.subs(point)))) is True


def test_compiled_expressions_take_many_environments():
    function = compiled(canonical(x * y + 1))
    assert [function({"x": k, "y": k}) for k in range(4)] == [1, 2, 5, 10]


def test_unknown_heads_are_refused():
    with pytest.raises(StatementError):
        compiled(["sine", X])
