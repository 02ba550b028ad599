"""Lifting of critical points: reference values, and false variants of the statements, which their checks must not let pass."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from flint import arb, fmpq, fmpq_mat
from sympy import And, Equivalent, Implies, Not, Rational
from varying import outcome, variant

from theorems.critical_points import _models as m
from verify.arithmetic import precision
from verify.decide import inertia
from verify.networks.dense import Evaluation, evaluate, read_data, read_network
from verify.networks.lifting import critical_with, in_span, is_split_or_null, tangent_matrix
from verify.quantities import Workspace, lookup
from verify.statement import Check


def module(name: str) -> Any:
    return import_module(f"theorems.critical_points.{name}")


def on(network: m.Raw, data: m.Raw) -> Evaluation:
    return evaluate(read_network(network), read_data(data))


def inertia_on(network: m.Raw, data: m.Raw) -> tuple[int, int, int]:
    matrix = on(network, data).hessian
    assert isinstance(matrix, fmpq_mat)
    return inertia.of_exact(matrix)


def is_critical(network: m.Raw, data: m.Raw) -> bool:
    gradient = on(network, data).gradient
    assert gradient is not None
    return not any(gradient)


def value(name: str, *arguments: Any) -> Any:
    with precision(200):
        return lookup(name)(Workspace(), *arguments)


def number(text: Any) -> fmpq:
    exactly = Fraction(text)
    return fmpq(exactly.numerator, exactly.denominator)


# ---- false variants ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "statement", "assumption"),
    [
        ("lifting_operator", "lifting", "same-function"),
        ("tau_one_hidden", "exact_lifting", "irreducible"),
        ("tau_one_hidden", "exact_lifting", "activation"),
        ("tau_one_hidden", "exact_lifting", "same-function"),
        ("embeddings_incomplete", "incomplete", "three-layers"),
        ("embeddings_incomplete", "incomplete", "zero-layers"),
        ("embeddings_incomplete", "incomplete", "zero-at-zero"),
        ("embeddings_incomplete", "incomplete", "no-biases"),
        ("embeddings_incomplete", "incomplete", "generic-rows"),
        ("embeddings_incomplete", "incomplete", "zero-targets"),
        ("saddles_one_hidden", "saddles", "residuals"),
        ("saddles_one_hidden", "saddles", "separated"),
        ("saddles_one_hidden", "saddles", "analytic"),
        ("saddles_one_hidden", "saddles", "no-polynomial"),
        ("saddles_one_hidden", "saddles", "critical"),
        ("saddles_one_hidden", "saddles", "one-silent-neuron"),
        ("sample_dependent_existence", "existence", "enough-inputs"),
        ("sample_dependent_existence", "existence", "separated"),
        ("sample_dependent_existence", "existence", "analytic"),
        ("sample_dependent_existence", "existence", "no-polynomial"),
        ("sample_dependent_existence", "existence", "one-silent-neuron"),
        ("remark_4_5", "corrected", "silent-nulls"),
        ("remark_4_5", "corrected", "sample-dependent"),
        ("remark_4_5", "corrected", "same-function"),
        ("remark_4_5", "corrected", "separated"),
        ("remark_4_5", "corrected", "activation"),
        ("illustration_tanh", "corrected", "tanh"),
        ("illustration_tanh", "corrected", "outer-weight"),
        ("illustration_tanh", "corrected", "inner-weight"),
    ],
)
def test_without_an_assumption_its_control_refutes(name: str, statement: str, assumption: str) -> None:
    whole = getattr(module(name), statement)
    changed = variant(whole, drop=assumption)
    changed.checks.clear()
    for control in (check for check in whole.checks if check.drops == assumption):
        changed.certificate(control.function)
    assert outcome(changed) == "refuted"


def test_being_critical_at_some_inputs_does_not_put_a_point_in_the_span() -> None:
    x = module("lifting_operator")
    assert outcome(variant(x.lifting, claim=Implies(x.CRITICAL_WITH.symbol, m.IN_SPAN.symbol))) == "refuted"


def test_not_everything_in_the_span_is_outside_the_splits() -> None:
    x = module("tau_one_hidden")
    assert (
        outcome(variant(x.exact_lifting, claim=Equivalent(m.IN_SPAN.symbol, Not(x.SPLIT_OR_NULL.symbol)))) == "refuted"
    )
    assert outcome(variant(x.exact_lifting, claim=x.SPLIT_OR_NULL.symbol)) == "refuted"


def test_the_added_neuron_is_not_critical_everywhere_and_no_minimum() -> None:
    x = module("saddles_one_hidden")
    assert outcome(variant(x.saddles, claim=x.WIDE_CRITICAL.symbol)) == "refuted"
    assert outcome(variant(x.saddles, claim=Equivalent(x.WIDE_CRITICAL.symbol, x.PHI.symbol <= 0))) == "refuted"
    minimum = Implies(x.WIDE_CRITICAL.symbol, x.LOWER_LOSS.symbol >= x.WIDE_LOSS.symbol)
    assert outcome(variant(x.saddles, claim=minimum)) == "refuted"


def test_zero_layers_make_the_output_zero_and_not_only_critical() -> None:
    x = module("embeddings_incomplete")
    for claim in (Not(x.FITS_ZEROS.symbol), Not(m.CRITICAL.symbol), x.IMAGE.symbol):
        assert outcome(variant(x.incomplete, claim=claim)) == "refuted"
    narrower = {**x._NARROWER, "activation": "tanh"}
    tanh = x._instance(x.deep("tanh", x._ZERO, x._ZERO, x._ROWS, x._OUTER), narrower)
    assert value("dense.critical", tanh["network"], tanh["data"]) is True, "an enclosure that is the point 0"


def test_saddles_in_logarithmic_weights() -> None:
    x = module("saddles_one_hidden")
    tight = Implies(x.WIDE_CRITICAL.symbol, x.TO_LOWER.symbol <= x.RADIUS.symbol / 10)
    below = Implies(x.WIDE_CRITICAL.symbol, x.HIGHER_LOSS.symbol <= x.WIDE_LOSS.symbol)
    for claim in (tight, below, Not(x.WIDE_CRITICAL.symbol)):
        changed = variant(x.saddles, claim=claim)
        changed.checks[:] = [c for c in changed.checks if c.name == "zeros_in_logarithmic_weights"]
        assert outcome(changed) == "refuted"


def test_one_input_beyond_the_rank_does_not_give_a_nonzero_loss() -> None:
    x = module("sample_dependent_existence")
    outside, joint = Not(x.ROW.symbol), x.POSITIVE
    for claim in (
        Implies(outside & (x.SAMPLES.symbol >= x.RANK.symbol + 1), joint),
        Implies(outside & (x.SAMPLES.symbol >= x.PARAMETERS + 1), joint),
        x.RANK.symbol < x.PARAMETERS,
        Not(joint),
    ):
        assert outcome(variant(x.existence, claim=claim)) == "refuted"


def test_the_two_targets_do_not_change_places() -> None:
    x = module("sample_dependent_existence")
    outside = Not(x.ROW.symbol)
    for critical in (*x.KEPT, x.SOME_CRITICAL):
        assert outcome(variant(x.existence, claim=Implies(outside, Not(critical.symbol)))) == "refuted"
    for lost in x.LOST:
        assert outcome(variant(x.existence, claim=Implies(outside, lost.symbol))) == "refuted"
    assert outcome(variant(x.existence, claim=x.SOME_VANISHES.symbol)) == "refuted"
    assert outcome(variant(x.existence, claim=outside)) == "refuted", "there are v in the span"
    minimum = Implies(outside & x.POSITIVE, x.LOWER_LOSS.symbol >= x.JOINT_LOSS.symbol)
    assert outcome(variant(x.existence, claim=minimum)) == "refuted"


@pytest.mark.parametrize(
    ("quantity", "start", "slope"),
    [("EPS_1", "1", "-6.0689"), ("EPS_2", "-0.5835", "3.5621"), ("EPS_2", "-0.584094469714", "3.5621")],
)
def test_printed_figures_are_refuted(quantity: str, start: str, slope: str) -> None:
    x = module("illustration_tanh")
    claim = x.on_line(getattr(x, quantity), start, slope, Rational(1, 20000))
    assert outcome(variant(x.corrected, claim=claim)) == "refuted"


def test_moved_figures_are_refuted() -> None:
    x = module("illustration_tanh")
    for claim in (
        x.near(2 * x.LOSS.symbol, Rational("1.44308038481414"), x._CLOSE),
        x.near(2 * x.SLOPE_AT_ZERO.symbol, Rational("1.01044587119"), 10 * x._CLOSE),
        x._CLOSER_ZERO[0].symbol > 0,
        And(x.panel(-4, "16.7310746188", x.SADDLE), x.panel(3, "-11.4133757261", x.SADDLE)),
        x.panel(0, "0.6485315648", x.MINIMUM),
    ):
        assert outcome(variant(x.corrected, claim=claim)) == "refuted"


@pytest.mark.parametrize("part", ["SLOPE", "ZERO", "RANGE"])
def test_each_printed_part_is_false_by_itself(part: str) -> None:
    x = module("illustration_tanh")
    assert outcome(variant(x.published, claim=getattr(x, f"{part}_AS_PRINTED").symbol)) == "refuted"


def test_each_caption_is_false_by_itself() -> None:
    x = module("illustration_tanh")
    (check,) = x.captions.checks
    for raw in list(check.function()):
        changed = variant(x.captions)
        changed.checks[:] = [Check("one_panel", "certificate", lambda raw=raw: iter([raw]))]
        assert outcome(changed) == "refuted"
    changed = variant(x.captions)
    changed.checks[:] = [Check("third_panel", "certificate", lambda: iter([x._instance(3)]))]
    assert outcome(changed) != "refuted", "the third caption holds"


# ---- reference values ----------------------------------------------------------------------------------------------


def test_members_of_the_lifting_of_one_tanh_neuron() -> None:
    narrow = read_network(m.TANH_NARROW)
    inside = ([("1/2", 2), ("1/2", 2)], [(2, 2), (-1, 2)], [(2, 2), (1, "1/2")], [(1, 2), (0, 1)], [(1, 2), (0, 2)])
    outside = ([(1, 2), (0, 4)], [(1, 2), (1, 1)], [(1, 2), (1, 4), (-1, 4)])
    for neurons, member in [*((x, True) for x in inside), *((x, False) for x in outside)]:
        wide = read_network(m.lattice("tanh", *neurons))
        assert in_span(narrow, wide) is member
        assert is_split_or_null(narrow, wide) is member


@pytest.mark.parametrize("extra", ["1", "-3/2", "2/7"])
def test_sigmoid_lifts_to_points_that_are_no_splits(extra: str) -> None:
    narrow, wide, data = m.sigmoid_lift(extra)
    one, other = on(narrow, data), on(wide, data)
    assert is_critical(narrow, data)
    assert is_critical(wide, data)
    assert inertia_on(narrow, data) == (3, 1, 0)
    assert inertia_on(wide, data) == (4, 1, 1)
    assert value("lifting.rank", narrow, data) == 4
    assert in_span(one.network, other.network) is True
    assert is_split_or_null(one.network, other.network) is False


def test_rows_of_added_neurons() -> None:
    """det = -8/75 at the inputs 1, 2; phi(3) = 1/70, phi(4) = 1176/27625 at instance A; rank 4 with two added neurons."""
    two = tangent_matrix(on(m.TANH_NARROW, m.sample([1, 2], [0, 0])))
    assert two is not None
    assert abs(two.det()) == fmpq(8, 75)
    network, data = m.A
    assert value("dual.value", network, data, (fmpq(3),)) == fmpq(1, 70)
    assert value("dual.value", network, data, (fmpq(4),)) == fmpq(1176, 27625)
    four = m.sample([1, 2, 3, 4], [0] * 4)
    for neurons, expected in (([(0, 4)], 3), ([(0, 4), (0, 4)], 3), ([(0, 3), (0, 4)], 4)):
        assert value("lifting.joint_rank", network, m.extended(network, *neurons), four) == expected
    silent = m.lattice("tanh", (0, 2))
    assert value("lifting.rank", silent, four) == 1


def test_the_counterexample_to_remark_4_5() -> None:
    data = m.designed(m.TANH_NARROW, [1, 2, 3, 4], m.scaled([1404, -1825, 1134, -289], "1/1825"))
    assert data["targets"] == m.rows(["-2387/5475", "8/5", "2569/16425", "32288/31025"])
    narrow = on(m.TANH_NARROW, data)
    assert narrow.loss == fmpq(3335659, 3330625)
    assert inertia_on(m.TANH_NARROW, data) == (2, 0, 0)
    for weight, expected in ((1, (3, 0, 1)), (-1, (3, 0, 1)), (2, (3, 0, 1)), ("1/10", (3, 0, 1)), (0, (2, 0, 2))):
        wide = m.extended(m.TANH_NARROW, (weight, 1))
        found = on(wide, data)
        assert is_critical(wide, data)
        assert inertia_on(wide, data) == expected
        assert value("embedding.local_minimum", wide, data) is (True if weight else None)
        other = on(wide, m.designed(m.TANH_NARROW, [1, 2, 3, 4], m.scaled([24, -25, 9, 0], "1/25")))
        slopes = [entry for entry in other.gradient or [] if entry]
        assert slopes == ([number(weight) / 25] if weight else [])
        assert critical_with(narrow, found) is (not weight)


def test_the_hessian_of_the_counterexample_is_the_one_in_the_argument() -> None:
    x = module("remark_4_5")
    data = x._TANH_DATA
    found = on(m.extended(m.TANH_NARROW, (1, 1)), data).hessian
    assert found is not None
    order = [2, 0, 3, 1]  # a, w, a', w' among w, w', a, a'
    table = fmpq_mat(4, 4, [number(str(entry)) for row in x._hessian_of_the_counterexample() for entry in row])
    assert table == fmpq_mat(4, 4, [found[i, j] for i in order for j in order])


def test_silent_neurons_over_z_over_one_plus_z_squared() -> None:
    data = m.designed(m.PLAIN_NARROW, m.PLAIN_INPUTS, m.PLAIN_RESIDUALS)
    for v, expected in ((0, (3, 1, 0)), (1, (2, 0, 2)), (-1, (2, 0, 2))):
        wide = m.extended(m.PLAIN_NARROW, (0, v))
        assert is_critical(wide, data)
        assert inertia_on(wide, data) == expected


def test_cancelling_neurons_at_a_second_double_zero() -> None:
    """Instance C: every point with cancelling neurons is a strict saddle."""
    tables = {1: [(4, 1, 1), (5, 1, 2), (4, 2, 2)], -1: [(3, 2, 1), (3, 3, 2), (4, 2, 2)]}
    for sign, expected in tables.items():
        network, data = m.instance_c(sign)
        for added, counts in zip(((1, -1), (1, 1, -2), (-1, -1, 2)), expected, strict=True):
            wide = m.extended(network, *((a, 3) for a in added))
            assert is_critical(wide, data)
            assert inertia_on(wide, data) == counts
            assert value("embedding.local_minimum", wide, data) is not True


def test_figures_of_the_illustration() -> None:
    network = m.two_layer("tanh", (1, "5129/5000"))
    inputs = ((fmpq(1, 4),), (fmpq(1),), (fmpq(4),), (fmpq(16),))

    def at(function: str, t: Any, *more: Any) -> Any:
        place = number(t)
        return value(f"designed.{function}", network, inputs, ((3 - 3 * place) / 10, (-1 - 9 * place) / 10), *more)

    def close(found: Any, printed: str, digits: int) -> bool:
        return bool(abs(arb(found) - arb(number(printed))) < arb(fmpq(1, 10**digits)))

    assert close(at("residual", 0, 0), "1.000956560078", 12)
    assert close(at("residual", 0, 1), "-0.584094469714", 12)
    assert close(at("residual", 1, 1) - at("residual", 0, 1), "3.527619740536", 12)
    assert at("residual", 0, 2) == fmpq(3, 10)
    assert close(2 * at("loss", 0), "1.44308038471414", 14)
    zero = (number("0.12328233186444528"),)
    assert close(at("dual", 0, zero), "0", 16)
    assert close(2 * at("dual_slope", 0, zero), "1.01044587019", 11)
    assert close(2 * at("dual_slope", 0, (fmpq(0),)), "-1.46771065939", 11)
    for v, t in (("0.1", "-0.015300525895"), ("0.5", "0.139238910003"), ("0.8", "0.157546181981")):
        assert close(at("dual", t, (number(v),)), "0", 11)
    assert close(at("dual_slope", "-0.0539967450249", (fmpq(0),)), "0", 11)
    panels: tuple[tuple[int, str, tuple[int, int, int]], ...] = (
        (-4, "16.7310746188", (2, 0, 0)),
        (0, "0.648531564591", (2, 0, 0)),
        (3, "-11.4133757261", (1, 1, 0)),
    )
    for place, curvature, counts in panels:
        assert close(2 * at("curvature", place), curvature, 10)
        assert at("inertia", place) == counts
