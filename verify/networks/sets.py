"""Finite sets written as tuples."""

from __future__ import annotations

from flint import arb, fmpq

from verify.arithmetic import INF, Value
from verify.quantities import Workspace, quantity


@quantity("sets.size")
def size(_: Workspace, elements: Value) -> Value:
    """The number of distinct elements."""
    return len(set(elements))


@quantity("sets.singleton")
def singleton(_: Workspace, element: Value) -> Value:
    """The set of one element."""
    return (element,)


@quantity("sets.subset")
def subset(_: Workspace, inner: Value, outer: Value) -> Value:
    """Whether every element of the first is one of the second."""
    return set(inner) <= set(outer)


@quantity("sets.range")
def integer_range(_: Workspace, first: Value, last: Value) -> Value:
    """The vectors of length one from ``(first,)`` to ``(last,)``, integers."""
    return tuple((k,) for k in range(int(first), int(last) + 1))


@quantity("sets.distance")
def distance(_: Workspace, x: Value, y: Value) -> Value:
    """The sum of the absolute differences of two vectors of one length, undefined for others."""
    if len(x) != len(y):
        return None
    return sum(abs(a - b) for a, b in zip(x, y, strict=True))


@quantity("sets.vector")
def vector(_: Workspace, *entries: Value) -> Value:
    """The tuple of its arguments, exact numbers or tuples."""
    return entries if entries and not any(isinstance(entry, arb) or entry is INF for entry in entries) else None


@quantity("sets.entry")
def entry(_: Workspace, of: Value, index: Value) -> Value:
    """One entry of a tuple, counted from 0."""
    place = fmpq(index)
    return of[int(place.p)] if place.q == 1 and 0 <= place < len(of) else None
