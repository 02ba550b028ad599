"""Which critical points lift with every sample (definitions of Zhang, Zhang and Luo; the criterion is derived here)."""

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Implies, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Rank, Statement, Step

CRITICAL_WITH = m.property_of(
    "lifting.critical_with", m.NETWORK, m.WIDE, m.DATA, name="critical_with",
    meaning="at these inputs, for all targets: where the narrow network is critical, so is the wide one",
)  # fmt: skip
RANK = m.of(
    "lifting.rank", m.NETWORK, m.DATA, sort="natural", name="rank",
    meaning="rank of the narrow network's derivatives at the inputs",
)  # fmt: skip
JOINT_RANK = m.of(
    "lifting.joint_rank", m.NETWORK, m.WIDE, m.DATA, sort="natural", name="joint_rank",
    meaning="rank of both networks' derivatives at the inputs, one above the other",
)  # fmt: skip

lifting = Statement(
    "cl-lifting-operator",
    title="A critical point lifts with every sample if and only if tangent functions span",
    summary="Two networks with one function: the wide one is critical for all targets with which the narrow one is if and "
    "only if its derivatives at the inputs are combinations of the narrow ones; for all samples, if and only if this "
    "holds for the derivatives as functions of the input (the claim has that it suffices; that it is necessary is in the "
    "argument).",
    area=m.AREA,
    source=m.LIFTING.at("Definitions 4.1 and 4.2", "definitions read; criterion and proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, m.WIDE, m.DATA, *m.SCALAR_TWO_LAYER, m.SAME_FUNCTION, m.IN_SPAN, RANK, JOINT_RANK, CRITICAL_WITH,
        m.CRITICAL, m.WIDE_CRITICAL,
    ],
    assume={"two-layer": m.TWO_LAYER, "same-function": m.EQUAL_FUNCTIONS},
    claim=And(
        Equivalent(CRITICAL_WITH.symbol, Eq(JOINT_RANK.symbol, RANK.symbol)),
        Implies(m.IN_SPAN.symbol, CRITICAL_WITH.symbol),
        Implies(And(CRITICAL_WITH.symbol, m.CRITICAL.symbol), m.WIDE_CRITICAL.symbol),
    ),
)  # fmt: skip


@lifting.argument
def spans_and_kernels() -> Iterator[Step]:
    """Critical targets are the kernel of the derivatives at the inputs; kernels and row spaces determine each other."""
    c1, c2, d1, d2 = symbols("c_1 c_2 d_1 d_2")
    e = symbols("e_1:4")
    f, g = symbols("f_1:4"), symbols("g_1:4")
    combined = [c1 * x + c2 * y for x, y in zip(f, g, strict=True)]
    other = [d1 * x + d2 * y for x, y in zip(f, g, strict=True)]
    yield Step(
        "Write M_1 and M_2 for the matrices of the derivatives of the two outputs at the inputs x_i, a row for each "
        "parameter, and e_i = dl/dp for the residual derivatives, which are common to both networks as their outputs are. "
        "The gradients are M_1 e and M_2 e. With the half squared loss every vector e occurs: the targets y_i = f(x_i) - e_i "
        "do it. So the wide network is critical for all targets with which the narrow one is if and only if ker M_1 lies in "
        "ker M_2.",
    )
    yield Step(
        "A row that is a combination of rows of M_1 pairs with e to the same combination of zeros. Conversely ker M_1 in "
        "ker M_2 means that M_1 and the two matrices one above the other have one kernel, hence one rank, and then the rows "
        "of M_2 lie in the row space of M_1.",
        [
            Identity(
                sum(x * y for x, y in zip(e, combined, strict=True)),
                c1 * sum(x * y for x, y in zip(e, f, strict=True)) + c2 * sum(x * y for x, y in zip(e, g, strict=True)),
            ),
            Rank([list(f), list(g), combined, other], 2),
        ],
        cites=["rank-nullity theorem"],
    )
    yield Step(
        "If each derivative of the wide output is, as a function of the input, a combination of those of the narrow output, "
        "then this holds for the rows at any inputs; and where the narrow gradient is 0, for any loss, M_1 e = 0 gives "
        "M_2 e = 0. So the wide point is in the lifting of the narrow one.",
    )
    p, q, r = symbols("p_1:4"), symbols("q_1:4"), symbols("r_1:4")
    determinant = (
        p[0] * (q[1] * r[2] - q[2] * r[1]) - p[1] * (q[0] * r[2] - q[2] * r[0]) + p[2] * (q[0] * r[1] - q[1] * r[0])
    )
    minors = (p[0] * q[1] - p[1] * q[0], p[0] * r[1] - p[1] * r[0], q[0] * r[1] - q[1] * r[0])
    yield Step(
        "Conversely let some derivative g of the wide output be outside the span of those of the narrow one, f_1, ..., f_k "
        "a basis of that span. Then f_1, ..., f_k, g are independent, and there are k + 1 inputs at which their matrix is "
        "invertible: the determinant as a function of its last input is a combination of the functions whose coefficient of "
        "the last one is the determinant for one function less, not 0 by induction; so it does not vanish identically. "
        "At these inputs the rank grows, and by the first step some targets make the narrow network critical and not the "
        "wide one. (For other losses e is scaled into the range of dl/dp, if that contains a neighbourhood of 0.)",
        [Identity(determinant, minors[0] * r[2] - minors[1] * q[2] + minors[2] * p[2])],
    )
    sigma, slope = ["1/3", "3/5", "7/9"], ["8/9", "32/25", "32/27"]
    yield Step(
        "For tanh with weight log(2)/2 at the inputs 1, 2, 3, a neuron of weight log(4)/2 is such a function: its row is "
        "independent of the two rows of the derivatives.",
        [Rank(m.exact_rows(sigma, slope), 2), Rank(m.exact_rows(sigma, slope, ["3/5", "15/17", "63/65"]), 3)],
    )


def _instance(wide: m.Raw, data: m.Raw = m.A[1], network: m.Raw = m.TANH_NARROW) -> m.Raw:
    return {"network": network, "wide": wide, "data": data}


@lifting.certificate
def lifted_with_every_sample() -> Iterator[m.Raw]:
    """Splits, a split with a sign change, a null neuron, for tanh; a null neuron with any outer weight for z^2/(1 + z^2)."""
    for neurons in (
        [("1/2", 2), ("1/2", 2)], [(2, 2), (-1, 2)], [(1, 2), (0, 2)], [(2, 2), (1, "1/2")], [(1, 2), (0, 1)],
        [("1/3", 2), ("1/3", 2), ("1/3", 2)],
    ):  # fmt: skip
        yield _instance(m.lattice("tanh", *neurons))
    flat = m.two_layer(m.FLAT, (1, 1))
    data = m.designed(flat, [1, 2, 3], ["2/5", -1, "2/3"])
    yield _instance(m.two_layer(m.FLAT, (1, 1), (5, 0)), data, flat)


@lifting.certificate
def lifted_with_some_samples() -> Iterator[m.Raw]:
    """Outside the span: the rank grows at three inputs, and does not at two, which determine the narrow point."""
    for neurons in ([(1, 2), (0, 4)], [(1, 2), (1, 1)], [(1, 2), (1, 4), (-1, 4)]):
        yield _instance(m.lattice("tanh", *neurons))
        yield _instance(m.lattice("tanh", *neurons), m.sample([1, 2], [1, 1]))
    network, data = m.X1
    yield _instance(m.extended(network, (0, [5])), data, network)


@lifting.certificate
def reducible_and_without_parity() -> Iterator[m.Raw]:
    """A narrow network that is no shortest one, and sigmoid: in the span, and no image of a split."""
    pair = m.lattice("tanh", (1, 2), (1, 2))
    yield _instance(m.lattice("tanh", ("3/10", 2), ("3/10", 2), ("7/5", 2)), m.sample([1, 2, 3], [0, 1, "1/3"]), pair)
    narrow, wide, data = m.sigmoid_lift()
    yield _instance(wide, data, narrow)


@lifting.control(drops="same-function")
def another_function_with_the_same_span() -> Iterator[m.Raw]:
    """Twice the function has the same tangent functions, and other critical targets."""
    yield _instance(m.lattice("tanh", (2, 2)))


@lifting.search(
    trials=60, distribution="critical points of width 1 or 2, d <= 2; split, with added null or zero neurons"
)
def random_lifts(rng: Draw) -> m.Raw:
    dimension = rng.randint(1, 2)
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=dimension)) is None:
        pass
    network, data = found
    return _instance(m.random_lift(rng, network), data, network)
