"""Spiking networks, simulated naively: every state, every move, in integers over one common denominator."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from ..load import NotReplayed, Number, Rejected, exact, integer, require
from ..shapes import anything, many, of_type, one_of, optional, record, such_that, truth

MAX_STATES = 60_000
MAX_NEURONS = 200
MAX_EVENTS = 20_000
MAX_EDGES = 4_000_000  # of one graph
MAX_CELLS = 40_000_000  # numbers stored for the states of one graph
semantics_of = one_of("instant", "delayed", "eager")
NOT_OWED = -1  # the kind of the moves that fairness does not owe: noise, leak, loss

State = tuple[int, ...]
Move = tuple[Any, ...]
Row = list[tuple[Move, int, int]]  # moves from a state: the move, its kind of action, the number of the next state


@dataclass(frozen=True)
class Network:
    """A spiking network; `noise` is -1 if unlimited, a bound is None if there is none."""

    weights: tuple[tuple[Number, ...], ...]
    threshold: tuple[Number, ...]
    potential: tuple[Number, ...]
    lower: tuple[int | None, ...]
    upper: tuple[int | None, ...]
    start: tuple[int, ...]
    low: tuple[Number, ...]
    high: tuple[Number, ...]
    closed: str = "left"
    corrective: bool = True
    reset: str = "subtract"
    leak: bool = False
    loss: bool = False
    plastic: tuple[Number, ...] = (1,)
    noise: int = 0

    @property
    def size(self) -> int:
        return len(self.threshold)

    @property
    def counted(self) -> list[bool]:
        """For each neuron whether it has a bound: if not, nothing depends on its count."""
        return [(a, b) != (None, None) for a, b in zip(self.lower, self.upper, strict=True)]


@dataclass(frozen=True)
class Events:
    """External charges: (neuron, charge, whether it comes for ever)."""

    entries: tuple[tuple[int, Number, bool], ...]


def _event(data: Any) -> tuple[int, Number, bool]:
    entry = many(anything)(data)
    require(len(entry) == 2 or entry[2:] == ("forever",), "an event is not [neuron, charge] or [..., 'forever']")
    return integer(entry[0]), exact(entry[1]), len(entry) == 3


_ROW, _BOUNDS = many(exact), many(optional(integer))
_NATURAL = such_that(integer, lambda x: x >= 0, "a natural number was expected")
NETWORK = record(
    {
        "closed": one_of("left", "right", "both", "neither"), "reset": one_of("subtract", "zero"), "corrective": truth,
        "leak": truth, "loss": truth, "plastic": such_that(_ROW, len, "'plastic' is empty"),
        "noise": lambda data: -1 if data == "unlimited" else _NATURAL(data),
    },
    weights=many(_ROW), threshold=_ROW, potential=_ROW, lower=_BOUNDS, upper=_BOUNDS,
    start=many(integer), low=_ROW, high=_ROW,
)  # fmt: skip


def parse_network(data: Any) -> Network:
    """Read a network; `Rejected` if it is malformed."""
    threshold = of_type(list)(of_type(dict)(data).get("threshold"))
    n = len(threshold)
    require(n <= MAX_NEURONS, f"a network has more than {MAX_NEURONS} neurons")
    network = Network(**NETWORK({"start": [0] * n, "low": [0] * n, "high": threshold, **data}))
    rows = (network.potential, network.lower, network.upper, network.start, network.low, network.high, network.weights)
    require(all(len(row) == n for row in (*rows, *network.weights)), "a row of a network has a wrong length")
    bounds = [(a, b) for a, b in zip(network.lower, network.upper, strict=True) if a is not None and b is not None]
    require(all(a <= b for a, b in bounds), "a lower bound is above the upper one")
    return network


def parse_events(data: Any) -> Events:
    """Read events; `Rejected` if they are malformed."""
    require(len(of_type(list)(data)) <= MAX_EVENTS, f"more than {MAX_EVENTS} events")
    return Events(many(_event)(data))


class Simulator:
    """The moves of a network with its events. All potentials and charges are multiplied by `scale`, an integer."""

    def __init__(self, network: Network, events: Events, semantics: str) -> None:
        self.n = n = network.size
        self.network, self.events, self.semantics = network, events, semantics_of(semantics)
        delayed = semantics == "delayed"
        require(all(0 <= i < n for i, _, _ in events.entries), "an event goes to a neuron that does not exist")
        require(not delayed or network.plastic == (1,), "plastic weights do not go with delayed semantics")
        sent = {w * f for row in network.weights for w in row for f in (1, *network.plastic)}
        rows = (network.threshold, network.potential, network.low, network.high)
        self.scale = lcm(*(x.denominator for row in (*rows, sent, [q for _, q, _ in events.entries]) for x in row))
        self.threshold, self.potential, low, high = map(self.scaled, rows)
        self.weights = [self.scaled(row) for row in network.weights]
        self.external = self.scaled(sum(q for k, q, _ in events.entries if k == i) for i in range(n))
        self.fires_from = [x + (network.closed in ("right", "both")) for x in high]  # V >= this: a positive spike
        self.fires_to = [x - (network.closed in ("left", "both")) for x in low]  # V <= this: a negative spike
        self.counted = network.counted
        types = Counter(events.entries)  # in order of first appearance
        edges = [(i, j) for i in range(n) for j in range(n) if network.weights[i][j] != 0]
        # A state: counts, potentials, events by type, positive then negative tokens by edge, noise, spikes sent.
        tokens = len(edges) if delayed else 0
        self.at_noise = 2 * n + len(types) + 2 * tokens
        # What can be pending: its place in the state, its kind of action, its move, whether that uses it up, the place
        # of the potential that it changes, the charge.
        self.pending: list[tuple[int, int, Move, bool, int, int]] = [
            (2 * n + k, n + k, ("event", k), not forever, n + i, int(q * self.scale))
            for k, (i, q, forever) in enumerate(types)
        ]
        # By neuron and sign, for each number of spikes sent before: what a spike adds to which places of the state.
        self.effect: dict[tuple[int, int], list[list[tuple[int, int]]]] = {}
        for sign in (1, -1):
            place = 2 * n + len(types) + tokens * (sign < 0)
            for e, (i, j) in enumerate(edges[:tokens]):
                kind, charge = n + len(types) + 2 * e + (sign < 0), sign * self.weights[i][j]
                self.pending.append((place + e, kind, ("token", i, j, sign), True, n + i, charge))
            for j in range(n):
                out = [(e, i) for e, (i, source) in enumerate(edges) if source == j]
                charged = [[(n + i, int(sign * self.weights[i][j] * f)) for _, i in out] for f in network.plastic]
                self.effect[j, sign] = [[(place + e, 1) for e, _ in out]] if delayed else charged
        counts = [1 if entry[2] else count for entry, count in types.items()]
        self.initial = (*network.start, *self.potential, *counts, *[0] * 2 * tokens, network.noise, *[0] * n)

    def scaled(self, values: Iterable[Number]) -> list[int]:
        return [int(x * self.scale) for x in values]

    def potentials(self, state: State) -> tuple[Number, ...]:
        """The exact potentials."""
        return tuple(Fraction(v, self.scale) for v in state[self.n : 2 * self.n])

    def spike(self, state: State, i: int, sign: int) -> State:
        """The state after neuron i has sent a spike."""
        new, v, sent = list(state), self.n + i, self.at_noise + 1 + i
        new[i] += sign * self.counted[i]
        new[v] = 0 if self.network.reset == "zero" else new[v] - sign * self.threshold[i]
        for place, amount in self.effect[i, sign][new[sent]]:
            new[place] += amount
        new[sent] = min(new[sent] + 1, len(self.network.plastic) - 1)
        return tuple(new)

    def changed(self, state: State, place: int, by: int, target: int = 0, charge: int = 0) -> State:
        """The state with one entry moved by `by`, and another by `charge`."""
        new = list(state)
        new[place] += by
        new[target] += charge
        return tuple(new)

    def allowed(self, state: State, i: int, sign: int) -> bool:
        """Whether neuron i may send a spike of this sign, as far as its bounds go."""
        bound = self.network.upper[i] if sign > 0 else self.network.lower[i]
        return (sign > 0 or self.network.corrective) and (bound is None or sign * (bound - state[i]) > 0)

    def fires(self, state: State) -> list[tuple[int, int]]:
        """(neuron, sign) of every spike that is due."""
        due = []
        for i, v in enumerate(state[self.n : 2 * self.n]):
            if v >= self.fires_from[i] and self.allowed(state, i, 1):
                due.append((i, 1))
            if v <= self.fires_to[i] and self.allowed(state, i, -1):
                due.append((i, -1))
        return due

    def moves(self, state: State) -> list[tuple[Move, int, State]]:
        """Every move from a state: the move, its kind of action, the next state."""
        found: list[tuple[Move, int, State]]
        found = [(("fire", i, sign), i, self.spike(state, i, sign)) for i, sign in self.fires(state)]
        if found and self.semantics == "eager":
            return found
        if state[self.at_noise]:
            used = self.changed(state, self.at_noise, -(state[self.at_noise] > 0))
            spikes = ((i, sign) for i in range(self.n) for sign in (1, -1) if self.allowed(state, i, sign))
            found += [(("noise", i, sign), NOT_OWED, self.spike(used, i, sign)) for i, sign in spikes]
        for place, kind, move, once, target, charge in self.pending:
            if state[place]:
                found.append((move, kind, self.changed(state, place, -once, target, charge)))
                if once and self.network.loss:
                    found.append((("lose-" + move[0], *move[1:]), NOT_OWED, self.changed(state, place, -1)))
        if self.network.leak:
            places = ((i, self.n + i) for i in range(self.n) if state[self.n + i])
            found += [(("leak", i), NOT_OWED, self.changed(state, place, -state[place])) for i, place in places]
        return found


class Graph:
    """All states that a simulator can reach, with the moves from each."""

    def __init__(self, simulator: Simulator, states: list[State], edges: list[Row]) -> None:
        self.simulator, self.states, self.edges = simulator, states, edges
        self.rest = [v for v, row in enumerate(edges) if all(kind == NOT_OWED for _, kind, _ in row)]
        self.edge_count = sum(map(len, edges))

    @staticmethod
    def of(simulator: Simulator) -> "Graph | None":
        """The graph, or None if there are more than 60,000 states."""
        states, edges, count = [simulator.initial], list[Row](), 0
        index = {simulator.initial: 0}
        for state in states:  # which grows on the way
            edges.append([])
            for move, kind, after in simulator.moves(state):
                target = index.setdefault(after, len(states))
                edges[-1].append((move, kind, target))
                if target == len(states):
                    states.append(after)
            count += len(edges[-1])
            if len(states) > MAX_STATES:
                return None
            if count > MAX_EDGES or len(states) * len(state) > MAX_CELLS:
                raise NotReplayed("the graph of states is too large for this checker")
        return Graph(simulator, states, edges)

    @cached_property
    def components(self) -> list[list[int]]:
        """Strongly connected components, each after all those that it leads to (Kosaraju's algorithm)."""
        before: list[list[int]] = [[] for _ in self.states]
        for v, row in enumerate(self.edges):
            for _, _, w in row:
                before[w].append(v)
        path, left, done, found = [(0, iter(self.edges[0]))], {0}, list[int](), list[list[int]]()
        while path:
            onward = next((w for _, _, w in path[-1][1] if w not in left), None)
            if onward is None:
                done.append(path.pop()[0])
            else:
                left.add(onward)
                path.append((onward, iter(self.edges[onward])))
        while done:
            if (root := done.pop()) in left:
                left.remove(root)
                component = [root]
                for v in component:  # which grows on the way
                    new = left.intersection(before[v])
                    component += new
                    left -= new
                found.append(component)
        return found[::-1]

    @cached_property
    def cyclic(self) -> bool:
        loops = any(target == v for v, row in enumerate(self.edges) for _, _, target in row)
        return loops or len(self.components) < len(self.states)

    @cached_property
    def livelock(self) -> bool:
        """Whether some component can be run through for ever, fairly."""
        for component in self.components:
            inside, rows = set(component), [self.edges[v] for v in component]
            taken = {kind for row in rows for _, kind, target in row if target in inside}
            owed = set.intersection(*({kind for _, kind, _ in row} for row in rows)) - {NOT_OWED}
            if taken and owed <= taken:
                return True
        return False

    def longest(self, names: tuple[str, ...] = ()) -> list[int]:
        """The most moves (with one of these names, if any) on a run from each state, when there is no cycle."""
        most = [0] * len(self.states)
        for (v,) in self.components:
            onward = (most[target] + (not names or move[0] in names) for move, _, target in self.edges[v])
            most[v] = max(onward, default=0)
        return most

    @cached_property
    def can_always_rest(self) -> bool:
        fine = set(self.rest)
        for component in self.components:
            if any(v in fine or any(w in fine for _, _, w in self.edges[v]) for v in component):
                fine.update(component)
        return len(fine) == len(self.states)

    @cached_property
    def min_spikes(self) -> int | None:
        """Least number of spikes on a run to a state at rest; None if none is reachable."""
        layer, seen, rest, spikes = [0], set[int](), set(self.rest), 0
        while layer:
            further: list[int] = []
            for v in layer:  # which grows on the way, by moves that are no spikes
                if v in rest:
                    return spikes
                if v not in seen:
                    seen.add(v)
                    for move, _, target in self.edges[v]:
                        (further if move[0] in ("fire", "noise") else layer).append(target)
            layer, spikes = further, spikes + 1
        return None

    @cached_property
    def max_spikes(self) -> int | None:
        """Greatest number of spikes on a run to a state at rest; None if the graph has a cycle."""
        # Without cycles every run can be prolonged to a state without moves, which is at rest.
        return None if self.cyclic else self.longest(("fire", "noise"))[0]


def follow(simulator: Simulator, state: State, path: Iterable[Move]) -> list[tuple[State, set[int], int]]:
    """Replay moves: before each one the state, the kinds enabled in it, the kind taken; at the end the last state."""
    trace: list[tuple[State, set[int], int]] = []
    for move in path:
        offered = simulator.moves(state)
        taken = next(((kind, after) for known, kind, after in offered if known == move), None)
        if taken is None:
            raise Rejected(f"the move {list(move)!r:.60} is not offered in the state that the path has reached")
        trace.append((state, {kind for _, kind, _ in offered} - {NOT_OWED}, taken[0]))
        state = taken[1]
    return [*trace, (state, set(), NOT_OWED)]
