"""Initial condensation: the form that rules small weights, its equilibrium orientations, and which lines are stable.

For an activation of multiplicity p, a neuron (a, w) with small weights moves along a' = V(w), w' = a grad V(w) up to
positive factors, V(u) = sum_i y_i (u.x_i)^p (Zhou, Zhou, Luo, Zhang, Xu, arXiv 2105.11686, sec. 5; this form is derived).
Its orientation comes to rest where grad V is parallel to u. Quantities ``condensation.*`` of ``docs/certificates.md``,
section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat

from verify.arithmetic import Value, is_number
from verify.decide import inertia
from verify.quantities import Workspace, quantity

Row = tuple[fmpq, ...]


@dataclass(frozen=True)
class Form:
    """V(u) = sum_i y_i (u.x_i)^p: n >= 1 rows x_i with D >= 1 entries, n numbers y_i, p >= 1."""

    x: tuple[Row, ...]
    y: Row
    p: int

    @property
    def dimension(self) -> int:
        """D."""
        return len(self.x[0])

    def _weights(self, u: Row, order: int) -> list[fmpq]:
        """y_i times the derivative, of this order, of z^p at u.x_i."""
        if order > self.p:
            return [fmpq(0)] * len(self.y)
        factor = fmpq(1)
        for k in range(order):
            factor *= self.p - k
        return [y * factor * _dot(u, x) ** (self.p - order) for x, y in zip(self.x, self.y, strict=True)]

    def value(self, u: Row) -> fmpq:
        """V(u)."""
        return sum(self._weights(u, 0), fmpq(0))

    def gradient(self, u: Row) -> Row:
        """grad V(u)."""
        weights = self._weights(u, 1)
        return tuple(_dot(weights, column) for column in zip(*self.x, strict=True))

    def hessian(self, u: Row) -> fmpq_mat:
        """Hess V(u)."""
        inputs, weights = fmpq_mat([list(x) for x in self.x]), self._weights(u, 2)
        scaled = fmpq_mat([[weight * entry for entry in x] for x, weight in zip(self.x, weights, strict=True)])
        return inputs.transpose() * scaled

    def is_condensed(self, u: Row) -> bool:
        """Whether u != 0 is an equilibrium orientation: grad V(u) is the multiple of u that Euler's identity allows."""
        if not any(u):
            return False
        along = self.p * self.value(u)
        return all(_dot(u, u) * slope == along * entry for slope, entry in zip(self.gradient(u), u, strict=True))

    def is_stable(self, u: Row) -> bool:
        """Whether it is condensed, V(u) != 0, and s = sign V(u) makes it a strict maximum of s V on the sphere to second order.

        On the sphere the Hessian of V at an equilibrium u is Hess V - p V I on the complement of u (abs(u) = 1).
        """
        along = self.p * self.value(u)
        if along == 0 or not self.is_condensed(u):
            return False
        if self.dimension == 1:
            return True
        square, sign = _dot(u, u), 1 if along > 0 else -1
        rows = self.hessian(u).tolist()
        curved = fmpq_mat(
            [[sign * (square * h - along * (i == j)) for j, h in enumerate(row)] for i, row in enumerate(rows)]
        )
        basis = fmpq_mat(_complement(u))
        return inertia.of_exact(basis * curved * basis.transpose()) == (0, self.dimension - 1, 0)


def _dot(one: Sequence[fmpq], other: Sequence[fmpq]) -> fmpq:
    return sum((a * b for a, b in zip(one, other, strict=True)), fmpq(0))


def _complement(u: Row) -> list[list[fmpq]]:
    """A basis of the vectors orthogonal to u != 0."""
    pivot = next(k for k, entry in enumerate(u) if entry)
    found = []
    for j in range(len(u)):
        if j != pivot:
            vector = [fmpq(0)] * len(u)
            vector[j], vector[pivot] = u[pivot], -u[j]
            found.append(vector)
    return found


def _line(u: Row) -> Row:
    """The multiple of u != 0 whose first entry other than 0 is 1."""
    scale = next(entry for entry in u if entry)
    return tuple(entry / scale for entry in u)


# ---- reading --------------------------------------------------------------------------------------------------------


def _row(entries: Value) -> Row | None:
    if not isinstance(entries, tuple) or not all(is_number(entry) for entry in entries):
        return None
    return tuple(fmpq(entry) for entry in entries)


def _rows(rows: Any, length: int | None = None) -> tuple[Row, ...] | None:
    """Rows of one length; None for other shapes."""
    found = [_row(row) for row in rows] if isinstance(rows, tuple) else [None]
    lengths = {len(row) if row is not None else -1 for row in found} | ({length} if length else set())
    return None if -1 in lengths or len(lengths) > 1 else tuple(row for row in found if row is not None)


def _form(x: Value, y: Value, p: Value) -> Form | None:
    inputs, targets, power = _rows(x), _row(y), fmpq(p)
    if not inputs or not inputs[0] or targets is None or len(targets) != len(inputs) or power.q != 1 or power < 1:
        return None
    return Form(inputs, targets, int(power.p))


def _form_at(x: Value, y: Value, p: Value, u: Value) -> tuple[Form, Row] | None:
    form, row = _form(x, y, p), _row(u)
    return None if form is None or row is None or len(row) != form.dimension else (form, row)


# ---- quantities -----------------------------------------------------------------------------------------------------


@quantity("condensation.form")
def value_of_form(_: Workspace, x: Value, y: Value, p: Value, u: Value) -> Value:
    """V(u)."""
    found = _form_at(x, y, p, u)
    return found and found[0].value(found[1])


@quantity("condensation.is_condensed")
def is_condensed(_: Workspace, x: Value, y: Value, p: Value, u: Value) -> Value:
    """Whether u is an equilibrium orientation of the leading-order field."""
    found = _form_at(x, y, p, u)
    return found and found[0].is_condensed(found[1])


@quantity("condensation.is_stable")
def is_stable(_: Workspace, x: Value, y: Value, p: Value, u: Value) -> Value:
    """Whether neurons with an outer weight of the sign of V(u) converge to u, and grow."""
    found = _form_at(x, y, p, u)
    return found and found[0].is_stable(found[1])


@quantity("condensation.stable_lines")
def stable_lines(_: Workspace, x: Value, y: Value, p: Value, lines: Value) -> Value:
    """How many different lines among these rows are stable."""
    form = _form(x, y, p)
    if form is None or (rows := _rows(lines, form.dimension)) is None:
        return None
    return sum(form.is_stable(line) for line in {_line(row) for row in rows if any(row)})
