"""Neurons in different classes are linearly independent functions (Zhang et al. 2025, Lemma A.1.1; with derivatives)."""

from collections.abc import Iterator
from itertools import permutations
from math import prod

from sympy import And, Expr, Implies, Rational, S, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Rank, Statement, Step

ANALYTIC = m.property_of("dense.analytic", m.NETWORK, meaning="the activation is real-analytic")
NONPOLYNOMIAL = m.property_of("dense.nonpolynomial", m.NETWORK, meaning="the activation is no polynomial")
INDEPENDENT = m.property_of(
    "lifting.neurons_independent", m.NETWORK, meaning="the functions sigma(w_j.x) of x are linearly independent"
)

ZERO_AT_ZERO = m.property_of("dense.zero_at_zero", m.NETWORK, meaning="the activation vanishes at 0")
WITH_DERIVATIVES = m.property_of(
    "lifting.tangents_independent", m.NETWORK, name="independent_with_derivatives",
    meaning="the functions sigma(w_j.x) and x_p sigma'(w_j.x) of x are together linearly independent",
)  # fmt: skip

independence = Statement(
    "cp-neuron-independence",
    title="Different neurons are linearly independent",
    summary="For an analytic activation that is no polynomial, the functions sigma(w_j.x) are linearly independent if the "
    "w_j are different, and different up to sign where the activation (or all but a polynomial of it) has a parity; if it "
    "vanishes at 0, together with the derivatives of the neurons by their weights.",
    area=m.AREA,
    source=m.LIFTING.at(
        "Lemma A.1.1", "lemma read; the version with derivatives and the limits of its use derived here"
    ),
    declared="reduced",
    quantities=[
        m.NETWORK,
        *m.SCALAR_TWO_LAYER,
        ANALYTIC,
        NONPOLYNOMIAL,
        m.IRREDUCIBLE,
        INDEPENDENT,
        ZERO_AT_ZERO,
        WITH_DERIVATIVES,
    ],
    assume={
        "two-layer": m.TWO_LAYER,
        "analytic": ("the activation is real-analytic", ANALYTIC.symbol),
        "no-polynomial": ("the activation is no polynomial", NONPOLYNOMIAL.symbol),
        "separated": (
            "inner weights in different classes, none of them 0 if the activation vanishes at 0 (and no outer weight 0)",
            m.IRREDUCIBLE.symbol,
        ),
    },
    claim=And(INDEPENDENT.symbol, Implies(ZERO_AT_ZERO.symbol, WITH_DERIVATIVES.symbol)),
)  # fmt: skip


def _odd_vandermonde(r: int) -> tuple[Expr, Expr]:
    """The determinant of the rows (t_k^(2i-1))_i and ((2i-1) t_k^(2i-2))_i, i = 1..2r, by Leibniz, and its product form."""
    t = symbols(f"t_1:{r + 1}")
    size = 2 * r
    table = [[x ** (2 * i - 1) for i in range(1, size + 1)] for x in t]
    table += [[(2 * i - 1) * x ** (2 * i - 2) for i in range(1, size + 1)] for x in t]
    terms: Expr = S.Zero
    for order in permutations(range(size)):
        inversions = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size))
        terms += (-1) ** inversions * prod(table[i][order[i]] for i in range(size))
    squares = prod(((t[k] ** 2 - t[j] ** 2) ** 4 for k in range(r) for j in range(k + 1, r)), start=S.One)
    return terms, (-1) ** (r * (r - 1) // 2) * 2**r * prod(x**3 for x in t) * squares


@independence.argument
def large_powers() -> Iterator[Step]:
    """On a line, the coefficients of high powers single out the largest weight."""
    c, al, be, t = symbols("c alpha beta t")
    yield Step(
        "Choose v such that the numbers t_k = w_k.v are not 0 (but for a w_k = 0) and of different absolute value, or for the "
        "class without parity different: finitely many hyperplanes have to be avoided. On x = z v the coefficient "
        "of z^s in sum_k alpha_k sigma(t_k z) + beta_k z sigma'(t_k z) is c_s sum_k (alpha_k t_k + beta_k s) t_k^{s-1}, "
        "where c_s are the Taylor coefficients of the activation.",
        [Identity(al * c * t**5 + be * (5 * c * t**4), c * (al * t + be * 5) * t**4)],
    )
    yield Step(
        "If the sum vanishes identically, so does the coefficient for each of the infinitely many s with c_s != 0 (even ones, "
        "odd ones, or both). Divide by the largest abs(t_k)^{s-1} and let s grow: beta_k s + alpha_k t_k tends to 0 for the "
        "largest one, so beta_k = 0 and then alpha_k = 0. (Where t and -t both occur, even and odd s give the sum and the "
        "difference.) Remove it and go on. A polynomial part changes finitely many coefficients only, "
        "and a neuron w = 0 is a constant.",
        cites=["Taylor coefficients of an analytic function are unique", "exponentials with different bases separate"],
    )
    two = _odd_vandermonde(2)
    yield Step(
        "For an odd activation with no vanishing odd coefficient, such as tanh, 2r coefficients suffice: r neurons with their "
        "derivatives are independent, since the confluent odd Vandermonde determinant is, up to sign, "
        "2^r prod t_k^3 prod (t_k^2 - t_l^2)^4 (here for r = 2, expanded), which is not 0.",
        [Identity(*two)],
    )
    half, five = Rational(1, 2), Rational(3, 5)
    yield Step(
        "A determinant at finitely many inputs shows it for given weights: tanh with u = 2 and 3 at x = 1, 2 has the rank 2.",
        [Rank([[Rational(1, 3), half], [five, Rational(4, 5)]], 2)],
    )


@independence.argument(budget="standard")
def three_neurons() -> Iterator[Step]:
    """The confluent odd Vandermonde determinant for r = 3."""
    yield Step("The determinant of 6 x 6, by Leibniz's formula with 720 terms.", [Identity(*_odd_vandermonde(3))])


@independence.certificate
def six_activations() -> Iterator[m.Raw]:
    """Exact determinants for each class of activation."""
    for name in ("tanh", "exp", "sigmoid"):
        yield {"network": m.lattice(name, (1, 2), (1, 3), (1, 4))}
        yield {"network": m.lattice(name, (1, [2, 1]), (1, [1, 2]), (1, [3, "1/2"]), (1, [2, 2]))}
    yield {"network": m.lattice("exp", (1, 2), (1, "1/2"), (1, 1))}
    for activation in (m.ODD, m.EVEN, m.GENERIC, m.FLAT):
        yield {"network": m.two_layer(activation, (1, [1, 2]), (1, [2, -1]), (1, ["1/2", 3]))}
    yield {"network": m.two_layer(m.GENERIC, (1, 1), (1, -1), (1, 2))}
    yield {"network": m.two_layer(m.EVEN, (1, 1), (1, 0), (1, 2))}


@independence.control(drops="separated")
def opposite_weights() -> Iterator[m.Raw]:
    """tanh(z) + tanh(-z) = 0."""
    yield {"network": m.lattice("tanh", (1, 2), (1, "1/2"))}


@independence.control(drops="separated")
def zero_weight() -> Iterator[m.Raw]:
    """tanh(0 x) is the zero function."""
    yield {"network": m.lattice("tanh", (1, 1), (1, 3))}


@independence.control(drops="separated")
def two_opposite_pairs() -> Iterator[m.Raw]:
    """sigmoid(p) + sigmoid(-p) - sigmoid(q) - sigmoid(-q) = 0 although the four weights are different."""
    yield {"network": m.lattice("sigmoid", (1, 2), (1, "1/2"), (1, 3), (1, "1/3"))}


@independence.control(drops="no-polynomial")
def squares() -> Iterator[m.Raw]:
    """For z^2 any two inner weights on a line are dependent."""
    yield {"network": m.two_layer(m.SQUARE, (1, 1), (1, 2))}


@independence.control(drops="analytic")
def rectified() -> Iterator[m.Raw]:
    """max(w x, 0) is proportional to max(x, 0) for every w > 0."""
    yield {"network": m.two_layer("relu", (1, 1), (1, 2))}


@independence.search(trials=80, distribution="2 to 4 neurons in different classes, five activations, weights on a grid")
def random_neurons(rng: Draw) -> m.Raw:
    activation = rng.choice([m.ODD, m.EVEN, m.GENERIC, "tanh", "exp"])
    log = isinstance(activation, str)
    grid = ["1/4", "1/3", "1/2", 2, 3, 4] if log else [-4, -3, -2, "-1/2", "1/3", 1, "3/2", 4]
    d = rng.randint(1, 2)
    neurons = [(1, [rng.choice(grid) for _ in range(d)]) for _ in range(rng.randint(2, 4))]
    return {"network": m.two_layer(activation, *neurons, log=log)}
