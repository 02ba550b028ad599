"""Embeddings of narrow networks into wide ones, and their laws of inertia; the functions `embedding.*`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

from ..common import defined, dot, entry, every
from ..formula import Truth, Value, sign
from ..load import Number, exact, lowest, require
from ..shapes import many, of_type, record, such_that
from .dense import (
    Data,
    Dense,
    Matrix,
    Row,
    digits,
    exact_inertia,
    gradient,
    hessian,
    inertia,
    rank,
    residuals,
)  # fmt: skip
from .dual import Dual, critical, dual, identically_zero, zero
from .jets import HALF, Real, exactly

Inertia = tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """What becomes of one neuron: a coefficient, a sign and a shift (None: no shift) for each copy."""

    neuron: int
    coefficients: Row
    signs: Row
    shifts: tuple[Row, ...] | None


@dataclass(frozen=True)
class Block:
    """Neurons to be added: rows of outer weights, vectors of inner coordinates."""

    outer: tuple[Row, ...]
    inner: tuple[Row, ...]


ROWS = such_that(many(many(exact)), len, "an array of vectors is empty")
COEFFICIENTS = such_that(many(exact), len, "there is no coefficient")
SIGNS = such_that(many(exact), lambda signs: {*signs} <= {1, -1}, "signs are 1 or -1")
GROUP = record({"signs": SIGNS, "shifts": ROWS}, neuron=such_that(exact, lambda j: j in range(10**6), "no index"),
               coefficients=COEFFICIENTS)  # fmt: skip
BLOCK = record(outer=of_type(list), inner=ROWS)


def _group(data: Any) -> Group:
    found = GROUP(data)
    group = Group(**{"signs": (1,) * len(found["coefficients"]), "shifts": None, **found})
    lengths = {len(group.coefficients), len(group.signs), len(group.shifts or group.signs)}
    require(len(lengths) == 1, "a splitting has not as many signs or shifts as coefficients")
    return group


def parse_splitting(data: Any) -> tuple[Group, ...]:
    """Read a splitting; `Rejected` if it is malformed."""
    groups = many(_group)(data)
    require(len({group.neuron for group in groups}) == len(groups), "a splitting names a neuron twice")
    return groups


def parse_block(data: Any) -> Block:
    """Read a block; `Rejected` if it is malformed."""
    found = BLOCK(data)
    outer = tuple(many(exact)(row if type(row) is list else [row]) for row in found["outer"])
    fits = len(outer) == len(found["inner"]) and len({*map(len, outer)}) == 1
    require(fits, "the outer weights of a block are not as many as the inner ones, of one length each")
    return Block(outer, found["inner"])


def _moved(n: Dense, w: Row, shift: Row) -> Row:
    """Inner coordinates after a displacement."""
    defined(w, len(w) == len(shift) and (not n.log or all(u > 0 for u in shift)))
    return tuple(u * h if n.log else u + h for u, h in zip(w, shift, strict=True))


def _copies(n: Dense, s: Sequence[Group]) -> list[tuple[int, Number, int, int, Row | None]]:
    """The neurons of the split network: the neuron copied, coefficient, eps, s(eps), shift."""
    groups = {group.neuron: group for group in s}
    defined(s, all(j < n.width for j in groups))
    found: list[tuple[int, Number, int, int, Row | None]] = []
    for j in range(n.width):
        group = groups.get(j, Group(j, (1,), (1,), None))
        shifts = group.shifts or [None] * len(group.signs)
        for delta, eps, shift in zip(group.coefficients, group.signs, shifts, strict=True):
            found.append((j, delta, int(eps), n.sign(int(eps)), shift))
    return found


def split(n: Dense, s: Sequence[Group]) -> Dense:
    """The split network."""
    neurons, wide = n.neurons, []
    for j, delta, eps, factor, shift in _copies(n, s):
        outer, inner = neurons[j]
        moved = inner if shift is None else _moved(n, inner, shift)
        wide.append((tuple(a * delta * factor for a in outer), n.turned(moved, eps)))
    return n.with_neurons(wide)


def append(n: Dense, b: Block) -> Dense:
    """The network with the neurons of a block added."""
    fits = all(len(a) == n.outputs for a in b.outer) and all(len(w) == n.inputs for w in b.inner)
    defined(b, fits and (not n.log or all(u > 0 for w in b.inner for u in w)))
    return n.with_neurons([*n.neurons, *zip(b.outer, b.inner, strict=True)])


def _reduce(n: Dense) -> Dense:
    defined(n, n.letter in "GOE")
    return n.with_neurons([((total,), v) for v, _, total in n.signed_sums() if total])


def _split_gradient(bits: int, n: Dense, d: Data, s: Sequence[Group]) -> Value:
    copies, narrow = _copies(defined(n, n.neurons), s), gradient(n, d, bits)
    inner = [
        eps * delta * narrow[j * n.inputs + p]
        for j, delta, eps, _, _ in copies for p in range(n.inputs)
    ]  # fmt: skip
    begin = n.width * n.inputs
    outer = [factor * narrow[begin + c * n.width + j] for c in range(n.outputs) for j, _, _, factor, _ in copies]
    return exactly([*inner, *outer])


def _weighted(bits: int, n: Dense, d: Data, weights: Sequence[Number]) -> Dual:
    """The dual function with sum_c weights_c e_ic in place of e_i."""
    rows = residuals(n, d, bits)
    return Dual(n, d.inputs, [dot(weights, row) for row in rows], [0] * len(rows), digits(n, bits))


def curvature(bits: int, n: Dense, d: Data, j: int) -> list[list[Real]]:
    """B_j."""
    outer, w = entry(n.neurons, j)
    return _weighted(bits, n, d, outer).bend(w)


def cross(bits: int, n: Dense, d: Data, j: int) -> list[list[Real]]:
    """C: a row for each output."""
    _, w = entry(n.neurons, j)
    units = [[int(c == k) for k in range(n.outputs)] for c in range(n.outputs)]
    return [_weighted(bits, n, d, unit).slope(w) for unit in units]


def _total(*triples: Inertia) -> Inertia:
    return tuple(map(sum, zip(*triples, strict=True)))


def signs_of(coefficients: Sequence[Number]) -> tuple[int, int, int]:
    """How many are positive, negative, zero."""
    signs = list(map(sign, coefficients))
    return signs.count(1), signs.count(-1), signs.count(0)


def split_law(dimension: int, narrow: Inertia, groups: Sequence[tuple[Row, Inertia]]) -> Inertia:
    """What splitting makes of an inertia; of each group the coefficients and In(B)."""
    for coefficients, (b_plus, b_minus, b_zero) in groups:
        p, q, z = signs_of(coefficients)
        more = (p - 1) * b_plus + q * b_minus, (p - 1) * b_minus + q * b_plus
        narrow = _total(narrow, (*more, p + q + z - 1 + z * dimension + (p - 1 + q) * b_zero))
        defined(p or None)
    return narrow


def _split_law(bits: int, n: Dense, d: Data, s: Sequence[Group]) -> Inertia:
    groups = [(group.coefficients, exact_inertia(curvature(bits, n, d, group.neuron))) for group in s]
    return split_law(n.inputs, exact_inertia(hessian(n, d, bits)), groups)


def _group_form(c: Sequence[Sequence[Real]], b: Sequence[Sequence[Real]], delta: Row) -> list[list[Real]]:
    """[[0, I (x) C], [I (x) C^T, G (x) B]], the rows (copy, output) and then (copy, input)."""
    kinds = ((0, len(c)), (1, len(b)))
    places = [(k, kind, p) for kind, size in kinds for k in range(len(delta)) for p in range(size)]

    def at(i: tuple[int, int, int], j: tuple[int, int, int]) -> Real:
        (k, kind, p), (m, other, q) = i, j
        if kind != other:
            return (c[p][q] if other else c[q][p]) * int(k == m)
        return b[p][q] * (delta[k] * int(k == m) - delta[k] * delta[m]) if kind else 0

    return [[at(i, j) for j in places] for i in places]


def _multi_split_law(bits: int, n: Dense, d: Data, s: Sequence[Group]) -> Inertia:
    total: Inertia = exact_inertia(hessian(n, d, bits))
    for group in s:
        b, c = curvature(bits, n, d, group.neuron), cross(bits, n, d, group.neuron)
        total = _total(total, exact_inertia(_group_form(c, b, group.coefficients[1:])))
    return total


def _zero_block_law(bits: int, n: Dense, d: Data, block: Block) -> Inertia:
    c, vectors, b = [row[0] for row in block.outer], block.inner, len(block.inner)
    defined(append(n, block), n.outputs == 1)
    phi = dual(n, d, bits)
    flat = [zero(phi.slope(v)) for v in vectors]
    if not any(c) and all(truth is False for truth in flat):
        return _total(exact_inertia(hessian(n, d, bits)), (b, b, b * (n.inputs - 1)))
    wide = append(n, Block(((0,),), vectors[:1]))
    old = range(n.width * n.inputs)
    kept = [*old, *range(len(old) + n.inputs, wide.size)]
    h = hessian(wide, d, bits)
    extended = exact_inertia([[h[p][q] for q in kept] for p in kept])
    if b == 1 and c[0] == 0:
        return _total(extended, (0, 0, defined(n.inputs, flat[0])))
    defined(c, any(c) and sum(c) == 0 and len({*vectors}) == 1 and flat[0])
    p, q, z = signs_of(c)
    plus, minus, _ = defined(f := exact_inertia(phi.bend(vectors[0])), f[2] == 0)
    up, down = (p - 1) * plus + (q - 1) * minus, (p - 1) * minus + (q - 1) * plus
    return _total(extended, (n.inputs + up, n.inputs + down, b - 1 + z * n.inputs))


def _plateau_rule(bits: int, n: Dense, d: Data, s: Sequence[Group]) -> Truth:
    truths: list[Truth] = []
    for group in s:
        entry(n.neurons, group.neuron)
        if len(group.coefficients) > 1:
            plus, minus, _ = defined(f := inertia(curvature(bits, n, d, group.neuron)), f[2] == 0)
            p = signs_of(group.coefficients)[0]
            truths.append((not minus and p == len(group.coefficients)) or (not plus and p == 1))
    return every(truths)


def _local_minimum(bits: int, n: Dense, d: Data) -> Truth:
    defined(n.scalar_neurons, d.loss in ("half-square", "square"))
    terms = residuals(n, d, bits)
    fits, everywhere = zero(e for row in terms for e in row), identically_zero(n, d, bits)
    if fits or everywhere:
        return True
    stationary = critical(bits, n, d)
    _, negative, nullity = inertia(hessian(n, d, bits)) if stationary is not False else (0, 0, 0)
    if stationary is False or negative:
        return False
    phi = dual(n, d, bits)
    free = sum(len(members) - 1 for v, members, _ in n.signed_sums() if zero(phi.slope(v)))
    free += sum(zero(defined(n.at_zero[1]) * x for x in phi.momentum) is True for _ in n.nulls)
    return defined(True, stationary and nullity == free)


def moved(n: Dense, q: Sequence[int], h: Row, t: Number) -> Dense:
    """The network with the neurons q displaced by h, and t added to the outer weight of the first."""
    neurons = n.scalar_neurons
    defined(q, len({entry(neurons, j)[1] for j in q}) == 1 and len({*q}) == len(q))
    return n.with_neurons([
        ((a + t * (j == q[0]),), _moved(n, w, h) if j in q else w) for j, (a, w) in enumerate(neurons)
    ])  # fmt: skip


def _partial_sum(n: Dense, q: Sequence[int]) -> Number:
    chosen = [entry(n.scalar_neurons, j) for j in q]
    defined(q, len({*q}) == len(q) and len({w for _, w in chosen}) == 1)
    return sum(a for a, _ in chosen)


def _escape(up: bool) -> Callable[..., Dense]:
    def escape(bits: int, n: Dense, d: Data, q: Sequence[int], r: Number) -> Dense:
        phi = dual(n, d, bits)
        v = defined(moved(n, q, (int(n.log),) * n.inputs, 0), n.exact and r > 0).layers[0][q[0]]
        for i in range(2, 10):
            for p in range(2 * n.inputs):
                step = (1 + Fraction(r) / 2**i) ** (-1) ** p if n.log else Fraction(r) / 2**i * (-1) ** p
                h = tuple(step if k == p // 2 else int(n.log) for k in range(n.inputs))
                (value,) = exactly([phi.value(_moved(n, v, h))])
                if value:
                    t = sign(value) * r * HALF if up else -Fraction(value) / exactly(phi.kappa(_moved(n, v, h)))
                    return moved(n, q, h, max(-r * HALF, min(t, r * HALF)))
        return defined(n, identically_zero(n, d, bits))

    return escape


def _distance(n: Dense, k: Dense) -> Number:
    shapes = [([(len(w), len(w[0])) for w in x.layers], [b is None for b in x.biases]) for x in (n, k)]
    defined(n, shapes[0] == shapes[1] and n.inner == k.inner)

    def numbers(x: Dense, inner: bool) -> list[Number]:
        listed = [*x.layers[:1], [x.biases[0] or ()]] if inner else [*x.layers[1:], [b or () for b in x.biases[1:]]]
        return [a for w in listed for row in w for a in row]

    outer = [abs(Fraction(a - b)) for a, b in zip(numbers(n, False), numbers(k, False), strict=True)]
    pairs = zip(numbers(n, True), numbers(k, True), strict=True)
    inner = [max(Fraction(a) / b, Fraction(b) / a) - 1 if n.log else abs(Fraction(a - b)) for a, b in pairs]
    return lowest(max(*outer, *inner))


def _product(a: Sequence[Sequence[Real]], b: Sequence[Sequence[Real]]) -> list[list[Real]]:
    columns = list(zip(*b, strict=True))
    return [[sum(map(mul, row, column)) for column in columns] for row in a]


def _same(a: Sequence[Sequence[Real]], b: Sequence[Sequence[Real]]) -> Truth:
    return zero(x - y for rows in zip(a, b, strict=True) for x, y in zip(*rows, strict=True))


def _gradient_matrix_holds(bits: int, n: Dense, w: Dense, d: Data, t: Matrix, m: Matrix) -> Truth:
    narrow, wide = (hessian(x, d, bits) for x in (n, w))
    defined(t, len(t) == len(m) == w.size and len(t[0]) == len(m[0]) == n.size)
    return every([_same(_product(wide, t), _product(m, narrow)), rank(t) == n.size])


def _loss_form_holds(bits: int, n: Dense, w: Dense, d: Data, t: Matrix) -> Truth:
    narrow, wide = (hessian(x, d, bits) for x in (n, w))
    defined(t, len(t) == w.size and len(t[0]) == n.size)
    return _same(_product(tuple(zip(*t, strict=True)), _product(wide, t)), narrow)


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "embedding.split": ("NS", split),
    "embedding.append": ("NB", append),
    "embedding.reduce": ("N", _reduce),
    "embedding.sums_to_one": ("S", lambda s: all(sum(group.coefficients) == 1 for group in s)),
    "embedding.unshifted": ("S", lambda s: not any(any(map(any, group.shifts or ())) for group in s)),
    "embedding.proper": ("S", lambda s: all(0 not in group.coefficients for group in s)),
    "embedding.zero_sum": ("B", lambda b: not any(map(sum, zip(*b.outer, strict=True)))),
    "embedding.same_inner": ("B", lambda b: len({*b.inner}) == 1),
    "embedding.size": ("B", lambda b: len(b.inner)),
    "embedding.split_gradient": ("#NDS", _split_gradient),
    "embedding.curvature_inertia": ("#NDi", lambda *given: exact_inertia(curvature(*given))),
    "embedding.split_law": ("#NDS", _split_law),
    "embedding.multi_split_law": ("#NDS", _multi_split_law),
    "embedding.cross_rank": ("#NDi", lambda *given: rank(exactly(cross(*given)))),
    "embedding.zero_block_law": ("#NDB", _zero_block_law),
    "embedding.plateau_rule": ("#NDS", _plateau_rule),
    "embedding.local_minimum": ("#ND", _local_minimum),
    "embedding.moved": ("Ncvr", moved),
    "embedding.partial_sum": ("Nc", _partial_sum),
    "embedding.escape": ("#NDcr", _escape(False)),
    "embedding.climb": ("#NDcr", _escape(True)),
    "embedding.distance": ("NN", _distance),
    "embedding.gradient_matrix_holds": ("#NNDMM", _gradient_matrix_holds),
    "embedding.loss_form_holds": ("#NNDM", _loss_form_holds),
}
