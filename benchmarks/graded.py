"""False conjectures of graded difficulty, for the search to refute.

Each has a measure: the probability that a draw of its dense distribution (uniform numbers) that meets the assumptions
violates the claim. It is a volume where there is a formula, else an estimate from so many random points as the entry says.
"Easy" marks those that small whole numbers violate. The others hold there; of 400,000 points of the distribution of small
numbers (mostly whole ones, halves, thirds and quarters) none violates them, but for saddles, gradient and fit-3 (48 in a
million, 3.3 in a million and 6 in ten million, of 4, 20 and 20 million points) and for those about ties and discrete
quantities, where both distributions are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import pi
from typing import Any

from sympy import Abs, And, Eq, Expr, Ne, Or, Rational, floor, sign

from verify import Statement, computed, parameter
from verify.search.draws import Draw

Drawer = Callable[[Draw], dict[Any, Any]]


@dataclass(frozen=True)
class Graded:
    """A conjecture, how rare its violations are, and how that is known."""

    statement: Statement
    measure: float
    how: str

    @property
    def name(self) -> str:
        """The statement's id."""
        return self.statement.id


GRADED: dict[str, Graded] = {}


def _graded(statement: Statement, measure: float, how: str) -> Callable[[Drawer], Drawer]:
    """Register the draw function that is decorated as the statement's search."""

    def register(draw: Drawer) -> Drawer:
        statement.search(draw, distribution=(draw.__doc__ or "").partition("\n")[0])
        GRADED[statement.id] = Graded(statement, measure, how)
        return draw

    return register


def _scalars(count: int, meaning: str = "a number of [-3, 3]") -> tuple[Any, ...]:
    return tuple(parameter(name, "real", meaning) for name in "xyzuvw"[:count])


def _square_distance(numbers: tuple[Any, ...], centre: str) -> Expr:
    points = (Rational(entry) for entry in centre.split())
    return sum(((x.symbol - c) ** 2 for x, c in zip(numbers, points, strict=True)), Rational(0))


# ---- polynomials and other functions of a few numbers ----------------------------------------------------------------

X, Y, Z, U, V, W = ALL = _scalars(6)

disc = Statement(
    "disc", title="Easy: x^2 + y^2 >= 1", quantities=[X, Y], assume={}, claim=X.symbol**2 + Y.symbol**2 >= 1
)


@_graded(disc, pi / 36, "area of a disc")
def _disc(draw: Draw) -> dict[Any, Any]:
    """Two numbers."""
    return dict(zip((X, Y), draw.vector(2), strict=True))


ball_3 = Statement(
    "ball-3",
    title="Easy: a ball of radius 4/5 is empty, 3 dimensions",
    quantities=[X, Y, Z],
    assume={},
    claim=_square_distance((X, Y, Z), "17/12 -19/13 5/7") >= Rational(16, 25),
)


@_graded(ball_3, 4 / 3 * pi * 0.8**3 / 6**3, "volume of a ball")
def _ball_3(draw: Draw) -> dict[Any, Any]:
    """Three numbers."""
    return dict(zip((X, Y, Z), draw.vector(3), strict=True))


ball_5 = Statement(
    "ball-5",
    title="A ball of radius 2/3 is empty, 5 dimensions (the distance is a funnel; a few points of halves are inside)",
    quantities=[X, Y, Z, U, V],
    assume={},
    claim=_square_distance((X, Y, Z, U, V), "3/7 -11/7 29/12 -5/9 16/11") >= Rational(4, 9),
)


@_graded(ball_5, 8 * pi**2 / 15 * (2 / 3) ** 5 / 6**5, "volume of a ball")
def _ball_5(draw: Draw) -> dict[Any, Any]:
    """Five numbers."""
    return dict(zip((X, Y, Z, U, V), draw.vector(5), strict=True))


ball_6 = Statement(
    "ball-6",
    title="A ball of radius 9/20 is empty, 6 dimensions (the distance is a funnel; a few points of quarters are inside)",
    quantities=list(ALL),
    assume={},
    claim=_square_distance(ALL, "5/13 -18/13 30/13 -8/13 -31/13 21/13") >= Rational(81, 400),
)


@_graded(ball_6, pi**3 / 6 * 0.45**6 / 6**6, "volume of a ball")
def _ball_6(draw: Draw) -> dict[Any, Any]:
    """Six numbers."""
    return dict(zip(ALL, draw.vector(6), strict=True))


slab = Statement(
    "slab",
    title="A linear form avoids a short interval",
    quantities=[X, Y, Z],
    assume={},
    claim=Abs(3 * X.symbol - 5 * Y.symbol + 7 * Z.symbol - Rational(17853, 10000)) >= Rational(1, 50000),
)


@_graded(slab, 9.3e-7, "length of the interval times the density of the form there")
def _slab(draw: Draw) -> dict[Any, Any]:
    """Three numbers."""
    return dict(zip((X, Y, Z), draw.vector(3), strict=True))


spike = Statement(
    "spike",
    title="A disc is empty, told by a sign: no funnel, the margin is 1 everywhere outside",
    quantities=[X, Y],
    assume={},
    claim=sign(_square_distance((X, Y), "29/23 -37/19") - Rational(1, 9000)) >= 0,
)


@_graded(spike, pi / 9000 / 36, "area of a disc")
def _spike(draw: Draw) -> dict[Any, Any]:
    """Two numbers."""
    return dict(zip((X, Y), draw.vector(2), strict=True))


needle = Statement(
    "needle",
    title="A ball is empty, told by a sign: no funnel, 3 dimensions",
    quantities=[X, Y, Z],
    assume={},
    claim=sign(_square_distance((X, Y, Z), "29/23 -37/19 18/31") - Rational(1, 725)) >= 0,
)


@_graded(needle, 4 / 3 * pi * 725**-1.5 / 6**3, "volume of a ball")
def _needle(draw: Draw) -> dict[Any, Any]:
    """Three numbers."""
    return dict(zip((X, Y, Z), draw.vector(3), strict=True))


SIDES = (1, -1, 1, 1, -1, -1)
wells = Statement(
    "wells",
    title="A sum of double wells stays above 1/5: so it does in 63 of the 64 wells",
    quantities=list(ALL),
    assume={},
    claim=sum(
        ((x.symbol**2 - 2) ** 2 + (x.symbol - side) ** 2 / 8 for x, side in zip(ALL, SIDES, strict=True)), Rational(0)
    )
    >= Rational(1, 5),
)


@_graded(wells, 8e-11, "estimate, 289 of 2e7 points of a box around the well")
def _wells(draw: Draw) -> dict[Any, Any]:
    """Six numbers."""
    return dict(zip(ALL, draw.vector(6), strict=True))


_A, _B = X.symbol * Rational(8, 11), Y.symbol * Rational(7, 9)
motzkin = Statement(
    "motzkin",
    title="Motzkin's polynomial, scaled, stays above 1/20000: it is nonnegative, and 0 at four points",
    quantities=[X, Y],
    assume={},
    claim=Rational(1, 20000) <= _A**4 * _B**2 + _A**2 * _B**4 + 1 - 3 * _A**2 * _B**2,
)


@_graded(motzkin, 8.3e-6, "estimate, 331 of 4e7 points")
def _motzkin(draw: Draw) -> dict[Any, Any]:
    """Two numbers."""
    return dict(zip((X, Y), draw.vector(2), strict=True))


hermite = Statement(
    "hermite",
    title="floor(x) + floor(x + 1/3) + floor(x + 2/3 + 1/5000) = floor(3x): true but for intervals of length 1/5000",
    quantities=[X],
    assume={},
    claim=Eq(
        floor(X.symbol) + floor(X.symbol + Rational(1, 3)) + floor(X.symbol + Rational(2, 3) + Rational(1, 5000)),
        floor(3 * X.symbol),
    ),
)


@_graded(hermite, 1 / 5000, "length of the intervals")
def _hermite(draw: Draw) -> dict[Any, Any]:
    """One number."""
    return {X: draw.rational()}


shell = Statement(
    "shell",
    title="On a thin shell a linear form stays below 87/20: the assumption rejects 99.9 % of the points",
    quantities=[X, Y, Z, U],
    assume={
        "shell": (
            "the point lies between two spheres",
            And(
                X.symbol**2 + Y.symbol**2 + Z.symbol**2 + U.symbol**2 >= Rational(121, 100),
                X.symbol**2 + Y.symbol**2 + Z.symbol**2 + U.symbol**2 <= Rational(13, 10),
            ),
        )
    },
    claim=2 * X.symbol - 3 * Y.symbol + Z.symbol - U.symbol <= Rational(87, 20),
)


@_graded(shell, 1.9e-4, "estimate, 745 of 4e6 points of the shell; 1.6e-7 of all")
def _shell(draw: Draw) -> dict[Any, Any]:
    """Four numbers."""
    return dict(zip((X, Y, Z, U), draw.vector(4), strict=True))


curve = Statement(
    "curve",
    title="x y - z^2 never equals 22/7: the violations are a surface",
    quantities=[X, Y, Z],
    assume={},
    claim=Ne(X.symbol * Y.symbol - Z.symbol**2, Rational(22, 7)),
)


@_graded(curve, 0.0, "a surface has no volume")
def _curve(draw: Draw) -> dict[Any, Any]:
    """Three numbers."""
    return dict(zip((X, Y, Z), draw.vector(3), strict=True))


two_quadrics = Statement(
    "two-quadrics",
    title="Two equations never hold together: the violations are a curve",
    quantities=[X, Y, Z],
    assume={},
    claim=Or(Ne(X.symbol * Y.symbol + Z.symbol, Rational(13, 11)), Ne(X.symbol * Z.symbol - Y.symbol, Rational(-9, 5))),
)


@_graded(two_quadrics, 0.0, "a curve has no volume")
def _two_quadrics(draw: Draw) -> dict[Any, Any]:
    """Three numbers."""
    return dict(zip((X, Y, Z), draw.vector(3), strict=True))


# ---- networks ------------------------------------------------------------------------------------------------------

NETWORK = parameter("network", "dense", "one hidden layer, no biases")
DATA = parameter("data", "data", "inputs and targets")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "half the sum of squares")
NEGATIVE = computed("negative", "natural", "dense.negative", [NETWORK, DATA], "negative eigenvalues of the Hessian")

NEAR = {
    "inputs": [["-2"], ["-1"], ["1/2"], ["1"], ["2"]],
    "targets": [["-18/5"], ["-27/10"], ["5/3"], ["14/5"], ["7/2"]],
}
"""Almost what the network tanh(1.3 x) 1.7 - tanh(-0.6 x) 2.3 gives."""
PLANE = {
    "inputs": [["1", "0"], ["0", "1"], ["1", "1"], ["-1", "1"], ["2", "1"], ["1", "-2"]],
    "targets": [["1"], ["-2"], ["1/2"], ["2"], ["-1"], ["3/2"]],
}
THREE = [["1"], ["2"], ["-3"]]

fit_2 = Statement(
    "fit-2",
    title="Two tanh neurons do not fit five samples better than to 1/190",
    quantities=[NETWORK, DATA, LOSS],
    assume={},
    claim=LOSS.symbol > Rational(1, 190),
)


@_graded(fit_2, 4.3e-6, "estimate, 257 of 6e7 points")
def _fit_2(draw: Draw) -> dict[Any, Any]:
    """Two tanh neurons, one input; the data are fixed."""
    return {NETWORK: draw.network(inputs=1, width=2), DATA: NEAR}


fit_3 = Statement(
    "fit-3",
    title="Three tanh neurons with two inputs do not fit six samples better than to 3/2",
    quantities=[NETWORK, DATA, LOSS],
    assume={},
    claim=LOSS.symbol > Rational(3, 2),
)


@_graded(fit_3, 4e-7, "estimate, 17 of 4e7 points")
def _fit_3(draw: Draw) -> dict[Any, Any]:
    """Three tanh neurons, two inputs; the data are fixed."""
    return {NETWORK: draw.network(inputs=2, width=3), DATA: PLANE}


ZERO, ONE = parameter("zero", "natural", "the index 0"), parameter("one", "natural", "the index 1")
FIRST = computed(
    "first", "real", "dual.value", [NETWORK, DATA, "inner0"], "derivative of the loss by the first outer weight"
)
SECOND = computed("second", "real", "dual.value", [NETWORK, DATA, "inner1"], "derivative by the second outer weight")

gradient = Statement(
    "gradient",
    title="The gradient in the outer weights dominates the loss: a_1'^2 + a_2'^2 >= loss/10^5",
    quantities=[
        NETWORK, DATA, LOSS,
        ZERO, ONE,
        computed("inner0", "tuple", "dense.inner", [NETWORK, ZERO], "inner weights of the first neuron"),
        computed("inner1", "tuple", "dense.inner", [NETWORK, ONE], "inner weights of the second neuron"),
        FIRST, SECOND,
    ],
    assume={"index": ("the indices are 0 and 1", And(Eq(ZERO.symbol, 0), Eq(ONE.symbol, 1)))},
    claim=FIRST.symbol**2 + SECOND.symbol**2 >= LOSS.symbol / 10**5,
)  # fmt: skip


@_graded(gradient, 2.4e-6, "estimate, 96 of 4e7 points")
def _gradient(draw: Draw) -> dict[Any, Any]:
    """Two tanh neurons with inner weights of [1/2, 1] and [2, 3], three samples at 1, 2, -3 with targets of [-3, 3]."""
    inner, outer = [draw.rational("1/2", 1), draw.rational(2, 3)], draw.vector(2)
    network = {"activation": "tanh", "layers": [[[w] for w in inner], [outer]]}
    return {NETWORK: network, DATA: {"inputs": THREE, "targets": draw.rows(3, 1)}, ZERO: 0, ONE: 1}


convex = Statement(
    "convex",
    title="Easy: where the loss is below 1/50, it is convex; the assumption rejects 99.98 %",
    quantities=[NETWORK, DATA, LOSS, NEGATIVE],
    assume={"small": ("the loss is small", LOSS.symbol < Rational(1, 50))},
    claim=Eq(NEGATIVE.symbol, 0),
)


@_graded(convex, 0.32, "estimate, 981 of the 3098 among 2e7 points that meet the assumption; 5e-5 of all")
def _convex(draw: Draw) -> dict[Any, Any]:
    """One tanh neuron, three samples at 1, 2, -3 with targets of [-3, 3]."""
    return {NETWORK: draw.network(inputs=1, width=1), DATA: {"inputs": THREE, "targets": draw.rows(3, 1)}}


saddles = Statement(
    "saddles",
    title="Where the loss is above 14, the Hessian of two tanh neurons has a negative eigenvalue",
    quantities=[NETWORK, DATA, LOSS, NEGATIVE],
    assume={},
    claim=Or(LOSS.symbol <= 14, NEGATIVE.symbol >= 1),
)


@_graded(saddles, 3.8e-5, "estimate, 1523 of 4e7 points")
def _saddles(draw: Draw) -> dict[Any, Any]:
    """Two tanh neurons, one input, three samples at 1, 2, -3 with targets of [-3, 3]."""
    return {NETWORK: draw.network(inputs=1, width=2), DATA: {"inputs": THREE, "targets": draw.rows(3, 1)}}


IRREDUCIBLE = computed("irreducible", "boolean", "dense.irreducible", [NETWORK], "no neuron can be left out or merged")
coincidence = Statement(
    "coincidence",
    title="A network without zeros is irreducible: true but for networks with two parallel neurons",
    quantities=[NETWORK, IRREDUCIBLE],
    assume={},
    claim=IRREDUCIBLE.symbol,
)


@_graded(coincidence, 0.0, "two neurons that coincide have no volume")
def _coincidence(draw: Draw) -> dict[Any, Any]:
    """Three tanh neurons with four inputs, all weights from [1/2, 3]."""
    return {NETWORK: draw.network(inputs=4, width=3, lo="1/2", hi=3)}


def _quadratic_targets() -> list[list[str]]:
    """Values of an indefinite quadratic form in sevenths: no weights in halves, thirds and quarters give them."""
    a, b, c = Fraction(22, 7), Fraction(3, 7), Fraction(-13, 7)
    return [[str(a * x * x + 2 * b * x * y + c * y * y)] for x, y in ((int(x), int(y)) for x, y in PLANE["inputs"])]


quadratic_fit = Statement(
    "quadratic-fit",
    title="Two neurons with the activation z^2 do not fit six samples exactly (they do: the samples are of a quadratic form)",
    quantities=[NETWORK, DATA, LOSS],
    assume={},
    claim=LOSS.symbol > 0,
)


@_graded(quadratic_fit, 0.0, "the exact fits are a surface of dimension 3 among 6 weights")
def _quadratic_fit(draw: Draw) -> dict[Any, Any]:
    """Two neurons with the activation z^2, two inputs; the data are fixed."""
    network = draw.network(inputs=2, width=2, activation={"polynomial": ["0", "0", "1"]})
    return {NETWORK: network, DATA: {"inputs": PLANE["inputs"], "targets": _quadratic_targets()}}


def _tanh_targets() -> list[list[str]]:
    """Outputs of the network with u = 7/3, 13/8 and a = 11/7, -9/5 at 1, 2, 3, 4: tanh(x log(u)/2) = (u^x - 1)/(u^x + 1)."""
    neurons = ((Fraction(11, 7), Fraction(7, 3)), (Fraction(-9, 5), Fraction(13, 8)))
    return [[str(sum(a * (u**x - 1) / (u**x + 1) for a, u in neurons))] for x in range(1, 5)]


tanh_fit = Statement(
    "tanh-fit",
    title="Two tanh neurons do not fit four samples exactly (they do, at one point and its symmetric images)",
    quantities=[NETWORK, DATA, LOSS],
    assume={},
    claim=LOSS.symbol > 0,
)


@_graded(tanh_fit, 0.0, "the exact fits are single points")
def _tanh_fit(draw: Draw) -> dict[Any, Any]:
    """Two tanh neurons with logarithmic weights, one input; the data are fixed."""
    network = draw.network(inputs=1, width=2, inner="log")
    return {NETWORK: network, DATA: {"inputs": [["1"], ["2"], ["3"], ["4"]], "targets": _tanh_targets()}}


def _relu_targets() -> list[list[str]]:
    """Outputs at KNOTS of a network whose kinks lie at 10/33 and 10/27."""

    def output(x: Fraction) -> Fraction:
        first, second = Fraction(3, 2) * x - Fraction(5, 11), Fraction(4, 9) - Fraction(6, 5) * x
        return Fraction(11, 7) * max(first, Fraction(0)) - Fraction(9, 7) * max(second, Fraction(0))

    return [[str(output(Fraction(row[0])))] for row in KNOTS]


KNOTS = [["-2"], ["-1"], ["0"], ["1/2"], ["1"], ["2"], ["5/2"]]
relu_fit = Statement(
    "relu-fit",
    title="Two ReLU neurons do not fit seven samples exactly (they do: the samples are of such a network)",
    quantities=[NETWORK, DATA, LOSS],
    assume={},
    claim=LOSS.symbol > 0,
)


@_graded(relu_fit, 0.0, "the exact fits are surfaces of dimension 2 among 6 weights")
def _relu_fit(draw: Draw) -> dict[Any, Any]:
    """Two ReLU neurons with biases, one input; the data are fixed."""
    network = draw.network(inputs=1, width=2, activation="relu", bias="hidden")
    return {NETWORK: network, DATA: {"inputs": KNOTS, "targets": _relu_targets()}}


# ---- discrete quantities ---------------------------------------------------------------------------------------------

SPIKING = parameter("network", "network", "a spiking network")
EVENTS = parameter("events", "events", "external events")
SEMANTICS = parameter("semantics", "choice", "instant, delayed or eager")
MOST = computed("most", "natural", "spiking.max_spikes", [SPIKING, EVENTS, SEMANTICS], "spikes of the longest run")
FIXED = computed("fixed", "tuple", "spiking.fixed_points", [SPIKING, EVENTS], "fixed points of the total map")
COUNT = computed("count", "natural", "sets.size", [FIXED], "their number")

spikes = Statement(
    "spikes",
    title="Acyclic networks of three neurons fire at most 12 spikes",
    quantities=[SPIKING, EVENTS, SEMANTICS, MOST],
    assume={},
    claim=MOST.symbol <= 12,
)


@_graded(spikes, 9e-5, "estimate, 8 of 90,000 draws")
def _spikes(draw: Draw) -> dict[Any, Any]:
    """One to three neurons, no cycle, up to three events, delayed deliveries."""
    network = draw.spiking_network(neurons=(1, 3), acyclic=True)
    return {SPIKING: network, EVENTS: draw.events(network, count=(0, 3)), SEMANTICS: "delayed"}


fixed_points = Statement(
    "fixed-points",
    title="Networks of three neurons have at most nine fixed points",
    quantities=[SPIKING, EVENTS, FIXED, COUNT],
    assume={},
    claim=COUNT.symbol <= 9,
)


@_graded(fixed_points, 3e-4, "estimate, 17 of 58,000 draws")
def _fixed_points(draw: Draw) -> dict[Any, Any]:
    """Three neurons, up to two events."""
    network = draw.spiking_network(neurons=3)
    return {SPIKING: network, EVENTS: draw.events(network, count=(0, 2))}


CHARGES = parameter("charges", "tuple", "positive charges")
THRESHOLD = parameter("threshold", "positive", "the threshold")
ARITHMETIC = parameter("arithmetic", "choice", "exact or binary64")
COUNTS = computed(
    "counts", "tuple", "floats.spike_counts", [CHARGES, THRESHOLD, ARITHMETIC], "spikes, by order of charges"
)
ORDERS = computed("orders", "natural", "sets.size", [COUNTS], "how many different ones")

binary64 = Statement(
    "binary64",
    title="In floating point, too, the order of the charges does not change how often a neuron fires",
    quantities=[CHARGES, THRESHOLD, ARITHMETIC, COUNTS, ORDERS],
    assume={},
    claim=Eq(ORDERS.symbol, 1),
)


@_graded(binary64, 0.014, "all 6,859 triples")
def _binary64(draw: Draw) -> dict[Any, Any]:
    """Three charges, twentieths below 1."""
    charges = [f"{draw.integer(1, 19)}/20" for _ in range(3)]
    return {CHARGES: charges, THRESHOLD: "1", ARITHMETIC: "binary64"}
