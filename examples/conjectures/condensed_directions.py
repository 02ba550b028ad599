"""False: small weights condense on at most 2p directions, whatever the number of inputs.

For one input (and a bias) the limit directions of small weights under an activation of multiplicity p are the zeros of a
binary form of degree p: at most p lines, 2p directions. That 2p is the number for more inputs as well is a conjecture and an
experimental finding of the source. It is a theorem for p = 1 and p = 2. For p = 3 and three inputs (two and a bias) XOR
has four stable lines: V(u) = sum_i y_i (u.x_i)^3 = 24 u_1 u_2 u_3.

The search draws Boolean functions of one to three bits, some values left out, and counts the stable lines among
{-1, 0, 1}^D.
"""

from itertools import product

from verify import Source, Statement, computed, parameter

INPUTS = parameter("x", "tuple", "inputs, a bias is an entry 1: n rows of length D")
TARGETS = parameter("y", "tuple", "targets: n numbers")
ORDER = parameter("p", "natural", "multiplicity of the activation: 1 for tanh(z), 2 for z tanh(z), 3 for z^2 tanh(z)")
LINES = parameter("lines", "tuple", "candidates for directions: rows of length D")
STABLE = computed(
    "stable", "natural", "condensation.stable_lines", [INPUTS, TARGETS, ORDER, LINES], "stable lines among them"
)

guess = Statement(
    "condensed-directions",
    title="Small weights condense on at most p lines (2p directions) in every dimension",
    source=Source(
        authors="Hanxu Zhou, Qixuan Zhou, Tao Luo, Yaoyu Zhang, Zhi-Qin John Xu",
        title="Towards Understanding the Condensation of Neural Networks at Initial Training",
        year=2022,
        arxiv="2105.11686",
        where="section 5; for D > 2 and p > 2 an experimental finding",
    ),
    quantities=[INPUTS, TARGETS, ORDER, LINES, STABLE],
    assume={"order": ("the multiplicity is at least 1", ORDER.symbol >= 1)},
    claim=STABLE.symbol <= ORDER.symbol,
)


@guess.search(distribution="functions of 1 to 3 bits (-1, 1) with values -1, 1, or 0: left out; p = 1 to 4")
def instances(draw):
    bits = draw.integer(1, 3)
    origin = (0,) * (bits + 1)
    return {
        INPUTS: [[*corner, 1] for corner in product((-1, 1), repeat=bits)],
        TARGETS: [draw.integer(-1, 1) for _ in range(2**bits)],
        ORDER: draw.integer(1, 4),
        LINES: [row for row in product((-1, 0, 1), repeat=bits + 1) if row > origin],  # one of u, -u
    }
