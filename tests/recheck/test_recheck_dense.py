"""Dense networks and their dual functions: values worked out by hand, reference numbers, malformed and hostile input."""

import time
from fractions import Fraction
from math import tanh
from typing import Any

import densenets as h
import pytest
from densenets import call, data, deep, log_net, net, vector

from verify.recheck.definitions.dense import parse_data, parse_dense
from verify.recheck.definitions.functions import FUNCTIONS
from verify.recheck.definitions.jets import NOTHING, Fixed, Jet, fixed, taylor
from verify.recheck.intervals import Enclosure
from verify.recheck.load import NotReplayed, Rejected

HALF = Fraction(1, 2)


def middle(x: Enclosure) -> float:
    assert x.lo < x.hi
    assert x.hi - x.lo < Fraction(1, 2**100)
    return float((x.lo + x.hi) / 2)


def test_a_narrow_network_by_hand() -> None:
    # f(x) = 3 w x with w = 2 at x = 1 and 2, targets 5 and 12: residuals 1 and 0.
    n, d = net({"polynomial": [0, 1]}, [2], [3]), data([1, 2], [5, 12])
    assert call("dense.outputs_at", n, d) == ((6,), (12,))
    assert call("dense.residuals", n, d) == ((1,), (0,))
    assert call("dense.loss", n, d) == HALF
    assert call("dense.gradient", n, d) == (3, 2)
    assert call("dense.hessian", n, d) == ((45, 31), (31, 20))
    assert call("dense.inertia", n, d) == (1, 1, 0)
    assert [call(f"dense.{name}", n, d) for name in ("positive", "negative", "nullity")] == [1, 1, 0]
    assert call("dense.critical", n, d) is False
    assert call("dense.fits", n, d) is False
    assert call("dense.fits", n, data([1, 2], [6, 12])) is True
    assert call("dense.loss", n, data([1, 2], [5, 12], "square")) == 1
    assert call("dense.gradient", n, data([1, 2], [5, 12], "square")) == (6, 4)
    assert call("dense.loss", n, data([1], [4], "quartic")) == 4
    assert call("dense.gradient", n, data([1], [4], "quartic")) == (24, 16)


def test_parameters_are_ordered_by_layers() -> None:
    # f(x) = c (b a x + g) + k with sigma the identity: order a, b, g, c, k.
    n = deep({"polynomial": [0, 1]}, [[2]], [[3]], [[5]], biases=[None, ["7"], ["11"]])
    d = data([1], [0])
    assert call("dense.outputs_at", n, d) == ((76,),)
    assert call("dense.gradient", n, d) == (76 * 15, 76 * 10, 76 * 5, 76 * 13, 76)
    assert call("dense.parameters", n) == 5
    hessian = call("dense.hessian", n, d)
    assert hessian[0] == (15 * 15, 15 * 10 + 76 * 5, 15 * 5, 15 * 13 + 76 * 3, 15)
    assert hessian == tuple(zip(*hessian, strict=True))


def test_two_outputs_and_a_wide_layer() -> None:
    n = net({"polynomial": [0, 0, 1]}, [(1, 0), (1, 1)], [(1, 2), (0, 1)])
    d = data([(1, 2)], [(19, 8)])
    assert call("dense.outputs_at", n, d) == ((19, 9),)
    assert call("dense.residuals", n, d) == ((0, 1),)
    # e = (0, 1): only the second output counts, whose outer weights are 0 and 1.
    assert call("dense.gradient", n, d) == (0, 0, 6, 12, 0, 0, 1, 9)
    assert call("dense.width", n) == call("dense.inputs", n) == call("dense.outputs", n) == 2


@pytest.mark.parametrize("kind", ["tanh", "sigmoid", "exp"])
def test_logarithmic_coordinates_stand_for_weights(kind: str) -> None:
    """The weight is a logarithm: an enclosure of it gives the enclosures of the exact values."""
    exact, d = call("dense.loss", log_net(kind, [2], [3]), data([1, -2], [5, 1])), data([1, -2], [5, 1])
    logarithm = Fraction(6243314768165359, 2**53)  # log 2, nearly
    weight = logarithm / 2 if kind == "tanh" else logarithm
    near = call("dense.loss", net(kind, [weight], [3]), d)
    assert abs((near.lo + near.hi) / 2 - exact) < Fraction(1, 10**12)
    biased = {"activation": kind, "layers": [[["2"]], [["3"]]], "inner": "log", "biases": [["5"], None]}
    shift = {"exp": 10, "sigmoid": Fraction(10, 11), "tanh": Fraction(9, 11)}[kind]
    assert call("dense.outputs_at", parse_dense(biased), data([1], [0])) == ((3 * shift,),)
    assert call("dense.loss", log_net(kind, [2], [3]), data([HALF], [5])) is None


TRIPLES = [
    # activation, z, value and derivatives
    ("tanh", "1/2", (0.46211715726, 0.78644773297, -0.72686198138)),
    ("sigmoid", "1/2", (0.62245933120, 0.23500371220, -0.05755680)),
    ("softplus", "1/2", (0.97407698418, 0.62245933120, 0.23500371220)),
    ("exp", "1/2", (1.64872127070,) * 3),
    ("sin", "1/2", (0.47942553860, 0.87758256189, -0.47942553860)),
    ("x-tanh", "1/2", (0.23105857863, 0.85534102374, 1.20946447525)),
    ("gelu", "1/2", (0.34573123064, 0.86749512466, 0.61611432184)),
    ("swish", "1/2", (0.31122966560, 0.73996118730, 0.44122902439)),
    ({"rational": [["0", "1"], ["1", "0", "1"]]}, "2", (0.4, -0.12, 4 / 125)),
    ({"polynomial": ["1", "2", "3"]}, "2", (17, 14, 6)),
    ({"power": 3}, "2", (8, 12, 12)),
    ({"power": 3}, "-2", (0, 0, 0)),
    ("relu", "2", (2, 1, 0)),
]


@pytest.mark.parametrize(("activation", "z", "expected"), TRIPLES)
def test_derivatives_of_activations(activation: Any, z: str, expected: Any) -> None:
    kind = net(activation, [1], [1]).activation
    x = Fraction(z)
    for point in (x, fixed(x, 200, Fraction(1, 10**20))):
        for found, value in zip(taylor(kind, point, 200), expected, strict=True):
            wide = found.enclosure if isinstance(found, Fixed) else None
            number = float((wide.lo + wide.hi) / 2) if wide else float(found)
            assert abs(number - value) < 1e-8
    if z == "1/2":  # enclosures over a wide interval hold the values inside
        wide = taylor(kind, fixed(HALF, 100, Fraction(1, 3)), 100)
        for step in range(-3, 4):
            inside = taylor(kind, HALF + Fraction(step, 9), 100)
            assert all(a.lo <= b.lo and b.hi <= a.hi for a, b in zip(wide, inside, strict=True))


def test_kinks_have_no_derivatives() -> None:
    assert taylor(("relu",), 0, 0) == (0, NOTHING, NOTHING)
    assert taylor(("power", 2), 0, 0) == (0, 0, NOTHING)
    assert taylor(("power", 3), 0, 0) == (0, 0, 0)
    value, slope, bend = taylor(("relu",), Fixed(-1, 1, 10), 10)
    assert (value.lo, value.hi) == (0, 1)
    assert slope is bend is NOTHING
    n, d = net("relu", [1], [2]), data([0, 1], [1, 1])
    assert call("dense.loss", n, d) == 1
    assert call("dense.gradient", n, d) is None
    assert call("dense.critical", n, d) is None
    n = net({"power": 2}, [1], [1])
    assert call("dense.gradient", n, d) == (0, 0)
    assert call("dense.critical", n, d) is True
    assert call("dense.hessian", n, d) is None


def test_poles_are_undefined() -> None:
    n = net({"rational": [["1"], ["1", "1"]]}, [1], [1])
    assert call("dense.loss", n, data([-1], [1])) is None
    assert call("dense.loss", n, data([1], [1])) == Fraction(1, 8)


def test_enclosures_hold_exact_values() -> None:
    n, d = net(h.ODD, [HALF, -2], [3, 1]), data([1, "2/3"], [1, 2])
    wide = call("boxes.loss", n, d, Fraction(1, 10**6))
    assert wide.lo < call("dense.loss", n, d) < wide.hi
    x, y = Fixed(-3, 5, 3), Fixed(2, 4, 3)
    for a in range(-3, 6):
        for b in range(2, 5):
            p, q = Fraction(a, 8), Fraction(b, 8)
            for value, found in ((p + q, x + y), (p * q, x * y), (p - q, x - y), (p / q, x * (1 / y)), (p * p, x * x)):
                assert Fraction(found.lo, 8) <= value <= Fraction(found.hi, 8)
            assert Fraction((x * Fraction(-1, 3)).lo, 8) <= p / -3 <= Fraction((x * Fraction(-1, 3)).hi, 8)
    with pytest.raises(ZeroDivisionError):
        1 / x


def test_jets_multiply_like_functions() -> None:
    # x y at (2, 3), then its square.
    x, y = Jet(2, {0: 1}, {}), Jet(3, {1: 1}, {})
    square = x * y * (x * y)
    assert square.value == 36
    assert square.slope == {0: 36, 1: 24}
    assert square.bend == {(0, 0): 18, (0, 1): 24, (1, 1): 8}
    same = (x * y).through((36, 12, 2))
    assert (same.slope, same.bend) == (square.slope, {**square.bend})


CLASSES = [
    ("tanh", "O"), ("sin", "O"), ("x-tanh", "E"), ("exp", "G"), ("sigmoid", "M"), ("gelu", "M"), ("relu", "N"),
    ({"power": 2}, "N"), ({"polynomial": ["0", "1"]}, "P"), (h.ODD, "O"), (h.EVEN, "E"), (h.SKEW, "G"), (h.FLAT, "E"),
    ({"rational": [["1", "1"], ["2"]]}, "P"),
    ({"rational": [["0", "1", "0", "1"], ["1", "0", "1"]]}, "P"),  # z
    ({"rational": [["1"], ["-2", "0", "1"]]}, "N"),  # poles at the square roots of 2
    ({"rational": [["0", "1"], ["0", "1", "0", "1"]]}, "N"),  # undefined at 0 as it is written
    ({"rational": [["1", "0", "1"], ["1", "0", "2", "0", "1"]]}, "E"),  # 1/(1 + z**2)
    ({"rational": [["1", "1", "1"], ["1", "0", "1"]]}, "M"),  # 1 plus an odd function
    ({"rational": [["0", "1", "1", "1"], ["1", "0", "1"]]}, "M"),  # z plus an even function
]  # fmt: skip


@pytest.mark.parametrize(("activation", "letter"), CLASSES)
def test_classes_of_activations(activation: Any, letter: str) -> None:
    n = net(activation, [1], [1])
    assert n.letter == letter
    assert call("dense.analytic", n) is (letter != "N")
    assert call("dense.nonpolynomial", n) is (letter != "P")
    assert call("dense.separating", n) is (letter in "GOE")
    assert call("dense.signed", n) is (letter in "OE")


def test_values_at_zero() -> None:
    flags = dict.fromkeys(("tanh", "sin", "gelu", "swish"), (True, False))
    flags |= {"x-tanh": (True, True), "sigmoid": (False, False), "softplus": (False, False), "exp": (False, False)}
    for kind, expected in flags.items():
        n = net(kind, [1], [1])
        assert (call("dense.zero_at_zero", n), call("dense.flat_at_zero", n)) == expected
    assert call("dense.flat_at_zero", net("relu", [1], [1])) is None
    assert call("dense.flat_at_zero", net(h.FLAT, [1], [1])) is True
    assert call("dense.zero_at_zero", net({"rational": [["1"], ["0", "1"]]}, [1], [1])) is None


def test_simple_properties() -> None:
    n, d = log_net("tanh", [2, 3], [1, -4]), data([1, 2], [0, 0])
    assert call("dense.depth", n) == 1
    assert call("dense.samples", d) == 2
    assert call("dense.bias_free", n) is call("dense.log_inner", n) is call("dense.half_square", d) is True
    assert call("dense.half_square", data([1], [1], "square")) is False
    assert call("dense.outer", n, 1) == -4
    assert call("dense.inner", n, 1) == (3,)
    assert call("dense.outer", n, 2) is None
    assert call("dense.outer", net("tanh", [1], [[1], [2]]), 0) is None
    assert call("dense.same_inputs", d, data([1, 2], [5, 5])) is True
    assert call("dense.same_inputs", d, data([1, 3], [0, 0])) is False
    assert call("dense.separated", n, d) is True
    assert call("dense.separated", n, data([1, -1], [0, 0])) is False
    assert call("dense.separated", log_net("exp", [2], [1]), data([1, -1], [0, 0])) is True
    assert call("dense.separated", n, data([0, 1], [0, 0])) is False
    assert call("dense.separated", n, data([1, 1], [0, 0])) is False
    assert call("dense.layer_is_zero", n, 0) is None
    assert call("dense.is_tanh", n) is True
    assert call("dense.is_tanh", h.X1) is False
    assert call("dense.nulls_silent", log_net("tanh", [2, 1], [1, 0])) is True
    assert call("dense.nulls_silent", log_net("tanh", [2, 1], [0, 1])) is False
    layers = deep("tanh", [[0]], [[1], [2]], [[0, 0]])
    assert call("dense.last_layer", layers) == net("tanh", [1, 2], [0, 0])
    assert [call("dense.layer_is_zero", layers, j) for j in range(4)] == [True, False, True, None]


def test_inexact_networks_never_say_zero() -> None:
    n, d = net("tanh", ["1/3"], [2]), data([1, 2], [1, 2])
    assert middle(call("dense.loss", n, d)) == pytest.approx(
        ((2 * tanh(1 / 3) - 1) ** 2 + (2 * tanh(2 / 3) - 2) ** 2) / 2
    )
    for name in ("outputs_at", "residuals", "gradient", "hessian"):
        assert call(f"dense.{name}", n, d) is None
    assert call("dense.inertia", n, d) == (2, 0, 0)  # where every sign is certain
    assert [call(f"dense.{name}", n, d) for name in ("positive", "negative", "nullity")] == [2, 0, 0]
    assert call("dense.critical", n, d) is call("dense.fits", n, d) is False
    pair, opposite = net("tanh", [1, -1], [1, 1]), data([1], [0])  # f = 0, which only the forms show
    assert call("dense.fits", pair, opposite) is None
    assert call("dense.critical", pair, opposite) is None
    assert call("dense.inertia", pair, opposite) is call("dense.nullity", pair, opposite) is None
    assert call("dense.same_function", pair, net("tanh", [1], [0])) is True


SAME = [
    (log_net("tanh", [2], [1]), log_net("tanh", ["1/2"], [-1]), True),
    (log_net("tanh", [2], [1]), log_net("tanh", ["1/2"], [1]), False),
    (log_net("tanh", [2, 1], [1, 5]), log_net("tanh", [2], [1]), True),
    (log_net("exp", [2, 1], [1, 5]), log_net("exp", [2], [1]), False),
    (net("x-tanh", [2], [1]), net("x-tanh", [-2], [1]), True),
    (log_net("sigmoid", [3, "1/3"], [1, 1]), log_net("sigmoid", [1], [2]), True),
    (log_net("sigmoid", [3, 2], [1, -1]), log_net("sigmoid", ["1/3", "1/2"], [-1, 1]), True),
    (net("softplus", [3, -3], [1, -1]), net("softplus", [2, -2, 1, -1], [1, -1, 1, -1]), True),
    (net("softplus", [0], [1]), net("softplus", [0, 0], ["1/2", "1/2"]), True),
    (net("softplus", [0], [1]), net("softplus", [0], ["1/2"]), False),
    (net("gelu", [0], [1]), net("gelu", [0], ["1/2"]), True),
    (net("relu", [2], [3]), net("relu", [3], [2]), True),
    (net("relu", [1, -1], [1, -1]), net("relu", [2, -2], ["1/2", "-1/2"]), True),
    (net({"polynomial": [0, 0, 1]}, [2], [3]), net({"polynomial": [0, 0, 1]}, [1], [12]), True),
    (
        net({"polynomial": [0, 0, 1]}, [(1, 1), (1, -1)], [1, 1]),
        net({"polynomial": [0, 0, 1]}, [(1, 0), (0, 1)], [2, 2]),
        True,
    ),
    (net({"power": 2}, [2], [3]), net({"power": 2}, [1], [12]), None),
    (log_net("tanh", [2], [1]), log_net("exp", [2], [1]), None),
    (net("tanh", [1], [1]), net("tanh", [1], [[1], [1]]), None),
]


@pytest.mark.parametrize(("one", "other", "expected"), SAME)
def test_same_function(one: Any, other: Any, expected: bool | None) -> None:
    assert call("dense.same_function", one, other) is expected
    assert call("dense.same_function", other, one) is expected


def test_irreducible() -> None:
    assert call("dense.irreducible", log_net("tanh", [2, 3], [1, 1])) is True
    assert call("dense.irreducible", log_net("tanh", [2, "1/2"], [1, 1])) is False
    assert call("dense.irreducible", log_net("exp", [2, "1/2"], [1, 1])) is True
    assert call("dense.irreducible", log_net("sigmoid", [2, "1/2"], [1, 1])) is False
    assert call("dense.irreducible", log_net("tanh", [2, 1], [1, 1])) is False
    assert call("dense.irreducible", log_net("exp", [2, 1], [1, 1])) is True
    assert call("dense.irreducible", log_net("exp", [2, 3], [1, 0])) is False
    assert call("dense.irreducible", net("exp", [1], [[1], [2]])) is None


REFERENCE = [
    # network, data, loss, inertia of the Hessian
    (h.A, h.A_DATA, Fraction(641, 625), (2, 0, 0)),
    (h.X1, h.X1_DATA, 529, (2, 0, 0)),
    (h.X3, h.X3_DATA, None, (4, 0, 0)),
    (h.X2, h.X2_NODE, Fraction(79, 2), (3, 0, 0)),
    (h.X2, h.X2_DEFINITE, Fraction(223, 2), (3, 0, 0)),
    (h.X2, h.X2_LINE, None, (3, 0, 0)),
    (h.X4, h.X4_DATA, Fraction(413, 2), (4, 0, 0)),
    (h.T2, h.T2_DATA, Fraction(501, 625), (3, 0, 0)),
]


@pytest.mark.parametrize(("n", "d", "loss", "inertia"), REFERENCE)
def test_reference_instances(n: Any, d: Any, loss: Any, inertia: Any) -> None:
    assert call("dense.critical", n, d) is call("dual.critical", n, d) is True
    assert loss is None or call("dense.loss", n, d) == loss
    assert call("dense.inertia", n, d) == inertia
    assert call("dual.loss_gradient", n, d) == call("dense.gradient", n, d)
    assert call("dual.loss_hessian", n, d) == call("dense.hessian", n, d)
    assert call("dual.vanishes", n, d) is False


def test_reference_hessians() -> None:
    assert call("dense.hessian", h.X1, h.X1_DATA) == ((4692, 1252), (1252, 340))
    a = Fraction(1979776, 455625), Fraction(60328, 30375), Fraction(2179, 2025)
    assert call("dense.hessian", h.A, h.A_DATA) == ((a[0], a[1]), (a[1], a[2]))
    opposite = h.designed(h.X1, [1, 2, 3, 4], [20, -24, 9, -1])
    assert call("dense.hessian", h.X1, opposite) == ((4788, 1252), (1252, 340))
    assert call("dense.inertia", h.A, h.designed(h.A, [1, 2, 3], ["-24/25", 1, "-9/25"])) == (1, 1, 0)


def test_dual_functions() -> None:
    assert call("dual.value", h.X1, h.X1_DATA, vector(3)) == 3 * 1 * -2
    assert call("dual.gradient", h.A, h.A_DATA, vector(1)) == (Fraction(1, 25),)
    assert call("dual.hessian", h.A, h.A_DATA, vector(2)) == ((Fraction(64, 125),),)
    assert call("dual.hessian", h.X2, h.X2_NODE, vector(2, 3)) == ((48, 0), (0, -108))
    assert call("dual.inertia", h.X4, h.X4_DATA, vector(2, 3, 5)) == (2, 1, 0)
    assert call("dual.gradient", h.X4, h.X4_DATA, vector(3, 2, 6)) == (216, 72, -216)
    assert call("dual.kappa", h.X1, h.X1_DATA, vector(2)) == 340
    assert call("dual.value", h.X1, h.X1_DATA, vector(-3)) is None
    assert call("dual.value", h.X1, h.X1_DATA, vector(1, 2)) is None
    assert call("dual.gradient", h.T2, h.T2_DATA, vector(1, 1)) == (Fraction(3, 25), Fraction(-2, 25))
    assert call("dual.value", deep("tanh", [[1]], [[1]], [[1]]), data([1], [1]), vector(1)) is None
    inexact = net("tanh", [1], [1]), data([1], [1])
    assert middle(call("dual.value", *inexact, vector(2))) == pytest.approx((tanh(1) - 1) * tanh(2))
    assert call("dual.gradient", *inexact, vector(2)) is None
    assert call("dual.critical", *inexact) is False


def test_dual_functions_that_vanish() -> None:
    odd = data([1, -1], [1, 1])  # tanh is odd, the targets are even: e = (-1, -1) where f = 0
    n = log_net("tanh", [2, 3], [0, 0])
    assert call("dual.vanishes", n, odd) is True
    assert call("dual.vanishes", log_net("exp", [2], [0]), odd) is False
    square = net({"polynomial": [0, 0, 1]}, [1], ["5/17"])
    assert call("dual.vanishes", square, data([1, 2], [1, 1])) is True
    assert call("dense.loss", square, data([1, 2], [1, 1])) == Fraction(9, 34)
    assert call("dual.vanishes", net("tanh", [1], [1]), data([0], [5])) is True
    assert call("dual.vanishes", net({"power": 2}, [1], [0]), data([1], [0])) is None
    assert call("embedding.local_minimum", n, odd) is True


def test_zeros_of_the_dual_function() -> None:
    assert call("dual.zero_multiplicities", h.A, h.A_DATA) == (2, 1, 2)
    assert call("dual.zero_count", h.A, h.A_DATA) == 3
    assert call("dual.zero_multiplicities", h.X1, h.X1_DATA) == (2, 1)
    assert call("dual.zero_multiplicities", h.X3, h.X3_DATA) == (2, 2)
    b = h.designed(h.A, [1, 2, 3, 4], [-103140, 200600, -194805, 74273])
    assert call("dual.zero_multiplicities", h.A, b) == (1, 2, 1, 2, 1)
    flat = h.designed(h.A, [1, 2, 3, 4], [-14004, 20750, -15579, 4913])
    assert call("dual.zero_multiplicities", h.A, flat) == (3, 1, 3)
    assert call("dual.zero_multiplicities", log_net("tanh", [2], [0]), data([1, -1], [1, 1])) is None
    assert call("dual.zero_multiplicities", net("tanh", [1], [1]), data([1], [1])) is None
    # sigmoid at -1 and 1: u/(1 + u) - 1/(1 + u), zero at 1.
    assert call("dual.zero_multiplicities", log_net("sigmoid", [2], [0]), data([1, -1], [-1, 1])) == (1,)


def test_critical_points_of_width_one() -> None:
    for n, d, count in ((h.X1, h.X1_DATA, 2), (h.A, h.A_DATA, 2), (h.A, data([1, 2, 5], [1, -2, 1]), 2)):
        assert call("dual.width_one_count", n, d) == count
    assert call("dual.width_one_count", h.X1, h.designed(h.X1, [1, 2, 3, 4], [20, -24, 9, -1])) == 2
    assert call("dual.width_one_count", h.A, data([1, 2, 3], [1, 0, 1])) == 0
    assert call("dual.width_one_listed", h.A, h.A_DATA) is True
    assert call("dual.width_one_listed", log_net("tanh", ["1/2"], [-1]), h.A_DATA) is True
    assert call("dual.width_one_listed", log_net("tanh", ["1/2"], [1]), h.A_DATA) is False
    assert call("dual.width_one_listed", log_net("tanh", [1], [1]), h.A_DATA) is False
    assert call("dual.width_one_listed", h.X3, h.X3_DATA) is None
    assert call("dual.width_one_count", h.A, data([1, 2], [0, 0])) is None


def test_conditions_on_neurons_that_cancel() -> None:
    pair = log_net("tanh", [2, 3, 3], [1, 1, -1])
    assert call("dual.zero_sum_conditions", pair, h.A_DATA) is False
    double = log_net("tanh", [2, "1/2", 2], [1, 1, 1])  # of class 2, sum 1
    assert call("dual.zero_sum_conditions", double, h.A_DATA) is True
    zero = log_net("tanh", [2, 1], [1, 0])
    assert call("dual.zero_sum_conditions", zero, h.A_DATA) is True
    assert call("dual.zero_sum_conditions", log_net("tanh", [2, 1], [1, 1]), h.A_DATA) is False
    assert call("dual.zero_sum_conditions", net("tanh", [1], [1]), data([1], [1])) is True  # there are none


def test_local_dimensions() -> None:
    def dimension(n: Any, d: Any) -> Any:
        return call("dual.local_dimension", n, d)

    assert dimension(log_net("tanh", [2, 2], [3, -2]), h.A_DATA) == 1
    assert dimension(log_net("exp", [2, 5], [1, 0]), h.X1_DATA) == 0
    assert dimension(log_net("exp", [2, 4], [1, 0]), h.X1_DATA) is None  # not critical
    assert dimension(log_net("exp", [(2, 3, 5), (3, 2, 6)], [1, 0]), h.X4_DATA) == 2
    assert dimension(log_net("exp", [(2, 3)] * 3, [1, 1, -1]), h.X2_DEFINITE) == 2
    assert dimension(log_net("exp", [(2, 3), (2, 7), (2, 7)], [1, 1, -1]), h.X2_LINE) is None  # Hess phi is singular
    assert dimension(log_net("tanh", [2, 2], [1, 0]), data([1, -1], ["4/3", "2/3"])) == 1  # phi = 0
    assert dimension(log_net("tanh", [3, 3], [0, 0]), data([1, -1], [1, 1])) == 2
    assert dimension(net("tanh", [1], [1]), data([1], [1])) is None


BASE = {"activation": "tanh", "layers": [[["1"]], [["1"]]]}
MALFORMED = [
    {**BASE, "layers": [[["1"]]]},
    {**BASE, "layers": [[["1"]], []]},
    {**BASE, "layers": [[[]], [["1"]]]},
    {**BASE, "layers": [[["1"], ["1", "2"]], [["1", "1"]]]},
    {**BASE, "layers": [[["1"]], [["1", "1"]]]},
    {**BASE, "layers": [[["1"]], [[1.5]]]},
    {**BASE, "biases": [None]},
    {**BASE, "biases": [["1", "2"], None]},
    {**BASE, "biases": [[], None]},
    {**BASE, "inner": "exp"},
    {**BASE, "inner": "log", "layers": [[["-1"]], [["1"]]]},
    {**BASE, "inner": "log", "biases": [["0"], None]},
    {**BASE, "inner": "log", "activation": "sin"},
    {**BASE, "inner": "log", "layers": [[["1"]], [["1"]], [["1"]]]},
    {**BASE, "activation": "step"},
    {**BASE, "activation": {"power": 1}},
    {**BASE, "activation": {"power": 10**6}},
    {**BASE, "activation": {"polynomial": []}},
    {**BASE, "activation": {"rational": [["1"], ["0", "0"]]}},
    {**BASE, "activation": {"rational": [["1"]]}},
    {**BASE, "activation": {"rational": [["1"], ["1"]], "power": 2}},
    {**BASE, "activation": {}},
    {**BASE, "width": 1},
    {"layers": BASE["layers"]},
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_malformed_networks_are_rejected(raw: Any) -> None:
    with pytest.raises(Rejected):
        parse_dense(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"inputs": [], "targets": []},
        {"inputs": [["1"]], "targets": []},
        {"inputs": [["1"], ["1", "2"]], "targets": [["1"], ["1"]]},
        {"inputs": [["1"]], "targets": [[]]},
        {"inputs": [["1"]], "targets": [["1"]], "loss": "hinge"},
        {"inputs": [["1"]], "targets": [["1"]], "weights": [["1"]]},
    ],
)
def test_malformed_data_are_rejected(raw: Any) -> None:
    with pytest.raises(Rejected):
        parse_data(raw)


def test_data_that_do_not_fit_are_undefined() -> None:
    for d in (data([(1, 2)], [1]), data([1], [(1, 2)])):
        for name in ("dense.loss", "dense.critical", "dual.critical", "lifting.rank", "dual.zero_count"):
            assert call(name, h.A, d) is None


def test_equal_networks_are_equal_however_they_are_written() -> None:
    one = parse_dense({**BASE, "biases": [None, None], "inner": "plain", "layers": [[["2/2"]], [[1]]]})
    assert one == parse_dense(BASE)
    assert one != parse_dense({**BASE, "biases": [["0"], None]})
    assert one != net("sin", [1], [1])


def test_hostile_networks_end_quickly() -> None:
    begin = time.monotonic()
    huge, long = "9" * 3900, f"{'7' * 1900}/{'9' * 1901}"
    with pytest.raises(NotReplayed):
        net("tanh", range(10_000), [1] * 10_000)
    many = data(range(1, 2000), range(1, 2000))
    for kind in ("tanh", h.ODD):
        with pytest.raises(NotReplayed):
            call("dense.critical", net(kind, range(900), [1] * 900), many)
    with pytest.raises(NotReplayed):
        call("dense.loss", net(h.ODD, [long] * 20, [long] * 20), data([long], [1]))
    with pytest.raises(NotReplayed):
        call("dense.loss", log_net("tanh", [3], [1]), data([huge], [1]))
    with pytest.raises(NotReplayed):
        call("dense.loss", net("exp", [huge], [1]), data([1], [1]))
    with pytest.raises(NotReplayed):
        call("dense.loss", deep(h.ODD, *[[["1/3"] * 3] * 3] * 12), data([(1, 2, 3)], [(1, 2, 3)]))
    with pytest.raises(NotReplayed):
        call("dense.same_function", net({"power": 2}, [[1] * 12], [1]), net({"power": 2}, [[1] * 12], [1]))
    assert call("dense.loss", net("tanh", [huge], [1]), data([1], [1])) is not None
    assert time.monotonic() - begin < 60


def test_every_function_of_dense_networks_is_called_in_these_tests() -> None:
    text = ""
    for topic in ("dense", "embedding", "branches", "boxes"):
        with open(__file__.replace("_dense.py", f"_{topic}.py"), encoding="utf-8") as stream:
            text += stream.read()
    homes = ("dense.", "dual.", "embedding.", "branches.", "lifting.", "boxes.", "designed.")
    for name in (name for name in FUNCTIONS if name.startswith(homes)):
        assert name in text or f'"{name.partition(".")[2]}"' in text, name
