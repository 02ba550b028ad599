"""Dense networks on data in batches of float64, everything up to second order, for screening.

Unlike ``verify.networks.dense_floats``, the batch axis is the last one (contiguous) and the data may vary with it too: a
matrix is an array (rows, columns, P), where P = 1 stands for entries that are the same everywhere. Formulas are those of
``verify.networks.dense_evaluation``; what is undefined there is NaN here. Nothing here decides anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verify.arithmetic import exact
from verify.errors import InstanceError
from verify.networks.activations import Activation
from verify.networks.dense_model import LOG, PLAIN
from verify.search.margins import nearest

Array = np.ndarray

# ---- activations ----------------------------------------------------------------------------------------------------

Derivatives = tuple[Callable[[Array], Array], Callable[[Array, Array], Array], Callable[[Array, Array, Array], Array]]
"""sigma(z); sigma'(z) from z and sigma; sigma''(z) from z, sigma and sigma'."""

_ERF = np.vectorize(math.erf, otypes=[float])


def _sigmoid(z: Array) -> Array:
    return (1 + np.tanh(z / 2)) / 2


def _normal(z: Array) -> Array:
    return (1 + _ERF(z / math.sqrt(2))) / 2


def _density(z: Array) -> Array:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _swish_second(z: Array) -> Array:
    s = _sigmoid(z)
    slope = s * (1 - s)
    return slope * (2 + z * (1 - 2 * s))


def _x_tanh_first(z: Array) -> Array:
    t = np.tanh(z)
    return t + z * (1 - t * t)


def _x_tanh_second(z: Array) -> Array:
    t = np.tanh(z)
    return 2 * (1 - t * t) * (1 - z * t)


def _swish_first(z: Array) -> Array:
    s = _sigmoid(z)
    return s + z * s * (1 - s)


_NAMED: dict[str, Derivatives] = {
    "tanh": (np.tanh, lambda z, s: 1 - s * s, lambda z, s, slope: -2 * s * slope),
    "sigmoid": (_sigmoid, lambda z, s: s * (1 - s), lambda z, s, slope: slope * (1 - 2 * s)),
    "softplus": (lambda z: np.logaddexp(0, z), lambda z, s: _sigmoid(z), lambda z, s, slope: slope * (1 - slope)),
    "exp": (np.exp, lambda z, s: s, lambda z, s, slope: s),
    "sin": (np.sin, lambda z, s: np.cos(z), lambda z, s, slope: -s),
    "x-tanh": (lambda z: z * np.tanh(z), lambda z, s: _x_tanh_first(z), lambda z, s, slope: _x_tanh_second(z)),
    "gelu": (
        lambda z: z * _normal(z),
        lambda z, s: _normal(z) + z * _density(z),
        lambda z, s, slope: (2 - z * z) * _density(z),
    ),
    "swish": (lambda z: z * _sigmoid(z), lambda z, s: _swish_first(z), lambda z, s, slope: _swish_second(z)),
}


def derivatives(activation: Activation) -> Derivatives:
    """The activation and its first two derivatives on arrays; NaN at a pole, and where a derivative does not exist."""
    form = activation.form
    if form == "relu":
        return _power(1)
    if isinstance(form, str):
        return _NAMED[form]
    ((kind, argument),) = form.items()
    if kind == "power":
        return _power(argument)
    sides = [argument, ["1"]] if kind == "polynomial" else argument
    p, q = (np.polynomial.Polynomial([nearest(exact(text)) for text in side]) for side in sides)
    if kind == "polynomial":
        first, second = p.deriv(), p.deriv(2)
        return p, lambda z, s: first(z), lambda z, s, slope: second(z)
    p1, q1, p2, q2 = p.deriv(), q.deriv(), p.deriv(2), q.deriv(2)
    # s = p/q, hence s' = (p' - s q')/q and s'' = (p'' - 2 s' q' - s q'')/q
    return (
        lambda z: p(z) / _nonzero(q(z)),
        lambda z, s: (p1(z) - s * q1(z)) / _nonzero(q(z)),
        lambda z, s, slope: (p2(z) - 2 * slope * q1(z) - s * q2(z)) / _nonzero(q(z)),
    )


def _nonzero(values: Array) -> Array:
    return np.where(values == 0, np.nan, values)


def _power(k: int) -> Derivatives:
    """max(z, 0)^k: its derivatives of order k and more do not exist at 0."""

    def derivative(z: Array, order: int) -> Array:
        factor = math.perm(k, order)
        value = np.where(z > 0, factor * np.maximum(z, 0) ** max(k - order, 0), 0.0)
        return np.where(z == 0, np.nan, value) if order >= k else value

    return (lambda z: np.maximum(z, 0) ** k, lambda z, s: derivative(z, 1), lambda z, s, slope: derivative(z, 2))


# ---- networks and data ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """Networks of one shape: ``layers`` (rows, columns, P) and ``biases`` (rows, P) or None, as they are written."""

    activation: Activation
    layers: tuple[Array, ...]
    biases: tuple[Array | None, ...]
    inner: str = PLAIN

    @property
    def depth(self) -> int:
        """L."""
        return len(self.layers) - 1

    @property
    def width(self) -> int:
        """m, of the first hidden layer."""
        return self.layers[0].shape[0]

    @property
    def dimension(self) -> int:
        """d."""
        return self.layers[0].shape[1]

    @property
    def outputs(self) -> int:
        """D."""
        return self.layers[-1].shape[0]

    @property
    def bias_free(self) -> bool:
        """Whether there is no bias."""
        return all(bias is None for bias in self.biases)

    @property
    def is_exact(self) -> bool:
        """Whether exact evaluation is, at integral inputs if weights are logarithmic; else tuples are undefined."""
        return self.inner == LOG or self.activation.exact

    @property
    def parameters(self) -> Array:
        """The N parameters as they are written, (N, P)."""
        parts: list[Array] = []
        for layer, bias in zip(self.layers, self.biases, strict=True):
            parts.append(layer.reshape(-1, layer.shape[-1]))
            if bias is not None:
                parts.append(bias)
        return joined(parts)

    @property
    def size(self) -> int:
        """N."""
        return sum(layer.shape[0] * layer.shape[1] for layer in self.layers) + sum(
            len(bias) for bias in self.biases if bias is not None
        )

    def weight_of(self, coordinates: Array) -> Array:
        """The weights of inner coordinates as they are written: c log u with logarithmic ones, NaN where u <= 0."""
        if self.inner == PLAIN:
            return coordinates
        scale = 0.5 if self.activation.form == "tanh" else 1.0
        return scale * np.log(np.where(coordinates > 0, coordinates, np.nan))

    @cached_property
    def derivatives(self) -> Derivatives:
        """sigma and its derivatives."""
        return derivatives(self.activation)

    @cached_property
    def weights(self) -> tuple[Array, ...]:
        """The layers, logarithmic ones as weights."""
        return (self.weight_of(self.layers[0]), *self.layers[1:])

    @cached_property
    def shifts(self) -> tuple[Array | None, ...]:
        """The biases, likewise."""
        first = self.biases[0]
        return (None if first is None else self.weight_of(first), *self.biases[1:])

    def visible(self, inputs: Array) -> Array:
        """Inputs (n, d, P), those that make logarithmic weights irrational replaced by NaN."""
        return inputs if self.inner == PLAIN else np.where(np.rint(inputs) == inputs, inputs, np.nan)

    def hidden(self, inputs: Array) -> tuple[list[Array], list[Array]]:
        """Pre-activations of all layers and activations of the hidden ones, each (neurons, n, P)."""
        z, h = [], []
        before = inputs  # (n, neurons, P)
        for level, (weights, shift) in enumerate(zip(self.weights, self.shifts, strict=True)):
            reached = products(weights, before)
            z.append(reached if shift is None else reached + shift[:, None])
            if level < self.depth:
                h.append(self.derivatives[0](z[-1]))
                before = h[-1].swapaxes(0, 1)
        return z, h


@dataclass(frozen=True, eq=False)
class FloatData:
    """Data sets of one shape: inputs (n, d, P), targets (n, D, P), and the name of the loss."""

    inputs: Array
    targets: Array
    loss: str

    @property
    def samples(self) -> int:
        """n."""
        return len(self.inputs)


def products(a: Array, b: Array) -> Array:
    """sum_i a[p, i] b[q, i], of (p, i, P) and (q, i, P): an array (p, q, P)."""
    total = a[:, None, 0] * b[None, :, 0]
    term = np.empty_like(total)
    for i in range(1, a.shape[1]):
        np.multiply(a[:, None, i], b[None, :, i], out=term)
        total += term
    return total


def joined(parts: list[Array]) -> Array:
    """Arrays (k, ..., P) one above the other."""
    last = np.broadcast_shapes(*(part.shape[-1:] for part in parts))
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], *last)) for part in parts])


def whole(values: Array) -> Array:
    """The array (..., P) with NaN in every entry where one of them is: a tuple is defined as a whole."""
    undefined = np.isnan(values).any(axis=tuple(range(values.ndim - 1)))
    return np.where(undefined, np.nan, values) if undefined.any() else values


# ---- evaluation -----------------------------------------------------------------------------------------------------


class FloatEvaluation:
    """Networks on data: outputs, loss, gradient and Hessian, each worked out when it is first asked for.

    Arrays of outputs are (D, n, P); parameters are in the network's order.

    Raises:
        InstanceError: if the network does not fit the data.
    """

    def __init__(self, network: FloatNetwork, data: FloatData) -> None:
        sizes, needed = (data.inputs.shape[1], data.targets.shape[1]), (network.dimension, network.outputs)
        if sizes != needed:
            raise InstanceError(
                f"data: rows of {sizes[0]} inputs and {sizes[1]} targets, where the network takes {needed[0]} and "
                f"gives {needed[1]}; draw the data for this network"
            )
        self.network, self.data = network, data
        self._inputs = network.visible(data.inputs)
        self._pre, self._hidden = network.hidden(self._inputs)

    @property
    def outputs(self) -> Array:
        """f(x_i)."""
        return self._pre[-1]

    @cached_property
    def differences(self) -> Array:
        """Outputs minus targets."""
        return self.outputs - self.data.targets.swapaxes(0, 1)

    @cached_property
    def loss(self) -> Array:
        """R, (P,)."""
        squares = self.differences * self.differences
        if self.data.loss == "quartic":
            return np.asarray((squares * squares).sum(axis=(0, 1)) / 4)
        return np.asarray(squares.sum(axis=(0, 1)) * (1.0 if self.data.loss == "square" else 0.5))

    @cached_property
    def residuals(self) -> Array:
        """e_i."""
        difference = self.differences
        if self.data.loss == "quartic":
            return difference**3
        return 2 * difference if self.data.loss == "square" else difference

    @cached_property
    def curvatures(self) -> Array:
        """The diagonals L_i."""
        if self.data.loss == "quartic":
            return 3 * self.differences**2
        return np.full_like(self.differences, 2.0 if self.data.loss == "square" else 1.0)

    @cached_property
    def slopes(self) -> list[Array]:
        """sigma' in each hidden layer, (neurons, n, P)."""
        first = self.network.derivatives[1]
        return [first(z, h) for z, h in zip(self._pre, self._hidden, strict=False)]

    @cached_property
    def seconds(self) -> list[Array]:
        """sigma'' likewise."""
        second = self.network.derivatives[2]
        return [second(z, h, slope) for z, h, slope in zip(self._pre, self._hidden, self.slopes, strict=False)]

    def _before(self, level: int) -> Array:
        """What layer ``level`` takes, (neurons, n, P)."""
        return self._inputs.swapaxes(0, 1) if level == 0 else self._hidden[level - 1]

    @cached_property
    def _adjoints(self) -> tuple[list[Array], list[Array]]:
        """The derivatives of sum_i e_i.f(x_i), e_i held fixed, by each h_l and by each z_l."""
        at_h: list[Array] = []
        at_z = [self.residuals]
        for level in range(self.network.depth, 0, -1):
            at_h.insert(0, products(self.network.weights[level].swapaxes(0, 1), at_z[0].swapaxes(0, 1)))
            at_z.insert(0, at_h[0] * self.slopes[level - 1])
        return at_h, at_z

    @cached_property
    def gradient(self) -> Array:
        """Of R, (N, P)."""
        parts: list[Array] = []
        for level, adjoint in enumerate(self._adjoints[1]):
            entries = products(adjoint, self._before(level))
            parts.append(entries.reshape(-1, entries.shape[-1]))
            if self.network.biases[level] is not None:
                parts.append(adjoint.sum(axis=1))
        return whole(joined(parts))

    @cached_property
    def _tangents(self) -> list[Array]:
        """The derivatives of each z_l by the parameters up to its layer, (parameters, neurons, n, P)."""
        found: list[Array] = []
        for level, weights in enumerate(self.network.weights):
            parts: list[Array] = []
            if level:
                moved = found[-1] * self.slopes[level - 1]
                parts.append(np.stack([products(weights, tangent.swapaxes(0, 1)) for tangent in moved]))
            before, rows = self._before(level), len(weights)
            own = np.zeros((rows, len(before), rows, *before.shape[1:]))
            for k in range(rows):
                own[k, :, k] = before
            parts.append(own.reshape(-1, *own.shape[2:]))
            if self.network.biases[level] is not None:
                parts.append(np.broadcast_to(np.eye(rows)[:, :, None, None], (rows, rows, before.shape[1], 1)))
            found.append(joined(parts))
        return found

    @cached_property
    def hessian(self) -> Array:
        """Of R, (N, N, P): J^T diag(L) J plus the second derivatives of sum_i e_i.f(x_i), as in ``dense_evaluation``."""
        at_h, at_z = self._adjoints
        network, tangents = self.network, self._tangents
        last = np.broadcast_shapes(self.differences.shape[-1:], *(tangent.shape[-1:] for tangent in tangents))
        total = np.zeros((network.size, network.size, *last))
        _add_gram(total, tangents[-1], self.curvatures)
        start = 0
        for level in range(network.depth):
            _add_gram(total, tangents[level], at_h[level] * self.seconds[level])
            start = len(tangents[level])
            moved = tangents[level] * self.slopes[level]
            for k, adjoint in enumerate(at_z[level + 1]):
                for j in range(len(network.layers[level])):
                    # between W_{l+1}[k][j] and the parameters up to layer l: sum_i dg/dz_{l+1,k} dh_lj(x_i)
                    weight = start + k * len(network.layers[level]) + j
                    entries = (adjoint * moved[:, j]).sum(axis=1)
                    total[weight, :start] += entries
                    total[:start, weight] += entries
        return whole(total)


def _add_gram(total: Array, rows: Array, scales: Array) -> None:
    """Add sum_{k, i} scales[k, i] rows[p, k, i] rows[q, k, i] to the entries (p, q)."""
    for p, row in enumerate(rows):
        scaled = row * scales
        for q in range(p + 1):
            entry = (scaled * rows[q]).sum(axis=(0, 1))
            total[p, q] += entry
            if q != p:
                total[q, p] += entry


# ---- symmetric matrices ---------------------------------------------------------------------------------------------

SINGULAR = 1e-12
"""An eigenvalue below this times the greatest absolute value of one counts as zero."""


def eigenvalues(matrices: Array) -> Array:
    """Of symmetric matrices (k, k, P), in increasing order: (k, P); NaN where an entry is not finite."""
    stack = np.moveaxis(matrices, -1, 0)
    usable = np.isfinite(stack).all(axis=(1, 2))
    found = np.full(stack.shape[:2], np.nan)
    found[usable] = np.linalg.eigvalsh(stack[usable])
    return found.T


def inertia(matrices: Array) -> Array:
    """Numbers of positive, negative and zero eigenvalues, (3, P), zero up to rounding; NaN where undefined."""
    values = eigenvalues(matrices)
    least = SINGULAR * np.abs(values).max(axis=0)
    positive, negative = (values > least).sum(axis=0), (values < -least).sum(axis=0)
    counts = np.stack([positive, negative, len(values) - positive - negative]).astype(float)
    return np.where(np.isnan(least), np.nan, counts)
