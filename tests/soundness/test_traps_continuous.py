"""Traps of matrices, polynomials, exponentials and dense networks, for the kernel and for the independent checker."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from corpus import attach, results_of, state, verdict_of
from flint import arb, arb_mat, fmpq, fmpq_mat
from sympy import Add, And, Eq, Mul, Not, Pow, Rational, exp, log, prod, sqrt, symbols, tanh

from theorems.critical_points import _models as m
from theorems.critical_points import branch_counts as counting
from theorems.critical_points import branch_hierarchy as ordering
from theorems.critical_points import dual_function as duality
from theorems.critical_points import neuron_independence as independence
from theorems.critical_points import output_branches as output
from theorems.critical_points import splitting_critical as splitting
from verify import Claim, Family, Identity, Inertia, Rank, Roots, Statement, Step, UniqueZero, axis
from verify.arithmetic import precision
from verify.decide import inertia
from verify.evidence import LEVELS
from verify.networks.activations import read_activation
from verify.recheck import intervals
from verify.recheck.definitions.dense import parse_dense
from verify.recheck.intervals import Enclosure
from verify.recheck.load import Rejected
from verify.recheck.replay import replay

x, y = symbols("x y")
KEPT = {"evaluate": False}
"""Keeps sympy from simplifying the trap away."""

ANY = state(x < x + y, {"x": "real", "y": "positive"}, declared="reduced")
"""A statement to which obligations and certificates are attached."""

GOOGOL = 10**100
ZERO = Add(x, -x, **KEPT)
NEAR = (x**2 - 2) * (x**2 - 2 - Rational(1, 10**60))
HILBERT = [[Rational(1, i + j + 1) for j in range(12)] for i in range(12)]
INVERSE = Pow(x, -1, **KEPT)


def outcome_of(obligation: Any) -> str:
    """What the engine makes of an argument that consists of one obligation."""
    statement = state(x < x + y, {"x": "real", "y": "positive"}, declared="reduced")
    (result,) = results_of(attach(statement, "argument", Step("This is so.", [obligation])))
    return result.outcome


# ---- obligations that are false, empty or beyond decision ----------------------------------------------------------

FALSE: dict[str, Callable[[], Any]] = {
    "a matrix that is not symmetric has no inertia": lambda: Inertia([[1, 2], [0, 1]], (2, 0, 0)),
    "a Hilbert matrix made singular by a change in the 18th digit": lambda: Inertia(
        [[entry - Rational(int(i == j == 0), 144) for j, entry in enumerate(row)] for i, row in enumerate(HILBERT)],
        (12, 0, 0),
    ),
    "entries of 10^300 drown a negative eigenvalue of 10^-700": lambda: Inertia(
        [[GOOGOL**3, 1], [1, Rational(1, GOOGOL**3) - Rational(1, GOOGOL**7)]], (2, 0, 0)
    ),
    "an exactly singular matrix with one huge and one tiny entry": lambda: Inertia(
        [[GOOGOL**3, 1], [1, Rational(1, GOOGOL**3)]], (2, 0, 0)
    ),
    "counts that sum up, one of them negative": lambda: Inertia([[0]], (1, -1, 1)),
    "no matrix": lambda: Inertia([], (0, 0, 0)),
    "an irrational entry": lambda: Inertia([[sqrt(2)]], (1, 0, 0)),
    "x - x looks like a function": lambda: Rank([[ZERO]], 1),
    "1/x and 1 over 1 and x: the poles hide that the rows are proportional": lambda: Rank([[1 / x, 1], [1, x]], 2),
    "x/x - 1 is identically zero": lambda: Rank([[Add(Mul(x, INVERSE, **KEPT), -1, **KEPT)]], 1),
    "1/(x - x) is no function": lambda: Rank([[Pow(ZERO, -1, **KEPT)]], 1),
    "a polynomial that vanishes at all points that are tried is not zero": lambda: Rank(
        [[prod(x - k for k in range(-60, 60))]], 0
    ),
    "exp(x) is no rational function": lambda: Rank([[exp(x), 1]], 1),
    "both zeros lie on the ends of the open interval": lambda: Roots(x * (x - 1), x, [1, 1], (0, 1)),
    "every number is a zero of the zero polynomial": lambda: Roots([0, 0], x, []),
    "and of one that vanishes when it is expanded": lambda: Roots(ZERO, x, []),
    "a constant has no zero": lambda: Roots([5], x, [1]),
    "an empty interval": lambda: Roots(x, x, [], (1, 1)),
    "ends in the wrong order": lambda: Roots(x, x, [], (1, -1)),
    "a zero of multiplicity 200": lambda: Roots([0] * 200 + [1], x, [199]),
    "two pairs of zeros 10^-60 apart are not two double ones": lambda: Roots(NEAR, x, [2, 2]),
    "nor two simple ones": lambda: Roots(NEAR, x, [1, 1]),
    "the square root of 2 to 61 digits lies below it": lambda: Roots(
        x**2 - 2, x, [], (Rational(14142135623730950488016887242096980785696718753769480731766797, 10**61), None)
    ),
    "x^2/x has no value at 0": lambda: Roots(Mul(x**2, INVERSE, **KEPT), x, [1]),
    "another symbol": lambda: Roots(x * y, x, [1]),
    "log of negative numbers": lambda: UniqueZero({x: (-1, Rational(1, 2))}, [log(x)]),
    "log on a box that ends at 0": lambda: UniqueZero({x: (1, 1)}, [log(x)]),
    "a pole in the box": lambda: UniqueZero({x: (0, 1)}, [1 / x]),
    "a pole that cancels": lambda: UniqueZero({x: (0, 1)}, [Mul(x**2, INVERSE, **KEPT)]),
    "a symbol of the box that does not occur": lambda: UniqueZero({x: (0, 1), y: (0, 1)}, [x, x]),
    "more equations than symbols": lambda: UniqueZero({x: (0, 1)}, [x, 2 * x]),
    "fewer of them": lambda: UniqueZero({x: (0, 1), y: (0, 1)}, [x + y]),
    "one symbol twice": lambda: UniqueZero({x: (0, 1), "x": (0, 1)}, [x, x]),
    "a symbol without a side": lambda: UniqueZero({y: (0, 1)}, [x]),
    "no symbol": lambda: UniqueZero({}, []),
    "a box that is a point": lambda: UniqueZero({x: (0, 0)}, [x]),
    "a zero just outside of the box": lambda: UniqueZero({x: (1, 1)}, [x + Rational(1, 10**40)]),
    "two zeros in a tiny box": lambda: UniqueZero({x: (0, Rational(1, 10**30))}, [x * (x - Rational(1, 10**31))]),
    "two zeros": lambda: UniqueZero({x: (0, 2)}, [x**2 - 1]),
    "abs has no derivative": lambda: UniqueZero({x: (0, 1)}, [abs(x)]),
    "exp(1)^2 is not exp(3)": lambda: Identity(Pow(exp(1, **KEPT), 2, **KEPT), exp(3, **KEPT)),
    "exp(log x) is x for positive numbers only": lambda: Identity(exp(log(x), **KEPT), x),
    "exp of exp is outside of the tower": lambda: Identity(exp(exp(x)) * exp(y), exp(exp(x) + y)),
    "tanh(0) is 0": lambda: Identity(tanh(0, **KEPT), 1),
    "1/(exp(x) - 1) and exp(-x): a sign": lambda: Identity(1 / (exp(x) - 1), exp(-x) / (exp(-x) - 1)),
    "1/(exp(0) - 1) is no number": lambda: Identity(Pow(Add(exp(0, **KEPT), -1, **KEPT), -1, **KEPT), x),
    "exp(x/2)^3 is not exp(x)": lambda: Identity(exp(x / 2) ** 3, exp(x)),
    "a symbol called exp0 is no exponential": lambda: Identity(exp(x) * symbols("exp0"), exp(x) ** 2),
    "tanh(1/x) is outside of the tower": lambda: Identity(tanh(1 / x, **KEPT) + tanh(-1 / x, **KEPT), 0),
}


@pytest.mark.parametrize("story", FALSE)
def test_a_false_obligation_is_not_discharged(story):
    """What is false, empty or undefined discharges nothing."""
    assert outcome_of(FALSE[story]()) in ("inconclusive", "error")


TRUE: dict[str, Callable[[], Any]] = {
    "a Hilbert matrix is positive definite": lambda: Inertia(HILBERT, (12, 0, 0)),
    "the negative eigenvalue of 10^-700": lambda: Inertia(
        [[GOOGOL**3, 1], [1, Rational(1, GOOGOL**3) - Rational(1, GOOGOL**7)]], (1, 1, 0)
    ),
    "four zeros, 10^-60 apart": lambda: Roots(NEAR, x, [1, 1, 1, 1]),
    "no zero between the ends": lambda: Roots(x * (x - 1), x, [], (0, 1)),
    "a zero just inside of the box": lambda: UniqueZero({x: (1, 1)}, [x - Rational(1, 10**40)]),
    "exp(1)^2 = exp(2)": lambda: Identity(Pow(exp(1, **KEPT), 2, **KEPT), exp(2, **KEPT)),
    "tanh is odd": lambda: Identity(tanh(x, **KEPT) + tanh(-x, **KEPT), 0),
    "1/(exp(x) - 1), where it is defined": lambda: Identity(1 / (exp(x) - 1), -exp(-x) / (exp(-x) - 1)),
}


@pytest.mark.parametrize("story", TRUE)
def test_its_true_neighbour_is_discharged(story):
    """The traps are not refused for a wrong reason: what is true next to them is shown, and replayed."""
    assert outcome_of(TRUE[story]()) == "reduced"


@pytest.mark.parametrize(
    "claim",
    [
        Eq(Mul(Pow(exp(x) - 1, -1), exp(x) - 1, **KEPT), 1, **KEPT),
        Eq(Mul(Pow(tanh(x), -1), tanh(x), **KEPT), 1, **KEPT),
        Eq(exp(Pow(INVERSE, -1, **KEPT), **KEPT), exp(x)),
        Eq(Pow(Pow(x - 1, -1, **KEPT), -1, **KEPT), 5),
    ],
)
def test_a_claim_with_a_pole_is_neither_proved_nor_refuted(claim):
    """1/(exp(x) - 1) has no value at 0; 1/(1/(x - 1)) = 5 is not refuted by x = 1, where it has none."""
    assert verdict_of(attach(state(claim, {"x": "real"}), "proof", Claim("identity"))).outcome == "inconclusive"


def test_infinite_enclosures_dominate_nothing():
    """Two infinite entries make a margin inf - inf = nan: it hides that [[6, 5], [5, 1/10]] is not definite."""
    infinite = arb("0 +/- inf")
    rows = [[arb(6), arb(0), arb(0, 5)], [arb(0), arb(8), infinite], [arb(0, 5), infinite, arb(10, 9.9)]]
    assert set(inertia._dominant(rows, 1)) != {0, 2}
    assert inertia.certain_signs(arb_mat(rows)) == (0, 0)


def test_certain_signs_are_those_of_every_matrix_within():
    """Enclosures with entries of very different sizes, against exact matrices within them, also at their corners."""
    random = Random(5)
    for _ in range(150):
        n = random.randint(1, 5)
        pairs = [(i, j) for i in range(n) for j in range(i, n)]
        middle = {p: random.gauss(0, 1) * 10.0 ** random.randint(-8, 8) for p in pairs}
        radius = {p: abs(middle[p]) * 10.0 ** random.randint(-6, 0) for p in pairs}
        rows = [[arb(middle[min(i, j), max(i, j)], radius[min(i, j), max(i, j)]) for j in range(n)] for i in range(n)]
        positive, negative = inertia.certain_signs(arb_mat(rows))
        for _ in range(3):
            inside = {p: Fraction(middle[p]) + random.choice([-1, 0, 1]) * Fraction(radius[p]) for p in pairs}
            matrix = fmpq_mat(
                [[fmpq(*inside[min(i, j), max(i, j)].as_integer_ratio()) for j in range(n)] for i in range(n)]
            )
            found = inertia.of_exact(matrix)
            assert positive <= found[0]
            assert negative <= found[1]


# ---- forged certificates -------------------------------------------------------------------------------------------


def certificate(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "statement_sha256": ANY.sha256, "target": "obligation", **fields}


def number(value: Any) -> list[str]:
    return ["num", str(value)]


X = ["sym", "x"]
POLE = ["pow", X, number(-1)]
LINE = {"interval": [None, None]}
NOWHERE = ["pow", ["add", X, ["mul", number(-1), X]], number(-1)]
"""1/(x - x)."""

FORGED: dict[str, dict[str, Any]] = {
    "not symmetric": certificate("inertia", matrix=[[1, 2], [0, 1]], inertia=[2, 0, 0]),
    "a singular matrix": certificate("inertia", matrix=[[1, 1], [1, 1]], inertia=[2, 0, 0]),
    "a negative count": certificate("inertia", matrix=[[0]], inertia=[1, -1, 1]),
    "a minor of size 0 at a zero of the only entry": certificate(
        "rank", matrix=[[X]], rank=0, point={"x": "0"}, rows=[], columns=[], kernel=[[number(1)]]
    ),
    "a kernel of zero vectors": certificate(
        "rank", matrix=[[X]], rank=0, point={"x": "0"}, rows=[], columns=[], kernel=[[number(0)]]
    ),
    "a kernel with a pole at the point": certificate(
        "rank", matrix=[[number(0)]], rank=0, point={"x": "0"}, rows=[], columns=[], kernel=[[POLE]]
    ),
    "an entry outside of the minor that is no function": certificate(
        "rank", matrix=[[number(1)], [NOWHERE]], rank=1, point={"x": "1"}, rows=[0], columns=[0], kernel=[]
    ),
    "an entry outside of the minor that is not rational": certificate(
        "rank", matrix=[[number(1)], [["exp", X]]], rank=1, point={"x": "1"}, rows=[0], columns=[0], kernel=[]
    ),
    "a negative rank": certificate(
        "rank", matrix=[[number(1)]], rank=-1, point={}, rows=[], columns=[], kernel=[[number(1)], [number(1)]]
    ),
    "a zero is left out": certificate("roots", polynomial=[0, 1], roots=[], **LINE),
    "the zero polynomial": certificate("roots", polynomial=[0, 0], roots=[], **LINE),
    "a zero on the end": certificate("roots", polynomial=[0, 1], interval=[0, 1], roots=[[0, 0, 1]]),
    "a double zero taken for a simple one": certificate("roots", polynomial=[0, 0, 1], roots=[[0, 0, 1]], **LINE),
    "one zero twice in place of two": certificate("roots", polynomial=[0, -1, 1], roots=[[0, 0, 1], [0, 0, 1]], **LINE),
    "a double zero in the box": certificate("zero", box=[["x", 0, 1]], equations=[["pow", X, number(2)]]),
    "a zero on the side of the box": certificate("zero", box=[["x", 0, 1]], equations=[["add", X, number(-1)]]),
    "0 times 1/x": certificate("zero", box=[["x", 0, 1]], equations=[["add", X, ["mul", number(0), POLE]]]),
    "(1/x)^0": certificate("zero", box=[["x", 0, 1]], equations=[["add", X, ["pow", POLE, number(0)], number(-1)]]),
    "0 times log(x)": certificate("zero", box=[["x", 0, 1]], equations=[["add", X, ["mul", number(0), ["log", X]]]]),
    "one side twice": certificate("zero", box=[["x", 0, 1], ["x", 0, 1]], equations=[X, X]),
    "a negative radius": certificate("zero", box=[["x", 0, -1]], equations=[X]),
    "exp(x) = exp(2x)": certificate("identity", equations=[[["exp", X], ["exp", ["mul", number(2), X]]]]),
    "no equation": certificate("identity", equations=[]),
    "an equation of one expression with itself": certificate("identity", equations=[[X, X]]),
    "exp of exp": certificate("identity", equations=[[["exp", ["exp", X]], ["exp", ["exp", ["mul", number(1), X]]]]]),
    "a root of an exponential": certificate(
        "identity", equations=[[["pow", ["exp", X], number("1/2")], ["exp", ["mul", number("1/2"), X]]]]
    ),
    "1/(x - x) to the power 0": certificate("identity", equations=[[["pow", NOWHERE, number(0)], number(1)]]),
}


@pytest.mark.parametrize("story", FORGED)
def test_a_forged_certificate_is_rejected(story):
    """The checker does not rely on what a certificate says of itself."""
    assert replay(FORGED[story], ANY.form).status == "rejected"


def fractions(count: int, bits: int) -> list[str]:
    """Different fractions 1/q, q without common factors for the most part."""
    random = Random(count)
    return [f"1/{random.getrandbits(bits) | 1 | 1 << bits - 1}" for _ in range(count)]


def symmetric(n: int, bits: int) -> list[list[str]]:
    entries = iter(fractions(n * n, bits))
    upper = {(i, j): next(entries) for i in range(n) for j in range(i, n)}
    return [[upper[min(i, j), max(i, j)] for j in range(n)] for i in range(n)]


def square(n: int, bits: int) -> list[list[list[str]]]:
    entries = iter(fractions(n * n, bits))
    return [[number(next(entries)) for _ in range(n)] for _ in range(n)]


def ends_in_time(function: Callable[..., Any], *arguments: Any) -> bool:
    """Whether a call ends within 20 seconds; it runs in a process of its own, which is ended if it does not."""
    process = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    process.start()
    process.join(20)
    late = process.is_alive()
    if late:
        process.kill()
        process.join()
    return not late


HOSTILE: dict[str, Callable[[], dict[str, Any]]] = {
    "inertia: denominators without common factors multiply with each step of an elimination": lambda: certificate(
        "inertia", matrix=symmetric(24, 1190), inertia=[24, 0, 0]
    ),
    "rank: the least common denominator of a row is as long as all of its denominators together": lambda: certificate(
        "rank", matrix=square(24, 1190), rank=24, point={}, rows=[*range(24)], columns=[*range(24)], kernel=[]
    ),
    "roots: the greatest common divisor of coefficients over a common denominator": lambda: certificate(
        "roots", polynomial=fractions(200, 13_000), roots=[], **LINE
    ),
    "identity: a sum of fractions whose denominators multiply": lambda: certificate(
        "identity", equations=[[["add", *map(number, fractions(1000, 13_000))], number(0)]]
    ),
    "zero: tanh near 0 to a precision that its nearness asks for": lambda: certificate(
        "zero",
        box=[["x", 1, "1/2"]],
        equations=[["add", *[["tanh", ["mul", X, number("1/1" + "0" * 3990)]] for _ in range(1200)]]],
    ),
}


@pytest.mark.parametrize("story", HOSTILE)
def test_a_hostile_certificate_does_not_hold_the_checker_up(story):
    """A small certificate must not cost more than 20 seconds: 'not replayed' is an answer as well."""
    assert ends_in_time(replay, HOSTILE[story](), ANY.form)


def test_a_hostile_activation_does_not_hold_the_checker_up():
    """The class of a rational activation is found with the same polynomials."""
    raw = {"activation": {"rational": [["1"], fractions(60, 13_000)]}, "layers": [[["1"]], [["1"]]]}

    assert ends_in_time(lambda: parse_dense(raw).letter)


# ---- enclosures and activations --------------------------------------------------------------------------------------

FUNCTIONS = {
    "exp": arb.exp, "log": arb.log, "tanh": arb.tanh, "erf": arb.erf, "sin": arb.sin, "cos": arb.cos, "sqrt": arb.sqrt,
}  # fmt: skip


def _argument(random: Random) -> Fraction:
    """Tiny, huge and exact numbers, and numbers next to those at which an algorithm changes its way."""
    sign = random.choice([-1, 1])
    return random.choice([
        Fraction(random.randint(-(10**6), 10**6), random.randint(1, 10**6)),
        Fraction(sign * random.randint(1, 999), 10 ** random.randint(0, 40)),
        Fraction(random.randint(-12, 12)),
        sign * Fraction(2) ** random.randint(-300, 12),
        Fraction(random.randint(-9999, 9999)) + Fraction(1, 10 ** random.randint(1, 60)),
        Fraction(random.choice([2, 4]), 3) * Fraction(2) ** random.randint(-20, 20) + Fraction(sign, 2**200),
    ])  # fmt: skip


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_enclosures_of_the_checker_enclose(name):
    """The checker's functions against FLINT's, at both ends and in the middle, for 1 to 640 bits."""
    random, mine, theirs = Random(name), getattr(intervals, name), FUNCTIONS[name]
    for _ in range(120):
        low = _argument(random)
        low = abs(low) if name in ("log", "sqrt") else low
        width = random.choice([Fraction(0), abs(_argument(random)) / 10 ** random.randint(0, 20)])
        try:
            found = mine(Enclosure(low, low + width), random.choice([1, 2, 3, 5, 8, 16, 53, 128, 640]))
        except Rejected:
            continue
        if found is None:
            continue
        with precision(3000):
            for place in (low, low + width / 2, low + width):
                value = theirs(_ball(place))
                assert not _ball(found.lo) > value
                assert not _ball(found.hi) < value


def test_pi_is_enclosed():
    for bits in range(1, 300, 13):
        found = intervals.pi(bits)
        with precision(1000):
            assert _ball(found.lo) < arb.pi() < _ball(found.hi)


RATIONAL = [
    ([0], [1, 0, 1], "P"), ([0], [0, 1], "N"), ([1, 1], [2, 2], "N"), ([1, 0, 1], [2, 0, 2], "P"),
    ([0, 1, 1], [1, 1, 1, 1], "N"), ([1, 1], [1, 1, 1, 1], "N"), ([0, 1], [-1, 0, 1], "N"),
    ([0, 1, 0, 1], [2, 0, 3, 0, 1], "O"), ([1, 0, 1], [2, 0, 3, 0, 1], "E"),
    ([-1, 0, 1], [-1, 0, 0, 0, 1], "N"), ([1, 1, 0, 1], [1, 0, 1], "M"), ([1, 1], [1, 0, 1], "G"),
    ([1], [10**40, 0, -2 * 10**20, 0, 1], "N"), ([1], [10**40 + 1, 0, -2 * 10**20, 0, 1], "E"),
]  # fmt: skip


@pytest.mark.parametrize(("top", "bottom", "letter"), RATIONAL)
def test_classes_of_tricky_rational_activations(top, bottom, letter):
    """Common factors, poles that cancel (there is no value at them), constants in disguise, and poles that are almost real."""
    form = {"rational": [[str(c) for c in top], [str(c) for c in bottom]]}
    assert read_activation(form).letter == letter
    assert parse_dense({"activation": form, "layers": [[["1"]], [["1"]]]}).letter == letter


# ---- statements about critical points ---------------------------------------------------------------------------------

UNDEFINED_AT_ZERO = {"rational": [["0", "0", "1"], ["0", "1", "0", "1"]]}
"""z^2/(z (1 + z^2)): odd, analytic but for the pole at 0 that cancels, and without a value there."""


def _with_removable_pole() -> list[tuple[Statement, dict[str, Any]]]:
    neurons = m.two_layer(UNDEFINED_AT_ZERO, (1, 1), (2, 3))
    silent = m.two_layer(UNDEFINED_AT_ZERO, (1, 0), (2, 3))
    data = m.sample([1, 2], [1, 0])
    return [
        (independence.independence, {"network": neurons}),
        (splitting.splitting, {"network": silent, "data": data, "splitting": []}),
        (output.branches, {"network": silent, "narrow": neurons}),
        (output.branches, {"network": neurons, "narrow": neurons}),
    ]


@pytest.mark.parametrize("index", range(4))
def test_an_activation_without_a_value_at_zero(index):
    """It has a pole as it is written: it is not analytic, whatever cancels, and no statement takes it for odd."""
    statement, raw = _with_removable_pole()[index]
    assume = {assumption.name: assumption.expression for assumption in statement.assumptions}
    copy = state(statement.claim, {}, more=statement.quantities, assume=assume)
    verdict = verdict_of(attach(copy, "certificate", raw))
    assert verdict.outcome != "error" or "does not meet" in verdict.reason, verdict.reason


def test_more_types_than_closed_form_where_signs_are_free():
    """The closed form is that of the class without signs and null neurons."""
    claim = Eq(counting.COUNT.symbol, counting.CLOSED.symbol)
    wrong = state(claim, {}, more=counting.counts.quantities)
    family = Family(
        {"signed": axis("signed"), "null": False, "r": axis("r"), "k": 1}, {"signed": [False, True], "r": [1, 2]}
    )
    assert verdict_of(attach(wrong, "exhaustive", family)).outcome not in LEVELS


@pytest.mark.parametrize(
    ("claim", "point"),
    [
        (Eq(ordering.LONGEST.symbol, ordering.M.symbol - ordering.R.symbol + 1), {"r": 1, "m": 3, "d": 1}),
        (Eq(ordering.MINIMAL.symbol, ordering.ONTO.symbol), {"r": 0, "m": 2, "d": 1}),
        (ordering.CONNECTED.symbol, {"r": 2, "m": 2, "d": 1}),
        (And(ordering.CONNECTED.symbol, Not(ordering.REDUCED.symbol)), {"r": 1, "m": 3, "d": 2}),
    ],
)
def test_false_variants_of_the_hierarchy(claim, point):
    """A constant moved, the zero function, no spare neuron, a conclusion reversed."""
    wrong = state(claim, {}, more=ordering.hierarchy.quantities)
    assert verdict_of(attach(wrong, "certificate", point)).outcome == "refuted"


NARROW, DATA = m.A


@pytest.mark.parametrize(
    ("statement", "raw"),
    [
        (
            duality.dual_function,
            {
                "network": m.two_layer(m.ODD, ([1, 2], 1)),
                "data": m.sample([1, 2, 3], [[1, 0], [0, 1], [1, 1]]),
            },
        ),
        (independence.independence, {"network": m.lattice("tanh", (1, 2), (1, "1/2"))}),
        (splitting.splitting, {"network": NARROW, "data": DATA, "splitting": [m.split(0, 1, "1/1000000")]}),
        (
            output.branches,
            {
                "network": m.two_layer(m.SQUARE, (1, 3), (1, 4)),
                "narrow": m.two_layer(m.SQUARE, (1, 5)),
            },
        ),
    ],
)
def test_without_its_assumptions_a_statement_does_not_pass(statement, raw):
    """Two outputs, opposite weights, shares that sum to 1 + 10^-6, a polynomial activation."""
    wrong = state(statement.claim, {}, more=statement.quantities)
    assert verdict_of(attach(wrong, "certificate", raw)).outcome == "refuted"
