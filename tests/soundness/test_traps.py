"""Claims that are false, empty or beyond decision: the engine must not call any of them true."""

from __future__ import annotations

import pytest
from corpus import TRAPS, attach, attach_search, state, trap, verdict_of
from sympy import (
    And,
    Eq,
    Equivalent,
    Implies,
    Max,
    Min,
    Mul,
    Ne,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    ceiling,
    cosh,
    exp,
    floor,
    log,
    pi,
    sign,
    sqrt,
    symbols,
    tanh,
)

from verify import (
    Claim,
    Family,
    Grid,
    Identity,
    Inertia,
    Observation,
    Rank,
    Roots,
    Statement,
    Step,
    UniqueZero,
    Valid,
    axis,
    computed,
    defined,
)
from verify.errors import StatementError
from verify.evidence import LEVELS, CheckResult

x, y, n, p, q, c = symbols("x y n p q c")
REAL = {"x": "real"}
CAPS = ("supported", "observed", "certified")
ONE_NEURON = {"weights": [[1]], "threshold": [1], "potential": [0], "lower": [0], "upper": [1]}


def network_statement(claim, *more, **options) -> Statement:
    """A statement about networks with the outcomes of their runs."""
    sorts = {"network": "network", "events": "events", "semantics": "choice", "fair": "boolean"}
    outcomes = computed("outcomes", "tuple", "spiking.outcomes", ["network", "events", "semantics", "fair"], "outcomes")
    return state(claim, sorts, more=[outcomes, *more], **options)


# ---- what sympy does ----------------------------------------------------------------------------------------------


@trap("sympy leaves sqrt(x**2) = x alone, and an instance x = -3 refutes it", "refuted")
def root_of_square():
    return attach(state(Eq(sqrt(x**2), x), REAL), "certificate", {"x": "-3"})


@trap("at x = 3 both sides of sqrt(x**2) = x are balls around 3: overlapping is not equal", "inconclusive")
def root_of_square_at_a_good_place():
    return attach(state(Eq(sqrt(x**2), x), REAL), "certificate", {"x": "3"})


@trap("sqrt(x**2) = x is outside of what a solver understands", "inconclusive")
def root_of_square_by_solver():
    return attach(state(Eq(sqrt(x**2), x), REAL), "proof", Claim("smt"), Claim("identity"))


@trap("log(xy) = log x + log y has no meaning at x = y = -1, although log(xy) = 0 there", "inconclusive")
def logarithm_of_negative_numbers():
    statement = state(Eq(log(x * y), log(x) + log(y)), {"x": "real", "y": "real"})
    return attach(statement, "certificate", {"x": "-1", "y": "-1"})


@trap("log(xy) = log x + log y for positive numbers is true, but balls cannot show an equality", "inconclusive")
def logarithm_of_a_product():
    statement = state(Eq(log(x * y), log(x) + log(y)), {"x": "positive", "y": "positive"})
    return attach(statement, "certificate", {"x": "2", "y": "3"})


@trap("x/x = 1, kept from sympy's hands, is an identity that says nothing at x = 0", "inconclusive")
def quotient_by_itself():
    quotient = Mul(x, Pow(x, -1), evaluate=False)
    return attach(state(Eq(quotient, 1, evaluate=False), REAL), "proof", Claim("identity"), Claim("smt"))


@trap("x/x = 1 at x = 0 itself", "inconclusive")
def zero_by_zero():
    quotient = Mul(x, Pow(x, -1), evaluate=False)
    return attach(state(Eq(quotient, 1, evaluate=False), REAL), "certificate", {"x": "0"})


@trap("(x^2 - 1)/(x - 1) = x + 1 away from one point only, and that point is not excluded", "inconclusive")
def removable_singularity():
    return attach(state(Eq((x**2 - 1) / (x - 1), x + 1), REAL), "proof", Claim("identity"))


SIGMOID = 2 / (1 + exp(-2 * x)) - 1


@trap("tanh(x) = 2 sigmoid(2x) - 1, and rank routines that do not know it call these rows independent", "inconclusive")
def hyperbolic_tangent_by_rank():
    rows = [[tanh(x), SIGMOID], [1, 1]]
    return attach(state(Eq(x, y), {"x": "real", "y": "real"}), "argument", Step("the rank is two", [Rank(rows, 2)]))


@trap("tanh(x) = 2 sigmoid(2x) - 1 is missed by 10^-50, which no float sees", "refuted")
def hyperbolic_tangent_nearly():
    return attach(state(Eq(tanh(x), SIGMOID + Rational(1, 10**50)), REAL), "proof", Claim("identity"))


@trap("1/tanh(x) is an identity's denominator that vanishes at x = 0", "inconclusive")
def hyperbolic_cotangent():
    quotient = Mul(tanh(x), Pow(tanh(x), -1), evaluate=False)
    return attach(state(Eq(quotient, 1, evaluate=False), REAL), "proof", Claim("identity"))


@trap(
    "an eigenvalue of 10^-40 is not zero, a double zero moved by 10^-40 is two, and a box with three zeros has not one",
    "inconclusive",
)
def nearly_degenerate():
    tiny = Rational(1, 10**40)
    wrong = [
        Inertia([[1, 1], [1, 1 + tiny]], (1, 0, 1)),
        Roots((x**2 - 2) ** 2 - tiny, x, [2, 2]),
        UniqueZero({x: (0, 1)}, [x**3 - tiny * x]),
    ]
    statement = state(Eq(x, y), {"x": "real", "y": "real"})
    for obligation in wrong:
        attach(statement, "argument", Step("by machine", [obligation]))
    return statement


# ---- balls --------------------------------------------------------------------------------------------------------


@trap("exp(log 2) = 2: two balls around the same number, never certainly equal", "inconclusive")
def exponential_of_logarithm():
    statement = state(Eq(exp(y), x), REAL, more=[defined("y", "real", log(x), "its logarithm")])
    return attach(statement, "certificate", {"x": "2"})


@trap("2 log 2 < log 4 between equal irrational numbers: undecided at every precision", "inconclusive")
def strict_inequality_between_equals():
    return attach(state(2 * log(x) < log(x**2), REAL), "certificate", {"x": "2"})


@trap("2 log 2 <= log 4 is true, and undecided all the same", "inconclusive")
def weak_inequality_between_equals():
    return attach(state(2 * log(x) <= log(x**2), REAL), "certificate", {"x": "2"})


@trap("exp(x) >= 1 + x touches at x = 0: enclosures that touch decide nothing", "inconclusive")
def touching_point():
    return attach(state(exp(x) >= 1 + x, REAL), "certificate", {"x": "0"})


@trap("the sign of exp(x) - 1 - x at the touching point", "inconclusive")
def sign_at_a_touching_point():
    return attach(state(sign(exp(x) - 1 - x) >= 0, REAL), "certificate", {"x": "0"})


@trap("floor of a ball that straddles an integer", "inconclusive")
def floor_of_a_straddling_ball():
    statement = state(Eq(floor(exp(y)), x), REAL, more=[defined("y", "real", log(x), "its logarithm")])
    return attach(statement, "certificate", {"x": "2"})


@trap("an overflowing exponential is larger than a larger one? neither ball is finite", "inconclusive")
def overflow():
    huge = "1" + "0" * 40
    return attach(state(exp(x) > exp(10 * x), REAL), "certificate", {"x": huge})


@trap("the float 0.1 is not one tenth", "error")
def float_in_an_instance():
    return attach(state(10 * x <= 1, REAL), "certificate", {"x": 0.1})


@trap("the text '0.1' is no exact number either", "error")
def decimal_text():
    return attach(state(10 * x <= 1, REAL), "certificate", {"x": "0.1"})


# ---- solvers ------------------------------------------------------------------------------------------------------


@trap("hypotheses that contradict each other imply everything", "inconclusive")
def contradictory_hypotheses():
    statement = state(Eq(x, x + 1, evaluate=False), REAL, assume={"low": x < 0, "high": x > 1})
    return attach(attach(statement, "proof", Claim("smt")), "control", {"x": "2"}, drops="low")


@trap("the same, with the contradiction hidden among integers: 1 < 2n < 2", "inconclusive")
def contradiction_among_integers():
    statement = state(n > 100, {"n": "integer"}, assume={"between": And(2 * n > 1, 2 * n < 2)})
    return attach(attach(statement, "proof", Claim("smt")), "control", {"n": "2"}, drops="between")


@trap("x * (1/x) = 1 fails at 0 under some reading of 1/0", "inconclusive")
def division_by_zero():
    return attach(state(Eq(y * x, 1), REAL, more=[defined("y", "real", 1 / x, "inverse")]), "proof", Claim("smt"))


@trap("a power that the solver is not asked about", "inconclusive")
def large_power():
    return attach(state(x**40 > -1, REAL), "proof", Claim("smt"))


@trap("a claim about a computed quantity is not a formula over numbers", "inconclusive")
def claim_about_a_computed_quantity():
    statement = state(Ne(n, 2), {"t": "tuple"}, more=[computed("n", "integer", "sets.size", ["t"], "size")])
    return attach(statement, "proof", Claim("smt"), Claim("identity"))


@trap("x^2 >= x holds for integers; the parameter is real", "refuted")
def true_for_integers_only():
    return attach(state(x**2 >= x, REAL), "proof", Claim("smt"))


@trap("2n != 1 holds for integers; over the reals n = 1/2", "refuted")
def parity_over_the_reals():
    return attach(state(Ne(2 * x, 1), REAL), "proof", Claim("smt"))


@trap("between two numbers there is room for another: false for integers", "refuted")
def neighbouring_integers():
    statement = state(Implies(x < y, x + 1 < y), dict.fromkeys(["x", "y"], "integer"))
    return attach(statement, "proof", Claim("smt"))


@trap("x > 0 for nonnegative x: zero is nonnegative", "refuted")
def boundary_of_a_sort():
    return attach(state(x > 0, {"x": "nonnegative"}), "proof", Claim("smt"))


@trap("an identity that is off by a constant, on positive numbers only", "refuted")
def false_identity():
    return attach(state(Eq((x + y) ** 2, x**2 + y**2), {"x": "positive", "y": "positive"}), "proof", Claim("identity"))


@trap("two different constants, behind an unused parameter", "refuted")
def unequal_constants():
    return attach(state(Eq(Rational(1, 3), Rational(33, 100), evaluate=False), REAL), "proof", Claim("identity"))


@trap("relu(x) - relu(-x) = x, misprinted with a plus", "refuted")
def misprinted_rectifier():
    return attach(state(Eq(Max(x, 0) + Max(-x, 0), x), REAL), "proof", Claim("smt"))


@trap("half to even and half up agree? not at 5/2", "refuted")
def rounding_rules():
    half = Rational(1, 2)
    return attach(state(Eq(floor(x + half), ceiling(x - half)), REAL), "proof", Claim("smt"))


# ---- controls -----------------------------------------------------------------------------------------------------


def small_square(**assume) -> Statement:
    """x^2 < 1 for -1 < x < 1, proved; a control decides whether that counts."""
    return attach(state(x**2 < 1, REAL, assume=assume or {"small": And(x < 1, x > -1)}), "proof", Claim("smt"))


@trap("a proof without any control: nothing shows that it can fail", "vacuous")
def no_control():
    return small_square()


@trap("the control meets the assumption that it is meant to drop", "vacuous")
def control_that_drops_nothing():
    return attach(small_square(), "control", {"x": "1/2"}, drops="small")


@trap("the control breaks another assumption as well", "vacuous")
def control_that_breaks_two():
    statement = small_square(low=x > -1, high=x < 1, third=x < 5)
    return attach(statement, "control", {"x": "7"}, drops="high")


@trap("the control breaks its assumption, and the claim holds nevertheless", "vacuous")
def control_that_does_not_bite():
    statement = state(x < 10, REAL, assume={"small": x < 1})
    return attach(attach(statement, "proof", Claim("smt")), "control", {"x": "5"}, drops="small")


@trap("in the control the claim is undecided: log of a negative number", "vacuous")
def control_with_an_undecided_claim():
    statement = state(log(x) > -100, REAL, assume={"positive": x > 0})
    return attach(attach(statement, "certificate", {"x": "1/2"}), "control", {"x": "-1"}, drops="positive")


@trap("in the control another assumption is undecided", "vacuous")
def control_with_an_undecided_assumption():
    statement = state(x > 1, REAL, assume={"large": x > 2, "logarithm": log(x) < 100})
    return attach(attach(statement, "certificate", {"x": "3"}), "control", {"x": "-1"}, drops="large")


@trap("the control meets all the assumptions, and the claim is false: that refutes the statement", "refuted")
def control_that_refutes():
    statement = state(x < 1, REAL, assume={"small": x < 2, "low": x > -5})
    return attach(attach(statement, "certificate", {"x": "0"}), "control", {"x": "3/2"}, drops="small")


@trap("a control that yields no instance", "vacuous")
def empty_control():
    return attach(small_square(), "control", drops="small")


# ---- witnesses, scope ---------------------------------------------------------------------------------------------


@trap("an identity under an assumption that nothing meets", "vacuous")
def identity_without_a_witness():
    statement = state(Eq((x + 1) ** 2, x**2 + 2 * x + 1), REAL, assume={"never": x**2 < 0})
    return attach(statement, "proof", Claim("identity"))


@trap("an argument and a control, and no instance that meets the assumptions", "vacuous")
def argument_without_a_witness():
    statement = state(n < 0, {"n": "integer"}, assume={"never": And(2 * n > 1, 2 * n < 2)})
    attach(statement, "argument", Step("clear", [Valid({"x": "real"}, x**2 >= 0, [x > 1])]))
    return attach(statement, "control", {"n": "3"}, drops="never")


@trap("ten instances of n^2 + n + 41 is not divisible by 41: certified, never proved", "certified")
def many_instances():
    statement = state(Ne(floor((n**2 + n + 41) / 41) * 41, n**2 + n + 41), {"n": "natural"})
    return attach(statement, "certificate", *({"n": k} for k in range(1, 11)))


@trap("the same at n = 40", "refuted")
def the_instance_that_fails():
    statement = state(Ne(floor((n**2 + n + 41) / 41) * 41, n**2 + n + 41), {"n": "natural"})
    return attach(statement, "certificate", *({"n": k} for k in (1, 2, 40)))


@trap("a family that lies outside the assumptions altogether", "vacuous")
def family_outside():
    statement = state(x > 100, REAL, assume={"large": x > 50})
    attach(statement, "exhaustive", Family({"x": axis("x")}, {"x": ["1", "2", "3"]}))
    attach(statement, "certificate", {"x": "101"})
    return attach(statement, "control", {"x": "102"}, drops="large")


@trap("a family with an undecided member", "inconclusive")
def family_with_an_undecided_member():
    return attach(state(exp(x) >= 1 + x, REAL), "exhaustive", Family({"x": axis("x")}, {"x": ["1", "0", "-1"]}))


@trap("a family of one case, counted a thousand times by an axis that the template does not use", "inconclusive")
def inflated_family():
    statement = state(x > 0, REAL)
    return attach(statement, "exhaustive", Family({"x": "1"}, {"k": list(range(1000))}))


@trap("a family that writes one number in two ways", "inconclusive")
def repeated_family():
    return attach(state(x > 0, REAL), "exhaustive", Family({"x": axis("x")}, {"x": ["1/2", "2/4"]}))


@trap("a family with a counterexample as its last case", "refuted")
def family_with_a_counterexample():
    return attach(state(x < 9, REAL), "exhaustive", Family({"x": axis("x")}, {"x": list(range(10))}))


@trap("one outcome under instant delivery does not make one outcome under delays", "refuted")
def feedback_and_delays():
    statement = network_statement(Eq(n, 1), computed("n", "integer", "sets.size", ["outcomes"], "number of outcomes"))
    pair = {"network": ONE_NEURON, "events": [[0, 1], [0, -1]], "semantics": "delayed", "fair": True}
    return attach(statement, "certificate", pair)


# ---- nothing at all -----------------------------------------------------------------------------------------------


@trap("no check", "inconclusive")
def no_check():
    return state(x**2 >= 0, REAL)


@trap("a proof that yields nothing", "inconclusive")
def empty_proof():
    return attach(state(x**2 >= 0, REAL), "proof")


@trap("a certificate that yields nothing", "inconclusive")
def empty_certificate():
    return attach(state(x**2 >= 0, REAL), "certificate")


@trap("an exhaustive check that yields nothing", "inconclusive")
def empty_exhaustion():
    return attach(state(x**2 >= 0, REAL), "exhaustive")


@trap("an argument without a step", "inconclusive")
def empty_argument():
    return attach(attach(state(x**2 >= 0, REAL), "argument"), "certificate")


@trap("an argument of words alone", "inconclusive")
def argument_without_obligations():
    return attach(state(x > 5, REAL), "argument", Step("It is well known."), Step("Hence the claim."))


@trap("an argument whose one obligation is 1 = 1 by the time the engine sees it", "inconclusive")
def argument_with_a_trivial_obligation():
    return attach(state(x > 5, REAL), "argument", Step("Cancel.", [Identity(x / x, 1), Identity(x - x, 0)]))


@trap("an argument whose obligation is false", "inconclusive")
def argument_with_a_false_obligation():
    steps = [Step("Clear.", [Valid({"x": "real"}, x**2 >= 0, [x > 1])]), Step("Also.", [Identity(x**2, x)])]
    return attach(state(x > 5, REAL), "argument", *steps)


@trap("an argument whose obligation is undecided", "inconclusive")
def argument_with_an_undecided_obligation():
    return attach(state(x > 5, REAL), "argument", Step("Clear.", [Valid({"x": "real"}, exp(x) >= 1 + x)]))


@trap("an argument whose obligation holds because its hypotheses never do", "inconclusive")
def argument_with_a_vacuous_obligation():
    return attach(state(x > 5, REAL), "argument", Step("Clear.", [Valid({"x": "real"}, x > 7, [x < 0, x > 1])]))


@trap("an argument whose grid has no point within its hypotheses", "inconclusive")
def argument_with_an_empty_grid():
    return attach(state(x > 5, REAL), "argument", Step("Count.", [Grid({x: range(3)}, x > 7, [x > 10])]))


@trap("an argument whose grid has a number for a conclusion: 3 is not true", "inconclusive")
def argument_with_a_number_for_a_conclusion():
    return attach(state(x > 5, REAL), "argument", Step("Count.", [Grid({x: range(1, 3)}, x + 2)]))


# ---- existence ----------------------------------------------------------------------------------------------------


@trap("existence is never 'proved' by a solver that shows it for all", "inconclusive")
def existence_by_a_universal_proof():
    return attach(state(x**2 >= 0, REAL, quantifier="exists"), "proof", Claim("smt"), Claim("identity"))


@trap("existence is not refuted by one instance that fails", "error")
def existence_and_a_failing_instance():
    return attach(state(Eq(x, 3), REAL, quantifier="exists"), "certificate", {"x": "2"})


@trap("existence is not refuted by a search that finds a failing instance", "inconclusive")
def existence_and_a_search():
    return attach_search(state(Eq(x, 3), REAL, quantifier="exists"), lambda rng: {"x": rng.randint(0, 2)})


@trap("existence by a family: a family speaks of all", "inconclusive")
def existence_by_a_family():
    statement = state(x > 0, REAL, quantifier="exists")
    return attach(statement, "exhaustive", Family({"x": axis("x")}, {"x": [1, 2]}))


@trap("existence by a written argument", "inconclusive")
def existence_by_an_argument():
    statement = state(x > 0, REAL, quantifier="exists")
    return attach(statement, "argument", Step("Clear.", [Valid({"x": "real"}, x**2 >= 0, [x > 1])]))


@trap("existence by its instance: certified, the most it can be", "certified")
def existence_by_an_instance():
    return attach(state(Eq(x**2, 9), REAL, quantifier="exists"), "certificate", {"x": "-3"})


# ---- searches, experiments ----------------------------------------------------------------------------------------


@trap("a search that finds nothing supports, whatever the number of trials", "supported")
def search_that_finds_nothing():
    return attach_search(state(x**2 <= 100, REAL), lambda rng: {"x": rng.randint(-10, 10)})


@trap("a search none of whose draws meets the assumptions", "inconclusive")
def search_beside_the_point():
    statement = state(x > 100, REAL, assume={"large": x > 50})
    attach(statement, "control", {"x": "1"}, drops="large")
    return attach_search(statement, lambda rng: {"x": rng.randint(0, 9)})


@trap("a search all of whose draws are undecided", "inconclusive")
def undecided_search():
    return attach_search(state(Eq(log(x) + log(x), log(x**2)), REAL), lambda rng: {"x": rng.randint(2, 9)}, trials=3)


@trap("an argument whose only witness is a search: the certificates do not hold a witness", "supported")
def argument_with_an_uncertified_witness():
    statement = state(x > 0, REAL, assume={"large": x > 1})
    attach(statement, "argument", Step("Clear.", [Valid({"x": "real"}, x > 0, [x > 1])]))
    attach(statement, "control", {"x": "-1"}, drops="large")
    return attach_search(statement, lambda rng: {"x": rng.randint(0, 9)})


@trap("an experiment is an observation, even of a theorem", "observed")
def experiment():
    statement = state(x**2 >= 0, REAL)
    statement.experiment(lambda seed: Observation("squares were not negative"))
    return statement


@trap("an experiment that disagrees with the claim", "inconclusive")
def experiment_that_disagrees():
    statement = state(x**2 >= 0, REAL)
    statement.experiment(lambda seed: Observation("a square was negative", agrees=False))
    return statement


@trap("an experiment about assumptions that nobody has seen to hold", "vacuous")
def experiment_without_a_witness():
    statement = attach(state(x > 5, REAL, assume={"never": x**2 < 0}), "control", {"x": "1"}, drops="never")
    statement.experiment(lambda seed: Observation("it was larger than 5"))
    return statement


# ---- checks that cheat --------------------------------------------------------------------------------------------


@trap("a proof that returns True", "error")
def proof_that_returns_true():
    statement = state(Eq(x, 3), REAL)
    statement.proof(lambda: True)
    return statement


@trap("a certificate that returns a result of its own making", "error")
def made_up_result():
    statement = state(Eq(x, 3), REAL)
    statement.certificate(lambda: CheckResult("mine", "certificate", "proved", details={"witness": True}))
    return statement


@trap("a proof that yields a certificate of its own making", "error")
def made_up_certificate():
    return attach(state(Eq(x, 3), REAL), "proof", {"kind": "smt", "target": "claim"})


@trap("an argument that yields True among its steps", "error")
def made_up_step():
    return attach(state(Eq(x, 3), REAL), "argument", Step("Clear.", [Valid({"x": "real"}, x**2 >= 0, [x > 1])]), True)


@trap("an experiment that returns a level", "error")
def made_up_experiment():
    statement = state(Eq(x, 3), REAL)
    statement.experiment(lambda seed: "proved")
    return statement


@trap("an instance with a parameter too many", "error")
def surplus_parameter():
    return attach(state(x > 0, REAL), "certificate", {"x": "1", "claim": True})


@trap("an instance outside its sort", "error")
def instance_outside_its_sort():
    return attach(state(x > 0, {"x": "positive"}), "certificate", {"x": "-1"})


@trap("a case that does not meet the assumptions is no case", "error")
def case_outside():
    statement = state(x > 0, REAL, assume={"large": x > 5})
    return attach(attach(statement, "certificate", {"x": "1"}), "control", {"x": "-1"}, drops="large")


@trap("a check that raises after its first instance", "error")
def check_that_raises():
    statement = state(x > 0, REAL)

    def check():
        yield {"x": "1"}
        raise RuntimeError("the rest was lost")

    statement.certificate(check)
    return statement


@trap("a check that leaves the process", "error")
def check_that_exits():
    statement = state(x > 0, REAL)

    def check():
        yield {"x": "1"}
        raise SystemExit(0)

    statement.certificate(check)
    return statement


@pytest.mark.parametrize("case", TRAPS, ids=lambda case: case.name)
def test_the_engine_says_no_more_than_it_may(case):
    verdict = verdict_of(case.build())
    assert verdict.outcome == case.expected, f"{case.story}: {verdict.reason}"
    assert not verdict.meets or verdict.outcome in CAPS, "a trap must not reach the level 'proved' that it declares"


def test_the_corpus_is_large_and_never_expects_more_than_its_caps():
    assert len(TRAPS) >= 60
    assert {case.expected for case in TRAPS} & set(LEVELS) <= set(CAPS)


# ---- statements that cannot even be made ---------------------------------------------------------------------------

REFUSED = {
    "sympy cancels x/x and says that it is 1": lambda: state(Eq(x / x, 1), REAL),
    "sympy takes exp(log(x)) for x, negative or not": lambda: state(Eq(exp(log(x)), x), REAL),
    "sympy takes sqrt(x)**2 for x": lambda: state(Eq(sqrt(x) ** 2, x), REAL),
    "sympy pulls integers out of floor": lambda: state(Eq(floor(x + 1), floor(x) + 1), REAL),
    "sympy pulls integers out of ceiling": lambda: state(Eq(ceiling(x + 2) - ceiling(x), 2), REAL),
    "sympy expands in the middle of a relation": lambda: state(Eq(x - x, 0), REAL),
    "sympy evaluates floats": lambda: state(Rational(1, 10) + 0.2 <= 0.3, REAL),
    "a claim that is false as it stands": lambda: state(Eq(1, 2), REAL),
    "a Python truth value": lambda: state(True, REAL),
    "an assumption that sympy finds true": lambda: state(x > 0, REAL, assume={"nothing": Eq(x, x)}),
    "the truth hidden in a definition": lambda: state(
        symbols("holds"), REAL, more=[defined("holds", "boolean", Eq(x / x, 1), "x/x = 1")]
    ),
    "the truth hidden in a part of the claim": lambda: state(
        And(symbols("holds"), x > 0), REAL, more=[defined("holds", "boolean", Eq(x / x, 1), "x/x = 1")]
    ),
    "a symbol that sympy knows to be positive": lambda: state(
        Or(Symbol("x", positive=True) < 1, x > 0), REAL
    ),
    "a float in a claim": lambda: state(x < 0.1, REAL),
    "a float in a definition": lambda: state(y > x, REAL, more=[defined("y", "real", x + 0.1, "more")]),
    "pi is not in the language": lambda: state(x < pi, REAL),
    "cosh is not in the language": lambda: state(cosh(x) >= 1, REAL),
    "a Piecewise without a last piece": lambda: state(Piecewise((x, x > 0)) > -1, REAL),
    "an equation between truth values": lambda: state(Eq(x < 1, x < 2), REAL),
    "an equation between boolean symbols": lambda: state(Eq(p, q), {"p": "boolean", "q": "boolean"}),
    "an equation between a truth value and a number": lambda: state(Eq(p, 1), {"p": "boolean"}),
    "a number in the place of a truth value": lambda: state(And(x, y > 0), {"x": "real", "y": "real"}),
    "a number for a claim": lambda: state(x + 1, REAL),
    "a truth value in a sum": lambda: state(p + 1 > 0, {"p": "boolean"}),
    "tuples in order": lambda: state(symbols("t") < symbols("u"), {"t": "tuple", "u": "tuple"}),
    "a tuple compared with a number": lambda: state(Eq(symbols("t"), 1), {"t": "tuple"}),
    "two networks compared": lambda: state(Eq(symbols("a"), symbols("b")), {"a": "network", "b": "network"}),
    "a sort that does not exist, used as a number": lambda: state(x > 0, {"x": "positve"}),
    "a definition of another sort": lambda: state(y > 0, REAL, more=[defined("y", "real", x > 0, "a truth value")]),
    "a symbol that is not declared": lambda: state(x > y, REAL),
    "an equivalence of three": lambda: state(Equivalent(x < 1, y < 1, n < 1), dict.fromkeys("xyn", "real")),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_such_a_statement_is_refused(story):
    with pytest.raises(StatementError):
        REFUSED[story]()


def test_what_is_refused_has_a_proper_form():
    """The equivalence of truth values, the minimum, and an implication are fine."""
    good = state(Implies(p, Equivalent(p, Min(x, 1) <= 1)), {"p": "boolean", "x": "real"})
    assert verdict_of(attach(good, "proof", Claim("smt"))).outcome == "proved"
