"""What becomes of the inertia of a critical point when neurons are split or added; which points are local minima.

For a split neuron the wide Hessian is congruent to the narrow one plus a block G (x) B and zeros, B the curvature of the
neuron's loss (derived; for two copies: Fukumizu and Amari 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from verify.decide import inertia
from verify.decide.inertia import Inertia
from verify.networks.dense import Evaluation, evaluate
from verify.networks.dense_dual import Dual
from verify.networks.splittings import ONE, ZERO, Block, Splitting, Vector, append, block_fits, classes, plus

# ---- curvature and cross matrix of a neuron ----------------------------------------------------------------------------


def _second_moment(weights: Sequence[Any], inputs: Sequence[Vector], is_exact: bool) -> Any:
    """sum_i c_i x_i x_i^T, an ``fmpq_mat`` or an ``arb_mat``."""
    d = len(inputs[0])
    entries = [
        sum((c * x[p] * x[q] for c, x in zip(weights, inputs, strict=True)), ZERO) for p in range(d) for q in range(d)
    ]
    return (fmpq_mat if is_exact else arb_mat)(d, d, entries)


def curvature(evaluation: Evaluation, j: int) -> Any:
    """B_j = sum_i (e_i . a_j) sigma''(w_j.x_i) x_i x_i^T, d x d; None where undefined, and for networks with biases."""
    weights = _neuron_weights(evaluation, j, 2)
    if weights is None or evaluation.residuals is None:
        return None
    outer = evaluation.network.neurons[j].outer
    along = [
        factor * sum((e * a for e, a in zip(row, outer, strict=True)), ZERO)
        for factor, row in zip(weights, evaluation.residuals, strict=True)
    ]
    return _second_moment(along, evaluation.data.inputs, evaluation.exact)


def cross_matrix(evaluation: Evaluation, j: int) -> Any:
    """C_j = sum_i sigma'(w_j.x_i) e_i x_i^T, D x d; None where undefined, and for networks with biases."""
    weights = _neuron_weights(evaluation, j, 1)
    if weights is None or evaluation.residuals is None:
        return None
    network, data = evaluation.network, evaluation.data
    triples = list(zip(weights, evaluation.residuals, data.inputs, strict=True))
    entries = [
        sum((c * e[row] * x[p] for c, e, x in triples), ZERO)
        for row in range(network.outputs)
        for p in range(network.dimension)
    ]
    return (fmpq_mat if evaluation.exact else arb_mat)(network.outputs, network.dimension, entries)


def _neuron_weights(evaluation: Evaluation, j: int, order: int) -> list[Any] | None:
    network = evaluation.network
    if network.depth != 1 or not network.bias_free or evaluation.jets is None:
        return None
    if not 0 <= j < network.width:
        return None
    weights = [jet[order] for jet in evaluation.jets[0][j]]
    return None if None in weights else weights


# ---- laws of inertia -----------------------------------------------------------------------------------------------


def inertia_of(matrix: Any) -> Inertia | None:
    """Of an exact matrix; None for enclosures (they cannot show a zero eigenvalue) and for None."""
    return inertia.of_exact(matrix) if isinstance(matrix, fmpq_mat) else None


def split_law(evaluation: Evaluation, splitting: Splitting) -> Inertia | None:
    """The inertia of a split network at a critical point, from the narrow Hessian and the curvatures B_j.

    Needs coefficients that sum to 1 and at least one positive coefficient in each group, and one output.
    """
    total = inertia_of(evaluation.hessian)
    for group in splitting:
        own = inertia_of(curvature(evaluation, group.neuron))
        more = None if own is None else group.adds(own, evaluation.network.dimension)
        if total is None or more is None:
            return None
        total = plus(total, more)
    return total


def _kronecker(rows: Sequence[Sequence[fmpq]], matrix: fmpq_mat) -> list[list[fmpq]]:
    other = matrix.tolist()
    return [[x * y for x in row for y in line] for row in rows for line in other]


def multi_split_law(evaluation: Evaluation, splitting: Splitting) -> Inertia | None:
    """The same for several outputs: each group adds the inertia of [[0, I (x) C], [I (x) C^T, G (x) B]]."""
    total = inertia_of(evaluation.hessian)
    for group in splitting:
        b, c = curvature(evaluation, group.neuron), cross_matrix(evaluation, group.neuron)
        if total is None or not isinstance(b, fmpq_mat) or not isinstance(c, fmpq_mat):
            return None
        if (s := len(group.coefficients)) > 1:
            unit = [[ONE if i == j else ZERO for j in range(s - 1)] for i in range(s - 1)]
            corner, low, high = _kronecker(group.matrix, b), _kronecker(unit, c), _kronecker(unit, c.transpose())
            rows = [[ZERO] * len(low) + row for row in low] + [x + y for x, y in zip(high, corner, strict=True)]
            total = plus(total, inertia.of_exact(fmpq_mat(rows)))
    return total


def zero_block_law(evaluation: Evaluation, block: Block) -> Inertia | None:
    """The inertia of a critical network with a block of neurons added that cancel; None where no law applies."""
    network, size = evaluation.network, len(block.inner)
    if network.outputs != 1 or not block_fits(network, block):
        return None
    own = inertia_of(evaluation.hessian)
    dual = Dual(evaluation)
    slopes = [dual.gradient(vector) for vector in block.inner]
    if own is None or None in slopes:
        return None
    d, coefficients = network.dimension, [row[0] for row in block.outer]
    steep = [any(entry != 0 for entry in slope) for slope in slopes if slope is not None]
    if not any(coefficients):
        if all(steep):
            return plus(own, (size, size, size * (d - 1)))
        if size > 1 or any(steep):
            return None
        extended = _extended_inertia(evaluation, block.inner[0])
        return None if extended is None else plus(extended, (0, 0, d))
    if len(set(block.inner)) > 1 or any(steep) or sum(coefficients, ZERO) != 0:
        return None
    extended, phi = _extended_inertia(evaluation, block.inner[0]), _dual_inertia(dual, block.inner[0])
    if extended is None or phi is None or phi[2]:
        return None
    p, q = sum(c > 0 for c in coefficients), sum(c < 0 for c in coefficients)
    up, down, _ = phi
    return plus(
        extended,
        (
            d + (p - 1) * up + (q - 1) * down,
            d + (p - 1) * down + (q - 1) * up,
            size - 1 + (size - p - q) * d,
        ),
    )


def _dual_inertia(dual: Dual, vector: Vector) -> Inertia | None:
    rows = dual.hessian(vector) if dual.exact else None
    return None if rows is None else inertia.of_exact(fmpq_mat(rows))


def _extended_inertia(evaluation: Evaluation, vector: Vector) -> Inertia | None:
    """Of the Hessian with a neuron (0, v) added, without the rows and columns of its inner weights."""
    network = evaluation.network
    wide = append(network, Block((((ZERO,) * network.outputs),), (vector,)))
    matrix = evaluate(wide, evaluation.data).hessian
    if not isinstance(matrix, fmpq_mat):
        return None
    first = network.width * network.dimension
    kept = [i for i in range(wide.size) if not first <= i < first + network.dimension]
    return inertia.of_exact(fmpq_mat([[matrix[i, j] for j in kept] for i in kept]))


def plateau_rule(evaluation: Evaluation, splitting: Splitting) -> bool | None:
    """Whether the splitting of a strict local minimum is a local minimum: in every group with two or more copies B_j is
    positive definite and all coefficients are positive, or negative definite and exactly one of them is.

    None if a B_j of those groups has a zero eigenvalue, or is not known well enough; and for networks with biases.
    """
    narrow, truths = evaluation.network, []
    for group in splitting:
        if narrow.depth != 1 or not narrow.bias_free or group.neuron >= narrow.width:
            return None
        if len(group.coefficients) == 1:
            continue
        matrix = curvature(evaluation, group.neuron)
        own = inertia_of(matrix) if not isinstance(matrix, arb_mat) else inertia.of_balls(matrix)
        positive, negative, zero = group.counts
        if own is None or own[2]:
            return None
        truths.append(negative == zero == 0 if own[1] == 0 else positive == 1 if own[0] == 0 else False)
    return all(truths)


# ---- local minima ----------------------------------------------------------------------------------------------------


def minimum_by_inertia(evaluation: Evaluation) -> bool | None:
    """True for a critical point with n_- = 0 whose kernel is tangent to a flat of critical points with the same output
    (then the loss is Morse-Bott there); false if it is not critical or n_- > 0; else None.
    """
    gradient, matrix = evaluation.gradient, evaluation.hessian
    if gradient is not None and any(entry != 0 for entry in gradient):  # of enclosures: certainly
        return False
    own = inertia.of_balls(matrix) if isinstance(matrix, arb_mat) else inertia_of(matrix)
    if gradient is None or own is None:
        return None
    if own[1]:
        return False
    if not evaluation.exact:
        return None
    flat = flat_dimension(evaluation)
    return True if flat is not None and own[2] == flat else None


def flat_dimension(evaluation: Evaluation) -> int | None:
    """The dimension of the flat of critical points through an exact critical point on which the output stays: outer weights
    move within classes at which grad phi = 0, those of null neurons freely if grad phi(0) = 0.
    """
    dual, total = Dual(evaluation), 0
    for part in classes(evaluation.network):
        slope = dual.gradient(part.inner)
        if slope is None:
            return None
        if not any(slope):
            total += len(part.members) - (0 if part.is_null else 1)
    return total
