"""Which splits of a strict local minimum are local minima (derived here; two copies: Fukumizu and Amari, 2000)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from sympy import And, Eq, Equivalent, Implies, Not, Rational, exp, symbols

from theorems.critical_points import _models as m
from verify import Draw, Drawing, Family, Identity, Statement, Step, Valid, axis

HALF_SQUARE = m.property_of("dense.half_square", m.DATA, meaning="the loss is half of the squared error")
NEGATIVE = m.of("dense.negative", m.NETWORK, m.DATA, sort="natural", meaning="negative eigenvalues, narrow")
NULLITY = m.of("dense.nullity", m.NETWORK, m.DATA, sort="natural", meaning="zero eigenvalues, narrow")
SUMS = m.property_of("embedding.sums_to_one", m.SPLITTING, meaning="the shares of each split neuron sum to 1")
COPIED = m.property_of("embedding.unshifted", m.SPLITTING, meaning="the copies keep the inner weights")
PROPER = m.property_of("embedding.proper", m.SPLITTING, meaning="no share is 0")
REGULAR = m.property_of(
    "embedding.regular",
    m.NETWORK,
    m.DATA,
    m.SPLITTING,
    name="regular",
    meaning="no B_k of a split neuron has an eigenvalue 0",
)
RULE = m.property_of(
    "embedding.plateau_rule", m.NETWORK, m.DATA, m.SPLITTING, name="rule",
    meaning="for each split neuron: B_k positive definite and all shares positive, or B_k negative definite and "
    "exactly one share positive",
)  # fmt: skip
WIDE = m.of("embedding.split", m.NETWORK, m.SPLITTING, sort="dense", meaning="the split network", name="wide")
MINIMUM = m.property_of("embedding.local_minimum", WIDE, m.DATA, name="local_minimum", meaning="a local minimum")
NEGATIVE_WIDE = m.of("dense.negative", WIDE, m.DATA, sort="natural", meaning="negative eigenvalues, wide")
NULLITY_WIDE = m.of("dense.nullity", WIDE, m.DATA, sort="natural", meaning="zero eigenvalues, wide")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="width of the narrow network", name="r")
WIDTH_WIDE = m.of("dense.width", WIDE, sort="natural", meaning="width of the wide network", name="m")

plateau = Statement(
    "ep-plateau-classification",
    title="Which splits of a strict minimum are minima: a rule of signs",
    summary="Split neurons of a critical point with positive definite Hessian: a local minimum iff for each of them "
    "B_k is positive definite and all shares are positive, or negative definite and exactly one is. Then the minimum "
    "is a plateau of m - r dimensions; else it is a strict saddle. (The number of plateaus is in the argument.)",
    area=m.AREA,
    source=m.GEOMETRY.at("critical sets with a given output function", m.DERIVED),
    declared="reduced",
    quantities=[
        m.NETWORK, m.DATA, m.SPLITTING, *m.SCALAR_TWO_LAYER, HALF_SQUARE, m.CRITICAL, NEGATIVE, NULLITY, SUMS, COPIED,
        PROPER, REGULAR, RULE, WIDE, MINIMUM, NEGATIVE_WIDE, NULLITY_WIDE, WIDTH, WIDTH_WIDE,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "squared-error": ("the loss is half of the squared error", HALF_SQUARE.symbol),
        "critical": m.IS_CRITICAL,
        "definite": ("the narrow Hessian is positive definite", Eq(NEGATIVE.symbol, 0) & Eq(NULLITY.symbol, 0)),
        "sums-to-one": ("the shares of each split neuron sum to 1", SUMS.symbol),
        "copied-inner-weights": ("each copy has the inner weights of the neuron", COPIED.symbol),
        "proper": ("no share is 0", PROPER.symbol),
        "regular": ("the matrices B_k of the split neurons are invertible", REGULAR.symbol),
    },
    claim=And(
        Equivalent(MINIMUM.symbol, RULE.symbol),
        Implies(
            RULE.symbol, Eq(NEGATIVE_WIDE.symbol, 0) & Eq(NULLITY_WIDE.symbol, WIDTH_WIDE.symbol - WIDTH.symbol)
        ),
        Implies(Not(RULE.symbol), NEGATIVE_WIDE.symbol >= 1),
    ),
    rests_on=["ep-splitting-critical", "ep-inertia-split-law"],
)  # fmt: skip


@plateau.argument
def signs_and_morse_bott() -> Iterator[Step]:
    """The law of inertia, and a kernel that is the tangent space of the plateau."""
    p, q, plus, minus = symbols("p q b_plus b_minus")
    sorts = {p: "natural", q: "natural", plus: "natural", minus: "natural"}
    some = [p >= 1, p + q >= 2, plus + minus >= 1]
    yield Step(
        "By the law of inertia n_- of the wide Hessian is the sum over the split neurons of (p-1) n_-(B) + q n_+(B), "
        "p and q the numbers of positive and negative shares: the narrow Hessian has no negative eigenvalue. As the "
        "shares sum to 1, p >= 1. For two or more copies (p + q >= 2) and invertible B this is 0 iff B is positive "
        "definite and q = 0, or negative definite and p = 1; for an indefinite B it never is. So n_- = 0 iff the rule "
        "holds for all split neurons.",
        [
            Valid(
                sorts,
                Equivalent(
                    And(Eq((p - 1) * minus, 0), Eq(q * plus, 0)),
                    (Eq(minus, 0) & Eq(q, 0)) | (Eq(plus, 0) & Eq(p, 1)),
                ),
                some,
            )
        ],
    )
    yield Step(
        "If the rule does not hold, n_- > 0: the wide point is critical (its narrow one is) and a strict saddle, no minimum."
    )
    yield Step(
        "If n_- = 0: no share is 0 and no B has a zero eigenvalue, so by the same law n_0 is the sum of the s_k - 1, "
        "that is m - r. The wide points with these inner weights and any shares that sum to 1 form an affine space of "
        "this dimension, all critical, with the same loss. Its tangent space is the kernel. So on a complement the "
        "Hessian is positive definite, at all points of the space near by: the loss is at least its value there. A "
        "local minimum, not isolated if m > r.",
        cites=["the Morse-Bott lemma, or Taylor's formula on the complements"],
    )
    yield Step(
        "Neither the class of the activation nor separated inputs are needed for shares other than 0; invertible B's "
        "exclude a vanishing residual. (A share 0, or a partial sum 0, always gives a saddle, by another argument, "
        "though n_- may be 0.)",
    )
    z = symbols("z")
    plus_3, minus_3 = z + z**2 / 2 + z**3 / 6, z + z**2 + z**3 / 2
    yield Step(
        "How many plateaus of minima of width m lie over such a point, if r_+ of its matrices B are positive definite, r_- "
        "negative definite and r_i indefinite, and the activation has no parity: each of the m neurons is a copy of one of "
        "the r, each of these has a copy, and the classes are in different places (irreducible points). With s copies a "
        "positive definite B leaves the open simplex of positive shares, one connected set; a negative definite one leaves s "
        "sets, by which share is positive; an indefinite one must not be split. So the number is m! times the coefficient of "
        "z^m in (e^z - 1)^{r_+} (z e^z)^{r_-} z^{r_i}, as e^z - 1 and z e^z have the coefficients 1/s! and s/s! for s >= 1 "
        "(up to s = 3 they are multiplied below). With parity "
        "each copy has two signs: 2z in place of z. For one B of each sign (e^z - 1) z e^z gives m (2^{m-1} - 1), that is 2, "
        "9, 28; for two positive ones (e^z - 1)^2 gives 2^m - 2, that is 2, 6, 14; for one and an odd activation 2^m.",
        [
            Identity((exp(z) - 1) * z * exp(z), z * exp(2 * z) - z * exp(z)),
            Identity((exp(z) - 1) ** 2, exp(2 * z) - 2 * exp(z) + 1),
            Identity(
                plus_3 * minus_3, 2 * z**2 / 2 + 9 * z**3 / 6 + 28 * z**4 / 24 + z**5 * (Rational(5, 12) + z / 12)
            ),
        ],
    )


def _signs(copies: int) -> list[list[str]]:
    """One tuple of shares, sum 1, for each pattern of signs with at least one positive."""
    found = []
    for signs in product((1, -1), repeat=copies):
        p, q = signs.count(1), signs.count(-1)
        if p:
            found.append(m.text([Fraction(q + 1, p) if sign > 0 else -1 for sign in signs]))
    return found


PATTERNS = [shares for copies in (1, 2, 3) for shares in _signs(copies)]


def _two_groups(sign: int) -> Family:
    network, data = m.instance_x3(sign)
    pairs = [(x, y) for x, y in product(PATTERNS, repeat=2) if len(x) + len(y) <= 4]
    splittings = [[m.split(0, *first), m.split(1, *second)] for first, second in pairs]
    template = {"network": network, "data": data, "splitting": axis("splitting")}
    return Family(template, {"splitting": splittings}, tally=["m", "local_minimum"])


@plateau.exhaustive
def opposite_curvatures() -> Family:
    """exp, two neurons, B = (16, -54): all sign patterns of up to four copies in all.

    With s_1 and s_2 copies there are 1 and s_2 patterns that are minima, and neurons can be arranged in m!/(s_1! s_2!)
    ways: 2, 9, 28 plateaus of minima for m = 2, 3, 4.
    """
    return _two_groups(-1)


@plateau.exhaustive
def equal_curvatures() -> Family:
    """exp, two neurons, B = (16, 54): one pattern each, 2, 6, 14 plateaus of minima for m = 2, 3, 4."""
    return _two_groups(1)


@plateau.certificate
def reference_plateaus() -> Iterator[m.Raw]:
    """One neuron with B > 0, B < 0 (tanh and exp), and B definite or indefinite with two inputs."""
    chosen = (("1/2", "1/2"), (2, -1), ("1/3", "1/3", "1/3"), (3, -1, -1), (1, "1/2", "-1/2"), (2, 1, -2))
    for network, data in (m.A, m.instance_a("-1/10"), m.X1, m.X1_REVERSED, m.X2_NODE, m.X2_DEFINITE, m.T2):
        for shares in chosen:
            yield {"network": network, "data": data, "splitting": [m.split(0, *shares)]}
    network, data = m.A
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2", signs=[1, -1])]}
    yield {"network": network, "data": data, "splitting": []}


@plateau.control(drops="definite")
def indefinite_narrow_hessian() -> Iterator[m.Raw]:
    """(3,1,0): the rule holds, and n_- is not 0."""
    network, data = m.instance_x3(-1, -1)
    yield {"network": network, "data": data, "splitting": [m.split(0, 2, -1), m.split(1, "1/2", "1/2")]}


@plateau.control(drops="proper")
def a_share_of_zero() -> Iterator[m.Raw]:
    """B < 0, shares (1, 0): exactly one is positive, and the kernel is larger than the plateau."""
    network, data = m.X1
    yield {"network": network, "data": data, "splitting": [m.split(0, 1, 0)]}


@plateau.control(drops="two-layer")
def two_outputs() -> Iterator[m.Raw]:
    """B > 0 and positive shares, but C is not 0: a strict saddle."""
    network, data = m.two_outputs()
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2")]}


@plateau.control(drops="sums-to-one")
def shares_that_sum_to_two() -> Iterator[m.Raw]:
    network, data = m.X1_REVERSED
    yield {"network": network, "data": data, "splitting": [m.split(0, 1, 1)]}


@plateau.control(drops="copied-inner-weights")
def one_copy_moves() -> Iterator[m.Raw]:
    network, data = m.X1_REVERSED
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2", shifts=[[1], ["3/2"]])]}


@plateau.control(drops="critical")
def not_critical() -> Iterator[m.Raw]:
    """One target moved: the Hessian and B are still definite."""
    network, _ = m.X1_REVERSED
    data = m.sample([1, 2, 3, 4], [-18, 28, -1, "33/2"])
    yield {"network": network, "data": data, "splitting": [m.split(0, "1/2", "1/2")]}


@plateau.search(
    trials=100, distribution="designed critical points of width 1, d <= 2, small residuals; 2 or 3 shares, none 0"
)
def random_plateaus(rng: Draw) -> m.Raw:
    dimension = rng.randint(1, 2)
    while (found := m.random_critical(rng, dimension=dimension)) is None:
        pass
    network, data = found
    return {"network": network, "data": data, "splitting": [m.split(0, *rng.choice(PATTERNS[1:]))]}


@plateau.figure
def eigenvalues_along_a_splitting_line() -> Drawing:
    """The Hessian's eigenvalues as the share moves from -1 to 2: minima and saddles."""
    from theorems.critical_points import _figures_embeddings  # matplotlib is slow to import, and only pictures need it

    return _figures_embeddings.splitting_line()
