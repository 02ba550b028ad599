"""An explicit way down from a saddle, with the exact decrease of the loss (derived)."""

from collections.abc import Iterator, Sequence

from sympy import And, Eq, Ne, symbols

from theorems.critical_points import _models as m
from verify import Draw, Drawing, Family, Identity, Statement, Step, Valid, axis, computed, defined, parameter

GROUP = parameter("group", "tuple", "the indices of some neurons with one common inner weight")
SHIFT = parameter("shift", "tuple", "by how much their inner weights move (factors, for logarithmic weights)", "h")
CHANGE = parameter("t", "real", "by how much the outer weight of the first of them changes then")
SUM = m.of(
    "embedding.partial_sum", m.NETWORK, GROUP, sort="real", meaning="sum of the group's outer weights", name="sum"
)
HALF_SQUARE = m.property_of(
    "dense.half_square", m.DATA, meaning="the loss is half the sum of squares", name="half_square"
)
ZERO = defined("zero", "natural", 0, "the place of the first neuron of the group, and no change", "0")
FIRST = computed("first", "natural", "sets.entry", [GROUP, ZERO], "the first neuron of the group")
SHIFTED = m.of(
    "embedding.moved", m.NETWORK, GROUP, SHIFT, ZERO, sort="dense", meaning="the group moved together", name="shifted"
)  # fmt: skip
PLACE = m.of("dense.inner", SHIFTED, FIRST, sort="tuple", meaning="where the group is then", name="place")
PHI = m.of("dual.value", m.NETWORK, m.DATA, PLACE, sort="real", meaning="phi there", name="phi")
KAPPA = m.of("dual.kappa", m.NETWORK, m.DATA, PLACE, sort="real", meaning="sum_i sigma^2 there", name="kappa")
phi, kappa, t, loss = PHI.symbol, KAPPA.symbol, CHANGE.symbol, m.LOSS.symbol
BEST = defined("best", "real", -phi / kappa, "the change that lowers the loss most", r"t_{-}")
OPPOSITE = defined("opposite", "real", phi / kappa, "the opposite change", r"t_{+}")


def _after(change: m.Quantity, name: str, meaning: str) -> list[m.Quantity]:
    """The network after that change, and its loss."""
    network = m.of(
        "embedding.moved", m.NETWORK, GROUP, SHIFT, change, sort="dense", meaning=meaning, name=f"{name}_network"
    )
    return [network, m.of("dense.loss", network, m.DATA, sort="real", meaning="its loss", name=f"{name}_loss")]


AFTER = _after(CHANGE, "changed", "the network after the change t")
LOWEST = _after(BEST, "lowered", "the network after the best change")
RAISED = _after(OPPOSITE, "raised", "the network after the opposite change")

path = Statement(
    "cp-escape-path",
    title="Along the escape path the loss changes by exactly t phi + t^2 kappa/2",
    summary="Move neurons whose outer weights cancel together to a place where phi is not 0, then change one outer weight by t: "
    "the half-square loss is R + t phi + t^2 kappa/2 exactly, at best R - phi^2/(2 kappa), and R + 3 phi^2/(2 kappa) on the "
    "other side.",
    area=m.AREA,
    source=m.GEOMETRY.at("saddle branches; the path and its exact loss", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, GROUP, SHIFT, CHANGE, *m.SCALAR_TWO_LAYER, HALF_SQUARE, SUM, ZERO, FIRST, SHIFTED, PLACE, PHI, KAPPA,
        m.LOSS, BEST, OPPOSITE, *AFTER, *LOWEST, *RAISED,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "half-square": ("the loss is half the sum of squares", HALF_SQUARE.symbol),
        "cancelling": ("the outer weights of the group sum to 0", Eq(SUM.symbol, 0)),
        "off-the-zeros": ("phi is not 0 at the new place", Ne(phi, 0)),
    },
    claim=And(
        Eq(AFTER[1].symbol, loss + t * phi + t**2 * kappa / 2),
        Eq(LOWEST[1].symbol, loss - phi**2 / (2 * kappa)),
        Eq(RAISED[1].symbol, loss + 3 * phi**2 / (2 * kappa)),
        LOWEST[1].symbol < loss,
    ),
)  # fmt: skip


@path.argument
def a_quadratic_polynomial() -> Iterator[Step]:
    """The output is linear in an outer weight."""
    a, b, f, s, r, q, c, p, k = symbols("a b f s r_1 r_2 t phi kappa")
    s1, s2, g1, g2 = symbols("sigma_1 sigma_2 g_1 g_2")
    yield Step(
        "Moving the group together changes its contribution (sum of a_j) sigma(v.x) = 0 into 0: outputs and residuals r_i stay.",
        [Identity(r + a * s + b * s + (-a - b) * s, r + (a * f + b * f) + (-a - b) * f)],
    )
    yield Step(
        "A change t of one of its outer weights adds t sigma_i to the output at the i-th input: sum_i (r_i + t sigma_i)^2/2 = "
        "R + t sum_i r_i sigma_i + t^2/2 sum_i sigma_i^2, and the two sums are phi and kappa at the new place.",
        [
            Identity(
                ((r + c * s1) ** 2 + (q + c * s2) ** 2) / 2,
                (r**2 + q**2) / 2 + c * (r * s1 + q * s2) + c**2 * (s1**2 + s2**2) / 2,
            )
        ],
    )
    yield Step(
        "kappa = 0 would mean that all sigma_i, and with them phi, are 0; so kappa > 0. The polynomial is least at "
        "t = -phi/kappa, where it is -phi^2/(2 kappa) < 0; at t = phi/kappa it is 3 phi^2/(2 kappa).",
        [
            Identity(c * p + c**2 * k / 2, k / 2 * (c + p / k) ** 2 - p**2 / (2 * k)),
            Valid({c: "real", p: "real", k: "positive"}, Eq(2 * k * (c * p + c**2 * k / 2), 3 * p**2), [Eq(k * c, p)]),
            Valid({s1: "real", s2: "real", r: "real", q: "real"}, Eq(r * s1 + q * s2, 0), [Eq(s1**2 + s2**2, 0)]),
            Valid({p: "real", k: "positive"}, -(p**2) / (2 * k) < 0, [Ne(p, 0)]),
        ],
    )
    rate = -(g1**2 + g2**2) / k
    yield Step(
        "How fast the loss can fall: near a zero of phi of order k along h the best decrease phi^2/(2 kappa) is of the order "
        "|h|^(2k), 2 at a simple zero, 4 at a double one, as long as kappa is not 0 there (at w = 0 with sigma(0) = 0 it is, and "
        "the best change t of the outer weight is not small). At a simple zero it shows in the Hessian: for a silent neuron with "
        "g = grad phi, the direction (alpha, h) = (-|g|^2/kappa, g) has the value alpha^2 kappa + 2 alpha h.g, which is "
        "-|g|^4/kappa < 0 (for kappa = 0 any alpha < 0 will do: 2 alpha |g|^2 < 0).",
        [Identity(rate**2 * k + 2 * rate * (g1 * g1 + g2 * g2), -(g1**4 + 2 * g1**2 * g2**2 + g2**4) / k)],
    )


def _case(network: m.Raw, data: m.Raw, group: list[int], shift: Sequence[object], change: object = "1/10") -> m.Raw:
    return {"network": network, "data": data, "group": group, "shift": m.text(shift), "t": str(change)}


@path.certificate
def reference_paths() -> Iterator[m.Raw]:
    """tanh: a silent neuron moves from u = 1 (simple zero) to 101/100, from u = 2 (double zero) to 3/2 and to 201/100."""
    narrow, data = m.A
    for place, factor in ((1, "101/100"), (2, "3/4"), (2, "201/200"), ("1/2", 3)):
        yield _case(m.extended(narrow, (0, place)), data, [1], [factor])
    yield _case(m.extended(narrow, (3, 2), (-3, 2)), data, [2, 1], ["3/2"], -1)
    yield _case(m.lattice("tanh", (1, 2), ("1/2", 2), ("-1/2", 2)), data, [1, 2], [3])
    narrow, data = m.X1
    yield _case(m.extended(narrow, (0, 5)), data, [1], ["4/5"])
    narrow, data = m.X2_NODE
    yield _case(m.extended(narrow, (0, [1, 2]), (0, [1, 2])), data, [1, 2], [2, "1/3"], 5)


@path.certificate
def other_activations() -> Iterator[m.Raw]:
    """The equation asks nothing of the activation, nor that the network is critical."""
    data = m.sample([[1, 2], [0, 1], [-1, 1]], [1, 5, "-1/2"])
    for activation in (m.ODD, m.EVEN, m.GENERIC, m.SQUARE, "relu"):
        yield _case(
            m.two_layer(activation, (2, [1, 1]), (1, [3, "1/2"]), (-1, [3, "1/2"])), data, [1, 2], [0, "1/4"], -2
        )


@path.exhaustive
def a_grid_of_paths() -> Family:
    """From u = 1 and u = 2 to fifteen places each, with three changes."""
    narrow, data = m.A
    network = {**narrow, "layers": [[["2"], [axis("start")]], [["1", "0"]]]}
    factors = m.text([m.Fraction(k, 11) for k in (*range(4, 11), *range(12, 20))])
    template = {"network": network, "data": data, "group": [1], "shift": [axis("factor")], "t": axis("t")}
    return Family(template, {"start": ["1", "2"], "factor": factors, "t": ["-1/100", "0", "3"]})


@path.control(drops="half-square")
def quartic_loss() -> Iterator[m.Raw]:
    """A quartic polynomial in t, not a quadratic one."""
    yield _case(m.two_layer(m.ODD, (1, 1), (0, 2)), m.sample([1, 2], [1, 3], "quartic"), [1], [1])


@path.control(drops="cancelling")
def weights_that_do_not_cancel() -> Iterator[m.Raw]:
    narrow, data = m.A
    yield _case(m.extended(narrow, (3, 2), (-2, 2)), data, [1, 2], ["3/2"])


@path.control(drops="off-the-zeros")
def from_zero_to_zero() -> Iterator[m.Raw]:
    """From u = 1 to u = 2 phi is 0 again: no change of the outer weight lowers the loss."""
    narrow, data = m.A
    yield _case(m.extended(narrow, (0, 1)), data, [1], [2])


@path.search(
    trials=80, distribution="width 1 or 2, d <= 2, a silent neuron or a cancelling pair, random places and changes"
)
def random_paths(rng: Draw) -> m.Raw:
    d = rng.randint(1, 2)
    listed = m.random_neurons(rng, rng.randint(2, 3), d)
    narrow = m.two_layer(rng.choice([m.ODD, m.EVEN, m.GENERIC, m.FLAT]), *listed[1:])
    inputs = m.random_inputs(rng, rng.randint(1, 4), d)
    data = m.sample(inputs, [m.Fraction(rng.randint(-6, 6), 2) for _ in inputs])
    place, c, start = listed[0][1], rng.choice([0, 1, -2]), len(listed) - 1
    network = m.extended(narrow, (c, place), *([(-c, place)] if c else []))
    shift = [m.Fraction(rng.randint(-4, 4), 3) for _ in range(d)]
    return _case(network, data, list(range(start, start + 1 + bool(c))), shift, m.Fraction(rng.randint(-5, 5), 4))


@path.figure
def decrease_along_the_path() -> Drawing:
    """The decrease of the loss over the displacement, at simple, double and triple zeros of phi."""
    from theorems.critical_points import _figures_sets  # matplotlib is slow to import, and only pictures need it

    return _figures_sets.escape_paths()
