"""Condensation: the reference cases of the literature, and what the quantities say against their definitions."""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from verify.quantities import Workspace, lookup

XOR = ((1, 1, 1), (-1, 1, 1), (1, -1, 1), (-1, -1, 1))
SIGNS = (1, -1, -1, 1)
CORNERS = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
SMALL_LINES = tuple(product((-1, 0, 1), repeat=3))
"""All of {-1, 0, 1}^3: 13 lines, each twice, and 0."""


def ask(name, *arguments):
    return lookup(f"condensation.{name}")(Workspace(), *arguments)


def lines_of(x, y, p, lines):
    return ask("stable_lines", x, y, p, tuple(lines))


def test_xor_with_a_constant_has_four_stable_lines_for_p_3():
    """V(u) = 24 u1 u2 u3: eight growing orientations, more than 2p = 6."""
    for u in SMALL_LINES:
        assert ask("form", XOR, SIGNS, 3, u) == 24 * u[0] * u[1] * u[2]
    for corner in CORNERS:
        assert ask("is_stable", XOR, SIGNS, 3, corner) is True
        assert ask("is_stable", XOR, SIGNS, 3, tuple(-fmpq(c, 2) for c in corner)) is True
    for axis in AXES:  # equilibria with V = 0: saddles
        assert ask("is_condensed", XOR, SIGNS, 3, axis) is True
        assert ask("is_stable", XOR, SIGNS, 3, axis) is False
    assert ask("is_condensed", XOR, SIGNS, 3, (1, 1, 0)) is False
    assert lines_of(XOR, SIGNS, 3, SMALL_LINES) == 4


def test_powers_on_the_axes_have_a_line_for_each():
    """V = sum u_k^3: the number of stable lines is not bounded by p as D grows."""
    for size in (2, 3, 4, 5):
        axes = tuple(tuple(int(i == j) for j in range(size)) for i in range(size))
        assert lines_of(axes, (1,) * size, 3, axes) == size
        assert ask("is_condensed", axes, (1,) * size, 3, (1,) * size) is True
        assert ask("is_stable", axes, (1,) * size, 3, (1,) * size) is False


def test_quartic_with_seven_growing_lines():
    """V = sum u_k^4 - c (u.u)^2, c = 2/5 (1/3 < c < 1): axes for a > 0, diagonals for a < 0. Pairs give u_i^2 u_j^2."""
    c = fmpq(2, 5)
    pairs = [
        tuple(int(k == i) + sign * int(k == j) for k in range(3))
        for i, j in combinations(range(3), 2)
        for sign in (1, -1)
    ]
    # (u_i + u_j)^4 + (u_i - u_j)^4 = 2 u_i^4 + 12 u_i^2 u_j^2 + 2 u_j^4
    x, y = (*AXES, *pairs), (*[1 - c + 4 * c / 6] * 3, *[-2 * c / 12] * 6)
    for u in SMALL_LINES:
        expected = sum(e**4 for e in u) - c * sum(e * e for e in u) ** 2
        assert ask("form", x, y, 4, u) == expected
    assert lines_of(x, y, 4, AXES) == 3
    assert lines_of(x, y, 4, SMALL_LINES) == 7


def test_at_most_two_lines_for_quadratic_forms():
    """p = 2: the eigenvectors of the greatest and least eigenvalue, where these are positive and negative and simple."""
    assert lines_of(XOR, SIGNS, 2, SMALL_LINES) == 2  # V = 8 u1 u2
    assert lines_of(AXES, (3, -1, -2), 2, SMALL_LINES) == 2
    assert lines_of(AXES, (3, 2, 1), 2, SMALL_LINES) == 1  # positive: the least one decays
    assert lines_of(AXES, (3, 3, 1), 2, SMALL_LINES) == 0  # a circle of maxima
    random = Random(3)
    for _ in range(30):
        x = tuple(tuple(random.randint(-2, 2) for _ in range(3)) for _ in range(4))
        y = tuple(random.randint(-2, 2) for _ in x)
        assert lines_of(x, y, 2, product(range(-2, 3), repeat=3)) <= 2


def test_one_line_for_a_linear_form():
    """p = 1: sum_i y_i x_i, in closed form."""
    x, y = ((1, 2, 0), (0, 1, 1)), (fmpq(1, 2), -1)
    total = (fmpq(1, 2), 0, -1)
    assert ask("is_stable", x, y, 1, total) is True
    assert lines_of(x, y, 1, (total, tuple(-2 * e for e in total), (1, 0, 0))) == 1
    assert lines_of(XOR, SIGNS, 1, SMALL_LINES) == 0  # the moment vanishes: V = 0
    assert ask("is_condensed", XOR, SIGNS, 1, (1, 2, 3)) is True


def test_the_circularly_symmetric_form_has_no_isolated_line():
    """V = u1^2 + u2^2 (inputs -1 and 1 with a constant): every direction is an equilibrium, none is stable."""
    x, y = ((-1, 1), (1, 1)), (fmpq(1, 2), fmpq(1, 2))
    for u in product(range(-2, 3), repeat=2):
        assert ask("is_condensed", x, y, 2, u) is any(u)
        assert ask("is_stable", x, y, 2, u) is False


def test_in_the_plane_p_lines_and_no_more():
    """V = Re (u1 + i u2)^p has p stable lines; here those of rational slope."""
    for p, lines in ((1, 1), (2, 2), (4, 4)):
        wave = tuple(comb(p, k) * (-1) ** (k // 2) if k % 2 == 0 else 0 for k in range(p + 1))
        x = (*((1, t) for t in range(p)), (0, 1))
        y = coefficients(wave, x, p)
        for u in ((1, 2), (3, -1)):
            assert ask("form", x, y, p, u) == int((complex(*u) ** p).real)
        assert lines_of(x, y, p, product(range(-2, 3), repeat=2)) == lines


def coefficients(wave, x, p):
    """y with sum_i y_i (u.x_i)^p = sum_k wave_k u1^(p-k) u2^k."""
    matrix = fmpq_mat([[comb(p, k) * fmpq(a) ** (p - k) * fmpq(b) ** k for a, b in x] for k in range(p + 1)])
    return tuple(row[0] for row in matrix.solve(fmpq_mat([[w] for w in wave])).tolist())


def test_one_dimension():
    for p in (1, 2, 3):
        assert ask("is_stable", ((2,), (1,)), (1, 1), p, (-3,)) is True
        assert lines_of(((2,), (1,)), (1, 1), p, ((1,), (-2,), (0,))) == 1
    assert ask("is_condensed", ((2,), (1,)), (1, -4), 2, (1,)) is True  # V = 0
    assert ask("is_stable", ((2,), (1,)), (1, -4), 2, (1,)) is False


def test_stable_means_a_strict_maximum_nearby():
    """Against the definition: sign(V) V, made homogeneous of degree 0, falls in every direction of a small grid."""
    random, seen = Random(7), {True: 0, False: 0}
    for _ in range(1000):
        size, p = random.choice((2, 3)), random.choice((1, 2, 3, 4))
        x = tuple(tuple(random.choice((-1, 0, 1)) for _ in range(size)) for _ in range(random.randint(1, 5)))
        y = tuple(random.choice((-1, 1, 2)) for _ in x)
        u = tuple(random.choice((-1, 0, 1)) for _ in range(size))
        if not any(u) or ask("is_condensed", x, y, p, u) is False or ask("form", x, y, p, u) == 0:
            continue

        def height(v, x=x, y=y, p=p):
            """sign(V) V^2 / |v|^(2p), exact."""
            value = ask("form", x, y, p, v)
            return value * abs(value) / sum((fmpq(e) * e for e in v), fmpq(0)) ** p

        sign = 1 if height(u) > 0 else -1
        around = [
            tuple(a + fmpq(b, 10_000) for a, b in zip(u, step, strict=True))
            for step in product((-1, 0, 1), repeat=size)
        ]
        moved = [v for v in around if any(a * d != b * c for (a, b), (c, d) in combinations(zip(u, v, strict=True), 2))]
        falls = all(sign * height(v) < sign * height(u) for v in moved)
        stable = ask("is_stable", x, y, p, u)
        assert falls or not stable
        seen[stable] += 1
    assert min(seen.values()) > 10


@pytest.mark.parametrize(
    ("x", "y", "p", "u"),
    [
        ((), (), 2, (1,)),
        (((1, 2), (1,)), (1, 1), 2, (1, 1)),
        (((1, 2),), (1, 1), 2, (1, 1)),
        (((1, 2),), (1,), 0, (1, 1)),
        (((1, 2),), (1,), -1, (1, 1)),
        (((1, 2),), (1,), 2, (1,)),
        (((1, 2),), (1,), 2, ((1, 1), (1, 1))),
        ((1, 2), (1, 1), 2, (1,)),
        (((),), (1,), 2, ()),
        (((1, 2),), ((1,),), 2, (1, 1)),
    ],
)
def test_other_shapes_are_undefined(x, y, p, u):
    for name in ("form", "is_condensed", "is_stable"):
        assert ask(name, x, y, p, u) is None
    assert ask("stable_lines", x, y, p, (u,)) is None


def test_zero_is_no_line():
    assert ask("is_condensed", XOR, SIGNS, 3, (0, 0, 0)) is False
    assert lines_of(XOR, SIGNS, 3, [(0, 0, 0)]) == lines_of(XOR, SIGNS, 3, []) == 0
