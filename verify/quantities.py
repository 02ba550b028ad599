"""The register of functions from which statements compute quantities, and the evaluation of a statement on an instance.

A function's fast definition is registered here by the module that owns it (``verify/networks``); its naive definition
lives in ``verify/recheck``. Both must agree on every certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from flint import arb, fmpq

from verify import expressions
from verify.arithmetic import INF, Value, is_number, read_parameter, to_json
from verify.errors import InstanceError, QuantityError
from verify.statement import Statement

_FUNCTIONS: dict[str, Callable[..., Value]] = {}
_HOMES = {
    "sets": "verify.networks.sets",
    "spiking": "verify.networks.spiking_quantities",
    "quantized": "verify.networks.quantized",
    "floats": "verify.networks.floats",
    "dense": "verify.networks.dense_quantities",
    "dual": "verify.networks.dense_quantities",
    "boxes": "verify.networks.boxes",
    "designed": "verify.networks.boxes",
    "embedding": "verify.networks.embeddings",
    "branches": "verify.networks.branches",
    "lifting": "verify.networks.lifting",
    "condensation": "verify.networks.condensation",
}
_HOMES_WITH_BALLS = frozenset({"dense", "dual", "boxes", "designed", "embedding"})


def quantity(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function under a dotted name. Its first argument is the evaluation's ``Workspace``."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        if name in _FUNCTIONS:
            raise QuantityError(f"a quantity is called {name!r} already: each name has one definition")
        _FUNCTIONS[name] = function
        return function

    return register


def lookup(name: str) -> Callable[..., Value]:
    """The registered function.

    Raises:
        QuantityError: if there is none of that name.
    """
    home = _HOMES.get(name.partition(".")[0])
    if name not in _FUNCTIONS and home:
        import_module(home)
    if name not in _FUNCTIONS:
        raise QuantityError(f"no quantity is called {name!r}: see docs/certificates.md for those that exist")
    return _FUNCTIONS[name]


def may_give_balls(name: str) -> bool:
    """Whether a function may give enclosures: more precision may decide what they leave undecided."""
    return name.partition(".")[0] in _HOMES_WITH_BALLS


@dataclass
class Workspace:
    """What the functions of one evaluation share: explorations that several of them read, and things worked out once."""

    explorations: dict[str, Any] = field(default_factory=dict)
    remembered: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """A statement on an instance: every symbol's value, each assumption's truth, the claim's."""

    raw: Mapping[str, Any]
    values: dict[str, Value]
    assumptions: dict[str, bool | None]
    claim: bool | None
    workspace: Workspace

    @property
    def broken(self) -> list[str]:
        """The assumptions that are certainly false."""
        return [name for name, truth in self.assumptions.items() if truth is False]

    @property
    def meets_all(self) -> bool:
        """Whether every assumption is certainly true."""
        return all(truth is True for truth in self.assumptions.values())


@dataclass(frozen=True)
class _Plan:
    parameters: list[tuple[str, str]]
    derived: list[tuple[str, Callable[[dict[str, Value], Workspace], Value]]]
    assumptions: list[tuple[str, expressions.Compiled]]
    claim: expressions.Compiled


@cache
def _plan(statement: Statement) -> _Plan:
    derived: list[tuple[str, Callable[[dict[str, Value], Workspace], Value]]] = []
    for listed in statement.form["symbols"]:
        name, origin = listed["name"], listed["origin"]
        if origin[0] == "defined":
            derived.append((name, _formula(expressions.compiled(origin[1]), name, listed["sort"])))
        elif origin[0] == "computed":
            derived.append((name, _caller(lookup(origin[1]), origin, listed["sort"])))
    return _Plan(
        [(q.name, q.sort) for q in statement.parameters],
        derived,
        [(a["name"], expressions.compiled(a["expr"])) for a in statement.form["assumptions"]],
        expressions.compiled(statement.form["claim"]),
    )


Call = Callable[[dict[str, Value], Workspace], Value]


def _formula(formula: expressions.Compiled, name: str, sort: str) -> Call:
    def call(values: dict[str, Value], workspace: Workspace) -> Value:
        value = formula(values)
        if not _is_of(sort, value):
            raise QuantityError(
                f"{name!r} is defined as a {sort} number and came out as {value!r:.40}: correct its sort"
            )
        return value

    return call


def _is_of(sort: str, value: Value) -> bool:
    """Whether a value may belong to a sort of numbers; what is undecided, or no number, may."""
    if sort in ("integer", "natural") and is_number(value) and fmpq(value).q != 1:
        return False
    if not is_number(value) and not isinstance(value, arb):
        return True
    if sort in ("natural", "nonnegative"):
        return not value < 0
    return sort != "positive" or not value <= 0


def _caller(function: Callable[..., Value], origin: list[Any], sort: str) -> Call:
    _, called, names = origin
    fits = _FITS.get(expressions.kind_of_sort(sort), lambda value: True)

    def call(values: dict[str, Value], workspace: Workspace) -> Value:
        arguments = [values[name] for name in names]
        if any(argument is None for argument in arguments):
            return None
        value = function(workspace, *arguments)
        if value is not None and not (fits(value) and _is_of(sort, value)):
            raise QuantityError(f"{called} gives {value!r:.40}, which is not of the sort {sort!r}")
        return value

    return call


_FITS: dict[str, Callable[[Value], bool]] = {
    expressions.TRUTH: lambda value: isinstance(value, bool),
    expressions.NUMBER: lambda value: value is INF or is_number(value) or isinstance(value, arb),
    expressions.TUPLE: lambda value: isinstance(value, tuple),
}


def evaluate(statement: Statement, raw: Mapping[str, Any]) -> Evaluation:
    """Work out every symbol, assumption and the claim of a statement on a raw instance, in three-valued logic.

    Raises:
        InstanceError: if the instance lacks a parameter, has one too many, or one is not of its sort.
    """
    plan = _plan(statement)
    expected = {name for name, _ in plan.parameters}
    if set(raw) != expected:
        missing, extra = sorted(expected - set(raw)), sorted(set(raw) - expected)
        raise InstanceError(f"{statement.id}: the instance lacks {missing} and has {extra} besides its parameters")
    values = {name: read_parameter(name, sort, raw[name]) for name, sort in plan.parameters}
    workspace = Workspace()
    for name, compute in plan.derived:
        values[name] = compute(values, workspace)
    return Evaluation(
        raw,
        values,
        {name: _truth(holds(values), name) for name, holds in plan.assumptions},
        _truth(plan.claim(values), "claim"),
        workspace,
    )


def _truth(value: Value, what: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise InstanceError(f"the {what} came out as {value!r}, which is not a truth value")


def derived_values(statement: Statement, evaluation: Evaluation) -> dict[str, Any]:
    """The values of the defined and computed symbols, as a certificate states them."""
    return {q.name: to_json(evaluation.values[q.name]) for q in statement.quantities if q.origin[0] != "parameter"}
