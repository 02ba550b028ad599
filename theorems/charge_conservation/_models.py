"""What the statements on charge-conserving networks share: the source, symbols, assumptions, small networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import And, Basic, S

from verify import Quantity, Source, computed, defined, parameter

AREA = "charge conservation"
SOURCE = Source(
    authors="Jing Yan, Kang You, Zhezhi He, Yaoyu Zhang",
    title="Determinism in the Undetermined: Deterministic Output in Charge-Conserving Continuous-Time Neuromorphic "
    "Systems with Temporal Stochasticity",
    year=2026,
    arxiv="2603.15987",
)
DERIVED = "statement and proof derived here; not to be attributed to the paper"
CLAIM_READ = "claim read in the abstract; statement and proof derived here"

Raw = dict[str, Any]
Edge = tuple[int, int, Any]
"""(sender, receiver, weight)."""

# ---- symbols -----------------------------------------------------------------------------------------------------

NETWORK = parameter("network", "network", "the spiking network: weights, thresholds, initial potentials, bounds, rule")
EVENTS = parameter("events", "events", "external charges, each delivered once at an arbitrary time")
SEMANTICS = parameter("semantics", "choice", "instant delivery, or an arbitrary delay for each spike on each edge")
FAIR = parameter("fair", "boolean", "whether what stays possible for ever is eventually done")
ALWAYS = defined("always", "boolean", S.true, "fairness, taken for granted here")


def of_network(name: str, function: str, meaning: str, sort: str = "boolean") -> Quantity:
    """A property of the network."""
    return computed(name, sort, f"spiking.{function}", [NETWORK], meaning)


def of_runs(name: str, function: str, sort: str, meaning: str, *more: Quantity) -> Quantity:
    """Something worked out from all runs of the network."""
    return computed(name, sort, f"spiking.{function}", [NETWORK, EVENTS, SEMANTICS, *more], meaning)


SUBTRACTIVE = of_network("subtractive", "subtractive", "a spike subtracts exactly the threshold")
LEAKLESS = of_network("leakless", "leakless", "no charge leaks")
LOSSLESS = of_network("lossless", "lossless", "no event and no spike is lost")
CONSTANT = of_network("constant_weights", "constant_weights", "weights do not change with use")
UNIT_WINDOW = of_network(
    "unit_window", "unit_window", "the rest window is [0, threshold) and there are negative spikes"
)
NO_NOISE = of_network("no_noise", "no_noise", "no spike happens but by the rule")
STARTS_INSIDE = of_network("starts_inside", "starts_inside", "the initial counts lie within the bounds")
FINITE_BOUNDS = of_network("finite_bounds", "finite_bounds", "each count has a lower and an upper bound")
ACYCLIC = of_network("acyclic", "acyclic", "the digraph of the nonzero weights has no cycle")
FINITE_EVENTS = computed(
    "finite_events", "boolean", "spiking.finite_events", [EVENTS], "there are finitely many external events"
)

CONSERVING = [SUBTRACTIVE, LEAKLESS, LOSSLESS, CONSTANT]
CONSERVATION = (
    "reset by subtraction of the threshold, no leak, no lost charge, constant weights",
    And(*(quantity.symbol for quantity in CONSERVING)),
)
REST_RULE = (
    "a neuron fires +1 iff V >= threshold and S < upper, -1 iff V < 0 and S > lower, and never otherwise",
    And(UNIT_WINDOW.symbol, NO_NOISE.symbol),
)
INSIDE = ("the counts start within their bounds", STARTS_INSIDE.symbol)
FINITE = ("finitely many external events", FINITE_EVENTS.symbol)


def sym(*quantities: Quantity) -> list[Basic]:
    """Their sympy symbols."""
    return [quantity.symbol for quantity in quantities]


# ---- networks ----------------------------------------------------------------------------------------------------


def network(
    n: int,
    edges: Sequence[Edge] = (),
    *,
    threshold: Any = 1,
    potential: Any = "1/2",
    lower: Any = 0,
    upper: Any = 2,
    **options: Any,
) -> Raw:
    """A network in JSON form; a scalar stands for the same value at each neuron."""

    def each(value: Any) -> list[Any]:
        return list(value) if isinstance(value, (list, tuple)) else [value] * n

    weights: list[list[Any]] = [[0] * n for _ in range(n)]
    for sender, receiver, weight in edges:
        weights[receiver][sender] = weight
    return {
        "weights": weights,
        "threshold": each(threshold),
        "potential": each(potential),
        "lower": each(lower),
        "upper": each(upper),
        **options,
    }


def charges(neuron: int, *amounts: Any) -> list[list[Any]]:
    """External events on one neuron."""
    return [[neuron, amount] for amount in amounts]


RELAY = network(3, [(0, 1, 1), (0, 2, 1), (1, 2, -1)])
"""A neuron, its relay, and a third one that both reach with opposite signs."""

RELAY_WITH_SUM = network(4, [(0, 1, 1), (0, 2, 1), (1, 2, -1), (0, 3, "1/2"), (2, 3, "3/2")])
REFERENCE_CHARGES = charges(0, 5, -3, 7, -2, 4, 4, -6, 1, -1, 3, 2, -5)
REFERENCE_NEURON = network(1, threshold=4, potential=2, lower=-2, upper=5)


def random_network(rng: Any, *, acyclic: bool, largest: int = 3) -> Raw:
    """A small network with weights and potentials on a grid of quarters."""
    n = rng.randint(1, largest)
    weights = ["-1", "-1/2", "1/2", "1", "3/4", "-5/4"]
    edges = [
        (j, i, rng.choice(weights))
        for i in range(n)
        for j in range(i if acyclic else n)
        if rng.random() < (0.7 if acyclic else 0.45)
    ]
    lower = [rng.choice([0, 0, -1]) for _ in range(n)]
    return network(
        n,
        edges,
        potential=[rng.choice(["0", "1/4", "1/2", "3/4"]) for _ in range(n)],
        lower=lower,
        upper=[low + rng.randint(1, 2) for low in lower],
    )


def random_events(rng: Any, n: int, most: int = 3) -> list[list[Any]]:
    """Up to ``most`` charges on random neurons."""
    return [[rng.randrange(n), rng.choice(["1", "-1", "1/2", "-1/2", "5/4"])] for _ in range(rng.randint(0, most))]
