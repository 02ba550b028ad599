"""How long the rest window has to be: exactly one threshold, half open (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, Or, ceiling, floor

from theorems.charge_conservation import _models as m
from verify import Claim, Family, Statement, axis, defined, parameter

A = parameter("A", "real", "charge in thresholds")
LOW = parameter("a", "real", "lower end of the window, in thresholds")
HIGH = parameter("b", "real", "upper end of the window")
COUNT = parameter("S", "integer", "net count")
INSIDE = parameter("inside", "boolean", "the potential A - S lies in the window: the neuron rests")
charge, low, high, count, inside = (q.symbol for q in (A, LOW, HIGH, COUNT, INSIDE))
LENGTH = defined("length", "real", high - low, "length of the window")
NUMBER = defined("number", "integer", floor(charge - low) - floor(charge - high), "how many counts rest", "N")
AT_LOW = defined("number_at_a", "integer", floor(low - low) - floor(low - high), "N for the charge A = a", "N_{A=a}")
AT_HIGH = defined("number_at_b", "integer", floor(high - low) - floor(high - high), "N for the charge A = b", "N_{A=b}")
length, number, at_low, at_high = (q.symbol for q in (LENGTH, NUMBER, AT_LOW, AT_HIGH))

window = Statement(
    "rest-window",
    title="One rest state for every charge iff the half-open window has length one threshold",
    summary="For a window [a, b) the resting counts are the integers in (A - b, A - a]: floor(b - a) or ceil(b - a) "
    "of them. At most one "
    "for every charge iff b - a <= 1, at least one iff b - a >= 1.",
    area=m.AREA,
    source=m.SOURCE.at("minimal constraints on the neuron", m.DERIVED),
    declared="proved",
    quantities=[A, LOW, HIGH, COUNT, INSIDE, LENGTH, NUMBER, AT_LOW, AT_HIGH],
    assume={
        "half-open": (
            "the neuron rests iff a <= V < b",
            Equivalent(inside, And(low <= charge - count, charge - count < high)),
        )
    },
    claim=And(
        Equivalent(inside, And(floor(charge - high) + 1 <= count, count <= floor(charge - low))),
        Or(Eq(number, floor(length)), Eq(number, ceiling(length))),
        Implies(length <= 1, number <= 1),
        Implies(length >= 1, number >= 1),
        Implies(length > 1, at_low >= 2),
        Implies(length < 1, at_high <= 0),
    ),
)


@window.proof
def for_all_windows() -> Iterator[Claim]:
    yield Claim("smt")


def at(charge: str, count: int, low: str, high: str, inside: bool) -> m.Raw:
    return {"A": charge, "S": count, "a": low, "b": high, "inside": inside}


@window.certificate
def unit_and_other_windows() -> Iterator[m.Raw]:
    yield at("1", 1, "0", "1", True)
    yield at("1", 0, "0", "1", False)
    yield at("0", 0, "-1/2", "3/2", True)
    yield at("1/2", 0, "0", "1/2", False)


@window.exhaustive
def grid() -> Family:
    halves = [f"{k}/2" for k in range(-3, 5)]
    template = {"A": axis("A"), "a": axis("a"), "b": axis("b"), "S": axis("S"), "inside": axis("inside")}
    return Family(template, {"A": halves, "a": halves, "b": halves, "S": [-1, 0, 1], "inside": [False, True]})


@window.control(drops="half-open")
def closed_at_both_ends() -> Iterator[m.Raw]:
    """[0, 1] holds both S = 0 and S = 1 for the charge 1."""
    yield at("1", 0, "0", "1", True)


@window.control(drops="half-open")
def open_at_both_ends() -> Iterator[m.Raw]:
    """(0, 1) holds no count for an integer charge."""
    yield at("1", 1, "0", "1", False)
