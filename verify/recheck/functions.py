"""The functions that a statement's computed symbols may name, each written out naively."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor, prod
from operator import floordiv, mul
from typing import Any

from .formula import EXACT, INF, Value, numbers, sign
from .load import NotReplayed, Number, exact, integer, lowest, require
from .shapes import Reader, many, of_type, one_of, record, text, truth
from .spiking import Events, Graph, Network, Simulator, State, parse_events, parse_network, semantics_of
from .statement import SCALAR

MAX_BOX = 300_000
MAX_STEPS = 1_000_000
MAX_WORK = 20_000_000  # edges of all graphs that one certificate makes us build
MAX_QUANTIZED = 5_000
HALF = Fraction(1, 2)

Counts = tuple[int, ...]
Cycle = tuple[int, ...]
Vector = Sequence[Number]


class Undefined(Exception):
    """The function has no value here."""


class Library:
    """Evaluates functions by name; remembers the last graphs it has built, and how much work they were."""

    def __init__(self) -> None:
        self.work = 0
        self.graphs: dict[tuple[Network, Events, str], Graph | None] = {}

    def graph(self, n: Network, e: Events, s: str) -> Graph:
        """The graph of all states; `Undefined` if it is too large."""
        key = (n, e, s)
        if key not in self.graphs:
            within(self.work, MAX_WORK, "explorations")
            graph = Graph.of(Simulator(n, e, s))
            self.work += 200_000 if graph is None else graph.edge_count + 10
            while len(self.graphs) >= 4:
                del self.graphs[next(iter(self.graphs))]
            self.graphs[key] = graph
        return defined(self.graphs[key])

    def call(self, name: str, arguments: list[Value]) -> Value:
        """The value of a function; None where it is undefined."""
        require(name in FUNCTIONS, f"the function {name!r:.60} is not known")
        signature, function = FUNCTIONS[name]
        require(len(signature) == len(arguments), f"{name} takes {len(signature)} arguments, not {len(arguments)}")
        if any(x is None for x in arguments):
            return None
        try:
            values = [READERS[letter](x) for letter, x in zip(signature.lower(), arguments, strict=True)]
            if signature.startswith("NES"):
                values[:3] = [self.graph(*values[:3])]
            elif signature.startswith("NE"):
                values[:2] = [Total(*values[:2])]
            return function(*values)
        except (Undefined, ZeroDivisionError):
            return None


def within(work: int, limit: int, what: str) -> None:
    """Give up when there is too much to do."""
    if work > limit:
        raise NotReplayed(f"too many {what} for this checker")


def defined(x: Any, condition: object = True) -> Any:
    """x; `Undefined` if it is None, or if the condition does not hold."""
    if x is None or not condition:
        raise Undefined
    return x


# Reading arguments --------------------------------------------------------------------------------------------


class Quantized:
    """A quantized network: layers of (weights, bias, step, lower, upper), an input, a rule for ties."""

    def __init__(self, data: Any) -> None:
        row = many(exact)
        layer = record({"weights": many(row), "bias": row, "step": exact, "lower": integer, "upper": integer})
        found = record({"layers": many(layer), "input": row, "tie": one_of("half-up", "half-even")})(data)
        self.layers, self.input, self.half_up = found["layers"], found["input"], found["tie"] == "half-up"
        width = len(self.input)
        for layer in self.layers:
            fits = len(layer["weights"]) == len(layer["bias"]) and all(len(row) == width for row in layer["weights"])
            require(fits, "the weights of a layer have a wrong shape")
            width = len(layer["bias"])
        self.biases = [b for layer in self.layers for b in layer["bias"]]
        require(len(self.biases) <= 200, "a quantized network has more than 200 neurons")

    def codes(self) -> tuple[int, ...]:
        codes: list[int] = []
        x = self.input
        for layer in self.layers:
            z = [
                Fraction(b + dot(row, x)) / layer["step"]
                for row, b in zip(layer["weights"], layer["bias"], strict=True)
            ]
            rounded = (floor(v + HALF) if self.half_up else round(v) for v in z)
            found = [clip(code, layer["lower"], layer["upper"]) for code in rounded]
            codes += found
            x = [layer["step"] * code for code in found]
        return tuple(codes)

    def network(self, m: dict[str, Any]) -> Network:
        n = len(self.biases)
        weights: list[list[Number]] = [[0] * n for _ in range(n)]
        steps, lower, upper = list[Number](), list[int](), list[int]()
        before = 0  # neurons of the previous layer
        for layer in self.layers:
            for i, row in enumerate(layer["weights"] if steps else ()):
                for j, w in enumerate(row):
                    weights[len(steps) + i][len(steps) - before + j] = w * steps[-1]
            before = len(layer["bias"])
            steps += [layer["step"]] * before
            lower += [layer["lower"] + m["bounds"][0]] * before
            upper += [layer["upper"] + m["bounds"][1]] * before
        table, threshold, zeros = tuple(map(tuple, weights)), tuple(steps), (0,) * n
        potential = tuple(step * HALF for step in steps)
        return Network(table, threshold, potential, tuple(lower), tuple(upper), zeros, zeros, threshold)

    def events(self, m: dict[str, Any]) -> Events:
        pieces, times = m["pieces"], m["bias_times"]
        first = self.layers[0]["weights"] if self.layers else ()
        charges = [(i, w * v) for i, row in enumerate(first) for w, v in zip(row, self.input, strict=True)]
        within(len(charges) * pieces + len(self.biases) * times, MAX_QUANTIZED, "events of a quantized network")
        entries = [(i, Fraction(q) / pieces, False) for i, q in charges if q != 0 for _ in range(pieces)]
        entries += [(i, b, False) for i, b in enumerate(self.biases) if b != 0 for _ in range(times)]
        return Events(tuple(entries))


def _mapping(data: Any) -> dict[str, Any]:
    """Of a quantized network to a spiking one."""
    found = record({"bounds": many(integer, 2), "bias_times": SCALAR["natural"], "pieces": SCALAR["natural"]})(data)
    require(found["pieces"] > 0, "'pieces' is 0")
    return found


def raw_value(sort: str) -> Reader:
    """The reader of raw values of a sort; of an unknown sort arrays are tuples, and all else is as it stands."""
    return SORTS.get(sort, lambda data: numbers(data) if type(data) is list else data)


def _number(x: Value) -> Number:
    return defined(x, type(x) in EXACT)


def _integer(x: Value) -> int:
    return of_type(int)(lowest(_number(x)))


SORTS: dict[str, Reader] = {  # of parameters
    **SCALAR,
    "network": parse_network,
    "events": parse_events,
    "quantized": Quantized,
    "choice": text,
    "tuple": lambda data: numbers(of_type(list)(data)),
}
READERS: dict[str, Reader] = {
    "n": of_type(Network),
    "e": of_type(Events),
    "s": semantics_of,
    "b": truth,
    "t": of_type(tuple),
    "i": _integer,
    "x": lambda x: x if type(x) is tuple else _number(x),
    "c": lambda x: tuple(map(_integer, of_type(tuple)(x))),
    "v": lambda x: tuple(map(_number, of_type(tuple)(x))),
    "r": _number,
    "q": of_type(Quantized),
    "m": _mapping,
    "a": one_of("exact", "binary64"),
}


# What can happen: functions of the graph of states ------------------------------------------------------------


def _outcomes(graph: Graph, fair: bool) -> Value:
    n = counted(graph.simulator.network).size
    ends = [graph.states[v] for v in graph.rest] if fair else graph.states
    return tuple(sorted({state[:n] for state in ends}))


def _rest_states(graph: Graph) -> Value:
    n = counted(graph.simulator.network).size
    ends = (graph.states[v] for v in graph.rest)
    return tuple(sorted({(state[:n], graph.simulator.potentials(state)) for state in ends}))


def _conserved(graph: Graph) -> bool:
    sim = graph.simulator
    n = counted(sim.network)
    if not all(once for _, _, _, once, _, _ in sim.pending):
        return False
    size = range(n.size)
    for state in graph.states:
        fired = [state[i] - n.start[i] for i in size]
        left = [state[n.size + i] + sim.threshold[i] * fired[i] - sim.potential[i] for i in size]
        for i in size:
            left[i] -= dot(sim.weights[i], fired)
        for place, _, _, _, target, charge in sim.pending:
            left[target - n.size] -= charge * (sim.initial[place] - state[place])
        if any(left):
            return False
    return True


def _ranking_holds(graph: Graph) -> bool:
    sim = graph.simulator
    n, size, cost = sim.network, range(sim.n), _costs(sim.network)
    u = [1] * sim.n
    for _ in size:
        u = [1 + sum(u[i] * cost[i][j] for i in size) for j in size]
    owed = [
        (place, u[target - sim.n] * ceil_ratio(abs(charge), sim.threshold[target - sim.n]))
        for place, _, _, _, target, charge in sim.pending
    ]

    def psi(state: State) -> int:
        aims = [clip(state[i] + state[sim.n + i] // sim.threshold[i], n.lower[i], n.upper[i]) for i in size]
        return sum(u[i] * abs(state[i] - aims[i]) for i in size) + sum(c * state[place] for place, c in owed)

    rank = list(map(psi, graph.states))
    rows = enumerate(graph.edges)
    return all(rank[target] <= rank[v] - (move[0] == "fire") for v, row in rows for move, _, target in row)


# What should happen: the total charge and its fixed points ----------------------------------------------------


def dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    """The scalar product."""
    return sum(map(mul, x, y))


def ceil_ratio(a: Any, b: Any) -> int:
    """a / b rounded up."""
    return -((-a) // b)


def clip(x: int, lower: int | None, upper: int | None) -> int:
    """x brought within its bounds."""
    x = x if lower is None else max(x, lower)
    return x if upper is None else min(x, upper)


def counted(n: Network) -> Network:
    """The network; `Undefined` if some neuron has no bound."""
    return defined(n, all(n.counted))


def _costs(n: Network) -> list[list[int]]:
    """C_ij = ceil(|weights_ij| / threshold_i): how many spikes of i one spike of j can cause."""
    return [[ceil_ratio(abs(w), t) for w in row] for row, t in zip(n.weights, n.threshold, strict=True)]


class Total(Simulator):
    """The total charge of each neuron as an affine function of the counts S (scaled to integers)."""

    def __init__(self, n: Network, e: Events) -> None:
        super().__init__(n, e, "instant")
        self.constant = [
            self.potential[i] + self.threshold[i] * n.start[i] + self.external[i] - dot(self.weights[i], n.start)
            for i in range(self.n)
        ]

    def charge(self, counts: Counts) -> list[int]:
        return [c + dot(row, counts) for c, row in zip(self.constant, self.weights, strict=True)]

    def map(self, counts: Counts) -> Counts:
        """Phi(S)."""
        require(len(counts) == self.n, "the counts have a wrong length")
        aims = [c // t for c, t in zip(self.charge(counts), self.threshold, strict=True)]
        return tuple(map(clip, aims, self.network.lower, self.network.upper))

    def at(self, counts: Counts) -> State:
        """Counts and potentials at S when nothing is pending (scaled)."""
        return (*counts, *(c - t * s for c, t, s in zip(self.charge(counts), self.threshold, counts, strict=True)))

    def formula(self) -> Counts:
        counts = self.network.start
        for _ in range(self.n):
            counts = self.map(counts)
        return counts

    def formula_state(self) -> Value:
        return self.formula(), self.potentials(self.at(self.formula()))

    def box(self) -> Iterator[Counts]:
        """All counts within the bounds, in sorted order."""
        pairs = zip(self.network.lower, self.network.upper, strict=True)
        sides = [range(defined(a), defined(b) + 1) for a, b in pairs]
        within(prod(map(len, sides)), MAX_BOX, "counts in the box")
        return itertools.product(*sides)

    def fixed_points(self) -> Value:
        return tuple(counts for counts in self.box() if self.map(counts) == counts)

    def resting_counts(self) -> Value:
        return tuple(counts for counts in self.box() if not self.fires(self.at(counts)))

    def least(self) -> Counts:
        """The limit of S <- max(S, Phi(S))."""
        counts = defined(self.network.start, None not in (*self.network.lower, *self.network.upper))
        for _ in range(MAX_STEPS // (1 + self.n)):
            after = tuple(map(max, counts, self.map(counts)))
            if after == counts:
                return counts
            counts = after
        raise NotReplayed("the iteration to the least fixed point is too long for this checker")

    def spike_bound(self) -> int:
        n, cost, bound = self.network, _costs(self.network), [0] * self.n
        aims = map(clip, map(floordiv, self.potential, self.threshold), n.lower, n.upper)
        base = [abs(aim - start) for aim, start in zip(aims, n.start, strict=True)]
        for i, q, _ in self.events.entries:
            base[i] += ceil_ratio(abs(q), n.threshold[i])
        for _ in range(self.n):
            bound = [b + dot(row, bound) for b, row in zip(base, cost, strict=True)]
        return sum(bound)


# Cycles -------------------------------------------------------------------------------------------------------


def _cycle_signs(n: Network) -> set[int]:
    """The signs of the simple cycles; found by walking along every simple path whose first vertex is the least."""
    signs: set[int] = set()
    onward = [[(i, sign(n.weights[i][j])) for i in range(n.size) if n.weights[i][j] != 0] for j in range(n.size)]
    steps = 0
    for root in range(n.size):
        stack: list[tuple[Cycle, int]] = [((root,), 1)]
        while stack and len(signs) < 2:
            path, product = stack.pop()
            steps += 1 + len(onward[path[-1]])
            within(steps, MAX_STEPS, "simple paths")
            signs.update(product * s for i, s in onward[path[-1]] if i == root)
            stack += [((*path, i), product * s) for i, s in onward[path[-1]] if i > root and i not in path]
    return signs


def _acyclic(n: Network) -> bool:
    left = set(range(n.size))
    while sources := {i for i in left if all(n.weights[i][j] == 0 for j in left)}:
        left -= sources
    return not left


def _arcs(c: Cycle) -> list[tuple[int, int]]:
    """The edges of a cycle as (v_x, v_{x-1}), target and source, v_1 first."""
    return [(c[x], c[x - 1]) for x in range(len(c))]


def _is_cycle(n: Network, c: Cycle) -> bool:
    inside = bool(c) and len(set(c)) == len(c) and all(0 <= v < n.size for v in c)
    return inside and all(n.weights[i][j] != 0 for i, j in _arcs(c))


def _chordless(n: Network, c: Cycle) -> bool:
    """No edge between vertices of c (nor from one to itself) but those of the cycle."""
    pairs = itertools.product(c, repeat=2)
    return all(0 <= v < n.size for v in c) and all(n.weights[i][j] == 0 or (i, j) in _arcs(c) for i, j in pairs)


def _sign_of_cycle(n: Network, c: Cycle) -> int:
    return prod(sign(n.weights[i][j]) for i, j in _arcs(c)) if _is_cycle(n, c) else 0


def _witness(n: Network, c: Cycle, locked: bool) -> tuple[Network, Events]:
    """Sections 5 (`locked`) and 6: a network that locks up, or never rests, along the cycle."""
    positive, size, arcs = defined(_sign_of_cycle(n, c) or None) == 1, n.size, _arcs(c)
    weights: Sequence[Sequence[Number]] = n.weights
    if not locked:
        whole = {True: 1, False: 100}
        weights = [[Fraction(sign(w), whole[(i, j) in arcs]) for j, w in enumerate(row)] for i, row in enumerate(weights)]
    lower, upper = [0] * size, [0 if locked else 1] * size
    potential: list[Number] = [0 if locked else HALF] * size
    s = 1
    for v, source in arcs:
        w = weights[v][source]
        s = s * sign(w) if v != c[0] else 1
        lower[v], upper[v] = (0, 1) if s == 1 or not positive else (-1, 0)
        potential[v] = 1 - w * HALF if not positive else 1 - abs(w) * HALF if s == 1 else abs(w) * HALF
    ones, zeros = (1,) * size, (0,) * size
    network = Network(tuple(map(tuple, weights)), ones, tuple(potential), tuple(lower), tuple(upper), zeros, zeros, ones)
    q = abs(weights[c[0]][c[-1]]) * HALF if locked else 1
    return network, Events(((c[0], q, False), (c[0], -q, False)) if positive else ())


# Other networks, rounded arithmetic ---------------------------------------------------------------------------


def _gauge(n: Network, shift: Vector, scale: Vector) -> Network:
    require(len(shift) == len(scale) == n.size, "the gauge has a wrong length")
    weights = tuple(tuple(w * a for w in row) for row, a in zip(n.weights, scale, strict=True))

    def moved(row: Vector) -> tuple[Number, ...]:
        return tuple(x * a + b for x, a, b in zip(row, scale, shift, strict=True))

    n = replace(n, weights=weights, threshold=tuple(map(mul, n.threshold, scale)))
    return replace(n, potential=moved(n.potential), low=moved(n.low), high=moved(n.high))


def _gauge_events(e: Events, scale: Vector) -> Events:
    require(all(0 <= i < len(scale) for i, _, _ in e.entries), "an event goes to a neuron that does not exist")
    return Events(tuple((i, q * scale[i], forever) for i, q, forever in e.entries))


def binary64(x: Number) -> Number:
    """x rounded to the nearest IEEE double, ties to even; `Undefined` on overflow."""
    x = Fraction(x)
    exponent = abs(x.numerator).bit_length() - x.denominator.bit_length() - 53
    exponent += abs(x) >= Fraction(2) ** (exponent + 53)
    unit = Fraction(2) ** max(exponent, -1074)
    value = round(x / unit) * unit
    return defined(lowest(value), abs(value) < 2**1024)


def _spike_counts(charges: Vector, threshold: Number, arithmetic: str) -> Value:
    nearest: Callable[[Number], Number] = binary64 if arithmetic == "binary64" else lowest
    charges, threshold = tuple(sorted(map(nearest, charges))), nearest(threshold)
    states: Any = {(charges, 0, 0)}  # charges to come, potential, spikes so far
    steps = 0
    for _ in charges:
        after = set()
        for left, v, spikes in states:
            for k in range(len(left)):
                u, count = nearest(v + left[k]), spikes
                while u >= threshold:
                    below = nearest(u - threshold)
                    u, count, steps = defined(below, below < u), count + 1, steps + 1  # else it would fire for ever
                    within(steps, MAX_STEPS, "spikes")
                after.add(((*left[:k], *left[k + 1 :]), u, count))
        states = after
        steps += sum(len(left) for left, _, _ in states)
        within(steps, MAX_STEPS, "orders of the charges")
    return tuple(sorted({count for _, _, count in states}))


# The table ----------------------------------------------------------------------------------------------------


def _range(a: int, b: int) -> Value:
    within(b - a, MAX_STEPS, "numbers in the range")
    return tuple((k,) for k in range(a, b + 1))


def _distance(x: Vector, y: Vector) -> Number:
    return sum(abs(a - b) for a, b in zip(x, defined(y, len(x) == len(y)), strict=True))


def _entry(table: Sequence[Any], i: int) -> Any:
    return table[defined(i, 0 <= i < len(table))]


def _unit_window(n: Network) -> bool:
    fitting = n.high == n.threshold and not any(n.low) and min(n.threshold, default=1) > 0
    return fitting and n.corrective and n.closed == "left"


# Arguments, function. A letter is an argument (see `READERS`); NES at the beginning: the graph; NE: the total charge.
FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "sets.size": ("t", lambda t: len(set(t))),
    "sets.singleton": ("x", lambda x: (x,)),
    "sets.subset": ("tt", lambda t, u: set(t) <= set(u)),
    "sets.distance": ("vv", _distance),
    "sets.range": ("ii", _range),
    "spiking.outcomes": ("NESb", _outcomes),
    "spiking.rest_states": ("NES", _rest_states),
    "spiking.livelock": ("NES", lambda graph: graph.livelock),
    "spiking.always_finite": ("NES", lambda graph: not graph.cyclic),
    "spiking.can_always_rest": ("NES", lambda graph: graph.can_always_rest),
    "spiking.min_spikes": ("NES", lambda graph: INF if graph.min_spikes is None else graph.min_spikes),
    "spiking.max_spikes": ("NES", lambda graph: INF if graph.max_spikes is None else graph.max_spikes),
    "spiking.conserved": ("NES", _conserved),
    "spiking.ranking_holds": ("NES", _ranking_holds),
    "spiking.total_map": ("NEc", Total.map),
    "spiking.formula": ("NE", Total.formula),
    "spiking.formula_state": ("NE", Total.formula_state),
    "spiking.fixed_points": ("NE", Total.fixed_points),
    "spiking.resting_counts": ("NE", Total.resting_counts),
    "spiking.least_fixed_point": ("NE", Total.least),
    "spiking.spike_bound": ("NE", Total.spike_bound),
    "spiking.acyclic": ("n", _acyclic),
    "spiking.positive_cycle": ("n", lambda n: 1 in _cycle_signs(n)),
    "spiking.negative_cycle": ("n", lambda n: -1 in _cycle_signs(n)),
    "spiking.is_cycle": ("nc", _is_cycle),
    "spiking.chordless": ("nc", _chordless),
    "spiking.sign_of_cycle": ("nc", _sign_of_cycle),
    "spiking.lock_network": ("nc", lambda n, c: _witness(n, c, True)[0]),
    "spiking.lock_events": ("nc", lambda n, c: _witness(n, c, True)[1]),
    "spiking.signed_network": ("nc", lambda n, c: _witness(n, c, False)[0]),
    "spiking.signed_events": ("nc", lambda n, c: _witness(n, c, False)[1]),
    "spiking.subtractive": ("n", lambda n: n.reset == "subtract"),
    "spiking.leakless": ("n", lambda n: not n.leak),
    "spiking.lossless": ("n", lambda n: not n.loss),
    "spiking.constant_weights": ("n", lambda n: n.plastic == (1,)),
    "spiking.corrective": ("n", lambda n: n.corrective),
    "spiking.unit_window": ("n", _unit_window),
    "spiking.starts_inside": ("n", lambda n: tuple(map(clip, n.start, n.lower, n.upper)) == n.start),
    "spiking.starts_at_zero": ("n", lambda n: not any(n.start)),
    "spiking.finite_bounds": ("n", lambda n: None not in (*n.lower, *n.upper)),
    "spiking.finite_events": ("e", lambda e: not any(forever for _, _, forever in e.entries)),
    "spiking.finite_noise": ("n", lambda n: n.noise >= 0),
    "spiking.no_noise": ("n", lambda n: n.noise == 0),
    "spiking.no_self_loops": ("n", lambda n: all(row[i] == 0 for i, row in enumerate(n.weights))),
    "spiking.size": ("n", lambda n: n.size),
    "spiking.nonnegative_weights": ("n", lambda n: all(w >= 0 for row in n.weights for w in row)),
    "spiking.nonnegative_events": ("e", lambda e: all(q >= 0 for _, q, _ in e.entries)),
    "spiking.starts_charged": (
        "n",
        lambda n: all(p >= 0 or s == a for p, s, a in zip(n.potential, n.start, n.lower, strict=True)),
    ),
    "spiking.positive_thresholds": ("n", lambda n: all(t > 0 for t in n.threshold)),
    "spiking.weight": ("nii", lambda n, i, j: _entry(_entry(n.weights, i), j)),
    "spiking.threshold": ("ni", lambda n, i: _entry(n.threshold, i)),
    "spiking.potential": ("ni", lambda n, i: _entry(n.potential, i)),
    "spiking.start": ("n", lambda n: n.start),
    "spiking.is_instant": ("s", lambda s: s == "instant"),
    "spiking.total_charge": ("e", lambda e: sum(q for _, q, _ in e.entries)),
    "spiking.positive_charge": ("e", lambda e: sum(q for _, q, _ in e.entries if q > 0)),
    "spiking.largest_charge": ("e", lambda e: max((abs(q) for _, q, _ in e.entries), default=0)),
    "spiking.gauge": ("nvv", _gauge),
    "spiking.gauge_events": ("ev", _gauge_events),
    "quantized.codes": ("q", Quantized.codes),
    "quantized.network": ("qm", Quantized.network),
    "quantized.events": ("qm", Quantized.events),
    "quantized.half_up": ("q", lambda q: q.half_up),
    "quantized.same_bounds": ("m", lambda m: m["bounds"] == (0, 0)),
    "quantized.bias_once": ("m", lambda m: m["bias_times"] == 1),
    "floats.is_binary64": ("a", lambda a: a == "binary64"),
    "floats.spike_counts": ("vra", _spike_counts),
}
