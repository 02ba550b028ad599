"""Rank of matrices of rational functions over the field of rational functions.

Rests on: a minor that is not zero at a point is not the zero function, so the rank is at least its size; and a matrix that
has n columns and n - r independent vectors in its kernel has at most the rank r. Vectors of functions that are linearly
independent at one point are so over the field of rational functions.

Certificate: kind ``rank``, the matrix, a point with the rows and columns of a minor, and vectors of the kernel; the rechecker
evaluates the minor and multiplies the matrix with the vectors.
"""

from __future__ import annotations

from flint import fmpq_mat


def of_exact(matrix: fmpq_mat) -> int:
    """The rank of an exact matrix.

    >>> of_exact(fmpq_mat([[1, 2], [2, 4]]))
    1
    """
    return int(matrix.rank())
