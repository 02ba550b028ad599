"""The register of float definitions of computed quantities, for screening (``docs/certificates.md``, sections 4 and 8).

A definition takes the workspace of one batch and the values of its arguments (``verify.search.margins``; networks and data
are those of ``verify.search.float_networks``) and gives such a value; a truth value is a margin, as informative as it can
be. What is certainly undefined in exact arithmetic is NaN. Each module of definitions registers its own.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from verify.quantities import Workspace
from verify.search.margins import EQUAL, ROUNDING, Float, conjunction, disjunction, equality, is_tuple, stacked

Definition = Callable[..., Float]
_DEFINITIONS: dict[str, Definition] = {}
_HOMES = {
    "dense": "verify.search.float_dense",
    "dual": "verify.search.float_dense",
    "embedding": "verify.search.float_embeddings",
    "condensation": "verify.search.float_condensation",
}


def float_quantity(name: str) -> Callable[[Definition], Definition]:
    """Register the float definition of a quantity; its first argument is the batch's ``Workspace``."""

    def register(function: Definition) -> Definition:
        _DEFINITIONS[name] = function
        return function

    return register


def float_definition(name: str) -> Definition | None:
    """The float definition of a quantity, if it has one."""
    if name not in _DEFINITIONS and (home := _HOMES.get(name.partition(".")[0])):
        import_module(home)
    return _DEFINITIONS.get(name)


def float_names() -> list[str]:
    """The quantities that have one."""
    for home in _HOMES.values():
        import_module(home)
    return sorted(_DEFINITIONS)


def truth(value: bool) -> float:
    """The margin of a truth value that does not depend on numbers."""
    return 1.0 if value else -1.0


def index_of(value: Float, length: int) -> int | None:
    """An index that is the same in the whole batch, or None: outside of 0, ..., length - 1, or not the same."""
    found = np.unique(value)
    if len(found) != 1 or not 0 <= found[0] < length or found[0] != np.rint(found[0]):
        return None
    return int(found[0])


def largest(values: np.ndarray) -> np.ndarray:
    """The greatest absolute value among the entries of (..., P), NaN where one is: (P,)."""
    return np.asarray(np.abs(values).max(axis=tuple(range(values.ndim - 1))))


def vanish(values: np.ndarray) -> np.ndarray:
    """The margin of all entries being 0."""
    return EQUAL - largest(values)


def differ(values: np.ndarray) -> np.ndarray:
    """The margin of some entry not being 0."""
    return largest(values) - ROUNDING


# ---- tuples ---------------------------------------------------------------------------------------------------------


@float_quantity("sets.size")
def _size(_: Workspace, elements: Float) -> Float:
    count: Float = np.float64(0)
    for i, element in enumerate(elements):
        new = conjunction(np.float64(1), *[-equality(element, other) for other in elements[:i]])
        count = count + np.where(np.isnan(new), np.nan, new > 0)
    return count


@float_quantity("sets.singleton")
def _singleton(_: Workspace, element: Float) -> Float:
    return stacked([element])


@float_quantity("sets.subset")
def _subset(_: Workspace, inner: Float, outer: Float) -> Float:
    found = [disjunction(np.float64(-1), *[equality(x, y) for y in outer]) for x in inner]
    return conjunction(np.float64(1), *found)


@float_quantity("sets.range")
def _range(_: Workspace, first: Float, last: Float) -> Float:
    if np.unique(first).size != 1 or np.unique(last).size != 1:
        return np.nan  # tuples of several lengths are no array
    members = np.arange(np.ravel(first)[0], np.ravel(last)[0] + 1, dtype=float)
    return members[:, None, None]


@float_quantity("sets.distance")
def _distance(_: Workspace, x: Float, y: Float) -> Float:
    return np.abs(x - y).sum(axis=0) if len(x) == len(y) else np.nan


@float_quantity("sets.vector")
def _vector(_: Workspace, *entries: Float) -> Float:
    return stacked(entries)


@float_quantity("sets.entry")
def _entry(_: Workspace, of: Float, index: Float) -> Float:
    if not is_tuple(of) or (place := index_of(index, len(of))) is None:
        return np.nan
    return of[place]
