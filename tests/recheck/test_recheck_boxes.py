"""Critical points in boxes, and residuals that are designed: certified reference numbers, and what must not be shown."""

from fractions import Fraction
from typing import Any

import densenets as h
import pytest
from densenets import call, data, net, splitting, vector

from verify.recheck.intervals import Enclosure

MICRO = Fraction(1, 10**6)


def about(x: Any) -> float:
    assert isinstance(x, Enclosure)
    return float((x.lo + x.hi) / 2)


def test_a_certified_minimum() -> None:
    for radius in (Fraction(1, 10**5), MICRO, Fraction(1, 10**20)):
        assert call("boxes.unique_critical", h.R1, h.R1_DATA, radius) is True
        assert call("boxes.inertia", h.R1, h.R1_DATA, radius) == (4, 0, 0)
        assert call("boxes.certain_signs", h.R1, h.R1_DATA, radius) == (4, 0)
    assert call("boxes.unique_critical", h.R1, h.R1_DATA, Fraction(1, 100)) is None
    assert call("boxes.inertia", h.R1, h.R1_DATA, Fraction(1, 100)) is None
    assert about(call("boxes.loss", h.R1, h.R1_DATA, Fraction(1, 10**30))) == pytest.approx(0.0618255858828525)
    for j in (0, 1):
        assert call("boxes.curvature_inertia", h.R1, h.R1_DATA, MICRO, j) == (1, 0, 0)
    halves = ["1/2", "1/2"]
    for first, second, expected in (
        (["1/4", "3/4"], halves, (6, 0, 2)),
        ([2, -1], halves, (5, 1, 2)),
        (["1/5", "3/10", "1/2"], [1], (6, 0, 2)),
        (["3/2", "1/2", -1], [1], (5, 1, 2)),
    ):
        s = splitting((0, first), (1, second))
        assert call("boxes.split_law", h.R1, h.R1_DATA, MICRO, s) == expected


def test_a_certified_minimum_whose_splits_are_saddles() -> None:
    assert call("boxes.unique_critical", h.R2, h.R2_DATA, Fraction(1, 1000)) is True
    assert call("boxes.inertia", h.R2, h.R2_DATA, MICRO) == (3, 0, 0)
    assert call("boxes.curvature_inertia", h.R2, h.R2_DATA, MICRO, 0) == (1, 1, 0)
    assert call("boxes.split_law", h.R2, h.R2_DATA, MICRO, splitting((0, ["1/2", "1/2"]))) == (4, 1, 1)
    assert call("boxes.split_law", h.R2, h.R2_DATA, MICRO, splitting((0, ["1/3"] * 3))) == (5, 2, 2)
    biased = h.deep("tanh", [[h.R2.layers[0][0][0]]], h.R2.layers[1], biases=[[str(h.R2.layers[0][0][1])], None])
    d = data([x for x, _ in h.R2_DATA.inputs], [y for (y,) in h.R2_DATA.targets])
    assert call("boxes.unique_critical", biased, d, Fraction(1, 1000)) is True
    assert call("boxes.inertia", biased, d, MICRO) == (3, 0, 0)
    assert call("boxes.curvature_inertia", biased, d, MICRO, 0) is None


def test_boxes_without_a_critical_point() -> None:
    n, d = net("tanh", [1], [1]), data([1, 2], [3, 4])
    assert call("boxes.unique_critical", n, d, MICRO) is False
    assert call("boxes.unique_critical", net(h.ODD, [1], [1]), d, MICRO) is False
    assert call("boxes.unique_critical", net({"polynomial": [0, 1]}, [1], [1]), data([1], [1]), MICRO) is None  # a line
    assert call("boxes.inertia", net({"polynomial": [0, 1]}, [1], [1]), data([1], [1]), MICRO) is None
    assert call("boxes.loss", n, d, 0) is None
    assert call("boxes.loss", h.A, h.A_DATA, MICRO) is None  # not plain


def test_boxes_over_kinks() -> None:
    d = data([1], [1])
    wide = call("boxes.loss", net("relu", [0], [1]), d, Fraction(1, 2))
    assert wide.lo <= Fraction(1, 32)
    assert wide.hi >= Fraction(1, 2)
    assert call("boxes.inertia", net("relu", [0], [1]), d, Fraction(1, 2)) is None
    assert call("boxes.unique_critical", net("relu", [0], [1]), d, Fraction(1, 2)) is None
    assert call("boxes.certain_signs", net({"power": 2}, [2], [2]), data([1, 2], [0, 0]), MICRO) == (1, 1)
    assert call("boxes.certain_signs", net({"power": 2}, [0], [2]), data([1, 2], [0, 0]), MICRO) is None


def test_more_precision_decides_more() -> None:
    """At a degenerate radius the digits run out before the box does."""
    tiny = Fraction(1, 10**80)
    assert call("boxes.unique_critical", h.R1, h.R1_DATA, tiny, bits=160) is not True
    assert call("boxes.unique_critical", h.R1, h.R1_DATA, tiny, bits=640) is False  # the centre is given to 34 digits


def test_designed_residuals() -> None:
    # tanh with u = 2 in other words: residuals of the first two inputs are then (24, -25) * 9/25 / 9.
    w = Fraction(6243314768165359, 2**54)  # half of log 2, nearly
    n, x, e = net("tanh", [w], [1]), vector((1,), (2,), (3,)), vector("9/25")
    assert about(call("designed.residual", n, x, e, 0)) == pytest.approx(24 / 25)
    assert about(call("designed.residual", n, x, e, 1)) == pytest.approx(-1)
    assert call("designed.residual", n, x, e, 2) == Fraction(9, 25)
    assert call("designed.residual", n, x, e, 3) is None
    assert about(call("designed.loss", n, x, e)) == pytest.approx(641 / 625)
    assert about(call("designed.curvature", n, x, e)) == pytest.approx(64 / 125)
    assert call("designed.inertia", n, x, e) == (2, 0, 0)
    assert about(call("designed.dual_slope", n, x, e, vector(0))) == pytest.approx(1 / 25)
    assert call("designed.inertia", n, x, vector("-9/25")) == (1, 1, 0)
    exact = net(h.ODD, [1], [2])
    found = [call("designed.residual", exact, x, vector(1), i) for i in range(3)]
    d = h.designed(exact, [1, 2, 3], found)
    assert call("dense.critical", exact, d) is True
    assert call("designed.loss", exact, x, vector(1)) == call("dense.loss", exact, d)
    assert call("designed.dual", exact, x, vector(1), vector(5)) == call("dual.value", exact, d, vector(5))
    assert call("designed.inertia", exact, x, vector(1)) == call("dense.inertia", exact, d)
    assert call("designed.loss", exact, vector((1,), (1,), (3,)), vector(1)) is None  # singular
    assert call("designed.loss", exact, x, vector(1, 2)) is None
    assert call("designed.loss", exact, vector((1,), (2,)), vector(1)) is None
    assert (
        call("designed.curvature", net(h.ODD, [1, 2], [2, 1]), vector(*[(k,) for k in range(1, 6)]), vector(1)) is None
    )
    assert call("designed.dual_slope", net(h.ODD, [(1, 2)], [2]), vector((1, 0), (0, 1), (1, 1), (2, 1)), vector(1),
                vector(1, 1)) is None  # fmt: skip


def test_the_published_illustration() -> None:
    """One neuron at 1.0258, inputs 1/4, 1, 4, 16: residuals at t = 0, in the loss (p - q)**2, twice ours."""
    n, x = net("tanh", [h.decimal("1.0258")], [1]), vector(("1/4",), (1,), (4,), (16,))
    e = vector("3/10", "-1/10")
    assert about(call("designed.residual", n, x, e, 0)) == pytest.approx(1.000956560078)
    assert about(call("designed.residual", n, x, e, 1)) == pytest.approx(-0.584094469714)
    assert about(call("designed.loss", n, x, e)) * 2 == pytest.approx(1.44308038471414)
    assert about(call("designed.curvature", n, x, e)) * 2 == pytest.approx(0.648531564591)
    assert about(call("designed.dual_slope", n, x, e, vector(0))) * 2 == pytest.approx(-1.46771065939)
    zero = h.decimal("0.12328233186444528")
    step = Fraction(1, 10**16)
    below, above = (call("designed.dual", n, x, e, vector(zero + s)) for s in (-step, step))
    assert below.hi < 0 < above.lo
    assert about(call("designed.dual_slope", n, x, e, vector(zero))) * 2 == pytest.approx(1.01044587019)
    for t, inertia, curvature in ((-4, (2, 0, 0), 16.7310746188), (3, (1, 1, 0), -11.4133757261)):
        moved = vector(Fraction(3, 10) - Fraction(3 * t, 10), Fraction(-1, 10) - Fraction(9 * t, 10))
        assert call("designed.inertia", n, x, moved) == inertia
        assert about(call("designed.curvature", n, x, moved)) * 2 == pytest.approx(curvature)
