"""Finite sets written as tuples."""

from __future__ import annotations

from verify.arithmetic import Value
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
