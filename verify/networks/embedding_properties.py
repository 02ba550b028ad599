"""Properties of splittings and blocks that statements assume: further quantities ``embedding.*``."""

from __future__ import annotations

from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from verify.arithmetic import Value
from verify.decide import inertia, rank
from verify.networks.dense import shared_evaluation, shared_network
from verify.networks.dense_dual import Dual
from verify.networks.embeddings import cross_matrix, curvature, read_block, read_splitting
from verify.quantities import Workspace, quantity

Json = Any


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
        total += (len(group.coefficients) - 1) * rank.of_exact(matrix)
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
