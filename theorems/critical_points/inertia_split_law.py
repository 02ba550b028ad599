"""The exact inertia of a split critical point (derived here; contains the theorem of Fukumizu and Amari, 2000)."""

from collections.abc import Iterator

from sympy import Eq, symbols

from theorems.critical_points import _models as m
from theorems.critical_points import _split_forms as forms
from verify import Draw, Identity, Statement, Step

SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
ACTIVE = m.property_of(
    "embedding.outer_nonzero", m.NETWORK, m.SPLITTING, name="active", meaning="no split neuron has outer weight 0"
)
WIDE = m.of("embedding.split", m.NETWORK, m.SPLITTING, sort="dense", meaning="the split network", name="wide")
INERTIA = m.of("dense.inertia", WIDE, m.DATA, sort="tuple", meaning="inertia of the wide Hessian")
LAW = m.of(
    "embedding.split_law", m.NETWORK, m.DATA, m.SPLITTING, sort="tuple", name="law",
    meaning="inertia of the narrow Hessian, and for each group, from the inertia of B_k and the signs of the shares: "
    "((p-1) b_+ + q b_-, (p-1) b_- + q b_+, (s-1) + z d + (p-1+q) b_0)",
)  # fmt: skip

law = Statement(
    "ep-inertia-split-law",
    title="The Hessian of a split network has the inertia that narrow Hessian, curvatures and signs of the shares give",
    summary="Split neuron k of a critical point into copies with p_k positive, q_k negative and z_k zero shares: n_- "
    "grows by (p_k - 1) n_-(B_k) + q_k n_+(B_k), n_+ by the same with signs exchanged, n_0 by the rest; B_k = a_k "
    "Hess phi(w_k).",
    area=m.AREA,
    source=m.HIERARCHY.at("properties of critical embeddings", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, *m.SCALAR_TWO_LAYER, m.CRITICAL, ACTIVE, SUMS, COPIED, WIDE, INERTIA, LAW,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "critical": m.IS_CRITICAL,
        "outer-weights": ("the neurons that are split have outer weights other than 0", ACTIVE.symbol),
        "sums-to-one": ("the shares of each split neuron sum to 1", SUMS.symbol),
        "copied-inner-weights": ("each copy has the inner weights of the neuron", COPIED.symbol),
    },
    claim=Eq(INERTIA.symbol, LAW.symbol),
    rests_on=["cp-dual-function"],
)  # fmt: skip


@law.argument
def congruence() -> Iterator[Step]:
    """New coordinates in which the wide Hessian falls apart, and Sylvester's law of inertia."""
    p, q, s, d, plus, minus = symbols("p q s d b_plus b_minus")
    zero = d - plus - minus
    yield Step(
        "Let the neuron (a, w) become (delta_j a, w), j = 1, ..., s, sum delta_j = 1. Write variations of the copies "
        "as delta a_j = delta_j alpha + beta_j (j >= 2), delta a_1 = delta_1 alpha - sum beta_j, and delta w_j = v + "
        "omega_j - sum_l delta_l omega_l with omega_1 = 0. That is a change of coordinates for all shares: alpha = "
        "sum delta a_j, beta_j = delta a_j - delta_j alpha, v = sum delta_j delta w_j and omega_j = delta w_j - delta "
        "w_1 give it back.",
        [*forms.coordinate_identities(2), *forms.coordinate_identities(3), *forms.coordinate_identities(4)],
    )
    yield Step(
        "The Hessian is J^T L J plus, for each neuron, grad phi(w_j) between a_j and w_j and a_j Hess phi(w_j) at "
        "w_j. A critical point has a grad phi(w) = 0, and a is not 0: grad phi(w) = 0, for the copies too, as the "
        "residuals are those of the narrow network. In the new coordinates the first variation of the output depends "
        "on alpha and v only, as that of the narrow network; the copies' forms delta_j B with B = a Hess phi(w) give "
        "B at v, no mixed terms, and G (x) B at omega, G = diag(delta_2, ..., delta_s) - (delta_i delta_j). So the "
        "wide form is the narrow one plus 0 at beta plus G (x) B at omega. (Here at one sample with weight L, slope y "
        "= sigma'(w.x) x and another parameter o; other samples add terms of the same form.)",
        [
            forms.split_identity(1, dimension, copies, crossed=False)
            for dimension, copies in ((1, 2), (1, 3), (2, 2), (2, 3), (1, 4))
        ],
    )
    yield Step(
        "The same coordinates, without the rest of the network, take diag(delta) (x) B to B plus G (x) B. So the "
        "inertia of G (x) B is that of all the delta_j B together minus that of B: with p positive, q negative and z "
        "zero shares it is ((p-1) b_+ + q b_-, (p-1) b_- + q b_+, z d + (p-1+q) b_0).",
        [
            forms.share_identity(1, 2),
            forms.share_identity(1, 3),
            forms.share_identity(2, 3),
            forms.share_identity(1, 4),
        ],
        cites=["Sylvester's law of inertia"],
    )
    yield Step(
        "The s - 1 coordinates beta are in the kernel. With them the three numbers that are added make up the "
        "(s - 1)(d + 1) new parameters. By Sylvester's law the inertia of the wide Hessian is the sum.",
        [
            Identity(
                ((p - 1) * plus + q * minus)
                + ((p - 1) * minus + q * plus)
                + (s - 1)
                + (s - p - q) * d
                + (p - 1 + q) * zero,
                (s - 1) * (d + 1),
            )
        ],
    )
    yield Step(
        "Several groups: split one after the other. Output and residuals do not change, so the point stays critical "
        "and the other neurons keep their B. A copy with turned sign (odd or even activation) is the image of one "
        "without under a change of sign of coordinates, which does not change the inertia.",
    )


@law.certificate
def one_input_one_neuron() -> Iterator[m.Raw]:
    """tanh: (2,0,0) becomes (3,0,1), (2,1,1), (2,0,2), (4,0,2), (2,2,2), (3,1,2), (3,1,2); then B < 0, B = 0, exp."""
    halves, thirds = ("1/2", "1/2"), ("1/3", "1/3", "1/3")
    splits = [halves, (2, -1), (1, 0), thirds, (3, -1, -1), (1, "1/2", "-1/2"), (2, 1, -2)]
    for factor, chosen in ((1, splits), ("-1/10", splits[:5]), (-1, splits[:2])):
        network, data = m.instance_a(factor)
        for shares in chosen:
            yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}
    network, data = m.instance_d()
    for shares in (halves, (2, -1), thirds):
        yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, 2, -1, signs=[1, -1])]}
    for network, data in (m.X1, m.X1_REVERSED):
        yield {"network": network, "data": data, "splitting": [m.split(0, *halves)]}


@law.certificate
def two_and_three_inputs() -> Iterator[m.Raw]:
    """exp and tanh: definite, indefinite and singular B."""
    halves, thirds = ("1/2", "1/2"), ("1/3", "1/3", "1/3")
    for (network, data), chosen in (
        (m.X2_NODE, (halves, (2, -1), thirds)),
        (m.X2_DEFINITE, (halves, (2, -1), (3, -1, -1))),
        (m.X2_LINE, (halves, (2, -1), (1, 0))),
        (m.X4, (halves, (2, -1))),
        (m.T2, (halves, (2, -1))),
    ):
        for shares in chosen:
            yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}


@law.certificate
def two_neurons() -> Iterator[m.Raw]:
    """exp, B = (16, -54): (4,0,0) becomes (5,0,1), (4,1,1), (5,1,2), (6,0,2), (4,2,2)."""
    halves, both = ("1/2", "1/2"), (2, -1)
    network, data = m.instance_x3()
    for first, second in ((halves, (1,)), ((1,), halves), (halves, halves), (halves, both), (both, halves)):
        yield {"network": network, "data": data, "splitting": [m.split(0, *first), m.split(1, *second)]}


@law.control(drops="critical")
def not_critical() -> Iterator[m.Raw]:
    """Other targets: grad phi(w) is not 0, and couples alpha's partner beta with omega."""
    network, _ = m.X1
    yield {"network": network, "data": m.sample([1, 2], [0, 0]), "splitting": [m.split(0, "1/2", "1/2")]}


@law.control(drops="outer-weights")
def outer_weight_zero() -> Iterator[m.Raw]:
    """A neuron (0, u = 5) on the zero set of phi: critical, but grad phi = 225 there."""
    _, data = m.X1
    network = m.lattice("exp", (1, 2), (0, 5))
    yield {"network": network, "data": data, "splitting": [m.split(1, "1/2", "1/2")]}


@law.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, 1, 1)]}


@law.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2", shifts=[[1], ["3/2"]])]}


@law.control(drops="two-layer")
def two_outputs() -> Iterator[m.Raw]:
    """With two outputs a.C = 0 does not make C vanish: a hyperbolic pair in place of a zero."""
    network, data = m.two_outputs()
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2")]}


@law.search(
    trials=100, distribution="designed critical points of width 1 or 2, d <= 2; one or all neurons in 2 or 3 shares"
)
def random_splits(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    network, data = found
    count = rng.randint(1, len(network["layers"][0]))
    return {"network": network, "data": data, "splitting": [m.random_split(rng, j) for j in range(count)]}
