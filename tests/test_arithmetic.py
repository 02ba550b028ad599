"""Values: how they are read, compared and written."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from flint import arb, fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.arithmetic import (
    INF,
    endpoints,
    equal,
    exact,
    in_decimals,
    is_number,
    less,
    precision,
    read_parameter,
    read_tuple,
    to_json,
)
from verify.errors import InstanceError

RANDOMLY = settings(derandomize=True, deadline=None, max_examples=80, database=None)
NAN = arb("nan")


@given(st.fractions())
@RANDOMLY
def test_fractions_are_read_and_written_exactly(value):
    number = exact(str(value))
    assert (int(number.p), int(number.q)) == (value.numerator, value.denominator)
    assert Fraction(to_json(number)) == value


@pytest.mark.parametrize(
    ("raw", "number"), [(3, 3), (fmpz(3), 3), (fmpq(3), 3), ("-6/8", fmpq(-3, 4)), ("-0", 0), ("007", 7)]
)
def test_exact_numbers(raw, number):
    assert exact(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        0.5, 1.0, True, None, "0.5", "1e3", "", "/", "3/", "/3", "1/0", "1/-2", "+3", " 3", "3 ", "1_000", "1//2",
        "1/2/3", "٣", "inf", [1],
    ],
)  # fmt: skip
def test_whatever_is_no_exact_number_is_refused(raw):
    with pytest.raises(InstanceError, match="exact number"):
        exact(raw)


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
@RANDOMLY
def test_exact_comparison(a, b):
    x, y = exact(str(a)), exact(str(b))
    assert equal(x, y) is (a == b)
    assert less(x, y, strict=True) is (a < b)
    assert less(x, y, strict=False) is (a <= b)


@given(*(st.integers(-4, 4) for _ in range(2)), *(st.integers(0, 3) for _ in range(2)))
@RANDOMLY
def test_relations_of_balls_are_certain_or_undecided(a, b, r, s):
    x, y = arb(a, r), arb(b, s)
    apart = abs(a - b) > r + s
    assert equal(x, y) is (False if apart else None)
    for strict in (True, False):
        assert less(x, y, strict=strict) is (a < b if apart else None)


def test_equal_balls_are_not_equal_numbers():
    with precision(200):
        assert equal(arb(2).log().exp(), fmpq(2)) is None
    assert equal(arb(1), 1) is None, "an exact ball is a ball too"
    assert equal(arb(1), arb(1)) is None
    assert less(arb(1), arb(1), strict=False) is None


def test_infinity_is_greater_than_numbers_and_equal_to_itself():
    assert equal(INF, INF) is True
    assert equal(INF, fmpq(3)) is equal(3, INF) is equal(INF, arb(3)) is False
    assert less(3, INF, strict=True) is less(arb(3), INF, strict=True) is True
    assert less(INF, 3, strict=False) is less(INF, INF, strict=True) is False
    assert less(INF, INF, strict=False) is True


def test_what_is_undefined_is_undecided():
    for other in (3, fmpq(1, 2), INF, arb(3), (1, 2), None):
        assert equal(None, other) is equal(other, None) is None
        assert less(None, other, strict=True) is less(other, None, strict=False) is None
    assert equal(NAN, 3) is less(NAN, 3, strict=True) is less(3, NAN, strict=False) is None


def test_tuples_are_equal_entry_by_entry_and_have_no_order():
    assert equal((1, (fmpq(2), 3)), (1, (2, 3))) is True
    assert equal((1, 2), (1, 3)) is equal((1,), (1, 2)) is equal((1,), 1) is False
    assert less((1,), (2,), strict=True) is None


def test_truth_values_are_no_numbers():
    assert not is_number(True)
    with pytest.raises(InstanceError, match="Equivalent"):
        equal(True, 1)


def test_precision_is_set_and_put_back_even_after_an_error():
    before = flint.ctx.prec
    with precision(333):
        assert flint.ctx.prec == 333
    with pytest.raises(ZeroDivisionError), precision(333):
        fmpq(1) / 0
    assert flint.ctx.prec == before


@pytest.mark.parametrize("bits", [30, 53, 200])
def test_end_points_are_exact_and_enclose(bits):
    with precision(bits):
        low, high = endpoints(arb(2).sqrt())
    assert low * low < 2 < high * high
    assert high - low < fmpq(8) / fmpq(2) ** bits


def test_values_as_they_stand_in_certificates():
    assert to_json(True) is True
    assert to_json(None) is None
    assert to_json(INF) == "inf"
    assert to_json((1, (fmpq(1, 2), fmpz(3)))) == ["1", ["1/2", "3"]]
    assert to_json(arb(3)) == {"lo": "3", "hi": "3"}
    assert to_json(NAN) is to_json(arb("inf")) is to_json(arb(-(10**40)).exp()) is None
    assert to_json({"weights": []}) == {"weights": []}


def test_tuples_are_read_with_integers_as_int():
    value = read_tuple([["4/2", 1], "1/2"])
    assert value == ((2, 1), fmpq(1, 2))
    assert type(value[0][0]) is int


@pytest.mark.parametrize(
    ("sort", "good", "bad"),
    [
        ("boolean", [True, False], [1, 0, "true", None]),
        ("integer", [3, "-3", "4/2"], ["1/2", True, 3.0, None]),
        ("natural", [0, "7"], [-1, "1/2"]),
        ("real", ["-1/3", 2], [0.5, "pi", [1]]),
        ("positive", ["1/9"], [0, "-1"]),
        ("nonnegative", [0, "1/9"], ["-1/9"]),
        ("tuple", [[1, ["1/2"]], []], [[0.5], [True], ["a"]]),
    ],
)
def test_parameters_are_held_to_their_sorts(sort, good, bad):
    for raw in good:
        read_parameter("k", sort, raw)
    for raw in bad:
        with pytest.raises(InstanceError, match="'k'"):
            read_parameter("k", sort, raw)


def test_structures_are_left_as_they_are():
    assert read_parameter("k", "choice", "instant") == "instant"


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [
        ("1/3", "1/3", 10),
        ("1/3", "2/3", 6),
        ("-7", "-7", 3),
        ("0", "0", 5),
        ("-1/1000000007", "1/3", 4),
        ("10/7", "11/7", 30),
    ],
)
def test_an_enclosure_in_decimals_covers_it(low: str, high: str, digits: int) -> None:
    """What is shown as m ± r has to be true of the digits that are shown."""
    middle, radius = in_decimals(exact(low), exact(high), digits)
    shown, around = (fmpq(*number.as_integer_ratio()) for number in (middle, radius))
    assert shown - around <= exact(low)
    assert exact(high) <= shown + around
    assert len(middle.as_tuple().digits) <= digits
