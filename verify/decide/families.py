"""Finite families of instances, every case decided and counted.

Rests on: a finite product has finitely many members; each is judged like a single instance.

Certificate: kind ``family``, the template and its axes; the rechecker builds every member anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from verify import expressions
from verify.arithmetic import exact, to_json
from verify.decide.instances import Judgement, judge
from verify.errors import InstanceError
from verify.evidence import Decision, Family
from verify.statement import Statement


def members(family: Family) -> Iterator[dict[str, Any]]:
    """The raw instances, the last axis running fastest.

    Raises:
        InstanceError: if the template names an axis that does not exist.
    """
    names = list(family.axes)
    template = dict(family.template)
    for values in product(*(family.axes[name] for name in names)):
        yield _fill(template, dict(zip(names, values, strict=True)))


def _fill(form: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(form, dict):
        return {key: _fill(entry, values) for key, entry in form.items()}
    if isinstance(form, (list, tuple)):
        if len(form) == 2 and form[0] == "axis":
            if form[1] not in values:
                raise InstanceError(f"the template names the axis {form[1]!r}; the family has {sorted(values)}")
            return values[form[1]]
        return [_fill(entry, values) for entry in form]
    return form


def _fault(family: Family) -> str | None:
    """Why the cases of a family would not be counted once each, if so."""
    for name in family.axes:  # they stand in the scope, which is not an author's to word
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            return f"{name!r} is no name for an axis: use letters, digits and underscores"
    used: set[str] = set()
    _find_axes(dict(family.template), used)
    if unused := sorted(set(family.axes) - used):
        return f"the template does not use the axis {unused[0]!r}: cases would be counted twice"
    for name, values in family.axes.items():
        if len({expressions.text(_lowest(value)) for value in values}) < len(values):
            return f"the axis {name!r} repeats a value: cases would be counted twice"
    return None


def _find_axes(form: Any, used: set[str]) -> None:
    if isinstance(form, (list, tuple)) and len(form) == 2 and form[0] == "axis":
        used.add(form[1])
    elif isinstance(form, (dict, list, tuple)):
        for entry in form.values() if isinstance(form, dict) else form:
            _find_axes(entry, used)


def _lowest(form: Any) -> Any:
    """The same JSON with each exact number written in one way."""
    if isinstance(form, dict):
        return {key: _lowest(entry) for key, entry in form.items()}
    if isinstance(form, (list, tuple)):
        return [_lowest(entry) for entry in form]
    try:
        return to_json(exact(form))
    except InstanceError:
        return form


def decide(statement: Statement, family: Family, *, bits: int = 128) -> tuple[Decision, Judgement | None]:
    """Decide the statement on every member; the judgement of a counterexample comes with a false decision."""
    if fault := _fault(family):
        return Decision(None, fault), None
    count = outside = 0
    tally: Counter[str] = Counter()
    written: dict[str, list[Any]] = {}
    for raw in members(family):
        count += 1
        judgement = judge(statement, raw, bits=bits)
        if judgement.verdict == "outside":
            outside += 1
        elif judgement.verdict == "false":
            return Decision(False, f"case {count} of the family is a counterexample"), judgement
        elif judgement.verdict == "undecided":
            return Decision(None, f"case {count} of the family is undecided"), None
        elif family.tally:
            values = [to_json(judgement.evaluation.values[name]) for name in family.tally]
            key = expressions.text(values)
            tally[key] += 1
            written[key] = values
    if count == outside:
        return Decision(None, "vacuous: no case of the family meets the assumptions"), None
    certificate = {
        "kind": "family",
        "statement_sha256": statement.sha256,
        "template": dict(family.template),
        "axes": [[name, list(values)] for name, values in family.axes.items()],
        "count": count,
        "outside": outside,
        "tally": {"quantities": list(family.tally), "counts": [[written[key], tally[key]] for key in sorted(tally)]},
    }
    return Decision(True, describe(count, outside, family.axes), certificate), None


def describe(count: int, outside: int, axes: Mapping[str, Sequence[Any]]) -> str:
    """The scope of a family in words and numbers."""
    sizes = " x ".join(f"{name} ({len(values)})" for name, values in axes.items())
    inside = (
        f"{count - outside} cases"
        if outside == 0
        else f"{count - outside} of {count} cases (the others do not meet the assumptions)"
    )
    return f"{inside}: {sizes}"
