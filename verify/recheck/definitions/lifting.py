"""Which points of a wide network are critical whatever the data; the functions `lifting.*`."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from .. import linear
from ..common import Undefined, defined, dot, within
from ..formula import Truth, Value
from ..load import Number, lowest
from .dense import (
    HALF_LINEAR,
    Data,
    Dense,
    Matrix,
    Row,
    direction,
    expanded,
    of_polynomial,
    outputs,
    rank,
    sigma,
    terms,
    test_points,
)  # fmt: skip
from .jets import HALF, exactly

MAX_MAPS = 200_000
Terms = dict[Any, Number]


def _tangents(n: Dense, d: Data) -> Matrix:
    """M: a row for each parameter, a column for each input and output."""
    jets = [p for row in outputs(defined(n, n.exact and n.neurons), d, 0) for p in row]
    return exactly([[p.slope.get(k, 0) for p in jets] for k in range(n.size)])


def _values(n: Dense, vectors: Sequence[Row], inputs: Iterable[Row], slopes: bool = False) -> Matrix:
    """Rows sigma(v.x), and x_p sigma'(v.x) for each p if wanted; inputs where something is undefined are left out."""
    columns = []
    for x in inputs:
        try:
            at = [sigma(defined(n, n.exact), v, x, 0)[:2] for v in vectors]
            columns.append(exactly([*(s for s, _ in at), *(p * s for _, s in at for p in x if slopes)]))
        except (Undefined, ZeroDivisionError):
            continue
    return tuple(zip(*columns, strict=True))


def _rows(table: Sequence[Terms]) -> Matrix:
    """Combinations of terms as rows over all terms that occur."""
    keys = list(dict.fromkeys(key for row in table for key in row))
    return [[row.get(key, 0) for key in keys] or [0] for row in table]


def _samples(n: Dense, rows: int) -> list[list[Row]]:
    """Some zero-test points, which are often enough, and all of them."""
    points = list(test_points(n, False))
    step = len(points) // (3 * rows) or 1
    return [points[:: step + (step % 7 == 0)], points]


def _neurons_independent(n: Dense) -> bool:
    vectors = [w for _, w in n.neurons]
    for points in _samples(n, n.width):
        if rank(defined(found := _values(n, vectors, points), found)) == n.width:
            return True
    return defined(False, rank(_rows([terms(n, w) for w in vectors])) < n.width)


def _tangents_independent(n: Dense) -> bool:
    size, vectors = n.width * (n.inputs + 1), [w for _, w in n.neurons]
    return defined(True, any(rank(_values(n, vectors, points, slopes=True)) == size for points in _samples(n, size)))


def _slope_terms(n: Dense, w: Row, p: int) -> Terms:
    """The function x_p sigma'(w.x) of x in the terms of the collected form."""
    kind, rest = n.activation[0], {("x", p): HALF}
    if n.letter == "P":
        axis = tuple(int(q == p) for q in range(n.inputs))
        found = expanded(n, [k * c for k, c in enumerate(of_polynomial(n))][1:], w)
        return {tuple(a + b for a, b in zip(key, axis, strict=True)): c for key, c in found.items()}
    rep, eps = n.oriented(w)
    if n.is_null(w):
        terms(n, w)  # undefined where there is no collected form
        return {("x", p): defined(n.at_zero[1])}
    if kind == "relu":
        return {**rest, ("abs", p, direction(n, w)[0]): eps * HALF}
    if kind in HALF_LINEAR:
        return {**rest, ("slope", p, rep): eps}
    terms(n, w)
    return {("slope", p, w): 1} if n.letter == "G" else {("slope", p, rep): eps if n.letter == "E" else 1}


def _derivatives(n: Dense) -> list[Terms]:
    """The derivatives of the output by the parameters, in terms."""
    slopes = [
        {k: a * c for k, c in _slope_terms(n, w, p).items()} for a, w in n.scalar_neurons for p in range(n.inputs)
    ]
    return [*slopes, *(terms(n, w) for _, w in n.scalar_neurons)]


def _in_span(n: Dense, k: Dense) -> Truth:
    defined(n, (n.activation, n.inner, n.inputs) == (k.activation, k.inner, k.inputs))
    both = [*n.scalar_neurons, *k.scalar_neurons]
    factors = [*[1] * len(both), *(a for a, _ in both for _ in range(n.inputs))]
    slopes = len(both) + n.width * n.inputs
    for points in _samples(n, len(factors)):
        found = _values(n, [w for _, w in both], points, slopes=True)
        rows = [[a * c for c in row] for a, row in zip(factors, defined(found, found), strict=True)]
        if rank(rows) > rank([*rows[: n.width], *rows[len(both) : slopes]]):
            return False
    narrow = _derivatives(n)
    table = _rows([*narrow, *_derivatives(k)])
    return defined(True, rank(table) == rank(table[: len(narrow)]))


def _critical_with(n: Dense, k: Dense, d: Data) -> bool:
    narrow, wide = _tangents(defined(n, n.outputs == k.outputs == 1), d), _tangents(k, d)
    rows = [[row[0].value for row in outputs(x, d, 0)] for x in (n, k)]
    change = exactly([b - a for a, b in zip(*rows, strict=True)])
    return all(dot(row, e) == 0 for e in (change, *linear.kernel(narrow)) for row in wide)


def _multiple(x: Sequence[Number], y: Sequence[Number]) -> bool:
    """Whether x is a multiple of y."""
    return (
        any(y) and all(a * d == b * c for a, c in zip(x, y, strict=True) for b, d in zip(x, y, strict=True))
    ) or not any(x)


def _split_or_null(n: Dense, k: Dense) -> bool:
    """Tries every map of the neurons of k to those of n, with signs, or to null."""
    alike = (n.activation, n.inner, n.inputs, n.outputs) == (k.activation, k.inner, k.inputs, k.outputs)
    narrow, choices = defined(n, alike).neurons, list[list[tuple[int | None, Row]]]()
    for j, (outer, w) in enumerate(k.neurons):
        null = j in k.nulls and (not any(outer) or n.at_zero[1] == 0)
        found: list[tuple[int | None, Row]] = [(None, outer)] if null else []
        for (i, (target, v)), eps in product(enumerate(narrow), (1, -1) if n.signed else (1,)):
            row = tuple(n.sign(eps) * a for a in outer)
            if n.turned(v, eps) == w and _multiple(row, target):
                found.append((i, row))
        choices.append(found)
    within(prod(map(len, choices)), MAX_MAPS, "maps between neurons")
    for chosen in product(*choices):
        copies = [[row for i, row in chosen if i == j] for j in range(n.width)]
        if all(rows and tuple(map(sum, zip(*rows, strict=True))) == narrow[j][0] for j, rows in enumerate(copies)):
            return True
    return False


def _row_in_span(n: Dense, d: Data, v: Row) -> bool:
    tangents = _tangents(defined(n, n.outputs == 1), d)
    row = exactly([sigma(n, v, x, 0)[0] for x in d.inputs])
    return rank([*tangents, row]) == rank(tangents)


def _data(n: Dense, d: Data, v: Row, inside: bool) -> Data:
    """Targets with residuals e, M e = 0: the first e in a basis that the row of v sees, or (`inside`) does not."""
    tangents = _tangents(defined(n, n.outputs == 1), d)
    row = exactly([sigma(n, v, x, 0)[0] for x in d.inputs])
    basis = linear.kernel([*tangents, row] if inside else tangents)
    seen = [e for e in basis if inside or dot(row, e)]
    residuals = [*seen, *[[Fraction(0)] * len(row)] * inside]
    values = exactly([y[0].value for y in outputs(n, d, 0)])
    e = defined(residuals, residuals)[0]
    return Data(d.inputs, tuple((lowest(y - x),) for y, x in zip(values, e, strict=True)))


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "lifting.separating_data": ("NDv", lambda n, d, v: _data(n, d, v, False)),
    "lifting.joint_data": ("NDv", lambda n, d, v: _data(n, d, v, True)),
    "lifting.rank": ("ND", lambda n, d: rank(_tangents(n, d))),
    "lifting.joint_rank": ("NND", lambda n, k, d: rank([*_tangents(n, d), *_tangents(k, d)])),
    "lifting.neuron_rank": (
        "ND",
        lambda n, d: rank(exactly([[sigma(defined(n, n.exact), w, x, 0)[0] for x in d.inputs] for _, w in n.neurons])),
    ),
    "lifting.neurons_independent": ("N", _neurons_independent),
    "lifting.tangents_independent": ("N", _tangents_independent),
    "lifting.in_span": ("NN", _in_span),
    "lifting.critical_with": ("NND", _critical_with),
    "lifting.split_or_null": ("NN", _split_or_null),
    "lifting.row_in_span": ("NDv", _row_in_span),
}
