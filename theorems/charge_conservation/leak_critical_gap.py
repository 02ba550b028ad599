"""A leaky neuron fires on two charges iff they are close enough: the critical gap (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Or, exp, log, symbols

from theorems.charge_conservation import _models as m
from verify import Draw, Statement, Step, Valid, defined, parameter

P = parameter("p", "positive", "first charge, in thresholds")
Q = parameter("q", "positive", "second charge, in thresholds")
GAP = parameter("g", "nonnegative", "time between them")
TAU = parameter("tau", "real", "time constant of the leak", r"\tau")
p, q, g, tau = (x.symbol for x in (P, Q, GAP, TAU))
AFTER = defined("after", "real", p * exp(-g / tau) + q, "potential after the second charge", "V_2")
CRITICAL = defined("critical", "real", tau * log(p / (1 - q)), "critical gap", "g^{*}")
FIRES = defined("fires", "boolean", Or(p >= 1, AFTER.symbol >= 1), "the neuron fires")

leak = Statement(
    "leak-critical-gap",
    title="With a leak, two charges fire iff their gap is at most tau log(p/(1-q))",
    summary="For dV/dt = -V/tau and two charges below threshold a spike happens iff g <= tau log(p/(1-q)): the output "
    "depends on timing.",
    area=m.AREA,
    source=m.SOURCE.at("necessity of charge conservation", m.DERIVED),
    declared="reduced",
    quantities=[P, Q, GAP, TAU, AFTER, CRITICAL, FIRES],
    assume={
        "below-threshold": ("neither charge reaches the threshold alone", And(p < 1, q < 1)),
        "decay": ("the potential decays: tau > 0", tau > 0),
    },
    claim=Equivalent(FIRES.symbol, g <= CRITICAL.symbol),
)


@leak.argument
def monotone_logarithm() -> Iterator[Step]:
    e, x, y, level, other = symbols("e x y L M")
    yield Step(
        "Let e = exp(-g/tau). The first charge alone does not fire (p < 1). The second does iff p e + q >= 1, that "
        "is e >= (1 - q)/p.",
        [
            Valid(
                {p: "positive", q: "positive", e: "positive"},
                Equivalent(p * e + q >= 1, p * e >= 1 - q),
                [p < 1, q < 1],
            )
        ],
    )
    yield Step(
        "The logarithm is increasing and log((1 - q)/p) = -L with L = log(p/(1 - q)), so this is y >= M with y = "
        "-g/tau and M = -L, that is x <= L with x = g/tau.",
        [
            Valid(
                {x: "real", y: "real", level: "real", other: "real"},
                Equivalent(y >= other, x <= level),
                [Eq(x + y, 0), Eq(level + other, 0)],
            )
        ],
        cites=["exp and log are increasing and inverse to each other"],
    )
    yield Step(
        "As tau > 0, g/tau <= L is g <= tau L.",
        [
            Valid(
                {g: "nonnegative", tau: "real", x: "real", level: "real"},
                Equivalent(x <= level, g <= tau * level),
                [tau > 0, x * tau >= g, x * tau <= g],
            )
        ],
    )


def at(first: str, second: str, gap: str, tau: str = "1") -> m.Raw:
    return {"p": first, "q": second, "g": gap, "tau": tau}


@leak.certificate
def around_the_critical_gap() -> Iterator[m.Raw]:
    """p = q = 3/5: the critical gap is log(3/2) = 0.405465108108164381978...; decided on both sides of it, down to 1e-21."""
    yield at("3/5", "3/5", "0")
    yield at("3/5", "3/5", "2/5")
    yield at("3/5", "3/5", "41/100")
    yield at("3/5", "3/5", "405465108108164381978/1000000000000000000000")
    yield at("3/5", "3/5", "405465108108164381979/1000000000000000000000")
    yield at("4/5", "1/2", "1", "5/2")
    yield at("1/3", "1/3", "0", "7")


@leak.search(trials=200, distribution="p, q in sixteenths below the threshold, gaps and time constants in eighths")
def random_charges(rng: Draw) -> m.Raw:
    return at(
        f"{rng.randint(1, 15)}/16", f"{rng.randint(1, 15)}/16", f"{rng.randint(0, 16)}/8", f"{rng.randint(1, 16)}/8"
    )


@leak.control(drops="below-threshold")
def first_charge_fires_alone() -> Iterator[m.Raw]:
    yield at("3/2", "1/5", "1")


@leak.control(drops="decay")
def growing_potential() -> Iterator[m.Raw]:
    """tau = -1: the potential grows between the charges."""
    yield at("3/5", "3/5", "1/10", "-1")
