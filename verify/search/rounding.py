"""Exact points near a point that was found in floats: what is judged exactly when floats suspect a violation.

Violations that fill a volume survive rounding, and the simplest rational point among them is the best to read. Violations
of measure zero (an exact fit, an equality) do not: there *round and repair* goes along the zero set. It holds one coordinate
after the other at a simple rational near its value, minimises over the others again, and goes on only while the minimum
stays where it was; on a set of dimension m the first m coordinates can be chosen like this, and if the last ones then come
out rational, a vector of short continued fractions is an exact point.

Nothing here decides anything; every candidate is for exact arithmetic to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.errors import InstanceError
from verify.search.climb import Array, Objective, descend
from verify.search.tapes import simplest_between

Vector = tuple[Fraction, ...]

DENOMINATORS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 60, 100, 1000, 10**6)
TOLERANCES = (1e-1, 3e-2, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-10)
"""Relative to 1 + the absolute value."""
MOST = 60
NEAR_ZERO = 1e-6
"""Round and repair is for minima of at most so much, relative to the values around; others violate nothing."""
FLOOR = 1e-14
"""What counts as zero, relative to the values around: for a sum of squares, a distance of 1e-7."""
READINGS = ((1e-9, 2_000), (1e-11, 15_000))
"""A coordinate is read as the simplest rational so near to it if its denominator is at most so large: by chance, one in
hundreds is so near."""
LARGEST = 24
"""Denominators that are tried."""
PASSES = (8, 48)
"""Numbers that are tried for a coordinate, for all partial choices together: many where the zero set has few rational points."""
ROUGH, FINE = 150, 2000
"""Rows for each coordinate and start: of the descents that repair, and of the one that begins."""


def candidates(
    x: Any, lower: Any, upper: Any, f: Objective | None = None, *, evaluations: int = 400_000
) -> Iterator[list[Fraction]]:
    """Exact points of a box near a minimiser, without repetitions, the promising ones first; about 60 at most.

    Args:
        x: (k,) floats; lower, upper: (k,) floats or Fractions, finite.
        f: the function (``climb.descend``) that x minimises. With it, roundings where f is clearly above its value at x
            are left out, and points of zero sets are sought by round and repair.
        evaluations: rows that f may be asked for, about.

    Raises:
        InstanceError: for an x that is not finite, or ends of another length.
    """
    box = _box(x, lower, upper)
    centre = tuple(box.inside(Fraction(float(value)), i) for i, value in enumerate(x))
    found: dict[Vector, None] = {}
    for point in _ordered(centre, _roundings(centre, box), f):
        found[point] = None
        yield list(point)
    if f is None or not len(centre):
        return
    for point in _repaired(centre, box, f, evaluations):
        if len(found) >= MOST:
            return
        if point not in found:
            found[point] = None
            yield list(point)


@dataclass(frozen=True)
class _Box:
    lower: Vector
    upper: Vector

    def inside(self, value: Fraction, index: int) -> Fraction:
        return min(max(value, self.lower[index]), self.upper[index])

    def near(self, value: Fraction, tolerance: float, index: int) -> Fraction:
        """The simplest rational of the box within the tolerance, relative to 1 + abs(value)."""
        radius = Fraction(tolerance) * (1 + abs(value))
        return simplest_between(self.inside(value - radius, index), self.inside(value + radius, index))

    def floats(self) -> tuple[Array, Array]:
        return _floats([self.lower])[0], _floats([self.upper])[0]


def _box(x: Any, lower: Any, upper: Any) -> _Box:
    try:
        ends = [
            tuple(Fraction(end if isinstance(end, Fraction | int) else float(end)) for end in side)
            for side in (lower, upper)
        ]
    except (ValueError, OverflowError):
        raise InstanceError("lower, upper: they hold infinities or NaN; give finite ends") from None
    if not np.isfinite(np.asarray(x, dtype=np.float64)).all():
        raise InstanceError("x: it holds infinities or NaN; give a finite point")
    if not len(x) == len(ends[0]) == len(ends[1]) or any(a > b for a, b in zip(*ends, strict=True)):
        raise InstanceError("lower, upper: one end is missing, or a lower one is above the upper; give k of each")
    return _Box(*ends)


def _floats(points: Sequence[Sequence[Fraction]]) -> Array:
    return np.array([[float(value) for value in point] for point in points], dtype=np.float64)


def _values(f: Objective, rows: Array) -> Array:
    with np.errstate(all="ignore"):
        values = np.asarray(f(rows), dtype=np.float64)
    return np.where(np.isnan(values), np.inf, values)


# ---- roundings ----


def _roundings(centre: Vector, box: _Box) -> list[Vector]:
    """Roundings of all coordinates alike, the coarse ones first, and the exact point itself."""
    made = [tuple(box.inside(Fraction(round(value * q), q), i) for i, value in enumerate(centre)) for q in DENOMINATORS]
    made += [tuple(box.near(value, tolerance, i) for i, value in enumerate(centre)) for tolerance in TOLERANCES]
    return [*sorted(dict.fromkeys(made), key=_complexity), centre]


def _complexity(point: Vector) -> tuple[int, int]:
    return max((value.denominator for value in point), default=1), sum(abs(value.numerator) for value in point)


def _ordered(centre: Vector, points: list[Vector], f: Objective | None) -> list[Vector]:
    """With f: those of no greater value, simple ones first; the centre; the rest that floats cannot tell from a violation."""
    points = list(dict.fromkeys(points))
    if f is None:
        return points
    values = _values(f, _floats(points))
    level = max(0.0, float(values[points.index(centre)]))
    good = [point for point, value in zip(points, values, strict=True) if value <= level and point != centre]
    close = [point for point, value in zip(points, values, strict=True) if level < value <= 1e-9 + 2 * level]
    return [*good, centre, *close]


# ---- round and repair ----


@dataclass(frozen=True)
class _State:
    """Coordinates that are held, and a point of the zero set, in floats, that has them."""

    held: dict[int, Fraction]
    point: Array


def _repaired(centre: Vector, box: _Box, f: Objective, evaluations: int) -> Iterator[Vector]:
    rng = np.random.default_rng(0)
    lower, upper = box.floats()
    size = len(centre)
    start = _floats([centre])
    around = np.clip(start + rng.uniform(-0.3, 0.3, (64, size)) * (1 + np.abs(start)), lower, upper)
    values = np.abs(_values(f, around))
    unit = float(np.quantile(values[np.isfinite(values)], 0.1)) if np.isfinite(values).any() else 1.0
    if not float(_values(f, start)[0]) <= NEAR_ZERO * unit:
        return
    search = _Repair(box, f, unit, rng, evaluations)
    ends, reached = search.minimise(start, lower, upper, FINE)
    if not reached[0]:
        return
    begin = _State({}, ends[0])
    yield from search.read(begin)
    orders = [tuple(range(size)), tuple(reversed(range(size)))]
    orders += [tuple(rng.permutation(size).tolist()) for _ in range(6)]
    for tries in PASSES:
        for order in dict.fromkeys(orders):
            if order[0] not in search.isolated:
                yield from search.along(begin, order, tries)


class _Repair:
    """The search along the zero set of f near a point of it."""

    def __init__(self, box: _Box, f: Objective, unit: float, rng: np.random.Generator, left: int) -> None:
        self.box, self.f, self.rng, self.left = box, f, rng, left
        self.level = FLOOR * unit
        self.isolated: set[int] = set()
        """Coordinates that cannot be held at any simple number."""

    def minimise(self, starts: Array, lower: Any, upper: Any, rows: int) -> tuple[Array, NDArray[np.bool_]]:
        """Minimisers of f, and which of them reach zero."""
        count, size = starts.shape

        def counted(points: Array) -> Array:
            self.left -= len(points)
            return self.f(points)

        budget = min(self.left, rows * count * (4 + size))
        ends, values = descend(counted, starts, lower, upper, self.rng, evaluations=budget, enough=1e-10 * self.level)
        return ends, values <= self.level

    def read(self, state: _State) -> Iterator[Vector]:
        """The vector of the held numbers and of short continued fractions for the others, if there are such."""
        found = [
            state.held[i] if i in state.held else self._reading(float(value), i) for i, value in enumerate(state.point)
        ]
        point = tuple(value for value in found if value is not None)
        if len(point) == len(found):
            yield point

    def _reading(self, value: float, index: int) -> Fraction | None:
        for tolerance, readable in READINGS:
            if (simple := self.box.near(Fraction(value), tolerance, index)).denominator <= readable:
                return simple
        return None

    def along(self, begin: _State, order: tuple[int, ...], count: int) -> Iterator[Vector]:
        """Hold one coordinate after the other; several choices are kept, the simplest first."""
        beam = [begin]
        for index in order:
            if self.left <= 0:
                return
            tries = [
                _State({**state.held, index: value}, state.point)
                for state in beam
                for value in self._simple(state, index)[: max(1, count // len(beam))]
            ]
            lower, upper = (np.tile(end, (len(tries), 1)) for end in self.box.floats())
            starts = np.array([state.point for state in tries])
            for row, state in enumerate(tries):
                for i, value in state.held.items():
                    lower[row, i] = upper[row, i] = starts[row, i] = float(value)
            ends, reached = self.minimise(starts, lower, upper, ROUGH)
            kept = [_State(state.held, end) for state, end, good in zip(tries, ends, reached, strict=True) if good]
            for state in kept:
                yield from self.read(state)
            kept.sort(key=lambda state: _complexity(tuple(state.held.values())))
            if not kept:
                if index == order[0]:
                    self.isolated.add(index)
                return
            beam = kept[: 1 + count // 8]

    def _simple(self, state: _State, index: int) -> list[Fraction]:
        """Rationals on both sides of the present value, by increasing denominators."""
        value = Fraction(float(state.point[index]))
        sides = [Fraction(whole, q) for q in range(1, LARGEST + 1) for whole in (floor(value * q), ceil(value * q))]
        return list(dict.fromkeys(self.box.inside(side, index) for side in sides))
