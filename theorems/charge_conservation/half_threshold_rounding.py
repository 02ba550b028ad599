"""An initial potential of half a threshold rounds half up (derived; the initialisation is that of public code)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Implies, Max, Min, Rational, floor

from theorems.charge_conservation import _models as m
from verify import Claim, Family, Statement, axis, defined, parameter

THETA = parameter("theta", "positive", "threshold", r"\theta")
V0 = parameter("V0", "real", "initial potential", "V_0")
Q = parameter("Q", "real", "charge received")
LOWER = parameter("lower", "integer", "least count", r"S_{\min}")
UPPER = parameter("upper", "integer", "greatest count", r"S_{\max}")
theta, v0, q, lower, upper = (x.symbol for x in (THETA, V0, Q, LOWER, UPPER))
LEVEL = defined("level", "integer", floor((v0 + q) / theta), "floor of the charge in thresholds", "n")
COUNT = defined("count", "integer", Min(Max(LEVEL.symbol, lower), upper), "the count at rest", "S^{*}")
ROUNDED = defined("rounded", "integer", floor(q / theta + Rational(1, 2)), "Q / theta rounded, halves up", "r")
level, count, rounded = (x.symbol for x in (LEVEL, COUNT, ROUNDED))
unsaturated = And(lower <= level, level <= upper)

rounding = Statement(
    "half-threshold-rounding",
    title="Starting at half a threshold rounds to the nearest count, halves up",
    summary="With V0 = theta/2 the count at rest is clip(floor(Q/theta + 1/2)), so unless saturated it misses Q by "
    "at most half a threshold, "
    "and a tie goes up.",
    area=m.AREA,
    source=m.SOURCE.at("neuron model", m.DERIVED),
    declared="proved",
    quantities=[THETA, V0, Q, LOWER, UPPER, LEVEL, COUNT, ROUNDED],
    assume={"half": ("the initial potential is half a threshold", Eq(v0, theta / 2))},
    claim=And(
        Eq(count, Min(Max(rounded, lower), upper)),
        Implies(unsaturated, And(theta * count - q <= theta / 2, theta * count - q > -theta / 2)),
        Implies(Eq(rounded, q / theta + Rational(1, 2)), Eq(theta * rounded - q, theta / 2)),
    ),
    rests_on=["single-neuron-terminal"],
)


@rounding.proof
def for_all_values() -> Iterator[Claim]:
    yield Claim("smt")


def at(charge: Any, theta: str = "1", v0: str = "1/2", lower: Any = -8, upper: Any = 7) -> m.Raw:
    return {"theta": theta, "V0": v0, "Q": charge, "lower": lower, "upper": upper}


@rounding.certificate
def ties() -> Iterator[m.Raw]:
    """Q/theta = 1/2, -1/2, 3/2, 5/2, -3/2 give 1, 0, 2, 3, -1; rounding half to even would give 0, 0, 2, 2, -2."""
    for charge in ("1/2", "-1/2", "3/2", "5/2", "-3/2"):
        yield at(charge)
    yield at("7/3", theta="2/3", v0="1/3", lower=0, upper=3)


@rounding.exhaustive
def eighths() -> Family:
    return Family(
        at(axis("Q"), lower=axis("lower"), upper=axis("upper")),
        {"Q": [f"{k}/8" for k in range(-40, 41)], "lower": [-2, 0], "upper": [1, 3]},
    )


@rounding.control(drops="half")
def starting_at_zero() -> Iterator[m.Raw]:
    """V0 = 0 gives the floor."""
    yield at("1/2", v0="0")
