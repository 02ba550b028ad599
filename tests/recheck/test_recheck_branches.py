"""Branches and liftings: reference counts, members, and spans of derivatives by hand."""

from fractions import Fraction
from typing import Any

import densenets as h
import pytest
from densenets import block, call, data, designed, log_net, net, splitting, vector

from verify.recheck.load import NotReplayed

COUNTS = [
    # signed, null, r, numbers of types for m = r, r + 1, ...
    (False, False, 0, [1, 1, 2, 5]),
    (False, False, 1, [1, 3, 10, 37]),
    (False, False, 2, [2, 12, 62, 320]),
    (False, False, 3, [6, 60, 450]),
    (True, True, 0, [1, 2, 6, 24, 116]),
    (True, True, 1, [2, 12, 68, 416]),
    (True, True, 2, [8, 96, 896]),
    (True, False, 1, [2, 8, 38, 208]),
    (True, False, 2, [8, 72, 560]),
]


@pytest.mark.parametrize(("signed", "null", "r", "expected"), COUNTS)
def test_numbers_of_branches(signed: bool, null: bool, r: int, expected: list[int]) -> None:
    for m, count in enumerate(expected, r):
        assert call("branches.count", signed, null, r, m) == call("branches.series", signed, null, r, m) == count
        if not signed and not null:
            assert call("branches.closed_form", r, m) == count
    assert call("branches.count", signed, null, r + 1, r) is None


def test_surjections() -> None:
    assert [call("branches.surjections", r, 4) for r in range(5)] == [0, 1, 14, 36, 24]


COVERS = {(1, 2): 2, (1, 3): 15, (2, 3): 12, (2, 4): 132, (0, 3): 6, (1, 4): 92, (3, 4): 72, (2, 5): 1080}
MEETINGS = {(1, 2): (2, 2), (1, 3): (30, 2), (2, 3): (12, 6), (2, 4): (300, 4), (0, 3): (10, 1)}


@pytest.mark.parametrize(("size", "covers"), COVERS.items())
def test_hierarchy(size: tuple[int, int], covers: int) -> None:
    r, m = size
    assert call("branches.covers", r, m) == call("branches.covers_formula", r, m) == covers
    assert call("branches.minimal", r, m) == (call("branches.surjections", r, m) if r else 1)
    assert call("branches.longest_chain", r, m) == (m - r if r else m - 1)
    assert call("branches.transitive_reduction", r, m) is True


@pytest.mark.parametrize(("size", "expected"), MEETINGS.items())
def test_branches_that_meet(size: tuple[int, int], expected: tuple[int, int]) -> None:
    for d in (1, 2) if size[1] < 4 else (1,):
        assert call("branches.meeting_pairs", *size, d) == expected[0]
        assert call("branches.diameter", *size, d) == expected[1]
        assert call("branches.connected", *size, d) is True


def test_branches_that_do_not_meet() -> None:
    assert call("branches.connected", 2, 2, 1) is False
    assert call("branches.meeting_pairs", 2, 2, 1) == 0
    assert call("branches.diameter", 2, 2, 1) is None
    assert call("branches.connected", 1, 1, 1) is True


@pytest.mark.parametrize(("r", "m", "d"), [(1, 2, 1), (1, 3, 2), (2, 3, 1), (0, 3, 2)])
def test_dimensions_and_containment(r: int, m: int, d: int) -> None:
    for signed in (False, True):
        for null in (False, True):
            assert call("branches.dimensions_match", signed, null, r, m, d) is True
            assert call("branches.none_contained", signed, null, r, m, d) is True


def test_components() -> None:
    assert [call("branches.components", 3, 1, m, True) for m in (1, 2, 3)] == [2, 8, 26]
    assert [call("branches.components", 5, 1, m, True) for m in (1, 2, 3)] == [2, 16, 98]
    assert [call("branches.components", 2, 1, m, False) for m in (1, 2, 3)] == [1, 3, 7]
    assert [call("branches.components", 2, 2, m, False) for m in (1, 2, 3)] == [0, 2, 6]
    for p, r, m, signed in ((3, 1, 4, True), (5, 2, 4, True), (4, 2, 4, False), (3, 0, 2, False)):
        assert call("branches.components", p, r, m, signed) == call("branches.components_formula", p, r, m, signed)


def test_members() -> None:
    narrow = log_net("tanh", [2, 3], [5, -1])
    for inner, outer, expected in (
        ([2, 3], [5, -1], True),
        ([3, 2], [-1, 5], True),
        (["1/2", 3], [-5, -1], True),
        ([2, 3, 2, "1/2"], [4, -1, 2, 1], True),
        ([2, 3, 7, "1/7"], [5, -1, 2, 2], True),
        ([2, 3, 7, 7], [5, -1, 2, 2], False),
        ([2, 3, 1], [5, -1, 9], True),
        ([2, 3, 2], [5, -1, 9], False),
        ([2], [5], False),
        ([3, 3], [5, -1], False),
    ):
        wide = log_net("tanh", inner, outer)
        assert call("branches.member", wide, narrow) is expected
        assert call("dense.same_function", wide, narrow) is expected
    assert call("branches.member", narrow, log_net("tanh", [2, 2], [1, 1])) is None
    assert call("branches.member", narrow, log_net("exp", [2], [1])) is None
    # The same function, but not on a branch: sigmoid has one more relation.
    one, other = log_net("sigmoid", [3, 2], [1, -1]), log_net("sigmoid", ["1/3", "1/2"], [-1, 1])
    assert call("dense.same_function", one, other) is True
    assert call("branches.member", other, one) is False


def test_enumerations_that_are_too_long() -> None:
    for name, arguments in (
        ("count", (True, True, 2, 20)),
        ("covers", (2, 15)),
        ("meeting_pairs", (2, 7, 1)),
        ("none_contained", (True, True, 2, 6, 3)),
        ("components", (100, 1, 100, False)),
        ("series", (True, True, 2, 10**6)),
        ("components_formula", (5, 1, 10**9, True)),
    ):
        with pytest.raises(NotReplayed):
            call(f"branches.{name}", *arguments)


def test_ranks() -> None:
    assert call("lifting.rank", h.A, data([1, 2], [0, 0])) == 2
    assert call("lifting.rank", h.A, data([1, 2, 3], [0] * 3)) == 2
    assert call("lifting.rank", log_net("tanh", [2], [0]), data([1, 2, 3], [0] * 3)) == 1
    added = call("embedding.append", h.A, block([0], [4]))
    assert call("lifting.joint_rank", h.A, added, data([1, 2, 3, 4], [0] * 4)) == 3
    assert call("lifting.neuron_rank", log_net("tanh", [2, "1/2", 1, 3], [1] * 4), data([1, 2, 3], [0] * 3)) == 2
    assert call("lifting.rank", net("tanh", [1], [1]), data([1], [1])) is None
    for outputs, ranks in ((1, (3, 5)), (2, (4, 7))):
        narrow, wide = (
            h.deep(h.ODD, [[1]] * k, [[1] + [0] * (k - 1)] * k, [[1] + [0] * (k - 1)] * outputs) for k in (1, 2)
        )
        assert call("lifting.rank", narrow, data([1], [[0] * outputs])) is None  # only for one hidden layer
        assert call("dense.parameters", narrow) == ranks[0]
        assert wide.depth == 2


INDEPENDENT = [
    ("tanh", [2, "1/2", 1], False), ("tanh", [2, 3], True), ("exp", [2, "1/2", 1], True), ("exp", [2, 2], False),
    ("sigmoid", [2, "1/2", 1], False), ("sigmoid", [2, "1/2"], True), ("sigmoid", [2, "1/2", 3, "1/3"], False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "inner", "expected"), INDEPENDENT)
def test_independent_neurons(kind: str, inner: Any, expected: bool) -> None:
    assert call("lifting.neurons_independent", log_net(kind, inner, [1] * len(inner))) is expected


def test_independent_tangents() -> None:
    assert call("lifting.neurons_independent", net({"polynomial": [0, 0, 1]}, [1, 2], [1, 1])) is False
    assert call("lifting.neurons_independent", net("relu", [1, 2], [1, 1])) is False
    assert call("lifting.neurons_independent", net("relu", [1, -1], [1, 1])) is True
    assert call("lifting.tangents_independent", log_net("tanh", [2, 3], [1, 1])) is True
    assert call("lifting.tangents_independent", log_net("tanh", [(2, 3), (3, 5)], [1, 1])) is True
    assert call("lifting.tangents_independent", log_net("tanh", [2, "1/2"], [1, 1])) is None
    assert call("lifting.tangents_independent", net("relu", [1], [1])) is None


SPANS = [
    # inner and outer weights of a network that is compared with tanh(w x), u = 2
    ([2], [1], True),
    ([2, "1/2"], [2, 1], True),
    ([2, 1], [1, 0], True),
    ([2, 1], [1, 1], False),
    ([2, 4], [1, 0], False),
    ([2, 4, 4], [1, 1, -1], False),
]


@pytest.mark.parametrize(("inner", "outer", "expected"), SPANS)
def test_spans_of_derivatives(inner: Any, outer: Any, expected: bool) -> None:
    other = log_net("tanh", inner, outer)
    assert call("lifting.in_span", h.A, other) is expected
    assert call("lifting.critical_with", h.A, other, data([1, 2, 3, 4, 5], [0] * 5)) is expected
    assert call("lifting.split_or_null", h.A, other) is expected


def test_spans_of_reducible_and_mixed_networks() -> None:
    twice, thrice = log_net("tanh", [2, 2], [1, 1]), log_net("tanh", [2, 2, 2], ["3/10", "3/10", "7/5"])
    assert call("lifting.in_span", twice, thrice) is True
    assert call("lifting.split_or_null", twice, thrice) is False
    assert call("lifting.split_or_null", twice, log_net("tanh", [2, 2, 2], ["3/10", "7/10", 1])) is True
    mixed, other = log_net("sigmoid", [2, 1], [1, 1]), log_net("sigmoid", [2, "1/2", 1], [2, 1, -1])
    assert call("dense.same_function", mixed, other) is True
    assert call("lifting.in_span", mixed, other) is True
    assert call("lifting.split_or_null", mixed, other) is False
    d = designed(mixed, [1, 2, 3, 4, 5], [Fraction(e, 6413) for e in (3620, -15800, 27153, -21386, 6413)])
    assert call("dense.critical", mixed, d) is call("dense.critical", other, d) is True
    assert call("dense.inertia", mixed, d) == (3, 1, 0)
    assert call("dense.inertia", other, d) == (4, 1, 1)
    flat, null = net(h.FLAT, [1], [1]), net(h.FLAT, [1, 0], [1, 5])
    assert call("lifting.split_or_null", flat, null) is True
    assert call("lifting.in_span", flat, null) is True
    assert call("lifting.in_span", h.X1, h.A) is None
    assert call("lifting.split_or_null", h.X1, h.A) is None
    relu, split = net("relu", [1], [1]), net("relu", [1, 1], [1, 1])
    assert call("lifting.in_span", relu, split) is True
    assert call("lifting.in_span", relu, net("relu", [1, -1], [1, 1])) is False
    square = net({"polynomial": [0, 0, 1]}, [(1, 1)], [1])
    assert call("lifting.in_span", square, net({"polynomial": [0, 0, 1]}, [(1, 0)], [1])) is False
    assert call("lifting.in_span", square, net({"polynomial": [0, 0, 1]}, [(2, 2)], [3])) is True


def test_pairs_of_targets() -> None:
    two, three, four = (data(range(1, k), [0] * (k - 1)) for k in (3, 4, 5))
    assert call("lifting.separating_data", h.A, two, vector(4)) is None
    assert call("lifting.separating_data", h.A, three, vector(4)) is not None
    assert call("dense.fits", h.A, call("lifting.joint_data", h.A, three, vector(4))) is True
    assert call("dense.fits", h.A, call("lifting.joint_data", h.A, four, vector(4))) is False
    assert call("lifting.row_in_span", h.A, two, vector(4)) is True
    assert call("lifting.row_in_span", h.A, three, vector(4)) is False
    assert call("lifting.row_in_span", h.A, three, vector(2)) is True
    apart = call("lifting.separating_data", h.A, three, vector(4))
    assert call("dense.critical", h.A, apart) is True
    assert call("dual.value", h.A, apart, vector(4)) != 0
    joint = call("lifting.joint_data", h.A, four, vector(4))
    assert call("dense.critical", h.A, joint) is True
    assert call("dual.value", h.A, joint, vector(4)) == 0
    assert call("dense.fits", h.A, joint) is False
    assert call("embedding.split", h.A, splitting((0, [1]))) == h.A
