"""Splitting, appending, reducing, compatible embeddings, and what the laws of inertia predict."""

from __future__ import annotations

import random
from itertools import islice, pairwise, product

import critical_points as cp
import pytest
from critical_points import ask, designed, lattice, network
from flint import fmpq, fmpq_mat

from verify.arithmetic import to_json
from verify.decide import inertia
from verify.decide import rank as ranks
from verify.errors import InstanceError
from verify.networks.dense import Data, Network, evaluate, read_network
from verify.networks.embedding_deep import compatible_dimension, compatible_embedding
from verify.networks.embedding_laws import curvature
from verify.networks.escapes import factors
from verify.networks.splittings import read_splitting, split_matrices, split_network

HALVES, TWO_MINUS_ONE, THIRDS = ["1/2", "1/2"], [2, -1], ["1/3", "1/3", "1/3"]


def group(coefficients, neuron=0, **more):
    return {"neuron": neuron, "coefficients": coefficients, **more}


def inertia_at(net, data):
    found = evaluate(net, data)
    assert not any(found.gradient), "the point is critical"
    return inertia.of_exact(found.hessian)


def split_inertia(point, *groups):
    """Of the split network, by the law and by its Hessian."""
    net, data = point
    wide = read_network(ask("embedding.split", net, list(groups)))
    actual = inertia_at(wide, data)
    assert ask("embedding.split_law", net, data, list(groups)) == actual
    assert ask("embedding.multi_split_law", net, data, list(groups)) == actual
    return actual


@pytest.mark.parametrize(
    ("point", "narrow", "curvatures"),
    [
        (cp.tanh_a(), (2, 0, 0), ["64/125"]),
        (cp.tanh_a("-1/10"), (2, 0, 0), ["-32/625"]),
        (cp.tanh_a(-1), (1, 1, 0), ["-64/125"]),
        (cp.tanh_b(), (2, 0, 0), ["615216/2131375"]),
        (cp.tanh_b(-1), (2, 0, 0), ["-615216/2131375"]),
        (cp.tanh_d(), (2, 0, 0), ["0"]),
        (cp.exp_1(), (2, 0, 0), ["-48"]),
        (cp.exp_1(-1), (2, 0, 0), ["48"]),
        (cp.exp_3(-1), (4, 0, 0), ["16", "-54"]),
        (cp.exp_3(1), (4, 0, 0), ["16", "54"]),
        (cp.exp_3(-1, -1), (3, 1, 0), ["-16", "54"]),
        (cp.exp_3(1, -1), (3, 1, 0), ["-16", "-54"]),
    ],
)
def test_narrow_points(point, narrow, curvatures):
    net, data = point
    assert inertia_at(net, data) == narrow
    found = evaluate(net, data)
    assert [to_json(curvature(found, j)[0, 0]) for j in range(net.width)] == curvatures


@pytest.mark.parametrize(
    ("point", "narrow", "matrix"),
    [
        (cp.exp_node(), (3, 0, 0), [[48, 0], [0, -108]]),
        (cp.exp_definite(), (3, 0, 0), [[48, 0], [0, 108]]),
        (cp.exp_line(), (3, 0, 0), [[48, 0], [0, 0]]),
        (cp.exp_4(), (4, 0, 0), [[240, 0, 0], [0, 0, 450], [0, 450, 0]]),
        (
            cp.tanh_2(), (3, 0, 0),
            [[fmpq(-3584, 10125), fmpq(3296, 10125)], [fmpq(3296, 10125), fmpq(2176, 10125)]],
        ),
    ],
)  # fmt: skip
def test_narrow_points_with_several_inputs(point, narrow, matrix):
    net, data = point
    assert inertia_at(net, data) == narrow
    assert curvature(evaluate(net, data), 0) == fmpq_mat(matrix)
    assert ask("embedding.curvature_inertia", net, data, 0) == inertia.of_exact(fmpq_mat(matrix))


def test_the_second_double_zero():
    for sign in (1, -1):
        net, data = cp.tanh_c(sign)
        assert inertia_at(net, data) == (2, 0, 0)
        (b,) = curvature(evaluate(net, data), 0).entries()
        assert abs(float(b.p) / float(b.q) - sign * 0.05073882456) < 1e-10
        phi = ask("dual.hessian", net, data, (3,))[0][0]
        assert abs(float(phi.p) / float(phi.q) - sign * 0.03422867768) < 1e-10


SPLITS = [
    (cp.tanh_a(), HALVES, (3, 0, 1)),
    (cp.tanh_a(), TWO_MINUS_ONE, (2, 1, 1)),
    (cp.tanh_a(), [1, 0], (2, 0, 2)),
    (cp.tanh_a(), THIRDS, (4, 0, 2)),
    (cp.tanh_a(), [3, -1, -1], (2, 2, 2)),
    (cp.tanh_a(), [1, "1/2", "-1/2"], (3, 1, 2)),
    (cp.tanh_a(), [2, 1, -2], (3, 1, 2)),
    (cp.tanh_a("-1/10"), HALVES, (2, 1, 1)),
    (cp.tanh_a("-1/10"), TWO_MINUS_ONE, (3, 0, 1)),
    (cp.tanh_a("-1/10"), THIRDS, (2, 2, 2)),
    (cp.tanh_a("-1/10"), [3, -1, -1], (4, 0, 2)),
    (cp.tanh_a("-1/10"), [1, 0], (2, 0, 2)),
    (cp.tanh_d(), HALVES, (2, 0, 2)),
    (cp.tanh_d(), TWO_MINUS_ONE, (2, 0, 2)),
    (cp.tanh_d(), THIRDS, (2, 0, 4)),
    (cp.exp_node(), HALVES, (4, 1, 1)),
    (cp.exp_node(), TWO_MINUS_ONE, (4, 1, 1)),
    (cp.exp_node(), THIRDS, (5, 2, 2)),
    (cp.exp_definite(), HALVES, (5, 0, 1)),
    (cp.exp_definite(), TWO_MINUS_ONE, (3, 2, 1)),
    (cp.exp_definite(), [3, -1, -1], (3, 4, 2)),
    (cp.exp_line(), HALVES, (4, 0, 2)),
    (cp.exp_line(), TWO_MINUS_ONE, (3, 1, 2)),
    (cp.exp_4(), HALVES, (6, 1, 1)),
    (cp.exp_4(), TWO_MINUS_ONE, (5, 2, 1)),
]


@pytest.mark.parametrize(("point", "coefficients", "expected"), SPLITS)
def test_the_inertia_of_splittings(point, coefficients, expected):
    assert split_inertia(point, group(coefficients)) == expected


def test_splittings_of_two_neurons_add_up():
    point = cp.exp_3(-1)
    assert split_inertia(point, group(HALVES)) == (5, 0, 1)
    assert split_inertia(point, group(HALVES, 1)) == (4, 1, 1)
    assert split_inertia(point, group(HALVES), group(HALVES, 1)) == (5, 1, 2)
    assert split_inertia(point, group(HALVES), group(TWO_MINUS_ONE, 1)) == (6, 0, 2)
    assert split_inertia(point, group(TWO_MINUS_ONE), group(HALVES, 1)) == (4, 2, 2)


@pytest.mark.parametrize("activation", [cp.ODD, cp.EVEN, cp.GENERIC])
def test_the_split_law_on_random_instances(activation):
    rng = random.Random(1)
    for _ in range(20):
        r, d = rng.randint(1, 2), rng.randint(1, 2)
        point = random_critical_point(rng, activation, r, d)
        if point is None:
            continue
        signs = (1, -1) if activation is not cp.GENERIC else (1,)
        groups = []
        for j in range(r):
            delta = [fmpq(rng.randint(-4, 4), 3) for _ in range(rng.randint(0, 2))]
            delta.append(1 - sum(delta, fmpq(0)))
            chosen = [rng.choice(signs) for _ in delta]
            groups.append(group([str(x) for x in delta], j, signs=chosen))
        if any(all(fmpq(*map(int, x.split("/"))) <= 0 for x in g["coefficients"]) for g in groups):
            continue
        split_inertia(point, *groups)


def random_critical_point(rng, activation, r, d, outputs=1):
    """A network with residuals in the kernel of its matrix of tangents (None if a neuron of it is in the way)."""
    inner = [[fmpq(rng.randint(-9, 9), rng.randint(1, 4)) for _ in range(d)] for _ in range(r)]
    outer = [[fmpq(rng.choice([-3, -2, -1, 1, 2, 3]), 2) for _ in range(r)] for _ in range(outputs)]
    net = Network.of(activation, [inner, outer])
    n = net.size // outputs + 3
    inputs = [[fmpq(rng.randint(-9, 9), rng.randint(1, 3)) for _ in range(d)] for _ in range(n)]
    jacobian = evaluate(net, Data.of(inputs, [[0] * outputs] * n)).jacobian
    kernel = kernel_of(jacobian.transpose())
    if not kernel:
        return None
    errors = [fmpq(0)] * (n * outputs)
    for vector in kernel:
        scale = rng.randint(-2, 2)
        errors = [e + scale * x for e, x in zip(errors, vector, strict=True)]
    rows = [errors[i * outputs : (i + 1) * outputs] for i in range(n)]
    return net, designed(net, inputs, rows)


def kernel_of(matrix):
    """A basis of the vectors that an exact matrix sends to 0."""
    reduced, rank = matrix.rref()
    rows, columns = reduced.tolist(), matrix.ncols()
    pivots = [next(c for c in range(columns) if rows[i][c] != 0) for i in range(rank)]
    basis = []
    for free in set(range(columns)) - set(pivots):
        vector = [fmpq(int(c == free)) for c in range(columns)]
        for i, pivot in enumerate(pivots):
            vector[pivot] = -rows[i][free]
        basis.append(vector)
    return basis


@pytest.mark.parametrize("activation", [cp.ODD, cp.GENERIC])
def test_two_outputs_make_splittings_strict_saddles(activation):
    rng, seen = random.Random(2), 0
    for _ in range(8):
        net, data = random_critical_point(rng, activation, 1, rng.randint(1, 2), outputs=2)
        rank = ask("embedding.cross_rank", net, data, 0)
        for delta in (["1/2", "1/2"], [2, -1], ["1/3", "1/3", "1/3"], [1, 0]):
            raw = [group(delta)]
            wide = read_network(ask("embedding.split", net, raw))
            actual = inertia_at(wide, data)
            assert ask("embedding.multi_split_law", net, data, raw) == actual
            assert actual[1] >= inertia_at(net, data)[1] + rank
            seen += rank > 0
    assert seen > 8


# ---- blocks that cancel ----------------------------------------------------------------------------------------------


def appended_inertia(point, outer, inner, law=True):
    net, data = point
    block = {"outer": outer, "inner": [list(v) if isinstance(v, tuple) else [v] for v in inner]}
    actual = inertia_at(read_network(ask("embedding.append", net, block)), data)
    assert ask("embedding.zero_block_law", net, data, block) == (actual if law else None)
    return actual


def test_silent_neurons():
    assert appended_inertia(cp.tanh_a(), [0], [1]) == (3, 1, 0)
    assert appended_inertia(cp.exp_1(), [0], [5]) == (3, 1, 0)
    assert appended_inertia(cp.exp_1(), [0], [2]) == (2, 0, 2)
    assert ask("dual.gradient", *cp.exp_1(), (5,)) == (225,)
    assert appended_inertia(cp.exp_node(), [0], [(1, 2)]) == (4, 1, 1)
    assert appended_inertia(cp.exp_node(), [0], [(2, 3)]) == (3, 0, 3)
    assert ask("dual.gradient", *cp.exp_4(), (3, 2, 6)) == (216, 72, -216)
    assert appended_inertia(cp.exp_4(), [0], [(3, 2, 6)]) == (5, 1, 2)
    assert appended_inertia(cp.tanh_b(), [0, 0], [1, 4]) == (4, 2, 0)


@pytest.mark.parametrize(
    ("sign", "outer", "expected"),
    [
        (1, [1, -1], (4, 1, 1)),
        (1, [1, 1, -2], (5, 1, 2)),
        (1, [-1, -1, 2], (4, 2, 2)),
        (-1, [1, -1], (3, 2, 1)),
        (-1, [1, 1, -2], (3, 3, 2)),
        (-1, [-1, -1, 2], (4, 2, 2)),
    ],
)
def test_zero_blocks_at_a_double_zero(sign, outer, expected):
    assert appended_inertia(cp.tanh_c(sign), outer, [3] * len(outer)) == expected


def test_a_pair_without_outer_weights_at_a_double_zero():
    assert appended_inertia(cp.tanh_c(), [0, 0], [3, 3], law=False) == (3, 0, 3)
    assert appended_inertia(cp.tanh_c(-1), [0, 0], [3, 3], law=False) == (2, 1, 3)


def test_a_block_at_the_neuron_itself():
    assert appended_inertia(cp.exp_definite(), [1, -1], [(2, 3), (2, 3)]) == (5, 2, 2)


def test_no_law_for_blocks_that_do_not_cancel():
    net, data = cp.tanh_c()
    for outer, inner in (([1, 1], [[3], [3]]), ([1, -1], [[3], [2]]), ([1, -1], [[1], [1]])):
        assert ask("embedding.zero_block_law", net, data, {"outer": outer, "inner": inner}) is None


# ---- plateaus --------------------------------------------------------------------------------------------------------


def plateaus(point, m):
    """Pure splittings (surjections, signs) times patterns of signs of the coefficients that are local minima."""
    net, data = point
    signs = (1, -1) if net.activation.signed else (1,)
    found = 0
    for labels in product(range(net.width), repeat=m):
        if len(set(labels)) < net.width:
            continue
        sizes = [labels.count(k) for k in range(net.width)]
        for patterns in product(*(_patterns(size) for size in sizes)):
            raw = [group([str(x) for x in pattern], k) for k, pattern in enumerate(patterns)]
            wide = read_network(ask("embedding.split", net, raw))
            truth = ask("embedding.local_minimum", wide, data)
            assert truth == ask("embedding.plateau_rule", net, data, raw)
            found += truth * len(signs) ** m
    return found


def _patterns(size):
    for pattern in product((1, -1), repeat=size):
        positive = pattern.count(1)
        if positive:
            share = fmpq(1 + size - positive, positive)
            yield [share if x > 0 else fmpq(-1) for x in pattern]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (cp.exp_1(), {1: 1, 2: 2, 3: 3, 4: 4}),
        (cp.exp_1(-1), {1: 1, 2: 1, 3: 1, 4: 1}),
        (cp.exp_3(-1), {2: 2, 3: 9, 4: 28}),
        (cp.exp_3(1), {2: 2, 3: 6, 4: 14}),
        (cp.tanh_a(), {1: 2, 2: 4, 3: 8}),
        (cp.exp_node(), {1: 1, 2: 0, 3: 0}),
    ],
)
def test_numbers_of_plateaus_of_local_minima(point, expected):
    assert {m: plateaus(point, m) for m in expected} == expected


def test_plateau_rule_is_undecided_for_singular_curvature():
    assert ask("embedding.plateau_rule", *cp.tanh_d(), [group(HALVES)]) is None
    assert ask("embedding.plateau_rule", *cp.exp_line(), [group(HALVES)]) is None
    assert ask("embedding.plateau_rule", *cp.tanh_d(), [group([1])]) is True


def test_local_minimum_in_special_cases():
    net, data = cp.tanh_a()
    fitted = designed(net, [1, 2, 3], [0, 0, 0])
    wide = read_network(ask("embedding.split", net, [group([2, -1])]))
    assert ask("embedding.local_minimum", wide, fitted) is True
    assert ask("embedding.local_minimum", wide, data) is False
    assert ask("embedding.local_minimum", read_network(ask("embedding.split", net, [group([1, 0])])), data) is None
    assert ask("embedding.local_minimum", lattice("tanh", [1], [3]), data) is False
    assert ask("embedding.local_minimum", network("tanh", [1], [1]), data) is False
    # an even target for an odd function: phi vanishes, and the loss cannot be improved
    cancelling = Data.of([[1], [-1]], [[1], [1]])
    assert ask("embedding.local_minimum", network(cp.ODD, [0], [3]), cancelling) is True
    # z^2: five is the sum of the squares of the squares
    assert ask(
        "embedding.local_minimum", network({"polynomial": [0, 0, 1]}, ["5/17"], [1]), Data.of([[1], [2]], [[1], [1]])
    )


# ---- null neurons ----------------------------------------------------------------------------------------------------


def test_null_neurons_of_a_flat_activation():
    net = network(cp.FLAT, [1], [1])
    data = designed(net, [1, 2, 3], ["2/5", -1, "2/3"])
    assert inertia_at(net, data) == (2, 0, 0)
    for outer, expected, minimum in ((1, (3, 0, 1), True), (0, (2, 0, 2), None), (-1, (2, 1, 1), False)):
        wide = read_network(ask("embedding.append", net, {"outer": [outer], "inner": [[0]]}))
        assert inertia_at(wide, data) == expected
        assert ask("embedding.local_minimum", wide, data) is minimum


def test_a_null_neuron_can_be_a_local_minimum():
    net = lattice("tanh", [1], [2])
    errors = [fmpq(x, 1825) for x in (1404, -1825, 1134, -289)]
    data = designed(net, [1, 2, 3, 4], errors)
    assert data.targets == ((fmpq(-2387, 5475),), (fmpq(8, 5),), (fmpq(2569, 16425),), (fmpq(32288, 31025),))
    assert evaluate(net, data).loss == fmpq(3335659, 3330625)
    assert inertia_at(net, data) == (2, 0, 0)
    for outer in (1, -1, 2, "1/10"):
        wide = read_network(ask("embedding.append", net, {"outer": [outer], "inner": [[1]]}))
        assert inertia_at(wide, data) == (3, 0, 1)
        assert ask("embedding.local_minimum", wide, data) is True
        other = designed(net, [1, 2, 3, 4], ["24/25", -1, "9/25", 0])
        gradient = evaluate(wide, other).gradient
        assert [x * 25 for x in gradient] == [0, wide.neurons[1].outer[0], 0, 0]
    silent = read_network(ask("embedding.append", net, {"outer": [0], "inner": [[1]]}))
    assert inertia_at(silent, data) == (2, 0, 2)
    hessian = evaluate(read_network(ask("embedding.append", net, {"outer": [1], "inner": [[1]]})), data).hessian
    # parameters here: w, w', a, a'
    assert hessian[2, 2] == fmpq(1085356, 585225)
    assert hessian[0, 2] == fmpq(413031464, 149232375)
    assert hessian[0, 0] == fmpq(13299261073408, 2777960660625)
    assert [hessian[1, k] for k in range(4)] == [fmpq(685864, 65025), 30, fmpq(1886, 255), 0]


def test_a_lift_that_depends_on_the_sample_lowers_the_nullity():
    errors = [
        "94643817808497819/65101847899156250", "-1796044830800026827/205201024578140500",
        "68949781471323567649/923404610601632250", "905372161053346887/754415531537281250",
        "-212299043375724222977/3017662126149125000", "188550550482475577/5837534836656250",
        "492440205114508253593/461702305300816125000", "786211427638725808/27158959135342125", 0, 0,
    ]  # fmt: skip
    inputs = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2), (3, 1), (1, 3)]
    net = network(cp.ODD, [1], [(1, 2)])
    data = designed(net, inputs, errors)
    wide = read_network(ask("embedding.append", net, {"outer": [1], "inner": [[0, 0]]}))
    assert inertia_at(net, data) == (1, 0, 2)
    assert inertia_at(wide, data) == (3, 2, 1)
    tangent = ((1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0))
    assert ask("embedding.loss_form_holds", net, wide, data, tangent) is True
    assert ask("embedding.gradient_matrix_holds", net, wide, data, tangent, tangent) is False


# ---- gradients and matrices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [cp.ODD, cp.EVEN, cp.FLAT, cp.GENERIC])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("bias", [None, ["1/3", "-1/2"]])
def test_gradients_and_matrices_of_splittings(activation, outputs, bias):
    rng = random.Random(3)
    rows = [[rng.randint(-5, 5) for _ in range(2)] for _ in range(2)]
    outer = [[rng.randint(1, 5) for _ in range(2)] for _ in range(outputs)]
    net = Network.of(activation, [rows, outer], [bias, None])
    data = Data.of([[1, 2], [2, -1], [0, 1]], [[rng.randint(-3, 3) for _ in range(outputs)] for _ in range(3)])
    signs = [1, 1, 1] if activation is cp.GENERIC else [1, -1, 1]
    raw = [group([2, "-3/2", "1/2"], 1, signs=signs)]
    wide = split_network(net, read_splitting(raw))
    own, found = evaluate(net, data), evaluate(wide, data)
    assert own.outputs == found.outputs
    tangent, factors = split_matrices(net, read_splitting(raw))
    assert (factors * fmpq_mat([[x] for x in own.gradient])).entries() == found.gradient
    assert tangent.transpose() * factors == fmpq_mat([[int(i == j) for j in range(net.size)] for i in range(net.size)])
    t, m = (tuple(map(tuple, matrix.tolist())) for matrix in (tangent, factors))
    assert ask("embedding.gradient_matrix_holds", net, wide, data, t, m) is True
    assert ask("embedding.loss_form_holds", net, wide, data, t) is True
    assert ask("embedding.gradient_matrix_holds", net, wide, data, m, t) is False
    assert ask("embedding.gradient_matrix_holds", net, wide, data, t[:-1], m) is None
    expected = None if bias else (tuple(found.gradient), wide.to_json())
    assert (ask("embedding.split_gradient", net, data, raw), ask("embedding.split", net, raw)) == (
        expected or (None, None)
    )


def test_truth_of_matrices_on_enclosures():
    net = network("tanh", [1], [1])
    data = Data.of([[1], [2]], [[0], [1]])
    wide = read_network(ask("embedding.split", net, [group(HALVES)]))
    tangent, factors = split_matrices(net, read_splitting([group(HALVES)]))
    t, m = (tuple(map(tuple, matrix.tolist())) for matrix in (tangent, factors))
    assert ask("embedding.gradient_matrix_holds", net, wide, data, t, m) is None
    assert ask("embedding.loss_form_holds", net, wide, data, t) is None
    assert ask("embedding.loss_form_holds", net, wide, data, m) is False


# ---- splittings and blocks as raw values -----------------------------------------------------------------------------


def test_properties_of_splittings_and_blocks():
    assert ask("embedding.sums_to_one", [group(["1/3", "2/3"])]) is True
    assert ask("embedding.sums_to_one", [group([1]), group([2], 1)]) is False
    assert ask("embedding.proper", [group([1, 0])]) is False
    assert ask("embedding.unshifted", [group([1, 0])]) is True
    assert ask("embedding.unshifted", [group([1, 0], shifts=[[0], ["1/7"]])]) is False
    block = {"outer": [1, -1], "inner": [[3], [3]]}
    assert (ask("embedding.zero_sum", block), ask("embedding.same_inner", block), ask("embedding.size", block)) == (
        True,
        True,
        2,
    )
    assert ask("embedding.zero_sum", {"outer": [[1, 2], [-1, 2]], "inner": [[3], [4]]}) is False


def test_shifts_and_signs():
    plain = network("tanh", [2], [3])
    raw = [group([1, "1/2"], signs=[1, -1], shifts=[[1], ["-1/2"]])]
    assert ask("embedding.split", plain, raw)["layers"] == [[["4"], ["-5/2"]], [["2", "-1"]]]
    log = lattice("tanh", [2], [3])
    assert ask("embedding.split", log, [group([1, 1], signs=[1, -1], shifts=[[2], [2]])])["layers"][0] == [
        ["6"],
        ["1/6"],
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("x", "no list"),
        ([{"neuron": 0}], "needs neuron and coefficients"),
        ([group([])], "at least one"),
        ([group([0.5, 0.5])], "exact number"),
        ([group([1, 0], signs=[1, 2])], "1 or -1"),
        ([group([1, 0], shifts=[[0]])], "shifts"),
        ([group([1]), group([1])], "twice"),
        ([group([1], "1/2")], "index"),
    ],
)
def test_malformed_splittings(raw, message):
    with pytest.raises(InstanceError, match=message):
        ask("embedding.split", network("exp", [1], [1]), raw)


def test_reducing():
    net = network("tanh", [1, 2, 3, 0, -1, 5], [2, -2, 3, 7, 3, 0])
    reduced = read_network(ask("embedding.reduce", net))
    assert [(n.outer[0], n.inner[0]) for n in reduced.neurons] == [(-1, 2), (2, 3)]
    assert ask("dense.same_function", net, reduced) is True
    even = network(cp.EVEN, [1, 2, 4], [2, -2, 0])
    assert ask("embedding.reduce", even)["layers"] == [[["2"], ["0"]], [["3", "4"]]]
    assert ask("embedding.reduce", network("exp", [1, -1], [2, 2])) is None
    assert ask("embedding.reduce", network("sigmoid", [1], [2])) is None
    assert ask("embedding.reduce", network("tanh", [1, 1], [[1, 2], [1, 2]]))["layers"] == [[["1", "2"]], [["2"]]]


# ---- moving and escaping ---------------------------------------------------------------------------------------------


def test_exact_escapes_from_a_silent_neuron():
    net, data = cp.tanh_a()
    loss = evaluate(net, data).loss
    for spare, target, phi, change, tolerance in (
        (1, "101/100", "22659912/113928084725", -5.708630386808e-05, 1e-16),
        (2, "3/2", "32/11375", -512 / 62446875, 1e-18),
        (2, "201/100", "18423208/11492185275025", -1.1832858169e-12, 1e-21),
    ):
        wide = read_network(ask("embedding.append", net, {"outer": [0], "inner": [[spare]]}))
        u = fmpq(*map(int, target.split("/")))
        value, kappa = ask("dual.value", net, data, (u,)), ask("dual.kappa", net, data, (u,))
        assert to_json(value) == phi
        end = ask("embedding.moved", wide, (1,), (u / spare,), -value / kappa)
        fallen = evaluate(read_network(end), data).loss - loss
        assert fallen == -value * value / (2 * kappa)
        assert abs(float(fallen.p) / float(fallen.q) - change) < tolerance


def test_escape_and_climb():
    net = network(cp.ODD, [1], [2])
    kernel = kernel_of(evaluate(net, Data.of([[1], [2], [3]], [[0]] * 3)).jacobian.transpose())
    data = designed(net, [1, 2, 3], [str(x) for x in kernel[0]])
    wide = read_network(ask("embedding.split", net, [group([1, 3, -3])]))
    assert ask("embedding.partial_sum", wide, (1, 2)) == 0
    loss = evaluate(wide, data).loss
    for radius in (1, fmpq(1, 100), fmpq(1, 10000)):
        low, high = (read_network(ask(f"embedding.{way}", wide, data, (1, 2), radius)) for way in ("escape", "climb"))
        assert evaluate(low, data).loss < loss < evaluate(high, data).loss
        assert all(0 < ask("embedding.distance", wide, end) <= radius for end in (low, high))
    fitted = designed(net, [1, 2, 3], [0, 0, 0])
    assert ask("embedding.escape", wide, fitted, (1, 2), 1) == wide.to_json()
    assert ask("embedding.escape", wide, data, (0, 7), 1) is None
    assert ask("embedding.escape", wide, data, (1, 2), 0) is None
    assert ask("embedding.escape", network("tanh", [0], [1]), data, (0,), 1) is None, "no exact values"


@pytest.mark.parametrize(
    ("case", "spare"), [(cp.tanh_a(), 1), (cp.tanh_a(), 2), (cp.tanh_a(), "1/2"), (cp.exp_1(), 5), (cp.exp_1(), 2)]
)
def test_escape_and_climb_in_logarithmic_coordinates(case, spare):
    net, data = case
    wide = read_network(ask("embedding.append", net, {"outer": [0], "inner": [[spare]]}))
    loss = evaluate(wide, data).loss
    for radius in (1, fmpq(1, 100), fmpq(1, 10000)):
        low, high = (read_network(ask(f"embedding.{way}", wide, data, (1,), radius)) for way in ("escape", "climb"))
        assert evaluate(low, data).loss < loss < evaluate(high, data).loss
        assert all(0 < ask("embedding.distance", wide, end) <= radius for end in (low, high))
        assert low.neurons[1].inner == (wide.neurons[1].inner[0] * (1 + radius / fmpq(4)),)


def test_the_steps_of_an_escape_with_logarithmic_coordinates():
    """phi vanishes at the first two points; the third is at the second coordinate, the fourth divides."""
    assert list(islice(factors(2, fmpq(1)), 5)) == [
        (fmpq(5, 4), 1), (fmpq(4, 5), 1), (1, fmpq(5, 4)), (1, fmpq(4, 5)), (fmpq(9, 8), 1),
    ]  # fmt: skip


def test_distance_of_logarithmic_coordinates():
    one, two = lattice("tanh", [1, 2], [2, 3]), lattice("tanh", [1, "5/2"], [4, 3])
    assert ask("embedding.distance", one, two) == ask("embedding.distance", two, one) == 1
    assert ask("embedding.distance", one, lattice("tanh", [1, 2], [2, "30/11"])) == fmpq(1, 10)
    assert ask("embedding.distance", one, lattice("tanh", [7, 2], [2, 3])) == 6
    assert ask("embedding.distance", one, network("tanh", [1, 2], [2, 3])) is None


def test_moved_and_distance():
    net = network("tanh", [1, 2, 3], [1, 1, 2])
    assert ask("embedding.moved", net, (1, 0), (fmpq(1, 2),), 1)["layers"] == [
        [["3/2"], ["3/2"], ["2"]],
        [["1", "3", "3"]],
    ]
    assert ask("embedding.moved", net, (0, 2), (1,), 1) is None
    assert ask("embedding.moved", net, (), (1,), 1) is None
    assert ask("embedding.moved", lattice("tanh", [1], [2]), (0,), (-1,), 0) is None
    assert ask("embedding.distance", net, network("tanh", [1, 2, 3], [1, 1, "5/2"])) == fmpq(1, 2)
    assert ask("embedding.distance", net, network("tanh", [1], [1])) is None


# ---- compatible embeddings of deep networks ------------------------------------------------------------------------------


def random_deep(rng, sizes):
    layers = [
        [[fmpq(rng.choice([-3, -2, -1, 1, 2, 3]), rng.randint(1, 3)) for _ in range(a)] for _ in range(b)]
        for a, b in pairwise(sizes)
    ]
    return Network.of(cp.GENERIC, layers)


def compatible_numbers(rng, maps):
    """Random alphas and betas that satisfy both equations."""
    alphas = []
    for own in maps:
        row = [fmpq(rng.randint(-3, 3), 2) for _ in own]
        for i in set(own):
            fibre = [t for t, target in enumerate(own) if target == i]
            row[fibre[0]] = 1 - sum((row[t] for t in fibre[1:]), fmpq(0))
        alphas.append(row)
    betas = []
    for layer, (lower, upper) in enumerate(pairwise(maps)):
        low, high = alphas[layer], alphas[layer + 1]
        beta = [list(low) for _ in upper]
        # add a change with zero row sums over the fibres below and alpha-weighted column sums zero over those above
        for i in set(upper):
            rows = [s for s, target in enumerate(upper) if target == i]
            for j in set(lower):
                columns = [t for t, target in enumerate(lower) if target == j]
                if len(rows) == len(columns) == 2:
                    c = rng.randint(-2, 2)
                    for s, factor in zip(rows, (high[rows[1]], -high[rows[0]]), strict=True):
                        beta[s][columns[0]] += c * factor
                        beta[s][columns[1]] -= c * factor
        betas.append(beta)
    return alphas, betas


@pytest.mark.parametrize(
    ("sizes", "maps"),
    [
        ([1, 1, 1, 1], [[0, 0], [0, 0]]),
        ([2, 2, 2, 1], [[0, 1, 0], [1, 0, 0, 1]]),
        ([1, 2, 1, 2], [[0, 1, 1], [0, 0]]),
        ([1, 1, 2, 1, 1], [[0, 0], [0, 1, 1], [0, 0]]),
    ],
)
def test_compatible_embeddings_keep_outputs_and_multiply_gradients(sizes, maps):
    rng = random.Random(4)
    for _ in range(3):
        net = random_deep(rng, sizes)
        alphas, betas = compatible_numbers(rng, maps)
        made = compatible_embedding(net, maps, alphas, betas)
        data = Data.of(
            [[rng.randint(-3, 3) for _ in range(sizes[0])] for _ in range(4)],
            [[rng.randint(-3, 3) for _ in range(sizes[-1])] for _ in range(4)],
        )
        own, wide = evaluate(net, data), evaluate(made.wide, data)
        assert own.outputs == wide.outputs
        tangent, factors = made.matrices
        assert (factors * fmpq_mat([[x] for x in own.gradient])).entries() == wide.gradient
        assert tangent.transpose() * wide.hessian * tangent == own.hessian
        assert wide.hessian * tangent == factors * own.hessian


@pytest.mark.parametrize(
    ("fibres", "expected"),
    [
        ([[2], [2]], 3),
        ([[2, 1], [2]], 3),
        ([[2, 2], [2, 1]], 5),
        ([[3], [2]], 5),
        ([[2], [1, 1]], 1),
        ([[2], [2], [2]], 5),
        ([[3]], 2),
        ([[3], [3]], 8),
    ],
)
def test_the_dimension_of_compatible_embeddings(fibres, expected):
    """The formula, against the nullity of the Jacobian of both equations at a rational solution."""
    assert compatible_dimension(fibres) == expected
    maps = [[i for i, size in enumerate(sizes) for _ in range(size)] for sizes in fibres]
    rng = random.Random(5)
    alphas, betas = compatible_numbers(rng, maps)
    place = {}
    for layer, own in enumerate(maps):
        for t in range(len(own)):
            place["alpha", layer, t] = len(place)
    for layer in range(1, len(maps)):
        for s, t in product(range(len(maps[layer])), range(len(maps[layer - 1]))):
            place["beta", layer, s, t] = len(place)
    rows = []

    def equation(entries):
        row = [fmpq(0)] * len(place)
        for key, value in entries:
            row[place[key]] += value
        rows.append(row)

    for layer, own in enumerate(maps):
        for i in set(own):
            equation([(("alpha", layer, t), fmpq(1)) for t, target in enumerate(own) if target == i])
    for layer in range(1, len(maps)):
        lower, upper = maps[layer - 1], maps[layer]
        for s, j in product(range(len(upper)), set(lower)):
            equation([(("beta", layer, s, t), fmpq(1)) for t, target in enumerate(lower) if target == j])
        for i, t in product(set(upper), range(len(lower))):
            fibre = [s for s, target in enumerate(upper) if target == i]
            entries = [(("alpha", layer - 1, t), fmpq(-1))]
            for s in fibre:
                entries += [(("alpha", layer, s), betas[layer - 1][s][t]), (("beta", layer, s, t), alphas[layer][s])]
            equation(entries)
    assert len(place) - ranks.of_exact(fmpq_mat(rows)) == expected


def narrow_control():
    net = Network.of(cp.ODD, [[[1]], [[1], [-2]], [[1, 1]]])
    jacobian = evaluate(net, Data.of([[x] for x in range(1, 7)], [[0]] * 6)).jacobian
    (errors,) = kernel_of(jacobian.transpose())
    return net, designed(net, list(range(1, 7)), [str(e / errors[-1]) for e in errors])


def test_dropping_the_second_equation():
    net, data = narrow_control()
    maps, halves = [[0, 0], [0, 1]], [["1/3", "2/3"], ["1/3", "2/3"]]
    good = compatible_embedding(net, maps, [["1/3", "2/3"], [1, 1]], [halves])
    assert not any(evaluate(good.wide, data).gradient)
    with pytest.raises(InstanceError, match=r"equation \(B\) fails for neuron 1 of layer 2 and column 0"):
        compatible_embedding(net, maps, [["1/3", "2/3"], [1, 1]], [[["1/3", "2/3"], ["3/4", "1/4"]]])
    bad = Network.of(cp.ODD, [[[1], [1]], [["1/3", "2/3"], ["-3/2", "-1/2"]], [[1, 1]]])
    found, own = evaluate(bad, data), evaluate(net, data)
    assert found.outputs == own.outputs
    slope = fmpq(92525711386752, 1) / fmpq(12732421172128687483)
    assert [abs(x) for x in found.gradient] == [slope, slope, 0, 0, 0, 0, 0, 0]
    assert found.gradient[0] == -found.gradient[1]


@pytest.mark.parametrize(
    ("maps", "alphas", "betas", "message"),
    [
        ([[0, 0]], None, None, "each of the 2 hidden layers"),
        ([[0, 0], [0, 0]], None, None, r"maps\[1\]: it must be onto"),
        ([[0, 0], [0, 1]], [[1, 1], [1, 1]], None, r"alphas\[0\]: over the fibre \[0, 1\] of neuron 0"),
        ([[0, 0], [0, 1]], [[1], [1, 1]], None, "as long as the map"),
        ([[0, 0], [0, 1]], None, [[[1, 1], [1, 0]]], r"equation \(F\) fails for row 0 and neuron 0 of layer 1"),
        ([[0, 0], [0, 1]], None, [[[1, 0]]], "2 x 2 matrix"),
        ([[0, 0], [0, 1]], None, [], "each of the 1 layers"),
        ([[0, 0], [0, 1]], [[0.5, 0.5], [1, 1]], None, "exact number"),
    ],
)
def test_incompatible_numbers_are_named(maps, alphas, betas, message):
    net = Network.of(cp.ODD, [[[1]], [[1], [-2]], [[1, 1]]])
    with pytest.raises(InstanceError, match=message):
        compatible_embedding(net, maps, alphas, betas)


def test_extra_neurons_of_deep_networks_need_more_than_any_weights():
    """Widths (1, 1) to (2, 2): a first extra neuron at v is critical only if psi(v) = 0, and then rows with p + q = 1 are."""
    net = Network.of(cp.ODD, [[[1]], [[1]], [[1]]])
    errors = ["-182/11163", "21866/55815", "-23762/18605", 1]
    data = designed(net, [1, 2, 3, 4], errors)
    assert not any(evaluate(net, data).gradient)
    for v, psi in ((1, 0), (-1, 0), (2, "48384/292563625"), ("1/2", "3213/465125"), (3, "2725632/20462244125")):
        wide = Network.of(cp.ODD, [[[1], [v]], [[1, 0], ["1/3", "2/3"]], [[1, 0]]])
        gradient = evaluate(wide, data).gradient
        assert to_json(gradient[3]) == str(psi)
    critical = {
        (p, q): not any(evaluate(Network.of(cp.ODD, [[[1], [1]], [[1, 0], [p, q]], [[1, 0]]]), data).gradient)
        for p, q in ((1, 0), (-1, 2), (2, 1))
    }
    assert critical == {(1, 0): True, (-1, 2): True, (2, 1): False}
