"""The claim itself, and the obligations of arguments."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq
from stating import state
from sympy import And, Eq, Mul, Pow, Rational, S, exp, floor, log, symbols, tanh

from verify import Claim, Grid, Identity, Inertia, Rank, Roots, Step, UniqueZero, Valid, computed, defined
from verify.decide.claims import decide_argument, decide_claim, decide_obligation, digest
from verify.decide.instances import judge
from verify.errors import StatementError

x, y, n, h = symbols("x y n h")
REAL = {"x": "real", "y": "real"}
ANY = state(x > 0, REAL)


@pytest.mark.parametrize("by", ["smt", "identity"])
def test_a_true_claim_has_a_certificate_bound_to_the_statement(by):
    statement = state(Eq((x + y) ** 2, x**2 + 2 * x * y + y**2), REAL)
    decision = decide_claim(statement, Claim(by))
    assert decision.truth is True
    assert decision.certificate["statement_sha256"] == statement.sha256
    assert decision.certificate["target"] == "claim"


@pytest.mark.parametrize(
    ("by", "sorts"), [("smt", REAL), ("identity", REAL), ("identity", {"x": "positive", "y": "natural"})]
)
def test_a_false_claim_has_a_counterexample_that_the_statement_accepts(by, sorts):
    statement = state(Eq((x + y) ** 2, x**2 + y**2), sorts)
    decision = decide_claim(statement, Claim(by))
    assert decision.truth is False
    assert judge(statement, decision.counterexample).verdict == "false"


def test_a_counterexample_gives_the_parameters_that_do_not_occur():
    statement = state(Eq(x, x**2), {"x": "positive", "p": "boolean", "k": "natural"})
    decision = decide_claim(statement, Claim("identity"))
    assert judge(statement, decision.counterexample).verdict == "false"


def test_definitions_are_written_out_and_assumptions_used():
    half = defined("h", "real", x / 2, "half")
    assert decide_claim(state(h < 1, REAL, {"small": x < 2}, [half]), Claim("smt")).truth is True
    assert decide_claim(state(h < 1, REAL, {"small": x <= 2}, [half]), Claim("smt")).truth is False


def test_an_identity_that_assumptions_might_save_is_undecided():
    assert decide_claim(state(Eq(x**2, x), REAL, {"idempotent": Eq(x, 1)}), Claim("identity")).truth is None
    assert decide_claim(state(Eq(x**2, x), REAL, {"idempotent": Eq(x, 1)}), Claim("smt")).truth is True


@pytest.mark.parametrize(
    ("sorts", "assume", "truth"),
    [
        ({"x": "real"}, {}, None),
        ({"x": "nonnegative"}, {}, None),
        ({"x": "positive"}, {}, True),
        ({"x": "real"}, {"nonzero": x**2 > 0}, True),
        ({"x": "real"}, {"logarithm": log(x) > 0}, None),
    ],
)
def test_an_identity_counts_only_where_no_denominator_vanishes(sorts, assume, truth):
    quotient = Mul(x, Pow(x, -1), evaluate=False)
    assert decide_claim(state(Eq(quotient, 1, evaluate=False), sorts, assume), Claim("identity")).truth is truth


@pytest.mark.parametrize(
    ("claim", "truth"),
    [
        (Eq(tanh(x) * (exp(2 * x) + 1), exp(2 * x) - 1), True),
        (Eq(exp(x) * tanh(y), exp(x + y) - exp(x - y)), False),
        (Eq(1 / (1 + exp(-x)) + 1 / (1 + exp(x)), 1), None),
    ],
)
def test_identities_with_exponentials(claim, truth):
    """No procedure shows that a denominator with exponentials is not zero: multiply by it."""
    assert decide_claim(state(claim, REAL), Claim("identity")).truth is truth


def test_denominators_within_denominators():
    nested = 1 / (1 + 1 / x)
    claim = Eq(nested, x / (x + 1))
    assert decide_claim(state(claim, {"x": "positive"}), Claim("identity")).truth is True
    assert decide_claim(state(claim, {"x": "real"}, {"nonzero": x > -1}), Claim("identity")).truth is None


@pytest.mark.parametrize(
    ("statement", "by"),
    [
        (state(exp(x) > 0, REAL), "smt"),
        (state(x**2 >= 0, REAL), "identity"),
        (state(x**2 >= 0, REAL), "intuition"),
        (state(x**2 >= 0, REAL, quantifier="exists"), "smt"),
        (state(n > 0, {"t": "tuple"}, more=[computed("n", "integer", "sets.size", ["t"], "size")]), "smt"),
        (state(x**2 >= 0, {"x": "real", "network": "network"}), "smt"),
        (state(x > 5, REAL, {"low": x < 0, "high": x > 1}), "smt"),
        (state(Eq(floor(x), x), REAL), "identity"),
    ],
)
def test_what_no_procedure_can_see_whole_is_undecided(statement, by):
    decision = decide_claim(statement, Claim(by))
    assert decision.truth is None
    assert decision.certificate is None


@pytest.mark.parametrize(
    ("obligation", "kind"),
    [
        (Valid({x: "real"}, x**2 >= 0), "smt"),
        (Valid({"x": "integer"}, x**2 >= x, [x > 0]), "smt"),
        (Identity((x + 1) ** 2, x**2 + 2 * x + 1), "identity"),
        (Grid({x: range(4)}, x < 4), "enumeration"),
        (Identity(tanh(2 * x), 2 * tanh(x) / (1 + tanh(x) ** 2)), "identity"),
        (Inertia([[Rational(1, 2), "1"], [1, Fraction(1, 3)]], (1, 1, 0)), "inertia"),
        (Rank([[x, y], [2 * x, 2 * y]], 1), "rank"),
        (Rank([[1, 2], [3, 4]], 2), "rank"),
        (Roots(x**3 - 2 * x, x, [1, 1], (Rational(-1), None)), "roots"),
        (Roots([0, "1/2", fmpq(0), Rational(3)], "u", [1], (None, "7")), "roots"),
        (UniqueZero({x: (0, 1), y: ("1/2", Fraction(1))}, [x + y / 9, tanh(y) - Rational(1, 2)]), "zero"),
    ],
)
def test_obligations_are_discharged(obligation, kind):
    decision = decide_obligation(ANY, obligation)
    assert decision.truth is True
    assert (decision.certificate["kind"], decision.certificate["target"]) == (kind, "obligation")


@pytest.mark.parametrize(
    "obligation",
    [
        Valid({x: "real"}, S.true),
        Valid({x: "real"}, Eq(x / x, 1)),
        Grid({x: range(4)}, S.true),
        Valid({x: "real"}, S.false, [x > 0]),
        Valid({x: "real", symbols("x", positive=True): "positive"}, x > 0),
        Valid({x: "real"}, x + 1),
        Grid({x: range(1, 4)}, x),
        Valid({x: "complex"}, x**2 >= 0),
        Valid({x: "real"}, tanh(x) < 1),
        Inertia([[0, 1], [2, 0]], (1, 1, 0)),
        Inertia([], (0, 0, 0)),
        Rank([[exp(x), 1]], 1),
        Roots(x * y, x, [1]),
        Roots(1 / x, x, []),
        Roots(x * 0, x, []),
        Roots(x, x, [1], (1, 0)),
        UniqueZero({x: (0, 0)}, [x]),
        UniqueZero({x: (0, 1)}, [x, x]),
    ],
)
def test_obligations_that_say_nothing_or_are_ill_typed_are_undecided(obligation):
    assert decide_obligation(ANY, obligation).truth is None


@pytest.mark.parametrize(
    "obligation",
    [
        Valid({"x": "real"}, symbols("x", positive=True) < 1),
        Identity(0.5 * x, x / 2),
        Grid({x: [1]}, And(x > 0, 0.1 * x < 1)),
        Inertia([[0.5]], (1, 0, 0)),
        Inertia([[x]], (1, 0, 0)),
        Inertia([[True]], (1, 0, 0)),
        Rank([[0.5 * x]], 1),
        Roots(x - 0.5, x, [1]),
        Roots([0.5, 1], x, [1]),
        Roots(x, x, [1], (-0.5, None)),
        UniqueZero({x: (0, 0.5)}, [x]),
        Roots(x, x, [1], None),
        "trust me",
    ],
)
def test_obligations_outside_the_language_are_refused(obligation):
    with pytest.raises(StatementError):
        decide_obligation(ANY, obligation)


CLEAR = Valid({x: "real"}, x**2 >= 0, [x > 1])


def test_an_argument_names_the_certificates_of_its_obligations():
    steps = [Step("One.", [CLEAR, Identity(x * (x + 1), x**2 + x)]), Step("Two.", cites=["book"])]
    decision, discharged = decide_argument(ANY, steps)
    assert decision.truth is True
    assert decision.certificate["steps"] == [
        {"text": "One.", "obligations": [digest(c) for c in discharged], "cites": []},
        {"text": "Two.", "obligations": [], "cites": ["book"]},
    ]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "no obligation"),
        ([Step("Words.")], "no obligation"),
        ([Step("Nothing.", [Identity(x - x, 0), Identity(x / x, 1)])], "same expression"),
        ([Step(" ", [CLEAR])], "no text"),
        ([Step("One.", [CLEAR]), Step("Two.", [Identity(x, y)])], "step 2, obligation 1 is false"),
        ([Step("One.", [CLEAR, Valid({x: "real"}, exp(x) > 0)])], "step 1, obligation 2 is undecided"),
        ([Step("One.", [Valid({x: "real"}, x > 0)])], "{'x': '0'}"),
        ([Step("One.", [Valid({x: "real"}, x > 5, [x > 1, x < 0])])], "vacuous"),
        ([Step("One.", [Grid({x: [1]}, x > 5, [x > 3])])], "vacuous"),
    ],
)
def test_arguments_that_fall_short(steps, why):
    decision, discharged = decide_argument(ANY, steps)
    assert decision.truth is None
    assert discharged == []
    assert why in decision.reason
