"""Integrate and fire without negative spikes: how far the order of the charges can move the count (derived)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Integer, Max, Not, floor

from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, axis, computed, defined

ZERO = defined("only", "integer", Integer(0), "the only neuron")
V0 = computed("V0", "real", "spiking.potential", [m.NETWORK, ZERO], "initial potential", "V_0")
THETA = computed("theta", "real", "spiking.threshold", [m.NETWORK, ZERO], "threshold", r"\theta")
TOTAL = computed("total", "real", "spiking.total_charge", [m.EVENTS], "sum of the charges", r"\Sigma q")
POSITIVE = computed(
    "positive", "real", "spiking.positive_charge", [m.EVENTS], "sum of the positive charges", r"\Sigma q^{+}"
)
LARGEST = computed("largest", "real", "spiking.largest_charge", [m.EVENTS], "greatest absolute value of a charge")
SIZE = m.of_network("size", "size", "number of neurons", "integer")
NO_LOOPS = m.of_network("no_self_loops", "no_self_loops", "the neuron has no self-loop")
AT_ZERO = m.of_network("starts_at_zero", "starts_at_zero", "the count is 0 at first")
AT_THRESHOLD = m.of_network(
    "fires_at_threshold", "fires_at_threshold", "positive spikes are allowed iff V >= threshold"
)
CORRECTIVE = m.of_network("corrective", "corrective", "there are negative spikes")
FEWEST = defined(
    "fewest",
    "integer",
    Max(0, floor((V0.symbol + TOTAL.symbol) / THETA.symbol)),
    "max(0, floor((V0 + all charges)/theta))",
)
MOST = defined(
    "most", "integer", floor((V0.symbol + POSITIVE.symbol) / THETA.symbol), "floor((V0 + positive charges)/theta)"
)
RANGE = computed("predicted", "tuple", "sets.range", [FEWEST, MOST], "every integer between")
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts that some order leads to", m.ALWAYS)

plain = Statement(
    "plain-if-order-range",
    title="Without corrective spikes the order of the charges moves the count through a whole range",
    summary="Over all orders the count takes every value from max(0, floor((V0 + sum)/theta)) to floor((V0 + sum of "
    "the positive charges)/theta), if no charge exceeds "
    "the threshold.",
    area=m.AREA,
    source=m.SOURCE.at("comparison with plain integrate and fire", m.DERIVED),
    declared="certified",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        ZERO,
        V0,
        THETA,
        TOTAL,
        POSITIVE,
        LARGEST,
        SIZE,
        NO_LOOPS,
        CORRECTIVE,
        *m.CONSERVING,
        m.NO_NOISE,
        AT_ZERO,
        AT_THRESHOLD,
        m.FINITE_BOUNDS,
        FEWEST,
        MOST,
        RANGE,
        OUTCOMES,
    ],
    assume={
        "one-neuron": (
            "one neuron without a self-loop, its count 0 at first",
            And(Eq(SIZE.symbol, 1), NO_LOOPS.symbol, AT_ZERO.symbol),
        ),
        "conservation": m.CONSERVATION,
        "firing-rule": ("a spike happens iff V >= threshold", And(AT_THRESHOLD.symbol, m.NO_NOISE.symbol)),
        "plain": ("no negative spikes", Not(CORRECTIVE.symbol)),
        "unbounded": ("the count has no upper bound", Not(m.FINITE_BOUNDS.symbol)),
        "charged-start": ("0 <= V0 < theta", And(V0.symbol >= 0, V0.symbol < THETA.symbol)),
        "small-charges": ("|q| <= theta for every charge", LARGEST.symbol <= THETA.symbol),
    },
    claim=Eq(OUTCOMES.symbol, RANGE.symbol),
)


def neuron(v0: str = "0", **options: Any) -> m.Raw:
    return m.network(1, potential=v0, lower=0, upper=None, **{"corrective": False, **options})


def _at(net: m.Raw, *amounts: Any) -> m.Raw:
    return {"network": net, "events": m.charges(0, *amounts), "semantics": "eager"}


@plain.certificate
def orders() -> Iterator[m.Raw]:
    """(+1, -1): 0 or 1. Three ones and two minus ones from 1/2: 1, 2 or 3; with corrective spikes always 1."""
    yield _at(neuron(), 1, -1)
    yield _at(neuron("1/2"), 1, 1, 1, -1, -1)
    yield _at(neuron("1/2"), "3/5", "3/5", "-1/2", "-2/5")


@plain.exhaustive
def three_charges() -> Family:
    amounts = ["-1", "-3/5", "1/3", "1"]
    template = {
        "network": {**neuron(), "potential": [axis("V0")]},
        "events": [[0, axis("p")], [0, axis("q")], [0, axis("r")]],
        "semantics": "eager",
    }
    return Family(template, {"V0": ["0", "1/2"], "p": amounts, "q": amounts, "r": amounts})


@plain.search(trials=80, distribution="up to 6 charges of size at most the threshold, in eighths")
def random_charges(rng: Draw) -> m.Raw:
    return _at(neuron(f"{rng.randint(0, 7)}/8"), *[f"{rng.randint(-8, 8)}/8" for _ in range(rng.randint(1, 6))])


@plain.control(drops="one-neuron")
def self_loop() -> Iterator[m.Raw]:
    yield _at(
        m.network(1, [(0, 0, "1/2")], potential="1/2", lower=0, upper=None, corrective=False), "1/2", "1/2", "1/2"
    )


@plain.control(drops="conservation")
def reset_to_zero() -> Iterator[m.Raw]:
    """What exceeds the threshold is lost with each spike."""
    yield _at(neuron("1/2", reset="zero"), 1, "1/2")


@plain.control(drops="firing-rule")
def spurious_spikes() -> Iterator[m.Raw]:
    yield _at(neuron(noise=1), 1)


@plain.control(drops="plain")
def corrective_spikes() -> Iterator[m.Raw]:
    """With negative spikes every order gives one count."""
    yield _at(neuron(corrective=True), 1, -1)


@plain.control(drops="unbounded")
def saturated() -> Iterator[m.Raw]:
    yield _at({**neuron(), "upper": [1]}, 1, 1)


@plain.control(drops="charged-start")
def start_above_threshold() -> Iterator[m.Raw]:
    yield _at(neuron("2"), -1)


@plain.control(drops="small-charges")
def a_large_charge() -> Iterator[m.Raw]:
    """+3 and -3 give 0 or 3, nothing between."""
    yield _at(neuron(), 3, -3)
