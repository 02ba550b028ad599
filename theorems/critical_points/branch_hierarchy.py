"""The branches of an output set form a graded hierarchy (claim read in Zhang et al. 2024; statement derived)."""

from collections.abc import Iterator

from sympy import And, Eq, symbols

from theorems.critical_points import _models as m
from verify import Drawing, Family, Identity, Statement, Step, axis, parameter

R = parameter("r", "natural", "the minimal width of the output function")
M = parameter("m", "natural", "the width")
D = parameter("d", "natural", "the number of inputs")
COVERS = m.of("branches.covers", R, M, sort="natural", meaning="cover relations, enumerated", name="covers")
FORMULA = m.of("branches.covers_formula", R, M, sort="natural", meaning="sum over branches of C(s, 2) + r s", name="F")
MINIMAL = m.of("branches.minimal", R, M, sort="natural", meaning="branches without a coarser one", name="minimal")
ONTO = m.of("branches.surjections", R, M, sort="natural", meaning="maps of m neurons onto r labels", name="onto")
LONGEST = m.of("branches.longest_chain", R, M, sort="natural", meaning="covers on the longest chain", name="longest")
REDUCED = m.property_of(
    "branches.transitive_reduction", R, M, meaning="no cover follows from others", name="irredundant"
)
CONNECTED = m.property_of(
    "branches.connected", R, M, D, meaning="the graph of branches that meet is connected", name="connected"
)

hierarchy = Statement(
    "cp-branch-hierarchy",
    title="The hierarchy of branches",
    summary="Ordered by merging zero-sum blocks and absorbing them into labels, the branches are graded by their number s of "
    "blocks, each covers C(s, 2) + r s others, the least ones are the pure splits, chains have length m - r, and the union "
    "is connected as soon as there is a spare neuron.",
    area=m.AREA,
    source=m.GEOMETRY.at("abstract: hierarchical structure of branches", m.CLAIM_READ),
    declared="reduced",
    quantities=[R, M, D, COVERS, FORMULA, MINIMAL, ONTO, LONGEST, REDUCED, CONNECTED],
    assume={
        "not-zero": ("the output function is not 0", R.symbol >= 1),
        "spare-neuron": ("the width is larger than the minimal one", M.symbol > R.symbol),
        "inputs": ("there is an input", D.symbol >= 1),
    },
    claim=And(
        Eq(COVERS.symbol, FORMULA.symbol),
        Eq(MINIMAL.symbol, ONTO.symbol),
        Eq(LONGEST.symbol, M.symbol - R.symbol),
        REDUCED.symbol,
        CONNECTED.symbol,
    ),
    rests_on=["cp-output-branches"],
)


@hierarchy.argument
def coarsening() -> Iterator[Step]:
    """Merging and absorbing, and how branches meet."""
    s, r, a, t, b = symbols("s r a t b")
    yield Step(
        "A branch is a map of some neurons onto the labels and a partition of the others into s blocks. Coarsening merges two "
        "blocks (C(s, 2) ways) or absorbs one into a label (r s ways); either takes one block away, so the order is graded "
        "by s, every cover is of this form, and none follows from others.",
        [Identity(s * (s - 1) / 2 + r * s, s * (s + 2 * r - 1) / 2)],
    )
    yield Step(
        "With r >= 1 a branch with blocks can always absorb one, so the least branches are those without blocks: the maps of "
        "all m neurons onto the labels. The greatest ones have one neuron at each label and m - r blocks of one neuron: "
        "chains have length m - r."
    )
    yield Step(
        "Take two maps onto the labels that differ in one neuron j (possible since m > r: some label keeps another neuron). "
        "The branch in which j alone is a block has points on both: its free inner weight may be that of either label, its "
        "outer weight is 0. At a label with another neuron, shares t and 1 - t of it include t = 0: the path "
        "(1 - t, t) keeps the sum.",
        [Identity((1 - t) * a + t * a + b, a + b)],
    )
    yield Step(
        "Such changes join any two maps onto the labels. Two neurons i, j with labels k, l exchange them while all others "
        "keep theirs: some label q is taken twice; let p be one of its neurons. Move p to k, i to l, j to k, p back to q: "
        "at each move the label that is left keeps a neuron (if p is i or j, two moves do). Exchanges give every map with the "
        "same numbers of neurons at the labels, and moves of a neuron whose label is taken twice change these numbers at "
        "will. A branch with blocks meets the pure splits that absorb them: the union is connected.",
    )


@hierarchy.exhaustive
def small_widths() -> Family:
    """r <= 2, m <= 4, d <= 2: those pairs with r < m are inside."""
    return Family({"r": axis("r"), "m": axis("m"), "d": axis("d")}, {"r": [1, 2], "m": [2, 3], "d": [1, 2]})


@hierarchy.exhaustive(budget="standard")
def width_four() -> Family:
    return Family({"r": axis("r"), "m": 4, "d": 1}, {"r": [1, 2, 3]})


@hierarchy.certificate
def twelve_cycle() -> Iterator[m.Raw]:
    """r = 2, m = 3: twelve branches in one cycle."""
    yield {"r": 2, "m": 3, "d": 1}


@hierarchy.control(drops="not-zero")
def zero_function() -> Iterator[m.Raw]:
    """Over the zero function there is nothing to be absorbed into: chains have length m - 1."""
    yield {"r": 0, "m": 3, "d": 1}


@hierarchy.control(drops="spare-neuron")
def no_spare_neuron() -> Iterator[m.Raw]:
    """With m = r the output set consists of r! isolated points."""
    yield {"r": 2, "m": 2, "d": 1}


@hierarchy.figure
def hasse_diagram() -> Drawing:
    """The twelve branches over a function of width two, and an example with saddle branches marked."""
    from theorems.critical_points import _figures_branches  # matplotlib is slow to import, and only pictures need it

    return _figures_branches.hasse_diagram(2, 3)


@hierarchy.figure
def hierarchy_of_critical_branches() -> Drawing:
    """The branches of the critical set of an instance, by dimension."""
    from theorems.critical_points import _figures_branches

    return _figures_branches.critical_hierarchy()
