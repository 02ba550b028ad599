"""Open: for n <= 6 inputs, sum_i e_i tanh(w x_i) has at most n - 1 zeros w > 0.

The bound fails for n = 7 (dual_zeros.py). For n <= 6 it would follow if every minor of tanh(w_i x_j) up to order 6 had the sign
(-1)^(k(k-1)/2); where all w_i, and all x_j, come together, the minors of order up to 6 have it on a fine grid of w x, and those
of order 7 do not for w x from 2.2 to 2.7. That is evidence, no proof.
"""

from dual_zeros import DATA, LOGARITHMIC, NETWORK, SAMPLES, SEPARATED, TANH, ZEROS, residual
from flint import fmpq
from sympy import And

from verify import Source, Statement

guess = Statement(
    "dual-zeros-six",
    title="For n <= 6 inputs, sum_i e_i tanh(w x_i) has at most n - 1 zeros w > 0",
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
        "few": ("at most six inputs", SAMPLES.symbol <= 6),
    },
    claim=ZEROS.symbol <= 2 * SAMPLES.symbol - 1,
)


@guess.search(distribution="2 to 6 increasing inputs, n - 1 prescribed zeros u > 1 close to each other")
def instances(draw):
    inputs, zeros, x, u = [], [], draw.integer(0, 3), 1 + draw.rational("1/10", 1)
    for _ in draw.many(2, 6):
        inputs.append(x := x + draw.integer(1, 2))
        zeros.append(u := u + draw.rational("1/20", "1/2"))
    e = residual(inputs, [fmpq(*u.as_integer_ratio()) for u in zeros[1:]], draw.integer(4, 32))
    draw.assume(any(e))
    return {
        NETWORK: {"activation": "tanh", "layers": [[["2"]], [["0"]]], "inner": "log"},
        DATA: {"inputs": [[x] for x in inputs], "targets": [[-entry] for entry in e]},
    }
