"""Acyclicity is necessary, for every fixed weight matrix (derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Not, Or, symbols

from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, Valid, axis, computed, parameter

CYCLE = parameter("cycle", "tuple", "neurons v_1, ..., v_k, each sending to the next")
IS_CYCLE = computed("is_cycle", "boolean", "spiking.is_cycle", [m.NETWORK, CYCLE], "it is a cycle of the graph")
CHORDLESS = computed(
    "chordless", "boolean", "spiking.chordless", [m.NETWORK, CYCLE], "no other edge joins two of its neurons"
)
SIGN = computed("sign", "integer", "spiking.sign_of_cycle", [m.NETWORK, CYCLE], "product of the signs of its weights")
WITNESS = computed(
    "witness",
    "network",
    "spiking.lock_network",
    [m.NETWORK, CYCLE],
    "the same weights, all other neurons frozen by bounds [0, 0]",
)
WITNESS_EVENTS = computed(
    "witness_events", "events", "spiking.lock_events", [m.NETWORK, CYCLE], "+q and -q on v_1 if the cycle is positive"
)
OUTCOMES = computed(
    "outcomes",
    "tuple",
    "spiking.outcomes",
    [WITNESS, WITNESS_EVENTS, m.SEMANTICS, m.ALWAYS],
    "the outcomes of the witness",
)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many they are")
CAN_REST = computed(
    "can_rest",
    "boolean",
    "spiking.can_always_rest",
    [WITNESS, WITNESS_EVENTS, m.SEMANTICS],
    "the witness can come to rest from every reachable state",
)

necessary = Statement(
    "acyclic-iff",
    title="Acyclicity is necessary: every chordless cycle can be made to decide by timing, or never to rest",
    summary="Whatever the weights are, a chordless cycle (a shortest one is chordless) lets one choose potentials, bounds and "
    "at most two events such that there are two outcomes, or no run ever rests; so with the theorem on acyclic networks, "
    "all choices of these give one outcome iff there is no cycle.",
    area=m.AREA,
    source=m.SOURCE.at("recurrent networks", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.SEMANTICS,
        m.ALWAYS,
        CYCLE,
        IS_CYCLE,
        CHORDLESS,
        SIGN,
        WITNESS,
        WITNESS_EVENTS,
        OUTCOMES,
        NUMBER,
        CAN_REST,
    ],
    assume={
        "chordless-cycle": (
            "v_1 -> ... -> v_k -> v_1 is a cycle, and no other edge joins two of its neurons",
            And(IS_CYCLE.symbol, CHORDLESS.symbol),
        )
    },
    claim=Or(
        And(Eq(SIGN.symbol, 1), NUMBER.symbol >= 2),
        And(Eq(SIGN.symbol, -1), Eq(NUMBER.symbol, 0), Not(CAN_REST.symbol)),
    ),
    rests_on=["dag-timing-invariance", "terminal-iff-fixed-point"],
)


@necessary.argument
def the_witness() -> Iterator[Step]:
    w, v, s, before = symbols("w v s b")
    copy = {w: "positive", s: "integer"}
    inverse = {w: "real", s: "integer"}
    yield Step(
        "A shortest cycle has no chord. Freeze every neuron off the cycle by the bounds [0, 0]: each neuron of the "
        "cycle then hears its predecessor only, and may fire one net "
        "spike.",
        cites=["a chord of a cycle closes a shorter one"],
    )
    yield Step(
        "Positive cycle. With w > 0 the weight into a neuron of sign s = 1 and potential 1 - w/2: it is below "
        "threshold while its predecessor is silent, above it once the "
        "predecessor has fired, and a count of 1 stays at rest then. (For s = -1 everything is reflected: potential "
        "w/2, threshold 0, bounds [-1, 0].)",
        [
            Valid(copy, And(1 - w / 2 < 1, 1 - w / 2 + w >= 1, 1 - w / 2 + w - 1 >= 0)),
            Valid(copy, And(w / 2 >= 0, w / 2 - w < 0)),
        ],
    )
    yield Step(
        "The event +q, q = |w_1|/2, lifts v_1 exactly to its threshold; the pulse runs round the cycle, and the "
        "spike that returns brings |w_1| to v_1, so that after -q as well "
        "its potential stays in the window: all counts s_x. If -q comes first, +q only restores the start: all "
        "counts 0. Both are at rest.",
        [Valid({w: "positive", v: "real"}, And(Eq(v + w / 2, 1), v + w - 1 >= 0, v < 1), [Eq(v, 1 - w / 2)])],
    )
    yield Step(
        "Negative cycle. With bounds [0, 1] and potential 1 - w/2 a neuron whose predecessor has count b in {0, 1} "
        "has the charge 1 - w/2 + w b, so its count at rest is b if w > 0 and "
        "1 - b if w < 0. Around the cycle this composes to negation: no fixed point, so no state at rest.",
        [
            Valid(inverse, Implies(w > 0, And(1 - w / 2 < 1, 1 - w / 2 + w >= 1)), [Not(Eq(w, 0))]),
            Valid(inverse, Implies(w < 0, And(1 - w / 2 >= 1, 1 - w / 2 + w < 1)), [Not(Eq(w, 0))]),
            Valid({before: "integer"}, Not(Eq(1 - before, before))),
        ],
    )


@necessary.certificate
def odd_weights() -> Iterator[m.Raw]:
    """Cycles with weights of any size, among other neurons."""
    yield {"network": m.network(1, [(0, 0, "7/3")]), "semantics": "delayed", "cycle": [0]}
    yield {"network": m.network(1, [(0, 0, "-9")]), "semantics": "instant", "cycle": [0]}
    yield {
        "network": m.network(3, [(0, 1, "5/2"), (1, 0, "1/100"), (1, 2, -3), (2, 2, 4)]),
        "semantics": "instant",
        "cycle": [0, 1],
    }
    yield {
        "network": m.network(3, [(0, 1, -2), (1, 2, "1/3"), (2, 0, "-8/5")]),
        "semantics": "instant",
        "cycle": [0, 1, 2],
    }
    yield {
        "network": m.network(4, [(0, 1, 2), (1, 2, "1/3"), (2, 3, 9), (3, 0, "-8/5")]),
        "semantics": "instant",
        "cycle": [0, 1, 2, 3],
    }


@necessary.exhaustive
def loops_of_one_and_two_neurons() -> Iterator[Family]:
    grid = ["-3", "-1", "-1/2", "1/3", "1", "5/2"]
    pair = {
        "network": {**m.network(2), "weights": [[0, axis("w01")], [axis("w10"), 0]]},
        "semantics": axis("semantics"),
        "cycle": [0, 1],
    }
    lone = {"network": {**m.network(1), "weights": [[axis("w")]]}, "semantics": axis("semantics"), "cycle": [0]}
    yield Family(lone, {"semantics": ["instant"], "w": grid})
    yield Family(pair, {"semantics": ["instant"], "w01": grid, "w10": grid})


@necessary.search(
    trials=80,
    distribution="2 to 4 neurons, a chordless ring of random length among random other edges, weights of random size",
)
def random_cycles(rng: Draw) -> m.Raw:
    n = rng.randint(2, 4)
    k = rng.randint(1, n)
    sizes = ["-3", "-1", "-2/7", "1/5", "1", "5/2"]
    edges = [(j, (j + 1) % k, rng.choice(sizes)) for j in range(k)]
    edges += [
        (j, i, rng.choice(sizes)) for i in range(n) for j in range(n) if (i >= k or j >= k) and rng.random() < 0.3
    ]
    return {"network": m.network(n, edges), "semantics": "instant", "cycle": list(range(k))}


@necessary.control(drops="chordless-cycle")
def a_chord() -> Iterator[m.Raw]:
    """A chord can undo what the cycle does."""
    yield {
        "network": m.network(3, [(0, 1, 1), (1, 2, 1), (2, 0, 1), (0, 2, -3)]),
        "semantics": "instant",
        "cycle": [0, 1, 2],
    }


@necessary.control(drops="chordless-cycle")
def no_cycle_at_all() -> Iterator[m.Raw]:
    yield {"network": m.network(2, [(0, 1, 1), (1, 1, -1)]), "semantics": "instant", "cycle": [1, 1]}
