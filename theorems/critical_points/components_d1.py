"""One input: the critical set is a finite union of disjoint affine sets, and here is their number (derived)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any

from sympy import And, Eq, Implies, Not, floor, symbols

from theorems.critical_points import _models as m
from verify import Draw, Family, Identity, Roots, Statement, Step, axis

INPUTS = m.of("dense.inputs", m.NETWORK, sort="natural", meaning="the number of inputs", name="d")
LOG = m.property_of("dense.log_inner", m.NETWORK, meaning="the inner weights are logarithms of rational numbers")
VANISHES = m.property_of("dual.vanishes", m.NETWORK, m.DATA, meaning="phi is identically 0", name="vanishes")
SAMPLES = m.of("dense.samples", m.DATA, sort="natural", meaning="the number of inputs of the sample", name="n")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="the width", name="m")
MINIMAL = m.of("dense.width", m.REDUCED, sort="natural", meaning="the minimal width of the function", name="r")
SIGNED = m.property_of("dense.signed", m.NETWORK, meaning="the activation is odd or even", name="signed")
ZEROS = m.of("dual.zero_count", m.NETWORK, m.DATA, sort="natural", meaning="number of zeros of phi", name="p")
TYPE = [ZEROS, MINIMAL, WIDTH, SIGNED]
COMPONENTS = m.of(
    "branches.components", *TYPE, sort="natural", name="components",
    meaning="maps of the m neurons to the p zeros that hit the weight (or its opposite) of each neuron of the reduction",
)  # fmt: skip
FORMULA = m.of(
    "branches.components_formula", *TYPE, sort="natural", name="formula",
    meaning="m! times the coefficient of z^m in (e^(cz) - 1)^r e^((p - cr)z), c = 2 if odd, else 1",
)  # fmt: skip
DIMENSION = m.of(
    "dual.local_dimension", m.NETWORK, m.DATA, sort="natural", meaning="dimension of the critical points of its type"
)  # fmt: skip
INERTIA = m.of("dense.inertia", m.NETWORK, m.DATA, sort="tuple", meaning="inertia of the Hessian")
p, r, width, n = (quantity.symbol for quantity in (ZEROS, MINIMAL, WIDTH, SAMPLES))

components = Statement(
    "cp-components-d1",
    title="With one input the critical set falls into affine components, counted by the zeros of phi",
    summary="tanh or exp, integer inputs: each neuron sits at one of the p zeros of phi, so the critical set with a given "
    "function (not 0) is a disjoint union of affine sets of at most m - r dimensions, as many as there are maps of the neurons "
    "to the zeros that hit the reduction; for exp p + r <= n - 1, for tanh p is odd and at least 2r + 1.",
    area=m.AREA,
    source=m.GEOMETRY.at("the critical set with given output function, one input", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, *m.SCALAR_TWO_LAYER, m.SEPARATING, INPUTS, LOG, m.CRITICAL, VANISHES, m.REDUCED, SAMPLES, WIDTH,
        MINIMAL, SIGNED, ZEROS, COMPONENTS, FORMULA, DIMENSION, INERTIA,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "separating-activation": m.SEPARATING_ACTIVATION,
        "one-input": ("one input, weights that are logarithms", And(Eq(INPUTS.symbol, 1), LOG.symbol)),
        "critical": m.IS_CRITICAL,
        "dual-not-zero": ("phi is not identically 0", Not(VANISHES.symbol)),
    },
    claim=And(
        Eq(COMPONENTS.symbol, FORMULA.symbol),
        DIMENSION.symbol <= width - r,
        Implies(Not(SIGNED.symbol), p + r <= n - 1),
        Implies(SIGNED.symbol, And(Eq(p - 2 * floor(p / 2), 1), p >= 2 * r + 1)),
    ),
    rests_on=["cp-critical-branches"],
)  # fmt: skip


@components.argument
def maps_to_the_zeros() -> Iterator[Step]:
    """dR/da_j = phi(w_j) = 0 puts every neuron on a zero; the rest is counting."""
    count, u = symbols("p u")
    yield Step(
        "Every neuron of a critical network is at a zero of phi, as dR/da_j = phi(w_j). With one input the zeros are isolated, "
        "so on a connected part of the critical set no neuron moves: the part is given by the map of neurons to zeros. The map "
        "hits each weight of the reduction (or its opposite). Conversely for each such map the outer weights form a nonempty "
        "affine set: the signed sums over the reduction's weights are given; at another zero, if it is double, the signed sum "
        "is 0, if it is simple each outer weight is 0; at w = 0 (odd activation) they are free or 0. Different maps give "
        "disjoint closed sets: these are the components.",
        cites=["cp-critical-branches"],
    )
    yield Step(
        "Maps of m neurons to p points that hit r of them: m! times the coefficient of z^m in (e^z - 1)^r e^((p - r) z), by "
        "inclusion and exclusion sum_i (-1)^i C(r, i) (p - i)^m, which is 6 (p - 2) + 6 for r = 2 and m = 3, say. For r pairs of "
        "opposite points each factor e^z - 1 becomes e^(2z) - 1: p^2 - (p - 2)^2 = 4 + 4 (p - 2) for r = 1 and m = 2.",
        [
            Identity(count**2 - 2 * (count - 1) ** 2 + (count - 2) ** 2, 2),
            Identity(count**3 - 2 * (count - 1) ** 3 + (count - 2) ** 3, 6 * (count - 2) + 6),
            Identity(count**2 - (count - 2) ** 2, 4 + 4 * (count - 2)),
        ],
    )
    yield Step(
        "At a zero of the reduction phi and its derivative vanish: it is at least double. For exp, phi is a sum of n powers of "
        "u, with at most n - 1 positive zeros, counted with multiplicity: p + r <= n - 1. For an odd activation phi is odd: its "
        "zeros are 0 and pairs, of which r belong to the reduction.",
        cites=["Descartes' rule of signs"],
    )
    a_numerator = (u - 2) ** 2 * (u - 1) * (2 * u - 1) ** 2
    yield Step(
        "For the reference instances the zeros are isolated: tanh with three inputs (p = 3, hence 3^m - 1 components), with four "
        "(p = 5: 5^m - 3^m), exp with four (p = 2: 2^m - 1) and with five inputs (p = r = 2: 2^m - 2).",
        [
            Roots(a_numerator, u, [2, 1, 2], interval=(0, None)),
            Roots(
                (u - 4) * (u - 1) * (u + 1) * (4 * u - 1) * (721 * u**2 + 944 * u + 721) * (u - 2) ** 2 * (2 * u - 1) ** 2,
                u, [1, 2, 1, 2, 1], interval=(0, None),
            ),
            Roots([0, -20, 24, -9, 1], u, [2, 1], interval=(0, None)),
            Roots([0, 36, -60, 37, -10, 1], u, [2, 2], interval=(0, None)),
        ],
    )  # fmt: skip


def atlas(activation: str, labels: Mapping[str, int], zeros: Sequence[str], width: int) -> list[Any]:
    """One critical network of each component: the layers for every map of the neurons to the zeros onto the labels.

    ``labels`` gives the outer weight for the u of each neuron of the reduction. The neurons of a label share it equally, all
    others are silent.
    """
    opposite = {str(1 / m.Fraction(u)): u for u in labels} if activation == "tanh" else {}
    found = []
    for places in product(zeros, repeat=width):
        owners = [u if u in labels else opposite.get(u) for u in places]
        if set(labels) <= set(owners):
            outer = [
                m.Fraction(0 if k is None else labels[k] * (1 if u == k else -1), max(1, owners.count(k)))
                for u, k in zip(places, owners, strict=True)
            ]
            found.append([[[u] for u in places], [m.text(outer)]])
    return found


def _family(instance: tuple[m.Raw, m.Raw], layers: list[Any]) -> Family:
    narrow, data = instance
    network = {**narrow, "layers": axis("layers")}
    tally = ["p", "m", "components", "local_dimension", "inertia"]
    return Family({"network": network, "data": data}, {"layers": layers}, tally)


@components.exhaustive
def every_component() -> Iterator[Family]:
    """All components of small widths, one point of each, with dimension and inertia."""
    for width in (1, 2):
        yield _family(m.A, atlas("tanh", {"2": 1}, ["1/2", "1", "2"], width))
        yield _family(m.X1, atlas("exp", {"2": 1}, ["2", "5"], width))
    for width in (2, 3):
        yield _family(m.instance_x3(), atlas("exp", {"2": 1, "3": -1}, ["2", "3"], width))


@components.exhaustive(budget="standard")
def every_component_of_larger_sets() -> Iterator[Family]:
    """tanh with five zeros, residuals of both signs: 16 components of width 2, 98 of width 3; two neurons split into four."""
    for width in (2, 3):
        for sign in (1, -1):
            yield _family(m.instance_b(sign), atlas("tanh", {"2": 1}, ["1/4", "1/2", "1", "2", "4"], width))
    yield _family(m.A, atlas("tanh", {"2": 1}, ["1/2", "1", "2"], 3))
    yield _family(m.X1, atlas("exp", {"2": 1}, ["2", "5"], 3))
    yield _family(m.instance_x3(), atlas("exp", {"2": 1, "3": -1}, ["2", "3"], 4))


@components.certificate
def other_points() -> Iterator[m.Raw]:
    """Negative shares, pairs that cancel at a double zero, null neurons that may have any outer weight."""
    _, data = m.second_double_zero()
    yield {"network": m.lattice("tanh", (2, 2), (1, "1/2"), (3, 4), (3, "1/4")), "data": data}
    _, data = m.silent_nulls()
    yield {"network": m.lattice("tanh", (1, 2), (7, 1), (-1, 1)), "data": data}
    yield {"network": m.lattice("tanh", (1, 2), (1, "1/2"), (1, 2)), "data": m.instance_d()[1]}
    yield {"network": m.lattice("exp", (3, 2), (-2, 2), (0, 5)), "data": m.X1_REVERSED[1]}


@components.control(drops="one-input")
def three_inputs() -> Iterator[m.Raw]:
    """A silent neuron on a surface of zeros has two degrees of freedom, m - r = 1."""
    narrow, data = m.X4
    yield {"network": m.extended(narrow, (0, [3, 2, 6])), "data": data}


@components.control(drops="critical")
def no_zero_at_all() -> Iterator[m.Raw]:
    """One input, not fitted: phi = 2 u has no zero, although the network has a neuron."""
    yield {"network": m.EXP_NARROW, "data": m.sample([1], [0])}


@components.search(
    trials=60, distribution="exp: phi a product of (u - k)^2 and (u - k), or tanh: a kernel vector; random shares"
)
def random_points(rng: Draw) -> m.Raw:
    if rng.random() < 0.4:
        samples = rng.randint(3, 5)
        narrow = m.lattice("tanh", (rng.choice([1, -2]), rng.choice([2, 3, "1/3", "3/2"])))
        data = m.critical_data(narrow, list(range(1, samples + 1)), rng)
        return {"network": _shared_out(narrow, rng), "data": data}
    doubles = rng.sample(["1", "2", "3", "4", "1/2"], rng.randint(1, 2))
    residuals = [m.Fraction(rng.choice([1, -1]))]
    for zero in [*doubles, *doubles, *rng.sample(["5", "6", "1/3"], rng.randint(0, 2))]:
        higher, lower = [m.Fraction(0), *residuals], [*residuals, m.Fraction(0)]
        residuals = [a - m.Fraction(zero) * b for a, b in zip(higher, lower, strict=True)]
    narrow = m.lattice("exp", *((rng.choice([1, -1, 2]), zero) for zero in doubles))
    data = m.designed(narrow, list(range(1, len(residuals) + 1)), residuals)
    return {"network": _shared_out(narrow, rng), "data": data}


def _shared_out(narrow: m.Raw, rng: Random | Draw) -> m.Raw:
    """The first neuron split in two, and maybe a pair that cancels at the last one's place."""
    inner, (outer,) = narrow["layers"]
    share, c = m.Fraction(rng.randint(-3, 3), 2), rng.choice([0, 1, -3])
    rest = m.Fraction(outer[0]) - share
    split = {**narrow, "layers": [inner, [[str(rest), *outer[1:]]]]}
    return m.extended(split, (share, inner[0]), *rng.choice([[], [(c, inner[-1]), (-c, inner[-1])]]))
