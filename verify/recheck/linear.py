"""Linear algebra: exact by elimination; of enclosures by what approximate inverses and eigenvectors make evident."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import isqrt, lcm

from .intervals import Enclosure, point
from .load import NotReplayed, Number

Matrix = Sequence[Sequence[Number]]
Enclosures = Sequence[Sequence[Enclosure]]

MAX_WORK = 1_000_000_000  # operations times bits
BITS = 64  # of the numbers of an approximate inverse
GUESS = 96  # bits of approximate eigenvectors


def _bounded(matrix: Matrix) -> None:
    """`NotReplayed` if elimination would be too much work."""
    rows, columns = len(matrix), max(map(len, matrix), default=0)
    # a row is multiplied by its common denominator: at most the product of all
    bits = max((sum(x.denominator.bit_length() for x in row if x.denominator > 1) for row in matrix), default=0)
    bits += max((x.numerator.bit_length() for row in matrix for x in row), default=0)
    if rows * columns * min(rows, columns) * (100 + bits * min(rows, columns)) > MAX_WORK:
        raise NotReplayed("a matrix is too large for naive elimination")


def _reduced(matrix: Matrix) -> tuple[list[list[int]], list[int], int]:
    """Fraction-free Gauss-Jordan elimination (Bareiss): the rows that are left, their pivots' columns, every pivot."""
    _bounded(matrix)
    scales = [lcm(*(x.denominator for x in row)) for row in matrix]
    rows = [[int(x * scale) for x in row] for row, scale in zip(matrix, scales, strict=True)]
    pivots: list[int] = []
    last = 1
    for column in range(len(rows[0]) if rows else 0):
        k = len(pivots)
        chosen = next((i for i in range(k, len(rows)) if rows[i][column]), None)
        if chosen is None:
            continue
        rows[k], rows[chosen] = rows[chosen], rows[k]
        pivot, top = rows[k][column], rows[k]
        for i, row in enumerate(rows):
            if i != k:  # every division is exact: all entries are minors
                factor = row[column]
                rows[i] = [(pivot * x - factor * y) // last for x, y in zip(row, top, strict=True)]
        pivots.append(column)
        last = pivot
    return rows[: len(pivots)], pivots, last


def exact_rank(matrix: Matrix) -> int:
    """The rank."""
    return len(_reduced(matrix)[1])


def kernel(matrix: Matrix) -> list[list[Fraction]]:
    """A basis of the vectors x with matrix x = 0; the matrix has at least one row."""
    rows, pivots, pivot = _reduced(matrix)
    basis = []
    for free in sorted(set(range(len(matrix[0]))) - set(pivots)):
        vector = [Fraction(int(k == free)) for k in range(len(matrix[0]))]
        for row, column in zip(rows, pivots, strict=True):
            vector[column] = Fraction(-row[free], pivot)
        basis.append(vector)
    return basis


def solution(matrix: Matrix, right: Sequence[Number]) -> list[Fraction] | None:
    """The solution of a square system; None if the matrix is singular."""
    rows, pivots, pivot = _reduced([[*row, b] for row, b in zip(matrix, right, strict=True)])
    return [Fraction(row[-1], pivot) for row in rows] if pivots == list(range(len(matrix))) else None


def inertia(matrix: Matrix) -> tuple[int, int, int]:
    """The numbers of positive, negative and zero eigenvalues of a symmetric matrix, by symmetric elimination."""
    _bounded(matrix)
    a = [[Fraction(x) for x in row] for row in matrix]
    left, positive, negative = set(range(len(a))), 0, 0
    while True:
        lines = [i for i in left if a[i][i]]
        pairs = ((i, j) for i, j in combinations(sorted(left), 2) if a[i][j])
        pivot = (min(lines, key=lambda i: a[i][i].denominator.bit_length()),) if lines else next(pairs, None)
        if pivot is None:
            return positive, negative, len(left)
        left.difference_update(pivot)
        i, j = pivot[0], pivot[-1]  # i != j where all diagonal entries are 0: [[0, b], [b, 0]] has one sign of each
        positive, negative = positive + (i != j or a[i][i] > 0), negative + (i != j or a[i][i] < 0)
        for k in left:
            first, second = a[k][j] / a[i][j], a[k][i] / a[i][j]
            for m in (m for m in left if m >= k and (first or second)):
                step = first * a[i][m] + (second * a[j][m] if i != j else 0)
                a[k][m] = a[m][k] = a[k][m] - step


def _rotations(a: list[list[int]]) -> list[list[int]]:
    """Approximate eigenvectors of a symmetric matrix as rows, by Jacobi's rotations. A guess: nothing rests on it.

    The matrix is in units of 2**-GUESS times its greatest entry, the vectors in units of 2**-GUESS.
    """
    n = len(a)
    vectors = [[int(i == j) << GUESS for j in range(n)] for i in range(n)]
    for _ in range(12):
        pairs = [(p, q) for p, q in combinations(range(n), 2) if abs(a[p][q]) > n]
        for p, q in pairs:
            difference, twice = a[q][q] - a[p][p], 2 * a[p][q]
            adjacent = abs(difference) + isqrt(difference**2 + twice**2)
            length = isqrt(adjacent**2 + twice**2)
            c, s = ((x << GUESS) // (length or 1) for x in (adjacent, twice if difference >= 0 else -twice))
            for row in a:
                row[p], row[q] = (c * row[p] - s * row[q]) >> GUESS, (s * row[p] + c * row[q]) >> GUESS
            for m in (a, vectors):
                rows = list(zip(m[p], m[q], strict=True))
                m[p] = [(c * x - s * y) >> GUESS for x, y in rows]
                m[q] = [(s * x + c * y) >> GUESS for x, y in rows]
        if not pairs:
            break
    return vectors


def _dominant(diagonal: Sequence[int], radius: Sequence[Sequence[int]]) -> int:
    """How many rows and columns are left when those are dropped that keep the rest from strict dominance."""
    chosen = [i for i, x in enumerate(diagonal) if x > 0]
    while chosen:
        excess = {i: diagonal[i] - sum(radius[i][j] for j in chosen) for i in chosen}
        worst = min(chosen, key=lambda i: excess[i])
        if excess[worst] > 0:
            break
        chosen.remove(worst)
    return len(chosen)


def certain_signs(matrix: Enclosures) -> tuple[int, int]:
    """How many eigenvalues are certainly positive, and negative, for every symmetric matrix in the enclosures.

    For any P, P^T H P has no more positive eigenvalues than H; a strictly diagonally dominant principal block of it with a
    positive diagonal is positive definite (Sylvester, Gershgorin). P is made of approximate eigenvectors.
    """
    n = len(matrix)
    if n**3 > 300_000:
        raise NotReplayed("a matrix is too large for approximate eigenvectors")
    unit = max((x.magnitude for row in matrix for x in row), default=Fraction(0))
    if unit == 0:
        return 0, 0
    # Integers with a radius, in units of 2**-200 times the greatest entry; the upper triangle stands for both.
    scale, upper = (1 << 200) / unit, [[matrix[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    middle = [[int((x.lo + x.hi) / 2 * scale) for x in row] for row in upper]
    radius = [[int((x.hi - x.lo) / 2 * scale) + 2 for x in row] for row in upper]
    p = _rotations([[x >> 200 - GUESS for x in row] for row in middle])
    for step in range(2):
        half = [[sum(x * y for x, y in zip(row, line, strict=True)) for line in middle] for row in p]
        image = [[sum(x * y for x, y in zip(row, line, strict=True)) for line in p] for row in half]
        if step == 0:  # rows of length 1 in the metric of the matrix itself: small eigenvalues are not drowned
            sizes = [isqrt(max(abs(image[i][i]), 1 << 2 * GUESS)) for i in range(n)]
            p = [[(x << GUESS + 100) // size for x in row] for row, size in zip(p, sizes, strict=True)]
    half = [[sum(abs(x) * y for x, y in zip(row, line, strict=True)) for line in radius] for row in p]
    spread = [[sum(x * abs(y) for x, y in zip(row, line, strict=True)) for line in p] for row in half]
    off = [[spread[i][j] + (abs(image[i][j]) if i != j else 0) for j in range(n)] for i in range(n)]
    positive, negative = (_dominant([sign * image[i][i] for i in range(n)], off) for sign in (1, -1))
    return positive, negative


def inertia_of(matrix: Enclosures) -> tuple[int, int, int] | None:
    """The inertia of every symmetric matrix in the enclosures; None unless it is certain, with no eigenvalue 0."""
    positive, negative = certain_signs(matrix)
    return (positive, negative, 0) if positive + negative == len(matrix) else None


def _rounded(row: Sequence[Fraction]) -> list[Fraction]:
    """The numbers rounded to `BITS` bits of the greatest of them."""
    size = max((abs(x.numerator).bit_length() - x.denominator.bit_length() for x in row if x), default=0)
    unit = Fraction(2) ** (size - BITS)
    return [round(x / unit) * unit for x in row]


def _combined(y: Sequence[Fraction], xs: Sequence[Enclosure]) -> Enclosure:
    return sum((x * a for a, x in zip(y, xs, strict=True)), point(0))


def krawczyk(value: Sequence[Enclosure], jacobian: Enclosures, radii: Sequence[Fraction]) -> bool:
    """Whether a function certainly has exactly one zero in the box of these radii about a centre (Krawczyk's test).

    `value` encloses the function at the centre, `jacobian` its derivatives over the box. False: not shown.
    """
    n = len(radii)
    middle = [_rounded([(x.lo + x.hi) / 2 for x in row]) for row in jacobian]
    unit = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    rows, pivots, pivot = _reduced([[*row, *one] for row, one in zip(middle, unit, strict=True)])
    if pivots != list(range(n)):
        return False
    for i, row in enumerate(rows):
        y = _rounded([Fraction(x, pivot) for x in row[n:]])
        left = [_combined(y, [line[j] for line in jacobian]) - unit[i][j] for j in range(n)]
        reach = sum((x.magnitude * r for x, r in zip(left, radii, strict=True)), _combined(y, value).magnitude)
        if reach >= radii[i]:
            return False
    return True
