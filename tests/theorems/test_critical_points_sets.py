"""Critical sets with a given function: reference values, and false variants of the statements, which must not pass."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from flint import arb, fmpq
from sympy import And, Eq, Equivalent, Implies, Not
from varying import outcome
from varying import variant as varied

from theorems.critical_points import _models as m
from verify.arithmetic import precision
from verify.decide.verdict import conclude
from verify.networks.dense import evaluate, read_data, read_network
from verify.networks.dense_dual import Dual
from verify.networks.splittings import moved_network
from verify.quantities import Workspace, lookup
from verify.run.execute import run_check
from verify.statement import Check, Statement

STATEMENTS = {
    "critical_reduction": "reduction",
    "critical_branches": "branches",
    "dimension_bounds": "dimension",
    "components_d1": "components",
    "saddle_branches": "saddles",
    "escape_path": "path",
    "narrow_enumeration": "enumeration",
}
Case = tuple[m.Raw, m.Raw]


def module(name: str) -> Any:
    return import_module(f"theorems.critical_points.{name}")


def statement_of(name: str) -> Statement:
    statement: Statement = getattr(module(name), STATEMENTS[name])
    return statement


def check_of(statement: Statement, name: str) -> Check:
    return next(check for check in statement.checks if check.name == name)


def value(function: str, *arguments: Any) -> Any:
    return lookup(function)(Workspace(), *arguments)


# ---- reference values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "multiplicities"),
    [
        (m.A, (2, 1, 2)),
        (m.instance_a("-1/10"), (2, 1, 2)),
        (m.instance_b(), (1, 2, 1, 2, 1)),
        (m.instance_c(), (2, 2, 1, 2, 2)),
        (m.second_double_zero(), (2, 2, 1, 2, 2)),
        (m.instance_d(), (3, 1, 3)),
        (m.silent_nulls(), (2, 3, 2)),
        (m.X1, (2, 1)),
        (m.X1_REVERSED, (2, 1)),
        (m.instance_x3(), (2, 2)),
    ],
)
def test_zeros_of_the_dual_function(case: Case, multiplicities: tuple[int, ...]) -> None:
    assert value("dual.zero_multiplicities", *case) == multiplicities


def test_values_and_gradients_of_the_dual_function() -> None:
    assert value("dual.value", *m.A, (fmpq(3),)) == fmpq(1, 70)
    assert value("dual.gradient", *m.A, (fmpq(1),)) == (fmpq(1, 25),)
    assert value("dual.gradient", *m.X1, (fmpq(5),)) == (225,)
    assert value("dual.gradient", *m.T2, (fmpq(1), fmpq(1))) == (fmpq(3, 25), fmpq(-2, 25))
    assert value("dual.gradient", *m.X4, (fmpq(3), fmpq(2), fmpq(6))) == (216, 72, -216)


def test_the_silent_neuron_of_three_inputs_moves_in_two_dimensions() -> None:
    wide = m.extended(m.X4[0], (0, [3, 2, 6]))
    assert value("dense.inertia", wide, m.X4[1]) == (5, 1, 2)
    assert value("dual.local_dimension", wide, m.X4[1]) == 2


def test_the_two_sigmoid_networks_have_different_tangent_functions() -> None:
    one, other = m.lattice("sigmoid", (1, 3), (-1, 2)), m.lattice("sigmoid", (-1, "1/3"), (1, "1/2"))
    data = m.sample(range(1, 8), [0] * 7)
    assert value("dense.same_function", one, other)
    assert value("lifting.rank", one, data) == value("lifting.rank", other, data) == 4
    assert value("lifting.joint_rank", one, other, data) == 5


def tally_of(check: str) -> Counter[tuple[int, int, int, int, tuple[int, ...]]]:
    """(zeros, width, components, dimension, inertia) of the families of a check, with the number of components."""
    statement = statement_of("components_d1")
    result = run_check(statement, check_of(statement, check), seed=0, bits=128)
    assert (result.outcome, result.recheck) == ("exhausted", "accepted"), result.message
    found: Counter[tuple[int, int, int, int, tuple[int, ...]]] = Counter()
    for tally in result.details["tallies"]:
        for (p, width, components, dimension, inertia), times in tally["counts"]:
            found[int(p), int(width), int(components), int(dimension), tuple(map(int, inertia))] += times
    return found


def test_all_components_of_small_widths() -> None:
    found = tally_of("every_component")
    assert found == {
        (3, 1, 2, 0, (2, 0, 0)): 2,  # tanh, 3^m - 1 components
        (3, 2, 8, 1, (3, 0, 1)): 4,
        (3, 2, 8, 0, (3, 1, 0)): 4,
        (2, 1, 1, 0, (2, 0, 0)): 1,  # exp, 2^m - 1 components
        (2, 2, 3, 1, (2, 1, 1)): 1,
        (2, 2, 3, 0, (3, 1, 0)): 2,
        (2, 2, 2, 0, (4, 0, 0)): 2,  # exp with two neurons, 2^m - 2 components
        (2, 3, 6, 1, (5, 0, 1)): 3,
        (2, 3, 6, 1, (4, 1, 1)): 3,
    }


def test_all_components_with_five_zeros() -> None:
    found = tally_of("every_component_of_larger_sets")
    five = {key[1:]: times for key, times in found.items() if key[0] == 5}
    assert five == {
        (2, 16, 1, (3, 0, 1)): 4,  # residuals of one sign
        (2, 16, 1, (2, 1, 1)): 4,  # of the other one
        (2, 16, 0, (3, 1, 0)): 24,
        (3, 98, 2, (4, 0, 2)): 8,
        (3, 98, 1, (4, 1, 1)): 36,
        (3, 98, 2, (2, 2, 2)): 8,
        (3, 98, 1, (3, 2, 1)): 36,
        (3, 98, 0, (4, 2, 0)): 108,
    }
    assert sum(times for key, times in found.items() if key[:2] == (3, 3)) == 26


@pytest.mark.parametrize(
    ("start", "factor", "phi", "decrease"),
    [
        (1, "101/100", "22659912/113928084725", 5.708630386808e-05),
        (2, "3/4", "32/11375", float(Fraction(512, 62446875))),
        (2, "201/200", "18423208/11492185275025", 1.1832858169e-12),
    ],
)
def test_the_escape_path(start: int, factor: str, phi: str, decrease: float) -> None:
    network, data = m.extended(m.A[0], (0, start)), m.A[1]
    place = (fmpq(start) * fmpq(*map(int, factor.split("/"))),)
    slope, kappa = value("dual.value", network, data, place), value("dual.kappa", network, data, place)
    assert str(slope) == phi
    moved = moved_network(read_network(network), [1], (place[0] / start,), -slope / kappa)
    assert moved is not None
    before, after = (value("dense.loss", net, data) for net in (network, moved.to_json()))
    assert after - before == -(slope**2) / (2 * kappa)
    assert float(Fraction(str(before - after))) == pytest.approx(decrease, rel=1e-9)
    if start == 2 and factor == "3/4":
        assert before - after == fmpq(512, 62446875)


@pytest.mark.parametrize(
    ("network", "inputs", "targets", "count"),
    [
        (m.EXP_NARROW, [1, 2, 3, 4], [22, -20, 17, 15], 2),
        (m.EXP_NARROW, [1, 2, 3, 4], [-18, 28, -1, 17], 2),
        (m.TANH_NARROW, [1, 2, 3], ["-47/75", "8/5", "94/225"], 2),
        (m.TANH_NARROW, [1, 2, 5], [1, -2, 1], 2),
        (m.TANH_NARROW, [1, 2, 3], [1, 0, 1], 0),
    ],
)
def test_critical_networks_of_width_one_are_counted(network: m.Raw, inputs: Any, targets: Any, count: int) -> None:
    assert value("dual.width_one_count", network, m.sample(inputs, targets)) == count


IRRATIONAL = [
    ("exp", m.X1[1], "21.949384444688054902", "-0.54086615823641141918", (1, 1, 0), "-298.614166799", "577.0860083853"),
    ("exp", m.X1_REVERSED[1], "8.5346110996162889330959e-6", "3.6258665697876072786683", (1, 1, 0), None, "554.7232922144"),
    (
        "tanh", m.sample([1, 2, 5], [1, -2, 1]), "-0.07891958805183718051", "0.78863649535544951957", (2, 0, 0),
        "0.1070228976", "2.9929183340",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("activation", "data", "a", "w", "inertia", "curvature", "loss"), IRRATIONAL)
def test_the_type_of_irrational_critical_networks(
    activation: str, data: m.Raw, a: str, w: str, inertia: Any, curvature: str | None, loss: str
) -> None:
    network = m.two_layer(activation, (Fraction(a), Fraction(w)))
    with precision(256):
        radius = fmpq(1, 10**16)
        assert value("boxes.unique_critical", network, data, radius) is True
        assert value("boxes.inertia", network, data, radius) == inertia
        assert abs(value("boxes.loss", network, data, radius) - arb(loss)) < 1e-9
        if curvature is not None:
            found = evaluate(read_network(network), read_data(data))
            ((second,),) = Dual(found).hessian(found.network.neurons[0].inner) or [[None]]
            assert abs(second * found.network.neurons[0].outer[0] - arb(curvature)) < 1e-8


# ---- the statements and their false variants -------------------------------------------------------------------------


def variant(name: str, *, claim: Any = None, drop: str | None = None) -> Statement:
    """A statement with another claim, or without an assumption, whose control becomes a certificate."""
    return varied(statement_of(name), claim=claim, drop=drop, certify_controls=True)


@pytest.mark.parametrize("name", STATEMENTS)
def test_each_statement_is_reduced_and_its_controls_bite(name: str) -> None:
    statement = statement_of(name)
    checks = [check for check in statement.checks if check.budget == "quick" and check.kind != "figure"]
    results = [run_check(statement, check, seed=0, bits=128) for check in checks]
    messages = [f"{result.name}: {result.outcome}, {result.recheck}, {result.message}" for result in results]
    assert conclude(statement.declared, bool(statement.assumptions), results).outcome == "reduced", messages


DROPPED = [
    (name, assumption)
    for name in STATEMENTS
    for assumption in dict.fromkeys(check.drops for check in statement_of(name).checks if check.drops is not None)
]


@pytest.mark.parametrize(("name", "assumption"), DROPPED)
def test_without_an_assumption_it_is_refuted(name: str, assumption: str) -> None:
    assert outcome(variant(name, drop=assumption)) == "refuted"


def test_the_reduction_does_not_keep_the_inertia() -> None:
    r = module("critical_reduction")
    assert outcome(variant("critical_reduction", claim=Eq(r.NEGATIVE.symbol, r.NARROW_NEGATIVE.symbol))) == "refuted"
    assert outcome(variant("critical_reduction", claim=r.POSITIVE.symbol <= r.NARROW_POSITIVE.symbol)) == "refuted"


def test_minima_do_not_stay_minima_on_the_way_to_larger_widths() -> None:
    r = module("critical_reduction")
    claim = Implies(And(r.HALF_SQUARE.symbol, r.NARROW_MINIMUM.symbol), r.MINIMUM.symbol)
    assert outcome(variant("critical_reduction", claim=claim)) == "refuted"


def test_not_every_network_with_the_function_is_critical() -> None:
    b = module("critical_branches")
    assert outcome(variant("critical_branches", claim=And(m.CRITICAL.symbol, b.SAME.symbol))) == "refuted"
    assert (
        outcome(variant("critical_branches", claim=Equivalent(m.CRITICAL.symbol, Not(b.CONDITIONS.symbol))))
        == "refuted"
    )


def test_the_dimension_is_larger_than_the_number_of_extra_neurons_for_three_inputs() -> None:
    d = module("dimension_bounds")
    extra = d.WIDTH.symbol - d.MINIMAL.symbol
    assert outcome(variant("dimension_bounds", claim=d.DIMENSION.symbol <= extra)) == "refuted"
    assert outcome(variant("dimension_bounds", claim=d.DIMENSION.symbol < d.BOUND.symbol)) == "refuted"
    assert outcome(variant("dimension_bounds", claim=Eq(d.DIMENSION.symbol, d.BOUND.symbol))) == "refuted"
    assert outcome(variant("dimension_bounds", claim=d.NULLITY.symbol <= d.DIMENSION.symbol)) == "refuted"


def test_the_bounds_on_the_number_of_zeros_are_sharp() -> None:
    c = module("components_d1")
    exponential = Implies(Not(c.SIGNED.symbol), c.p + c.r <= c.n - 2)
    assert outcome(variant("components_d1", claim=exponential)) == "refuted"
    assert outcome(variant("components_d1", claim=Implies(c.SIGNED.symbol, c.p >= 2 * c.r + 2))) == "refuted"
    assert outcome(variant("components_d1", claim=c.DIMENSION.symbol <= c.width - c.r - 1)) == "refuted"
    assert outcome(variant("components_d1", claim=Eq(c.COMPONENTS.symbol, c.p**c.width))) == "refuted"


def test_the_neighbours_are_no_nearer_than_they_are_said_to_be() -> None:
    s = module("saddle_branches")
    assert outcome(variant("saddle_branches", claim=s.LOWER_DISTANCE.symbol < s.radius / 4)) == "refuted"
    assert outcome(variant("saddle_branches", claim=m.LOSS.symbol <= s.LOWER.symbol)) == "refuted"
    assert outcome(variant("saddle_branches", claim=s.HIGHER.symbol <= m.LOSS.symbol)) == "refuted"


def test_the_coefficients_of_the_escape_path() -> None:
    e = module("escape_path")
    raised = Eq(e.RAISED[1].symbol, e.loss + e.phi**2 / e.kappa)
    assert outcome(variant("escape_path", claim=raised)) == "refuted"
    quadratic = Eq(e.AFTER[1].symbol, e.loss + e.t * e.phi + e.t**2 * e.kappa)
    assert outcome(variant("escape_path", claim=quadratic)) == "refuted"
    assert outcome(variant("escape_path", claim=e.loss - e.LOWEST[1].symbol > e.phi**2 / (2 * e.kappa))) == "refuted"


def test_width_one_has_sometimes_two_critical_networks_and_never_all() -> None:
    w = module("narrow_enumeration")
    assert outcome(variant("narrow_enumeration", claim=Implies(m.CRITICAL.symbol, w.COUNT.symbol <= 1))) == "refuted"
    assert outcome(variant("narrow_enumeration", claim=Implies(m.CRITICAL.symbol, w.COUNT.symbol >= 3))) == "refuted"
    assert outcome(variant("narrow_enumeration", claim=Not(w.LISTED.symbol))) == "refuted"


@pytest.mark.parametrize("group", [[], [0, 0, 1], [-1], [7]])
def test_a_group_is_a_set_of_neurons(group: list[int]) -> None:
    """(1, w) and (-2, w) do not cancel, however often one of them is named."""
    network = m.two_layer(m.ODD, (1, 1), (-2, 1))
    assert value("embedding.partial_sum", network, tuple(group)) is None
    assert value("embedding.escape", network, m.instance_of(m.ODD)[1], tuple(group), fmpq(1, 10)) is None
