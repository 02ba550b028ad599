"""Zeros of systems of equations: exactly one in a box.

Rests on Krawczyk's test (R. Krawczyk 1969; R. E. Moore 1977): let f be continuously differentiable on a closed box X with
centre c, J an interval matrix that encloses its Jacobian at every point of X, and Y any matrix. If
K = c - Y f(c) + (I - Y J)(X - c) lies in the interior of X, then f has exactly one zero in X. For x in X the mean value
theorem gives x - Y f(x) in K, so this map has a fixed point in X (Brouwer), and K in the interior of X bounds the absolute
values of I - Y J by a matrix of spectral radius below 1: Y and every matrix in J are invertible, so a fixed point is a zero,
and two zeros x, x' would give M (x - x') = 0 for some M in J.

Certificate: kind ``zero``, the box and the equations; the rechecker works out its own enclosures.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_mat

from verify import guesses


def krawczyk(value_at_centre: Sequence[arb], jacobian_over_box: arb_mat, radii: Sequence[arb]) -> bool:
    """Whether Krawczyk's test shows exactly one zero in the closed box; False says nothing.

    Args:
        value_at_centre: enclosures of f at the centre of the box.
        jacobian_over_box: enclosure of the Jacobian of f at every point of the box, square.
        radii: half the side lengths of the box, positive.
    """
    middle = jacobian_over_box.mid()
    candidates = (guesses.inverse(middle), _inverse(middle))
    return any(y is not None and _maps_inside(y, value_at_centre, jacobian_over_box, radii) for y in candidates)


def _inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse at the working precision, where floats are too coarse."""
    try:
        return matrix.inv().mid()
    except ZeroDivisionError:
        return None


def _maps_inside(y: arb_mat, value: Sequence[arb], jacobian: arb_mat, radii: Sequence[arb]) -> bool:
    size = len(radii)
    identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    around = arb_mat(size, 1, [radius.union(-radius) for radius in radii])
    image = (identity - y * jacobian) * around - y * arb_mat(size, 1, list(value))
    return all(entry.abs_upper() < radius.abs_lower() for entry, radius in zip(image.entries(), radii, strict=True))
