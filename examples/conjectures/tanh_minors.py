"""Open: every 3 x 3 minor of tanh(w_i x_j), 0 < w_1 < w_2 < w_3, 0 < x_1 < x_2 < x_3, is negative.

Strict sign regularity of tanh (minors of order k have the sign (-1)^(k(k-1)/2)) would bound the zeros of dual functions. It fails
for k = 7 (dual_zeros.py); for k = 2 it is elementary. This is the case k = 3, with whole numbers x_j and u_i = exp(2 w_i), where
tanh(w_i x_j) = (u_i^x_j - 1)/(u_i^x_j + 1) is rational. Whole x_j are general enough: only products w_i x_j matter, and
rational x_j have a common denominator.

All parameters are numbers, so that a million instances a minute are screened in floats and descended on.
"""

from sympy import Matrix

from verify import Source, Statement, defined, parameter

LEAST = parameter("w", "positive", "u_1 - 1")
GAPS = [parameter(name, "positive", f"u_{i + 2} - u_{i + 1}") for i, name in enumerate(("g", "h"))]
X = [parameter(f"x{j}", "natural", f"x_{j}", f"x_{j}") for j in (1, 2, 3)]
U = [
    defined("u1", "positive", 1 + LEAST.symbol, "exp(2 w_1)", "u_1"),
    defined("u2", "positive", 1 + LEAST.symbol + GAPS[0].symbol, "exp(2 w_2)", "u_2"),
    defined("u3", "positive", 1 + LEAST.symbol + GAPS[0].symbol + GAPS[1].symbol, "exp(2 w_3)", "u_3"),
]
T = [
    defined(f"t{u.name[1]}{x.name[1]}", "real", (u.symbol**x.symbol - 1) / (u.symbol**x.symbol + 1), "tanh(w_i x_j)")
    for u in U
    for x in X
]
MINOR = defined("minor", "real", Matrix(3, 3, [entry.symbol for entry in T]).det(), "the determinant of the t_ij")

guess = Statement(
    "tanh-minors",
    title="The 3 x 3 minors of tanh(w_i x_j), rows and columns increasing and positive, are negative",
    source=Source(
        authors="Leyang Zhang, Yaoyu Zhang, Tao Luo",
        title="Geometry of Critical Sets and Existence of Saddle Branches for Two-layer Neural Networks",
        year=2024,
        arxiv="2405.17501",
        where="the dual function; sign regularity is a question asked in this project",
    ),
    quantities=[LEAST, *GAPS, *X, *U, *T, MINOR],
    assume={
        "ordered": (
            "0 < x_1 < x_2 < x_3",
            (X[0].symbol > 0) & (X[0].symbol < X[1].symbol) & (X[1].symbol < X[2].symbol),
        )
    },
    claim=MINOR.symbol < 0,
)


@guess.search(distribution="x_j up to 12, u_1 - 1 and gaps of u from 1/10 to 3")
def instances(draw):
    x, found = 0, {}
    for quantity in X:
        found[quantity] = x = x + draw.integer(1, 4)
    return found | {quantity: draw.rational("1/10", 3) for quantity in (LEAST, *GAPS)}
