"""The net output of a neuron at rest is a clipped floor of its charge (derived; Yan et al. claim it in their abstract)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, Max, Min, Not, Or, floor

from theorems.charge_conservation import _models as m
from verify import Claim, Family, Statement, axis, defined, parameter

THETA = parameter("theta", "positive", "threshold", r"\theta")
V0 = parameter("V0", "real", "initial potential", "V_0")
Q = parameter("Q", "real", "all external charge received")
S0 = parameter("S0", "integer", "initial net count", "S_0")
COUNT = parameter("S", "integer", "net count of spikes now")
LOWER = parameter("lower", "integer", "least count allowed", r"S_{\min}")
UPPER = parameter("upper", "integer", "greatest count allowed", r"S_{\max}")
V = parameter("V", "real", "potential now")
PLUS = parameter("plus", "boolean", "the neuron may fire a positive spike", r"\mathrm{fires}^{+}")
MINUS = parameter("minus", "boolean", "the neuron may fire a negative spike", r"\mathrm{fires}^{-}")
theta, v0, q, s0, count, lower, upper, v, plus, minus = (
    x.symbol for x in (THETA, V0, Q, S0, COUNT, LOWER, UPPER, V, PLUS, MINUS)
)
LEVEL = defined("A", "real", (v0 + theta * s0 + q) / theta, "the whole charge in thresholds")
level = LEVEL.symbol
TARGET = defined("target", "integer", Min(Max(floor(level), lower), upper), "clipped floor of the charge", "S^{*}")
target = TARGET.symbol

neuron = Statement(
    "single-neuron-terminal",
    title="A neuron rests at the clipped floor of its charge, and nowhere else",
    summary="At rest the net count is S* = clip(floor(A)) with A the charge in thresholds; a positive spike is possible only "
    "below S*, a negative one only above it, so spikes of size one lead there from anywhere.",
    area=m.AREA,
    source=m.SOURCE.at("terminal state of a neuron", m.CLAIM_READ),
    declared="proved",
    quantities=[THETA, V0, Q, S0, COUNT, LOWER, UPPER, V, PLUS, MINUS, LEVEL, TARGET],
    assume={
        "conservation": ("charge is conserved", Eq(v, v0 + theta * s0 + q - theta * count)),
        "bounds": ("the counts lie within the bounds", And(lower <= count, count <= upper, lower <= s0, s0 <= upper)),
        "rest-rule": (
            "positive spikes iff V >= theta and S < upper; negative ones iff V < 0 and S > lower",
            And(Equivalent(plus, And(v >= theta, count < upper)), Equivalent(minus, And(v < 0, count > lower))),
        ),
    },
    claim=And(
        Equivalent(Not(Or(plus, minus)), Eq(count, target)),
        Implies(plus, count < target),
        Implies(minus, count > target),
        Implies(
            Eq(count, target), Equivalent(And(v >= 0, v < theta), And(lower <= floor(level), floor(level) <= upper))
        ),
        Implies(Eq(count, target), Equivalent(v >= theta, floor(level) > upper)),
        Implies(Eq(count, target), Equivalent(v < 0, level < lower)),
    ),
)


def at(
    count: int,
    charge: str,
    *,
    theta: str = "1",
    v0: str = "0",
    s0: int = 0,
    lower: int = 0,
    upper: int = 3,
    **rule: bool,
) -> m.Raw:
    """The neuron after it received a charge and sent ``count`` net spikes; the rule decides what it may do unless told."""
    from fractions import Fraction as F

    v = F(v0) + F(theta) * s0 + F(charge) - F(theta) * count
    rule = {"plus": v >= F(theta) and count < upper, "minus": v < 0 and count > lower, **rule}
    values = {"theta": theta, "V0": v0, "Q": charge, "S0": s0, "S": count, "lower": lower, "upper": upper, "V": str(v)}
    return {**values, **rule}


@neuron.proof
def for_all_values() -> Iterator[Claim]:
    """The claim itself: mixed integer and real arithmetic, nonlinear in theta only."""
    yield Claim("smt")


@neuron.certificate
def reference_values() -> Iterator[m.Raw]:
    """theta = 4, V0 = 2, charges that sum to 9: A = 11/4, rest at S = 2 with V = 3; and the edge cases of an integer A."""
    for count in range(-2, 6):
        yield at(count, "9", theta="4", v0="2", lower=-2, upper=5)
    yield at(1, "1")  # V = theta fires
    yield at(0, "0")  # V = 0 does not fire negatively
    yield at(2, "100", lower=2, upper=2, s0=2)  # a neuron that never fires


@neuron.exhaustive
def small_parameters() -> Family:
    """The small model itself: bounds up to 4, charges in halves, every count."""
    halves = [f"{k}/2" for k in range(-5, 12)]
    template = {
        "theta": "1", "V0": "0", "Q": axis("A"), "S0": 0, "S": axis("S"), "lower": 0, "upper": axis("upper"), "V": axis("V"),
        "plus": axis("plus"), "minus": axis("minus"),
    }  # fmt: skip
    booleans = [False, True]
    return Family(
        template, {"upper": [0, 1, 2], "S": [0, 1, 2], "A": halves, "V": halves, "plus": booleans, "minus": booleans}
    )


@neuron.control(drops="conservation")
def a_lost_unit() -> Iterator[m.Raw]:
    """One unit of charge is missing from the potential."""
    yield {**at(0, "1", plus=False), "V": "0"}


@neuron.control(drops="bounds")
def start_below_the_lower_bound() -> Iterator[m.Raw]:
    yield at(0, "0", lower=1, upper=3)


@neuron.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    """Firing only above the threshold leaves V = theta at rest."""
    yield at(0, "1", plus=False)
