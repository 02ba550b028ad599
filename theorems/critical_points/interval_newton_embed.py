"""Critical points certified in a box around a guess, and embedded with exact inertia (recipe written here)."""

from collections.abc import Iterator
from fractions import Fraction

from sympy import And, Eq, Expr, Integer, Max, Rational, Symbol, tanh

from theorems.critical_points import _models as m
from verify import Draw, Statement, Step, UniqueZero, defined, parameter

RADIUS = parameter("r", "positive", "radius of the box around the narrow parameters")
WIDE_RADIUS = parameter("rho", "positive", "radius of the box around the wide parameters", r"\rho")
SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
LARGEST = m.of("embedding.largest_share", m.SPLITTING, sort="real", name="largest", meaning="the greatest |share|")
WIDE = m.of("embedding.split", m.NETWORK, m.SPLITTING, sort="dense", meaning="the split network", name="wide")
SIZE = m.of("dense.parameters", WIDE, sort="natural", meaning="number of wide parameters", name="N")
UNIQUE = m.property_of(
    "boxes.unique_critical", m.NETWORK, m.DATA, RADIUS, name="unique",
    meaning="Krawczyk's test shows exactly one critical point in the narrow box",
)  # fmt: skip
LAW = m.of(
    "boxes.split_law", m.NETWORK, m.DATA, RADIUS, m.SPLITTING, sort="tuple", name="law",
    meaning="the law of inertia of splits, from enclosures of the Hessian and of the B_k over the narrow box",
)  # fmt: skip
SIGNS = m.of(
    "boxes.certain_signs", WIDE, m.DATA, WIDE_RADIUS, sort="tuple", name="signs",
    meaning="numbers of positive and negative eigenvalues of the Hessian that are certain over the wide box",
)  # fmt: skip
PLACES = [defined(f"place_{i}", "natural", Integer(i), "a place in a tuple", rf"\mathtt{{{i}}}") for i in range(3)]
FIRST, SECOND, THIRD = PLACES
UP, DOWN, ZERO = (
    m.of("sets.entry", LAW, place, sort="natural", name=f"{name}_law", meaning=f"{name} eigenvalues by the law")
    for name, place in (("positive", FIRST), ("negative", SECOND), ("zero", THIRD))
)
SEEN_UP, SEEN_DOWN = (
    m.of("sets.entry", SIGNS, place, sort="natural", name=f"{name}_seen", meaning=f"{name} eigenvalues, by enclosures")
    for name, place in (("positive", FIRST), ("negative", SECOND))
)

newton = Statement(
    "cert-interval-newton-embed",
    title="A critical point certified in a box gives wide ones, with exact inertia",
    summary="If Krawczyk's test and enclosures certify a narrow critical point, its inertia and its B_k, then its "
    "splits are critical, and the law gives their inertia exactly, with the zeros that no enclosure can show; "
    "enclosures of the wide Hessian agree on the other signs.",
    area=m.AREA,
    source=m.PRINCIPLE.at("one-step embedding", "recipe written here; not to be attributed to the paper"),
    declared="certified",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, RADIUS, WIDE_RADIUS, *m.SCALAR_TWO_LAYER, SUMS, COPIED, LARGEST, WIDE, SIZE,
        UNIQUE, LAW, SIGNS, *PLACES, UP, DOWN, ZERO, SEEN_UP, SEEN_DOWN,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "unique": ("the narrow box holds exactly one critical point, by Krawczyk's test", UNIQUE.symbol),
        "sums-to-one": ("the shares of each split neuron sum to 1", SUMS.symbol),
        "copied-inner-weights": ("each copy has the inner weights of the neuron", COPIED.symbol),
        "boxes-fit": (
            "the wide box holds the split of every point of the narrow one",
            WIDE_RADIUS.symbol >= RADIUS.symbol * Max(1, LARGEST.symbol),
        ),
        "resolved": (
            "enclosures over the wide box show at least as many signs as the law leaves nonzero",
            SEEN_UP.symbol + SEEN_DOWN.symbol >= SIZE.symbol - ZERO.symbol,
        ),
    },
    claim=And(Eq(SEEN_UP.symbol, UP.symbol), Eq(SEEN_DOWN.symbol, DOWN.symbol)),
    rests_on=["ep-splitting-critical", "ep-inertia-split-law"],
)  # fmt: skip

R1_CENTRE = (
    ("1.5217329275098967380859107484147621", "0.31068258270794267266282821039088009"),
    ("1.8125258408474353002336213681005444", "1.0574182208337032418776739430363357"),
)
R1 = (
    m.two_layer("tanh", *R1_CENTRE),
    m.sample(["1/2", 1, "3/2", 2, "5/2", 3], [1, "21/10", "21/10", "27/10", "14/5", "29/10"]),
)
"""tanh, no biases, two neurons: eigenvalues 0.0028, 0.0175, 0.797, 26.3; B = (0.0112, 0.0191)."""
R2_CENTRE = (
    "-1.4164139082824499543104750836630901",
    ["1.7264830363801493504837148891063398", "0.53063304072166957572204611133469742"],
)
R2 = (
    m.two_layer("tanh", R2_CENTRE),
    m.sample([[x, 1] for x in range(-2, 4)], ["13/10", "6/5", "-7/10", "-13/10", "-13/10", "-17/10"]),
)
"""tanh with a bias (a second input that is 1), one neuron: eigenvalues 0.0996, 1.41, 4.93; B has both signs."""


def gradient(network: m.Raw, data: m.Raw) -> dict[str, Expr]:
    """The gradient of the half-square loss of a tanh network in symbols a_j and w_jp, its terms written out."""
    (weights, _) = network["layers"]
    a = [Symbol(f"a_{j + 1}") for j in range(len(weights))]
    w = [[Symbol(f"w_{j + 1}{p + 1}") for p in range(len(row))] for j, row in enumerate(weights)]
    found: dict[str, Expr] = {}
    for x, (y,) in zip(data["inputs"], data["targets"], strict=True):
        point = [Rational(entry) for entry in x]
        values = [tanh(sum(u * c for u, c in zip(row, point, strict=True))) for row in w]
        residual = sum(c * t for c, t in zip(a, values, strict=True)) - Rational(y)
        for j, t in enumerate(values):
            found[a[j].name] = found.get(a[j].name, Integer(0)) + residual * t
            for p, c in enumerate(point):
                name = w[j][p].name
                found[name] = found.get(name, Integer(0)) + residual * (1 - t**2) * c
    return found


def critical_box(network: m.Raw, data: m.Raw, radius: str) -> UniqueZero:
    """Exactly one point of the box has gradient 0 (the derivatives by w are divided by a, which is not 0 there)."""
    (weights, (outer,)) = network["layers"]
    box = {Symbol(f"a_{j + 1}"): (Rational(a), Rational(radius)) for j, a in enumerate(outer)}
    for j, row in enumerate(weights):
        box |= {Symbol(f"w_{j + 1}{p + 1}"): (Rational(u), Rational(radius)) for p, u in enumerate(row)}
    equations = gradient(network, data)
    return UniqueZero(box, [equations[symbol.name] for symbol in box])


@newton.argument
def narrow_certificate_wide_law() -> Iterator[Step]:
    """What enclosures show over the narrow box, and what exact laws add."""
    yield Step(
        "Krawczyk's test: if -Y f(c) + (I - Y J(box))(box - c) lies inside box - c, f has exactly one zero in the "
        "box. For the gradient, from a guess by Newton's method in many digits, that is the critical point theta. "
        "(Here the two reference points: with a != 0 the derivatives by w may be divided by a.)",
        [critical_box(*R1, "1/1000000"), critical_box(*R2, "1/1000")],
        cites=["Krawczyk's theorem"],
    )
    yield Step(
        "Where the enclosures of the narrow Hessian and of the B_k over the box show the signs of all eigenvalues, "
        "they hold at theta; B_k is invertible, so a_k != 0 for the neurons that are split. By ep-splitting-critical "
        "the split of theta is critical, exactly. By ep-inertia-split-law its inertia is what the law gives: with its "
        "zero eigenvalues, which no enclosure of a Hessian can show.",
    )
    yield Step(
        "The split of theta differs from that of the centre by at most r in each inner weight and r |share| in each "
        "outer one: it lies in the wide box. Signs that are certain over the wide box are signs there: at most n_+ "
        "positive and n_- negative ones. If they are as many as n_+ + n_-, both numbers are equal.",
    )


@newton.certificate
def without_bias() -> Iterator[m.Raw]:
    """Two neurons, B > 0 for both: (6,0,2), (5,1,2), (6,0,2), (5,1,2); enclosures show all of it but the zeros."""
    network, data = R1
    for first, second in (
        (("1/4", "3/4"), ("1/2", "1/2")),
        ((2, -1), ("1/2", "1/2")),
        (("1/5", "3/10", "1/2"), (1,)),
        (("3/2", "1/2", -1), (1,)),
    ):
        yield {
            "network": network,
            "data": data,
            "splitting": [m.split(0, *first), m.split(1, *second)],
            "r": "1/100000000",
            "rho": "1/50000000",
        }


@newton.certificate
def with_bias() -> Iterator[m.Raw]:
    """One neuron whose B has both signs: (4,1,1) for two copies, (5,2,2) for three: saddles."""
    network, data = R2
    for shares in (("1/2", "1/2"), (2, -1), ("1/4", "3/4"), ("1/3", "1/3", "1/3"), (3, -1, -1)):
        yield {
            "network": network,
            "data": data,
            "splitting": [m.split(0, *shares)],
            "r": "1/1000000",
            "rho": "3/1000000",
        }


@newton.control(drops="unique")
def a_box_without_a_critical_point() -> Iterator[m.Raw]:
    """A box where the gradient is not 0: the two new directions carry one sign each, where the law has a zero."""
    _, data = R1
    network = m.two_layer("tanh", (2, "1/2"))
    splitting = [m.split(0, "1/2", "1/2")]
    yield {"network": network, "data": data, "splitting": splitting, "r": "1/100000000", "rho": "1/100000000"}


@newton.control(drops="boxes-fit")
def a_wide_box_beside_the_critical_point() -> Iterator[m.Raw]:
    """The narrow box holds the critical point off its centre; the wide box is too small for its split."""
    (a, (w, b)), (_, data) = R2_CENTRE, R2
    network = m.two_layer("tanh", (a, [Fraction(w) + Fraction(1, 10000), b]))
    splitting = [m.split(0, "1/2", "1/2")]
    yield {"network": network, "data": data, "splitting": splitting, "r": "1/2000", "rho": "1/10000000000000"}


@newton.control(drops="resolved")
def a_wide_box_too_large() -> Iterator[m.Raw]:
    """Over a box of radius 1/10 the enclosures show fewer signs."""
    network, data = R2
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2")], "r": "1/1000000", "rho": "1/10"}


@newton.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    network, data = R2
    splitting = [m.split(0, 1, 1)]
    yield {"network": network, "data": data, "splitting": splitting, "r": "1/1000000", "rho": "1/1000000"}


@newton.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    network, data = R2
    splitting = [m.split(0, "1/2", "1/2", shifts=[[0, 0], ["1/2", 0]])]
    yield {"network": network, "data": data, "splitting": splitting, "r": "1/1000000", "rho": "1/1000000"}


@newton.search(
    trials=60, distribution="the two reference points, radii 10^-5 to 10^-12, two or three shares for one neuron"
)
def random_boxes(rng: Draw) -> m.Raw:
    network, data = rng.choice([R1, R2])
    radius = Fraction(1, 10 ** rng.randint(5, 12))
    splitting = [m.random_split(rng, rng.randrange(len(network["layers"][0])))]
    shares = [abs(Fraction(share)) for share in splitting[0]["coefficients"]]
    return {
        "network": network,
        "data": data,
        "splitting": splitting,
        "r": str(radius),
        "rho": str(radius * max(Fraction(1), *shares)),
    }
