"""Types, branches, their hierarchy, and where they meet, against formulas, linear algebra and brute force."""

from __future__ import annotations

from collections import Counter
from itertools import product

import critical_points as cp
import networkx as nx
import pytest
from critical_points import ask, lattice, network
from flint import fmpq, fmpq_mat

from verify.decide import rank as ranks
from verify.errors import InstanceError
from verify.networks.branches import (
    Type,
    branches,
    coarsenings,
    count_types,
    hierarchy,
    is_irreducible,
    meeting_graph,
    reduced_rows,
    series_count,
    types,
)
from verify.networks.dense import Network, Neuron, evaluate

COUNTS = {
    (False, False): {0: (1, 1, 2, 5), 1: (1, 3, 10, 37), 2: (2, 12, 62, 320), 3: (6, 60, 450, 3120)},
    (True, True): {0: (1, 2, 6, 24), 1: (2, 12, 68, 416), 2: (8, 96, 896, 8000)},
    (True, False): {1: (2, 8, 38, 208), 2: (8, 72, 560, 4400)},
}


@pytest.mark.parametrize(
    ("signed", "null", "r", "row"), [(*key, r, row) for key, rows in COUNTS.items() for r, row in rows.items()]
)
def test_numbers_of_types(signed, null, r, row):
    for m, expected in enumerate(row, start=r):
        if m:
            assert ask("branches.count", signed, null, r, m) == ask("branches.series", signed, null, r, m) == expected
            assert signed or ask("branches.closed_form", r, m) == expected


@pytest.mark.parametrize(("signed", "null"), [(False, False), (False, True), (True, False), (True, True)])
def test_listed_types_are_as_many_and_all_different(signed, null):
    for r, m in ((0, 3), (1, 4), (2, 4), (3, 4)):
        listed = list(types(r, m, signed=signed, null=null))
        assert len(set(listed)) == len(listed) == count_types(r, m, signed=signed, null=null)
        for kind in listed:
            places = [j for part in kind.groups + kind.blocks for j, _ in part] + list(kind.nulls)
            assert sorted(places) == list(range(m)) == list(range(kind.width))
            assert all(kind.groups)
            assert all(block[0][1] == 1 for block in kind.blocks)


def test_more_counts():
    assert [series_count(0, m, signed=True, null=True) for m in range(5)] == [1, 2, 6, 24, 116]
    levels = {(1, 3): [1, 6, 3], (2, 4): [14, 36, 12], (2, 5): [30, 150, 120, 20], (1, 4): [1, 14, 18, 4]}
    for (r, m), expected in levels.items():
        found = Counter(len(kind.blocks) for kind in types(r, m))
        assert [found[s] for s in range(len(expected))] == expected
        assert ask("branches.surjections", r, m) == expected[0] == sum(kind.is_split for kind in types(r, m))
    for r, m in product(range(4), range(9)):
        if 0 < m <= 8 and r <= m:
            assert ask("branches.count", False, False, r, m) == ask("branches.closed_form", r, m)


def test_the_counts_of_the_largest_family():
    for signed, null in product((False, True), repeat=2):
        assert count_types(3, 8, signed=signed, null=null) == series_count(3, 8, signed=signed, null=null)


@pytest.mark.parametrize(
    ("r", "m", "nodes", "covers", "pairs", "diameter"),
    [(1, 2, 3, 2, 2, 2), (1, 3, 10, 15, 30, 2), (2, 3, 12, 12, 12, 6), (2, 4, 62, 132, 300, 4), (0, 3, 5, 6, 10, 1)],
)
def test_hierarchies(r, m, nodes, covers, pairs, diameter):
    diagram = hierarchy(r, m)
    assert diagram.number_of_nodes() == nodes
    assert ask("branches.covers", r, m) == ask("branches.covers_formula", r, m) == covers
    assert ask("branches.minimal", r, m) == (ask("branches.surjections", r, m) if r else 1)
    assert ask("branches.longest_chain", r, m) == (m - r if r else m - 1)
    assert ask("branches.transitive_reduction", r, m) is True
    for d in (1, 2) if nodes < 60 else (1,):
        assert ask("branches.meeting_pairs", r, m, d) == pairs
        assert ask("branches.diameter", r, m, d) == diameter
        assert ask("branches.connected", r, m, d) is True


def test_more_covers():
    for r, m, expected in ((1, 4, 92), (3, 4, 72), (2, 5, 1080)):
        assert ask("branches.covers", r, m) == ask("branches.covers_formula", r, m) == expected


def test_one_cycle_of_twelve():
    graph = meeting_graph(2, 3)
    assert set(dict(graph.degree).values()) == {2}
    assert nx.is_isomorphic(graph, nx.cycle_graph(12))


def test_connected_from_one_spare_neuron_on():
    for r in (1, 2, 3):
        assert ask("branches.connected", r, r, 1) is (r == 1)
        assert ask("branches.connected", r, r + 1, 1) is True
        assert (ask("branches.diameter", r, r, 1) is None) is (r > 1)


@pytest.mark.parametrize(("signed", "null"), [(False, False), (False, True), (True, False), (True, True)])
def test_hierarchies_of_other_classes_are_graded(signed, null):
    for r, m in ((0, 3), (1, 3), (2, 3)):
        diagram = hierarchy(r, m, signed=signed, null=null)
        assert set(diagram) == set(types(r, m, signed=signed, null=null))
        assert set(nx.transitive_reduction(diagram).edges) == set(diagram.edges)
        for kind, above in diagram.edges:
            assert len(above.blocks) == len(kind.blocks) + 1
        for kind in diagram:
            below = list(coarsenings(kind, signed=signed, null=null))
            s, c = len(kind.blocks), 2 if signed else 1
            assert len(set(below)) == len(below) == c * s * (s - 1) // 2 + c * r * s + null * s


@pytest.mark.parametrize(("signed", "null"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize(("r", "m"), [(1, 2), (1, 3), (2, 3), (0, 3)])
@pytest.mark.parametrize("d", [1, 2])
def test_dimensions_and_no_containment(signed, null, r, m, d):
    assert ask("branches.dimensions_match", signed, null, r, m, d) is True
    assert ask("branches.none_contained", signed, null, r, m, d) is True


def test_no_containment_in_wider_ones():
    assert ask("branches.none_contained", False, False, 2, 4, 1) is True
    assert ask("branches.dimensions_match", False, False, 2, 4, 3) is True


def test_sizes_outside_the_definition_are_undefined():
    for arguments in ((False, False, 3, 2), (False, False, "1/2", 2), (False, False, -1, 2)):
        assert (
            ask("branches.count", *(fmpq(*map(int, a.split("/"))) if isinstance(a, str) else a for a in arguments))
            is None
        )
    assert ask("branches.meeting_pairs", 1, 2, 0) is None
    assert ask("branches.closed_form", 2, 1) is None


def test_reduced_rows_find_contradictions():
    rows = [[fmpq(x) for x in row] for row in ([1, 1, 2], [2, 2, 4], [0, 1, 1])]
    assert reduced_rows(rows, 2) == [[1, 0, 1], [0, 1, 1]]
    assert reduced_rows([*rows, [fmpq(1), fmpq(0), fmpq(5)]], 2)[-1] == [0, 0, 4]


# ---- branches over networks ----------------------------------------------------------------------------------------------

NARROW = [
    lattice("tanh", [1, -2], [2, 3]),
    lattice("exp", [1, -2], [2, 3]),
    network(cp.EVEN, [1, 3], [2, 0]),
    network(cp.ODD, [1], [(1, 2)]),
    network(cp.FLAT, [1], [(1, 2)]),
    network(cp.GENERIC, ["1/2"], [(1, 2)]),
]


@pytest.mark.parametrize("narrow", NARROW)
def test_points_of_branches(narrow):
    """Each branch's points have the narrow output, satisfy its equations, and lie on no finer type's conditions by chance."""
    m = narrow.width + (2 if narrow.width == 1 else 1)
    listed = list(branches(narrow, m))
    seen = set()
    for branch in listed:
        point = branch.point()
        assert branch.contains(point)
        assert ask("dense.same_function", point, narrow) is True
        assert ask("branches.member", point, narrow) is True
        assert len(branch.equations) == m * (narrow.dimension + 1) - branch.dimension
        assert branch.zero_blocks == len(branch.kind.blocks)
        seen.add(branch.kind)
        if narrow.inner == "plain":
            assert equations_hold(branch, point)
            assert independent(branch)
    assert len(seen) == len(listed)
    first = listed[0].point()
    broken = first.with_neurons([Neuron((first.neurons[0].outer[0] + 1,), first.neurons[0].inner), *first.neurons[1:]])
    if not narrow.activation.zero_at_zero or not first.is_null(first.neurons[0].inner):
        assert ask("branches.member", broken, narrow) is False
        assert not listed[0].contains(broken)


def values_of(net):
    made = {("a", j): neuron.outer[0] for j, neuron in enumerate(net.neurons)}
    return made | {("w", j, p): x for j, neuron in enumerate(net.neurons) for p, x in enumerate(neuron.inner)}


def equations_hold(branch, point):
    values = values_of(point)
    return all(sum(c * values[key] for key, c in e.coefficients.items()) == e.right for e in branch.equations)


def independent(branch):
    keys = list(values_of(branch.point()))
    rows = [[fmpq(e.coefficients.get(key, 0)) for key in keys] for e in branch.equations]
    return ranks.of_exact(fmpq_mat(rows)) == len(rows)


def test_equations_of_logarithmic_weights_are_products():
    (branch,) = (b for b in branches(lattice("tanh", [1], [2]), 2) if str(b.kind) == "0: 0 -1")
    assert [(dict(e.coefficients), e.right) for e in branch.equations] == [
        ({("w", 0, 0): 1}, 2), ({("w", 1, 0): 1}, fmpq(1, 2)), ({("a", 0): 1, ("a", 1): -1}, 1),
    ]  # fmt: skip


def test_points_with_chosen_numbers():
    (branch,) = (b for b in branches(lattice("exp", [1], [2]), 4) if str(b.kind) == "0: 0 2; block: 1 3")
    point = branch.point({0: "3/2", 1: 4}, vectors=[[7]])
    assert [(n.outer[0], n.inner[0]) for n in point.neurons] == [(fmpq(3, 2), 2), (4, 7), (fmpq(-1, 2), 2), (-4, 7)]
    with pytest.raises(InstanceError, match="must sum to 1"):
        branch.point({0: 1, 2: 1})
    with pytest.raises(InstanceError, match="each of the 1 blocks"):
        branch.point(vectors=[])
    with pytest.raises(InstanceError, match="neurons 0 to 3"):
        branch.point({9: 1})
    with pytest.raises(InstanceError, match="not an exact number"):
        branch.point({0: 0.5})
    with pytest.raises(InstanceError, match="width is 1"):
        branch.contains(lattice("exp", [1], [2]))


def test_a_constant_neuron_has_no_signs():
    narrow = network(cp.EVEN, [1], [0])
    assert len(list(branches(narrow, 2))) == 1 + 2
    assert len(list(branches(network(cp.EVEN, [1], [2]), 2))) == 8


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (lattice("sigmoid", [1], [2]), "class M"),
        (network("relu", [1], [2]), "class N"),
        (network({"polynomial": [0, 0, 1]}, [1], [2]), "polynomial"),
        (lattice("tanh", [1, 1], [2, "1/2"]), "not irreducible"),
        (lattice("tanh", [1], [1]), "not irreducible"),
        (Network.of("tanh", [[[1]], [[1], [2]]]), "2 outputs"),
        (Network.of("tanh", [[[1]], [[1]], [[1]]]), "2 hidden layers"),
        (Network.of("tanh", [[[1]], [[1]]], [[1], None]), "biases"),
    ],
)
def test_what_has_no_list_of_branches(net, message):
    with pytest.raises(InstanceError, match=message):
        next(branches(net, 3))


def test_a_width_below_the_minimal_one():
    with pytest.raises(InstanceError, match="r = 2, m = 1"):
        next(branches(lattice("tanh", [1, 1], [2, 3]), 1))


def test_membership():
    base = lattice("tanh", [1], [2])
    for outer, inner, expected in (
        ([2, 1], [2, "1/2"], True),
        ([1, 5], [2, 1], True),
        ([1, 1, 1], [2, 7, "1/7"], True),
        ([1, 1], [2, 7], False),
        ([1, -1], [3, 3], False),
    ):
        assert ask("branches.member", lattice("tanh", outer, inner), base) is expected
    # class M: more relations than branches
    assert ask("branches.member", lattice("sigmoid", [1, 1, -2], [3, "1/3", 1]), lattice("sigmoid", [1], [3])) is False
    assert ask("branches.member", lattice("exp", [1], [2]), base) is None
    assert ask("branches.member", base, lattice("tanh", [1, 1], [2, 2])) is None
    assert not is_irreducible(lattice("sigmoid", [1, 1], [2, "1/2"]))


# ---- components for one input --------------------------------------------------------------------------------------------


def test_numbers_of_components():
    """tanh with 3 zeros, 5 zeros; exp with 2 zeros, and with 2 neurons and no further zero."""
    for p, r, signed, expected in (
        (3, 1, True, [2, 8, 26]),
        (5, 1, True, [2, 16, 98]),
        (2, 1, False, [1, 3, 7]),
        (2, 2, False, [0, 2, 6]),
    ):
        for m, number in enumerate(expected, start=1):
            assert ask("branches.components", p, r, m, signed) == number
            assert ask("branches.components_formula", p, r, m, signed) == number
    assert ask("branches.components", 2, 1, 2, True) is None


@pytest.mark.parametrize(
    ("sign", "m", "expected"),
    [
        (1, 2, {(1, (3, 0, 1)): 4, (0, (3, 1, 0)): 12}),
        (-1, 2, {(1, (2, 1, 1)): 4, (0, (3, 1, 0)): 12}),
        (1, 3, {(2, (4, 0, 2)): 8, (1, (4, 1, 1)): 36, (0, (4, 2, 0)): 54}),
        (-1, 3, {(2, (2, 2, 2)): 8, (1, (3, 2, 1)): 36, (0, (4, 2, 0)): 54}),
    ],
)
def test_dimension_and_inertia_of_every_component(sign, m, expected):
    """All critical points with the output of instance B: neurons sit at the zeros of phi, splits share evenly."""
    _, data = cp.tanh_b(sign)
    found = Counter()
    for places in product((fmpq(1, 4), fmpq(1, 2), 1, 2, 4), repeat=m):
        at_neuron = [u for u in places if u in (2, fmpq(1, 2))]
        if not at_neuron:
            continue
        share = fmpq(1, len(at_neuron))
        outer = [share * (1 if u == 2 else -1) if u in at_neuron else 0 for u in places]
        point = lattice("tanh", outer, list(places))
        assert evaluate(point, data).gradient == [0] * (2 * m)
        found[ask("dual.local_dimension", point, data), ask("dense.inertia", point, data)] += 1
    assert found == expected


def test_type_texts():
    kind = Type((((0, 1), (2, -1)),), (((1, 1),),), (3,))
    assert str(kind) == "0: 0 -2; block: 1; null: 3"
    assert (kind.width, kind.dimension(1), kind.dimension(3), kind.is_split) == (4, 3, 5, False)
