"""Spiking networks: values worked out by hand, and relations between the functions."""

import itertools
import random
from fractions import Fraction
from typing import Any

import handmade as h
import pytest

from verify.recheck.definitions.functions import FUNCTIONS, Library, Quantized, binary64
from verify.recheck.definitions.spiking import Events, Graph, Network, Simulator, parse_events, parse_network
from verify.recheck.formula import INF, numbers
from verify.recheck.load import NotReplayed, Rejected, exact

HALF = Fraction(1, 2)
DIAMOND = [(0, 1, 1), (0, 2, 1), (1, 2, -1)]


def call(name: str, *arguments: Any) -> Any:
    return Library().call(name, list(arguments))


def explored(net: Network, events: Events, semantics: str) -> Graph:
    graph = Graph.of(Simulator(net, events, semantics))
    assert graph is not None
    return graph


KNOWN = [
    # edges, neurons, potential, upper, events, states at rest, (states, least, greatest number of spikes) twice
    (DIAMOND, 3, HALF, 2, [[0, 1], [0, 1]], [((2, 2, 0), (HALF,) * 3)], (20, 4, 8), (87, 4, 8)),
    (DIAMOND, 3, HALF, 2, [[0, 1], [0, 1], [0, -1]], [((1, 1, 0), (HALF,) * 3)], (51, 2, 10), (696, 2, 12)),
    (
        [*DIAMOND, (0, 3, HALF), (2, 3, Fraction(3, 2))],
        4,
        HALF,
        2,
        [[0, 1], [0, 1], [0, -1]],
        [((1, 1, 0, 1), (HALF, HALF, HALF, 0))],
        (140, 3, 17),
        (26073, 3, 27),
    ),
    (
        [(0, 0, HALF), (1, 0, Fraction(1, 3)), (0, 1, HALF), (1, 1, Fraction(1, 4))],
        2,
        0,
        9,
        [[0, "3/2"], [1, 1]],
        [((4, 3), (HALF, Fraction(3, 4)))],
        (17, 7, 7),
        (126, 7, 7),
    ),
]


@pytest.mark.parametrize(("edges", "n", "potential", "upper", "events", "rest", "instant", "delayed"), KNOWN)
def test_known_explorations(
    edges: Any, n: int, potential: Any, upper: int, events: Any, rest: Any, instant: Any, delayed: Any
) -> None:
    net, library = parse_network(h.network(n, edges, [potential] * n, 0, upper)), Library()
    for semantics, (states, least, most) in (("instant", instant), ("delayed", delayed)):
        key = [net, parse_events(events), semantics]
        assert len(library.graph(*key).states) == states
        assert library.call("spiking.rest_states", key) == tuple(rest)
        assert library.call("spiking.min_spikes", key) == least
        assert library.call("spiking.max_spikes", key) == most
        assert library.call("spiking.always_finite", key)
        assert library.call("spiking.can_always_rest", key)
        assert library.call("spiking.conserved", key)
        assert not library.call("spiking.livelock", key)


def test_known_fixed_points() -> None:
    edges = [(0, 0, HALF), (1, 0, Fraction(1, 3)), (0, 1, HALF), (1, 1, Fraction(1, 4))]
    net, events = parse_network(h.network(2, edges, [0, 0], 0, 9)), parse_events([[0, "3/2"], [1, "1"]])
    points = ((4, 3), (4, 4), (5, 4), (6, 5), (7, 6))
    assert call("spiking.fixed_points", net, events) == points
    assert call("spiking.resting_counts", net, events) == points
    assert call("spiking.least_fixed_point", net, events) == (4, 3)
    assert call("spiking.total_map", net, events, (4, 3)) == (4, 3)
    assert call("spiking.formula_state", parse_network(h.MOTIF), parse_events([[0, 1], [0, 1]])) == (
        (2, 2, 0),
        (HALF,) * 3,
    )
    assert call("spiking.spike_bound", parse_network(h.MOTIF), parse_events([[0, 1], [0, 1]])) == 8


CYCLES = [
    # network, events, rest in both semantics, livelock when instant
    (h.network(1, [(0, 0, 1)], [0], 0, 1), [[0, 1], [0, -1]], ((0,), (1,)), False),
    (h.network(2, [(0, 1, -1), (1, 0, -1)], [1, 1], 0, 1), [], ((0, 1), (1, 0)), False),
    (h.network(2, [(0, 1, 1), (1, 0, -1)], [1, 0], 0, 1), [], (), True),
]


@pytest.mark.parametrize(("net", "events", "rest", "livelock"), CYCLES)
def test_known_cycles(net: Any, events: Any, rest: Any, livelock: bool) -> None:
    for semantics in ("instant", "delayed"):
        key = (parse_network(net), parse_events(events), semantics)
        assert call("spiking.outcomes", *key, True) == rest
        assert call("spiking.livelock", *key) == (livelock or semantics == "delayed")
        assert call("spiking.can_always_rest", *key) == bool(rest)
        assert call("spiking.max_spikes", *key) == (INF if livelock or semantics == "delayed" else 1)
    if livelock:
        assert call("spiking.fixed_points", parse_network(net), parse_events(events)) == ()
        assert call("spiking.min_spikes", parse_network(net), parse_events(events), "instant") is INF


def random_network(draw: random.Random, n: int, acyclic: bool) -> Network:
    rationals = ["0", "0", "1", "-1", "1/2", "-1/2", "3/2"]
    weights = [[draw.choice(rationals) if j < i or not acyclic else "0" for j in range(n)] for i in range(n)]
    potential = [draw.choice(["0", "1/2", "1", "-1/2"]) for _ in range(n)]
    return parse_network(h.network(n, [], potential, 0, 1) | {"weights": weights})


def test_acyclic_networks_end_where_the_formula_says() -> None:
    draw = random.Random(1)
    for _ in range(60):
        net, library = random_network(draw, 3, acyclic=True), Library()
        events = parse_events([[draw.randrange(3), draw.choice(["1", "-1", "1/2"])] for _ in range(2)])
        formula = library.call("spiking.formula", [net, events])
        for semantics in ("instant", "delayed"):
            key = [net, events, semantics]
            assert library.call("spiking.acyclic", [net])
            assert library.call("spiking.outcomes", [*key, True]) == (formula,)
            assert library.call("spiking.rest_states", key) == (library.call("spiking.formula_state", [net, events]),)
            assert library.call("spiking.conserved", key)
            assert library.call("spiking.ranking_holds", key)
            assert library.call("spiking.max_spikes", key) <= library.call("spiking.spike_bound", [net, events])
            ends = library.call("spiking.outcomes", [*key, False])
            assert set(ends) == {state[:3] for state in library.graph(net, events, semantics).states}


def brute_force(simulator: Simulator) -> tuple[int, set[Any], int]:
    """States, states at rest and edges, by plain recursion over sets."""
    seen, edges, frontier, rest = {simulator.initial}, 0, {simulator.initial}, set()
    while frontier:
        after = set()
        for state in frontier:
            moves = simulator.moves(state)
            edges += len(moves)
            if not any(move[0] in ("fire", "event", "token") for move, _, _ in moves):
                rest.add(state)
            after |= {target for _, _, target in moves}
        frontier = after - seen
        seen |= frontier
    return len(seen), rest, edges


def test_graphs_agree_with_brute_force_and_with_the_definitions() -> None:
    draw = random.Random(2)
    for k in range(60):
        net = random_network(draw, 2, acyclic=k % 3 == 1)  # with delays and cycles there may be infinitely many states
        events = parse_events([[draw.randrange(2), draw.choice(["1", "-1", "1/2"])] for _ in range(2)])
        graph = explored(net, events, ("instant", "delayed", "eager")[k % 3])
        states, rest, edges = brute_force(graph.simulator)
        assert (len(graph.states), graph.edge_count) == (states, edges)
        assert {graph.states[v] for v in graph.rest} == rest
        # a cycle, by removing sinks until none is left
        left = dict(enumerate({target for _, _, target in row} for row in graph.edges))
        while sinks := {v for v, after in left.items() if not after & left.keys()}:
            left = {v: after for v, after in left.items() if v not in sinks}
        assert graph.cyclic == bool(left)
        longest = [] if graph.cyclic else graph.longest()
        component_of = {v: c for c, component in enumerate(graph.components) for v in component}
        for v, row in enumerate(graph.edges):
            assert all(component_of[target] <= component_of[v] for _, _, target in row)
            if not graph.cyclic:
                assert longest[v] == max((1 + longest[target] for _, _, target in row), default=0)
        # least number of spikes, by relaxation
        cost = [0 if v in set(graph.rest) else 10**9 for v in range(states)]
        for _ in range(states):
            for v, row in enumerate(graph.edges):
                for move, _, target in row:
                    cost[v] = min(cost[v], cost[target] + (move[0] == "fire"))
        assert graph.min_spikes == (None if cost[0] == 10**9 else cost[0])
        assert graph.can_always_rest == (max(cost) < 10**9)


def moves_of(net: h.Data, events: Any = (), semantics: str = "instant") -> list[list[Any]]:
    simulator = Simulator(parse_network(net), parse_events(list(events)), semantics)
    return [list(move) for move, _, _ in simulator.moves(simulator.initial)]


def test_each_option_has_its_effect_on_the_moves() -> None:
    one = h.network(1, [], ["1"], 0, 1)
    assert moves_of(one) == [["fire", 0, 1]]
    assert moves_of(one | {"closed": "right"}) == []
    assert moves_of(one | {"closed": "both"}) == []
    assert moves_of(one | {"closed": "neither"}) == [["fire", 0, 1]]
    assert moves_of(one | {"high": ["5/4"]}) == []
    assert moves_of(one | {"start": [1]}) == []
    assert moves_of(one | {"upper": [None], "start": [9]}) == [["fire", 0, 1]]
    low = h.network(1, [], ["0"], -1, 1)
    assert moves_of(low) == []
    assert moves_of(low | {"closed": "right"}) == moves_of(low | {"closed": "neither"}) == [["fire", 0, -1]]
    assert moves_of(low | {"closed": "right", "corrective": False}) == []
    assert moves_of(low | {"low": ["1/2"]}) == [["fire", 0, -1]]
    assert moves_of(low | {"noise": 1}) == [["noise", 0, 1], ["noise", 0, -1]]
    assert moves_of(low | {"noise": "unlimited", "start": [-1]}) == [["noise", 0, 1]]
    assert moves_of(h.network(1, [], ["1/2"], 0, 1, leak=True)) == [["leak", 0]]
    both = [[0, "1"], [0, "1"], [0, "-1", "forever"]]
    assert moves_of(one, both, "eager") == [["fire", 0, 1]]
    assert moves_of(low, both) == [["event", 0], ["event", 1]]
    assert moves_of(low | {"loss": True}, both) == [["event", 0], ["lose-event", 0], ["event", 1]]


def test_the_parts_of_a_state() -> None:
    net = parse_network(h.network(2, [(0, 1, "1/2"), (1, 1, "-1/3")], ["1", "0"], 0, 2) | {"noise": 3})
    simulator = Simulator(net, parse_events([[1, "1/6"], [0, "2"], [1, "1/6"], [0, "2", "forever"]]), "delayed")
    assert simulator.scale == 6
    assert simulator.initial == (0, 0, 6, 0, 2, 1, 1, 0, 0, 0, 0, 3, 0, 0)
    after = {tuple(move): state for move, _, state in simulator.moves(simulator.initial)}
    assert after["fire", 0, 1] == (1, 0, 0, 0, 2, 1, 1, 1, 0, 0, 0, 3, 0, 0)
    assert after["noise", 1, 1] == (0, 1, 6, -6, 2, 1, 1, 0, 1, 0, 0, 2, 0, 0)
    assert after["event", 0] == (0, 0, 6, 1, 1, 1, 1, 0, 0, 0, 0, 3, 0, 0)
    assert after["event", 2] == (0, 0, 18, 0, 2, 1, 1, 0, 0, 0, 0, 3, 0, 0)


def test_plastic_weights_reset_and_leak() -> None:
    options = {"plastic": ["1", "1/2", "0"], "threshold": ["1", "9"]}
    net = parse_network(h.network(2, [(0, 1, 1)], ["4", "0"], 0, 4) | options)
    assert explored(net, Events(()), "instant").states[-1] == (4, 0, 0, 3, 0, 2, 0)
    with pytest.raises(Rejected, match="plastic"):
        Simulator(net, Events(()), "delayed")
    reset = parse_network(h.network(1, [(0, 0, "1/2")], ["5/2"], 0, 4) | {"reset": "zero"})
    assert call("spiking.rest_states", reset, Events(()), "instant") == (((1,), (HALF,)),)
    assert not call("spiking.conserved", reset, Events(()), "instant")
    leaky = parse_network(h.network(1, [], ["1/2"], 0, 1, leak=True))
    assert call("spiking.rest_states", leaky, Events(()), "instant") == (((0,), (0,)), ((0,), (HALF,)))


def test_lost_and_eternal_events() -> None:
    net = parse_network(h.network(1, [], ["0"], 0, 2) | {"loss": True})
    assert call("spiking.outcomes", net, parse_events([[0, 1], [0, 1]]), "instant", True) == ((0,), (1,), (2,))
    assert not call("spiking.conserved", net, parse_events([[0, 1]]), "instant")
    eternal = parse_events([[0, 0, "forever"]])
    assert call("spiking.outcomes", net, eternal, "instant", True) == ()
    assert call("spiking.livelock", net, eternal, "instant")
    assert not call("spiking.conserved", net, eternal, "instant")
    assert not call("spiking.finite_events", eternal)
    # a potential that grows without end
    assert call("spiking.livelock", net, parse_events([[0, 1, "forever"]]), "instant") is None


def test_neurons_without_bounds_are_not_counted() -> None:
    bounds = {"lower": [None, 0], "upper": [None, 1]}
    net = parse_network(h.network(2, [(0, 1, 1), (1, 0, -1)], ["1", "0"], 0, 1) | bounds)
    graph = explored(net, Events(()), "instant")
    assert {state[0] for state in graph.states} == {0}
    assert call("spiking.outcomes", net, Events(()), "instant", True) is None
    assert call("spiking.conserved", net, Events(()), "instant") is None
    assert call("spiking.fixed_points", net, Events(())) is None
    assert call("spiking.least_fixed_point", net, Events(())) is None
    assert not call("spiking.finite_bounds", net)


def simple_cycles(net: Network) -> set[tuple[int, ...]]:
    orders = (c for k in range(1, net.size + 1) for c in itertools.permutations(range(net.size), k) if c[0] == min(c))
    return {c for c in orders if call("spiking.is_cycle", net, c)}


def test_cycles_and_their_signs() -> None:
    draw = random.Random(3)
    for _ in range(40):
        net = random_network(draw, 3, acyclic=False)
        signs = {call("spiking.sign_of_cycle", net, c) for c in simple_cycles(net)}
        assert call("spiking.acyclic", net) == (not signs)
        assert call("spiking.positive_cycle", net) == (1 in signs)
        assert call("spiking.negative_cycle", net) == (-1 in signs)
    ring = parse_network(h.network(3, [(0, 1, 1), (1, 2, -1), (2, 0, 2)], [0] * 3, 0, 1))
    assert simple_cycles(ring) == {(0, 1, 2)}
    assert call("spiking.chordless", ring, (0, 1, 2))
    assert call("spiking.sign_of_cycle", ring, (1, 2, 0)) == -1
    assert not call("spiking.is_cycle", ring, (2, 1, 0))
    assert not call("spiking.is_cycle", ring, (0, 1, 7))
    chord = parse_network(h.network(3, [(0, 1, 1), (1, 2, -1), (2, 0, 2), (1, 0, 1)], [0] * 3, 0, 1))
    assert call("spiking.is_cycle", chord, (0, 1, 2))
    assert not call("spiking.chordless", chord, (0, 1, 2))
    assert call("spiking.sign_of_cycle", ring, (0, 1)) == 0
    assert call("spiking.lock_network", ring, (0, 1)) is None
    assert call("spiking.signed_events", ring, (0, 1)) is None


@pytest.mark.parametrize("signs", list(itertools.product((1, -1), repeat=3)))
def test_the_witnesses_of_cycles(signs: tuple[int, ...]) -> None:
    edges = [(0, 1, signs[0]), (1, 2, Fraction(signs[1], 2)), (2, 0, signs[2]), (3, 0, 5)]
    net, c = parse_network(h.network(4, edges, [0] * 4, 0, 1)), (0, 1, 2)
    positive = signs[0] * signs[1] * signs[2] == 1
    for kind in ("lock", "signed"):
        witness, events = call(f"spiking.{kind}_network", net, c), call(f"spiking.{kind}_events", net, c)
        assert len(events.entries) == (2 if positive else 0)
        ends = call("spiking.outcomes", witness, events, "delayed", True)
        if positive:
            assert len(ends) >= 2
        elif kind == "lock":
            assert ends == ()
            assert call("spiking.livelock", witness, events, "delayed")
    lock = call("spiking.lock_network", net, c)
    assert lock.weights == net.weights
    assert (lock.lower[3], lock.upper[3], lock.potential[3]) == (0, 0, 0)
    signed = call("spiking.signed_network", net, c)
    assert signed.weights[0] == (0, 0, signs[2], Fraction(1, 100))
    assert signed.potential[3] == HALF


def test_gauges_change_nothing_that_can_be_seen() -> None:
    draw = random.Random(4)
    for _ in range(20):
        semantics = draw.choice(["instant", "delayed"])
        net = random_network(draw, 2, acyclic=semantics == "delayed")
        events = parse_events([[0, "1"], [1, "-1/2"]])
        for shift, scale in (((Fraction(1, 3), -2), (2, Fraction(5, 7))), ((0, 0), (1, 3))):
            other, charges = call("spiking.gauge", net, shift, scale), call("spiking.gauge_events", events, scale)
            a, b = explored(net, events, semantics), explored(other, charges, semantics)
            assert (len(a.states), a.edge_count, a.livelock) == (len(b.states), b.edge_count, b.livelock)
            ends = [call("spiking.outcomes", n, e, semantics, True) for n, e in ((net, events), (other, charges))]
            assert ends[0] == ends[1]


def test_plain_properties() -> None:
    net = parse_network(h.MOTIF)
    yes = (
        "subtractive leakless lossless constant_weights unit_window starts_inside starts_at_zero finite_bounds"
        " finite_noise no_noise no_self_loops starts_charged positive_thresholds"
    )
    for name in yes.split():
        assert call(f"spiking.{name}", net) is True, name
    odd = h.MOTIF | {
        "reset": "zero",
        "leak": True,
        "loss": True,
        "plastic": ["1", "1/2"],
        "closed": "both",
        "start": [1, 0, 3],
        "noise": "unlimited",
        "lower": [0, None, 1],
        "potential": ["-1", "0", "0"],
        "threshold": ["1", "-1", "1"],
        "weights": [["1", "0", "0"], ["0", "0", "0"], ["0", "0", "0"]],
    }
    for name in yes.split():
        assert call(f"spiking.{name}", parse_network(odd)) is False, name
    for change in ({"corrective": False}, {"low": ["0", "0", "1/2"]}, {"high": ["1", "1", "2"]}):
        assert call("spiking.unit_window", parse_network(h.MOTIF | change)) is False
    assert not call("spiking.nonnegative_weights", net)
    assert call("spiking.weight", net, 2, 1) == -1
    assert call("spiking.weight", net, 3, 1) is None
    assert call("spiking.threshold", net, 2) == 1
    assert call("spiking.threshold", net, -1) is None
    assert call("spiking.potential", net, 0) == HALF
    assert call("spiking.start", parse_network(odd)) == (1, 0, 3)
    assert call("spiking.corrective", net) is True
    assert call("spiking.fires_at_threshold", net) is True
    for change in ({"closed": "both"}, {"closed": "right"}, {"high": ["1", "1", "2"]}):
        assert call("spiking.fires_at_threshold", parse_network(h.MOTIF | change)) is False
    assert call("spiking.is_instant", "instant") is True
    assert call("spiking.is_instant", "eager") is False
    assert [call("spiking.is_eager", name) for name in ("eager", "instant")] == [True, False]
    assert call("spiking.size", net) == 3
    events = parse_events([[0, "1"], [1, "-3"], [0, "1/2"]])
    assert call("spiking.total_charge", events) == Fraction(-3, 2)
    assert call("spiking.positive_charge", events) == Fraction(3, 2)
    assert call("spiking.largest_charge", events) == 3
    assert not call("spiking.nonnegative_events", events)
    assert call("spiking.nonnegative_events", Events(()))
    assert call("spiking.largest_charge", Events(())) == 0


def test_sets() -> None:
    assert call("sets.size", (1, 2, 1)) == 2
    assert call("sets.singleton", (1, 2)) == ((1, 2),)
    assert call("sets.subset", (1, 1), (2, 1))
    assert not call("sets.subset", (1, 3), (2, 1))
    assert call("sets.range", -1, 1) == ((-1,), (0,), (1,))
    assert call("sets.range", 1, 0) == ()
    assert call("sets.distance", (1, HALF), (-1, 1)) == Fraction(5, 2)
    assert call("sets.distance", (1,), (1, 1)) is None
    assert call("sets.vector", 1, (HALF,)) == (1, (HALF,))
    assert [call("sets.entry", (1, (HALF,)), k) for k in (0, 1, 2, -1)] == [1, (HALF,), None, None]
    assert call("sets.size", None) is None


LAYERS = {
    "layers": [
        {"weights": [["1", "-1/2"], ["3", "0"]], "bias": ["0", "1/4"], "step": "1/2", "lower": 0, "upper": 3},
        {"weights": [["1", "1"]], "bias": ["-1"], "step": "1", "lower": -2, "upper": 2},
    ],
    "input": ["1/2", "1"],
    "tie": "half-up",
}


def test_quantized_networks() -> None:
    # z = (0, 7/4), codes (0, 3 from 3.5 + 1/2 = 4 clipped), x = (0, 3/2); z = 1/2, code floor(1) = 1
    assert Quantized(LAYERS).codes() == (0, 3, 1)
    assert Quantized(LAYERS | {"tie": "half-even"}).codes() == (0, 3, 0)
    mapping = {"bounds": [-1, 1], "bias_times": 2, "pieces": 2}
    net = call("quantized.network", Quantized(LAYERS), mapping)
    assert net == parse_network(
        {
            "weights": [["0", "0", "0"], ["0", "0", "0"], ["1/2", "1/2", "0"]],
            "threshold": ["1/2", "1/2", "1"],
            "potential": ["1/4", "1/4", "1/2"],
            "lower": [-1, -1, -3],
            "upper": [4, 4, 3],
        }
    )
    charges = [(0, "1/4"), (0, "-1/4"), (1, "3/4"), (1, "1/4"), (2, "-1")]
    assert call("quantized.events", Quantized(LAYERS), mapping) == parse_events([[*x] for x in charges for _ in "ab"])
    plain = {"bounds": [0, 0], "bias_times": 1, "pieces": 1}
    net, events = (call(f"quantized.{name}", Quantized(LAYERS), plain) for name in ("network", "events"))
    assert call("spiking.formula", net, events) == Quantized(LAYERS).codes()
    with pytest.raises(Rejected):
        call("quantized.events", Quantized(LAYERS), plain | {"pieces": 0})
    for layer in ({"step": "0"}, {"step": "-1"}, {"lower": 4}):
        with pytest.raises(Rejected):
            Quantized(LAYERS | {"layers": [LAYERS["layers"][0] | layer]})
    assert call("quantized.half_up", Quantized(LAYERS)) is True
    assert [call(f"quantized.{name}", mapping) for name in ("same_bounds", "bias_once")] == [False, False]
    assert [call(f"quantized.{name}", plain) for name in ("same_bounds", "bias_once")] == [True, True]


def test_rounding_to_doubles_agrees_with_the_machine() -> None:
    draw = random.Random(5)
    for _ in range(2000):
        x = Fraction(draw.getrandbits(80) - 2**79, draw.getrandbits(70) + 1) * Fraction(2) ** draw.randint(-1100, 900)
        try:
            expected = x.numerator / x.denominator
        except OverflowError:
            continue
        assert binary64(x) == Fraction(expected)
    assert binary64(Fraction(1) + Fraction(1, 2**53)) == 1
    assert binary64(Fraction(1) + Fraction(3, 2**53)) == 1 + Fraction(1, 2**51)
    assert binary64(Fraction(1, 2**1075)) == 0
    assert binary64(Fraction(3, 2**1075)) == Fraction(1, 2**1073)


def test_spike_counts_in_floating_point() -> None:
    tenths = tuple(exact(x) for x in ("1/10", "2/10", "7/10"))
    assert call("floats.spike_counts", tenths, 1, "exact") == (1,)
    expected = set()
    for order in itertools.permutations((0.1, 0.2, 0.7)):
        v, count = 0.0, 0
        for q in order:
            v += q
            while v >= 1.0:
                v, count = v - 1.0, count + 1
        expected.add(count)
    assert expected == {0, 1}
    assert call("floats.spike_counts", tenths, 1, "binary64") == (0, 1)
    assert call("floats.spike_counts", (2, -1), 1, "exact") == (1, 2)
    assert call("floats.spike_counts", (1,), 0, "exact") is None
    assert [call("floats.is_binary64", name) for name in ("exact", "binary64")] == [False, True]
    assert call("floats.spike_counts", (2**60,), 1, "binary64") is None


def test_limits_are_named() -> None:
    wide = parse_network(h.network(3, [], [0] * 3, 0, 99))
    with pytest.raises(NotReplayed, match="box"):
        call("spiking.fixed_points", wide, Events(()))
    with pytest.raises(NotReplayed, match="range"):
        call("sets.range", 0, 10**12)
    noisy = parse_network(h.network(1, [], [0], 0, 70_000, noise="unlimited"))
    assert call("spiking.outcomes", noisy, Events(()), "instant", True) is None
    dense = [(i, j, 1) for i in range(12) for j in range(12)]
    with pytest.raises(NotReplayed, match="simple paths"):
        call("spiking.negative_cycle", parse_network(h.network(12, dense, [0] * 12, 0, 1)))
    with pytest.raises(Rejected, match="not known"):
        call("spiking.simplify", wide)
    with pytest.raises(Rejected, match="arguments"):
        call("spiking.size", wide, wide)


def test_zero_thresholds_leave_the_total_map_undefined() -> None:
    net = parse_network(h.network(1, [], [0], 0, 1) | {"threshold": ["0"]})
    for name in ("formula", "formula_state", "fixed_points", "least_fixed_point", "spike_bound"):
        assert call(f"spiking.{name}", net, Events(())) is None


def test_every_function_of_the_table_is_called_here() -> None:
    with open(__file__, encoding="utf-8") as stream:
        text = stream.read()
    for name in (name for name in FUNCTIONS if name.startswith(("sets", "spiking", "quantized", "floats"))):
        assert name.split(".")[1].replace("lock_", "").replace("signed_", "") in text, name


def test_tuples_are_of_exact_numbers() -> None:
    assert numbers([["1/2", 3], []]) == ((HALF, 3), ())
    with pytest.raises(Rejected):
        numbers(["x"])
