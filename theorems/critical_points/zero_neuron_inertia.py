"""The exact inertia after adding neurons whose outer weights cancel (derived here)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Integer, symbols

from theorems.critical_points import _models as m
from theorems.critical_points._split_forms import bilinear, total, vector
from verify import Draw, Identity, Statement, Step, defined

SIZE = m.of("embedding.size", m.BLOCK, sort="natural", meaning="number of neurons that are added")
CASE = m.of(
    "embedding.zero_block_case", m.NETWORK, m.DATA, m.BLOCK, sort="natural", name="case",
    meaning="1: all new outer weights are 0, and grad phi is 0 at none of the new inner weights; 2: one neuron, its "
    "outer weight and grad phi at it are 0; 3: equal inner weights v with grad phi(v) = 0 and Hess phi(v) invertible, "
    "outer weights with sum 0, not all 0; 0: none of these",
)  # fmt: skip
WIDE = m.of(
    "embedding.append", m.NETWORK, m.BLOCK, sort="dense", meaning="the network with the new neurons", name="wide"
)
SAME = m.property_of("dense.same_function", WIDE, m.NETWORK, meaning="both are one function", name="same_function")
INERTIA = m.of("dense.inertia", WIDE, m.DATA, sort="tuple", meaning="inertia of the wide Hessian")
LAW = m.of(
    "embedding.zero_block_law", m.NETWORK, m.DATA, m.BLOCK, sort="tuple", name="law",
    meaning="1: the narrow inertia plus (b, b, b (d-1)); 2: that of H_ext plus (0, 0, d); 3: that of H_ext plus (d + "
    "(p-1) f_+ + (q-1) f_-, d + (p-1) f_- + (q-1) f_+, (b-1) + z d); H_ext: the Hessian in the old weights and one "
    "new outer weight at v, (f_+, f_-, 0) the inertia of Hess phi(v), p, q, z the signs of the new outer weights",
)  # fmt: skip
NEGATIVE_WIDE = m.of("dense.negative", WIDE, m.DATA, sort="natural", meaning="negative eigenvalues, wide")
FIRST = defined("first", "natural", Integer(0), "index of the first neuron")
NEW = m.of("dense.width", m.NETWORK, sort="natural", name="new", meaning="index of the first added neuron")
OWN = m.of("dense.inner", m.NETWORK, FIRST, sort="tuple", name="w_1", meaning="inner weights of the first neuron")
INNER = m.of("dense.inner", WIDE, NEW, sort="tuple", name="v", meaning="inner weights of the first added neuron")
INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", name="d", meaning="number of components of an input")
NARROW = [
    m.of(f"dense.{name}", m.NETWORK, m.DATA, sort="natural", name=name, meaning=f"{text} eigenvalues, narrow")
    for name, text in (("positive", "positive"), ("negative", "negative"), ("nullity", "zero"))
]
POSITIVE, NEGATIVE, NULLITY = NARROW
POSITIVE_WIDE, NULLITY_WIDE = (
    m.of(f"dense.{name}", WIDE, m.DATA, sort="natural", name=f"{name}_wide", meaning=f"{text} eigenvalues, wide")
    for name, text in (("positive", "positive"), ("nullity", "zero"))
)
COPY = And(Eq(CASE.symbol, 2), Eq(INNER.symbol, OWN.symbol))
"""One neuron (0, w_1) is added, and grad phi(w_1) = 0."""

zero = Statement(
    "ep-zero-neuron-inertia",
    title="Neurons that cancel add an inertia that phi gives",
    summary="A neuron (0, v) with grad phi(v) != 0 adds (1, 1, d - 1): where it is critical, a strict saddle. With grad "
    "phi(v) = 0 it adds d zeros to the Hessian in the old weights and a, so that (0, w_k) adds (0, 0, d + 1); a zero-sum block "
    "adds p copies of Hess phi(v), q of its negative, and zeros.",
    area=m.AREA,
    source=m.GEOMETRY.at("saddle branches", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.BLOCK, *m.SCALAR_TWO_LAYER, SIZE, CASE, WIDE, SAME, INERTIA, LAW, NEGATIVE_WIDE, FIRST, NEW,
        OWN, INNER, INPUTS, *NARROW, POSITIVE_WIDE, NULLITY_WIDE,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "zero-block": (
            "neurons of outer weight 0 off the zeros of grad phi, or one at a zero of it, or a block of sum 0 at a "
            "zero v of it where Hess phi(v) is invertible",
            CASE.symbol >= 1,
        ),
    },
    claim=And(
        SAME.symbol,
        Eq(INERTIA.symbol, LAW.symbol),
        Implies(Eq(CASE.symbol, 1), NEGATIVE_WIDE.symbol >= SIZE.symbol),
        Implies(
            COPY,
            And(
                Eq(POSITIVE_WIDE.symbol, POSITIVE.symbol),
                Eq(NEGATIVE_WIDE.symbol, NEGATIVE.symbol),
                Eq(NULLITY_WIDE.symbol, NULLITY.symbol + INPUTS.symbol + 1),
            ),
        ),
    ),
    rests_on=["cp-dual-function"],
)  # fmt: skip


@zero.argument
def hyperbolic_pairs() -> Iterator[Step]:
    """Complete the products: what couples the new weights with the old ones is absorbed by a change of coordinates."""
    h, ell, kappa, alpha, g1, g2, om1, om2 = symbols("h ell kappa alpha g_1 g_2 omega_1 omega_2")
    pair = g1 * om1 + g2 * om2
    yield Step(
        "The new neurons contribute nothing to the output, as they cancel; residuals and phi stay. Their weights "
        "enter the Hessian J^T L J + (grad phi between a_j and w_j, a_j Hess phi at w_j). Let alpha_j, omega_j be the "
        "variations of their outer and inner weights, h the form of the narrow Hessian.",
    )
    yield Step(
        "Case 1. All a_j = 0: the first variation of the output has no omega, so the form is h + 2 sum alpha_j (ell_j "
        "+ g_j.omega_j) + sum kappa_ij alpha_i alpha_j, g_j = grad phi(v_j) != 0, ell_j linear in the old weights. "
        "With pi_j = g_j.omega_j + ell_j + sum_i kappa_ij alpha_i/2 as a coordinate in place of one component of "
        "omega_j it is h + 2 sum alpha_j pi_j: each neuron adds a hyperbolic pair (1, 1), and its d - 1 other "
        "components of omega_j are in the kernel. (Here one neuron and d = 2; then two neurons and d = 1.)",
        [
            Identity(
                h + 2 * alpha * ell + kappa * alpha**2 + 2 * alpha * pair,
                h + 2 * alpha * (pair + ell + kappa * alpha / 2),
            ),
            _two_pairs(),
        ],
        cites=["Sylvester's law of inertia"],
    )
    yield Step(
        "Case 2. a = 0 and grad phi(v) = 0: omega does not occur at all. The form is that of H_ext, and d zeros. For "
        "v = w_k (a neuron with grad phi(w_k) = 0, as at each critical point with a_k != 0) the first variation depends on "
        "alpha_k + alpha only, and so does the form, as the coupling of alpha_k with omega_k is 0: H_ext is the narrow Hessian "
        "in the coordinate alpha_k + alpha, and one more zero. So (0, w_k) adds (0, 0, d + 1). (Here with w_k = w_1 in one "
        "dimension; the claim is for the first neuron, and the order does not matter.)",
        [
            Identity(
                (h * om1 + ell * (alpha + om2)) ** 2 + kappa * om1**2,
                h**2 * om1**2 + 2 * h * ell * om1 * (alpha + om2) + ell**2 * (alpha + om2) ** 2 + kappa * om1**2,
            )
        ],
    )
    yield Step(
        "Case 3. Outer weights c_j with sum 0 at one v, grad phi(v) = 0, F = Hess phi(v). The first variation of the "
        "output depends on the new weights through alpha = sum alpha_j and nu = sum c_j omega_j only; b - 1 "
        "directions of the alpha_j are in the kernel. The form is that of H_ext at (old weights, alpha), plus 2 nu.m "
        "+ nu^T K nu with m linear in these, plus sum c_j omega_j^T F omega_j. Write omega_j = mu + theta_j, theta_1 "
        "= 0 (c_1 != 0): then nu = sum c_j theta_j, as sum c_j = 0, and with r = F^{-1}(m + K nu/2) the coupling is 2 "
        "nu^T F r. Put mu = mu' - r: the coupling is gone, and what remains is H_ext plus sum c_j (mu' + theta_j)^T F "
        "(mu' + theta_j).",
        [_block(1, 2), _block(1, 3), _block(2, 2), _block(2, 3)],
    )
    p, q, d, plus = symbols("p q d f_plus")
    minus = d - plus
    yield Step(
        "That last form is diag(c) (x) F in the coordinates mu' + theta_j: its inertia is (p f_+ + q f_-, p f_- + q "
        "f_+, z d). As f_+ + f_- = d, p f_+ + q f_- = d + (p-1) f_+ + (q-1) f_-, and the same with f_+ and f_- "
        "exchanged.",
        [
            Identity(p * plus + q * minus, d + (p - 1) * plus + (q - 1) * minus),
            Identity(p * minus + q * plus, d + (p - 1) * minus + (q - 1) * plus),
        ],
    )
    yield Step(
        "None of this needs a critical point. The wide network is one iff the narrow one is, phi vanishes at the new "
        "inner weights, and so does grad phi where the outer weight is not 0. Case 1 then is a strict saddle: n_- >= "
        "b.",
    )


def _two_pairs() -> Identity:
    """Two neurons of outer weight 0, d = 1."""
    h, k12 = symbols("h kappa_12")
    alpha, ell, g, omega = (vector(name, 2) for name in ("alpha", "ell", "g", "omega"))
    kappa = [[symbols("kappa_11"), k12], [k12, symbols("kappa_22")]]
    square = total(kappa[i][j] * alpha[i] * alpha[j] for i in range(2) for j in range(2))
    form = h + square + total(2 * alpha[j] * (ell[j] + g[j] * omega[j]) for j in range(2))
    pi = [g[j] * omega[j] + ell[j] + total(kappa[i][j] * alpha[i] / 2 for i in range(2)) for j in range(2)]
    return Identity(form, h + total(2 * alpha[j] * pi[j] for j in range(2)))


def _block(dimension: int, size: int) -> Identity:
    """2 nu^T F r + sum c_j F(mu + theta_j) = sum c_j F(mu' + theta_j) for mu = mu' - r and sum c_j = 0."""
    rest = [symbols(f"c_{j}") for j in range(2, size + 1)]
    weights = [-total(rest), *rest]
    mu, r = vector("mu", dimension), vector("r", dimension)
    theta = [[Integer(0)] * dimension, *(vector(f"theta_{j}", dimension) for j in range(2, size + 1))]
    nu = [total(c * t[p] for c, t in zip(weights, theta, strict=True)) for p in range(dimension)]

    def form(start: list) -> object:
        moved = [[x + y for x, y in zip(start, t, strict=True)] for t in theta]
        return total(c * bilinear("F", w, w) for c, w in zip(weights, moved, strict=True))

    shifted = [x - y for x, y in zip(mu, r, strict=True)]
    return Identity(2 * bilinear("F", nu, r) + form(shifted), form(mu))


@zero.certificate
def single_neurons() -> Iterator[m.Raw]:
    """Outer weight 0 at zeros of phi, with grad phi != 0 or = 0, and elsewhere; one, two and three inputs."""
    for (network, data), points in (
        (m.A, (1, 2, 3)),
        (m.X1, (5, 2, 3)),
        (m.X1_REVERSED, (5, 2)),
        (m.instance_b(), (4, 1, "1/4", 2)),
        (m.instance_c(), (2, 3, "1/3")),
        (m.instance_d(), (2, "1/2")),
        (m.X2_NODE, ([1, 2], [2, 3])),
        (m.X4, ([3, 2, 6],)),
        (m.T2, ([1, 1], [2, 2])),
    ):
        for u in points:
            yield {"network": network, "data": data, "block": m.block([0], u)}
    network, data = m.instance_b()
    yield {"network": network, "data": data, "block": m.block([0, 0], 4, 1)}


@zero.certificate
def blocks_that_cancel() -> Iterator[m.Raw]:
    """At a second double zero, u = 3: (4,1,1), (5,1,2), (4,2,2); with the opposite sign (3,2,1), (3,3,2), (4,2,2)."""
    for sign in (1, -1):
        network, data = m.instance_c(sign)
        for shares in ((1, -1), (1, 1, -2), (-1, -1, 2), (1, -1, 0)):
            yield {"network": network, "data": data, "block": m.block(shares, 3)}
    for network, data in (m.X2_DEFINITE, m.X2_NODE):
        for shares in ((1, -1), (2, -1, -1)):
            yield {"network": network, "data": data, "block": m.block(shares, [2, 3])}


@zero.control(drops="zero-block")
def weights_that_do_not_cancel() -> Iterator[m.Raw]:
    """(1, 1) at the double zero: another function; (1, -1) at different zeros too."""
    network, data = m.instance_c()
    yield {"network": network, "data": data, "block": m.block([1, 1], 3)}
    yield {"network": network, "data": data, "block": m.block([1, -1], 3, 2)}


@zero.search(
    trials=100, distribution="designed critical points, d <= 2: (0, v) with any v, zero-sum blocks at a neuron's w"
)
def random_blocks(rng: Draw) -> m.Raw:
    dimension = rng.randint(1, 2)
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=dimension)) is None:
        pass
    network, data = found
    if rng.random() < 0.5:
        count = rng.randint(1, 2)
        vectors = [[rng.randint(-3, 3) for _ in range(dimension)] for _ in range(count)]
        return {"network": network, "data": data, "block": m.block([0] * count, *vectors)}
    shares = [rng.choice([-2, -1, 0, 1, 2]) for _ in range(rng.randint(1, 2))]
    return {"network": network, "data": data, "block": m.block([*shares, -sum(shares)], network["layers"][0][0])}
