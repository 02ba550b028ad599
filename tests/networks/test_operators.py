"""The operators as a researcher calls them, and the examples of their page."""

from __future__ import annotations

import doctest
import random
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import critical_points as cp
import pytest
from critical_points import ask, designed, lattice, network
from flint import fmpq, fmpq_mat

import verify
from verify.decide import inertia
from verify.errors import InstanceError
from verify.networks.operators import (
    Data,
    Network,
    add_null,
    branches,
    classify,
    descent,
    dual_zeros,
    embed_deep,
    escape,
    evaluate,
    hierarchy,
    lift,
    reduce,
    reductions,
    replicate,
    split,
)
from verify.networks.saddles import cancelling, negative_direction

PAGE = Path(verify.__file__).parent.parent / "docs" / "operators.md"


def test_the_examples_of_the_page_run():
    code = "".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    test = doctest.DocTestParser().get_doctest(code, {}, "operators.md", str(PAGE), 0)
    assert len(test.examples) > 25
    result = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(test)
    assert result.failed == 0


def test_the_messages_on_the_page_are_those_of_the_program():
    """Doctest ignores the details of exceptions, since tracebacks name modules: compare them here."""
    text = PAGE.read_text(encoding="utf-8")
    net, data = cp.tanh_a()
    deep, shares = Network.of("tanh", [[[1]], [[2]], [[3]]]), [["1/3", "2/3"], ["3/4", "1/4"]]
    for call in (
        lambda: split(net, 0, ["1/3", "1/3"]),
        lambda: embed_deep(deep, [[0, 0], [0, 0]], betas=[shares]),
        lambda: lift(net, data, [[3]]),
        lambda: escape(split(net, 0, [2, -1]), data),
    ):
        with pytest.raises(InstanceError) as caught:
            call()
        assert str(caught.value) in text


@pytest.mark.parametrize("module", ["operators", "branch_types", "embedding_deep"])
def test_the_examples_in_docstrings_run(module):
    loaded = __import__(f"verify.networks.{module}", fromlist=["x"])
    result = doctest.testmod(loaded)
    assert (result.failed, result.attempted > 0) == (0, True)


# ---- embed and reduce ------------------------------------------------------------------------------------------------


def test_split_takes_every_kind_of_exact_number():
    net = network(cp.ODD, [2], [3])
    for half in (Fraction(1, 2), "1/2", fmpq(1, 2)):
        assert split(net, 0, [half, half]).layers == (((3,), (3,)), ((1, 1),))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: split(network("tanh", [1], [1]), 0, [0.5, 0.5]), "not an exact number"),
        (lambda: split(network("tanh", [1], [1]), 0, [1, 1]), "sum to 2"),
        (lambda: split(network("tanh", [1], [1]), 1, [1, 0]), "neurons 0 to 0"),
        (lambda: split(network("exp", [1], [1]), 0, [1, 0], signs=[1, -1]), "odd or even"),
        (lambda: split(Network.of("tanh", [[[1]], [[1]], [[1]]]), 0, [1]), "embed_deep"),
        (lambda: add_null(network("exp", [1], [1])), "changes the output"),
        (lambda: Network.of("tanh", [[[0.5]], [[1]]]), "not an exact number"),
        (lambda: replicate(network("tanh", [1], [1]), 0, 2, layer=2), "layers 1 to 1"),
        (lambda: replicate(network("tanh", [1], [1]), 0, 0), "copies >= 1"),
        (lambda: reduce(network("sigmoid", [1], [1])), "class M"),
        (lambda: reduce(network("tanh", [1, -1], [1, 1])), "is 0"),
        (lambda: reductions(Network.of("tanh", [[[1]], [[1]]], [[1], None])), "biases"),
        (lambda: list(branches(network("tanh", [1, 1], [1, 2]), 1)), "minimal width r <= m"),
        (lambda: hierarchy(3, 9, signed=True, null=True), "more than 50000"),
        (lambda: lift(network("tanh", [1], [1]), Data.of([[1]], [[1]]), [[0]]), "not rational"),
        (lambda: lift(lattice("tanh", [1], [2]), Data.of([[1]], [[1]]), [[1]]), "not a critical point"),
        (lambda: lift(lattice("tanh", [1], [2]), Data.of([["1/2"]], [[1]]), [[1]]), "undefined"),
        (lambda: dual_zeros(*cp.exp_node()), "2 inputs"),
        (lambda: classify(lattice("exp", [1], [2]), cp.exp_3(1)[1], 2), "not a critical point"),
        (lambda: escape(*cp.tanh_a(), radius=2), "at most 1"),
        (lambda: escape(*cp.tanh_a(), neurons=[0]), "do not sum to 0"),
        (lambda: escape(*cp.tanh_a(), neurons=[4]), "must exist"),
        (lambda: descent(*cp.tanh_a()), r"inertia \(2, 0, 0\)"),
    ],
)
def test_refusals_say_what_is_wrong(call, message):
    with pytest.raises(InstanceError, match=message):
        call()


def test_null_neurons():
    assert add_null(lattice("tanh", [1], [(2, 3)]), "1/2").layers == (((2, 3), (1, 1)), ((1, fmpq(1, 2)),))
    assert add_null(Network.of(cp.FLAT, [[[1]], [[1], [2]]]), [3, 4]).layers == (((1,), (0,)), ((1, 3), (2, 4)))


def test_replicating_in_a_deep_network():
    net = Network.of(cp.GENERIC, [[[1, 2]], [[1], [3]], [[2, 1]]], [["1/2"], None, [1]])
    data = Data.of([[1, 2], [0, 1], [3, -1]], [[1], [0], [2]])
    for layer, neuron in ((1, 0), (2, 1)):
        wide = replicate(net, neuron, 3, layer)
        assert wide.size > net.size
        assert evaluate(wide, data).outputs == evaluate(net, data).outputs


def test_deep_embeddings_have_larger_inertia():
    """Every entry of the inertia of a critical point grows."""
    net = Network.of(cp.ODD, [[[1]], [[1], [-2]], [[1, 1]]])
    points = [[x] for x in range(1, 7)]
    jacobian = evaluate(net, Data.of(points, [[0]] * 6)).jacobian
    reduced, rank = jacobian.transpose().rref()
    assert rank == 5
    data = designed(net, points, [*(-reduced[i, 5] for i in range(5)), fmpq(1)])
    embedding = embed_deep(net, [[0, 0], [0, 1, 1]], [["1/3", "2/3"], [1, "-1/2", "3/2"]])
    own, wide = evaluate(net, data), evaluate(embedding.wide, data)
    assert not any(wide.gradient)
    assert all(a <= b for a, b in zip(inertia.of_exact(own.hessian), inertia.of_exact(wide.hessian), strict=True))


def test_reductions_of_a_critical_point_are_critical():
    net, data = cp.tanh_b()
    wide = add_null(split(lift(net, data, [[4], ["1/4"]]), 0, [2, -1], signs=[1, -1]))
    queue, seen = [wide], set()
    while queue:
        here = queue.pop()
        for step in reductions(here):
            assert not any(evaluate(step.network, data).gradient)
            assert ask("dense.same_function", step.network, net) is True
            if step.network not in seen:
                seen.add(step.network)
                queue.append(step.network)
    assert reduce(wide) in seen
    assert {step.kind for step in reductions(wide)} == {"merge", "drop-zero", "drop-null"}


def test_reductions_with_several_outputs():
    net = Network.of(cp.ODD, [[[1], [-1], [2]], [[1, 2, 0], [3, 4, 0]]])
    (silent, merged) = reductions(net)
    assert (silent.kind, silent.neurons, merged.kind) == ("drop-zero", (2,), "merge")
    assert merged.network.layers == (((1,), (2,)), ((-1, 0), (-1, 0)))


def test_a_point_that_is_not_critical_may_reduce_to_one_that_is():
    net, data = cp.tanh_a()
    wide = lattice("tanh", [1, 0], [2, 3])
    assert reduce(wide) == net
    assert any(evaluate(wide, data).gradient)


# ---- zeros and lifts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (cp.tanh_a(), [("1/2", 2), ("1", 1), ("2", 2)]),
        (cp.tanh_b(), [("1/4", 1), ("1/2", 2), ("1", 1), ("2", 2), ("4", 1)]),
        (cp.tanh_c(), [("1/3", 2), ("1/2", 2), ("1", 1), ("2", 2), ("3", 2)]),
        (cp.tanh_d(), [("1/2", 3), ("1", 1), ("2", 3)]),
        (cp.exp_1(), [("2", 2), ("5", 1)]),
        (cp.exp_3(1), [("2", 2), ("3", 2)]),
    ],
)
def test_zeros_of_the_dual_function(point, expected):
    zeros = dual_zeros(*point)
    assert [(str(zero.value), zero.multiplicity) for zero in zeros] == expected
    assert not any(evaluate(lift(*point, [[zero.value] for zero in zeros]), point[1]).gradient)


def test_zeros_for_rational_activations():
    net = network(cp.ODD, [1], [2])
    kernel, _ = evaluate(net, Data.of([[1], [2], [3]], [[0]] * 3)).jacobian.transpose().rref()
    data = designed(net, [1, 2, 3], [-kernel[0, 2], -kernel[1, 2], fmpq(1)])
    zeros = dual_zeros(net, data)
    assert [zero.multiplicity for zero in zeros if zero.value in (-2, 0, 2)] == [2, 1, 2]
    assert all(ask("dual.value", net, data, (zero.value,)) == 0 for zero in zeros if zero.value is not None)
    net = network({"polynomial": [0, 0, 1]}, [1], [1])
    assert dual_zeros(net, Data.of([[1], [2]], [[0], [0]]))[0].multiplicity == 2
    with pytest.raises(InstanceError, match="identically 0"):
        dual_zeros(net, Data.of([[1]], [[1]]))


def test_irrational_zeros_have_intervals():
    net = lattice("exp", [1], [2])
    # u (u - 2)^2 (u^2 - 3)
    data = designed(net, [1, 2, 3, 4, 5], [-12, 12, 1, -4, 1])
    irrational = [zero for zero in dual_zeros(net, data) if zero.value is None]
    assert len(irrational) == 1
    assert irrational[0].lo ** 2 < 3 < irrational[0].hi ** 2
    (report,) = (r for r in classify(net, data, 2) if str(r.branch.kind) == "0: 0; block: 1")
    assert (report.critical, report.saddle) == ("own", None)


# ---- branches and their points -------------------------------------------------------------------------------------------


def test_hierarchies_of_networks():
    diagram = hierarchy(lattice("tanh", [1], [(2, 3)]), 3)
    assert diagram.number_of_nodes() == 68
    assert {(d["blocks"], d["dimension"]) for _, d in diagram.nodes(data=True)} == {(0, 2), (1, 3), (2, 4)}
    constant = hierarchy(network(cp.EVEN, [1, 2], [0, 3]), 3)
    assert set(constant) == {branch.kind for branch in branches(network(cp.EVEN, [1, 2], [0, 3]), 3)}
    assert constant.number_of_edges() == len(set(constant.edges)) > 0


def summary(reports):
    return Counter((report.critical, report.all_saddles) for report in reports)


@pytest.mark.parametrize(
    ("point", "m", "expected"),
    [
        (cp.tanh_a(), 1, {("all", False): 2}),
        (cp.tanh_a(), 2, {("all", False): 4, ("own", True): 4, ("coarser", True): 4}),
        (cp.tanh_a(-1), 2, {("all", True): 4, ("own", True): 4, ("coarser", True): 4}),
        (cp.tanh_b(), 2, {("all", False): 4, ("own", True): 8}),
        (cp.tanh_d(), 2, {("all", None): 4, ("own", True): 4, ("coarser", True): 4}),
        (cp.exp_1(), 2, {("all", False): 1, ("own", True): 2}),
        (cp.exp_1(), 3, {("all", False): 1, ("own", True): 6, ("coarser", True): 3}),
        (cp.exp_3(-1), 3, {("all", False): 6, ("coarser", True): 6}),
        (cp.exp_node(), 2, {("all", True): 1, ("own", True): 2}),
        (cp.exp_definite(), 2, {("all", False): 1, (None, True): 2}),
        (cp.exp_line(), 2, {("all", None): 1, (None, True): 2}),
    ],
)
def test_classified_branches(point, m, expected):
    net, data = point
    reports = classify(net, data, m)
    assert summary(reports) == expected
    loss = evaluate(net, data).loss
    for report in reports:
        if report.saddle is not None:
            assert report.branch.contains(report.saddle)
            assert not any(evaluate(report.saddle, data).gradient)
            assert evaluate(report.lower, data).loss < loss
            assert ask("embedding.local_minimum", report.saddle, data) is not True
        if report.critical == "all" and report.all_saddles is False and m > net.width:
            assert report.saddle is not None
    assert all(
        report.saddle is not None
        for report in reports
        if report.all_saddles and report.critical == "own" and net.dimension == 1
    )


def test_candidates_for_several_inputs():
    net, data = cp.exp_line()
    (first, *_) = [r for r in classify(net, data, 2, candidates=[(2, 1), (5, 5)]) if r.branch.kind.blocks]
    assert first.critical == "own"
    assert evaluate(first.lower, data).loss < evaluate(net, data).loss


def test_a_network_that_fits_has_no_saddles():
    net, _ = cp.tanh_a()
    data = designed(net, [1, 2, 3], [0, 0, 0])
    assert summary(classify(net, data, 2)) == {("all", False): 12}
    with pytest.raises(InstanceError, match="phi vanishes"):
        escape(split(net, 0, [1, 0]), data)


# ---- leaving saddles -------------------------------------------------------------------------------------------------


def test_escapes_are_exact_for_quadratic_losses():
    net, data = cp.tanh_c()
    for wide in (lift(net, data, [[3]]), split(net, 0, [1, "1/2", "-1/2"]), split(net, 0, [1, 0], signs=[1, -1])):
        for radius in (1, "1/100"):
            way = escape(wide, data, radius=radius)
            assert way.actual == way.predicted < 0
            assert evaluate(way.network, data).loss == way.end
    square = Data(data.inputs, data.targets, "square")
    way = escape(lift(net, square, [[3]]), square)
    assert way.actual == way.predicted < 0
    full = escape(lift(net, data, [[3]]), data)
    assert full.change == -full.phi / full.kappa
    assert full.predicted == -(full.phi**2) / (2 * full.kappa)


def test_escape_with_opposite_neurons():
    _, data = cp.tanh_c()
    wide = lattice("tanh", [1, 2, 2], [2, 3, "1/3"])
    assert cancelling(wide) == (1, 2)
    way = escape(wide, data)
    assert way.actual == way.predicted < 0
    assert way.network.neurons[1].inner[0] * way.network.neurons[2].inner[0] == 1
    # null neurons of an odd activation cancel with signs of one's choice
    assert cancelling(lattice("tanh", [1, 2, 2], [2, 1, 1])) == (1, 2)
    assert cancelling(lattice("exp", [1, 2, 2], [2, 1, 1])) is None


def test_escape_with_another_loss():
    data = Data.of([[1], [3]], [[8], [3]], "quartic")
    for activation in (cp.ODD, cp.FLAT):
        way = escape(network(activation, [0], [0]), data)
        assert way.actual < 0


@pytest.mark.parametrize(
    "point",
    [
        (split(cp.tanh_a()[0], 0, [2, -1]), cp.tanh_a()[1]),
        cp.tanh_a(-1),
        cp.exp_3(1, -1),
        (split(cp.exp_node()[0], 0, ["1/2", "1/2"]), cp.exp_node()[1]),
    ],
)
def test_descent_from_strict_saddles(point):
    net, data = point
    down = descent(net, data)
    column = fmpq_mat([[x] for x in down.direction])
    assert (column.transpose() * evaluate(net, data).hessian * column)[0, 0] == down.curvature < 0
    assert evaluate(down.network, data).loss == down.end < down.start


def test_directions_of_negative_curvature():
    rng = random.Random(6)
    for _ in range(200):
        size = rng.randint(1, 4)
        entries = [[rng.choice([-1, 0, 0, 1, 2]) for _ in range(size)] for _ in range(size)]
        matrix = fmpq_mat([[entries[i][j] + entries[j][i] for j in range(size)] for i in range(size)])
        if rng.random() < 0.3:
            matrix = matrix * matrix
        found = negative_direction(matrix)
        assert (found is None) is (inertia.of_exact(matrix)[1] == 0)
        if found is not None:
            column = fmpq_mat([[x] for x in found])
            assert (column.transpose() * matrix * column)[0, 0] < 0
