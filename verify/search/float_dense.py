"""Float definitions of the quantities of dense networks and of their dual functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np

from verify.networks.dense import LOG, LOSSES, PLAIN, remembered
from verify.networks.dense_forms import zero_test_inputs, zero_test_weights
from verify.quantities import Workspace
from verify.search.float_networks import (
    Array,
    FloatData,
    FloatEvaluation,
    FloatNetwork,
    inertia,
    joined,
    products,
    whole,
)
from verify.search.float_quantities import differ, float_quantity, index_of, truth, vanish
from verify.search.margins import Float, conjunction, disjunction, equality, nearest

# ---- properties of networks and of data -----------------------------------------------------------------------------

_OF_NETWORK: dict[str, Callable[[FloatNetwork], Float]] = {
    "depth": lambda net: float(net.depth),
    "width": lambda net: float(net.width),
    "inputs": lambda net: float(net.dimension),
    "outputs": lambda net: float(net.outputs),
    "parameters": lambda net: float(net.size),
    "bias_free": lambda net: truth(net.bias_free),
    "log_inner": lambda net: truth(net.inner == LOG),
    "analytic": lambda net: truth(net.activation.letter != "N"),
    "nonpolynomial": lambda net: truth(net.activation.letter != "P"),
    "separating": lambda net: truth(net.activation.letter in ("G", "O", "E")),
    "signed": lambda net: truth(net.activation.signed),
    "is_tanh": lambda net: truth(net.activation.form == "tanh"),
    "zero_at_zero": lambda net: np.nan if net.activation.value_at_zero is None else truth(net.activation.zero_at_zero),
    "flat_at_zero": lambda net: np.nan if (flat := net.activation.flat_at_zero) is None else truth(flat),
}

for _name, _function in _OF_NETWORK.items():
    float_quantity(f"dense.{_name}")(lambda _, network, function=_function: function(network))


@float_quantity("dense.samples")
def _samples(_: Workspace, data: FloatData) -> Float:
    return float(data.samples)


@float_quantity("dense.half_square")
def _half_square(_: Workspace, data: FloatData) -> Float:
    return truth(data.loss == LOSSES[0])


@float_quantity("dense.same_inputs")
def _same_inputs(_: Workspace, one: FloatData, other: FloatData) -> Float:
    return equality(one.inputs, other.inputs)


def _pairs(rows: Array, *, signed: bool) -> Iterable[Array]:
    """The differences of any two rows of (k, d, P); with ``signed`` their sums too."""
    for x, y in combinations(rows, 2):
        yield x - y
        if signed:
            yield x + y


@float_quantity("dense.separated")
def _separated(_: Workspace, network: FloatNetwork, data: FloatData) -> Float:
    apart = [*data.inputs, *_pairs(data.inputs, signed=network.activation.letter != "G")]
    return conjunction(*map(differ, apart))


@float_quantity("dense.irreducible")
def _irreducible(_: Workspace, network: FloatNetwork) -> Float:
    if network.depth != 1 or network.outputs != 1 or not network.bias_free:
        return np.nan
    rows, activation = network.weights[0], network.activation
    apart = [*network.layers[1].swapaxes(0, 1), *_pairs(rows, signed=activation.letter != "G")]
    if activation.value_at_zero is None:
        return conjunction(np.nan, *map(differ, apart[: network.width]))
    return conjunction(*map(differ, [*apart, *rows] if activation.zero_at_zero else apart))


@float_quantity("dense.nulls_silent")
def _nulls_silent(_: Workspace, network: FloatNetwork) -> Float:
    if network.depth != 1:
        return np.nan
    columns = network.layers[1].swapaxes(0, 1)
    return conjunction(
        *(disjunction(differ(w), vanish(a)) for w, a in zip(network.weights[0], columns, strict=True)), np.float64(1)
    )


@float_quantity("dense.layer_is_zero")
def _layer_is_zero(_: Workspace, network: FloatNetwork, j: Float) -> Float:
    place = index_of(j, len(network.layers))
    return np.nan if network.inner != PLAIN or place is None else vanish(network.layers[place])


@float_quantity("dense.outer")
def _outer(_: Workspace, network: FloatNetwork, j: Float) -> Float:
    place = index_of(j, network.width)
    return np.nan if network.depth != 1 or network.outputs != 1 or place is None else network.layers[1][0, place]


@float_quantity("dense.inner")
def _inner(_: Workspace, network: FloatNetwork, j: Float) -> Float:
    place = index_of(j, network.width)
    return np.nan if network.depth != 1 or network.outputs != 1 or place is None else network.layers[0][place]


@float_quantity("dense.last_layer")
def _last_layer(_: Workspace, network: FloatNetwork) -> Float:
    if network.inner != PLAIN:
        return np.nan
    return FloatNetwork(network.activation, network.layers[-2:], network.biases[-2:])


# ---- evaluation -----------------------------------------------------------------------------------------------------


def evaluation(workspace: Workspace, network: FloatNetwork, data: FloatData) -> FloatEvaluation:
    """The evaluation that the quantities of one batch share."""
    return remembered(workspace, "float evaluation", (network, data), lambda: FloatEvaluation(network, data))


def _exact_only(function: Callable[[FloatEvaluation], Float]) -> Callable[[FloatEvaluation], Float]:
    """What is undefined unless the network can be evaluated exactly."""
    return lambda found: function(found) if found.network.is_exact else np.nan


def _rows(values: Array) -> Array:
    """(D, n, P) as n rows of D."""
    return whole(values.swapaxes(0, 1))


def _inertia(found: FloatEvaluation) -> Array:
    """Of the Hessian; enclosures never show that an eigenvalue is zero, so there it is undefined."""
    counts = inertia(found.hessian)
    return counts if found.network.is_exact else np.where(counts[2] > 0, np.nan, counts)


_OF_EVALUATION: dict[str, Callable[[FloatEvaluation], Float]] = {
    "outputs_at": _exact_only(lambda found: _rows(found.outputs)),
    "residuals": _exact_only(lambda found: _rows(found.residuals)),
    "fits": lambda found: vanish(found.differences),
    "loss": lambda found: found.loss,
    "gradient": _exact_only(lambda found: found.gradient),
    "hessian": _exact_only(lambda found: found.hessian),
    "critical": lambda found: vanish(found.gradient),
    "inertia": _inertia,
    "positive": lambda found: _inertia(found)[0],
    "negative": lambda found: _inertia(found)[1],
    "nullity": lambda found: _inertia(found)[2],
}


def _register_of_evaluation(name: str, function: Callable[[FloatEvaluation], Float]) -> None:
    @float_quantity(f"dense.{name}")
    def call(workspace: Workspace, network: FloatNetwork, data: FloatData) -> Float:
        key = f"float {name}"
        return remembered(workspace, key, (network, data), lambda: function(evaluation(workspace, network, data)))


for _name, _of_evaluation in _OF_EVALUATION.items():
    _register_of_evaluation(_name, _of_evaluation)


@float_quantity("dense.same_function")
def _same_function(_: Workspace, one: FloatNetwork, other: FloatNetwork) -> Float:
    if one.depth != 1 or other.depth != 1 or not (one.bias_free and other.bias_free):
        return np.nan
    shapes = [(net.activation, net.inner, net.outputs, net.dimension) for net in (one, other)]
    if shapes[0] != shapes[1]:
        return np.nan
    points = np.array([[[nearest(x)] for x in point] for point in zero_test_inputs(one.dimension)])
    return equality(one.hidden(points)[0][-1], other.hidden(points)[0][-1])


# ---- the dual function ----------------------------------------------------------------------------------------------


class FloatDual:
    """phi(v) = sum_i e_i sigma(v.x_i) of networks with one hidden layer, e_i of the first output; biases are ignored."""

    def __init__(self, found: FloatEvaluation) -> None:
        self.network, self.data = found.network, found.data
        self.residuals, self.curvatures = found.residuals[0], found.curvatures[0]
        self.inputs = self.network.visible(self.data.inputs)

    def _jets(self, v: Array, order: int) -> list[Array]:
        """sigma and its derivatives up to that order at v.x_i, (n, P)."""
        z = products(self.network.weight_of(v)[None], self.inputs)[0]
        value, first, second = self.network.derivatives
        jets = [value(z)]
        if order > 0:
            jets.append(first(z, jets[0]))
        if order > 1:
            jets.append(second(z, jets[0], jets[1]))
        return jets

    def value(self, v: Array) -> Array:
        """phi(v)."""
        return np.asarray((self.residuals * self._jets(v, 0)[0]).sum(axis=0))

    def gradient(self, v: Array) -> Array:
        """sum_i e_i sigma'(v.x_i) x_i, (d, P)."""
        return np.asarray(((self.residuals * self._jets(v, 1)[1])[:, None] * self.inputs).sum(axis=0))

    def hessian(self, v: Array) -> Array:
        """sum_i e_i sigma''(v.x_i) x_i x_i^T, (d, d, P)."""
        x = self.inputs.swapaxes(0, 1)
        return products((self.residuals * self._jets(v, 2)[2]) * x, x)

    def kappa(self, v: Array) -> Array:
        """sum_i L_i sigma(v.x_i)^2."""
        return np.asarray((self.curvatures * self._jets(v, 0)[0] ** 2).sum(axis=0))

    def vanishes(self) -> Float:
        """Whether phi is 0 at all zero-test points."""
        if self.network.outputs != 1:
            return np.nan
        points = zero_test_weights(self.network.dimension, self.network.inner)
        weights = self.network.weight_of(np.array([[[nearest(x)] for x in point] for point in points]))
        values = (self.network.derivatives[0](products(weights, self.inputs)) * self.residuals).sum(axis=1)
        return vanish(values)

    def _neurons(self) -> list[tuple[Array, Array]]:
        """(a_j, w_j), a_j the first output's, w_j as it is written."""
        return list(zip(self.network.layers[1][0], self.network.layers[0], strict=True))

    def loss_gradient(self) -> Array:
        """a_j grad phi(w_j) for each j, then phi(w_j) for each j."""
        inner = [a * self.gradient(w) for a, w in self._neurons()]
        return whole(joined([*inner, *(self.value(w)[None] for _, w in self._neurons())]))

    def loss_hessian(self) -> Array:
        """J^T diag(L) J and the terms with phi, in the same order."""
        m, d = self.network.width, self.network.dimension
        neurons, x = self._neurons(), self.inputs.swapaxes(0, 1)
        jacobian = joined(
            [*(a * self._jets(w, 1)[1] * x for a, w in neurons), *(self._jets(w, 0)[0][None] for _, w in neurons)]
        )
        total = products(jacobian * self.curvatures, jacobian)
        for j, (a, w) in enumerate(neurons):
            block, gradient = slice(j * d, (j + 1) * d), self.gradient(w)
            total[block, block] += a * self.hessian(w)
            total[block, m * d + j] += gradient
            total[m * d + j, block] += gradient
        return whole(total)


def _exact_dual(function: Callable[..., Float]) -> Callable[..., Float]:
    return lambda dual, *rest: function(dual, *rest) if dual.network.is_exact else np.nan


_OF_DUAL: dict[str, Callable[..., Float]] = {
    "value": FloatDual.value,
    "gradient": _exact_dual(lambda dual, v: whole(dual.gradient(v))),
    "hessian": _exact_dual(lambda dual, v: whole(dual.hessian(v))),
    "inertia": _exact_dual(lambda dual, v: inertia(dual.hessian(v))),
    "kappa": FloatDual.kappa,
    "vanishes": FloatDual.vanishes,
    "loss_gradient": _exact_dual(FloatDual.loss_gradient),
    "loss_hessian": _exact_dual(FloatDual.loss_hessian),
    "critical": lambda dual: vanish(dual.loss_gradient()),
}


def _register_of_dual(name: str, function: Callable[..., Float]) -> None:
    @float_quantity(f"dual.{name}")
    def call(workspace: Workspace, network: FloatNetwork, data: FloatData, *rest: Float) -> Float:
        if network.depth != 1:
            return np.nan
        dual = remembered(
            workspace, "float dual", (network, data), lambda: FloatDual(evaluation(workspace, network, data))
        )
        return function(dual, *rest)


for _name, _of_dual in _OF_DUAL.items():
    _register_of_dual(_name, _of_dual)
