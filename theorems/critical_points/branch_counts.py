"""How many branches the set of parameters with one output function has (Simsek et al. 2021 for the generic class)."""

from collections.abc import Iterator

from sympy import And, Eq, Implies, Not, exp, symbols

from theorems.critical_points import _models as m
from verify import Family, Identity, Statement, Step, axis, defined, parameter

SIGNED = parameter("signed", "boolean", "whether the activation is odd or even: neurons may change sign")
NULL = parameter("null", "boolean", "whether the activation vanishes at 0: neurons with inner weight 0 do nothing")
R = parameter("r", "natural", "the minimal width of the output function")
SPARE = parameter("k", "natural", "the number of spare neurons")
M = defined("m", "natural", R.symbol + SPARE.symbol, "the width")
COUNT = m.of("branches.count", SIGNED, NULL, R, M, sort="natural", meaning="types, enumerated", name="T")
SERIES = m.of("branches.series", SIGNED, NULL, R, M, sort="natural", meaning="by the generating function", name="S")
CLOSED = m.of("branches.closed_form", R, M, sort="natural", meaning="the closed form of the generic class", name="C")

counts = Statement(
    "cp-branch-counts",
    title="The number of branches of an output set",
    summary="The branches of width m over a function of minimal width r are counted by an exponential generating function: "
    "labels (e^{cz} - 1)^r, zero-sum blocks exp((e^{cz} - 1)/c), null neurons e^z, with c = 2 where signs are free (odd or even "
    "activation, no inner weight of the function's neurons 0).",
    area=m.AREA,
    source=m.SIMSEK.at(
        "counts of critical subspaces", "generic case recalled and proved; the other classes derived here"
    ),
    declared="reduced",
    quantities=[SIGNED, NULL, R, SPARE, M, COUNT, SERIES, CLOSED],
    assume={},
    claim=And(
        Eq(COUNT.symbol, SERIES.symbol),
        Implies(And(Not(SIGNED.symbol), Not(NULL.symbol)), Eq(COUNT.symbol, CLOSED.symbol)),
    ),
)


@counts.argument
def labelled_structures() -> Iterator[Step]:
    """The product and the exponential formula for labelled structures."""
    z = symbols("z")
    yield Step(
        "A type of width m splits the labelled neurons into r groups that are not empty, one for each label, a set of "
        "blocks that are not empty, and maybe a set of null neurons. Generating functions multiply: groups of one label "
        "have the function N, so r labels have N^r; a set of blocks with the function B each has exp(B).",
        cites=["product and exponential formula for exponential generating functions"],
    )
    yield Step(
        "Without signs there is one way to form a group or block of size j >= 1: N = B = e^z - 1. With signs a group of "
        "size j has 2^j ways, N = e^{2z} - 1, and a block 2^{j-1} (a common sign is no difference): B = N/2. (A neuron of the "
        "function with inner weight 0, which is a constant for an even activation with sigma(0) != 0, carries no signs: there "
        "different types are one branch, and this count is for functions without one.) "
        "The numbers of maps onto two and onto three labels are those of the expanded powers.",
        [
            Identity((exp(z) - 1) ** 2, exp(2 * z) - 2 * exp(z) + 1),
            Identity((exp(z) - 1) ** 3, exp(3 * z) - 3 * exp(2 * z) + 3 * exp(z) - 1),
            Identity((exp(2 * z) - 1) / 2 * 2, (exp(z) - 1) * (exp(z) + 1)),
            Identity((exp(2 * z) - 1) ** 2, exp(4 * z) - 2 * exp(2 * z) + 1),
        ],
    )
    yield Step(
        "If the activation vanishes at 0 any set of neurons may be null, one way for each set: the factor e^z. Without signs "
        "and nulls, choose the u neurons in blocks: C(m, u) ways, Bell(u) partitions, r! S2(m - u, r) maps onto the labels."
    )


@counts.exhaustive
def small_widths() -> Family:
    """All four classes, r <= 3, up to two spare neurons: 48 enumerations."""
    template = {"signed": axis("signed"), "null": axis("null"), "r": axis("r"), "k": axis("k")}
    return Family(template, {"signed": [False, True], "null": [False, True], "r": [0, 1, 2, 3], "k": [0, 1, 2]})


@counts.exhaustive(budget="standard")
def more_neurons() -> Family:
    """The generic class, r <= 3, up to four spare neurons; 21,336 branches for r = 3, m = 7."""
    template = {"signed": False, "null": False, "r": axis("r"), "k": axis("k")}
    return Family(template, {"r": [0, 1, 2, 3], "k": [3, 4]})


@counts.certificate
def tables() -> Iterator[m.Raw]:
    """Entries of the table: 3120 branches of the generic class, 8000 with signs and null neurons."""
    yield {"signed": False, "null": False, "r": 3, "k": 3}
    yield {"signed": True, "null": True, "r": 2, "k": 3}
