"""Types of branches: who shares a label, who cancels in a block, who is null. Their numbers, and which are coarser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import factorial

import networkx as nx
from flint import fmpq

from verify.errors import InstanceError

Member = tuple[int, int]
"""A neuron and its sign, 1 or -1."""
Row = list[fmpq]

ZERO, ONE = fmpq(0), fmpq(1)


@dataclass(frozen=True)
class Type:
    """Which neurons of a wide network share a label, cancel each other in a block, or are null.

    Members stand in increasing order, blocks in the order of their first members, whose sign is 1.
    """

    groups: tuple[tuple[Member, ...], ...]
    blocks: tuple[tuple[Member, ...], ...] = ()
    nulls: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """The number m of neurons."""
        return sum(map(len, self.groups)) + sum(map(len, self.blocks)) + len(self.nulls)

    @property
    def is_split(self) -> bool:
        """Whether every neuron has a label: the points are splittings of the narrow network."""
        return not self.blocks and not self.nulls

    def dimension(self, d: int) -> int:
        """m - r + (d - 1) times the number of blocks."""
        return self.width - len(self.groups) + (d - 1) * len(self.blocks)

    def __str__(self) -> str:
        def write(members: tuple[Member, ...]) -> str:
            return " ".join(f"{'-' if sign < 0 else ''}{neuron}" for neuron, sign in members)

        parts = [f"{label}: {write(members)}" for label, members in enumerate(self.groups)]
        parts += [f"block: {write(members)}" for members in self.blocks]
        return "; ".join(parts + [f"null: {' '.join(map(str, self.nulls))}"] * bool(self.nulls))


def words(r: int, m: int, null: bool) -> Iterator[tuple[list[int], int]]:
    """Each map of the neurons to labels 0, ..., r - 1 (onto), to blocks r, r + 1, ... (numbered in order of appearance)
    or to null (-1), with the number of its blocks. The list is reused.
    """
    word = [0] * m

    def extend(j: int, missing: frozenset[int], blocks: int) -> Iterator[tuple[list[int], int]]:
        if len(missing) > m - j:
            return
        if j == m:
            yield word, blocks
            return
        must_fill = len(missing) == m - j
        for place in sorted(missing) if must_fill else range(-1 if null else 0, r + blocks + 1):
            word[j] = place
            yield from extend(j + 1, missing - {place}, max(blocks, place - r + 1))

    return extend(0, frozenset(range(r)), 0)


def count_types(r: int, m: int, *, signed: bool = False, null: bool = False) -> int:
    """The number of types over r labels of m neurons: every partition and labelling is visited, signs are multiplied.

    >>> [count_types(1, m) for m in (1, 2, 3, 4)]
    [1, 3, 10, 37]

    Raises:
        InstanceError: if r > m.
    """
    demand_widths(r, m)
    found = 0
    for word, blocks in words(r, m, null):
        found += 2 ** (m - word.count(-1) - blocks) if signed else 1
    return found


def types(r: int, m: int, *, signed: bool = False, null: bool = False) -> Iterator[Type]:
    """All types over r labels of m neurons.

    Args:
        signed: the activation is odd or even, so that neurons are equal up to sign.
        null: the activation vanishes at 0, so that a neuron with w = 0 contributes nothing.

    >>> [str(kind) for kind in types(1, 2)]
    ['0: 0 1', '0: 0; block: 1', '0: 1; block: 0']

    Raises:
        InstanceError: if r > m.
    """
    demand_widths(r, m)
    for word, blocks in words(r, m, null):
        places: list[list[int]] = [[] for _ in range(r + blocks)]
        nulls: list[int] = []
        for neuron, place in enumerate(word):
            (nulls if place < 0 else places[place]).append(neuron)
        choices = [list(_signings(members, signed, index >= r)) for index, members in enumerate(places)]
        for parts in product(*choices):
            yield Type(parts[:r], parts[r:], tuple(nulls))


def _signings(members: Sequence[int], signed: bool, up_to_sign: bool) -> Iterator[tuple[Member, ...]]:
    for signs in product((1, -1) if signed else (1,), repeat=len(members)):
        if not up_to_sign or signs[0] == 1:
            yield tuple(zip(members, signs, strict=True))


def demand_widths(r: int, m: int) -> None:
    if r < 0 or m < r:
        raise InstanceError(
            f"widths r = {r}, m = {m}: a network of width m has a function of minimal width r <= m only"
        )


# ---- the numbers of types by formulas ------------------------------------------------------------------------------


def exponential(c: int, m: int) -> Row:
    """The coefficients of e^(cz) up to z^m."""
    return [fmpq(c**k, factorial(k)) for k in range(m + 1)]


def _times(x: Row, y: Row) -> Row:
    return [sum((x[i] * y[k - i] for i in range(k + 1)), ZERO) for k in range(len(x))]


def _exp_of(x: Row) -> Row:
    """exp of a power series without constant term, by f' = x' f."""
    made = [ONE]
    for k in range(1, len(x)):
        made.append(sum((i * x[i] * made[k - i] for i in range(1, k + 1)), ZERO) / k)
    return made


def labelled_series(c: int, r: int, rest: Row) -> int:
    """m! [z^m] (e^(cz) - 1)^r rest(z), m + 1 the length of the rest."""
    m = len(rest) - 1
    label = [ZERO, *exponential(c, m)[1:]]
    made = rest
    for _ in range(r):
        made = _times(made, label)
    number = made[m] * factorial(m)
    return int(number.p)


def series_count(r: int, m: int, *, signed: bool = False, null: bool = False) -> int:
    """m! [z^m] (e^(cz) - 1)^r exp((e^(cz) - 1)/c) e^z (the last factor if ``null``), c = 2 if ``signed``, else 1."""
    demand_widths(r, m)
    c = 2 if signed else 1
    blocks = _exp_of([ZERO, *(x / c for x in exponential(c, m)[1:])])
    return labelled_series(c, r, _times(blocks, exponential(1, m)) if null else blocks)


@cache
def stirling(n: int, k: int) -> int:
    """The number of partitions of n things into k nonempty blocks."""
    if n == 0 or k == 0:
        return int(n == k)
    return k * stirling(n - 1, k) + stirling(n - 1, k - 1)


def bell(n: int) -> int:
    """The number of partitions of n things."""
    return sum(stirling(n, k) for k in range(n + 1))


# ---- the hierarchy -------------------------------------------------------------------------------------------------


def coarsenings(kind: Type, *, signed: bool = False, null: bool = False) -> Iterator[Type]:
    """The types that a type covers: two blocks are merged, or a block is absorbed into a label, or (``null``) made null.

    With signs, a block enters with either sign.
    """
    for index, block in enumerate(kind.blocks):
        rest = kind.blocks[:index] + kind.blocks[index + 1 :]
        if null:
            yield Type(kind.groups, rest, tuple(sorted(kind.nulls + tuple(neuron for neuron, _ in block))))
        for turn in (1, -1) if signed else (1,):
            turned = tuple((neuron, turn * sign) for neuron, sign in block)
            for label, group in enumerate(kind.groups):
                grown = tuple(sorted(group + turned))
                yield Type((*kind.groups[:label], grown, *kind.groups[label + 1 :]), rest, kind.nulls)
            for other, host in enumerate(kind.blocks[:index]):
                # the host's first neuron is the merged block's first: its sign stays 1
                merged = tuple(sorted(host + turned))
                yield Type(kind.groups, (*kind.blocks[:other], merged, *rest[other + 1 :]), kind.nulls)


def hierarchy(r: int, m: int, *, d: int = 1, signed: bool = False, null: bool = False) -> nx.DiGraph:
    """The Hasse diagram of the types: an edge from the coarser to the finer type of each cover.

    Node attributes: ``blocks`` (the number of zero blocks) and ``dimension`` (of the branch, for d inputs).

    >>> diagram = hierarchy(2, 3)
    >>> diagram.number_of_nodes(), diagram.number_of_edges()
    (12, 12)
    """
    graph = nx.DiGraph()
    for kind in types(r, m, signed=signed, null=null):
        graph.add_node(kind, blocks=len(kind.blocks), dimension=kind.dimension(d))
    for kind in list(graph):
        graph.add_edges_from((coarser, kind) for coarser in coarsenings(kind, signed=signed, null=null))
    return graph
