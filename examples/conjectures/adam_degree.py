"""False: where Adam converges linearly on x^4/4, it does on every flatter x^k/k.

The bound beta_1 < beta_2^(k/(2(k-2))) grows with k, so that flatter losses seem to be easier. The stable set is cut by a
second condition, which moves the other way for small beta_2 (adam_stability.py has both, as Jury's conditions): no stable
set contains the next one. With beta_2 = s^(2(k-2)(m-2)) the ratios for the degrees k and m are s^(m-2) and s^(k-2).

Counterexamples fill a thin set near beta_1 = 1/200, beta_2 = 1/200: few random trials hit it, a descent on the margin does.
"""

from sympy import And, Implies

from verify import Source, Statement, defined, parameter

FIRST = parameter("k", "natural", "a degree")
SECOND = parameter("m", "natural", "a higher degree")
BETA1 = parameter("beta1", "nonnegative", "decay of the mean gradient", r"\beta_1")
BASE = parameter("s", "positive", "beta_2^(1/(2(k-2)(m-2)))")
k, m, b, s = FIRST.symbol, SECOND.symbol, BETA1.symbol, BASE.symbol


def conditions(name, degree, ratio):
    """The fixed point's existence, and what Jury's conditions come to: 1 - det, 1 + trace + det."""
    q = defined(f"q_{name}", "real", ratio, f"ratio of consecutive x, degree {name}")
    upper = defined(f"upper_{name}", "real", q.symbol**degree - b, "positive: no oscillation grows")
    flip = defined(
        f"flip_{name}",
        "real",
        b * (degree - (degree - 2) * q.symbol) - q.symbol ** (degree - 1) * (degree - 2 - degree * q.symbol),
        "positive: no eigenvalue is below -1",
    )
    return [q, upper, flip]


OF_FIRST, OF_SECOND = conditions("k", k, s ** (m - 2)), conditions("m", m, s ** (k - 2))

guess = Statement(
    "adam-degree",
    title="The betas that are stable for Adam on x^k/k are stable for every higher degree",
    source=Source(
        authors="Zhiwei Bai, Jiajie Zhao, Zhangchen Zhou, Zhi-Qin John Xu, Yaoyu Zhang",
        title="Towards Understanding Adam Convergence on Highly Degenerate Polynomials",
        year=2026,
        arxiv="2603.09581",
        where="remark 4.2 has it for condition (8) alone",
    ),
    quantities=[FIRST, SECOND, BETA1, BASE, *OF_FIRST, *OF_SECOND],
    assume={
        "degrees": ("3 <= k < m", And(k >= 3, k < m)),
        "decays": ("beta_1 and beta_2 are below 1", And(b < 1, s < 1)),
    },
    claim=Implies(
        And(*(quantity.symbol > 0 for quantity in OF_FIRST[1:])),
        And(*(quantity.symbol > 0 for quantity in OF_SECOND[1:])),
    ),
)


@guess.search(distribution="k = 3 to 5, m up to 3 more, beta_1 from 0 and s from 1/10 to 19/20")
def instances(draw):
    degree = draw.integer(3, 5)
    return {
        FIRST: degree,
        SECOND: degree + draw.integer(1, 3),
        BETA1: draw.rational(0, "19/20"),
        BASE: draw.rational("1/10", "19/20"),
    }
