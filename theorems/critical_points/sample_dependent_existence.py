"""Liftings that depend on the sample exist once there are enough inputs (Zhang et al., Theorem 4.2.1, Prop. A.2.3)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, Integer, Not, Rational, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Quantity, Rank, Statement, Step, defined

ANALYTIC = m.property_of("dense.analytic", m.NETWORK, meaning="the activation is real-analytic")
NONPOLYNOMIAL = m.property_of("dense.nonpolynomial", m.NETWORK, meaning="the activation is no polynomial")
SAMPLES = m.of("dense.samples", m.DATA, sort="natural", name="n", meaning="number of inputs")
INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", name="d", meaning="number of components of an input")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", name="m", meaning="number of neurons; index of the added one")
PARAMETERS = (INPUTS.symbol + 1) * WIDTH.symbol
RANK = m.of("lifting.rank", m.NETWORK, m.DATA, sort="natural", meaning="rank of the derivatives at the inputs")
SIZE = m.of("embedding.size", m.BLOCK, sort="natural", name="added", meaning="number of added neurons")
SILENT = m.property_of("embedding.zero_sum", m.BLOCK, name="silent", meaning="the added outer weights sum to 0")
WIDE = m.of(
    "embedding.append", m.NETWORK, m.BLOCK, sort="dense", name="wide", meaning="the network with the neuron added"
)
WIDER = m.of(
    "embedding.append", WIDE, m.BLOCK, sort="dense", name="wider", meaning="the network with the neuron added twice"
)
INNER = m.of("dense.inner", WIDE, WIDTH, sort="tuple", name="v", meaning="inner weights of the added neuron")
ROW = m.property_of(
    "lifting.row_in_span", m.NETWORK, m.DATA, INNER, name="row_in_span",
    meaning="the values of the added neuron at the inputs are a combination of the narrow derivatives",
)  # fmt: skip
CRITICAL_WITH = m.property_of(
    "lifting.critical_with", m.NETWORK, WIDE, m.DATA, name="critical_with",
    meaning="for all targets with which the narrow network is critical, so is the wide one",
)  # fmt: skip

# ---- some targets with which the network is critical ------------------------------------------------------------------

FIRST = defined("first", "natural", Integer(0), "index of the first neuron")
OWN = m.of("dense.inner", m.NETWORK, FIRST, sort="tuple", name="w_1", meaning="inner weights of the first neuron")
SOME = m.of(
    "lifting.joint_data", m.NETWORK, m.DATA, OWN, sort="data", name="some",
    meaning="these inputs, and targets whose residuals are a basis vector of the kernel of the derivatives (0 without one)",
)  # fmt: skip
SOME_CRITICAL = m.property_of(
    "dense.critical", m.NETWORK, SOME, name="critical_for_some", meaning="the network is critical with these targets"
)
SOME_VANISHES = m.property_of(
    "dual.vanishes", m.NETWORK, SOME, name="phi_vanishes", meaning="the dual function of these targets is identically 0"
)

# ---- targets with which the wide network is critical, and is not -------------------------------------------------------

APART = m.of(
    "lifting.separating_data", m.NETWORK, m.DATA, INNER, sort="data", name="y",
    meaning="these inputs, and targets whose residuals are in the kernel of the derivatives and see the added neuron",
)  # fmt: skip
JOINT = m.of(
    "lifting.joint_data", m.NETWORK, m.DATA, INNER, sort="data", name="y_prime",
    meaning="these inputs, and targets whose residuals are in the kernel of the derivatives and of the added neuron's values",
)  # fmt: skip


def critical(network: Quantity, data: Quantity) -> Quantity:
    """Whether a network is critical with some targets."""
    return m.property_of(
        "dense.critical", network, data, name=f"{network.name}_critical_for_{data.name}",
        meaning=f"the {network.name} is critical with the targets {data.name}",
    )  # fmt: skip


KEPT = [critical(m.NETWORK, APART), *(critical(network, JOINT) for network in (m.NETWORK, WIDE, WIDER))]
LOST = [critical(network, APART) for network in (WIDE, WIDER)]
RADIUS = defined("radius", "positive", Rational(1, 1000), "a small distance", "r")
ADDED = m.of("sets.singleton", WIDTH, sort="tuple", name="added_index", meaning="the added neuron")
LOWER, HIGHER = (
    m.of(f"embedding.{way}", WIDE, JOINT, ADDED, RADIUS, sort="dense", name=name, meaning=meaning)
    for way, name, meaning in (
        ("escape", "lower", "the added neuron moved to where phi is not 0, its outer weight against phi"),
        ("climb", "higher", "the same, its outer weight along phi"),
    )
)
JOINT_LOSS, LOWER_LOSS, HIGHER_LOSS = (
    m.of(
        "dense.loss", network, JOINT, sort="real", name=f"{network.name}_loss",
        meaning=f"loss of the {network.name} network with the targets y_prime",
    )
    for network in (WIDE, LOWER, HIGHER)
)  # fmt: skip
TO_LOWER, TO_HIGHER = (
    m.of(
        "embedding.distance", WIDE, network, sort="real", name=f"distance_to_{network.name}",
        meaning=f"greatest difference of a parameter of the wide and the {network.name} network",
    )
    for network in (LOWER, HIGHER)
)  # fmt: skip
PAIR = And(*(q.symbol for q in KEPT), *(Not(q.symbol) for q in LOST))
POSITIVE = JOINT_LOSS.symbol > 0
SADDLE = And(
    LOWER_LOSS.symbol < JOINT_LOSS.symbol,
    JOINT_LOSS.symbol < HIGHER_LOSS.symbol,
    TO_LOWER.symbol <= RADIUS.symbol,
    TO_HIGHER.symbol <= RADIUS.symbol,
)

existence = Statement(
    "cl-sample-dependent-existence",
    title="With more inputs than the rank there are liftings that depend on the sample",
    summary="Let the n inputs outnumber the rank of the derivatives there, at most (d + 1) m. Then for almost every w' there "
    "are targets y and y' on them with which the network is critical, such that with an added neuron (0, w') it is not "
    "critical for y, and is for y'; the loss of y' can be nonzero, and then this is a saddle, if and only if n exceeds the "
    "rank by two or more. (In an instance: dual functions that are not identically 0, and y and y' for the given w'.)",
    area=m.AREA,
    source=m.LIFTING.at("Theorem 4.2.1, Proposition A.2.3", "read; the sharp form by ranks derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.BLOCK, *m.SCALAR_TWO_LAYER, ANALYTIC, NONPOLYNOMIAL, m.SEPARATED, SIZE, SILENT, SAMPLES, INPUTS,
        WIDTH, RANK, FIRST, OWN, SOME, SOME_CRITICAL, SOME_VANISHES, WIDE, WIDER, INNER, ROW, CRITICAL_WITH, APART, JOINT,
        *KEPT, *LOST, RADIUS, ADDED, LOWER, HIGHER, JOINT_LOSS, LOWER_LOSS, HIGHER_LOSS, TO_LOWER, TO_HIGHER,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "analytic": ("the activation is real-analytic", ANALYTIC.symbol),
        "no-polynomial": ("the activation is no polynomial", NONPOLYNOMIAL.symbol),
        "separated": (
            "no input is 0, all are different, and (unless the activation is without parity) none is opposite to another",
            m.SEPARATED.symbol,
        ),
        "enough-inputs": (
            "more inputs than the rank of the derivatives there (n >= 1 + (d + 1) m suffices)", SAMPLES.symbol > RANK.symbol
        ),
        "one-silent-neuron": ("one neuron is added, with outer weight 0", And(Eq(SIZE.symbol, 1), SILENT.symbol)),
    },
    claim=And(
        RANK.symbol <= PARAMETERS,
        SOME_CRITICAL.symbol,
        Not(SOME_VANISHES.symbol),
        Equivalent(CRITICAL_WITH.symbol, ROW.symbol),
        Implies(
            Not(ROW.symbol),
            And(
                PAIR,
                Equivalent(POSITIVE, SAMPLES.symbol >= RANK.symbol + 2),
                Implies(SAMPLES.symbol >= PARAMETERS + 2, POSITIVE),
                Implies(POSITIVE, SADDLE),
            ),
        ),
    ),
    rests_on=["cl-lifting-operator", "cl-saddles-one-hidden", "cp-neuron-independence"],
)  # fmt: skip


@existence.argument
def kernels() -> Iterator[Step]:
    """Residuals in the kernel of the derivatives, outside and inside the kernel of one row more."""
    e, f, g, t = symbols("e_1:4"), symbols("f_1:4"), symbols("g_1:4"), symbols("t")
    yield Step(
        "Let M be the matrix of the derivatives of the output at the n inputs, a row for each of the (d + 1) m parameters. The "
        "network is critical with the targets y_i = f(x_i) - e_i if and only if M e = 0; with an added neuron (0, v), output and "
        "residuals are the same, and the only new condition is phi(v) = sum_i e_i sigma(v.x_i) = 0: one row more. "
        "Adding more neurons (0, v) with the same v adds the same row again. (The published text allows other losses, if dl/dp "
        "takes a neighbourhood of 0; then e is scaled into it. Here the loss is half the squared residuals.)",
    )
    yield Step(
        "As n > rank M there is e != 0 in the kernel (of the targets `some`: a row that M has already, that of the first "
        "neuron, leaves the kernel as it is). The functions v -> sigma(v.x_i) are independent, since the inputs are "
        "separated and the activation is analytic and no polynomial; so phi is a real-analytic function that is not "
        "identically 0, and phi(v) != 0 for almost every v: the row of v is not in the row space of M. Then some e in the "
        "kernel gives targets y with which the network is critical and with the neuron not; e = 0 (zero loss), or another e in "
        "the kernel of M and the row, gives targets y' with which it is critical in both cases. If the row is in the row space "
        "there is no y; for n = rank M it always is: the kernel is 0.",
        [
            Identity(
                sum(x * (t * y + z) for x, y, z in zip(e, f, g, strict=True)),
                t * sum(x * y for x, y in zip(e, f, strict=True)) + sum(x * z for x, z in zip(e, g, strict=True)),
            ),
        ],
        cites=[
            "cp-neuron-independence",
            "the zeros of a real-analytic function that is not identically 0 have measure 0",
        ],
    )
    yield Step(
        "With the row of v the rank is rank M + 1, and its kernel has the dimension n - rank M - 1. So residuals e' != 0 in it, "
        "nonzero loss, exist if and only if n >= rank M + 2; n >= 2 + (d + 1) m suffices. The wide network is then a "
        "saddle: the points exhibited move the added neuron by no more than 1/1000, and have a smaller and a larger loss.",
        cites=["rank-nullity theorem", "cl-saddles-one-hidden"],
    )
    sigma, slope = ["1/3", "3/5", "7/9", "15/17"], ["8/9", "32/25", "32/27", "256/289"]
    three, four = ["1/2", "4/5", "13/14", "40/41"], ["3/5", "15/17", "63/65", "255/257"]
    yield Step(
        "For tanh with weight log(2)/2: at the inputs 1, 2 the rank is 2, and there is no pair; at 1, 2, 3 there is one, with "
        "zero loss; at 1, 2, 3, 4 the neuron log(4)/2 leaves a kernel of dimension 1. Two neurons of different weights, log(3)/2 "
        "and log(4)/2, add two rows, and leave none: for different added neurons n >= 2 + (d + 1) m does not suffice.",
        [
            Rank(m.exact_rows(sigma[:2], slope[:2]), 2),
            Rank(m.exact_rows(sigma, slope, four), 3),
            Rank(m.exact_rows(sigma, slope, three, four), 4),
        ],
    )


def _instance(network: m.Raw, data: m.Raw, v: object, outer: int = 0) -> m.Raw:
    return {"network": network, "data": data, "block": m.block([outer], v)}


@existence.certificate
def reference_pairs() -> Iterator[m.Raw]:
    """tanh, instances A and B: three inputs, a pair with zero loss; four inputs, nonzero loss too. exp, and d = 2."""
    for v in (3, 4, 2, 1, "1/2"):
        yield _instance(*m.A, v)
    for v in (4, 3):
        yield _instance(*m.instance_b(), v)
    yield _instance(*m.X1, 5)
    yield _instance(*m.T2, [2, 3])
    yield _instance(*m.X2_NODE, [1, 2])


@existence.certificate
def degenerate_narrow_networks() -> Iterator[m.Raw]:
    """A narrow neuron with outer weight 0 has the rank 1, and two inputs suffice; two equal neurons have the rank of one."""
    yield _instance(m.lattice("tanh", (0, 2)), m.sample([1, 2], [1, 2]), 3)
    yield _instance(m.lattice("tanh", (1, 2), (3, 2)), m.sample([1, 2, 3], [1, 2, 3]), 4)
    yield _instance(m.lattice("sigmoid", (1, 2)), m.sample([1, 2, 3, 5], [0, 1, 0, 2]), 3)


@existence.certificate
def thresholds() -> Iterator[m.Raw]:
    """Two neurons, rank 4 = (d + 1) m: 5 and 6 inputs; exp and a rational activation."""
    for count in (5, 6):
        for network, v in ((m.lattice("exp", (1, 2), (-1, 3)), 4), (m.two_layer(m.ODD, (1, 1), (2, 2)), 3)):
            yield _instance(network, m.sample(range(1, count + 1), [0] * count), v)


@existence.control(drops="enough-inputs")
def two_inputs() -> Iterator[m.Raw]:
    """tanh at 1, 2: the derivatives have the determinant -8/75, and only zero residuals are critical."""
    yield _instance(m.TANH_NARROW, m.sample([1, 2], [1, 1]), 3)


@existence.control(drops="separated")
def opposite_inputs() -> Iterator[m.Raw]:
    """An odd activation at 1 and -1: residuals (1, 1, 0) are critical with every added neuron."""
    yield _instance(m.PLAIN_NARROW, m.designed(m.PLAIN_NARROW, [1, -1, 2], [1, 1, 0]), 3)


@existence.control(drops="separated")
def equal_inputs() -> Iterator[m.Raw]:
    """One input twice: residuals 1 and -1 there are critical with every added neuron."""
    yield _instance(m.PLAIN_NARROW, m.sample([1, 1, 2], [0, 0, 0]), 3)


@existence.control(drops="separated")
def zero_input() -> Iterator[m.Raw]:
    """An odd activation is 0 at the input 0: a residual there is critical with every added neuron."""
    yield _instance(m.PLAIN_NARROW, m.sample([0, 1, 2], [1, 0, 0]), 3)


@existence.control(drops="analytic")
def dead_relu() -> Iterator[m.Raw]:
    """relu at positive inputs has rank 1 on either side of 0."""
    yield _instance(m.two_layer("relu", ("3/5", 1)), m.sample([1, 2], [1, 1]), 2)


@existence.control(drops="no-polynomial")
def square_activation() -> Iterator[m.Raw]:
    """z^2 in one dimension: all neurons have proportional values."""
    yield _instance(m.two_layer(m.SQUARE, ("5/17", 1)), m.sample([1, 2], [1, 1]), 2)


@existence.control(drops="one-silent-neuron")
def null_neuron_with_weight() -> Iterator[m.Raw]:
    """Its values 0 are in the span, its derivative x by the inner weight is not."""
    yield _instance(*m.A, 1, outer=1)


@existence.search(
    trials=60, distribution="width 1 or 2, d <= 2, rational activations, one to four inputs beyond the parameters"
)
def random_inputs(rng: Draw) -> m.Raw:
    dimension, width = rng.randint(1, 2), rng.randint(1, 2)
    network = m.two_layer(rng.choice([m.ODD, m.EVEN, m.GENERIC]), *m.random_neurons(rng, width, dimension))
    inputs = m.random_inputs(rng, width * (dimension + 1) + rng.randint(0, 3), dimension)
    data = m.critical_data(network, inputs, rng) if rng.random() < 0.7 else None
    ((_, v),) = m.random_neurons(rng, 1, dimension)
    return _instance(network, data or m.sample(inputs, [rng.randint(-3, 3) for _ in inputs]), v)
