"""Spiking networks that reset by subtraction, and all interleavings of their moves, in exact arithmetic.

The definition of a network, its moves and its semantics is section 4 of ``docs/certificates.md``. Everything is
multiplied by the least common multiple of all denominators, so that a state is a tuple of Python integers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import lcm
from typing import Any

from flint import fmpq

from verify.arithmetic import exact
from verify.decide.transition import Graph, Move, explore
from verify.errors import InstanceError

STATE_LIMIT = 60_000
SEMANTICS = ("instant", "delayed", "eager")
CLOSED = ("left", "right", "both", "neither")
_KEYS = {
    "weights", "threshold", "potential", "lower", "upper", "start", "low", "high", "closed", "corrective", "reset",
    "leak", "loss", "plastic", "noise",
}  # fmt: skip

Vector = list[fmpq]
State = tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """A spiking network; ``weights[i][j]`` is the charge that one positive spike of j puts on i. All lists have length n."""

    weights: list[Vector]
    threshold: Vector
    potential: Vector
    lower: list[int | None]
    upper: list[int | None]
    start: list[int]
    low: Vector
    high: Vector
    closed: str
    corrective: bool
    reset: str
    leak: bool
    loss: bool
    plastic: Vector
    noise: int | None
    """Spurious spikes that may still happen; None if there is no limit to them."""

    @property
    def size(self) -> int:
        """The number of neurons."""
        return len(self.threshold)

    @cached_property
    def edges(self) -> list[tuple[int, int]]:
        """The pairs (receiver, sender) with a nonzero weight, in row-major order."""
        return [(i, j) for i in range(self.size) for j in range(self.size) if self.weights[i][j] != 0]

    @property
    def has_bounds(self) -> bool:
        """Whether each neuron has a lower and an upper bound."""
        return None not in self.lower and None not in self.upper

    @cached_property
    def uncounted(self) -> list[bool]:
        """The neurons whose count influences nothing, as they have no bound at all."""
        return [low is None and high is None for low, high in zip(self.lower, self.upper, strict=True)]


@lru_cache(maxsize=256)
def _parse(text: str) -> Network:
    raw = json.loads(text)

    def demand(condition: bool, message: str) -> None:
        if not condition:
            raise InstanceError(f"network: {message}")

    demand(isinstance(raw, dict), "give an object with the keys weights, threshold, potential, lower, upper")
    demand(set(raw) <= _KEYS, f"unknown keys {sorted(set(raw) - _KEYS)}; those known are {sorted(_KEYS)}")
    missing = {"weights", "threshold", "potential", "lower", "upper"} - set(raw)
    demand(not missing, f"lacks {sorted(missing)}")
    n = len(raw["threshold"])

    def numbers(key: str, default: Vector | None = None) -> Vector:
        if key not in raw and default is not None:
            return default
        demand(isinstance(raw[key], list) and len(raw[key]) == n, f"{key} needs {n} numbers, one for each neuron")
        return [exact(entry) for entry in raw[key]]

    def bounds(key: str) -> list[int | None]:
        demand(isinstance(raw[key], list) and len(raw[key]) == n, f"{key} needs {n} entries, one for each neuron")
        return [None if entry is None else _integer(key, entry) for entry in raw[key]]

    def flag(key: str, default: bool) -> bool:
        demand(isinstance(raw.get(key, default), bool), f"{key} is true or false")
        return bool(raw.get(key, default))

    rows = raw["weights"]
    demand(
        isinstance(rows, list) and len(rows) == n and all(isinstance(row, list) and len(row) == n for row in rows),
        f"weights needs {n} rows of {n} numbers",
    )
    threshold = numbers("threshold")
    demand(all(entry != 0 for entry in threshold), "a threshold is zero")
    noise = raw.get("noise", 0)
    network = Network(
        weights=[[exact(entry) for entry in row] for row in rows],
        threshold=threshold,
        potential=numbers("potential"),
        lower=bounds("lower"),
        upper=bounds("upper"),
        start=[_integer("start", entry) for entry in raw.get("start", [0] * n)],
        low=numbers("low", [fmpq(0)] * n),
        high=numbers("high", threshold),
        closed=raw.get("closed", "left"),
        corrective=flag("corrective", True),
        reset=raw.get("reset", "subtract"),
        leak=flag("leak", False),
        loss=flag("loss", False),
        plastic=[exact(entry) for entry in raw.get("plastic", ["1"])],
        noise=None if noise == "unlimited" else _integer("noise", noise),
    )
    demand(len(network.start) == n, f"start needs {n} integers")
    pairs = zip(network.lower, network.upper, strict=True)
    demand(
        all(low is None or high is None or low <= high for low, high in pairs), "a lower bound is above the upper one"
    )
    demand(network.closed in CLOSED, f"closed is one of {', '.join(CLOSED)}")
    demand(network.reset in ("subtract", "zero"), "reset is subtract or zero")
    demand(bool(network.plastic), "plastic needs at least one factor")
    demand(network.noise is None or network.noise >= 0, "noise is an integer >= 0 or 'unlimited'")
    return network


def _integer(key: str, raw: Any) -> int:
    number = exact(raw)
    if number.q != 1:
        raise InstanceError(f"{key} has {raw!r} where an integer is needed")
    return int(number.p)


def parse_network(raw: Mapping[str, Any] | Network) -> Network:
    """Read the JSON form of a network (``docs/certificates.md``, section 4).

    Raises:
        InstanceError: naming the key that is wrong and what it should hold.
    """
    if isinstance(raw, Network):
        return raw
    # arrays of integers are as good as lists; whatever else is no JSON is shown in the error
    return _parse(json.dumps(raw, default=lambda x: x.tolist() if hasattr(x, "tolist") else str(x)))


@dataclass(frozen=True)
class Events:
    """External events by type: equal entries are one type with a multiplicity (None: it can be delivered for ever)."""

    neuron: list[int]
    charge: Vector
    multiplicity: list[int | None]

    def demand_neurons(self, size: int) -> None:
        """Raise ``InstanceError`` if an event goes to a neuron that a network of this size lacks."""
        if any(not 0 <= i < size for i in self.neuron):
            raise InstanceError(f"events: a neuron is outside 0..{size - 1}")

    def total(self, size: int) -> Vector:
        """The charge that each neuron receives in all (events for ever count once)."""
        self.demand_neurons(size)
        sums = [fmpq(0)] * size
        for i, charge, times in zip(self.neuron, self.charge, self.multiplicity, strict=True):
            sums[i] = sums[i] + charge * (1 if times is None else times)
        return sums

    @property
    def each(self) -> list[tuple[int, fmpq]]:
        """(neuron, charge) of every event, repeated as often as it occurs."""
        rows = zip(self.neuron, self.charge, self.multiplicity, strict=True)
        return [(i, charge) for i, charge, times in rows for _ in range(1 if times is None else times)]


def parse_events(raw: Sequence[Any]) -> Events:
    """Read an array of ``[neuron, charge]`` or ``[neuron, charge, "forever"]``.

    Raises:
        InstanceError: naming the entry that is wrong.
    """
    types: dict[tuple[int, str, bool], list[Any]] = {}
    if not isinstance(raw, (list, tuple)):
        raise InstanceError("events: give an array of [neuron, charge]")
    for entry in raw:
        if (
            not isinstance(entry, (list, tuple))
            or len(entry) not in (2, 3)
            or (len(entry) == 3 and entry[2] != "forever")
        ):
            raise InstanceError(f"events: {entry!r} is not [neuron, charge] or [neuron, charge, 'forever']")
        neuron, charge, forever = _integer("neuron", entry[0]), exact(entry[1]), len(entry) == 3
        kind = types.setdefault((neuron, str(charge), forever), [neuron, charge, 0])
        kind[2] = None if forever else kind[2] + 1
    rows = list(types.values())
    return Events([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


class System:
    """The transition system of a network with its events: numbered moves, integer states.

    A state is S, then V (scaled), pending events, tokens of sign +, tokens of sign -, noise left, capped sent counts.
    """

    def __init__(self, network: Network, events: Events, semantics: str) -> None:
        if semantics not in SEMANTICS:
            raise InstanceError(f"semantics {semantics!r} is none of {', '.join(SEMANTICS)}")
        events.demand_neurons(network.size)
        plastic = network.plastic != [fmpq(1)]
        if plastic and semantics == "delayed":
            raise InstanceError("network: plastic weights go with instant or eager semantics only")
        self.network, self.events, self.semantics = network, events, semantics
        n = self.n = network.size
        everything = [w * f for row in network.weights for w in row for f in (fmpq(1), *network.plastic)]
        everything += [*network.threshold, *network.potential, *network.low, *network.high, *events.charge]
        self.scale = lcm(*(int(number.q) for number in everything)) if everything else 1
        self.theta = [self._scaled(x) for x in network.threshold]
        self.low = [self._scaled(x) for x in network.low]
        self.high = [self._scaled(x) for x in network.high]
        self.charge = [self._scaled(x) for x in events.charge]
        delayed = semantics == "delayed"
        self.edges = network.edges if delayed else []
        k, m = len(events.neuron), len(self.edges)
        self.at_v, self.at_pending, self.at_plus = n, 2 * n, 2 * n + k
        self.at_minus, self.at_noise, self.at_sent = 2 * n + k + m, 2 * n + k + 2 * m, 2 * n + k + 2 * m + 1
        self.edge_charge = [self._scaled(network.weights[i][j]) for i, j in self.edges]
        # what a spike of j does elsewhere: (position, amount) pairs, for each stage of plasticity and sign
        self.sends: list[list[dict[int, list[tuple[int, int]]]]] = []
        for j in range(n):
            stages = []
            for factor in network.plastic:
                if delayed:
                    out = [e for e, (_, sender) in enumerate(self.edges) if sender == j]
                    stages.append({1: [(self.at_plus + e, 1) for e in out], -1: [(self.at_minus + e, 1) for e in out]})
                else:
                    rows = [i for i in range(n) if network.weights[i][j] != 0]
                    amount = [(n + i, self._scaled(network.weights[i][j] * factor)) for i in rows]
                    stages.append({1: amount, -1: [(at, -x) for at, x in amount]})
            self.sends.append(stages)
        self.labels: list[list[Any]] = []
        self._number_moves(k, m)

    def _scaled(self, number: fmpq) -> int:
        scaled = number * self.scale
        return int(scaled.p)

    def _number_moves(self, k: int, m: int) -> None:
        n, edges = self.n, self.edges
        self.first_fire = self._add([["fire", i, s] for i in range(n) for s in (1, -1)])
        self.first_event = self._add([["event", e] for e in range(k)])
        self.first_token = self._add([["token", *edges[e], s] for e in range(m) for s in (1, -1)])
        self.owed = len(self.labels)
        self.first_noise = self._add([["noise", i, s] for i in range(n) for s in (1, -1)])
        self.first_leak = self._add([["leak", i] for i in range(n)])
        self.first_lost_event = self._add([["lose-event", e] for e in range(k)])
        self.first_lost_token = self._add([["lose-token", *edges[e], s] for e in range(m) for s in (1, -1)])

    def _add(self, labels: list[list[Any]]) -> int:
        first = len(self.labels)
        self.labels += labels
        return first

    def kind_of(self, move: Move) -> int | None:
        """The kind of action of a move: firing of i (either sign), an event type, an (edge, sign); None if not owed."""
        if move >= self.owed:
            return None
        return move // 2 if move < self.first_event else move

    def is_spike(self, move: Move) -> int:
        """1 for a move that sends a spike, else 0."""
        return int(move < self.first_event or self.first_noise <= move < self.first_leak)

    @property
    def initial(self) -> State:
        """The state in which nothing has happened yet."""
        network = self.network
        pending = [1 if times is None else times for times in self.events.multiplicity]
        noise = -1 if network.noise is None else network.noise
        tokens = [0] * (2 * len(self.edges))
        potentials = [self._scaled(x) for x in network.potential]
        return (*network.start, *potentials, *pending, *tokens, noise, *([0] * self.n))

    def successors(self, state: State) -> list[tuple[Move, State]]:
        """Every move that is possible, with the state to which it leads."""
        network, n, found = self.network, self.n, []
        lower, upper, low, high = network.lower, network.upper, self.low, self.high
        above_strict = network.closed in ("right", "both")
        below_strict = network.closed in ("left", "both")
        for i in range(n):
            v, s = state[n + i], state[i]
            if (v > high[i] if above_strict else v >= high[i]) and (upper[i] is None or s < upper[i]):  # type: ignore[operator]
                found.append((2 * i, self._spike(state, i, 1)))
            if (
                network.corrective
                and (v < low[i] if below_strict else v <= low[i])
                and (lower[i] is None or s > lower[i])  # type: ignore[operator]
            ):
                found.append((2 * i + 1, self._spike(state, i, -1)))
        if found and self.semantics == "eager":
            return found
        for e, (neuron, times) in enumerate(zip(self.events.neuron, self.events.multiplicity, strict=True)):
            if state[self.at_pending + e]:
                after = list(state)
                after[n + neuron] += self.charge[e]
                if times is not None:
                    after[self.at_pending + e] -= 1
                found.append((self.first_event + e, tuple(after)))
        for e, (receiver, _) in enumerate(self.edges):
            for offset, at, sign in ((0, self.at_plus + e, 1), (1, self.at_minus + e, -1)):
                if state[at]:
                    after = list(state)
                    after[at] -= 1
                    after[n + receiver] += sign * self.edge_charge[e]
                    found.append((self.first_token + 2 * e + offset, tuple(after)))
        if network.noise != 0 or network.leak or network.loss:
            self._disturbances(state, found)
        return found

    def _spike(self, state: State, i: int, sign: int) -> State:
        after, n = list(state), self.n
        if not self.network.uncounted[i]:
            after[i] += sign
        after[n + i] = after[n + i] - sign * self.theta[i] if self.network.reset == "subtract" else 0
        stages = self.sends[i]
        stage = state[self.at_sent + i]
        for at, amount in stages[stage][sign]:
            after[at] += amount
        if stage + 1 < len(stages):
            after[self.at_sent + i] = stage + 1
        return tuple(after)

    def _disturbances(self, state: State, found: list[tuple[Move, State]]) -> None:
        """Moves that nobody owes: spurious spikes, leaks, losses."""
        network, n = self.network, self.n
        left = state[self.at_noise]
        if left:
            for i in range(n):
                signed_bounds = ((0, 1, network.upper[i]), (1, -1, network.lower[i]))
                for offset, sign, bound in signed_bounds if network.corrective else signed_bounds[:1]:
                    if bound is None or sign * state[i] < sign * bound:
                        after = list(self._spike(state, i, sign))
                        after[self.at_noise] = left if left < 0 else left - 1
                        found.append((self.first_noise + 2 * i + offset, tuple(after)))
        if network.leak:
            for i in range(n):
                if state[n + i]:
                    found.append((self.first_leak + i, (*state[: n + i], 0, *state[n + i + 1 :])))
        if network.loss:
            places = [
                (self.first_lost_event + e, self.at_pending + e)
                for e in range(len(self.charge))
                if self.events.multiplicity[e]
            ]
            for e in range(len(self.edges)):
                places += [
                    (self.first_lost_token + 2 * e, self.at_plus + e),
                    (self.first_lost_token + 2 * e + 1, self.at_minus + e),
                ]
            for move, at in places:
                if state[at]:
                    found.append((move, (*state[:at], state[at] - 1, *state[at + 1 :])))

    def counts(self, state: State) -> tuple[int, ...]:
        """S."""
        return state[: self.n]

    def potentials(self, state: State) -> tuple[Any, ...]:
        """V, exact; an integer where it is one."""
        return tuple(
            v // self.scale if v % self.scale == 0 else fmpq(v, self.scale) for v in state[self.n : 2 * self.n]
        )


@dataclass(frozen=True)
class Exploration:
    """Every interleaving of a network's moves."""

    raw: dict[str, Any]
    system: System
    graph: Graph[State]

    @cached_property
    def rest(self) -> list[tuple[tuple[int, ...], tuple[Any, ...], int]]:
        """(S, V, number of the state) of each reachable state at rest, sorted by S, then V."""
        states = self.graph.states
        rows = [(self.system.counts(states[k]), self.system.potentials(states[k]), k) for k in self.graph.at_rest]
        return sorted(rows, key=lambda row: row[:2])

    def certificate(self) -> dict[str, Any]:
        """The certificate of kind ``exploration``, without the hash of a statement."""
        graph, labels = self.graph, self.system.labels
        livelock = None
        if graph.fair_livelock is not None:
            entry, walk = graph.fair_walk(graph.fair_livelock)
            livelock = {"entry": [labels[move] for move in entry], "walk": [labels[move] for move in walk]}
        ranking = None
        if graph.ranks is not None:
            order = sorted(range(len(graph.states)), key=graph.states.__getitem__)
            ranking = [graph.ranks[k] for k in order]
        return {
            "kind": "exploration",
            **self.raw,
            "states": len(graph.states),
            "edges": graph.edges,
            "rest": [
                {
                    "counts": [str(s) for s in counts],
                    "potentials": [str(v) for v in potentials],
                    "path": [labels[m] for m in graph.path(k)],
                }
                for counts, potentials, k in self.rest
            ],
            "ranking": ranking,
            "livelock": livelock,
        }


def explore_network(
    network: Mapping[str, Any], events: Sequence[Any], semantics: str, *, limit: int = STATE_LIMIT
) -> Exploration:
    """Visit all states that a network can reach, under every timing.

    Args:
        network, events: in JSON form.
        semantics: ``instant`` (a spike arrives at once), ``delayed`` (each spike has its own delay on each edge) or
            ``eager`` (instant, and a neuron that may fire does so before anything else happens).

    Raises:
        InstanceError: for a malformed network.
        TooManyStates: beyond ``limit`` states.

    Example:
        >>> pair = {"weights": [[0, -1], [-1, 0]], "threshold": [1, 1], "potential": [1, 1], "lower": [0, 0], "upper": [1, 1]}
        >>> [counts for counts, _, _ in explore_network(pair, [], "instant").rest]
        [(0, 1), (1, 0)]
    """
    system = System(parse_network(network), parse_events(events), semantics)
    graph = explore(system.initial, system.successors, system.kind_of, limit=limit)
    return Exploration({"network": network, "events": events, "semantics": semantics}, system, graph)


# ---- the map whose fixed points are the rest states ------------------------------------------------------------


def total_map(network: Network, charge: Vector, counts: Sequence[int]) -> tuple[int, ...]:
    """Phi(S)_i = clip(floor(A_i), lower_i, upper_i) where A_i is the charge of i, in thresholds, that counts S imply."""
    result = []
    for i in range(network.size):
        received = network.potential[i] + network.threshold[i] * network.start[i] + charge[i]
        for j in range(network.size):
            received = received + network.weights[i][j] * (counts[j] - network.start[j])
        level = received / network.threshold[i]
        result.append(_clip(int(level.p) // int(level.q), network.lower[i], network.upper[i]))
    return tuple(result)


def _clip(value: int, lower: int | None, upper: int | None) -> int:
    value = value if lower is None else max(value, lower)
    return value if upper is None else min(value, upper)


def formula(network: Network, events: Events) -> tuple[int, ...]:
    """Phi applied n times to the starting counts: the fixed point when the graph is acyclic."""
    counts = tuple(network.start)
    charge = events.total(network.size)
    for _ in range(network.size):
        counts = total_map(network, charge, counts)
    return counts


def potentials_at(network: Network, events: Events, counts: Sequence[int]) -> tuple[Any, ...]:
    """V that charge conservation implies when nothing is pending and nothing in flight."""
    charge, found = events.total(network.size), []
    for i in range(network.size):
        v = network.potential[i] + charge[i] + network.threshold[i] * (network.start[i] - counts[i])
        for j in range(network.size):
            v = v + network.weights[i][j] * (counts[j] - network.start[j])
        found.append(int(v.p) if v.q == 1 else v)
    return tuple(found)


def box(network: Network) -> list[tuple[int, ...]]:
    """All count vectors within the bounds, which have to be finite."""
    ranges = [range(low, high + 1) for low, high in zip(network.lower, network.upper, strict=True)]  # type: ignore[arg-type,operator]
    return list(product(*ranges))


def simple_cycles(network: Network) -> list[list[int]]:
    """The simple cycles of the digraph sender -> receiver, each as a list of neurons."""
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(network.size))
    graph.add_edges_from((j, i) for i, j in network.edges)
    return sorted(list(cycle) for cycle in networkx.simple_cycles(graph))


def cycle_sign(network: Network, cycle: Sequence[int]) -> int:
    """The product of the signs of the weights along a cycle (v_1, ..., v_k), v_1 -> v_2 -> ... -> v_1."""
    sign = 1
    for sender, receiver in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        weight = network.weights[receiver][sender]
        sign *= (weight > 0) - (weight < 0)
    return sign
