"""All critical networks with one neuron, by isolating the roots of one polynomial (derived)."""

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Add, And, Eq, Equivalent, Expr, Implies, Ne, Rational, exp, symbols

from theorems.critical_points import _models as m
from verify import Draw, Drawing, Family, Identity, Inertia, Roots, Statement, Step, UniqueZero, axis, defined

INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", meaning="the number of inputs", name="d")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="the width", name="m")
LOG = m.property_of("dense.log_inner", m.NETWORK, meaning="the inner weight is a logarithm: w = c log u")
HALF_SQUARE = m.property_of(
    "dense.half_square", m.DATA, meaning="the loss is half the sum of squares", name="half_square"
)
ZERO = defined("zero", "natural", 0, "the index of the only neuron", "0")
OUTER = m.of("dense.outer", m.NETWORK, ZERO, sort="real", meaning="the outer weight", name="a")
INNER = m.of("dense.inner", m.NETWORK, ZERO, sort="tuple", meaning="the inner weight, as u", name="u")
NORM = m.of("dual.kappa", m.NETWORK, m.DATA, INNER, sort="real", meaning="sum_i sigma(w x_i)^2", name="kappa")
LISTED = m.property_of(
    "dual.width_one_listed", m.NETWORK, m.DATA, name="listed",
    meaning="u is a zero of G = sum_i ((sum y t) t_i - (sum t^2) y_i) s_i and a = (sum y t)/(sum t^2), with t_i = "
    "sigma(w x_i), s_i = x_i sigma'(w x_i)",
)  # fmt: skip
COUNT = m.of(
    "dual.width_one_count", m.NETWORK, m.DATA, sort="natural", name="count",
    meaning="how many zeros u > 0 the polynomial G has at which sum t^2 and sum y t are not 0",
)  # fmt: skip

enumeration = Statement(
    "cert-narrow-enumeration",
    title="The critical networks of width one are the zeros of one polynomial",
    summary="With one input, one neuron and a logarithmic weight, a != 0 is critical iff u is a zero of G and a the best outer "
    "weight for it; so all critical networks are found by isolating the positive roots of a polynomial.",
    area=m.AREA,
    source=m.GEOMETRY.at("narrow critical points to start from", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, *m.SCALAR_TWO_LAYER, INPUTS, WIDTH, LOG, HALF_SQUARE, ZERO, OUTER, INNER, NORM, m.CRITICAL, LISTED,
        COUNT,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "width-one": (
            "one neuron with one input, its weight a logarithm", And(Eq(WIDTH.symbol, 1), Eq(INPUTS.symbol, 1), LOG.symbol)
        ),
        "half-square": ("the loss is half the sum of squares", HALF_SQUARE.symbol),
        "not-silent": ("the outer weight is not 0", Ne(OUTER.symbol, 0)),
        "not-mute": ("the neuron is not 0 at all inputs", Ne(NORM.symbol, 0)),
        "isolated": ("G is not identically 0, and its roots are counted (integer inputs that are not large)", COUNT.symbol >= 0),
    },
    claim=And(Equivalent(m.CRITICAL.symbol, LISTED.symbol), Implies(m.CRITICAL.symbol, COUNT.symbol >= 1)),
    rests_on=["cp-dual-function"],
)  # fmt: skip

u = symbols("u")
_EXPONENTS = (1, 2, 3, 4)
_X1_TARGETS, _X1_REVERSED_TARGETS = (22, -20, 17, 15), (-18, 28, -1, 17)
_A_TARGETS = (Rational(-47, 75), Rational(8, 5), Rational(94, 225))


def _equation(activation: str, inputs: tuple[int, ...], targets: tuple[Any, ...]) -> Expr:
    """G as a function of u."""
    if activation == "exp":
        values = [u**x for x in inputs]
        slopes = [x * u**x for x in inputs]
    else:
        values = [(u**x - 1) / (u**x + 1) for x in inputs]
        slopes = [4 * x * u**x / (u**x + 1) ** 2 for x in inputs]
    y_t = Add(*(y * t for y, t in zip(targets, values, strict=True)))
    t_t = Add(*(t**2 for t in values))
    return Add(*((y_t * t - t_t * y) * s for t, y, s in zip(values, targets, slopes, strict=True)))


def _gradient(targets: tuple[int, ...]) -> tuple[Expr, Expr]:
    """The derivatives of the loss of a exp(w x) by a and (divided by a) by w."""
    a, w = symbols("a w")
    residuals = [a * exp(w * x) - y for x, y in zip(_EXPONENTS, targets, strict=True)]
    pairs = list(zip(_EXPONENTS, residuals, strict=True))
    return Add(*(e * exp(w * x) for x, e in pairs)), Add(*(e * x * exp(w * x) for x, e in pairs))


def _box(a: str, a_radius: str, w: str, w_radius: str) -> dict[Any, tuple[Any, Any]]:
    return {symbols("a"): (Rational(a), Rational(a_radius)), symbols("w"): (Rational(w), Rational(w_radius))}


@enumeration.argument
def eliminate_the_outer_weight() -> Iterator[Step]:
    """The gradient is linear in a; what remains is one equation in u."""
    a, y1, y2, t1, t2, s1, s2 = symbols("a y_1 y_2 t_1 t_2 s_1 s_2")
    y_t, t_t = y1 * t1 + y2 * t2, t1**2 + t2**2
    e1, e2 = a * t1 - y1, a * t2 - y2
    yield Step(
        "With e_i = a t_i - y_i the derivatives are dR/da = sum_i e_i t_i = a sum t^2 - sum y t and dR/dw = a sum_i e_i s_i. "
        "As sum t^2 is not 0, the first vanishes iff a = (sum y t)/(sum t^2). Put in, sum_i e_i s_i is G/(sum t^2); and a is "
        "not 0. So the network is critical iff a is this quotient and G = 0.",
        [
            Identity(e1 * t1 + e2 * t2, a * t_t - y_t),
            Identity(
                (e1 * s1 + e2 * s2) * t_t,
                (y_t * t1 - t_t * y1) * s1 + (y_t * t2 - t_t * y2) * s2 + (a * t_t - y_t) * (t1 * s1 + t2 * s2),
            ),
        ],
        cites=["cp-dual-function"],
    )
    yield Step(
        "At integer inputs t_i and s_i are rational functions of u > 0 whose denominators are positive: u^x for exp, "
        "(u^x - 1)/(u^x + 1) and x (1 - t^2) for tanh, u^x/(1 + u^x) and x t (1 - t) for sigmoid. So the zeros of G are those "
        "of a polynomial, and root isolation finds all of them. A zero belongs to a critical network with a != 0 iff sum t^2 and "
        "sum y t are not 0 there; conversely each critical network gives such a zero.",
        [Identity((1 - ((u - 1) / (u + 1)) ** 2), 4 * u / (u + 1) ** 2)],
        cites=["Vincent's theorem, Descartes' rule of signs, Sturm's theorem"],
    )
    first = 17 * u**6 - 21 * u**5 + 24 * u**4 - 2 * u**3 + 23 * u**2 + u - 10
    second = -(u**6) + 37 * u**5 + 20 * u**4 + 34 * u**3 + 33 * u**2 + 15 * u + 14
    yield Step(
        "For exp at 1, 2, 3, 4 with the targets (22, -20, 17, 15) there are exactly two: u = 2, and one near 0.58224, that is "
        "a near 21.94938444, w near -0.54086616. With (-18, 28, -1, 17) also two: u = 2, and one near 37.55726, that is "
        "a near 0.0000085346, w near 3.62586657.",
        [
            Identity(_equation("exp", _EXPONENTS, _X1_TARGETS), u**4 * (u - 2) * first),
            Roots(u**4 * (u - 2) * first, u, [1, 1], interval=(0, None)),
            Roots(first, u, [1], interval=(Rational("0.5822"), Rational("0.5823"))),
            UniqueZero(
                _box("21.949384444688054902", "1e-7", "-0.54086615823641141918", "1e-8"), _gradient(_X1_TARGETS)
            ),
            Identity(_equation("exp", _EXPONENTS, _X1_REVERSED_TARGETS), u**4 * (u - 2) * second),
            Roots(u**4 * (u - 2) * second, u, [1, 1], interval=(0, None)),
            UniqueZero(
                _box("0.0000085346110996162889", "1e-12", "3.6258665697876072787", "1e-8"),
                _gradient(_X1_REVERSED_TARGETS),
            ),
        ],
    )
    sextic = 368 * u**6 + 67 * u**5 + 1201 * u**4 + 228 * u**3 + 1201 * u**2 + 67 * u + 368
    numerator = 4 * u * (u - 2) * (u - 1) ** 4 * (2 * u - 1) * sextic
    mirrored = (
        3 * u**14 - 11 * u**13 - 3 * u**12 - 57 * u**11 - 26 * u**10 - 117 * u**9 - 52 * u**8 - 146 * u**7 - 52 * u**6
        - 117 * u**5 - 26 * u**4 - 57 * u**3 - 3 * u**2 - 11 * u + 3
    )  # fmt: skip
    without = u**4 + u**3 - 2 * u**2 + u + 1
    denominator = (u + 1) ** 2 * (u**2 + 1) ** 3 * (u**2 - u + 1) ** 3
    yield Step(
        "For tanh u = 1 is always a zero of G, and no neuron. At 1, 2, 3 the reference targets have u = 2 and its mirror 1/2, "
        "nothing else; at 1, 2, 5 the targets (1, -2, 1) have one near 4.8417343 and its mirror; at 1, 2, 3 the targets "
        "(1, 0, 1) have none.",
        [
            Identity(_equation("tanh", (1, 2, 3), _A_TARGETS), numerator / (225 * denominator)),
            Roots(numerator, u, [1, 4, 1], interval=(0, None)),
            Identity(
                _equation("tanh", (1, 2, 5), (1, -2, 1)),
                -4 * u * (u - 1) ** 4 * mirrored
                / ((u + 1) ** 2 * (u**2 + 1) ** 3 * (u**4 - u**3 + u**2 - u + 1) ** 3),
            ),
            Roots(u * (u - 1) ** 4 * mirrored, u, [1, 4, 1], interval=(0, None)),
            Roots(mirrored, u, [1], interval=(Rational("4.8417343"), Rational("4.8417344"))),
            Identity(
                _equation("tanh", (1, 2, 3), (1, 0, 1)),
                -4 * u * (u - 1) ** 6 * without / ((u + 1) ** 2 * (u**2 + 1) ** 2 * (u**2 - u + 1) ** 3),
            ),
            Roots(u * (u - 1) ** 6 * without, u, [6], interval=(0, None)),
        ],
    )  # fmt: skip
    yield Step(
        "The type of a critical network follows from its exact Hessian: at u = 2 it is positive definite for both exponential "
        "samples (in the order a, w), so these are minima.",
        [
            Inertia([[340, 1252], [1252, 4692]], (2, 0, 0)),
            Inertia([[340, 1252], [1252, 4788]], (2, 0, 0)),
        ],
    )


@enumeration.certificate
def reference_networks() -> Iterator[m.Raw]:
    """Critical networks, and networks that miss by their inner or their outer weight."""
    for narrow, data in (m.A, m.X1, m.X1_REVERSED):
        for a, place in ((1, 2), (2, 2), (1, 3)):
            yield {"network": m.lattice(narrow["activation"], (a, place)), "data": data}
    yield {"network": m.lattice("tanh", (-1, "1/2")), "data": m.A[1]}
    narrow = m.lattice("sigmoid", (3, 2))
    for place in (2, 3):
        designed = m.critical_data(narrow, [1, 2, 3], Random(0))
        yield {"network": m.lattice("sigmoid", (3, place)), "data": designed}
    yield {"network": m.TANH_NARROW, "data": m.sample([1, 2, 3], [1, 0, 1])}


@enumeration.certificate(budget="standard")
def larger_samples() -> Iterator[m.Raw]:
    """tanh at four or five inputs: polynomials of higher degree."""
    for narrow, data in (m.instance_a("-1/10"), m.instance_b(), m.instance_c(), m.instance_d()):
        yield {"network": narrow, "data": data}
    yield {"network": m.TANH_NARROW, "data": m.sample([1, 2, 5], [1, -2, 1])}


@enumeration.exhaustive
def grids_of_networks() -> Iterator[Family]:
    """On grids of (a, u) exactly the known critical networks are critical: one for exp, two for tanh."""
    places = ["1/3", "1/2", "3/2", "2", "3"]
    for activation, (_, data) in (("tanh", m.A), ("exp", m.X1)):
        network = {"activation": activation, "inner": "log", "layers": [[[axis("u")]], [[axis("a")]]]}
        yield Family(
            {"network": network, "data": data}, {"a": ["-1", "1", "2"], "u": places}, tally=["critical", "count"]
        )


@enumeration.control(drops="not-silent")
def a_silent_neuron() -> Iterator[m.Raw]:
    """a = 0 is critical wherever sum_i y_i sigma(w x_i) = 0: here 2 u - u^2 at u = 2."""
    yield {"network": m.lattice("exp", (0, 2)), "data": m.sample([1, 2], [2, -1])}


@enumeration.control(drops="not-mute")
def a_null_neuron() -> Iterator[m.Raw]:
    """tanh with w = 0: critical for every a if sum_i x_i y_i = 0."""
    yield {"network": m.lattice("tanh", (1, 1)), "data": m.sample([1, 2], [2, -1])}


@enumeration.search(
    trials=80, distribution="tanh, exp, sigmoid; three or four integer inputs; half of the networks by design"
)
def random_networks(rng: Draw) -> m.Raw:
    activation = rng.choice(["tanh", "exp", "sigmoid"])
    network = m.lattice(activation, (rng.choice([1, -1, 2, "1/2"]), rng.choice(["1/3", "1/2", 2, 3, "3/2"])))
    inputs = [x for (x,) in m.random_inputs(rng, rng.randint(3, 4), 1)]
    data = m.critical_data(network, inputs, rng) if rng.random() < 0.5 else None
    return {"network": network, "data": data or m.sample(inputs, [rng.randint(-3, 3) for _ in inputs])}


@enumeration.figure
def loss_with_the_best_outer_weight() -> Drawing:
    """The loss as a function of u, with the best outer weight: its critical points are those of the network."""
    from theorems.critical_points import _figures_sets  # matplotlib is slow to import, and only pictures need it

    return _figures_sets.best_loss()
