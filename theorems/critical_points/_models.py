"""What the statements on critical points share: sources, symbols, assumptions, networks and data with exact numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Basic, Eq, Rational, exp

from verify import Draw, InstanceError, Quantity, Source, computed, parameter
from verify.decide.rank import kernel_of_exact
from verify.networks.dense import evaluate, read_data, read_network

AREA = "critical points"
Raw = dict[str, Any]

GEOMETRY = Source(
    authors="Leyang Zhang, Yaoyu Zhang, Tao Luo",
    title="Geometry of Critical Sets and Existence of Saddle Branches for Two-layer Neural Networks",
    year=2024,
    arxiv="2405.17501",
)
LIFTING = Source(
    authors="Leyang Zhang, Yaoyu Zhang, Tao Luo",
    title="Uncovering Critical Sets of Deep Neural Networks via Sample-Independent Critical Lifting",
    year=2025,
    arxiv="2505.13582",
)
PRINCIPLE = Source(
    authors="Yaoyu Zhang, Zhongwang Zhang, Tao Luo, Zhi-Qin John Xu",
    title="Embedding Principle of Loss Landscape of Deep Neural Networks",
    year=2021,
    arxiv="2105.14573",
)
HIERARCHY = Source(
    authors="Yaoyu Zhang, Yuqing Li, Zhongwang Zhang, Tao Luo, Zhi-Qin John Xu",
    title="Embedding Principle: a Hierarchical Structure of Loss Landscape of Deep Neural Networks",
    year=2022,
    arxiv="2111.15527",
)
SIMSEK = Source(
    authors="Berfin Simsek, Francois Ged, Arthur Jacot, Francesco Spadaro, Clement Hongler, Wulfram Gerstner, "
    "Johanni Brea",
    title="Geometry of the Loss Landscape in Overparameterized Neural Networks: Symmetries and Invariances",
    year=2021,
    arxiv="2105.12221",
)
READ = "read"
CLAIM_READ = "claim read in the abstract; statement and proof derived here"
DERIVED = "statement and proof derived here; not to be attributed to the paper"

# ---- symbols -----------------------------------------------------------------------------------------------------

NETWORK = parameter("network", "dense", "the network: activation, weights of each layer")
DATA = parameter("data", "data", "the sample: inputs, targets, and the loss")
WIDE = parameter("wide", "dense", "the wide network")
SPLITTING = parameter("splitting", "splitting", "which neurons are split, into which shares of their outer weights")
BLOCK = parameter("block", "block", "neurons that are added: outer weights, inner weights")


def of(function: str, *arguments: Quantity, sort: str, meaning: str, name: str | None = None) -> Quantity:
    """A computed symbol, by default called after its function (and the arguments that are not the usual ones)."""
    default = "_".join([function.partition(".")[2], *(a.name for a in arguments if a not in (NETWORK, DATA))])
    return computed(name or default, sort, function, list(arguments), meaning)


def property_of(function: str, *arguments: Quantity, meaning: str, name: str | None = None) -> Quantity:
    """A computed truth value."""
    return of(function, *arguments, sort="boolean", meaning=meaning, name=name)


DEPTH = of("dense.depth", NETWORK, sort="natural", meaning="number of hidden layers")
OUTPUTS = of("dense.outputs", NETWORK, sort="natural", meaning="number of outputs")
BIAS_FREE = property_of("dense.bias_free", NETWORK, meaning="no biases")
SEPARATING = property_of(
    "dense.separating",
    NETWORK,
    meaning="the activation is analytic, not a polynomial, and odd, even, or such that infinitely many even and odd "
    "Taylor coefficients at 0 differ from 0",
)
CRITICAL = property_of("dense.critical", NETWORK, DATA, meaning="the gradient of the loss is 0")
LOSS = of("dense.loss", NETWORK, DATA, sort="real", meaning="the loss")
FITS = property_of("dense.fits", NETWORK, DATA, meaning="every residual derivative is 0")
SEPARATED = property_of(
    "dense.separated", NETWORK, DATA, meaning="inputs not 0, all different, and none opposite to another"
)
IRREDUCIBLE = property_of(
    "dense.irreducible", NETWORK, meaning="no outer weight is 0, no two neurons are of one class, none is null"
)

SCALAR_TWO_LAYER = [DEPTH, OUTPUTS, BIAS_FREE]
"""The symbols of the assumption ``TWO_LAYER``."""
TWO_LAYER = (
    "one hidden layer, one output, no biases",
    Eq(DEPTH.symbol, 1) & Eq(OUTPUTS.symbol, 1) & BIAS_FREE.symbol,
)
SEPARATING_ACTIVATION = (
    "the activation is analytic, no polynomial, and odd, even or without parity",
    SEPARATING.symbol,
)
IS_CRITICAL = ("the network is a critical point of the loss", CRITICAL.symbol)


def sym(*quantities: Quantity) -> list[Basic]:
    """Their sympy symbols."""
    return [quantity.symbol for quantity in quantities]


# ---- activations with rational values ----------------------------------------------------------------------------

ODD = {"rational": [[0, 1], [1, 0, 1]]}
"""z/(1 + z^2)."""
EVEN = {"rational": [[1], [1, 0, 1]]}
"""1/(1 + z^2)."""
GENERIC = {"rational": [[1, 1], [1, 0, 1]]}
"""(1 + z)/(1 + z^2): no parity."""
FLAT = {"rational": [[0, 0, 1], [1, 0, 1]]}
"""z^2/(1 + z^2): even, zero and flat at zero."""
SQUARE = {"polynomial": [0, 0, 1]}


# ---- networks and data -------------------------------------------------------------------------------------------


def text(value: Any) -> Any:
    """Exact numbers, in nested lists, as certificates write them."""
    if isinstance(value, (list, tuple)):
        return [text(entry) for entry in value]
    return str(Fraction(value))


def two_layer(activation: Any, *neurons: tuple[Any, Any], log: bool = False) -> Raw:
    """A network of neurons (a, w): outer weight (a list if there are several outputs), inner weights (a number if d = 1).

    With ``log`` the inner weights are the numbers u of which they are the logarithms.
    """
    inner = [text(w if isinstance(w, (list, tuple)) else [w]) for _, w in neurons]
    outer = [text(a if isinstance(a, (list, tuple)) else [a]) for a, _ in neurons]
    layers = [inner, [list(row) for row in zip(*outer, strict=True)]]
    return {"activation": activation, "layers": layers, **({"inner": "log"} if log else {})}


def lattice(activation: str, *neurons: tuple[Any, Any]) -> Raw:
    """A network of neurons (a, u) whose inner weights are logarithms of the u's: everything is rational."""
    return two_layer(activation, *neurons, log=True)


def rows(inputs: Iterable[Any]) -> list[list[str]]:
    """Inputs or targets as rows."""
    return [text(x if isinstance(x, (list, tuple)) else [x]) for x in inputs]


def sample(inputs: Iterable[Any], targets: Iterable[Any], loss: str | None = None) -> Raw:
    """Data; numbers stand for rows of one entry."""
    return {"inputs": rows(inputs), "targets": rows(targets), **({"loss": loss} if loss else {})}


def designed(network: Raw, inputs: Iterable[Any], residuals: Iterable[Any]) -> Raw:
    """Data at which a network has the given residuals f(x) - y."""
    inputs = rows(inputs)
    width = len(network["layers"][-1])
    found = evaluate(read_network(network), read_data({"inputs": inputs, "targets": [["0"] * width for _ in inputs]}))
    if found.outputs is None:
        raise InstanceError("inputs: the network is not defined at one of them")
    targets = [
        [Fraction(str(value)) - Fraction(str(e)) for value, e in zip(row, wanted, strict=True)]
        for row, wanted in zip(found.outputs, rows(residuals), strict=True)
    ]
    return {"inputs": inputs, "targets": text(targets)}


def scaled(numbers: Sequence[Any], factor: Any) -> list[Fraction]:
    """Each number times a factor."""
    return [Fraction(x) * Fraction(factor) for x in numbers]


def largest_one(numbers: Sequence[Any]) -> list[Fraction]:
    """The numbers divided by the greatest absolute value."""
    return scaled(numbers, 1 / Fraction(max(map(abs, numbers))))


def split(neuron: int, *coefficients: Any, signs: Sequence[int] | None = None, shifts: Any = None) -> Raw:
    """One group of a splitting."""
    options = {"signs": list(signs) if signs else None, "shifts": text(shifts) if shifts else None}
    return {"neuron": neuron, "coefficients": text(coefficients), **{k: v for k, v in options.items() if v}}


def block(outer: Sequence[Any], *inner: Any) -> Raw:
    """Neurons to be added; one inner vector stands for all of them."""
    vectors = rows(inner)
    return {"outer": text(outer), "inner": vectors * len(outer) if len(vectors) == 1 else vectors}


# ---- reference instances: a network and data at which it is exactly critical ----------------------------------------

TANH_NARROW = lattice("tanh", (1, 2))
"""tanh(w x) with w = log(2)/2."""
A_RESIDUALS = scaled([24, -25, 9], "1/25")
A = (TANH_NARROW, sample([1, 2, 3], ["-47/75", "8/5", "94/225"]))
B_RESIDUALS = [Fraction(x) for x in ("-5157/10030", "1", "-38961/40120", "4369/11800")]
C_RESIDUALS = largest_one([1017908364, -2638152500, 4271239791, -3864124786, 1416908427])
D_RESIDUALS = largest_one([-14004, 20750, -15579, 4913])


def instance_a(factor: Any = 1) -> tuple[Raw, Raw]:
    """tanh, d = 1: phi has a double zero at u = 2 and 1/2 and a simple one at 1; residuals times a factor."""
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3], scaled(A_RESIDUALS, factor))


def instance_b(sign: int = 1) -> tuple[Raw, Raw]:
    """tanh, d = 1: further simple zeros at u = 4 and 1/4."""
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3, 4], scaled(B_RESIDUALS, sign))


def instance_c(sign: int = 1) -> tuple[Raw, Raw]:
    """tanh, d = 1: a second double zero at u = 3."""
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3, 4, 5], scaled(C_RESIDUALS, sign))


def instance_d() -> tuple[Raw, Raw]:
    """tanh, d = 1: the second derivative of phi vanishes at the neuron."""
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3, 4], D_RESIDUALS)


EXP_NARROW = lattice("exp", (1, 2))
X1 = (EXP_NARROW, sample([1, 2, 3, 4], [22, -20, 17, 15]))
"""exp, d = 1: phi = u (u - 2)^2 (u - 5)."""
X1_REVERSED = (EXP_NARROW, sample([1, 2, 3, 4], [-18, 28, -1, 17]))
X3_RESIDUALS = [36, -60, 37, -10, 1]


def instance_x3(second: int = -1, sign: int = 1) -> tuple[Raw, Raw]:
    """exp, d = 1, two neurons (1, u = 2) and (second, u = 3): phi = u (u - 2)^2 (u - 3)^2."""
    narrow = lattice("exp", (1, 2), (second, 3))
    return narrow, designed(narrow, [1, 2, 3, 4, 5], scaled(X3_RESIDUALS, sign))


EXP_NARROW_2D = lattice("exp", (1, [2, 3]))
_X2_INPUTS = [[3, 1], [2, 1], [1, 1], [1, 3], [1, 2]]
X2_NODE = (EXP_NARROW_2D, sample(_X2_INPUTS, [23, 16, 11, 55, 12]))
"""exp, d = 2: phi vanishes on two lines that cross at the neuron."""
X2_DEFINITE = (EXP_NARROW_2D, sample(_X2_INPUTS, [23, 16, -7, 53, 24]))
"""exp, d = 2: the neuron is an isolated zero of phi."""
X2_LINE = (EXP_NARROW_2D, sample([[2, 1], [1, 1], [3, 1], [1, 2]], [16, 2, 23, 18]))
"""exp, d = 2: phi and its gradient vanish on a line."""
X4 = (
    lattice("exp", (1, [2, 3, 5])),
    sample([[3, 1, 1], [2, 1, 1], [1, 1, 1], [1, 2, 2], [1, 2, 1], [1, 1, 2]], [119, 64, 11, 449, 95, 153]),
)
"""exp, d = 3."""
T2 = (
    lattice("tanh", (1, [2, 2])),
    sample([[1, 0], [0, 1], [1, 1], [2, 1]], ["-1/15", "-17/75", "8/5", "94/225"]),
)
"""tanh, d = 2: the curvature matrix of the neuron is indefinite."""


def kernel_vector(matrix: Sequence[Sequence[Fraction]], rng: Random | Draw) -> list[Fraction] | None:
    """A random small combination of a basis of the right kernel; None if the kernel is 0."""
    from flint import fmpq, fmpq_mat

    table = [[fmpq(x.numerator, x.denominator) for x in map(Fraction, row)] for row in matrix]
    basis = kernel_of_exact(fmpq_mat(table))
    if not basis:
        return None
    found = [Fraction(0)] * len(table[0])
    for vector in basis:
        share = rng.choice([-2, -1, 1, 2, 3])
        found = [x + share * Fraction(str(y)) for x, y in zip(found, vector, strict=True)]
    return found


def random_critical(
    rng: Random | Draw, *, width: int = 1, dimension: int = 1, samples: int | None = None, activation: Any = None
) -> tuple[Raw, Raw] | None:
    """A random small network, and data by design at which it is exactly critical with nonzero residuals, or None.

    Residuals are a combination of a basis of the kernel of the matrix of the outputs' derivatives.
    """
    activation = activation or rng.choice([ODD, EVEN, GENERIC])
    size = width * (dimension + 1)
    count = samples or size + rng.choice([1, 2])

    def number() -> Fraction:
        return Fraction(rng.choice([-3, -2, -1, 1, 2, 3]), rng.choice([1, 1, 2, 3]))

    network = two_layer(activation, *((number(), [number() for _ in range(dimension)]) for _ in range(width)))
    pool = [[rng.randint(-8 // dimension, 8 // dimension) for _ in range(dimension)] for _ in range(4 * count)]
    inputs: list[list[int]] = []
    for x in pool:
        if any(x) and x not in inputs and [-c for c in x] not in inputs and len(inputs) < count:
            inputs.append(x)
    if len(inputs) < count:
        return None
    at_zero = {"inputs": rows(inputs), "targets": rows([0] * count)}
    jacobian = evaluate(read_network(network), read_data(at_zero)).jacobian
    if jacobian is None:
        return None
    table = [[Fraction(str(jacobian[i, p])) for i in range(count)] for p in range(size)]
    residuals = kernel_vector(table, rng)
    if residuals is None or not any(residuals):
        return None
    factor = Fraction(rng.choice([1, -1])) / max(map(abs, residuals))
    return network, designed(network, inputs, scaled(residuals, factor))


def random_split(rng: Random | Draw, neuron: int) -> Raw:
    """Two or three shares, one of them maybe 0, that sum to 1."""
    shares = [Fraction(rng.choice([-3, -2, -1, 0, 1, 2, 3]), rng.choice([1, 2])) for _ in range(rng.randint(1, 2))]
    return split(neuron, *shares, 1 - sum(shares, Fraction(0)))


# ---- critical sets with a given output function ------------------------------------------------------------------

NARROW = parameter("narrow", "dense", "a network with the same output function")
REDUCED = of(
    "embedding.reduce",
    NETWORK,
    sort="dense",
    meaning="the network with one neuron for each class, its outer weight the signed sum",
    name="reduced",
)


# ---- lifting: a wide network with the function of a narrow one -----------------------------------------------------

SAME_FUNCTION = property_of(
    "dense.same_function", WIDE, NETWORK, name="same_function", meaning="both networks are one function"
)
WIDE_CRITICAL = property_of(
    "dense.critical", WIDE, DATA, name="wide_critical", meaning="the wide network is a critical point of the loss"
)
IN_SPAN = property_of(
    "lifting.in_span", NETWORK, WIDE, name="in_span",
    meaning="each derivative of the wide output by a parameter is, as a function of the input, a linear combination of "
    "those of the narrow output",
)  # fmt: skip
EQUAL_FUNCTIONS = ("both networks are one function of the input", SAME_FUNCTION.symbol)

PLAIN_NARROW = two_layer(ODD, (1, 1))
"""s(x), s(z) = z/(1 + z^2)."""
PLAIN_INPUTS = [1, 2, 3]
PLAIN_RESIDUALS = [Fraction(1, 5), Fraction(-1), Fraction(1)]
"""They span the kernel: with inputs 1, 2, 3, phi(v) = s(v)/5 - s(2v) + s(3v) has a double zero at v = 1."""


def extended(network: Raw, *neurons: tuple[Any, Any]) -> Raw:
    """A network with one hidden layer and one output, and neurons (a, w) added at its end."""
    inner, (outer,) = network["layers"]
    added = two_layer(network["activation"], *neurons)["layers"]
    return {**network, "layers": [[*inner, *added[0]], [[*outer, *added[1][0]]]]}


def critical_data(network: Raw, inputs: Sequence[Any], rng: Random | Draw) -> Raw | None:
    """Data with given inputs and random nonzero residuals, at which the network is critical; None if there are none."""
    inputs = rows(inputs)
    at_zero = {"inputs": inputs, "targets": rows([0] * len(inputs))}
    jacobian = evaluate(read_network(network), read_data(at_zero)).jacobian
    if jacobian is None:
        return None
    table = [[Fraction(str(jacobian[i, p])) for i in range(len(inputs))] for p in range(jacobian.ncols())]
    residuals = kernel_vector(table, rng)
    return designed(network, inputs, largest_one(residuals)) if residuals and any(residuals) else None


def random_inputs(rng: Random | Draw, count: int, dimension: int) -> list[list[int]]:
    """Different integral inputs, none of them 0 or opposite to another."""
    found: list[list[int]] = []
    largest = max(4, count)
    while len(found) < count:
        x = [rng.randint(-largest, largest) for _ in range(dimension)]
        if any(x) and x not in found and [-c for c in x] not in found:
            found.append(x)
    return found


def random_neurons(rng: Random | Draw, count: int, dimension: int) -> list[tuple[Fraction, list[Fraction]]]:
    """Neurons (a, w) with small numbers, a and w not 0, no two w's equal or opposite."""
    found: list[tuple[Fraction, list[Fraction]]] = []

    def number(*choices: int) -> Fraction:
        return Fraction(rng.choice(choices), rng.choice([1, 1, 2, 3]))

    while len(found) < count:
        w = [number(-3, -2, -1, 0, 1, 2, 3) for _ in range(dimension)]
        known = [old for _, old in found]
        if any(w) and w not in known and [-c for c in w] not in known:
            found.append((number(-3, -2, -1, 1, 2, 3), w))
    return found


def exact_rows(*listed: Sequence[Any]) -> list[list[Rational]]:
    """Rows of exact numbers, for obligations."""
    return [[Rational(str(entry)) for entry in row] for row in listed]


def sigmoid_lift(extra: Any = 1) -> tuple[Raw, Raw, Raw]:
    """sigmoid, a narrow network, a wide one with the same function and tangent span that is no split, and critical data."""
    c = Fraction(extra)
    narrow = lattice("sigmoid", (1, 2), (1, 1))
    wide = lattice("sigmoid", (1 + c, 2), (c, "1/2"), (1 - 2 * c, 1))
    return narrow, wide, designed(narrow, range(1, 6), scaled([3620, -15800, 27153, -21386, 6413], "1/6413"))


def random_lift(rng: Random | Draw, network: Raw) -> Raw:
    """A plain network with the same function: one neuron is split in two, or neurons are added that cancel."""
    (weights, (outer,)) = network["layers"]
    dimension = len(weights[0])
    j = rng.randrange(len(weights))
    share = Fraction(rng.choice([-2, -1, 1, 2, 3]), rng.choice([1, 2]))
    ((_, v),) = random_neurons(rng, 1, dimension)
    kind = rng.choice(["split", "signed", "zero", "cancelling", "null"])
    if kind in ("split", "signed"):
        a = Fraction(outer[j])
        rest, sign = a - share * a, 1 if kind == "split" or network["activation"] == GENERIC else -1
        sigma = -1 if sign == -1 and network["activation"] == ODD else 1
        copied = {**network, "layers": [weights, [[*outer[:j], str(rest), *outer[j + 1 :]]]]}
        return extended(copied, (sigma * share * a, [sign * Fraction(w) for w in weights[j]]))
    if kind == "zero":
        return extended(network, (0, v))
    if kind == "cancelling":
        return extended(network, (share, v), (-share, v))
    return extended(network, (rng.choice([0, share]) if network["activation"] == ODD else 0, [0] * dimension))


def instance_of(activation: Any) -> tuple[Raw, Raw]:
    """sigma(x) at the inputs 1, 2, 3, critical with nonzero residuals, for an activation with rational values."""
    network = two_layer(activation, (1, 1))
    data = critical_data(network, [1, 2, 3], Random(0))
    assert data is not None
    return network, data


def tanh_by_exponentials(argument: Any) -> Any:
    """tanh as a quotient, which sympy does not rewrite by parity before the engine sees it."""
    power = exp(2 * argument)
    return (power - 1) / (power + 1)


def two_outputs() -> tuple[Raw, Raw]:
    """z/(1 + z^2), one neuron ((1, 1), 1), exactly critical, with C = sum_i sigma'(x_i) e_i x_i^T = (6, -6)/25."""
    network = two_layer(ODD, ([1, 1], 1))
    return network, designed(network, [1, 2, 3], [[1, 0], [-2, -3], [1, 4]])


def second_double_zero(sign: int = 1) -> tuple[Raw, Raw]:
    """tanh, d = 1, u = 2: phi has double zeros at u = 2, 4 (and 1/2, 1/4), a simple one at 1."""
    residuals = largest_one([6287693984, -20478684500, 40031722224, -41096810633, 16305641165])
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3, 4, 5], scaled(residuals, sign))


def silent_nulls() -> tuple[Raw, Raw]:
    """tanh, d = 1, u = 2: sum_i e_i x_i = 0, so that neurons with w = 0 may have any outer weight."""
    return TANH_NARROW, designed(TANH_NARROW, [1, 2, 3, 4], scaled([1404, -1825, 1134, -289], "1/1825"))
