"""No statement of the library is refuted by instances near its own ones: options switched, numbers and bounds moved."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from verify.decide.instances import judge
from verify.errors import VerifyError
from verify.plain import plain_instance
from verify.run import library
from verify.run.worker import _statements
from verify.statement import Statement

OPTIONS: list[tuple[str, Any]] = [
    ("reset", "zero"), ("closed", "both"), ("closed", "right"), ("closed", "neither"), ("corrective", False), ("leak", True),
    ("loss", True), ("noise", 1), ("noise", 2), ("plastic", ["1", "1/2"]), ("start", 1),
]  # fmt: skip
NUMBERS = ["1/2", "-1/2", "1", "0", "-1", "3/2", "2", "1/3", "-5/4", "7/3"]
CHOICES = {"instant": ["delayed", "eager"], "delayed": ["instant", "eager"], "eager": ["instant", "delayed"]}
CHOICES |= {"half-square": ["square", "quartic"], "tanh": ["exp", "sigmoid"], "exp": ["tanh", "sigmoid"]}
KEPT = {
    "zero",
    "subtract",
    "left",
    "both",
    "forever",
    "unlimited",
    "half-up",
    "half-even",
    "exact",
    "binary64",
    "log",
    "plain",
}
STATEMENTS = [
    s
    for module in library.modules("theorems")
    for s in _statements(module.name)
    if s.quantifier == "for-all" and s.declared != "refuted"
]


def leaves(form: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(form, (dict, list)):
        for key, entry in form.items() if isinstance(form, dict) else enumerate(form):
            yield from leaves(entry, (*path, key))
    else:
        yield path, form


def changed(raw: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    raw = copy.deepcopy(raw)
    for _ in range(rng.randint(1, 3)):
        networks = [value for value in raw.values() if isinstance(value, dict) and "threshold" in value]
        if networks and rng.random() < 0.35:
            key, value = rng.choice(OPTIONS)
            networks[0][key] = [rng.choice([0, 1, -1]) for _ in networks[0]["threshold"]] if key == "start" else value
            continue
        (*way, last), value = rng.choice(list(leaves(raw)))
        if isinstance(value, bool):
            value = not value
        elif isinstance(value, int) or value is None:
            value = rng.choice([0, 1, 2, -1, (value or 0) + 1])
        elif value in CHOICES:
            value = rng.choice(CHOICES[value])
        elif value not in KEPT:
            value = rng.choice(NUMBERS)
        place: Any = raw
        for key in way:
            place = place[key]
        place[last] = value
    return raw


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.id)
def test_no_instance_near_the_own_ones_refutes_it(statement: Statement) -> None:
    rng = random.Random(statement.id)
    given = [
        plain_instance(statement, raw)
        for c in statement.checks
        if c.kind in ("certificate", "control")
        for raw in c.function()
    ]
    given = [raw for raw in given if len(json.dumps(raw)) < 700]
    found: Counter[str] = Counter()
    for trial in range(400):
        if trial >= 40 and found["true"]:
            break
        raw = changed(rng.choice(given), rng)
        try:
            verdict = judge(statement, raw).verdict
        except VerifyError:
            verdict = "malformed"
        found[verdict] += 1
        assert verdict != "false", raw
    assert found["true"] > 0
