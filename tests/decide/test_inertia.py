"""Inertia: exact matrices against congruences of known diagonal matrices, enclosures against matrices inside them."""

from __future__ import annotations

import pytest
from flint import arb, arb_mat, fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verify import guesses
from verify.arithmetic import precision
from verify.decide import inertia
from verify.decide.inertia import certain_signs, decide, of_balls, of_exact
from verify.errors import InstanceError

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=150, database=None)


def congruent(diagonal, entries):
    """B D B^T for a square B, and its inertia, which is that of D if B is invertible."""
    size = len(diagonal)
    b = fmpq_mat(size, size, [fmpq(*entry) for entry in entries])
    d = fmpq_mat([[diagonal[i] if i == j else 0 for j in range(size)] for i in range(size)])
    counts = tuple(sum(test(x) for x in diagonal) for test in (lambda x: x > 0, lambda x: x < 0, lambda x: x == 0))
    return b * d * b.transpose(), counts, b.det() != 0


@st.composite
def known(draw, largest=9, sizes=(1, 6)):
    size = draw(st.integers(*sizes))
    diagonal = draw(st.lists(st.sampled_from([-3, -1, 0, 1, 2]), min_size=size, max_size=size))
    entry = st.tuples(st.integers(-largest, largest), st.integers(1, largest))
    matrix, counts, invertible = congruent(diagonal, draw(st.lists(entry, min_size=size**2, max_size=size**2)))
    assume(invertible)
    return matrix, counts


@given(known())
@RANDOMLY
def test_sylvesters_law(case):
    matrix, counts = case
    assert of_exact(matrix) == counts
    assert of_exact(-matrix) == (counts[1], counts[0], counts[2])
    positive, negative = certain_signs(arb_mat(matrix))
    assert positive <= counts[0]
    assert negative <= counts[1]


@given(known(largest=2**70, sizes=(2, 5)))
@RANDOMLY
def test_long_entries_take_the_other_way_to_the_same_counts(case):
    matrix, counts = case
    assert of_exact(matrix) == counts == inertia._of_polynomial(matrix.numer_denom()[0].charpoly())


@given(known(), st.lists(st.integers(-4, 4), min_size=36, max_size=36), st.sampled_from([4, 100, 10**6]))
@RANDOMLY
def test_counts_of_an_enclosure_hold_for_the_matrices_inside(case, shifts, width):
    matrix, _ = case
    size = matrix.nrows()
    radius = fmpq(4, width)
    inside = fmpq_mat(matrix)
    for i in range(size):
        for j in range(i, size):
            inside[i, j] += fmpq(shifts[6 * i + j], width)
            inside[j, i] = inside[i, j]
    enclosure = arb_mat([[matrix[i, j] + arb(0, radius) for j in range(size)] for i in range(size)])
    positive, negative = certain_signs(enclosure)
    counts = of_exact(inside)
    assert positive <= counts[0]
    assert negative <= counts[1]
    assert of_balls(enclosure) in (None, counts)


@given(known(), st.data())
@RANDOMLY
def test_a_bad_guess_cannot_make_the_counts_wrong(case, data):
    matrix, counts = case
    size = matrix.nrows()
    numbers = st.one_of(st.integers(-2, 2), st.sampled_from([0.1, -3.7, 1e-30, 1e30]))

    def guess(enclosure):
        rows = enclosure.nrows()
        entries = data.draw(st.lists(numbers, min_size=rows**2, max_size=rows**2))
        return data.draw(st.sampled_from([None, arb_mat(rows, rows, entries)]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guesses, "eigenvectors", guess)
        positive, negative = certain_signs(arb_mat(matrix))
        assert positive <= counts[0]
        assert negative <= counts[1]
        assert of_exact(matrix * fmpq(2) ** 200) == counts
    assert size


def test_a_schur_complement_decides_what_dominance_leaves_open(monkeypatch):
    def identity(matrix):
        return arb_mat([[int(i == j) for j in range(matrix.nrows())] for i in range(matrix.nrows())])

    monkeypatch.setattr(guesses, "eigenvectors", identity)
    assert of_balls(arb_mat([[1000, 30], [30, arb(0.5)]])) == (1, 1, 0)
    assert of_balls(arb_mat([[-1000, 30], [30, arb(-0.5)]])) == (1, 1, 0)
    assert of_balls(arb_mat([[-1000, 30], [30, arb(0.5)]])) == (1, 1, 0)
    assert of_balls(arb_mat([[1000, 30], [30, arb(0.9)]])) is None
    assert of_balls(arb_mat([[1000, 30, 2], [30, 2, 1], [2, 1, -1]])) == (2, 1, 0)


@given(st.integers(1, 6), st.lists(st.integers(-9, 9), min_size=36, max_size=36), st.sampled_from([1, -1]))
@RANDOMLY
def test_what_is_called_dominant_is_so(size, numbers, sign):
    rows = [[numbers[6 * min(i, j) + max(i, j)] * (3 if i == j else 1) for j in range(size)] for i in range(size)]
    chosen = inertia._dominant(arb_mat(rows).tolist(), sign)
    for i in chosen:
        assert sign * rows[i][i] > sum(abs(rows[i][j]) for j in chosen if j != i)
    alone = [i for i in range(size) if sign * rows[i][i] > 0]
    assert bool(chosen) == bool(alone)


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ([[0]], (0, 0, 1)),
        ([[0, 1], [1, 0]], (1, 1, 0)),
        ([[0, 0], [0, 0]], (0, 0, 2)),
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], (1, 2, 0)),
        ([[1, 1], [1, fmpq(10**60 + 1, 10**60)]], (2, 0, 0)),
        ([[1, 1], [1, fmpq(10**60 - 1, 10**60)]], (1, 1, 0)),
        ([[10**400, 0], [0, -fmpq(1, 10**400)]], (1, 1, 0)),
        ([[1, 1, 0], [1, 1, 0], [0, 0, fmpq(1, 10**300)]], (2, 0, 1)),
    ],
)
def test_degenerate_matrices(rows, counts):
    assert of_exact(fmpq_mat(rows)) == counts


def test_no_rows():
    assert of_exact(fmpq_mat(0, 0)) == (0, 0, 0)
    assert of_balls(arb_mat(0, 0)) == (0, 0, 0)


@pytest.mark.parametrize("rank", [20, 13, 1])
def test_twenty_rows(rank):
    factor = fmpq_mat(20, rank, [(i * i + 3 * j * i + j**3) % 11 - 5 for i in range(20) for j in range(rank)])
    signs = fmpq_mat([[(-1) ** i if i == j else 0 for j in range(rank)] for i in range(rank)])
    matrix = factor * signs * factor.transpose()
    counts = of_exact(matrix)
    assert sum(counts[:2]) == matrix.rank()
    for more in (fmpq(1), fmpq(2**300, 3**200)):
        assert of_exact(matrix * more) == counts
    with precision(128):
        assert certain_signs(arb_mat(matrix)) == counts[:2]


def test_a_hundred_and_fifty_rows_of_balls():
    size = 150
    rows = [
        [fmpq((i * j) % 7 - 3 + 5 * (i == j) * (-1) ** i, 1 + (i + j) % 3) for j in range(size)] for i in range(size)
    ]
    matrix = fmpq_mat([[rows[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)])
    counts = of_exact(matrix)
    with precision(128):
        assert certain_signs(arb_mat(matrix)) == counts[:2]
        assert of_balls(arb_mat(matrix)) == (counts if counts[2] == 0 else None)


def test_graded_and_badly_conditioned_balls():
    with precision(512):
        hilbert = arb_mat([[arb(1) / (i + j + 1) for j in range(20)] for i in range(20)])
        assert of_balls(hilbert) == (20, 0, 0)
        graded = arb_mat([[arb(10) ** (-10 * (i + j)) * (2 * (i == j) - 1) for j in range(8)] for i in range(8)])
        exact = fmpq_mat([[fmpq(1, 10 ** (10 * (i + j))) * (2 * (i == j) - 1) for j in range(8)] for i in range(8)])
        assert of_balls(graded) == of_exact(exact)
    with precision(64):
        positive, negative = certain_signs(arb_mat([[arb(1) / (i + j + 1) for j in range(20)] for i in range(20)]))
        assert positive < 20
        assert negative == 0


def test_what_enclosures_cannot_show_is_undecided():
    singular = arb_mat([[1, 1], [1, arb(1, 0.01)]])
    assert certain_signs(singular) == (1, 0)
    assert of_balls(singular) is None
    assert certain_signs(arb_mat([[arb("nan"), 0], [0, 1]])) == (0, 0)
    assert certain_signs(arb_mat([[arb(0, "inf"), 0], [0, 1]])) == (0, 0)


@pytest.mark.parametrize("rows", [[[1, 2], [3, 4]], [[1, 2, 3], [2, 1, 0]]])
def test_what_has_no_inertia_is_an_error(rows):
    with pytest.raises(InstanceError, match="matrix"):
        of_exact(fmpq_mat(rows))
    with pytest.raises(InstanceError, match="matrix"):
        of_balls(arb_mat(rows))
    assert decide([[fmpq(entry) for entry in row] for row in rows], (1, 1, 0)).truth is None


def test_decisions():
    rows = [[fmpq(1, 2), fmpq(1)], [fmpq(1), fmpq(1, 3)]]
    decision = decide(rows, (1, 1, 0))
    assert decision.truth is True
    assert decision.certificate == {"kind": "inertia", "matrix": [["1/2", "1"], ["1", "1/3"]], "inertia": [1, 1, 0]}
    wrong = decide(rows, (2, 0, 0))
    assert (wrong.truth, wrong.certificate) == (False, None)
    assert "(1, 1, 0)" in wrong.reason
    assert decide(rows, (1, 1)).truth is False
    assert decide([], (0, 0, 0)).truth is None
    assert decide([[]], (0, 0, 0)).truth is None
    assert decide([[fmpq(1)], [fmpq(1), fmpq(2)]], (1, 0, 0)).truth is None
