"""The dual function phi(v) = sum_i e_i sigma(v.x_i) of a network with one hidden layer on data.

Gradient and Hessian of the loss, and all neurons that may be added at a critical point, are seen through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from flint import arb, fmpq, fmpq_mat, fmpq_poly

from verify.arithmetic import endpoints
from verify.networks.activations import Jet, Number
from verify.networks.dense import LOG, Data, Evaluation, Network, Neuron, Vector
from verify.networks.dense_forms import collected, zero_test_weights

LARGEST_DEGREE = 200
"""Of phi as a polynomial in u: zeros of larger ones would take minutes."""


class Dual:
    """phi and its derivatives in the weights, at inner coordinates v; e_i are the first output's residual derivatives.

    ``residuals`` and what depends on them are None where the outputs are undefined.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.network: Network = evaluation.network
        self.data: Data = evaluation.data
        rows, curvatures = evaluation.residuals, evaluation.curvatures
        self.exact = evaluation.exact
        self.residuals: list[Number] | None = None if rows is None else [row[0] for row in rows]
        self.curvatures: list[Number] | None = None if curvatures is None else [row[0] for row in curvatures]

    def _jets(self, v: Sequence[Number], order: int) -> list[Number] | None:
        """The derivative of that order of sigma at v.x_i, for each i."""
        jets: list[Jet | None] = [self.network.jet(v, x) for x in self.data.inputs]
        found = [None if jet is None else jet[order] for jet in jets]
        return None if any(entry is None for entry in found) else found

    def _weighted(self, v: Sequence[Number], order: int) -> list[Number] | None:
        """e_i times that derivative."""
        jets = self._jets(v, order)
        if jets is None or self.residuals is None:
            return None
        return [e * jet for e, jet in zip(self.residuals, jets, strict=True)]

    def value(self, v: Sequence[Number]) -> Number | None:
        """phi(v)."""
        terms = self._weighted(v, 0)
        return None if terms is None else sum(terms, fmpq(0))

    def gradient(self, v: Sequence[Number]) -> tuple[Number, ...] | None:
        """sum_i e_i sigma'(v.x_i) x_i."""
        terms = self._weighted(v, 1)
        return None if terms is None else self._moment(terms)

    def _moment(self, terms: Sequence[Number]) -> tuple[Number, ...]:
        return tuple(
            sum((t * x for t, x in zip(terms, column, strict=True)), fmpq(0))
            for column in zip(*self.data.inputs, strict=True)
        )

    def hessian(self, v: Sequence[Number]) -> list[list[Number]] | None:
        """sum_i e_i sigma''(v.x_i) x_i x_i^T."""
        terms = self._weighted(v, 2)
        if terms is None:
            return None
        columns = list(zip(*self.data.inputs, strict=True))
        return [
            [sum((t * x * y for t, x, y in zip(terms, p, q, strict=True)), fmpq(0)) for q in columns] for p in columns
        ]

    def kappa(self, v: Sequence[Number]) -> Number | None:
        """sum_i L_i sigma(v.x_i)^2."""
        values = self._jets(v, 0)
        if values is None or self.curvatures is None:
            return None
        return sum((curvature * s * s for curvature, s in zip(self.curvatures, values, strict=True)), fmpq(0))

    @cached_property
    def mean_input(self) -> tuple[Number, ...] | None:
        """sum_i e_i x_i."""
        return None if self.residuals is None else self._moment(self.residuals)

    @cached_property
    def vanishes(self) -> bool | None:
        """Whether phi is identically 0: shown by a collected form, or refuted at a zero-test point."""
        if self.residuals is None or self.network.outputs != 1:
            return None
        # a ball of radius 0 is a number: a network at inputs 0, say, or with outer weights 0, has exact residuals
        exact = [endpoints(e)[0] if isinstance(e, arb) and e.is_exact() else e for e in self.residuals]
        if all(isinstance(e, fmpq) for e in exact):
            plain = Network(self.network.activation, self.network.layers, self.network.biases)
            terms = [Neuron((e,), x) for e, x in zip(exact, self.data.inputs, strict=True)]
            form = collected(plain, terms)
            if form is not None and not form:
                return True
        for v in zero_test_weights(self.network.dimension, self.network.inner):
            value = self.value(v)
            if value is not None and value != 0:
                return False
        return None

    # -- with respect to the network's own neurons --

    @property
    def _neurons(self) -> list[tuple[fmpq, Vector]]:
        """(a_j, w_j), a_j the first output's."""
        return [(neuron.outer[0], neuron.inner) for neuron in self.network.neurons]

    @cached_property
    def loss_gradient(self) -> list[Number] | None:
        """a_j grad phi(w_j) for each j, then phi(w_j) for each j."""
        values = [self.value(w) for _, w in self._neurons]
        gradients = [self.gradient(w) for _, w in self._neurons]
        if any(value is None for value in values):
            return None
        inner: list[Number] = []
        for (a, _), gradient in zip(self._neurons, gradients, strict=True):
            if gradient is None:
                return None
            inner.extend(a * entry for entry in gradient)
        return [*inner, *values]

    @cached_property
    def loss_hessian(self) -> fmpq_mat | None:
        """J^T diag(L) J and the terms with phi, in the order of ``loss_gradient``; exact networks only."""
        if not self.exact or self.curvatures is None:
            return None
        m, d = self.network.width, self.network.dimension
        columns: list[list[Number]] = []
        for order, (a, w) in chain(((1, n) for n in self._neurons), ((0, n) for n in self._neurons)):
            jets = self._jets(w, order)
            if jets is None:
                return None
            if order == 0:
                columns.append(jets)
            else:
                columns.extend(
                    [a * jet * x for jet, x in zip(jets, inputs, strict=True)]
                    for inputs in zip(*self.data.inputs, strict=True)
                )
        transposed = fmpq_mat([[c * entry for c, entry in zip(self.curvatures, col, strict=True)] for col in columns])
        total = transposed * fmpq_mat(columns).transpose()
        for j, (a, w) in enumerate(self._neurons):
            gradient, hessian = self.gradient(w), self.hessian(w)
            if gradient is None or hessian is None:
                return None
            for p in range(d):
                for q in range(d):
                    total[j * d + p, j * d + q] += a * hessian[p][q]
                total[j * d + p, m * d + j] += gradient[p]
                total[m * d + j, j * d + p] += gradient[p]
        return total


class Rational:
    """The numerators of sigma(w x_i) and its derivative, d = 1, as polynomials in u > 0, where u stands for w (``log``).

    sigma(w x_i) = values[i] / denominator and sigma'(w x_i) = slopes[i] / (a power of the denominator that is the same
    for all i); the denominator is positive for u > 0.
    """

    def __init__(self, network: Network, inputs: Sequence[int]) -> None:
        name = network.activation.form
        one, u = fmpq_poly([1]), fmpq_poly([0, 1])
        if name == "exp":
            shift = min(0, *inputs)
            self.values = [u ** (x - shift) for x in inputs]
            self.slopes = self.values
            return
        common = one
        for size in sorted({abs(x) for x in inputs}):
            factor = u**size + 1
            common = common * factor // common.gcd(factor)
        parts = [(u ** abs(x), common // (u ** abs(x) + 1)) for x in inputs]
        if name == "tanh":
            self.values = [
                (power - 1) * rest * (1 if x >= 0 else -1) for (power, rest), x in zip(parts, inputs, strict=True)
            ]
            self.slopes = [common * common - value * value for value in self.values]
        else:
            self.values = [(power if x >= 0 else one) * rest for (power, rest), x in zip(parts, inputs, strict=True)]
            self.slopes = [value * (common - value) for value in self.values]


def rational_in_u(network: Network, data: Data) -> tuple[Rational, list[int]] | None:
    """The functions of u and the inputs, for d = 1, logarithmic weights, integral inputs that are not large; else None."""
    if network.dimension != 1 or network.inner != LOG or any(x.q != 1 for (x,) in data.inputs):
        return None
    inputs = [int(x.p) for (x,) in data.inputs]
    return None if sum(map(abs, inputs)) > LARGEST_DEGREE else (Rational(network, inputs), inputs)


def dual_numerator(dual: Dual) -> fmpq_poly | None:
    """A polynomial in u whose zeros u > 0, with multiplicities, are those of phi; None as in ``rational_in_u``."""
    made = rational_in_u(dual.network, dual.data)
    if made is None or dual.residuals is None:
        return None
    return _combined(dual.residuals, made[0].values)


def width_one_equation(network: Network, data: Data) -> tuple[fmpq_poly, fmpq_poly] | None:
    """For m = 1: polynomials with the zeros u > 0 of G(u) = sum_i ((sum y t) t_i - (sum t^2) y_i) s_i and of sum y t."""
    made = rational_in_u(network, data)
    if made is None:
        return None
    functions, inputs = made
    targets = [row[0] for row in data.targets]
    y_t = _combined(targets, functions.values)
    t_t = sum((value * value for value in functions.values), fmpq_poly())
    terms = [(y_t * value - t_t * y) * x for value, y, x in zip(functions.values, targets, inputs, strict=True)]
    return sum((term * slope for term, slope in zip(terms, functions.slopes, strict=True)), fmpq_poly()), y_t


def _combined(coefficients: Sequence[Any], polynomials: Sequence[fmpq_poly]) -> fmpq_poly:
    return sum((c * p for c, p in zip(coefficients, polynomials, strict=True)), fmpq_poly())
