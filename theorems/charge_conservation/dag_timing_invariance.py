"""Acyclic networks come to one terminal state under every timing (claimed in the abstract of Yan et al.)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, symbols

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Drawing, Family, Identity, Statement, Step, axis, computed

OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.FAIR)
STATES = m.of_runs("rest_states", "rest_states", "tuple", "the reachable states at rest, counts and potentials")
FINITE_RUNS = m.of_runs("always_finite", "always_finite", "boolean", "every run is finite")
RANKED = m.of_runs("ranking", "ranking_holds", "boolean", "the ranking function never grows and falls with each spike")
FORMULA = computed("formula", "tuple", "spiking.formula", [m.NETWORK, m.EVENTS], "clipped floors in topological order")
FORMULA_STATE = computed(
    "formula_state",
    "tuple",
    "spiking.formula_state",
    [m.NETWORK, m.EVENTS],
    "these counts with V0 + Q + (W - diag theta) S",
)
PREDICTED = computed("predicted", "tuple", "sets.singleton", [FORMULA], "the one outcome")
PREDICTED_STATE = computed("predicted_state", "tuple", "sets.singleton", [FORMULA_STATE], "the one state at rest")

dag = Statement(
    "dag-timing-invariance",
    title="Acyclic networks: one terminal state whatever the timing",
    summary="In an acyclic charge-conserving network every fair run is finite and ends in the state given by clipped "
    "floors in topological "
    "order; delays, jitter, order, latency and simultaneity do not enter.",
    area=m.AREA,
    source=m.SOURCE.at("abstract, timing invariance of acyclic networks", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.FAIR,
        *m.CONSERVING,
        m.ACYCLIC,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        OUTCOMES,
        STATES,
        FINITE_RUNS,
        RANKED,
        FORMULA,
        FORMULA_STATE,
        PREDICTED,
        PREDICTED_STATE,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "acyclic": ("the digraph of nonzero weights has no cycle, no self-loop", m.ACYCLIC.symbol),
        "rest-rule": m.REST_RULE,
        "bounds": m.INSIDE,
        "finite-events": m.FINITE,
        "fairness": (
            "every event and spike is delivered some time, every neuron that stays able to fire fires some time",
            m.FAIR.symbol,
        ),
    },
    claim=And(
        Eq(OUTCOMES.symbol, PREDICTED.symbol),
        Eq(STATES.symbol, PREDICTED_STATE.symbol),
        FINITE_RUNS.symbol,
        RANKED.symbol,
    ),
    rests_on=["locc-invariant", "single-neuron-terminal"],
)


@dag.argument
def induction_and_ranking() -> Iterator[Step]:
    """Values by topological induction, termination by a ranking function."""
    total, distance, rest = symbols("u_j D_j rest")
    yield Step(
        "At rest nothing is pending and nothing in flight, so by conservation neuron i has received V0_i + Q_i + "
        "sum_j W_ij S_j; the rest rule "
        "leaves the one count clip(floor of that over theta_i). In topological order all S_j on the right are "
        "determined already.",
        [_lemmas.rest_is_clipped_floor()],
        cites=["a finite acyclic digraph has a topological order"],
    )
    yield Step(
        "Let C_ij = ceil(|W_ij|/theta_i), u_j = 1 + sum_i u_i C_ij, and let D_i be the distance of S_i from the "
        "clipped floor of the charge "
        "that has arrived. Psi = sum u_i D_i + sum over tokens u_i C_ij + sum over pending events u_i "
        "ceil(|q|/theta_i). A spike of j lowers D_j "
        "by exactly one and puts tokens worth sum_i u_i C_ij = u_j - 1 into flight: Psi falls by exactly 1.",
        [
            _lemmas.spikes_go_to_the_target(),
            _lemmas.a_step_to_the_target_shortens_the_way(),
            Identity(total * (distance - 1) + (total - 1) + rest, total * distance + rest - 1),
        ],
    )
    yield Step(
        "A delivery of charge x thresholds moves the clipped floor by at most ceil(|x|), as the floor does and "
        "clipping is 1-Lipschitz: "
        "Psi does not grow.",
        [_lemmas.a_charge_moves_the_level_by_at_most_its_ceiling(), _lemmas.clipping_is_lipschitz()],
    )
    yield Step(
        "So at most Psi(0) spikes happen, each sends finitely many tokens, and every run is finite. A fair finite "
        "run can only stop at rest, where "
        "the first step applies. Instant delivery is a special case of arbitrary delays.",
    )


@dag.certificate
def reference_networks() -> Iterator[m.Raw]:
    """Every interleaving of the reference networks: 20, 87, 51, 696 and 140 states, one of them at rest."""
    for semantics in ("instant", "delayed"):
        for events in (m.charges(0, 1, 1), m.charges(0, 1, 1, -1)):
            yield {"network": m.RELAY, "events": events, "semantics": semantics, "fair": True}
    yield {"network": m.RELAY_WITH_SUM, "events": m.charges(0, 1, 1, -1), "semantics": "instant", "fair": True}


@dag.certificate(budget="standard")
def large_exploration() -> Iterator[m.Raw]:
    """26073 states and 139447 moves with arbitrary delays."""
    yield {"network": m.RELAY_WITH_SUM, "events": m.charges(0, 1, 1, -1), "semantics": "delayed", "fair": True}


@dag.certificate(budget="standard")
def one_neuron_twelve_charges() -> Iterator[m.Raw]:
    """All orders of twelve charges on one neuron."""
    yield {"network": m.REFERENCE_NEURON, "events": m.REFERENCE_CHARGES, "semantics": "instant", "fair": True}


@dag.exhaustive
def three_neurons() -> Family:
    """Every acyclic network of three neurons with weights in {-1, 0, 1/2}, under arbitrary delays."""
    grid = ["-1", "0", "1/2"]
    template = {
        "network": {**m.network(3, upper=1), "weights": [[0, 0, 0], [axis("w10"), 0, 0], [axis("w20"), axis("w21"), 0]]},
        "events": axis("events"),
        "semantics": "delayed",
        "fair": True,
    }  # fmt: skip
    return Family(template, {"w10": grid, "w20": grid, "w21": grid, "events": [[[0, "1"]], [[0, "1"], [1, "-1/2"]]]})


@dag.search(trials=100, distribution="1 to 3 neurons, acyclic, weights and charges on a grid, either semantics")
def random_networks(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=True)
    events = m.random_events(rng, len(net["threshold"]))
    return {"network": net, "events": events, "semantics": rng.choice(["instant", "delayed"]), "fair": True}


def _with(net: m.Raw, events: list[Any], **changes: Any) -> m.Raw:
    return {"network": net, "events": events, "semantics": "instant", "fair": True, **changes}


@dag.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    """Reset to zero: 6/5, 9/10, 9/10 give one or two spikes, by their order."""
    yield _with(m.network(1, potential=0, reset="zero"), m.charges(0, "6/5", "9/10", "9/10"))


@dag.control(drops="conservation")
def weights_that_fade() -> Iterator[m.Raw]:
    """A weight that halves after each use makes +, +, - and +, -, + differ."""
    net = m.network(2, [(0, 1, 1)], potential=[0, 0], plastic=["1", "1/2", "1/4"], upper=3)
    yield _with(net, m.charges(0, 1, 1, -1))


@dag.control(drops="acyclic")
def self_loop() -> Iterator[m.Raw]:
    """One neuron that excites itself keeps or loses a pulse, by the order of +1 and -1."""
    yield _with(m.network(1, [(0, 0, 1)], potential=0, upper=1), m.charges(0, 1, -1))


@dag.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    """Rest on [0, 1]: (2, -1) and (-1, 2) end differently."""
    yield _with(m.network(1, potential=0, upper=3, closed="both"), m.charges(0, 2, -1), semantics="eager")


@dag.control(drops="rest-rule")
def open_window() -> Iterator[m.Raw]:
    """Rest on (0, 1): the charge 1 makes the neuron fire +, -, +, - for ever."""
    yield _with(m.network(1, potential=0, upper=3, closed="neither"), m.charges(0, 1))


@dag.control(drops="rest-rule")
def signed_threshold() -> Iterator[m.Raw]:
    """Negative spikes at -theta only: the window (-1, 1) is two thresholds long."""
    yield _with(
        m.network(1, potential=0, lower=-3, upper=3, low=[-1], closed="neither"),
        m.charges(0, 2, "-3/2"),
        semantics="eager",
    )


@dag.control(drops="rest-rule")
def no_corrective_spikes() -> Iterator[m.Raw]:
    """Plain integrate and fire: a spike cannot be taken back."""
    yield _with(m.network(1, potential=0, corrective=False), m.charges(0, 1, -1))


@dag.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    yield _with(m.network(1, potential=0, lower=1, upper=3), [])


@dag.control(drops="finite-events")
def endless_input() -> Iterator[m.Raw]:
    """+1 and -1 for ever, to a neuron without bounds that fires at once."""
    net = m.network(1, potential=0, lower=None, upper=None)
    yield _with(net, [[0, 1, "forever"], [0, -1, "forever"]], semantics="eager")


@dag.control(drops="fairness")
def stalled_run() -> Iterator[m.Raw]:
    """A neuron that may put off its spike for ever."""
    yield _with(m.network(1, potential=0), m.charges(0, 1), fair=False)


@dag.figure
def raster() -> Drawing:
    """One network under several timings."""
    from theorems.charge_conservation import _figures  # matplotlib is slow to import, and only pictures need it

    return _figures.raster(m.RELAY_WITH_SUM, m.charges(0, 1, 1, -1))


@dag.figure
def state_graph() -> Drawing:
    """Every interleaving of a small acyclic network."""
    from theorems.charge_conservation import _figures  # matplotlib is slow to import, and only pictures need it

    return _figures.state_graph(
        m.RELAY,
        m.charges(0, 1, 1),
        "instant",
        "All interleavings of an acyclic network: every path ends in the one state at rest",
    )
