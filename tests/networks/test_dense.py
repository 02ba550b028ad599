"""Dense networks: reading, neurons, and derivatives against independent ways to work them out."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import flint
import pytest
import sympy
from flint import arb, fmpq, fmpq_mat, fmpq_series

from verify.arithmetic import precision
from verify.errors import InstanceError
from verify.networks.dense import (
    Data,
    Evaluation,
    Network,
    Neuron,
    evaluate,
    read_data,
    read_network,
    remembered,
    shaped,
    shared_evaluation,
    shared_network,
)
from verify.networks.dense_symbols import AbstractJet, SymbolicEvaluation, number, parameter_names, symbolic_jet
from verify.quantities import Workspace

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}
POLYNOMIAL = {"polynomial": ["1", "2", "-1"]}
SHAPES = [
    ((2, 3, 1), False, "half-square"), ((2, 3, 2), True, "quartic"), ((1, 2, 2, 1), False, "square"),
    ((2, 2, 3, 2), True, "half-square"), ((1, 2, 1, 2, 2), True, "quartic"), ((3, 1, 1), True, "square"),
]  # fmt: skip


def draw(widths, biased, loss, activation, seed, samples=3):
    random = Random(seed)

    def entry():
        return fmpq(random.randint(-4, 4), random.randint(1, 3))

    layers = [[[entry() for _ in range(a)] for _ in range(b)] for a, b in pairwise(widths)]
    last = len(layers) - 1
    biases = [[entry() for _ in layer] if biased and k in (0, 1, last) else None for k, layer in enumerate(layers)]
    network = Network.of(activation, layers, biases)
    rows = [[[entry() for _ in range(size)] for _ in range(samples)] for size in (widths[0], widths[-1])]
    return network, Data.of(*rows, loss)


def loss_along(network, data, direction):
    """R(theta + t v) as a power series in t, up to second order: no derivative formula is used."""
    flint.ctx.cap = 3
    layers, biases = shaped(network, [fmpq_series([p, v]) for p, v in zip(network.parameters, direction, strict=True)])
    coefficients = [fmpq(int(c)) for c in network.activation.form["polynomial"]]
    total = fmpq_series([0])
    for x, y in zip(data.inputs, data.targets, strict=True):
        h = [fmpq_series([entry]) for entry in x]
        for level, (rows, bias) in enumerate(zip(layers, biases, strict=True)):
            z = [sum((w * value for w, value in zip(row, h, strict=True)), fmpq_series([0])) for row in rows]
            if bias is not None:
                z = [entry + b for entry, b in zip(z, bias, strict=True)]
            if level < network.depth:
                h = [sum((c * entry**k for k, c in enumerate(coefficients)), fmpq_series([0])) for entry in z]
        for p, q in zip(z, y, strict=True):
            r = p - q
            total += {"half-square": r * r / 2, "square": r * r, "quartic": r * r * r * r / 4}[data.loss]
    return [total[k] for k in range(3)]


@pytest.mark.parametrize(("widths", "biased", "loss"), SHAPES, ids=str)
def test_gradient_and_hessian_along_random_lines(widths, biased, loss):
    network, data = draw(widths, biased, loss, POLYNOMIAL, seed=sum(widths))
    found, random = evaluate(network, data), Random(7)
    assert found.exact
    assert found.hessian == found.hessian.transpose()
    for _ in range(4):
        v = [fmpq(random.randint(-3, 3), random.randint(1, 3)) for _ in range(network.size)]
        value, slope, curvature = loss_along(network, data, v)
        column = fmpq_mat(network.size, 1, v)
        assert found.loss == value
        assert sum(a * b for a, b in zip(found.gradient, v, strict=True)) == slope
        assert (column.transpose() * found.hessian * column)[0, 0] == 2 * curvature


@pytest.mark.parametrize(("widths", "biased", "loss"), SHAPES, ids=str)
def test_jacobian_residuals_and_gradient_fit(widths, biased, loss):
    """gradient = J^T e, for a rational activation too; e and L are the derivatives of the loss."""
    network, data = draw(widths, biased, loss, ODD, seed=3)
    found = evaluate(network, data)
    flat = [entry for row in found.residuals for entry in row]
    product = found.jacobian.transpose() * fmpq_mat(len(flat), 1, flat)
    assert product.entries() == found.gradient
    for p, y, e, curvature in zip(found.outputs, data.targets, found.residuals, found.curvatures, strict=True):
        r = [a - b for a, b in zip(p, y, strict=True)]
        expected = {
            "half-square": [(x, 1) for x in r],
            "square": [(2 * x, 2) for x in r],
            "quartic": [(x**3, 3 * x * x) for x in r],
        }[loss]
        assert list(zip(e, curvature, strict=True)) == expected


@pytest.mark.parametrize(("widths", "biased"), [((2, 1, 1), True), ((1, 2, 1, 1), False)], ids=str)
def test_derivatives_are_those_of_sympy(widths, biased):
    """The symbolic gradient and Hessian against sympy's derivatives of the symbolic loss, at random rational points."""
    network, data = draw(widths, biased, "half-square", ODD, seed=11, samples=1)
    symbolic, exact = SymbolicEvaluation(network, data), evaluate(network, data)
    point = dict(zip(symbolic.symbols, map(number, network.parameters), strict=True))
    assert [s.name for s in symbolic.symbols] == parameter_names(network)
    assert symbolic.loss.subs(point) == number(exact.loss)
    for i, p in enumerate(symbolic.symbols):
        slope = sympy.diff(symbolic.loss, p)
        assert slope.subs(point) == symbolic.gradient[i].subs(point) == number(exact.gradient[i])
        for j, q in enumerate(symbolic.symbols):
            expected = number(exact.hessian[i, j])
            assert sympy.diff(slope, q).subs(point) == symbolic.hessian[i, j].subs(point) == expected


@pytest.mark.parametrize(("widths", "biased", "loss"), SHAPES, ids=str)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "gelu", ODD], ids=str)
def test_balls_of_networks_contain_exact_and_floating_values(activation, widths, biased, loss):
    """Central differences of the ball loss; for the rational activation, balls enclose what is exact."""
    network, data = draw(widths, biased, loss, activation, seed=5)
    with precision(200):
        point = [arb(p) for p in network.parameters]
        found = Evaluation(network, data, point)
        h = arb(fmpq(1, 2**40))
        for k in range(0, network.size, 3):
            ahead, behind = ([*point[:k], point[k] + s * h, *point[k + 1 :]] for s in (1, -1))
            losses = [Evaluation(network, data, moved).loss for moved in (ahead, behind)]
            gradients = [Evaluation(network, data, moved).gradient for moved in (ahead, behind)]
            assert abs((losses[0] - losses[1]) / (2 * h) - found.gradient[k]) < 1e-12
            for j in range(network.size):
                assert abs((gradients[0][j] - gradients[1][j]) / (2 * h) - found.hessian[k, j]) < 1e-12
        if activation == ODD:
            exact = evaluate(network, data)
            assert found.loss.contains(exact.loss)
            assert found.hessian.contains(exact.hessian)
            assert all(ball.contains(value) for ball, value in zip(found.gradient, exact.gradient, strict=True))


def test_wide_balls_enclose_every_point_of_the_box():
    network, data = draw((2, 3, 2, 1), True, "half-square", ODD, seed=2)
    radius, random = fmpq(1, 1000), Random(1)
    spread = arb(radius).union(-arb(radius))
    found = Evaluation(network, data, [arb(p) + spread for p in network.parameters])
    for _ in range(10):
        moved = network.with_parameters([p + radius * fmpq(random.randint(-8, 8), 8) for p in network.parameters])
        inside = evaluate(moved, data)
        assert found.loss.contains(inside.loss)
        assert found.hessian.contains(inside.hessian)
        assert all(ball.contains(value) for ball, value in zip(found.gradient, inside.gradient, strict=True))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "exp"])
def test_logarithmic_weights_are_exact(activation):
    """Exact values at u lie in the balls of the plain network with weights c log u, biases included."""
    raw = {
        "activation": activation, "layers": [[["2", "1/3"], ["3", "5/4"]], [["1", "-2"]]],
        "biases": [["1/2", "7"], None], "inner": "log",
    }  # fmt: skip
    network, data = read_network(raw), Data.of([[1, 2], [-1, 1], [0, 3]], [[1], [0], [2]])
    exact = evaluate(network, data)
    assert exact.exact
    c = fmpq(1, 2) if activation == "tanh" else fmpq(1)
    with precision(150):
        points = [c * arb(p).log() for p in network.parameters[:6]]
        plain = Network.of(activation, [[[0, 0], [0, 0]], [[0, 0]]], [[0, 0], None])
        balls = Evaluation(plain, data, [*points, *map(arb, network.parameters[6:])])
        assert balls.loss.contains(exact.loss)
        assert balls.hessian.contains(exact.hessian)
        assert all(ball.contains(value) for ball, value in zip(balls.gradient, exact.gradient, strict=True))


def test_what_is_undefined_is_none():
    kink = evaluate(Network.of("relu", [[[1], [2]], [[1, 1]]]), Data.of([[0], [1]], [[1], [1]]))
    assert (kink.loss, kink.gradient, kink.hessian, kink.jacobian) == (fmpq(5, 2), None, None, None)
    square = evaluate(Network.of({"power": 2}, [[[1]], [[1]]]), Data.of([[0], [1]], [[1], [1]]))
    assert (square.gradient, square.hessian) == ([0, 0], None)
    pole = evaluate(Network.of({"rational": [[1], [1, 1]]}, [[[1]], [[1]]]), Data.of([[-1]], [[1]]))
    assert (pole.outputs, pole.residuals, pole.loss, pole.gradient, pole.hessian) == (None,) * 5
    log = Network.of("tanh", [[[2]], [[1]]], inner="log")
    assert evaluate(log, Data.of([["1/2"]], [[1]])).loss is None
    assert evaluate(log, Data.of([[2]], [[1]])).loss == fmpq(2, 25)


# ---- descriptions ---------------------------------------------------------------------------------------------------


def test_sizes_and_json():
    network = Network.of("tanh", [[[1, "1/2"]] * 3, [[Fraction(1, 3), 0, -1]] * 2], [None, [1, 2]])
    assert (network.depth, network.width, network.dimension, network.outputs, network.size) == (1, 3, 2, 2, 14)
    assert network.parameters == (*(1, fmpq(1, 2)) * 3, *(fmpq(1, 3), 0, -1) * 2, 1, 2)
    assert read_network(network.to_json()) == network
    assert network.with_parameters(network.parameters) == network
    assert network.to_json() == {
        "activation": "tanh", "layers": [[["1", "1/2"]] * 3, [["1/3", "0", "-1"]] * 2], "biases": [None, ["1", "2"]],
    }  # fmt: skip
    data = Data.of([[1, 2]], [["1/3", 1]], "quartic")
    assert read_data(data.to_json()) == data
    assert not network.bias_free
    assert Network.of("tanh", [[[1]], [[1]]]).bias_free


def test_neurons():
    network = Network.of("tanh", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    assert network.neurons == (Neuron((5, 7), (1, 2)), Neuron((6, 8), (3, 4)))
    assert network.with_neurons(network.neurons) == network
    assert network.with_neurons(network.neurons[1:]).layers == (((3, 4),), ((6,), (8,)))
    with pytest.raises(InstanceError, match="at least one hidden neuron"):
        network.with_neurons([])
    with pytest.raises(InstanceError, match="2 hidden layers"):
        _ = Network.of("tanh", [[[1]], [[1]], [[1]]]).neurons


def test_inner_coordinates():
    plain, log = Network.of("tanh", [[[1, 2]], [[1]]]), Network.of("tanh", [[[1, 2]], [[1]]], inner="log")
    assert plain.opposite((1, fmpq(-1, 2))) == (-1, fmpq(1, 2))
    assert log.opposite((2, fmpq(1, 3))) == (fmpq(1, 2), 3)
    assert (plain.is_null((0, 0)), plain.is_null((1, 1)), log.is_null((1, 1)), log.is_null((0, 1))) == (True, False) * 2
    assert log.jet((2, 3), (1, -1)) == (fmpq(-1, 5), fmpq(24, 25), fmpq(48, 125))
    assert log.jet((2, 3), (fmpq(1, 2), 1)) is None
    assert plain.jet((1, 1), (1, -1))[0] == 0
    with pytest.raises(InstanceError, match="where the input has 1"):
        plain.jet((1, 1), (1,))
    with pytest.raises(InstanceError, match="not positive"):
        log.jet((-1, 1), (1, 1))


def test_classes_of_neurons():
    odd, generic = Network.of("tanh", [[[1, 2]], [[1]]]), Network.of("exp", [[[1, 2]], [[1]]])
    key, eps = odd.class_key((1, -2))
    other, opposite = odd.class_key((-1, 2))
    assert key == other
    assert (eps, opposite) in ((1, -1), (-1, 1))
    assert tuple(eps * k for k in key) == (1, -2)
    assert generic.class_key((1, -2)) != generic.class_key((-1, 2))
    assert generic.class_key((1, -2), signed=True)[0] == generic.class_key((-1, 2), signed=True)[0]
    log = Network.of("tanh", [[[2]], [[1]]], inner="log")
    assert log.class_key((2,))[0] == log.class_key((fmpq(1, 2),))[0]
    assert odd.class_key((0, 0)) == ((0, 0), 1)


def test_quantities_of_a_statement_share_one_evaluation():
    network, data = Network.of(ODD, [[[1]], [[1]]]).to_json(), Data.of([[1]], [[1]]).to_json()
    workspace = Workspace()
    assert shared_network(workspace, network) is shared_network(workspace, network)
    assert shared_evaluation(workspace, network, data) is shared_evaluation(workspace, network, data)
    assert shared_evaluation(Workspace(), network, data) is not shared_evaluation(workspace, network, data)
    assert shared_evaluation(workspace, network, dict(data)) is not shared_evaluation(workspace, network, data)
    calls = []
    for _ in range(2):
        remembered(workspace, "x", (data,), lambda: calls.append(1))
    assert calls == [1]


# ---- symbols --------------------------------------------------------------------------------------------------------


def test_an_activation_of_which_nothing_is_known():
    """The gradient of one neuron: dR/da = sum e s0, dR/dw = sum e a s1 x."""
    network, data = Network.of("relu", [[[1]], [[1]]]), Data.of([[1], [2]], [[0], [0]])
    x, y, jet = sympy.symbols("x:2"), sympy.symbols("y:2"), AbstractJet()
    found = SymbolicEvaluation(network, data, inputs=[[x[0]], [x[1]]], targets=[[y[0]], [y[1]]], jet=jet)
    w, a = found.symbols
    s = [jet(w * entry) for entry in x]
    e = [a * s[i][0] - y[i] for i in range(2)]
    assert sympy.expand(found.gradient[1] - sum(e[i] * s[i][0] for i in range(2))) == 0
    assert sympy.expand(found.gradient[0] - sum(e[i] * a * s[i][1] * x[i] for i in range(2))) == 0
    second = sum((a * s[i][1] * x[i]) ** 2 + e[i] * a * s[i][2] * x[i] ** 2 for i in range(2))
    assert sympy.expand(found.hessian[0, 0] - second) == 0


def test_symbolic_transcendental_activations():
    z = sympy.Symbol("z")
    for name in ("tanh", "sigmoid", "exp"):
        value, first, second = symbolic_jet(Network.of(name, [[[1]], [[1]]]).activation)(z)
        for x in (sympy.Rational(1, 3), sympy.Rational(-2)):
            assert abs((sympy.diff(value, z) - first).subs(z, x).evalf(30)) < 1e-25
            assert abs((sympy.diff(value, z, 2) - second).subs(z, x).evalf(30)) < 1e-25


def test_bad_symbols_are_refused():
    network, data = Network.of("relu", [[[1]], [[1]]]), Data.of([[1]], [[0]])
    with pytest.raises(InstanceError, match="no symbolic form"):
        SymbolicEvaluation(network, data)
    with pytest.raises(InstanceError, match="1 rows of 1"):
        SymbolicEvaluation(network, data, inputs=[[1, 2]], jet=AbstractJet())
    with pytest.raises(InstanceError, match="exact number"):
        SymbolicEvaluation(network, data, [0.5, 1], jet=AbstractJet())
    with pytest.raises(InstanceError, match="plain"):
        SymbolicEvaluation(Network.of("tanh", [[[1]], [[1]]], inner="log"), data)


# ---- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": [[[1]], [[1, 2]]]}, r"layers\[1\] has 2 columns, but layers\[0\] has 1 rows"),
        ({"layers": [[[1]]]}, "at least two matrices"), ({"layers": [[[1], [1, 2]], [[1, 1]]]}, r"layers\[0\]\[1\]"),
        ({"layers": [[[]], [[1]]]}, "at least one"), ({"layers": [[[0.5]], [[1]]]}, "such as '3/4'"),
        ({"layers": [[["nan"]], [[1]]]}, "not an exact number"), ({"layers": [[[float("inf")]], [[1]]]}, "exact number"),
        ({"layers": [[[True]], [[1]]]}, "exact number"), ({"activation": "tan"}, "unknown"),
        ({"biases": [None]}, "2 entries"), ({"biases": [[1, 2], None]}, "it needs 1"), ({"inner": "sqrt"}, "'plain' or 'log'"),
        ({"inner": "log", "layers": [[[0]], [[1]]]}, "not positive"), ({"inner": "log", "activation": "sin"}, "tanh, sigmoid"),
        ({"inner": "log", "layers": [[[1]], [[1]], [[1]]]}, "one hidden layer"), ({"bias": []}, "'bias' is unknown"),
        ({"inner": "log", "biases": [["-1"], None]}, "not positive"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_networks_are_refused(changes, message):
    with pytest.raises(InstanceError, match=message):
        read_network({"activation": "tanh", "layers": [[[1]], [[1]]], **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": [[1]]}, "1 inputs but 2 targets"), ({"inputs": [[1], [1, 2]]}, "it needs 1"),
        ({"loss": "log"}, "half-square, square, quartic"), ({"targets": [[1], ["1.5"]]}, "exact number"),
        ({"inputs": []}, "at least one"), ({"inputs": [1, 2]}, r"inputs\[0\]"), ({"weights": 1}, "unknown"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_data_are_refused(changes, message):
    with pytest.raises(InstanceError, match=message):
        read_data({"inputs": [[1], [2]], "targets": [[1], [2]], **changes})


def test_misfits_are_refused():
    network = Network.of("tanh", [[[1, 1]], [[1]]])
    with pytest.raises(InstanceError, match="the network takes 2"):
        evaluate(network, Data.of([[1]], [[1]]))
    with pytest.raises(InstanceError, match="the network gives 1"):
        evaluate(network, Data.of([[1, 1]], [[1, 1]]))
    with pytest.raises(InstanceError, match="2 parameters are given, where the network has 3"):
        Evaluation(network, Data.of([[1, 1]], [[1]]), [arb(1)] * 2)
    with pytest.raises(InstanceError, match="4 parameters"):
        network.with_parameters([1] * 4)
    with pytest.raises(InstanceError, match="inputs 0 and 2 are equal"):
        Data.of([[1], [2], [1]], [[1], [1], [1]], distinct=True)
    with pytest.raises(InstanceError, match="balls stand for plain"):
        Evaluation(Network.of("tanh", [[[1]], [[1]]], inner="log"), Data.of([[1]], [[1]]), [arb(1)] * 2)
    with pytest.raises(InstanceError, match="missing"):
        read_network({"layers": []})
    with pytest.raises(InstanceError, match="no object"):
        read_network([])


def test_floats_are_taken_at_their_binary_value_where_that_is_asked_for() -> None:
    import numpy as np

    network = Network.of_floats("tanh", [np.array([[0.1], [2.0]]), [[1.5, -0.25]]], [np.array([0.5, 0.0]), None])
    assert network.layers[0][0][0] == fmpq(*(0.1).as_integer_ratio())
    assert network.biases == ((fmpq(1, 2), fmpq(0)), None)
    assert Data.of_floats(np.array([[1.0]]), [[2]]).targets == ((fmpq(2),),)
    with pytest.raises(InstanceError, match="layers: nan is no finite number"):
        Network.of_floats("tanh", [[[float("nan")]], [[1.0]]])
    with pytest.raises(InstanceError, match="targets: inf is no finite number"):
        Data.of_floats([[1.0]], [[float("inf")]])
