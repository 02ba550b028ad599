"""Spiking networks, simulated naively: every state, every move, in integers over one common denominator."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from .load import NotReplayed, Number, Rejected, array, exact, integer, keys, text, truth

MAX_STATES = 60_000
MAX_NEURONS = 200
MAX_EVENTS = 20_000
MAX_EDGES = 4_000_000  # of one graph
MAX_CELLS = 40_000_000  # numbers stored for the states of one graph
SEMANTICS = ("instant", "delayed", "eager")

State = tuple[int, ...]
Move = tuple[Any, ...]
NOT_OWED = -1  # the kind of the moves that fairness does not owe: noise, leak, loss


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
    def uncounted(self) -> bool:
        """Whether some neuron has both bounds null."""
        return any(a is None and b is None for a, b in zip(self.lower, self.upper, strict=True))


@dataclass(frozen=True)
class Events:
    """External charges: (neuron, charge, for ever)."""

    entries: tuple[tuple[int, Number, bool], ...]


def _one_of(data: Any, choices: tuple[str, ...], what: str) -> str:
    if text(data, what) not in choices:
        raise Rejected(f"{what} is not one of {', '.join(choices)}")
    return data


def parse_network(data: Any) -> Network:
    """Read a network; `Rejected` if it is malformed."""
    required = ("weights", "threshold", "potential", "lower", "upper")
    optional = ("start", "low", "high", "closed", "corrective", "reset", "leak", "loss", "plastic", "noise")
    keys(data, required, "a network", optional)
    n = len(array(data["threshold"], "threshold"))
    if n > MAX_NEURONS:
        raise Rejected(f"a network has more than {MAX_NEURONS} neurons")

    def row(key: str, default: list[Any]) -> list[Any]:
        return array(data.get(key, default), key, n)

    def bounds(key: str) -> tuple[int | None, ...]:
        return tuple(None if x is None else integer(x) for x in row(key, []))

    threshold = tuple(map(exact, row("threshold", [])))
    noise = data.get("noise", 0)
    plastic = tuple(map(exact, array(data.get("plastic", ["1"]), "plastic")))
    if not plastic:
        raise Rejected("plastic is empty")
    if noise != "unlimited" and integer(noise) < 0:
        raise Rejected("noise is negative")
    return Network(
        weights=tuple(tuple(map(exact, array(x, "a row of weights", n))) for x in row("weights", [])),
        threshold=threshold,
        potential=tuple(map(exact, row("potential", []))),
        lower=bounds("lower"),
        upper=bounds("upper"),
        start=tuple(map(integer, row("start", [0] * n))),
        low=tuple(map(exact, row("low", [0] * n))),
        high=tuple(map(exact, row("high", data["threshold"]))),
        closed=_one_of(data.get("closed", "left"), ("left", "right", "both", "neither"), "closed"),
        corrective=truth(data.get("corrective", True), "corrective"),
        reset=_one_of(data.get("reset", "subtract"), ("subtract", "zero"), "reset"),
        leak=truth(data.get("leak", False), "leak"),
        loss=truth(data.get("loss", False), "loss"),
        plastic=plastic,
        noise=-1 if noise == "unlimited" else integer(noise),
    )


def parse_events(data: Any) -> Events:
    """Read events; `Rejected` if they are malformed."""
    if len(array(data, "events")) > MAX_EVENTS:
        raise Rejected(f"more than {MAX_EVENTS} events")
    entries = []
    for item in data:
        if len(array(item, "an event")) not in (2, 3) or (len(item) == 3 and item[2] != "forever"):
            raise Rejected("an event is not [neuron, charge] or [neuron, charge, 'forever']")
        entries.append((integer(item[0]), exact(item[1]), len(item) == 3))
    return Events(tuple(entries))


class Simulator:
    """The moves of a network with its events. All potentials and charges are multiplied by `scale`, an integer."""

    def __init__(self, network: Network, events: Events, semantics: str) -> None:
        _one_of(semantics, SEMANTICS, "the semantics")
        n = network.size
        if any(not 0 <= i < n for i, _, _ in events.entries):
            raise Rejected("an event goes to a neuron that does not exist")
        if semantics == "delayed" and network.plastic != (1,):
            raise Rejected("plastic weights do not go with delayed semantics")
        self.network, self.events, self.semantics, self.n = network, events, semantics, n
        sent = {w * f for row in network.weights for w in row for f in (1, *network.plastic)}
        rows = (network.threshold, network.potential, network.low, network.high)
        charges = [q for _, q, _ in events.entries]
        self.scale = lcm(*(x.denominator for x in (*sent, *charges, *(x for row in rows for x in row))))
        scaled = self.scaled
        self.threshold, self.potential = scaled(network.threshold), scaled(network.potential)
        self.weights = [scaled(row) for row in network.weights]
        weak = network.closed in ("left", "neither")
        self.fires_from = [x if weak else x + 1 for x in scaled(network.high)]  # V >= this: a positive spike
        weak = network.closed in ("right", "neither")
        self.fires_to = [x if weak else x - 1 for x in scaled(network.low)]  # V <= this: a negative spike
        pairs = zip(network.lower, network.upper, strict=True)
        self.counted = [not (a is None and b is None) for a, b in pairs]
        self.types = list(dict.fromkeys(events.entries))  # in order of first appearance
        self.multiplicity = [1 if entry[2] else count for entry, count in Counter(events.entries).items()]
        self.charge = [self.scaled([q])[0] for _, q, _ in self.types]
        self.edges = [(i, j) for i in range(n) for j in range(n) if network.weights[i][j] != 0]
        self.flights = self.edges if semantics == "delayed" else []
        # where each part of a state begins
        self.at_events = 2 * n
        self.at_tokens = {1: 2 * n + len(self.types), -1: 2 * n + len(self.types) + len(self.flights)}
        self.at_noise = self.at_tokens[-1] + len(self.flights)
        self.at_sent = self.at_noise + 1
        self.cap = len(network.plastic) - 1
        self.initial: State = (
            *network.start,
            *self.potential,
            *self.multiplicity,
            *([0] * (2 * len(self.flights))),
            network.noise,
            *([0] * n),
        )
        self.receivers = [  # for each neuron and number of spikes that it has sent: (place in the state, charge)
            [
                [(n + k, int(network.weights[k][i] * f * self.scale)) for k in range(n) if network.weights[k][i] != 0]
                for f in network.plastic
            ]
            for i in range(n)
        ]
        self.sent_on = [[e for e, (_, j) in enumerate(self.flights) if j == i] for i in range(n)]

    def scaled(self, numbers: Iterable[Number]) -> list[int]:
        return [int(x * self.scale) for x in numbers]

    def external(self) -> list[int]:
        """The total external charge of each neuron (scaled)."""
        total = [0] * self.n
        for i, q, _ in self.events.entries:
            total[i] += int(q * self.scale)
        return total

    def spike(self, state: State, i: int, sign: int, noise: bool = False) -> State:
        """The state after neuron i has sent a spike."""
        new, n = list(state), self.n
        if self.counted[i]:
            new[i] += sign
        new[n + i] = 0 if self.network.reset == "zero" else new[n + i] - sign * self.threshold[i]
        if self.semantics == "delayed":
            for e in self.sent_on[i]:
                new[self.at_tokens[sign] + e] += 1
        else:
            place = self.at_sent + i
            for target, charge in self.receivers[i][new[place]]:
                new[target] += sign * charge
            if new[place] < self.cap:
                new[place] += 1
        if noise and new[self.at_noise] > 0:
            new[self.at_noise] -= 1
        return tuple(new)

    def changed(self, state: State, place: int, by: int, target: int = 0, charge: int = 0) -> State:
        """The state with one entry moved by `by`, and another by `charge`."""
        new = list(state)
        new[place] += by
        if charge:
            new[target] += charge
        return tuple(new)

    def allowed(self, state: State, i: int, sign: int) -> bool:
        """Whether the bounds let neuron i send a spike of this sign."""
        bound = self.network.upper[i] if sign > 0 else self.network.lower[i]
        return (sign > 0 or self.network.corrective) and (bound is None or sign * (bound - state[i]) > 0)

    def fire_signs(self, state: State) -> list[tuple[int, int]]:
        """(neuron, sign) of every spike that is due."""
        n, due = self.n, []
        for i in range(n):
            v = state[n + i]
            if v >= self.fires_from[i] and self.allowed(state, i, 1):
                due.append((i, 1))
            if v <= self.fires_to[i] and self.allowed(state, i, -1):
                due.append((i, -1))
        return due

    def moves(self, state: State) -> list[tuple[Move, int, State]]:
        """Every move from a state: the move, its kind of action, the next state."""
        n, types = self.n, len(self.types)
        found: list[tuple[Move, int, State]] = [
            (("fire", i, sign), i, self.spike(state, i, sign)) for i, sign in self.fire_signs(state)
        ]
        if found and self.semantics == "eager":
            return found
        if state[self.at_noise]:
            found += [
                (("noise", i, sign), NOT_OWED, self.spike(state, i, sign, noise=True))
                for i in range(n)
                for sign in (1, -1)
                if self.allowed(state, i, sign)
            ]
        for k, (i, _, forever) in enumerate(self.types):
            place = self.at_events + k
            if state[place]:
                by = 0 if forever else -1
                found.append((("event", k), n + k, self.changed(state, place, by, n + i, self.charge[k])))
                if self.network.loss and not forever:
                    found.append((("lose-event", k), NOT_OWED, self.changed(state, place, by)))
        for sign in (1, -1):
            for e, (i, j) in enumerate(self.flights):
                place = self.at_tokens[sign] + e
                if state[place]:
                    after = self.changed(state, place, -1, n + i, sign * self.weights[i][j])
                    found.append((("token", i, j, sign), n + types + 2 * e + (sign < 0), after))
                    if self.network.loss:
                        found.append((("lose-token", i, j, sign), NOT_OWED, self.changed(state, place, -1)))
        if self.network.leak:
            found += [
                (("leak", i), NOT_OWED, self.changed(state, n + i, -state[n + i])) for i in range(n) if state[n + i]
            ]
        return found

    def potentials(self, state: State) -> tuple[Number, ...]:
        """The exact potentials."""
        return tuple(Fraction(v, self.scale) for v in state[self.n : 2 * self.n])


Row = list[tuple[Move, int, int]]  # moves from a state: the move, its kind, the number of the next state


class Graph:
    """All states that a simulator can reach. `Graph.of` gives None beyond 60,000 states."""

    def __init__(self, simulator: Simulator, states: list[State], edges: list[Row]) -> None:
        self.simulator, self.states, self.edges = simulator, states, edges
        self.rest = [k for k, row in enumerate(edges) if not any(kind != NOT_OWED for _, kind, _ in row)]

    @staticmethod
    def of(simulator: Simulator) -> "Graph | None":
        states = [simulator.initial]
        index = {simulator.initial: 0}
        edges: list[Row] = []
        count = 0
        for state in states:
            row: Row = []
            for move, kind, after in simulator.moves(state):
                target = index.setdefault(after, len(states))
                if target == len(states):
                    states.append(after)
                row.append((move, kind, target))
            if len(states) > MAX_STATES:
                return None
            edges.append(row)
            count += len(row)
            if count > MAX_EDGES or len(states) * len(state) > MAX_CELLS:
                raise NotReplayed("the graph of states is too large for this checker")
        return Graph(simulator, states, edges)

    @property
    def edge_count(self) -> int:
        return sum(map(len, self.edges))

    @cached_property
    def components(self) -> list[list[int]]:
        """Strongly connected components, each after all those that it leads to (Tarjan's algorithm)."""
        order: dict[int, int] = {}
        low = [0] * len(self.states)
        on_stack = [False] * len(self.states)
        stack: list[int] = []
        found = []
        work: list[tuple[int, int]] = [(0, 0)]
        while work:
            v, k = work.pop()
            if k == 0:
                order[v] = low[v] = len(order)
                stack.append(v)
                on_stack[v] = True
            row = self.edges[v]
            while k < len(row):
                w = row[k][2]
                if w not in order:
                    work += [(v, k + 1), (w, 0)]
                    break
                if on_stack[w]:
                    low[v] = min(low[v], low[w])
                k += 1
            else:
                if low[v] == order[v]:
                    component = []
                    while True:
                        w = stack.pop()
                        on_stack[w] = False
                        component.append(w)
                        if w == v:
                            break
                    found.append(component)
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[v])
        return found

    @cached_property
    def cyclic(self) -> bool:
        return len(self.components) < len(self.states) or any(
            target == v for v, row in enumerate(self.edges) for _, _, target in row
        )

    @cached_property
    def livelock(self) -> bool:
        """Whether some component can be run through for ever, fairly."""
        for component in self.components:
            inside = set(component)
            enabled, taken, inner = None, set(), False
            for v in component:
                kinds = {kind for _, kind, _ in self.edges[v]}
                enabled = kinds if enabled is None else enabled & kinds
                for _, kind, target in self.edges[v]:
                    if target in inside:
                        inner = True
                        taken.add(kind)
            if inner and (enabled or set()) - {NOT_OWED} <= taken:
                return True
        return False

    @cached_property
    def longest(self) -> list[int]:
        """The length of the longest run from each state, when there is no cycle."""
        length = [0] * len(self.states)
        for (v,) in self.components:
            length[v] = max((1 + length[target] for _, _, target in self.edges[v]), default=0)
        return length

    @cached_property
    def can_always_rest(self) -> bool:
        before: list[list[int]] = [[] for _ in self.states]
        for v, row in enumerate(self.edges):
            for _, _, target in row:
                before[target].append(v)
        reached = set(self.rest)
        queue = list(reached)
        while queue:
            for v in before[queue.pop()]:
                if v not in reached:
                    reached.add(v)
                    queue.append(v)
        return len(reached) == len(self.states)

    @cached_property
    def min_spikes(self) -> int | None:
        """Least number of spikes on a run to a state at rest; None if none is reachable."""
        best = {0: 0}
        queue = deque([0])
        done = set()
        rest = set(self.rest)
        while queue:
            v = queue.popleft()
            if v in rest:
                return best[v]
            if v in done:
                continue
            done.add(v)
            for move, _, target in self.edges[v]:
                cost = best[v] + (move[0] in ("fire", "noise"))
                if cost < best.get(target, cost + 1):
                    best[target] = cost
                    (queue.append if cost > best[v] else queue.appendleft)(target)
        return None

    @cached_property
    def max_spikes(self) -> int | None:
        """Greatest number of spikes on a run to a state at rest; None if the graph has a cycle."""
        if self.cyclic:
            return None
        most = [0] * len(self.states)  # every longest run ends in a state without moves, which is at rest
        for (v,) in self.components:
            onward = (most[target] + (move[0] in ("fire", "noise")) for move, _, target in self.edges[v])
            most[v] = max(onward, default=0)
        return most[0]


def follow(simulator: Simulator, state: State, path: list[Move]) -> list[tuple[State, set[int], int]]:
    """Replay moves: before each one the state, the kinds enabled in it, the kind taken; at the end the last state."""
    trace: list[tuple[State, set[int], int]] = []
    for move in path:
        offered = simulator.moves(state)
        taken = [(kind, after) for known, kind, after in offered if known == move]
        if not taken:
            raise Rejected(f"the move {list(move)!r:.60} is not offered in the state that the path has reached")
        trace.append((state, {kind for _, kind, _ in offered if kind != NOT_OWED}, taken[0][0]))
        state = taken[0][1]
    return [*trace, (state, set(), NOT_OWED)]
