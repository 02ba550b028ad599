"""The functions that a statement's computed symbols may name, each written out naively."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor, prod
from operator import mul
from typing import Any

from .formula import INF, Value, is_number, numbers, sign
from .load import NotReplayed, Number, Rejected, array, exact, integer, keys, lowest, typed
from .spiking import SEMANTICS, Events, Graph, Network, Simulator, one_of, parse_events, parse_network

MAX_BOX = 300_000
MAX_STEPS = 1_000_000
MAX_WORK = 20_000_000  # edges of all graphs that one certificate makes us build
MAX_QUANTIZED = 5_000
HALF = Fraction(1, 2)

Cycle = tuple[int, ...]


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
            if self.work > MAX_WORK:
                raise NotReplayed("the certificate asks for too many explorations")
            graph = Graph.of(Simulator(n, e, s))
            self.work += 200_000 if graph is None else graph.edge_count + 10
            while len(self.graphs) >= 4:
                del self.graphs[next(iter(self.graphs))]
            self.graphs[key] = graph
        if (found := self.graphs[key]) is None:
            raise Undefined
        return found

    def call(self, name: str, arguments: list[Value]) -> Value:
        """The value of a function; None where it is undefined."""
        if name not in FUNCTIONS:
            raise Rejected(f"the function {name!r:.60} is not known")
        signature, function = FUNCTIONS[name]
        if len(signature) != len(arguments):
            raise Rejected(f"{name} takes {len(signature)} arguments, not {len(arguments)}")
        if any(x is None for x in arguments):
            return None
        try:
            return function(self, *[READERS[letter](x) for letter, x in zip(signature, arguments, strict=True)])
        except (Undefined, ZeroDivisionError):
            return None


# Reading arguments --------------------------------------------------------------------------------------------


def raw_value(sort: str, data: Any) -> Value:
    """A raw value of a structured sort; of an unknown sort: as a tuple if possible, else as it stands."""
    if sort in ("network", "events", "quantized"):
        return {"network": parse_network, "events": parse_events, "quantized": Quantized}[sort](data)
    if sort == "choice":
        return typed(data, str, "a choice")
    if sort == "tuple":
        return numbers(array(data, "a tuple"))
    try:
        return numbers(data) if type(data) is list else data
    except Rejected:
        return data


def _integer(x: Value) -> int:
    return typed(lowest(_number(x)), int, "an argument that has to be an integer")


def _number(x: Value) -> Number:
    if not is_number(x):
        raise Undefined
    return x


def _tuple(x: Value) -> tuple[Any, ...]:
    return typed(x, tuple, "an argument that has to be a tuple")


def _mapping(x: Value) -> tuple[int, int, int, int]:
    """Of a quantized network to a spiking one: shifts of the lower and upper bounds, bias_times, pieces."""
    keys(x, ("bounds", "bias_times", "pieces"), "the mapping of a quantized network")
    lower, upper = map(integer, array(x["bounds"], "the bounds of a mapping", 2))
    times, pieces = integer(x["bias_times"]), integer(x["pieces"])
    if times < 0 or pieces < 1:
        raise Rejected("a mapping needs bias_times >= 0 and pieces >= 1")
    return lower, upper, times, pieces


READERS: dict[str, Callable[[Value], Any]] = {
    "n": lambda x: x if type(x) is Network else parse_network(x),
    "e": lambda x: x if type(x) is Events else parse_events(x),
    "s": lambda x: one_of(x, SEMANTICS, "the semantics"),
    "b": lambda x: typed(x, bool, "an argument that has to be a truth value"),
    "t": _tuple,
    "i": _integer,
    "x": lambda x: x if type(x) is tuple else _number(x),
    "c": lambda x: tuple(map(_integer, _tuple(x))),
    "v": lambda x: tuple(map(_number, _tuple(x))),
    "r": _number,
    "q": lambda x: x if type(x) is Quantized else Quantized(x),
    "m": _mapping,
    "a": lambda x: one_of(x, ("exact", "binary64"), "the arithmetic"),
}


# What can happen: functions of the graph of states ------------------------------------------------------------


def _counted(n: Network) -> None:
    if not all(n.counted):
        raise Undefined


def _outcomes(x: Library, n: Network, e: Events, s: str, fair: bool) -> Value:
    _counted(n)
    graph = x.graph(n, e, s)
    ends = [graph.states[v] for v in graph.rest] if fair else graph.states
    return tuple(sorted({state[: n.size] for state in ends}))


def _rest_states(x: Library, n: Network, e: Events, s: str) -> Value:
    _counted(n)
    graph = x.graph(n, e, s)
    ends = (graph.states[v] for v in graph.rest)
    return tuple(sorted({(state[: n.size], graph.simulator.potentials(state)) for state in ends}))


def _or_inf(x: int | None) -> Value:
    return INF if x is None else x


def _conserved(x: Library, n: Network, e: Events, s: str) -> bool:
    _counted(n)
    if any(forever for _, _, forever in e.entries):
        return False
    graph, size = x.graph(n, e, s), range(n.size)
    sim = graph.simulator
    for state in graph.states:
        left = [state[n.size + i] + sim.threshold[i] * (state[i] - n.start[i]) - sim.potential[i] for i in size]
        for k, (i, _, _) in enumerate(sim.types):
            left[i] -= sim.charge[k] * (sim.multiplicity[k] - state[sim.at_events + k])
        for i in size:
            left[i] -= sum(sim.weights[i][j] * (state[j] - n.start[j]) for j in size)
        for k, (i, j) in enumerate(sim.flights):
            left[i] += sim.weights[i][j] * (state[sim.at_tokens[1] + k] - state[sim.at_tokens[-1] + k])
        if any(left):
            return False
    return True


def _ceil_ratio(a: Any, b: Any) -> int:
    return -((-a) // b)


def _clip(x: int, lower: int | None, upper: int | None) -> int:
    x = x if lower is None else max(x, lower)
    return x if upper is None else min(x, upper)


def _costs(n: Network) -> list[list[int]]:
    """C_ij = ceil(|weights_ij| / threshold_i): how many spikes of i one spike of j can cause."""
    return [[_ceil_ratio(abs(w), t) for w in row] for row, t in zip(n.weights, n.threshold, strict=True)]


def _ranking_holds(x: Library, n: Network, e: Events, s: str) -> bool:
    graph, size, cost = x.graph(n, e, s), range(n.size), _costs(n)
    sim = graph.simulator
    u = [1] * n.size
    for _ in size:
        u = [1 + sum(u[i] * cost[i][j] for i in size) for j in size]
    event_cost = [u[i] * _ceil_ratio(abs(q), n.threshold[i]) for i, q, _ in sim.types]
    token_cost = 2 * [u[i] * cost[i][j] for i, j in sim.flights]

    def psi(state: tuple[int, ...]) -> int:
        aims = [_clip(state[i] + state[n.size + i] // sim.threshold[i], n.lower[i], n.upper[i]) for i in size]
        owed = sum(u[i] * abs(state[i] - aims[i]) for i in size)
        owed += sum(map(mul, event_cost, state[sim.at_events :]))
        return owed + sum(map(mul, token_cost, state[sim.at_tokens[1] :]))

    rank = list(map(psi, graph.states))
    rows = enumerate(graph.edges)
    return all(rank[target] <= rank[v] - (move[0] == "fire") for v, row in rows for move, _, target in row)


# What should happen: fixed points of the total map ------------------------------------------------------------


class Total:
    """The total charge of each neuron as an affine function of the counts S (scaled to integers)."""

    def __init__(self, n: Network, e: Events) -> None:
        self.n, self.sim = n, Simulator(replace(n, plastic=(1,)), e, "instant")
        sim = self.sim
        self.constant = [
            sim.potential[i] + sim.threshold[i] * n.start[i] + sim.external[i] - sum(map(mul, sim.weights[i], n.start))
            for i in range(n.size)
        ]

    def charge(self, counts: Cycle) -> list[int]:
        return [c + sum(map(mul, row, counts)) for c, row in zip(self.constant, self.sim.weights, strict=True)]

    def map(self, counts: Cycle) -> Cycle:
        """Phi(S)."""
        if len(counts) != self.n.size:
            raise Rejected("the counts have a wrong length")
        aims = [c // t for c, t in zip(self.charge(counts), self.sim.threshold, strict=True)]
        return tuple(map(_clip, aims, self.n.lower, self.n.upper))

    def potentials(self, counts: Cycle) -> list[int]:
        """V at S when nothing is pending (scaled)."""
        return [c - t * s for c, t, s in zip(self.charge(counts), self.sim.threshold, counts, strict=True)]

    def formula(self) -> Cycle:
        counts = self.n.start
        for _ in range(self.n.size):
            counts = self.map(counts)
        return counts

    def state(self, counts: Cycle) -> Value:
        return counts, tuple(Fraction(v, self.sim.scale) for v in self.potentials(counts))

    def rests(self, counts: Cycle) -> bool:
        return not self.sim.fires((*counts, *self.potentials(counts)))

    def bounded(self) -> list[range]:
        """For each neuron the range of its counts."""
        pairs = zip(self.n.lower, self.n.upper, strict=True)
        sides = [range(a, b + 1) for a, b in pairs if a is not None and b is not None]
        if len(sides) < self.n.size:
            raise Undefined
        return sides

    def box(self) -> Iterator[Cycle]:
        """All counts within the bounds, in sorted order."""
        if prod(map(len, self.bounded())) > MAX_BOX:
            raise NotReplayed("the box of counts is too large for this checker")
        return itertools.product(*self.bounded())

    def least(self) -> Cycle:
        """The limit of S <- max(S, Phi(S))."""
        self.bounded()
        counts = self.n.start
        for _ in range(MAX_STEPS // (1 + self.n.size)):
            after = tuple(map(max, counts, self.map(counts)))
            if after == counts:
                return counts
            counts = after
        raise NotReplayed("the iteration to the least fixed point is too long for this checker")


def _fixed_points(_: Library, n: Network, e: Events) -> Value:
    total = Total(n, e)
    return tuple(counts for counts in total.box() if total.map(counts) == counts)


def _spike_bound(_: Library, n: Network, e: Events) -> int:
    size, cost, ones = range(n.size), _costs(n), Simulator(n, e, "instant").external  # which checks the events
    base = [abs(_clip(int(n.potential[i] // n.threshold[i]), n.lower[i], n.upper[i]) - n.start[i]) for i in size]
    for i, q, _forever in e.entries:
        base[i] += _ceil_ratio(abs(q), n.threshold[i])
    bound = [0] * len(ones)
    for _i in size:
        bound = [base[i] + sum(map(mul, cost[i], bound)) for i in size]
    return sum(bound)


# Cycles -------------------------------------------------------------------------------------------------------


def _cycle_signs(n: Network) -> set[int]:
    """The signs of the simple cycles; found by walking along every simple path whose first vertex is the least."""
    signs: set[int] = set()
    onward = [[i for i in range(n.size) if n.weights[i][j] != 0] for j in range(n.size)]
    steps = 0
    for root in range(n.size):
        stack: list[tuple[Cycle, int]] = [((root,), 1)]
        while stack and len(signs) < 2:
            path, product = stack.pop()
            steps += 1 + len(onward[path[-1]])
            if steps > MAX_STEPS:
                raise NotReplayed("the network has too many simple paths for this checker")
            for i in onward[path[-1]]:
                after = product * sign(n.weights[i][path[-1]])
                if i == root:
                    signs.add(after)
                elif i > root and i not in path:
                    stack.append(((*path, i), after))
    return signs


def _acyclic(_: Library, n: Network) -> bool:
    left = set(range(n.size))
    while sources := {i for i in left if all(n.weights[i][j] == 0 for j in left)}:
        left -= sources
    return not left


def _arcs(c: Cycle) -> list[tuple[int, int]]:
    """The edges of a cycle as (v_x, v_{x-1}), target and source, v_1 first."""
    return [(c[x], c[x - 1]) for x in range(len(c))]


def _is_cycle(_: Library, n: Network, c: Cycle) -> bool:
    inside = bool(c) and len(set(c)) == len(c) and all(0 <= v < n.size for v in c)
    return inside and all(n.weights[i][j] != 0 for i, j in _arcs(c))


def _chordless(_: Library, n: Network, c: Cycle) -> bool:
    """No edge between vertices of c (nor from one to itself) but those of the cycle."""
    pairs = itertools.product(c, repeat=2)
    return all(0 <= v < n.size for v in c) and all(n.weights[i][j] == 0 or (i, j) in _arcs(c) for i, j in pairs)


def _sign_of_cycle(x: Library, n: Network, c: Cycle) -> int:
    return prod(sign(n.weights[i][j]) for i, j in _arcs(c)) if _is_cycle(x, n, c) else 0


def _witness(x: Library, n: Network, c: Cycle, locked: bool) -> tuple[Network, Events]:
    """Sections 5 (`locked`) and 6: a network that locks up, or never rests, along the cycle."""
    if not _is_cycle(x, n, c):
        raise Undefined
    positive, size, arcs = _sign_of_cycle(x, n, c) == 1, n.size, _arcs(c)
    potential: list[Number] = [0 if locked else HALF] * size
    lower, upper = [0] * size, [0 if locked else 1] * size
    s = 1
    for v, source in arcs:
        w = n.weights[v][source]
        s = s * sign(w) if v != c[0] else 1
        half = w * sign(w) * HALF if locked else HALF
        lower[v], upper[v] = (0, 1) if s == 1 or not positive else (-1, 0)
        if positive:
            potential[v] = 1 - half if s == 1 else half
        else:
            potential[v] = 1 - sign(w) * half
    weights = n.weights
    if not locked:
        rest = Fraction(1, 100)
        weights = tuple(
            tuple(sign(w) * (1 if (i, j) in arcs else rest) for j, w in enumerate(row)) for i, row in enumerate(weights)
        )
    ones, zeros = (1,) * size, (0,) * size
    network = Network(weights, ones, tuple(potential), tuple(lower), tuple(upper), zeros, zeros, ones)
    w = n.weights[c[0]][c[-1]]
    q = w * sign(w) * HALF if locked else 1
    return network, Events(((c[0], q, False), (c[0], -q, False)) if positive else ())


# Other networks from a network --------------------------------------------------------------------------------


def _gauge(_: Library, n: Network, shift: tuple[Number, ...], scale: tuple[Number, ...]) -> Network:
    if not len(shift) == len(scale) == n.size:
        raise Rejected("the gauge has a wrong length")

    def moved(row: tuple[Number, ...]) -> tuple[Number, ...]:
        return tuple(x * a + b for x, a, b in zip(row, scale, shift, strict=True))

    weights = tuple(tuple(w * a for w in row) for row, a in zip(n.weights, scale, strict=True))
    threshold = tuple(map(mul, n.threshold, scale))
    n = replace(n, weights=weights, threshold=threshold)
    return replace(n, potential=moved(n.potential), low=moved(n.low), high=moved(n.high))


def _gauge_events(_: Library, e: Events, scale: tuple[Number, ...]) -> Events:
    if not all(0 <= i < len(scale) for i, _, _ in e.entries):
        raise Rejected("an event goes to a neuron that does not exist")
    return Events(tuple((i, q * scale[i], forever) for i, q, forever in e.entries))


class Quantized:
    """A quantized network: layers of (weights, bias, step, lower, upper), an input, a rule for ties."""

    def __init__(self, data: Any) -> None:
        keys(data, ("layers", "input", "tie"), "a quantized network")
        self.half_up = one_of(data["tie"], ("half-up", "half-even"), "the tie rule") == "half-up"
        self.input = list(map(exact, array(data["input"], "the input")))
        self.layers = []
        width = len(self.input)
        for layer in array(data["layers"], "the layers"):
            keys(layer, ("weights", "bias", "step", "lower", "upper"), "a layer")
            bias = list(map(exact, array(layer["bias"], "the bias")))
            rows = array(layer["weights"], "the weights of a layer", len(bias))
            weights = [list(map(exact, array(row, "a row of weights", width))) for row in rows]
            self.layers.append((weights, bias, exact(layer["step"]), integer(layer["lower"]), integer(layer["upper"])))
            width = len(bias)
        self.biases = [b for layer in self.layers for b in layer[1]]
        if len(self.biases) > 200:
            raise Rejected("a quantized network has more than 200 neurons")

    def codes(self) -> tuple[int, ...]:
        codes: list[int] = []
        x = self.input
        for weights, bias, step, lower, upper in self.layers:
            z = [Fraction(b + sum(map(mul, row, x))) / step for row, b in zip(weights, bias, strict=True)]
            layer = [_clip(floor(v + HALF) if self.half_up else round(v), lower, upper) for v in z]
            codes += layer
            x = [step * code for code in layer]
        return tuple(codes)

    def network(self, m: tuple[int, int, int, int]) -> Network:
        n, begin = len(self.biases), 0
        weights = [[Fraction(0)] * n for _ in range(n)]
        steps: list[Number] = []
        lower, upper = list[int](), list[int]()
        for rows, bias, step, least, most in self.layers:
            for i, row in enumerate(rows if steps else []):
                for j, w in enumerate(row):
                    weights[len(steps) + i][begin + j] = Fraction(w * steps[-1])
            begin = len(steps)
            steps += [step] * len(bias)
            lower += [least + m[0]] * len(bias)
            upper += [most + m[1]] * len(bias)
        potential, zeros = tuple(step * HALF for step in steps), (0,) * n
        table, window = tuple(map(tuple, weights)), tuple(steps)
        return Network(table, window, potential, tuple(lower), tuple(upper), zeros, zeros, window)

    def events(self, m: tuple[int, int, int, int]) -> Events:
        _, _, times, pieces = m
        first = self.layers[0][0] if self.layers else []
        charges = [(i, w * v) for i, row in enumerate(first) for w, v in zip(row, self.input, strict=True)]
        if len(charges) * pieces + len(self.biases) * times > MAX_QUANTIZED:
            raise NotReplayed("a quantized network has too many events for this checker")
        entries = [(i, Fraction(q) / pieces, False) for i, q in charges if q != 0 for _ in range(pieces)]
        entries += [(i, Fraction(b), False) for i, b in enumerate(self.biases) if b != 0 for _ in range(times)]
        return Events(tuple(entries))


# Rounded arithmetic -------------------------------------------------------------------------------------------


def binary64(x: Number) -> Number:
    """x rounded to the nearest IEEE double, ties to even; `Undefined` on overflow."""
    x = Fraction(x)
    exponent = abs(x.numerator).bit_length() - x.denominator.bit_length() - 53
    if abs(x) >= Fraction(2) ** (exponent + 53):
        exponent += 1
    unit = Fraction(2) ** max(exponent, -1074)
    value = round(x / unit) * unit
    if abs(value) >= 2**1024:
        raise Undefined
    return lowest(value)


def _spike_counts(_: Library, charges: tuple[Number, ...], threshold: Number, arithmetic: str) -> Value:
    nearest: Callable[[Number], Number] = binary64 if arithmetic == "binary64" else lowest
    charges, threshold = tuple(sorted(map(nearest, charges))), nearest(threshold)
    states: set[tuple[tuple[Number, ...], Number, int]] = {(charges, 0, 0)}  # charges to come, potential, spikes so far
    steps = 0
    for _i in charges:
        after = set()
        for left, v, spikes in states:
            for k in range(len(left)):
                u, count = nearest(v + left[k]), spikes
                while u >= threshold:
                    below = nearest(u - threshold)
                    if below >= u:
                        raise Undefined  # it would fire for ever
                    u, count, steps = below, count + 1, steps + 1
                    if steps > MAX_STEPS:
                        raise NotReplayed("too many spikes for this checker")
                after.add((left[:k] + left[k + 1 :], u, count))
        states = after
        steps += sum(len(left) for left, _, _ in states)
        if steps > MAX_STEPS:
            raise NotReplayed("too many orders of the charges for this checker")
    return tuple(sorted({count for _, _, count in states}))


# The table ----------------------------------------------------------------------------------------------------


def _range(_: Library, a: int, b: int) -> Value:
    if b - a > MAX_STEPS:
        raise NotReplayed("a range is too long")
    return tuple((k,) for k in range(a, b + 1))


def _distance(_: Library, x: tuple[Number, ...], y: tuple[Number, ...]) -> Number:
    if len(x) != len(y):
        raise Undefined
    return sum((a - b) * sign(a - b) for a, b in zip(x, y, strict=True))


def _entry(table: tuple[Any, ...], *indices: int) -> Any:
    for i in indices:
        if not 0 <= i < len(table):
            raise Undefined
        table = table[i]
    return table


def _unit_window(_: Library, n: Network) -> bool:
    fitting = n.high == n.threshold and not any(n.low) and min(n.threshold, default=1) > 0
    return fitting and n.corrective and n.closed == "left"


def _all(test: Callable[..., bool], *columns: str) -> Callable[[Library, Network], bool]:
    """Whether a test holds for each neuron."""
    return lambda x, n: all(map(test, *(getattr(n, column) for column in columns)))


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {  # the first argument is the library
    "sets.size": ("t", lambda x, t: len(set(t))),
    "sets.singleton": ("x", lambda x, t: (t,)),
    "sets.subset": ("tt", lambda x, t, u: set(t) <= set(u)),
    "sets.distance": ("vv", _distance),
    "sets.range": ("ii", _range),
    "spiking.outcomes": ("nesb", _outcomes),
    "spiking.rest_states": ("nes", _rest_states),
    "spiking.livelock": ("nes", lambda x, n, e, s: x.graph(n, e, s).livelock),
    "spiking.always_finite": ("nes", lambda x, n, e, s: not x.graph(n, e, s).cyclic),
    "spiking.can_always_rest": ("nes", lambda x, n, e, s: x.graph(n, e, s).can_always_rest),
    "spiking.min_spikes": ("nes", lambda x, n, e, s: _or_inf(x.graph(n, e, s).min_spikes)),
    "spiking.max_spikes": ("nes", lambda x, n, e, s: _or_inf(x.graph(n, e, s).max_spikes)),
    "spiking.conserved": ("nes", _conserved),
    "spiking.ranking_holds": ("nes", _ranking_holds),
    "spiking.total_map": ("nec", lambda x, n, e, c: Total(n, e).map(c)),
    "spiking.formula": ("ne", lambda x, n, e: Total(n, e).formula()),
    "spiking.formula_state": ("ne", lambda x, n, e: Total(n, e).state(Total(n, e).formula())),
    "spiking.fixed_points": ("ne", _fixed_points),
    "spiking.resting_counts": ("ne", lambda x, n, e: tuple(filter(Total(n, e).rests, Total(n, e).box()))),
    "spiking.least_fixed_point": ("ne", lambda x, n, e: Total(n, e).least()),
    "spiking.spike_bound": ("ne", _spike_bound),
    "spiking.acyclic": ("n", _acyclic),
    "spiking.positive_cycle": ("n", lambda x, n: 1 in _cycle_signs(n)),
    "spiking.negative_cycle": ("n", lambda x, n: -1 in _cycle_signs(n)),
    "spiking.is_cycle": ("nc", _is_cycle),
    "spiking.chordless": ("nc", _chordless),
    "spiking.sign_of_cycle": ("nc", _sign_of_cycle),
    "spiking.lock_network": ("nc", lambda x, n, c: _witness(x, n, c, True)[0]),
    "spiking.lock_events": ("nc", lambda x, n, c: _witness(x, n, c, True)[1]),
    "spiking.signed_network": ("nc", lambda x, n, c: _witness(x, n, c, False)[0]),
    "spiking.signed_events": ("nc", lambda x, n, c: _witness(x, n, c, False)[1]),
    "spiking.subtractive": ("n", lambda x, n: n.reset == "subtract"),
    "spiking.leakless": ("n", lambda x, n: not n.leak),
    "spiking.lossless": ("n", lambda x, n: not n.loss),
    "spiking.constant_weights": ("n", lambda x, n: n.plastic == (1,)),
    "spiking.corrective": ("n", lambda x, n: n.corrective),
    "spiking.unit_window": ("n", _unit_window),
    "spiking.starts_inside": ("n", _all(lambda a, s, b: _clip(s, a, b) == s, "lower", "start", "upper")),
    "spiking.starts_at_zero": ("n", lambda x, n: not any(n.start)),
    "spiking.finite_bounds": ("n", lambda x, n: None not in (*n.lower, *n.upper)),
    "spiking.finite_events": ("e", lambda x, e: not any(forever for _, _, forever in e.entries)),
    "spiking.finite_noise": ("n", lambda x, n: n.noise >= 0),
    "spiking.no_noise": ("n", lambda x, n: n.noise == 0),
    "spiking.no_self_loops": ("n", lambda x, n: all(row[i] == 0 for i, row in enumerate(n.weights))),
    "spiking.size": ("n", lambda x, n: n.size),
    "spiking.nonnegative_weights": ("n", lambda x, n: all(w >= 0 for row in n.weights for w in row)),
    "spiking.nonnegative_events": ("e", lambda x, e: all(q >= 0 for _, q, _ in e.entries)),
    "spiking.starts_charged": ("n", _all(lambda p, s, a: p >= 0 or s == a, "potential", "start", "lower")),
    "spiking.positive_thresholds": ("n", lambda x, n: all(t > 0 for t in n.threshold)),
    "spiking.weight": ("nii", lambda x, n, i, j: _entry(n.weights, i, j)),
    "spiking.threshold": ("ni", lambda x, n, i: _entry(n.threshold, i)),
    "spiking.potential": ("ni", lambda x, n, i: _entry(n.potential, i)),
    "spiking.start": ("n", lambda x, n: n.start),
    "spiking.is_instant": ("s", lambda x, s: s == "instant"),
    "spiking.total_charge": ("e", lambda x, e: sum(q for _, q, _ in e.entries)),
    "spiking.positive_charge": ("e", lambda x, e: sum(q for _, q, _ in e.entries if q > 0)),
    "spiking.largest_charge": ("e", lambda x, e: max((abs(q) for _, q, _ in e.entries), default=0)),
    "spiking.gauge": ("nvv", _gauge),
    "spiking.gauge_events": ("ev", _gauge_events),
    "quantized.codes": ("q", lambda x, q: q.codes()),
    "quantized.network": ("qm", lambda x, q, m: q.network(m)),
    "quantized.events": ("qm", lambda x, q, m: q.events(m)),
    "quantized.half_up": ("q", lambda x, q: q.half_up),
    "quantized.same_bounds": ("m", lambda x, m: m[:2] == (0, 0)),
    "quantized.bias_once": ("m", lambda x, m: m[2] == 1),
    "floats.is_binary64": ("a", lambda x, a: a == "binary64"),
    "floats.spike_counts": ("vra", _spike_counts),
}
