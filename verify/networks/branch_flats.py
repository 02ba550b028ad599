"""Branches as affine spaces: their equations over a generic narrow network, which of them meet, which contain others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
from flint import fmpq

from verify.networks.branch_types import ZERO, Member, Row, Type, types


def reduced_rows(rows: Sequence[Sequence[fmpq]], columns: int) -> list[Row]:
    """The reduced row echelon form in the first ``columns`` columns, without the rows that become zero altogether.

    Rows that are zero in those columns only (a system without a solution has such) come last.
    """
    left = [list(row) for row in rows]
    done: list[Row] = []
    for column in range(columns):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        scale = pivot[column]
        pivot = [x / scale for x in pivot]
        for row in (*done, *left):
            if factor := row[column]:
                for k in range(column, len(row)):
                    row[k] -= factor * pivot[k]
        done.append(pivot)
        left = [row for row in left if any(row)]
    return done + left


@dataclass(frozen=True)
class Flat:
    """An affine branch: its equations in the inner weights (one unknown per neuron, d right-hand sides) and in the outer."""

    inner: tuple[tuple[fmpq, ...], ...]
    outer: tuple[tuple[fmpq, ...], ...]

    def codimension(self, d: int) -> int:
        return d * len(self.inner) + len(self.outer)


def flat_of(kind: Type, outer: Sequence[fmpq], inner: Sequence[Sequence[fmpq]], d: int, *, odd: bool) -> Flat:
    """The reduced equations of a branch over a narrow network; ``odd``: s(eps) = eps, else s = 1."""
    m = kind.width

    def row(entries: Sequence[Member], right: Sequence[fmpq]) -> Row:
        made = [ZERO] * m + list(right)
        for neuron, entry in entries:
            made[neuron] += entry
        return made

    nothing = [ZERO] * d
    weights = [row([(neuron, 1)], nothing) for neuron in kind.nulls]
    sums = []
    for label, group in enumerate(kind.groups):
        weights += [row([(neuron, 1)], [sign * x for x in inner[label]]) for neuron, sign in group]
        sums.append(row([(neuron, sign if odd else 1) for neuron, sign in group], [outer[label]]))
    for block in kind.blocks:
        (first, _), *others = block
        weights += [row([(neuron, 1), (first, -sign)], nothing) for neuron, sign in others]
        sums.append(row([(neuron, sign if odd else 1) for neuron, sign in block], [ZERO]))
    return Flat(*(tuple(map(tuple, reduced_rows(rows, m))) for rows in (weights, sums)))


def _solvable(one: Sequence[Sequence[fmpq]], other: Sequence[Sequence[fmpq]], m: int) -> bool:
    return all(any(row[:m]) for row in reduced_rows([*one, *other], m))


def implies(one: Sequence[Sequence[fmpq]], other: Sequence[Sequence[fmpq]], m: int) -> bool:
    """Whether the equations of a solvable reduced system imply those of another."""
    return len(reduced_rows([*one, *other], m)) == len(one)


def generic_flats(r: int, m: int, d: int, *, signed: bool = False, null: bool = False) -> dict[Type, Flat]:
    """The branches over the narrow network with a_k = k, w_k = (k, k^2, ..., k^d), k = 1, ..., r."""
    outer = [fmpq(k) for k in range(1, r + 1)]
    inner = [[fmpq(k**p) for p in range(1, d + 1)] for k in range(1, r + 1)]
    return {kind: flat_of(kind, outer, inner, d, odd=signed) for kind in types(r, m, signed=signed, null=null)}


def meeting_graph(r: int, m: int, d: int = 1) -> nx.Graph:
    """The branches (class G, generic narrow network) as nodes; an edge joins two that have a common point."""
    graph = nx.Graph()
    flats = generic_flats(r, m, d)
    graph.add_nodes_from(flats)
    for (x, one), (y, other) in combinations(flats.items(), 2):
        if _solvable(one.inner, other.inner, m) and _solvable(one.outer, other.outer, m):
            graph.add_edge(x, y)
    return graph
