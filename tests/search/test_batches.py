"""Screening in floats: a batch is what the exact definitions say of each of its instances."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from sympy import And, Eq, Gt, Implies, Ne, Symbol

from verify.arithmetic import precision
from verify.errors import InstanceError, QuantityError
from verify.networks.activations import read_activation
from verify.plain import plain_instance
from verify.quantities import Evaluation, Workspace, evaluate, lookup
from verify.recheck.definitions.functions import FUNCTIONS
from verify.search.batches import Batch, _leaves, batch_of, why
from verify.search.distributions import DENSE, SMALL
from verify.search.draws import Draw, play
from verify.search.float_quantities import float_definition, float_names
from verify.search.margins import as_float, margin_of, stacked
from verify.search.tapes import Number, Rejected
from verify.statement import Quantity, Source, Statement, computed, defined, parameter

NETWORK, OTHER = parameter("network", "network", "a network"), parameter("other", "network", "another one")
DATA, MORE = parameter("data", "data", "data"), parameter("more", "data", "other data")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "the loss")


def statement(quantities, claim, assume=()) -> Statement:
    return Statement(
        "toy", title="T", summary="S", area="toys", source=Source("A", "T", 2020), declared="supported",
        quantities=quantities, claim=claim, assume={f"a{k}": ("", a) for k, a in enumerate(assume)},
    )  # fmt: skip


def drawn(function, seed=0, phase=SMALL) -> Draw:
    for attempt in range(1000):
        draw = Draw(Random(1000 * seed + attempt), phase)
        try:
            play(function, draw)
        except Rejected:
            continue
        return draw
    raise AssertionError("every draw is rejected")


def exactly(made: Statement, function: Any, batch: Batch, point: Any) -> Evaluation:
    """The exact evaluation of the instance that a point of a batch stands for."""
    raw = play(function, Draw.replay(batch.values(point)))
    with precision(128):
        return evaluate(made, plain_instance(made, raw))


# ---- the float definitions against the exact ones -------------------------------------------------------------------

NAMES = [name for name in float_names() if not name.startswith("sets.")]
TRUTH, NUMBER, TUPLE, NETWORK_SORT = "boolean", "real", "tuple", "network"
TRUTHS = {
    "bias_free", "log_inner", "analytic", "nonpolynomial", "separating", "signed", "is_tanh", "zero_at_zero",
    "flat_at_zero", "half_square", "same_inputs", "separated", "irreducible", "nulls_silent", "layer_is_zero", "fits",
    "critical", "same_function", "vanishes", "sums_to_one", "unshifted", "proper", "zero_sum", "same_inner", "null_inner",
    "outer_nonzero", "is_condensed", "is_stable",
}  # fmt: skip
TUPLES = {"inner", "outputs_at", "residuals", "gradient", "hessian", "inertia", "loss_gradient", "loss_hessian"}
TUPLES |= {"curvature_inertia"}
NETWORKS = {"dense.last_layer", "embedding.split", "embedding.append"}
SYMMETRIC, GENERIC = {"rational": [["1"], ["1", "0", "1"]]}, {"rational": [["1", "1"], ["1", "0", "1"]]}
ACTIVATIONS = [
    "tanh", "sigmoid", "softplus", "exp", "sin", "x-tanh", "gelu", "swish", "relu", {"power": 2}, {"power": 3},
    {"polynomial": ["1", "-1", "0", "1/2"]}, SYMMETRIC, GENERIC, {"rational": [["1"], ["1", "1"]]},
]  # fmt: skip
EXACT = ["relu", {"power": 3}, {"polynomial": ["1", "-1", "0", "1/2"]}, SYMMETRIC, GENERIC]


def sort_of(name: str) -> str:
    last = name.partition(".")[2]
    if name in NETWORKS:
        return NETWORK_SORT
    return TRUTH if last in TRUTHS else TUPLE if last in TUPLES else NUMBER


def some_splitting(draw: Draw, network: dict[str, Any]) -> list[dict[str, Any]]:
    layer, log = network["layers"][0], "inner" in network
    groups = []
    for j in range(len(layer)):
        if draw.boolean():
            copies = draw.integer(1, 3)
            group: dict[str, Any] = {"neuron": j, "coefficients": draw.vector(copies)}
            if draw.boolean():
                group["coefficients"] = ["1/2"] * copies
            if draw.boolean():
                group["signs"] = [draw.choice([1, -1]) for _ in range(copies)]
            if draw.boolean():
                group["shifts"] = draw.rows(copies, len(layer[0]), *((1, 3) if log else (-1, 1)))
            groups.append(group)
    return groups


def some_block(draw: Draw, network: dict[str, Any]) -> dict[str, Any]:
    size, inputs, outputs = draw.integer(1, 3), len(network["layers"][0][0]), len(network["layers"][-1])
    inner = draw.rows(size, inputs, *((1, 3) if "inner" in network else (-3, 3)))
    if draw.boolean():
        inner = [inner[0]] * size
    return {"outer": draw.rows(size, outputs) if outputs > 1 or draw.boolean() else draw.vector(size), "inner": inner}


def case(name: str, shape: dict[str, Any]) -> tuple[Statement, Any]:
    """A statement with one computed quantity, and a draw function for it."""
    signature = FUNCTIONS[name][0].strip("#*")
    index, vector = parameter("j", "integer", "an index"), parameter("v", "tuple", "a vector")
    splitting, block = parameter("s", "splitting", "a splitting"), parameter("b", "block", "a block")
    power, places = parameter("p", "integer", "a power"), iter("xyu")
    networks, data = iter([NETWORK, OTHER]), iter([DATA, MORE])
    pick: dict[str, Any] = {
        "N": lambda: next(networks), "D": lambda: next(data), "i": lambda: index, "v": lambda: vector,
        "S": lambda: splitting, "B": lambda: block, "r": lambda: power,
        "x": lambda: parameter(next(places), "tuple", "rows, numbers or a row"),
    }  # fmt: skip
    arguments: list[Quantity] = [pick[letter]() for letter in signature]
    quantity = computed("q", sort_of(name), name, arguments, "what is asked for")
    last = computed("l", "real", "dense.loss", [quantity, DATA], "") if sort_of(name) == NETWORK_SORT else None
    if name == "dense.last_layer":
        shape = {**shape, "inputs": 2, "width": 2}  # so that the last layer takes the same data
    if last is not None:
        arguments.append(DATA)
    claim = {TRUTH: quantity.symbol, TUPLE: Eq(quantity.symbol, Symbol("c")), NUMBER: Gt(quantity.symbol, 0)}
    constant = parameter("c", "tuple", "a tuple")
    quantities = [*arguments, *([constant] if sort_of(name) == TUPLE else []), quantity, *([last] if last else [])]

    def instances(draw: Draw) -> dict[Any, Any]:
        network = draw.network(**shape)
        found: dict[Any, Any] = {}
        if name.startswith("condensation."):
            dimension, samples = draw.integer(1, 3), draw.integer(1, 3)
            lines = name == "condensation.stable_lines"
            found = {"x": draw.rows(samples, dimension), "y": draw.vector(samples), power: draw.integer(0, 4)}
            found["u"] = draw.rows(3, dimension) if lines else draw.vector(dimension)
        for argument in [] if found else arguments:
            if argument is NETWORK:
                found[argument] = network
            elif argument is splitting:
                found[argument] = some_splitting(draw, network)
            elif argument is block:
                found[argument] = some_block(draw, network)
            elif argument is OTHER:
                found[argument] = draw.network(**{**shape, "activation": network["activation"]})
            elif argument.sort == "data":
                found[argument] = draw.data(network, samples=(1, 4), loss=["half-square", "square", "quartic"])
            elif argument is index:
                found[argument] = draw.integer(-1, 2)
            else:
                inner = network["layers"][0][0]
                found[argument] = draw.vector(len(inner), *((1, 3) if shape.get("inner") == "log" else (-3, 3)))
        if sort_of(name) == TUPLE:
            found[constant] = [1]
        return found

    return statement(quantities, Gt(last.symbol, 0) if last else claim[sort_of(name)]), instances


SHAPES: list[dict[str, Any]] = [
    {"activation": ACTIVATIONS, "inputs": (1, 2), "width": (1, 3)},
    {"activation": ACTIVATIONS, "inputs": (1, 2), "width": (1, 3), "depth": (1, 2), "outputs": (1, 2), "bias": True},
    {
        "activation": ["relu", SYMMETRIC, GENERIC],
        "inputs": (1, 2),
        "width": (1, 2),
        "depth": (2, 3),
        "outputs": (1, 2),
        "bias": "hidden",
    },
    {"activation": EXACT, "inputs": (1, 2), "width": (1, 3), "bias": True},
    {"activation": ["tanh", "sigmoid", "exp"], "inputs": (1, 2), "width": (1, 2), "inner": "log"},
]


def close(found: Any, value: Any) -> bool:
    """Whether a float value is that of the exact one."""
    wanted = as_float(value)
    if isinstance(wanted, tuple) or np.shape(found) != np.shape(wanted):
        return False
    return np.allclose(found, wanted, rtol=1e-7, atol=1e-9)


def same(name: str, found: Any, value: Any, *, exact: bool) -> bool:
    """Whether floats say what the exact definition says."""
    if value is None:
        open_in_balls = sort_of(name) == TRUTH and (not exact or name in ("dense.same_function", "dual.vanishes"))
        return open_in_balls or bool(np.isnan(found).all())
    if isinstance(value, bool):
        return bool((found > 0) == value and not np.isnan(found))
    if isinstance(value, dict):
        return True  # a network: the loss that it has is compared
    return close(found, value)


def at(value: Any, place: int, count: int) -> Any:
    """The value of one member of a batch."""
    if not isinstance(value, (float, np.ndarray)) or np.ndim(value) == 0:
        return value
    member = np.broadcast_to(value, (*np.shape(value)[:-1], count))[..., place]
    return member if member.ndim == 0 else member[..., None]


def slots_of(function: Any, draw: Draw) -> list[str]:
    """What kinds of leaves an instance has."""
    raw = play(function, Draw.replay({address: choice.value for address, choice in draw.tape.items()}))
    return ["slot" if isinstance(leaf, Number) else "fixed" for _, leaf in _leaves(raw)]


@pytest.mark.parametrize("name", NAMES)
def test_float_definitions_agree_with_the_exact_ones(name):
    seen = Counter()
    for k, shape in enumerate(SHAPES):
        made, instances = case(name, shape)
        for seed in range(6):
            draw = drawn(instances, seed=10 * k + seed)
            batch = batch_of(made, instances, draw.tape)
            if batch is None:
                assert "slot" not in slots_of(instances, draw)
                continue
            points = (
                np.rint(4 * batch.sample(np.random.default_rng(seed), 3, SMALL)) / 4
            )  # binary: thirds are not exact
            points = np.clip(points, batch.lower, batch.upper)
            with np.errstate(all="ignore"):
                env = batch._environment(points.T)
            for place, point in enumerate(points):
                found = exactly(made, instances, batch, point)
                network = found.raw.get("network")
                exact = network is None or "inner" in network or read_activation(network["activation"]).exact
                for quantity in ("q", "l"):
                    if quantity in env:
                        value, guess = found.values[quantity], at(env[quantity], place, 3)
                        label = name if quantity == "q" else "dense.loss"
                        assert same(label, guess, value, exact=exact), (found.raw, value, guess)
                        seen[value is not None] += 1
    assert seen[True], f"{name} is undefined always"


def test_float_definitions_belong_to_quantities():
    for name in float_names():
        lookup(name)  # raises if there is none
        assert name in FUNCTIONS
    with pytest.raises(QuantityError):
        lookup("dense.nothing")


def test_critical_points_are_recognised():
    made = statement([NETWORK, DATA, computed("c", "boolean", "dense.critical", [NETWORK, DATA], ""),
                      computed("z", "boolean", "dual.vanishes", [NETWORK, DATA], "")],
                     And(Symbol("c"), Symbol("z")))  # fmt: skip

    def instances(draw):
        a = draw.rational()
        network = {"activation": "tanh", "layers": [[["1"], ["1"]], [[a, "-1"]]]}
        return {NETWORK: network, DATA: {"inputs": [["1"], ["2"]], "targets": [["0"], ["0"]]}}

    batch = batch_of(made, instances, drawn(instances).tape)
    assert batch is not None
    claim, _ = batch.margins([[1.0], [1.5]])
    assert claim[0] > 0 > claim[1]


SETS: list[tuple[str, list[Any]]] = [
    ("sets.size", [((1, 2), (1, 2), (2, 1))]), ("sets.size", [(1, 1, 2)]), ("sets.size", [()]),
    ("sets.singleton", [(1, 2)]), ("sets.singleton", [3]),
    ("sets.subset", [((1,), (2,)), ((2,), (3,), (1,))]), ("sets.subset", [(1, 4), (1, 2)]), ("sets.subset", [(), (1,)]),
    ("sets.range", [2, 4]), ("sets.range", [2, 1]),
    ("sets.distance", [(1, 2), (3, -1)]), ("sets.distance", [(1,), (3, -1)]),
    ("sets.vector", [1, 2, 3]), ("sets.vector", [(1, 2), (3, 4)]), ("sets.vector", [(1, 2), 3]),
    ("sets.entry", [(4, 5), 1]), ("sets.entry", [(4, 5), 2]), ("sets.entry", [((1, 2), (3,)), 1]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), SETS)
def test_sets_agree(name, arguments):
    value = lookup(name)(Workspace(), *arguments)
    definition = float_definition(name)
    assert definition is not None
    found, wanted = definition(Workspace(), *map(as_float, arguments)), as_float(value)
    if isinstance(value, bool):
        assert (np.ravel(found)[0] > 0) == value
    elif isinstance(wanted, tuple):
        assert isinstance(found, tuple)
        assert all(np.array_equal(a, b) for a, b in zip(map(np.ravel, found), map(np.ravel, wanted), strict=True))
    elif np.size(wanted):
        assert np.array_equal(np.ravel(found), np.ravel(wanted), equal_nan=True)
    else:
        assert np.size(found) == 0


# ---- margins of whole statements ------------------------------------------------------------------------------------

X, Y, T = parameter("x", "real", "x"), parameter("y", "real", "y"), parameter("t", "tuple", "t")
SCALAR = statement(
    [X, Y, defined("s", "real", X.symbol + Y.symbol, "their sum")],
    Implies(Gt(Symbol("s"), 1), Ne(X.symbol, Y.symbol)), [Gt(X.symbol, 0), Gt(Y.symbol, -1)],
)  # fmt: skip


def scalars(draw):
    return {X: draw.rational(), "y": draw.rational(-2, 2)}


def tanh_networks(draw):
    network = draw.network(inputs=2, width=(1, 3))
    return {NETWORK: network, DATA: draw.data(network, samples=6)}


@pytest.mark.parametrize(
    ("made", "function"),
    [(SCALAR, scalars), (statement([NETWORK, DATA, LOSS], Gt(LOSS.symbol, 1), [Gt(2, LOSS.symbol)]), tanh_networks)],
)
@pytest.mark.parametrize("phase", [SMALL, DENSE])
def test_margins_are_those_of_each_instance(made, function, phase):
    batch = batch_of(made, function, drawn(function, phase=phase).tape)
    assert batch is not None
    points = batch.sample(np.random.default_rng(1), 40, phase)
    claims, assumptions = batch.margins(points)
    for point, claim, assumption in zip(points, claims, assumptions, strict=True):
        exact = margin_of(made, exactly(made, function, batch, point))
        assert (claim, assumption) == pytest.approx(exact, abs=1e-9)


def test_chunks_and_the_order_in_memory_do_not_matter():
    made = statement([NETWORK, DATA, LOSS], Gt(LOSS.symbol, 1))
    batch = batch_of(made, tanh_networks, drawn(tanh_networks).tape)
    assert batch is not None
    points = batch.sample(np.random.default_rng(2), 3 * batch._chunk + 5, DENSE)
    whole, none = batch.margins(points)
    assert (none == np.inf).all()
    rows = np.ascontiguousarray(points)
    assert np.array_equal(whole, batch.margins(rows)[0])
    assert np.array_equal(whole[-3:], batch.margins(rows[-3:])[0])
    with pytest.raises(InstanceError, match="points"):
        batch.margins(points[:, 1:])


def test_values_replay_to_the_point():
    batch = batch_of(SCALAR, scalars, drawn(scalars).tape)
    assert batch is not None
    assert batch.slots == ("0", "1")
    assert (list(batch.lower), list(batch.upper)) == ([-3, -2], [3, 2])
    assert play(scalars, Draw.replay(batch.values(np.array([0.1, -0.25])))) == {
        "x": Fraction(0.1),
        "y": Fraction(-1, 4),
    }
    assert batch.values([Fraction(1, 3), 0])["0"] == Fraction(1, 3)


def test_one_number_in_two_places_and_constants_between():
    made = statement([T, X], Gt(X.symbol, 0))

    def instances(draw):
        a, b = draw.rational(), draw.rational()
        return {T: [[b, "1/2"], [a, b]], X: a}

    batch = batch_of(made, instances, drawn(instances).tape)
    assert batch is not None
    assert batch.slots == ("1", "0")
    env = batch._environment(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert np.array_equal(env["t"][..., 1], [[2, 0.5], [4, 2]])
    assert np.array_equal(env["x"], [3, 4])


def test_ragged_tuples():
    made = statement([T, X], Gt(X.symbol, 0))

    def instances(draw):
        return {T: [[draw.rational()], [draw.rational(), 2]], X: 1}

    batch = batch_of(made, instances, drawn(instances).tape)
    assert batch is not None
    ragged = batch._environment(np.array([[1.0], [3.0]]))["t"]
    assert isinstance(ragged, tuple)
    assert [part.shape for part in ragged] == [(1, 1), (2, 1)]
    assert stacked([1.0, 2.0]).shape == (2, 1)


# ---- what cannot be screened ----------------------------------------------------------------------------------------


def test_a_quantity_without_float_definition_is_named():
    count = computed("c", "integer", "dual.zero_count", [NETWORK, DATA], "")
    made = statement([NETWORK, DATA, count], Gt(count.symbol, 0))
    assert why(made) == "dual.zero_count has no float definition"
    assert batch_of(made, tanh_networks, drawn(tanh_networks).tape) is None
    assert why(SCALAR) is None


@pytest.mark.parametrize(
    "function",
    [
        lambda draw: {X: 2 * draw.rational(), Y: draw.rational()},
        lambda draw: {X: draw.rational(), Y: 1 if draw.rational() > 0 else 2},
        lambda draw: {X: draw.rational(), Y: draw.rational() if draw.rational() > 0 else draw.integer(1, 2)},
        lambda draw: {X: str(draw.rational()), Y: draw.rational()},
        lambda draw: {X: draw.integer(0, 3), Y: "1/2"},
    ],
    ids=["computed", "decides a value", "decides what is drawn", "written as text", "no numbers"],
)
def test_numbers_that_are_not_placed_are_refused(function):
    assert all(batch_of(SCALAR, function, drawn(function, seed=seed).tape) is None for seed in range(5))


def test_what_is_rejected_for_its_numbers_is_screened_all_the_same():
    def ordered(draw):
        x, y = draw.rational(), draw.rational()
        draw.assume(x < y, "in order")
        return {X: x, Y: y}

    assert batch_of(SCALAR, ordered, drawn(ordered).tape) is not None


def test_a_network_that_does_not_fit_its_data_is_an_error():
    made = statement([NETWORK, DATA, LOSS], Gt(LOSS.symbol, 1))

    def instances(draw):
        return {NETWORK: draw.network(inputs=2), DATA: {"inputs": [[1]], "targets": [[0]]}}

    batch = batch_of(made, instances, drawn(instances).tape)
    assert batch is not None
    with pytest.raises(InstanceError, match="draw the data for this network"):
        batch.margins(batch.sample(np.random.default_rng(0), 2, SMALL))
