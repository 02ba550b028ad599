"""Shrinking: each step goes down in a well-founded order, the end is a fixed point, known minima are reached."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.arithmetic import precision
from verify.networks.dense import evaluate, read_data
from verify.search.distributions import DENSE, SMALL
from verify.search.draws import Draw, play
from verify.search.shrink import complexity, shrink, simplicity, steps
from verify.search.tapes import Choice, Rejected, Tape, values_of

Function = Callable[[Any], dict[str, Any]]
Wanted = Callable[[dict[str, Any]], bool]


class Judge:
    """``still`` of a property of instances; counts what it is asked."""

    def __init__(self, function: Function, wanted: Wanted) -> None:
        self.function, self.wanted = function, wanted
        self.asked: list[dict[str, Any]] = []

    def __call__(self, values: dict[str, Any]) -> Tape | None:
        self.asked.append(values)
        draw = Draw.replay(values)
        try:
            return draw.tape if self.wanted(play(self.function, draw)) else None
        except Rejected:
            return None


def first(function: Function, wanted: Wanted, phase: str, seed: int = 0) -> Tape:
    """The tape of a draw that has the property."""
    for attempt in range(5000):
        draw = Draw(Random(10_000 * seed + attempt), phase)
        if wanted(play(function, draw)):
            return draw.tape
    raise AssertionError("no draw has the property")


def shrunk(function: Function, wanted: Wanted, phase: str = DENSE, seed: int = 0) -> dict[str, Any]:
    """The instance that shrinking leads to; that it is a fixed point is checked."""
    judge = Judge(function, wanted)
    tape, tried, stopped = shrink(first(function, wanted, phase, seed), judge)
    assert not stopped
    assert tried == len(judge.asked)
    for values in steps(tape):
        found = judge(values)
        assert found is None or complexity(found) >= complexity(tape)
    return play(function, Draw.replay(values_of(tape)))


def everything(draw: Draw) -> dict[str, Any]:
    network = draw.network(inputs=(1, 3), width=(1, 4), depth=(1, 3), bias=draw.boolean(), activation=["tanh", "relu"])
    return {
        "network": network,
        "data": draw.data(network, samples=(2, 5)),
        "members": [[draw.random(), draw.rational(nonzero=True), draw.integer(-50, 50)] for _ in draw.many(0, 3)],
        "positive": draw.rational(positive=True),
        "vector": draw.vector((0, 4), "1/3", 2),
    }


# ---- the order and its steps ---------------------------------------------------------------------------------------


def test_the_order_of_simplicity_of_numbers() -> None:
    listed = ["0", "1", "-1", "2", "-2", "17", "1/2", "-1/2", "3/2", "1/3", "-2/3", "5/4"]
    places = [simplicity(Fraction(text)) for text in listed]
    assert all(a < b for a, b in pairwise(places))


def test_members_count_before_indices_and_indices_before_numbers() -> None:
    def tape(members: int, index: int, unit: float, *numbers: str) -> Tape:
        return {
            "0": Choice("items", tuple(range(members)), 0, 9),
            "1": Choice("index", index, -9, 9),
            "2": Choice("unit", unit, 0.0, 1.0),
            **{str(k): Choice("number", Fraction(x), Fraction(-9), Fraction(9)) for k, x in enumerate(numbers, 3)},
        }

    listed = [
        tape(0, 9, 0.75, "1/7"), tape(1, 0, 0.0, "0"), tape(1, 0, 0.0, "1"), tape(1, 0, 0.0, "-1"),
        tape(1, 0, 0.0, "2", "0"), tape(1, 0, 0.0, "0", "1/2"), tape(1, 0, 0.1, "0"), tape(1, 0, 0.9, "0"),
        tape(1, 0, 0.25, "0"), tape(1, 1, 0.0, "0"), tape(1, -1, 0.0, "0"), tape(1, 2, 0.0, "0"), tape(2, 0, 0.0),
    ]  # fmt: skip
    assert all(complexity(a) < complexity(b) for a, b in pairwise(listed))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([SMALL, DENSE]))
def test_every_step_lowers_the_complexity_if_the_tape_stays_as_it_is(seed: int, phase: str) -> None:
    draw = Draw(Random(seed), phase)
    play(everything, draw)
    tape = draw.tape
    listed = list(steps(tape))
    assert len({tuple(values.items()) for values in listed}) == len(listed)
    for values in listed:
        assert list(values) == list(tape)
        changed = {a: c for a, c in tape.items() if values[a] != c.value}  # the others count the same before and after
        taken = {a: Choice(c.kind, values[a], c.lo, c.hi) for a, c in changed.items()}
        assert complexity(taken) < complexity(changed)
        assert all(in_range(choice) for choice in taken.values())


def in_range(choice: Choice) -> bool:
    size = len(choice.value) if choice.kind == "items" else choice.value
    return bool(choice.lo <= size <= choice.hi)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_every_member_can_be_deleted_by_a_step_of_its_own(seed: int) -> None:
    draw = Draw(Random(seed), SMALL)
    play(everything, draw)
    listed = list(steps(draw.tape))
    for address, choice in draw.tape.items():
        if choice.kind == "items" and len(choice.value) > choice.lo:
            for key in choice.value:
                rest = tuple(other for other in choice.value if other != key)
                assert {**values_of(draw.tape), address: rest} in listed


def test_the_simplest_tape_has_no_steps() -> None:
    draw = Draw.replay({})
    play(everything, draw)
    assert list(steps(draw.tape)) == []
    assert shrink(draw.tape, lambda values: None) == (draw.tape, 0, False)
    assert shrink({}, lambda values: None) == ({}, 0, False)


def test_a_number_goes_to_integers_short_decimals_and_convergents() -> None:
    x = Fraction(-31415926, 10**7)
    tape = {"0": Choice("number", x, Fraction(-4), Fraction(4))}
    tried = {values["0"] for values in steps(tape)}
    assert tried >= {0, 1, -1, -3, -4, Fraction(-22, 7), Fraction(-31, 10), Fraction(-314, 100), Fraction(-355, 113)}


# ---- shrinking -----------------------------------------------------------------------------------------------------


def integers(draw: Draw) -> dict[str, Any]:
    return {"x": [draw.integer(0, 1000) for _ in draw.many(0, 20)]}


def rationals(draw: Draw) -> dict[str, Any]:
    return {"x": [draw.rational(-100, 100) for _ in draw.many(0, 20)]}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("function", "wanted", "least"),
    [
        (integers, lambda r: sum(r["x"]) > 10, [11]),
        (integers, lambda r: any(x % 2 for x in r["x"]), [1]),
        (integers, lambda r: len(r["x"]) > 2, [0, 0, 0]),
        (integers, lambda r: len(set(r["x"])) > 2, None),
        (rationals, lambda r: sum(r["x"]) > 10, [11]),
        (rationals, lambda r: any(x < -7 for x in r["x"]), [-8]),
        (rationals, lambda r: any(Fraction(21, 10) < x < Fraction(29, 10) for x in r["x"]), [Fraction(5, 2)]),
        (lambda draw: {"x": [draw.random()]}, lambda r: r["x"][0] > 0.3, [0.4]),
        (lambda draw: {"x": [draw.random()]}, lambda r: 0.6 < r["x"][0] < 0.75, [0.7]),
        (lambda draw: {"x": [draw.integer(-(10**9), 10**9)]}, lambda r: r["x"][0] < -777_777, [-777_778]),
        (lambda draw: {"x": [draw.rational(nonzero=True)]}, lambda r: abs(r["x"][0]) > Fraction(4, 3), [2]),
        (lambda draw: {"x": [draw.choice("zyxw")]}, lambda r: r["x"][0] in "xw", ["x"]),
    ],
)
def test_known_minima(function: Function, wanted: Wanted, least: list[Any] | None, seed: int) -> None:
    found = shrunk(function, wanted, seed=seed)["x"]
    assert found == least if least is not None else sorted(found) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_opposite_numbers_shrink_together(seed: int) -> None:
    def wanted(raw: dict[str, Any]) -> bool:
        return any(x == -y and abs(x) > Fraction(1, 2) for k, x in enumerate(raw["x"]) for y in raw["x"][:k])

    assert sorted(shrunk(rationals, wanted, SMALL, seed)["x"]) == [-1, 1]


@pytest.mark.parametrize("phase", [SMALL, DENSE])
@pytest.mark.parametrize("seed", range(4))
def test_one_needed_neuron_among_four_remains(seed: int, phase: str) -> None:
    def function(draw: Draw) -> dict[str, Any]:
        network = draw.network(inputs=(1, 3), width=(1, 4), depth=(1, 3), activation=["relu", "tanh"])
        return {"network": network, "data": draw.data(network, samples=(1, 5), loss=["half-square", "quartic"])}

    def wanted(raw: dict[str, Any]) -> bool:
        inner, outer = raw["network"]["layers"][-2:]
        return any(a > 1 and w > 1 for a, row in zip(outer[0], inner, strict=True) for w in row)

    assert shrunk(function, wanted, phase, seed) == {
        "network": {"activation": "relu", "layers": [[[2]], [[2]]]},
        "data": {"inputs": [[0]], "targets": [[0]]},
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_of_a_small_network(seed: int) -> None:
    """The kernel's own evaluation judges; targets alone can make a loss."""

    def function(draw: Draw) -> dict[str, Any]:
        network = draw.network(inputs=(1, 2), width=(1, 3))
        return {"network": network, "data": draw.data(network, samples=(1, 4))}

    def wanted(raw: dict[str, Any]) -> bool:
        with precision(64):
            loss = evaluate(raw["network"].read(), read_data(raw["data"])).loss
        return loss is not None and bool(loss > 1)

    assert shrunk(function, wanted, seed=seed) == {
        "network": {"activation": "tanh", "layers": [[[0]], [[0]]]},
        "data": {"inputs": [[0]], "targets": [[2]]},
    }


def test_a_hidden_layer_that_is_not_needed_goes() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        return {"network": draw.network(depth=(1, 4), width=(1, 3), bias=True)}

    assert len(shrunk(function, lambda raw: len(raw["network"]["layers"]) > 2)["network"]["layers"]) == 3


@pytest.mark.parametrize("seed", range(3))
def test_a_spiking_network_keeps_the_edge_that_matters(seed: int) -> None:
    def function(draw: Draw) -> dict[str, Any]:
        network = draw.spiking_network(neurons=(1, 4))
        return {"network": network, "events": draw.events(network, count=(0, 4))}

    def wanted(raw: dict[str, Any]) -> bool:
        hit = {neuron for neuron, _ in raw["events"]}
        weights = raw["network"]["weights"]
        return any(weights[i][j] == "-1/2" for i in range(len(weights)) for j in hit if i != j)

    raw = shrunk(function, wanted, SMALL, seed)
    assert sorted(entry for row in raw["network"]["weights"] for entry in row) == ["-1/2", "0", "0", "0"]
    assert [charge for _, charge in raw["events"]] == ["1"]


def test_nothing_is_judged_twice_and_the_outcome_is_the_same_each_time() -> None:
    def wanted(raw: dict[str, Any]) -> bool:
        return sum(x * x for x in raw["x"]) > 30_000

    tape = first(rationals, wanted, DENSE)
    judges = [Judge(rationals, wanted) for _ in range(2)]
    outcomes = [shrink(tape, judge) for judge in judges]
    assert outcomes[0] == outcomes[1]
    assert judges[0].asked == judges[1].asked
    keys = [tuple(values.items()) for values in judges[0].asked]
    assert len(set(keys)) == len(keys)
    assert len(keys) < 600


def test_only_what_is_simpler_is_accepted() -> None:
    """A replay may make other choices than were proposed; whatever comes back, the tape goes down."""

    def function(draw: Draw) -> dict[str, Any]:
        size = draw.integer(0, 5)
        return {"x": [draw.rational(-100, 100) for _ in range((size * 7 + 3) % 6)]}

    def wanted(raw: dict[str, Any]) -> bool:
        return len(raw["x"]) > 1

    judge = Judge(function, wanted)
    seen: list[tuple[int, ...]] = []

    def still(values: dict[str, Any]) -> Tape | None:
        found = judge(values)
        if found is not None:
            seen.append(complexity(found))
        return found

    start = first(function, wanted, DENSE)
    tape, _, stopped = shrink(start, still)
    assert not stopped
    assert complexity(tape) == min([complexity(start), *seen])


def test_a_draw_that_loops_on_simple_values_is_no_obstacle() -> None:
    def function(draw: Draw) -> dict[str, Any]:
        while (x := draw.integer(0, 9)) < 5:
            pass
        return {"x": x}

    assert shrunk(function, lambda raw: raw["x"] > 6) == {"x": 7}


@pytest.mark.parametrize("most", [0, 1, 5])
def test_the_limit_stops_it_and_is_told(most: int) -> None:
    judge = Judge(rationals, lambda raw: len(raw["x"]) > 3)
    start = first(judge.function, judge.wanted, DENSE)
    tape, tried, stopped = shrink(start, judge, most=most)
    assert stopped
    assert tried == len(judge.asked) == most
    assert complexity(tape) <= complexity(start)
    assert judge(values_of(tape)) == tape
