"""Embeddings: split networks by hand, laws of inertia against the inertia itself, reference tables."""

from fractions import Fraction
from typing import Any

import densenets as h
import pytest
from densenets import block, call, data, deep, designed, log_net, net, splitting, vector

from verify.recheck.definitions.embedding import parse_block, parse_splitting
from verify.recheck.load import Rejected

HALF = Fraction(1, 2)
THIRDS, MIXED = ["1/3"] * 3, [3, -1, -1]


def test_split_networks_by_hand() -> None:
    n = log_net("tanh", [2, 3], [5, 7])
    assert call("embedding.split", n, splitting((0, ["1/2", "1/2"]))) == log_net("tanh", [2, 2, 3], ["5/2", "5/2", 7])
    assert call("embedding.split", n, splitting((1, [2, -1]), (0, [1]))) == log_net("tanh", [2, 3, 3], [5, 14, -7])
    signed = splitting((1, [2, -1]), signs=[-1, 1])
    assert call("embedding.split", n, signed) == log_net("tanh", [2, "1/3", 3], [5, -14, -7])
    shifted = splitting((1, [2, -1]), signs=[-1, 1], shifts=[["2"], ["1"]])
    assert call("embedding.split", n, shifted) == log_net("tanh", [2, "1/6", 3], [5, -14, -7])
    plain = net("x-tanh", [(1, 2)], [[3], [4]])
    twice = splitting((0, [2, -1]), signs=[1, -1], shifts=[["1", "0"], ["0", "1"]])
    assert call("embedding.split", plain, twice) == net("x-tanh", [(2, 2), (-1, -3)], [[6, -3], [8, -4]])
    assert call("embedding.split", n, splitting((2, [1]))) is None
    assert call("embedding.split", log_net("exp", [2], [1]), splitting((0, [1]), signs=[-1])) is None
    assert call("embedding.split", deep("tanh", [[1]], [[1]], [[1]]), splitting((0, [1]))) is None
    assert call("embedding.split", n, splitting((0, [1]), shifts=[["0"]])) is None


def test_appended_networks_by_hand() -> None:
    n = log_net("tanh", [2], [5])
    assert call("embedding.append", n, block([7, 0], [3, 4])) == log_net("tanh", [2, 3, 4], [5, 7, 0])
    assert call("embedding.append", n, block([7], [-3])) is None
    assert call("embedding.append", n, block([[7, 8]], [3])) is None
    two = net("tanh", [(1, 2)], [[3], [4]])
    assert call("embedding.append", two, block([[5, 6]], [(7, 8)])) == net("tanh", [(1, 2), (7, 8)], [[3, 5], [4, 6]])
    assert call("embedding.append", two, block([[5, 6]], [7])) is None


def test_reduced_networks_by_hand() -> None:
    n = log_net("tanh", [2, 3, "1/2", 1, 3], [5, 1, 2, 9, -1])
    assert call("embedding.reduce", n) == log_net("tanh", [2], [3])
    assert call("embedding.reduce", log_net("exp", [2, "1/2", 2], [5, 1, 2])) == log_net("exp", [2, "1/2"], [7, 1])
    assert call("embedding.reduce", net("x-tanh", [-2, 2], [5, 1])) == net("x-tanh", [-2], [6])
    assert call("embedding.reduce", log_net("tanh", [3, 3], [1, -1])) is None
    assert call("embedding.reduce", log_net("sigmoid", [3, 3], [1, 1])) is None
    for s in (splitting((0, [2, -1]), signs=[1, -1]), splitting((0, THIRDS))):
        assert call("embedding.reduce", call("embedding.split", n, s)) == log_net("tanh", [2], [3])
    turned = call("embedding.split", n, splitting((0, [2, -1]), signs=[-1, 1]))
    assert call("embedding.reduce", turned) == log_net("tanh", ["1/2"], [-3])


def test_properties_of_splittings_and_blocks() -> None:
    assert call("embedding.sums_to_one", splitting((0, [2, -1]), (1, [1]))) is True
    assert call("embedding.sums_to_one", splitting((0, [2, -1]), (1, [2]))) is False
    assert call("embedding.proper", splitting((0, [2, -1]))) is True
    assert call("embedding.proper", splitting((0, [1, 0]))) is False
    assert call("embedding.unshifted", splitting((0, [1]))) is True
    assert call("embedding.unshifted", splitting((0, [1]), shifts=[["1"]])) is False
    assert call("embedding.largest_share", splitting((0, [2, -5]))) == 5
    assert call("embedding.zero_sum", block([1, -1], [2, 2])) is True
    assert call("embedding.zero_sum", block([[1, 2], [-1, 0]], [2, 2])) is False
    assert call("embedding.same_inner", block([1, -1], [2, 2])) is True
    assert call("embedding.same_inner", block([1, -1], [2, 3])) is False
    assert call("embedding.size", block([1, -1], [2, 3])) == 2
    assert call("embedding.null_inner", h.A, block([1, -1], [1, 1])) is True
    assert call("embedding.null_inner", h.A, block([1, -1], [1, 2])) is False
    assert call("embedding.outer_nonzero", h.A, splitting((0, [1]))) is True
    assert call("embedding.regular", h.A, h.A_DATA, splitting((0, [1, 0]))) is True
    assert call("embedding.cross_total", h.A, h.A_DATA, splitting((0, [1, 0]))) == 0
    assert call("embedding.zero_block_case", h.A, h.A_DATA, block([0], [1])) == 1


@pytest.mark.parametrize(
    "raw",
    [
        [{"neuron": 0, "coefficients": []}],
        [{"neuron": -1, "coefficients": ["1"]}],
        [{"neuron": "1/2", "coefficients": ["1"]}],
        [{"neuron": 0, "coefficients": ["1"]}, {"neuron": 0, "coefficients": ["1"]}],
        [{"neuron": 0, "coefficients": ["1"], "signs": [2]}],
        [{"neuron": 0, "coefficients": ["1"], "signs": [1, 1]}],
        [{"neuron": 0, "coefficients": ["1"], "shifts": []}],
        [{"neuron": 0}],
        {},
    ],
)
def test_malformed_splittings_are_rejected(raw: Any) -> None:
    with pytest.raises(Rejected):
        parse_splitting(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"outer": [], "inner": []},
        {"outer": ["1"], "inner": [["1"], ["2"]]},
        {"outer": [["1"], ["1", "2"]], "inner": [["1"], ["2"]]},
        {"outer": [[["1"]]], "inner": [["1"]]},
        {"outer": ["1"]},
    ],
)
def test_malformed_blocks_are_rejected(raw: Any) -> None:
    with pytest.raises(Rejected):
        parse_block(raw)


A_SMALL = designed(h.A, [1, 2, 3], ["-12/125", "1/10", "-9/250"])
D_FLAT = designed(h.A, [1, 2, 3, 4], [Fraction(e, 20750) for e in (-14004, 20750, -15579, 4913)])
SPLITS = [
    # network, data, coefficients for each neuron that is split, inertia
    (h.A, h.A_DATA, [["1/2", "1/2"]], (3, 0, 1)),
    (h.A, h.A_DATA, [[2, -1]], (2, 1, 1)),
    (h.A, h.A_DATA, [[1, 0]], (2, 0, 2)),
    (h.A, h.A_DATA, [THIRDS], (4, 0, 2)),
    (h.A, h.A_DATA, [MIXED], (2, 2, 2)),
    (h.A, h.A_DATA, [[1, "1/2", "-1/2"]], (3, 1, 2)),
    (h.A, A_SMALL, [["1/2", "1/2"]], (2, 1, 1)),
    (h.A, A_SMALL, [[2, -1]], (3, 0, 1)),
    (h.A, A_SMALL, [MIXED], (4, 0, 2)),
    (h.A, D_FLAT, [["1/2", "1/2"]], (2, 0, 2)),
    (h.A, D_FLAT, [THIRDS], (2, 0, 4)),
    (h.X2, h.X2_NODE, [["1/2", "1/2"]], (4, 1, 1)),
    (h.X2, h.X2_NODE, [THIRDS], (5, 2, 2)),
    (h.X2, h.X2_DEFINITE, [[2, -1]], (3, 2, 1)),
    (h.X2, h.X2_DEFINITE, [MIXED], (3, 4, 2)),
    (h.X2, h.X2_LINE, [["1/2", "1/2"]], (4, 0, 2)),
    (h.X2, h.X2_LINE, [[2, -1]], (3, 1, 2)),
    (h.X3, h.X3_DATA, [["1/2", "1/2"]], (5, 0, 1)),
    (h.X3, h.X3_DATA, [[1], ["1/2", "1/2"]], (4, 1, 1)),
    (h.X3, h.X3_DATA, [["1/2", "1/2"], ["1/2", "1/2"]], (5, 1, 2)),
    (h.X3, h.X3_DATA, [["1/2", "1/2"], [2, -1]], (6, 0, 2)),
    (h.X3, h.X3_DATA, [[2, -1], ["1/2", "1/2"]], (4, 2, 2)),
    (h.X4, h.X4_DATA, [["1/2", "1/2"]], (6, 1, 1)),
    (h.X4, h.X4_DATA, [[2, -1]], (5, 2, 1)),
    (h.T2, h.T2_DATA, [["1/2", "1/2"]], (4, 1, 1)),
]


@pytest.mark.parametrize(("n", "d", "coefficients", "inertia"), SPLITS)
def test_splits_have_the_inertia_of_the_law(n: Any, d: Any, coefficients: Any, inertia: Any) -> None:
    s = splitting(*enumerate(coefficients))
    wide = call("embedding.split", n, s)
    assert call("dense.critical", wide, d) is True
    assert call("dense.inertia", wide, d) == inertia
    assert call("embedding.split_law", n, d, s) == inertia
    assert call("embedding.multi_split_law", n, d, s) == inertia
    assert call("embedding.split_gradient", n, d, s) == call("dense.gradient", wide, d)
    assert call("dense.same_function", wide, n) is True
    minimum, rule = call("embedding.local_minimum", wide, d), call("embedding.plateau_rule", n, d, s)
    if inertia[1]:
        assert minimum is False
        assert not rule
    elif rule:
        assert minimum is True


def test_gradients_of_split_networks_with_signs() -> None:
    """The rule for signs, away from critical points, for an odd and an even activation with two outputs."""
    for kind in (h.ODD, h.EVEN):
        n, d = net(kind, [(1, 2), (0, 1)], [[1, 2], [3, 0]]), data([(1, 1), (2, -1)], [(0, 1), (2, 3)])
        s = splitting((0, [3, "1/2", -1]), signs=[1, -1, -1])
        wide = call("embedding.split", n, splitting((0, ["1/2", "1/4", "1/4"]), signs=[1, -1, -1]))
        assert call("dense.same_function", n, wide) is True
        matched = splitting((0, ["1/2", "1/4", "1/4"]), signs=[1, -1, -1])
        assert call("embedding.split_gradient", n, d, matched) == call("dense.gradient", wide, d)
        assert len(call("embedding.split_gradient", n, d, s)) == 16
    assert call("embedding.split_gradient", net("tanh", [1], [1]), data([1], [1]), splitting((0, [1]))) is None


def test_laws_at_the_edge() -> None:
    s = splitting((0, [-1, "1/2"]))
    assert call("embedding.split_law", h.A, h.A_DATA, s) is not None
    assert call("embedding.split_law", h.A, h.A_DATA, splitting((0, [-1, 0]))) is None
    assert call("embedding.curvature_inertia", h.A, h.A_DATA, 0) == (1, 0, 0)
    assert call("embedding.curvature_inertia", h.A, h.A_DATA, 1) is None
    assert call("embedding.curvature_inertia", h.X2, h.X2_LINE, 0) == (1, 0, 1)
    assert call("embedding.plateau_rule", h.X2, h.X2_LINE, splitting((0, ["1/2", "1/2"]))) is None
    assert call("embedding.plateau_rule", h.X2, h.X2_LINE, splitting((0, [1]))) is True
    assert call("embedding.plateau_rule", h.X1, h.X1_DATA, splitting((0, [2, -1]))) is True  # B < 0
    assert call("embedding.plateau_rule", h.X1, h.X1_DATA, splitting((0, ["1/2", "1/2"]))) is False


def test_several_outputs() -> None:
    """phi is a vector there: C does not vanish, and every split has a negative eigenvalue."""
    n = net(h.ODD, [(1, 2)], [[1], [2]])
    inputs = [(1, 0), (0, 1), (1, 1), (2, 1), (1, -1)]
    values = call("dense.outputs_at", n, data(inputs, [(0, 0)] * 5))
    # Residuals with sum_i e_i sigma_i = 0 and a.C = 0, found by hand: e_i = r_i (2, -1), sum_i r_i sigma_i = 0.
    sigmas = [y[0] for y in values]
    residuals = [sigmas[1], -sigmas[0], 0, 0, 0]
    targets = [(y[0] - 2 * r, y[1] + r) for y, r in zip(values, residuals, strict=True)]
    d = data(inputs, targets)
    assert call("dense.critical", n, d) is True
    assert call("embedding.cross_rank", n, d, 0) == 1
    for coefficients in (["1/2", "1/2"], [2, -1], THIRDS):
        s = splitting((0, coefficients))
        wide = call("embedding.split", n, s)
        law = call("embedding.multi_split_law", n, d, s)
        assert call("dense.inertia", wide, d) == law
        assert law[1] >= len(coefficients) - 1


C_RESIDUALS = [1017908364, -2638152500, 4271239791, -3864124786, 1416908427]
C_PLUS = designed(h.A, [1, 2, 3, 4, 5], [Fraction(e, 4271239791) for e in C_RESIDUALS])
C_MINUS = designed(h.A, [1, 2, 3, 4, 5], [Fraction(-e, 4271239791) for e in C_RESIDUALS])
BLOCKS = [
    (h.A, h.A_DATA, [0], [1], (3, 1, 0)),
    (h.X1, h.X1_DATA, [0], [5], (3, 1, 0)),
    (h.X1, h.X1_DATA, [0], [2], (2, 0, 2)),
    (h.X1, h.X1_DATA, [0, 0], [5, 5], (4, 2, 0)),
    (h.X2, h.X2_NODE, [0], [(1, 2)], (4, 1, 1)),
    (h.X2, h.X2_NODE, [0], [(2, 3)], (3, 0, 3)),
    (h.X2, h.X2_DEFINITE, [1, -1], [(2, 3), (2, 3)], (5, 2, 2)),
    (h.X4, h.X4_DATA, [0], [(3, 2, 6)], (5, 1, 2)),
    (h.A, C_PLUS, [1, -1], [3, 3], (4, 1, 1)),
    (h.A, C_PLUS, [1, 1, -2], [3] * 3, (5, 1, 2)),
    (h.A, C_PLUS, [-1, -1, 2], [3] * 3, (4, 2, 2)),
    (h.A, C_MINUS, [1, -1], [3, 3], (3, 2, 1)),
    (h.A, C_MINUS, [1, 1, -2], [3] * 3, (3, 3, 2)),
    (h.A, C_MINUS, [-1, -1, 2], [3] * 3, (4, 2, 2)),
]


@pytest.mark.parametrize(("n", "d", "outer", "inner", "inertia"), BLOCKS)
def test_zero_blocks_have_the_inertia_of_the_law(n: Any, d: Any, outer: Any, inner: Any, inertia: Any) -> None:
    b = block(outer, inner)
    wide = call("embedding.append", n, b)
    assert call("dense.critical", wide, d) is True
    assert call("dense.inertia", wide, d) == inertia
    assert call("embedding.zero_block_law", n, d, b) == inertia
    if inertia[1]:
        assert call("embedding.local_minimum", wide, d) is False


def test_zero_blocks_without_a_law() -> None:
    assert call("embedding.zero_block_law", h.A, C_PLUS, block([0, 0], [3, 3])) is None
    assert call("embedding.zero_block_law", h.A, C_PLUS, block([1, 1], [3, 3])) is None
    assert call("embedding.zero_block_law", h.A, C_PLUS, block([1, -1], [3, 2])) is None
    assert call("embedding.zero_block_law", h.A, D_FLAT, block([1, -1], [2, 2])) is None  # Hess phi = 0
    assert call("dense.inertia", call("embedding.append", h.A, block([0, 0], [3, 3])), C_PLUS) == (3, 0, 3)
    assert call("dense.inertia", call("embedding.append", h.A, block([0, 0], [3, 3])), C_MINUS) == (2, 1, 3)


def test_a_local_minimum_that_a_published_remark_excludes() -> None:
    n = log_net("tanh", [2], [1])
    d = designed(n, [1, 2, 3, 4], [Fraction(e, 1825) for e in (1404, -1825, 1134, -289)])
    assert call("dense.loss", n, d) == Fraction(3335659, 3330625)
    for outer in (1, -1, 2, "1/10"):
        wide = call("embedding.append", n, block([outer], [1]))
        assert call("dense.inertia", wide, d) == (3, 0, 1)
        assert call("embedding.local_minimum", wide, d) is True
        assert call("dual.local_dimension", wide, d) == 1
    dead = call("embedding.append", n, block([0], [1]))
    assert call("dense.inertia", dead, d) == (2, 0, 2)
    assert call("embedding.local_minimum", dead, d) is None
    wide = call("embedding.append", n, block([1], [1]))
    order = [2, 0, 3, 1]  # a, w, a', w'
    hessian = call("dense.hessian", wide, d)
    assert [hessian[p][q] for p, q in ((2, 2), (2, 0), (0, 0), (2, 1), (0, 1), (1, 1))] == [
        Fraction(1085356, 585225), Fraction(413031464, 149232375), Fraction(13299261073408, 2777960660625),
        Fraction(1886, 255), Fraction(685864, 65025), 30,
    ]  # fmt: skip
    assert all(hessian[3][p] == 0 for p in order)
    other = designed(n, [1, 2, 3, 4], [Fraction(24, 25), -1, Fraction(9, 25), 0])
    assert call("dense.gradient", wide, other) == (0, Fraction(1, 25), 0, 0)


def test_local_minima_at_zero_loss_and_away_from_critical_points() -> None:
    n = log_net("tanh", [2, 3], [1, 0])
    assert call("embedding.local_minimum", n, data([1], ["1/3"])) is True
    assert call("embedding.local_minimum", n, h.A_DATA) is False
    assert call("embedding.local_minimum", n, data([1], [1], "quartic")) is None
    assert call("embedding.local_minimum", net("tanh", [1], [1]), data([1], [1])) is False
    # The opposite neurons of sigmoid are no class: moving their weights is no symmetry.
    pair = log_net("sigmoid", [2, "1/2"], [1, 1])
    values = call("dense.outputs_at", pair, data([1, 2, 3], [0] * 3))
    assert call("embedding.local_minimum", pair, data([1, 2, 3], [y for (y,) in values])) is True


def test_moves_by_hand() -> None:
    n = net(h.ODD, [1, 1, 2], [3, -3, 5])
    expected = net(h.ODD, ["3/2", "3/2", 2], [7, -3, 5])
    assert call("embedding.moved", n, vector(0, 1), vector("1/2"), 4) == expected
    assert call("embedding.moved", n, vector(0, 2), vector("1/2"), 4) is None
    assert call("embedding.moved", n, vector(0, 3), vector("1/2"), 4) is None
    assert call("embedding.moved", n, vector(), vector("1/2"), 4) is None
    assert call("embedding.moved", n, vector(0), vector(1, 2), 4) is None
    assert call("embedding.moved", log_net("tanh", [2], [1]), vector(0), vector(3), 1) == log_net("tanh", [6], [2])
    assert call("embedding.moved", log_net("tanh", [2], [1]), vector(0), vector(-3), 1) is None
    assert call("embedding.partial_sum", n, vector(0, 1)) == 0
    assert call("embedding.partial_sum", n, vector(0, 2)) is None
    assert call("embedding.partial_sum", n, vector(5)) is None
    assert call("embedding.distance", n, expected) == 4
    assert call("embedding.distance", n, net(h.ODD, [1, 1], [3, -3])) is None


def test_escapes_lower_the_loss_by_the_formula() -> None:
    n = net(h.ODD, [1, 2], [2, 0])
    d = data([1, 2, 3], ["1/2", 1, 0])
    for r in (Fraction(1, 2), Fraction(1, 100)):
        lower, higher = (call(f"embedding.{name}", n, d, vector(1), r) for name in ("escape", "climb"))
        before, below, above = (call("dense.loss", x, d) for x in (n, lower, higher))
        assert below < before < above
        assert max(call("embedding.distance", n, x) for x in (lower, higher)) <= r / 2
        v = lower.layers[0][1]
        t = lower.layers[1][0][1]
        phi, kappa = call("dual.value", n, d, v), call("dual.kappa", n, d, v)
        assert below - before == t * phi + t * t * kappa / 2
        assert abs(t) == min(abs(phi / kappa), r / 2)
    flat = net(h.ODD, [1, 2], [0, 0])
    odd = data([1, -1], [1, 1])
    assert call("embedding.escape", flat, odd, vector(0), 1) == flat
    assert call("embedding.escape", net("tanh", [1], [0]), data([1], [1]), vector(0), 1) is None


def test_matrices_of_embeddings() -> None:
    s = splitting((0, ["1/4", "3/4"]))
    wide = call("embedding.split", h.A, s)
    t, m = vector((1, 0), (1, 0), (0, "1/4"), (0, "3/4")), vector(("1/4", 0), ("3/4", 0), (0, 1), (0, 1))
    assert call("embedding.gradient_matrix_holds", h.A, wide, h.A_DATA, t, m) is True
    assert call("embedding.loss_form_holds", h.A, wide, h.A_DATA, t) is True
    wrong = vector((1, 0), (1, 0), (0, "1/4"), (0, "1/4"))
    assert call("embedding.gradient_matrix_holds", h.A, wide, h.A_DATA, wrong, m) is False
    assert call("embedding.loss_form_holds", h.A, wide, h.A_DATA, wrong) is False
    assert call("embedding.loss_form_holds", h.A, wide, h.A_DATA, m[:3]) is None
    zero = vector(*[(0, 0)] * 4)
    assert call("embedding.gradient_matrix_holds", h.A, wide, h.A_DATA, zero, zero) is False  # no rank
