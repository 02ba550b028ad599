"""Local minimisation of a function that is evaluated in batches, from several starts at once.

The function may be smooth, kinked, flat in steps, or undefined in places: signed margins of claims are all of these. Each
iteration fits a quadratic model to every point that still moves (central differences of a step length that changes when
the model does not help) and tries its minimisers under many dampings, and it tries random changes at all scales. All rows
of an iteration go to the function together: its cost is in the number of calls, hardly in the number of rows.

Nothing here decides anything: what a descent finds is a float, which exact arithmetic then judges.

Sources: Levenberg (1944) and Marquardt (1963) for the damped steps; Byrd, Khalfan and Schnabel (1996) for the secant update;
Storn and Price (1997) for differences of the population.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verify.errors import InstanceError

Array = NDArray[np.float64]
Objective = Callable[[Array], Array]

STEPS = (1e-4, 1e-2, 1e-6, 1e-1, 1e-3, 1e-5, 1e-7)
"""Step lengths of the differences, relative to the scale of a coordinate; after a failure the next one is taken."""
DAMPINGS = 10.0 ** np.arange(-12, 7, 2)
LENGTHS = (0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 1.4, 2.0, 3.0, 5.0)
"""Multiples of the least damped step; a zero of multiplicity m is reached by m times Newton's step."""
FORGET = 12
"""Failures of the model in a row after which its second derivatives are measured afresh, on the diagonal."""
MUTANTS, FINEST, COARSEST = 24, 1e-11, 0.3
"""Of one point and iteration; the ends of the range of their spreads, relative to the width of the box."""
ISLAND = 6
"""So many points share what they found; the others come to their own minima."""
MODELS = 100
"""Iterations that the budget should allow, and two more for each coordinate; if it does not, only the best points get models."""
GAIN = 1e-5
"""A point that does not gain so much, relative to its value, in a sweep through all scales has arrived."""


def descend(
    f: Objective,
    starts: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    rng: np.random.Generator,
    *,
    evaluations: int,
    enough: float = -np.inf,
) -> tuple[Array, Array]:
    """Minimise ``f`` from each start, within a box.

    Args:
        f: maps (P, k) to (P,); NaN counts as infinite. It is never evaluated outside the box.
        starts: (E, k); moved into the box.
        lower, upper: (k,), or (E, k) for a box of its own for each start; finite. Equal ends hold a coordinate fixed.
        evaluations: rows that ``f`` may be asked for altogether (the starts are evaluated in any case).
        enough: a point with a value at or below this rests.

    Returns:
        The points (E, k), in the order of the starts, and their values (E,). The same generator gives the same points.

    Raises:
        InstanceError: for shapes that do not fit, ends that are not finite, or an empty box.
    """
    points, low, high = _checked(starts, lower, upper)
    free = np.flatnonzero((high > low).any(axis=0))

    def inner(rows: Array, owners: NDArray[np.intp]) -> Array:
        whole = points[owners]
        whole[:, free] = rows
        with np.errstate(all="ignore"):
            values = np.asarray(f(whole), dtype=np.float64)
        return np.where(np.isnan(values), np.inf, values)

    climb = _Climb(inner, points[:, free], low[:, free], high[:, free], rng, max(0, evaluations - len(points)))
    if len(free):
        while climb.iterate(enough):
            pass
    points[:, free] = climb.point
    return points, climb.value


def _checked(starts: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> tuple[Array, Array, Array]:
    points = np.array(starts, dtype=np.float64)
    if points.ndim != 2 or not len(points):
        raise InstanceError(
            f"starts: shape {points.shape}, but it has to be (E, k) with E >= 1; put the points in rows"
        )
    try:
        low, high = (np.broadcast_to(np.asarray(end, dtype=np.float64), points.shape) for end in (lower, upper))
    except ValueError:
        raise InstanceError(
            f"lower, upper: they do not fit starts of shape {points.shape}; give k numbers each"
        ) from None
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (low <= high).all()):
        raise InstanceError(
            "lower, upper: the box has to be finite and not empty; give lower <= upper for each coordinate"
        )
    if not np.isfinite(points).all():
        raise InstanceError("starts: they hold infinities or NaN; give finite points")
    return np.clip(points, low, high), low, high


class _Climb:
    """The population and what it has learned. Everything is an array over the E points."""

    def __init__(
        self,
        f: Callable[[Array, NDArray[np.intp]], Array],
        points: Array,
        low: Array,
        high: Array,
        rng: np.random.Generator,
        left: int,
    ) -> None:
        self.f, self.rng, self.left = f, rng, left
        self.point, self.low, self.high = points.copy(), low, high
        count, self.size = points.shape
        self.value = f(self.point, np.arange(count))
        self.scale = np.minimum(high - low, 1 + np.abs(points))
        self.spread = np.full(count, COARSEST)
        """Of the mutations, relative to the width of the box."""
        self.failures = np.zeros(count, dtype=np.intp)
        """Models in a row that did not help."""
        self.length = np.zeros(count, dtype=np.intp)
        """Which step length the next model takes."""
        self.move = np.ones(count)
        """The length of the last step to a model's minimiser, relative to the scales."""
        self.idle = np.zeros(count, dtype=np.intp)
        """Iterations in a row without a gain."""
        self.patience = 32 + self.size
        self.pattern = _pattern(self.size)
        self.secant = _Secant(count, self.size)
        self.turn = 0

    def iterate(self, enough: float) -> bool:
        """One iteration; False when the budget is spent or every point has arrived."""
        moving = np.flatnonzero((self.idle < self.patience) & (self.value > enough))
        moving = self._best(moving, self.left // MUTANTS)
        if not len(moving):
            return False
        self.turn += 1
        modelled = self._modelled(moving)
        rows, (mutants, spreads) = self._differences(modelled), self._mutants(moving)
        values = self._evaluate([(modelled, rows), (moving, mutants)])
        before = self.value[moving]
        better = self._accept(moving, mutants, values[1])
        spread = np.where(better >= 0, spreads[np.arange(len(moving)), better], self.spread[moving] / 2)
        self.spread[moving] = np.where(spread < FINEST, COARSEST, spread)

        if len(modelled):
            held, begin = self.value[modelled], self.point[modelled]
            steps = self._steps(modelled, *self._models(modelled, rows, values[0]))
            self._accept(modelled, steps, self._evaluate([(modelled, steps)])[0])
            helped = _gains(held, self.value[modelled])
            moved = np.abs(_ratio(self.point[modelled] - begin, self.scale[modelled])).max(axis=1)
            self.move[modelled] = np.where(helped, moved, self.move[modelled])
            self.failures[modelled] = np.where(helped, 0, self.failures[modelled] + 1)
            self.length[modelled] = (self.length[modelled] + ~helped) % len(STEPS)
        gains = _gains(before, self.value[moving])
        waits = ~np.isin(moving, modelled) & (
            self.failures[moving] < len(STEPS)
        )  # for a model, while others have theirs
        self.idle[moving] = np.where(gains, 0, self.idle[moving] + ~waits)
        return True

    def _evaluate(self, parts: list[tuple[NDArray[np.intp], Array]]) -> list[Array]:
        """The values at several blocks (m, R, k) of rows, in one call."""
        owners = np.concatenate([np.repeat(of, block.shape[1]) for of, block in parts])
        values = self.f(np.concatenate([block.reshape(-1, self.size) for _, block in parts]), owners)
        self.left -= len(owners)
        ends = np.cumsum([block.shape[0] * block.shape[1] for _, block in parts])
        return [
            part.reshape(block.shape[:2]) for part, (_, block) in zip(np.split(values, ends[:-1]), parts, strict=True)
        ]

    def _accept(self, of: NDArray[np.intp], block: Array, values: Array) -> NDArray[np.intp]:
        """Move each point to the best of its rows if that is no worse; which row it was, -1 where it is not better."""
        best = values.argmin(axis=1)
        rows = np.arange(len(of))
        lowest = values[rows, best]
        better = lowest < self.value[of]
        # plateaus are crossed by steps that change nothing
        keep = better | ((lowest == self.value[of]) & np.isfinite(lowest))
        self.point[of[keep]] = block[rows[keep], best[keep]]
        self.value[of[keep]] = lowest[keep]
        return np.where(better, best, -1)

    # ---- models ----

    def _modelled(self, moving: NDArray[np.intp]) -> NDArray[np.intp]:
        """The points that get a model: finite ones that models help now and then, and the best of them if the budget is tight."""
        tired = self.failures[moving] >= len(STEPS)
        chosen = moving[np.isfinite(self.value[moving]) & (~tired | ((self.turn + moving) % 4 == 0))]
        cost = len(self.pattern) + len(DAMPINGS) + len(LENGTHS) + 2
        left = self.left - len(moving) * MUTANTS
        return self._best(chosen, min(left // cost, max(1, self.left // ((MODELS + 2 * self.size) * cost))))

    def _best(self, of: NDArray[np.intp], count: int) -> NDArray[np.intp]:
        """At most so many of the points, those with the least values."""
        return of if len(of) <= count else np.sort(of[np.argsort(self.value[of], kind="stable")[: max(0, count)]])

    def _reach(self, of: NDArray[np.intp]) -> Array:
        """The length of each difference (m, k); at most a quarter of the box."""
        # near a minimum the steps fall fast, and the differences have to be shorter: their error is that of a third order
        steps = np.array(STEPS)[self.length[of]]
        steps = np.where(self.length[of] == 0, np.clip(self.move[of] / 10, STEPS[-1], steps), steps)
        return np.minimum(steps[:, None] * self.scale[of], (self.high - self.low)[of] / 4)

    def _differences(self, of: NDArray[np.intp]) -> Array:
        """The rows (m, R, k) of the differences, around centres that lie inside the box by their length."""
        reach = self._reach(of)
        centre = np.clip(self.point[of], self.low[of] + reach, self.high[of] - reach)
        rows = centre[:, None] + reach[:, None] * self.pattern
        return np.clip(rows, self.low[of, None], self.high[of, None])

    def _models(self, of: NDArray[np.intp], rows: Array, values: Array) -> tuple[Array, Array]:
        """Gradients (m, k) and Hessians (m, k, k) at the points, in coordinates relative to the scales."""
        size, scale = self.size, self.scale[of]
        with np.errstate(all="ignore"):
            reach = _ratio(self._reach(of), scale)
            middle, up, down = values[:, :1], values[:, 1 : size + 1], values[:, size + 1 : 2 * size + 1]
            gradient = _finite(_ratio(up - down, 2 * reach))
            diagonal = _finite(_ratio(up + down - 2 * middle, reach**2))
            at, stale = _ratio(rows[:, 0], scale), self.failures[of] % FORGET == FORGET - 1
            hessian = self.secant.update(of, at, gradient, diagonal, stale)
            # the point may lie off the centre, at a wall of the box
            offset = _ratio(self.point[of] - rows[:, 0], scale)
            gradient += (hessian @ offset[..., None])[..., 0]
        return gradient, hessian

    def _steps(self, of: NDArray[np.intp], gradient: Array, hessian: Array) -> Array:
        """Points to try: the models' minimisers for all dampings (curvatures by absolute value), and Newton's way to 0."""
        point, low, high, scale = self.point[of], self.low[of], self.high[of], self.scale[of]
        inside = ~(((point <= low) & (gradient > 0)) | ((point >= high) & (gradient < 0)))
        gradient = np.where(inside, gradient, 0)
        hessian = np.where(inside[:, :, None] & inside[:, None], hessian, 0)
        curvature, frame = np.linalg.eigh(hessian)
        along = (frame.swapaxes(1, 2) @ gradient[..., None])[..., 0]
        length = np.linalg.norm(gradient, axis=1, keepdims=True)
        unit = np.maximum(np.abs(curvature).max(axis=1, initial=0, keepdims=True), length) + 1e-300
        damped = np.maximum(np.abs(curvature)[:, None], unit[:, None] * DAMPINGS[:, None])
        moves = -(along[:, None] / damped) @ frame.swapaxes(1, 2)
        newton = moves[:, :1] * np.array(LENGTHS)[:, None]
        with np.errstate(all="ignore"):
            root = -_finite(np.maximum(self.value[of], 0)[:, None] / length**2) * gradient
            moved = np.concatenate([moves, newton, root[:, None], root[:, None] / 2], axis=1) * scale[:, None]
        moved = np.nan_to_num(moved, nan=0.0, posinf=1e300, neginf=-1e300)
        return np.clip(point[:, None] + moved, low[:, None], high[:, None])

    # ---- mutations ----

    def _mutants(self, of: NDArray[np.intp]) -> tuple[Array, Array]:
        """Changed copies (m, MUTANTS, k) of points, and the spreads (m, MUTANTS) that made them.

        Kinds, in turn: one coordinate; a few; all; a difference of two other points; a step towards or beyond another
        point; one coordinate made equal to another one, to its negative, or to a whole number or a half; anywhere.
        """
        rng, m, count, k = self.rng, len(of), MUTANTS, self.size
        width = (self.high - self.low)[of, None]
        here = np.repeat(self.point[of, None], count, axis=1)
        spreads = np.clip(self.spread[of, None] * 10.0 ** rng.normal(0, 1, (m, count)), FINEST, 1.0)
        kind = np.arange(count) % 12
        one = rng.integers(0, k, (m, count))
        single = np.arange(k) == one[..., None]
        few = single | (rng.random((m, count, k)) < 2 / k)
        touched = np.where((kind < 4)[:, None], single, few | (kind >= 7)[:, None])
        new = here + touched * spreads[..., None] * width * rng.normal(0, 1, (m, count, k))

        first = of[:, None] // ISLAND * ISLAND
        others = self.point[np.minimum(first + rng.integers(0, ISLAND, (2, m, count)), len(self.point) - 1)]
        factor = rng.choice([0.5, 1.0], (m, count, 1))
        new = np.where((kind == 8)[:, None], here + factor * few * (others[0] - others[1]), new)
        factor = rng.uniform(0, 1.5, (m, count, 1))
        new = np.where((kind == 9)[:, None], here + factor * (others[0] - here), new)

        source = np.take_along_axis(here, rng.integers(0, k, (m, count, 1)), axis=2)
        own = np.take_along_axis(here, one[..., None], axis=2)
        tied = np.where(rng.random((m, count, 1)) < 0.5, source, -source)
        tied = np.where(rng.random((m, count, 1)) < 0.25, np.round(2 * own) / 2, tied)
        new = np.where((kind == 10)[:, None] & single, tied, np.where((kind == 10)[:, None], here, new))
        anywhere = self.low[of, None] + width * rng.random((m, count, k))
        new = np.where((kind == 11)[:, None], anywhere, new)
        return np.clip(new, self.low[of, None], self.high[of, None]), spreads


class _Secant:
    """Hessians that are kept up by Powell's damped update of rank two."""

    def __init__(self, count: int, size: int) -> None:
        self.hessian = np.zeros((count, size, size))
        self.last: tuple[Array, Array] = np.zeros((count, size)), np.zeros((count, size))
        self.known = np.zeros(count, dtype=bool)

    def update(
        self, of: NDArray[np.intp], at: Array, gradient: Array, diagonal: Array, fresh: NDArray[np.bool_]
    ) -> Array:
        """The Hessians (m, k, k) of the points ``of``; those that are fresh begin again with the measured diagonal."""
        begin = ~self.known[of] | fresh
        hessian = self.hessian[of]
        step, change = at - self.last[0][of], gradient - self.last[1][of]
        image = (hessian @ step[..., None])[..., 0]
        bend, slope = (step * image).sum(axis=1), (step * change).sum(axis=1)
        share = np.where(slope < 0.2 * bend, 0.8 * bend / (bend - slope), 1.0)[:, None]
        change = share * change + (1 - share) * image
        slope = (step * change).sum(axis=1)
        updated = hessian - image[:, :, None] * image[:, None] / bend[:, None, None]
        updated = updated + change[:, :, None] * change[:, None] / slope[:, None, None]
        usable = (bend > 0) & (slope > 0) & np.isfinite(updated).all(axis=(1, 2))
        hessian = np.where(usable[:, None, None], updated, hessian)
        floor = 1e-6 * np.abs(diagonal).max(axis=1, keepdims=True) + 1e-12
        first = np.maximum(np.abs(diagonal), floor)[:, :, None] * np.eye(diagonal.shape[1])
        hessian = np.where(begin[:, None, None], first, hessian)
        self.hessian[of], self.last[0][of], self.last[1][of], self.known[of] = hessian, at, gradient, True
        return hessian


def _pattern(size: int) -> Array:
    """Directions of the differences (R, k): none, each up, each down."""
    return np.concatenate([np.zeros((1, size)), np.eye(size), -np.eye(size)])


def _gains(before: Array, after: Array) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return (after < before) & ~(before - after <= GAIN * np.abs(before))


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)


def _ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the denominator is 0: coordinates without room."""
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1), 0.0)
