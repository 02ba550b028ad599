"""Inertia of symmetric matrices: how many eigenvalues are positive, negative and zero.

Rests on, for exact matrices: all zeros of the characteristic polynomial of a real symmetric matrix are real, and for such a
polynomial Descartes' rule is exact: as many zeros are positive as its coefficients change their sign, and zero is a zero
as many times as coefficients vanish from the constant on. Where the entries are long numbers, lower bounds of both counts
from enclosures, as below, are exact as soon as they sum to the rank.

For enclosures: Sylvester's law in the form n_+(P^T H P) <= n_+(H) for every matrix P (H is positive definite on the image of
a subspace on which P^T H P is); a principal submatrix has at most as many positive eigenvalues (Cauchy); a symmetric
matrix with positive, strictly dominant diagonal is positive definite (Gershgorin); and n_+ of a matrix is that of an
invertible principal block plus that of its Schur complement (Haynsworth 1968).

Certificate: kind ``inertia``, the matrix and the three counts; the rechecker counts again by its own elimination.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from flint import arb, arb_mat, fmpq, fmpq_mat, fmpz_poly

from verify import guesses
from verify.arithmetic import precision
from verify.decide.rank import of_exact as rank_of
from verify.errors import InstanceError
from verify.evidence import Decision

Inertia = tuple[int, int, int]
"""The numbers of positive, negative and zero eigenvalues."""

LONG, BITS = 128, 128
"""Bits of an entry beyond which the characteristic polynomial is slower than balls of so many bits and the rank."""


def decide(matrix: Sequence[Sequence[fmpq]], expected: Sequence[int]) -> Decision:
    """Decide whether a symmetric matrix, given by its rows, has so many positive, negative and zero eigenvalues.

    Returns:
        True with a certificate, false with the inertia that it has, or undecided if it is not symmetric, or empty.
    """
    rows = [list(row) for row in matrix]
    if not rows or {len(row) for row in rows} != {len(rows)}:
        return Decision(None, "the matrix is not square, or has no rows")
    try:
        found = of_exact(fmpq_mat(rows))
    except InstanceError as error:
        return Decision(None, str(error))
    if found != tuple(expected):
        return Decision(False, f"the inertia is {found}")
    certificate = {"kind": "inertia", "matrix": [[str(entry) for entry in row] for row in rows], "inertia": list(found)}
    return Decision(True, f"inertia {found} of a {len(rows)} x {len(rows)} matrix", certificate)


def of_exact(matrix: fmpq_mat) -> Inertia:
    """The inertia of an exact symmetric matrix.

    >>> of_exact(fmpq_mat([[0, 1], [1, 0]]))
    (1, 1, 0)

    Raises:
        InstanceError: if the matrix is not symmetric.
    """
    _demand_symmetric(matrix)
    if matrix.nrows() == 0:
        return 0, 0, 0
    cleared, _ = matrix.numer_denom()
    if max(entry.bit_length() for entry in cleared.entries()) > LONG:
        with precision(BITS):
            positive, negative = certain_signs(arb_mat(matrix))
        shown, size = positive + negative, matrix.nrows()
        if shown == size or shown == rank_of(matrix):
            return positive, negative, size - shown
    return _of_polynomial(cleared.charpoly())


def _of_polynomial(polynomial: fmpz_poly) -> Inertia:
    """The inertia of a matrix whose characteristic polynomial it is; all of its zeros are real."""
    signs = [coefficient > 0 for coefficient in polynomial.coeffs() if coefficient != 0]
    positive = sum(before is not after for before, after in itertools.pairwise(signs))
    zero = next(index for index, coefficient in enumerate(polynomial.coeffs()) if coefficient != 0)
    return positive, polynomial.degree() - positive - zero, zero


def of_balls(matrix: arb_mat) -> Inertia | None:
    """The inertia that every symmetric matrix in the enclosure has, or None if that is not shown.

    An enclosure cannot show that an eigenvalue is zero: the third count is 0.

    Raises:
        InstanceError: if the matrix is not square, or encloses no symmetric matrix.
    """
    positive, negative = certain_signs(matrix)
    return (positive, negative, 0) if positive + negative == matrix.nrows() else None


def certain_signs(matrix: arb_mat) -> tuple[int, int]:
    """Numbers of eigenvalues that are certainly positive, and negative, for every symmetric matrix in the enclosure.

    Raises:
        InstanceError: if the matrix is not square, or encloses no symmetric matrix.
    """
    _demand_symmetric(matrix)
    positive = negative = 0
    while matrix.nrows():
        vectors = guesses.eigenvectors(matrix)
        if vectors is None:
            break
        product = vectors.transpose() * matrix * vectors
        rows = product.tolist()
        up, down = _dominant(rows, 1), _dominant(rows, -1)
        positive, negative = positive + len(up), negative + len(down)
        known = [*up, *down]
        left = sorted(set(range(len(rows))).difference(known))
        if not known or not left:
            break
        # the small eigenvalues drown in the rounding of the large ones: what is left without these may show them
        complement = _schur_complement(rows, known, left)
        if complement is None:
            break
        matrix = complement
    return positive, negative


def _demand_symmetric(matrix: fmpq_mat | arb_mat) -> None:
    if matrix.nrows() != matrix.ncols():
        raise InstanceError(
            f"matrix: {matrix.nrows()} x {matrix.ncols()} is not square; inertia is of symmetric matrices"
        )
    symmetric = matrix.overlaps(matrix.transpose()) if isinstance(matrix, arb_mat) else matrix == matrix.transpose()
    if not symmetric:
        raise InstanceError("matrix: it is not symmetric; give the symmetric matrix itself, not a factor of it")


def _dominant(rows: Sequence[Sequence[arb]], sign: int) -> list[int]:
    """Indices of a principal submatrix with strictly dominant diagonal of one sign (not always the largest one)."""
    if not all(entry.is_finite() for row in rows for entry in row):
        return []  # the margin of such a row is no number
    chosen = [index for index, row in enumerate(rows) if row[index] * sign > 0]
    margins = {
        index: rows[index][index].abs_lower() - sum((rows[index][j].abs_upper() for j in chosen if j != index), arb(0))
        for index in chosen
    }
    while margins:
        worst = min(margins, key=lambda index: margins[index].lower())
        if margins.pop(worst) > 0:
            return [*margins, worst]
        for index in margins:
            margins[index] += rows[index][worst].abs_upper()
    return []


def _schur_complement(rows: Sequence[Sequence[arb]], known: Sequence[int], left: Sequence[int]) -> arb_mat | None:
    """What is left of a symmetric matrix without an invertible principal block."""

    def block(some: Sequence[int], others: Sequence[int]) -> arb_mat:
        return arb_mat([[rows[i][j] for j in others] for i in some])

    try:
        return block(left, left) - block(left, known) * block(known, known).inv() * block(known, left)
    except ZeroDivisionError:
        return None
