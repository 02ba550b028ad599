"""Exhaustive enumeration of a finite grid, with a count.

Rests on: a finite product has finitely many points, and each is decided exactly.

Certificate: kind ``enumeration``, the axes, the formula, the counts; the rechecker runs through the same product.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from verify import expressions
from verify.arithmetic import read_tuple, to_json
from verify.errors import StatementError
from verify.evidence import Decision
from verify.expressions import Expression


def decide(
    axes: Sequence[tuple[str, Sequence[Any]]], hypotheses: Sequence[Expression], conclusion: Expression
) -> Decision:
    """Decide whether the hypotheses imply the conclusion at every point of the product of the axes.

    Args:
        axes: name and values (exact numbers or truth values) of each symbol.

    Returns:
        True with a certificate, false with the first point that fails, or undecided (also when no point meets the
        hypotheses: nothing was shown).
    """
    names = [name for name, _ in axes]
    if len(set(names)) < len(names):
        return Decision(None, "two axes have one name")
    columns = [[value if isinstance(value, bool) else read_tuple(value) for value in values] for _, values in axes]
    try:
        kinds = dict(zip(names, map(_kind, names, columns), strict=True))
        for formula in (*hypotheses, conclusion):
            expressions.demand_truth(formula, kinds)
    except StatementError as error:
        return Decision(None, f"ill-typed: {error}")
    premises = [expressions.compiled(hypothesis) for hypothesis in hypotheses]
    goal = expressions.compiled(conclusion)
    count = outside = 0
    for values in product(*columns):
        env = dict(zip(names, values, strict=True))
        count += 1
        truths = [premise(env) for premise in premises]
        if False in truths:
            outside += 1
            continue
        truth = goal(env)
        if None in truths or truth is None:
            return Decision(None, f"undecided at {_shown(env)}")
        if truth is False:
            return Decision(False, f"false at {_shown(env)}", counterexample=_shown(env))
    if count == outside:
        return Decision(None, "vacuous: no point of the grid meets the hypotheses")
    certificate = {
        "kind": "enumeration",
        "axes": [[name, [to_json(value) for value in column]] for name, column in zip(names, columns, strict=True)],
        "hypotheses": list(hypotheses),
        "conclusion": conclusion,
        "count": count,
        "outside": outside,
    }
    return Decision(True, f"{count} points, {outside} of them outside the hypotheses", certificate)


def _kind(name: str, column: Sequence[Any]) -> str:
    """The kind of an axis's values, which are all different and of one kind."""
    by_type = {bool: expressions.TRUTH, tuple: expressions.TUPLE}
    kinds = {by_type.get(type(value), expressions.NUMBER) for value in column}
    if len(kinds) > 1:
        raise StatementError(f"the axis {name!r} mixes {' and '.join(sorted(kinds))} values")
    if len(set(column)) < len(column):
        raise StatementError(f"the axis {name!r} repeats a value: points would be counted twice")
    return kinds.pop() if kinds else expressions.NUMBER


def _shown(env: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in env.items()}
