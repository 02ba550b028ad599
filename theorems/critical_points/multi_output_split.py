"""With several outputs a split is in general a strict saddle, whatever the shares (derived here)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, symbols

from theorems.critical_points import _models as m
from theorems.critical_points import _split_forms as forms
from verify import Draw, Identity, Statement, Step

SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
WIDE = m.of("embedding.split", m.NETWORK, m.SPLITTING, sort="dense", meaning="the split network", name="wide")
WIDE_CRITICAL = m.property_of("dense.critical", WIDE, m.DATA, meaning="the wide network is a critical point")
INERTIA = m.of("dense.inertia", WIDE, m.DATA, sort="tuple", meaning="inertia of the wide Hessian")
LAW = m.of(
    "embedding.multi_split_law", m.NETWORK, m.DATA, m.SPLITTING, sort="tuple", name="law",
    meaning="inertia of the narrow Hessian plus, for each group, that of [[0, I (x) C], [I (x) C^T, G (x) B]]",
)  # fmt: skip
NEGATIVE = m.of("dense.negative", m.NETWORK, m.DATA, sort="natural", meaning="negative eigenvalues, narrow")
NEGATIVE_WIDE = m.of("dense.negative", WIDE, m.DATA, sort="natural", meaning="negative eigenvalues, wide")
POSITIVE = m.of("dense.positive", m.NETWORK, m.DATA, sort="natural", meaning="positive eigenvalues, narrow")
POSITIVE_WIDE = m.of("dense.positive", WIDE, m.DATA, sort="natural", meaning="positive eigenvalues, wide")
RANKS = m.of(
    "embedding.cross_total", m.NETWORK, m.DATA, m.SPLITTING, sort="natural", name="ranks",
    meaning="sum of (number of copies - 1) rank C_k over the split neurons, C_k = sum_i sigma'(w_k.x_i) e_i x_i^T",
)  # fmt: skip

multi = Statement(
    "ep-multi-output-split",
    title="With several outputs splits are strict saddles unless C = 0",
    summary="The Hessian of a split network is congruent to the narrow one plus [[0, I (x) C], [., G (x) B]] for each "
    "split neuron: n_- grows by at least (s - 1) rank C, whatever the shares. With one output criticality makes C "
    "vanish where the outer weight is not 0.",
    area=m.AREA,
    source=m.HIERARCHY.at("properties of critical embeddings", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, m.DEPTH, m.BIAS_FREE, SUMS, COPIED, WIDE, m.CRITICAL, WIDE_CRITICAL, INERTIA,
        LAW, NEGATIVE, NEGATIVE_WIDE, POSITIVE, POSITIVE_WIDE, RANKS,
    ],
    assume={
        "one-hidden-layer": ("one hidden layer, no biases", Eq(m.DEPTH.symbol, 1) & m.BIAS_FREE.symbol),
        "sums-to-one": ("the shares of each split neuron sum to 1", SUMS.symbol),
        "copied-inner-weights": ("each copy has the inner weights of the neuron", COPIED.symbol),
    },
    claim=And(
        Implies(m.CRITICAL.symbol, WIDE_CRITICAL.symbol),
        Eq(INERTIA.symbol, LAW.symbol),
        NEGATIVE_WIDE.symbol >= NEGATIVE.symbol + RANKS.symbol,
        POSITIVE_WIDE.symbol >= POSITIVE.symbol + RANKS.symbol,
    ),
    rests_on=["ep-splitting-critical"],
)  # fmt: skip


@multi.argument
def congruence() -> Iterator[Step]:
    """The coordinates of a split, with vectors of outer weights."""
    beta, omega, g, r, k = symbols("beta omega g rho kappa")
    yield Step(
        "The output and its residuals e_i in R^D stay, as sum delta_j a = a; as with one output the derivatives of a "
        "copy are those of the neuron (by a), and delta_j times them (by w). So critical points go to critical points.",
    )
    yield Step(
        "The second variation of the loss at a sample is sum_c L_c (first variation of output c)^2, plus 2 e.(delta "
        "a) sigma' (delta w.x) and (e.a) sigma'' (delta w.x)^2 of each neuron: summed over the sample 2 (delta a)^T C "
        "delta w and B. Take delta a_j = delta_j alpha + beta_j, delta a_1 = delta_1 alpha - sum beta_j, delta w_j = "
        "v + omega_j - sum_l delta_l omega_l, omega_1 = 0; that can be inverted. The first variations depend on alpha "
        "and v only; the form is the narrow one in the old weights, alpha and v, plus 2 sum_j beta_j^T C omega_j plus "
        "G (x) B at omega. Nothing of this needs a critical point.",
        [
            *forms.coordinate_identities(2),
            *forms.coordinate_identities(3),
            *(
                forms.split_identity(*sizes)
                for sizes in ((1, 1, 2), (1, 2, 2), (2, 1, 2), (2, 2, 2), (2, 1, 3), (3, 1, 2))
            ),
        ],
        cites=["Sylvester's law of inertia"],
    )
    yield Step(
        "Let K = I (x) C have rank k = (s - 1) rank C. In coordinates in which K is diagonal with k nonzero entries, "
        "each of them makes a hyperbolic pair: 2 rho beta omega plus terms of omega with the rest is 2 rho pi omega "
        "with pi = beta plus a linear form, as beta occurs nowhere else. So n_- and n_+ of the block are at least k. "
        "If C is not 0 the split critical point is a strict saddle, for all shares.",
        [
            Identity(
                2 * r * beta * omega + k * omega**2 + 2 * g * omega,
                2 * r * (beta + (k * omega + 2 * g) / (2 * r)) * omega,
            )
        ],
    )
    yield Step(
        "With one output a critical point has a C = 0: where a is not 0, C = 0, and the law is that of one output.",
    )


@multi.certificate
def two_outputs() -> Iterator[m.Raw]:
    """C of rank 1: (1/2, 1/2), (2, -1), (1, 0) and three copies; two inputs, other losses, points off criticality."""
    network, data = m.two_outputs()
    for shares in (("1/2", "1/2"), (2, -1), (1, 0), ("1/3", "1/3", "1/3"), (3, -1, -1)):
        yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}
    network = m.two_layer(m.GENERIC, ([1, 2], [1, "1/2"]), (["1/3", -1], [0, 2]))
    for loss in ("half-square", "quartic"):
        data = m.sample([[1, 0], [2, -1], [1, 3]], [[1, 0], ["1/2", 2], [-2, 1]], loss)
        yield {"network": network, "data": data, "splitting": [m.split(0, 2, -1), m.split(1, "1/2", "1/2")]}


@multi.certificate
def one_output() -> Iterator[m.Raw]:
    """C = 0 at critical points; C != 0 at others, and at a neuron with outer weight 0."""
    for network, data in (m.A, m.X2_NODE, m.T2):
        yield {"network": network, "data": data, "splitting": [m.split(0, 2, -1)]}
    network, data = m.instance_x3()
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2"), m.split(1, 2, -1)]}
    network, data = m.X1
    yield {"network": network, "data": m.sample([1, 2], [0, 0]), "splitting": [m.split(0, "1/2", "1/2")]}
    yield {"network": m.lattice("exp", (1, 2), (0, 5)), "data": data, "splitting": [m.split(1, "1/2", "1/2")]}


@multi.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    network, data = m.two_outputs()
    yield {"network": network, "data": data, "splitting": [m.split(0, 1, 1)]}


@multi.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    network, data = m.two_outputs()
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2", shifts=[[0], ["1/2"]])]}


@multi.search(trials=100, distribution="small networks, 1 to 3 outputs, d <= 2, any small targets; 2 or 3 shares")
def random_splits(rng: Draw) -> m.Raw:
    outputs, dimension, width = rng.randint(1, 3), rng.randint(1, 2), rng.randint(1, 2)

    def numbers(count: int) -> list[int]:
        return [rng.randint(-3, 3) for _ in range(count)]

    neurons = [(numbers(outputs), numbers(dimension)) for _ in range(width)]
    network = m.two_layer(rng.choice([m.ODD, m.EVEN, m.GENERIC]), *neurons)
    count = rng.randint(1, 4)
    data = m.sample(
        [numbers(dimension) for _ in range(count)],
        [numbers(outputs) for _ in range(count)],
        rng.choice(["half-square", "square", "quartic"]),
    )
    return {"network": network, "data": data, "splitting": [m.random_split(rng, 0)]}
