"""Embeddings of narrow networks into wide ones: the quantities ``embedding.*`` (``docs/certificates.md``, section 8).

The operators themselves are in ``splittings``, ``embedding_laws``, ``embedding_deep`` and ``escapes``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from verify.arithmetic import Value, is_number
from verify.decide import inertia
from verify.decide import rank as ranks
from verify.networks.dense import LOG, Evaluation, Network, shared_evaluation, shared_network
from verify.networks.dense_dual import Dual
from verify.networks.embedding_laws import (
    cross_matrix,
    curvature,
    inertia_of,
    minimum_by_inertia,
    multi_split_law,
    plateau_rule,
    split_law,
    zero_block_law,
)
from verify.networks.escapes import first_displacement, outer_step
from verify.networks.splittings import (
    ZERO,
    Splitting,
    append,
    block_fits,
    is_plain_two_layer,
    moved_network,
    read_block,
    read_splitting,
    reduced_network,
    shape,
    split_entries,
    split_network,
    splitting_fits,
)
from verify.quantities import Workspace, quantity

Json = Any


def _index(network: Network, j: Value) -> int | None:
    place = fmpq(j)
    return int(place.p) if place.q == 1 and 0 <= place < network.width else None


def _exact_vector(values: Sequence[Any]) -> Value:
    return tuple(values) if all(isinstance(entry, fmpq) for entry in values) else None


@quantity("embedding.split")
def split(workspace: Workspace, network: Json, splitting: Json) -> Value:
    """The wide network."""
    narrow, groups = shared_network(workspace, network), read_splitting(splitting)
    return split_network(narrow, groups).to_json() if splitting_fits(narrow, groups) else None


@quantity("embedding.append")
def appended(workspace: Workspace, network: Json, block: Json) -> Value:
    """The network with the block's neurons at the end."""
    narrow, added = shared_network(workspace, network), read_block(block)
    return append(narrow, added).to_json() if block_fits(narrow, added) else None


@quantity("embedding.reduce")
def reduce(workspace: Workspace, network: Json) -> Value:
    """One neuron per class; undefined if nothing remains."""
    wide = shared_network(workspace, network)
    if not is_plain_two_layer(wide) or wide.activation.letter not in ("G", "O", "E"):
        return None
    narrow = reduced_network(wide)
    return None if narrow is None else narrow.to_json()


@quantity("embedding.sums_to_one")
def sums_to_one(_: Workspace, splitting: Json) -> Value:
    """Whether each group's coefficients sum to 1."""
    return all(sum(group.coefficients, ZERO) == 1 for group in read_splitting(splitting))


@quantity("embedding.unshifted")
def unshifted(_: Workspace, splitting: Json) -> Value:
    """Whether no shift is given, or all are 0."""
    return not any(any(shift) for group in read_splitting(splitting) for shift in group.shifts or ())


@quantity("embedding.proper")
def proper(_: Workspace, splitting: Json) -> Value:
    """Whether no coefficient is 0."""
    return all(all(group.coefficients) for group in read_splitting(splitting))


@quantity("embedding.zero_sum")
def zero_sum(_: Workspace, block: Json) -> Value:
    """Whether the coefficients sum to 0."""
    return not any(sum(column, ZERO) for column in zip(*read_block(block).outer, strict=True))


@quantity("embedding.same_inner")
def same_inner(_: Workspace, block: Json) -> Value:
    """Whether all vectors are equal."""
    return len(set(read_block(block).inner)) == 1


@quantity("embedding.size")
def size(_: Workspace, block: Json) -> Value:
    """The number of neurons."""
    return len(read_block(block).inner)


@quantity("embedding.split_gradient")
def split_gradient(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
    """The split network's gradient as multiples of the narrow one's entries."""
    evaluation, groups = shared_evaluation(workspace, network, data), read_splitting(splitting)
    narrow = evaluation.network
    if not splitting_fits(narrow, groups) or evaluation.gradient is None:
        return None
    entries = split_entries(narrow, groups)
    return _exact_vector([factor * evaluation.gradient[column] for column, _slope, factor in entries])


@quantity("embedding.curvature_inertia")
def curvature_inertia(workspace: Workspace, network: Json, data: Json, j: Value) -> Value:
    """The inertia of B_j."""
    return _of_neuron(workspace, network, data, j, lambda evaluation, k: inertia_of(curvature(evaluation, k)))


@quantity("embedding.cross_rank")
def cross_rank(workspace: Workspace, network: Json, data: Json, j: Value) -> Value:
    """The rank of C_j."""

    def read(evaluation: Evaluation, k: int) -> Value:
        matrix = cross_matrix(evaluation, k)
        return ranks.of_exact(matrix) if isinstance(matrix, fmpq_mat) else None

    return _of_neuron(workspace, network, data, j, read)


def _of_neuron(
    workspace: Workspace, network: Json, data: Json, j: Value, read: Callable[[Evaluation, int], Value]
) -> Value:
    evaluation = shared_evaluation(workspace, network, data)
    index = _index(evaluation.network, j)
    return None if index is None else read(evaluation, index)


def _of_splitting(name: str, law: Callable[[Evaluation, Splitting], Value]) -> None:
    @quantity(name)
    def call(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
        evaluation, groups = shared_evaluation(workspace, network, data), read_splitting(splitting)
        return law(evaluation, groups)


_of_splitting("embedding.split_law", split_law)
_of_splitting("embedding.multi_split_law", multi_split_law)
_of_splitting("embedding.plateau_rule", plateau_rule)


@quantity("embedding.zero_block_law")
def law_of_zero_block(workspace: Workspace, network: Json, data: Json, block: Json) -> Value:
    """The inertia of the network with the block appended, where a law gives it."""
    return zero_block_law(shared_evaluation(workspace, network, data), read_block(block))


@quantity("embedding.local_minimum")
def local_minimum(workspace: Workspace, network: Json, data: Json) -> Value:
    """Whether the point is a local minimum, where inertia and the dimension of a critical flat decide it."""
    evaluation = shared_evaluation(workspace, network, data)
    if not is_plain_two_layer(evaluation.network) or evaluation.data.loss not in ("half-square", "square"):
        return None
    if evaluation.loss is not None and evaluation.loss == 0:  # of an enclosure: it is the point 0
        return True
    return True if Dual(evaluation).vanishes else minimum_by_inertia(evaluation)


@quantity("embedding.moved")
def moved(workspace: Workspace, network: Json, chosen: Value, displacement: Value, change: Value) -> Value:
    """The network with some neurons of one w moved, and the first's outer weight changed."""
    start = shared_network(workspace, network)
    indices = _indices(start, chosen)
    if indices is None or not all(map(is_number, (*displacement, change))):
        return None
    made = moved_network(start, indices, tuple(map(fmpq, displacement)), fmpq(change))
    return None if made is None else made.to_json()


def _indices(network: Network, chosen: Value) -> list[int] | None:
    indices = [_index(network, j) for j in chosen]
    found = [j for j in indices if j is not None]
    return found if found and len(set(found)) == len(indices) else None


@quantity("embedding.partial_sum")
def partial_sum(workspace: Workspace, network: Json, chosen: Value) -> Value:
    """The sum of a_j over some neurons with one w."""
    start = shared_network(workspace, network)
    if not is_plain_two_layer(start) or (indices := _indices(start, chosen)) is None:
        return None
    if len({start.neurons[j].inner for j in indices}) != 1:
        return None
    return sum((start.neurons[j].outer[0] for j in indices), ZERO)


@quantity("embedding.escape")
def escape(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value) -> Value:
    """A network near by with lower loss, if the chosen neurons' outer weights cancel."""
    return _escaped(workspace, network, data, chosen, radius, climbing=False)


@quantity("embedding.climb")
def climb(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value) -> Value:
    """A network near by with higher loss, if the chosen neurons' outer weights cancel."""
    return _escaped(workspace, network, data, chosen, radius, climbing=True)


def _escaped(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value, *, climbing: bool) -> Value:
    evaluation = shared_evaluation(workspace, network, data)
    start, reach = evaluation.network, fmpq(radius)
    if not is_plain_two_layer(start) or not evaluation.exact or reach <= 0:
        return None
    indices = _indices(start, chosen)
    if indices is None or len({start.neurons[j].inner for j in indices}) > 1:
        return None
    found = first_displacement(evaluation, start.neurons[indices[0]].inner, reach)
    if found is None:
        return start.to_json() if Dual(evaluation).vanishes else None
    step, phi, kappa = found
    if climbing:
        change = reach / 2 if phi > 0 else -reach / 2
    elif kappa == 0:
        return None
    else:
        change = outer_step(phi, kappa, reach)
    made = moved_network(start, indices, step, change)
    return None if made is None else made.to_json()


@quantity("embedding.distance")
def distance(workspace: Workspace, network: Json, other: Json) -> Value:
    """The greatest absolute difference of corresponding parameters; undefined for other shapes.

    Logarithmic coordinates u, u' count max(u/u', u'/u) - 1 >= |log u - log u'|, no less than the weights' difference.
    """
    one, two = shared_network(workspace, network), shared_network(workspace, other)
    if one.inner != two.inner or shape(one) != shape(two):
        return None
    pairs = list(zip(one.parameters, two.parameters, strict=True))
    inner = 0
    if one.inner == LOG:
        inner = one.width * (one.dimension + (one.biases[0] is not None))  # W_1 and b_1 come first
    apart = [max(u / v, v / u) - 1 for u, v in pairs[:inner]]
    return max([*apart, *(abs(x - y) for x, y in pairs[inner:])])


def _matrix(rows: Value, height: int, width: int) -> fmpq_mat | None:
    """A matrix from a tuple of rows; None if the sizes are others."""
    if not isinstance(rows, tuple) or len(rows) != height:
        return None
    if not all(isinstance(row, tuple) and len(row) == width for row in rows):
        return None
    return fmpq_mat(height, width, [fmpq(entry) for row in rows for entry in row])


def _same_entries(one: Any, other: Any) -> bool | None:
    """Whether matrices are equal; of enclosures false or undecided."""
    if isinstance(one, fmpq_mat) and isinstance(other, fmpq_mat):
        return bool(one == other)
    difference = arb_mat(one) - arb_mat(other)
    return False if any(entry != 0 for entry in difference.entries()) else None


def _hessians(workspace: Workspace, network: Json, wide: Json, data: Json) -> tuple[Any, Any] | None:
    narrow, broad = (shared_evaluation(workspace, raw, data).hessian for raw in (network, wide))
    return None if narrow is None or broad is None else (narrow, broad)


def _lifter(*matrices: Any) -> Callable[[fmpq_mat], Any]:
    """Exact matrices become enclosures where they meet enclosures."""
    return arb_mat if any(isinstance(matrix, arb_mat) for matrix in matrices) else lambda matrix: matrix


@quantity("embedding.gradient_matrix_holds")
def gradient_matrix_holds(
    workspace: Workspace, network: Json, wide: Json, data: Json, tangent: Value, gradient: Value
) -> Value:
    """Whether H_wide T = M H_narrow, and T has full column rank."""
    if (pair := _hessians(workspace, network, wide, data)) is None:
        return None
    narrow, broad = pair
    size = narrow.nrows()
    t, m = (_matrix(rows, broad.nrows(), size) for rows in (tangent, gradient))
    if t is None or m is None:
        return None
    if ranks.of_exact(t) < size:
        return False
    lift = _lifter(narrow, broad)
    return _same_entries(broad * lift(t), lift(m) * narrow)


@quantity("embedding.loss_form_holds")
def loss_form_holds(workspace: Workspace, network: Json, wide: Json, data: Json, tangent: Value) -> Value:
    """Whether T^T H_wide T = H_narrow."""
    if (pair := _hessians(workspace, network, wide, data)) is None:
        return None
    narrow, broad = pair
    t = _matrix(tangent, broad.nrows(), narrow.nrows())
    if t is None:
        return None
    lift = _lifter(narrow, broad)
    return _same_entries(lift(t.transpose()) * broad * lift(t), narrow)


# ---- properties that statements assume --------------------------------------------------------------------------------


@quantity("embedding.null_inner")
def null_inner(workspace: Workspace, network: Json, block: Json) -> Value:
    """Whether every inner vector of the block is w = 0."""
    net = shared_network(workspace, network)
    vectors = read_block(block).inner
    return all(net.is_null(v) for v in vectors) if all(len(v) == net.dimension for v in vectors) else None


@quantity("embedding.outer_nonzero")
def outer_nonzero(workspace: Workspace, network: Json, splitting: Json) -> Value:
    """Whether each split neuron has an outer weight that is not 0."""
    net = shared_network(workspace, network)
    groups = read_splitting(splitting)
    if net.depth != 1 or not all(group.neuron < net.width for group in groups):
        return None
    return all(any(row[group.neuron] for row in net.layers[1]) for group in groups)


@quantity("embedding.regular")
def regular(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
    """Whether B_j has no zero eigenvalue, for each neuron with two or more copies."""
    evaluation = shared_evaluation(workspace, network, data)
    truths: list[bool | None] = []
    for group in read_splitting(splitting):
        if len(group.coefficients) > 1:
            matrix = curvature(evaluation, group.neuron)
            if matrix is None:
                return None
            exact = isinstance(matrix, fmpq_mat)
            own = inertia.of_exact(matrix) if exact else inertia.of_balls(matrix)
            truths.append(None if own is None else own[2] == 0)
    return False if False in truths else None if None in truths else True


@quantity("embedding.largest_share")
def largest_share(_: Workspace, splitting: Json) -> Value:
    """The greatest absolute value of a coefficient."""
    shares = [abs(share) for group in read_splitting(splitting) for share in group.coefficients]
    return max(shares, default=fmpq(0))


@quantity("embedding.cross_total")
def cross_total(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
    """Sum over the groups of (number of copies - 1) times the rank of C_j."""
    evaluation = shared_evaluation(workspace, network, data)
    total = 0
    for group in read_splitting(splitting):
        matrix = cross_matrix(evaluation, group.neuron)
        if matrix is None or isinstance(matrix, arb_mat):
            return None
        total += (len(group.coefficients) - 1) * ranks.of_exact(matrix)
    return total


@quantity("embedding.zero_block_case")
def zero_block_case(workspace: Workspace, network: Json, data: Json, block: Json) -> Value:
    """Which of the three cases of ``embedding.zero_block_law`` applies; 0 if none does."""
    evaluation, read = shared_evaluation(workspace, network, data), read_block(block)
    net = evaluation.network
    if net.depth != 1 or net.outputs != 1 or not net.bias_free or not evaluation.exact:
        return None
    if any(len(v) != net.dimension for v in read.inner) or any(len(row) != 1 for row in read.outer):
        return None
    dual = Dual(evaluation)
    slopes = [dual.gradient(v) for v in read.inner]
    if any(slope is None for slope in slopes):
        return None
    steep = [any(entry != 0 for entry in slope) for slope in slopes if slope is not None]
    shares = [row[0] for row in read.outer]
    if not any(shares):
        return 1 if all(steep) else 2 if len(shares) == 1 else 0
    if len(set(read.inner)) > 1 or any(steep) or sum(shares, fmpq(0)) != 0:
        return 0
    rows = dual.hessian(read.inner[0])
    return None if rows is None else 3 if inertia.of_exact(fmpq_mat(rows))[2] == 0 else 0
