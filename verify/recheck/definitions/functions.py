"""The functions that a statement's computed symbols may name, each written out naively."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import floor, prod
from operator import floordiv, mul
from typing import Any

from ..common import Undefined, defined, dot, entry, within
from ..formula import EXACT, INF, PRECISIONS, Value, numbers, sign
from ..load import NotReplayed, Number, exact, integer, lowest, require
from ..shapes import Reader, many, of_type, one_of, record, such_that, text, truth
from ..statement import SCALAR
from . import boxes, branches, condensation, dense, dual, embedding, lifting, properties
from .dense import Data, Dense, parse_data, parse_dense
from .embedding import Block, parse_block, parse_splitting
from .spiking import Events, Graph, Network, Simulator, State, parse_events, parse_network, semantics_of

MAX_BOX = 300_000
MAX_STEPS = 1_000_000
MAX_WORK = 20_000_000  # edges of all graphs that one certificate makes us build
MAX_QUANTIZED = 5_000
HALF = Fraction(1, 2)

Counts = tuple[int, ...]
Cycle = tuple[int, ...]
Vector = Sequence[Number]


class Library:
    """Evaluates functions by name; remembers the last graphs it has built, and how much work they were."""

    def __init__(self) -> None:
        self.work = 0
        self.explored = lru_cache(maxsize=4)(self._explored)

    def _explored(self, n: Network, e: Events, s: str) -> Graph | None:
        within(self.work, MAX_WORK, "explorations")
        graph = Graph.of(Simulator(n, e, s))
        self.work += 200_000 if graph is None else graph.edge_count + 10
        return graph

    def graph(self, n: Network, e: Events, s: str) -> Graph:
        """The graph of all states; `Undefined` if it is too large."""
        return defined(self.explored(n, e, s))

    def call(self, name: str, arguments: list[Value], bits: int = PRECISIONS[0]) -> Value:
        """The value of a function, with this precision if it is not exact; None where it is undefined."""
        require(name in FUNCTIONS, f"the function {name!r:.60} is not known")
        signature, function = FUNCTIONS[name]
        letters = signature.strip("*#")
        letters = letters[:-1] * len(arguments) if letters.endswith("+") else letters
        require(len(letters) == len(arguments), f"{name} takes {len(letters)} arguments, not {len(arguments)}")
        if any(x is None for x in arguments):
            return None
        try:
            values = [READERS[letter](x) for letter, x in zip(letters, arguments, strict=True)]
            more = [self] if signature[0] == "*" else [bits] if signature[0] == "#" else []
            return function(*more, *values)
        except (Undefined, ZeroDivisionError):
            return None


def ceil_ratio(a: Any, b: Any) -> int:
    """a / b rounded up."""
    return -((-a) // b)


def clip(x: int, lower: int | None, upper: int | None) -> int:
    """x brought within its bounds."""
    x = x if lower is None else max(x, lower)
    return x if upper is None else min(x, upper)


def _ends(library: Library, n: Network, e: Events, s: str, fair: bool, potentials: bool = False) -> Value:
    """Counts, and maybe potentials, of the states in which a run can end: at rest, or where it stalls if not `fair`."""
    graph = library.graph(defined(n, all(n.counted)), e, s)
    ends = [graph.states[v] for v in graph.rest] if fair else graph.states
    exactly = graph.simulator.potentials
    return tuple(sorted({(end[: n.size], exactly(end)) if potentials else end[: n.size] for end in ends}))


def _conserved(library: Library, n: Network, e: Events, s: str) -> bool:
    if any(forever for _, _, forever in defined(e, all(n.counted)).entries):
        return False
    graph, size = library.graph(n, e, s), range(n.size)
    sim = graph.simulator
    for state in graph.states:
        sent = [state[i] - n.start[i] for i in size]
        left = [state[n.size + i] + sim.threshold[i] * sent[i] - sim.potential[i] for i in size]
        left = [x - dot(row, sent) for x, row in zip(left, sim.weights, strict=True)]
        for place, _, _, _, target, charge in sim.pending:
            left[target - n.size] -= charge * (sim.initial[place] - state[place])
        if any(left):
            return False
    return True


def _costs(n: Network) -> list[list[int]]:
    """C_ij = ceil(|weights_ij| / threshold_i): how many spikes of i one spike of j can cause."""
    return [[ceil_ratio(abs(w), t) for w in row] for row, t in zip(n.weights, n.threshold, strict=True)]


def _ranking_holds(library: Library, n: Network, e: Events, s: str) -> bool:
    graph, size, cost = library.graph(n, e, s), n.size, _costs(n)
    sim, u = graph.simulator, [1] * size
    for _ in range(size):
        u = [1 + dot(u, column) for column in zip(*cost, strict=True)]
    pending = [(place, target - size, charge) for place, _, _, _, target, charge in sim.pending]
    owed = [(place, u[i] * ceil_ratio(abs(charge), sim.threshold[i])) for place, i, charge in pending]

    def psi(state: State) -> int:
        total = sum(cost * state[place] for place, cost in owed)
        for i, t in enumerate(sim.threshold):
            total += u[i] * abs(state[i] - clip(state[i] + state[size + i] // t, n.lower[i], n.upper[i]))
        return total

    rank = list(map(psi, graph.states))
    rows = enumerate(graph.edges)
    return all(rank[target] <= rank[v] - (move[0] == "fire") for v, row in rows for move, _, target in row)


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

    def where(self, holds: Callable[["Total", Counts], bool]) -> tuple[Counts, ...]:
        """All counts within the bounds for which something holds, sorted."""
        pairs = zip(self.network.lower, self.network.upper, strict=True)
        sides = [range(defined(a), defined(b) + 1) for a, b in pairs]
        within(prod(map(len, sides)), MAX_BOX, "counts in the box")
        return tuple(counts for counts in itertools.product(*sides) if holds(self, counts))

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


def _sign_of_cycle(n: Network, c: Cycle) -> int:
    """The product of the signs along c, 0 if c is no cycle."""
    inside = bool(c) and len(set(c)) == len(c) and all(0 <= v < n.size for v in c)
    return prod(sign(n.weights[i][j]) for i, j in _arcs(c)) if inside else 0


def _chordless(n: Network, c: Cycle) -> bool:
    """No edge between vertices of c (nor from one to itself) but those of the cycle."""
    pairs = itertools.product(c, repeat=2)
    return all(0 <= v < n.size for v in c) and all(n.weights[i][j] == 0 or (i, j) in _arcs(c) for i, j in pairs)


def _plain(weights: Any, threshold: Vector, potential: Vector, bounds: Sequence[tuple[int, int]]) -> Network:
    """A network with every option at its default."""
    lower, upper, zeros = tuple(a for a, _ in bounds), tuple(b for _, b in bounds), (0,) * len(bounds)
    high = tuple(threshold)
    return Network(tuple(map(tuple, weights)), high, tuple(potential), lower, upper, zeros, zeros, high)


def _witness(n: Network, c: Cycle, locked: bool) -> tuple[Network, Events]:
    """Sections 5 (`locked`) and 6: a network that locks up, or never rests, along the cycle."""
    positive, arcs, s = defined(_sign_of_cycle(n, c) or None) == 1, _arcs(c), 1
    weights: Any = n.weights
    if not locked:
        on = [[100 - 99 * ((i, j) in arcs) for j in range(n.size)] for i in range(n.size)]
        weights = [[Fraction(sign(w), d) for w, d in zip(*rows, strict=True)] for rows in zip(weights, on, strict=True)]
    bounds, potential = [(0, 0 if locked else 1)] * n.size, [0 if locked else HALF] * n.size
    for v, source in arcs:
        w = weights[v][source]
        s = s * sign(w) if v != c[0] else 1
        bounds[v] = (0, 1) if s == 1 or not positive else (-1, 0)
        potential[v] = 1 - (abs(w) if positive else w) * HALF if s == 1 or not positive else abs(w) * HALF
    q = abs(weights[c[0]][c[-1]]) * HALF if locked else 1
    events = Events(((c[0], q, False), (c[0], -q, False)) if positive else ())
    return _plain(weights, [1] * n.size, potential, bounds), events


def _gauge(n: Network, shift: Vector, scale: Vector) -> Network:
    require(len(shift) == len(scale) == n.size, "the gauge has a wrong length")
    weights = tuple(tuple(w * a for w in row) for row, a in zip(n.weights, scale, strict=True))
    moved: dict[str, Any] = {
        key: tuple(x * a + b for x, a, b in zip(getattr(n, key), scale, shift, strict=True))
        for key in ("potential", "low", "high")
    }
    return replace(n, weights=weights, threshold=tuple(map(mul, n.threshold, scale)), **moved)


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


class Quantized:
    """A quantized network, by neurons: charges from the input, weights from earlier neurons, the other numbers."""

    def __init__(self, data: Any) -> None:
        row = many(exact)
        layer = record(weights=many(row), bias=row, step=SCALAR["positive"], lower=integer, upper=integer)
        found = record(layers=many(layer), input=row, tie=one_of("half-up", "half-even"))(data)
        self.half_up = found["tie"] == "half-up"
        self.neurons: list[tuple[list[Number], dict[int, Number], Number, Number, int, int]] = []
        width, before = len(found["input"]), dict[str, Any]()
        for layer in found["layers"]:
            require(layer["lower"] <= layer["upper"], "the bounds of a layer are in the wrong order")
            begin, rest = len(self.neurons) - width, (layer["step"], layer["lower"], layer["upper"])
            for row, bias in zip(layer["weights"], layer["bias"], strict=True):
                require(len(row) == width, "a row of the weights of a layer has a wrong length")
                charges = [] if before else [w * x for w, x in zip(row, found["input"], strict=True)]
                inner = {begin + j: w * before["step"] for j, w in enumerate(row if before else ())}
                self.neurons.append((charges, inner, bias, *rest))
            width, before = len(layer["bias"]), layer
        require(len(self.neurons) <= 200, "a quantized network has more than 200 neurons")

    def codes(self) -> Counts:
        codes: list[int] = []
        for charges, inner, bias, step, lower, upper in self.neurons:
            z = Fraction(sum(charges) + sum(w * codes[j] for j, w in inner.items()) + bias) / step
            codes.append(clip(floor(z + HALF) if self.half_up else round(z), lower, upper))
        return tuple(codes)

    def network(self, m: dict[str, Any]) -> Network:
        steps, (down, up) = [neuron[3] for neuron in self.neurons], m["bounds"]
        weights = [[neuron[1].get(j, 0) for j in range(len(steps))] for neuron in self.neurons]
        bounds = [(lower + down, upper + up) for *_, lower, upper in self.neurons]
        return _plain(weights, steps, [step * HALF for step in steps], bounds)

    def events(self, m: dict[str, Any]) -> Events:
        pieces, times = m["pieces"], m["bias_times"]
        charges = [(i, Fraction(q) / pieces) for i, neuron in enumerate(self.neurons) for q in neuron[0] if q != 0]
        biases = [(i, neuron[2]) for i, neuron in enumerate(self.neurons) if neuron[2] != 0]
        within(len(charges) * pieces + len(biases) * times, MAX_QUANTIZED, "events of a quantized network")
        entries = [(i, q, False) for i, q in charges for _ in range(pieces)]
        return Events((*entries, *((i, q, False) for i, q in biases for _ in range(times))))


def _number(x: Value) -> Number:
    return defined(x, type(x) in EXACT)


def _matrix(x: Value) -> tuple[tuple[Number, ...], ...]:
    rows = tuple(map(READERS["v"], of_type(tuple)(x)))
    return defined(rows, len({*map(len, rows)}) == 1 and rows[0])


def raw_value(sort: str) -> Reader:
    """The reader of raw values of a sort; of an unknown sort arrays are tuples, and all else is as it stands."""
    return SORTS.get(sort, lambda data: numbers(data) if type(data) is list else data)


SORTS: dict[str, Reader] = SCALAR | {  # of parameters
    "network": parse_network, "events": parse_events, "quantized": Quantized, "choice": text,
    "dense": parse_dense, "data": parse_data, "splitting": parse_splitting, "block": parse_block,
    "tuple": lambda data: numbers(of_type(list)(data)),
}  # fmt: skip
PIECES = such_that(integer, lambda x: x > 0, "a positive integer was expected")
READERS: dict[str, Reader] = {
    "n": of_type(Network), "e": of_type(Events), "q": of_type(Quantized), "t": of_type(tuple), "r": _number, "b": truth,
    "s": semantics_of, "a": one_of("exact", "binary64"),
    "m": record(bounds=many(integer, 2), bias_times=SCALAR["natural"], pieces=PIECES),
    "i": lambda x: of_type(int)(lowest(_number(x))),
    "c": lambda x: tuple(map(READERS["i"], of_type(tuple)(x))),
    "v": lambda x: tuple(map(_number, of_type(tuple)(x))),
    "x": lambda x: x if type(x) is tuple else _number(x),
    "N": of_type(Dense), "D": of_type(Data), "S": of_type(tuple), "B": of_type(Block), "M": lambda x: _matrix(x),
}  # fmt: skip


def _unit_window(n: Network) -> bool:
    fitting = n.corrective and n.closed == "left" and n.high == n.threshold and not any(n.low)
    return fitting and all(t > 0 for t in n.threshold)


# For each function its arguments, a letter for each (see `READERS`; * is for the library, # for the precision), then the
# function.
FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "sets.size": ("t", lambda t: len(set(t))),
    "sets.singleton": ("x", lambda x: (x,)),
    "sets.vector": ("x+", lambda *entries: defined(entries, entries)),
    "sets.entry": ("ti", entry),
    "sets.subset": ("tt", lambda t, u: set(t) <= set(u)),
    "sets.distance": ("vv", lambda x, y: sum(abs(a - b) for a, b in zip(x, defined(y, len(x) == len(y)), strict=True))),
    "sets.range": ("ii", lambda a, b: tuple((k,) for k in range(a, within(b, a + MAX_STEPS, "steps in a range") + 1))),
    "spiking.outcomes": ("*nesb", _ends),
    "spiking.rest_states": ("*nes", lambda x, n, e, s: _ends(x, n, e, s, True, True)),
    "spiking.livelock": ("*nes", lambda x, *nes: x.graph(*nes).livelock),
    "spiking.always_finite": ("*nes", lambda x, *nes: not x.graph(*nes).cyclic),
    "spiking.can_always_rest": ("*nes", lambda x, *nes: x.graph(*nes).can_always_rest),
    "spiking.min_spikes": ("*nes", lambda x, *nes: INF if (m := x.graph(*nes).min_spikes) is None else m),
    "spiking.max_spikes": ("*nes", lambda x, *nes: INF if (m := x.graph(*nes).max_spikes) is None else m),
    "spiking.conserved": ("*nes", _conserved),
    "spiking.ranking_holds": ("*nes", _ranking_holds),
    "spiking.total_map": ("nec", lambda n, e, c: Total(n, e).map(c)),
    "spiking.formula": ("ne", lambda n, e: Total(n, e).formula()),
    "spiking.formula_state": ("ne", lambda n, e: Total(n, e).formula_state()),
    "spiking.fixed_points": ("ne", lambda n, e: Total(n, e).where(lambda t, c: t.map(c) == c)),
    "spiking.resting_counts": ("ne", lambda n, e: Total(n, e).where(lambda t, c: not t.fires(t.at(c)))),
    "spiking.least_fixed_point": ("ne", lambda n, e: Total(n, e).least()),
    "spiking.spike_bound": ("ne", lambda n, e: Total(n, e).spike_bound()),
    "spiking.acyclic": ("n", _acyclic),
    "spiking.positive_cycle": ("n", lambda n: 1 in _cycle_signs(n)),
    "spiking.negative_cycle": ("n", lambda n: -1 in _cycle_signs(n)),
    "spiking.is_cycle": ("nc", lambda n, c: _sign_of_cycle(n, c) != 0),
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
    "spiking.fires_at_threshold": ("n", lambda n: n.closed in ("left", "neither") and n.high == n.threshold),
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
        lambda n: all(v >= 0 or s == a for v, s, a in zip(n.potential, n.start, n.lower, strict=True)),
    ),
    "spiking.positive_thresholds": ("n", lambda n: all(t > 0 for t in n.threshold)),
    "spiking.weight": ("nii", lambda n, i, j: entry(entry(n.weights, i), j)),
    "spiking.threshold": ("ni", lambda n, i: entry(n.threshold, i)),
    "spiking.potential": ("ni", lambda n, i: entry(n.potential, i)),
    "spiking.start": ("n", lambda n: n.start),
    "spiking.is_instant": ("s", lambda s: s == "instant"),
    "spiking.is_eager": ("s", lambda s: s == "eager"),
    "spiking.total_charge": ("e", lambda e: sum(q for _, q, _ in e.entries)),
    "spiking.positive_charge": ("e", lambda e: sum(q for _, q, _ in e.entries if q > 0)),
    "spiking.largest_charge": ("e", lambda e: max((abs(q) for _, q, _ in e.entries), default=0)),
    "spiking.gauge": ("nvv", _gauge),
    "spiking.gauge_events": ("ev", lambda e, v: Events(tuple((i, q * entry(v, i), ever) for i, q, ever in e.entries))),
    "quantized.codes": ("q", Quantized.codes),
    "quantized.network": ("qm", Quantized.network),
    "quantized.events": ("qm", Quantized.events),
    "quantized.half_up": ("q", lambda q: q.half_up),
    "quantized.same_bounds": ("m", lambda m: m["bounds"] == (0, 0)),
    "quantized.bias_once": ("m", lambda m: m["bias_times"] == 1),
    "floats.is_binary64": ("a", lambda a: a == "binary64"),
    "floats.spike_counts": ("vra", _spike_counts),
    **dense.FUNCTIONS,
    **dual.FUNCTIONS,
    **embedding.FUNCTIONS,
    **branches.FUNCTIONS,
    **lifting.FUNCTIONS,
    **condensation.FUNCTIONS,
    **boxes.FUNCTIONS,
    **properties.FUNCTIONS,
}
