"""How fresh numbers and sizes are distributed: small rationals with ties and cancellations, or dense reals.

Counterexamples live at small numbers, at equal and at opposite ones. ``draw_number`` draws one number exactly,
``sample_numbers`` a whole batch as floats, from the same table of points.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, count
from random import Random

import numpy as np
import numpy.typing as npt

SMALL, DENSE = "small", "dense"
"""The phases of a search."""

COPIED = 0.2
"""How often a small number repeats one drawn before, or its negative (if that is in the range)."""
SPECIAL = 0.25
"""How often another small number is one of ``SPECIALS`` (if these are in the range)."""
SPECIALS = (0, 0, 1, -1)
DENOMINATORS = ((1, 0.6), (2, 0.2), (3, 0.1), (4, 0.1))
"""Of the rest, and how often they are used."""
FEW_POINTS, FINER = 8, 0.5
"""Where a range has fewer of these, so often a decimal fraction is drawn instead."""
WINDOWS = ((4, 0.75), (16, 0.19), (64, 0.05), (256, 0.01))
"""Bounds on the absolute value, and how often they are used; the tighter ones matter in wide ranges only."""
MOST_POINTS = 256
"""With one denominator."""

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


def draw_size(rng: Random, lo: int, hi: int, phase: str) -> int:
    """A size of [lo, hi]: uniform, but smaller ones more likely if the phase is small."""
    where = rng.random()
    return lo + int((hi - lo + 1) * (where * where if phase == SMALL else where))


def draw_number(rng: Random, lo: Fraction, hi: Fraction, before: Sequence[Fraction], phase: str) -> Fraction:
    """A number of [lo, hi]; ``before`` are the numbers drawn before it."""
    if phase == DENSE:
        return min(max(Fraction(rng.uniform(float(lo), float(hi))), lo), hi)
    if before and rng.random() < COPIED:
        copy = rng.choice((1, -1)) * rng.choice(before)
        if lo <= copy <= hi:
            return copy
    points, cumulative = small_points(lo, hi)
    return rng.choices(points, cum_weights=cumulative)[0]


@lru_cache(maxsize=1024)
def small_points(lo: Fraction, hi: Fraction) -> tuple[tuple[Fraction, ...], tuple[float, ...]]:
    """The small numbers of [lo, hi], and their probabilities summed up."""
    weights: defaultdict[Fraction, float] = defaultdict(float)
    for special in SPECIALS:
        if lo <= special <= hi:
            weights[Fraction(special)] += SPECIAL / len(SPECIALS)
    rest = 1 - sum(weights.values())
    shares: defaultdict[tuple[Fraction, Fraction], float] = defaultdict(float)
    for bound, share in WINDOWS:
        least, most = max(lo, Fraction(-bound)), min(hi, Fraction(bound))
        shares[(least, most) if least <= most else (lo, hi)] += share
    if (finer := _finer_points(lo, hi)) and rest:
        for point in finer:
            weights[point] += rest * FINER / len(finer)
        rest *= 1 - FINER
    for ends, share in shares.items():
        for denominator, often in DENOMINATORS:
            points = _multiples(*ends, denominator) or _multiples(lo, hi, _fine_denominator(lo, hi))
            for point in points:
                weights[point] += rest * share * often / len(points)
    return tuple(weights), tuple(accumulate(weights.values()))


def _finer_points(lo: Fraction, hi: Fraction) -> list[Fraction]:
    """Decimal fractions inside a range that has few of the usual numbers (such as [9/10, 1])."""
    usual = {point for denominator, _ in DENOMINATORS for point in _multiples(lo, hi, denominator)}
    if lo == hi or len(usual) >= FEW_POINTS:
        return []
    steps = (lead * 10**power for power in count(1) for lead in (1, 2, 5))
    return next(points for step in steps if len(points := _multiples(lo, hi, step)) >= FEW_POINTS)


def _multiples(lo: Fraction, hi: Fraction, denominator: int) -> list[Fraction]:
    """The multiples of 1/denominator in [lo, hi]; if there are too many, every second one, and so on."""
    first, last = math.ceil(lo * denominator), math.floor(hi * denominator)
    return [Fraction(k, denominator) for k in range(first, last + 1, max(last - first, 0) // MOST_POINTS + 1)]


def _fine_denominator(lo: Fraction, hi: Fraction) -> int:
    """One with several multiples in a range that is too narrow for the usual ones."""
    if lo == hi:
        return lo.denominator
    denominator, _ = DENOMINATORS[-1]
    while math.floor(hi * denominator) - math.ceil(lo * denominator) < 2:
        denominator *= 2
    return denominator


def sample_numbers(rng: np.random.Generator, lower: Array, upper: Array, count: int, phase: str) -> Array:
    """``count`` points of the box [lower, upper], shape (count, k), distributed as in fresh draws.

    The result's transpose is contiguous: the values of one number lie side by side.
    """
    lower, upper = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    points = np.empty((len(lower), count))
    if phase == DENSE:
        rng.random(out=points)
        points *= (upper - lower)[:, None]
        points += lower[:, None]
        return np.clip(points, lower[:, None], upper[:, None], out=points).T
    for ends, rows in _alike(lower, upper):
        table = _table(*ends)
        points[rows] = table[rng.integers(len(table), size=(len(rows), count), dtype=np.uint16)]
    _copy_some(rng, points, lower, upper)
    return points.T


def _copy_some(rng: np.random.Generator, points: Array, lower: Array, upper: Array) -> None:
    """Put numbers, or their negatives, in the place of later ones of the same point where these may be so."""
    size, count = points.shape
    if size < 2:
        return
    hits = rng.poisson(-math.log(1 - COPIED) * count * (size - 1))  # with replacement: a share of COPIED is hit
    column = rng.integers(count, size=hits, dtype=np.uint32)
    target = rng.integers(1, size, size=hits, dtype=np.uint16)
    source = (rng.random(hits, dtype=np.float32) * target).astype(np.uint16)
    copy = points[source, column]
    copy[: hits // 2] *= -1.0
    fits = (copy >= lower[target]) & (copy <= upper[target])
    points[target[fits], column[fits]] = copy[fits]


def _alike(lower: Array, upper: Array) -> Iterator[tuple[tuple[float, float], Index]]:
    """The different ranges, and which numbers have them."""
    ranges, which = np.unique(np.stack([lower, upper]), axis=1, return_inverse=True)
    for k, (lo, hi) in enumerate(ranges.T.tolist()):
        yield (lo, hi), np.flatnonzero(which.reshape(-1) == k)


@lru_cache(maxsize=256)
def _table(lo: float, hi: float) -> Array:
    """Each small number as many times as its probability asks for."""
    points, cumulative = small_points(_meant(lo), _meant(hi))
    size = 1 << 14
    places = np.searchsorted(cumulative, (np.arange(size) + 0.5) / size * cumulative[-1])
    return np.clip(np.array([float(point) for point in points])[places], lo, hi)


def _meant(end: float) -> Fraction:
    """The simple fraction that a float stands for, if there is one, else its exact value."""
    near = Fraction(end).limit_denominator(10**6)
    return near if float(near) == end else Fraction(end)
