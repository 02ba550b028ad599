"""Added neurons without outer weight: where they are critical, and that they make saddles (Zhang et al., Prop. 4.2.1)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, Not, symbols

from theorems.critical_points import _models as m
from verify import Draw, Family, Identity, Roots, Statement, Step, Valid, axis, parameter

RADIUS = parameter("radius", "positive", "how far from the wide network the lower and the higher one may be", "r")
ANALYTIC = m.property_of("dense.analytic", m.NETWORK, meaning="the activation is real-analytic")
NONPOLYNOMIAL = m.property_of("dense.nonpolynomial", m.NETWORK, meaning="the activation is no polynomial")
HALF_SQUARE = m.property_of("dense.half_square", m.DATA, meaning="half the squared residuals are summed")
SIZE = m.of("embedding.size", m.BLOCK, sort="natural", name="added", meaning="number of added neurons")
SILENT = m.property_of("embedding.zero_sum", m.BLOCK, name="silent", meaning="the added outer weights sum to 0")
INDEX = m.of("dense.width", m.NETWORK, sort="natural", name="index", meaning="index of the added neuron")
WIDE = m.of(
    "embedding.append", m.NETWORK, m.BLOCK, sort="dense", name="wide", meaning="the network with the neuron added"
)
INNER = m.of("dense.inner", WIDE, INDEX, sort="tuple", name="v", meaning="inner weights of the added neuron")
PHI = m.of("dual.value", m.NETWORK, m.DATA, INNER, sort="real", name="phi", meaning="the dual function there")
VANISHES = m.property_of("dual.vanishes", m.NETWORK, m.DATA, meaning="the dual function is identically 0")
WIDE_CRITICAL = m.property_of(
    "dense.critical", WIDE, m.DATA, name="wide_critical", meaning="the wide network is critical"
)
MOVED = m.of("sets.singleton", INDEX, sort="tuple", name="moved", meaning="the neuron that is moved: the added one")
LOWER = m.of(
    "embedding.escape", WIDE, m.DATA, MOVED, RADIUS, sort="dense", name="lower",
    meaning="the added neuron moved to where phi is not 0, its outer weight against phi",
)  # fmt: skip
HIGHER = m.of(
    "embedding.climb",
    WIDE,
    m.DATA,
    MOVED,
    RADIUS,
    sort="dense",
    name="higher",
    meaning="the same, its outer weight along phi",
)
WIDE_LOSS, LOWER_LOSS, HIGHER_LOSS = (
    m.of(
        "dense.loss",
        network,
        m.DATA,
        sort="real",
        name=f"{network.name}_loss",
        meaning=f"loss of the {network.name} network",
    )
    for network in (WIDE, LOWER, HIGHER)
)
TO_LOWER, TO_HIGHER = (
    m.of(
        "embedding.distance", WIDE, network, sort="real", name=f"distance_to_{network.name}",
        meaning=f"greatest difference of a parameter of the wide and the {network.name} network",
    )
    for network in (LOWER, HIGHER)
)  # fmt: skip

saddles = Statement(
    "cl-saddles-one-hidden",
    title="A neuron added without outer weight is critical on a null set, and then a saddle",
    summary="Over a critical point with nonzero residuals, a neuron (0, w') gives a critical point if and only if the dual "
    "function vanishes at w', which holds on a set of measure 0 only; and then there are points of strictly smaller and of "
    "strictly larger loss within every distance.",
    area=m.AREA,
    source=m.LIFTING.at("Proposition 4.2.1", "read; the hypothesis R != 0 becomes nonzero residuals"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.BLOCK, RADIUS, *m.SCALAR_TWO_LAYER, ANALYTIC, NONPOLYNOMIAL, HALF_SQUARE, m.SEPARATED, m.FITS,
        m.CRITICAL, SIZE, SILENT, INDEX, WIDE, INNER, PHI, VANISHES, WIDE_CRITICAL, MOVED, LOWER, HIGHER, WIDE_LOSS,
        LOWER_LOSS, HIGHER_LOSS, TO_LOWER, TO_HIGHER,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "half-square": ("the loss is half the sum of the squared residuals", HALF_SQUARE.symbol),
        "analytic": ("the activation is real-analytic", ANALYTIC.symbol),
        "no-polynomial": ("the activation is no polynomial", NONPOLYNOMIAL.symbol),
        "separated": (
            "no input is 0, all are different, and (unless the activation is without parity) none is opposite to another",
            m.SEPARATED.symbol,
        ),
        "critical": m.IS_CRITICAL,
        "residuals": ("not every residual is 0", Not(m.FITS.symbol)),
        "one-silent-neuron": ("one neuron is added, with outer weight 0", And(Eq(SIZE.symbol, 1), SILENT.symbol)),
    },
    claim=And(
        Not(VANISHES.symbol),
        Equivalent(WIDE_CRITICAL.symbol, Eq(PHI.symbol, 0)),
        Implies(
            WIDE_CRITICAL.symbol,
            And(
                LOWER_LOSS.symbol < WIDE_LOSS.symbol,
                WIDE_LOSS.symbol < HIGHER_LOSS.symbol,
                TO_LOWER.symbol <= RADIUS.symbol,
                TO_HIGHER.symbol <= RADIUS.symbol,
            ),
        ),
    ),
    rests_on=["cp-dual-function", "cp-neuron-independence"],
)  # fmt: skip


@saddles.argument
def move_the_silent_neuron() -> Iterator[Step]:
    """A silent neuron can be moved without changing the function, to where its derivative is not 0."""
    yield Step(
        "The added neuron (0, w') does not change output and residuals e_i. The derivative of the loss by its outer weight is "
        "phi(w') = sum_i e_i sigma(w'.x_i), by its inner weight 0 times the gradient of phi, and the others are those of the "
        "narrow network, which are 0. So the wide point is critical if and only if phi(w') = 0.",
        cites=["cp-dual-function"],
    )
    v = symbols("v")
    numerator = 6 * v * (v - 1) ** 2 * (v + 1) ** 2
    s1, s2, s3 = (k * v / (1 + (k * v) ** 2) for k in (1, 2, 3))
    common = 5 * (1 + v**2) * (1 + 4 * v**2) * (1 + 9 * v**2)
    u = symbols("u")
    tanh_numerator = 2 * (u - 2) ** 2 * (u - 1) * (2 * u - 1) ** 2
    yield Step(
        "The functions w' -> sigma(w'.x_i) are linearly independent, as the inputs are separated and the activation is "
        "analytic and no polynomial; some e_i is not 0; so phi is a real-analytic function that is not identically 0, and its "
        "zeros have measure 0. In one dimension they can be listed: for z/(1 + z^2), one neuron (1, 1) and "
        "the residuals 1/5, -1, 1 at the inputs 1, 2, 3 they are -1, 0 and 1, of multiplicities 2, 1, 2; for tanh with weight "
        "log(2)/2 and the residuals 24/25, -1, 9/25, in u = exp(2w) > 0, they are 1/2, 1 and 2.",
        [
            Identity(s1 / 5 - s2 + s3, numerator / common),
            Roots(numerator, v, [2, 1, 2]),
            Identity(
                sum(e * (u**k - 1) / (u**k + 1) for e, k in zip((24, -25, 9), (1, 2, 3), strict=True)),
                tanh_numerator / ((u + 1) * (u**2 + 1) * (u**2 - u + 1)),
            ),
            Roots(tanh_numerator, u, [2, 1, 2], (0, None)),
        ],
        cites=[
            "cp-neuron-independence",
            "the zeros of a real-analytic function that is not identically 0 have measure 0",
        ],
    )
    t, phi, kappa, e, s, e2, s2_ = symbols("t phi kappa e sigma e_2 sigma_2")
    yield Step(
        "Let the wide point be critical. Within every distance there is h with phi(w' + h) != 0. Moving the silent neuron to "
        "w' + h leaves output and loss R unchanged; then giving it the outer weight t makes the loss (half squares) "
        "R + t phi + t^2 kappa/2 with phi and kappa = sum_i sigma^2 at w' + h (kappa > 0, as phi is not 0). For t of "
        "the sign of -phi with abs(t) at most abs(phi)/kappa it is below R, for t of the sign of phi above R: a saddle.",
        [
            Identity(
                (e + t * s) ** 2 / 2 + (e2 + t * s2_) ** 2 / 2,
                e**2 / 2 + e2**2 / 2 + t * (e * s + e2 * s2_) + t**2 * (s**2 + s2_**2) / 2,
            ),
            Valid(
                {t: "real", phi: "real", kappa: "positive"},
                t * phi + t**2 * kappa / 2 < 0,
                [phi > 0, t < 0, -t * kappa <= phi],
            ),
            Valid(
                {t: "real", phi: "real", kappa: "positive"},
                t * phi + t**2 * kappa / 2 > 0,
                [phi > 0, t > 0],
            ),
        ],
    )
    yield Step(
        "The published hypothesis R != 0 has to be read as: some residual derivative e_i is not 0; with half squares both are "
        "the same. For other losses R has the derivative phi != 0 by t at t = 0, and the conclusion is the same for small t. "
        "Several neurons may be added, one after another: the wide network, where it is critical, meets the assumptions on "
        "the narrow one, with the same phi; so the point with all of them is critical if and only if phi vanishes at each.",
    )


def _instance(network: m.Raw, data: m.Raw, v: object, radius: str = "1/100", outer: int = 0) -> m.Raw:
    inner = v if isinstance(v, list) else [v]
    return {"network": network, "data": data, "block": {"outer": [outer], "inner": [inner]}, "radius": radius}


_DATA = m.designed(m.PLAIN_NARROW, m.PLAIN_INPUTS, m.PLAIN_RESIDUALS)


@saddles.certificate
def all_zeros_are_saddles() -> Iterator[m.Raw]:
    """z/(1 + z^2): phi vanishes at -1, 0, 1, simply and doubly; exact points below and above within 1/100 and 1/10000."""
    for v in (-1, 0, 1):
        for radius in ("1/100", "1/10000"):
            yield _instance(m.PLAIN_NARROW, _DATA, v, radius)
    even = m.two_layer(m.EVEN, (1, 1))
    data = m.designed(even, [1, 2, 3], ["1/15", "-2/3", 1])
    yield _instance(even, data, 1)
    yield _instance(even, data, -1)
    generic = m.two_layer(m.GENERIC, (1, 1))
    yield _instance(generic, m.designed(generic, [1, 2, 3], ["7/65", "-11/13", 1]), 1)


@saddles.certificate
def zeros_in_logarithmic_weights() -> Iterator[m.Raw]:
    """tanh: double zeros of phi at u = 2, 1/2 and a simple one at 1; exp: at 5 and 2; d = 2; exact points below and above."""
    for case, places in (
        (m.A, (1, 2, "1/2")),
        (m.instance_b(), (4, "1/4")),
        (m.X1, (5, 2)),
        (m.X2_NODE, ([1, 2], [2, 3])),
        (m.T2, ([1, 1], [2, 2])),
    ):
        for v in places:
            for radius in ("1/100", "1/10000"):
                yield _instance(*case, v, radius)


@saddles.certificate
def several_added_neurons() -> Iterator[m.Raw]:
    """Over a network with a neuron (0, u = 1) or (0, 1) already: at the other zeros, and elsewhere."""
    network, data = m.A
    for v in (1, 2, "1/2", 3):
        yield _instance(m.extended(network, (0, 1)), data, v)
    for v in (0, 1, -1, 2):
        yield _instance(m.extended(m.PLAIN_NARROW, (0, -1)), _DATA, v)


@saddles.certificate
def elsewhere_not_critical() -> Iterator[m.Raw]:
    """Where phi is not 0 the wide point is not critical; tanh, exp and sigmoid too."""
    for v in (2, "1/2", "-7/3"):
        yield _instance(m.PLAIN_NARROW, _DATA, v)
    for v in (3, "3/2", "1/5"):
        yield _instance(*m.A, v)
    for v in (1, 3, 4):
        yield _instance(*m.X1, v)
    sigmoid = m.lattice("sigmoid", (1, 2))
    yield _instance(sigmoid, m.designed(sigmoid, [1, 2, 3], [-1, 0, "3/4"]), 3)


@saddles.exhaustive
def weights_on_a_grid() -> Family:
    """Weights of the added neuron in halves from -3 to 3: three of them are critical."""
    return Family(
        _instance(m.PLAIN_NARROW, _DATA, [axis("v")]), {"v": [f"{k}/2" for k in range(-6, 7)]}, ["wide_critical"]
    )


@saddles.control(drops="residuals")
def zero_loss() -> Iterator[m.Raw]:
    """With residuals 0 every neuron (0, w') is critical, at a global minimum."""
    yield _instance(m.PLAIN_NARROW, m.designed(m.PLAIN_NARROW, m.PLAIN_INPUTS, [0, 0, 0]), 2)


@saddles.control(drops="separated")
def opposite_inputs() -> Iterator[m.Raw]:
    """An odd function has the same residual -1 at 1 and -1 at best: phi is identically 0 and the point a global minimum."""
    yield _instance(m.two_layer(m.ODD, (0, 1)), m.sample([1, -1], [1, 1]), 2)


@saddles.control(drops="separated")
def equal_inputs() -> Iterator[m.Raw]:
    """One input with two targets."""
    yield _instance(m.two_layer(m.ODD, (1, 1)), m.sample([1, 1], [0, 1]), 2)


@saddles.control(drops="separated")
def zero_input() -> Iterator[m.Raw]:
    """An odd activation cannot change the output at 0."""
    yield _instance(m.two_layer(m.ODD, (0, 1)), m.sample([0], [1]), 2)


@saddles.control(drops="analytic")
def dead_relu() -> Iterator[m.Raw]:
    """A relu neuron that is off on all inputs stays so near by; here phi is identically 0."""
    yield _instance(m.two_layer("relu", ("3/5", 1)), m.sample([1, 2], [1, 1]), -1)


@saddles.control(drops="no-polynomial")
def square_activation() -> Iterator[m.Raw]:
    """z^2: 5/17 is the best coefficient, and no neuron improves on it."""
    yield _instance(m.two_layer(m.SQUARE, ("5/17", 1)), m.sample([1, 2], [1, 1]), 2)


@saddles.control(drops="critical")
def over_a_point_that_is_not_critical() -> Iterator[m.Raw]:
    """phi(0) = 0, but the narrow gradient is not 0."""
    yield _instance(m.PLAIN_NARROW, m.sample([1, 2, 3], [0, 0, 0]), 0)


@saddles.control(drops="one-silent-neuron")
def null_neuron_with_weight() -> Iterator[m.Raw]:
    """phi(0) = 0, but a null neuron with outer weight 1 has the gradient sum e_i x_i = 6/5 by its inner weight."""
    yield _instance(m.PLAIN_NARROW, _DATA, 0, outer=1)


@saddles.search(
    trials=60,
    distribution="designed critical points, width 1 or 2, d <= 2; a neuron at a narrow weight, at 0, anywhere",
)
def random_points(rng: Draw) -> m.Raw:
    dimension = rng.randint(1, 2)
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=dimension)) is None:
        pass
    network, data = found
    places = [rng.choice(network["layers"][0]), [0] * dimension, [rng.randint(-3, 3) for _ in range(dimension)]]
    return _instance(network, data, rng.choice(places), rng.choice(["1", "1/10", "1/1000"]))
