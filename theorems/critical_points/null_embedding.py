"""Adding a neuron with inner weights 0 (recalled from Zhang et al. 2021; conditions and Hessian derived here)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, Integer, Or, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step, defined

ZERO_AT_ZERO = m.property_of("dense.zero_at_zero", m.NETWORK, meaning="the activation is 0 at 0")
FLAT_AT_ZERO = m.property_of("dense.flat_at_zero", m.NETWORK, meaning="its derivative is 0 at 0")
SIZE = m.of("embedding.size", m.BLOCK, sort="natural", meaning="number of neurons that are added")
NULL = m.property_of("embedding.null_inner", m.NETWORK, m.BLOCK, name="null", meaning="their inner weights are 0")
WIDE = m.of("embedding.append", m.NETWORK, m.BLOCK, sort="dense", meaning="the network with them", name="wide")
NEW = m.of("dense.width", m.NETWORK, sort="natural", meaning="the index of the new neuron", name="new")
OUTER = m.of("dense.outer", WIDE, NEW, sort="real", meaning="the outer weight of the new neuron", name="a")
SAME = m.property_of("dense.same_function", WIDE, m.NETWORK, meaning="both are one function", name="same_function")
WIDE_CRITICAL = m.property_of("dense.critical", WIDE, m.DATA, meaning="the wide network is a critical point")
NEGATIVE = m.of("dense.negative", m.NETWORK, m.DATA, sort="natural", meaning="negative eigenvalues, narrow")
NULLITY = m.of("dense.nullity", m.NETWORK, m.DATA, sort="natural", meaning="zero eigenvalues, narrow")
NEGATIVE_WIDE = m.of("dense.negative", WIDE, m.DATA, sort="natural", meaning="negative eigenvalues, wide")
NULLITY_WIDE = m.of("dense.nullity", WIDE, m.DATA, sort="natural", meaning="zero eigenvalues, wide")
CURVATURE = m.of(
    "embedding.curvature_inertia", WIDE, m.DATA, NEW, sort="tuple", name="inertia_new",
    meaning="inertia of the new neuron's curvature matrix a sigma''(0) sum_i e_i x_i x_i^T",
)  # fmt: skip
CONDITIONS = m.property_of(
    "dual.zero_sum_conditions", WIDE, m.DATA, name="conditions",
    meaning="a sigma'(0) sum_i e_i x_i = 0 for the new neuron (and each other one with w = 0), and phi and a grad phi are 0 "
    "at neurons that cancel",
)  # fmt: skip
KEEPS = Or(Eq(OUTER.symbol, 0), FLAT_AT_ZERO.symbol)
"""The outer weight is 0, or sigma'(0) is."""
ONE = defined("one", "natural", Integer(1), "the place of the negative eigenvalues in an inertia", r"\mathtt{1}")
TWO = defined("two", "natural", Integer(2), "the place of the zero eigenvalues in an inertia", r"\mathtt{2}")
DOWN = m.of("sets.entry", CURVATURE, ONE, sort="natural", name="new_negative", meaning="its negative eigenvalues")
FLAT = m.of("sets.entry", CURVATURE, TWO, sort="natural", name="new_nullity", meaning="its zero eigenvalues")

null = Statement(
    "ep-null-embedding",
    title="A neuron with inner weights 0 keeps criticality, if the activation is 0 there",
    summary="With sigma(0) = 0 a neuron (a, 0) may be added to a critical point if and only if a sigma'(0) sum_i e_i x_i is 0: "
    "with every sample, if a = 0 or sigma'(0) = 0. If sigma'(0) = 0 the Hessian gains a zero and the block "
    "a sigma''(0) sum_i e_i x_i x_i^T.",
    area=m.AREA,
    source=m.PRINCIPLE.at("null embedding", "definition recalled; conditions and Hessian derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.BLOCK, *m.SCALAR_TWO_LAYER, ZERO_AT_ZERO, FLAT_AT_ZERO, SIZE, NULL, WIDE, NEW, OUTER, SAME,
        m.CRITICAL, WIDE_CRITICAL, CONDITIONS, NEGATIVE, NULLITY, NEGATIVE_WIDE, NULLITY_WIDE, CURVATURE, ONE, TWO, DOWN, FLAT,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "null-neuron": ("one neuron is added, its inner weights are 0", Eq(SIZE.symbol, 1) & NULL.symbol),
        "zero-at-zero": ("sigma(0) = 0", ZERO_AT_ZERO.symbol),
    },
    claim=And(
        SAME.symbol,
        Equivalent(WIDE_CRITICAL.symbol, m.CRITICAL.symbol & CONDITIONS.symbol),
        Implies(KEEPS, Equivalent(WIDE_CRITICAL.symbol, m.CRITICAL.symbol)),
        Implies(
            FLAT_AT_ZERO.symbol,
            And(
                Eq(NEGATIVE_WIDE.symbol, NEGATIVE.symbol + DOWN.symbol),
                Eq(NULLITY_WIDE.symbol, NULLITY.symbol + 1 + FLAT.symbol),
            ),
        ),
    ),
)  # fmt: skip


@null.argument
def taylor_at_zero() -> Iterator[Step]:
    """Two orders of Taylor's formula at w = 0."""
    t, a, alpha, s1, s2, el, e, rest = symbols("t a alpha sigma_1 sigma_2 L e h")
    om1, om2, x1, x2, y1, y2, e2 = symbols("omega_1 omega_2 x_1 x_2 y_1 y_2 e_2")
    z = om1 * x1 + om2 * x2
    moved = (a + t * alpha) * (t * s1 * z + t**2 * s2 * z**2 / 2)
    yield Step(
        "The neuron (a, 0) contributes a sigma(0) = 0 at every input. So output, loss and residual derivatives e_i "
        "are those of the narrow network, and so are the derivatives by the old weights. Move the new neuron along a "
        "line, a + t alpha, 0 + t omega, and let zeta = omega.x: with sigma(0) = 0 its output is t a sigma'(0) zeta + "
        "t^2 (alpha sigma'(0) zeta + a sigma''(0) zeta^2/2) + O(t^3).",
        [Identity(moved - t**3 * alpha * s2 * z**2 / 2, t * a * s1 * z + t**2 * (alpha * s1 * z + a * s2 * z**2 / 2))],
        cites=["Taylor's formula for twice differentiable functions"],
    )
    yield Step(
        "So the new derivatives are dR/da = 0 and dR/dw = a sigma'(0) sum_i e_i x_i. If a = 0 or sigma'(0) = 0 both "
        "vanish, whatever the sample: the wide network is critical iff the narrow one is. Else it is so iff the narrow one is "
        "and sum_i e_i x_i = 0, which depends on the sample. Without sigma(0) = 0 even the neuron (0, 0) needs dR/da = sigma(0) "
        "sum_i e_i = 0. (The conditions in the claim on other neurons of the wide network hold where that is critical.)",
        [
            Identity(
                e * (a * s1 * z) + e2 * (a * s1 * (om1 * y1 + om2 * y2)),
                a * s1 * (om1 * (e * x1 + e2 * y1) + om2 * (e * x2 + e2 * y2)),
            )
        ],
    )
    yield Step(
        "Let sigma'(0) = 0 too. Then the new neuron changes the output in second order only, by a sigma''(0) "
        "zeta^2/2: with f + t h the output along any line of the old weights (h may depend on t), the loss at a sample "
        "changes by e (t h + t^2 a sigma''(0) zeta^2/2) + L t^2 h^2/2, up to O(t^3). The wide Hessian is the narrow one, "
        "a zero for a, and a sigma''(0) sum_i e_i x_i x_i^T for w, without mixed terms; their inertias are added.",
        [
            Identity(
                e * (t * rest + (moved.subs(s1, 0) - t**3 * alpha * s2 * z**2 / 2)) + el * (t * rest) ** 2 / 2,
                t * (e * rest)
                + t**2 / 2 * (el * rest**2)
                + t**2 / 2 * (a * s2) * (om1**2 * (e * x1**2) + 2 * om1 * om2 * (e * x1 * x2) + om2**2 * (e * x2**2)),
            )
        ],
    )


FLAT_NARROW = m.two_layer(m.FLAT, (1, 1))
FLAT_DATA = m.designed(FLAT_NARROW, [1, 2, 3], ["2/5", -1, "2/3"])
"""sigma = z^2/(1 + z^2), f = sigma(x): critical, and sum_i e_i x_i^2 = 12/5."""


@null.certificate
def reference_instances() -> Iterator[m.Raw]:
    """tanh with (0, 0); z^2/(1 + z^2) with (a, 0), a = 1, 0, -1; two inputs, other losses, points off criticality."""
    for network, data in (m.A, m.instance_b(), m.instance_d()):
        yield {"network": network, "data": data, "block": m.block([0], 1)}
    network, data = m.T2
    yield {"network": network, "data": data, "block": m.block([0], [1, 1])}
    for a in (1, 0, -1):
        yield {"network": FLAT_NARROW, "data": FLAT_DATA, "block": m.block([a], 0)}
    elsewhere = m.two_layer(m.FLAT, (2, [1, "1/2"]), ("-1/3", [0, 2]))
    for loss in ("half-square", "square", "quartic"):
        data = m.sample([[1, 0], [2, -1], [1, 3]], [1, "1/2", -2], loss)
        yield {"network": elsewhere, "data": data, "block": m.block(["3/2"], [0, 0])}


@null.control(drops="zero-at-zero")
def exponential() -> Iterator[m.Raw]:
    """exp(0) = 1: the neuron (0, 0) is critical only if the residuals sum to 0."""
    network, data = m.X1
    yield {"network": network, "data": data, "block": m.block([0], 1)}


@null.certificate
def an_outer_weight_without_flatness() -> Iterator[m.Raw]:
    """tanh'(0) = 1: critical if sum_i e_i x_i = 0, and not if it is 1/25; off criticality, and several null neurons."""
    for network, data in (m.silent_nulls(), m.A, m.instance_b(), (m.PLAIN_NARROW, m.sample([1, 2, 3], [0, 0, 0]))):
        for a in (1, -1, "1/10", 0):
            yield {"network": network, "data": data, "block": m.block([a], 1 if "inner" in network else 0)}
    network, data = m.silent_nulls()
    for case in (data, m.A[1]):
        yield {"network": m.extended(network, (0, 1)), "data": case, "block": m.block([2], 1)}
    yield {"network": m.PLAIN_NARROW, "data": m.sample([1, -1], [0, 0]), "block": m.block([1], 0)}


@null.control(drops="null-neuron")
def inner_weight_not_zero() -> Iterator[m.Raw]:
    """A neuron (0, u = 3): phi(3) = 1/70 is not 0."""
    network, data = m.A
    yield {"network": network, "data": data, "block": m.block([0], 3)}


@null.search(
    trials=60, distribution="designed critical points, d <= 2, with z/(1 + z^2) and (0, 0) or z^2/(1 + z^2), (a, 0)"
)
def random_networks(rng: Draw) -> m.Raw:
    dimension, activation = rng.randint(1, 2), rng.choice([m.ODD, m.FLAT])
    while (
        found := m.random_critical(rng, width=rng.randint(1, 2), dimension=dimension, activation=activation)
    ) is None:
        pass
    network, data = found
    outer = rng.choice([-2, -1, 0, "1/2", 1])
    return {"network": network, "data": data, "block": m.block([outer], [0] * dimension)}
