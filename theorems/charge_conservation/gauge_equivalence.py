"""Gauge freedom of the neuron: shifting its window, scaling its row (derived; the symmetric-threshold form is common)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, symbols

from theorems.charge_conservation import _models as m
from verify import Draw, Identity, Statement, Step, Valid, computed, parameter

SHIFT = parameter("shift", "tuple", "what is added to each neuron's potential and to both ends of its window")
SCALE = parameter("scale", "tuple", "what each neuron's row, threshold, potential and charges are multiplied by")
GAUGED = computed(
    "gauged", "network", "spiking.gauge", [m.NETWORK, SHIFT, SCALE], "the network after the change of gauge"
)
GAUGED_EVENTS = computed("gauged_events", "events", "spiking.gauge_events", [m.EVENTS, SCALE], "the events after it")
POSITIVE = m.of_network("positive", "positive_thresholds", "the thresholds are positive")
STILL_POSITIVE = computed(
    "still_positive", "boolean", "spiking.positive_thresholds", [GAUGED], "they still are after the change"
)
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.FAIR)
GAUGED_OUTCOMES = computed(
    "gauged_outcomes",
    "tuple",
    "spiking.outcomes",
    [GAUGED, GAUGED_EVENTS, m.SEMANTICS, m.FAIR],
    "the same for the changed network",
)

gauge = Statement(
    "gauge-equivalence",
    title="A shift of the rest window and a scaling of the row change no spike",
    summary="Moving a neuron's potential together with its window, or multiplying its incoming weights, threshold, "
    "potential and "
    "charges by a positive number, leaves every run's spikes as they are.",
    area=m.AREA,
    source=m.SOURCE.at("neuron model", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.FAIR,
        *m.CONSERVING,
        SHIFT,
        SCALE,
        GAUGED,
        GAUGED_EVENTS,
        POSITIVE,
        STILL_POSITIVE,
        OUTCOMES,
        GAUGED_OUTCOMES,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "positive-scale": (
            "every scale is positive: thresholds stay positive",
            And(POSITIVE.symbol, STILL_POSITIVE.symbol),
        ),
    },
    claim=Eq(OUTCOMES.symbol, GAUGED_OUTCOMES.symbol),
)


@gauge.argument
def step_by_step_bisimulation() -> Iterator[Step]:
    """The potentials V and kV + c belong together, and stay together."""
    v, low, high, k, c, theta, q = symbols("v low high k c theta q")
    sorts = {v: "real", low: "real", high: "real", k: "positive", c: "real"}
    moved = k * v + c
    yield Step(
        "Let a potential v of the first network belong to k v + c of the second. Whichever ends of the window are "
        "closed, both "
        "neurons are above it, or below it, together.",
        [
            Valid(sorts, And(Equivalent(v >= high, moved >= k * high + c), Equivalent(v > high, moved > k * high + c))),
            Valid(sorts, And(Equivalent(v < low, moved < k * low + c), Equivalent(v <= low, moved <= k * low + c))),
        ],
    )
    yield Step(
        "After firing, and after receiving a charge (k times as large in the second network), they belong together "
        "again.",
        [
            Identity(k * (v - theta) + c, moved - k * theta),
            Identity(k * (v + theta) + c, moved + k * theta),
            Identity(k * (v + q) + c, moved + k * q),
        ],
    )
    yield Step(
        "Initially they belong together, bounds and counts are the same: the two transition systems are isomorphic, "
        "so runs end in the "
        "same counts.",
        cites=["a bisimulation preserves reachable states at rest"],
    )


@gauge.certificate
def symmetric_thresholds() -> Iterator[m.Raw]:
    """Rest window [-1/2, 1/2) with V = 0 at first is [0, 1) with V = 1/2; and a row scaled by 3."""
    events = m.charges(0, 1, 1, -1)
    base = {"events": events, "semantics": "delayed", "fair": True}
    yield {"network": m.RELAY, "shift": ["-1/2"] * 3, "scale": [1, 1, 1], **base}
    yield {"network": m.RELAY, "shift": [0, "1/3", 7], "scale": [3, "1/2", 1], **base}


@gauge.certificate
def recurrent_network() -> Iterator[m.Raw]:
    """Also where timing decides: the set of outcomes is the same."""
    net = m.network(2, [(0, 1, -1), (1, 0, -1)], potential=1, upper=1)
    yield {
        "network": net,
        "events": [],
        "semantics": "delayed",
        "fair": True,
        "shift": [2, "-1/4"],
        "scale": ["2/3", 5],
    }


@gauge.search(
    trials=60, distribution="1 or 2 neurons, any graph, instant delivery; weights, shifts and scales on a grid"
)
def random_gauges(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=False, largest=2)
    n = len(net["threshold"])
    return {
        "network": net,
        "events": m.random_events(rng, n, 2),
        "semantics": "instant",
        "fair": True,
        "shift": [rng.choice(["-1/2", "0", "2/3", "5"]) for _ in range(n)],
        "scale": [rng.choice(["1/3", "1", "2", "7/4"]) for _ in range(n)],
    }


@gauge.control(drops="conservation")
def reset_to_zero() -> Iterator[m.Raw]:
    """A potential that is set to zero is set to another place of the shifted window."""
    net = m.network(1, potential=0, reset="zero")
    yield {
        "network": net,
        "events": m.charges(0, "3/2", "1/2"),
        "semantics": "eager",
        "fair": True,
        "shift": ["1/2"],
        "scale": [1],
    }


@gauge.control(drops="positive-scale")
def negative_scale() -> Iterator[m.Raw]:
    """A negative scale turns the window round: the neuron fires at rest."""
    yield {
        "network": m.network(1, potential=0, upper=1),
        "events": [],
        "semantics": "instant",
        "fair": True,
        "shift": [0],
        "scale": [-1],
    }
