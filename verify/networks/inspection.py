"""Questions about a point: its inertia, whether it is a local minimum, what its splits are; and points that are critical."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from verify.arithmetic import precision
from verify.decide import inertia as inertias
from verify.decide.inertia import Inertia
from verify.decide.rank import kernel_of_exact
from verify.errors import InstanceError
from verify.networks.boxes import RADII, Box, inertia_of_split
from verify.networks.dense import PLAIN, Data, Evaluation, Network, evaluate
from verify.networks.dense_dual import Dual
from verify.networks.embedding_laws import minimum_by_inertia, split_law
from verify.networks.splittings import demand_two_layer, read_splitting


def inertia(network: Network, data: Data) -> Inertia:
    """The numbers of positive, negative and zero eigenvalues of the loss Hessian of an exact network.

    Raises:
        InstanceError: if the network is not exact: zero eigenvalues of enclosures cannot be certain.
    """
    matrix = evaluate(network, data).hessian
    if not isinstance(matrix, fmpq_mat):
        raise InstanceError(
            f"network: values of {network.activation.form} are not rational here; certify_critical_point gives the inertia in "
            "a box, split_inertia that of a split, and inner='log' or a rational activation makes everything exact"
        )
    return inertias.of_exact(matrix)


def is_local_minimum(network: Network, data: Data) -> bool | None:
    """Whether an exact network with one hidden layer and one output is a local minimum of the squared error.

    True with a proof: the loss is 0, or phi vanishes identically, or the Hessian has no negative eigenvalue and no zero
    one but along a flat set of critical points. None: undecided (a degenerate point).

    Raises:
        InstanceError: as ``inertia``, or for another shape or loss.
    """
    demand_two_layer(network)
    inertia(network, data)
    if data.loss == "quartic":
        raise InstanceError("data: loss: the test is for half-square and square, not for quartic")
    found = evaluate(network, data)
    return True if not found.loss or Dual(found).vanishes else minimum_by_inertia(found)


def split_inertia(
    network: Network, data: Data, neuron: int, coefficients: Sequence[Any], radius: Any = None, bits: int = 113
) -> Inertia:
    """The inertia of the critical point that splitting one neuron makes, without computing with the wide network.

    For an exact network that is critical, or for one that is near to a critical point (``polish`` it first): then that
    of the one critical point in a box around it, certified.

    Raises:
        InstanceError: if the point is not critical, shares do not sum to 1 or none is positive, or if the box does not
            decide it (the message says which).
    """
    demand_two_layer(network)
    listed = [{"neuron": neuron, "coefficients": list(coefficients)}]
    (group,) = read_splitting(listed)
    if sum(group.coefficients, fmpq(0)) != 1 or group.counts[0] == 0:
        raise InstanceError(f"coefficients: {', '.join(map(str, coefficients))} must sum to 1, one of them positive")
    if not 0 <= group.neuron < network.width or not any(network.neurons[group.neuron].outer):
        raise InstanceError(f"neuron: {neuron} is none of the {network.width} neurons, or has outer weight 0")
    found = evaluate(network, data)
    if found.exact:
        if any(found.gradient or [1]):
            raise InstanceError("network: it is not critical; designed targets (critical_targets) make it so")
        law = split_law(found, (group,))
    else:
        law = _certified(network, data, listed, radius, bits)
    if law is None:
        raise InstanceError(
            "radius: no box that was tried decides it; polish the network, or the curvature of the neuron is singular"
        )
    return law


def _certified(network: Network, data: Data, listed: Any, radius: Any, bits: int) -> Inertia | None:
    with precision(bits):
        for tried in RADII if radius is None else (radius,):
            box = Box(network, data, tried)
            if box.unique_critical and (law := inertia_of_split(box, listed)):
                return law
    return None


def critical_targets(network: Network, inputs: Sequence[Any], seed: int = 0) -> Data:
    """Data with these inputs at which an exact network is exactly critical, with nonzero residuals (D outputs, half-square).

    The residuals are a small combination (another one for each seed, up to 5) of a basis of the kernel of the matrix of
    the outputs' derivatives.

    Raises:
        InstanceError: if the network is not exact at the inputs, or if only zero residuals make it critical: take more
            inputs than it has parameters.
    """
    zeros = Data.of(inputs, [[0] * network.outputs for _ in inputs])
    found = Evaluation(network, zeros)
    if not isinstance(found.jacobian, fmpq_mat) or found.outputs is None:
        how = "inner='plain'" if network.inner == PLAIN else "integral inputs"
        raise InstanceError(f"network: its outputs at the inputs are not rational (with {how} and this activation)")
    basis = kernel_of_exact(found.jacobian.transpose())
    if not basis:
        raise InstanceError(f"inputs: only a fit is critical; give more inputs than {network.size}/{network.outputs}")
    shares = [(1, -1, 2, -2, 3)[(seed + 2 * k) % 5] for k in range(len(basis))]
    residuals = [
        sum((c * vector[k] for c, vector in zip(shares, basis, strict=True)), fmpq(0)) for k in range(len(basis[0]))
    ]
    scale = max(map(abs, residuals))
    targets = [
        [value - residuals[i * network.outputs + c] / scale for c, value in enumerate(row)]
        for i, row in enumerate(found.outputs)
    ]
    return Data.of(zeros.inputs, [[Fraction(int(y.p), int(y.q)) for y in row] for row in targets])
