"""Open: for n inputs, sum_i e_i sigmoid(w x_i) has at most 2n - 1 zeros.

For exponentials the number is n - 1 (Descartes' rule), for tanh one expects n - 1 on each side of w = 0, which holds up to n = 6
and fails for n = 7 (dual_zeros.py, dual_zeros_six.py). For sigmoid 2n - 1 is what random residuals reach, if inputs of both signs
are allowed. Inputs are not 0, different and not opposite.
"""

from dual_zeros import DATA, LOGARITHMIC, NETWORK, SAMPLES, SEPARATED, ZEROS
from flint import fmpq, fmpq_mat

from verify import Source, Statement

guess = Statement(
    "sigmoid-zeros",
    title="For n inputs, sum_i e_i sigmoid(w x_i) has at most 2n - 1 zeros",
    source=Source(
        authors="Leyang Zhang, Yaoyu Zhang, Tao Luo",
        title="Geometry of Critical Sets and Existence of Saddle Branches for Two-layer Neural Networks",
        year=2024,
        arxiv="2405.17501",
        where="the dual function; the bound is a question asked in this project",
    ),
    quantities=[NETWORK, DATA, LOGARITHMIC, SEPARATED, SAMPLES, ZEROS],
    assume={
        "logarithmic": ("logarithmic weights u = exp(w)", LOGARITHMIC.symbol),
        "separated": ("no input is 0 or +- another", SEPARATED.symbol),
    },
    claim=ZEROS.symbol <= 2 * SAMPLES.symbol - 1,
)


@guess.search(distribution="2 to 8 inputs from -12 to 12, n - 1 prescribed zeros")
def instances(draw):
    inputs, zeros, x, u = [], [], draw.integer(0, 3), draw.rational("1/4", 1)
    for _ in draw.many(2, 8):
        x += draw.integer(1, 2)
        inputs.append(x * draw.choice([1, -1]))
        zeros.append(u := u + draw.rational("1/20", "1/2"))
    exact = [fmpq(*u.as_integer_ratio()) for u in zeros[1:]]
    rows = [[1 - 1 / (1 + u**x) for x in inputs] for u in exact]
    last = fmpq_mat([[-row.pop()] for row in rows])
    try:
        e = [*fmpq_mat(rows).solve(last).entries(), fmpq(1)]
    except ZeroDivisionError:
        draw.reject("the zeros do not determine the residual")
    digits = fmpq(10) ** draw.integer(4, 32)
    targets = [-int((digits * entry / max(map(abs, e))).round()) for entry in e]
    draw.assume(any(targets))
    return {
        NETWORK: {"activation": "sigmoid", "layers": [[["2"]], [["0"]]], "inner": "log"},
        DATA: {"inputs": [[x] for x in inputs], "targets": [[y] for y in targets]},
    }
