"""Dense networks and their data: reading, classes of activations, outputs and loss as jets; the functions `dense.*`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise, product, zip_longest
from math import comb, lcm
from typing import Any

from .. import linear
from ..common import Undefined, defined, dot, entry, every, within
from ..formula import Truth, Value
from ..load import Number, exact, integer, require
from ..roots import common_divisor, multiplicities, primitive, quotient
from ..shapes import Reader, many, of_type, one_of, optional, record, such_that
from .jets import (
    HALF,
    Fixed,
    Jet,
    Real,
    Triple,
    blurred,
    enclosure,
    exactly,
    fixed,
    number,
    taylor,
    taylor_of_exponential,
    vanishes,
)  # fmt: skip

MAX_PARAMETERS = 2_000
PRIME = 2**61 - 1
MAX_WORK = 10_000_000  # entries of all Hessians, each as many times as a layer adds to it
MAX_BITS = 20_000  # of a power
MAX_SIZE = 100_000  # bits of a denominator
MAX_DEGREE = 60  # of an activation
MAX_POINTS = 4_000
GUARD = 32  # bits more than asked for

Vector = Sequence[Number]
Row = tuple[Number, ...]
Matrix = Sequence[Sequence[Number]]

# Class, value at 0 (None: irrational), derivative at 0 (None: there is none).
NAMED: dict[str, tuple[str, Number | None, Number | None]] = {
    "tanh": ("O", 0, 1), "sigmoid": ("M", HALF, Fraction(1, 4)), "softplus": ("M", None, HALF), "exp": ("G", 1, 1),
    "sin": ("O", 0, 1), "x-tanh": ("E", 0, 0), "gelu": ("M", 0, HALF), "swish": ("M", 0, HALF), "relu": ("N", 0, None),
}  # fmt: skip
OF_EXPONENTIAL = ("tanh", "sigmoid", "exp")
HALF_LINEAR = ("softplus", "gelu", "swish")  # z/2 plus an even function


def times(*factors: Sequence[Number]) -> list[Number]:
    """The product of polynomials in one variable, the constants first."""
    total: list[Number] = [1]
    for factor in factors:
        longer: list[Number] = [0] * max(len(total) + len(factor) - 1, 0)
        for (i, a), (j, b) in product(enumerate(total), enumerate(factor)):
            longer[i + j] += a * b
        total = longer
    return total


def _lowest_terms(top: Row, bottom: Row) -> tuple[list[int], list[int]]:
    """Numerator and denominator, each up to a positive factor."""
    p, q = primitive(top), primitive(bottom)
    shared = common_divisor(p, q)
    return (quotient(p, shared) if p else p), quotient(q, shared)


def _rational_class(top: Row, bottom: Row) -> str:
    """The class of a rational function."""
    if multiplicities(primitive(bottom), None, None):
        return "N"
    p, q = _lowest_terms(top, bottom)
    if len(q) == 1 or not p:
        return "P"
    p_mirrored, q_mirrored = ([-c if k % 2 else c for k, c in enumerate(r)] for r in (p, q))
    # The function, and its mirror image, times q(z) q(-z).
    pairs = list(zip_longest(times(p, q_mirrored), times(q, p_mirrored), fillvalue=0))
    parts = [primitive([a + b for a, b in pairs]), primitive([a - b for a, b in pairs])]  # even, odd
    if not all(parts):
        return "E" if parts[0] else "O"
    below = primitive(times(q, q_mirrored))
    return "M" if any(len(common_divisor(part, below)) == len(below) for part in parts) else "G"


@dataclass(frozen=True)
class Dense:
    """A dense network: all its numbers, by layers."""

    activation: tuple[Any, ...]  # a name, and what it needs
    layers: tuple[tuple[Row, ...], ...]
    biases: tuple[Row | None, ...]
    inner: str = "plain"

    @property
    def depth(self) -> int:
        return len(self.layers) - 1

    @property
    def width(self) -> int:
        return len(self.layers[0])

    @property
    def inputs(self) -> int:
        return len(self.layers[0][0])

    @property
    def outputs(self) -> int:
        return len(self.layers[-1])

    @property
    def size(self) -> int:
        return sum(len(w) * len(w[0]) + len(b or ()) for w, b in zip(self.layers, self.biases, strict=True))

    @property
    def log(self) -> bool:
        return self.inner == "log"

    @property
    def bias_free(self) -> bool:
        return not any(self.biases)

    @property
    def exact(self) -> bool:
        """Whether its outputs are rational (where they are defined)."""
        return self.log or self.activation[0] in ("polynomial", "rational", "relu", "power")

    @cached_property
    def letter(self) -> str:
        """The class of the activation."""
        kind, *given = self.activation
        others = {"power": "N", "polynomial": "P"}
        return NAMED[kind][0] if kind in NAMED else others.get(kind) or _rational_class(*given)

    @property
    def signed(self) -> bool:
        return self.letter in "OE"

    @cached_property
    def at_zero(self) -> tuple[Number | None, Number | None]:
        """The value and the derivative of the activation at 0; None for log 2, and for what does not exist."""
        kind = self.activation[0]
        return NAMED[kind][1:] if kind in NAMED else (0, 0) if kind == "power" else taylor(self.activation, 0, 0)[:2]

    @property
    def vanishes_at_zero(self) -> bool:
        return self.at_zero[0] == 0

    @property
    def neurons(self) -> list[tuple[Row, Row]]:
        """Outer weights and inner coordinates of each neuron; `Undefined` unless L = 1, without biases."""
        defined(self, self.depth == 1 and self.bias_free)
        return list(zip(zip(*self.layers[1], strict=True), self.layers[0], strict=True))

    @property
    def scalar_neurons(self) -> list[tuple[Number, Row]]:
        """The same for D = 1."""
        return [(a, w) for (a,), w in defined(self, self.outputs == 1).neurons]

    def with_neurons(self, neurons: Sequence[tuple[Row, Row]]) -> "Dense":
        """The network with these neurons; `Undefined` if there is none."""
        outer = tuple(zip(*(a for a, _ in defined(neurons, neurons)), strict=True))
        return Dense(self.activation, (tuple(w for _, w in neurons), outer), (None, None), self.inner)

    def is_null(self, v: Vector) -> bool:
        """Whether the weights with these inner coordinates are 0."""
        return all(x == self.log for x in v)

    def turned(self, v: Row, eps: int) -> Row:
        """The inner coordinates of eps w, for those of w."""
        return v if eps == 1 else tuple(Fraction(1) / x if self.log else -x for x in v)

    def oriented(self, v: Row) -> tuple[Row, int]:
        """One of v and its opposite, the same for both, and the sign by which v differs from it."""
        return max((v, 1), (self.turned(v, -1), -1))

    def sign(self, eps: int) -> int:
        """The factor s(eps) of a sign change; 1 for no change."""
        return defined(1 if eps == 1 or self.letter == "E" else -1, eps == 1 or self.signed)

    @property
    def nulls(self) -> list[int]:
        """The null neurons: those with w = 0, if sigma(0) = 0."""
        return [j for j, w in enumerate(self.layers[0]) if self.vanishes_at_zero and self.is_null(w)]

    def classes(self, both_signs: bool) -> list[tuple[Row, list[tuple[int, int]]]]:
        """The other neurons by class of their inner weights: those of the first member; members with relative signs."""
        found: dict[Row, list[tuple[int, int]]] = {}
        for j, w in enumerate(self.layers[0]):
            if j not in self.nulls:
                key, eps = self.oriented(w) if both_signs else (w, 1)
                found.setdefault(key, []).append((j, eps))
        first = [(members[0], members) for members in found.values()]
        return [(self.layers[0][j], [(i, eps * sign) for i, eps in members]) for (j, sign), members in first]

    def signed_sums(self) -> list[tuple[Row, list[int], Number]]:
        """D = 1: for each class its first inner weights, its members, and the signed sum of their outer weights."""
        outer = [a for a, _ in self.scalar_neurons]
        groups = self.classes(self.signed)
        return [(v, [j for j, _ in m], sum(self.sign(eps) * outer[j] for j, eps in m)) for v, m in groups]


@dataclass(frozen=True)
class Data:
    """Inputs, targets, and the loss."""

    inputs: tuple[Row, ...]
    targets: tuple[Row, ...]
    loss: str = "half-square"


def _layers(data: Any) -> tuple[tuple[Row, ...], ...]:
    layers = many(many(many(exact)))(data)
    require(len(layers) >= 2 and all(layers), "a network has at least two matrices, none of them empty")
    widths = [len(layers[0][0]), *map(len, layers)]
    fits = all(len(row) == widths[k] for k, layer in enumerate(layers) for row in layer)
    require(fits and widths[0], "the matrices of a network do not fit each other")
    within(sum(a * b for a, b in pairwise(widths)), MAX_PARAMETERS, "parameters of a network")
    return layers


ROW = such_that(many(exact), len, "a row of numbers is empty")
COEFFICIENTS = such_that(ROW, lambda row: len(row) <= MAX_DEGREE, f"at most {MAX_DEGREE} coefficients were expected")
FRACTION = such_that(many(COEFFICIENTS, 2), lambda ratio: any(ratio[1]), "the denominator of an activation is 0")
POWER = such_that(integer, lambda k: 2 <= k <= MAX_DEGREE, f"a power from 2 to {MAX_DEGREE} was expected")
OTHERS: dict[str, Reader] = {"power": POWER, "polynomial": COEFFICIENTS, "rational": FRACTION}


def _activation(data: Any) -> tuple[Any, ...]:
    if type(data) is str:
        return (one_of(*NAMED)(data),)
    (kind,) = such_that(of_type(dict), lambda given: len(given) == 1, "an activation has one key")(data)
    read = record(**{kind: OTHERS.get(kind) or one_of(*OTHERS)})(data)[kind]
    return (kind, *read) if kind == "rational" else (kind, read)


DENSE = record({"biases": many(optional(ROW)), "inner": one_of("plain", "log")}, activation=_activation, layers=_layers)
DATA = record({"loss": one_of("half-square", "square", "quartic")}, inputs=many(ROW), targets=many(ROW))


def parse_dense(data: Any) -> Dense:
    """Read a network; `Rejected` if it is malformed."""
    n = Dense(**{"biases": (None,) * len(of_type(dict)(data).get("layers", ())), **DENSE(data)})
    fits = [len(b or w) for b, w in zip(n.biases, n.layers, strict=False)] == [*map(len, n.layers)]
    require(fits and len(n.biases) == len(n.layers), "the biases do not fit the layers")
    if n.log:
        fits = n.depth == 1 and n.activation[0] in OF_EXPONENTIAL
        require(fits, "'inner' is 'log' only for one hidden layer of tanh, sigmoid or exp")
        rows: list[Row] = [*n.layers[0], n.biases[0] or ()]
        require(all(u > 0 for row in rows for u in row), "an inner coordinate of a 'log' network is not positive")
    return n


def parse_data(data: Any) -> Data:
    """Read data; `Rejected` if they are malformed."""
    d = Data(**DATA(data))
    widths = [len({*map(len, rows)}) for rows in (d.inputs, d.targets)]
    fits = widths == [1, 1] and len(d.inputs) == len(d.targets)
    require(fits, "the inputs and targets are not as many rows, at least one, of one length each")
    return d


def digits(n: Dense, bits: int) -> int:
    """The bits to compute with: 0 where everything is exact, so that it is not computed again for more bits."""
    return 0 if n.exact else bits + GUARD


def sigma(n: Dense, v: Sequence[Real], x: Vector, bits: int) -> Triple:
    """The activation and its derivatives at the input x of a neuron with inner coordinates v."""
    defined(v, len(v) == len(x) and (not n.log or all(u > 0 for u in v)))
    if not n.log:
        return taylor(n.activation, dot(v, x), bits)
    defined(x, all(p.denominator == 1 for p in x))
    sizes = [abs(p) * (u.numerator.bit_length() + u.denominator.bit_length()) for u, p in zip(v, x, strict=True)]
    within(sum(sizes), MAX_BITS, "bits of a power")
    e = Fraction(1)
    for u, p in zip(v, x, strict=True):
        e *= Fraction(u) ** int(p)
    return taylor_of_exponential(n.activation[0], e)


def forward(n: Dense, x: Row, bits: int, radius: Number | None = None) -> list[Jet]:
    """The outputs at x as jets in the parameters, each of them anywhere within a radius (if any) of its value."""
    place, hidden = 0, list[Jet]()
    for k, (rows, bias) in enumerate(zip(n.layers, n.biases, strict=True)):
        below: Any = (*(hidden if k else x), *(() if bias is None else (1,)))
        behind = place + sum(map(len, rows))  # the first bias of the layer
        after = []
        for j, row in enumerate(rows):
            places = [*range(place, place + len(row)), *(() if bias is None else (behind + j,))]
            weights: Any = [*row, *(() if bias is None else (bias[j],))]
            weights = [fixed(w, bits, radius) for w in weights] if radius is not None else weights
            place += len(row)
            if k == 0:
                after.append(Jet(0, dict(zip(places, below, strict=True)), {}).through(sigma(n, weights, below, bits)))
                continue
            z = dot(below, [Jet(w, {p: 1}, {}) for w, p in zip(weights, places, strict=True)])
            after.append(z if k == n.depth else z.through(taylor(n.activation, z.value, bits)))
        place, hidden = behind + len(bias or ()), after
    return hidden


def _loss(name: str, p: Real, y: Number) -> Triple:
    e = p - y
    return {"half-square": (e * e * HALF, e, 1), "square": (e * e, 2 * e, 2)}.get(name) or (
        e * e * (e * e) * (HALF * HALF), e * e * e, 3 * (e * e)
    )  # fmt: skip


def _bits(rows: Iterable[Row]) -> int:
    """The bits of the least common denominator."""
    return lcm(*(x.denominator for row in rows for x in row)).bit_length()


def _size(n: Dense, d: Data) -> int:
    """A bound, roughly, on the bits of the denominators of the loss of an exact network."""
    kind, *given = n.activation
    weights = _bits([*(row for layer in n.layers for row in layer), *(b for b in n.biases if b)])
    if n.log:
        powers = [[abs(int(p)) * (u.numerator * u.denominator).bit_length() for u, p in zip(w, x, strict=True)]
                  for x in d.inputs for w in n.layers[0]]  # fmt: skip
        return 2 * sum(map(sum, powers)) + weights
    rational, samples = kind == "rational", len(d.inputs) * n.outputs
    degree = max(map(len, given)) if kind in ("rational", "polynomial") else given[0] if given else 1
    size = max(_bits([x]) for x in d.inputs) if rational else _bits(d.inputs)
    for layer in n.layers[1:]:
        size = within((size + weights) * degree * (len(layer[0]) if rational else 1), MAX_SIZE, "digits in an output")
    return 2 * samples * (size + max(_bits([y]) for y in d.targets)) if rational else 2 * size + 2 * _bits(d.targets)


@lru_cache(maxsize=8)
def outputs(n: Dense, d: Data, bits: int, radius: Number | None = None) -> list[list[Jet]]:
    """The outputs at all inputs; `bits` from `digits`."""
    defined(d, len(d.inputs[0]) == n.inputs and len(d.targets[0]) == n.outputs)
    work = len(d.inputs) * n.outputs * n.size**2 * (n.size if n.depth > 1 else 1)
    size = 0 if bits else within(_size(n, d), MAX_SIZE, "digits in a loss")
    within(work * (1 + size // 500) * (1 + size // 20_000), MAX_WORK, "second derivatives, or digits in them")
    return [forward(n, x, bits, radius) for x in d.inputs]


def losses(n: Dense, d: Data, bits: int, radius: Number | None = None) -> list[list[Triple]]:
    """The loss at each output with its two derivatives by it: e_i and L_i."""
    rows = zip(outputs(n, d, bits, radius), d.targets, strict=True)
    return [[_loss(d.loss, p.value, y) for p, y in zip(row, ys, strict=True)] for row, ys in rows]


def loss(n: Dense, d: Data, bits: int, radius: Number | None = None) -> Real:
    """The loss."""
    return blurred(sum(value for row in losses(n, d, bits, radius) for value, _, _ in row), bits)


def residuals(n: Dense, d: Data, bits: int) -> list[list[Real]]:
    """The rows e_i."""
    return blurred([[e for _, e, _ in row] for row in losses(n, d, digits(n, bits))], digits(n, bits))


@lru_cache(maxsize=4)
def _derivatives(n: Dense, d: Data, bits: int, radius: Number | None) -> tuple[list[Real], list[list[Real]]]:
    """Gradient and Hessian of the loss, by the chain rule at each output."""
    bits = digits(n, bits) if radius is None else bits + GUARD
    jets = [p for row in outputs(n, d, bits, radius) for p in row]
    terms = [term for row in losses(n, d, bits, radius) for term in row]
    first: list[Real] = [0] * n.size
    second: list[list[Real]] = [[0] * n.size for _ in first]
    for jet, (_, e, c) in zip(jets, terms, strict=True):
        slope = sorted(jet.slope.items())
        for k, (p, x) in enumerate(slope):
            first[p] += e * x
            row, step = second[p], c * x
            for q, y in slope[k:]:
                row[q] += step * y
        for (p, q), y in jet.bend.items():
            second[p][q] += e * y
    full = [[second[min(p, q)][max(p, q)] for q in range(n.size)] for p in range(n.size)]
    return blurred(first, bits), blurred(full, bits)


def gradient(n: Dense, d: Data, bits: int, radius: Number | None = None) -> list[Real]:
    """The gradient of the loss."""
    return _derivatives(n, d, bits, radius)[0]


def hessian(n: Dense, d: Data, bits: int, radius: Number | None = None) -> list[list[Real]]:
    """The Hessian of the loss."""
    return _derivatives(n, d, bits, radius)[1]


def exact_inertia(matrix: Sequence[Sequence[Real]]) -> tuple[int, int, int]:
    """The inertia of an exact symmetric matrix, else `Undefined`."""
    return linear.inertia(exactly(matrix))


def inertia(matrix: Sequence[Sequence[Real]]) -> tuple[int, int, int]:
    """The inertia of a symmetric matrix; `Undefined` where enclosures do not decide it."""
    if any(type(x) is Fixed for row in matrix for x in row):
        return defined(linear.inertia_of([[enclosure(x) for x in row] for row in matrix]))
    return exact_inertia(matrix)


def _has_full_rank(columns: Matrix) -> bool:
    """Whether vectors are independent modulo a prime, and hence independent; false: not shown."""
    reduced: list[tuple[int, list[int]]] = []  # position of a 1, the rest of the vector
    for column in columns:
        if any(x.denominator % PRIME == 0 for x in column):
            return False
        vector = [x.numerator * pow(x.denominator, -1, PRIME) % PRIME for x in column]
        for k, other in reduced:
            factor = vector[k]
            vector = [(x - factor * y) % PRIME for x, y in zip(vector, other, strict=True)] if factor else vector
        places = [k for k, x in enumerate(vector) if x]
        if not places:
            return False
        inverse = pow(vector[places[0]], -1, PRIME)
        reduced.append((places[0], [x * inverse % PRIME for x in vector]))
    return True


def rank(matrix: Matrix) -> int:
    """The rank of an exact matrix."""
    if not matrix or not matrix[0]:
        return 0
    columns = matrix if len(matrix) <= len(matrix[0]) else tuple(zip(*matrix, strict=True))  # no more than rows
    if _has_full_rank(columns):
        return len(columns)
    return len(columns) - len(linear.kernel(tuple(zip(*columns, strict=True))))


def test_points(n: Dense, inner: bool) -> Iterator[Row]:
    """The zero-test points: inputs, or inner coordinates."""
    log = inner and n.log
    reach = 8 if n.inputs == 1 else 3
    axis: Row = (Fraction(1, 5), Fraction(1, 3), HALF, 1, 2, 3, 5) if log else tuple(range(-reach, reach + 1))
    for k, point in enumerate(product(axis, repeat=n.inputs)):
        within(k, MAX_POINTS, "zero-test points")
        if any(x != log for x in point):
            yield point


def expanded(n: Dense, coefficients: Sequence[Number], w: Row) -> dict[Any, Number]:
    """A polynomial of w.x in the components of x: coefficients by exponents."""
    within(comb(n.inputs + len(coefficients), n.inputs), MAX_POINTS, "monomials")
    total: dict[Any, Number] = {}
    for c in reversed(coefficients):
        longer: dict[Any, Number] = {(0,) * n.inputs: c}
        for (monomial, a), (p, u) in product(total.items(), enumerate(w)):
            key = (*monomial[:p], monomial[p] + 1, *monomial[p + 1 :])
            longer[key] = longer.get(key, 0) + a * u
        total = longer
    return total


def of_polynomial(n: Dense) -> Sequence[Number]:
    """The coefficients of an activation of class P."""
    kind, *given = n.activation
    if kind == "polynomial":
        return tuple(given[0])
    (found, _), (top, bottom) = _lowest_terms(*given), ([c for c in row if c] for row in given)
    return [c * Fraction(top[-1]) / bottom[-1] / found[-1] for c in found]


def direction(n: Dense, w: Row) -> tuple[Row, Number]:
    """A vector other than 0 up to sign and scale, and its size."""
    size = max(abs(Fraction(u)) for u in w)
    return tuple(Fraction(u) / size for u in n.oriented(w)[0]), size


def terms(n: Dense, w: Row) -> dict[Any, Number]:
    """The function sigma(w.x) of x in the terms of the collected form; `Undefined` if there is none."""
    kind, half = n.activation[0], {("x", p): u * HALF for p, u in enumerate(w)}
    defined(n, n.letter in "GOEP" or kind in NAMED)
    if n.letter == "P":
        return expanded(n, of_polynomial(n), w)
    if n.is_null(w) and kind != "softplus":
        return {"one": n.at_zero[0] or 0}
    rep, eps = n.oriented(w)
    if kind == "relu":
        line, size = direction(n, w)
        return {**half, ("abs", line): size * HALF}
    if kind in HALF_LINEAR:
        return {**half, rep: 1}
    if kind == "sigmoid":
        return {"one": HALF, rep: eps}
    return {w: 1} if n.letter == "G" else {rep: n.sign(eps)}


def collected(n: Dense, neurons: Sequence[tuple[Sequence[Real], Row]]) -> dict[Any, tuple[Real, ...]]:
    """The collected form of a sum of neurons, outer weights (maybe enclosures, which count as not 0) first."""
    form: dict[Any, tuple[Real, ...]] = {}
    for outer, w in neurons:
        for key, factor in terms(n, w).items():
            form[key] = tuple(c + a * factor for c, a in zip(form.get(key, (0,) * len(outer)), outer, strict=True))
    return {key: row for key, row in form.items() if any(row)}


def some_point(n: Dense, inner: bool, shown: Callable[[Row], bool]) -> bool:
    """Whether something is shown at some zero-test point; points where it is undefined show nothing."""
    for x in test_points(n, inner):
        try:
            if shown(x):
                return True
        except (Undefined, ZeroDivisionError):
            continue
    return False


def _same_function(bits: int, n: Dense, k: Dense) -> Truth:
    alike = (n.activation, n.inner, n.outputs, n.inputs) == (k.activation, k.inner, k.outputs, k.inputs)
    both = defined([*n.neurons, *((tuple(-a for a in outer), w) for outer, w in k.neurons)], alike)
    try:
        if not collected(n, both):
            return True
    except Undefined:
        pass

    def differ(x: Row) -> bool:
        at = [sigma(n, w, x, digits(n, bits))[0] for _, w in both]
        return any(vanishes(dot(column, at)) is False for column in zip(*(outer for outer, _ in both), strict=True))

    return False if some_point(n, False, differ) else None


def irreducible(n: Dense) -> bool:
    """Whether no neuron can be left out or merged with another."""
    outer = [a for a, _ in n.scalar_neurons]
    return all(outer) and not n.nulls and len(n.classes(n.letter != "G")) == n.width


def _separated(n: Dense, d: Data) -> bool:
    opposite = {tuple(-x for x in row) for row in d.inputs if n.letter != "G"}
    return all(map(any, d.inputs)) and len({*d.inputs}) == len(d.inputs) and opposite.isdisjoint(d.inputs)


def _outputs_at(n: Dense, d: Data) -> Value:
    return exactly([[p.value for p in row] for row in outputs(defined(n, n.exact), d, 0)])


def _inertia(bits: int, n: Dense, d: Data) -> tuple[int, int, int]:
    return inertia(hessian(n, d, digits(n, bits)))


def _scalar(n: Dense) -> Dense:
    return defined(n, n.depth == 1 and n.outputs == 1)


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "dense.depth": ("N", lambda n: n.depth),
    "dense.width": ("N", lambda n: n.width),
    "dense.inputs": ("N", lambda n: n.inputs),
    "dense.outputs": ("N", lambda n: n.outputs),
    "dense.parameters": ("N", lambda n: n.size),
    "dense.samples": ("D", lambda d: len(d.inputs)),
    "dense.bias_free": ("N", lambda n: n.bias_free),
    "dense.log_inner": ("N", lambda n: n.log),
    "dense.analytic": ("N", lambda n: n.letter != "N"),
    "dense.nonpolynomial": ("N", lambda n: n.letter != "P"),
    "dense.separating": ("N", lambda n: n.letter in "GOE"),
    "dense.zero_at_zero": ("N", lambda n: n.vanishes_at_zero),
    "dense.flat_at_zero": ("N", lambda n: defined(n.at_zero[1]) == 0),
    "dense.half_square": ("D", lambda d: d.loss == "half-square"),
    "dense.separated": ("ND", _separated),
    "dense.outer": ("Ni", lambda n, j: entry(_scalar(n).layers[1][0], j)),
    "dense.inner": ("Ni", lambda n, j: entry(_scalar(n).layers[0], j)),
    "dense.same_inputs": ("DD", lambda d1, d2: d1.inputs == d2.inputs),
    "dense.outputs_at": ("ND", _outputs_at),
    "dense.residuals": ("ND", lambda n, d: exactly(residuals(defined(n, n.exact), d, 0))),
    "dense.fits": (
        "#ND",
        lambda bits, n, d: every(vanishes(e) for row in residuals(n, d, bits) for e in row),
    ),
    "dense.loss": ("#ND", lambda bits, n, d: number(loss(n, d, digits(n, bits)))),
    "dense.gradient": ("ND", lambda n, d: exactly(gradient(defined(n, n.exact), d, 0))),
    "dense.hessian": ("ND", lambda n, d: exactly(hessian(defined(n, n.exact), d, 0))),
    "dense.critical": ("#ND", lambda bits, n, d: every(map(vanishes, gradient(n, d, bits)))),
    "dense.inertia": ("#ND", _inertia),
    "dense.positive": ("#ND", lambda bits, n, d: _inertia(bits, n, d)[0]),
    "dense.negative": ("#ND", lambda bits, n, d: _inertia(bits, n, d)[1]),
    "dense.nullity": ("#ND", lambda bits, n, d: _inertia(bits, n, d)[2]),
    "dense.same_function": ("#NN", _same_function),
    "dense.irreducible": ("N", irreducible),
}
