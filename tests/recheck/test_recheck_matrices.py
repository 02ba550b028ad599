"""Exact and interval linear algebra of the independent checker; certificates of inertia and rank."""

import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import handmade as h
import pytest
from flint import arb, arb_mat, fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from tampering import as_obligation, rejected_everywhere

from verify.recheck import linear, polynomials, replay
from verify.recheck.intervals import Enclosure, point
from verify.recheck.load import NotReplayed

Rows = list[list[Fraction]]
SMALL = st.fractions(-3, 3, max_denominator=3) | st.just(Fraction(0))


def rectangular(rows: int, columns: int) -> st.SearchStrategy[Rows]:
    return st.lists(st.lists(SMALL, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


MATRICES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(lambda shape: rectangular(*shape))
SQUARES = st.integers(1, 5).flatmap(lambda n: rectangular(n, n))


def flint(matrix: Rows) -> fmpq_mat:
    return fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in matrix])


def wide(matrix: Any, radius: Fraction = Fraction(0)) -> list[list[Enclosure]]:
    return [[Enclosure(Fraction(x) - radius, Fraction(x) + radius) for x in row] for row in matrix]


def product(matrix: Any, vector: Any) -> list[Fraction]:
    return [sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix]


@settings(deadline=None)
@given(MATRICES)
def test_rank_and_kernel(matrix: Rows) -> None:
    rank, kernel = linear.exact_rank(matrix), linear.kernel(matrix)
    assert rank == flint(matrix).rank()
    assert len(kernel) == len(matrix[0]) - rank
    assert all(not any(product(matrix, vector)) for vector in kernel)
    assert not kernel or linear.exact_rank(kernel) == len(kernel)


@settings(deadline=None)
@given(SQUARES)
def test_solutions(matrix: Rows) -> None:
    right = [Fraction(k + 1) for k in range(len(matrix))]
    found = linear.solution(matrix, right)
    assert (found is None) == (flint(matrix).det() == 0)
    assert found is None or product(matrix, found) == right


@settings(deadline=None)
@given(SQUARES)
def test_inertia_agrees_with_the_signs_of_the_characteristic_polynomial(matrix: Rows) -> None:
    n = len(matrix)
    symmetric = [[matrix[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    # All zeros are real: Descartes' rule of signs is exact.
    coefficients = [c for c in flint(symmetric).charpoly().coeffs() if c != 0]
    positive = sum(a * b < 0 for a, b in pairwise(coefficients))
    zero = next(k for k, c in enumerate(flint(symmetric).charpoly().coeffs()) if c != 0)
    assert linear.inertia(symmetric) == (positive, n - positive - zero, zero)
    found = linear.certain_signs(wide(symmetric))
    assert found[0] <= positive
    assert found[1] <= n - positive - zero
    if not zero:
        assert linear.inertia_of(wide(symmetric)) == (positive, n - positive, 0)


def test_known_inertias() -> None:
    assert linear.inertia([[0, 1], [1, 0]]) == (1, 1, 0)
    assert linear.inertia([[0, 0], [0, 0]]) == (0, 0, 2)
    assert linear.inertia([[1, 2], [2, 4]]) == (1, 0, 1)
    assert linear.inertia([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) == (1, 2, 0)
    assert linear.inertia([[0, 0, 2], [0, -3, 0], [2, 0, 0]]) == (1, 2, 0)


def test_signs_that_hold_for_every_matrix_in_the_enclosures() -> None:
    matrix = [[2, 1, 0], [1, -3, 1], [0, 1, 1]]
    assert linear.inertia_of(wide(matrix, Fraction(1, 100))) == (2, 1, 0)
    assert linear.inertia_of(wide(matrix, Fraction(2))) is None
    assert linear.certain_signs(wide([[1, 0], [0, 0]], Fraction(1, 10))) == (1, 0)
    assert linear.certain_signs(wide([[1, 1], [1, 1]])) == (1, 0)
    assert linear.certain_signs(wide([[0, 0], [0, 0]])) == (0, 0)
    graded = [[Fraction(1), Fraction(1, 10**9)], [Fraction(1, 10**9), Fraction(1, 10**14)]]
    assert linear.inertia_of(wide(graded)) == (2, 0, 0)
    assert linear.inertia_of(wide([[Fraction(10) ** 5000, 0], [0, -(Fraction(10) ** 5000)]])) == (1, 1, 0)


@settings(deadline=None, max_examples=50)
@given(SQUARES, st.integers(0, 6))
def test_certain_signs_hold_at_the_corners(matrix: Rows, k: int) -> None:
    n, radius = len(matrix), Fraction(1, 4) / 2**k
    symmetric = [[matrix[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    positive, negative = linear.certain_signs(wide(symmetric, radius))
    for shift in (-radius, radius):
        for alternate in (False, True):
            corner = [
                [x + shift * (-1) ** ((i + j) * alternate) for j, x in enumerate(row)]
                for i, row in enumerate(symmetric)
            ]
            found = linear.inertia(corner)
            assert positive <= found[0]
            assert negative <= found[1]


def test_krawczyk() -> None:
    # x**2 = 2 in [1.4, 1.42]; and a box that is too small, too wide, or holds no zero.
    def square_root_of_two(centre: Fraction, radius: Fraction) -> bool:
        slope = Enclosure(2 * (centre - radius), 2 * (centre + radius))
        return linear.krawczyk([point(centre**2 - 2)], [[slope]], [radius])

    assert square_root_of_two(Fraction(141, 100), Fraction(1, 100))
    assert not square_root_of_two(Fraction(141, 100), Fraction(1, 1000))
    assert not square_root_of_two(Fraction(141, 100), Fraction(2))
    assert not square_root_of_two(Fraction(3), Fraction(1))
    assert not square_root_of_two(Fraction(0), Fraction(2))
    flat = [[point(1), point(1)], [point(1), point(1)]]
    assert not linear.krawczyk([point(0)] * 2, flat, [Fraction(1)] * 2)
    # The zero on the boundary of the box is not in the interior.
    assert not linear.krawczyk([point(-1)], [[point(1)]], [Fraction(1)])
    assert linear.krawczyk([point(Fraction(-99, 100))], [[point(1)]], [Fraction(1)])


@settings(deadline=None, max_examples=50)
@given(SQUARES)
def test_krawczyk_of_linear_systems(matrix: Rows) -> None:
    zero = [Fraction(1, 3)] * len(matrix)
    value = list(map(point, product(matrix, zero)))  # at 0, of matrix (x + 1/3)
    shown = linear.krawczyk(value, wide(matrix), [Fraction(1, 2)] * len(matrix))
    assert shown == (flint(matrix).det() != 0)
    assert not linear.krawczyk(value, wide(matrix), [Fraction(1, 4)] * len(matrix))


def test_approximate_inverses_serve_ill_conditioned_matrices() -> None:
    n = 8  # a Hilbert matrix: condition number 10**10
    hilbert = [[Fraction(1, i + j + 1) for j in range(n)] for i in range(n)]
    assert linear.krawczyk([point(0)] * n, wide(hilbert, Fraction(1, 10**15)), [Fraction(1)] * n)
    assert linear.inertia(hilbert) == linear.inertia_of(wide(hilbert)) == (n, 0, 0)
    exact = arb_mat([[arb(fmpq(x.numerator, x.denominator)) for x in row] for row in hilbert])
    assert exact.det() > 0


def test_too_large_matrices_are_not_tried() -> None:
    large = [[Fraction(i * j + 1) for j in range(150)] for i in range(150)]
    for function in (linear.exact_rank, linear.inertia, linear.kernel):
        with pytest.raises(NotReplayed):
            function(large)  # type: ignore[operator]
    with pytest.raises(NotReplayed):
        linear.certain_signs([[point(1)] * 100] * 100)


def inertia(matrix: Any, triple: Any) -> h.Data:
    return h.certificate("inertia", h.SQUARES, target="obligation", matrix=matrix, inertia=triple)


SWAP = inertia([["0", "1"], ["1", "0"]], [1, 1, 0])
HALVES = inertia([["1/2", "0", "3"], ["0", "0", "0"], ["3", "0", "-2"]], [1, 1, 1])


@pytest.mark.parametrize("given", [SWAP, HALVES])
def test_inertia_certificates(given: h.Data) -> None:
    assert h.accepted(given, h.SQUARES).kind == "inertia"
    as_obligation(given, h.SQUARES)
    rejected_everywhere(given, h.SQUARES, tuple(("matrix", k, k) for k in range(3)))  # whatever the signs
    for k in range(3):
        h.rejected(h.changed(given, ["inertia", k], given["inertia"][k] + 1), h.SQUARES)


@pytest.mark.parametrize(
    ("matrix", "triple"),
    [
        ([["0", "1"], ["1", "0"]], [2, 0, 0]),
        ([["0", "1"], ["1", "0"]], [1, 1]),
        ([["0", "1"], ["-1", "0"]], [1, 1, 0]),
        ([["0", "1"]], [1, 0, 0]),
        ([["1"], ["1", "2"]], [2, 0, 0]),
        ([], [0, 0, 0]),
        ([[]], [0, 0, 0]),
        ([["1e3"]], [1, 0, 0]),
        ([["2/1000000000000000000000000000000000000000"]], [0, 0, 1]),
        ([[h.num(1)]], [1, 0, 0]),
    ],
)
def test_false_inertia_certificates(matrix: Any, triple: Any) -> None:
    h.rejected(inertia(matrix, triple), h.SQUARES)


def quickly(given: h.Data) -> None:
    start = time.monotonic()
    assert replay(given, h.SQUARES).status in ("rejected", "not-replayed")
    assert time.monotonic() - start < 20


def test_hostile_matrices() -> None:
    quickly(inertia([["1"] * 400] * 400, [1, 0, 399]))
    quickly(inertia([["9" * 4000 if i == j else "7" * 4000 for j in range(20)] for i in range(20)], [1, 1, 18]))
    quickly(inertia([["1/" + "9" * 4000, "1"], ["1", "1/" + "7" * 4000]], [2, 0, 0]))


X, Y, ONE, ZERO = h.sym("x"), h.sym("y"), h.num(1), h.num(0)
INVERSE = ["pow", X, h.num(-1)]
# Rows (1, x, y) and (1/x, 1, y/x): the second is the first over x.
RANK = h.certificate(
    "rank",
    h.SQUARES,
    target="obligation",
    matrix=[[ONE, X, Y], [INVERSE, ONE, ["mul", Y, INVERSE]]],
    rank=1,
    point={"x": "2", "y": "-1/3"},
    rows=[1],
    columns=[2],
    kernel=[[["mul", h.num(-1), X], ONE, ZERO], [["mul", h.num(-1), Y], ZERO, ONE]],
)
# Vandermonde, of full rank.
FULL = h.certificate(
    "rank",
    h.SQUARES,
    target="obligation",
    matrix=[[ONE, X], [ONE, Y], [ONE, ["add", X, Y]]],
    rank=2,
    point={"x": "0", "y": "1"},
    rows=[0, 1],
    columns=[0, 1],
    kernel=[],
)
NOTHING = h.certificate(
    "rank",
    h.SQUARES,
    target="obligation",
    matrix=[[["add", X, ["mul", h.num(-1), X]]]],
    rank=0,
    point={"x": "0"},
    rows=[],
    columns=[],
    kernel=[[ONE]],
)


@pytest.mark.parametrize("given", [RANK, FULL, NOTHING])
def test_rank_certificates(given: h.Data) -> None:
    assert h.accepted(given, h.SQUARES).kind == "rank"
    as_obligation(given, h.SQUARES)


def test_tampered_rank_certificates() -> None:
    harmless = tuple(("point", name) for name in "xy")  # another point serves as well
    rejected_everywhere(RANK, h.SQUARES, harmless)


@pytest.mark.parametrize(
    ("given", "path", "value"),
    [
        (RANK, ["rank"], 2),
        (RANK, ["rank"], 0),
        (RANK, ["rank"], "3/2"),
        (RANK, ["rows"], [2]),
        (RANK, ["rows"], [-1]),
        (RANK, ["rows"], [0, 1]),
        (RANK, ["columns"], [3]),
        (RANK, ["columns"], []),
        (RANK, ["point", "x"], "0"),  # a pole
        (RANK, ["point", "y"], "0"),  # the minor vanishes
        (RANK, ["point"], {"x": "2"}),
        (RANK, ["kernel", 1], [ZERO, ZERO, ZERO]),
        (RANK, ["kernel", 1], [["mul", h.num(-1), X], ONE, ZERO]),  # dependent
        (RANK, ["kernel", 1], [["mul", h.num(-1), X], ZERO, ONE]),  # not in the kernel
        (RANK, ["kernel", 1], [["mul", h.num(-1), Y], ZERO]),
        (RANK, ["kernel"], [[["mul", h.num(-1), X], ONE, ZERO]]),
        (RANK, ["matrix", 1, 2], Y),
        (RANK, ["matrix", 0], [ONE, X]),
        (RANK, ["matrix", 0, 0], ["floor", ONE]),
        (RANK, ["matrix", 0, 0], ["exp", ZERO]),
        (FULL, ["rows"], [1, 0]),
        (FULL, ["rows"], [0, 0]),
        (FULL, ["columns"], [0]),
        (FULL, ["matrix", 2, 1], ["pow", ["add", X, ["mul", h.num(-1), X]], h.num(-1)]),
        (FULL, ["matrix", 2, 1], ["exp", X]),
        (FULL, ["matrix", 2, 1], h.sym("z")),
        (FULL, ["point", "y"], "0"),
        (FULL, ["kernel"], [[ONE, ONE]]),
        (NOTHING, ["matrix", 0, 0], X),
        (NOTHING, ["matrix"], []),
        (NOTHING, ["matrix"], [[]]),
    ],
)
def test_false_rank_certificates(given: h.Data, path: list[Any], value: Any) -> None:
    h.rejected(h.changed(given, path, value), h.SQUARES)


def test_a_kernel_that_vanishes_at_the_point_is_no_basis() -> None:
    scaled = [["mul", ["add", X, h.num(-2)], x] for x in RANK["kernel"][0]]
    h.rejected(h.changed(RANK, ["kernel", 0], scaled), h.SQUARES)
    h.accepted(h.changed(h.changed(RANK, ["kernel", 0], scaled), ["point", "x"], "3"), h.SQUARES)


def test_hostile_rank_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polynomials, "MAX_WORK", 200_000)
    huge: Any = h.num("9" * 3000)
    for _ in range(8):
        huge = ["pow", huge, h.num(900)]
    quickly(h.changed(NOTHING, ["matrix", 0, 0], huge))
    quickly(h.changed(NOTHING, ["matrix", 0, 0], ["pow", ["add", X, Y, ONE], h.num(999)]))
    quickly(h.changed(NOTHING, ["matrix", 0, 0], ["pow", X, h.num(10**30)]))
    deep: Any = X
    for _ in range(90):
        deep = ["pow", ["add", deep, Y], h.num(2)]
    quickly(h.changed(NOTHING, ["matrix", 0, 0], deep))
    many = {"matrix": [[X] * 120] * 120, "rank": 0, "kernel": [[ONE] * 120] * 120, "rows": [], "columns": []}
    quickly({**NOTHING, **many})
    quickly({**FULL, "matrix": [[X] * 150] * 150, "rank": 150, "rows": [*range(150)], "columns": [*range(150)]})
