"""Guesses in floating point, for procedures that verify them: nothing that is returned here is believed.

A guess is handed over as exact numbers (every float is a dyadic rational). Callers in the kernel reach a decision by exact
or ball arithmetic that is right whatever the guess was; a bad one can only leave something undecided.
"""

from __future__ import annotations

import numpy as np
from flint import arb, arb_mat

SMALLEST, LARGEST = 1e-100, 1e100


def eigenvectors(matrix: arb_mat) -> arb_mat | None:
    """Approximate eigenvectors of a symmetric matrix, as columns; None if floats cannot say."""
    found = _floats(matrix)
    if found is None:
        return None
    middle, _ = found
    try:
        _, vectors = np.linalg.eigh((middle + middle.T) / 2)
    except np.linalg.LinAlgError:
        return None
    return _exact(vectors)


def inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse of a square matrix; None if floats cannot say."""
    found = _floats(matrix)
    if found is None:
        return None
    middle, scale = found
    try:
        guess = _exact(np.linalg.inv(middle))
    except np.linalg.LinAlgError:
        return None
    return None if guess is None else guess * scale


def _floats(matrix: arb_mat) -> tuple[np.ndarray, arb] | None:
    """The midpoints of the entries times a power of two that keeps them within the range of floats; and that power."""
    values = _array(matrix)
    greatest = np.abs(values).max(initial=0.0)
    if SMALLEST < greatest < LARGEST:
        return values, arb(1)
    exponents = [
        int(exponent) + int(mantissa).bit_length()
        for mantissa, exponent in (entry.mid().man_exp() for entry in matrix.entries() if entry.is_finite())
        if mantissa != 0
    ]
    scale = arb(2) ** -max(exponents, default=0)
    values = _array(matrix * scale)
    return (values, scale) if np.isfinite(values).all() else None


def _array(matrix: arb_mat) -> np.ndarray:
    return np.array([float(entry) for entry in matrix.entries()]).reshape(matrix.nrows(), matrix.ncols())


def _exact(values: np.ndarray) -> arb_mat | None:
    return arb_mat(values.tolist()) if np.isfinite(values).all() else None
