"""False variants of statements: another claim, or an assumption less, judged by the statement's own checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from verify.decide.verdict import conclude
from verify.evidence import CheckResult
from verify.run.execute import run_check
from verify.statement import Check, Statement

MACHINE = ("proof", "certificate", "exhaustive", "search", "control")
"""Kinds of checks that no text takes part in: a written argument would be false for a variant."""


def variant(
    statement: Statement, *, claim: Any = None, drop: str | None = None, certify_controls: bool = False
) -> Statement:
    """The same statement with another claim, or without one assumption, and all checks that still make sense.

    With ``certify_controls`` the controls of the dropped assumption are kept as instances.
    """
    changed = Statement(
        statement.id,
        title=statement.title,
        summary=statement.summary,
        area=statement.area,
        source=statement.source,
        declared=statement.declared,
        quantities=statement.quantities,
        assume={a.name: (a.text, a.expression) for a in statement.assumptions if a.name != drop},
        claim=statement.claim if claim is None else claim,
        quantifier=statement.quantifier,
    )
    kept = [c for c in statement.checks if c.drops is None or c.drops != drop]
    if certify_controls:
        kept = [Check(c.name, "certificate", c.function) for c in statement.checks if drop and c.drops == drop] + kept
    changed.checks[:] = kept
    return changed


def outcome(statement: Statement, kinds: Sequence[str] = MACHINE) -> str:
    """The verdict from the quick checks of the given kinds."""
    checks = [check for check in statement.checks if check.kind in kinds and check.budget == "quick"]
    results = [CheckResult(**asdict(run_check(statement, check, seed=0, bits=128))) for check in checks]
    return conclude(statement.declared, bool(statement.assumptions), results).outcome
