"""Which cycles a signed graph has decides how many rest states are possible (derived; discrete relatives of Thomas' rules)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Not, symbols

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Family, Statement, Step, Valid, axis, computed, parameter

CYCLE = parameter("cycle", "tuple", "neurons v_1, ..., v_k, each sending to the next (may be empty)")
SIZE = m.of_network("size", "size", "number of neurons", "integer")
POSITIVE = m.of_network("positive_cycle", "positive_cycle", "some cycle has a positive product of signs")
NEGATIVE = m.of_network("negative_cycle", "negative_cycle", "some cycle has a negative product of signs")
RESTING = computed(
    "resting", "tuple", "spiking.resting_counts", [m.NETWORK, m.EVENTS], "counts at rest, reachable or not"
)
NUMBER_AT_REST = computed("number_at_rest", "integer", "sets.size", [RESTING], "how many they are")
OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many outcomes are reachable")
CAN_REST = m.of_runs(
    "can_rest", "can_always_rest", "boolean", "from every reachable state some state at rest can be reached"
)
SIGN = computed(
    "sign",
    "integer",
    "spiking.sign_of_cycle",
    [m.NETWORK, CYCLE],
    "product of the signs along the given cycle (0 if it is none)",
)
WITNESS = computed(
    "witness",
    "network",
    "spiking.signed_network",
    [m.NETWORK, CYCLE],
    "weights with these signs, strong on the cycle, weak off it",
)
WITNESS_EVENTS = computed(
    "witness_events",
    "events",
    "spiking.signed_events",
    [m.NETWORK, CYCLE],
    "+1 and -1 on the first neuron of a positive cycle",
)
WITNESS_OUTCOMES = computed(
    "witness_outcomes",
    "tuple",
    "spiking.outcomes",
    [WITNESS, WITNESS_EVENTS, m.SEMANTICS, m.ALWAYS],
    "the outcomes of the witness",
)
WITNESS_NUMBER = computed("witness_number", "integer", "sets.size", [WITNESS_OUTCOMES], "how many they are")
WITNESS_RESTING = computed(
    "witness_resting", "tuple", "spiking.resting_counts", [WITNESS, WITNESS_EVENTS], "the witness's counts at rest"
)
WITNESS_RESTS = computed("witness_rests", "integer", "sets.size", [WITNESS_RESTING], "how many they are")

signed = Statement(
    "signed-cycle-classification",
    title="No positive cycle: at most one rest state. No negative cycle: at least one. Both conditions are sharp",
    summary="Without a positive cycle there is at most one rest state, so timing cannot change its value; without a "
    "negative cycle and with finite bounds "
    "there is at least one and it can be reached from every reachable state. Each sign pattern with a positive "
    "(negative) cycle has weights "
    "with two reachable rest states (with none).",
    area=m.AREA,
    source=m.SOURCE.at(
        "recurrent networks",
        f"{m.DERIVED}; the discrete rules of Remy, Ruet, Thieffry (2008) and Richard, Comet (2007) are recalled",
    ),
    declared="reduced",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        CYCLE,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.FINITE_BOUNDS,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        SIZE,
        POSITIVE,
        NEGATIVE,
        RESTING,
        NUMBER_AT_REST,
        OUTCOMES,
        NUMBER,
        CAN_REST,
        SIGN,
        WITNESS,
        WITNESS_EVENTS,
        WITNESS_OUTCOMES,
        WITNESS_NUMBER,
        WITNESS_RESTING,
        WITNESS_RESTS,
    ],
    assume={
        "conservation": m.CONSERVATION,
        "rest-rule": (
            "a neuron fires +1 iff V >= threshold and S < upper, -1 iff V < 0 and S > lower",
            And(m.UNIT_WINDOW.symbol, m.NO_NOISE.symbol),
        ),
        "finite-bounds": ("each count has a lower and an upper bound", m.FINITE_BOUNDS.symbol),
        "bounds": m.INSIDE,
        "finite-events": m.FINITE,
        "few-neurons": ("fewer than 50 neurons: weak edges of 1/100 together stay below 1/2", SIZE.symbol < 50),
    },
    claim=And(
        Implies(Not(POSITIVE.symbol), And(NUMBER_AT_REST.symbol <= 1, NUMBER.symbol <= 1)),
        Implies(Not(NEGATIVE.symbol), And(CAN_REST.symbol, NUMBER_AT_REST.symbol >= 1)),
        Implies(Eq(SIGN.symbol, 1), WITNESS_NUMBER.symbol >= 2),
        Implies(Eq(SIGN.symbol, -1), Eq(WITNESS_RESTS.symbol, 0)),
    ),
    rests_on=["terminal-iff-fixed-point"],
)


@signed.argument
def walking_backwards_and_monotone_maps() -> Iterator[Step]:
    w, d, s, weak = symbols("w d s r")
    yield Step(
        "Let S and S' be two rest states, that is fixed points of Phi, I the neurons where they differ and s_i the "
        "sign of S_i - S'_i. As Phi_i is monotone in the "
        "charge of i, for i in I some j has W_ij (S_j - S'_j) of sign s_i; so j is in I and sign W_ij = s_i s_j.",
        [
            _lemmas.clipped_floor_is_monotone(),
            Valid({w: "real", d: "real", s: "real"}, Implies(d > 0, w * s > 0), [w * (d * s) > 0]),
        ],
    )
    yield Step(
        "Walk backwards inside I from i to such a j, and so on: a neuron repeats, which closes a cycle. Along it the "
        "signs s_i s_j multiply to +1: a positive cycle.",
        cites=["pigeonhole principle"],
    )
    yield Step(
        "Without a negative cycle each strongly connected component is structurally balanced: s_i s_j W_ij >= 0 for "
        "some signs. In the order that these signs turn round, "
        "Phi is monotone on the component, given the counts of the components before it; on a finite box it has a "
        "fixed point. Together, in topological order, they "
        "give a rest state.",
        [_lemmas.clipped_floor_is_monotone()],
        cites=[
            "Harary: balance of signed graphs",
            "Knaster and Tarski: a monotone map of a finite lattice has a fixed point",
        ],
    )
    yield Step(
        "From any reachable state: deliver everything; then, component by component, let only s-increasing spikes "
        "happen (delivering at once) until none is possible, "
        "then only s-decreasing ones. By monotonicity the latter never enable the former again, and finite bounds "
        "end both phases: the state is at rest.",
        [_lemmas.spikes_go_to_the_target()],
    )
    yield Step(
        "Sharpness, positive cycle: with weights of size 1 on it and 1/100 elsewhere, potentials 1/2 and the bounds "
        "of the witness, the pulse of the first event runs round "
        "and locks in before the second arrives, or never starts. Off the cycle a neuron receives fewer than fifty "
        "times 1/100 in either direction and stays in its window.",
        [
            Valid(
                {weak: "real"},
                And(weak + _lemmas.HALF >= 0, weak + _lemmas.HALF < 1),
                [weak >= -_lemmas.HALF, weak < _lemmas.HALF],
            )
        ],
    )
    yield Step(
        "Sharpness, negative cycle: with bounds [0, 1] and the potentials of the witness each neuron of the cycle "
        "copies its predecessor (weight 1) or negates it (weight -1); "
        "the composition around the cycle is negation, which has no fixed point.",
        [Valid({s: "integer"}, Not(Eq(1 - s, s)))],
    )


@signed.certificate
def both_kinds() -> Iterator[m.Raw]:
    ring = [(0, 1, 1), (1, 2, -1), (2, 0, -1)]
    yield _at(m.network(3, ring, potential=0), m.charges(0, 1), cycle=[0, 1, 2])
    yield _at(m.network(3, [(0, 1, 1), (1, 2, -1), (2, 0, 1), (0, 2, "1/2")], potential=1), [], cycle=[0, 1, 2])
    yield _at(m.RELAY, m.charges(0, 1, 1, -1))
    yield _at(m.network(2, [(0, 1, "7/3"), (1, 0, -4), (1, 1, -1)], potential=[1, 0]), [], cycle=[1])


def _at(net: m.Raw, events: list, semantics: str = "instant", cycle: list | None = None) -> m.Raw:
    return {"network": net, "events": events, "semantics": semantics, "cycle": cycle or []}


@signed.exhaustive
def two_neurons() -> Family:
    """Every sign pattern of two neurons, with the witness of each cycle."""
    grid = ["-1", "0", "1/2"]
    template = {
        "network": {
            **m.network(2, potential=[axis("V0"), "1/2"], upper=1),
            "weights": [[axis("w00"), axis("w01")], [axis("w10"), axis("w11")]],
        },
        "events": [[0, "1"], [1, "-1/2"]],
        "semantics": "instant",
        "cycle": axis("cycle"),
    }
    return Family(
        template, {"w00": grid, "w01": grid, "w10": grid, "w11": grid, "V0": [0, "3/2"], "cycle": [[0], [0, 1]]}
    )


@signed.search(
    trials=80,
    distribution="1 to 3 neurons, any graph, weights and charges on a grid, instant delivery, "
    "the cycle a random sequence",
)
def random_networks(rng: Draw) -> m.Raw:
    net = m.random_network(rng, acyclic=False)
    n = len(net["threshold"])
    cycle = rng.sample(range(n), rng.randint(1, n))
    return _at(net, m.random_events(rng, n), cycle=cycle)


@signed.control(drops="conservation")
def hard_reset() -> Iterator[m.Raw]:
    """One neuron without any cycle, two outcomes."""
    yield _at(m.network(1, potential=0, reset="zero"), m.charges(0, "6/5", "9/10", "9/10"))


@signed.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential=1, closed="both"), [])


@signed.control(drops="finite-bounds")
def pulse_that_circulates() -> Iterator[m.Raw]:
    """A positive ring without bounds passes one unit round for ever."""
    yield _at(m.network(2, [(0, 1, 1), (1, 0, 1)], potential=[1, 0], lower=None, upper=None), [])


@signed.control(drops="bounds")
def start_outside() -> Iterator[m.Raw]:
    """Below its lower bound a neuron can fire upwards only, so the order of +1 and -1 decides."""
    yield _at(m.network(1, potential=0, lower=1, upper=3), m.charges(0, 1, -1))


@signed.control(drops="finite-events")
def endless_input() -> Iterator[m.Raw]:
    yield _at(m.network(1, potential=0), [[0, 0, "forever"]])
