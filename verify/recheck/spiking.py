"""Spiking networks, simulated naively: every state, every move, in integers over one common denominator."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from .load import NotReplayed, Number, Rejected, exact, integer, require
from .shapes import anything, many, of_type, one_of, optional, record, truth

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


def _noise(data: Any) -> int:
    noise = -1 if data == "unlimited" else integer(data)
    require(noise >= 0 or data == "unlimited", "the noise is negative")
    return noise


def _event(data: Any) -> tuple[int, Number, bool]:
    entry = many(anything)(data)
    require(len(entry) == 2 or entry[2:] == ("forever",), "an event is not [neuron, charge] or [..., 'forever']")
    return integer(entry[0]), exact(entry[1]), len(entry) == 3


_ROW, _COUNTS, _BOUNDS = many(exact), many(integer), many(optional(integer))
_WINDOW = {"start": _COUNTS, "low": _ROW, "high": _ROW}
NETWORK = record(
    {"weights": many(_ROW), "threshold": _ROW, "potential": _ROW, "lower": _BOUNDS, "upper": _BOUNDS, **_WINDOW},
    {
        "closed": one_of("left", "right", "both", "neither"),
        "corrective": truth,
        "reset": one_of("subtract", "zero"),
        "leak": truth,
        "loss": truth,
        "plastic": _ROW,
        "noise": _noise,
    },
)


def parse_network(data: Any) -> Network:
    """Read a network; `Rejected` if it is malformed."""
    threshold = of_type(list)(of_type(dict)(data).get("threshold"))
    n = len(threshold)
    require(n <= MAX_NEURONS, f"a network has more than {MAX_NEURONS} neurons")
    network = Network(**NETWORK({"start": [0] * n, "low": [0] * n, "high": threshold, **data}))
    rows = (network.potential, network.lower, network.upper, network.start, network.low, network.high, network.weights)
    require(all(len(row) == n for row in (*rows, *network.weights)), "a row of a network has a wrong length")
    require(network.plastic, "'plastic' is empty")
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
        require(all(0 <= i < n for i, _, _ in events.entries), "an event goes to a neuron that does not exist")
        require(semantics != "delayed" or network.plastic == (1,), "plastic weights do not go with delayed semantics")
        sent = {w * f for row in network.weights for w in row for f in (1, *network.plastic)}
        rows = (network.threshold, network.potential, network.low, network.high)
        self.scale = lcm(*(x.denominator for row in (*rows, sent, [q for _, q, _ in events.entries]) for x in row))
        self.threshold, self.potential, low, high = map(self.scaled, rows)
        self.weights = [self.scaled(row) for row in network.weights]
        self.external = self.scaled(sum(q for k, q, _ in events.entries if k == i) for i in range(n))
        self.fires_from = [x + (network.closed in ("right", "both")) for x in high]  # V >= this: a positive spike
        self.fires_to = [x - (network.closed in ("left", "both")) for x in low]  # V <= this: a negative spike
        self.counted = network.counted
        edges = [(i, j) for i in range(n) for j in range(n) if network.weights[i][j] != 0]
        self.receivers = [  # for each neuron and number of spikes that it has sent: (place in the state, charge)
            [[(n + i, int(self.weights[i][j] * f)) for i, k in edges if k == j] for f in network.plastic]
            for j in range(n)
        ]
        types = Counter(events.entries)  # in order of first appearance
        flights = edges if semantics == "delayed" else []  # the edges that carry tokens
        # Where each part of a state begins; counts and potentials come first.
        self.at_tokens = {1: 2 * n + len(types), -1: 2 * n + len(types) + len(flights)}
        self.at_noise = self.at_tokens[-1] + len(flights)
        self.leaving = [[e for e, (_, source) in enumerate(flights) if source == j] for j in range(n)]
        # What can be pending: its place in the state, its kind of action, its move, whether that uses it up, the place
        # of the potential that it changes, the charge.
        self.pending: list[tuple[int, int, Move, bool, int, int]] = [
            (2 * n + k, n + k, ("event", k), not forever, n + i, int(q * self.scale))
            for k, (i, q, forever) in enumerate(types)
        ]
        for sign, place in self.at_tokens.items():
            for e, (i, j) in enumerate(flights):
                kind, charge = n + len(types) + 2 * e + (sign < 0), sign * self.weights[i][j]
                self.pending.append((place + e, kind, ("token", i, j, sign), True, n + i, charge))
        counts = [1 if entry[2] else count for entry, count in types.items()]
        tokens = [0] * (2 * len(flights))
        self.initial = (*network.start, *self.potential, *counts, *tokens, network.noise, *([0] * n))

    def scaled(self, values: Iterable[Number]) -> list[int]:
        return [int(x * self.scale) for x in values]

    def potentials(self, state: State) -> tuple[Number, ...]:
        """The exact potentials."""
        return tuple(Fraction(v, self.scale) for v in state[self.n : 2 * self.n])

    def spike(self, state: State, i: int, sign: int) -> State:
        """The state after neuron i has sent a spike."""
        new, n = list(state), self.n
        new[i] += sign * self.counted[i]
        new[n + i] = 0 if self.network.reset == "zero" else new[n + i] - sign * self.threshold[i]
        if self.semantics == "delayed":
            for e in self.leaving[i]:
                new[self.at_tokens[sign] + e] += 1
        else:
            place = self.at_noise + 1 + i
            for target, charge in self.receivers[i][new[place]]:
                new[target] += sign * charge
            new[place] = min(new[place] + 1, len(self.network.plastic) - 1)
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
    """All states that a simulator can reach. `Graph.of` gives None beyond 60,000 states."""

    def __init__(self, simulator: Simulator, states: list[State], edges: list[Row]) -> None:
        self.simulator, self.states, self.edges = simulator, states, edges
        self.rest = [v for v, row in enumerate(edges) if all(kind == NOT_OWED for _, kind, _ in row)]
        self.edge_count = sum(map(len, edges))

    @staticmethod
    def of(simulator: Simulator) -> "Graph | None":
        states, edges, count = [simulator.initial], list[Row](), 0
        index = {simulator.initial: 0}
        for state in states:  # which grows on the way
            row: Row = []
            for move, kind, after in simulator.moves(state):
                target = index.setdefault(after, len(states))
                if target == len(states):
                    states.append(after)
                row.append((move, kind, target))
            edges.append(row)
            count += len(row)
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
            inside = set(component)
            taken = {kind for v in component for _, kind, target in self.edges[v] if target in inside}
            if taken:
                always = set.intersection(*({kind for _, kind, _ in self.edges[v]} for v in component))
                if always - {NOT_OWED} <= taken:
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
        best, queue, rest = {0: 0}, deque([0]), set(self.rest)
        while queue:
            v = queue.popleft()
            if v in rest:
                return best[v]
            for move, _, target in self.edges[v]:
                cost = best[v] + (move[0] in ("fire", "noise"))
                if target not in best or cost < best[target]:
                    best[target] = cost
                    (queue.append if cost > best[v] else queue.appendleft)(target)
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
