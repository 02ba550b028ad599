"""Universal evidence: the claim itself by a decision procedure, and the obligations of a written argument.

The query for a claim is derived here from the statement's canonical form; an author cannot weaken it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpz

from verify import expressions
from verify.arithmetic import exact
from verify.decide import enumeration, identities, inertia, roots, smt, zeros
from verify.decide.rank import decide as decide_rank
from verify.errors import StatementError
from verify.evidence import (
    Claim,
    Decision,
    Grid,
    Identity,
    Inertia,
    Obligation,
    Rank,
    Roots,
    Step,
    UniqueZero,
    Valid,
)
from verify.expressions import Expression
from verify.statement import Statement


def decide_claim(statement: Statement, proposal: Claim) -> Decision:
    """Decide the statement's own claim for all values of its parameters."""
    if statement.quantifier != "for-all" or not statement.is_scalar:
        return Decision(None, "the claim speaks of more than numbers for all values: no procedure can see it whole")
    definitions = statement.definitions
    claim = expressions.substitute(statement.form["claim"], definitions)
    sorts = [(quantity.name, quantity.sort) for quantity in statement.parameters]
    hypotheses = [expressions.substitute(a["expr"], definitions) for a in statement.form["assumptions"]]
    if proposal.by == "identity":
        decision = (
            identities.decide(_equations(claim)) if _equations(claim) else Decision(None, "the claim is no equation")
        )
        if decision.truth is True and not _is_defined(claim, sorts, hypotheses):
            decision = Decision(None, "an identity, but a denominator may be zero: assume that it is not")
        if decision.truth is False:
            # an identity may hold only where the assumptions fail, so a difference refutes nothing unless there are none
            if statement.assumptions:
                decision = Decision(None, "not an identity; the assumptions might still save the claim")
            else:
                point = decision.counterexample or {}
                whole = {name: point.get(name, False if sort == "boolean" else "1") for name, sort in sorts}
                decision = Decision(False, decision.reason, counterexample=whole)
    elif proposal.by == "smt":
        decision = smt.decide(sorts, hypotheses, claim)
    else:
        return Decision(None, f"no procedure is called {proposal.by!r}: smt or identity")
    return _bind(decision, statement, "claim")


def _is_defined(claim: Expression, sorts: Sequence[tuple[str, str]], hypotheses: Sequence[Expression]) -> bool:
    """Whether no denominator of the claim vanishes where the hypotheses hold: an identity says nothing there."""
    zero = ["num", "0"]
    found = (
        smt.decide(sorts, hypotheses, expressions.build("ne", base, zero)) for base in expressions.denominators(claim)
    )
    return all(decision.truth is True for decision in found)


def _equations(claim: Expression) -> list[tuple[Expression, Expression]]:
    parts = claim[1:] if claim[0] == "and" else [claim]
    return [(part[1], part[2]) for part in parts] if all(part[0] == "eq" for part in parts) else []


def decide_obligation(statement: Statement, obligation: Obligation) -> Decision:
    """Discharge one obligation of an argument.

    Raises:
        StatementError: if it has an expression outside the language, a number that is not exact, or another form.
    """
    canonical = expressions.canonical
    match obligation:
        case Identity(lhs, rhs):
            left, right = canonical(lhs), canonical(rhs)
            if left == right:
                return Decision(None, "sympy made both sides the same expression before the engine saw them")
            decision = identities.decide([(left, right)])
        case Inertia(matrix, counts):
            decision = inertia.decide([[_number(entry) for entry in row] for row in matrix], counts)
        case Rank(matrix, number):
            decision = decide_rank([[canonical(entry) for entry in row] for row in matrix], number)
        case Roots(polynomial, symbol, multiplicities, (lo, hi)):
            ends = None if lo is None else _number(lo), None if hi is None else _number(hi)
            if isinstance(polynomial, Sequence):
                coefficients = [_number(coefficient) for coefficient in polynomial]
            else:
                try:
                    coefficients = roots.coefficients_of(canonical(polynomial), _name(symbol))
                except identities.OutsideLanguage as error:
                    return Decision(None, str(error))
            decision = roots.decide(coefficients, multiplicities, ends)
        case UniqueZero(box, equations):
            sides = [(_name(symbol), _number(centre), _number(radius)) for symbol, (centre, radius) in box.items()]
            decision = zeros.decide(sides, [canonical(equation) for equation in equations])
        case Valid(conclusion=claim) | Grid(conclusion=claim):
            decision = _decide_implication(obligation, canonical(claim))
        case _:
            raise StatementError(f"{obligation!r} is no obligation")
    return _bind(decision, statement, "obligation")


def _decide_implication(obligation: Valid | Grid, conclusion: Expression) -> Decision:
    if conclusion[:1] in (["true"], ["false"]):
        return Decision(None, f"sympy evaluated the conclusion to {conclusion[0]} before the engine saw it")
    hypotheses = [expressions.canonical(hypothesis) for hypothesis in obligation.hypotheses]
    if isinstance(obligation, Grid):
        axes = [(_name(symbol), list(values)) for symbol, values in obligation.axes.items()]
        return enumeration.decide(axes, hypotheses, conclusion)
    return smt.decide([(_name(symbol), sort) for symbol, sort in obligation.sorts.items()], hypotheses, conclusion)


def _name(symbol: Any) -> str:
    return str(getattr(symbol, "name", symbol))


def _number(value: Any) -> fmpq:
    """An exact number that is written as a string, an integer, a rational of sympy or one of FLINT."""
    if isinstance(value, (str, fmpq, fmpz)):
        return exact(value)
    form = expressions.canonical(value)
    if form[0] != "num":
        raise StatementError(f"{value} stands where a rational number is meant")
    return exact(form[1])


def _bind(decision: Decision, statement: Statement, target: str) -> Decision:
    if decision.certificate is None:
        return decision
    certificate = {"statement_sha256": statement.sha256, "target": target, **decision.certificate}
    return Decision(decision.truth, decision.reason, certificate, decision.counterexample)


def decide_argument(statement: Statement, steps: Sequence[Step]) -> tuple[Decision, list[dict[str, Any]]]:
    """Discharge every obligation of an argument.

    Returns:
        The decision (its certificate is the argument's own) and the certificates of the obligations.
    """
    discharged: list[dict[str, Any]] = []
    written = []
    for number, step in enumerate(steps, start=1):
        if not step.text.strip():
            return Decision(None, f"step {number} has no text"), []
        hashes = []
        for index, obligation in enumerate(step.obligations, start=1):
            decision = decide_obligation(statement, obligation)
            if decision.truth is not True or decision.certificate is None:
                what = "false" if decision.truth is False else "undecided"
                at = f" at {decision.counterexample}" if decision.counterexample else ""
                return Decision(None, f"step {number}, obligation {index} is {what}: {decision.reason}{at}"), []
            discharged.append(decision.certificate)
            hashes.append(digest(decision.certificate))
        written.append({"text": step.text, "obligations": hashes, "cites": list(step.cites)})
    if not discharged:
        return Decision(None, "the argument has no obligation that a machine discharges"), []
    certificate = {"kind": "argument", "statement_sha256": statement.sha256, "steps": written}
    return Decision(True, f"{len(steps)} steps, {len(discharged)} obligations discharged", certificate), discharged


def digest(certificate: dict[str, Any]) -> str:
    """The hash by which a certificate is known."""
    return hashlib.sha256(expressions.text(certificate).encode()).hexdigest()
