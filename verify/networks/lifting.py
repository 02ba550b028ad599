"""Tangent functions of networks: ranks, spans, and which wide points are critical whenever a narrow one is.

A point with the output function of a narrow network is critical for every sample for which that is, if and only if the
derivatives of its output lie in the span of those of the narrow network (Leyang Zhang, Yaoyu Zhang, Tao Luo,
arXiv 2505.13582; the criterion is derived). Quantities ``lifting.*`` of ``docs/certificates.md``, section 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_poly

from verify.arithmetic import Value
from verify.decide import rank as ranks
from verify.networks.dense import (
    Data,
    Evaluation,
    Network,
    Neuron,
    Vector,
    evaluate,
    read_network,
    shared_data,
    shared_evaluation,
    shared_network,
)
from verify.networks.dense_forms import collected, zero_test_inputs
from verify.networks.splittings import is_plain_two_layer
from verify.quantities import Workspace, quantity

Json = Any
Tangent = tuple[Vector, int | None]
"""The function sigma(w.x) (None), or x_p sigma'(w.x) (p), of x, for inner coordinates w."""
ZERO, ONE = fmpq(0), fmpq(1)


# ---- matrices of tangents at the inputs of data ------------------------------------------------------------------------


def tangent_matrix(evaluation: Evaluation) -> fmpq_mat | None:
    """M, N x (n D): the derivatives of the outputs at the inputs; None unless exact."""
    matrix = evaluation.jacobian
    return matrix.transpose() if isinstance(matrix, fmpq_mat) else None


def stacked(*matrices: fmpq_mat) -> fmpq_mat:
    """One above the other."""
    return fmpq_mat(list(chain.from_iterable(matrix.tolist() for matrix in matrices)))


def neuron_row(network: Network, vector: Vector, inputs: Iterable[Vector]) -> list[fmpq] | None:
    """sigma(v.x_i); None unless exact."""
    row = []
    for x in inputs:
        jet = network.jet(vector, x)
        if jet is None or not isinstance(jet[0], fmpq):
            return None
        row.append(jet[0])
    return row


def row_in_span(evaluation: Evaluation, vector: Vector) -> bool | None:
    """Whether sigma(v.x_i) lies in the row space of M: then a neuron (0, v) is critical whenever the network is."""
    matrix, row = tangent_matrix(evaluation), neuron_row(evaluation.network, vector, evaluation.data.inputs)
    if matrix is None or row is None or matrix.ncols() != len(row):
        return None
    return ranks.of_exact(stacked(matrix, fmpq_mat([row]))) == ranks.of_exact(matrix)


def data_with_residuals(evaluation: Evaluation, residuals: Sequence[fmpq]) -> Data | None:
    """The same inputs with the targets f(x_i) - e_i, for the half-square loss; one output."""
    if evaluation.outputs is None:
        return None
    targets = tuple((row[0] - e,) for row, e in zip(evaluation.outputs, residuals, strict=True))
    return Data(evaluation.data.inputs, targets)


def separating_data(evaluation: Evaluation, vector: Vector) -> Data | None:
    """Targets with which the network is critical, and with a neuron (0, v) added not: e is the first vector of the basis
    of ker M, by the free columns of the echelon form, that the row sigma(v.x_i) does not take to 0. None without one.
    """
    matrix, row = tangent_matrix(evaluation), neuron_row(evaluation.network, vector, evaluation.data.inputs)
    if matrix is None or row is None:
        return None
    for residuals in ranks.kernel_of_exact(matrix):
        if sum((e * s for e, s in zip(residuals, row, strict=True)), ZERO) != 0:
            return data_with_residuals(evaluation, residuals)
    return None


def joint_data(evaluation: Evaluation, vector: Vector) -> Data | None:
    """Targets with which both are critical: the first vector of such a basis for M and the row together, or e = 0."""
    matrix, row = tangent_matrix(evaluation), neuron_row(evaluation.network, vector, evaluation.data.inputs)
    if matrix is None or row is None:
        return None
    basis = ranks.kernel_of_exact(stacked(matrix, fmpq_mat([row])))
    return data_with_residuals(evaluation, basis[0] if basis else [ZERO] * len(row))


def critical_with(narrow: Evaluation, wide: Evaluation) -> bool | None:
    """Whether the wide network is critical (half-square loss) for all targets on the inputs with which the narrow one is.

    With M, M' the matrices of tangents and delta the difference of the outputs: M' (e + delta) = 0 for all e in ker M,
    which is tried for e = 0 and for a basis.
    """
    one, other = tangent_matrix(narrow), tangent_matrix(wide)
    if one is None or other is None or narrow.outputs is None or wide.outputs is None:
        return None
    difference = [b - a for a, b in zip(chain(*narrow.outputs), chain(*wide.outputs), strict=True)]
    residuals = [[fmpq(0)] * len(difference), *ranks.kernel_of_exact(one)]
    wide_residuals = [[e + delta for e, delta in zip(vector, difference, strict=True)] for vector in residuals]
    return not any((other * fmpq_mat(wide_residuals).transpose()).entries())


# ---- tangents as functions ---------------------------------------------------------------------------------------------


def tangents(network: Network) -> list[Tangent]:
    """The functions sigma(w_j.x), then x_p sigma'(w_j.x), neuron by neuron."""
    vectors = [neuron.inner for neuron in network.neurons]
    values: list[Tangent] = [(inner, None) for inner in vectors]
    return values + [(inner, p) for inner in vectors for p in range(network.dimension)]


def _factors(network: Network) -> list[fmpq]:
    """What a network's tangents are multiplied with in the derivatives of its output: 1 and a_j."""
    outer = [neuron.outer[0] for neuron in network.neurons]
    return [ONE] * network.width + [a for a in outer for _ in range(network.dimension)]


def value_rows(network: Network, functions: Sequence[Tangent]) -> fmpq_mat | None:
    """The functions at the zero-test points at which all of them are defined; None unless exact."""
    columns = []
    for x in zero_test_inputs(network.dimension):
        column = [_value(network, function, x) for function in functions]
        if any(entry is not None and not isinstance(entry, fmpq) for entry in column):
            return None
        if None not in column:
            columns.append(column)
    return fmpq_mat(columns).transpose() if columns else None


def _value(network: Network, function: Tangent, x: Vector) -> Any:
    inner, p = function
    jet = network.jet(inner, x)
    if jet is None or p is None:
        return None if jet is None else jet[0]
    return None if jet[1] is None else x[p] * jet[1]


def formal_rows(network: Network, functions: Sequence[Tangent]) -> fmpq_mat | None:
    """The functions in the terms of the collected form (one column each); None if the activation has none.

    A combination of rows that is zero is a combination of functions that is.
    """
    size = len(functions)
    units = [tuple(ONE if i == j else ZERO for i in range(size)) for j in range(size)]
    values = [Neuron(unit, inner) for unit, (inner, p) in zip(units, functions, strict=True) if p is None]
    form = collected(network, values)
    if form is None:
        return None
    table = {key: list(entry) for key, entry in form.items()}
    for row, (inner, p) in enumerate(functions):
        terms = [] if p is None else _slope_terms(network, inner, p)
        if terms is None:
            return None
        for key, factor in terms:
            table.setdefault(key, [ZERO] * size)[row] += factor
    return fmpq_mat(list(table.values())).transpose() if table else fmpq_mat(size, 1)


_SLOPE_AT_ZERO = {
    "tanh": ONE,
    "sin": ONE,
    "exp": ONE,
    "sigmoid": fmpq(1, 4),
    "softplus": fmpq(1, 2),
    "gelu": fmpq(1, 2),
    "swish": fmpq(1, 2),
    "x-tanh": ZERO,
}


def _slope_terms(network: Network, inner: Vector, p: int) -> list[tuple[Any, fmpq]] | None:
    """x_p sigma'(w.x) in terms: sigma = q + tau, tau odd, even or generic; tau'(eps z) = eps s(eps) tau'(z)."""
    activation = network.activation
    kind, letter = activation.form, activation.letter
    if letter == "P":
        return _polynomial_terms(network, inner, p)
    linear = kind in ("softplus", "gelu", "swish")
    if letter not in ("G", "O", "E") and not linear and kind not in ("sigmoid", "relu"):
        return None
    if network.is_null(inner):
        if kind == "relu":
            return None
        slope = _SLOPE_AT_ZERO[kind] if isinstance(kind, str) else activation.jet(ZERO)[1]  # type: ignore[index]
        return [(("x", p), slope)] if slope else []
    if kind == "relu":
        # x_p/2 + x_p sgn(w.x)/2, and sgn depends on the direction only
        scale = next(entry for entry in inner if entry)
        way = tuple(entry / scale for entry in inner)
        return [(("x", p), fmpq(1, 2)), (("slope", way, p), fmpq(1 if scale > 0 else -1, 2))]
    odd, even = letter == "O" or kind == "sigmoid", letter == "E" or linear
    key, orientation = network.class_key(inner, signed=odd or even)
    terms: list[tuple[Any, fmpq]] = [(("slope", key, p), fmpq(orientation if even else 1))]
    return [*terms, (("x", p), fmpq(1, 2))] if linear else terms


def _polynomial_terms(network: Network, inner: Vector, p: int) -> list[tuple[Any, fmpq]]:
    """x_p sigma'(w.x) by monomials of x."""
    ((kind, numbers),) = network.activation.form.items()
    sides = numbers if kind == "rational" else (numbers, ["1"])
    top, bottom = (fmpq_poly([fmpq(*map(int, text.split("/"))) for text in side]) for side in sides)
    slopes = [str(c) for c in (top // bottom).derivative().coeffs()] or ["0"]
    derivative = read_network({"activation": {"polynomial": slopes}, "layers": [[inner], [[1]]]})
    expanded = collected(derivative, derivative.neurons) or {}
    return [((*m[:p], m[p] + 1, *m[p + 1 :]), factor) for m, (factor,) in expanded.items()]


def _rank(matrix: fmpq_mat | None) -> int | None:
    return None if matrix is None else ranks.of_exact(matrix)


def independent(network: Network, functions: Sequence[Tangent]) -> bool | None:
    """Whether functions are linearly independent: shown by their values, or refuted by a relation of the collected form."""
    if (values := _rank(value_rows(network, functions))) is None:
        return None
    if values == len(functions):
        return True
    formal = _rank(formal_rows(network, functions))
    return False if formal is not None and formal < len(functions) else None


def in_span(narrow: Network, wide: Network) -> bool | None:
    """Whether every derivative of the wide network's output is a combination of those of the narrow one's.

    Both have one hidden layer, no biases, one output, and the same activation, inner coordinates and inputs.
    """
    functions, factors = tangents(narrow) + tangents(wide), _factors(narrow) + _factors(wide)
    values, formal = value_rows(narrow, functions), formal_rows(narrow, functions)
    if values is None:
        return None
    if _grows(values, factors, narrow.size):
        return False
    return True if formal is not None and not _grows(formal, factors, narrow.size) else None


def _grows(matrix: fmpq_mat, factors: Sequence[fmpq], first: int) -> bool:
    """Whether the rank, rows multiplied with factors, is larger than that of the first rows."""
    rows = [[factor * entry for entry in row] for factor, row in zip(factors, matrix.tolist(), strict=True)]
    return ranks.of_exact(fmpq_mat(rows)) > ranks.of_exact(fmpq_mat(rows[:first]))


# ---- splittings up to order ----------------------------------------------------------------------------------------------


def is_split_or_null(narrow: Network, wide: Network) -> bool:
    """Whether the wide network is, up to the order of neurons, a splitting of the narrow one with null neurons.

    Signs count for class O and E, coefficients may be 0; null neurons (w = 0) have a = 0 if sigma(0) = 0, and any a if
    also sigma'(0) = 0.
    """
    activation, nothing = narrow.activation, (ZERO,) * narrow.outputs
    targets = [(narrow.class_key(neuron.inner), neuron.outer) for neuron in narrow.neurons]
    options: list[list[Share]] = []
    for neuron in wide.neurons:
        key, orientation = wide.class_key(neuron.inner)
        null = wide.is_null(neuron.inner)
        own: list[Share] = []
        if null and activation.zero_at_zero and (not any(neuron.outer) or activation.flat_at_zero):
            own.append((None, nothing))
        for index, ((other, turn), whole) in enumerate(targets):
            if key == other and _is_multiple(neuron.outer, whole):
                signs = (1, -1) if null and activation.signed else (orientation * turn,)
                factors = sorted({activation.sign(sign) for sign in signs})
                own += [(index, tuple(factor * a for a in neuron.outer)) for factor in factors]
        if not own:
            return False
        options.append(own)
    return _can_share(options, [whole for _, whole in targets], nothing)


Share = tuple[int | None, Vector]
"""A narrow neuron, or None for a null one, and the part of its outer weights that a wide neuron may have."""


def _is_multiple(row: Vector, whole: Vector) -> bool:
    return not any(row) or (any(whole) and ranks.of_exact(fmpq_mat([row, whole])) == 1)


def _can_share(options: Sequence[Sequence[Share]], wholes: Sequence[Vector], nothing: Vector) -> bool:
    """Whether one option each can be chosen so that the shares of every target sum to it, and none is without a share."""

    def extend(position: int, sums: tuple[Vector, ...], hit: frozenset[int]) -> bool:
        if position == len(options):
            return len(hit) == len(wholes) and sums == tuple(wholes)
        for target, share in options[position]:
            grown, now = sums, hit
            if target is not None:
                more = tuple(x + y for x, y in zip(sums[target], share, strict=True))
                grown, now = (*sums[:target], more, *sums[target + 1 :]), hit | {target}
            if extend(position + 1, grown, now):
                return True
        return False

    return extend(0, (nothing,) * len(wholes), frozenset())


# ---- quantities ----------------------------------------------------------------------------------------------------------


def _plain(*networks: Network) -> bool:
    """One hidden layer, no biases, and (of several) the same activation, inner coordinates and numbers."""
    first = networks[0]
    return all(
        net.depth == 1
        and net.bias_free
        and (net.activation, net.inner, net.dimension, net.outputs)
        == (first.activation, first.inner, first.dimension, first.outputs)
        for net in networks
    )


def _matrices(workspace: Workspace, data: Json, *networks: Json) -> Iterator[fmpq_mat | None]:
    for network in networks:
        evaluation = shared_evaluation(workspace, network, data)
        yield tangent_matrix(evaluation) if _plain(evaluation.network) else None


@quantity("lifting.rank")
def rank_of_tangents(workspace: Workspace, network: Json, data: Json) -> Value:
    """The rank of M."""
    (matrix,) = _matrices(workspace, data, network)
    return _rank(matrix)


@quantity("lifting.joint_rank")
def joint_rank(workspace: Workspace, network: Json, other: Json, data: Json) -> Value:
    """The rank of the two matrices M, one above the other."""
    one, two = _matrices(workspace, data, network, other)
    return None if one is None or two is None else ranks.of_exact(stacked(one, two))


@quantity("lifting.neuron_rank")
def neuron_rank(workspace: Workspace, network: Json, data: Json) -> Value:
    """The rank of the matrix of the sigma(w_j.x_i)."""
    net, inputs = shared_network(workspace, network), shared_data(workspace, data).inputs
    if not _plain(net) or len(inputs[0]) != net.dimension:
        return None
    rows = [row for neuron in net.neurons if (row := neuron_row(net, neuron.inner, inputs)) is not None]
    return ranks.of_exact(fmpq_mat(rows)) if len(rows) == net.width else None


@quantity("lifting.neurons_independent")
def neurons_independent(workspace: Workspace, network: Json) -> Value:
    """Whether the functions sigma(w_j.x) are linearly independent."""
    net = shared_network(workspace, network)
    return independent(net, [(neuron.inner, None) for neuron in net.neurons]) if _plain(net) else None


@quantity("lifting.tangents_independent")
def tangents_independent(workspace: Workspace, network: Json) -> Value:
    """Whether the functions sigma(w_j.x) and x_p sigma'(w_j.x) are linearly independent: true or undefined."""
    net = shared_network(workspace, network)
    if not _plain(net):
        return None
    functions = tangents(net)
    return True if _rank(value_rows(net, functions)) == len(functions) else None


@quantity("lifting.in_span")
def tangents_in_span(workspace: Workspace, network: Json, wide: Json) -> Value:
    """Whether the derivatives of the second network's output lie in the span of the first's."""
    one, other = shared_network(workspace, network), shared_network(workspace, wide)
    return in_span(one, other) if _plain(one, other) and is_plain_two_layer(one) else None


@quantity("lifting.critical_with")
def always_critical(workspace: Workspace, network: Json, wide: Json, data: Json) -> Value:
    """Whether the second network is critical for all targets with which the first one is."""
    one, other = shared_network(workspace, network), shared_network(workspace, wide)
    if not (is_plain_two_layer(one) and is_plain_two_layer(other)):
        return None
    # the targets do not matter: residuals are worked out from the outputs
    return critical_with(*(evaluate(net, shared_data(workspace, data)) for net in (one, other)))


@quantity("lifting.split_or_null")
def split_or_null(workspace: Workspace, network: Json, wide: Json) -> Value:
    """Whether the second network is a splitting of the first with null neurons, up to order."""
    one, other = shared_network(workspace, network), shared_network(workspace, wide)
    return is_split_or_null(one, other) if _plain(one, other) else None


@quantity("lifting.row_in_span")
def is_row_in_span(workspace: Workspace, network: Json, data: Json, vector: Value) -> Value:
    """Whether the row sigma(v.x_i) lies in the row space of M."""
    evaluation = shared_evaluation(workspace, network, data)
    if not is_plain_two_layer(evaluation.network):
        return None
    return row_in_span(evaluation, tuple(map(fmpq, vector)))


def _of_added_neuron(name: str, make: Callable[[Evaluation, Vector], Data | None]) -> None:
    @quantity(name)
    def call(workspace: Workspace, network: Json, data: Json, vector: Value) -> Value:
        evaluation = shared_evaluation(workspace, network, data)
        if not is_plain_two_layer(evaluation.network):
            return None
        made = make(evaluation, tuple(map(fmpq, vector)))
        return None if made is None else made.to_json()


_of_added_neuron("lifting.separating_data", separating_data)
_of_added_neuron("lifting.joint_data", joint_data)
