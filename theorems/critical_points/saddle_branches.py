"""Neurons whose outer weights cancel make a critical point a saddle (claim of Zhang et al. 2024; statement written here)."""

from collections.abc import Iterator
from random import Random

from sympy import And, Eq, Not, symbols

from theorems.critical_points import _models as m
from verify import Draw, Drawing, Identity, Statement, Step, Valid, parameter

GROUP = parameter("group", "tuple", "the indices of some neurons with one common inner weight")
RADIUS = parameter("radius", "positive", "how far away one may look", "r")
SUM = m.of(
    "embedding.partial_sum", m.NETWORK, GROUP, sort="real", meaning="sum of the group's outer weights", name="sum"
)
HALF_SQUARE = m.property_of(
    "dense.half_square", m.DATA, meaning="the loss is half the sum of squares", name="half_square"
)
BELOW = m.of(
    "embedding.escape", m.NETWORK, m.DATA, GROUP, RADIUS, sort="dense", name="lower_network",
    meaning="the group moved a little together, then one of its outer weights",
)  # fmt: skip
ABOVE = m.of(
    "embedding.climb", m.NETWORK, m.DATA, GROUP, RADIUS, sort="dense", name="higher_network",
    meaning="the same, the outer weight changed the other way",
)  # fmt: skip
LOWER = m.of("dense.loss", BELOW, m.DATA, sort="real", meaning="the loss of the first of them", name="lower_loss")
HIGHER = m.of("dense.loss", ABOVE, m.DATA, sort="real", meaning="the loss of the second one", name="higher_loss")
LOWER_DISTANCE = m.of(
    "embedding.distance", BELOW, m.NETWORK, sort="real", meaning="greatest change of a parameter", name="lower_distance"
)
HIGHER_DISTANCE = m.of(
    "embedding.distance",
    ABOVE,
    m.NETWORK,
    sort="real",
    meaning="greatest change of a parameter",
    name="higher_distance",
)
radius = RADIUS.symbol

saddles = Statement(
    "cp-saddle-branches",
    title="Where the outer weights of some copies cancel, every neighbourhood holds lower and higher losses",
    summary="If some neurons with one inner weight have outer weights that sum to 0 (one silent neuron, say) and the residuals "
    "are not all 0, then within every distance there is a network with lower loss and one with higher loss, exhibited for the "
    "half-square loss: a critical point of this kind is a saddle. The argument adds other losses, opposite weights, and "
    "that such points exist in the critical set of every width above the minimal one.",
    area=m.AREA,
    source=m.GEOMETRY.at("existence of saddle branches", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, GROUP, RADIUS, *m.SCALAR_TWO_LAYER, m.SEPARATING, m.FITS, m.SEPARATED, HALF_SQUARE, SUM, m.LOSS,
        BELOW, ABOVE, LOWER, HIGHER, LOWER_DISTANCE, HIGHER_DISTANCE,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "separating-activation": m.SEPARATING_ACTIVATION,
        "half-square": ("the loss is half the sum of squares", HALF_SQUARE.symbol),
        "residuals": ("some residual is not 0", Not(m.FITS.symbol)),
        "separated-inputs": ("inputs not 0, different, and none opposite to another if there is a parity", m.SEPARATED.symbol),
        "cancelling": ("the outer weights of the group sum to 0", Eq(SUM.symbol, 0)),
    },
    claim=And(
        LOWER.symbol < m.LOSS.symbol,
        m.LOSS.symbol < HIGHER.symbol,
        LOWER_DISTANCE.symbol <= radius,
        HIGHER_DISTANCE.symbol <= radius,
    ),
    rests_on=["cp-neuron-independence", "cp-escape-path"],
)  # fmt: skip


@saddles.argument
def move_together_then_apart() -> Iterator[Step]:
    """The group moves without any effect to a place where phi is not 0; there its outer weights have a slope."""
    a, b, f, t, phi, kappa = symbols("a b f t phi kappa")
    yield Step(
        "Let the group's neurons move together, from v to v + h. Their contribution is (sum of a_j) sigma((v + h).x) = 0 before "
        "and after: the function, the residuals e_i and the loss stay. (Neurons at -v, for an odd or even activation, take part "
        "with their signs: replacing (a, w) by (s a, -w) changes no function, and at v = 0 the signs are free.)",
        [Identity(a * f + b * f + (-a - b) * f, 0 * f)],
    )
    yield Step(
        "phi(w) = sum_i e_i sigma(w.x_i) is not identically 0: as functions of w the sigma(w.x_i) are independent, since the "
        "inputs are not 0, all different, and not opposite (with a parity), and some e_i is not 0. phi is real-analytic, so "
        "its zeros have empty interior: there are arbitrarily small h with phi(v + h) != 0.",
        cites=["cp-neuron-independence", "a real-analytic function that vanishes on an open set vanishes on R^d"],
    )
    yield Step(
        "There change one outer weight by t: R(t) = R + t phi + t^2 kappa/2 with kappa = sum_i sigma((v + h).x_i)^2 > 0. For "
        "0 < |t| <= |phi|/kappa, with the sign of -phi, the loss falls; with the sign of phi it grows. As |t| and |h| may be as "
        "small as one likes, both happen within every distance. The program looks for h among the vectors +-r/2^i along the "
        "axes, i = 2, ..., 9 (for logarithmic weights: factors 1 + r/2^i of one u, or 1 over that), and leaves undecided what "
        "it does not find there.",
        [
            Valid(
                {t: "real", phi: "real", kappa: "positive"}, t * phi + t**2 * kappa / 2 < 0,
                [phi > 0, t < 0, -t * kappa <= phi],
            ),
            Valid(
                {t: "real", phi: "real", kappa: "positive"}, t * phi + t**2 * kappa / 2 < 0,
                [phi < 0, t > 0, t * kappa <= -phi],
            ),
            Valid({t: "real", phi: "real", kappa: "positive"}, t * phi + t**2 * kappa / 2 > 0, [t * phi > 0]),
        ],
        cites=["cp-escape-path"],
    )  # fmt: skip
    yield Step(
        "For any loss that is differentiable in the output the same h serves: dR/da = phi(v + h) is not 0 at a point with "
        "the same loss, and both signs of a small t along it give a lower and a higher loss.",
    )
    yield Step(
        "For m > r a split with one share 0 has a silent neuron, so the critical set contains saddles; every point of a type "
        "with a class that cancels is one. If the reduction is a saddle, all points of the critical set are: its lower and "
        "higher neighbours are functions of wide neighbours. Null neurons with outer weights that do not cancel are another "
        "matter: moving them changes the function, and they may be local minima.",
        cites=["cp-critical-branches"],
    )


def _case(network: m.Raw, data: m.Raw, *group: int, radius: str = "1/100") -> m.Raw:
    return {"network": network, "data": data, "group": list(group), "radius": radius}


@saddles.certificate
def around_one_neuron() -> Iterator[m.Raw]:
    """Silent neurons at simple and double zeros, cancelling pairs, a vanishing partial sum of a split; 1/100 and 1/10000."""
    for activation in (m.ODD, m.EVEN, m.GENERIC):
        narrow, data = m.instance_of(activation)
        shares = m.two_layer(activation, (1, 1), ("1/2", 1), ("-1/2", 1))
        for radius in ("1/100", "1/10000"):
            yield _case(m.extended(narrow, (0, 1)), data, 1, radius=radius)
            yield _case(m.extended(narrow, (3, 1), (-3, 1)), data, 1, 2, radius=radius)
            yield _case(shares, data, 2, 1, radius=radius)
    narrow, data = m.instance_of(m.ODD)
    yield _case(m.extended(narrow, (0, 0)), data, 1)
    yield _case(m.extended(narrow, (0, 0)), data, 1, radius="100")
    yield _case(m.extended(narrow, (2, 0), (-2, 0)), data, 1, 2)


@saddles.certificate
def two_inputs() -> Iterator[m.Raw]:
    """d = 2, a designed critical point of width 1, and of width 2."""
    for listed in ([(1, [1, 2])], [(1, [1, 2]), ("-1/2", [2, -1])]):
        narrow = m.two_layer(m.ODD, *listed)
        inputs = [[1, 0], [0, 1], [1, 1], [2, 1], [1, 2], [2, -1], [3, 1]][: 3 * len(listed) + 1]
        data = m.critical_data(narrow, inputs, Random(1))
        assert data is not None
        for radius in ("1/100", "1/10000"):
            yield _case(m.extended(narrow, (0, [1, 2])), data, len(listed), radius=radius)
            yield _case(
                m.extended(narrow, (1, [1, 2]), (-1, [1, 2])), data, len(listed), len(listed) + 1, radius=radius
            )


@saddles.certificate
def logarithmic_weights() -> Iterator[m.Raw]:
    """The reference instances: simple, double and crossing zeros of phi, cancelling pairs, a point at w = 0."""
    narrow, data = m.A
    for place in (1, 2):
        yield _case(m.extended(narrow, (0, place)), data, 1)
    yield _case(m.lattice("tanh", (1, 2), ("1/2", 2), ("-1/2", 2)), data, 1, 2, radius="1/10000")
    narrow, data = m.second_double_zero()
    yield _case(m.extended(narrow, (1, 4), (-1, 4)), data, 1, 2)
    narrow, data = m.X1
    for place in (2, 5):
        yield _case(m.extended(narrow, (0, place)), data, 1)
    narrow, data = m.X2_NODE
    for where in ([1, 2], [2, 3]):
        yield _case(m.extended(narrow, (0, where)), data, 1)


@saddles.certificate
def not_critical_either() -> Iterator[m.Raw]:
    """Lower and higher losses are near wherever a group cancels, critical or not."""
    yield _case(m.two_layer(m.GENERIC, (2, [1, 1]), (0, [3, "1/2"])), m.sample([[1, 2], [0, 1]], [1, 5]), 1)


@saddles.control(drops="residuals")
def perfect_fit() -> Iterator[m.Raw]:
    """Zero loss is a minimum."""
    network = m.two_layer(m.ODD, (1, 1), (0, 2))
    yield _case(network, m.designed(network, [1, 2], [0, 0]), 1)


@saddles.control(drops="separated-inputs")
def opposite_inputs() -> Iterator[m.Raw]:
    """An odd function takes opposite values at 1 and -1: it cannot fit (1, 1), and the function 0 is a best fit."""
    yield _case(m.two_layer(m.ODD, (0, 1), (0, 2)), m.sample([1, -1], [1, 1]), 1)


@saddles.control(drops="separated-inputs")
def one_input_twice() -> Iterator[m.Raw]:
    """Two labels for one input: f(1) = 1 is best for 0 and 2."""
    yield _case(m.two_layer(m.ODD, (2, 1), (0, 3)), m.sample([1, 1], [0, 2]), 1)


@saddles.control(drops="separated-inputs")
def the_input_zero() -> Iterator[m.Raw]:
    """At x = 0 every odd function is 0."""
    yield _case(m.two_layer(m.ODD, (1, 1), (0, 3)), m.sample([0], [1]), 1)


@saddles.control(drops="separating-activation")
def squares() -> Iterator[m.Raw]:
    """sigma(z) = z^2: all functions are c x^2, and c = 5/17 is the best for x = 1, 2 and y = 1, 1."""
    yield _case(m.two_layer(m.SQUARE, ("5/17", 1), (0, 2)), m.sample([1, 2], [1, 1]), 1)


@saddles.control(drops="separating-activation")
def dead_neuron() -> Iterator[m.Raw]:
    """ReLU at positive inputs: a neuron with a negative inner weight stays without effect; f = 3x/5 is the best line."""
    yield _case(m.two_layer("relu", ("3/5", 1), (0, -1)), m.sample([1, 2], [1, 1]), 1)


@saddles.control(drops="half-square")
def a_long_step() -> Iterator[m.Raw]:
    """Quartic loss: the step that suits its curvature here overshoots (the descent exists, for shorter steps)."""
    network = m.two_layer(m.ODD, (1, 1), (0, 1))
    yield _case(network, m.designed(network, [20, "1/2"], [1, 0]) | {"loss": "quartic"}, 1, radius="4")


@saddles.control(drops="cancelling")
def a_strict_minimum() -> Iterator[m.Raw]:
    """The neuron itself, at a point with positive definite Hessian: whatever it does, the loss grows."""
    narrow, data = m.instance_of(m.ODD)
    yield _case(narrow, data, 0)


@saddles.control(drops="cancelling")
def a_null_neuron_that_does_not_cancel() -> Iterator[m.Raw]:
    """z^2/(1 + z^2), a neuron w = 0 with outer weight 1: critical, adds nothing to the function, and a local minimum."""
    narrow = m.two_layer(m.FLAT, (1, 1))
    yield _case(m.extended(narrow, (1, 0)), m.designed(narrow, [1, 2, 3], ["2/5", -1, "2/3"]), 1)


@saddles.search(
    trials=80, distribution="width 1 or 2, d <= 2, a silent neuron or a cancelling pair anywhere; radii 1 to 1/1000"
)
def random_groups(rng: Draw) -> m.Raw:
    activation, d = rng.choice([m.ODD, m.EVEN, m.GENERIC]), rng.randint(1, 2)
    listed = m.random_neurons(rng, rng.randint(1, 2), d)
    narrow = m.two_layer(activation, *listed)
    inputs = m.random_inputs(rng, len(listed) * (d + 1) + rng.randint(0, 1), d)
    data = m.critical_data(narrow, inputs, rng) or m.sample(inputs, [rng.randint(-2, 2) for _ in inputs])
    place = rng.choice([listed[0][1], [rng.randint(-2, 2) for _ in range(d)]])
    c, start = rng.choice([0, 1, -2]), len(listed)
    network = m.extended(narrow, (c, place), *([(-c, place)] if c else []))
    return _case(network, data, *range(start, start + 1 + bool(c)), radius=rng.choice(["1", "1/10", "1/1000"]))


@saddles.figure
def loss_around_a_silent_neuron() -> Drawing:
    """The loss over the two weights of a silent neuron, at a simple and at a double zero of phi."""
    from theorems.critical_points import _figures_sets  # matplotlib is slow to import, and only pictures need it

    return _figures_sets.around_silent_neurons()
