"""Branches of the set of parameters with one output function, by enumeration of their types; the functions `branches.*`."""

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from math import comb, factorial

from ..common import defined, within
from ..formula import Value
from ..load import Number
from .dense import Dense, Matrix, irreducible, rank

MAX_TYPES = 60_000
MAX_PAIRS = 1_500_000
MAX_MAPS = 300_000
MAX_ORDER = 60

# A place: None for a null neuron, k >= 0 for a label, -1, -2, ... for the blocks in order of appearance; and a sign.
Type = tuple[tuple[int | None, int], ...]
Graph = list[set[int]]


@lru_cache(maxsize=8)
def types(signed: bool, null: bool, r: int, m: int) -> list[Type]:
    """All types over r labels of m neurons."""
    defined(r, 0 <= r <= m)
    found: list[Type] = [()]
    for j in range(m):
        longer: list[Type] = []
        for t in found:
            blocks = -min((p for p, _ in t if p is not None and p < 0), default=0)
            missing = r - len({p for p, _ in t if p is not None and p >= 0})
            places = [*range(r), *range(-blocks, 0)]
            steps = [(p, eps) for p in places for eps in ((1, -1) if signed else (1,))]
            new: list[tuple[int | None, int]] = [*steps, (-blocks - 1, 1), *([(None, 1)] if null else [])]
            seen = {p for p, _ in t}
            longer += [(*t, step) for step in new if missing - (step[0] in range(r) and step[0] not in seen) < m - j]
        within(len(longer), MAX_TYPES, "types")
        found = longer
    return found


def _blocks(t: Type) -> list[int]:
    return sorted({p for p, _ in t if p is not None and p < 0}, reverse=True)


def _coarser(t: Type, r: int) -> set[Type]:
    """The types that arise by merging two blocks, or absorbing one into a label (unsigned, no nulls)."""
    found = set()
    for block, other in itertools.product(_blocks(t), (*range(r), *_blocks(t))):
        if other != block:
            merged = [other if p == block else p for p, _ in t]
            order = {p: -1 - k for k, p in enumerate(dict.fromkeys(p for p in merged if p is not None and p < 0))}
            found.add(tuple((order.get(p, p), 1) for p in merged))
    return found


def _covers(r: int, m: int) -> dict[Type, set[Type]]:
    return {t: _coarser(t, r) for t in types(False, False, r, m)}


def _longest_chain(r: int, m: int) -> int:
    covers = _covers(r, m)

    @cache
    def height(t: Type) -> int:
        return max((1 + height(s) for s in covers[t]), default=0)

    return max(map(height, covers))


def _transitive_reduction(r: int, m: int) -> bool:
    covers = _covers(r, m)

    @cache
    def below(t: Type) -> frozenset[Type]:
        """Everything that is coarser."""
        return frozenset(covers[t]).union(*map(below, covers[t]))

    return not any(covers[t] & frozenset().union(*map(below, covers[t])) for t in covers)


def _power_series(terms: Callable[[int], Number], m: int) -> list[Fraction]:
    """Coefficients of sum_k terms(k) z**k / k! up to z**m."""
    return [Fraction(terms(k), factorial(k)) for k in range(m + 1)]


def _product(*series: Sequence[Fraction]) -> list[Fraction]:
    """The product of power series of one length."""
    total = series[0]
    for factor in series[1:]:
        total = [sum((total[i] * factor[k - i] for i in range(k + 1)), Fraction(0)) for k in range(len(total))]
    return list(total)


def _series(signed: bool, null: bool, r: int, m: int) -> Number:
    within(defined(m, 0 <= r <= m), MAX_ORDER, "terms of a series")
    c = 2 if signed else 1
    narrow = _power_series(lambda k: c**k if k else 0, m)
    block = [x / c for x in narrow]
    power = total = _power_series(lambda k: int(k == 0), m)  # of exp(B) = sum_k B**k / k!
    for k in range(1, m + 1):
        power = [x / k for x in _product(power, block)]
        total = [a + b for a, b in zip(total, power, strict=True)]
    nulls = _power_series(lambda k: 1 if null else int(k == 0), m)
    return factorial(m) * _product(total, nulls, *[narrow] * r)[m]


def _stirling(m: int, r: int) -> int:
    """The number of partitions of m things into r parts."""
    return sum((-1) ** (r - i) * comb(r, i) * i**m for i in range(r + 1)) // factorial(r)


def _surjections(r: int, m: int) -> int:
    within(defined(m, 0 <= r <= m), MAX_ORDER, "labels or neurons")
    return factorial(r) * _stirling(m, r)


def _closed_form(r: int, m: int) -> int:
    within(defined(m, 0 <= r <= m), MAX_ORDER, "labels or neurons")
    bell = [sum(_stirling(u, k) for k in range(u + 1)) for u in range(m - r + 1)]
    return sum(comb(m, u) * factorial(r) * _stirling(m - u, r) * bell[u] for u in range(m - r + 1))


def _systems(t: Type, r: int, d: int) -> list[Matrix]:
    """The equations of a branch over the generic narrow network: of the a's, then of each component of the w's.

    A row holds the coefficients of the m unknowns and the right-hand side.
    """
    m = len(t)
    unit = [[int(j == k) for k in range(m)] for j in range(m)]
    outer: list[list[int]] = []
    inner: list[list[list[int]]] = [[] for _ in range(d)]
    for place in (*range(r), *_blocks(t)):
        members = [(j, eps) for j, (p, eps) in enumerate(t) if p == place]
        row = [0] * m
        for j, eps in members:
            row[j] = eps
        outer.append([*row, place + 1 if place >= 0 else 0])
        j0, eps0 = members[0]
        for p in range(d):
            if place >= 0:
                inner[p] += [[*unit[j], eps * (place + 1) ** (p + 1)] for j, eps in members]
            else:
                inner[p] += [
                    [*(eps * x - eps0 * y for x, y in zip(unit[j], unit[j0], strict=True)), 0] for j, eps in members[1:]
                ]
    for p in range(d):
        inner[p] += [[*unit[j], 0] for j, (place, _) in enumerate(t) if place is None]
    return [outer, *inner]


def _rank(rows: Matrix) -> int:
    return rank(rows) if rows else 0


def _meets(one: Sequence[Matrix], other: Sequence[Matrix]) -> bool:
    """Whether two branches have a common point."""
    both = [[*x, *y] for x, y in zip(one, other, strict=True)]
    return all(_rank([row[:-1] for row in rows]) == _rank(rows) for rows in both)


@lru_cache(maxsize=4)
def _meetings(r: int, m: int, d: int) -> Graph:
    """For each branch those that it meets."""
    systems = [_systems(t, r, defined(d, d > 0)) for t in types(False, False, r, m)]
    within(len(systems) ** 2 * d, MAX_PAIRS // 10, "pairs of branches")
    found: Graph = [set() for _ in systems]
    for i, j in itertools.combinations(range(len(systems)), 2):
        if _meets(systems[i], systems[j]):
            found[i].add(j)
            found[j].add(i)
    return found


def _distances(graph: Graph, start: int) -> list[int]:
    """Distances from a vertex to those that can be reached."""
    reached, level, found, distance = {start}, {start}, [0], 0
    while level := {j for i in level for j in graph[i]} - reached:
        reached |= level
        distance += 1
        found += [distance] * len(level)
    return found


def _connected(r: int, m: int, d: int) -> bool:
    graph = _meetings(r, m, d)
    return len(_distances(graph, 0)) == len(graph)


def _diameter(r: int, m: int, d: int) -> int:
    graph = _meetings(r, m, d)
    return max(max(_distances(graph, i)) for i in range(len(defined(graph, _connected(r, m, d)))))


def _dimensions_match(signed: bool, null: bool, r: int, m: int, d: int) -> bool:
    found = types(signed, null, r, m)
    within(len(found) * defined(d, d > 0) * 30, MAX_PAIRS, "branches")
    expected = ((m - r) + (d - 1) * len(_blocks(t)) for t in found)
    ranks = (sum(_rank([row[:-1] for row in rows]) for rows in _systems(t, r, d)) for t in found)
    return all(m * (d + 1) - rank == dimension for rank, dimension in zip(ranks, expected, strict=True))


def _point(t: Type, r: int, d: int) -> list[list[Number]]:
    """A point of the branch, off special positions: the a's, then each component of the w's."""
    outer: list[Number] = [Fraction(7**j + 1, 5) for j in range(len(t))]
    inner: list[list[Number]] = [[0] * len(t) for _ in range(d)]
    for place in (*range(r), *_blocks(t)):
        members = [(j, eps) for j, (p, eps) in enumerate(t) if p == place]
        (j, eps), rest = members[0], sum(eps * outer[j] for j, eps in members[1:])
        outer[j] = eps * ((place + 1 if place >= 0 else 0) - rest)
        for p in range(d):
            for j, eps in members:
                inner[p][j] = eps * ((place + 1) ** (p + 1) if place >= 0 else Fraction(1, 11**-place + p))
    return [outer, *inner]


def _contains(one: Sequence[Matrix], point: Sequence[Sequence[Number]], other: Sequence[Matrix]) -> bool:
    """Whether the branch `other` contains the branch `one`, of which a point is given."""
    for rows, x in zip(other, point, strict=True):
        if any(sum(c * y for c, y in zip(row, x, strict=False)) != row[-1] for row in rows):
            return False
    return all(_rank([*x, *y]) == _rank(x) for x, y in zip(one, other, strict=True))


def _none_contained(signed: bool, null: bool, r: int, m: int, d: int) -> bool:
    found = types(signed, null, r, m)
    within(len(found) ** 2 * defined(d, d > 0), MAX_PAIRS, "pairs of branches")
    systems, points = [_systems(t, r, d) for t in found], [_point(t, r, d) for t in found]
    pairs = itertools.permutations(range(len(found)), 2)
    return not any(_contains(systems[i], points[i], systems[j]) for i, j in pairs)


def _member(n: Dense, k: Dense) -> bool:
    alike = (n.activation, n.inner, n.inputs) == (k.activation, k.inner, k.inputs)
    defined(n, alike and irreducible(k))
    sums = {n.oriented(v)[0] if n.signed else v: (v, total) for v, _, total in n.signed_sums()}
    for a, w in k.scalar_neurons:  # each has members, whose signed sum is a; what is left sums to 0
        v, total = sums.pop(n.oriented(w)[0] if n.signed else w, (None, None))
        if v is None or total != a * n.sign(1 if v == w else -1):
            return False
    return not any(total for _, total in sums.values())


def _components(p: int, r: int, m: int, signed: bool) -> int:
    labels = [(2 * k + 1, 2 * k + 2) if signed else (k,) for k in range(r)]
    defined(
        p, r >= 0 and m >= 0 and p >= 0 and (p % 2 == 1 if signed else True) and 2 * r * signed + r * (not signed) <= p
    )
    within(p**m, MAX_MAPS, "maps")
    maps = map(set, itertools.product(range(p), repeat=m))
    return sum(all(not hit.isdisjoint(label) for label in labels) for hit in maps)


def _components_formula(p: int, r: int, m: int, signed: bool) -> Number:
    c = 2 if signed else 1
    within(defined(m, m >= 0 and r >= 0 and p >= c * r), MAX_ORDER, "terms of a series")
    narrow = _power_series(lambda k: c**k if k else 0, m)
    rest = _power_series(lambda k: (p - c * r) ** k, m)
    return factorial(m) * _product(rest, *[narrow] * r)[m]


def _cover_formula(r: int, m: int) -> int:
    return sum(comb(s, 2) + r * s for s in (len(_blocks(t)) for t in types(False, False, r, m)))


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "branches.count": ("bbii", lambda *given: len(types(*given))),
    "branches.series": ("bbii", _series),
    "branches.closed_form": ("ii", _closed_form),
    "branches.surjections": ("ii", _surjections),
    "branches.covers": ("ii", lambda r, m: sum(map(len, _covers(r, m).values()))),
    "branches.covers_formula": ("ii", _cover_formula),
    "branches.minimal": ("ii", lambda r, m: sum(not coarser for coarser in _covers(r, m).values())),
    "branches.longest_chain": ("ii", _longest_chain),
    "branches.transitive_reduction": ("ii", _transitive_reduction),
    "branches.meeting_pairs": ("iii", lambda *given: sum(map(len, _meetings(*given))) // 2),
    "branches.connected": ("iii", _connected),
    "branches.diameter": ("iii", _diameter),
    "branches.dimensions_match": ("bbiii", _dimensions_match),
    "branches.none_contained": ("bbiii", _none_contained),
    "branches.member": ("NN", _member),
    "branches.components": ("iiib", _components),
    "branches.components_formula": ("iiib", _components_formula),
}
