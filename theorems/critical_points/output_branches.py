"""The parameters with a given output function form a finite union of affine branches (generic class: Simsek et al. 2021)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step, parameter

NARROW = parameter("narrow", "dense", "the irreducible network with the output function")
NARROW_IRREDUCIBLE = m.property_of(
    "dense.irreducible", NARROW, meaning="the narrow network is irreducible", name="irreducible"
)
NARROW_DEPTH = m.of("dense.depth", NARROW, sort="natural", meaning="its number of hidden layers", name="narrow_depth")
NARROW_OUTPUTS = m.of("dense.outputs", NARROW, sort="natural", meaning="its number of outputs", name="narrow_outputs")
NARROW_BIAS_FREE = m.property_of("dense.bias_free", NARROW, meaning="it has no biases", name="narrow_bias_free")
SIGNED = m.property_of("dense.signed", m.NETWORK, meaning="the activation is odd or even", name="signed")
NULL = m.property_of("dense.zero_at_zero", m.NETWORK, meaning="the activation vanishes at 0", name="null")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="the width", name="m")
NARROW_WIDTH = m.of("dense.width", NARROW, sort="natural", meaning="the minimal width", name="r")
INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", meaning="the number of inputs", name="d")
SAME = m.property_of("dense.same_function", m.NETWORK, NARROW, meaning="both are one function", name="same_function")
MEMBER = m.property_of(
    "branches.member", m.NETWORK, NARROW, meaning="the network lies on one of the branches", name="member"
)
TYPE = [SIGNED, NULL, NARROW_WIDTH, WIDTH, INPUTS]
DIMENSIONS = m.property_of(
    "branches.dimensions_match", *TYPE, name="dimensions_match",
    meaning="each branch of these widths has the dimension (m - r) + (d - 1) times its number of blocks",
)  # fmt: skip
MAXIMAL = m.property_of("branches.none_contained", *TYPE, meaning="no branch contains another", name="none_contained")

branches = Statement(
    "cp-output-branches",
    title="The parameters with one output function are a finite union of affine branches",
    summary="A network of width m has the function of an irreducible one iff its neurons are copies of the r neurons (outer "
    "weights summing to theirs), zero-sum blocks with a free common inner weight, and null neurons; the branch has the "
    "dimension (m - r) + (d - 1) blocks, and none contains another.",
    area=m.AREA,
    source=m.SIMSEK.at("expansion manifold", "zero-loss case recalled; this statement and its proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, NARROW, *m.SCALAR_TWO_LAYER, NARROW_DEPTH, NARROW_OUTPUTS, NARROW_BIAS_FREE, m.SEPARATING,
        NARROW_IRREDUCIBLE, SIGNED, NULL, WIDTH, NARROW_WIDTH, INPUTS, SAME, MEMBER, DIMENSIONS, MAXIMAL,
    ],
    assume={
        "two-layer": (
            "both networks have one hidden layer, one output, no biases",
            And(m.TWO_LAYER[1], Eq(NARROW_DEPTH.symbol, 1), Eq(NARROW_OUTPUTS.symbol, 1), NARROW_BIAS_FREE.symbol),
        ),
        "separating-activation": m.SEPARATING_ACTIVATION,
        "irreducible": ("the narrow network is irreducible", NARROW_IRREDUCIBLE.symbol),
        "wide-enough": ("the width is at least the minimal one", NARROW_WIDTH.symbol <= WIDTH.symbol),
    },
    claim=And(Equivalent(SAME.symbol, MEMBER.symbol), DIMENSIONS.symbol, MAXIMAL.symbol),
    rests_on=["cp-neuron-independence"],
)  # fmt: skip


@branches.argument
def group_by_class() -> Iterator[Step]:
    """Subtract the function, and use independence class by class."""
    a1, a2, a3, s, b, t = symbols("a_1 a_2 a_3 sigma a t")
    yield Step(
        "Group the neurons of the wide network by classes and add the (signed) outer weights in each: with sigma(-z) = "
        "s sigma(z) the neurons (a_1, w), (a_2, -w) contribute (a_1 + s a_2) sigma(w.x). Subtract the narrow network: "
        "by independence of different classes the difference vanishes iff the sum of each class is that of the narrow "
        "network's neuron of this class, or 0 if it has none; null neurons are free.",
        [Identity(a1 * s + a2 * (t * s) + a3 * s, (a1 + t * a2 + a3) * s)],
        cites=["cp-neuron-independence"],
    )
    yield Step(
        "So some neuron belongs to each narrow class (its sum is not 0): the map to labels is onto. The classes without a "
        "label are the zero-sum blocks; their inner weight is free. Conversely every such point has the function.",
        [Identity(a1 * s + (b - a1) * s, b * s)],
    )
    yield Step(
        "Each label with k neurons leaves k - 1 free outer weights, each block of k neurons k - 1 and d inner ones, a null "
        "neuron 1: together (m - r) + (d - 1) blocks. The equations of a branch are affine, and their rank is computed for "
        "all types of the widths at hand.",
    )
    yield Step(
        "At a generic point of a branch the inner weights of blocks differ from each other and from the labels' ones, so a "
        "branch that contains the point has the same groups: none contains another. (If the narrow network has an inner "
        "weight 0, a constant neuron of an even activation, types that differ by signs there only are the same branch.)"
    )


def _pairs() -> Iterator[tuple[m.Raw, m.Raw]]:
    narrow = m.lattice("tanh", (1, 2))
    yield m.lattice("tanh", ("1/2", 2), ("1/2", 2)), narrow
    yield m.lattice("tanh", (2, 2), (1, "1/2")), narrow
    yield m.lattice("tanh", (1, 2), (5, 1)), narrow
    yield m.lattice("tanh", (1, 2), (3, 5), (-3, 5)), narrow
    yield m.lattice("tanh", (1, 2), (3, 5), (3, "1/5")), narrow
    yield m.lattice("tanh", (1, 2), (3, 5), (-2, 5)), narrow
    yield m.lattice("exp", (1, 2), (3, 5), (-3, 5)), m.lattice("exp", (1, 2))
    yield m.lattice("exp", (1, 2), (3, 5), (-3, "1/5")), m.lattice("exp", (1, 2))
    two = m.lattice("exp", (1, [2, 3]), (-2, [1, "1/2"]))
    yield m.lattice("exp", (1, [2, 3]), (-3, [1, "1/2"]), (1, [1, "1/2"])), two
    yield m.two_layer(m.EVEN, (1, [1, 2]), (1, [-1, -2]), (4, [0, 1])), m.two_layer(m.EVEN, (2, [1, 2]), (4, [0, -1]))
    yield m.two_layer(m.GENERIC, (1, 1), (2, -1), (0, 7)), m.two_layer(m.GENERIC, (1, 1), (2, -1))


@branches.certificate
def reference_points() -> Iterator[m.Raw]:
    """Points on branches of each kind, and points beside them."""
    for wide, narrow in _pairs():
        yield {"network": wide, "narrow": narrow}


@branches.control(drops="separating-activation")
def three_sigmoids() -> Iterator[m.Raw]:
    """sigmoid(z) + sigmoid(-z) is constant: (c, v), (c, -v), (-2c, 0) add nothing, and are no zero-sum block."""
    wide = m.lattice("sigmoid", (1, 3), (2, 5), (2, "1/5"), (-4, 1))
    yield {"network": wide, "narrow": m.lattice("sigmoid", (1, 3))}


@branches.control(drops="separating-activation")
def squares() -> Iterator[m.Raw]:
    """(3x)^2 + (4x)^2 = (5x)^2: the solution set is no union of affine pieces."""
    yield {"network": m.two_layer(m.SQUARE, (1, 3), (1, 4)), "narrow": m.two_layer(m.SQUARE, (1, 5))}


@branches.control(drops="separating-activation")
def rectified() -> Iterator[m.Raw]:
    """a max(w x, 0) = (a/2) max(2 w x, 0)."""
    yield {"network": m.two_layer("relu", ("1/2", 2), (1, 3)), "narrow": m.two_layer("relu", (1, 1), (1, 3))}


@branches.search(
    trials=80, distribution="width 1 to 4 over 1 or 2 neurons, d <= 2; outer and inner weights on few values"
)
def random_points(rng: Draw) -> m.Raw:
    activation = rng.choice(["tanh", "exp", m.ODD, m.EVEN, m.GENERIC])
    log = isinstance(activation, str)
    d = rng.randint(1, 2)
    values = ["1/2", 2, 3] if log else [-2, -1, 1]
    places = [[rng.choice(values) for _ in range(d)] for _ in range(2)]
    narrow = m.two_layer(activation, *((rng.choice([1, 2]), place) for place in places[: rng.randint(1, 2)]), log=log)
    neurons = [
        (rng.choice([-1, 0, 1, 1, 2]), rng.choice([*places, places[0], ["1/3"] * d])) for _ in range(rng.randint(1, 3))
    ]
    return {"network": m.two_layer(activation, *neurons, log=log), "narrow": narrow}
