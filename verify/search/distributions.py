"""How fresh numbers and sizes are distributed: small rationals with ties and cancellations, or dense reals.

Counterexamples live at small numbers, at equal and at opposite ones. ``draw_number`` draws one number exactly,
``sample_numbers`` a whole batch as floats, by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np
import numpy.typing as npt

SMALL, DENSE = "small", "dense"
"""The phases of a search."""

COPIED = 0.2
"""How often a small number repeats one drawn before, or its negative."""
SPECIAL = 0.25
"""How often a small number is one of ``SPECIALS`` (if it is in the range)."""
SPECIALS = (0, 0, 1, -1)
DENOMINATORS = (1, 1, 1, 1, 1, 1, 2, 2, 3, 4)
"""Of the other small numbers, each as likely."""
WINDOW = 4
"""In a wide range, three of four small numbers are at most this in absolute value, of the rest three of four at most 4 times
it, and so on."""

Array = npt.NDArray[np.float64]


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
    if rng.random() < SPECIAL and lo <= (special := rng.choice(SPECIALS)) <= hi:
        return Fraction(special)
    window = WINDOW
    while rng.random() < 0.25:
        window *= 4
    least, most = max(lo, Fraction(-window)), min(hi, Fraction(window))
    if least > most:
        least, most = lo, hi
    denominator = rng.choice(DENOMINATORS)
    if math.ceil(least * denominator) > math.floor(most * denominator):
        denominator = _fine_denominator(lo, hi)
        least, most = lo, hi
    return Fraction(rng.randint(math.ceil(least * denominator), math.floor(most * denominator)), denominator)


def _fine_denominator(lo: Fraction, hi: Fraction) -> int:
    """One whose multiples hit a range too narrow for the usual ones."""
    if lo == hi:
        return lo.denominator
    denominator = 4
    while math.floor(hi * denominator) - math.ceil(lo * denominator) < 2:
        denominator *= 2
    return denominator


def sample_numbers(rng: np.random.Generator, lower: Array, upper: Array, count: int, phase: str) -> Array:
    """``count`` points of the box [lower, upper], shape (count, k), distributed as in fresh draws.

    The result's transpose is contiguous: one number's values lie side by side.
    """
    lower, upper = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    lo, hi = lower[:, None], upper[:, None]
    shape = (len(lower), count)
    if phase == DENSE:
        return np.clip(lo + (hi - lo) * rng.random(shape), lo, hi).T
    points = _grid_points(rng, lo, hi, shape)
    special = rng.choice(np.array(SPECIALS, dtype=np.float64), shape)
    use = (rng.random(shape, dtype=np.float32) < SPECIAL) & (special >= lo) & (special <= hi)
    np.copyto(points, special, where=use)
    for k in range(1, shape[0]):
        rows = np.flatnonzero(rng.random(count, dtype=np.float32) < COPIED)
        copy = points[rng.integers(k, size=len(rows)), rows] * rng.choice((1.0, -1.0), len(rows))
        fits = (copy >= lower[k]) & (copy <= upper[k])
        points[k, rows[fits]] = copy[fits]
    return points.T


def _grid_points(rng: np.random.Generator, lo: Array, hi: Array, shape: tuple[int, int]) -> Array:
    """Multiples of 1, 1/2, 1/3, 1/4 (or of something finer where the range is narrow)."""
    least, most = lo, hi
    if (np.maximum(-lo, hi) > WINDOW).any():
        window = WINDOW * 4.0 ** (rng.geometric(0.75, shape) - 1)
        least, most = np.maximum(lo, -window), np.minimum(hi, window)
        empty = least > most
        least, most = np.where(empty, lo, least), np.where(empty, hi, most)
    denominator = rng.choice(np.array(DENOMINATORS, dtype=np.float64), shape)
    first, last = np.ceil(least * denominator), np.floor(most * denominator)
    if (narrow := first > last).any():
        fine = np.array([
            [_fine_denominator(Fraction(a), Fraction(b))] for a, b in zip(lo[:, 0], hi[:, 0], strict=True)
        ], dtype=np.float64)  # fmt: skip
        denominator = np.where(narrow, fine, denominator)
        first = np.where(narrow, np.ceil(lo * denominator), first)
        last = np.where(narrow, np.floor(hi * denominator), last)
    return np.clip((first + np.floor(rng.random(shape) * (last - first + 1))) / denominator, lo, hi)
