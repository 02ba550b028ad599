"""Boxes around critical points, residuals made to measure, and the search that finds the centres."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
from flint import arb, fmpq, fmpq_mat

from verify.arithmetic import precision
from verify.decide.inertia import of_exact
from verify.errors import InstanceError
from verify.networks.boxes import Box, Design, ball, certify_critical_point
from verify.networks.critical_search import find_critical_point, polish
from verify.networks.dense import Data, Network, evaluate
from verify.quantities import Workspace, lookup

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}


def decimal(*texts):
    return [Fraction(text) for text in texts]


R1 = (
    Network.of(
        "tanh",
        [
            [decimal("0.31068258270794267266282821039088009"), decimal("1.0574182208337032418776739430363357")],
            [decimal("1.5217329275098967380859107484147621", "1.8125258408474353002336213681005444")],
        ],
    ),
    Data.of(
        [decimal(x) for x in ("0.5", "1", "1.5", "2", "2.5", "3")],
        [decimal(y) for y in ("1", "2.1", "2.1", "2.7", "2.8", "2.9")],
    ),
)  # fmt: skip
TARGETS = [decimal(y) for y in ("1.3", "1.2", "-0.7", "-1.3", "-1.3", "-1.7")]
W, B, A = (
    "1.7264830363801493504837148891063398",
    "0.53063304072166957572204611133469742",
    "-1.4164139082824499543104750836630901",
)
# the same point with a bias, and with a further input that is always 1
R2 = Network.of("tanh", [[decimal(W)], [decimal(A)]], [decimal(B), None]), Data.of([[x] for x in range(-2, 4)], TARGETS)
R2_WIDE = Network.of("tanh", [[decimal(W, B)], [decimal(A)]]), Data.of([[x, 1] for x in range(-2, 4)], TARGETS)


def ask(name, *arguments):
    return lookup(name)(Workspace(), *arguments)


def raw(instance):
    return tuple(part.to_json() for part in instance)


def radius(digits):
    return fmpq(1, 10**digits)


def splitting(*groups):
    return [{"neuron": j, "coefficients": list(c)} for j, c in enumerate(groups)]


@pytest.mark.parametrize("digits", [5, 6, 9, 14, 20])
@pytest.mark.parametrize(("instance", "inertia"), [(R1, (4, 0, 0)), (R2, (3, 0, 0)), (R2_WIDE, (3, 0, 0))])
def test_reference_points_are_certified(instance, inertia, digits):
    found = certify_critical_point(*instance, radius(digits), 113)
    assert (found.unique, found.inertia) == (True, inertia)
    assert found.loss.rad() < 10 * radius(digits)


def test_reference_losses_and_curvatures():
    with precision(128):
        loss = Box(*R1, radius(31)).over_box.loss
        assert loss.overlaps(arb("0.0618255858828525440464449 +/- 1e-25"))
        loss = Box(*R2, radius(31)).over_box.loss
        assert loss.overlaps(arb("0.05670378241551141888217753 +/- 1e-26"))
        for j, value in enumerate(("0.0111866395898274656", "0.0191283748050001539")):
            assert Box(*R1, radius(25)).curvature(j)[0, 0].overlaps(arb(f"{value} +/- 1e-18"))
        matrix = Box(*R2_WIDE, radius(25)).curvature(0)
        assert matrix[0, 0].overlaps(arb("-0.0105097143319532512 +/- 1e-18"))
        assert matrix[0, 1].overlaps(arb("-0.0191715244667518542 +/- 1e-18"))
        assert matrix[1, 1].overlaps(arb("0.0135190760298046565 +/- 1e-18"))


def test_radii_at_which_the_test_succeeds():
    assert [Box(*R1, radius(k)).unique_critical for k in (3, 4, 5)] == [None, None, True]
    assert [Box(*R2, radius(k)).unique_critical for k in (2, 3)] == [None, True]
    assert Box(*R1, radius(5)).inertia == (4, 0, 0)
    assert Box(*R1, radius(2)).inertia is None
    # the box is smaller than the distance to the zero
    assert Box(*R1, radius(60)).unique_critical is not True


def test_a_box_without_a_critical_point():
    network, data = R1
    moved = network.with_parameters([p + fmpq(1, 10) for p in network.parameters])
    assert Box(moved, data, radius(6)).unique_critical is False
    assert Box(moved, data, radius(1)).unique_critical is None
    assert certify_critical_point(moved, data, radius(6)).unique is False


def test_split_laws_of_certified_points():
    laws = {
        R1: [
            (splitting(["1/4", "3/4"], ["1/2", "1/2"]), (6, 0, 2)), (splitting(["2", "-1"], ["1/2", "1/2"]), (5, 1, 2)),
            (splitting(["1/5", "3/10", "1/2"]), (6, 0, 2)), (splitting(["3/2", "1/2", "-1"]), (5, 1, 2)),
            (splitting(["1", "0"]), (4, 0, 2)), (splitting(["-1", "-1"]), None),
            ([{"neuron": 5, "coefficients": ["1"]}], None),
        ],
        R2_WIDE: [
            (splitting(["1/2", "1/2"]), (4, 1, 1)), (splitting(["2", "-1"]), (4, 1, 1)),
            (splitting(["1/3", "1/3", "1/3"]), (5, 2, 2)),
        ],
        R2: [(splitting(["1/2", "1/2"]), None)],
    }  # fmt: skip
    for instance, cases in laws.items():
        for split, expected in cases:
            assert ask("boxes.split_law", *raw(instance), radius(6), split) == expected


def test_quantities_of_boxes():
    network, data = raw(R1)
    assert ask("boxes.unique_critical", network, data, radius(8)) is True
    assert ask("boxes.inertia", network, data, radius(8)) == (4, 0, 0)
    assert ask("boxes.certain_signs", network, data, radius(8)) == (4, 0)
    assert [ask("boxes.curvature_inertia", network, data, radius(8), j) for j in (0, 1, 2)] == [
        (1, 0, 0),
        (1, 0, 0),
        None,
    ]
    assert ask("boxes.loss", network, data, radius(8)).overlaps(arb("0.0618255858828525440464449"))
    assert ask("boxes.inertia", *raw(R2), radius(1)) in (None, (3, 0, 0))
    assert ask("boxes.curvature_inertia", *raw(R2), radius(8), 0) is None
    logarithmic = {"activation": "tanh", "layers": [[["2"]], [["1"]]], "inner": "log"}
    assert ask("boxes.inertia", logarithmic, {"inputs": [["1"]], "targets": [["1"]]}, radius(8)) is None


def test_exact_networks_have_boxes_too():
    """A designed critical point of a rational network: the box around it agrees with exact arithmetic."""
    network = Network.of(ODD, [[["1/2"], ["2"]], [["1", "-1"]]])
    design = Design(network, [[1], [2], [3], [-4], ["1/3"]], [fmpq(1, 10)])
    outputs = evaluate(network, design.data).outputs
    targets = [[p - e] for (p,), e in zip(outputs, design.residuals, strict=True)]
    data = Data.of(design.data.inputs, targets)
    assert evaluate(network, data).gradient == [0] * 4
    inertia = of_exact(evaluate(network, data).hessian)
    found = certify_critical_point(network, data, radius(12))
    assert (found.unique, found.inertia) == (True, inertia)
    assert ask("designed.inertia", network.to_json(), tuple(design.data.inputs), (fmpq(1, 10),)) == inertia


def test_enclosures_hold_at_every_corner_of_a_box():
    network = Network.of(ODD, [[["1/2"], ["2"]], [["1", "-1"]]])
    data = Data.of([[1], [2], [3]], [[1], [-1], [0]])
    box = Box(network, data, fmpq(1, 100))
    for signs in product((-1, 0, 1), repeat=4):
        moved = [p + fmpq(s, 100) for p, s in zip(network.parameters, signs, strict=True)]
        inside = evaluate(network.with_parameters(moved), data)
        assert box.over_box.hessian.contains(inside.hessian)
        assert box.over_box.loss.contains(inside.loss)
        seconds = [read[2] for read in inside.jets[0][0]]
        curvature = moved[2] * sum(
            e * s * x * x for (e,), s, (x,) in zip(inside.residuals, seconds, data.inputs, strict=True)
        )
        assert box.curvature(0)[0, 0].contains(curvature)


def test_balls_of_a_box_contain_their_end_points():
    for centre, r in ((fmpq(1, 3), fmpq(1, 7)), (fmpq(0), fmpq(1, 10**30)), (fmpq(-5), fmpq(2))):
        assert ball(centre, r).contains(centre + r)
        assert ball(centre, r).contains(centre - r)


# ---- designs --------------------------------------------------------------------------------------------------------

ILLUSTRATION = Network.of("tanh", [[decimal("1.0258")], [[1]]]).to_json()
POINTS = ((fmpq(1, 4),), (fmpq(1),), (fmpq(4),), (fmpq(16),))


def given(t):
    """The last two residuals at the time t."""
    return fmpq(3, 10) - fmpq(3, 10) * t, fmpq(-1, 10) - fmpq(9, 10) * t


@pytest.mark.parametrize(
    ("t", "curvature", "inertia"),
    [(-4, "16.7310746188", (2, 0, 0)), (0, "0.648531564591", (2, 0, 0)), (3, "-11.4133757261", (1, 1, 0))],
)
def test_residuals_along_a_line_of_data(t, curvature, inertia):
    """Published for the loss (p - q)^2, which doubles what is found here for half of it."""
    with precision(113):
        assert ask("designed.inertia", ILLUSTRATION, POINTS, given(t)) == inertia
        assert (2 * ask("designed.curvature", ILLUSTRATION, POINTS, given(t))).overlaps(arb(f"{curvature} +/- 1e-10"))


def test_residuals_at_time_zero():
    with precision(113):
        listed = [ask("designed.residual", ILLUSTRATION, POINTS, given(0), i) for i in range(4)]
        assert listed[2:] == [fmpq(3, 10), fmpq(-1, 10)]
        assert listed[0].overlaps(arb("1.000956560078 +/- 1e-12"))
        assert listed[1].overlaps(arb("-0.584094469714 +/- 1e-12"))
        assert ask("designed.residual", ILLUSTRATION, POINTS, given(0), 4) is None
        assert (2 * ask("designed.loss", ILLUSTRATION, POINTS, given(0))).overlaps(arb("1.44308038471414 +/- 1e-14"))
        assert (2 * ask("designed.dual_slope", ILLUSTRATION, POINTS, given(0), (0,))).overlaps(
            arb("-1.46771065939 +/- 1e-11")
        )
        zero = fmpq(*Fraction("0.12328233186444528").as_integer_ratio())
        assert (2 * ask("designed.dual_slope", ILLUSTRATION, POINTS, given(0), (zero,))).overlaps(
            arb("1.01044587019 +/- 1e-11")
        )
        values = [ask("designed.dual", ILLUSTRATION, POINTS, given(0), (zero + fmpq(k, 10**15),)) for k in (-1, 1)]
        assert values[0] < 0
        assert values[1] > 0


def test_designs_of_exact_networks_are_exact():
    network = Network.of(ODD, [[[1]], [[1]]])
    design = Design(network, [[1], [2], [3]], [fmpq(1)])
    jacobian = evaluate(network, design.data).jacobian
    assert (jacobian.transpose() * fmpq_mat(3, 1, design.residuals)).entries() == [0, 0]
    assert design.dual((1,)) == 0
    assert design.dual_slope((1,)) == 0
    assert ask("designed.loss", network.to_json(), ((1,), (2,), (3,)), (1,)) == sum(e * e for e in design.residuals) / 2


def test_designs_that_do_not_exist():
    network = Network.of("tanh", [[[1]], [[1]]])
    assert Design(network, [[1], [1], [2]], [1]).residuals is None
    assert ask("designed.loss", network.to_json(), ((1,), (1,), (2,)), (1,)) is None
    biased = Network.of("tanh", [[[1]], [[1]]], [[1], None])
    assert ask("designed.loss", biased.to_json(), ((1,), (2,), (3,), (4,)), (1,)) is None
    for inputs, rest, message in (
        ([[1], [2]], [], "more than the network's 2"),
        ([[1], [2], [3]], [1, 2], "give as many"),
    ):
        with pytest.raises(InstanceError, match=message):
            Design(network, inputs, rest)


# ---- search ---------------------------------------------------------------------------------------------------------


def problem(seed=1):
    random = np.random.default_rng(seed)
    points = [[f"{int(x)}/16"] for x in random.integers(-40, 40, 12)]
    targets = [[f"{round(64 * np.tanh(int(x[0][:-3]) / 12) + random.normal() * 4)}/64"] for x in points]
    return Network.of("tanh", [[["1"]], [["1/2"]]], [["1/4"], None]), Data.of(points, targets)


def test_from_a_start_to_a_certified_minimum():
    network, data = problem()
    found = find_critical_point(network, data)
    assert found is not None
    refined = polish(found, data, 30)
    certified = certify_critical_point(refined, data, radius(12))
    assert (certified.unique, certified.inertia) == (True, (3, 0, 0))
    assert all(p.q <= 10**30 for p in refined.parameters)
    assert certify_critical_point(refined, data, radius(28)).unique is True


def test_saddles_can_be_polished_too():
    """The unique saddle of (a w^2 - 1)^2/2 + (a w^2 - 3)^2/2 with a = 0, w = 0 is degenerate; that of x y is not."""
    network = Network.of({"polynomial": [0, 1]}, [[["1/100"]], [["-1/100"]]])
    data = Data.of([[1], [2]], [[1], [2]])
    found = polish(network, data, 20)
    assert found.parameters == (0, 0)
    certified = certify_critical_point(found, data, radius(3))
    assert (certified.unique, certified.inertia) == (True, (1, 1, 0))


def test_what_cannot_be_refined_is_refused():
    data = Data.of([[1], [2]], [[1], [2]])
    with pytest.raises(InstanceError, match="singular"):
        polish(Network.of({"polynomial": [0, 1]}, [[["1"]], [["1"]]]), Data.of([[0]], [[0]]))
    with pytest.raises(InstanceError, match="no second derivative"):
        polish(Network.of("relu", [[[0]], [[1]]]), data)
    log = Network.of("tanh", [[[2]], [[1]]], inner="log")
    for call in (lambda: polish(log, data), lambda: find_critical_point(log, data), lambda: Box(log, data, 1)):
        with pytest.raises(InstanceError, match="logarithmic"):
            call()


def test_a_search_that_finds_nothing_says_so():
    """exp(w) has no critical point for the target -1, only an infimum."""
    network = Network.of("exp", [[[1]], [[1]]])
    data = Data.of([[1], [2]], [[-1], [-1]])
    assert find_critical_point(network, data, attempts=1, steps=3) is None


def test_bad_boxes_are_refused():
    network, data = R1
    for r, message in ((0, "not positive"), (fmpq(-1, 2), "not positive"), (0.1, "not an exact number")):
        with pytest.raises(InstanceError, match=message):
            certify_critical_point(network, data, r)
    with pytest.raises(InstanceError, match="no second derivative"):
        certify_critical_point(Network.of({"power": 2}, [[[0]], [[1]]]), Data.of([[1]], [[1]]), radius(3))
    with pytest.raises(InstanceError, match="the network takes 1"):
        certify_critical_point(network, Data.of([[1, 2]], [[1]]), radius(3))


def test_random_boxes_never_certify_what_is_not_there():
    """Random centres of a rational network: no critical point is exact there, and tiny boxes certify none."""
    random = Random(5)
    for _ in range(20):
        entries = [fmpq(random.randint(-8, 8), random.randint(1, 5)) for _ in range(4)]
        network = Network.of(ODD, [[[entries[0]], [entries[1]]], [entries[2:]]])
        data = Data.of([[1], [2], [-3]], [[random.randint(-2, 2)] for _ in range(3)])
        exact, found = evaluate(network, data), Box(network, data, radius(9))
        critical = not any(exact.gradient)
        assert found.unique_critical in ((True, None) if critical else (False, None))
        assert found.signs[0] <= of_exact(exact.hessian)[0]
        assert found.signs[1] <= of_exact(exact.hessian)[1]
