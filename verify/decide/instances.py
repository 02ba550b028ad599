"""Instances: whether a statement holds at concrete values, and whether a control bites.

Rests on: three-valued evaluation of the canonical form on exact and ball values is sound: true and false are certain.

Certificates: kind ``instance`` (raw values and everything worked out from them) and, for networks, kind
``exploration`` for each exploration that the quantities needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from verify.arithmetic import precision
from verify.expressions import is_inexact
from verify.quantities import Evaluation, derived_values, evaluate, may_give_balls
from verify.statement import Statement

LARGEST_EXPLORATION = 30_000
"""States up to which an exploration is written down as a certificate of its own."""


@dataclass(frozen=True)
class Judgement:
    """What an instance shows. ``verdict`` is ``true``, ``false``, ``outside`` (an assumption is false) or ``undecided``."""

    verdict: str
    evaluation: Evaluation
    bits: int


def judge(statement: Statement, raw: Mapping[str, Any], *, bits: int = 128, most_bits: int = 2048) -> Judgement:
    """Evaluate a statement on an instance, with the precision doubled while balls leave something undecided.

    Raises:
        InstanceError: if the instance is malformed.
    """
    while True:
        with precision(bits):
            evaluation = evaluate(statement, raw)
        if evaluation.broken:
            verdict = "outside"
        elif not evaluation.meets_all or evaluation.claim is None:
            verdict = "undecided"
        else:
            verdict = "true" if evaluation.claim else "false"
        unknown = evaluation.claim is None or None in evaluation.assumptions.values()
        if not unknown or bits * 2 > most_bits or not _may_have_balls(statement):
            return Judgement(verdict, evaluation, bits)
        bits *= 2


@cache
def _may_have_balls(statement: Statement) -> bool:
    form = statement.form
    origins = [listed["origin"] for listed in form["symbols"]]
    if any(origin[0] == "computed" and may_give_balls(origin[1]) for origin in origins):
        return True
    defined = [origin[1] for origin in origins if origin[0] == "defined"]
    return any(map(is_inexact, [*defined, *(a["expr"] for a in form["assumptions"]), form["claim"]]))


def bites(judgement: Judgement, dropped: str) -> tuple[bool, str]:
    """Whether exactly the named assumption is certainly false, all others are true, and the claim is certainly false."""
    truths, claim = judgement.evaluation.assumptions, judgement.evaluation.claim
    others = [name for name, truth in truths.items() if name != dropped and truth is not True]
    if truths[dropped] is not False:
        return False, f"the assumption {dropped!r} is not certainly false"
    if others:
        return False, f"besides {dropped!r}, not certainly true: {', '.join(others)}"
    if claim is not False:
        return False, f"the claim is {'true' if claim else 'undecided'} although {dropped!r} is false"
    return True, f"without {dropped!r} the claim is false"


def certificates(
    statement: Statement, judgement: Judgement, role: str, drops: str | None = None, *, explorations: bool = True
) -> list[dict[str, Any]]:
    """The certificates of an instance in its role: ``case``, ``control`` or ``counterexample``."""
    evaluation = judgement.evaluation
    with precision(judgement.bits):
        found = [
            {
                "kind": "instance",
                "statement_sha256": statement.sha256,
                "role": role,
                "drops": drops,
                "raw": dict(evaluation.raw),
                "values": derived_values(statement, evaluation),
                "assumptions": evaluation.assumptions,
                "claim": evaluation.claim,
            }
        ]
    if explorations:
        for exploration in evaluation.workspace.explorations.values():
            if exploration is not None and len(exploration.graph.states) <= LARGEST_EXPLORATION:
                found.append({"statement_sha256": statement.sha256, **exploration.certificate()})
    return found
