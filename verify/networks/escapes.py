"""Ways out of a saddle with neurons that cancel: where to move them, and how far to change an outer weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from flint import fmpq

from verify.networks.dense import LOG, Evaluation, Network
from verify.networks.dense_dual import Dual
from verify.networks.splittings import ONE, ZERO, Vector, shifted


@dataclass(frozen=True)
class Escape:
    """A way down (or up) from a saddle: neurons with one w and vanishing sum of outer weights moved to w + h, then t
    added to the outer weight of the first.

    ``start`` and ``end`` are losses, ``predicted`` is t phi + t^2 kappa/2 at w + h: for the half-square loss the
    exact change.
    """

    network: Network
    displacement: Vector
    change: fmpq
    phi: fmpq
    kappa: fmpq
    start: fmpq
    end: fmpq

    @property
    def predicted(self) -> fmpq:
        """t phi + t^2 kappa / 2."""
        return self.change * self.phi + self.change**2 * self.kappa / 2

    @property
    def actual(self) -> fmpq:
        """The loss at the end minus the loss at the start."""
        return self.end - self.start


def displacements(d: int, radius: fmpq) -> Iterator[Vector]:
    """+-r/2^i times each unit vector, for i = 2, ..., 9; + first."""
    for i, p, sign in product(range(2, 10), range(d), (1, -1)):
        yield tuple(sign * radius / 2**i if q == p else ZERO for q in range(d))


def factors(d: int, radius: fmpq) -> Iterator[Vector]:
    """The same for logarithmic weights: one coordinate u times 1 + r/2^i, or (in place of -) divided by it."""
    for step in displacements(d, radius):
        yield tuple(1 + h if h >= 0 else ONE / (1 - h) for h in step)


def first_displacement(evaluation: Evaluation, vector: Vector, radius: fmpq) -> tuple[Vector, fmpq, fmpq] | None:
    """The first displacement h (factors of the coordinates, if weights are logarithmic) with phi(v + h) != 0, with phi
    and kappa there.

    None if there is none, or if the network is not exact.
    """
    dual = Dual(evaluation)
    steps = factors if evaluation.network.inner == LOG else displacements
    for step in steps(len(vector), radius):
        point = shifted(evaluation.network, vector, step)
        phi, kappa = dual.value(point), dual.kappa(point)
        if not isinstance(phi, fmpq) or not isinstance(kappa, fmpq):
            return None
        if phi:
            return step, phi, kappa
    return None


def outer_step(phi: fmpq, kappa: fmpq, radius: fmpq) -> fmpq:
    """t = -phi/kappa, brought to absolute value r/2 if it is larger."""
    t, half = -phi / kappa, radius / 2
    return t if abs(t) <= half else half if t > 0 else -half
