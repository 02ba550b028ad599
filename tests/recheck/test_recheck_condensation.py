"""The leading-order field of initial condensation: lines known by hand, and what does not depend on the scale."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from densenets import call
from hypothesis import given
from hypothesis import strategies as st

from verify.recheck.load import NotReplayed

AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
CUBE = [u for u in product((-1, 0, 1), repeat=3) if any(u)]
FUNCTIONS = ("form", "is_condensed", "is_stable")

numbers = st.fractions(-4, 4, max_denominator=3)


def at(name: str, x: Any, y: Any, p: Any, u: Any) -> Any:
    return call(f"condensation.{name}", x, y, p, u)


def test_form() -> None:
    x, y = ((1, 2), (Fraction(1, 2), -1)), (3, -4)
    assert at("form", x, y, 1, (1, 1)) == 3 * 3 - 4 * Fraction(-1, 2)
    assert at("form", x, y, 2, (1, 1)) == 3 * 9 - 4 * Fraction(1, 4)
    assert at("form", x, y, 3, (2, 0)) == 3 * 8 - 4
    assert at("form", x, y, 2, (0, 0)) == 0
    assert type(at("form", x, y, 2, (1, 1))) is int


def test_a_linear_field_has_one_line() -> None:
    x, y = ((1, 0), (1, 1)), (1, 2)  # V(u) = (3, 2).u
    for u in product(range(-6, 7), repeat=2):
        expected = any(u) and 3 * u[1] == 2 * u[0]
        assert at("is_condensed", x, y, 1, u) is at("is_stable", x, y, 1, u) is expected
    assert call("condensation.stable_lines", x, y, 1, ((3, 2), (-3, -2), (6, 4), (2, -3), (0, 0))) == 1


def test_lines_of_a_quadratic_field_are_eigenvectors() -> None:
    for values, stable in (
        ((3, 1, -2), (True, False, True)),
        ((3, 3, -2), (False, False, True)),
        ((1, 2, 5), (0, 0, 1)),
    ):
        for u, expected in zip(AXES, stable, strict=True):
            assert at("is_condensed", AXES, values, 2, u) is True
            assert at("is_stable", AXES, values, 2, u) is bool(expected)
        assert call("condensation.stable_lines", AXES, values, 2, (*AXES, *CUBE)) == sum(stable)
    assert at("is_condensed", AXES, (3, 1, -2), 2, (1, 1, 0)) is False
    assert at("is_condensed", AXES, (3, 3, -2), 2, (1, -1, 0)) is True
    assert at("is_condensed", AXES, (3, 1, 0), 2, (0, 0, 1)) is True
    assert at("is_stable", AXES, (3, 1, 0), 2, (0, 0, 1)) is False  # V = 0 there


def test_lines_of_a_cubic_field() -> None:
    for u in CUBE:
        # u^3 and u are parallel: all entries that are not 0 are equal
        assert at("is_condensed", AXES, (1, 1, 1), 3, u) is (len({a for a in u if a}) == 1)
        assert at("is_stable", AXES, (1, 1, 1), 3, u) is (sum(map(abs, u)) == 1)
    assert call("condensation.stable_lines", AXES, (1, 1, 1), 3, tuple(CUBE)) == 3
    assert call("condensation.stable_lines", AXES, (1, 1, 1), 3, ()) == 0


def test_a_saddle_needs_every_direction() -> None:
    # In three dimensions, at (1, 0, 0): stable along the second axis, not along the third one.
    assert at("is_condensed", AXES, (2, 1, 3), 2, AXES[0]) is True
    assert at("is_stable", AXES, (2, 1, 3), 2, AXES[0]) is False
    # The orthogonal complement of (1, 1, 0), not of an axis: eigenvalues 4, 2, 3 of the quadratic form.
    x, y = ((1, 1, 0), (1, -1, 0), (0, 0, 1)), (2, 1, 3)
    assert [at("is_stable", x, y, 2, u) for u in x] == [True, False, False]


def test_one_dimension_is_always_stable() -> None:
    for p, u in product((1, 2, 3), (1, -2, Fraction(1, 3))):
        assert at("is_condensed", ((2,), (1,)), (1, 5), p, (u,)) is True
        assert at("is_stable", ((2,), (1,)), (1, 5), p, (u,)) is True
    assert at("is_condensed", ((1,), (-1,)), (1, 1), 3, (1,)) is True  # V vanishes identically
    assert at("is_stable", ((1,), (-1,)), (1, 1), 3, (1,)) is False


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=4), numbers, st.integers(1, 5), st.data())
def test_the_scale_does_not_matter(rows: list[Any], c: Fraction, p: int, data: st.DataObject) -> None:
    """V is homogeneous, and a line is what it is at each of its points; an orthogonal change of coordinates changes nothing."""
    x, y = tuple(rows), tuple(data.draw(st.tuples(*[numbers] * len(rows))))
    u = data.draw(st.sampled_from([*CUBE, *x]))
    scaled, turned = tuple(c * a for a in u), tuple(tuple(row[i] for i in (2, 0, 1)) for row in (u, *x))
    assert at("form", x, y, p, scaled) == c**p * at("form", x, y, p, u)
    for name in FUNCTIONS[1:]:
        assert at(name, x, y, p, scaled) is (c != 0 and at(name, x, y, p, u))
        assert at(name, turned[1:], y, p, turned[0]) is at(name, x, y, p, u)


@pytest.mark.parametrize(
    ("x", "y", "p", "u"),
    [
        (((1, 2), (3,)), (1, 1), 2, (1, 1)),
        (((1, 2), (3, 4)), (1,), 2, (1, 1)),
        (((1, 2),), (1,), 2, (1,)),
        (((1, 2),), (1,), 2, ((1,), (1,))),
        (((1, 2),), (1,), 0, (1, 1)),
        (((1, 2),), (1,), -1, (1, 1)),
        (((1, 2),), (1,), Fraction(1, 2), (1, 1)),
        (((1, 2),), (None,), 1, (1, 1)),
        ((), (), 1, (1,)),
        (((),), (1,), 1, ()),
        ((1, 2), (1, 2), 1, (1,)),
        (1, (1,), 1, (1,)),
        (((1,),), 1, 1, (1,)),
        (((1,),), (1,), 1, 1),
    ],
)
def test_undefined(x: Any, y: Any, p: Any, u: Any) -> None:
    assert [at(name, x, y, p, u) for name in FUNCTIONS] == [None] * 3
    assert call("condensation.stable_lines", x, y, p, (u,)) is None


def test_powers_that_are_too_large() -> None:
    with pytest.raises(NotReplayed):
        at("form", ((2,),), (1,), 10**8, (1,))
