"""Integrate and fire in binary64, and in exact numbers."""

from __future__ import annotations

from itertools import permutations

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.arithmetic import read_tuple
from verify.errors import InstanceError
from verify.quantities import Workspace, lookup


def counts(charges, threshold, arithmetic):
    return lookup("floats.spike_counts")(Workspace(), read_tuple(charges), threshold, arithmetic)


def test_rounding_decides_at_a_tie():
    tie = ["7/10", "1/5", "1/10"]
    assert counts(tie, 1, "exact") == (1,)
    assert counts(tie, 1, "binary64") == (0, 1)


def test_eight_tenths():
    assert counts(["1/10"] * 8, fmpq(4, 5), "exact") == (1,)
    assert counts(["1/10"] * 8, fmpq(4, 5), "binary64") == (0,)


@given(st.lists(st.integers(-8, 16), min_size=1, max_size=4))
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
def test_dyadic_charges_are_not_rounded(charges):
    eighths = [f"{k}/8" for k in charges]
    assert counts(eighths, 1, "binary64") == counts(eighths, 1, "exact") == naive(charges)


def naive(eighths):
    found = set()
    for order in permutations(eighths):
        level = spikes = 0
        for k in order:
            level += k
            while level >= 8:
                level, spikes = level - 8, spikes + 1
        found.add(spikes)
    return tuple(sorted(found))


def test_a_spike_that_rounding_swallows_leaves_the_count_undefined():
    assert counts([10**18], fmpq(1, 10), "binary64") is None


@pytest.mark.parametrize("threshold", [0, -1])
def test_a_threshold_that_is_not_positive_is_refused(threshold):
    with pytest.raises(InstanceError, match="positive"):
        counts([1], threshold, "exact")


def test_unknown_arithmetic_is_refused():
    with pytest.raises(InstanceError, match="binary64"):
        counts([1], 1, "float16")


def test_the_choice_of_arithmetic():
    is_binary64 = lookup("floats.is_binary64")
    assert is_binary64(Workspace(), "binary64") is True
    assert is_binary64(Workspace(), "exact") is False
