"""Small statements for the tests of the procedures."""

from __future__ import annotations

from typing import Any

from verify import Source, Statement, parameter


def state(
    claim: Any, sorts: dict[str, str], assume: dict[str, Any] | None = None, more: Any = (), **options: Any
) -> Statement:
    """A statement about parameters of the given sorts; ``more`` are further quantities."""
    return Statement(
        "a-statement",
        title="A statement",
        summary="Something.",
        area="tests",
        source=Source("Nobody", "Nothing", 2026),
        declared="proved",
        quantities=[*(parameter(name, sort, name) for name, sort in sorts.items()), *more],
        assume={name: (name, expression) for name, expression in (assume or {}).items()},
        claim=claim,
        **options,
    )
