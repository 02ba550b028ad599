"""Certified critical points: a box of parameters around a point, and networks whose residuals are made to measure.

Quantities ``boxes.*`` and ``designed.*`` of ``docs/certificates.md``, section 8. Existence and uniqueness are shown by
Krawczyk's test on the gradient, with the Hessian enclosed over the box; inertia by ``verify.decide.inertia``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat

from verify.arithmetic import Value, exact, precision
from verify.decide.inertia import Inertia, of_balls, of_exact
from verify.decide.inertia import certain_signs as certain_signs_of
from verify.decide.zeros import krawczyk
from verify.errors import InstanceError
from verify.networks.dense import (
    PLAIN,
    Data,
    Evaluation,
    Network,
    Vector,
    remembered,
    shared_data,
    shared_network,
)
from verify.networks.dense_quantities import index_of
from verify.networks.splittings import plus, read_splitting
from verify.quantities import Workspace, quantity

Json = Any


def ball(centre: fmpq, radius: fmpq) -> arb:
    """Encloses every number within the radius of the centre."""
    spread = arb(radius)
    return arb(centre) + spread.union(-spread)


class Box:
    """All parameters within ``radius`` of those of a plain network, with what holds at every point of the box.

    Raises:
        InstanceError: for logarithmic weights, a radius that is not positive, data that do not fit.
    """

    def __init__(self, network: Network, data: Data, radius: Any) -> None:
        if network.inner != PLAIN:
            raise InstanceError("boxes: the network has logarithmic weights; boxes are of plain networks")
        self.radius = exact(radius)
        if self.radius <= 0:
            raise InstanceError(f"boxes: the radius {self.radius} is not positive")
        self.network, self.data = network, data
        self.over_box = Evaluation(network, data, [ball(value, self.radius) for value in network.parameters])

    @cached_property
    def at_centre(self) -> Evaluation:
        """The network itself, in balls or exactly."""
        return Evaluation(self.network, self.data)

    @cached_property
    def unique_critical(self) -> bool | None:
        """Whether exactly one critical point lies in the box: shown by Krawczyk's test; False if there is none."""
        hessian, gradient = self.over_box.hessian, self.at_centre.gradient
        if hessian is not None and gradient is not None:
            radii = [arb(self.radius)] * self.network.size
            if krawczyk([arb(entry) for entry in gradient], hessian, radii):
                return True
            around = arb_mat(self.network.size, 1, [ball(fmpq(0), self.radius)] * self.network.size)
            by_mean_value = (hessian * around).entries()
            if any(g + change != 0 for g, change in zip(gradient, by_mean_value, strict=True)):
                return False
        everywhere = self.over_box.gradient
        return False if everywhere is not None and any(entry != 0 for entry in everywhere) else None

    @cached_property
    def signs(self) -> tuple[int, int] | None:
        """Numbers of eigenvalues of the Hessian that are positive, and negative, at every point of the box."""
        hessian = self.over_box.hessian
        return None if hessian is None else certain_signs_of(hessian)

    @cached_property
    def inertia(self) -> Inertia | None:
        """Of the Hessian at every point of the box, if no eigenvalue is zero there."""
        if self.signs is None or sum(self.signs) < self.network.size:
            return None
        return (*self.signs, 0)

    def curvature(self, j: int) -> arb_mat | None:
        """B_j = sum_i (e_i a_j) sigma''(w_j.x_i) x_i x_i^T for D = 1, L = 1, no biases; else None."""
        network, residuals, jets = self.network, self.over_box.residuals, self.over_box.jets
        if network.depth != 1 or network.outputs != 1 or not network.bias_free:
            return None
        if residuals is None or jets is None:
            return None
        seconds = [jet[2] for jet in jets[0][j]]
        if any(second is None for second in seconds):
            return None
        a = ball(network.neurons[j].outer[0], self.radius)
        inputs = arb_mat([list(row) for row in self.data.inputs])
        scaled = arb_mat(
            [
                [e * second * x for x in row]
                for (e,), second, row in zip(residuals, seconds, self.data.inputs, strict=True)
            ]
        )
        return inputs.transpose() * scaled * a

    def curvature_inertia(self, j: int) -> Inertia | None:
        """Of B_j at every point of the box, if no eigenvalue is zero there."""
        matrix = self.curvature(j)
        return None if matrix is None else of_balls(matrix)


@dataclass(frozen=True)
class CriticalPoint:
    """What is certain of a critical point of the loss: ``unique`` (in its box), its inertia, an enclosure of the loss.

    ``unique`` is False if the box certainly holds no critical point, None if that is open.
    """

    centre: Vector
    radius: fmpq
    unique: bool | None
    inertia: Inertia | None
    loss: arb | None

    @property
    def reason(self) -> str:
        """What was shown, and what to do if that is not enough."""
        box = f"the box of radius {float(Fraction(str(self.radius))):.1e}"
        if self.unique is False:
            return f"{box} holds no critical point: polish(network, data) finds a better centre"
        if self.unique is None:
            return f"{box}: undecided; the Hessian varies too much in it (take a smaller one) or the centre is off (polish it)"
        known = "its inertia is certain" if self.inertia else "its inertia is open: take a smaller box, or more bits"
        return f"{box} holds exactly one critical point; {known}"

    def __repr__(self) -> str:
        return f"CriticalPoint(unique={self.unique}, inertia={self.inertia}, loss={self.loss}: {self.reason})"


RADII = tuple(fmpq(1, 10**k) for k in (4, 6, 8, 10, 12, 15, 20))
"""Tried in this order where no radius is given."""


def certify_critical_point(network: Network, data: Data, radius: Any = None, bits: int = 113) -> CriticalPoint:
    """Certify a critical point near the parameters of a plain network: that it exists, is unique, and its inertia.

    Args:
        radius: of the box around the parameters, exact: small enough for the Hessian to vary little, large enough to hold
            the critical point. Without one, several are tried, and the first that decides all is taken.
        bits: precision of the ball arithmetic.

    Raises:
        InstanceError: for logarithmic weights, a bad radius, data that do not fit, and for an activation without second
            derivatives at some point of the box.
    """
    if radius is None:
        found = [certify_critical_point(network, data, tried, bits) for tried in RADII[:1]]
        while not (found[-1].unique and found[-1].inertia) and len(found) < len(RADII):
            found.append(certify_critical_point(network, data, RADII[len(found)], bits))
        return max(found, key=lambda point: (point.unique is True, point.inertia is not None))
    with precision(bits):
        box = Box(network, data, radius)
        if box.over_box.hessian is None:
            raise InstanceError(
                f"network: {network.activation.form} has no second derivative, or a pole, somewhere in the box; "
                "choose a smooth activation, or a smaller box that excludes the kink"
            )
        return CriticalPoint(network.parameters, box.radius, box.unique_critical, box.inertia, box.over_box.loss)


def shared_box(workspace: Workspace, network: Json, data: Json, radius: Value) -> Box | None:
    """The box that the quantities of one statement share; None for logarithmic weights."""
    net = shared_network(workspace, network)
    if net.inner != PLAIN:
        return None
    return remembered(
        workspace, f"box {radius}", (network, data), lambda: Box(net, shared_data(workspace, data), radius)
    )


def _of_box(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function of the box."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        @quantity(name)
        def call(workspace: Workspace, network: Json, data: Json, radius: Value, *rest: Value) -> Value:
            box = shared_box(workspace, network, data, radius)
            return None if box is None else function(box, *rest)

        return call

    return register


@_of_box("boxes.unique_critical")
def unique_critical(box: Box) -> Value:
    """Whether the box holds exactly one critical point."""
    return box.unique_critical


@_of_box("boxes.inertia")
def inertia(box: Box) -> Value:
    """The inertia of the Hessian at every point of the box."""
    return box.inertia


@_of_box("boxes.curvature_inertia")
def curvature_inertia(box: Box, j: Value) -> Value:
    """The inertia of B_j at every point of the box."""
    place = index_of(j, box.network.width)
    return None if place is None else box.curvature_inertia(place)


@_of_box("boxes.certain_signs")
def certain_signs(box: Box) -> Value:
    """Numbers of eigenvalues shown to be positive, and negative."""
    return box.signs


@_of_box("boxes.loss")
def loss(box: Box) -> Value:
    """The loss over the box."""
    return box.over_box.loss


@_of_box("boxes.split_law")
def split_law(box: Box, splitting: Json) -> Value:
    """The inertia of the split network at every critical point of the box."""
    return inertia_of_split(box, splitting)


def inertia_of_split(box: Box, splitting: Json) -> Inertia | None:
    """The same; None where balls do not decide it."""
    total = box.inertia
    for group in read_splitting(splitting):
        place = index_of(group.neuron, box.network.width)
        own = None if place is None else box.curvature_inertia(place)
        more = None if own is None else group.adds(own, box.network.dimension)
        if total is None or more is None:
            return None
        total = plus(total, more)
    return total


# ---- residuals made to measure --------------------------------------------------------------------------------------


class Design:
    """A network at inputs whose residuals e are such that it is critical for the half-square loss; L = D = 1, no biases.

    The last entries of e are given; the first N, as many as parameters, solve a linear system. ``residuals`` is None if
    its determinant is not certainly nonzero.

    Raises:
        InstanceError: if the numbers of inputs and of given entries do not fit, or rows have another length than inputs.
    """

    def __init__(self, network: Network, inputs: Sequence[Sequence[Any]], given: Sequence[Any]) -> None:
        size = network.size
        if len(inputs) <= size:
            raise InstanceError(f"designed: {len(inputs)} inputs; give more than the network's {size} parameters")
        if len(given) != len(inputs) - size:
            raise InstanceError(
                f"designed: e has {len(given)} entries, but {len(inputs)} inputs go beyond {size} parameters by "
                f"{len(inputs) - size}; give as many"
            )
        self.network = network
        self.data = Data.of([list(row) for row in inputs], [[0]] * len(inputs))
        self._given = [exact(entry) for entry in given]

    @cached_property
    def residuals(self) -> list[Any] | None:
        """e, with J^T e = 0."""
        found, size = Evaluation(self.network, self.data), self.network.size
        if found.jacobian is None:
            return None
        columns = list(zip(*found.jacobian.tolist(), strict=True))
        made = fmpq_mat if found.exact else arb_mat
        first = made([list(column[:size]) for column in columns])
        rest = made([list(column[size:]) for column in columns])
        try:
            solved = first.inv() * (rest * made(len(self._given), 1, self._given))
        except ZeroDivisionError:
            return None
        return [*(-entry for entry in solved.entries()), *self._given]

    @cached_property
    def evaluation(self) -> Evaluation | None:
        """Everything up to second order, with these residuals."""
        if self.residuals is None:
            return None
        return Evaluation(self.network, self.data, differences=[[e] for e in self.residuals])

    def _sum(self, v: Sequence[Any], order: int) -> Any:
        """sum_i e_i times a derivative of sigma at v.x_i, times x_i to that order (d = 1 if it is not 0)."""
        jets: list[Any] = [self.network.jet(v, x) for x in self.data.inputs]
        if self.residuals is None or any(jet is None or jet[order] is None for jet in jets):
            return None
        terms = zip(self.residuals, jets, self.data.inputs, strict=True)
        return sum((e * jet[order] * (x[0] ** order if order else 1) for e, jet, x in terms), fmpq(0))

    def dual(self, v: Sequence[Any]) -> Any:
        """phi(v)."""
        return self._sum(v, 0)

    def dual_slope(self, v: Sequence[Any]) -> Any:
        """phi'(v) for d = 1."""
        return self._sum(v, 1) if self.network.dimension == 1 else None

    @property
    def curvature(self) -> Any:
        """a phi''(w) for m = 1, d = 1."""
        if (self.network.width, self.network.dimension) != (1, 1):
            return None
        (neuron,) = self.network.neurons
        second = self._sum(neuron.inner, 2)
        return None if second is None else neuron.outer[0] * second


def shared_design(workspace: Workspace, network: Json, inputs: Value, given: Value) -> Design | None:
    """The design that the quantities of one statement share; None unless L = D = 1, plain, without biases."""
    net = shared_network(workspace, network)
    if net.depth != 1 or net.outputs != 1 or net.inner != PLAIN or not net.bias_free:
        return None
    return remembered(workspace, "design", (network, inputs, given), lambda: Design(net, inputs, given))


def _of_design(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function of the design; undefined where its residuals are."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        @quantity(name)
        def call(workspace: Workspace, network: Json, inputs: Value, given: Value, *rest: Value) -> Value:
            design = shared_design(workspace, network, inputs, given)
            return None if design is None or design.residuals is None else function(design, *rest)

        return call

    return register


@_of_design("designed.residual")
def residual(design: Design, i: Value) -> Value:
    """e_i."""
    place = index_of(i, design.data.samples)
    return None if place is None or design.residuals is None else design.residuals[place]


@_of_design("designed.loss")
def designed_loss(design: Design) -> Value:
    """sum_i e_i^2/2."""
    return None if design.evaluation is None else design.evaluation.loss


@_of_design("designed.dual")
def designed_dual(design: Design, v: Value) -> Value:
    """phi(v)."""
    return design.dual(v)


@_of_design("designed.dual_slope")
def designed_dual_slope(design: Design, v: Value) -> Value:
    """phi'(v)."""
    return design.dual_slope(v)


@_of_design("designed.curvature")
def designed_curvature(design: Design) -> Value:
    """a phi''(w)."""
    return design.curvature


@_of_design("designed.inertia")
def designed_inertia(design: Design) -> Value:
    """The inertia of the Hessian, if it has no zero eigenvalue."""
    matrix = None if design.evaluation is None else design.evaluation.hessian
    if matrix is None:
        return None
    counts = of_exact(matrix) if isinstance(matrix, fmpq_mat) else of_balls(matrix)
    return None if counts is None or counts[2] else counts
