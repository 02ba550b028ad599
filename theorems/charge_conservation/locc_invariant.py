"""Charge conservation along every run (Yan et al., arXiv:2603.15987, the framework of its abstract)."""

from collections.abc import Iterator
from typing import Any

from sympy import Eq, symbols

from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, Valid, axis

CONSERVED = m.of_runs(
    "conserved", "conserved", "boolean",
    "V + threshold S - charge delivered - sum of W (S - in flight) keeps its initial value at every neuron in every "
    "reachable state",
)  # fmt: skip

locc = Statement(
    "locc-invariant",
    title="Charge is conserved along every run",
    summary="Potential plus threshold times net spike count equals the initial charge plus all charge received, in "
    "every "
    "state that any timing can reach.",
    area=m.AREA,
    source=m.SOURCE.at("charge conservation framework", "model read; statement and proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.SUBTRACTIVE,
        m.LEAKLESS,
        m.LOSSLESS,
        m.CONSTANT,
        m.FINITE_EVENTS,
        CONSERVED,
    ],
    assume={
        "subtractive-reset": ("a spike subtracts exactly the threshold (soft reset)", m.SUBTRACTIVE.symbol),
        "no-leak": ("the potential does not decay", m.LEAKLESS.symbol),
        "no-loss": ("every event and every spike arrives", m.LOSSLESS.symbol),
        "constant-weights": ("a weight does not change between a spike and the next", m.CONSTANT.symbol),
        "finite-events": m.FINITE,
    },
    claim=CONSERVED.symbol,
)


@locc.argument
def induction_over_moves() -> Iterator[Step]:
    """The residual is 0 at first, and each kind of move leaves it unchanged."""
    old = symbols("V S Q R")
    new = symbols("V1 S1 Q1 R1")
    theta, q, w = symbols("theta q w")

    def residual(potential: Any, count: Any, charge: Any, arrived: Any) -> Any:
        return potential + theta * count - charge - arrived

    def kept(*after: Any) -> Valid:
        """The residual is the same before and after a move; ``after`` gives the four values then."""
        sorts = dict.fromkeys((*old, *new, theta, q, w), "real")
        return Valid(sorts, Eq(residual(*new), residual(*old)), [Eq(x, y) for x, y in zip(new, after, strict=True)])

    v, s, charge, arrived = old
    yield Step(
        "Fix a neuron; let Q be the external charge delivered to it so far and R what spikes of all neurons have "
        "brought to it. At the start Q = R = 0, so "
        "V + theta S - Q - R is V0 + theta S0."
    )
    yield Step(
        "Firing with sign +1 or -1 changes V by -theta or +theta and S by +1 or -1; the neuron's own spikes reach "
        "others only "
        "when they are delivered.",
        [kept(v - theta, s + 1, charge, arrived), kept(v + theta, s - 1, charge, arrived)],
    )
    yield Step("Delivering an external charge q adds q to V and to Q.", [kept(v + q, s, charge + q, arrived)])
    yield Step(
        "Delivering a spike of sign +1 or -1 over an edge of weight w adds w or -w to V; the count of its sender "
        "that has arrived "
        "changes by the same sign, so R changes by the same amount.",
        [kept(v + w, s, charge, arrived + w), kept(v - w, s, charge, arrived - w)],
    )
    yield Step(
        "With instant delivery, and for a self-loop, firing and arrival happen in one move: both changes together.",
        [kept(v - theta + w, s + 1, charge, arrived + w), kept(v + theta - w, s - 1, charge, arrived - w)],
        cites=["induction over the moves of a run"],
    )


@locc.certificate
def reference_networks() -> Iterator[m.Raw]:
    """Acyclic and recurrent networks: conservation does not depend on the graph."""
    for events in (m.charges(0, 1, 1), m.charges(0, 1, 1, -1)):
        yield {"network": m.RELAY, "events": events, "semantics": "delayed"}
    yield {"network": m.RELAY_WITH_SUM, "events": m.charges(0, 1, 1, -1), "semantics": "instant"}
    yield {
        "network": m.network(2, [(0, 1, 1), (1, 0, -1)], potential=[1, 0], upper=1),
        "events": [],
        "semantics": "delayed",
    }


@locc.exhaustive
def all_two_neuron_loops() -> Family:
    """Every pair of weights on a grid, both semantics."""
    grid = ["-1", "-1/2", "0", "1/2", "1"]
    template = {
        "network": {**m.network(2, potential=["1/2", 0], upper=1), "weights": [[0, axis("w01")], [axis("w10"), 0]]},
        "events": [[0, 1], [1, "-1/2"]],
        "semantics": axis("semantics"),
    }  # fmt: skip
    return Family(template, {"semantics": ["instant", "delayed"], "w01": grid, "w10": grid})


@locc.search(
    trials=60,
    distribution="1 or 2 neurons, weights and charges on a grid; any graph with instant delivery, else an acyclic one",
)
def random_networks(rng: Draw) -> m.Raw:
    delayed = rng.random() < 0.5
    net = m.random_network(rng, acyclic=delayed, largest=2)
    events = m.random_events(rng, len(net["threshold"]), 2)
    return {"network": net, "events": events, "semantics": "delayed" if delayed else "instant"}


@locc.control(drops="subtractive-reset")
def reset_to_zero() -> Iterator[m.Raw]:
    yield {"network": m.network(1, reset="zero", potential=0), "events": m.charges(0, "6/5"), "semantics": "instant"}


@locc.control(drops="no-leak")
def leaky_neuron() -> Iterator[m.Raw]:
    yield {"network": m.network(1, leak=True), "events": [], "semantics": "instant"}


@locc.control(drops="no-loss")
def dropped_event() -> Iterator[m.Raw]:
    yield {"network": m.network(1, loss=True), "events": m.charges(0, 1), "semantics": "instant"}


@locc.control(drops="constant-weights")
def weight_that_halves() -> Iterator[m.Raw]:
    """The second spike arrives with half the weight."""
    net = m.network(2, [(0, 1, 1)], potential=[2, 0], plastic=["1", "1/2"])
    yield {"network": net, "events": [], "semantics": "instant"}
