"""Open: with two inputs and a bias, an activation of multiplicity 3 has at most four stable lines.

XOR has four (condensed_directions.py). For forms V with finitely many critical points on the sphere four is the most, by an
argument that no machine has checked: a cubic form in three variables has at most seven lines of critical points (Cartwright
and Sturmfels 2013), so maxima, minima and saddles on the sphere are at most 14, maxima and minima are equally many, and
maxima - saddles + minima = 2 (Morse theory); hence at most four maxima. six_lines.py is the next case, where the same argument
leaves a gap.

That a line is an equilibrium is a linear condition on the form. So the draw prescribes some lines, takes a form from the kernel,
and the statement counts the stable ones among all lines through the points of {-2, ..., 2}^3.
"""

from itertools import combinations, product
from math import gcd

from flint import fmpz_mat
from sympy import Eq

from verify import Source, Statement, computed, parameter

INPUTS = parameter("x", "tuple", "inputs, a bias among them: n rows of length D")
TARGETS = parameter("y", "tuple", "targets: n numbers")
ORDER = parameter("p", "natural", "multiplicity of the activation")
LINES = parameter("lines", "tuple", "candidates for directions: rows of length D")
STABLE = computed(
    "stable", "natural", "condensation.stable_lines", [INPUTS, TARGETS, ORDER, LINES], "stable lines among them"
)
QUANTITIES = [INPUTS, TARGETS, ORDER, LINES, STABLE]
SOURCE = Source(
    authors="Hanxu Zhou, Qixuan Zhou, Tao Luo, Yaoyu Zhang, Zhi-Qin John Xu",
    title="Towards Understanding the Condensation of Neural Networks at Initial Training",
    year=2022,
    arxiv="2105.11686",
    where="section 5, on the number of directions; the question for p = 3 is asked in this project",
)
CUBIC = ("the multiplicity is 3", Eq(ORDER.symbol, 3))

guess = Statement(
    "four-lines",
    title="Multiplicity 3, three inputs: at most four stable lines",
    source=SOURCE,
    quantities=QUANTITIES,
    assume={"cubic": CUBIC},
    claim=STABLE.symbol <= 4,
)


def lines_through(size, largest):
    """A vector for each line through the points of {-largest, ..., largest}^size."""
    points = product(range(-largest, largest + 1), repeat=size)
    return [row for row in points if row > (0,) * size and gcd(*row) == 1]


def cubes(size):
    """Vectors whose cubes (u.x)^3 are a basis of the cubic forms."""
    found = []
    for chosen in (1, 2, 3):
        for places in combinations(range(size), chosen):
            for sign in (1, -1) if chosen == 2 else (1,):
                row = [0] * size
                for place in places:
                    row[place] = 1
                row[places[-1]] *= sign
                found.append(tuple(row))
    return found


def cubic_form(draw, size, prescribed):
    """Inputs and targets: a random combination of the forms for which the prescribed lines are equilibria."""
    inputs, conditions = cubes(size), []
    for u in prescribed:
        square = sum(entry * entry for entry in u)
        along = [sum(p * q for p, q in zip(u, x, strict=True)) for x in inputs]
        for k in range(size):
            conditions.append([square * z * z * x[k] - z**3 * u[k] for z, x in zip(along, inputs, strict=True)])
    kernel, rank = fmpz_mat(conditions).nullspace()
    free = len(inputs) - rank
    draw.assume(free > 0)
    factors = [draw.rational(-2, 2) for _ in range(free)]
    rows = kernel.table()
    return inputs, [sum((int(rows[i][j]) * factors[j] for j in range(free)), 0) for i in range(len(inputs))]


@guess.search(distribution="cubic forms with 2 to 4 prescribed lines of equilibria through {-2, ..., 2}^3")
def instances(draw):
    lines = lines_through(3, 2)
    inputs, targets = cubic_form(draw, 3, [draw.choice(lines) for _ in draw.many(2, 4)])
    return {INPUTS: inputs, TARGETS: targets, ORDER: 3, LINES: lines}
