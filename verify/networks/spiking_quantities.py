"""Quantities of spiking networks: the functions that statements name (``docs/certificates.md``, section 4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from flint import fmpq

from verify.arithmetic import INF, Value, read_tuple, to_json
from verify.decide.transition import TooManyStates
from verify.errors import InstanceError
from verify.networks import spiking
from verify.networks.spiking import Exploration, Network, parse_events, parse_network
from verify.quantities import Workspace, quantity

Json = Any


def explored(workspace: Workspace, network: Json, events: Json, semantics: str) -> Exploration | None:
    """The exploration that several quantities share; None beyond the limit of states."""
    key = json.dumps([network, events, semantics], sort_keys=True, default=str)
    if key not in workspace.explorations:
        try:
            workspace.explorations[key] = spiking.explore_network(network, events, semantics)
        except TooManyStates:
            workspace.explorations[key] = None
    return workspace.explorations[key]


def _of_exploration(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function of an exploration under a name; it is undefined beyond the limit of states."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        @quantity(name)
        def call(workspace: Workspace, network: Json, events: Json, semantics: str, *rest: Value) -> Value:
            found = explored(workspace, network, events, semantics)
            return None if found is None else function(found, *rest)

        return function

    return register


@_of_exploration("spiking.outcomes")
def outcomes(found: Exploration, fair: bool) -> Value:
    """Count vectors in which a run can end; an unfair one may stall in any reachable state."""
    if any(found.system.network.uncounted):
        return None
    if fair:
        return tuple(sorted({counts for counts, _, _ in found.rest}))
    return tuple(sorted({found.system.counts(state) for state in found.graph.states}))


@_of_exploration("spiking.rest_states")
def rest_states(found: Exploration) -> Value:
    """Pairs (S, V) of the reachable states at rest."""
    if any(found.system.network.uncounted):
        return None
    return tuple(sorted({(counts, potentials) for counts, potentials, _ in found.rest}))


@_of_exploration("spiking.livelock")
def livelock(found: Exploration) -> Value:
    """Whether there is a fair livelock."""
    return found.graph.fair_livelock is not None


@_of_exploration("spiking.always_finite")
def always_finite(found: Exploration) -> Value:
    """Whether every run is finite."""
    return found.graph.ranks is not None


@_of_exploration("spiking.can_always_rest")
def can_always_rest(found: Exploration) -> Value:
    """Whether from every reachable state some state at rest can be reached."""
    return found.graph.all_can_rest


@_of_exploration("spiking.min_spikes")
def min_spikes(found: Exploration) -> Value:
    """Least number of spikes on a run to rest."""
    least = found.graph.weights_to(found.graph.at_rest, found.system.is_spike, longest=False)
    return INF if least is None else least


@_of_exploration("spiking.max_spikes")
def max_spikes(found: Exploration) -> Value:
    """Greatest number of spikes on a run; infinite where runs need not end."""
    if found.graph.ranks is None:
        return INF
    return found.graph.weights_to(found.graph.at_rest, found.system.is_spike, longest=True)


@_of_exploration("spiking.conserved")
def conserved(found: Exploration) -> Value:
    """Whether charge is conserved at every reachable state."""
    system, network, n = found.system, found.system.network, found.system.n
    if any(network.uncounted):
        return None
    if None in system.events.multiplicity:
        return False
    weights = [
        [int((w * system.scale).p) if (w * system.scale).q == 1 else None for w in row] for row in network.weights
    ]
    initial = system.initial
    for state in found.graph.states:
        balance = [state[n + i] - initial[n + i] + system.theta[i] * (state[i] - initial[i]) for i in range(n)]
        for e, neuron in enumerate(system.events.neuron):
            balance[neuron] -= system.charge[e] * (initial[system.at_pending + e] - state[system.at_pending + e])
        for i in range(n):
            for j in range(n):
                if network.weights[i][j] != 0:
                    balance[i] -= weights[i][j] * (state[j] - initial[j])  # type: ignore[operator]
        for e, (i, _) in enumerate(system.edges):
            balance[i] += system.edge_charge[e] * (state[system.at_plus + e] - state[system.at_minus + e])
        if any(balance):
            return False
    return True


@_of_exploration("spiking.ranking_holds")
def ranking_holds(found: Exploration) -> Value:
    """Whether Psi never grows along an edge and falls by at least 1 along every firing."""
    system, network, n = found.system, found.system.network, found.system.n
    reach = _reach(network)
    u = [1] * n
    for _ in range(n):
        u = [1 + sum(u[i] * reach[i][j] for i in range(n)) for j in range(n)]
    event_cost = [
        u[i] * _ceiling(abs(q) / network.threshold[i])
        for i, q in zip(system.events.neuron, system.events.charge, strict=True)
    ]
    token_cost = [u[i] * reach[i][j] for i, j in system.edges]

    def psi(state: tuple[int, ...]) -> int:
        total = 0
        for i in range(n):
            level = fmpq(state[n + i], system.theta[i])
            target = state[i] + int(level.p) // int(level.q)
            total += u[i] * abs(state[i] - spiking._clip(target, network.lower[i], network.upper[i]))
        for e, cost in enumerate(event_cost):
            total += cost * state[system.at_pending + e]
        for e, cost in enumerate(token_cost):
            total += cost * (state[system.at_plus + e] + state[system.at_minus + e])
        return total

    values = [psi(state) for state in found.graph.states]
    return all(
        values[target] <= values[source] - (1 if move < system.first_event else 0)
        for source, moves in enumerate(found.graph.moves)
        for move, target in moves
    )


def _ceiling(number: fmpq) -> int:
    return -(-int(number.p) // int(number.q))


def _reach(network: Network) -> list[list[int]]:
    """C_ij = ceil(|weights[i][j]| / threshold_i)."""
    return [[_ceiling(abs(w) / network.threshold[i]) for w in row] for i, row in enumerate(network.weights)]


# ---- the map and its fixed points --------------------------------------------------------------------------------


@quantity("spiking.total_map")
def total_map(_: Workspace, network: Json, events: Json, counts: Value) -> Value:
    """Phi(S)."""
    net = parse_network(network)
    return spiking.total_map(net, parse_events(events).total(net.size), counts)


@quantity("spiking.formula")
def formula(_: Workspace, network: Json, events: Json) -> Value:
    """Phi applied n times to the start."""
    return spiking.formula(parse_network(network), parse_events(events))


@quantity("spiking.formula_state")
def formula_state(_: Workspace, network: Json, events: Json) -> Value:
    """(S, V) for S = formula."""
    net, external = parse_network(network), parse_events(events)
    counts = spiking.formula(net, external)
    return counts, spiking.potentials_at(net, external, counts)


@quantity("spiking.fixed_points")
def fixed_points(_: Workspace, network: Json, events: Json) -> Value:
    """All S in the box with Phi(S) = S."""
    net = parse_network(network)
    if not net.has_bounds:
        return None
    charge = parse_events(events).total(net.size)
    return tuple(counts for counts in spiking.box(net) if spiking.total_map(net, charge, counts) == counts)


@quantity("spiking.resting_counts")
def resting_counts(_: Workspace, network: Json, events: Json) -> Value:
    """All S in the box at which no neuron may fire when everything has been delivered."""
    net, external = parse_network(network), parse_events(events)
    if not net.has_bounds:
        return None
    found = []
    for counts in spiking.box(net):
        v = spiking.potentials_at(net, external, counts)
        if not any(_may_fire(net, i, counts[i], v[i]) for i in range(net.size)):
            found.append(counts)
    return tuple(found)


def _may_fire(net: Network, i: int, count: int, v: Value) -> bool:
    above = v > net.high[i] if net.closed in ("right", "both") else v >= net.high[i]
    below = v < net.low[i] if net.closed in ("left", "both") else v <= net.low[i]
    upper, lower = net.upper[i], net.lower[i]
    return bool(above and (upper is None or count < upper)) or bool(
        net.corrective and below and (lower is None or count > lower)
    )


@quantity("spiking.least_fixed_point")
def least_fixed_point(_: Workspace, network: Json, events: Json) -> Value:
    """The limit of S <- max(S, Phi(S)) from the start."""
    net = parse_network(network)
    if not net.has_bounds:
        return None
    charge, counts = parse_events(events).total(net.size), tuple(net.start)
    while (larger := tuple(map(max, counts, spiking.total_map(net, charge, counts)))) != counts:
        counts = larger
    return counts


@quantity("spiking.spike_bound")
def spike_bound(_: Workspace, network: Json, events: Json) -> Value:
    """sum N_i: an upper bound for the number of spikes of an acyclic network."""
    net, external = parse_network(network), parse_events(events)
    external.demand_neurons(net.size)
    own = []
    for i in range(net.size):
        level = net.potential[i] / net.threshold[i]
        own.append(abs(spiking._clip(int(level.p) // int(level.q), net.lower[i], net.upper[i]) - net.start[i]))
    for i, charge in external.each:
        own[i] += _ceiling(abs(charge) / net.threshold[i])
    reach, n = _reach(net), net.size
    counts = [0] * n
    for _step in range(n):
        counts = [own[i] + sum(reach[i][j] * counts[j] for j in range(n)) for i in range(n)]
    return sum(counts)


# ---- properties of a network and of its events --------------------------------------------------------------------

_PROPERTIES: dict[str, Callable[[Network], Value]] = {
    "acyclic": lambda net: not spiking.simple_cycles(net),
    "positive_cycle": lambda net: any(spiking.cycle_sign(net, cycle) > 0 for cycle in spiking.simple_cycles(net)),
    "negative_cycle": lambda net: any(spiking.cycle_sign(net, cycle) < 0 for cycle in spiking.simple_cycles(net)),
    "subtractive": lambda net: net.reset == "subtract",
    "leakless": lambda net: not net.leak,
    "lossless": lambda net: not net.loss,
    "constant_weights": lambda net: net.plastic == [fmpq(1)],
    "unit_window": lambda net: (
        net.corrective
        and net.closed == "left"
        and all(x == 0 for x in net.low)
        and net.high == net.threshold
        and all(x > 0 for x in net.threshold)
    ),
    "starts_inside": lambda net: all(
        (low is None or low <= s) and (high is None or s <= high)
        for low, s, high in zip(net.lower, net.start, net.upper, strict=True)
    ),
    "starts_at_zero": lambda net: not any(net.start),
    "finite_bounds": lambda net: net.has_bounds,
    "finite_noise": lambda net: net.noise is not None,
    "no_noise": lambda net: net.noise == 0,
    "no_self_loops": lambda net: all(net.weights[i][i] == 0 for i in range(net.size)),
    "size": lambda net: net.size,
    "nonnegative_weights": lambda net: all(w >= 0 for row in net.weights for w in row),
    "starts_charged": lambda net: all(
        v >= 0 or s == low for v, s, low in zip(net.potential, net.start, net.lower, strict=True)
    ),
    "corrective": lambda net: net.corrective,
    "fires_at_threshold": lambda net: net.closed in ("left", "neither") and net.high == net.threshold,
    "positive_thresholds": lambda net: all(x > 0 for x in net.threshold),
}


def _register_properties() -> None:
    for name, function in _PROPERTIES.items():

        @quantity(f"spiking.{name}")
        def call(_: Workspace, network: Json, function: Callable[[Network], Value] = function) -> Value:
            return function(parse_network(network))


_register_properties()


def _entry(row: Sequence[Any], index: Value) -> Any:
    """An entry of a list, undefined outside it (Python would count negative indices from the end)."""
    place = fmpq(index)
    if place.q != 1:
        raise InstanceError(f"{index} numbers no neuron: give an integer")
    return row[int(place.p)] if 0 <= place < len(row) else None


@quantity("spiking.weight")
def weight(_: Workspace, network: Json, i: Value, j: Value) -> Value:
    """weights[i][j]."""
    row = _entry(parse_network(network).weights, i)
    return None if row is None else _entry(row, j)


@quantity("spiking.threshold")
def threshold(_: Workspace, network: Json, i: Value) -> Value:
    """threshold[i]."""
    return _entry(parse_network(network).threshold, i)


@quantity("spiking.potential")
def potential(_: Workspace, network: Json, i: Value) -> Value:
    """potential[i], the initial one."""
    return _entry(parse_network(network).potential, i)


@quantity("spiking.start")
def start(_: Workspace, network: Json) -> Value:
    """The counts at the beginning."""
    return tuple(parse_network(network).start)


@quantity("spiking.is_instant")
def is_instant(_: Workspace, semantics: Value) -> Value:
    """Whether a spike arrives at once."""
    return bool(semantics == "instant")


@quantity("spiking.is_eager")
def is_eager(_: Workspace, semantics: Value) -> Value:
    """Whether a neuron that may fire does so before anything else happens."""
    return bool(semantics == "eager")


@quantity("spiking.is_cycle")
def is_cycle(_: Workspace, network: Json, cycle: Value) -> Value:
    """Whether distinct neurons v_1 -> v_2 -> ... -> v_1 are joined by edges."""
    return _is_cycle(parse_network(network), cycle)


def _is_cycle(net: Network, cycle: Sequence[int]) -> bool:
    if not cycle or len(set(cycle)) != len(cycle) or not all(0 <= v < net.size for v in cycle):
        return False
    return spiking.cycle_sign(net, cycle) != 0


@quantity("spiking.chordless")
def chordless(_: Workspace, network: Json, cycle: Value) -> Value:
    """Whether no edge other than its own joins two neurons of the cycle."""
    net = parse_network(network)
    if not all(0 <= v < net.size for v in cycle):
        return False
    own = set(zip(cycle, (*cycle[1:], *cycle[:1]), strict=True))
    return all(net.weights[i][j] == 0 or (j, i) in own for i in cycle for j in cycle)


@quantity("spiking.sign_of_cycle")
def sign_of_cycle(_: Workspace, network: Json, cycle: Value) -> Value:
    """The product of the signs of the weights along the cycle; 0 for what is no cycle."""
    net = parse_network(network)
    return spiking.cycle_sign(net, cycle) if _is_cycle(net, cycle) else 0


@quantity("spiking.finite_events")
def finite_events(_: Workspace, events: Json) -> Value:
    """Whether no event can be delivered for ever."""
    return None not in parse_events(events).multiplicity


@quantity("spiking.nonnegative_events")
def nonnegative_events(_: Workspace, events: Json) -> Value:
    """Whether every charge is >= 0."""
    return all(charge >= 0 for charge in parse_events(events).charge)


@quantity("spiking.total_charge")
def total_charge(_: Workspace, events: Json) -> Value:
    """The sum of the charges."""
    return sum((charge for _, charge in parse_events(events).each), fmpq(0))


@quantity("spiking.positive_charge")
def positive_charge(_: Workspace, events: Json) -> Value:
    """The sum of the positive charges."""
    return sum((charge for _, charge in parse_events(events).each if charge > 0), fmpq(0))


@quantity("spiking.largest_charge")
def largest_charge(_: Workspace, events: Json) -> Value:
    """The greatest absolute value of a charge."""
    return max((abs(charge) for _, charge in parse_events(events).each), default=fmpq(0))


# ---- networks made from networks -----------------------------------------------------------------------------------


@quantity("spiking.gauge")
def gauge(_: Workspace, network: Json, shift: Value, scale: Value) -> Value:
    """Scale each neuron's row and shift its potential together with its window."""
    net = parse_network(network)
    if len(shift) != net.size or len(scale) != net.size:
        raise InstanceError(f"gauge: shift and scale need {net.size} numbers each")

    def scaled(column: Sequence[fmpq], moved: bool) -> list[str]:
        return [to_json(x * k + (c if moved else 0)) for x, c, k in zip(column, shift, scale, strict=True)]

    changed = {**network} if isinstance(network, dict) else {}
    changed["weights"] = [[to_json(w * k) for w in row] for row, k in zip(net.weights, scale, strict=True)]
    changed["threshold"] = scaled(net.threshold, False)
    changed["potential"] = scaled(net.potential, True)
    changed["low"], changed["high"] = scaled(net.low, True), scaled(net.high, True)
    return changed


@quantity("spiking.gauge_events")
def gauge_events(_: Workspace, events: Json, scale: Value) -> Value:
    """Scale each charge as its neuron is scaled."""
    parse_events(events).demand_neurons(len(scale))
    return [[entry[0], to_json(read_tuple(entry[1]) * fmpq(scale[int(entry[0])])), *entry[2:]] for entry in events]


def _round_trip(net: Network, cycle: Sequence[int]) -> tuple[list[fmpq], list[int], int]:
    """Along a cycle: the weight into each neuron, the potentials s_x of the signs, and the sign of the whole."""
    into = [net.weights[v][cycle[x - 1]] for x, v in enumerate(cycle)]
    signs = [1]
    for w in into[1:]:
        signs.append(signs[-1] if w > 0 else -signs[-1])
    return into, signs, spiking.cycle_sign(net, cycle)


def _frozen(net: Network, weights: list[list[Any]], upper: int, potential: str) -> dict[str, Any]:
    n = net.size
    return {
        "weights": [[to_json(w) for w in row] for row in weights],
        "threshold": ["1"] * n,
        "potential": [potential] * n,
        "lower": [0] * n,
        "upper": [upper] * n,
    }


@quantity("spiking.lock_network")
def lock_network(_: Workspace, network: Json, cycle: Value) -> Value:
    """A network with the given weights whose cycle locks in by timing (positive) or never rests (negative)."""
    net = parse_network(network)
    if not _is_cycle(net, cycle):
        return None
    into, signs, sign = _round_trip(net, cycle)
    made = _frozen(net, net.weights, 0, "0")
    for v, w, s in zip(cycle, into, signs, strict=True):
        made["lower"][v], made["upper"][v] = (0, 1) if s > 0 or sign < 0 else (-1, 0)
        made["potential"][v] = to_json(1 - w / 2 if sign < 0 else 1 - abs(w) / 2 if s > 0 else abs(w) / 2)
    return made


@quantity("spiking.lock_events")
def lock_events(_: Workspace, network: Json, cycle: Value) -> Value:
    """A pair of cancelling events on the first neuron of a positive cycle; none for a negative one."""
    net = parse_network(network)
    if not _is_cycle(net, cycle):
        return None
    into, _signs, sign = _round_trip(net, cycle)
    half = abs(into[0]) / 2
    return [[cycle[0], to_json(half)], [cycle[0], to_json(-half)]] if sign > 0 else []


@quantity("spiking.signed_network")
def signed_network(_: Workspace, network: Json, cycle: Value) -> Value:
    """Weights with the given signs, strong on the cycle and weak elsewhere, for which the cycle decides."""
    net = parse_network(network)
    if not _is_cycle(net, cycle):
        return None
    into, signs, sign = _round_trip(net, cycle)
    on_cycle = {(v, cycle[x - 1]) for x, v in enumerate(cycle)}
    weights = [
        [fmpq((w > 0) - (w < 0)) / (1 if (i, j) in on_cycle else 100) for j, w in enumerate(row)]
        for i, row in enumerate(net.weights)
    ]
    made = _frozen(net, weights, 1, "1/2")
    for v, w, s in zip(cycle, into, signs, strict=True):
        if sign > 0 and s < 0:
            made["lower"][v], made["upper"][v] = -1, 0
        if sign < 0 and w < 0:
            made["potential"][v] = "3/2"
    return made


@quantity("spiking.signed_events")
def signed_events(_: Workspace, network: Json, cycle: Value) -> Value:
    """A pair of cancelling unit events for a positive cycle; none for a negative one."""
    net = parse_network(network)
    if not _is_cycle(net, cycle):
        return None
    return [[cycle[0], "1"], [cycle[0], "-1"]] if spiking.cycle_sign(net, cycle) > 0 else []
