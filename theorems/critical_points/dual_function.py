"""Gradient and Hessian of the loss through the dual function (gradient read in Zhang et al. 2025; Hessian derived)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step

GRADIENT = m.of("dense.gradient", m.NETWORK, m.DATA, sort="tuple", meaning="the gradient, by backpropagation")
HESSIAN = m.of("dense.hessian", m.NETWORK, m.DATA, sort="tuple", meaning="the Hessian, by backpropagation")
BY_DUAL = m.of("dual.loss_gradient", m.NETWORK, m.DATA, sort="tuple", meaning="the gradient, through phi")
HESSIAN_BY_DUAL = m.of("dual.loss_hessian", m.NETWORK, m.DATA, sort="tuple", meaning="the Hessian, through phi")
CONDITION = m.property_of(
    "dual.critical",
    m.NETWORK,
    m.DATA,
    name="dual_conditions",
    meaning="phi(w_j) = 0 and a_j grad phi(w_j) = 0 for all j",
)

dual_function = Statement(
    "cp-dual-function",
    title="The dual function gives gradient, Hessian and criticality",
    summary="With phi(w) = sum_i e_i sigma(w.x_i): dR/da_j = phi(w_j), dR/dw_j = a_j grad phi(w_j), and the Hessian is "
    "J^T L J plus the first two derivatives of phi in the blocks of each neuron.",
    area=m.AREA,
    source=m.LIFTING.at("section 3, gradient formulas", "gradient read; Hessian derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, *m.SCALAR_TWO_LAYER, GRADIENT, BY_DUAL, HESSIAN, HESSIAN_BY_DUAL, m.CRITICAL, CONDITION,
    ],
    assume={
        "one-hidden-layer": (
            "one hidden layer, and an activation that is twice differentiable where it is needed", Eq(m.DEPTH.symbol, 1)
        ),
        "one-output": ("one output", Eq(m.OUTPUTS.symbol, 1)),
        "no-biases": ("no biases", m.BIAS_FREE.symbol),
    },
    claim=And(
        Eq(GRADIENT.symbol, BY_DUAL.symbol),
        Eq(HESSIAN.symbol, HESSIAN_BY_DUAL.symbol),
        Equivalent(m.CRITICAL.symbol, CONDITION.symbol),
    ),
)  # fmt: skip


@dual_function.argument
def taylor_expansion() -> Iterator[Step]:
    """Two orders of Taylor's formula along a line of parameters."""
    t, a, s, s1, s2, x1, x2 = symbols("t a sigma sigma_1 sigma_2 x_1 x_2")
    da, u, v, e, el = symbols("alpha omega_1 omega_2 e L")
    b, r, r1, r2, db, p, q = symbols("b rho rho_1 rho_2 beta pi_1 pi_2")
    z, y = u * x1 + v * x2, p * x1 + q * x2
    half = t**2 / 2
    yield Step(
        "Move one neuron along a line, a + t alpha, w + t omega, and let zeta = omega.x. By Taylor's formula its output "
        "a sigma(w.x) changes by t (alpha sigma + a sigma' zeta) + t^2 (alpha sigma' zeta + a sigma'' zeta^2/2) + O(t^3). "
        "Different neurons are added: there is no mixed term between them.",
        [
            Identity(
                (a + t * da) * (s + t * s1 * z + half * s2 * z**2) - t**3 * da * s2 * z**2 / 2,
                a * s + t * (da * s + a * s1 * z) + t**2 * (da * s1 * z + a * s2 * z**2 / 2),
            )
        ],
        cites=["Taylor's formula for twice differentiable functions"],
    )
    first = da * s + a * s1 * z + db * r + b * r1 * y
    second = 2 * (da * s1 * z + db * r1 * y) + a * s2 * z**2 + b * r2 * y**2
    yield Step(
        "The loss at a sample expands as l + e df + L df^2/2. Its first order is e (alpha sigma + a sigma' zeta): summed "
        "over the sample, alpha phi(w) + a omega.grad phi(w).",
        [Identity(e * (da * s + a * s1 * z), da * (e * s) + a * (u * (e * s1 * x1) + v * (e * s1 * x2)))],
    )
    yield Step(
        "The second order, for two neurons, is L times the square of the first variation of the output, plus, for each "
        "neuron, 2 alpha omega.(e sigma' x) + a omega^T (e sigma'' x x^T) omega. Summed over the sample: the form J^T L J, "
        "grad phi(w_j) between a_j and w_j, a_j Hess phi(w_j) at w_j, and nothing of phi between different neurons.",
        [
            Identity(
                el * first**2 + e * second,
                el * (da * s + a * (u * s1 * x1 + v * s1 * x2) + db * r + b * (p * r1 * x1 + q * r1 * x2)) ** 2
                + 2 * da * (u * (e * s1 * x1) + v * (e * s1 * x2))
                + a * (u**2 * (e * s2 * x1**2) + 2 * u * v * (e * s2 * x1 * x2) + v**2 * (e * s2 * x2**2))
                + 2 * db * (p * (e * r1 * x1) + q * (e * r1 * x2))
                + b * (p**2 * (e * r2 * x1**2) + 2 * p * q * (e * r2 * x1 * x2) + q**2 * (e * r2 * x2**2)),
            )
        ],
    )
    yield Step("The gradient is zero iff all of its components are: phi(w_j) = 0 and a_j grad phi(w_j) = 0 for all j.")


@dual_function.certificate
def reference_instances() -> Iterator[m.Raw]:
    """Designed critical points, one and two inputs, three losses, and points that are not critical."""
    for network, data in (m.A, m.X1, m.instance_x3(), m.X2_NODE, m.T2, m.X4):
        yield {"network": network, "data": data}
    elsewhere = m.two_layer(m.GENERIC, (2, [1, "1/2"]), ("-1/3", [0, 2]), (0, [1, 1]))
    for loss in ("half-square", "square", "quartic"):
        yield {"network": elsewhere, "data": m.sample([[1, 0], [2, -1], [1, 3]], [1, "1/2", -2], loss)}


@dual_function.control(drops="one-output")
def two_outputs() -> Iterator[m.Raw]:
    """With two outputs phi has two components, and one of them does not give the gradient."""
    network = m.two_layer(m.ODD, ([1, 2], 1), ([1, -1], 2))
    yield {"network": network, "data": m.sample([1, 2, 3], [[1, 0], [0, 1], [1, 1]])}


@dual_function.control(drops="no-biases")
def a_bias() -> Iterator[m.Raw]:
    """A bias has a derivative of its own; phi then has to be read with the input (x, 1)."""
    network = {**m.two_layer(m.ODD, (1, 1)), "biases": [["1/2"], None]}
    yield {"network": network, "data": m.sample([1, 2], [1, 0])}


@dual_function.search(
    trials=60, distribution="designed critical points of width 1 or 2, d <= 2, and points beside them"
)
def random_networks(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    network, data = found
    if rng.random() < 0.5:
        data = {**data, "targets": [[str(rng.randint(-3, 3))] for _ in data["targets"]]}
    return {"network": network, "data": data}
