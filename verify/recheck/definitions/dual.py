"""The dual function phi(v) = sum_i e_i sigma(v.x_i) of a network with one hidden layer; the functions `dual.*`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product, zip_longest

from ..common import Undefined, defined, dot, every
from ..formula import Truth, Value
from ..load import Number
from ..roots import common_divisor, multiplicities, primitive
from .dense import (
    Data,
    Dense,
    Row,
    collected,
    digits,
    exact_inertia,
    inertia,
    losses,
    sigma,
    some_point,
    times,
)  # fmt: skip
from .jets import Real, blurred, exactly, horner, number, vanishes

MAX_DEGREE = 200  # of phi as a polynomial in u


@dataclass(frozen=True)
class Dual:
    """phi for given inputs, coefficients e, and curvatures L."""

    network: Dense
    inputs: Sequence[Row]
    e: Sequence[Real]
    curvature: Sequence[Real]
    bits: int

    def at(self, v: Sequence[Real]) -> list[tuple[Real, Real, Real]]:
        """sigma and its derivatives at each v.x_i."""
        return [sigma(self.network, v, x, self.bits) for x in self.inputs]

    def value(self, v: Sequence[Real]) -> Real:
        return blurred(dot(self.e, (s for s, _, _ in self.at(v))), self.bits)

    def slope(self, v: Sequence[Real]) -> list[Real]:
        """The gradient."""
        factors = [e * s for e, (_, s, _) in zip(self.e, self.at(v), strict=True)]
        return blurred([dot(factors, column) for column in zip(*self.inputs, strict=True)], self.bits)

    def bend(self, v: Sequence[Real]) -> list[list[Real]]:
        """The Hessian."""
        factors = [e * s for e, (_, _, s) in zip(self.e, self.at(v), strict=True)]
        columns = list(zip(*self.inputs, strict=True))
        bend = [[sum(f * a * b for f, a, b in zip(factors, p, q, strict=True)) for q in columns] for p in columns]
        return blurred(bend, self.bits)

    def kappa(self, v: Sequence[Real]) -> Real:
        terms = (c * (s * s) for c, (s, _, _) in zip(self.curvature, self.at(v), strict=True))
        return blurred(sum(terms), self.bits)

    @property
    def momentum(self) -> list[Real]:
        """sum_i e_i x_i."""
        return blurred([dot(self.e, column) for column in zip(*self.inputs, strict=True)], self.bits)


def dual(n: Dense, d: Data, bits: int) -> Dual:
    """phi; `Undefined` unless L = 1."""
    rows = losses(defined(n, n.depth == 1), d, digits(n, bits))
    first = [row[0] for row in rows]
    return Dual(n, d.inputs, [e for _, e, _ in first], [c for _, _, c in first], digits(n, bits))


def zero(numbers: Iterable[Real]) -> Truth:
    """Whether all of some numbers are 0."""
    return every(map(vanishes, numbers))


def identically_zero(n: Dense, d: Data, bits: int) -> Truth:
    """Whether phi is 0 everywhere."""
    phi = dual(defined(n, n.outputs == 1), d, bits)
    try:
        if not collected(replace(n, inner="plain"), [((e,), x) for e, x in zip(phi.e, d.inputs, strict=True)]):
            return True
    except Undefined:
        pass
    return False if some_point(n, True, lambda v: vanishes(phi.value(v)) is False) else None


def _pairs(n: Dense) -> list[tuple[Number, Row]]:
    """The first outer weight and the inner coordinates of each neuron, biases or not."""
    return list(zip(n.layers[1][0], n.layers[0], strict=True))


def critical(bits: int, n: Dense, d: Data) -> Truth:
    phi = dual(n, d, bits)
    return zero(x for a, w in _pairs(n) for x in (phi.value(w), *(a * g for g in phi.slope(w))))


def _zero_sum_conditions(bits: int, n: Dense, d: Data) -> Truth:
    phi, pairs = dual(n, d, bits), _pairs(n)
    sums = replace(n, biases=(None, None)).signed_sums()
    inside = [pairs[j] for _, members, total in sums if total == 0 for j in members]
    values = [vanishes(phi.value(w)) for _, w in inside]
    if False in values:  # whether or not there are derivatives
        return False
    conditions = [*values, *(zero(a * g for g in phi.slope(w)) for a, w in inside)]
    slope = n.at_zero[1]
    nulls = [None if slope is None else zero(pairs[j][0] * slope * x for x in phi.momentum) for j in n.nulls]
    return every([*conditions, *nulls])


def _loss_gradient(bits: int, n: Dense, d: Data) -> Value:
    phi, pairs = dual(n, d, bits), _pairs(n)
    return exactly([*(a * g for a, w in pairs for g in phi.slope(w)), *(phi.value(w) for _, w in pairs)])


def loss_hessian(phi: Dual) -> list[list[Real]]:
    """J^T diag(L) J and what phi adds to it."""
    n, pairs = phi.network, _pairs(phi.network)
    m, dimension, size = n.width, n.inputs, n.width * (n.inputs + 1)
    at = [phi.at(w) for _, w in pairs]
    jacobian = [
        [*(a * at[j][i][1] * p for j, (a, _) in enumerate(pairs) for p in x), *(at[j][i][0] for j in range(m))]
        for i, x in enumerate(phi.inputs)
    ]
    found: list[list[Real]] = blurred([[0] * size for _ in range(size)], phi.bits)
    for row, c in zip(jacobian, phi.curvature, strict=True):
        for p, q in product(range(size), repeat=2):
            found[p][q] += c * row[p] * row[q]
    for j, (a, w) in enumerate(pairs):
        slope, bend, begin, last = phi.slope(w), phi.bend(w), j * dimension, m * dimension + j
        for p in range(dimension):
            for q in range(dimension):
                found[begin + p][begin + q] += a * bend[p][q]
            found[begin + p][last] += slope[p]
            found[last][begin + p] += slope[p]
    return found


def _in_u(n: Dense, d: Data) -> tuple[list[list[Number]], list[list[Number]]]:
    """d = 1, `log`: numerators and denominators of sigma(w x_i) as polynomials in u."""
    defined(n, n.depth == 1 and n.log and n.inputs == len(d.inputs[0]) == 1)
    defined(n, all(x.denominator == 1 for (x,) in d.inputs))
    defined(n, sum(abs(int(x)) for (x,) in d.inputs) <= MAX_DEGREE)
    tops, bottoms = list[list[Number]](), list[list[Number]]()
    for (x,) in d.inputs:
        one, power = (list[Number]([0] * int(k) + [1]) for k in (max(-x, 0), max(x, 0)))  # u**x is power/one
        both = [a + b for a, b in zip_longest(power, one, fillvalue=0)]
        minus = [a - b for a, b in zip_longest(power, one, fillvalue=0)]
        kind = n.activation[0]
        tops.append(minus if kind == "tanh" else power)
        bottoms.append(one if kind == "exp" else both)
    return tops, bottoms


def _combined(coefficients: Iterable[Number], polynomials: Iterable[Sequence[Number]]) -> list[Number]:
    """A linear combination of polynomials."""
    rows = [[c * x for x in p] for c, p in zip(coefficients, polynomials, strict=True)]
    return [sum(column) for column in zip_longest(*rows, fillvalue=0)]


def _over_common(tops: list[list[Number]], bottoms: list[list[Number]]) -> tuple[list[list[Number]], list[Number]]:
    """Numerators over the product of all denominators, and this product."""
    rest = [times(*(b for j, b in enumerate(bottoms) if j != i)) for i in range(len(bottoms))]
    return [times(top, other) for top, other in zip(tops, rest, strict=True)], times(*bottoms)


def _zero_multiplicities(bits: int, n: Dense, d: Data) -> Value:
    tops, _ = _over_common(*_in_u(n, d))
    p = primitive(_combined(dual(n, d, bits).e, tops))
    return tuple(multiplicities(defined(p, p), 0, None))


def _dimension(bits: int, n: Dense, d: Data) -> int:
    """Of the set of critical points with the output function of n, near n, where it is certain."""
    phi, d1, everywhere = dual(n, d, bits), n.inputs == 1, identically_zero(n, d, bits)
    pairs = n.scalar_neurons
    defined(n, n.letter in "GOE" and critical(bits, n, d))

    def of_zeros(flat: bool, transversal: bool) -> int:
        """The dimension of Z near a point (`flat`: of Z'); `transversal`: the derivative there has full rank."""
        if everywhere:
            return n.inputs
        if transversal:
            return 0 if flat else n.inputs - 1
        return defined(0, d1 and everywhere is False)

    total = sum(zero(defined(n.at_zero[1]) * x for x in phi.momentum) is True for _ in n.nulls)
    for _, members, signed_sum in n.signed_sums():
        if signed_sum:
            total += len(members) - 1
        elif any(pairs[j][0] for j in members):
            total += len(members) - 1 + of_zeros(True, inertia(phi.bend(pairs[members[0]][1]))[2] == 0)
        else:
            total += sum(of_zeros(False, zero(phi.slope(pairs[j][1])) is False) for j in members)
    return total


def _width_one(n: Dense, d: Data) -> tuple[list[Number], list[Number], list[Number]]:
    """Numerators of G, sum t**2 and sum y t in u, up to factors that are positive for u > 0."""
    defined(n, n.width == 1 and n.outputs == 1 and d.loss == "half-square" and len(d.targets[0]) == 1)
    t, below = _over_common(*_in_u(n, d))
    kind, y = n.activation[0], [row[0] for row in d.targets]
    square = times(below, below)
    rate = {
        "tanh": lambda p: _combined((1, -1), (square, times(p, p))),
        "sigmoid": lambda p: _combined((1, -1), (times(p, below), times(p, p))),
        "exp": lambda p: times(p, below),
    }[kind]
    squares, moment = _combined([1] * len(t), [times(p, p) for p in t]), _combined(y, t)
    parts = []
    for (x,), value, p in zip(d.inputs, y, t, strict=True):
        parts.append(times(_combined((1, -value), (times(moment, p), squares)), [x * c for c in rate(p)]))
    return _combined([1] * len(parts), parts), squares, times(moment, below)


def _width_one_listed(n: Dense, d: Data) -> bool:
    (equation, squares, moment), ((a, (u,)),) = _width_one(n, d), _pairs(n)
    g, s, y = (horner(p, u) for p in (equation, squares, moment))
    if g != 0 or a == 0 or (n.activation[0] == "tanh" and u == 1):
        return False
    return defined(a * s == y, s)


def _width_one_count(n: Dense, d: Data) -> int:
    equation, squares, moment = _width_one(n, d)
    p, excluded = primitive(defined(equation, any(equation))), primitive(times(squares, moment))
    return len(multiplicities(p, 0, None)) - len(multiplicities(common_divisor(p, excluded), 0, None))


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "dual.value": ("#NDv", lambda bits, n, d, v: number(dual(n, d, bits).value(v))),
    "dual.gradient": ("#NDv", lambda bits, n, d, v: exactly(dual(n, d, bits).slope(v))),
    "dual.hessian": ("#NDv", lambda bits, n, d, v: exactly(dual(n, d, bits).bend(v))),
    "dual.inertia": ("#NDv", lambda bits, n, d, v: exact_inertia(dual(n, d, bits).bend(v))),
    "dual.kappa": ("#NDv", lambda bits, n, d, v: number(dual(n, d, bits).kappa(v))),
    "dual.vanishes": ("#ND", lambda bits, n, d: defined(identically_zero(n, d, bits))),
    "dual.loss_gradient": ("#ND", _loss_gradient),
    "dual.loss_hessian": ("#ND", lambda bits, n, d: exactly(loss_hessian(dual(n, d, bits)))),
    "dual.critical": ("#ND", critical),
    "dual.zero_sum_conditions": ("#ND", _zero_sum_conditions),
    "dual.zero_multiplicities": ("#ND", _zero_multiplicities),
    "dual.zero_count": ("#ND", lambda bits, n, d: len(_zero_multiplicities(bits, n, d))),
    "dual.local_dimension": ("#ND", _dimension),
    "dual.width_one_listed": ("ND", _width_one_listed),
    "dual.width_one_count": ("ND", _width_one_count),
}
