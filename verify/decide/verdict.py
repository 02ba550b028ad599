"""From the results of a statement's checks to its verdict.

The strongest level that a check reached, provided that no check refuted the statement, every control bit, an instance
meets all the assumptions together, and every certificate was accepted by the rechecker. A level that rests on
certificates counts only if the rechecker accepted them all, and only beside a witness whose certificate it accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.evidence import LEVELS, CheckResult, at_least
from verify.statement import Statement

UNREPLAYABLE = ("supported", "observed")
"""Levels that have no certificates."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a statement, why, its scope, and the assumptions that controls showed to be necessary."""

    outcome: str
    reason: str
    scope: dict[str, str]
    necessary: frozenset[str]
    meets: bool

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import verdict_html

        return verdict_html(self)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import verdict_latex

        return verdict_latex(self)


def conclude(declared: str, has_assumptions: bool, results: Sequence[CheckResult]) -> Verdict:
    """Conclude from the results of all checks that were run on one statement."""
    necessary = frozenset(r.drops for r in results if r.outcome == "bit" and r.drops and r.recheck == "accepted")
    outcome, reason, scope = _outcome(has_assumptions, results)
    met = outcome == "refuted" if declared == "refuted" else at_least(outcome, declared)
    return Verdict(outcome, reason, scope, necessary, met)


def _outcome(has_assumptions: bool, results: Sequence[CheckResult]) -> tuple[str, str, dict[str, str]]:
    nothing = {"kind": "none", "text": ""}
    for result in results:
        if result.recheck == "rejected":
            return "error", f"{result.name}: the rechecker rejects a certificate: {result.message}", nothing
    refuting = [result for result in results if result.outcome == "refuted"]
    if refuting:
        return "refuted", f"{refuting[0].name}: {refuting[0].message}", refuting[0].scope
    for result in results:
        if result.outcome == "error":
            return "error", f"{result.name}: {result.message}", nothing
    controls = [result for result in results if result.kind == "control"]
    blunt = [result for result in controls if result.outcome != "bit"]
    if blunt:
        return "vacuous", f"{blunt[0].name}: {blunt[0].message}", nothing
    # a search evaluates the statement itself at each instance: there is no checker beside it that might not be able to fail
    only_searched = bool(results) and all(result.kind == "search" for result in results)
    if has_assumptions and not only_searched and not any(result.recheck == "accepted" for result in controls):
        return "vacuous", "no control shows that the check can fail", nothing
    candidates = [result for result in results if result.outcome in LEVELS]
    if not candidates:
        undecided = [result for result in results if result.outcome == "inconclusive"]
        return "inconclusive", undecided[0].message if undecided else "no check was run", nothing
    reached = [r for r in candidates if r.outcome in UNREPLAYABLE or (r.certificates and r.recheck == "accepted")]
    if not reached:
        return "inconclusive", f"{candidates[0].name}: the rechecker did not replay every certificate", nothing
    witnesses = [result for result in reached if result.details.get("witness")]
    if not any(result.recheck == "accepted" for result in witnesses):  # then only what needs no certificate may count
        reached = [result for result in reached if result.outcome in UNREPLAYABLE]
    if not reached or (has_assumptions and not witnesses):
        return "vacuous", "no instance that meets all the assumptions together was exhibited", nothing
    best = min(reached, key=lambda result: LEVELS.index(result.outcome))
    return best.outcome, best.message, best.scope


def universal_scope(statement: Statement) -> str:
    """All values of the parameters in their sorts, under the assumptions, in words."""
    numbers = {
        "integer": "all integers {}", "natural": "all integers {} >= 0", "real": "all real {}", "positive": "all real {} > 0",
        "nonnegative": "all real {} >= 0", "boolean": "both truth values of {}",
    }  # fmt: skip
    by_sort: dict[str, list[str]] = {}
    for quantity in statement.parameters:
        by_sort.setdefault(numbers.get(quantity.sort, "every choice of {}"), []).append(quantity.name)
    text = "; ".join(words.format(", ".join(names)) for words, names in by_sort.items())
    if statement.assumptions:
        text += f", under {', '.join(assumption.name for assumption in statement.assumptions)}"
    return text
