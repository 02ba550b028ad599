"""Refuted here: for n inputs, sum_i e_i tanh(w x_i) has at most n - 1 zeros w > 0.

The dual function phi(w) = sum_i e_i tanh(w x_i) of a residual e decides which neurons can be added to a critical tanh network
with one input: exactly its zeros. For exponentials Descartes' rule bounds the number of zeros on a half line by n - 1, and
for tanh the minors tanh(w_i x_j) that were tried (up to order 5) had the signs that would give the same bound. It was an open
question.

To look for more than n - 1 zeros, prescribe n - 1: zeros u = exp(2w) determine e up to a factor. The search finds no other zero
for n <= 6, and two more for n = 7: the bound is false. (Why it has to fail for some n: tanh(exp(s)) exp(-cs), 0 < c < 1, would
be a Polya frequency function, whose Laplace transform is one over an entire function by Schoenberg's theorem; but it is
Gamma(z) (1 - 2^(1-z)) zeta(z) times an exponential, and the zeros of zeta do not cancel.) See dual_zeros_six.py for n <= 6.
"""

from flint import fmpq, fmpq_mat
from sympy import And

from verify import Source, Statement, computed, parameter

NETWORK = parameter("network", "dense", "tanh, one input, logarithmic weights; its outer weight is 0, so that e = -y")
DATA = parameter("data", "data", "inputs x_i, targets -e_i")
TANH = computed("is_tanh", "boolean", "dense.is_tanh", [NETWORK], "the activation is tanh")
LOGARITHMIC = computed("log_inner", "boolean", "dense.log_inner", [NETWORK], "inner weights are written as u = exp(2w)")
SEPARATED = computed("separated", "boolean", "dense.separated", [NETWORK, DATA], "no input is 0 or +- another")
SAMPLES = computed("n", "natural", "dense.samples", [DATA], "number of inputs")
ZEROS = computed("zeros", "natural", "dual.zero_count", [NETWORK, DATA], "zeros of phi on u > 0: w = 0, and pairs +-w")

guess = Statement(
    "dual-zeros",
    title="For n inputs, sum_i e_i tanh(w x_i) has at most n - 1 zeros w > 0",
    source=Source(
        authors="Leyang Zhang, Yaoyu Zhang, Tao Luo",
        title="Geometry of Critical Sets and Existence of Saddle Branches for Two-layer Neural Networks",
        year=2024,
        arxiv="2405.17501",
        where="the dual function; the bound is a question asked in this project",
    ),
    quantities=[NETWORK, DATA, TANH, LOGARITHMIC, SEPARATED, SAMPLES, ZEROS],
    assume={
        "tanh": ("tanh with logarithmic weights", And(TANH.symbol, LOGARITHMIC.symbol)),
        "separated": ("no input is 0 or +- another", SEPARATED.symbol),
    },
    claim=ZEROS.symbol <= 2 * SAMPLES.symbol - 1,
)


def residual(inputs, zeros, digits):
    """Whole numbers e, of so many digits, with sum_i e_i tanh(w x_i) = 0 at n - 1 given u, but for the rounding."""
    rows = [[(u**x - 1) / (u**x + 1) for x in inputs] for u in zeros]
    last = fmpq_mat([[-row.pop()] for row in rows])
    e = [*fmpq_mat(rows).solve(last).entries(), fmpq(1)]
    return [int((fmpq(10) ** digits * entry / max(map(abs, e))).round()) for entry in e]


@guess.search(distribution="2 to 8 increasing inputs, n - 1 prescribed zeros u > 1 close to each other")
def instances(draw):
    inputs, zeros, x, u = [], [], draw.integer(0, 3), 1 + draw.rational("1/10", 1)
    for _ in draw.many(2, 8):
        inputs.append(x := x + draw.integer(1, 2))
        zeros.append(u := u + draw.rational("1/20", "1/4"))
    e = residual(inputs, [fmpq(*u.as_integer_ratio()) for u in zeros[1:]], draw.integer(4, 32))
    draw.assume(any(e))
    return {
        NETWORK: {"activation": "tanh", "layers": [[["2"]], [["0"]]], "inner": "log"},
        DATA: {"inputs": [[x] for x in inputs], "targets": [[-entry] for entry in e]},
    }
