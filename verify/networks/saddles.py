"""Critical points with exact arithmetic: zeros of the dual function, and ways down from saddles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_poly

from verify.decide import inertia, roots
from verify.errors import InstanceError
from verify.networks.dense import LOG, Data, Evaluation, Network, Neuron, evaluate
from verify.networks.dense_dual import Dual, dual_numerator
from verify.networks.escapes import Escape, displacements, outer_step
from verify.networks.splittings import ONE, ZERO, NeuronClass, assembled, classes, demand_two_layer, number

# ---- criticality, the dual function and its zeros --------------------------------------------------------------------


def demand_exact(evaluation: Evaluation) -> None:
    if not evaluation.exact:
        raise InstanceError(
            f"network: values of {evaluation.network.activation.form} are not rational, and a zero cannot be decided; use "
            'inner="log" with integral inputs (tanh, sigmoid, exp), or a rational activation'
        )


def critical_evaluation(network: Network, data: Data) -> Evaluation:
    """The evaluation at a point that is certainly critical."""
    evaluation = evaluate(network, data)
    demand_exact(evaluation)
    if evaluation.gradient is None:
        raise InstanceError("data: the gradient is undefined there (a kink, a pole, or an input that is not integral)")
    for index, entry in enumerate(evaluation.gradient):
        if entry != 0:
            raise InstanceError(
                f"network: it is not a critical point of the loss: the derivative by parameter {index} is {entry}; "
                "choose targets for which it is critical (residuals in the kernel of the matrix of tangents)"
            )
    return evaluation


@dataclass(frozen=True)
class DualZero:
    """A zero of phi, for one input: an inner coordinate between ``lo`` and ``hi`` (equal if it is rational).

    ``multiplicity`` is that of phi as a function of the inner coordinate.
    """

    lo: fmpq
    hi: fmpq
    multiplicity: int

    @property
    def value(self) -> fmpq | None:
        """The zero itself, if it is rational."""
        return self.lo if self.lo == self.hi else None


def dual_zeros(network: Network, data: Data) -> tuple[DualZero, ...]:
    """All zeros of phi(v) = sum_i e_i sigma(v x_i) for networks with one input, in increasing order.

    Neurons (0, v) at these v, and no others, can be added to a critical network. With inner coordinates ``log`` they
    are the zeros u > 0 in the coordinate u.

    Raises:
        InstanceError: for several inputs, for other activations than rational ones and those with ``log``, and if phi is
            identically 0.
    """
    demand_two_layer(network)
    if network.dimension != 1:
        raise InstanceError(
            f"network: it has {network.dimension} inputs, and the zeros of phi are a hypersurface; "
            "test vectors of your own with lift(network, data, vectors)"
        )
    evaluation = evaluate(network, data)
    demand_exact(evaluation)
    numerator = dual_numerator(Dual(evaluation)) if network.inner == LOG else _rational_numerator(evaluation)
    if numerator is None:
        raise InstanceError("network, data: phi is no rational function here; use integral inputs with inner='log'")
    if not numerator:
        raise InstanceError(
            "data: phi is identically 0, every vector is a zero (the network fits the data, or nearly so)"
        )
    low = fmpq(0) if network.inner == LOG else None
    return tuple(DualZero(*found) for found in roots.isolate(numerator.coeffs(), low, None))


def _rational_numerator(evaluation: Evaluation) -> fmpq_poly | None:
    """phi times its denominators, as a polynomial in the inner weight; None for activations that are not rational."""
    form = evaluation.network.activation.form
    if not isinstance(form, dict) or "power" in form or evaluation.residuals is None:
        return None
    top, bottom = form["rational"] if "rational" in form else (form["polynomial"], ["1"])
    p, q = (fmpq_poly([number(c) for c in side]) for side in (top, bottom))
    total, common = fmpq_poly([0]), fmpq_poly([1])
    for (e, *_), (x,) in zip(evaluation.residuals, evaluation.data.inputs, strict=True):
        scaled = fmpq_poly([0, x])
        total, common = total * q(scaled) + e * p(scaled) * common, common * q(scaled)
    return total


# ---- leave a saddle --------------------------------------------------------------------------------------------------


def cancelling(network: Network) -> tuple[int, ...] | None:
    """The fewest neurons of one class whose signed outer weights sum to 0; None if there are none.

    Neurons with outer weight 0 count; for w = 0 and an odd or even activation the signs are free.
    """
    best: tuple[int, ...] | None = None
    for part in classes(network):
        for size in range(1, len(part.members) + 1):
            if best is not None and size >= len(best):
                break
            for chosen in combinations(range(len(part.members)), size):
                if _signs(network, part, chosen) is not None:
                    best = tuple(part.members[i] for i in chosen)
                    break
    return best


def _signs(network: Network, part: NeuronClass, chosen: Sequence[int]) -> tuple[int, ...] | None:
    """Orientations eps of the chosen members with sum s(eps) a = 0."""
    weights = [network.neurons[part.members[i]].outer[0] for i in chosen]
    reference, turn = network.class_key(part.inner)
    if network.is_null(reference) and network.activation.signed:
        options: Any = product((1, -1), repeat=len(chosen))
    else:
        options = [tuple(turn * network.class_key(network.neurons[part.members[i]].inner)[1] for i in chosen)]
    for signs in options:
        total = sum((network.activation.sign(e) * a for e, a in zip(signs, weights, strict=True)), ZERO)
        if total == 0:
            return tuple(signs)
    return None


def escape(network: Network, data: Data, neurons: Sequence[int] | None = None, radius: Any = 1) -> Escape:
    """Leave a critical point with neurons that cancel: a network near by with strictly lower loss, all numbers exact.

    The neurons (one class, signed outer weights that sum to 0) are moved together to w + h with phi(w + h) != 0, which
    keeps the output; then t = -phi/kappa is added to an outer weight. For the (half-)square loss the change of the loss
    is exactly t phi + t^2 kappa/2 (= -phi^2/(2 kappa) for the full step).

    Args:
        neurons: their indices; by default the fewest that cancel.
        radius: no parameter moves farther (with inner coordinates ``log``: factors of u between 1 - radius/4 and
            1 + radius/4).

    Raises:
        InstanceError: if no neurons cancel, those given do not, the point is not critical, or phi is identically 0.
    """
    demand_two_layer(network)
    evaluation = critical_evaluation(network, data)
    reach = number(radius)
    if reach <= 0 or (network.inner == LOG and reach > 1):
        raise InstanceError(f"radius {reach}: it must be positive, and at most 1 with inner coordinates log")
    chosen = tuple(neurons) if neurons is not None else cancelling(network)
    if not chosen:
        raise InstanceError(
            "network: no neurons cancel (no outer weight 0, no vanishing partial sum), so this escape does not apply; "
            "descent(network, data) looks for a direction of negative curvature"
        )
    signs = _demand_cancelling(network, chosen)
    vector = network.neurons[chosen[0]].inner if signs[0] > 0 else network.opposite(network.neurons[chosen[0]].inner)
    found = _first_move(evaluation, vector, reach)
    if found is None:
        raise InstanceError(
            "data: phi vanishes at all points tried (it is identically 0 where the network fits the data)"
        )
    moved, step, phi, kappa = found
    change = outer_step(phi, kappa, reach)
    factor = network.activation.sign(signs[0])
    own = list(network.neurons)
    for j, sign in zip(chosen, signs, strict=True):
        own[j] = Neuron(own[j].outer, moved if sign > 0 else network.opposite(moved))
    before, first = _loss(evaluation), own[chosen[0]]
    for _ in range(60):
        own[chosen[0]] = Neuron((first.outer[0] + factor * change,), first.inner)
        lower = assembled(network, own, None)
        after = _loss(evaluate(lower, data))
        if after < before:
            return Escape(lower, step, change, phi, kappa, before, after)
        change /= 2  # for losses that are not quadratic
    raise InstanceError("data: no lower loss was found along this path")


def _loss(evaluation: Evaluation) -> fmpq:
    if not isinstance(evaluation.loss, fmpq):
        raise InstanceError("data: the loss is undefined at a point of the path")
    return evaluation.loss


def _demand_cancelling(network: Network, chosen: Sequence[int]) -> tuple[int, ...]:
    for part in classes(network):
        if set(chosen) <= set(part.members):
            signs = _signs(network, part, [part.members.index(j) for j in chosen])
            if signs is not None:
                return signs
            raise InstanceError(f"neurons {list(chosen)}: their signed outer weights do not sum to 0")
    raise InstanceError(
        f"neurons {list(chosen)}: they must exist and have equal inner weights (or opposite: class O, E)"
    )


def _first_move(
    evaluation: Evaluation, vector: tuple[fmpq, ...], reach: fmpq
) -> tuple[tuple[fmpq, ...], tuple[fmpq, ...], fmpq, fmpq] | None:
    """The moved vector, the displacement (with ``log`` the factors), phi and kappa there."""
    network, dual = evaluation.network, Dual(evaluation)
    for step in displacements(len(vector), reach):
        if network.inner == LOG:
            step = tuple(1 + h for h in step)
            moved = tuple(u * factor for u, factor in zip(vector, step, strict=True))
        else:
            moved = tuple(w + h for w, h in zip(vector, step, strict=True))
        phi, kappa = dual.value(moved), dual.kappa(moved)
        if phi and kappa:
            return moved, step, phi, kappa
    return None


@dataclass(frozen=True)
class Descent:
    """A direction of negative curvature at a critical point, and a network down along it.

    ``direction`` is in the order of ``Network.parameters`` (in the weights), ``curvature`` its value of the
    Hessian (negative), ``start`` and ``end`` the losses at the point and at ``network``.
    """

    direction: tuple[fmpq, ...]
    curvature: fmpq
    network: Network
    start: fmpq
    end: fmpq


def descent(network: Network, data: Data) -> Descent:
    """A direction in which the loss falls to second order at a strict saddle, and a network with strictly lower loss.

    Any depth, any number of outputs.

    Raises:
        InstanceError: if the point is not critical, or its Hessian has no negative eigenvalue.
    """
    evaluation = critical_evaluation(network, data)
    matrix = evaluation.hessian
    direction = None if matrix is None else negative_direction(matrix)
    if matrix is None or direction is None:
        known = "is undefined" if matrix is None else f"has the inertia {inertia.of_exact(matrix)}"
        raise InstanceError(f"network: the Hessian {known}: there is no direction of negative curvature")
    column = fmpq_mat([[entry] for entry in direction])
    curvature = (column.transpose() * matrix * column)[0, 0]
    before, size = _loss(evaluation), ONE / max(abs(entry) for entry in direction)
    for _ in range(60):
        size /= 2
        for sign in (1, -1):
            lower = _along(network, [sign * size * entry for entry in direction])
            after = evaluate(lower, data).loss
            if isinstance(after, fmpq) and after < before:
                return Descent(tuple(direction), curvature, lower, before, after)
    raise InstanceError("data: no lower loss was found along the direction")


def _along(network: Network, change: Sequence[fmpq]) -> Network:
    """The network moved; a logarithmic weight c log u to first order: u (1 + change/c)."""
    parameters = list(network.parameters)
    logarithmic = network.width * (network.dimension + (network.biases[0] is not None)) if network.inner == LOG else 0
    scale = 2 if network.activation.form == "tanh" else 1
    for index, step in enumerate(change):
        if index < logarithmic:
            parameters[index] *= max(1 + scale * step, fmpq(1, 8))
        else:
            parameters[index] += step
    return network.with_parameters(parameters)


def negative_direction(matrix: fmpq_mat) -> list[fmpq] | None:
    """A vector v with v^T H v < 0, by symmetric elimination (congruence); None if the symmetric H has none."""
    size = matrix.nrows()
    rows = matrix.tolist()
    basis = [[ONE if i == j else ZERO for j in range(size)] for i in range(size)]
    left = list(range(size))
    while left:
        for i in left:
            if rows[i][i] < 0:
                return basis[i]
        pivot = next((i for i in left if rows[i][i] != 0), None)
        if pivot is None:
            pair = next(((i, j) for i, j in combinations(left, 2) if rows[i][j] != 0), None)
            if pair is None:
                return None
            i, j = pair
            sign = -1 if rows[i][j] > 0 else 1
            return [x + sign * y for x, y in zip(basis[i], basis[j], strict=True)]
        left.remove(pivot)
        for i in left:
            factor = rows[i][pivot] / rows[pivot][pivot]
            basis[i] = [x - factor * y for x, y in zip(basis[i], basis[pivot], strict=True)]
            # rows of the Schur complement only: the pivot's row and column are not read again
            for j in left:
                rows[i][j] -= factor * rows[pivot][j]
    return None
