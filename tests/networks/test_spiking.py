"""Explorations of spiking networks: known numbers of states, rest states, spikes; a census; a naive simulator."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations, product

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.arithmetic import INF
from verify.decide.transition import TooManyStates
from verify.errors import InstanceError
from verify.networks.spiking import explore_network, parse_events, parse_network
from verify.quantities import Workspace, lookup

HALF = "1/2"


def network(n, edges=(), *, potential=HALF, lower=0, upper=2, **options):
    """A network of threshold 1; edges are (sender, receiver, weight)."""
    weights = [[0] * n for _ in range(n)]
    for sender, receiver, weight in edges:
        weights[receiver][sender] = weight

    def each(value):
        return value if isinstance(value, list) else [value] * n

    return {
        "weights": weights, "threshold": [1] * n, "potential": each(potential), "lower": each(lower),
        "upper": each(upper), **options,
    }  # fmt: skip


def on(neuron, *charges):
    return [[neuron, charge] for charge in charges]


def ask(name, *arguments):
    return lookup(f"spiking.{name}")(Workspace(), *arguments)


def spikes(found):
    graph, is_spike = found.graph, found.system.is_spike
    return tuple(graph.weights_to(graph.at_rest, is_spike, longest=longest) for longest in (False, True))


def rest(found):
    return [(counts, tuple(map(str, potentials))) for counts, potentials, _ in found.rest]


def counts(net, events, semantics):
    return {counts for counts, _, _ in explore_network(net, events, semantics).rest}


# ---- acyclic networks ---------------------------------------------------------------------------------------------

RELAY = [(0, 1, 1), (0, 2, 1), (1, 2, -1)]
WITH_SUM = [*RELAY, (0, 3, HALF), (2, 3, "3/2")]


@pytest.mark.parametrize(
    ("edges", "charges", "semantics", "end", "potentials", "least", "most", "states"),
    [
        (RELAY, (1, 1), "instant", (2, 2, 0), "1/2 1/2 1/2", 4, 8, 20),
        (RELAY, (1, 1), "delayed", (2, 2, 0), "1/2 1/2 1/2", 4, 8, 87),
        (RELAY, (1, 1, -1), "instant", (1, 1, 0), "1/2 1/2 1/2", 2, 10, 51),
        (RELAY, (1, 1, -1), "delayed", (1, 1, 0), "1/2 1/2 1/2", 2, 12, 696),
        (WITH_SUM, (1, 1, -1), "instant", (1, 1, 0, 1), "1/2 1/2 1/2 0", 3, 17, 140),
        (WITH_SUM, (1, 1, -1), "delayed", (1, 1, 0, 1), "1/2 1/2 1/2 0", 3, 27, 26073),
    ],
)
def test_relays(edges, charges, semantics, end, potentials, least, most, states):
    found = explore_network(network(len(end), edges), on(0, *charges), semantics)
    assert rest(found) == [(end, tuple(potentials.split()))]
    assert spikes(found) == (least, most)
    assert len(found.graph.states) == states
    assert found.graph.fair_livelock is None


@pytest.mark.parametrize(("stages", "instant", "delayed"), [(1, 4, 4), (2, 8, 10)])
def test_glitch_ladders(stages, instant, delayed):
    """Each stage doubles the glitches of the one before it, if relays may lag; the bound is attained."""
    edges = []
    for stage in range(stages):
        source, relay, target = 2 * stage, 2 * stage + 1, 2 * stage + 2
        edges += [(source, relay, 1), (source, target, 1), (relay, target, -1)]
    net, events = network(1 + 2 * stages, edges, potential=0, upper=1), on(0, 1)
    for semantics, most in (("instant", instant), ("delayed", delayed)):
        found = explore_network(net, events, semantics)
        assert [counts for counts, _, _ in found.rest] == [(1, 1) + (0,) * (2 * stages - 1)]
        assert spikes(found) == (2, most)
    assert ask("spike_bound", net, events) == 1 + 3 * (2**stages - 1)


def test_longer_glitch_ladders_grow_linearly_without_delays():
    edges = [e for s in range(3) for e in ((2 * s, 2 * s + 1, 1), (2 * s, 2 * s + 2, 1), (2 * s + 1, 2 * s + 2, -1))]
    assert spikes(explore_network(network(7, edges, potential=0, upper=1), on(0, 1), "instant")) == (2, 12)


def test_one_neuron_and_all_orders_of_its_charges():
    net = {"weights": [[0]], "threshold": [4], "potential": [2], "lower": [-2], "upper": [5]}
    found = explore_network(net, on(0, 5, -3, 7, -2, 4, 4, -6, 1, -1, 3, 2, -5), "instant")
    assert rest(found) == [((2,), ("3",))]


@pytest.mark.parametrize(("charges", "potential"), [((1, 1, -1), "0"), ((1, 1, -1, HALF), HALF)])
def test_the_number_of_spikes_depends_on_the_order_and_the_end_does_not(charges, potential):
    found = explore_network(network(1, potential=0, upper=3), on(0, *charges), "instant")
    assert rest(found) == [((1,), (potential,))]
    assert spikes(found) == (1, 3)


def test_small_oscillations_cost_spikes_without_end():
    charges = (1, *["-1/10", "1/10"] * 5)
    found = explore_network(network(1, potential=0), on(0, *charges), "instant")
    assert rest(found) == [((1,), ("0",))]
    assert spikes(found) == (1, 11)


# ---- feedback -----------------------------------------------------------------------------------------------------


def test_the_smallest_network_whose_end_depends_on_timing():
    net = network(1, [(0, 0, 1)], potential=0, upper=1)
    for semantics in ("instant", "delayed"):
        found = explore_network(net, on(0, 1, -1), semantics)
        assert {counts for counts, _, _ in found.rest} == {(0,), (1,)}
        assert (found.graph.fair_livelock is not None) == (semantics == "delayed")


RACE = {(1, 0), (0, 1)}


@pytest.mark.parametrize(
    ("net", "events", "instant", "delayed", "livelocks"),
    [
        (network(2, [(0, 1, -1), (1, 0, -1)], potential=1, upper=1), [], RACE, RACE, (False, True)),
        (network(1, [(0, 0, -1)], potential=1, upper=1), [], set(), set(), (True, True)),
        (network(1, [(0, 0, "-1/2")], potential=1, upper=1), [], set(), set(), (True, True)),
        (network(1, [(0, 0, -1)], potential=2), [], {(1,)}, {(1,)}, (False, True)),
        (network(2, [(1, 0, -1), (0, 1, 1)], potential=[1, 0], upper=1), [], set(), set(), (True, True)),
        (
            network(3, [(0, 1, 1), (0, 2, 1), (1, 2, -1), (2, 2, 1)], potential=0, upper=1), on(0, 1),
            {(1, 1, 1), (1, 1, 0)}, {(1, 1, 1), (1, 1, 0)}, (False, True),
        ),
        (
            network(4, [*RELAY, (2, 3, 1), (3, 3, 1)], potential=0, upper=1), on(0, 1),
            {(1, 1, 0, 0), (1, 1, 0, 1)}, {(1, 1, 0, 0), (1, 1, 0, 1)}, None,
        ),
    ],
)  # fmt: skip
def test_small_recurrent_networks(net, events, instant, delayed, livelocks):
    found = [explore_network(net, events, semantics) for semantics in ("instant", "delayed")]
    assert [{counts for counts, _, _ in one.rest} for one in found] == [instant, delayed]
    if livelocks is not None:
        assert tuple(one.graph.fair_livelock is not None for one in found) == livelocks


def test_a_livelock_that_nothing_leaves():
    pair = network(2, [(1, 0, -1), (0, 1, 1)], potential=[1, 0], upper=1)
    assert len(explore_network(pair, [], "instant").graph.states) == 4
    assert not ask("can_always_rest", pair, [], "instant")
    assert ask("min_spikes", pair, [], "instant") is ask("max_spikes", pair, [], "delayed") is INF


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_rings_keep_or_lose_a_pulse(size):
    ring = network(size, [(k, (k + 1) % size, 1) for k in range(size)], potential=0, upper=1)
    found = explore_network(ring, on(0, 1, -1), "instant")
    assert {counts for counts, _, _ in found.rest} == {(0,) * size, (1,) * size}
    assert (found.graph.fair_livelock is not None) == (size >= 3)
    assert ask("livelock", ring, on(0, 1, -1), "delayed")


@pytest.mark.parametrize(
    ("size", "ends"),
    [(2, {(1, 0), (0, 1)}), (3, {(1, 0, 0), (0, 1, 1)}), (4, {(1, 0, 0, 0), (0, 1, 1, 1)})],
)
def test_rings_with_two_inhibitory_edges(size, ends):
    signs = {0: -1, size - 1: -1}
    ring = network(size, [(k, (k + 1) % size, signs.get(k, 1)) for k in range(size)], potential=0, upper=1)
    assert counts(ring, [[0, 1], [1, 1]], "instant") == ends


def test_excitation_alone_is_confluent_and_takes_the_least_fixed_point():
    net = network(2, [(0, 0, HALF), (1, 0, "1/3"), (0, 1, HALF), (1, 1, "1/4")], potential=0, upper=9)
    events = [[0, "3/2"], [1, 1]]
    assert ask("fixed_points", net, events) == ((4, 3), (4, 4), (5, 4), (6, 5), (7, 6))
    assert ask("least_fixed_point", net, events) == (4, 3)
    for semantics, states in (("instant", 17), ("delayed", 126)):
        found = explore_network(net, events, semantics)
        assert {counts for counts, _, _ in found.rest} == {(4, 3)}
        assert spikes(found) == (7, 7)
        assert len(found.graph.states) == states
    mixed = explore_network(net, [*events, [0, 1], [0, -1]], "instant")
    assert {counts for counts, _, _ in mixed.rest} == {(4, 3), (5, 4), (6, 5)}
    assert spikes(mixed) == (7, 13)


def test_three_neurons_that_excite_each_other():
    edges = [(0, 0, HALF), (1, 0, "1/3"), (1, 1, "1/4"), (2, 1, HALF), (0, 2, "1/3")]
    net, events = network(3, edges, potential=0, upper=8), [[0, 2], [1, "3/2"], [2, "5/4"]]
    assert ask("fixed_points", net, events) == ((5, 3, 2), (6, 3, 3), (6, 4, 3))
    for semantics, states in (("instant", 65), ("delayed", 1017)):
        found = explore_network(net, events, semantics)
        assert {counts for counts, _, _ in found.rest} == {(5, 3, 2)}
        assert spikes(found) == (10, 10)
        assert len(found.graph.states) == states


def test_a_negative_start_breaks_confluence():
    net = network(1, [(0, 0, 1)], potential=-1, lower=-1, upper=1)
    assert rest(explore_network(net, on(0, 1), "instant")) == [((-1,), ("0",)), ((0,), ("0",))]


def test_symmetric_networks():
    rivals = network(3, [(i, j, -1) for i, j in permutations(range(3), 2)], upper=1)
    found = explore_network(rivals, [[k, 1] for k in range(3)], "instant")
    assert {counts for counts, _, _ in found.rest} == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
    assert spikes(found) == (1, 1)
    assert len(found.graph.states) == 20
    half = [(0, 1, "-1/2"), (1, 0, "-1/2"), (0, 2, HALF), (2, 0, HALF), (1, 2, "-1/2"), (2, 1, "-1/2")]
    found = explore_network(network(3, half), [[k, 1] for k in range(3)], "instant")
    assert {counts for counts, _, _ in found.rest} == {(2, 0, 2)}
    assert spikes(found) == (4, 6)
    assert len(found.graph.states) == 41


# ---- a census of small loops --------------------------------------------------------------------------------------

BOUNDS = [(0, 1), (0, 2), (-1, 1)]
WEIGHTS = ["-1", "-1/2", "1/2", "1"]
EVENTS = {
    "pos": [[[0, 1]], [[0, 1], [1, 1]], [[0, 2], [1, 1]], [[0, 1], [1, HALF]], [[0, HALF], [1, HALF]]],
    "mixed": [[[0, 1], [0, -1]], [[0, 1], [0, -1], [1, 1]], [[0, 1], [1, -1]]],
}
ONE_NEURON_EVENTS = {
    "pos": [on(0, 1), on(0, 2), on(0, 1, 1), on(0, HALF, HALF)],
    "mixed": [on(0, 1, -1), on(0, 1, 1, -1), on(0, HALF, -1)],
}


def classify(net, events, semantics):
    """U, M, N: one, many, no rest states (counts) can be reached; L: a fair livelock."""
    found = explore_network(net, events, semantics)
    ends = len({counts for counts, _, _ in found.rest})
    return ("N" if ends == 0 else "U" if ends == 1 else "M") + ("L" if found.graph.fair_livelock is not None else "")


def census(networks, events):
    cases = list(product(networks, events))
    return [Counter(classify(*case, semantics) for case in cases) for semantics in ("instant", "delayed")]


def is_positive(weight):
    return not weight.startswith("-")


@pytest.mark.parametrize(
    ("family", "kind", "instant", "delayed"),
    [
        ("EE", "pos", {"U": 120}, {"U": 120}),
        ("EE", "mixed", {"U": 45, "M": 27}, {"U": 23, "UL": 22, "ML": 27}),
        ("II", "pos", {"U": 86, "M": 34}, {"U": 71, "UL": 15, "ML": 34}),
        ("II", "mixed", {"U": 66, "M": 6}, {"U": 38, "UL": 28, "ML": 6}),
        ("EI", "pos", {"U": 201, "NL": 39}, {"U": 115, "UL": 86, "NL": 39}),
        ("EI", "mixed", {"U": 123, "UL": 4, "NL": 17}, {"U": 52, "UL": 75, "NL": 17}),
    ],
)
def test_census_of_two_neuron_loops(family, kind, instant, delayed):
    excitatory = {"EE": 2, "EI": 1, "II": 0}[family]
    networks = [
        network(2, [(1, 0, a), (0, 1, b)], potential=potential, lower=lower, upper=upper)
        for (lower, upper), potential, a, b in product(BOUNDS, [0, HALF], WEIGHTS, WEIGHTS)
        if is_positive(a) + is_positive(b) == excitatory
    ]
    assert census(networks, EVENTS[kind]) == [instant, delayed]


@pytest.mark.parametrize(
    ("positive", "kind", "instant", "delayed"),
    [
        (True, "pos", {"U": 48}, {"U": 48}),
        (True, "mixed", {"U": 21, "M": 15}, {"U": 12, "UL": 9, "ML": 15}),
        (False, "pos", {"U": 28, "NL": 20}, {"U": 15, "UL": 13, "NL": 20}),
        (False, "mixed", {"U": 25, "NL": 11}, {"U": 8, "UL": 17, "NL": 11}),
    ],
)
def test_census_of_one_neuron_loops(positive, kind, instant, delayed):
    networks = [
        network(1, [(0, 0, w)], potential=potential, lower=lower, upper=upper)
        for (lower, upper), potential, w in product(BOUNDS, [0, HALF], WEIGHTS)
        if is_positive(w) == positive
    ]
    assert census(networks, ONE_NEURON_EVENTS[kind]) == [instant, delayed]


# ---- other rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charges", "potential", "plain", "corrected"),
    [
        ((1, -1), 0, {0, 1}, 0),
        ((1, 1, 1, -1, -1), HALF, {1, 2, 3}, 1),
        (("5/2", -2, "3/4"), "1/4", {1, 2, 3}, 1),
        (("3/5", "3/5", "-1/2", "-2/5"), HALF, {0, 1}, 0),
    ],
)
def test_plain_integrate_and_fire_depends_on_the_order(charges, potential, plain, corrected):
    net = network(1, potential=potential, lower=-9, upper=9)
    assert counts({**net, "corrective": False}, on(0, *charges), "eager") == {(k,) for k in plain}
    assert counts(net, on(0, *charges), "eager") == {(corrected,)}


@pytest.mark.parametrize(
    ("options", "charges", "ends"),
    [
        ({"reset": "zero", "corrective": False}, ("6/5", "9/10", "9/10"), {1, 2}),
        ({"closed": "both"}, (2, -1), {0, 1}),
        ({"closed": "neither"}, (1,), set()),
        ({"low": [-1], "closed": "neither", "lower": [-3]}, (2, "-3/2"), {0, 1}),
        ({"high": ["3/2"]}, ("3/2", "-1/4"), {0, 1}),
        ({"high": [HALF]}, (HALF,), set()),
        ({"closed": "right"}, (1,), {0}),
        ({"loss": True}, (1, 1), {0, 1, 2}),
        ({"leak": True}, (HALF, HALF), {0, 1}),
    ],
)
def test_rules_that_break_charge_conservation_or_the_window(options, charges, ends):
    net = {**network(1, potential=0, upper=3), **options}
    assert counts(net, on(0, *charges), "eager") == {(k,) for k in ends}


def test_weights_that_fade():
    net = network(2, [(0, 1, 1)], potential=0, upper=3, plastic=["1", HALF, "1/4"])
    assert counts(net, on(0, 1, 1, -1), "eager") == {(1, 0), (1, 1)}
    assert ask("conserved", {**net, "plastic": ["2"]}, on(0, 1), "eager") is False


def test_noise_is_corrected():
    net = network(2, [(0, 1, 1)], noise=2)
    found = explore_network(net, on(0, 1), "delayed")
    assert {counts for counts, _, _ in found.rest} == {(1, 1)}
    assert spikes(found)[0] == 2
    assert explore_network({**net, "noise": "unlimited"}, [], "instant").graph.fair_livelock is not None


def test_without_negative_spikes_there_are_none_by_noise_either():
    net = network(1, potential=0, lower=-1, upper=1, noise=1, corrective=False)
    assert rest(explore_network(net, [], "instant")) == [((0,), ("0",)), ((1,), ("-1",))]


def test_a_neuron_without_bounds_is_not_counted():
    net = network(1, potential=0, lower=None, upper=None)
    endless = [[0, 1, "forever"], [0, -1, "forever"]]
    found = explore_network(net, endless, "eager")
    assert found.graph.fair_livelock is not None
    assert ask("outcomes", net, endless, "eager", True) is None
    assert ask("conserved", net, endless, "eager") is None


def test_unfair_runs_may_stop_anywhere():
    net = network(1, potential=0, upper=1)
    assert ask("outcomes", net, on(0, 1), "instant", False) == ((0,), (1,))
    assert ask("outcomes", net, on(0, 1), "instant", True) == ((1,),)


# ---- against a naive simulator --------------------------------------------------------------------------------------


def naive_rest_states(net, events):
    """Rest states under instant delivery, with fractions, a dictionary and no cleverness."""
    n = len(net["threshold"])
    w = [[Fraction(x) for x in row] for row in net["weights"]]
    start = ((0,) * n, tuple(map(Fraction, net["potential"])), tuple(range(len(events))))
    seen, stack, found = {start}, [start], set()
    while stack:
        s, v, pending = stack.pop()
        after = []
        for i in range(n):
            sign = 1 if v[i] >= 1 and s[i] < net["upper"][i] else -1 if v[i] < 0 and s[i] > net["lower"][i] else 0
            if sign:
                moved = [v[k] + sign * w[k][i] - (sign if k == i else 0) for k in range(n)]
                after.append((tuple(s[k] + (sign if k == i else 0) for k in range(n)), tuple(moved), pending))
        for e in pending:
            neuron, charge = events[e]
            moved = tuple(v[k] + (Fraction(charge) if k == neuron else 0) for k in range(n))
            after.append((s, moved, tuple(k for k in pending if k != e)))
        if not after:
            found.add((s, tuple(map(str, v))))
        for state in set(after) - seen:
            seen.add(state)
            stack.append(state)
    return found


@st.composite
def systems(draw):
    n = draw(st.integers(1, 3))
    weight = st.sampled_from(["0", "0", "1", "-1", "1/2", "-3/2"])
    level = st.sampled_from(["0", "1/2", "3/2", "-1/3"])
    net = network(n, upper=1, potential=draw(st.lists(level, min_size=n, max_size=n)))
    net["weights"] = draw(st.lists(st.lists(weight, min_size=n, max_size=n), min_size=n, max_size=n))
    event = st.tuples(st.integers(0, n - 1), st.sampled_from(["1", "-1", "1/2"])).map(list)
    return net, draw(st.lists(event, max_size=3))


@given(systems())
@settings(derandomize=True, deadline=None, max_examples=120, database=None)
def test_against_a_naive_simulator(system):
    net, events = system
    found = explore_network(net, events, "instant")
    assert set(rest(found)) == naive_rest_states(net, events)
    assert {counts for counts, _, _ in found.rest} <= set(ask("fixed_points", net, events))
    assert ask("fixed_points", net, events) == ask("resting_counts", net, events)
    assert ask("conserved", net, events, "instant") is ask("conserved", net, events, "eager") is True
    assert counts(net, events, "eager") <= counts(net, events, "instant")
    if ask("acyclic", net):
        assert ask("rest_states", net, events, "instant") == (ask("formula_state", net, events),)
        assert ask("ranking_holds", net, events, "instant")


# ---- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [[0, 1]]}, "rows"),
        ({"threshold": ["0"]}, "zero"),
        ({"threshold": [1, 1]}, "rows"),
        ({"potential": [0.5]}, "exact"),
        ({"lower": ["1/2"]}, "integer"),
        ({"start": [0, 0]}, "start"),
        ({"closed": "open"}, "closed"),
        ({"reset": "hard"}, "reset"),
        ({"leak": 1}, "leak"),
        ({"plastic": []}, "plastic"),
        ({"noise": -1}, "noise"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_malformed_networks_are_refused(change, message):
    with pytest.raises(InstanceError, match=message):
        parse_network({**network(1), **change})


@pytest.mark.parametrize(
    "events", [5, [[0]], [[0, 1, 2, 3]], [[0, 1, "often"]], [[0, 0.5]], [["1/2", 1]], [[0.0, 1]], [[True, 1]]]
)
def test_malformed_events_are_refused(events):
    with pytest.raises(InstanceError):
        parse_events(events)


def test_events_beyond_the_network_and_unknown_semantics():
    for events, semantics in (([[1, 1]], "instant"), ([[-1, 1]], "instant"), ([], "simultaneous")):
        with pytest.raises(InstanceError):
            explore_network(network(1), events, semantics)
    with pytest.raises(InstanceError, match="plastic"):
        explore_network(network(1, plastic=[1, HALF]), [], "delayed")


def test_too_many_states():
    with pytest.raises(TooManyStates):
        explore_network(network(3, RELAY), on(0, 1, 1), "delayed", limit=86)
    assert len(explore_network(network(3, RELAY), on(0, 1, 1), "delayed", limit=87).graph.states) == 87


@pytest.mark.parametrize("index", [-1, 1, 5])
def test_neurons_that_do_not_exist_have_no_weight(index):
    net = network(1, [(0, 0, HALF)])
    assert ask("weight", net, 0, 0) == fmpq(1, 2)
    assert ask("weight", net, index, 0) is ask("weight", net, 0, index) is None
    assert ask("threshold", net, index) is ask("potential", net, index) is None
    assert ask("chordless", net, (index,)) is False
    assert ask("sign_of_cycle", net, (index,)) == 0


def test_a_fraction_numbers_no_neuron():
    with pytest.raises(InstanceError):
        ask("threshold", network(2), fmpq(1, 2))
