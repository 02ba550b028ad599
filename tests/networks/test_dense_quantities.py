"""Quantities of dense networks: reference instances, what is undefined, and agreement with the naive definitions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import arb, fmpq

from verify.arithmetic import endpoints, precision
from verify.errors import InstanceError
from verify.networks.dense import Data, Network, evaluate, read_network
from verify.networks.dense_forms import collected, zero_test_inputs, zero_test_weights
from verify.quantities import Workspace, lookup
from verify.recheck.definitions.dense import parse_data, parse_dense
from verify.recheck.definitions.functions import FUNCTIONS, Library
from verify.recheck.intervals import Enclosure

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}
EVEN = {"rational": [["1"], ["1", "0", "1"]]}
GENERIC = {"rational": [["1", "1"], ["1", "0", "1"]]}
FLAT = {"rational": [["0", "0", "1"], ["1", "0", "1"]]}
POLE = {"rational": [["1", "1"], ["2", "1"]]}


def ask(name, *arguments):
    return lookup(name)(Workspace(), *arguments)


def net(activation, weights, outer, **more):
    """One output; the rows of W_1, and a_1, ..., a_m."""
    return {"activation": activation, "layers": [weights, [outer]], **more}


def log(activation, *neurons):
    """(a, u_1, u_2, ...) each, with logarithmic weights."""
    return net(activation, [list(u) for _, *u in neurons], [a for a, *_ in neurons], inner="log")


def rows(values):
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in values]


def samples(inputs, targets, loss="half-square"):
    return {"inputs": rows(inputs), "targets": rows(targets), "loss": loss}


def designed(network, inputs, residuals):
    """Data with these residuals for the half-square loss."""
    outputs = evaluate(read_network(network), Data.of(rows(inputs), [[0]] * len(inputs))).outputs
    targets = [p - fmpq(*map(int, str(e).split("/"))) for (p,), e in zip(outputs, residuals, strict=True)]
    return samples(inputs, [str(y) for y in targets])


TANH, EXP = log("tanh", ("1", "2")), log("exp", ("1", "2"))
INSTANCES = {
    # network, data, loss, inertia, multiplicities of the zeros of phi, diagonal blocks a_j Hess phi(w_j)
    "A": (TANH, samples([1, 2, 3], ["-47/75", "8/5", "94/225"]), "641/625", (2, 0, 0), (2, 1, 2), ["64/125"]),
    "X1": (EXP, samples([1, 2, 3, 4], [22, -20, 17, 15]), "529", (2, 0, 0), (2, 1), ["-48"]),
    "X1, -e": (EXP, samples([1, 2, 3, 4], [-18, 28, -1, 17]), "529", (2, 0, 0), (2, 1), ["48"]),
    "X3": (
        log("exp", ("1", "2"), ("-1", "3")), samples([1, 2, 3, 4, 5], [-37, 55, -56, -55, -212]), "3183", (4, 0, 0),
        (2, 2), ["16", "-54"],
    ),
    "X3, a = (1, 1)": (
        log("exp", ("1", "2"), ("1", "3")), samples([1, 2, 3, 4, 5], [-31, 73, -2, 107, 274]), "3183", (4, 0, 0),
        (2, 2), ["16", "54"],
    ),
    "B": (
        TANH, designed(TANH, [1, 2, 3, 4], ["-5157/10030", 1, "-38961/40120", "4369/11800"]), None, (2, 0, 0),
        (1, 2, 1, 2, 1), ["615216/2131375"],
    ),
    "D": (TANH, designed(TANH, [1, 2, 3, 4], [-14004, 20750, -15579, 4913]), None, (2, 0, 0), (3, 1, 3), ["0"]),
}  # fmt: skip
SQUARE = (log("exp", ("1", "2", "3")), samples([(3, 1), (2, 1), (1, 1), (1, 3), (1, 2)], [23, 16, 11, 55, 12]))
CURVES = (log("tanh", ("1", "2", "2")), samples([(1, 0), (0, 1), (1, 1), (2, 1)], ["-1/15", "-17/75", "8/5", "94/225"]))
CUBE = (
    log("exp", ("1", "2", "3", "5")),
    samples(
        [(3, 1, 1), (2, 1, 1), (1, 1, 1), (1, 2, 2), (1, 2, 1), (1, 1, 2)], [119, 64, 11, 449, 95, 153]
    ),
)  # fmt: skip


@pytest.mark.parametrize("name", INSTANCES)
def test_reference_instances_of_one_input(name):
    network, data, loss, inertia, multiplicities, blocks = INSTANCES[name]
    assert ask("dense.critical", network, data) is True
    assert ask("dual.critical", network, data) is True
    assert ask("dense.fits", network, data) is False
    assert ask("dense.inertia", network, data) == inertia
    assert ask("dual.zero_multiplicities", network, data) == multiplicities
    assert ask("dual.zero_count", network, data) == len(multiplicities)
    assert ask("dual.vanishes", network, data) is False
    assert ask("dual.local_dimension", network, data) == 0
    assert ask("dense.separated", network, data) is True
    assert ask("dense.irreducible", network) is True
    assert loss is None or ask("dense.loss", network, data) == fmpq(*map(int, loss.split("/")))
    for j, block in enumerate(blocks):
        ((second,),) = ask("dual.hessian", network, data, ask("dense.inner", network, j))
        assert ask("dense.outer", network, j) * second == fmpq(*map(int, block.split("/")))


def test_reference_hessians():
    """In the order of the parameters: w before a."""
    network, data = INSTANCES["A"][:2]
    assert ask("dense.hessian", network, data) == (
        (fmpq(1979776, 455625), fmpq(60328, 30375)), (fmpq(60328, 30375), fmpq(2179, 2025)),
    )  # fmt: skip
    assert ask("dense.hessian", *INSTANCES["X1"][:2]) == ((4692, 1252), (1252, 340))
    assert ask("dense.hessian", *INSTANCES["X1, -e"][:2]) == ((4788, 1252), (1252, 340))
    assert ask("dual.gradient", network, data, (1,)) == (fmpq(1, 25),)
    assert ask("dual.value", network, data, (3,)) == fmpq(1, 70)
    assert ask("dual.value", network, data, (4,)) == fmpq(1176, 27625)


@pytest.mark.parametrize(
    ("instance", "loss", "hessian", "v"),
    [
        (SQUARE, fmpq(79, 2), ((48, 0), (0, -108)), (2, 3)),
        (CURVES, fmpq(501, 625), tuple(tuple(fmpq(k, 10125) for k in row) for row in ((-3584, 3296), (3296, 2176))), (2, 2)),
        (CUBE, fmpq(413, 2), ((240, 0, 0), (0, 0, 450), (0, 450, 0)), (2, 3, 5)),
    ],
)  # fmt: skip
def test_reference_instances_of_several_inputs(instance, loss, hessian, v):
    assert ask("dense.loss", *instance) == loss
    assert ask("dense.critical", *instance) is True
    assert ask("dense.inertia", *instance) == (len(v) + 1, 0, 0)
    assert ask("dual.hessian", *instance, v) == hessian
    assert ask("dual.zero_multiplicities", *instance) is None
    assert sum(ask("dual.inertia", *instance, v)) == len(v)


def test_all_critical_points_of_width_one():
    assert ask("dual.width_one_count", *INSTANCES["X1"][:2]) == 2
    assert ask("dual.width_one_count", *INSTANCES["X1, -e"][:2]) == 2
    assert ask("dual.width_one_count", *INSTANCES["A"][:2]) == 2
    assert ask("dual.width_one_count", TANH, samples([1, 2, 5], [1, -2, 1])) == 2
    assert ask("dual.width_one_count", TANH, samples([1, 2, 3], [1, 0, 1])) == 0
    network, data = INSTANCES["A"][:2]
    assert ask("dual.width_one_listed", network, data) is True
    assert ask("dual.width_one_listed", log("tanh", ("-1", "1/2")), data) is True
    assert ask("dual.width_one_listed", log("tanh", ("2", "2")), data) is False
    assert ask("dual.width_one_listed", log("tanh", ("1", "3")), data) is False
    assert ask("dual.width_one_listed", log("tanh", ("1", "1")), data) is False
    assert ask("dual.width_one_listed", log("tanh", ("0", "2")), data) is False
    assert ask("dual.width_one_count", TANH, samples([0], [1])) is None
    assert ask("dual.width_one_count", TANH, samples([1, 2], [1, 1], "square")) is None


def test_symmetric_data_make_the_dual_function_vanish():
    """Inputs 1 and -1, the same target: an odd function fits neither, and phi is identically 0."""
    network, data = log("tanh", ("0", "2")), samples([1, -1], [1, 1])
    assert ask("dual.vanishes", network, data) is True
    assert ask("dual.zero_multiplicities", network, data) is None
    assert ask("dense.separated", network, data) is False
    assert ask("dense.separated", log("exp", ("0", "2")), data) is True
    assert ask("dual.vanishes", net("tanh", [["1"]], ["0"]), data) is True
    assert ask("dual.vanishes", net("tanh", [["1"]], ["1"]), samples([0], [1])) is True
    assert ask("dual.vanishes", net("tanh", [["1"]], ["1"]), samples([1], [2])) is False
    parabola = net({"polynomial": [0, 0, 1]}, [["1"]], ["5/17"]), samples([1, 2], [1, 1])
    assert ask("dense.critical", *parabola) is True
    assert ask("dual.vanishes", *parabola) is True


def test_zero_sum_conditions():
    data = INSTANCES["A"][1]
    ask_conditions = [
        (log("tanh", ("1", "2"), ("0", "1/2")), True),  # joins the class of the first
        (log("tanh", ("1", "2"), ("0", "3")), False),
        (log("tanh", ("1", "2"), ("0", "1")), True),
        (log("tanh", ("1", "2"), ("1", "1")), False),  # grad phi(0) = 1/25
        (log("tanh", ("1", "2"), ("5", "3"), ("-5", "3")), False),
        (log("tanh", ("1", "2"), ("5", "3"), ("5", "1/3")), False),
        (log("tanh", ("1/2", "2"), ("-1/2", "1/2")), True),
    ]
    for network, expected in ask_conditions:
        assert ask("dual.zero_sum_conditions", network, data) is expected
        assert ask("dense.critical", network, data) is expected
    assert (
        ask("dual.zero_sum_conditions", {**TANH, "layers": [[["2"]], [["1"], ["1"]]]}, samples([1], [(1, 1)])) is None
    )


def test_local_dimension():
    network, data = INSTANCES["A"][:2]
    assert ask("dual.local_dimension", log("tanh", ("1/2", "2"), ("1/2", "2"), ("0", "1")), data) == 1
    assert ask("dual.local_dimension", log("tanh", ("3", "2"), ("-3", "2"), ("1", "2")), data) == 2
    assert ask("dual.local_dimension", log("tanh", ("1", "3")), data) is None  # not critical
    assert ask("dual.local_dimension", log("sigmoid", ("1", "3")), data) is None
    # a neuron with a = 0 on the surface phi = 0: dimension d - 1 where the gradient is not 0
    network, data = CUBE
    wide = log("exp", ("1", "2", "3", "5"), ("0", "3", "2", "6"))
    assert ask("dual.value", network, data, (3, 2, 6)) == 0
    assert ask("dual.gradient", network, data, (3, 2, 6)) == (216, 72, -216)
    assert ask("dual.local_dimension", wide, data) == 2
    # twice the point itself: grad phi = 0 there, so only a class of sum 0 with a != 0 is certain
    assert ask("dual.local_dimension", log("exp", ("1", "2", "3", "5"), ("0", "2", "3", "5")), data) == 1
    # phi identically 0: every place is free
    assert ask("dual.local_dimension", log("tanh", ("0", "2")), samples([1, -1], [1, 1])) == 1


def test_neurons_off_the_support_of_an_exact_zero_block():
    """Instance C: a zero block at the second double zero u = 3 of phi."""
    numbers = (1017908364, -2638152500, 4271239791, -3864124786, 1416908427)
    data = designed(TANH, [1, 2, 3, 4, 5], [f"{k}/4271239791" for k in numbers])
    assert ask("dual.zero_multiplicities", TANH, data) == (2, 2, 1, 2, 2)
    block = log("tanh", ("1", "2"), ("1", "3"), ("-1", "3"))
    assert ask("dense.inertia", block, data) == (4, 1, 1)
    assert ask("dual.local_dimension", block, data) == 1
    assert ask("dense.inertia", log("tanh", ("1", "2"), ("0", "3"), ("0", "3")), data) == (3, 0, 3)


def test_exact_quantities_of_gradients_and_hessians_agree():
    """The dual function's formulas against backpropagation."""
    random = Random(3)
    for activation in (ODD, EVEN, GENERIC, FLAT, {"power": 3}, {"polynomial": ["1", "1", "2"]}):
        for loss in ("half-square", "square", "quartic"):
            inner = [[str(random.randint(-3, 3)) for _ in range(2)] for _ in range(3)]
            network = net(activation, inner, [str(random.randint(-3, 3)) for _ in range(3)])
            data = samples([(random.randint(-3, 3), random.randint(-3, 3)) for _ in range(5)], [1, 2, -1, 0, 3], loss)
            assert ask("dense.gradient", network, data) == ask("dual.loss_gradient", network, data)
            assert ask("dense.hessian", network, data) == ask("dual.loss_hessian", network, data)
            assert ask("dense.critical", network, data) is ask("dual.critical", network, data)


def test_properties():
    network = {
        "activation": "tanh", "layers": [[["0", "0"], ["0", "0"], ["0", "0"]], [["1", "2", "3"], ["1", "2", "3"]], [["1", "1"]]],
        "biases": [None, ["1", "1"], None],
    }  # fmt: skip
    values = {name: ask(f"dense.{name}", network) for name in ("depth", "width", "inputs", "outputs", "parameters")}
    assert values == {"depth": 2, "width": 3, "inputs": 2, "outputs": 1, "parameters": 16}
    assert [ask("dense.layer_is_zero", network, j) for j in (0, 1, 3, -1)] == [True, False, None, None]
    assert ask("dense.bias_free", network) is False
    assert (ask("dense.log_inner", TANH), ask("dense.log_inner", network)) == (True, False)
    assert ask("dense.irreducible", network) is None
    assert (ask("dense.outer", network, 0), ask("dense.inner", TANH, 1)) == (None, None)
    for activation, truths in (
        ("tanh", (True, True, True, True, False)), ("relu", (False, True, False, True, None)),
        ({"polynomial": [1, 0, 1]}, (True, False, False, False, True)), ("sigmoid", (True, True, False, False, False)),
        ("x-tanh", (True, True, True, True, True)), ("exp", (True, True, True, False, False)),
    ):  # fmt: skip
        listed = ("analytic", "nonpolynomial", "separating", "zero_at_zero", "flat_at_zero")
        assert tuple(ask(f"dense.{name}", net(activation, [["1"]], ["1"])) for name in listed) == truths
    data = samples([1, 2], [0, 0])
    assert ask("dense.samples", data) == 2
    assert ask("dense.same_inputs", data, samples([1, 2], [5, 6])) is True
    assert ask("dense.same_inputs", data, samples([2, 1], [0, 0])) is False
    assert (ask("dense.half_square", data), ask("dense.half_square", samples([1], [1], "square"))) == (True, False)
    with pytest.raises(InstanceError, match="give an integer"):
        ask("dense.outer", TANH, fmpq(1, 2))


def test_irreducible():
    for expected, network in [
        (True, net("exp", [["1"], ["-1"]], ["1", "1"])), (False, net("tanh", [["1"], ["-1"]], ["1", "1"])),
        (False, net("sigmoid", [["1"], ["-1"]], ["1", "1"])), (False, net("tanh", [["0"]], ["1"])),
        (True, net("sigmoid", [["0"]], ["1"])), (False, net("tanh", [["1"]], ["0"])),
        (None, {"activation": "tanh", "layers": [[["1"]], [["1"], ["1"]]]}), (False, log("tanh", ("1", "2"), ("1", "1/2"))),
    ]:  # fmt: skip
        assert ask("dense.irreducible", network) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (net("tanh", [["1"], ["2"]], ["1", "1"]), net("tanh", [["-2"], ["1"]], ["-1", "1"]), True),
        (net("tanh", [["1"], ["0"]], ["1", "7"]), net("tanh", [["1"]], ["1"]), True),
        (net("tanh", [["1"]], ["1"]), net("tanh", [["1"]], ["2"]), False),
        (net("x-tanh", [["1"]], ["1"]), net("x-tanh", [["-1"]], ["1"]), True),
        (net("exp", [["1"], ["0"]], ["1", "1"]), net("exp", [["0"], ["1"], ["2"]], ["1", "1", "0"]), True),
        (net("exp", [["1"]], ["1"]), net("exp", [["-1"]], ["1"]), False),
        # sigmoid(z) + sigmoid(-z) = 1, softplus(z) - softplus(-z) = z, relu likewise
        (net("sigmoid", [["1"], ["-1"]], ["1", "1"]), net("sigmoid", [["0"]], ["2"]), True),
        (log("sigmoid", ("1", "3"), ("-1", "2")), log("sigmoid", ("-1", "1/3"), ("1", "1/2")), True),
        (
            net("softplus", [["1"], ["-1"], ["3"], ["-3"]], ["1", "-1", "1", "-1"]),
            net("softplus", [["4"], ["-4"]], ["1", "-1"]), True,
        ),
        (net("gelu", [["1"], ["-1"]], ["1", "-1"]), net("gelu", [["1/2"], ["-1/2"]], ["2", "-2"]), True),
        (net("swish", [["1"]], ["1"]), net("swish", [["-1"]], ["1"]), False),
        (net("softplus", [["0"]], ["1"]), net("softplus", [["0"], ["0"]], ["2", "-1"]), True),
        (net("relu", [["1", "2"]], ["2"]), net("relu", [["2", "4"]], ["1"]), True),
        (net("relu", [["1"], ["-1"]], ["1", "-1"]), net("relu", [["2"], ["-2"]], ["1/2", "-1/2"]), True),
        (net("relu", [["1"]], ["1"]), net("relu", [["-1"]], ["-1"]), False),
        (
            net({"polynomial": [0, 0, 1]}, [["1", "1"], ["1", "-1"]], ["1", "1"]),
            net({"polynomial": [0, 0, 1]}, [["1", "0"], ["0", "1"]], ["2", "2"]), True,
        ),
        (net({"power": 2}, [["1"]], ["1"]), net({"power": 2}, [["1"]], ["1"]), None),
        (net({"power": 2}, [["1"]], ["1"]), net({"power": 2}, [["1"]], ["2"]), False),
        (net("tanh", [["1"]], ["1"]), net("sin", [["1"]], ["1"]), None),
        (net("tanh", [["1"]], ["1"]), net("tanh", [["1"]], ["1"], biases=[["0"], None]), None),
        (net(POLE, [["1"]], ["1"]), net(POLE, [["2"]], ["1"]), False),
    ],
)  # fmt: skip
def test_same_function(one, other, expected):
    assert ask("dense.same_function", one, other) is expected
    assert ask("dense.same_function", other, one) is expected


def test_collected_forms_need_no_point_of_their_own():
    """Forms are functions: equal forms give equal values at random points."""
    one = Network.of("softplus", [[[1, 2], [-1, -2], [0, 0]], [[3, 1, 2]]])
    other = Network.of("softplus", [[[1, 2], [0, 0], [2, 4], [-2, -4]], [[4, 2, "-1/2", "1/2"]]])
    forms = [collected(network, network.neurons) for network in (one, other)]
    assert forms[0] == forms[1]
    with precision(100):
        for x in ((1, 1), (fmpq(1, 3), -2), (0, 5)):
            values = [sum(n.outer[0] * network.jet(n.inner, x)[0] for n in network.neurons) for network in (one, other)]
            assert values[0].overlaps(values[1])


def test_zero_test_points():
    assert len(list(zero_test_inputs(2))) == 48
    assert (0, 0) not in set(zero_test_inputs(2))
    assert len(list(zero_test_weights(2, "log"))) == 48
    assert set(zero_test_weights(1, "log")) == {(fmpq(1, 5),), (fmpq(1, 3),), (fmpq(1, 2),), (2,), (3,), (5,)}


# ---- both definitions -----------------------------------------------------------------------------------------------

ACTIVATIONS = [
    "tanh", "sigmoid", "softplus", "exp", "sin", "x-tanh", "gelu", "swish", "relu", {"power": 2}, {"power": 3},
    {"polynomial": ["0", "1", "1"]}, {"polynomial": ["0", "0", "2"]}, ODD, EVEN, GENERIC, FLAT, POLE,
    {"rational": [["1", "2", "1"], ["1", "0", "1"]]}, {"rational": [["0", "2", "2"], ["2", "2"]]},
]  # fmt: skip
NAMES = [name for name in FUNCTIONS if name.partition(".")[0] in ("dense", "dual") and name != "dense.last_layer"]


def draw(random):
    """A random network, data, and inner coordinates."""
    is_log = random.random() < 0.35
    plain, positive = ["0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "1/3"], ["1", "2", "1/2", "3", "1/3"]
    inner = positive if is_log else plain
    d, m, outputs = random.choice([1, 1, 2]), random.choice([1, 1, 2, 3]), random.choice([1, 1, 1, 2])
    deep = [random.choice([1, 2])] if not is_log and random.random() < 0.2 else []
    widths = [d, m, *deep, outputs]
    layers = [
        [[random.choice(inner if k == 0 else plain) for _ in range(widths[k])] for _ in range(widths[k + 1])]
        for k in range(len(widths) - 1)
    ]
    network = {"activation": random.choice(["tanh", "sigmoid", "exp"] if is_log else ACTIVATIONS), "layers": layers}
    if is_log:
        network["inner"] = "log"
    if random.random() < 0.2:
        network["biases"] = [
            [random.choice(positive) for _ in layer] if random.random() < 0.6 else None for layer in layers
        ]
    n = random.choice([1, 2, 3, 4])
    entries = ["0", "1", "-1", "2", "3", "-2"] if is_log and random.random() < 0.9 else plain
    data = {
        "inputs": [[random.choice(entries) for _ in range(d)] for _ in range(n)],
        "targets": [[random.choice(plain) for _ in range(outputs)] for _ in range(n)],
        "loss": random.choice(["half-square", "half-square", "square", "quartic"]),
    }
    return network, data, tuple(fmpq(*map(int, random.choice(inner).split("/"))) for _ in range(d))


def agree(fast, naive):
    """The same truth, number or tuple; enclosures overlap; undefined goes with undefined."""
    if fast is None or naive is None or isinstance(fast, bool) or isinstance(naive, bool):
        return fast is naive
    if isinstance(fast, arb):
        low, high = (Fraction(int(end.p), int(end.q)) for end in endpoints(fast))
        return isinstance(naive, Enclosure) and low <= naive.hi and naive.lo <= high
    if isinstance(fast, tuple):
        return isinstance(naive, tuple) and len(fast) == len(naive) and all(map(agree, fast, naive))
    return fmpq(fast) == fmpq(naive.numerator, naive.denominator)


@pytest.mark.parametrize("seed", range(40))
def test_both_definitions_agree(seed):
    random = Random(seed)
    network, data, v = draw(random)
    other = {**network, "layers": [network["layers"][0], *network["layers"][1:-1], network["layers"][-1][::-1]]}
    library, workspace, exact = Library(), Workspace(), tuple(Fraction(int(x.p), int(x.q)) for x in v)
    for name in NAMES:
        networks = iter([network, other])
        fast, naive = [], []
        for letter in FUNCTIONS[name][0].strip("*#"):
            raw = next(networks) if letter == "N" else {"D": data, "v": v, "i": 0}[letter]
            fast.append(raw)
            naive.append({"N": parse_dense, "D": parse_data, "v": lambda _: exact, "i": int}[letter](raw))
        with precision(128):
            value = lookup(name)(workspace, *fast)
        expected = library.call(name, naive, 128)
        assert agree(value, expected), (name, network, data, v, value, expected)


def test_an_enclosure_that_is_the_point_0_is_0():
    """tanh, two layers of zeros: no signal, no derivative, and both are known exactly; with one layer less they are not."""
    data = Data.of([[1], [2]], [[1], [-3]]).to_json()
    for layers, critical in (
        ([[["0"]], [["0"]], [["1"], ["2"]], [["1", "1"]]], True),
        ([[["0"]], [["1"]], [["1"], ["2"]], [["1", "1"]]], False),
        ([[["1"]], [["0"]]], False),
    ):
        assert ask("dense.critical", Network.of("tanh", layers).to_json(), data) is critical
    assert (
        ask("dense.fits", Network.of("tanh", [[[1]], [[0]]]).to_json(), Data.of([[1], [2]], [[0], [0]]).to_json())
        is True
    )
    assert (
        ask("dense.fits", Network.of("tanh", [[[1], [1]], [[1, -1]]]).to_json(), Data.of([[1]], [[0]]).to_json())
        is None
    )
