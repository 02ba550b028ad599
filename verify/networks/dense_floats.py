"""Dense networks in batches of float64: thousands of parameter vectors at once, for screening and for guesses.

Nothing here decides anything: what a search finds in floats is confirmed in exact or ball arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from verify.errors import InstanceError
from verify.networks.activations import Activation
from verify.networks.dense_model import LOG, Data, Network

Array = np.ndarray
Jet = tuple[Array, Array]
"""sigma and sigma'."""

CHUNK = 4_000_000
"""At most about so many numbers in one intermediate array."""


def to_float(value: fmpq) -> float:
    """The nearest float."""
    return int(value.p) / int(value.q)


def parameters_of(network: Network) -> Array:
    """The N parameters of a plain network as floats; with logarithmic weights, the weights c log u in place of the u's."""
    values = np.array([to_float(value) for value in network.parameters])
    if network.inner == LOG:
        ends = network.width * (network.dimension + (network.biases[0] is not None))
        values[:ends] = np.log(values[:ends]) * (0.5 if network.activation.form == "tanh" else 1.0)
    return values


def _of_tanh(z: Array) -> Jet:
    t = np.tanh(z)
    return t, 1 - t * t


def _of_sigmoid(z: Array) -> Jet:
    s = (1 + np.tanh(z / 2)) / 2
    return s, s * (1 - s)


def _of_swish(z: Array) -> Jet:
    s, slope = _of_sigmoid(z)
    return z * s, s + z * slope


def _of_x_tanh(z: Array) -> Jet:
    t, slope = _of_tanh(z)
    return z * t, t + z * slope


def _of_exp(z: Array) -> Jet:
    value = np.exp(z)
    return value, value


_ERF = np.vectorize(math.erf, otypes=[float])


def _of_gelu(z: Array) -> Jet:
    below = (1 + _ERF(z / math.sqrt(2))) / 2
    return z * below, below + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


_NAMED: dict[str, Callable[[Array], Jet]] = {
    "tanh": _of_tanh,
    "sigmoid": _of_sigmoid,
    "softplus": lambda z: (np.logaddexp(0, z), _of_sigmoid(z)[0]),
    "exp": _of_exp,
    "sin": lambda z: (np.sin(z), np.cos(z)),
    "x-tanh": _of_x_tanh,
    "gelu": _of_gelu,
    "swish": _of_swish,
    "relu": lambda z: (np.maximum(z, 0), (z > 0).astype(float)),
}


def float_jet(activation: Activation) -> Callable[[Array], Jet]:
    """sigma and sigma' on arrays (0 for the slope of relu at 0; infinite or not a number at a pole)."""
    form = activation.form
    if isinstance(form, str):
        return _NAMED[form]
    ((kind, argument),) = form.items()
    if kind == "power":
        return lambda z: (np.maximum(z, 0) ** argument, argument * np.maximum(z, 0) ** (argument - 1))
    sides = [argument, ["1"]] if kind == "polynomial" else argument
    p, q = (np.polynomial.Polynomial([_read(text) for text in side]) for side in sides)
    p1, q1 = p.deriv(), q.deriv()

    def jet(z: Array) -> Jet:
        with np.errstate(divide="ignore", invalid="ignore"):
            top, bottom = p(z), q(z)
            return top / bottom, (p1(z) * bottom - top * q1(z)) / bottom**2

    return jet


def _read(text: str) -> float:
    numerator, _, denominator = text.partition("/")
    return int(numerator) / int(denominator or 1)


@dataclass(frozen=True)
class _Pass:
    """A forward pass of P parameter vectors: weights and activations (P x m_l x n) by layer, outputs (P x D x n)."""

    weights: list[Array]
    hidden: list[Array]
    slopes: list[Array]
    outputs: Array


class FloatBatch:
    """A network's shape and activation with data, for arrays of P x N parameters (in the network's order).

    The parameters of a network with logarithmic weights are the weights c log u themselves.

    Raises:
        InstanceError: if the network does not fit the data; if an array is not P x N or not finite.
    """

    def __init__(self, network: Network, data: Data) -> None:
        if len(data.inputs[0]) != network.dimension or len(data.targets[0]) != network.outputs:
            raise InstanceError(
                f"data: rows of {len(data.inputs[0])} and {len(data.targets[0])}, but the network takes "
                f"{network.dimension} and gives {network.outputs}"
            )
        self.network, self.data = network, data
        self._jet = float_jet(network.activation)
        self._inputs = np.array([[to_float(x) for x in row] for row in data.inputs]).T
        self._targets = np.array([[to_float(y) for y in row] for row in data.targets]).T
        self._shapes = [(len(layer), len(layer[0])) for layer in network.layers]
        self._chunk = max(1, CHUNK // (data.samples * max(rows for rows, _ in self._shapes)))

    def _checked(self, parameters: Any) -> Array:
        found = np.asarray(parameters, dtype=float)
        if found.ndim != 2 or found.shape[1] != self.network.size:
            raise InstanceError(f"parameters: give an array of P x {self.network.size}; it has the shape {found.shape}")
        if not np.isfinite(found).all():
            raise InstanceError("parameters: some are infinite or not a number; give finite ones")
        return found

    def _chunks(self, parameters: Any) -> Iterator[Array]:
        found = self._checked(parameters)
        return (found[start : start + self._chunk] for start in range(0, len(found), self._chunk))

    def _forward(self, parameters: Array) -> _Pass:
        weights, hidden, slopes = [], [np.broadcast_to(self._inputs, (len(parameters), *self._inputs.shape))], []
        start = 0
        for level, ((rows, columns), bias) in enumerate(zip(self._shapes, self.network.biases, strict=True)):
            weights.append(parameters[:, start : start + rows * columns].reshape(-1, rows, columns))
            start += rows * columns
            z = weights[-1] @ hidden[-1]
            if bias is not None:
                z = z + parameters[:, start : start + rows, None]
                start += rows
            if level < self.network.depth:
                value, slope = self._jet(z)
                hidden.append(value)
                slopes.append(slope)
        return _Pass(weights, hidden, slopes, z)

    def _residuals(self, outputs: Array) -> Jet:
        """The loss of each entry, and its derivative."""
        difference = outputs - self._targets
        if self.data.loss == "quartic":
            return difference**4 / 4, difference**3
        factor = 1.0 if self.data.loss == "square" else 0.5
        return factor * difference**2, 2 * factor * difference

    def outputs(self, parameters: Any) -> Array:
        """P x n x D."""
        return np.concatenate([self._forward(part).outputs.swapaxes(1, 2) for part in self._chunks(parameters)])

    def losses(self, parameters: Any) -> Array:
        """P."""
        found = [self._residuals(self._forward(part).outputs)[0].sum(axis=(1, 2)) for part in self._chunks(parameters)]
        return np.concatenate(found)

    def gradients(self, parameters: Any) -> Array:
        """P x N."""
        parts = []
        for part in self._chunks(parameters):
            made = self._forward(part)
            parts.append(self._backward(made, self._residuals(made.outputs)[1]))
        return np.concatenate(parts)

    def _backward(self, made: _Pass, adjoint: Array) -> Array:
        """The derivatives of sum adjoint * outputs."""
        columns: list[Array] = []
        for level in range(self.network.depth, -1, -1):
            if self.network.biases[level] is not None:
                columns.insert(0, adjoint.sum(axis=2))
            columns.insert(0, (adjoint @ made.hidden[level].swapaxes(1, 2)).reshape(len(adjoint), -1))
            if level:
                adjoint = (made.weights[level].swapaxes(1, 2) @ adjoint) * made.slopes[level - 1]
        return np.concatenate(columns, axis=1)

    def jacobian(self, parameters: Any) -> Array:
        """Of the outputs for one vector of N parameters: (n D) x N, rows ordered by sample, then output."""
        one = self._checked(np.asarray(parameters, dtype=float)[None, :])
        made, n, outputs = self._forward(one), self.data.samples, self.network.outputs
        # a sample for each member of a batch: the adjoint is a unit vector of one output at one sample
        rows = np.empty((n, outputs, self.network.size))
        spread = _Pass(
            made.weights,
            [h[0].T[:, :, None] for h in made.hidden],
            [s[0].T[:, :, None] for s in made.slopes],
            made.outputs[0].T[:, :, None],
        )
        for c in range(outputs):
            unit = np.zeros((n, outputs, 1))
            unit[:, c] = 1
            rows[:, c] = self._backward(spread, unit)
        return rows.reshape(n * outputs, -1)

    def residuals(self, parameters: Any) -> Array:
        """e for one vector of N parameters: n D entries, ordered as the rows of the Jacobian."""
        one = self._checked(np.asarray(parameters, dtype=float)[None, :])
        return self._residuals(self._forward(one).outputs)[1][0].T.reshape(-1)

    def curvatures(self, parameters: Any) -> Array:
        """The second derivatives L of the loss in the outputs, ordered in the same way."""
        one = self._checked(np.asarray(parameters, dtype=float)[None, :])
        difference = (self._forward(one).outputs - self._targets)[0].T.reshape(-1)
        return (
            3 * difference**2
            if self.data.loss == "quartic"
            else np.full_like(difference, 2.0 if self.data.loss == "square" else 1.0)
        )
