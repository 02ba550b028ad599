"""All critical networks with a given output function, type by type (claim of Zhang et al. 2024; proof written here)."""

from collections.abc import Iterator
from random import Random

from sympy import Equivalent, Rational, symbols

from theorems.critical_points import _models as m
from verify import Draw, Drawing, Family, Identity, Roots, Statement, Step, axis

SAME = m.property_of("dense.same_function", m.NETWORK, m.NARROW, meaning="both are one function", name="same_function")
NARROW_CRITICAL = m.property_of("dense.critical", m.NARROW, m.DATA, meaning="the other network is a critical point")
CONDITIONS = m.property_of(
    "dual.zero_sum_conditions", m.NETWORK, m.DATA,
    meaning="phi(w) = 0 and a grad phi(w) = 0 for the neurons of each class with signed sum 0, a sigma'(0) sum_i e_i x_i = 0 "
    "for each null neuron",
)  # fmt: skip

branches = Statement(
    "cp-critical-branches",
    title="Among networks with one output function, only what cancels has to sit on the zeros of phi",
    summary="If one network with the function is critical, another one is so iff each class of neurons that cancels lies on "
    "the zeros of phi (and of its gradient, unless its outer weights are 0), and each null neuron is silent or "
    "sigma'(0) sum_i e_i x_i = 0: finitely many types of products of such sets.",
    area=m.AREA,
    source=m.GEOMETRY.at("branches of the critical set", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        m.NETWORK, m.NARROW, m.DATA, *m.SCALAR_TWO_LAYER, m.SEPARATING, SAME, NARROW_CRITICAL, m.CRITICAL, CONDITIONS,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "separating-activation": m.SEPARATING_ACTIVATION,
        "same-function": ("both networks are one function", SAME.symbol),
        "one-is-critical": ("the other network is a critical point", NARROW_CRITICAL.symbol),
    },
    claim=Equivalent(m.CRITICAL.symbol, CONDITIONS.symbol),
    rests_on=["cp-dual-function", "cp-critical-reduction"],
)  # fmt: skip


@branches.argument
def class_by_class() -> Iterator[Step]:
    """What remains of the gradient's equations when those of the classes that do not cancel hold."""
    w, x, u, v, e, e2, x2 = symbols("w x u v e e_2 x_2")
    t = m.tanh_by_exponentials(w * x)
    yield Step(
        "phi depends on the data and on the output function only: it is the same for both networks. The network is critical "
        "iff for each neuron phi(w_j) = 0 and a_j grad phi(w_j) = 0.",
        cites=["cp-dual-function"],
    )
    yield Step(
        "The common reduction is critical. So for a class whose signed sum is not 0, phi and grad phi vanish at its weight, "
        "by parity also at the opposite one: all its members meet their conditions, whatever their outer weights. (A network "
        "in which everything cancels has no such class.)",
        [
            Identity(
                e * m.tanh_by_exponentials(-w * x) + e2 * m.tanh_by_exponentials(-w * x2),
                -(e * t + e2 * m.tanh_by_exponentials(w * x2)),
            ),
            Identity((1 - m.tanh_by_exponentials(-w * x) ** 2) * x, (1 - t**2) * x),
        ],
        cites=["cp-critical-reduction"],
    )
    yield Step(
        "The conditions of the other classes remain as they are. A null neuron (w = 0, sigma(0) = 0) has phi(0) = sigma(0) "
        "sum_i e_i = 0, and grad phi(0) = sigma'(0) sum_i e_i x_i: its condition is a_j sigma'(0) sum_i e_i x_i = 0.",
    )
    yield Step(
        "So the critical set with the function is a finite union of products, one for each type: the affine set of each group "
        "over a neuron of the reduction; Z x {a = 0}, Z the zeros of phi, for each neuron of a class that is silent as a whole "
        "(its neurons may part); Z' x {signed sum 0}, Z' the zeros of phi and grad phi, for each class that cancels and has "
        "an outer weight that is not 0 (so two or more neurons); for null neurons {a = 0}, or all of R "
        "if sigma'(0) sum_i e_i x_i = 0. Pure splits are critical throughout.",
    )
    a_instance = sum(Rational(c, 25) * (u**k - 1) / (u**k + 1) for k, c in ((1, 24), (2, -25), (3, 9)))
    a_numerator = (u - 2) ** 2 * (u - 1) * (2 * u - 1) ** 2
    b_numerator = (u - 4) * (u - 1) * (u + 1) * (4 * u - 1) * (u - 2) ** 2 * (2 * u - 1) ** 2
    yield Step(
        "With weights that are logarithms, inputs that are integers and d = 1, phi is a rational function of u, and Z, Z' are "
        "found by isolating roots: for tanh at x = 1, 2, 3 with e = (24, -25, 9)/25 the zeros u = 1/2 and 2 are double, 1 is "
        "simple; for tanh at x = 1, ..., 4 the reference instance has 1/2 and 2 double and 1/4, 1, 4 simple; for exp with "
        "e = (-20, 24, -9, 1), phi = u (u - 2)^2 (u - 5).",
        [
            Identity(a_instance, 2 * a_numerator / (25 * (u + 1) * (u**2 + 1) * (u**2 - u + 1))),
            Roots(a_numerator, u, [2, 1, 2], interval=(0, None)),
            Roots(b_numerator * (721 * u**2 + 944 * u + 721), u, [1, 2, 1, 2, 1], interval=(0, None)),
            Identity(-20 * u + 24 * u**2 - 9 * u**3 + u**4, u * (u - 2) ** 2 * (u - 5)),
            Roots([0, -20, 24, -9, 1], u, [2, 1], interval=(0, None)),
        ],
    )
    t2 = (
        Rational(2, 5) * (u - 1) / (u + 1)
        + Rational(14, 25) * (v - 1) / (v + 1)
        - (u * v - 1) / (u * v + 1)
        + Rational(9, 25) * (u**2 * v - 1) / (u**2 * v + 1)
    )
    curves = (2 * u**2 * v - 3 * u * v - 3 * u + 2) * (2 * u**2 * v**2 - 5 * u**2 * v + 5 * v - 2)
    yield Step(
        "With d = 2 the set Z is a plane curve: two lines, u v (u - v + 1)(u + v - 5), for exp with e = (1, -4, -5, -1, 6); a "
        "double line, u v (u - 2)^2, on which grad phi vanishes too; two curves for the tanh instance.",
        [
            Identity(u**3 * v - 4 * u**2 * v - 5 * u * v - u * v**3 + 6 * u * v**2, u * v * (u - v + 1) * (u + v - 5)),
            Identity(-4 * u**2 * v + 4 * u * v + u**3 * v, u * v * (u - 2) ** 2),
            Identity(t2, 2 * curves / (25 * (u + 1) * (v + 1) * (u * v + 1) * (u**2 * v + 1))),
        ],
    )


@branches.certificate
def reference_points() -> Iterator[m.Raw]:
    """Points of every kind of product, and points beside them that are not critical."""
    narrow, data = m.A
    for neurons in (
        [(1, 2), (0, 1)], [(1, 2), (0, 2)], [(1, 2), (0, "1/2")], [(1, 2), (5, 1)], [("1/2", 2), ("-1/2", "1/2")],
        [(1, 2), (0, 3)], [(1, 2), (2, 3), (-2, 3)], [(1, 2), (2, "1/3"), (2, 3)], [(1, 2), (2, 2), (2, "1/2"), (0, 1)],
    ):  # fmt: skip
        yield {"network": m.lattice("tanh", *neurons), "narrow": narrow, "data": data}
    narrow, data = m.instance_b()
    for block in ([(0, 4)], [(0, 4), (0, "1/4"), (0, 1)], [(1, 4), (-1, 4)], [(1, 4), (1, "1/4")]):
        yield {"network": m.lattice("tanh", (1, 2), *block), "narrow": narrow, "data": data}
    narrow, data = m.instance_c()
    for block in ([(1, 3), (-1, 3)], [(1, 3), (1, "1/3")], [(1, 3), (1, 3), (-2, 3)], [(1, 4), (-1, 4)]):
        yield {"network": m.lattice("tanh", (1, 2), *block), "narrow": narrow, "data": data}
    narrow, data = m.silent_nulls()
    yield {"network": m.lattice("tanh", (1, 2), (7, 1)), "narrow": narrow, "data": data}
    narrow, data = m.X1
    for block in ([(0, 5)], [(0, 4)], [(3, 5), (-3, 5)], [(3, 2), (-3, 2)]):
        yield {"network": m.lattice("exp", (1, 2), *block), "narrow": narrow, "data": data}
    narrow, data = m.instance_x3()
    yield {"network": m.lattice("exp", (1, 2), (1, 3), (-2, 3), (0, 2)), "narrow": narrow, "data": data}
    narrow, data = m.X2_LINE
    for height in (3, 5):
        pair = [(2, [2, height]), (-2, [2, height])]
        yield {"network": m.lattice("exp", (1, [2, 3]), *pair), "narrow": narrow, "data": data}
    narrow, data = m.T2
    for place in (["1/3", "9/7"], [2, 3]):
        yield {"network": m.lattice("tanh", (1, [2, 2]), (0, place)), "narrow": narrow, "data": data}
    narrow, data = m.instance_of(m.FLAT)
    yield {"network": m.extended(narrow, (1, 0)), "narrow": narrow, "data": data}


@branches.certificate
def everything_cancels() -> Iterator[m.Raw]:
    """The function 0: two silent neurons on the zeros of phi, and beside them."""
    data = m.sample([1, 2], [4, -2])
    for u in (2, 3):
        yield {"network": m.lattice("exp", (0, u), (0, u)), "narrow": m.lattice("exp", (0, 2)), "data": data}


@branches.exhaustive
def silent_neurons() -> Family:
    """tanh, one silent neuron at 23 places: critical exactly at the five zeros of phi."""
    narrow, data = m.instance_b()
    network = {"activation": "tanh", "inner": "log", "layers": [[["2"], [axis("u")]], [["1", "0"]]]}
    places = sorted({m.Fraction(p, q) for p in range(1, 6) for q in range(1, 6)} | {m.Fraction(3, 20), m.Fraction(7)})
    return Family({"network": network, "narrow": narrow, "data": data}, {"u": m.text(places)}, tally=["critical"])


@branches.exhaustive
def cancelling_pairs() -> Family:
    """tanh with a second double zero: pairs (c, u), (-c, u) are critical exactly at the double zeros, or silent at a zero."""
    narrow, data = m.instance_c()
    inner = [["2"], [axis("u")], [axis("u")]]
    network = {"activation": "tanh", "inner": "log", "layers": [inner, [axis("outer")]]}
    outer = [["1", c, f"-{c}"] for c in ("0", "1", "1/2")]
    places = [f"1/{k}" for k in range(2, 8)] + [str(k) for k in range(1, 8)]
    return Family(
        {"network": network, "narrow": narrow, "data": data}, {"outer": outer, "u": places}, tally=["critical"]
    )


@branches.exhaustive
def plane_of_silent_neurons() -> Family:
    """exp, d = 2: of a grid, the places on the two lines v = u + 1 and u + v = 5."""
    narrow, data = m.X2_NODE
    network = {"activation": "exp", "inner": "log", "layers": [[["2", "3"], [axis("u"), axis("v")]], [["1", "0"]]]}
    grid = m.text([m.Fraction(k, 2) for k in range(1, 10)])
    return Family({"network": network, "narrow": narrow, "data": data}, {"u": grid, "v": grid}, tally=["critical"])


@branches.control(drops="separating-activation")
def two_sigmoid_networks() -> Iterator[m.Raw]:
    """One function, nothing cancels in either network, and only one of them is critical."""
    network, narrow = m.lattice("sigmoid", (1, 3), (-1, 2)), m.lattice("sigmoid", (-1, "1/3"), (1, "1/2"))
    yield {"network": network, "narrow": narrow, "data": m.critical_data(narrow, [1, 2, 3, 4, 5], Random(0))}


@branches.control(drops="same-function")
def another_function() -> Iterator[m.Raw]:
    narrow, data = m.A
    yield {"network": m.lattice("tanh", (2, 2)), "narrow": narrow, "data": data}


@branches.control(drops="one-is-critical")
def not_critical() -> Iterator[m.Raw]:
    network = m.lattice("tanh", ("1/2", 2), ("1/2", 2))
    yield {"network": network, "narrow": m.TANH_NARROW, "data": m.sample([1, 2, 3], [0, 1, 0])}


@branches.search(
    trials=80, distribution="designed critical points of width 1 or 2, d <= 2, with random cancelling neurons"
)
def random_members(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    narrow, data = found
    inner, (outer,) = narrow["layers"]
    place = rng.choice([*inner, [str(rng.randint(-2, 2)) for _ in inner[0]]])
    c = rng.choice([0, 0, 1, -3])
    blocks = [[(0, place)], [(c, place), (-c, place)], [(outer[0], inner[0]), (-m.Fraction(outer[0]), inner[0])]]
    return {"network": m.extended(narrow, *rng.choice(blocks)), "narrow": narrow, "data": data}


@branches.figure
def dual_function_and_its_neurons() -> Drawing:
    """phi with its certified zeros, and the critical neurons that they give."""
    from theorems.critical_points import _figures_sets  # matplotlib is slow to import, and only pictures need it

    return _figures_sets.dual_function()


@branches.figure
def zero_sets_in_the_plane() -> Drawing:
    """Z and Z' of the instances with two inputs."""
    from theorems.critical_points import _figures_sets  # matplotlib is slow to import, and only pictures need it

    return _figures_sets.zero_sets()
