"""Excitatory recurrence with nonnegative input is deterministic (derived; least action in the sense of Bond and Levine)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Max, Min, floor, symbols

from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, Valid, axis, computed

EXCITATORY = m.of_network("excitatory", "nonnegative_weights", "no weight is negative")
CHARGED = m.of_network("starts_charged", "starts_charged", "V0 >= 0 or S(0) = lower at each neuron")
POSITIVE = computed(
    "positive_events", "boolean", "spiking.nonnegative_events", [m.EVENTS], "no event has negative charge"
)
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
FINITE_RUNS = m.of_runs("always_finite", "always_finite", "boolean", "every run is finite")
LEAST = m.of_runs("least", "min_spikes", "integer", "least number of spikes of a run to rest")
MOST = m.of_runs("most", "max_spikes", "integer", "greatest number of spikes of a run")
LFP = computed(
    "least_fixed_point",
    "tuple",
    "spiking.least_fixed_point",
    [m.NETWORK, m.EVENTS],
    "least fixed point of Phi above the start",
)
PREDICTED = computed("predicted", "tuple", "sets.singleton", [LFP], "the one outcome")
START = m.of_network("start", "start", "the initial counts", "tuple")
NET = computed("net_spikes", "integer", "sets.distance", [LFP, START], "sum of S* - S(0)")

monotone = Statement(
    "monotone-confluence",
    title="Excitatory networks with nonnegative input are deterministic, also with feedback",
    summary="If no weight and no event is negative, every run is finite, fires no negative spike, and ends in the "
    "least fixed point above the start after the same "
    "number of spikes.",
    area=m.AREA,
    source=m.SOURCE.at(
        "recurrent networks",
        f"{m.DERIVED}; the least action principle of abelian networks (Bond, Levine 2016) is recalled",
    ),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        m.FINITE_BOUNDS,
        EXCITATORY,
        CHARGED,
        POSITIVE,
        OUTCOMES,
        FINITE_RUNS,
        LEAST,
        MOST,
        LFP,
        PREDICTED,
        START,
        NET,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "rest-rule": m.REST_RULE,
        "bounds": m.INSIDE,
        "finite-events": m.FINITE,
        "excitatory": ("W_ij >= 0 for all i, j", EXCITATORY.symbol),
        "positive-events": ("every event has charge >= 0", POSITIVE.symbol),
        "charged-start": ("V0_i >= 0 or S_i(0) = lower_i, for each i", CHARGED.symbol),
        "finite-bounds": ("each count has a lower and an upper bound", m.FINITE_BOUNDS.symbol),
    },
    claim=And(
        Eq(OUTCOMES.symbol, PREDICTED.symbol),
        FINITE_RUNS.symbol,
        Eq(LEAST.symbol, NET.symbol),
        Eq(MOST.symbol, NET.symbol),
    ),
    rests_on=["terminal-iff-fixed-point", "locc-invariant"],
)


@monotone.argument
def strong_confluence_and_least_action() -> Iterator[Step]:
    v, theta, x, y, s, t, upper, lower = symbols("v theta x y s t upper lower")
    ints = {s: "integer", t: "integer", upper: "integer", lower: "integer"}
    yield Step(
        "Invariant: V_i >= 0 or S_i = lower_i. A positive spike of i needs V_i >= theta_i and leaves V_i - theta_i "
        ">= 0; deliveries only add. So a negative spike, which needs V_i < 0 "
        "and S_i > lower_i, never happens.",
        [
            Valid(
                {v: "real", theta: "positive", x: "nonnegative"},
                And(Implies(v >= theta, v - theta >= 0), Implies(v >= 0, v + x >= 0)),
            ),
        ],
    )
    yield Step(
        "Neither firing another neuron nor a delivery disables a possible move, and two moves in either order lead "
        "to the same state: potentials add. So all maximal runs "
        "consist of the same moves, in another order; counts only grow and are bounded, hence they are finite.",
        [
            Valid({v: "real", theta: "positive", x: "nonnegative"}, v + x >= theta, [v >= theta]),
            Valid(
                {v: "real", theta: "positive", x: "real", y: "real", s: "real"},
                Eq(y + x, s - theta),
                [Eq(y, v - theta), Eq(s, v + x)],
            ),
        ],
        cites=["Newman: a terminating relation with the one-step diamond property is confluent"],
    )
    level_s, level_t = x, y
    yield Step(
        "Least action. Let Phi(T) <= T and S <= T. If S_i = T_i then neuron i cannot fire: it would need S_i < "
        "upper_i and a charge of at least T_i + 1 thresholds, but its charge at S "
        "is at most that at T, of which the clipped floor is at most T_i. So S stays below every such T; and a state "
        "at rest is a fixed point itself.",
        [
            Valid(
                {**ints, level_s: "real", level_t: "real"},
                level_s < t + 1,
                [level_s <= level_t, Min(Max(floor(level_t), lower), upper) <= t, s < upper, Eq(s, t), lower <= s],
            )
        ],
    )


PAIR = {
    "weights": [["1/2", "1/3"], ["1/2", "1/4"]],
    "threshold": [1, 1],
    "potential": [0, 0],
    "lower": [0, 0],
    "upper": [9, 9],
}
TRIPLE = {
    **m.network(3, potential=0, upper=8),
    "weights": [["1/2", "1/3", 0], [0, "1/4", "1/2"], ["1/3", 0, 0]],
}  # fmt: skip


def _at(net: m.Raw, events: list, semantics: str = "instant") -> m.Raw:
    return {"network": net, "events": events, "semantics": semantics}


@monotone.certificate
def reference_networks() -> Iterator[m.Raw]:
    """Five fixed points, (4, 3) reached, always 7 spikes; three fixed points, (5, 3, 2) reached, always 10 spikes."""
    for semantics in ("instant", "delayed"):
        yield _at(PAIR, [[0, "3/2"], [1, 1]], semantics)
        yield _at(TRIPLE, [[0, 2], [1, "3/2"], [2, "5/4"]], semantics)


@monotone.exhaustive
def excitatory_pairs() -> Family:
    grid = ["0", "1/2", "1", "2"]
    template = {
        "network": {
            **m.network(2, potential=[axis("V0"), 0], upper=2),
            "weights": [[axis("self"), axis("w01")], [axis("w10"), 0]],
        },
        "events": axis("events"),
        "semantics": "instant",
    }
    return Family(
        template,
        {
            "self": ["0", "1"],
            "w01": grid,
            "w10": grid,
            "V0": [0, "1/2"],
            "events": [[[0, "1"]], [[0, "1"], [1, "3/2"]]],
        },
    )


@monotone.search(
    trials=60, distribution="1 to 3 neurons, any graph, nonnegative weights and charges on a grid, instant delivery"
)
def random_networks(rng: Draw) -> m.Raw:
    n = rng.randint(1, 3)
    edges = [(j, i, rng.choice(["1/3", "1/2", "1", "3/2"])) for i in range(n) for j in range(n) if rng.random() < 0.5]
    net = m.network(
        n,
        edges,
        potential=[rng.choice(["0", "1/2", "5/3"]) for _ in range(n)],
        upper=[rng.randint(1, 3) for _ in range(n)],
    )
    return _at(net, [[rng.randrange(n), rng.choice(["1/2", "1", "7/4"])] for _ in range(rng.randint(0, 3))])


@monotone.control(drops="positive-events")
def a_cancelling_pair() -> Iterator[m.Raw]:
    """+1 and -1 in addition: three outcomes, 7 to 13 spikes."""
    yield _at(PAIR, [[0, "3/2"], [1, 1], [0, 1], [0, -1]])


@monotone.control(drops="excitatory")
def mutual_inhibition() -> Iterator[m.Raw]:
    yield _at(m.network(2, [(0, 1, -1), (1, 0, -1)], potential=1, upper=1), [])


@monotone.control(drops="charged-start")
def start_in_debt() -> Iterator[m.Raw]:
    """V0 = -1 above the lower bound: the event and the negative spike race."""
    yield _at(m.network(1, [(0, 0, 1)], potential=-1, lower=-1, upper=1), m.charges(0, 1))


@monotone.control(drops="finite-bounds")
def a_pulse_that_circulates() -> Iterator[m.Raw]:
    """A unit ring without bounds, one unit of charge."""
    yield _at(m.network(2, [(0, 1, 1), (1, 0, 1)], potential=[1, 0], lower=None, upper=None), [])


@monotone.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential=0, reset="zero"), m.charges(0, "6/5", "9/10", "9/10"), "eager")


@monotone.control(drops="rest-rule")
def open_window() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential="1/2", closed="neither"), m.charges(0, "1/2"))


@monotone.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential=0, lower=1, upper=3), [])


@monotone.control(drops="finite-events")
def endless_input() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential=0), [[0, 0, "forever"]])
