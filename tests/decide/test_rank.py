"""Rank over the field of rational functions, against products of matrices and determinants."""

from __future__ import annotations

import pytest
import sympy
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import exp, sqrt

from verify.decide import rank as ranks
from verify.decide.rank import decide, of_exact
from verify.expressions import canonical, evaluate

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=80, database=None)
x, y, z = sympy.symbols("x y z")
entries = st.sampled_from([0, 1, -2, x, y, x + y, x * y, x**2 - y, 1 / x, 1 / (x - y), sympy.Rational(1, 3)])


def forms(rows):
    return [[canonical(entry) for entry in row] for row in rows]


def replay(certificate):
    """The certificate's own promises, by exact arithmetic at its point and at others."""
    rank, rows, columns = (certificate[key] for key in ("rank", "rows", "columns"))
    matrix, kernel = certificate["matrix"], certificate["kernel"]
    assert len(rows) == len(columns) == rank
    assert rows == sorted(set(rows))
    assert columns == sorted(set(columns))
    point = {name: fmpq(int(value)) for name, value in certificate["point"].items()}
    if rank:
        minor = fmpq_mat([[evaluate(matrix[i][j], point) for j in columns] for i in rows])
        assert minor.det() != 0
    width = len(matrix[0])
    assert len(kernel) == width - rank
    if kernel:
        assert fmpq_mat([[evaluate(entry, point) for entry in vector] for vector in kernel]).rank() == len(kernel)
    for shift in range(3):
        there = {name: value + fmpq(shift, 7) for name, value in point.items()}
        values = [[evaluate(entry, there) for entry in row] for row in matrix]
        for vector in kernel:
            for row in values:
                if None not in row:
                    assert sum(a * evaluate(b, there) for a, b in zip(row, vector, strict=True)) == 0


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.data())
@RANDOMLY
def test_products_have_at_most_the_rank_of_their_factors(height, width, inner, data):
    left = sympy.Matrix(height, inner, data.draw(st.lists(entries, min_size=height * inner, max_size=height * inner)))
    right = sympy.Matrix(inner, width, data.draw(st.lists(entries, min_size=inner * width, max_size=inner * width)))
    matrix = forms((left * right).tolist())
    decisions = [decide(matrix, rank) for rank in range(min(height, width) + 1)]
    (rank,) = [k for k, decision in enumerate(decisions) if decision.truth is True]
    assert rank <= inner
    assert all(decision.truth is False for k, decision in enumerate(decisions) if k != rank)
    replay(decisions[rank].certificate)


@pytest.mark.parametrize(
    ("rows", "rank"),
    [
        ([[0, 0, 0]], 0),
        ([[1, 2], [2, 4]], 1),
        ([[1, 2], [2, 5]], 2),
        ([[x, y], [x * y, y**2]], 1),
        ([[x, y], [x * y, y**2 + sympy.Rational(1, 10**30)]], 2),
        ([[1 / x, 1 / (x * y)], [y / (x + y), 1 / (x + y)]], 1),
        ([[x, y, z]], 1),
        ([[x], [y], [z]], 1),
        ([[1, x, x**2], [1, y, y**2], [1, z, z**2]], 3),
        ([[1, x, x**2], [1, y, y**2], [2, x + y, x**2 + y**2]], 2),
        ([[(x - 1) ** 2 - x**2 + 2 * x - 1]], 0),
        ([[1 / (x - y) - 1 / (x + y), 1 / (x**2 - y**2)], [2 * y, 1]], 1),
    ],
)
def test_known_ranks(rows, rank):
    decision = decide(forms(rows), rank)
    assert decision.truth is True
    replay(decision.certificate)
    for other in (rank - 1, rank + 1):
        assert decide(forms(rows), other).truth is False


def test_large_products():
    a, b = sympy.symbols("a:18"), sympy.symbols("b:18")
    product = (sympy.Matrix(6, 3, a) * sympy.Matrix(3, 6, b)).tolist()
    decision = decide(forms(product), 3)
    assert decision.truth is True
    replay(decision.certificate)
    nodes = sympy.symbols("a:7")
    assert decide(forms([[node**k for k in range(7)] for node in nodes]), 7).truth is True
    cauchy = [[1 / (s + t) for s in a[:5]] for t in b[:5]]
    assert decide(forms(cauchy), 5).truth is True


def test_many_numbers():
    rows = [[(i * i * 7 + j * i * 3 + j**3) % 13 for j in range(30)] for i in range(25)]
    low = [[sum(rows[i][k] * rows[k][j] for k in range(8)) for j in range(30)] for i in range(25)]
    rank = of_exact(fmpq_mat(low))
    assert decide(forms(low), rank).truth is True
    assert decide(forms(low), rank + 1).truth is False


def test_a_matrix_that_is_special_at_the_first_points_is_not_misjudged():
    places = [pow(attempt + 3, 1, 101) - 50 for attempt in range(ranks.POINTS)]
    few = sympy.prod(x - place for place in places[:10])
    assert decide(forms([[few, 1], [0, 1]]), 2).truth is True
    assert decide(forms([[few, 1], [0, 1]]), 1).truth is False
    everywhere = sympy.prod(x - place for place in places)
    assert decide(forms([[everywhere]]), 1).truth is None
    assert decide(forms([[everywhere]]), 0).truth is None
    assert decide(forms([[1 / everywhere]]), 1).truth is None


@pytest.mark.parametrize("rows", [[], [[]], [[x, y], [x]], [[exp(x)]], [[sqrt(x)]], [[x**201]], [[sympy.floor(x)]]])
def test_what_is_no_matrix_of_rational_functions_is_undecided(rows):
    decision = decide(forms(rows), 1)
    assert decision.truth is None
    assert decision.certificate is None


def test_a_denominator_that_is_identically_zero():
    nothing = ["pow", ["add", ["sym", "x"], ["mul", ["num", "-1"], ["sym", "x"]]], ["num", "-1"]]
    assert decide([[nothing]], 1).truth is None


@given(st.integers(1, 5), st.integers(1, 5), st.lists(st.integers(-3, 3), min_size=25, max_size=25))
@RANDOMLY
def test_exact_matrices(height, width, numbers):
    matrix = fmpq_mat(height, width, numbers[: height * width])
    rank = of_exact(matrix)
    assert rank == of_exact(matrix.transpose()) == of_exact(matrix * fmpq(1, 3))
    assert decide([[["num", str(entry)] for entry in row] for row in matrix.tolist()], rank).truth is True
