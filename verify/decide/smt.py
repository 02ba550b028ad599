"""Validity of first-order formulas over linear and polynomial integer and real arithmetic, by an SMT solver.

Rests on: ``unsat`` of Z3 for the hypotheses, the sorts of the symbols and the negated conclusion together. A relation with
a vanishing denominator is neither true nor false, as in the evaluation of instances: the query asks for what is certain.

Certificate: kind ``smt``, the formula and a model of the hypotheses (a formula whose hypotheses contradict each other
says nothing); the rechecker translates it anew and asks a second solver where one is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from verify import expressions
from verify.arithmetic import read_parameter
from verify.errors import StatementError
from verify.evidence import SCALAR_SORTS, Decision
from verify.expressions import Expression

TIMEOUT_MS = 20_000
LARGEST_POWER = 12


class OutsideLanguage(Exception):
    """The formula has an operation that the solver's language lacks."""


def decide(
    sorts: Sequence[tuple[str, str]],
    hypotheses: Sequence[Expression],
    conclusion: Expression,
    *,
    timeout_ms: int = TIMEOUT_MS,
) -> Decision:
    """Decide whether, for all values of the symbols within their sorts, the hypotheses imply the conclusion.

    Args:
        sorts: name and sort of each symbol; the sorts are those of ``verify.evidence.SCALAR_SORTS``.

    Returns:
        True with a certificate; false with a counterexample (raw values of the symbols) that was evaluated exactly;
        undecided, with the reason, for anything else: the solver gave up, or the hypotheses have no model that could
        be written down.
    """
    import z3

    unknown = sorted({sort for _, sort in sorts} - set(SCALAR_SORTS))
    if unknown:
        return Decision(None, f"the solver has no sort {', '.join(unknown)}")
    if len(dict(sorts)) < len(sorts):
        return Decision(None, "two symbols have one name")
    try:
        kinds = {name: expressions.kind_of_sort(sort) for name, sort in sorts}
        for formula in (*hypotheses, conclusion):
            expressions.demand_truth(formula, kinds)
    except StatementError as error:
        return Decision(None, f"ill-typed: {error}")
    try:
        names = _declare(sorts)
        premises = [_domain(names[name], sort) for name, sort in sorts if _domain(names[name], sort) is not None]
        premises += [_translate(expressions.certainly(hypothesis), names) for hypothesis in hypotheses]
        negated = z3.Not(_translate(expressions.certainly(conclusion), names))
    except (OutsideLanguage, z3.Z3Exception) as error:
        return Decision(None, f"the formula is outside the solver's language: {error}")
    answer, point = _ask([*premises, negated], sorts, names, timeout_ms)
    if answer == z3.sat:
        if point is not None and _is_counterexample(sorts, hypotheses, conclusion, point):
            return Decision(False, "the solver found a counterexample", counterexample=point)
        return Decision(None, "the solver's counterexample could not be confirmed exactly")
    if answer != z3.unsat:
        return Decision(None, "the solver gave up")
    answer, point = _ask(premises, sorts, names, timeout_ms)
    if answer == z3.unsat:
        return Decision(None, "vacuous: the hypotheses contradict each other")
    if point is None or not _holds(sorts, hypotheses, point):
        return Decision(None, "no exact model of the hypotheses was found")
    certificate = {
        "kind": "smt",
        "symbols": [[name, sort] for name, sort in sorts],
        "hypotheses": list(hypotheses),
        "conclusion": conclusion,
        "model": point,
    }
    return Decision(True, f"unsat by Z3 {z3.get_version_string()}", certificate)


def _ask(constraints: list[Any], sorts: Sequence[tuple[str, str]], names: dict[str, Any], timeout_ms: int) -> Any:
    import z3

    context = z3.Context()  # of its own: what was asked earlier in this process must not change answer or model
    solver = z3.Solver(ctx=context)
    solver.set("timeout", timeout_ms)
    solver.set("random_seed", 0)
    solver.add(*(constraint.translate(context) for constraint in constraints))
    answer = solver.check()
    own = {name: symbol.translate(context) for name, symbol in names.items()}
    point = _read_model(solver.model(), sorts, own) if answer == z3.sat else None
    return answer, point


def _declare(sorts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    import z3

    makers = {"boolean": z3.Bool, "integer": z3.Int, "natural": z3.Int}
    return {name: makers.get(sort, z3.Real)(name) for name, sort in sorts}


def _domain(symbol: Any, sort: str) -> Any:
    return symbol > 0 if sort == "positive" else symbol >= 0 if sort in ("natural", "nonnegative") else None


def _read_model(model: Any, sorts: Sequence[tuple[str, str]], names: dict[str, Any]) -> dict[str, Any] | None:
    """The model as raw values; None if some value is irrational."""
    import z3

    point: dict[str, Any] = {}
    for name, sort in sorts:
        value = model.eval(names[name], model_completion=True)
        if sort == "boolean":
            point[name] = z3.is_true(value)
        elif z3.is_int_value(value):
            point[name] = str(value.as_long())
        elif z3.is_rational_value(value):
            point[name] = str(fmpq(value.numerator_as_long(), value.denominator_as_long()))
        else:
            return None
    return point


def _holds(sorts: Sequence[tuple[str, str]], hypotheses: Sequence[Expression], point: dict[str, Any]) -> bool:
    env = {name: read_parameter(name, sort, point[name]) for name, sort in sorts}
    return all(expressions.evaluate(hypothesis, env) is True for hypothesis in hypotheses)


def _is_counterexample(
    sorts: Sequence[tuple[str, str]], hypotheses: Sequence[Expression], conclusion: Expression, point: dict[str, Any]
) -> bool:
    env = {name: read_parameter(name, sort, point[name]) for name, sort in sorts}
    return _holds(sorts, hypotheses, point) and expressions.evaluate(conclusion, env) is False


def _translate(form: Expression, names: dict[str, Any]) -> Any:
    import z3

    head = form[0]
    if head == "sym":
        return names[form[1]]
    if head == "num":
        return z3.IntVal(form[1]) if "/" not in form[1] else z3.RealVal(form[1])
    if head in ("true", "false"):
        return z3.BoolVal(head == "true")
    if head == "pow":
        return _power(_translate(form[1], names), form[2])
    parts = [_translate(part, names) for part in form[1:]]
    if head in ("and", "or"):
        return (z3.And if head == "and" else z3.Or)(*parts)
    if head == "add":
        return z3.Sum(parts)
    if head == "mul":
        return z3.Product(parts)
    if head in ("min", "max"):
        best = parts[0]
        for part in parts[1:]:
            best = z3.If(best <= part if head == "min" else best >= part, best, part)
        return best
    operations: dict[str, Any] = {
        "eq": lambda a, b: a == b,
        "ne": lambda a, b: a != b,
        "lt": lambda a, b: a < b,
        "le": lambda a, b: a <= b,
        "not": z3.Not,
        "implies": z3.Implies,
        "iff": lambda a, b: a == b,
        "if": z3.If,
        "floor": lambda a: a if a.is_int() else z3.ToInt(a),
        "ceiling": lambda a: a if a.is_int() else -z3.ToInt(-a),
        "abs": lambda a: z3.If(a >= 0, a, -a),
        "sign": lambda a: z3.If(a > 0, z3.IntVal(1), z3.If(a < 0, z3.IntVal(-1), z3.IntVal(0))),
    }
    if head not in operations:
        raise OutsideLanguage(head)
    return operations[head](*parts)


def _power(base: Any, exponent: Expression) -> Any:
    import z3

    if exponent[0] != "num" or "/" in exponent[1] or abs(int(exponent[1])) > LARGEST_POWER:
        raise OutsideLanguage(f"a power that is not a whole number up to {LARGEST_POWER}")
    power = int(exponent[1])
    if power == 0:
        return z3.IntVal(1)
    product = base
    for _ in range(abs(power) - 1):
        product = product * base
    if power > 0:
        return product
    return z3.RealVal(1) / (z3.ToReal(product) if product.is_int() else product)
