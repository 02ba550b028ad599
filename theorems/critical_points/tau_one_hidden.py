"""With one hidden layer, splits and null neurons are all that lifts with every sample (conjecture of Zhang, Zhang and Luo)."""

from collections.abc import Iterator

from sympy import Equivalent, Rational, symbols

from theorems.critical_points import _models as m
from verify import Draw, Family, Identity, Rank, Statement, Step, axis

SPLIT_OR_NULL = m.property_of(
    "lifting.split_or_null", m.NETWORK, m.WIDE, name="split_or_null",
    meaning="the wide network is, up to the order of neurons, a splitting of the narrow one with null neurons",
)  # fmt: skip

exact_lifting = Statement(
    "cl-tau-one-hidden",
    title="Splits and null neurons are all that lifts with every sample",
    summary="Over an irreducible network of one hidden layer, a wide network with the same function has its tangent functions "
    "in the narrow span (so lifts critical points of every sample) if and only if it arises by splitting neurons and adding "
    "null neurons: the conjecture that critical embeddings give all sample-independent liftings holds there, and fails "
    "for reducible networks and for sigmoid.",
    area=m.AREA,
    source=m.LIFTING.at("conjecture on one hidden layer", "conjecture read; statement, proof and limits derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.WIDE, *m.SCALAR_TWO_LAYER, m.SAME_FUNCTION, m.SEPARATING, m.IRREDUCIBLE, m.IN_SPAN, SPLIT_OR_NULL,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "same-function": m.EQUAL_FUNCTIONS,
        "activation": m.SEPARATING_ACTIVATION,
        "irreducible": (
            "in the narrow network no outer weight is 0, no two neurons are of one class, none is null",
            m.IRREDUCIBLE.symbol,
        ),
    },
    claim=Equivalent(m.IN_SPAN.symbol, SPLIT_OR_NULL.symbol),
    rests_on=["cl-lifting-operator", "cp-neuron-independence"],
)  # fmt: skip


@exact_lifting.argument
def classes_one_by_one() -> Iterator[Step]:
    """The tangent functions of different classes are independent, so each wide neuron must be of a narrow class."""
    a, b, value, slope, share = symbols("a b sigma sigma1 delta")
    yield Step(
        "A copy (delta a, w) of the narrow neuron (a, w) has the derivatives sigma(w.x) and delta a x_p sigma'(w.x): delta "
        "times the narrow one; with a sign change they are the same up to sign. A null neuron (a', 0) has sigma(0) = 0 and "
        "a' x_p sigma'(0), which is 0 if a' = 0 or sigma'(0) = 0. So splits and null neurons are in the span.",
        [Rank([[value, 0], [0, a * slope], [value, 0], [0, share * a * slope], [-value, 0], [0, 0]], 2)],
    )
    c, t, al, be = symbols("c t alpha beta")
    yield Step(
        "Let w_1, ..., w_r be the narrow weights. The functions sigma(w_k.x) and x_p sigma'(w_k.x) (w_k != 0) are independent, "
        "also together with sigma(v.x) for further v of other classes, and modulo polynomials: on a line x = z v' "
        "the coefficient of z^s in alpha sigma(t z) + beta z sigma'(t z) is c_s (alpha t + beta s) t^{s-1}, and for "
        "growing s the largest abs(t) dominates (for an activation without parity t and -t may both occur; even and odd s "
        "then give their sum and their difference). So beta, which is linear in v', and then alpha are 0 for almost all v'.",
        [
            Identity(al * c * t**7 + be * (7 * c * t**6), c * (al * t + 7 * be) * t**6),
            Rank(_confluent(), 6),
        ],
        cites=["cp-neuron-independence"],
    )
    yield Step(
        "So a wide neuron of a new class v != 0 is excluded: its derivative sigma(v.x) by the outer weight is not in the span. "
        "A wide neuron w' = 0 of a new class is excluded if sigma(0) != 0, since sigma(0) is a nonzero constant, a polynomial; "
        "and if sigma(0) = 0, a' != 0 and sigma'(0) != 0, since a' sigma'(0) x_p is a nonzero polynomial. (Where the narrow "
        "network has itself a constant neuron, w' = 0 is of its class.)",
    )
    yield Step(
        "What remains are neurons of the narrow classes and silent null neurons. Both networks are one function, so "
        "by independence the outer weights in each class, with their signs, sum to a_k, which is not 0: shares of the narrow "
        "neuron that sum to 1. This is a splitting with null neurons.",
        [Identity((a - b) / a + b / a, 1)],
    )
    yield Step(
        "With the criterion of the tangent span this determines the points that are critical whenever the narrow one is.",
        cites=["cl-lifting-operator"],
    )


def _confluent() -> list[list[object]]:
    """Rows of the coefficients of z, z^3, ..., z^11 in tanh-like odd series: weights 1, 2, 3 and their derivatives."""
    powers = range(1, 13, 2)
    return [[Rational(t) ** s for s in powers] for t in (1, 2, 3)] + [
        [s * Rational(t) ** (s - 1) for s in powers] for t in (1, 2, 3)
    ]


def _instance(network: m.Raw, wide: m.Raw) -> m.Raw:
    return {"network": network, "wide": wide}


@exact_lifting.certificate
def in_the_span() -> Iterator[m.Raw]:
    """Splits with shares of any sign, sign changes, null neurons; a null neuron with any weight if sigma is flat at 0."""
    narrow = m.lattice("tanh", (1, 2))
    for neurons in (
        [("1/2", 2), ("1/2", 2)], [(2, 2), (-1, 2)], [(1, 2), (0, 2)], [(2, 2), (1, "1/2")], [(0, "1/2"), (1, 2)],
        [(1, 2), (0, 1)], [(0, 1), (-1, "1/2")],
    ):  # fmt: skip
        yield _instance(narrow, m.lattice("tanh", *neurons))
    yield _instance(m.lattice("exp", (1, 2), (-1, 3)), m.lattice("exp", (3, 2), (-1, 3), (-2, 2)))
    plane = m.two_layer(m.EVEN, (1, [1, 2]), (2, [0, 0]))
    yield _instance(plane, m.two_layer(m.EVEN, (3, [0, 0]), (2, [-1, -2]), (-1, [0, 0]), (-1, [1, 2])))
    yield _instance(m.two_layer(m.FLAT, (1, 1)), m.two_layer(m.FLAT, (1, 1), (5, 0)))


@exact_lifting.certificate
def outside_the_span() -> Iterator[m.Raw]:
    """A neuron without weight elsewhere, cancelling neurons elsewhere, a null neuron with weight, constants."""
    narrow = m.lattice("tanh", (1, 2))
    for neurons in ([(1, 2), (0, 4)], [(1, 2), (1, 1)], [(1, 2), (1, 4), (-1, 4)], [(1, 2), (1, 4), (1, "1/4")]):
        yield _instance(narrow, m.lattice("tanh", *neurons))
    yield _instance(m.lattice("exp", (1, 2)), m.lattice("exp", (1, 2), (0, "1/2")))
    yield _instance(m.two_layer(m.EVEN, (1, 1)), m.two_layer(m.EVEN, (1, 1), (0, 0)))
    yield _instance(m.two_layer(m.GENERIC, (1, [1, 1])), m.two_layer(m.GENERIC, (1, [1, 1]), (0, [-1, -1])))


@exact_lifting.exhaustive
def two_wide_neurons() -> Family:
    """tanh with weight log(2)/2, and all pairs of neurons on a grid: those with the same function are decided."""
    weights, first, second = [-1, 0, 1, 2], ["1/2", 1, 2], ["1/2", 1, 2, 4]
    wide = {**m.TANH_NARROW, "layers": [[[axis("u1")], [axis("u2")]], [[axis("a1"), axis("a2")]]]}
    template = _instance(m.TANH_NARROW, wide)
    return Family(template, {"u1": first, "u2": second, "a1": weights, "a2": weights}, ["in_span", "split_or_null"])


@exact_lifting.control(drops="irreducible")
def two_equal_neurons() -> Iterator[m.Raw]:
    """tanh, two equal neurons of weight 1: shares 3/10, 3/10, 7/5 of their sum are in the span, and no split of the two."""
    narrow = m.lattice("tanh", (1, 2), (1, 2))
    yield _instance(narrow, m.lattice("tanh", ("3/10", 2), ("3/10", 2), ("7/5", 2)))


@exact_lifting.control(drops="activation")
def sigmoid_with_a_constant() -> Iterator[m.Raw]:
    """sigmoid(z) + sigmoid(-z) = 1 = 2 sigmoid(0): weight can move from w to -w, which no split does."""
    for extra in (1, "-3/2"):
        narrow, wide, _ = m.sigmoid_lift(extra)
        yield _instance(narrow, wide)


@exact_lifting.control(drops="same-function")
def another_function() -> Iterator[m.Raw]:
    """Twice the function has the same tangent functions."""
    yield _instance(m.TANH_NARROW, m.lattice("tanh", (1, 2), (1, 2)))


@exact_lifting.search(
    trials=80, distribution="rational activations, width 1 or 2, d = 2; split, with null or zero neurons"
)
def random_lifts(rng: Draw) -> m.Raw:
    activation = rng.choice([m.ODD, m.EVEN, m.GENERIC])
    narrow = m.two_layer(activation, *m.random_neurons(rng, rng.randint(1, 2), 2))
    wide = m.random_lift(rng, narrow)
    return _instance(narrow, m.random_lift(rng, wide) if rng.random() < 0.5 else wide)
