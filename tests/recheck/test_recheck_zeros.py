"""Enclosures of real functions in the independent checker, and certificates of a unique zero in a box."""

import math
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import handmade as h
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from tampering import as_obligation, rejected_everywhere

from verify.recheck import intervals, replay, zeros
from verify.recheck.intervals import Enclosure, point
from verify.recheck.load import Rejected

FUNCTIONS: dict[str, Callable[[arb], arb]] = {"tanh": arb.tanh, "erf": arb.erf, "sin": arb.sin, "cos": arb.cos}
NUMBERS = st.fractions(-40, 40, max_denominator=10**6) | st.sampled_from(
    [Fraction(0), Fraction(1, 10**40), Fraction(-1, 10**100), Fraction(3000), Fraction(-20_000), Fraction(10) ** 4000]
)


def ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


@pytest.fixture(autouse=True)
def precision() -> Any:
    before, ctx.prec = ctx.prec, 1200
    yield
    ctx.prec = before


@settings(deadline=None)
@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=NUMBERS, radius=st.just(Fraction(0)) | st.fractions(0, 2), bits=st.sampled_from([53, 160, 640]))
def test_enclosures_agree_with_flint(name: str, x: Fraction, radius: Fraction, bits: int) -> None:
    found = getattr(intervals, name)(Enclosure(x - radius, x + radius), bits)
    for at in (x - radius, x, x + radius):
        value = FUNCTIONS[name](ball(at))
        assert not value < ball(found.lo)
        assert not value > ball(found.hi)
    wave = name in ("sin", "cos")
    if not radius and not (wave and abs(x) > intervals.MAX_WAVE):
        scale = 1 if wave and abs(x) > 1 else found.magnitude
        assert found.hi - found.lo <= scale * Fraction(8, 2**bits) or x == 0


def test_arithmetic_of_enclosures() -> None:
    x, y = Enclosure(Fraction(1), Fraction(2)), Enclosure(Fraction(-1), Fraction(3))
    assert x + y == Enclosure(Fraction(0), Fraction(5))
    assert x - y == Enclosure(Fraction(-2), Fraction(3))
    assert 1 - x == -(x - 1) == Enclosure(Fraction(-1), Fraction(0))
    assert 2 * x == x * 2 == x + x
    assert -1 * y == -y
    assert y / x == Enclosure(Fraction(-1), Fraction(3))
    assert 1 / x == Enclosure(Fraction(1, 2), Fraction(1))
    assert sum([x, y], 0) == x + y
    assert y.magnitude == 3
    with pytest.raises(ZeroDivisionError):
        x / y


@pytest.mark.parametrize("bits", [53, 160, 2560])
def test_constants(bits: int) -> None:
    ctx.prec = 3000
    for found, value in (
        (intervals.pi(bits), arb.pi()),
        (intervals.sqrt(point(2), bits), arb(2).sqrt()),
        (intervals.sqrt(point(Fraction(1, 10**200)), bits), arb(fmpq(1, 10**100))),
    ):
        assert found is not None
        assert not value < ball(found.lo)
        assert not value > ball(found.hi)
        assert found.hi - found.lo <= found.hi * Fraction(8, 2**bits)
    assert intervals.sqrt(Enclosure(Fraction(-1), Fraction(1)), bits) is None


def num(x: object) -> list[Any]:
    return h.num(x)


X, Y = h.sym("x"), h.sym("y")


@pytest.mark.parametrize(
    ("expression", "value", "slope"),
    [
        (["mul", X, X, Y], lambda x, y: x * x * y, lambda x, y: 2 * x * y),
        (["pow", X, num(-3)], lambda x, y: x**-3, lambda x, y: -3 * x**-4),
        (["pow", X, num(0)], lambda x, y: arb(1), lambda x, y: arb(0)),
        (["exp", ["mul", X, Y]], lambda x, y: (x * y).exp(), lambda x, y: y * (x * y).exp()),
        (["log", ["add", X, Y]], lambda x, y: (x + y).log(), lambda x, y: 1 / (x + y)),
        (["tanh", ["add", X, num(1)]], lambda x, y: (x + 1).tanh(), lambda x, y: 1 - (x + 1).tanh() ** 2),
        (["add", X, ["mul", num(3), X], Y], lambda x, y: 4 * x + y, lambda x, y: arb(4)),
    ],
)
def test_derivatives(expression: Any, value: Callable[..., arb], slope: Callable[..., arb]) -> None:
    place = {"x": point(Fraction(2, 3)), "y": point(Fraction(5, 7))}
    x, y = ball(Fraction(2, 3)), ball(Fraction(5, 7))
    found, gradient = zeros.derived(expression, place, 160)
    for enclosure, exact in ((found, value(x, y)), (gradient.get("x", point(0)), slope(x, y))):
        assert not exact < ball(enclosure.lo)
        assert not exact > ball(enclosure.hi)
        assert enclosure.hi - enclosure.lo < Fraction(1, 10**40)


def test_other_heads_are_no_equations() -> None:
    for expression in (["floor", X], ["pow", X, num("1/2")], ["pow", X, Y], ["add"], ["exp"], ["abs", X], ["true"], X):
        with pytest.raises(Rejected):
            zeros.derived(expression, {}, 160)


def certificate(box: Any, equations: Any) -> h.Data:
    return h.certificate("zero", h.SQUARES, target="obligation", box=box, equations=equations)


# The square root of two; tanh x = x/2; a system in two unknowns (x = 1, y = 0); a zero known to 100 digits.
ROOT = certificate([["x", "7/5", "1/20"]], [["add", ["pow", X, num(2)], num(-2)]])
TANH = certificate([["x", "191/100", "1/10"]], [["add", ["tanh", X], ["mul", num("-1/2"), X]]])
SYSTEM = certificate(
    [["x", "101/100", "1/20"], ["y", "1/1000", "1/20"]],
    [["add", ["exp", Y], ["mul", num(-1), X]], ["add", ["log", X], ["mul", X, Y]]],
)


@pytest.mark.parametrize("given", [ROOT, TANH, SYSTEM])
def test_zero_certificates(given: h.Data) -> None:
    assert h.accepted(given, h.SQUARES).kind == "zero"
    as_obligation(given, h.SQUARES)


def test_tiny_boxes_need_more_precision() -> None:
    centre = Fraction(math.isqrt(2 * 10**240), 10**120)
    box = [["x", str(centre), "1/1" + "0" * 110]]
    h.accepted(certificate(box, ROOT["equations"]), h.SQUARES)
    h.rejected(certificate([["x", str(centre), "1/1" + "0" * 130]], ROOT["equations"]), h.SQUARES)


@pytest.mark.parametrize("given", [ROOT, TANH, SYSTEM])
def test_tampered_zero_certificates(given: h.Data) -> None:
    rejected_everywhere(given, h.SQUARES)


@pytest.mark.parametrize(
    ("given", "path", "value"),
    [
        (ROOT, ["box", 0, 1], "3/2"),  # no zero in it
        (ROOT, ["box", 0, 1], "-7/5" + "0" * 3),
        (ROOT, ["box", 0, 2], "1/1000"),
        (ROOT, ["box", 0, 2], "3"),  # two zeros
        (ROOT, ["box", 0, 2], "0"),
        (ROOT, ["box", 0, 2], "-1/20"),
        (ROOT, ["box"], []),
        (ROOT, ["box"], [["x", "7/5", "1/20"], ["y", "0", "1"]]),
        (ROOT, ["box"], [["x", "7/5", "1/20"], ["x", "7/5", "1/20"]]),
        (ROOT, ["equations"], []),
        (ROOT, ["equations", 0], ["pow", X, num(2)]),
        (ROOT, ["equations", 0], ["add", X, Y]),
        (ROOT, ["equations", 0], ["add", ["pow", X, num("1/2")], num(-1)]),
        (ROOT, ["equations", 0], ["log", ["add", X, num("-7/5")]]),  # undefined in the box
        (ROOT, ["equations", 0], ["pow", ["add", X, num("-7/5")], num(-1)]),
        (TANH, ["box", 0], ["x", "0", "3"]),
        (TANH, ["equations", 0], ["add", ["tanh", X], ["mul", num(-1), X]]),
        (SYSTEM, ["equations", 1], ["add", ["exp", Y], ["mul", num(-1), X]]),  # a singular Jacobian
        (SYSTEM, ["equations"], [["add", ["exp", Y], ["mul", num(-1), X]]]),
    ],
)
def test_false_zero_certificates(given: h.Data, path: list[Any], value: Any) -> None:
    h.rejected(h.changed(given, path, value), h.SQUARES)


def test_a_double_zero_is_not_shown() -> None:
    h.rejected(certificate([["x", "0", "1"]], [["pow", X, num(2)]]), h.SQUARES)
    h.rejected(certificate([["x", "0", "1"]], [["add", ["tanh", X], ["mul", num(-1), X]]]), h.SQUARES)


def test_a_zero_on_the_boundary_of_the_box_is_not_shown() -> None:
    h.rejected(certificate([["x", "0", "1"]], [["add", X, num(-1)]]), h.SQUARES)


def quickly(given: h.Data) -> None:
    start = time.monotonic()
    assert replay(given, h.SQUARES).status in ("rejected", "not-replayed")
    assert time.monotonic() - start < 20


def test_hostile_zero_certificates() -> None:
    box = [["x", "1", "1/2"]]
    quickly(certificate(box, [["pow", X, num(10**30)]]))
    quickly(certificate(box, [["pow", X, num(-(10**30))]]))
    deep: Any = X
    for _ in range(80):
        deep = ["pow", deep, num(300)]
    quickly(certificate(box, [deep]))
    tower: Any = X
    for _ in range(90):
        tower = ["exp", tower]
    quickly(certificate(box, [tower]))
    near: Any = ["tanh", X]
    for _ in range(90):
        near = ["tanh", ["mul", near, num("1/" + "9" * 3999)]]
    quickly(certificate([["x", "0", "1/" + "9" * 3999]], [near]))
    names = [f"x{k}" for k in range(200)]
    wide = [["mul", *(h.sym(name) for name in names)]] * 200
    quickly(certificate([[name, "1", "1/2"] for name in names], wide))
    quickly(certificate(box, [["mul", *[X] * 9_900]]))
