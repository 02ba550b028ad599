"""Margins: on random expressions their sign is the truth that exact evaluation finds."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from sympy import Eq, Ge, Gt, Ne

from verify import expressions
from verify.arithmetic import INF, precision
from verify.errors import StatementError
from verify.quantities import evaluate
from verify.search.margins import EQUAL, LEAST, as_float, compiled, margin_of, nearest
from verify.statement import Source, Statement, parameter

NUMBERS = [fmpq(0), fmpq(1), fmpq(-1), fmpq(2), fmpq(-3), fmpq(1, 2), fmpq(-3, 4), fmpq(5, 2)]
TUPLES = [(1, 2), (1, 2), (2, 1), (1,), (), ((1, 2), (3,)), ((1, 2), (3, 4)), ((1, 2), (3, 4))]
UNARY = ["abs", "sign", "floor", "ceiling", "exp", "log", "tanh"]


class Writer:
    """Random well-typed expressions in numbers x, y, u, truth values p, q and tuples s, t, and values for these."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)

    def number(self, depth: int) -> expressions.Expression:
        rng = self.rng
        if depth == 0 or rng.random() < 0.2:
            return rng.choice([["sym", "x"], ["sym", "y"], ["sym", "u"], ["num", str(rng.choice(NUMBERS))]])
        head = rng.choice(["add", "add", "mul", "mul", "min", "max", "pow", "if", *UNARY])
        if head == "pow":
            exponent = rng.choice([["num", str(rng.choice([-2, -1, 0, 1, 2, 3]))], ["num", "1/2"], self.number(0)])
            return [head, self.number(depth - 1), exponent]
        if head == "if":
            return [head, self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1)]
        return [head, *(self.number(depth - 1) for _ in range(1 if head in UNARY else rng.choice([2, 2, 3])))]

    def truth(self, depth: int) -> expressions.Expression:
        rng = self.rng
        if depth == 0:
            return rng.choice([["sym", "p"], ["sym", "q"], ["true"], ["false"]])
        if rng.random() < 0.5:
            if rng.random() < 0.2:
                return [rng.choice(["eq", "ne"]), ["sym", "s"], ["sym", "t"]]
            same = self.number(depth - 1)
            other = same if rng.random() < 0.2 else self.number(depth - 1)
            return [rng.choice(["lt", "le", "eq", "ne"]), same, other]
        head = rng.choice(["and", "or", "not", "implies", "iff", "if"])
        arity = {"not": 1, "implies": 2, "iff": 2, "if": 3}.get(head) or rng.choice([1, 2, 3])
        return [head, *(self.truth(depth - 1) for _ in range(arity))]

    def environment(self) -> dict[str, Any]:
        rng = self.rng
        x = rng.choice(NUMBERS)
        return {
            "x": x, "y": rng.choice([x, *NUMBERS]), "u": rng.choice([None, INF, *NUMBERS]),
            "p": rng.choice([True, False, None]), "q": rng.choice([True, False]),
            "s": rng.choice(TUPLES), "t": rng.choice(TUPLES),
        }  # fmt: skip


def agrees(truth: bool | None, margin: float, form: expressions.Expression) -> bool:
    """Whether a margin says what exact evaluation says; balls may leave open what floats see, and ties are rounded."""
    if truth is None:
        return np.isnan(margin) or expressions.is_inexact(form)
    return (abs(margin) < EQUAL and abs(margin) > LEAST) or ((margin > 0) == truth and not np.isnan(margin))


@pytest.mark.parametrize("seed", range(20))
def test_signs_are_the_truth(seed):
    writer, decided = Writer(seed), 0
    for _ in range(100):
        form, env = writer.truth(3), writer.environment()
        with precision(128):
            truth = expressions.evaluate(form, env)
        margin = float(np.reshape(compiled(form)({name: as_float(value) for name, value in env.items()}), ()))
        # floats have a range, and of "if" with an unknown condition they see only whether both cases have one margin
        lost = np.isnan(margin) and (expressions.is_inexact(form) or '"if"' in expressions.text(form))
        assert lost or agrees(truth, margin, form), (form, env, truth, margin)
        decided += truth is not None
    assert decided > 40


@pytest.mark.parametrize("seed", range(10))
def test_a_batch_is_its_members(seed):
    writer = Writer(seed)
    members = [{name: as_float(value) for name, value in writer.environment().items()} for _ in range(7)]
    tuples = {"s": members[0]["s"], "t": members[0]["t"]}
    batch = {name: np.array([member[name] for member in members]) for name in ("x", "y", "u", "p", "q")} | tuples
    for _ in range(100):
        form = writer.truth(3)
        margin = compiled(form)
        single = [float(np.reshape(margin({**member, **tuples}), ())) for member in members]
        assert np.allclose(np.broadcast_to(margin(batch), 7), single, equal_nan=True, rtol=1e-12), form


def value(form: expressions.Expression, **env: float) -> float:
    return float(compiled(form)(env))


def test_powers():
    x, y = ["sym", "x"], ["sym", "y"]
    assert value(["pow", x, ["num", "-3"]], x=-2.0) == -0.125
    assert np.isnan(value(["pow", x, ["num", "-1"]], x=0.0))
    assert value(["pow", x, ["num", "0"]], x=0.0) == 1
    assert np.isnan(value(["pow", x, ["num", "1/2"]], x=0.0))
    assert value(["pow", x, ["num", "1/2"]], x=4.0) == 2
    assert value(["pow", x, y], x=-3.0, y=3.0) == -27
    assert np.isnan(value(["pow", x, y], x=-3.0, y=0.5))
    assert np.isnan(value(["pow", x, y], x=0.0, y=-1.0))
    assert np.isnan(value(["pow", x, ["num", "20000"]], x=1.0))


def test_relations_at_equality_and_infinity():
    x, y = ["sym", "x"], ["sym", "y"]
    inf = float("inf")
    assert value(["lt", x, y], x=1.0, y=1.0) < 0 < value(["le", x, y], x=1.0, y=1.0)
    assert value(["lt", x, y], x=inf, y=inf) < 0 < value(["le", x, y], x=inf, y=inf)
    assert value(["eq", x, y], x=inf, y=inf) > 0 > value(["eq", x, y], x=inf, y=2.0)
    assert value(["ne", x, y], x=inf, y=2.0) > 0
    assert value(["eq", x, y], x=1.0, y=1 + 1e-12) > 0 > value(["eq", x, y], x=1.0, y=1 + 1e-8)
    assert value(["ne", x, y], x=1.0, y=1 + 1e-12) > 0 > value(["ne", x, y], x=0.3, y=0.1 + 0.2)
    assert np.isnan(value(["add", x, ["num", "1"]], x=inf))
    assert value(["min", x, y], x=inf, y=2.0) == 2


def test_overflow_is_silent():
    assert np.isnan(value(["exp", ["exp", ["sym", "x"]]], x=1e4))
    assert value(["lt", ["num", "1"], ["exp", ["sym", "x"]]], x=1e4) == np.inf


def test_tuples_of_other_shapes_differ():
    form = ["eq", ["sym", "s"], ["sym", "t"]]
    for s, t, same in [((1, 2), (1, 2), True), ((1, 2), (1, 3), False), ((1,), (1, 1), False), ((), (), True)]:
        assert (np.ravel(compiled(form)({"s": as_float(s), "t": as_float(t)}))[0] > 0) == same
    ragged = as_float(((1, 2), (3,)))
    assert np.ravel(compiled(form)({"s": ragged, "t": ragged}))[0] > 0
    assert np.ravel(compiled(form)({"s": ragged, "t": as_float(((1, 2), (4,)))}))[0] < 0


def test_values_beyond_the_range_of_floats():
    huge = fmpq(10) ** 400
    assert nearest(huge) > 1e308
    assert nearest(-huge) < -1e308
    assert nearest(1 / huge) == 0
    assert nearest((huge + 1) / huge) == 1
    with precision(64):
        assert as_float(arb(2).sqrt()) == pytest.approx(2**0.5)
        assert np.isnan(as_float(arb(1) / arb(0)))


def statement(assume, claim) -> Statement:
    x, y = parameter("x", "real", "a number"), parameter("y", "real", "another")
    return Statement(
        "toy", title="T", summary="S", area="toys", source=Source("A", "T", 2020), declared="supported",
        quantities=[x, y], assume=assume, claim=claim(x.symbol, y.symbol),
    )  # fmt: skip


def test_margins_of_an_exact_evaluation():
    x, y = parameter("x", "real", "").symbol, parameter("y", "real", "").symbol
    made = statement({"positive": ("", Gt(x, 0)), "other": ("", Ne(x, y))}, lambda x, y: Ge(x, 2 * y))
    assert margin_of(made, evaluate(made, {"x": "3", "y": "1/2"})) == (2, pytest.approx(2.5))
    claim, assumptions = margin_of(made, evaluate(made, {"x": "-3", "y": f"{10**400}"}))
    assert claim < -1e307
    assert assumptions == -3
    none = statement({}, lambda x, y: Eq(x, y))
    assert margin_of(none, evaluate(none, {"x": "1", "y": "1"}))[1] == np.inf


def test_an_unknown_head_is_refused():
    with pytest.raises(StatementError, match="not in the language"):
        compiled(["sqrt", ["num", "2"]])
