"""The leading-order field of initial condensation, V(u) = sum y_i (u.x_i)^p; the functions `condensation.*`."""

from collections.abc import Callable, Sequence
from typing import Any

from ..common import defined, dot, within
from ..formula import EXACT, Value, sign
from ..linear import inertia
from ..load import Number, lowest

MAX_BITS = 1_000_000  # of a power (u.x_i)^p
MAX_WORK = 100_000_000  # products, times the bits of such a power

Row = tuple[Number, ...]


def _row(data: Any, length: int) -> Row:
    """A row of this many exact numbers; `Undefined` if the data are anything else."""
    return defined(data, type(data) is tuple and len(data) == length > 0 and EXACT.issuperset(map(type, data)))


class Field:
    """V for the data (x, y) and the degree p; `Undefined` unless they fit together."""

    def __init__(self, x: tuple[Any, ...], y: tuple[Any, ...], p: Number) -> None:
        defined(x, type(x) is tuple and x and type(x[0]) is tuple)
        self.size = len(x[0])
        self.x, self.y = [_row(row, self.size) for row in x], _row(y, len(x))
        self.p = int(defined(p, p.denominator == 1 and p >= 1))

    def at(self, u: Row) -> list[Number]:
        """The numbers u.x_i."""
        found = [dot(u, row) for row in self.x]
        longest = max(abs(t.numerator).bit_length() + t.denominator.bit_length() for t in found)
        bits = within(self.p * longest, MAX_BITS, "digits of a power")
        within(bits * len(self.x) * self.size**2, MAX_WORK, "products of powers")
        return found

    def form(self, u: Row) -> Number:
        """V(u)."""
        return lowest(dot(self.y, (t**self.p for t in self.at(u))))

    def gradient(self, u: Row) -> list[Number]:
        """The derivatives of V by the entries of u."""
        weights = [y * self.p * t ** (self.p - 1) for y, t in zip(self.y, self.at(u), strict=True)]
        return [dot(weights, column) for column in zip(*self.x, strict=True)]

    def bend(self, u: Row, vectors: Sequence[Row]) -> list[list[Number]]:
        """The second derivatives of V at u, as a bilinear form on some vectors."""
        if self.p == 1:
            return [[0 for _ in vectors] for _ in vectors]
        weights = [y * self.p * (self.p - 1) * t ** (self.p - 2) for y, t in zip(self.y, self.at(u), strict=True)]
        seen = [[dot(v, row) for row in self.x] for v in vectors]
        weighed = [[a * b for a, b in zip(weights, row, strict=True)] for row in seen]
        return [[dot(left, right) for right in seen] for left in weighed]

    def is_condensed(self, u: Row) -> bool:
        """Whether u != 0 and |u|^2 grad V(u) = p V(u) u."""
        square, value = dot(u, u), self.form(u)
        return any(u) and all(square * g == self.p * value * a for g, a in zip(self.gradient(u), u, strict=True))

    def is_stable(self, u: Row) -> bool:
        """Whether u is condensed, V(u) != 0, and the tangential form has the sign opposite to V(u)."""
        value = self.form(u)
        if not self.is_condensed(u) or value == 0:
            return False
        # u_k e_j - u_j e_k for j != k, where u_k != 0, is a basis of the orthogonal complement of u
        k = next(i for i, a in enumerate(u) if a)
        basis = [
            tuple(u[k] if i == j else -u[j] if i == k else 0 for i in range(len(u))) for j in range(len(u)) if j != k
        ]
        square, bend = dot(u, u), self.bend(u, basis)
        tangential = [
            [sign(value) * (square * b - self.p * value * dot(v, w)) for b, w in zip(row, basis, strict=True)]
            for row, v in zip(bend, basis, strict=True)
        ]
        return inertia(tangential)[1] == len(basis)


def _of(read: Callable[[Field, Row], Value]) -> Callable[..., Value]:
    """A function of x, y, p and a row u."""

    def function(x: tuple[Any, ...], y: tuple[Any, ...], p: Number, u: tuple[Any, ...]) -> Value:
        field = Field(x, y, p)
        return read(field, _row(u, field.size))

    return function


def _parallel(u: Row, v: Row) -> bool:
    """Whether two rows, neither of them 0, are multiples of each other."""
    return all(u[i] * v[j] == u[j] * v[i] for i in range(len(u)) for j in range(i))


def _stable_lines(x: tuple[Any, ...], y: tuple[Any, ...], p: Number, lines: tuple[Any, ...]) -> int:
    field, found = Field(x, y, p), list[Row]()
    for u in [_row(line, field.size) for line in defined(lines, type(lines) is tuple)]:
        if any(u) and not any(_parallel(u, v) for v in found) and field.is_stable(u):
            found.append(u)
    return len(found)


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "condensation.form": ("xxrx", _of(Field.form)),
    "condensation.is_condensed": ("xxrx", _of(Field.is_condensed)),
    "condensation.is_stable": ("xxrx", _of(Field.is_stable)),
    "condensation.stable_lines": ("xxrx", _stable_lines),
}
