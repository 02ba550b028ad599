"""Quantities of dense networks and of their dual functions (``docs/certificates.md``, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat, fmpq_poly

from verify.arithmetic import Value
from verify.decide.inertia import of_balls, of_exact
from verify.decide.roots import isolate
from verify.errors import InstanceError
from verify.networks.dense import (
    LOG,
    LOSSES,
    PLAIN,
    Evaluation,
    Network,
    remembered,
    shared_data,
    shared_evaluation,
    shared_network,
)
from verify.networks.dense_dual import Dual, dual_numerator, width_one_equation
from verify.networks.dense_forms import collected, zero_test_inputs
from verify.quantities import Workspace, quantity

Json = Any


def index_of(value: Value, length: int) -> int | None:
    """An index of a list of that length, or None outside it.

    Raises:
        InstanceError: if it is no integer.
    """
    place = fmpq(value)
    if place.q != 1:
        raise InstanceError(f"{value} numbers no neuron: give an integer")
    return int(place.p) if 0 <= place < length else None


def vanish(numbers: Sequence[Any] | None) -> bool | None:
    """Whether all are 0: of enclosures false if one excludes 0, true if all are the point 0, else undefined."""
    if numbers is None:
        return None
    if any(number != 0 for number in numbers):  # of balls: certainly
        return False
    return True if all(number == 0 for number in numbers) else None  # a ball equals 0 only with radius 0


def both(*truths: bool | None) -> bool | None:
    """Kleene's conjunction."""
    return False if False in truths else None if None in truths else True


def tuples(matrix: Any) -> Value:
    """An exact matrix as a tuple of rows."""
    return tuple(tuple(row) for row in matrix.tolist())


# ---- properties of networks and of data -----------------------------------------------------------------------------

_OF_NETWORK: dict[str, Callable[[Network], Value]] = {
    "depth": lambda net: net.depth,
    "width": lambda net: net.width,
    "inputs": lambda net: net.dimension,
    "outputs": lambda net: net.outputs,
    "parameters": lambda net: net.size,
    "bias_free": lambda net: net.bias_free,
    "log_inner": lambda net: net.inner == LOG,
    "analytic": lambda net: net.activation.letter != "N",
    "nonpolynomial": lambda net: net.activation.letter != "P",
    "separating": lambda net: net.activation.letter in ("G", "O", "E"),
    "signed": lambda net: net.activation.signed,
    "is_tanh": lambda net: net.activation.form == "tanh",
    "zero_at_zero": lambda net: None if net.activation.value_at_zero is None else net.activation.zero_at_zero,
    "flat_at_zero": lambda net: net.activation.flat_at_zero,
}


def _register_properties() -> None:
    for name, function in _OF_NETWORK.items():

        @quantity(f"dense.{name}")
        def call(workspace: Workspace, network: Json, function: Callable[[Network], Value] = function) -> Value:
            return function(shared_network(workspace, network))


_register_properties()


@quantity("dense.samples")
def samples(workspace: Workspace, data: Json) -> Value:
    """n."""
    return shared_data(workspace, data).samples


@quantity("dense.half_square")
def half_square(workspace: Workspace, data: Json) -> Value:
    """Whether the loss is (p - q)^2/2."""
    return shared_data(workspace, data).loss == LOSSES[0]


@quantity("dense.separated")
def separated(workspace: Workspace, network: Json, data: Json) -> Value:
    """Whether no input is 0, no two are equal, and (unless the class is G) no two are opposite."""
    inputs = shared_data(workspace, data).inputs
    generic = shared_network(workspace, network).activation.letter == "G"
    seen = set()
    for row in inputs:
        if not any(row) or row in seen:
            return False
        seen.add(row)
        if not generic:
            seen.add(tuple(-x for x in row))
    return True


@quantity("dense.outer")
def outer(workspace: Workspace, network: Json, j: Value) -> Value:
    """a_j."""
    net = shared_network(workspace, network)
    place = index_of(j, net.width)
    return None if net.depth != 1 or net.outputs != 1 or place is None else net.neurons[place].outer[0]


@quantity("dense.inner")
def inner(workspace: Workspace, network: Json, j: Value) -> Value:
    """The inner coordinates of neuron j."""
    net = shared_network(workspace, network)
    place = index_of(j, net.width)
    return None if net.depth != 1 or net.outputs != 1 or place is None else net.neurons[place].inner


@quantity("dense.layer_is_zero")
def layer_is_zero(workspace: Workspace, network: Json, j: Value) -> Value:
    """Whether all entries of W_{j+1} are 0."""
    net = shared_network(workspace, network)
    place = index_of(j, len(net.layers))
    return None if net.inner != PLAIN or place is None else not any(any(row) for row in net.layers[place])


@quantity("dense.nulls_silent")
def nulls_silent(workspace: Workspace, network: Json) -> Value:
    """Whether every neuron with w = 0 has no outer weight but 0."""
    net = shared_network(workspace, network)
    if net.depth != 1:
        return None
    columns = zip(*net.layers[1], strict=True)
    return not any(net.is_null(row) and any(column) for row, column in zip(net.layers[0], columns, strict=True))


@quantity("dense.last_layer")
def last_layer(workspace: Workspace, network: Json) -> Value:
    """The network that the last hidden layer and the output form on their own."""
    net = shared_network(workspace, network)
    if net.inner != PLAIN:
        return None
    return Network.of(net.activation.form, net.layers[-2:], net.biases[-2:]).to_json()


@quantity("dense.same_inputs")
def same_inputs(workspace: Workspace, one: Json, other: Json) -> Value:
    """Whether two data sets have the same inputs, in the same order."""
    return shared_data(workspace, one).inputs == shared_data(workspace, other).inputs


# ---- evaluation -----------------------------------------------------------------------------------------------------


def _of_evaluation(name: str) -> Callable[[Callable[[Evaluation], Value]], Callable[..., Value]]:
    """Register a function of the network's evaluation on the data."""

    def register(function: Callable[[Evaluation], Value]) -> Callable[..., Value]:
        @quantity(name)
        def call(workspace: Workspace, network: Json, data: Json) -> Value:
            return function(shared_evaluation(workspace, network, data))

        return call

    return register


@_of_evaluation("dense.outputs_at")
def outputs_at(found: Evaluation) -> Value:
    """The output rows."""
    return _exact_rows(found, found.outputs)


@_of_evaluation("dense.residuals")
def residuals(found: Evaluation) -> Value:
    """The rows e_i."""
    return _exact_rows(found, found.residuals)


def _exact_rows(found: Evaluation, rows: list[list[Any]] | None) -> Value:
    return None if rows is None or not found.exact else tuple(tuple(row) for row in rows)


@_of_evaluation("dense.fits")
def fits(found: Evaluation) -> Value:
    """Whether every e_i is 0."""
    rows = found.residuals
    return vanish(None if rows is None else [e for row in rows for e in row])


@_of_evaluation("dense.loss")
def loss(found: Evaluation) -> Value:
    """R."""
    return found.loss


@_of_evaluation("dense.gradient")
def gradient(found: Evaluation) -> Value:
    """The gradient of R."""
    return None if not found.exact or found.gradient is None else tuple(found.gradient)


@_of_evaluation("dense.hessian")
def hessian(found: Evaluation) -> Value:
    """The Hessian of R."""
    return None if not found.exact or found.hessian is None else tuples(found.hessian)


@_of_evaluation("dense.critical")
def critical(found: Evaluation) -> Value:
    """Whether the gradient is 0."""
    return vanish(found.gradient)


def shared_inertia(workspace: Workspace, network: Json, data: Json) -> tuple[int, int, int] | None:
    """The inertia of the Hessian, worked out once; None where enclosures do not show the sign of every eigenvalue."""
    found = shared_evaluation(workspace, network, data)
    matrix = found.hessian
    if matrix is None:
        return None
    decide = of_balls if isinstance(matrix, arb_mat) else of_exact
    return remembered(workspace, "inertia", (network, data), lambda: decide(matrix))


@quantity("dense.inertia")
def inertia(workspace: Workspace, network: Json, data: Json) -> Value:
    """The numbers of positive, negative and zero eigenvalues of the Hessian."""
    return shared_inertia(workspace, network, data)


@quantity("dense.positive")
def positive(workspace: Workspace, network: Json, data: Json) -> Value:
    """How many eigenvalues of the Hessian are positive."""
    counts = shared_inertia(workspace, network, data)
    return None if counts is None else counts[0]


@quantity("dense.negative")
def negative(workspace: Workspace, network: Json, data: Json) -> Value:
    """How many eigenvalues of the Hessian are negative."""
    counts = shared_inertia(workspace, network, data)
    return None if counts is None else counts[1]


@quantity("dense.nullity")
def nullity(workspace: Workspace, network: Json, data: Json) -> Value:
    """How many eigenvalues of the Hessian are zero."""
    counts = shared_inertia(workspace, network, data)
    return None if counts is None else counts[2]


# ---- output functions -----------------------------------------------------------------------------------------------


@quantity("dense.same_function")
def same_function(workspace: Workspace, one: Json, other: Json) -> Value:
    """Whether two networks with one hidden layer have the same output function."""
    n, k = shared_network(workspace, one), shared_network(workspace, other)
    if n.depth != 1 or k.depth != 1 or not (n.bias_free and k.bias_free):
        return None
    if (n.activation, n.inner, n.outputs, n.dimension) != (k.activation, k.inner, k.outputs, k.dimension):
        return None
    forms = collected(n, n.neurons), collected(k, k.neurons)
    if forms[0] is not None and forms[0] == forms[1]:
        return True
    for x in zero_test_inputs(n.dimension):
        values = _output(n, x), _output(k, x)
        if None not in values and any(p != q for p, q in zip(*values, strict=True)):  # type: ignore[arg-type]
            return False
    return None


def _output(net: Network, x: Sequence[fmpq]) -> list[Any] | None:
    jets = [net.jet(row, x) for row in net.layers[0]]
    if any(jet is None for jet in jets):
        return None
    values = [jet[0] for jet in jets if jet is not None]
    return [sum((a * s for a, s in zip(row, values, strict=True)), fmpq(0)) for row in net.layers[1]]


@quantity("dense.irreducible")
def irreducible(workspace: Workspace, network: Json) -> Value:
    """Whether no a_j is 0, the w_j lie in different classes, and none is 0 if sigma(0) = 0."""
    net = shared_network(workspace, network)
    if net.depth != 1 or net.outputs != 1 or not net.bias_free:
        return None
    if any(neuron.outer[0] == 0 for neuron in net.neurons):
        return False
    if net.activation.value_at_zero is None:
        return None
    if net.activation.zero_at_zero and any(net.is_null(neuron.inner) for neuron in net.neurons):
        return False
    up_to_sign = net.activation.letter != "G"
    return len({net.class_key(neuron.inner, signed=up_to_sign)[0] for neuron in net.neurons}) == net.width


# ---- the dual function ----------------------------------------------------------------------------------------------


def shared_dual(workspace: Workspace, network: Json, data: Json) -> Dual | None:
    """The dual function that the quantities of one statement share; None for deeper networks."""
    if shared_network(workspace, network).depth != 1:
        return None
    return remembered(workspace, "dual", (network, data), lambda: Dual(shared_evaluation(workspace, network, data)))


def _of_dual(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function of the dual function; undefined for deeper networks and undefined residuals."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        @quantity(name)
        def call(workspace: Workspace, network: Json, data: Json, *rest: Value) -> Value:
            dual = shared_dual(workspace, network, data)
            return None if dual is None or dual.residuals is None else function(dual, *rest)

        return call

    return register


@_of_dual("dual.value")
def dual_value(dual: Dual, v: Value) -> Value:
    """phi(v)."""
    return dual.value(v)


@_of_dual("dual.gradient")
def dual_gradient(dual: Dual, v: Value) -> Value:
    """grad phi(v)."""
    return dual.gradient(v) if dual.exact else None


@_of_dual("dual.hessian")
def dual_hessian(dual: Dual, v: Value) -> Value:
    """Hess phi(v)."""
    rows = dual.hessian(v) if dual.exact else None
    return None if rows is None else tuple(tuple(row) for row in rows)


@_of_dual("dual.inertia")
def dual_inertia(dual: Dual, v: Value) -> Value:
    """The inertia of Hess phi(v)."""
    rows = dual.hessian(v) if dual.exact else None
    return None if rows is None else of_exact(fmpq_mat(rows))


@_of_dual("dual.kappa")
def kappa(dual: Dual, v: Value) -> Value:
    """sum_i L_i sigma(v.x_i)^2."""
    return dual.kappa(v)


@_of_dual("dual.vanishes")
def vanishes(dual: Dual) -> Value:
    """Whether phi is identically 0."""
    return dual.vanishes


@_of_dual("dual.loss_gradient")
def loss_gradient(dual: Dual) -> Value:
    """The gradient of R, through phi."""
    return None if not dual.exact or dual.loss_gradient is None else tuple(dual.loss_gradient)


@_of_dual("dual.loss_hessian")
def loss_hessian(dual: Dual) -> Value:
    """The Hessian of R, through phi."""
    return None if dual.loss_hessian is None else tuples(dual.loss_hessian)


@_of_dual("dual.critical")
def dual_critical(dual: Dual) -> Value:
    """Whether phi(w_j) = 0 and a_j grad phi(w_j) = 0 for all j."""
    return vanish(dual.loss_gradient)


# ---- classes of neurons ---------------------------------------------------------------------------------------------


class _Classes:
    """The neurons of a network with D = 1, by class: their indices, and the signed sum of their outer weights.

    The null neurons stand apart if sigma(0) = 0. Opposite weights are of one class only where signs exist (O, E).
    """

    def __init__(self, net: Network) -> None:
        self.null: list[int] = []
        self.members: dict[Any, list[int]] = {}
        self.sums: dict[Any, fmpq] = {}
        for j, neuron in enumerate(net.neurons):
            if net.activation.zero_at_zero and net.is_null(neuron.inner):
                self.null.append(j)
                continue
            key, orientation = net.class_key(neuron.inner)
            self.members.setdefault(key, []).append(j)
            self.sums[key] = self.sums.get(key, fmpq(0)) + net.activation.sign(orientation) * neuron.outer[0]


@_of_dual("dual.zero_sum_conditions")
def zero_sum_conditions(dual: Dual) -> Value:
    """Whether each class with signed sum 0 meets the conditions of a critical point, and each null neuron too."""
    net, classes = dual.network, _Classes(dual.network)
    if net.outputs != 1:
        return None
    truths: list[bool | None] = []
    for key, members in classes.members.items():
        if classes.sums[key] == 0:
            for j in members:
                a, w = net.neurons[j].outer[0], net.neurons[j].inner
                slope = dual.gradient(w)
                truths.append(vanish(_listed(dual.value(w))))
                truths.append(vanish(None if slope is None else [a * entry for entry in slope]))
    truths.extend(_null_is_free(dual, net.neurons[j].outer[0]) for j in classes.null)
    return both(*truths)


def _listed(value: Any) -> list[Any] | None:
    return None if value is None else [value]


def _null_is_free(dual: Dual, a: fmpq) -> bool | None:
    """Whether a sigma'(0) sum_i e_i x_i = 0."""
    flat, moment = dual.network.activation.flat_at_zero, dual.mean_input
    if flat is None or moment is None:
        return None
    return True if flat or a == 0 else vanish(moment)


@_of_dual("dual.local_dimension")
def local_dimension(dual: Dual) -> Value:
    """The dimension of the critical points with this output function near this one, where it is certain."""
    net = dual.network
    if net.outputs != 1 or not net.bias_free or not dual.exact or net.activation.letter not in ("G", "O", "E"):
        return None
    if vanish(dual.loss_gradient) is not True:
        return None
    classes, total = _Classes(net), 0
    for key, members in classes.members.items():
        if classes.sums[key] != 0:
            total += len(members) - 1
            continue
        v = net.neurons[members[0]].inner
        if any(net.neurons[j].outer[0] != 0 for j in members):
            singular = _dimension_of_singular_zeros(dual, v)
            if singular is None:
                return None
            total += len(members) - 1 + singular
        else:
            zeros = _dimension_of_zeros(dual, v)
            if zeros is None:
                return None
            total += len(members) * zeros
    return total + sum(_null_is_free(dual, fmpq(1)) is True for _ in classes.null)


def _dimension_of_zeros(dual: Dual, v: Sequence[fmpq]) -> int | None:
    """Of {phi = 0} at v."""
    d = dual.network.dimension
    if dual.vanishes:
        return d
    slope = dual.gradient(v)
    if slope is not None and any(slope):
        return d - 1
    return 0 if d == 1 and dual.vanishes is False else None


def _dimension_of_singular_zeros(dual: Dual, v: Sequence[fmpq]) -> int | None:
    """Of {phi = 0 and grad phi = 0} at v."""
    d, rows = dual.network.dimension, dual.hessian(v)
    if dual.vanishes:
        return d
    if d == 1:
        return 0 if dual.vanishes is False else None
    return 0 if rows is not None and of_exact(fmpq_mat(rows))[2] == 0 else None


# ---- one input, logarithmic weights: polynomials in u ---------------------------------------------------------------


def _positive_zeros(polynomial: fmpq_poly) -> list[int]:
    """The multiplicities of the distinct positive zeros, in increasing order of the zero."""
    return [multiplicity for _, _, multiplicity in isolate(polynomial.coeffs(), fmpq(0), None)]


@_of_dual("dual.zero_multiplicities")
def zero_multiplicities(dual: Dual) -> Value:
    """The multiplicities of the zeros u > 0 of phi, in increasing order of u."""
    numerator = dual_numerator(dual)
    return None if not numerator else tuple(_positive_zeros(numerator))


@_of_dual("dual.zero_count")
def zero_count(dual: Dual) -> Value:
    """How many zeros u > 0 phi has."""
    numerator = dual_numerator(dual)
    return None if not numerator else len(_positive_zeros(numerator))


def _is_of_width_one(dual: Dual) -> bool:
    net = dual.network
    return (net.width, net.dimension, net.outputs) == (1, 1, 1) and net.inner == LOG and dual.data.loss == LOSSES[0]


@_of_dual("dual.width_one_listed")
def width_one_listed(dual: Dual) -> Value:
    """Whether the only neuron is a zero of G, with its best outer weight, which is not 0."""
    net, data = dual.network, dual.data
    if not _is_of_width_one(dual):
        return None
    ((a,), u) = net.neurons[0].outer, net.neurons[0].inner
    jets: list[Any] = [net.jet(u, x) for x in data.inputs]
    if any(jet is None for jet in jets):
        return None
    if a == 0 or (net.activation.form == "tanh" and u == (1,)):
        return False
    t = [jet[0] for jet in jets]
    s = [jet[1] * x for jet, (x,) in zip(jets, data.inputs, strict=True)]
    y = [row[0] for row in data.targets]
    y_t = sum((p * q for p, q in zip(y, t, strict=True)), fmpq(0))
    t_t = sum((p * p for p in t), fmpq(0))
    if sum(((y_t * p - t_t * q) * r for p, q, r in zip(t, y, s, strict=True)), fmpq(0)) != 0:
        return False
    return None if t_t == 0 else bool(a == y_t / t_t)


@_of_dual("dual.width_one_count")
def width_one_count(dual: Dual) -> Value:
    """How many critical points of width 1 with a != 0 there are."""
    made = width_one_equation(dual.network, dual.data) if _is_of_width_one(dual) else None
    if made is None or not made[0]:
        return None
    equation, y_t = made  # where sum t^2 = 0, sum y t = 0 too
    return len(_positive_zeros(equation)) - len(_positive_zeros(equation.gcd(y_t)))
