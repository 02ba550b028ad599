"""The number of spikes, unlike the terminal state, depends on timing; its exact minimum and an upper bound (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Not, symbols

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, Valid, axis, computed

LEAST = m.of_runs("least", "min_spikes", "integer", "least number of spikes of a run to rest")
MOST = m.of_runs("most", "max_spikes", "integer", "greatest number of spikes of a run")
FORMULA = computed("formula", "tuple", "spiking.formula", [m.NETWORK, m.EVENTS], "the counts at rest")
START = m.of_network("start", "start", "the initial counts", "tuple")
NET = computed("net_spikes", "integer", "sets.distance", [FORMULA, START], "sum of |S* - S(0)|")
EAGER = computed("is_eager", "boolean", "spiking.is_eager", [m.SEMANTICS], "neurons fire before anything else happens")
BOUND = computed("bound", "integer", "spiking.spike_bound", [m.NETWORK, m.EVENTS], "sum of the N_i of the recursion")

spikes = Statement(
    "dag-spike-count",
    title="Acyclic networks: least number of spikes, and a bound for the greatest",
    summary="The least number of spikes over all timings is the sum of |S*_i - S_i(0)|; the greatest is at most the "
    "sum of N_i, where "
    "N_i = |clip(floor(V0_i/theta_i)) - S_i(0)| + sum of ceil(|q|/theta_i) + sum_j ceil(|W_ij|/theta_i) N_j.",
    area=m.AREA,
    source=m.SOURCE.at("timing invariance of acyclic networks", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        *m.CONSERVING,
        m.ACYCLIC,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        LEAST,
        MOST,
        FORMULA,
        START,
        NET,
        EAGER,
        BOUND,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "acyclic": ("the graph has no cycle", m.ACYCLIC.symbol),
        "rest-rule": m.REST_RULE,
        "bounds": m.INSIDE,
        "finite-events": m.FINITE,
        "free-timing": ("a neuron that may fire may also wait", Not(EAGER.symbol)),
    },
    claim=And(Eq(LEAST.symbol, NET.symbol), MOST.symbol <= BOUND.symbol),
    rests_on=["dag-timing-invariance"],
)


@spikes.argument
def least_and_greatest() -> Iterator[Step]:
    d, jump, fired = symbols("d jump fired")
    yield Step(
        "Each spike changes one count by one, so every run fires at least sum |S*_i - S_i(0)| spikes. Serving the "
        "neurons in topological order, each "
        "only after everything meant for it has arrived, each fires exactly |S*_i - S_i(0)|, since every spike goes "
        "towards the target.",
        [_lemmas.spikes_go_to_the_target(), _lemmas.a_step_to_the_target_shortens_the_way()],
    )
    yield Step(
        "At a neuron, the distance from the current target is at first |clip(floor(V0/theta)) - S(0)|, grows by at "
        "most ceil(|x|) with an arriving charge of x thresholds "
        "and falls by one with each spike; it is never negative, so the neuron fires no more than the sum of these.",
        [
            _lemmas.a_charge_moves_the_level_by_at_most_its_ceiling(),
            _lemmas.clipping_is_lipschitz(),
            Valid({d: "natural", jump: "natural", fired: "natural"}, fired <= d + jump, [d + jump - fired >= 0]),
        ],
    )
    yield Step("Summing in topological order, with at most N_j spikes arriving from each sender j, gives N_i.")


@spikes.certificate
def reference_networks() -> Iterator[m.Raw]:
    """4..8, 2..10 (instant), 2..12 (delayed), 3..17 (instant) spikes."""
    for semantics in ("instant", "delayed"):
        for events in (m.charges(0, 1, 1), m.charges(0, 1, 1, -1)):
            yield {"network": m.RELAY, "events": events, "semantics": semantics}
    yield {"network": m.RELAY_WITH_SUM, "events": m.charges(0, 1, 1, -1), "semantics": "instant"}


@spikes.certificate(budget="standard")
def large_exploration() -> Iterator[m.Raw]:
    """3..27 spikes with arbitrary delays."""
    yield {"network": m.RELAY_WITH_SUM, "events": m.charges(0, 1, 1, -1), "semantics": "delayed"}


@spikes.certificate
def tiny_charges_cost_spikes() -> Iterator[m.Raw]:
    """A charge of 1, then (-1/10, +1/10) five times: S* = 1, but up to eleven spikes."""
    yield {
        "network": m.network(1, potential=0, upper=1),
        "events": m.charges(0, 1, *["-1/10", "1/10"] * 5),
        "semantics": "instant",
    }


@spikes.exhaustive
def two_neurons() -> Family:
    """Two neurons, every weight, potential and list of events on a grid."""
    template = {
        "network": {**m.network(2, potential=[axis("V0"), axis("V1")]), "weights": [[0, 0], [axis("w"), 0]]},
        "events": axis("events"),
        "semantics": axis("semantics"),
    }
    lists = [[[0, "1"], [0, "-1"]], [[0, "1"], [0, "1"], [1, "-1"]], [[0, "5/2"], [0, "-1/2"]]]
    return Family(
        template,
        {
            "semantics": ["instant", "delayed"],
            "w": ["-2", "-1", "1/2", "1", "3/2"],
            "V0": [0, "1/2"],
            "V1": [0, "1/2"],
            "events": lists,
        },
    )


@spikes.search(trials=60, distribution="1 to 3 neurons, acyclic, weights and charges on a grid, either semantics")
def random_networks(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=True)
    return {
        "network": net,
        "events": m.random_events(rng, len(net["threshold"])),
        "semantics": rng.choice(["instant", "delayed"]),
    }


@spikes.control(drops="acyclic")
def self_loop() -> Iterator[m.Raw]:
    """With feedback a pulse can circulate for ever: no bound holds."""
    yield {
        "network": m.network(1, [(0, 0, 1)], potential=0, upper=1),
        "events": m.charges(0, 1, -1),
        "semantics": "delayed",
    }


@spikes.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    yield {
        "network": m.network(1, potential=0, reset="zero"),
        "events": m.charges(0, "6/5", "9/10", "9/10"),
        "semantics": "instant",
    }


@spikes.control(drops="rest-rule")
def open_window() -> Iterator[m.Raw]:
    yield {"network": m.network(1, potential=0, closed="neither"), "events": m.charges(0, 1), "semantics": "instant"}


@spikes.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    yield {"network": m.network(1, potential=0, lower=1, upper=3), "events": [], "semantics": "instant"}


@spikes.control(drops="free-timing")
def firing_at_once() -> Iterator[m.Raw]:
    """A neuron that cannot wait answers +1 and -1 with two spikes in either order, although its count ends at 0."""
    yield {"network": m.network(1, potential=0, lower=-1, upper=1), "events": m.charges(0, 1, -1), "semantics": "eager"}


@spikes.control(drops="finite-events")
def endless_input() -> Iterator[m.Raw]:
    """An event without charge that keeps coming: nothing ever comes to rest."""
    yield {"network": m.network(1, potential=0), "events": [[0, 0, "forever"]], "semantics": "instant"}
