"""Two neurons without self-loops: the sign of the loop decides what can go wrong (derived), with a census."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Implies, Integer, symbols

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Drawing, Family, Identity, Statement, Step, Valid, axis, computed, defined

ZERO = defined("first", "integer", Integer(0), "the first neuron")
ONE = defined("second", "integer", Integer(1), "the second neuron")
W01 = computed(
    "w12", "real", "spiking.weight", [m.NETWORK, ZERO, ONE], "weight from the second neuron to the first", "w_{12}"
)
W10 = computed(
    "w21", "real", "spiking.weight", [m.NETWORK, ONE, ZERO], "weight from the first neuron to the second", "w_{21}"
)
PRODUCT = defined("product", "real", W01.symbol * W10.symbol, "product around the loop", "p")
SIZE = m.of_network("size", "size", "number of neurons", "integer")
PLAIN = m.of_network("no_self_loops", "no_self_loops", "no neuron has a self-loop")
RESTING = computed(
    "resting", "tuple", "spiking.resting_counts", [m.NETWORK, m.EVENTS], "counts at rest, reachable or not"
)
NUMBER_AT_REST = computed("number_at_rest", "integer", "sets.size", [RESTING], "how many they are")
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many outcomes are reachable")
LIVELOCK = m.of_runs("livelock", "livelock", "boolean", "some fair run never rests")
FINITE_RUNS = m.of_runs("always_finite", "always_finite", "boolean", "every run is finite")
INSTANT = computed("is_instant", "boolean", "spiking.is_instant", [m.SEMANTICS], "delivery is instant")
POSITIVE_EVENTS = computed(
    "positive_events", "boolean", "spiking.nonnegative_events", [m.EVENTS], "no event has negative charge"
)
product, number = PRODUCT.symbol, NUMBER.symbol

loops = Statement(
    "two-neuron-loops",
    title="Two neurons: a positive loop may choose, a negative one may never rest",
    summary="If w12 w21 < 0 there is at most one rest state; if w12 w21 > 0 every run with instant delivery ends; if "
    "w12 w21 = 0 the network is acyclic. "
    "Hence with w12 w21 < 0 timing never changes the value of the outcome.",
    area=m.AREA,
    source=m.SOURCE.at("recurrent networks", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        ZERO,
        ONE,
        W01,
        W10,
        PRODUCT,
        SIZE,
        PLAIN,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.FINITE_BOUNDS,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        m.ACYCLIC,
        RESTING,
        NUMBER_AT_REST,
        OUTCOMES,
        NUMBER,
        LIVELOCK,
        FINITE_RUNS,
        INSTANT,
        POSITIVE_EVENTS,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "two-neurons": ("two neurons, no self-loops", And(Eq(SIZE.symbol, 2), PLAIN.symbol)),
        "rest-rule": (
            "a neuron fires +1 iff V >= threshold and S < upper, -1 iff V < 0 and S > lower; the bounds are finite",
            And(m.UNIT_WINDOW.symbol, m.NO_NOISE.symbol, m.FINITE_BOUNDS.symbol),
        ),
        "bounds": m.INSIDE,
        "finite-events": m.FINITE,
    },
    claim=And(
        Implies(product < 0, And(NUMBER_AT_REST.symbol <= 1, number <= 1)),
        Implies(And(product > 0, INSTANT.symbol), And(FINITE_RUNS.symbol, number >= 1)),
        Implies(Eq(product, 0), And(m.ACYCLIC.symbol, Eq(number, 1))),
    ),
    rests_on=["terminal-iff-fixed-point", "dag-timing-invariance"],
)


@loops.argument
def three_cases() -> Iterator[Step]:
    s1, s2, w12, w21, t1, t2, b1, b2, d = symbols("s1 s2 w12 w21 theta1 theta2 b1 b2 d")
    v = symbols("v")
    up, down = symbols("up down")
    yield Step(
        "Negative loop. Rest states are fixed points of Phi. Let S and S' be two of them. Phi_i grows with the "
        "charge of neuron i, so a larger count of "
        "neuron i at S than at S' needs a larger charge, that is w12 (S_2 - S'_2) > 0 for i = 1 (and likewise for i "
        "= 2). If the counts of one neuron "
        "agree, then so do the charges of the other, and its counts; if both differ, multiplying the two sign "
        "conditions gives w12 w21 > 0.",
        [
            _lemmas.rest_is_clipped_floor(),
            _lemmas.clipped_floor_is_monotone(),
            Valid(
                {up: "real", down: "real", w12: "real", w21: "real"},
                w12 * w21 > 0,
                [up * w12 * down > 0, down * w21 * up > 0],
            ),
        ],
    )

    # the energy of the pair, its rows multiplied by |w21| and |w12|, which makes the matrix symmetric: here k = D w12 = D' w21
    d1, d2, k = symbols("d1 d2 k")

    def energy(x: Any, y: Any) -> Any:
        return (d1 * t1 * x**2 + d2 * t2 * y**2) / 2 - k * x * y - d1 * (b1 - t1 / 2) * x - d2 * (b2 - t2 / 2) * y

    v1 = b1 + (k / d1) * s2 - t1 * s1
    v2 = b2 + (k / d2) * s1 - t2 * s2
    yield Step(
        "Positive loop, instant delivery, everything delivered. With d1 = |w21|, d2 = |w12| and k = d1 w12 = d2 w21 "
        "the energy E(S) = (d1 theta1 S1^2 + d2 theta2 S2^2)/2 "
        "- k S1 S2 - d1 (b1 - theta1/2) S1 - d2 (b2 - theta2/2) S2 changes by d_i (theta_i - V_i) with a positive "
        "spike of i, which is <= 0, and by d_i V_i with a "
        "negative one, which is < 0 (b: initial and external charge).",
        [
            Identity(energy(s1 + 1, s2) - energy(s1, s2), d1 * (t1 - v1)),
            Identity(energy(s1 - 1, s2) - energy(s1, s2), d1 * v1),
            Identity(energy(s1, s2 + 1) - energy(s1, s2), d2 * (t2 - v2)),
            Identity(energy(s1, s2 - 1) - energy(s1, s2), d2 * v2),
            Valid(
                {d: "positive", t1: "positive", v: "real"},
                And(Implies(v >= t1, d * (t1 - v) <= 0), Implies(v < 0, d * v < 0)),
            ),
        ],
    )
    yield Step(
        "A run without end would visit some counts twice; between the visits each neuron fires as many positive as "
        "negative spikes, so at least one negative one, "
        "and the energy would have fallen strictly. Before everything is delivered only finitely many events can "
        "happen; so every run ends.",
        cites=["finitely many count vectors lie within finite bounds"],
    )
    yield Step(
        "If w12 w21 = 0 at most one edge is left and there is no cycle; the theorem on acyclic networks applies."
    )


@loops.certificate
def examples() -> Iterator[m.Raw]:
    yield {
        "network": m.network(2, [(0, 1, -1), (1, 0, -1)], potential=1, upper=1),
        "events": [],
        "semantics": "instant",
    }
    yield {
        "network": m.network(2, [(0, 1, 1), (1, 0, -1)], potential=[1, 0], upper=1),
        "events": [],
        "semantics": "delayed",
    }
    yield {"network": m.network(2, [(0, 1, 1)]), "events": m.charges(0, 1, -1), "semantics": "delayed"}


GRID = ["-1", "-1/2", "1/2", "1"]
BOUNDS = [[0, 1], [0, 2], [-1, 1]]
EVENT_LISTS = [
    [[0, 1]], [[0, 1], [1, 1]], [[0, 2], [1, 1]], [[0, 1], [1, "1/2"]], [[0, "1/2"], [1, "1/2"]],
    [[0, 1], [0, -1]], [[0, 1], [0, -1], [1, 1]], [[0, 1], [1, -1]],
]  # fmt: skip


@loops.exhaustive
def census() -> Iterator[Family]:
    """Every loop on a grid: 768 networks with events, each with instant delivery and with arbitrary delays."""
    template = {
        "network": {
            "weights": [[0, axis("w12")], [axis("w21"), 0]], "threshold": [1, 1], "potential": [axis("V0"), axis("V0")],
            "lower": axis("lower"), "upper": axis("upper"),
        },
        "events": axis("events"),
        "semantics": axis("semantics"),
    }  # fmt: skip
    for low, high in BOUNDS:
        axes: dict[str, list[Any]] = {
            "semantics": ["instant", "delayed"], "w12": GRID, "w21": GRID, "V0": [0, "1/2"],
            "lower": [[low] * 2], "upper": [[high] * 2], "events": EVENT_LISTS,
        }  # fmt: skip
        yield Family(template, axes, tally=["semantics", "w12", "w21", "positive_events", "number", "livelock"])


def _at(net: m.Raw, events: list[Any], semantics: str = "instant") -> m.Raw:
    return {"network": net, "events": events, "semantics": semantics}


@loops.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    """The order of the charges decides, although w12 w21 = 0."""
    yield _at(m.network(2, [(0, 1, 1)], potential=0, reset="zero"), m.charges(0, "6/5", "9/10", "9/10"), "eager")


@loops.control(drops="two-neurons")
def self_loop() -> Iterator[m.Raw]:
    """w12 w21 = 0, but a self-loop latches."""
    yield _at(m.network(2, [(0, 0, 1)], potential=0, upper=1), m.charges(0, 1, -1))


@loops.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    yield _at(m.network(2, [(0, 1, 1), (1, 0, -1)], potential=[1, 0], closed="both"), [])


@loops.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    """Below its lower bound a neuron can fire upwards only, so the order of +1 and -1 decides."""
    yield _at(m.network(2, [(0, 1, 1)], potential=0, lower=[1, 0], upper=[3, 2]), m.charges(0, 1, -1))


@loops.control(drops="finite-events")
def endless_input() -> Iterator[m.Raw]:
    net = m.network(2, potential=0, lower=-9, upper=9)
    yield _at(net, [[0, 0, "forever"]])


@loops.figure
def census_chart() -> Drawing:
    """The census, by the signs of the loop."""
    from theorems.charge_conservation import _figures  # matplotlib is slow to import, and only pictures need it

    return _figures.census(GRID, BOUNDS, EVENT_LISTS)
