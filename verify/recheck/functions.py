"""The functions that a statement's computed symbols may name, each written out naively."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor, prod
from operator import mul
from typing import Any

from .formula import INF, Value, is_number, numbers
from .load import NotReplayed, Number, Rejected, array, exact, integer, keys, lowest, text
from .spiking import SEMANTICS, Events, Graph, Network, Simulator, parse_events, parse_network

MAX_BOX = 300_000
MAX_STEPS = 1_000_000
MAX_WORK = 20_000_000  # edges of all graphs that one certificate makes us build
MAX_QUANTIZED = 5_000

Cycle = tuple[int, ...]


class Undefined(Exception):
    """The function has no value here."""


def _sign(x: Number) -> int:
    return (x > 0) - (x < 0)


def _ceil_ratio(a: Any, b: Any) -> int:
    return -((-a) // b)


def _clip(x: int, lower: int | None, upper: int | None) -> int:
    x = x if lower is None else max(x, lower)
    return x if upper is None else min(x, upper)


class Library:
    """Evaluates functions by name; remembers the graphs it has built, and how much work they were."""

    def __init__(self) -> None:
        self.work = 0
        self.graphs: dict[tuple[Network, Events, str], Graph | None] = {}

    def simulator(self, n: Network, e: Events, s: str = "instant") -> Simulator:
        return Simulator(n, e, s)

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
        found = self.graphs[key]
        if found is None:
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
            values = [READERS[letter](x) for letter, x in zip(signature, arguments, strict=True)]
            return function(self, *values)
        except (Undefined, ZeroDivisionError):
            return None


# Reading arguments ------------------------------------------------------------------------------------------


def _network(x: Value) -> Network:
    return x if type(x) is Network else parse_network(x)


def _events(x: Value) -> Events:
    return x if type(x) is Events else parse_events(x)


def _tuple(x: Value) -> tuple[Any, ...]:
    if type(x) is not tuple:
        raise Rejected("a tuple was expected as an argument of a function")
    return x


def raw_value(sort: str, data: Any) -> Value:
    """A raw value of a structured sort; of an unknown sort: as a tuple if possible, else as it stands."""
    if sort in ("network", "events", "quantized"):
        return {"network": parse_network, "events": parse_events, "quantized": Quantized}[sort](data)
    if sort == "choice":
        return text(data, "a choice")
    if sort == "tuple":
        return numbers(array(data, "a tuple"))
    try:
        return numbers(data) if type(data) is list else data
    except Rejected:
        return data


def _integer(x: Value) -> int:
    if is_number(x) and x.denominator == 1:
        return int(x)
    if is_number(x):
        raise Rejected("an integer was expected as an argument of a function")
    raise Undefined


def _number(x: Value) -> Number:
    if not is_number(x):
        raise Undefined
    return x


def _boolean(x: Value) -> bool:
    if x is not True and x is not False:
        raise Rejected("a truth value was expected as an argument of a function")
    return x


def _semantics(x: Value) -> str:
    if x not in SEMANTICS:
        raise Rejected(f"the semantics is none of {', '.join(SEMANTICS)}")
    return x


def _arithmetic(x: Value) -> str:
    if x not in ("exact", "binary64"):
        raise Rejected("the arithmetic is neither 'exact' nor 'binary64'")
    return x


def _indices(x: Value) -> Cycle:
    return tuple(_integer(i) for i in _tuple(x))


def _numbers(x: Value) -> tuple[Number, ...]:
    return tuple(_number(i) for i in _tuple(x))


# Sets -------------------------------------------------------------------------------------------------------


def _range(_: Library, a: int, b: int) -> Value:
    if b - a > MAX_STEPS:
        raise NotReplayed("a range is too long")
    return tuple((k,) for k in range(a, b + 1))


# What can happen: functions of the graph of states ----------------------------------------------------------


def _counted(n: Network) -> None:
    if n.uncounted:
        raise Undefined


def _outcomes(x: Library, n: Network, e: Events, s: str, fair: bool) -> Value:
    _counted(n)
    graph = x.graph(n, e, s)
    ends = (graph.states[v] for v in graph.rest) if fair else iter(graph.states)
    return tuple(sorted({state[: n.size] for state in ends}))


def _rest_states(x: Library, n: Network, e: Events, s: str) -> Value:
    _counted(n)
    graph = x.graph(n, e, s)
    return tuple(sorted({(graph.states[v][: n.size], graph.simulator.potentials(graph.states[v])) for v in graph.rest}))


def _max_spikes(x: Library, n: Network, e: Events, s: str) -> Value:
    most = x.graph(n, e, s).max_spikes
    return INF if most is None else most


def _min_spikes(x: Library, n: Network, e: Events, s: str) -> Value:
    least = x.graph(n, e, s).min_spikes
    return INF if least is None else least


def _conserved(x: Library, n: Network, e: Events, s: str) -> bool:
    _counted(n)
    if any(forever for _, _, forever in e.entries):
        return False
    graph = x.graph(n, e, s)
    sim, size = graph.simulator, n.size
    for state in graph.states:
        left = [state[size + i] + sim.threshold[i] * state[i] for i in range(size)]
        for k, (i, _, _) in enumerate(sim.types):
            left[i] -= sim.charge[k] * (sim.multiplicity[k] - state[sim.at_events + k])
        for i in range(size):
            left[i] -= sum(w * (state[j] - n.start[j]) for j, w in enumerate(sim.weights[i]))
        for k, (i, j) in enumerate(sim.flights):
            left[i] += sim.weights[i][j] * (state[sim.at_tokens[1] + k] - state[sim.at_tokens[-1] + k])
        if any(left[i] != sim.potential[i] + sim.threshold[i] * n.start[i] for i in range(size)):
            return False
    return True


def _ranking_holds(x: Library, n: Network, e: Events, s: str) -> bool:
    graph = x.graph(n, e, s)
    sim, size = graph.simulator, n.size
    cost = [[_ceil_ratio(abs(w), sim.threshold[i]) for w in sim.weights[i]] for i in range(size)]
    u = [1] * size
    for _ in range(size):
        u = [1 + sum(u[i] * cost[i][j] for i in range(size)) for j in range(size)]
    event_cost = [u[i] * _ceil_ratio(abs(sim.charge[k]), sim.threshold[i]) for k, (i, _, _) in enumerate(sim.types)]
    token_cost = [u[i] * cost[i][j] for i, j in sim.flights]

    def psi(state: tuple[int, ...]) -> int:
        total = 0
        for i in range(size):
            aim = _clip((state[i] * sim.threshold[i] + state[size + i]) // sim.threshold[i], n.lower[i], n.upper[i])
            total += u[i] * abs(state[i] - aim)
        total += sum(state[sim.at_events + k] * c for k, c in enumerate(event_cost))
        tokens = ((state[sim.at_tokens[1] + k] + state[sim.at_tokens[-1] + k]) * c for k, c in enumerate(token_cost))
        return total + sum(tokens)

    rank = [psi(state) for state in graph.states]
    return all(
        rank[target] <= rank[v] - (move[0] == "fire") for v, row in enumerate(graph.edges) for move, _, target in row
    )


# What should happen: fixed points of the total map ----------------------------------------------------------


class Total:
    """The total charge of each neuron as an affine function of the counts S (scaled to integers)."""

    def __init__(self, n: Network, e: Events) -> None:
        self.sim = sim = Simulator(replace(n, plastic=(1,)), e, "instant")
        self.n, self.size = n, n.size
        at_start = [p + t * s for p, t, s in zip(sim.potential, sim.threshold, n.start, strict=True)]
        charge = sim.external()
        self.constant = [
            at_start[i] + charge[i] - sum(w * s for w, s in zip(sim.weights[i], n.start, strict=True))
            for i in range(n.size)
        ]

    def charge(self, counts: tuple[int, ...]) -> list[int]:
        return [
            c + sum(w * s for w, s in zip(row, counts, strict=True))
            for c, row in zip(self.constant, self.sim.weights, strict=True)
        ]

    def map(self, counts: tuple[int, ...]) -> tuple[int, ...]:
        bounds = zip(self.charge(counts), self.sim.threshold, self.n.lower, self.n.upper, strict=True)
        return tuple(_clip(c // t, lower, upper) for c, t, lower, upper in bounds)

    def potentials(self, counts: tuple[int, ...]) -> list[int]:
        charged = zip(self.charge(counts), self.sim.threshold, counts, strict=True)
        return [c - t * s for c, t, s in charged]

    def box(self) -> Iterator[tuple[int, ...]]:
        """All counts within the bounds, in sorted order."""
        if None in (*self.n.lower, *self.n.upper):
            raise Undefined
        sides = [range(a, b + 1) for a, b in zip(self.n.lower, self.n.upper, strict=True)]  # type: ignore[operator, arg-type]
        if prod(map(len, sides)) > MAX_BOX:
            raise NotReplayed("the box of counts is too large for this checker")
        return itertools.product(*sides)


def _total_map(_: Library, n: Network, e: Events, counts: Cycle) -> Value:
    if len(counts) != n.size:
        raise Rejected("the counts have the wrong length")
    return Total(n, e).map(counts)


def _formula(_: Library, n: Network, e: Events) -> tuple[int, ...]:
    total, counts = Total(n, e), n.start
    for _i in range(n.size):
        counts = total.map(counts)
    return counts


def _formula_state(x: Library, n: Network, e: Events) -> Value:
    counts, total = _formula(x, n, e), Total(n, e)
    return counts, tuple(Fraction(v, total.sim.scale) for v in total.potentials(counts))


def _fixed_points(_: Library, n: Network, e: Events) -> Value:
    total = Total(n, e)
    return tuple(counts for counts in total.box() if total.map(counts) == counts)


def _resting_counts(_: Library, n: Network, e: Events) -> Value:
    total = Total(n, e)
    return tuple(counts for counts in total.box() if not total.sim.fire_signs((*counts, *total.potentials(counts))))


def _least_fixed_point(_: Library, n: Network, e: Events) -> Value:
    if None in (*n.lower, *n.upper):
        raise Undefined
    total, counts = Total(n, e), n.start
    for _i in range(MAX_STEPS // (1 + n.size)):
        after = tuple(map(max, counts, total.map(counts)))
        if after == counts:
            return counts
        counts = after
    raise NotReplayed("the iteration to the least fixed point is too long for this checker")


def _spike_bound(_: Library, n: Network, e: Events) -> int:
    size = n.size
    base = [
        abs(_clip(int(n.potential[i] // n.threshold[i]), n.lower[i], n.upper[i]) - n.start[i]) for i in range(size)
    ]
    for i, q, _forever in e.entries:
        if not 0 <= i < size:
            raise Rejected("an event goes to a neuron that does not exist")
        base[i] += _ceil_ratio(abs(q), n.threshold[i])
    cost = [[_ceil_ratio(abs(w), n.threshold[i]) for w in n.weights[i]] for i in range(size)]
    bound = [0] * size
    for _i in range(size):
        bound = [base[i] + sum(c * b for c, b in zip(cost[i], bound, strict=True)) for i in range(size)]
    return sum(bound)


# Cycles -----------------------------------------------------------------------------------------------------


def _cycle_signs(n: Network) -> set[int]:
    """The signs of the simple cycles; found by walking along every simple path whose first vertex is the least."""
    signs: set[int] = set()
    onward = [[i for i in range(n.size) if n.weights[i][j] != 0] for j in range(n.size)]
    steps = 0
    for root in range(n.size):
        stack: list[tuple[Cycle, int]] = [((root,), 1)]
        while stack and len(signs) < 2:
            path, sign = stack.pop()
            steps += 1 + len(onward[path[-1]])
            if steps > MAX_STEPS:
                raise NotReplayed("the network has too many simple paths for this checker")
            for i in onward[path[-1]]:
                after = sign * _sign(n.weights[i][path[-1]])
                if i == root:
                    signs.add(after)
                elif i > root and i not in path:
                    stack.append(((*path, i), after))
    return signs


def _acyclic(_: Library, n: Network) -> bool:
    left = set(range(n.size))
    while True:
        sources = {i for i in left if all(n.weights[i][j] == 0 for j in left)}
        if not sources:
            return not left
        left -= sources


def _arcs(c: Cycle) -> list[tuple[int, int]]:
    """The edges (v_x, v_{x-1}) of a cycle: target and source, v_1 first."""
    return [(c[x], c[x - 1]) for x in range(len(c))]


def _is_cycle(_: Library, n: Network, c: Cycle) -> bool:
    inside = bool(c) and len(set(c)) == len(c) and all(0 <= v < n.size for v in c)
    return inside and all(n.weights[i][j] != 0 for i, j in _arcs(c))


def _chordless(_: Library, n: Network, c: Cycle) -> bool:
    """No edge between vertices of c (nor from one to itself) but those of the cycle."""
    if not all(0 <= v < n.size for v in c):
        return False
    arcs = set(_arcs(c))
    return all(n.weights[i][j] == 0 or (i, j) in arcs for i in c for j in c)


def _cycle_weights(x: Library, n: Network, c: Cycle) -> list[Number]:
    if not _is_cycle(x, n, c):
        raise Undefined
    return [n.weights[i][j] for i, j in _arcs(c)]


def _sign_of_cycle(x: Library, n: Network, c: Cycle) -> int:
    return prod(map(_sign, _cycle_weights(x, n, c)))


def _witness(x: Library, n: Network, c: Cycle, locked: bool) -> tuple[Network, Events]:
    """Sections 5 (`locked`) and 6: a network that locks up, or never rests, along the cycle."""
    arriving = _cycle_weights(x, n, c)
    positive = _sign_of_cycle(x, n, c) == 1
    half, size = Fraction(1, 2), n.size
    potential: list[Number] = [0 if locked else half] * size
    lower, upper = [0] * size, [0 if locked else 1] * size
    s = 1
    for place, (v, w) in enumerate(zip(c, arriving, strict=True)):
        s = s * _sign(w) if place else 1
        size_of_w = w * _sign(w) * half
        if positive:
            lower[v], upper[v] = (0, 1) if s == 1 else (-1, 0)
            potential[v] = half if not locked else 1 - size_of_w if s == 1 else size_of_w
        else:
            lower[v], upper[v] = 0, 1
            potential[v] = 1 - w * half if locked else half if w > 0 else 3 * half
    arcs = set(_arcs(c))
    weights = n.weights
    if not locked:
        weights = tuple(
            tuple(_sign(w) * (1 if (i, j) in arcs else Fraction(1, 100)) for j, w in enumerate(row))
            for i, row in enumerate(n.weights)
        )
    ones = (1,) * size
    network = Network(
        weights, ones, tuple(potential), tuple(lower), tuple(upper), (0,) * size, low=(0,) * size, high=ones
    )
    q = arriving[0] * _sign(arriving[0]) * half if locked else 1
    return network, Events(((c[0], q, False), (c[0], -q, False)) if positive else ())


# Other networks from a network ------------------------------------------------------------------------------


def _gauge(_: Library, n: Network, shift: tuple[Number, ...], scale: tuple[Number, ...]) -> Network:
    if not len(shift) == len(scale) == n.size:
        raise Rejected("the gauge has the wrong length")
    size = range(n.size)
    return replace(
        n,
        weights=tuple(tuple(w * scale[i] for w in n.weights[i]) for i in size),
        threshold=tuple(n.threshold[i] * scale[i] for i in size),
        potential=tuple(n.potential[i] * scale[i] + shift[i] for i in size),
        low=tuple(n.low[i] * scale[i] + shift[i] for i in size),
        high=tuple(n.high[i] * scale[i] + shift[i] for i in size),
    )


def _gauge_events(_: Library, e: Events, scale: tuple[Number, ...]) -> Events:
    if not all(0 <= i < len(scale) for i, _, _ in e.entries):
        raise Rejected("an event goes to a neuron that does not exist")
    return Events(tuple((i, q * scale[i], forever) for i, q, forever in e.entries))


class Quantized:
    """A quantized network: layers of (weights, bias, step, lower, upper), an input, a rule for ties."""

    def __init__(self, data: Any) -> None:
        keys(data, ("layers", "input", "tie"), "a quantized network")
        if data["tie"] not in ("half-up", "half-even"):
            raise Rejected("the tie rule is neither 'half-up' nor 'half-even'")
        self.half_even = data["tie"] == "half-even"
        self.input = list(map(exact, array(data["input"], "the input")))
        self.layers = []
        width = len(self.input)
        for layer in array(data["layers"], "the layers"):
            keys(layer, ("weights", "bias", "step", "lower", "upper"), "a layer")
            bias = list(map(exact, array(layer["bias"], "the bias")))
            rows = array(layer["weights"], "the weights of a layer", len(bias))
            weights = [list(map(exact, array(row, "a row of weights", width))) for row in rows]
            step = exact(layer["step"])
            self.layers.append((weights, bias, step, integer(layer["lower"]), integer(layer["upper"])))
            width = len(bias)
        if sum(len(layer[1]) for layer in self.layers) > 200:
            raise Rejected("a quantized network has more than 200 neurons")

    def codes(self) -> tuple[int, ...]:
        codes: list[int] = []
        x = self.input
        for weights, bias, step, lower, upper in self.layers:
            z = [Fraction(b + sum(map(mul, row, x))) for row, b in zip(weights, bias, strict=True)]
            layer = [round(v / step) if self.half_even else floor(v / step + Fraction(1, 2)) for v in z]
            layer = [_clip(code, lower, upper) for code in layer]
            codes += layer
            x = [step * code for code in layer]
        return tuple(codes)

    def network(self, m: tuple[int, int, int, int]) -> Network:
        shift_lower, shift_upper, _, _ = m
        n = sum(len(layer[1]) for layer in self.layers)
        weights: list[tuple[Number, ...]] = []
        steps: list[Number] = []
        lowers: list[int] = []
        uppers: list[int] = []
        begin = before = 0  # where the layer before begins, and its width
        step_before: Number = 0
        for rows, bias, step, lower, upper in self.layers:
            for row in rows:
                inner = tuple(w * step_before for w in row) if before else ()
                weights.append((*([0] * begin), *inner, *([0] * (n - begin - len(inner)))))
            begin, before, step_before = begin + before, len(bias), step
            steps += [step] * before
            lowers += [lower + shift_lower] * before
            uppers += [upper + shift_upper] * before
        half = tuple(Fraction(step) / 2 for step in steps)
        zero = (0,) * n
        return Network(tuple(weights), tuple(steps), half, tuple(lowers), tuple(uppers), zero, zero, tuple(steps))

    def events(self, m: tuple[int, int, int, int]) -> Events:
        _, _, times, pieces = m
        entries: list[tuple[int, Number, bool]] = []
        inputs = sum(len(row) for row in self.layers[0][0]) if self.layers else 0
        biases = sum(len(layer[1]) for layer in self.layers)
        if inputs * pieces + biases * times > MAX_QUANTIZED:
            raise NotReplayed("a quantized network has too many events for this checker")
        for i, row in enumerate(self.layers[0][0] if self.layers else []):
            for w, v in zip(row, self.input, strict=True):
                if w * v != 0:
                    entries += [(i, Fraction(w * v) / pieces, False)] * pieces
        for i, b in enumerate(b for layer in self.layers for b in layer[1]):
            if b != 0:
                entries += [(i, b, False)] * times
        return Events(tuple(entries))


def _mapping(x: Value) -> tuple[int, int, int, int]:
    keys(x, ("bounds", "bias_times", "pieces"), "the mapping of a quantized network")
    lower, upper = map(integer, array(x["bounds"], "the bounds of a mapping", 2))
    times, pieces = integer(x["bias_times"]), integer(x["pieces"])
    if times < 0 or pieces < 1:
        raise Rejected("a mapping needs bias_times >= 0 and pieces >= 1")
    return lower, upper, times, pieces


# Rounded arithmetic -----------------------------------------------------------------------------------------


def binary64(x: Number) -> Number:
    """x rounded to the nearest IEEE double, ties to even; `Undefined` on overflow."""
    if x == 0:
        return 0
    x = Fraction(x)
    exponent = abs(x.numerator).bit_length() - x.denominator.bit_length() - 53
    while abs(x) >= Fraction(2) ** (exponent + 53):
        exponent += 1
    exponent = max(exponent, -1074)
    unit = Fraction(2) ** exponent
    value = round(x / unit) * unit
    if abs(value) >= Fraction(2) ** 1024:
        raise Undefined
    return value


def _spike_counts(_: Library, charges: tuple[Number, ...], threshold: Number, arithmetic: str) -> Value:
    nearest: Callable[[Number], Number] = binary64 if arithmetic == "binary64" else lambda x: x
    charges, threshold = tuple(sorted(map(nearest, charges))), nearest(threshold)
    states: set[tuple[tuple[Number, ...], Number, int]] = {(charges, 0, 0)}  # charges to come, potential, spikes so far
    steps = 0
    for _i in charges:
        after = set()
        for left, v, spikes in states:
            for k, q in enumerate(left):
                if k and left[k - 1] == q:
                    continue
                u, count = nearest(v + q), spikes
                while u >= threshold:
                    below = nearest(u - threshold)
                    if below >= u:
                        raise Undefined
                    u, count = below, count + 1
                    steps += 1
                    if steps > MAX_STEPS:
                        raise NotReplayed("too many spikes for this checker")
                after.add((left[:k] + left[k + 1 :], lowest(u), count))
        states = after
        steps += sum(len(left) for left, _, _ in states)
        if steps > MAX_STEPS:
            raise NotReplayed("too many orders of the charges for this checker")
    return tuple(sorted({count for _, _, count in states}))


# The table --------------------------------------------------------------------------------------------------

READERS: dict[str, Callable[[Value], Any]] = {
    "n": _network,
    "e": _events,
    "s": _semantics,
    "b": _boolean,
    "t": _tuple,
    "i": _integer,
    "x": lambda x: x if type(x) is tuple else _number(x),
    "c": _indices,
    "v": _numbers,
    "r": _number,
    "q": lambda x: x if type(x) is Quantized else Quantized(x),
    "m": _mapping,
    "a": _arithmetic,
}


def _weight(_: Library, n: Network, i: int, j: int) -> Number:
    if not (0 <= i < n.size and 0 <= j < n.size):
        raise Undefined
    return n.weights[i][j]


def _all(test: Callable[..., bool], *columns: str) -> Callable[[Library, Network], bool]:
    """Whether a test holds for each neuron."""
    return lambda x, n: all(map(test, *(getattr(n, column) for column in columns)))


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "sets.size": ("t", lambda x, t: len(set(t))),
    "sets.singleton": ("x", lambda x, t: (t,)),
    "sets.subset": ("tt", lambda x, t, u: set(t) <= set(u)),
    "sets.range": ("ii", _range),
    "spiking.outcomes": ("nesb", _outcomes),
    "spiking.rest_states": ("nes", _rest_states),
    "spiking.livelock": ("nes", lambda x, n, e, s: x.graph(n, e, s).livelock),
    "spiking.always_finite": ("nes", lambda x, n, e, s: not x.graph(n, e, s).cyclic),
    "spiking.can_always_rest": ("nes", lambda x, n, e, s: x.graph(n, e, s).can_always_rest),
    "spiking.min_spikes": ("nes", _min_spikes),
    "spiking.max_spikes": ("nes", _max_spikes),
    "spiking.conserved": ("nes", _conserved),
    "spiking.ranking_holds": ("nes", _ranking_holds),
    "spiking.total_map": ("nec", _total_map),
    "spiking.formula": ("ne", _formula),
    "spiking.formula_state": ("ne", _formula_state),
    "spiking.fixed_points": ("ne", _fixed_points),
    "spiking.resting_counts": ("ne", _resting_counts),
    "spiking.least_fixed_point": ("ne", _least_fixed_point),
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
    "spiking.unit_window": (
        "n",
        lambda x, n: n.corrective
        and n.closed == "left"
        and all(a == 0 and b == t > 0 for a, b, t in zip(n.low, n.high, n.threshold, strict=True)),
    ),
    "spiking.starts_inside": (
        "n",
        _all(lambda a, s, b: (a is None or a <= s) and (b is None or s <= b), "lower", "start", "upper"),
    ),
    "spiking.starts_at_zero": ("n", _all(lambda s: s == 0, "start")),
    "spiking.finite_bounds": ("n", _all(lambda a, b: a is not None and b is not None, "lower", "upper")),
    "spiking.finite_events": ("e", lambda x, e: not any(forever for _, _, forever in e.entries)),
    "spiking.finite_noise": ("n", lambda x, n: n.noise >= 0),
    "spiking.no_noise": ("n", lambda x, n: n.noise == 0),
    "spiking.no_self_loops": ("n", lambda x, n: all(row[i] == 0 for i, row in enumerate(n.weights))),
    "spiking.size": ("n", lambda x, n: n.size),
    "spiking.nonnegative_weights": ("n", lambda x, n: all(w >= 0 for row in n.weights for w in row)),
    "spiking.nonnegative_events": ("e", lambda x, e: all(q >= 0 for _, q, _ in e.entries)),
    "spiking.starts_charged": ("n", _all(lambda p, s, a: p >= 0 or s == a, "potential", "start", "lower")),
    "spiking.positive_thresholds": ("n", _all(lambda t: t > 0, "threshold")),
    "spiking.weight": ("nii", _weight),
    "spiking.total_charge": ("e", lambda x, e: sum(q for _, q, _ in e.entries)),
    "spiking.positive_charge": ("e", lambda x, e: sum(q for _, q, _ in e.entries if q > 0)),
    "spiking.largest_charge": ("e", lambda x, e: max((abs(q) for _, q, _ in e.entries), default=0)),
    "spiking.gauge": ("nvv", _gauge),
    "spiking.gauge_events": ("ev", _gauge_events),
    "quantized.codes": ("q", lambda x, q: q.codes()),
    "quantized.network": ("qm", lambda x, q, m: q.network(m)),
    "quantized.events": ("qm", lambda x, q, m: q.events(m)),
    "floats.spike_counts": ("vra", _spike_counts),
}
