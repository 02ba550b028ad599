"""How the corpus of traps is written down: small statements, their checks, and the verdict of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verify import Source, Statement, parameter
from verify.decide.verdict import Verdict, conclude
from verify.evidence import CheckResult
from verify.run.execute import run_check


@dataclass(frozen=True)
class Trap:
    """A claim that tempts a checker, its story in a line, and all that the engine may say of it."""

    name: str
    story: str
    build: Callable[[], Statement]
    expected: str


TRAPS: list[Trap] = []


def trap(story: str, expected: str) -> Callable[[Callable[[], Statement]], Callable[[], Statement]]:
    """Put a function that builds a statement with its checks into the corpus."""

    def register(build: Callable[[], Statement]) -> Callable[[], Statement]:
        TRAPS.append(Trap(build.__name__, story, build, expected))
        return build

    return register


def state(
    claim: Any,
    sorts: Mapping[str, str],
    *,
    assume: Mapping[str, Any] | None = None,
    more: Any = (),
    declared: str = "proved",
    quantifier: str = "for-all",
) -> Statement:
    """A statement about parameters of the given sorts; ``more`` are further quantities."""
    return Statement(
        "a-trap",
        title="A trap",
        summary="A claim that must not pass.",
        area="soundness",
        source=Source("Nobody", "Nothing", 2026),
        declared=declared,
        quantities=[*(parameter(name, sort, name) for name, sort in sorts.items()), *more],
        assume={name: (name, expression) for name, expression in (assume or {}).items()},
        claim=claim,
        quantifier=quantifier,
    )


def attach(statement: Statement, kind: str, *proposals: Any, **options: Any) -> Statement:
    """Attach a check that yields these proposals."""

    def check(*_: Any) -> Any:
        yield from proposals

    check.__name__ = f"{kind}_{len(statement.checks)}"
    decorator = getattr(statement, kind)
    (decorator(**options) if options else decorator)(check)
    return statement


def attach_search(statement: Statement, draw: Callable[[Any], Any], trials: int = 20) -> Statement:
    """Attach a search that draws from this function."""
    statement.search(trials=trials, distribution="as the test draws")(draw)
    return statement


def results_of(statement: Statement, bits: int = 128) -> list[CheckResult]:
    """The results of all checks of a statement, their certificates replayed."""
    return [run_check(statement, check, seed=1, bits=bits) for check in statement.checks]


def verdict_of(statement: Statement, bits: int = 128) -> Verdict:
    """What the engine says of a statement."""
    return conclude(statement.declared, bool(statement.assumptions), results_of(statement, bits))
