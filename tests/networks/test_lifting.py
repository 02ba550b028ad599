"""Tangent functions: ranks, spans, and which wide points are critical whenever the narrow one is."""

from __future__ import annotations

import critical_points as cp
import pytest
from critical_points import ask, designed, lattice, network
from flint import fmpq, fmpq_mat

from verify.decide import inertia
from verify.decide import rank as ranks
from verify.networks.dense import Data, Network, evaluate, read_network
from verify.networks.dense_forms import zero_test_inputs
from verify.networks.lifting import formal_rows, tangents, value_rows

NARROW = lattice("tanh", [1], [2])


def inputs(*points):
    rows = [list(x) if isinstance(x, tuple) else [x] for x in points]
    return Data.of(rows, [[0]] * len(rows))


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (["1/3", "2/3"], [2, 2], True),
        ([2, 1], [2, "1/2"], True),
        ([1, 0], [2, 1], True),
        ([1, 0], [2, 2], True),
        ([1, 0], [2, 4], False),
        ([1, 1], [2, 1], False),
        ([1, 1, -1], [2, 4, 4], False),
    ],
)
def test_what_is_critical_for_every_sample(outer, inner, expected):
    wide = lattice("tanh", outer, inner)
    assert ask("dense.same_function", NARROW, wide) is True
    assert ask("lifting.in_span", NARROW, wide) is expected
    assert ask("lifting.split_or_null", NARROW, wide) is expected
    assert ask("lifting.critical_with", NARROW, wide, inputs(1, 2, 3, 4)) is expected


def test_other_outputs_are_never_critical_with():
    wide = lattice("tanh", [1, 1], [2, 2])
    assert ask("lifting.in_span", NARROW, wide) is True
    assert ask("lifting.critical_with", NARROW, wide, inputs(1, 2, 3, 4)) is False
    assert ask("lifting.split_or_null", NARROW, wide) is False


@pytest.mark.parametrize(("activation", "three", "four"), [("tanh", 1, 2), ("sigmoid", 2, 3), ("exp", 3, 4)])
def test_ranks_of_neurons(activation, three, four):
    """Neurons v, -v, 0; neurons v, -v, w, -w."""
    points = inputs(1, 2, 3, 5, 7)
    assert ask("lifting.neuron_rank", lattice(activation, [1] * 3, [3, "1/3", 1]), points) == three
    assert ask("lifting.neuron_rank", lattice(activation, [1] * 4, [3, "1/3", 2, "1/2"]), points) == four
    for net in (lattice(activation, [1] * 3, [3, "1/3", 1]), lattice(activation, [1] * 4, [3, "1/3", 2, "1/2"])):
        assert ask("lifting.neurons_independent", net) is (activation == "exp")
    assert ask("lifting.neurons_independent", lattice(activation, [1, 1], [3, 2])) is True


def test_ranks_of_other_neurons():
    assert ask("lifting.neuron_rank", network(cp.EVEN, [1] * 3, [3, -3, 0]), inputs(1, 2, 3, 5, 7)) == 2
    softplus = network("softplus", [1] * 4, [1, -1, 2, -2])
    functions = [(neuron.inner, None) for neuron in softplus.neurons]
    assert ranks.of_exact(formal_rows(softplus, functions)) == 3
    assert ask("lifting.neurons_independent", softplus) is None, "no exact values"
    assert ask("lifting.neuron_rank", softplus, inputs(1, 2)) is None
    assert ask("lifting.neurons_independent", network("relu", [1] * 3, [1, -1, 2])) is False
    assert ask("lifting.neurons_independent", network("relu", [1] * 2, [1, -1])) is True
    assert ask("lifting.neurons_independent", network({"polynomial": [0, 0, 1]}, [1, 1], [1, 2])) is False
    assert ask("lifting.neurons_independent", network(cp.ODD, [1, 1], [0, 2])) is False


def test_tangents():
    assert ask("lifting.tangents_independent", NARROW) is True
    assert ask("lifting.tangents_independent", lattice("exp", [1, 1], [2, 3])) is True
    assert ask("lifting.tangents_independent", lattice("tanh", [1, 1], [2, "1/2"])) is None
    assert ask("lifting.tangents_independent", lattice("tanh", [1, 1], [(2, 1), (1, 3)])) is True
    # an outer weight 0 does not count here
    assert ask("lifting.tangents_independent", lattice("exp", [0], [2])) is True


@pytest.mark.parametrize(
    "net",
    [
        lattice("tanh", [1, 1, 1], [(2, 3), ("1/2", "1/3"), (1, 1)]),
        lattice("sigmoid", [1, 1, 1, 1], [(2, 3), ("1/2", "1/3"), (1, 1), (3, 1)]),
        lattice("exp", [1, 1, 1], [(2, 3), ("1/2", "1/3"), (1, 1)]),
        network(cp.ODD, [1, 1, 1], [(2, 3), (-2, -3), (0, 0)]),
        network(cp.EVEN, [1, 1, 1], [(2, 3), (-2, -3), (0, 0)]),
        network(cp.FLAT, [1, 1, 1], [(2, 3), (-2, -3), (0, 0)]),
        network(cp.GENERIC, [1, 1, 1], [(2, 3), (-2, -3), (0, 0)]),
        network({"polynomial": [1, 2, 0, "1/3"]}, [1, 1, 1], [(2, 3), (-2, -3), (1, 0)]),
    ],
)
def test_formal_relations_are_relations_of_values(net):
    """The formal rank bounds that of the values; with two inputs both agree for these networks."""
    functions = tangents(net)
    formal, values = formal_rows(net, functions), value_rows(net, functions)
    assert values.ncols() == len(list(zero_test_inputs(2)))
    both = fmpq_mat([a + b for a, b in zip(formal.tolist(), values.tolist(), strict=True)])
    assert ranks.of_exact(values) == ranks.of_exact(formal) == ranks.of_exact(both)


def test_activations_that_have_values_or_forms_only():
    relu = network("relu", [1], [(1, 2)])
    assert formal_rows(network("relu", [1], [(0, 0)]), [((fmpq(0), fmpq(0)), 0)]) is None
    assert value_rows(relu, tangents(relu)).ncols() < len(list(zero_test_inputs(2)))
    plain = network("tanh", [1], [(1, 2)])
    assert value_rows(plain, tangents(plain)) is None
    assert ranks.of_exact(formal_rows(plain, tangents(plain))) == 3
    assert ask("lifting.in_span", plain, network("tanh", [2, 1], [(1, 2), (-1, -2)])) is None
    assert ask("lifting.in_span", relu, network("relu", [2, -1], [(1, 2), (2, 4)])) is True
    assert ask("lifting.in_span", relu, network("relu", [2, -1], [(1, 2), (-2, -4)])) is False


def test_a_reducible_network_has_more_than_its_splittings():
    twice = lattice("tanh", [1, 1], [2, 2])
    other = lattice("tanh", ["3/10", "3/10", "7/5"], [2, 2, 2])
    assert ask("dense.same_function", twice, other) is True
    assert ask("lifting.in_span", twice, other) is True
    assert ask("lifting.split_or_null", twice, other) is False
    assert ask("lifting.split_or_null", twice, lattice("tanh", ["3/10", "7/10", 1], [2, 2, 2])) is True


def test_class_m_has_more_than_its_splittings():
    narrow = lattice("sigmoid", [1, 1], [2, 1])
    errors = ["3620/6413", "-15800/6413", "27153/6413", "-21386/6413", 1]
    data = designed(narrow, [1, 2, 3, 4, 5], errors)
    assert inertia.of_exact(evaluate(narrow, data).hessian) == (3, 1, 0)
    assert not any(evaluate(narrow, data).gradient)
    for c in (fmpq(1), fmpq(-3, 2)):
        wide = lattice("sigmoid", [1 + c, c, 1 - 2 * c], [2, "1/2", 1])
        assert ask("dense.same_function", narrow, wide) is True
        assert ask("lifting.in_span", narrow, wide) is True
        assert ask("lifting.split_or_null", narrow, wide) is False
        assert ask("lifting.critical_with", narrow, wide, data) is True
        found = evaluate(wide, data)
        assert not any(found.gradient)
        assert c != 1 or inertia.of_exact(found.hessian) == (4, 1, 1)


def test_class_m_has_several_minimal_networks():
    one, other = lattice("sigmoid", [1, -1], [3, 2]), lattice("sigmoid", [-1, 1], ["1/3", "1/2"])
    points = inputs(*range(1, 9))
    assert ask("dense.same_function", one, other) is True
    assert [ask("lifting.rank", net, points) for net in (one, other)] == [4, 4]
    assert ask("lifting.joint_rank", one, other, points) == 5
    assert ask("lifting.critical_with", one, other, points) is False


@pytest.mark.parametrize(
    ("points", "rank", "pair", "positive"),
    [((1, 2), 2, False, False), ((1, 2, 3), 2, True, False), ((1, 2, 3, 4), 2, True, True)],
)
def test_when_liftings_depend_on_the_sample(points, rank, pair, positive):
    data = inputs(*points)
    assert ask("lifting.rank", NARROW, data) == rank
    assert (ask("lifting.separating_data", NARROW, data, (4,)) is not None) is pair
    assert (ask("dense.loss", NARROW, ask("lifting.joint_data", NARROW, data, (4,))) > 0) is positive


@pytest.mark.parametrize(
    ("v", "points"), [(3, (1, 2, 3)), (4, (1, 2, 3, 4)), (1, (1, 2, 3)), (3, (1, 2)), (2, (1, 2, 3, 4))]
)
def test_targets_that_tell_an_added_neuron(v, points):
    """y: critical, and with the neuron (0, v) not; y': critical with it; where there is such a y."""
    data = Data.of([[x] for x in points], [[7]] * len(points), "quartic")
    wide = lattice("tanh", [1, 0], [2, v])
    inside = ask("lifting.row_in_span", NARROW, data, (v,))
    apart, joint = (ask(f"lifting.{name}_data", NARROW, data, (v,)) for name in ("separating", "joint"))
    assert (apart is None) is inside is (v != 4 and (v != 3 or len(points) == 2))
    assert ask("dense.critical", NARROW, joint) is ask("dense.critical", wide, joint) is True
    assert ask("dense.half_square", joint) is True
    assert ask("dense.same_inputs", joint, data) is True
    if apart is not None:
        assert (ask("dense.critical", NARROW, apart), ask("dense.critical", wide, apart)) == (True, False)
    rank = ask("lifting.joint_rank", NARROW, wide, data)
    assert (ask("dense.loss", wide, joint) != 0) is (rank < len(points))


def test_the_targets_come_from_the_reduced_basis():
    data = inputs(1, 2, 3, 4)
    residuals = [row[0] for row in ask("dense.residuals", NARROW, ask("lifting.separating_data", NARROW, data, (4,)))]
    assert residuals[2:] == [1, 0]
    residuals = [row[0] for row in ask("dense.residuals", NARROW, ask("lifting.joint_data", NARROW, data, (4,)))]
    assert residuals[3] == 1
    assert residuals == [e * fmpq(200600, 74273) for e in cp_b_residuals()]


def cp_b_residuals():
    """phi of instance B vanishes at u = 4 too."""
    return [row[0] for row in ask("dense.residuals", *cp.tanh_b())]


def test_rows_and_ranks_of_the_reference_points():
    jacobian = evaluate(NARROW, inputs(1, 2)).jacobian
    assert (fmpq_mat([[0, 1], [1, 0]]) * jacobian.transpose()).det() == fmpq(-8, 75)
    data = cp.tanh_a()[1]
    assert ask("dual.value", NARROW, data, (3,)) == fmpq(1, 70)
    assert ask("dual.value", NARROW, data, (4,)) == fmpq(1176, 27625)
    assert ask("lifting.row_in_span", NARROW, inputs(1, 2, 3), (3,)) is False
    assert ask("lifting.row_in_span", NARROW, inputs(1, 2, 3), (2,)) is True
    assert ask("lifting.row_in_span", NARROW, inputs(1, 2), (3,)) is True
    extra = lattice("tanh", [1, 0, 0], [2, 3, 4])
    assert ask("lifting.rank", extra, inputs(1, 2, 3, 4)) == 4
    assert ask("lifting.rank", lattice("tanh", [0], [2]), inputs(1, 2, 3, 4)) == 1


def test_null_neurons_and_splittings():
    assert ask("lifting.split_or_null", network(cp.FLAT, [1], [2]), network(cp.FLAT, [1, 5], [2, 0])) is True
    assert ask("lifting.in_span", network(cp.FLAT, [1], [2]), network(cp.FLAT, [1, 5], [2, 0])) is True
    assert ask("lifting.split_or_null", network(cp.ODD, [1], [2]), network(cp.ODD, [1, 5], [2, 0])) is False
    # a null neuron of the narrow network itself: odd activations leave the sign of a copy free
    assert ask("lifting.split_or_null", network(cp.ODD, [1], [0]), network(cp.ODD, [2, 1], [0, 0])) is True
    assert ask("lifting.split_or_null", network(cp.ODD, [0], [2]), network(cp.ODD, [1, -1], [2, 2])) is False
    assert ask("lifting.split_or_null", network(cp.EVEN, [2], [2]), network(cp.EVEN, [3, -1], [2, -2])) is True
    assert ask("lifting.split_or_null", network(cp.ODD, [2], [2]), network(cp.EVEN, [2], [2])) is None


def deep_extension(outputs, narrow_widths, extra, first, second):
    """sigma = z/(1 + z^2): narrow weights, extra first-layer rows v, old neurons get 0 from extra ones."""
    m1, m2 = narrow_widths
    base = {(1, 1): ([[1]], [[1]]), (2, 2): ([[1], [2]], [[1, "1/2"], ["-1/3", 2]])}[narrow_widths]
    last = [[(i + 1) * (j + 2) for j in range(m2)] for i in range(outputs)]
    narrow = Network.of(cp.ODD, [base[0], base[1], last])
    wide = Network.of(
        cp.ODD,
        [[*base[0], [first]], [[*row, 0] for row in base[1]] + [second], [[*row, 0] for row in last]],
    )
    assert len(second) == m1 + extra
    return narrow, wide


@pytest.mark.parametrize(
    ("outputs", "widths", "second", "expected"),
    [(1, (1, 1), [2, "1/3"], (3, 5)), (2, (1, 1), [2, "1/3"], (4, 7)), (1, (2, 2), [2, "1/3", "3/2"], (8, 11))],
)
def test_ranks_of_deep_networks(outputs, widths, second, expected):
    """The numbers of samples from which deep liftings that depend on the sample exist, in their sharp form."""
    narrow, wide = deep_extension(outputs, widths, 1, 3, second)
    data = Data.of([[fmpq(k, 3)] for k in range(1, 16)], [[0] * outputs] * 15)
    found = [evaluate(net, data) for net in (narrow, wide)]
    assert found[0].outputs == found[1].outputs
    assert tuple(ranks.of_exact(e.jacobian) for e in found) == expected


def test_three_layers_of_zeros_are_critical_for_every_sample():
    """sigma(0) = 0, L = 3, W_1 = W_2 = 0: the derivatives of the output vanish identically; for L = 2 they do not."""
    deep = Network.of(cp.ODD, [[[0, 0]], [[0], [0]], [[1, 2], [3, -1], [5, 2]], [[1, -2, 3]]])
    data = Data.of([[1, 2], [3, -1], [2, 2]], [[1], [2], [-3]])
    assert not any(evaluate(deep, data).jacobian.entries())
    shallow = Network.of(cp.ODD, [[[0, 0]], [[1], [2]], [[1, 1]]])
    assert any(evaluate(shallow, data).gradient)
    even = Network.of(cp.EVEN, [[[0, 0]], [[0], [0]], [[1, 2], [3, -1], [5, 2]], [[1, -2, 3]]])
    assert any(evaluate(even, data).gradient)


def test_undefined_outside_their_domain():
    deep = Network.of(cp.ODD, [[[1]], [[1]], [[1]]])
    for name in ("neurons_independent", "tangents_independent"):
        assert ask(f"lifting.{name}", deep) is None
    for name in ("rank", "neuron_rank"):
        assert ask(f"lifting.{name}", deep, inputs(1, 2)) is None
    assert ask("lifting.in_span", deep, deep) is None
    assert ask("lifting.rank", network("tanh", [1], [1]), inputs(1, 2)) is None
    for name in ("separating_data", "joint_data"):
        assert ask(f"lifting.{name}", network("tanh", [1], [1]), inputs(1, 2, 3), (2,)) is None
        assert ask(f"lifting.{name}", deep, inputs(1, 2, 3), (2,)) is None
    assert read_network(NARROW.to_json()) == NARROW
