"""Statements in a test suite: ``assert_verified`` and ``assert_refuted``, with or without the fixtures of the same names.

    >>> from verify.testing import assert_refuted
    >>> found = assert_refuted(guess)
    >>> print(found.code)

Checks run in this process, one after the other and without a limit of time: the verdict is that of ``verify run`` with the
same seed, budget and precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verify.decide.verdict import Verdict, conclude
from verify.errors import UsageError
from verify.evidence import BUDGETS, DECLARABLE, CheckResult
from verify.pasteable import as_code
from verify.report.text import in_digits
from verify.run.execute import run_check
from verify.statement import Check, Statement

LONGEST = 400
"""Characters of a message that tell the values of symbols."""


@dataclass(frozen=True)
class Refutation:
    """A certified instance at which a claim is false, accepted by the independent rechecker.

    ``drops`` names the one assumption that the instance does not meet, or is None for a counterexample of the statement.
    """

    statement: Statement
    check: str
    drops: str | None
    certificate: dict[str, Any]

    @property
    def raw(self) -> dict[str, Any]:
        """The raw instance: the value of each parameter."""
        return dict(self.certificate["raw"])

    @property
    def values(self) -> dict[str, Any]:
        """The values of the defined and computed symbols."""
        return dict(self.certificate["values"])

    @property
    def code(self) -> str:
        """The raw instance as Python code."""
        return as_code(self.raw)

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import counterexample_html

        return counterexample_html(self.raw, self.values, self.statement, drops=self.drops)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import counterexample_latex

        return counterexample_latex(self.raw, self.values, self.statement)


def assert_verified(
    statement: Statement, level: str | None = None, *, budget: str = "quick", seed: int = 0, precision: int = 128
) -> Verdict:
    """Run all checks of a statement up to a budget, and assert that they reach a level.

    Args:
        level: what must be reached at least; by default what the statement declares (``supported`` for a conjecture,
            ``refuted`` for a published result that is false).
        budget: ``quick``, ``standard`` or ``deep``: checks of a higher budget are left out.
        seed, precision: as those of ``verify run``.

    Returns:
        The verdict.

    Raises:
        AssertionError: if the outcome falls short of the level; the message shows the counterexample if there is one.
        UsageError: if there is nothing to run, or an argument is not what it should be.
    """
    __tracebackhide__ = True
    chosen = _chosen(statement, budget)
    wanted = statement.declared if level is None else level
    if wanted not in DECLARABLE:
        raise UsageError(f"level {level!r} is none of {', '.join(DECLARABLE)}")
    results = [run_check(statement, check, seed=seed, bits=precision) for check in chosen]
    verdict = conclude(wanted, bool(statement.assumptions), results)
    if not verdict.meets:
        at_least = wanted if wanted == "refuted" else f"at least {wanted}"
        raise AssertionError(_account(statement, results, at_least, f"budget {budget}, seed {seed}"))
    return verdict


def assert_refuted(
    statement: Statement, *, drops: str | None = None, budget: str = "quick", seed: int = 0, precision: int = 128
) -> Refutation:
    """Assert that a check finds a certified counterexample whose certificate the independent rechecker accepts.

    Checks run in the order in which they are attached, up to the first one that refutes.

    Args:
        drops: the name of an assumption: assert that the claim fails without it, at an instance that meets all others. Only
            the controls that drop it are run.
        budget, seed, precision: as for ``assert_verified``.

    Returns:
        The counterexample.

    Raises:
        AssertionError: if there is none.
        UsageError: if there is nothing to run, or an argument is not what it should be.
    """
    __tracebackhide__ = True
    chosen = _chosen(statement, budget, drops)
    results: list[CheckResult] = []
    for check in chosen:
        results.append(run_check(statement, check, seed=seed, bits=precision))
        role = "counterexample" if drops is None else "control"
        if results[-1].recheck == "accepted" and (found := _instances(statement, results[-1], role)):
            return found[0]
    wanted = "refuted by a certificate that the rechecker accepts"
    if drops is not None:
        wanted = f"a certified instance without {drops!r} at which the claim is false"
    raise AssertionError(_account(statement, results, wanted, f"budget {budget}, seed {seed}"))


def _chosen(statement: Statement, budget: str, drops: str | None = None) -> list[Check]:
    """The checks to run: at least one."""
    if not isinstance(statement, Statement):
        raise UsageError(f"a Statement is asserted, not a {type(statement).__name__}")
    if budget not in BUDGETS:
        raise UsageError(f"budget {budget!r} is none of {', '.join(BUDGETS)}")
    names = [assumption.name for assumption in statement.assumptions]
    if drops is not None and drops not in names:
        raise UsageError(f"{statement.id}: {drops!r} is no assumption of it; it has {', '.join(names) or 'none'}")
    attached = [check for check in statement.checks if drops is None or (check.kind, check.drops) == ("control", drops)]
    allowed = BUDGETS[: BUDGETS.index(budget) + 1]
    chosen = [check for check in attached if check.budget in allowed]
    if not attached:
        what, remedy = "check", "@statement.search"
        if drops is not None:
            what, remedy = f"control that drops {drops!r}", f"@statement.control(drops={drops!r})"
        raise UsageError(
            f"{statement.id}: it has no {what}: decorate a function with {remedy} (import its module first)"
        )
    if not chosen:
        least = min((check.budget for check in attached), key=BUDGETS.index)
        raise UsageError(f"{statement.id}: none of its checks belongs to the budget {budget}: ask for budget={least!r}")
    return chosen


def _instances(statement: Statement, result: CheckResult, role: str) -> list[Refutation]:
    """The instances of a role among the certificates of a result."""
    found = [c for c in result.certificates if c["kind"] == "instance" and c["role"] == role]
    return [Refutation(statement, result.name, certificate["drops"], certificate) for certificate in found]


def _account(statement: Statement, results: Sequence[CheckResult], wanted: str, circumstances: str) -> str:
    """What the checks came to, where something else was asserted."""
    verdict = conclude(statement.declared, bool(statement.assumptions), results)
    lines = [f"{statement.id} is {verdict.outcome}; asserted was: {wanted}", f"reason: {verdict.reason}"]
    for result in results:
        recheck = f", certificates {result.recheck}" if result.recheck else ""
        lines.append(f"  {result.name} ({result.kind}): {result.outcome}{recheck}")
    for found in [found for result in results for found in _instances(statement, result, "counterexample")][:1]:
        values = ", ".join(f"{name} = {in_digits(value)}" for name, value in found.values.items())
        lines += [f"counterexample, found by {found.check}:", found.code]
        lines += [f"# {values[:LONGEST]}{'...' * (len(values) > LONGEST)}"] if values else []
    lines.append(f"({circumstances})")
    return "\n".join(lines)
