"""Float definitions of the quantities ``condensation.*``: V(u) = sum_i y_i (u.x_i)^p and its stable lines."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from verify.quantities import Workspace
from verify.search.float_networks import Array, eigenvalues, products
from verify.search.float_quantities import differ, float_quantity, index_of, vanish
from verify.search.margins import EQUAL, ROUNDING, Float, conjunction, disjunction, equality

MOST = 10_000
"""The greatest power."""


class FloatForm:
    """V for inputs (n, D, P) and targets (n, P)."""

    def __init__(self, x: Array, y: Array, p: int) -> None:
        self.x, self.y, self.p = x, y, p

    def _weights(self, u: Array, order: int) -> Array:
        """y_i times the derivative, of this order, of z^p at u.x_i."""
        if order > self.p:
            return 0 * self.y
        return math.perm(self.p, order) * self.y * products(u[None], self.x)[0] ** (self.p - order)

    def value(self, u: Array) -> Array:
        """V(u)."""
        return np.asarray(self._weights(u, 0).sum(axis=0))

    def is_condensed(self, u: Array) -> Float:
        """The margin of u being an equilibrium orientation."""
        gradient = (self._weights(u, 1)[:, None] * self.x).sum(axis=0)
        return conjunction(differ(u), equality((u * u).sum(axis=0) * gradient, self.p * self.value(u) * u))

    def is_stable(self, u: Array) -> Float:
        """The margin of its being a strict maximum of sign(V) V on the sphere, to second order."""
        value, square = self.value(u), (u * u).sum(axis=0)
        at_rest = conjunction(self.is_condensed(u), np.abs(value) - ROUNDING)
        if len(u) == 1:
            return at_rest
        x, unit = self.x.swapaxes(0, 1), np.eye(len(u))[:, :, None]
        along = products(u[:, None], u[:, None]) / square
        curved = np.sign(value) * (square * products(self._weights(u, 2) * x, x) - self.p * value * unit)
        across = unit - along
        projected = _times(_times(across, curved), across)
        # along u itself: an eigenvalue below all others
        below = 1 + np.sqrt((projected * projected).sum(axis=(0, 1)))
        return conjunction(at_rest, -eigenvalues(projected - below * along)[-1] - ROUNDING)


def _times(one: Array, other: Array) -> Array:
    """The product of matrices (i, j, P) and (j, k, P)."""
    return products(one, other.swapaxes(0, 1))


def _form(x: Float, y: Float, p: Float) -> FloatForm | None:
    power = index_of(p, MOST)
    if np.ndim(x) != 3 or 0 in np.shape(x) or np.ndim(y) != 2 or len(y) != len(x) or not power:
        return None
    return FloatForm(x, y, power)


def _at(x: Float, y: Float, p: Float, u: Float) -> FloatForm | None:
    form = _form(x, y, p)
    return None if form is None or np.ndim(u) != 2 or len(u) != form.x.shape[1] else form


@float_quantity("condensation.form")
def _value(_: Workspace, x: Float, y: Float, p: Float, u: Float) -> Float:
    form = _at(x, y, p, u)
    return np.nan if form is None else form.value(u)


@float_quantity("condensation.is_condensed")
def _is_condensed(_: Workspace, x: Float, y: Float, p: Float, u: Float) -> Float:
    form = _at(x, y, p, u)
    return np.nan if form is None else form.is_condensed(u)


@float_quantity("condensation.is_stable")
def _is_stable(_: Workspace, x: Float, y: Float, p: Float, u: Float) -> Float:
    form = _at(x, y, p, u)
    return np.nan if form is None else form.is_stable(u)


@float_quantity("condensation.stable_lines")
def _stable_lines(_: Workspace, x: Float, y: Float, p: Float, lines: Float) -> Float:
    form = _form(x, y, p)
    if form is None or (len(lines) and (np.ndim(lines) != 3 or lines.shape[1] != form.x.shape[1])):
        return np.nan
    count: Float = np.float64(0)
    for k, line in enumerate(lines):
        new = [disjunction(differ(_minors(line, other)), vanish(other)) for other in lines[:k]]
        margin = conjunction(form.is_stable(line), *new)
        count = count + np.where(np.isnan(margin), np.nan, margin > 0)
    return count


def _minors(u: Array, v: Array) -> Array:
    """The 2 x 2 minors of two rows, 0 if they are on one line up to rounding."""
    minors = [u[i] * v[j] - u[j] * v[i] for i, j in combinations(range(len(u)), 2)] or [0 * u[0]]
    found = np.stack(minors)
    return np.where(np.abs(found) < EQUAL, 0.0, found)
