"""Critical networks reduce to critical networks (claim read in Zhang et al. 2024; statement and proof written here)."""

from collections.abc import Iterator
from random import Random

from sympy import And, Eq, Implies, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step

SAME = m.property_of("dense.same_function", m.NETWORK, m.NARROW, meaning="both are one function", name="same_function")
IRREDUCIBLE = m.property_of(
    "dense.irreducible", m.NARROW, name="narrow_irreducible",
    meaning="the narrow network has no outer weight 0, no two neurons of one class, no null neuron",
)  # fmt: skip
NARROW_CRITICAL = m.property_of("dense.critical", m.NARROW, m.DATA, meaning="the narrow network is a critical point")
REDUCED_SAME = m.property_of(
    "dense.same_function", m.REDUCED, m.NETWORK, meaning="the reduction has the same function", name="reduced_same"
)
REDUCED_CRITICAL = m.property_of("dense.critical", m.REDUCED, m.DATA, meaning="the reduction is a critical point")
REDUCED_WIDTH = m.of("dense.width", m.REDUCED, sort="natural", meaning="width of the reduction")
NARROW_WIDTH = m.of("dense.width", m.NARROW, sort="natural", meaning="width of the narrow network", name="r")
POSITIVE = m.of("dense.positive", m.NETWORK, m.DATA, sort="natural", meaning="positive eigenvalues of the Hessian")
NEGATIVE = m.of("dense.negative", m.NETWORK, m.DATA, sort="natural", meaning="negative eigenvalues of the Hessian")
NARROW_POSITIVE = m.of("dense.positive", m.NARROW, m.DATA, sort="natural", meaning="the same for the narrow network")
NARROW_NEGATIVE = m.of("dense.negative", m.NARROW, m.DATA, sort="natural", meaning="the same for the narrow one")
HALF_SQUARE = m.property_of(
    "dense.half_square", m.DATA, meaning="the loss is half the sum of squares", name="half_square"
)
MINIMUM = m.property_of(
    "embedding.local_minimum",
    m.NETWORK,
    m.DATA,
    meaning="a local minimum, shown by the Hessian on a critical affine set",
)
NARROW_MINIMUM = m.property_of("embedding.local_minimum", m.NARROW, m.DATA, meaning="the same for the narrow network")

reduction = Statement(
    "cp-critical-reduction",
    title="Critical networks reduce to critical networks",
    summary="Merge the neurons of each class and drop what cancels: the function stays, a critical point stays one for the "
    "same data and loss, its Hessian has at most as many positive and at most as many negative eigenvalues, and a local "
    "minimum stays one.",
    area=m.AREA,
    source=m.GEOMETRY.at("critical reduction operator", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        m.NETWORK, m.NARROW, m.DATA, *m.SCALAR_TWO_LAYER, m.SEPARATING, IRREDUCIBLE, SAME, m.CRITICAL, NARROW_CRITICAL,
        m.REDUCED, REDUCED_SAME, REDUCED_CRITICAL, REDUCED_WIDTH, NARROW_WIDTH, POSITIVE, NEGATIVE, NARROW_POSITIVE,
        NARROW_NEGATIVE, HALF_SQUARE, MINIMUM, NARROW_MINIMUM,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "separating-activation": m.SEPARATING_ACTIVATION,
        "critical": m.IS_CRITICAL,
        "irreducible": ("the narrow network is irreducible", IRREDUCIBLE.symbol),
        "same-function": ("the narrow network is the same function", SAME.symbol),
    },
    claim=And(
        NARROW_CRITICAL.symbol,
        REDUCED_SAME.symbol,
        REDUCED_CRITICAL.symbol,
        Eq(REDUCED_WIDTH.symbol, NARROW_WIDTH.symbol),
        NARROW_POSITIVE.symbol <= POSITIVE.symbol,
        NARROW_NEGATIVE.symbol <= NEGATIVE.symbol,
        Implies(And(HALF_SQUARE.symbol, MINIMUM.symbol), NARROW_MINIMUM.symbol),
    ),
    rests_on=["cp-dual-function", "cp-output-branches"],
)  # fmt: skip


@reduction.argument
def gradients_add_up() -> Iterator[Step]:
    """The narrow gradient is a linear image of the wide one, and the narrow loss a restriction of the wide loss."""
    a1, a2, g, f, s, w, x, e, e2, x2, total, t = symbols("a_1 a_2 g f s w x e e_2 x_2 A t")
    yield Step(
        "Group the neurons by class: equal inner weights, for an odd or even activation also opposite ones. Neurons (a_1, w) "
        "and (a_2, -w) contribute a_1 sigma(w.x) + a_2 s sigma(w.x) with s = -1 or 1, so the function is that of one neuron "
        "with the outer weight a_1 + s a_2. Classes whose signed sum A is 0 and null neurons contribute nothing. What "
        "remains is irreducible: the reduction. An irreducible network with the same function has the same neurons up to "
        "order (and signs), so it is enough to look at the reduction.",
        [
            Identity(
                a1 * m.tanh_by_exponentials(w * x) + a2 * m.tanh_by_exponentials(-w * x),
                (a1 - a2) * m.tanh_by_exponentials(w * x),
            ),
            Identity(a1 * f + a2 * (s * f), (a1 + s * a2) * f),
        ],
        cites=["cp-output-branches: uniqueness of the irreducible network with a given function"],
    )
    yield Step(
        "Outputs, hence residual derivatives e_i, hence phi, are the same for both networks. By parity phi(-w) = s phi(w) "
        "and grad phi(-w) = -s grad phi(w). A class that remains has A != 0, so it has a member, and a member j with a_j != 0; "
        "dR/da_j = 0 gives phi(w) = 0 (up to sign), a_j grad phi(w_j) = 0 gives grad phi(w) = 0. So the reduction is critical: "
        "dR/dA = phi(w), dR/dw = A grad phi(w). This holds for every sample and every differentiable loss. In other words: if "
        "the reduction is not critical, no network of any width with its function is.",
        [
            Identity(
                e * m.tanh_by_exponentials(-w * x) + e2 * m.tanh_by_exponentials(-w * x2),
                -(e * m.tanh_by_exponentials(w * x) + e2 * m.tanh_by_exponentials(w * x2)),
            ),
            Identity(a1 * g + a2 * g, (a1 + a2) * g),
        ],
        cites=["cp-dual-function"],
    )
    yield Step(
        "Choose in each remaining class a member with its sign s_j and let A' -> a_j + s_j (A' - A) move its outer weight; "
        "let the inner weights of the class follow w' with their signs; keep all other neurons fixed. This is an affine "
        "injective map T from the parameters of the reduction to those of the wide network, it sends the reduction to the "
        "wide network, and R_narrow = R_wide o T, as the classes that cancel go on cancelling.",
        [Identity((a1 + (t - total)) * f + (total - a1) * f, t * f)],
    )
    yield Step(
        "Therefore a local minimum of R_wide is one of R_narrow. And H_narrow = T'^T H_wide T' with T' injective: on the image "
        "of a subspace on which H_narrow is positive (negative) definite H_wide is so too, hence n_+ and n_- of H_narrow are "
        "at most those of H_wide.",
        cites=["Sylvester's law of inertia"],
    )


@reduction.certificate
def reference_points() -> Iterator[m.Raw]:
    """Splits, sign changes, cancelling pairs, silent and null neurons over the reference instances."""
    narrow, data = m.A
    for neurons in (
        [("1/2", 2), ("1/2", 2)],
        [(2, 2), (1, "1/2")],
        [(1, 2), (0, "1/2")],
        [("1/3", 2), (0, 1), ("2/3", 2)],
        [(1, 2), (3, 2), (3, "1/2")],
    ):
        yield {"network": m.lattice("tanh", *neurons), "narrow": narrow, "data": data}
    narrow, data = m.second_double_zero()
    yield {"network": m.lattice("tanh", (1, 2), (2, 4), (-2, 4)), "narrow": narrow, "data": data}
    yield {"network": m.lattice("tanh", (5, 4), ("3/4", 2), ("1/4", 2), (5, "1/4")), "narrow": narrow, "data": data}
    narrow, data = m.silent_nulls()
    yield {"network": m.lattice("tanh", (1, 2), (7, 1)), "narrow": narrow, "data": data}
    narrow, data = m.X1
    yield {"network": m.lattice("exp", (2, 2), (0, 5), (-1, 2)), "narrow": narrow, "data": data}
    narrow, data = m.instance_x3()
    yield {"network": m.lattice("exp", (-1, 3), ("1/2", 2), ("1/2", 2)), "narrow": narrow, "data": data}
    narrow, data = m.X2_NODE
    yield {"network": m.lattice("exp", (1, [2, 3]), (0, [1, 2])), "narrow": narrow, "data": data}
    narrow, data = m.T2
    yield {"network": m.lattice("tanh", (1, [2, 2]), (0, ["1/3", "9/7"])), "narrow": narrow, "data": data}
    for activation in (m.ODD, m.EVEN, m.GENERIC, m.FLAT):
        narrow, data = m.instance_of(activation)
        yield {
            "network": m.two_layer(activation, ("1/3", 1), ("2/3", 1), (4, 1), (-4, 1)),
            "narrow": narrow,
            "data": data,
        }


@reduction.certificate
def other_losses() -> Iterator[m.Raw]:
    """An even activation with the inputs 1, -1 and residuals 1, -1: critical for each loss."""
    for loss in ("square", "quartic"):
        data = m.sample([1, -1], ["-1/2", "3/2"], loss)
        yield {"network": m.two_layer(m.EVEN, (3, 1), (-2, -1)), "narrow": m.two_layer(m.EVEN, (1, 1)), "data": data}


@reduction.control(drops="separating-activation")
def two_sigmoid_networks() -> Iterator[m.Raw]:
    """sigmoid(v.x) - sigmoid(w.x) = sigmoid(-w.x) - sigmoid(-v.x): one function, two irreducible networks, one critical."""
    wide, narrow = m.lattice("sigmoid", (1, 3), (-1, 2)), m.lattice("sigmoid", (-1, "1/3"), (1, "1/2"))
    yield {"network": wide, "narrow": narrow, "data": m.critical_data(wide, [1, 2, 3, 4, 5], Random(0))}


@reduction.control(drops="critical")
def not_critical() -> Iterator[m.Raw]:
    network = m.lattice("tanh", ("1/2", 2), ("1/2", 2))
    yield {"network": network, "narrow": m.TANH_NARROW, "data": m.sample([1, 2, 3], [0, 1, 0])}


@reduction.control(drops="irreducible")
def silent_neuron_off_the_zeros() -> Iterator[m.Raw]:
    """The way back: (1, u = 2), (0, u = 3) reduces to a critical network and is not critical, as phi(3) = 1/70."""
    narrow, data = m.A
    yield {"network": narrow, "narrow": m.lattice("tanh", (1, 2), (0, 3)), "data": data}


@reduction.control(drops="same-function")
def another_function() -> Iterator[m.Raw]:
    narrow, data = m.A
    yield {"network": narrow, "narrow": m.lattice("tanh", (2, 2)), "data": data}


@reduction.search(
    trials=60, distribution="designed critical points of width 1 or 2, d <= 2, split, with blocks, shuffled"
)
def random_wide_points(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    narrow, data = found
    inner, (outer,) = narrow["layers"]
    neurons = [*zip(outer[1:], inner[1:], strict=True)]
    share = rng.randint(-2, 3)
    neurons += [(f"{share}/2", inner[0]), (str(m.Fraction(outer[0]) - m.Fraction(share, 2)), inner[0])]
    if rng.random() < 0.5:  # phi and its gradient vanish at the neurons: cancelling pairs may sit there
        neurons += [("3", inner[-1]), ("-3", inner[-1])]
    rng.shuffle(neurons)
    return {"network": m.two_layer(narrow["activation"], *neurons), "narrow": narrow, "data": data}
