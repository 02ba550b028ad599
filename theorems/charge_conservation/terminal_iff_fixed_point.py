"""Rest states are the fixed points of the quantized recurrent map (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Not

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, axis, computed

FIXED = computed(
    "fixed_points",
    "tuple",
    "spiking.fixed_points",
    [m.NETWORK, m.EVENTS],
    "all counts with S = Phi(S)",
    r"\mathrm{Fix}\,\Phi",
)
RESTING = computed(
    "resting",
    "tuple",
    "spiking.resting_counts",
    [m.NETWORK, m.EVENTS],
    "all counts at which nobody may fire when everything is delivered",
)
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
SUBSET = computed("reachable_are_fixed", "boolean", "sets.subset", [OUTCOMES, FIXED], "every outcome is a fixed point")
NUMBER = computed("number", "integer", "sets.size", [FIXED], "how many fixed points there are")
CAN_REST = m.of_runs(
    "can_rest", "can_always_rest", "boolean", "from every reachable state some state at rest can be reached"
)

fixed = Statement(
    "terminal-iff-fixed-point",
    title="Rest states are the fixed points of the clipped-floor map",
    summary="A network with finite bounds, recurrent or not, rests in counts S with everything delivered iff S = "
    "Phi(S); what runs reach is "
    "among them, and without a fixed point no run ever rests.",
    area=m.AREA,
    source=m.SOURCE.at("recurrent networks", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.FINITE_BOUNDS,
        m.STARTS_INSIDE,
        FIXED,
        RESTING,
        OUTCOMES,
        SUBSET,
        NUMBER,
        CAN_REST,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "rest-rule": (
            "a neuron fires +1 iff V >= threshold and S < upper, -1 iff V < 0 and S > lower; the bounds are finite",
            And(m.UNIT_WINDOW.symbol, m.NO_NOISE.symbol, m.FINITE_BOUNDS.symbol),
        ),
        "bounds": m.INSIDE,
    },
    claim=And(Eq(RESTING.symbol, FIXED.symbol), SUBSET.symbol, Implies(Eq(NUMBER.symbol, 0), Not(CAN_REST.symbol))),
    rests_on=["locc-invariant", "single-neuron-terminal"],
)


@fixed.argument
def neuron_by_neuron() -> Iterator[Step]:
    yield Step(
        "With nothing pending and nothing in flight, conservation gives each neuron the charge V0 + Q + sum_j W_ij "
        "S_j, a function of S. Freeze the "
        "other counts: the neuron may not fire iff its count is the clipped floor of that charge, which is the i-th "
        "entry of Phi(S).",
        [_lemmas.rest_is_clipped_floor(), _lemmas.small_model()],
    )
    yield Step(
        "All neurons together: S is at rest iff S = Phi(S). A reachable state at rest is one of these; if "
        "there is none, no run rests."
    )


@fixed.certificate
def examples() -> Iterator[m.Raw]:
    """A fixed point that no run reaches, one that fair runs may miss for ever, and none at all."""
    pair = {
        "weights": [["1/2", "1/3"], ["1/2", "1/4"]],
        "threshold": [1, 1],
        "potential": [0, 0],
        "lower": [0, 0],
        "upper": [9, 9],
    }
    yield {"network": pair, "events": [[0, "3/2"], [1, 1]], "semantics": "delayed"}
    yield {"network": m.network(1, [(0, 0, -1)], potential=2), "events": [], "semantics": "delayed"}
    yield {"network": m.network(1, [(0, 0, -1)], potential=1, upper=1), "events": [], "semantics": "instant"}
    yield {
        "network": m.network(2, [(0, 1, 1), (1, 0, -1)], potential=[1, 0], upper=1),
        "events": [],
        "semantics": "instant",
    }
    yield {"network": m.RELAY, "events": m.charges(0, 1, 1, -1), "semantics": "instant"}


@fixed.exhaustive
def two_neurons() -> Family:
    grid = ["-1", "-1/2", "0", "1/2", "1", "2"]
    template = {
        "network": {
            **m.network(2, potential=[axis("V0"), "1/2"]),
            "weights": [[axis("w00"), axis("w01")], [axis("w10"), 0]],
        },
        "events": [[0, "1"], [1, "-1/2"]],
        "semantics": "instant",
    }
    return Family(template, {"w00": ["-1", "0", "1"], "w01": grid, "w10": grid, "V0": [0, "3/4", 2]})


@fixed.search(trials=80, distribution="1 to 3 neurons, any graph, weights and charges on a grid, instant delivery")
def random_networks(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=False)
    return {"network": net, "events": m.random_events(rng, len(net["threshold"])), "semantics": "instant"}


@fixed.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    """Runs end where Phi has no fixed point."""
    yield {
        "network": m.network(1, potential=0, upper=4, reset="zero"),
        "events": m.charges(0, "6/5", "9/10", "9/10"),
        "semantics": "eager",
    }


@fixed.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    yield {"network": m.network(1, potential=1, closed="both"), "events": [], "semantics": "instant"}


@fixed.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    yield {"network": m.network(1, potential=0, lower=1, upper=3), "events": [], "semantics": "instant"}
