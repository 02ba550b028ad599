"""Dense networks whose parameters lie in a box, or whose residuals are designed; the functions `boxes.*`, `designed.*`."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

from .. import linear
from ..common import defined, entry, within
from ..formula import Truth, Value
from ..load import Number
from .dense import (
    GUARD,
    MAX_WORK,
    Data,
    Dense,
    Row,
    digits,
    forward,
    gradient,
    hessian,
    inertia,
    loss,
    losses,
)  # fmt: skip
from .dual import Dual, loss_hessian
from .embedding import Group, Inertia, split_law
from .jets import HALF, Fixed, Real, blurred, enclosure, fixed, number, vanishes


def _plain(n: Dense, r: Number) -> Dense:
    """The network; `Undefined` if there is no box of this radius about it."""
    return defined(n, not n.log and r > 0)


def _boxed(bits: int, n: Dense, d: Data, r: Number) -> list[list[Real]]:
    """The Hessian over the box."""
    return hessian(_plain(n, r), d, bits, r)


def _certain(matrix: Sequence[Sequence[Real]]) -> Inertia:
    """The inertia of all matrices within an enclosure (or one matrix), with no zero eigenvalue."""
    return defined(found := inertia(matrix), found[2] == 0)


def _unique_critical(bits: int, n: Dense, d: Data, r: Number) -> Truth:
    over, h = gradient(_plain(n, r), d, bits, r), _boxed(bits, n, d, r)
    middle, ball = gradient(n, d, bits, 0), fixed(0, bits + GUARD, r)
    taylor = [g + sum(x * ball for x in row) for g, row in zip(middle, h, strict=True)]
    if any(vanishes(g) is False for g in (*over, *taylor)):
        return False
    jacobian = [[enclosure(x) for x in row] for row in h]
    return defined(True, linear.krawczyk([enclosure(g) for g in middle], jacobian, [Fraction(r)] * n.size))


def _curvature(bits: int, n: Dense, d: Data, r: Number, j: int) -> Inertia:
    """The inertia of B_j at every point of the box."""
    outer, w = entry(defined(_plain(n, r), n.outputs == 1).neurons, j)
    work = bits + GUARD
    phi = Dual(n, d.inputs, [row[0][1] for row in losses(n, d, work, r)], [], work)
    bend = phi.bend([fixed(u, work, r) for u in w])
    return _certain([[x * fixed(outer[0], work, r) for x in row] for row in bend])


def _split_law(bits: int, n: Dense, d: Data, r: Number, s: Sequence[Group]) -> Inertia:
    groups = [(group.coefficients, _curvature(bits, n, d, r, group.neuron)) for group in s]
    return split_law(n.inputs, _certain(_boxed(bits, n, d, r)), groups)


def _signs(bits: int, n: Dense, d: Data, r: Number) -> Value:
    return linear.certain_signs([[enclosure(x) for x in row] for row in _boxed(bits, n, d, r)])


def _size(x: Real) -> Number:
    """A measure of a number that is not 0, to choose pivots by."""
    return min(abs(x.lo), abs(x.hi)) if type(x) is Fixed else abs(x)


def _solved(rows: list[list[Real]]) -> list[Real]:
    """The solution of a linear system, right-hand sides last; `Undefined` if no pivot is certainly not 0."""
    for k in range(len(rows)):
        candidates = [i for i in range(k, len(rows)) if vanishes(rows[i][k]) is False]
        chosen = max(defined(candidates, candidates), key=lambda i: _size(rows[i][k]))
        rows[k], rows[chosen] = rows[chosen], rows[k]
        inverse = Fraction(1) / rows[k][k]
        rows[k] = [x * inverse for x in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [x - y * rows[i][k] for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


@lru_cache(maxsize=8)
def _designed(bits: int, n: Dense, x: tuple[Row, ...], e: Row) -> Dual:
    """phi of the residuals for which the network is critical."""
    defined(n.scalar_neurons, not n.log and len(x) > n.size and len(e) == len(x) - n.size and len(x[0]) == n.inputs)
    within(len(x) * n.size**2, MAX_WORK, "entries of a linear system")
    work = digits(n, bits)
    slopes = [forward(n, row, work)[0].slope for row in x]
    given = zip(slopes[n.size :], e, strict=True)
    moments = [(slope, c) for slope, c in given]
    rows = [
        [*(s.get(p, 0) for s in slopes[: n.size]), -sum(s.get(p, 0) * c for s, c in moments)] for p in range(n.size)
    ]
    return Dual(n, x, [*blurred(_solved(rows), work), *e], [1] * len(x), work)


def _only(x: Sequence[Real]) -> Real:
    """The single entry of a vector."""
    return x[defined(0, len(x) == 1)]


def _designed_loss(bits: int, n: Dense, x: tuple[Row, ...], e: Row) -> Value:
    phi = _designed(bits, n, x, e)
    return number(blurred(sum(c * c for c in phi.e) * HALF, phi.bits))


def _designed_curvature(bits: int, n: Dense, x: tuple[Row, ...], e: Row) -> Value:
    (a, w), phi = _only(n.scalar_neurons), _designed(bits, n, x, e)
    return number(_only(_only(phi.bend(w))) * a)


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "boxes.unique_critical": ("#NDr", _unique_critical),
    "boxes.inertia": ("#NDr", lambda *given: _certain(_boxed(*given))),
    "boxes.curvature_inertia": ("#NDri", _curvature),
    "boxes.certain_signs": ("#NDr", _signs),
    "boxes.split_law": ("#NDrS", _split_law),
    "boxes.loss": ("#NDr", lambda bits, n, d, r: enclosure(loss(_plain(n, r), d, bits + GUARD, r))),
    "designed.residual": ("#NMvi", lambda bits, n, x, e, i: number(entry(_designed(bits, n, x, e).e, i))),
    "designed.loss": ("#NMv", _designed_loss),
    "designed.dual": ("#NMvv", lambda bits, n, x, e, v: number(_designed(bits, n, x, e).value(v))),
    "designed.dual_slope": ("#NMvv", lambda bits, n, x, e, v: number(_only(_designed(bits, n, x, e).slope(v)))),
    "designed.curvature": ("#NMv", _designed_curvature),
    "designed.inertia": ("#NMv", lambda *given: _certain(loss_hessian(_designed(*given)))),
}
