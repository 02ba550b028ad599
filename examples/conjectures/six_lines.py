"""Open: with three inputs and a bias, an activation of multiplicity 3 has at most six stable lines.

Two cubic forms Re (z^3) in orthogonal planes have three stable lines each, and their sum has six. The most is at most eight: a
cubic form in four variables has at most 15 lines of critical points (Cartwright and Sturmfels 2013), and with M maxima, as many
minima and S saddles of either index, Morse's inequalities give S >= M - 1 and 2M + 2S <= 30. Whether seven or eight occur is
open.

The search is that of four_lines.py in one dimension more, among the lines through the points of {-1, 0, 1}^4, which hold a form
with six: u_1 - u_2, u_2 - u_3, u_3 - u_1 in one plane, and (0, 0, 0, 1), (1, 1, 1, 1), (1, 1, 1, -1) in the other.
"""

from four_lines import CUBIC, INPUTS, LINES, ORDER, QUANTITIES, SOURCE, STABLE, TARGETS, cubic_form, lines_through

from verify import Statement

guess = Statement(
    "six-lines",
    title="Multiplicity 3, four inputs: at most six stable lines",
    source=SOURCE,
    quantities=QUANTITIES,
    assume={"cubic": CUBIC},
    claim=STABLE.symbol <= 6,
)


@guess.search(distribution="cubic forms with 3 to 6 prescribed lines of equilibria through {-1, 0, 1}^4")
def instances(draw):
    lines = lines_through(4, 1)
    inputs, targets = cubic_form(draw, 4, [draw.choice(lines) for _ in draw.many(3, 6)])
    return {INPUTS: inputs, TARGETS: targets, ORDER: 3, LINES: lines}
