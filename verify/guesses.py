"""Guesses in floating point, for procedures that verify them: nothing that is returned here is believed.

A guess is handed over as exact numbers (every float is a dyadic rational). Callers in the kernel reach a decision by exact
or ball arithmetic that is right whatever the guess was; a bad one can only leave something undecided.
"""

from __future__ import annotations

import numpy as np
from flint import arb, arb_mat


def eigenvectors(matrix: arb_mat) -> arb_mat | None:
    """Approximate eigenvectors of a symmetric matrix, as columns; None if floats cannot say."""
    middle = _floats(matrix)
    if middle is None:
        return None
    try:
        _, vectors = np.linalg.eigh((middle + middle.T) / 2)
    except np.linalg.LinAlgError:
        return None
    return _exact(vectors)


def inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse of a square matrix up to a scalar factor that is undone; None if floats cannot say."""
    middle = _floats(matrix)
    if middle is None:
        return None
    try:
        found = np.linalg.inv(middle)
    except np.linalg.LinAlgError:
        return None
    guess = _exact(found)
    return None if guess is None else guess * _scale(matrix)


def _scale(matrix: arb_mat) -> arb:
    """A power of two that brings the largest entry near one: floats have a small range of exponents."""
    exponents = [
        int(exponent) + int(mantissa).bit_length()
        for mantissa, exponent in (entry.mid().man_exp() for entry in matrix.entries() if entry.is_finite())
        if mantissa != 0
    ]
    return arb(2) ** (-max(exponents, default=0))


def _floats(matrix: arb_mat) -> np.ndarray | None:
    scaled = matrix * _scale(matrix)
    middle = np.array([float(entry) for entry in scaled.entries()]).reshape(scaled.nrows(), scaled.ncols())
    return middle if np.isfinite(middle).all() else None


def _exact(values: np.ndarray) -> arb_mat | None:
    return arb_mat(values.tolist()) if np.isfinite(values).all() else None
