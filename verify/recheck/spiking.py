"""Spiking networks, simulated naively: every state, every move, in integers over one common denominator."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from .load import NotReplayed, Number, Rejected, array, exact, integer, keys, typed

MAX_STATES = 60_000
MAX_NEURONS = 200
MAX_EVENTS = 20_000
MAX_EDGES = 4_000_000  # of one graph
MAX_CELLS = 40_000_000  # numbers stored for the states of one graph
SEMANTICS = ("instant", "delayed", "eager")
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
    """External charges: (neuron, charge, for ever)."""

    entries: tuple[tuple[int, Number, bool], ...]


def one_of(data: Any, choices: tuple[str, ...], what: str) -> str:
    """`data`, if it is one of the choices."""
    if data not in choices:
        raise Rejected(f"{what} is not one of {', '.join(choices)}")
    return typed(data, str, what)


def parse_network(data: Any) -> Network:
    """Read a network; `Rejected` if it is malformed."""
    optional = ("start", "low", "high", "closed", "corrective", "reset", "leak", "loss", "plastic", "noise")
    keys(data, ("weights", "threshold", "potential", "lower", "upper"), "a network", optional)
    n = len(array(data["threshold"], "threshold"))
    if n > MAX_NEURONS:
        raise Rejected(f"a network has more than {MAX_NEURONS} neurons")

    def row(key: str, default: Any = None) -> list[Any]:
        return array(data.get(key, default), key, n)

    def bounds(key: str) -> tuple[int | None, ...]:
        return tuple(None if x is None else integer(x) for x in row(key))

    plastic = tuple(map(exact, array(data.get("plastic", ["1"]), "plastic")))
    noise = -1 if data.get("noise") == "unlimited" else integer(data.get("noise", 0))
    if not plastic or (noise < 0 and data["noise"] != "unlimited"):
        raise Rejected("plastic is empty, or noise is negative")
    return Network(
        weights=tuple(tuple(map(exact, array(x, "a row of weights", n))) for x in row("weights")),
        threshold=tuple(map(exact, row("threshold"))),
        potential=tuple(map(exact, row("potential"))),
        lower=bounds("lower"),
        upper=bounds("upper"),
        start=tuple(map(integer, row("start", [0] * n))),
        low=tuple(map(exact, row("low", [0] * n))),
        high=tuple(map(exact, row("high", data["threshold"]))),
        closed=one_of(data.get("closed", "left"), ("left", "right", "both", "neither"), "closed"),
        corrective=typed(data.get("corrective", True), bool, "corrective"),
        reset=one_of(data.get("reset", "subtract"), ("subtract", "zero"), "reset"),
        leak=typed(data.get("leak", False), bool, "leak"),
        loss=typed(data.get("loss", False), bool, "loss"),
        plastic=plastic,
        noise=noise,
    )


def parse_events(data: Any) -> Events:
    """Read events; `Rejected` if they are malformed."""
    if len(array(data, "events")) > MAX_EVENTS:
        raise Rejected(f"more than {MAX_EVENTS} events")
    for item in data:
        if len(array(item, "an event")) not in (2, 3) or item[2:] not in ([], ["forever"]):
            raise Rejected("an event is not [neuron, charge] or [neuron, charge, 'forever']")
    return Events(tuple((integer(item[0]), exact(item[1]), len(item) == 3) for item in data))


class Simulator:
    """The moves of a network with its events. All potentials and charges are multiplied by `scale`, an integer."""

    def __init__(self, network: Network, events: Events, semantics: str) -> None:
        self.n = n = network.size
        self.network, self.semantics = network, one_of(semantics, SEMANTICS, "the semantics")
        if any(not 0 <= i < n for i, _, _ in events.entries):
            raise Rejected("an event goes to a neuron that does not exist")
        if semantics == "delayed" and network.plastic != (1,):
            raise Rejected("plastic weights do not go with delayed semantics")
        sent = {w * f for row in network.weights for w in row for f in (1, *network.plastic)}
        rows = (network.threshold, network.potential, network.low, network.high, [q for _, q, _ in events.entries])
        self.scale = lcm(*(x.denominator for row in (*rows, sent) for x in row))
        self.threshold, self.potential, low, high, charges = map(self.scaled, rows)
        self.weights = [self.scaled(row) for row in network.weights]
        self.fires_from = [x + (network.closed in ("right", "both")) for x in high]  # V >= this: a positive spike
        self.fires_to = [x - (network.closed in ("left", "both")) for x in low]  # V <= this: a negative spike
        self.counted = network.counted
        types = Counter(events.entries)  # in order of first appearance
        self.types = list(types)
        self.multiplicity = [1 if forever else types[i, q, forever] for i, q, forever in types]
        self.charge = self.scaled(q for _, q, _ in types)
        paired = list(zip(events.entries, charges, strict=True))
        self.external = [sum(q for (k, _, _), q in paired if k == i) for i in range(n)]  # of each neuron, in all
        edges = [(i, j) for i in range(n) for j in range(n) if network.weights[i][j] != 0]
        self.flights = edges if semantics == "delayed" else []  # the edges that carry tokens
        self.leaving = [[e for e, (_, source) in enumerate(self.flights) if source == j] for j in range(n)]
        self.receivers = [  # for each neuron and number of spikes that it has sent: (place in the state, charge)
            [[(n + i, int(self.weights[i][j] * f)) for i, k in edges if k == j] for f in network.plastic]
            for j in range(n)
        ]
        # Where each part of a state begins; counts and potentials come first.
        self.at_events = 2 * n
        self.at_tokens = {1: 2 * n + len(types), -1: 2 * n + len(types) + len(self.flights)}
        self.at_noise = self.at_tokens[-1] + len(self.flights)
        self.at_sent = self.at_noise + 1
        tokens = [0] * (2 * len(self.flights))
        self.initial = (*network.start, *self.potential, *self.multiplicity, *tokens, network.noise, *([0] * n))

    def scaled(self, values: Iterable[Number]) -> list[int]:
        return [int(x * self.scale) for x in values]

    def potentials(self, state: State) -> tuple[Number, ...]:
        """The exact potentials."""
        return tuple(Fraction(v, self.scale) for v in state[self.n : 2 * self.n])

    def spike(self, state: State, i: int, sign: int, noise: bool = False) -> State:
        """The state after neuron i has sent a spike."""
        new, n = list(state), self.n
        new[i] += sign * self.counted[i]
        new[n + i] = 0 if self.network.reset == "zero" else new[n + i] - sign * self.threshold[i]
        if self.semantics == "delayed":
            for e in self.leaving[i]:
                new[self.at_tokens[sign] + e] += 1
        else:
            place = self.at_sent + i
            for target, charge in self.receivers[i][new[place]]:
                new[target] += sign * charge
            new[place] = min(new[place] + 1, len(self.network.plastic) - 1)
        if noise and new[self.at_noise] > 0:
            new[self.at_noise] -= 1
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
        n, types, loss = self.n, len(self.types), self.network.loss
        found: list[tuple[Move, int, State]]
        found = [(("fire", i, sign), i, self.spike(state, i, sign)) for i, sign in self.fires(state)]
        if found and self.semantics == "eager":
            return found
        if state[self.at_noise]:
            spikes = ((i, sign) for i in range(n) for sign in (1, -1) if self.allowed(state, i, sign))
            found += [(("noise", i, sign), NOT_OWED, self.spike(state, i, sign, True)) for i, sign in spikes]
        for k, (i, _, forever) in enumerate(self.types):
            place = self.at_events + k
            if state[place]:
                found.append((("event", k), n + k, self.changed(state, place, forever - 1, n + i, self.charge[k])))
                if loss and not forever:
                    found.append((("lose-event", k), NOT_OWED, self.changed(state, place, -1)))
        for sign in (1, -1):
            for e, (i, j) in enumerate(self.flights):
                place = self.at_tokens[sign] + e
                if state[place]:
                    after = self.changed(state, place, -1, n + i, sign * self.weights[i][j])
                    found.append((("token", i, j, sign), n + types + 2 * e + (sign < 0), after))
                    if loss:
                        found.append((("lose-token", i, j, sign), NOT_OWED, self.changed(state, place, -1)))
        if self.network.leak:
            charged = (i for i in range(n) if state[n + i])
            found += [(("leak", i), NOT_OWED, self.changed(state, n + i, -state[n + i])) for i in charged]
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
        """Strongly connected components, each after all those that it leads to (Tarjan's algorithm)."""
        order: dict[int, int] = {}
        low = [0] * len(self.states)
        stack: list[int] = []
        on_stack: set[int] = set()
        found = []
        work = [(0, 0)]  # a state, and how many of its edges are done
        while work:
            v, k = work.pop()
            if k == 0:
                order[v] = low[v] = len(order)
                stack.append(v)
                on_stack.add(v)
            for _, _, w in self.edges[v][k:]:
                k += 1
                if w not in order:
                    work += [(v, k), (w, 0)]
                    break
                if w in on_stack:
                    low[v] = min(low[v], low[w])
            else:
                if low[v] == order[v]:
                    component: list[int] = []
                    while not component or component[-1] != v:
                        component.append(stack.pop())
                    on_stack.difference_update(component)
                    found.append(component)
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[v])
        return found

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
        before: list[list[int]] = [[] for _ in self.states]
        for v, row in enumerate(self.edges):
            for _, _, target in row:
                before[target].append(v)
        reached = set(self.rest)
        queue = list(reached)
        while queue:
            new = set(before[queue.pop()]) - reached
            reached |= new
            queue += new
        return len(reached) == len(self.states)

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


def follow(simulator: Simulator, state: State, path: list[Move]) -> list[tuple[State, set[int], int]]:
    """Replay moves: before each one the state, the kinds enabled in it, the kind taken; at the end the last state."""
    trace: list[tuple[State, set[int], int]] = []
    for move in path:
        offered = simulator.moves(state)
        taken = [(kind, after) for known, kind, after in offered if known == move]
        if not taken:
            raise Rejected(f"the move {list(move)!r:.60} is not offered in the state that the path has reached")
        trace.append((state, {kind for _, kind, _ in offered} - {NOT_OWED}, taken[0][0]))
        state = taken[0][1]
    return [*trace, (state, set(), NOT_OWED)]
