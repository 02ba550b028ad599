"""False: Adam's linear convergence on x^k/k is stable exactly when beta_1 < beta_2^(k/(2(k-2))).

On L = x^k/k Adam (no bias correction, epsilon = 0) shrinks x by the factor q = beta_2^(1/(2(k-2))) a step, if the fixed point
of its normalised variables is stable. The bound on beta_1, which is q^k, is what the result is remembered by; the source has
a second condition, which matters for small beta_2: the eigenvalue below -1 that it excludes is a flip.

Here a = beta_1/q^(k-1) < 1 (the fixed point exists), and trace and determinant are those of the linearisation in two
variables; the third eigenvalue is q^2. It is stable if and only if Jury's three conditions hold. The search works with q,
so that everything is rational.
"""

from sympy import And, Equivalent

from verify import Source, Statement, defined, parameter

DEGREE = parameter("k", "natural", "degree of the loss x^k/k")
BETA1 = parameter("beta1", "nonnegative", "decay of the mean gradient", r"\beta_1")
RATIO = parameter("q", "positive", "beta_2^(1/(2(k-2))), the ratio of consecutive x")

k, b, q = DEGREE.symbol, BETA1.symbol, RATIO.symbol
SHARE = defined("a", "real", b * q ** (1 - k), "beta_1/q^(k-1)")
STEP = defined("h", "real", (1 - q) / q, "(1 - q)/q")
a, h = SHARE.symbol, STEP.symbol
TRACE = defined("trace", "real", a * (1 + (k - 1) * h) + 1 - (k - 2) * h, "of the linearisation")
DETERMINANT = defined("determinant", "real", a / q, "of the linearisation")
t, d = TRACE.symbol, DETERMINANT.symbol

guess = Statement(
    "adam-stability",
    title="Adam on x^k/k: the fixed point is stable exactly when beta_1 < beta_2^(k/(2(k-2))) = q^k",
    source=Source(
        authors="Zhiwei Bai, Jiajie Zhao, Zhangchen Zhou, Zhi-Qin John Xu, Yaoyu Zhang",
        title="Towards Understanding Adam Convergence on Highly Degenerate Polynomials",
        year=2026,
        arxiv="2603.09581",
        where="theorem 4.1, without its second condition (9)",
    ),
    quantities=[DEGREE, BETA1, RATIO, SHARE, STEP, TRACE, DETERMINANT],
    assume={
        "degree": ("k is at least 3", k >= 3),
        "decays": ("beta_1 and beta_2 are below 1", And(b < 1, q < 1)),
        "exists": ("the fixed point exists", a < 1),
    },
    claim=Equivalent(b < q**k, And(1 - t + d > 0, 1 + t + d > 0, 1 - d > 0)),
)


@guess.search(distribution="k = 3 to 10, beta_1 from 0 and q from 1/10 to 19/20")
def instances(draw):
    return {DEGREE: draw.integer(3, 10), BETA1: draw.rational(0, "19/20"), RATIO: draw.rational("1/10", "19/20")}
