"""Identities between polynomials, exponentials and hyperbolic tangents; `tanh` in formulas; dense networks as values."""

import time
from fractions import Fraction
from typing import Any

import handmade as h
import pytest

from verify.recheck import polynomials, replay
from verify.recheck.formula import PRECISIONS, compiled
from verify.recheck.intervals import Enclosure
from verify.recheck.load import NotReplayed, Rejected
from verify.recheck.polynomials import identity_holds
from verify.recheck.replay import agrees

X, Y, ONE, MINUS = h.sym("x"), h.sym("y"), h.num(1), h.num(-1)


def exp(x: Any) -> Any:
    return ["exp", x]


def tanh(x: Any) -> Any:
    return ["tanh", x]


def add(*xs: Any) -> Any:
    return ["add", *xs]


def mul(*xs: Any) -> Any:
    return ["mul", *xs]


def power(x: Any, n: object) -> Any:
    return ["pow", x, h.num(n)]


T, TWICE = tanh(X), mul(h.num(2), X)
TRUE = [
    (mul(exp(X), exp(mul(MINUS, X))), ONE),
    (exp(add(X, Y)), mul(exp(X), exp(Y))),
    (exp(mul(h.num("3/2"), X)), power(exp(mul(h.num("1/2"), X)), 3)),
    (mul(exp(mul(h.num("1/2"), X)), exp(mul(h.num("1/3"), X))), exp(mul(h.num("5/6"), X))),
    (exp(h.num(0)), ONE),
    (power(exp(h.num("1/2")), 2), exp(ONE)),
    (exp(add(X, ONE)), mul(exp(ONE), exp(X))),
    (exp(power(add(X, Y), 2)), mul(exp(power(X, 2)), power(exp(mul(X, Y)), 2), exp(power(Y, 2)))),
    (tanh(h.num(0)), h.num(0)),
    (tanh(mul(MINUS, X)), mul(MINUS, T)),
    (tanh(TWICE), mul(h.num(2), T, power(add(ONE, power(T, 2)), -1))),
    (add(ONE, mul(MINUS, power(T, 2))), mul(h.num(4), power(add(exp(X), exp(mul(MINUS, X))), -2))),
    (tanh(add(X, Y)), mul(add(T, tanh(Y)), power(add(ONE, mul(T, tanh(Y))), -1))),
    # tanh(x) = 2 sigmoid(2x) - 1
    (T, add(MINUS, mul(h.num(2), power(add(ONE, exp(mul(h.num(-2), X))), -1)))),
    (mul(X, exp(Y), power(X, -1)), exp(Y)),
]
FALSE = [
    (T, X),
    (exp(X), add(ONE, X)),
    (mul(exp(X), exp(Y)), exp(mul(X, Y))),
    (exp(TWICE), mul(h.num(2), exp(X))),
    (exp(ONE), h.num("2718281828/1000000000")),
    (power(exp(h.num("1/2")), 2), exp(h.num(2))),
    (tanh(TWICE), mul(h.num(2), T)),
    (add(ONE, mul(MINUS, T)), power(add(exp(X), exp(mul(MINUS, X))), -2)),
    (exp(X), h.sym("exp")),
    (exp(power(X, 2)), power(exp(X), 2)),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_identities(left: Any, right: Any) -> None:
    assert identity_holds(left, right, None)
    assert identity_holds(right, left, {"x", "y"})
    assert not identity_holds(left, add(right, h.num("1/1000000")), None)


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_identities(left: Any, right: Any) -> None:
    assert not identity_holds(left, right, None)


@pytest.mark.parametrize(
    "expression",
    [
        exp(power(X, -1)),
        exp(exp(X)),
        tanh(T),
        exp(power(add(X, ONE), -1)),
        exp(power(X, "1/2")),
        power(exp(X), "1/2"),
        power(exp(X), Y),
        power(add(exp(X), mul(MINUS, exp(X))), -1),  # an identically vanishing denominator
        power(add(tanh(X), tanh(mul(MINUS, X))), -2),
        ["exp"],
        ["tanh", X, Y],
        ["log", X],
        exp(h.sym("z")),
        exp(["exp", "x"]),
        exp(["num", 0.5]),
    ],
)
def test_what_is_no_polynomial_in_exponentials_is_rejected(expression: Any) -> None:
    with pytest.raises(Rejected):
        identity_holds(expression, ONE, {"x", "y"})


def test_arguments_that_reduce_to_polynomials_are_polynomials() -> None:
    assert identity_holds(exp(mul(X, power(h.num(2), -1))), exp(mul(h.num("1/2"), X)), None)
    assert identity_holds(exp(add(exp(X), mul(MINUS, exp(X)), Y)), exp(Y), None)


def test_certificates() -> None:
    of = h.statement([h.parameter("x", "real")], {}, ["eq", tanh(TWICE), TRUE[10][1]])
    given = h.certificate("identity", of, target="claim", equations=[of["claim"][1:]])
    # That 1 + tanh(x)**2 is never 0 is left to a solver, which knows no tanh.
    assert replay(given, of).status == "not-replayed"
    of = h.statement([h.parameter("x", "real")], {}, ["eq", mul(exp(X), exp(mul(MINUS, X))), ONE])
    given = h.certificate("identity", of, target="claim", equations=[of["claim"][1:]])
    h.accepted(given, of)
    for left, right in TRUE:
        h.accepted(h.certificate("identity", h.SQUARES, target="obligation", equations=[[left, right]]), h.SQUARES)
    for left, right in FALSE:
        h.rejected(h.certificate("identity", h.SQUARES, target="obligation", equations=[[left, right]]), h.SQUARES)


def test_hostile_identities_end_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polynomials, "MAX_WORK", 200_000)
    for left in (
        power(add(exp(X), exp(Y), tanh(X)), 900),
        exp(mul(h.num("9" * 4000), X)),
        power(exp(mul(h.num("9" * 4000), X)), 1000),
        tanh(power(add(X, Y, ONE), 999)),
        mul(*(tanh(mul(h.num(k), X)) for k in range(1, 400))),
        add(*(tanh(mul(h.num(k), X)) for k in range(1, 400))),
        add(*(exp(mul(h.num(f"1/{k}"), X)) for k in range(1, 4000))),
        power(power(power(h.num("9" * 4000), 1000), 1000), 1000),
    ):
        start = time.monotonic()
        given = h.certificate("identity", h.SQUARES, target="obligation", equations=[[left, ONE]])
        assert replay(given, h.SQUARES).status in ("rejected", "not-replayed")
        assert time.monotonic() - start < 20


def test_tanh_in_formulas() -> None:
    code = compiled(tanh(X), {"x"})
    for bits in PRECISIONS:
        found = code({"x": Fraction(1, 2)}, bits)
        assert type(found) is Enclosure
        assert found.lo < found.hi
        assert abs(float(found.lo) - 0.46211715726000973) < 1e-15
        assert found.hi - found.lo < Fraction(8, 2**bits)
    assert code({"x": 0}, 160) == Enclosure(Fraction(0), Fraction(0))
    assert code({"x": None}, 160) is None
    assert code({"x": 10**9}, 160).hi == 1
    with pytest.raises(Rejected):
        code({"x": True}, 160)
    # tanh(1/10) < 1/10 is decided, tanh(0) = 0 is not (both sides are the same enclosure).
    of = h.statement([h.parameter("x", "positive")], {}, ["lt", tanh(X), X])
    h.accepted(h.case(of, {"x": "1/10"}), of)
    h.accepted(h.case(of, {"x": "1/1" + "0" * 60}), of)
    of = h.statement([h.parameter("x", "real")], {}, ["eq", tanh(X), h.num(0)])
    h.rejected(h.case(of, {"x": "0"}), of)


DENSE = {"activation": "tanh", "layers": [[["1"], ["-1/2"]], [["3", "0"]]]}


def test_values_that_are_dense_networks() -> None:
    from verify.recheck.definitions.dense import parse_dense

    value = parse_dense(DENSE)
    assert agrees(value, DENSE)
    assert agrees(value, {**DENSE, "biases": [None, None], "inner": "plain"})
    assert agrees(value, h.changed(DENSE, ["layers", 0, 1, 0], "-2/4"))
    for path, wrong in (
        (["activation"], "sin"),
        (["layers", 0, 1, 0], "1/2"),
        (["layers"], [[["1"]], [["3"]]]),
    ):
        assert not agrees(value, h.changed(DENSE, path, wrong))
    assert not agrees(value, {**DENSE, "biases": [["0", "0"], None]})
    assert not agrees(value, {**DENSE, "layers": [[["1"], ["2"]], [["3", "0"]]], "inner": "log"})
    for malformed in (None, [], "tanh", {}, h.changed(DENSE, ["layers", 0, 0, 0], 0.5)):
        with pytest.raises(Rejected):
            agrees(value, malformed)


def test_not_replayed_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polynomials, "MAX_WORK", 200_000)
    with pytest.raises(NotReplayed):
        identity_holds(power(add(X, Y, exp(X), exp(Y)), 500), ONE, None)
