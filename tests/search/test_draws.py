"""Draws and their tapes: replay is exact and total, addresses survive deletions, foreign tapes are parsed strictly."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theorems.charge_conservation import signed_cycle_classification
from theorems.critical_points import components_d1, critical_reduction
from verify import Quantity, parameter
from verify.errors import InstanceError
from verify.networks.dense import read_data, read_network
from verify.networks.operators import evaluate, split
from verify.networks.spiking import parse_events, parse_network
from verify.search.distributions import DENSE, SMALL, sample_numbers, small_points
from verify.search.draws import Draw, play
from verify.search.tapes import (
    MOST_CHOICES,
    Choice,
    Number,
    Rejected,
    simplest_between,
    to_json,
    values_from_json,
    values_of,
)
from verify.statement import Statement

Function = Callable[[Any], dict[str, Any]]


def dense(draw: Draw) -> dict[str, Any]:
    network = draw.network(
        inputs=(1, 3), width=(1, 4), depth=(1, 3), outputs=(1, 2), activation=["tanh", {"power": 2}], bias=True
    )
    return {"network": network, "data": draw.data(network, samples=(1, 5), loss=["half-square", "quartic"])}


def logarithmic(draw: Draw) -> dict[str, Any]:
    network = draw.network(activation=("tanh", "exp"), inner="log", bias="hidden")
    return {"network": network, "data": draw.data(network)}


def spiking(draw: Draw) -> dict[str, Any]:
    network = draw.spiking_network(neurons=(1, 4), acyclic=draw.boolean(), thresholds=("1", "2"))
    return {"network": network, "events": draw.events(network, count=(0, 5), forever=True)}


def scalars(draw: Draw) -> dict[str, Any]:
    order = list("abcd")
    draw.shuffle(order)
    return {
        "order": order,
        "nested": [
            [draw.rational(nonzero=True) for _ in draw.many(0, 3)] + [draw.integer(-5, 5)] for _ in draw.many(0, 3)
        ],
        "unit": [draw.random(), draw.uniform(-2, 5)],
        "picked": [draw.sample(range(9), 3), draw.choices("xyz", weights=[1, 2, 3], k=2), draw.choice("pq")],
        "numbers": [draw.rational(positive=True), draw.rational("1/3", "2/3"), draw.rational(-1, 0, nonzero=True)],
        "ranges": [draw.randrange(4), draw.randrange(2, 12, 5), draw.randrange(9, 0, -3), draw.boolean()],
        "rows": [draw.rows((1, 3), (1, 2)), draw.vector((0, 3), -1, 1)],
    }


FUNCTIONS: list[Function] = [dense, logarithmic, spiking, scalars]
DRAWS = st.tuples(st.sampled_from(FUNCTIONS), st.integers(0, 10**6), st.sampled_from([SMALL, DENSE]))


def drawn(function: Function, seed: int, phase: str) -> tuple[Draw, dict[str, Any]]:
    draw = Draw(Random(seed), phase)
    return draw, play(function, draw)


def replayed(function: Function, values: dict[str, Any]) -> tuple[Draw, dict[str, Any]]:
    draw = Draw.replay(values)
    return draw, play(function, draw)


# ---- tapes ---------------------------------------------------------------------------------------------------------


@given(DRAWS)
def test_a_replay_gives_the_same_instance_and_the_same_tape(case: Any) -> None:
    function, seed, phase = case
    draw, raw = drawn(function, seed, phase)
    again, same = replayed(function, values_of(draw.tape))
    assert same == raw
    assert list(again.tape.items()) == list(draw.tape.items())
    assert drawn(function, seed, phase)[1] == raw


@given(DRAWS)
def test_a_tape_survives_json(case: Any) -> None:
    draw, _ = drawn(*case)
    written = to_json(draw.tape)
    assert json.loads(json.dumps(written)) == written
    assert values_from_json(written) == values_of(draw.tape)


JUNK = st.sampled_from([
    None, True, "1", b"", [], {}, (), (-1,), (3, 1), [2, 2, 5], range(3), 0, 7, -(10**20), 0.25, -0.5, 1e300,
    float("inf"), float("nan"), Fraction(1, 3), Fraction(-99, 2), 1j, object(),
])  # fmt: skip


@given(DRAWS, st.data())
def test_whatever_is_replayed_each_choice_lies_in_its_range(case: Any, data: st.DataObject) -> None:
    function = case[0]
    draw, _ = drawn(*case)
    values = values_of(draw.tape)
    for address in data.draw(st.lists(st.sampled_from(list(values)), max_size=8)):
        values[address] = data.draw(JUNK)
    for address in data.draw(st.lists(st.sampled_from(list(values)), max_size=4)):
        values.pop(address, None)
    again, raw = replayed(function, values)
    for address, choice in again.tape.items():
        assert in_range(choice), (address, choice)
        if address not in values:
            assert choice.value == choice.simplest
    settled, same = replayed(function, values_of(again.tape))
    assert same == raw
    assert settled.tape == again.tape


def in_range(choice: Choice) -> bool:
    value, lo, hi = choice.value, choice.lo, choice.hi
    if choice.kind == "items":
        return lo <= len(value) <= hi and list(value) == sorted(set(value)) and all(key >= 0 for key in value)
    expected = {"index": int, "number": Fraction, "unit": float}[choice.kind]
    return type(value) is expected and bool(lo <= value <= hi)


def test_values_outside_move_to_the_nearest_end() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        return {"x": [draw.integer(-2, 3), draw.rational(0, 1), draw.random(), list(draw.many(1, 3))]}

    high = {"0": 99, "1": Fraction(7), "2": 1.5, "3": (9, 4, 6, 2)}
    low = {"0": -99, "1": -1, "2": -0.5, "3": ()}
    wrong = {"0": "1", "1": float("nan"), "2": None, "3": 5}
    assert replayed(function, high)[1]["x"] == [3, 1, pytest.approx(1), [2, 4, 6]]
    assert replayed(function, low)[1]["x"] == [-2, 0, 0.0, [0]]
    assert replayed(function, wrong)[1]["x"] == [0, 0, 0.0, [0]]


def test_a_number_that_must_not_be_zero_keeps_its_size_when_its_sign_changes() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        return {"x": draw.rational(nonzero=True)}

    assert replayed(function, {"0": 1, "1": Fraction(-2)})[1] == {"x": -2}
    assert replayed(function, {"0": 0, "1": Fraction(-2)})[1] == {"x": 2}
    assert {drawn(function, seed, SMALL)[1]["x"] for seed in range(200)} >= {1, -1, 3, -3, Fraction(-1, 2)}


@pytest.mark.parametrize(
    ("lo", "hi", "simplest"),
    [(-1, 5, "0"), ("1/16", 3, "1"), (-3, "-1/16", "-1"), ("3/10", "2/5", "1/3"), ("17/5", "18/5", "7/2"), (4, 9, "4")],
)
def test_the_simplest_number_of_a_range(lo: Any, hi: Any, simplest: str) -> None:
    assert simplest_between(Fraction(lo), Fraction(hi)) == Fraction(simplest)


@given(st.fractions(-5, 5, max_denominator=40), st.fractions(-5, 5, max_denominator=40))
def test_no_number_of_the_range_is_simpler(a: Fraction, b: Fraction) -> None:
    lo, hi = min(a, b), max(a, b)
    found = simplest_between(lo, hi)
    assert lo <= found <= hi
    for denominator in range(1, found.denominator + 1):
        for k in range(-5 * denominator, 5 * denominator + 1):
            x = Fraction(k, denominator)
            if lo <= x <= hi:
                assert (found.denominator, abs(found.numerator)) <= (x.denominator, abs(x.numerator))


def test_a_number_remembers_its_slot_until_it_is_calculated_with() -> None:
    x = Draw(Random(0), DENSE).rational()
    assert x.slot == "0"
    assert copy.deepcopy([x])[0].slot == copy.copy(x).slot == "0"
    assert type(x) is Number
    assert {type(y) for y in (x + 1, 2 * x, -x, abs(x), x**2, Fraction(x))} == {Fraction}
    assert hash(x) == hash(Fraction(x))


# ---- deletions -----------------------------------------------------------------------------------------------------


@given(DRAWS, st.data())
def test_deleting_a_member_leaves_all_other_values(case: Any, data: st.DataObject) -> None:
    function = case[0]
    draw, _ = drawn(*case)
    collections = [a for a, c in draw.tape.items() if c.kind == "items" and len(c.value) > c.lo and "layers" not in a]
    if not collections:
        return
    address = data.draw(st.sampled_from(collections))
    dropped = data.draw(st.sampled_from(draw.tape[address].value))
    values = values_of(draw.tape)
    values[address] = tuple(key for key in values[address] if key != dropped)
    again, _ = replayed(function, values)
    assert set(again.tape) < set(draw.tape)
    assert all(again.tape[other].value == values[other] for other in again.tape)


def test_a_network_without_an_input_a_neuron_or_a_layer() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        network = draw.network(inputs=(1, 3), width=(1, 4), depth=(1, 3))
        return {"network": network, "data": draw.data(network, samples=(1, 4))}

    values = {
        "0/inputs": (0, 1, 2),
        "0/layers": (0, 1),
        "0/0/neurons": (0, 1),
        "0/1/neurons": (0, 1),
        "1/samples": (0, 1),
    }
    numbers = iter(range(1, 100))
    draw, _ = replayed(function, values)
    for address, choice in draw.tape.items():
        if choice.kind == "number":
            values[address] = Fraction(next(numbers), 100)
    _, whole = replayed(function, values)
    first, second, last = whole["network"]["layers"]
    _, raw = replayed(function, {**values, "0/inputs": (0, 2)})
    assert raw["network"]["layers"] == [[[row[0], row[2]] for row in first], second, last]
    assert raw["data"]["inputs"] == [[row[0], row[2]] for row in whole["data"]["inputs"]]
    assert raw["data"]["targets"] == whole["data"]["targets"]
    _, raw = replayed(function, {**values, "0/0/neurons": (1,)})
    assert raw["network"]["layers"] == [first[1:], [row[1:] for row in second], last]
    _, raw = replayed(function, {**values, "0/layers": (0,)})
    assert raw["network"]["layers"] == [first, last]
    _, raw = replayed(function, {**values, "1/samples": (1,)})
    assert raw["data"]["inputs"] == whole["data"]["inputs"][1:]


def test_an_event_stays_on_its_neuron() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        network = draw.spiking_network(neurons=(1, 3))
        return {"network": network, "events": draw.events(network)}

    values = {"0/neurons": (0, 1, 2), "0/potentials.2": 3, "1/events": (0, 1), "1/neuron.0": 2, "1/neuron.1": 0}
    assert [event[0] for event in replayed(function, values)[1]["events"]] == [2, 0]
    raw = replayed(function, {**values, "0/neurons": (0, 2)})[1]
    assert [event[0] for event in raw["events"]] == [1, 0]
    assert raw["network"]["potential"] == ["0", "3/4"]


def test_scopes_end_with_their_loop() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        for key in draw.many(2, 2):
            draw.integer(0, 9)
            if key:
                break
        return {"x": draw.integer(0, 9)}

    draw, _ = drawn(function, 0, SMALL)
    assert list(draw.tape) == ["0", "0.0/0", "0.1/0", "1"]


# ---- instances -----------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from([SMALL, DENSE]))
def test_what_is_drawn_can_be_read(seed: int, phase: str) -> None:
    for function in (dense, logarithmic):
        raw = drawn(function, seed, phase)[1]
        network, data = read_network(raw["network"]), read_data(raw["data"])
        assert raw["network"].read() == network
        assert (len(data.inputs[0]), len(data.targets[0])) == (network.dimension, network.outputs)
        if function is logarithmic:
            assert all(x.q == 1 for row in data.inputs for x in row)
            assert all(Fraction(1, 3) <= u <= 3 for row in raw["network"]["layers"][0] for u in row)
    raw = drawn(spiking, seed, phase)[1]
    parse_events(raw["events"]).demand_neurons(parse_network(raw["network"]).size)


def test_an_acyclic_network_has_no_edge_backwards() -> None:
    for seed in range(30):
        weights = Draw(Random(seed)).spiking_network(neurons=4, acyclic=True, density=1)["weights"]
        assert all((weights[i][j] != "0") == (j < i) for i in range(4) for j in range(4))


def test_a_network_goes_through_operators_and_data_fit_what_comes_out() -> None:
    draw = Draw(Random(3), SMALL)
    network = draw.network(inputs=2, width=1, outputs=1)
    wide = split(network.read(), 0, ["1/3", "2/3"])
    for given_network in (network, wide, wide.to_json()):
        data = draw.data(given_network, samples=3)
        assert [len(row) for row in data["inputs"]] == [2] * 3


def test_sizes_may_be_fixed_and_then_nothing_of_them_is_chosen() -> None:
    network = Draw(Random(0), SMALL).network(inputs=2, width=3, depth=2, outputs=2, bias="hidden")
    assert [(len(w), len(w[0])) for w in network["layers"]] == [(3, 2), (3, 3), (2, 3)]
    assert [bias and len(bias) for bias in network["biases"]] == [3, 3, None]


@pytest.mark.parametrize(
    "statement", [critical_reduction.reduction, components_d1.components, signed_cycle_classification.signed]
)
def test_draw_functions_of_theorem_modules_work_with_a_draw(statement: Statement) -> None:
    function = next(check.function for check in statement.checks if check.kind == "search")
    for seed in range(5):
        draw, raw = drawn(function, seed, SMALL)
        again, same = replayed(function, values_of(draw.tape))
        assert same == raw
        assert again.tape == draw.tape


def test_the_methods_of_random_give_what_they_promise() -> None:
    draw = Draw(Random(1), DENSE)
    for _ in range(50):
        sample = draw.sample(range(6), 4)
        assert len(set(sample)) == 4
        order = [*"abcde"]
        draw.shuffle(order)
        assert sorted(order) == [*"abcde"]
        assert draw.randrange(1, 10, 4) in (1, 5, 9)
        assert 2 <= draw.uniform(2, 3) <= 3
        assert draw.choices("ab", weights=[0, 1], k=3) == ["b"] * 3
        assert draw.choices("ab", cum_weights=[1, 1]) == ["a"]
    assert Draw.replay({}).sample("abc", 2) == ["a", "b"]


def test_names_of_quantities_become_names() -> None:
    number: Quantity = parameter("x", "real", "a number")
    assert play(lambda draw: {number: draw.rational(), "y": 1}, Draw.replay({})) == {"x": 0, "y": 1}


def test_giving_up() -> None:
    with pytest.raises(Rejected, match="too small"):
        play(lambda draw: draw.reject("too small"), Draw(Random(0)))
    with pytest.raises(Rejected, match="no pair"):
        Draw(Random(0)).assume([], "no pair")
    Draw(Random(0)).assume([1])


@pytest.mark.parametrize("draw", [Draw(Random(0)), Draw.replay({}), Draw.replay({"0": 1})])
def test_a_draw_without_end_counts_as_rejected(draw: Draw) -> None:
    def endless(draw: Draw) -> dict[str, Any]:
        while draw.integer(0, 1) < 2:
            pass
        return {}

    with pytest.raises(Rejected, match="end"):
        play(endless, draw)
    assert len(draw.tape) <= MOST_CHOICES


def test_an_attempt_gives_the_draw_up_where_a_function_fails() -> None:
    draw = Draw(Random(0))

    def halved(number: int, *, by: int = 2) -> Fraction | None:
        if by == 0:
            raise InstanceError("by: it is 0")
        return Fraction(number, by) if number else None

    assert draw.attempt(halved, 3) == Fraction(3, 2)
    assert draw.attempt(halved, 3, by=1) == 3
    with pytest.raises(Rejected, match="by: it is 0"):
        draw.attempt(halved, 3, by=0)
    with pytest.raises(Rejected, match="halved gave None"):
        draw.attempt(halved, 0)
    with pytest.raises(TypeError):
        draw.attempt(halved)


def test_what_is_drawn_is_read_as_operators_take_it() -> None:
    draw = Draw(Random(0))
    network = draw.network(inputs=1, width=2)
    data = draw.data(network, samples=3, loss=("half-square", "quartic"))
    assert network.read() == read_network(network)
    assert data.read() == read_data(data)
    wide = split(network.read(), 0, [2, -1])
    assert evaluate(wide, data.read()).loss is not None


# ---- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda draw: draw.rational(2, 1), "lo = 2 is above hi = 1"),
        (lambda draw: draw.rational(float("inf"), 1), "no finite number"),
        (lambda draw: draw.rational("a", 1), "no finite number"),
        (lambda draw: draw.rational(0, 10**400), "no finite number"),
        (lambda draw: draw.rational(-1, 0, positive=True), "no number of this sign"),
        (lambda draw: draw.rational(0, 0, nonzero=True), "no number of this sign"),
        (lambda draw: draw.integer(3, 2), "from 3 to 2"),
        (lambda draw: draw.choice([]), "no option"),
        (lambda draw: draw.choices([]), "no option"),
        (lambda draw: draw.sample("ab", 3), "3 members of 2"),
        (lambda draw: draw.randrange(0), "is empty"),
        (lambda draw: draw.many(3, 1), "no size"),
        (lambda draw: draw.vector(1.5), "no size"),
        (lambda draw: draw.network(width=0), "width"),
        (lambda draw: draw.network(bias="some"), "bias"),
        (lambda draw: draw.network(inner="exp"), "inner"),
        (lambda draw: draw.network(inner="log", depth=(1, 2)), "one hidden layer"),
        (lambda draw: draw.network(inner="log", hi=1), "u > 0"),
        (lambda draw: draw.network(activation=[]), "activation"),
        (lambda draw: draw.data({"layers": []}), "activation"),
        (lambda draw: draw.data(draw.network(), samples=(0, 2)), "samples"),
        (lambda draw: draw.data(draw.network(), lo="1/3", hi="2/3", integer_inputs=True), "no integer"),
        (lambda draw: draw.spiking_network(weights=[]), "weights"),
        (lambda draw: draw.events(draw.spiking_network(), count=-1), "count"),
        (lambda draw: play(lambda draw: [1], draw), "return a dict"),
        (lambda draw: play(lambda draw: {1: 2}, draw), "the key 1"),
        (lambda draw: Draw(Random(0), "dnse"), "phase"),
    ],
)
def test_wrong_calls_say_what_is_wrong(call: Callable[[Draw], Any], message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        call(Draw(Random(0)))


@pytest.mark.parametrize(
    "raw",
    [
        None, {}, "x", [1], [["0", "index"]], [["0", "index", 1, 2]], [[0, "index", 1]], [["0", "size", 1]],
        [["0", "index", "1"]], [["0", "index", True]], [["0", "index", 1.0]], [["0", "number", 1]],
        [["0", "number", "1/0"]], [["0", "number", "0.5"]], [["0", "number", "__import__('os')"]],
        [["0", "number", "9" * 9999]], [["0", "items", 3]], [["0", "items", [1, 0]]], [["0", "items", [0, 0]]],
        [["0", "items", [-1]]], [["0", "items", ["0"]]], [["0", "unit", "1.0"]], [["0", "unit", "nan"]],
        [["0", "unit", "-0.5"]], [["0", "unit", 0.5]], [["0", "unit", "1e999"]],
        [["0", "index", 1], ["0", "index", 1]],
    ],
)  # fmt: skip
def test_a_malformed_tape_is_an_error(raw: Any) -> None:
    with pytest.raises(InstanceError, match="tape"):
        values_from_json(raw)


# ---- distributions -------------------------------------------------------------------------------------------------


def test_small_numbers_are_small_and_often_tied() -> None:
    counts: Counter[Any] = Counter()
    tied = 0
    for seed in range(600):
        vector = Draw(Random(seed), SMALL).vector(6)
        counts.update(vector)
        tied += any(abs(x) == abs(y) != 0 for k, x in enumerate(vector) for y in vector[:k])
        assert all(x.denominator <= 4 and abs(x) <= 3 for x in vector)
    assert min(counts[0], counts[1], counts[-1]) > 3 * counts[Fraction(1, 2)] > 3 * counts[Fraction(1, 3)] > 0
    assert tied > 300


def test_dense_numbers_are_exact_floats_of_the_range() -> None:
    vector = Draw(Random(0), DENSE).vector(50, "1/3", "2/3")
    assert all(Fraction(1, 3) <= x <= Fraction(2, 3) and x.denominator & (x.denominator - 1) == 0 for x in vector)
    assert len(set(vector)) == 50


def test_small_sizes_are_more_likely_in_the_small_phase() -> None:
    sizes = [len(list(Draw(Random(seed), SMALL).many(1, 4))) for seed in range(400)]
    counts = Counter(sizes)
    assert counts[1] > counts[2] > counts[4] > 0
    dense = Counter(len(list(Draw(Random(seed), DENSE).many(1, 4))) for seed in range(400))
    assert min(dense.values()) > 60


RANGES = [(-3.0, 3.0), (0.0625, 3.0), (1 / 3, 2 / 3), (0.7, 0.7), (-1000.0, 1000.0), (50.0, 60.0), (0.1, 0.101)]


@pytest.mark.parametrize("phase", [SMALL, DENSE])
def test_a_batch_lies_in_its_box(phase: str) -> None:
    lower, upper = np.array(RANGES).T
    points = sample_numbers(np.random.default_rng(0), lower, upper, 500, phase)
    assert points.shape == (500, len(RANGES))
    assert ((lower <= points) & (points <= upper)).all()
    assert points.T.flags.c_contiguous
    assert (points == sample_numbers(np.random.default_rng(0), lower, upper, 500, phase)).all()
    assert sample_numbers(np.random.default_rng(0), lower[:0], upper[:0], 4, phase).shape == (4, 0)
    assert sample_numbers(np.random.default_rng(0), lower, upper, 0, phase).shape == (0, len(RANGES))


def test_a_batch_is_distributed_as_single_draws() -> None:
    count = 4000
    points = sample_numbers(np.random.default_rng(1), np.full(5, -2.0), np.full(5, 2.0), count, SMALL)
    batch = Counter(points[:, 4].tolist())
    single = Counter(float(Draw(Random(seed), SMALL).vector(5, -2, 2)[4]) for seed in range(count))
    assert set(batch) == set(single)
    assert all(abs(batch[x] - single[x]) < 6 * (batch[x] + single[x] + 1) ** 0.5 for x in batch)
    opposite = float((points[:, 3] == -points[:, 4]).mean())
    vectors = [Draw(Random(seed), SMALL).vector(5, -2, 2) for seed in range(count)]
    assert abs(opposite - sum(v[3] == -v[4] for v in vectors) / count) < 0.04


def test_a_range_that_holds_no_usual_number_has_points_all_the_same() -> None:
    for lo, hi in (
        (Fraction(1, 10), Fraction(1, 7)),
        (Fraction(5, 7), Fraction(5, 7)),
        (Fraction(-1, 999), Fraction(-1, 1000)),
    ):
        points, cumulative = small_points(lo, hi)
        assert points
        assert all(lo <= x <= hi for x in points)
        assert cumulative[-1] == pytest.approx(1)


def test_a_narrow_range_has_small_numbers_inside() -> None:
    """As for decay rates: 0.9 is meant as it is written, and not only 1 is drawn."""
    drawn = {Draw(Random(seed), SMALL).rational(0.9, 1) for seed in range(200)}
    assert min(drawn) == Fraction(9, 10)
    assert len(drawn) >= 8
    assert max(number.denominator for number in drawn) <= 100
