"""Splitting a neuron keeps the output function and maps the gradient linearly (known result; proof written here)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step

WIDE = m.of("embedding.split", m.NETWORK, m.SPLITTING, sort="dense", meaning="the split network", name="wide")
SAME = m.property_of("dense.same_function", WIDE, m.NETWORK, meaning="both are one function")
SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
MAPPED = m.of(
    "embedding.split_gradient", m.NETWORK, m.DATA, m.SPLITTING, sort="tuple",
    meaning="the narrow gradient, its inner part multiplied by the shares", name="mapped_gradient",
)  # fmt: skip
GRADIENT = m.of("dense.gradient", WIDE, m.DATA, sort="tuple", meaning="the wide gradient", name="wide_gradient")
WIDE_CRITICAL = m.property_of("dense.critical", WIDE, m.DATA, meaning="the wide network is a critical point")

splitting = Statement(
    "ep-splitting-critical",
    title="Splitting a neuron keeps output, gradient and criticality",
    summary="Copies of a neuron that share its outer weight give the same function, and a gradient that is a fixed linear "
    "image of the narrow one: critical points go to critical points, whatever the sample and the loss.",
    area=m.AREA,
    source=m.PRINCIPLE.at("one-step embedding", "statement read; proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, *m.SCALAR_TWO_LAYER, SUMS, COPIED, WIDE, SAME, MAPPED, GRADIENT, m.CRITICAL,
        WIDE_CRITICAL,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "sums-to-one": ("the shares of each split neuron sum to 1", SUMS.symbol),
        "copied-inner-weights": ("each copy has the inner weights of the neuron", COPIED.symbol),
    },
    claim=And(
        SAME.symbol, Eq(GRADIENT.symbol, MAPPED.symbol), Implies(m.CRITICAL.symbol, WIDE_CRITICAL.symbol)
    ),
)  # fmt: skip


@splitting.argument
def gradients_intertwine() -> Iterator[Step]:
    """The output is linear in the outer weights, and the residuals do not change."""
    a, s, s1, x, e, f, e2, t1, x2 = symbols("a sigma sigma1 x e f e_2 sigma1_2 x_2")
    d2, d3 = symbols("delta_2 delta_3")
    d1 = 1 - d2 - d3
    yield Step(
        "Let the neuron (a, w) become (delta_j a, w), the shares delta_j summing to 1. At every input its contribution "
        "a sigma(w.x) becomes sum_j delta_j a sigma(w.x), the same number; so output, residual derivatives e_i and loss "
        "are the same. (With one more copy the same identity is used again: a copy is split in two.) For an odd "
        "activation a copy may change the sign of both of its weights, for an even one that of the inner one.",
        [Identity(f + d1 * a * s + d2 * a * s + d3 * a * s, f + a * s)],
    )
    yield Step(
        "The derivative by the outer weight of a copy is sum_i e_i sigma(w.x_i), that of the narrow neuron; by the inner "
        "weight it is delta_j a sum_i e_i sigma'(w.x_i) x_i, which is delta_j times the narrow one. All other derivatives "
        "are unchanged. So grad R(wide) = M grad R(narrow) with M constant, and a zero gradient stays zero.",
        [Identity(e * (d2 * a) * s1 * x + e2 * (d2 * a) * t1 * x2, d2 * (e * a * s1 * x + e2 * a * t1 * x2))],
    )
    yield Step(
        "If T is the splitting map, T theta = theta_wide, the columns of T and M pair to the identity: the outer weights "
        "give sum_j delta_j = 1, the inner ones sum_j delta_j = 1. So T^T M = I, and nothing is lost on the way back.",
    )


@splitting.certificate
def reference_splits() -> Iterator[m.Raw]:
    """Critical points and others, positive, negative and zero shares, two split groups, sign changes."""
    network, data = m.A
    for shares in (("1/2", "1/2"), (2, -1), (1, 0), ("1/3", "1/3", "1/3"), (3, -1, -1), (1, "1/2", "-1/2")):
        yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}
    yield {"network": network, "data": data, "splitting": [m.split(0, 2, -1, signs=[1, -1])]}
    network, data = m.instance_x3()
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2"), m.split(1, 2, -1)]}
    elsewhere = m.two_layer(m.GENERIC, (2, [1, 1]), ("1/2", [-1, 2]))
    data = m.sample([[1, 0], [1, 1], [2, -1]], [1, 2, "1/3"], "quartic")
    yield {"network": elsewhere, "data": data, "splitting": [m.split(1, "5/2", "-3/2")]}


@splitting.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, 1, 1)]}


@splitting.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    """One copy has its inner weight perturbed: u = 2 becomes u = 3."""
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2", shifts=[[1], ["3/2"]])]}


@splitting.search(trials=60, distribution="designed critical points of width 1 or 2, d <= 2; two or three shares")
def random_splits(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    network, data = found
    return {"network": network, "data": data, "splitting": [m.random_split(rng, 0)]}
