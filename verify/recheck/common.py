"""What all naive definitions share: what is undefined, what is too much work."""

from collections.abc import Iterable, Sequence
from operator import mul
from typing import Any

from .load import NotReplayed


class Undefined(Exception):
    """The function has no value here."""


def within(work: int, limit: int, what: str) -> int:
    """The work, unless there is too much to do."""
    if work > limit:
        raise NotReplayed(f"too many {what} for this checker")
    return work


def defined(x: Any, condition: object = True) -> Any:
    """x; `Undefined` if it is None, or if the condition does not hold."""
    if x is None or not condition:
        raise Undefined
    return x


def dot(x: Iterable[Any], y: Iterable[Any]) -> Any:
    """The scalar product."""
    return sum(map(mul, x, y))


def entry(table: Sequence[Any], i: int) -> Any:
    """table[i]; `Undefined` if there is none."""
    return table[defined(i, 0 <= i < len(table))]


def every(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's conjunction: false if one is false, else undecided if one is, else true."""
    found = set(truths)
    return False if False in found else None if None in found else True
