"""Embeddings and inertia: reference values, and false variants of the statements, which their checks must not let pass."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from itertools import product
from math import factorial
from typing import Any

import pytest
from flint import arb, fmpq_mat
from sympy import And, Eq, Equivalent, Implies, Not, Or
from varying import outcome, variant

from theorems.critical_points import _models as m
from theorems.critical_points import inertia_monotone, interval_newton_embed, plateau_classification
from theorems.critical_points.null_embedding import FLAT_DATA, FLAT_NARROW
from verify.arithmetic import precision
from verify.decide import inertia
from verify.networks.boxes import Box, certify_critical_point
from verify.networks.dense import Network, evaluate, read_data, read_network
from verify.networks.splittings import append, read_block, read_splitting, split_network
from verify.quantities import Workspace, lookup
from verify.run.execute import run_check
from verify.statement import Check, Statement

STATEMENTS = {
    "null_embedding": "null",
    "inertia_split_law": "law",
    "zero_neuron_inertia": "zero",
    "plateau_classification": "plateau",
    "inertia_monotone": "monotone",
    "multi_output_split": "multi",
    "interval_newton_embed": "newton",
}
HALVES, THIRDS = ("1/2", "1/2"), ("1/3", "1/3", "1/3")
Case = tuple[m.Raw, m.Raw]
Inertia = tuple[int, int, int]


def module(name: str) -> Any:
    return import_module(f"theorems.critical_points.{name}")


def statement_of(name: str) -> Statement:
    statement: Statement = getattr(module(name), STATEMENTS[name])
    return statement


def inertia_of(network: Network, data: m.Raw) -> Inertia:
    found = evaluate(network, read_data(data))
    assert isinstance(found.hessian, fmpq_mat)
    return inertia.of_exact(found.hessian)


def is_critical(network: Network, data: m.Raw) -> bool:
    gradient = evaluate(network, read_data(data)).gradient
    assert gradient is not None
    return not any(gradient)


def after_split(case: Case, *groups: m.Raw) -> Inertia:
    network, data = case
    wide = split_network(read_network(network), read_splitting(list(groups)))
    assert is_critical(wide, data)
    return inertia_of(wide, data)


def after_adding(case: Case, block: m.Raw) -> Inertia:
    network, data = case
    return inertia_of(append(read_network(network), read_block(block)), data)


def is_minimum(network: Network, data: m.Raw) -> Any:
    return lookup("embedding.local_minimum")(Workspace(), network.to_json(), data)


# ---- reference values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "narrow", "table"),
    [
        (
            m.A, (2, 0, 0),
            {HALVES: (3, 0, 1), (2, -1): (2, 1, 1), (1, 0): (2, 0, 2), THIRDS: (4, 0, 2), (3, -1, -1): (2, 2, 2),
             (1, "1/2", "-1/2"): (3, 1, 2), (2, 1, -2): (3, 1, 2)},
        ),
        (
            m.instance_a("-1/10"), (2, 0, 0),
            {HALVES: (2, 1, 1), (2, -1): (3, 0, 1), THIRDS: (2, 2, 2), (3, -1, -1): (4, 0, 2), (1, 0): (2, 0, 2)},
        ),
        (m.instance_a(-1), (1, 1, 0), {}),
        (m.instance_b(), (2, 0, 0), {HALVES: (3, 0, 1)}),
        (m.instance_b(-1), (2, 0, 0), {HALVES: (2, 1, 1)}),
        (m.instance_c(), (2, 0, 0), {}),
        (m.instance_d(), (2, 0, 0), {HALVES: (2, 0, 2), (2, -1): (2, 0, 2), THIRDS: (2, 0, 4)}),
        (m.X2_NODE, (3, 0, 0), {HALVES: (4, 1, 1), (2, -1): (4, 1, 1), THIRDS: (5, 2, 2)}),
        (m.X2_DEFINITE, (3, 0, 0), {HALVES: (5, 0, 1), (2, -1): (3, 2, 1), (3, -1, -1): (3, 4, 2)}),
        (m.X2_LINE, (3, 0, 0), {HALVES: (4, 0, 2), (2, -1): (3, 1, 2)}),
        (m.X4, (4, 0, 0), {HALVES: (6, 1, 1), (2, -1): (5, 2, 1)}),
        (m.instance_x3(-1, -1), (3, 1, 0), {}),
    ],
)  # fmt: skip
def test_inertia_of_splits(case: Case, narrow: Inertia, table: dict[tuple[Any, ...], Inertia]) -> None:
    assert inertia_of(read_network(case[0]), case[1]) == narrow
    assert {shares: after_split(case, m.split(0, *shares)) for shares in table} == table


def test_inertia_of_two_split_neurons() -> None:
    case = m.instance_x3()
    table = {
        (HALVES, (1,)): (5, 0, 1), ((1,), HALVES): (4, 1, 1), (HALVES, HALVES): (5, 1, 2), (HALVES, (2, -1)): (6, 0, 2),
        ((2, -1), HALVES): (4, 2, 2),
    }  # fmt: skip
    assert {(x, y): after_split(case, m.split(0, *x), m.split(1, *y)) for x, y in table} == table


@pytest.mark.parametrize(
    ("case", "outer", "inner", "expected"),
    [
        (m.A, [0], 1, (3, 1, 0)),
        (m.X1, [0], 5, (3, 1, 0)),
        (m.X1, [0], 2, (2, 0, 2)),
        (m.X4, [0], [3, 2, 6], (5, 1, 2)),
        (m.X2_NODE, [0], [1, 2], (4, 1, 1)),
        (m.X2_NODE, [0], [2, 3], (3, 0, 3)),
        (m.X2_DEFINITE, [1, -1], [2, 3], (5, 2, 2)),
        (m.instance_c(), [1, -1], 3, (4, 1, 1)),
        (m.instance_c(), [1, 1, -2], 3, (5, 1, 2)),
        (m.instance_c(), [-1, -1, 2], 3, (4, 2, 2)),
        (m.instance_c(), [0, 0], 3, (3, 0, 3)),
        (m.instance_c(-1), [1, -1], 3, (3, 2, 1)),
        (m.instance_c(-1), [1, 1, -2], 3, (3, 3, 2)),
        (m.instance_c(-1), [-1, -1, 2], 3, (4, 2, 2)),
        (m.instance_c(-1), [0, 0], 3, (2, 1, 3)),
    ],
)
def test_inertia_of_blocks_that_cancel(case: Case, outer: list[int], inner: Any, expected: Inertia) -> None:
    assert after_adding(case, m.block(outer, inner)) == expected


def test_a_flat_activation_takes_null_neurons_with_any_outer_weight() -> None:
    narrow = read_network(FLAT_NARROW)
    assert inertia_of(narrow, FLAT_DATA) == (2, 0, 0)
    for a, expected, minimum in ((1, (3, 0, 1), True), (0, (2, 0, 2), None), (-1, (2, 1, 1), False)):
        wide = append(narrow, read_block(m.block([a], 0)))
        assert is_critical(wide, FLAT_DATA)
        assert (inertia_of(wide, FLAT_DATA), is_minimum(wide, FLAT_DATA)) == (expected, minimum)


def test_a_lift_that_depends_on_the_sample_loses_a_zero_eigenvalue() -> None:
    narrow = read_network(inertia_monotone.LIFTED)
    wide = append(narrow, read_block(m.block([1], [0, 0])))
    assert is_critical(narrow, inertia_monotone.LIFTED_DATA)
    assert is_critical(wide, inertia_monotone.LIFTED_DATA)
    assert inertia_of(narrow, inertia_monotone.LIFTED_DATA) == (1, 0, 2)
    assert inertia_of(wide, inertia_monotone.LIFTED_DATA) == (3, 2, 1)


@pytest.mark.parametrize(
    ("check", "counts"),
    [("opposite_curvatures", {2: 2, 3: 9, 4: 28}), ("equal_curvatures", {2: 2, 3: 6, 4: 14})],
)
def test_the_number_of_plateaus_of_minima(check: str, counts: dict[int, int]) -> None:
    """Each pattern of shares, times the arrangements of its neurons; the tally has the same minima without them."""
    statement = plateau_classification.plateau
    (proposal,) = [c for c in statement.checks if c.name == check]
    family = proposal.function()
    found: Counter[int] = Counter()
    tally: Counter[tuple[str, bool]] = Counter()
    narrow = read_network(family.template["network"])
    for splitting in family.axes["splitting"]:
        first, second = (group["coefficients"] for group in splitting)
        wide = split_network(narrow, read_splitting(splitting))
        minimum = is_minimum(wide, family.template["data"])
        tally[str(wide.width), minimum] += 1
        if minimum:
            found[wide.width] += factorial(wide.width) // factorial(len(first)) // factorial(len(second))
    assert {width: found[width] for width in counts} == counts
    result = run_check(statement, proposal, seed=0, bits=128)
    assert (result.outcome, result.recheck) == ("exhausted", "accepted")
    (counted,) = result.details["tallies"]
    assert counted["quantities"] == ["m", "local_minimum"]
    assert {(width, minimum): times for (width, minimum), times in counted["counts"]} == dict(tally)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_an_odd_activation_has_as_many_plateaus_as_signs(copies: int) -> None:
    network, data = m.A
    minima = 0
    for signs in product((1, -1), repeat=copies):
        for shares in [p for p in plateau_classification.PATTERNS if len(p) == copies]:
            groups = read_splitting([m.split(0, *shares, signs=signs)])
            minima += is_minimum(split_network(read_network(network), groups), data) is True
    assert minima == 2**copies


def certified(case: Case, radius: str) -> Any:
    return certify_critical_point(read_network(case[0]), read_data(case[1]), radius)


def test_boxes_around_the_reference_points() -> None:
    r1, r2 = interval_newton_embed.R1, interval_newton_embed.R2
    assert [certified(r1, radius).unique for radius in ("1/10000", "1/100000", "1/100000000")] == [None, True, True]
    assert certified(r1, "1/1000000").inertia == (4, 0, 0)
    assert (certified(r2, "1/1000").unique, certified(r2, "1/1000000").inertia) == (True, (3, 0, 0))
    for case, loss in ((r1, "0.0618255858828525440464449"), (r2, "0.05670378241551141888217753")):
        found = certified(case, "1/1000000000000000000000000000").loss
        with precision(128):
            assert abs(found - arb(loss)) < arb("1e-24")


def test_curvatures_over_the_boxes() -> None:
    with precision(128):
        box = Box(*map_case(interval_newton_embed.R1), "1/1000000000000")
        for j, expected in enumerate(("0.0111866395898274656", "0.0191283748050001539")):
            curvature = box.curvature(j)
            assert curvature is not None
            (entry,) = curvature.entries()
            assert abs(entry - arb(expected)) < arb("1e-9")
        box = Box(*map_case(interval_newton_embed.R2), "1/1000000000000")
        matrix = box.curvature(0)
        assert matrix is not None
        for place, expected in (((0, 0), "-0.0105097143319532512"), ((0, 1), "-0.0191715244667518542")):
            assert abs(matrix[place] - arb(expected)) < arb("1e-9")
        assert box.curvature_inertia(0) == (1, 1, 0)


def map_case(case: Case) -> tuple[Network, Any]:
    return read_network(case[0]), read_data(case[1])


# ---- all checks, and false variants --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_reaches_reduced(name: str) -> None:
    assert outcome(statement_of(name), ("argument", "certificate", "control")) == "reduced"


CONTROLS = [(name, check.name) for name in STATEMENTS for check in statement_of(name).checks if check.kind == "control"]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_without_an_assumption_the_control_becomes_a_counterexample(name: str, control: str) -> None:
    statement = statement_of(name)
    (check,) = [check for check in statement.checks if check.name == control]
    changed = variant(statement, drop=check.drops)
    changed.checks[:] = [Check("counterexample", "certificate", check.function)]
    assert outcome(changed, ("certificate",)) == "refuted"


def _false_claims() -> list[tuple[str, str, Any]]:
    """Claims near the true ones: a constant moved, an inequality reversed or made strict, a condition left out."""
    null, zero, multi = module("null_embedding"), module("zero_neuron_inertia"), module("multi_output_split")
    p, mono, newton = plateau_classification, inertia_monotone, interval_newton_embed
    pairs = list(zip(mono.WIDE_NUMBERS, mono.NARROW_NUMBERS, strict=True))
    law = module("inertia_split_law")
    return [
        ("null_embedding", "never critical", Not(null.WIDE_CRITICAL.symbol)),
        (
            "null_embedding", "one zero too few",
            Implies(null.FLAT_AT_ZERO.symbol, Eq(null.NULLITY_WIDE.symbol, null.NULLITY.symbol + null.FLAT.symbol)),
        ),
        (
            "null_embedding", "signs exchanged",
            Implies(
                null.FLAT_AT_ZERO.symbol, Eq(null.NEGATIVE_WIDE.symbol, null.NEGATIVE.symbol + 1 - null.DOWN.symbol)
            ),
        ),
        (
            "null_embedding", "critical over any critical point", Equivalent(m.CRITICAL.symbol, null.WIDE_CRITICAL.symbol)
        ),
        ("null_embedding", "the moment alone", Equivalent(null.CONDITIONS.symbol, null.WIDE_CRITICAL.symbol)),
        ("inertia_split_law", "another inertia", Not(Eq(law.INERTIA.symbol, law.LAW.symbol))),
        ("zero_neuron_inertia", "one more", zero.NEGATIVE_WIDE.symbol >= zero.SIZE.symbol + 1),
        ("zero_neuron_inertia", "in every case", zero.NEGATIVE_WIDE.symbol >= zero.SIZE.symbol),
        (
            "zero_neuron_inertia", "a zero too few over a neuron",
            Implies(zero.COPY, Eq(zero.NULLITY_WIDE.symbol, zero.NULLITY.symbol + zero.INPUTS.symbol)),
        ),
        (
            "zero_neuron_inertia", "the same over any zero of the gradient",
            Implies(Eq(zero.CASE.symbol, 2), Eq(zero.NULLITY_WIDE.symbol, zero.NULLITY.symbol + zero.INPUTS.symbol + 1)),
        ),
        ("plateau_classification", "the rule reversed", Equivalent(p.MINIMUM.symbol, Not(p.RULE.symbol))),
        ("plateau_classification", "all are minima", Or(p.MINIMUM.symbol, Not(p.PROPER.symbol))),
        ("plateau_classification", "never strict", Implies(Not(p.RULE.symbol), Eq(p.NEGATIVE_WIDE.symbol, 0))),
        ("plateau_classification", "always strict", p.NEGATIVE_WIDE.symbol >= 1),
        ("plateau_classification", "two or more", Implies(Not(p.RULE.symbol), p.NEGATIVE_WIDE.symbol >= 2)),
        ("plateau_classification", "isolated", Implies(p.RULE.symbol, Eq(p.NULLITY_WIDE.symbol, 0))),
        ("inertia_monotone", "strictly", Or(*(wide.symbol > narrow.symbol for wide, narrow in pairs[:2]))),
        ("inertia_monotone", "never rises", And(*(wide.symbol <= narrow.symbol for wide, narrow in pairs))),
        ("multi_output_split", "one more", multi.NEGATIVE_WIDE.symbol >= multi.NEGATIVE.symbol + multi.RANKS.symbol + 1),
        ("multi_output_split", "not even", multi.NEGATIVE_WIDE.symbol <= multi.NEGATIVE.symbol),
        ("interval_newton_embed", "one more", Eq(newton.SEEN_UP.symbol, newton.UP.symbol + 1)),
        ("interval_newton_embed", "signs exchanged", Eq(newton.SEEN_UP.symbol, newton.DOWN.symbol)),
        ("interval_newton_embed", "zeros are seen", newton.SEEN_UP.symbol + newton.SEEN_DOWN.symbol >= newton.SIZE.symbol),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "_what", "claim"), _false_claims())
def test_a_false_claim_is_refuted(name: str, _what: str, claim: Any) -> None:
    assert outcome(variant(statement_of(name), claim=claim), ("certificate", "search")) == "refuted"


def test_the_picture_is_the_same_each_time() -> None:
    (check,) = [check for check in plateau_classification.plateau.checks if check.kind == "figure"]
    first, second = check.function(), check.function()
    assert first == second
    assert first.svg.lstrip().startswith("<?xml")
