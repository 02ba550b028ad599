"""Conservation, bounds and the rest rule suffice: any finite disturbance is corrected (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Not

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Statement, Step, computed

FINITE_NOISE = m.of_network("finite_noise", "finite_noise", "finitely many spurious spikes")
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
LIVELOCK = m.of_runs("livelock", "livelock", "boolean", "some fair run never rests")
FORMULA = computed("formula", "tuple", "spiking.formula", [m.NETWORK, m.EVENTS], "clipped floors in topological order")
PREDICTED = computed("predicted", "tuple", "sets.singleton", [FORMULA], "the one outcome")

minimal = Statement(
    "minimal-constraints",
    title="Conservation, bounds and the rest rule are all that the terminal state needs",
    summary="Early, late, stochastic or spurious spikes change nothing at rest, as long as each conserves charge, "
    "counts stay in "
    "bounds and only finitely many happen.",
    area=m.AREA,
    source=m.SOURCE.at("minimal constraints on the neuron", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        FINITE_NOISE,
        m.ACYCLIC,
        OUTCOMES,
        LIVELOCK,
        FORMULA,
        PREDICTED,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "bounds": m.INSIDE,
        "rest-rule": (
            "at rest V < threshold or S = upper, and V >= 0 or S = lower; the window is half open",
            m.UNIT_WINDOW.symbol,
        ),
        "finitely-many": ("finitely many events and spurious spikes", And(m.FINITE_EVENTS.symbol, FINITE_NOISE.symbol)),
        "acyclic": ("the graph has no cycle", m.ACYCLIC.symbol),
    },
    claim=And(Eq(OUTCOMES.symbol, PREDICTED.symbol), Not(LIVELOCK.symbol)),
    rests_on=["single-neuron-terminal", "locc-invariant"],
)


@minimal.argument
def only_the_rest_state_matters() -> Iterator[Step]:
    """How a neuron got to rest does not enter."""
    yield Step(
        "At rest with everything delivered, conservation gives V = theta (A - S) with A the whole charge in "
        "thresholds, whatever "
        "spikes were fired on the way; spurious ones conserve charge as well. The rest rule then leaves one count.",
        [_lemmas.rest_is_clipped_floor(), _lemmas.small_model()],
    )
    yield Step(
        "After the last event and the last spurious spike, each spike by the rule moves a count one step towards "
        "that value, which "
        "then is fixed for neurons without senders; so they rest after finitely many spikes, then the neurons that "
        "only these reach, "
        "and so on in topological order.",
        [_lemmas.spikes_go_to_the_target(), _lemmas.a_step_to_the_target_shortens_the_way()],
        cites=["a finite acyclic digraph has a topological order"],
    )


@minimal.certificate
def spurious_spikes() -> Iterator[m.Raw]:
    """Up to three spurious spikes anywhere, at any time, in a network with a relay; and a lone neuron."""
    yield {"network": {**m.RELAY, "noise": 1}, "events": m.charges(0, 1, 1, -1), "semantics": "instant"}
    yield {"network": m.network(2, [(0, 1, -1)], noise=3), "events": m.charges(0, 1, 1), "semantics": "delayed"}
    yield {
        "network": m.network(1, potential=0, upper=3, noise=2),
        "events": m.charges(0, 1, 1, -1),
        "semantics": "instant",
    }


@minimal.certificate(budget="standard")
def twelve_charges_in_any_order() -> Iterator[m.Raw]:
    """theta = 4, V0 = 2, bounds [-2, 5], twelve charges that sum to 9: S = 2 in every order and with every latency."""
    yield {"network": m.REFERENCE_NEURON, "events": m.REFERENCE_CHARGES, "semantics": "instant"}


@minimal.search(trials=40, distribution="1 or 2 neurons, acyclic, up to 2 spurious spikes, either semantics")
def random_disturbances(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=True, largest=2)
    net["noise"] = rng.randint(0, 2)
    events = m.random_events(rng, len(net["threshold"]), 2)
    return {"network": net, "events": events, "semantics": rng.choice(["instant", "delayed"])}


@minimal.control(drops="conservation")
def charge_that_leaks() -> Iterator[m.Raw]:
    yield {
        "network": m.network(1, potential=0, leak=True),
        "events": m.charges(0, "1/2", "1/2"),
        "semantics": "instant",
    }


@minimal.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    yield {"network": m.network(1, potential=0, lower=1, upper=3), "events": [], "semantics": "instant"}


@minimal.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    """With [0, 1] closed, (2, -1) ends in S = 1 and (-1, 2) in S = 0."""
    yield {
        "network": m.network(1, potential=0, upper=3, closed="both"),
        "events": m.charges(0, 2, -1),
        "semantics": "eager",
    }


@minimal.control(drops="finitely-many")
def endless_noise() -> Iterator[m.Raw]:
    yield {"network": m.network(1, noise="unlimited"), "events": [], "semantics": "instant"}


@minimal.control(drops="acyclic")
def feedback() -> Iterator[m.Raw]:
    yield {
        "network": m.network(1, [(0, 0, 1)], potential=0, upper=1),
        "events": m.charges(0, 1, -1),
        "semantics": "instant",
    }
