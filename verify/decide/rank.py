"""Rank of matrices of rational functions over the field of rational functions.

Rests on: a minor that is not zero at a point is not the zero function, so the rank is at least its size; and a matrix with
n columns that takes n - r linearly independent vectors to zero has at most the rank r. Vectors of functions that are
linearly independent at one point are so over the field of rational functions. The vectors come from fraction-free
elimination (Bareiss 1968), and what they are multiplied to is compared with zero in normal form.

Certificate: kind ``rank``, the matrix, a point with the rows and columns of a minor, and the vectors; the rechecker
evaluates the minor and multiplies the matrix with the vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from flint import fmpq, fmpq_mat, fmpq_mpoly

from verify import expressions
from verify.decide.identities import OutsideLanguage, Ring
from verify.evidence import Decision
from verify.expressions import Expression, build

Polynomials = list[fmpq_mpoly]
Minor = tuple[dict[str, fmpq], list[int], list[int]]
"""A point, and the rows and columns of a largest minor that is not zero there."""

POINTS, COMPARED = 60, 4
"""Points at which a largest minor is looked for; how many are compared before one is taken for generic."""


def of_exact(matrix: fmpq_mat) -> int:
    """The rank of an exact matrix.

    >>> of_exact(fmpq_mat([[1, 2], [2, 4]]))
    1
    """
    return int(matrix.rank())


def kernel_of_exact(matrix: fmpq_mat) -> list[list[fmpq]]:
    """A basis of the vectors that an exact matrix takes to zero.

    >>> kernel_of_exact(fmpq_mat([[1, 2, 0]]))
    [[-2, 1, 0], [0, 0, 1]]
    """
    reduced, size = matrix.rref()
    pivots = _pivots(matrix)
    basis = []
    for free in (j for j in range(matrix.ncols()) if j not in pivots):
        vector = [fmpq(0)] * matrix.ncols()
        vector[free] = fmpq(1)
        for i in range(size):
            vector[pivots[i]] = -reduced[i, free]
        basis.append(vector)
    return basis


def decide(matrix: Sequence[Sequence[Expression]], expected: int) -> Decision:
    """Decide whether a matrix of rational functions, given by its rows, has this rank over the field of such functions.

    Returns:
        True with a certificate; false with the rank, or with a point at which it is larger than expected already;
        undecided if an entry is no rational function, or no point is found at which the rank is that of the matrix.
    """
    rows = [list(row) for row in matrix]
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        return Decision(None, "the matrix has no entries, or rows of different lengths")
    names = sorted(set().union(*(expressions.symbols(entry) for row in rows for entry in row)))
    ring = Ring(names)
    try:
        polynomials = [_cleared(ring, row) for row in rows]
    except OutsideLanguage as error:
        return Decision(None, str(error))
    best: Minor | None = None
    failed = False
    for number, minor in enumerate(_minors(rows, names), start=1):
        point, chosen, columns = minor
        if len(chosen) > expected:
            at = {name: str(value) for name, value in point.items()}
            return Decision(False, f"the rank is {len(chosen)} or more", counterexample=at)
        if best is None or len(chosen) > len(best[1]):
            best, failed = minor, False
        if failed or (number < COMPARED and names):
            continue
        point, chosen, columns = best
        kernel = _kernel(ring, [polynomials[i] for i in chosen], columns, len(rows[0]))
        if not all(_is_taken_to_zero(row, vector) for row in polynomials for vector in kernel):
            failed = True  # the point is special: the rank is larger than there
        elif len(chosen) < expected:
            return Decision(False, f"the rank is {len(chosen)}")
        else:
            certificate = {
                "kind": "rank",
                "matrix": rows,
                "rank": len(chosen),
                "point": {name: str(value) for name, value in point.items()},
                "rows": chosen,
                "columns": columns,
                "kernel": [[_written(entry, ring.names) for entry in vector] for vector in kernel],
            }
            return Decision(True, f"rank {expected} of a {len(rows)} x {len(rows[0])} matrix", certificate)
    return Decision(None, "no point was found at which the rank is that of the matrix")


def _cleared(ring: Ring, row: Sequence[Expression]) -> Polynomials:
    """A row times a common denominator: this changes neither the rank nor the kernel."""
    fractions = [ring.fraction(entry) for entry in row]
    common = ring.one
    for _, bottom in fractions:
        common = common * (bottom / common.gcd(bottom))
    return [top * (common / bottom) for top, bottom in fractions]


def _minors(rows: Sequence[Sequence[Expression]], names: Sequence[str]) -> Iterator[Minor]:
    """Largest minors at points of integers at which all entries are defined."""
    functions = [[expressions.compiled(entry) for entry in row] for row in rows]
    for attempt in range(POINTS if names else 1):
        # powers to different bases: no polynomial relation of low degree holds at many of these points
        point = {name: fmpq(pow(attempt + 3, index, 101) - 50) for index, name in enumerate(names, start=1)}
        values = [[function(point) for function in row] for row in functions]
        if not any(None in row for row in values):
            yield point, _pivots(fmpq_mat(values).transpose()), _pivots(fmpq_mat(values))


def _pivots(matrix: fmpq_mat) -> list[int]:
    """The first columns that are linearly independent."""
    reduced, size = matrix.rref()
    return [next(j for j in range(matrix.ncols()) if reduced[i, j] != 0) for i in range(size)]


def _kernel(ring: Ring, rows: Sequence[Polynomials], columns: Sequence[int], width: int) -> list[Polynomials]:
    """A basis of the vectors that rows take to zero whose minor of the columns is not zero."""
    if len(columns) == width:
        return []
    left = [list(row) for row in rows]
    previous = ring.one
    for k, column in enumerate(columns):
        pivot = min((i for i in range(k, len(left)) if left[i][column] != 0), key=lambda i: len(left[i][column]))
        left[k], left[pivot] = left[pivot], left[k]
        top = left[k]
        for i, row in enumerate(left):
            if i != k:  # the division is exact: the entries are minors of the rows
                left[i] = [(top[column] * a - row[column] * b) / previous for a, b in zip(row, top, strict=True)]
        previous = top[column]
    basis = []
    for free in sorted(set(range(width)).difference(columns)):
        vector = [ring.context.constant(0)] * width
        vector[free] = previous
        for row, column in zip(left, columns, strict=True):
            vector[column] = -row[free]
        common = reduce(lambda a, b: a.gcd(b), vector)
        basis.append([entry / common for entry in vector])
    return basis


def _is_taken_to_zero(row: Polynomials, vector: Polynomials) -> bool:
    return sum((a * b for a, b in zip(row, vector, strict=True)), row[0] * 0) == 0


def _written(polynomial: fmpq_mpoly, names: Sequence[str]) -> Expression:
    """The canonical form of a polynomial."""
    terms = []
    for exponents, coefficient in polynomial.to_dict().items():
        factors: list[Expression] = [["num", str(coefficient)]]
        for name, power in zip(names, exponents, strict=True):
            if power:
                factors.append(["sym", name] if power == 1 else ["pow", ["sym", name], ["num", str(power)]])
        if len(factors) > 1 and coefficient == 1:
            del factors[0]
        terms.append(build("mul", *factors) if len(factors) > 1 else factors[0])
    return build("add", *terms) if len(terms) > 1 else terms[0] if terms else ["num", "0"]
