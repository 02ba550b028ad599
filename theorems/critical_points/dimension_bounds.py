"""How large the critical set with a given output function is (claim of Zhang et al. 2024; bounds and proof written here)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Max, Not, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step, Valid, defined

VANISHES = m.property_of("dual.vanishes", m.NETWORK, m.DATA, meaning="phi is identically 0", name="vanishes")
INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", meaning="the number of inputs", name="d")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="the width", name="m")
MINIMAL = m.of("dense.width", m.REDUCED, sort="natural", meaning="the minimal width of the function", name="r")
DIMENSION = m.of(
    "dual.local_dimension", m.NETWORK, m.DATA, sort="natural",
    meaning="dimension of the critical points of the network's type: those with its function in which the same classes "
    "cancel and the same of them are silent (neurons of a silent class may part)",
)  # fmt: skip
NULLITY = m.of("dense.nullity", m.NETWORK, m.DATA, sort="natural", meaning="zero eigenvalues of the Hessian")
BOUND = defined(
    "bound", "natural", (WIDTH.symbol - MINIMAL.symbol) * Max(1, INPUTS.symbol - 1), "(m - r) max(1, d - 1)"
)
SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
SPLIT = m.of(
    "embedding.split", m.REDUCED, m.SPLITTING, sort="dense", meaning="the reduction with neurons split", name="split"
)  # fmt: skip
SPLIT_WIDTH = m.of("dense.width", SPLIT, sort="natural", meaning="width of the split network")
SPLIT_CRITICAL = m.property_of("dense.critical", SPLIT, m.DATA, meaning="the split network is a critical point")
SPLIT_DIMENSION = m.of(
    "dual.local_dimension", SPLIT, m.DATA, sort="natural", meaning="dimension of the critical points of its type"
)  # fmt: skip
SPLIT_NULLITY = m.of("dense.nullity", SPLIT, m.DATA, sort="natural", meaning="zero eigenvalues of its Hessian")

dimension = Statement(
    "cp-dimension-bounds",
    title="The critical set with a given function has a dimension between m - r and (m - r) max(1, d - 1)",
    summary="Each type of critical points of width m with a function of minimal width r has at most the dimension "
    "(m - r) max(1, d - 1), the splits have m - r: exactly this is the dimension of the set for d <= 2. The Hessian has at "
    "least as many zero eigenvalues.",
    area=m.AREA,
    source=m.GEOMETRY.at("dimension of the branches", "claim read in the abstract; bounds and proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, *m.SCALAR_TWO_LAYER, m.SEPARATING, m.CRITICAL, VANISHES, m.REDUCED, INPUTS, WIDTH,
        MINIMAL, DIMENSION, NULLITY, BOUND, SUMS, COPIED, SPLIT, SPLIT_WIDTH, SPLIT_CRITICAL, SPLIT_DIMENSION, SPLIT_NULLITY,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "separating-activation": m.SEPARATING_ACTIVATION,
        "critical": m.IS_CRITICAL,
        "dual-not-zero": ("phi is not identically 0", Not(VANISHES.symbol)),
        "sums-to-one": ("the shares of each split neuron of the reduction sum to 1", SUMS.symbol),
        "copied-inner-weights": ("its copies have the inner weights of the neuron", COPIED.symbol),
        "same-width": ("the split reduction has the network's width", Eq(SPLIT_WIDTH.symbol, WIDTH.symbol)),
    },
    claim=And(
        DIMENSION.symbol <= BOUND.symbol,
        Implies(INPUTS.symbol <= 2, DIMENSION.symbol <= WIDTH.symbol - MINIMAL.symbol),
        DIMENSION.symbol <= NULLITY.symbol,
        SPLIT_CRITICAL.symbol,
        Eq(SPLIT_DIMENSION.symbol, WIDTH.symbol - MINIMAL.symbol),
        WIDTH.symbol - MINIMAL.symbol <= SPLIT_NULLITY.symbol,
    ),
    rests_on=["cp-critical-branches", "ep-splitting-critical"],
)  # fmt: skip


@dimension.argument
def count_the_free_numbers() -> Iterator[Step]:
    """A product of affine sets and zero sets of an analytic function, one factor for each class."""
    b, d, k, r, z = symbols("b d k r z")
    u, v, w = symbols("u v w")
    yield Step(
        "A type of critical points is a product with one factor for each class of neurons. A class with nonzero sum of k "
        "neurons: their outer weights, of which the sum is fixed, k - 1. Each neuron of a class that is silent as a whole: a "
        "point of Z = {phi = 0}. A class of b neurons that cancels and is not silent: b - 1 outer weights and a point of Z' = "
        "{phi = 0, grad phi = 0}. A null neuron: its outer weight, or nothing.",
        cites=["cp-critical-branches"],
    )
    yield Step(
        "phi is real-analytic on R^d and not identically 0, so Z and Z', contained in it, have at most the dimension d - 1; "
        "for d = 1 they are discrete.",
        cites=[
            "the zero set of a real-analytic function that is not identically 0 on R^d has at most the dimension d - 1"
        ],
    )
    yield Step(
        "For d >= 2 a silent neuron gives at most d - 1, and a class of b >= 2 neurons at most b - 1 + d - 1 <= b (d - 1); for "
        "d = 1 it gives b - 1. A null neuron gives at most 1, a class over a neuron of the reduction one less than its size. "
        "The r classes over the reduction take one neuron each, and the sum of all is at most (m - r) max(1, d - 1).",
        [
            Identity(b * (d - 1) - (b - 1 + d - 1), (b - 1) * (d - 2)),
            Identity((k + z - r) * (d - 1) - ((k - r) + z * (d - 1)), (k - r) * (d - 2)),
            Valid({u: "nonnegative", v: "nonnegative"}, u * v >= 0),
        ],
    )
    yield Step(
        "A split of the reduction into m neurons keeps the function and is critical; the sizes of its groups sum to m, so their "
        "outer weights form an affine set of dimension m - r of critical points. Hence the critical set has at least the "
        "dimension m - r, and for d <= 2, where max(1, d - 1) = 1, exactly this.",
        cites=["ep-splitting-critical"],
    )
    yield Step(
        "The gradient vanishes on the critical set. If the Hessian has the rank q at a point, then q components of the gradient "
        "have independent differentials there, and near the point the set lies in a manifold of dimension N - q, the nullity.",
        cites=["implicit function theorem"],
    )
    yield Step(
        "The bounds are attained. For exp with d = 3 and phi = u v w ((u - 2)^2 + (v - 3)(w - 5)) the set Z is a surface, and a "
        "silent neuron on it moves with two degrees of freedom, although m - r = 1. For d = 2 and phi = u v ((u - 2)^2 + "
        "(v - 3)^2) the set Z is the one point (2, 3), and only the split line is left.",
        [
            Identity(
                u**3 * v * w
                - 4 * u**2 * v * w
                + 19 * u * v * w
                + u * v**2 * w**2
                - 5 * u * v**2 * w
                - 3 * u * v * w**2,
                u * v * w * ((u - 2) ** 2 + (v - 3) * (w - 5)),
            ),
            Identity(
                u**3 * v - 4 * u**2 * v + 13 * u * v + u * v**3 - 6 * u * v**2, u * v * ((u - 2) ** 2 + (v - 3) ** 2)
            ),
            Valid({u: "real", v: "real"}, And(Eq(u, 2), Eq(v, 3)), [Eq((u - 2) ** 2 + (v - 3) ** 2, 0)]),
        ],
    )


def _point(narrow: m.Raw, data: m.Raw, *neurons: tuple[object, object], shares: int = 2) -> m.Raw:
    """The narrow network with neurons added, and an even split of its first neuron."""
    parts = [m.Fraction(1, shares)] * shares
    return {"network": m.extended(narrow, *neurons), "data": data, "splitting": [m.split(0, *parts)]}


@dimension.certificate
def one_input() -> Iterator[m.Raw]:
    """d = 1: silent neurons do not move, pairs that cancel on a double zero have one degree of freedom."""
    for place in (1, 4, 2):
        yield _point(*m.instance_b(), (0, place))
    yield _point(*m.instance_b(), (0, 4), (0, 1), shares=3)
    for sign in (1, -1):
        yield _point(*m.second_double_zero(sign), (2, 4), (-2, 4), shares=3)
    yield _point(*m.instance_d(), (1, 2), (-1, 2), shares=3)
    yield _point(*m.X1, (0, 5))
    yield _point(*m.instance_of(m.EVEN), (1, -1), (-1, 1), shares=3)
    yield _point(*m.instance_of(m.FLAT), (3, 0))


@dimension.certificate
def two_and_three_inputs() -> Iterator[m.Raw]:
    """d = 2: one degree of freedom for each extra neuron; d = 3: two, the greatest number."""
    yield _point(*m.X2_NODE, (0, [1, 2]))
    yield _point(*m.X2_NODE, (0, [1, 2]), (0, [3, 2]), shares=3)
    yield _point(*m.X2_DEFINITE, (1, [2, 3]), (-1, [2, 3]), shares=3)
    yield _point(*m.X2_LINE, (1, [2, 3]), shares=2) | {"network": m.lattice("exp", ("1/3", [2, 3]), ("2/3", [2, 3]))}
    yield _point(*m.T2, (0, ["1/3", "9/7"]))
    yield _point(*m.X4, (0, [3, 2, 6]))
    yield _point(*m.X4, (0, [3, 2, 6]), (0, [3, 2, 6]), shares=3)


@dimension.control(drops="critical")
def not_critical() -> Iterator[m.Raw]:
    network = m.lattice("tanh", ("1/2", 2), ("1/2", 2))
    yield {"network": network, "data": m.sample([1, 2, 3], [0, 1, 0]), "splitting": [m.split(0, "1/2", "1/2")]}


@dimension.control(drops="dual-not-zero")
def perfect_fit() -> Iterator[m.Raw]:
    """Zero loss: a silent neuron may be anywhere, the dimension is d for each."""
    narrow, _ = m.X2_NODE
    yield _point(narrow, m.designed(narrow, [[1, 0], [0, 1]], [0, 0]), (0, [3, 5]))


@dimension.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    yield _point(*m.instance_b(), (0, 4)) | {"splitting": [m.split(0, 1, 1)]}


@dimension.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    yield _point(*m.instance_b(), (0, 4)) | {"splitting": [m.split(0, "1/2", "1/2", shifts=[[1], ["3/2"]])]}


@dimension.control(drops="same-width")
def too_many_copies() -> Iterator[m.Raw]:
    yield _point(*m.instance_b(), (0, 4), shares=3)


@dimension.search(trials=60, distribution="designed critical points of width 1 or 2, d <= 3, with cancelling pairs")
def random_points(rng: Draw) -> m.Raw:
    activation, d = rng.choice([m.ODD, m.EVEN, m.GENERIC]), rng.randint(1, 3)
    listed = m.random_neurons(rng, rng.randint(1, 2 if d < 3 else 1), d)
    narrow = m.two_layer(activation, *listed)
    data = None
    while data is None:
        data = m.critical_data(narrow, m.random_inputs(rng, len(listed) * (d + 1) + rng.randint(1, 2), d), rng)
    (a, w), c = rng.choice(listed), m.Fraction(rng.choice([3, 6, 1]), 3)
    pair = [(c, w), (-c, w)]
    neurons = rng.choice([pair, [*pair, (a, w), (-a, w)]])
    return _point(narrow, data, *neurons, shares=len(neurons) + 1)
