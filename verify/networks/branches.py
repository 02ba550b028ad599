"""The set of all parameters with a given output function: its branches, their hierarchy, where they meet.

For a bias-free network with one hidden layer, one output and an activation of class G, O or E, the parameters with the
output function of an irreducible network of width r are a finite union of affine branches, one for each **type**: some
neurons are null (w = 0), the others share the label of a narrow neuron and split its outer weight, or belong to a block
whose outer weights cancel. (Leyang Zhang, Yaoyu Zhang, Tao Luo, arXiv 2405.17501; Simsek et al., arXiv 2105.12221.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import comb, factorial
from typing import Any

import networkx as nx
from flint import fmpq

from verify.arithmetic import Value, exact
from verify.errors import InstanceError
from verify.networks.branch_flats import generic_flats, implies, meeting_graph, reduced_rows
from verify.networks.branch_types import (
    ONE,
    ZERO,
    Type,
    bell,
    coarsenings,
    count_types,
    demand_widths,
    exponential,
    hierarchy,
    labelled_series,
    series_count,
    stirling,
    types,
    words,
)
from verify.networks.dense import LOG, Network, Neuron, shared_network
from verify.networks.splittings import demand_two_layer, is_plain_two_layer, reduced_network
from verify.quantities import Workspace, quantity

__all__ = [
    "Branch",
    "Equation",
    "Type",
    "bell",
    "branches",
    "coarsenings",
    "count_types",
    "demand_irreducible",
    "demand_listed",
    "hierarchy",
    "irreducible_form",
    "is_irreducible",
    "lies_over",
    "meeting_graph",
    "reduced_rows",
    "series_count",
    "stirling",
    "types",
]

Json = Any


# ---- branches over a given network ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equation:
    """sum of coefficient times parameter = right; ``("a", j)`` is an outer weight, ``("w", j, p)`` an inner one.

    With inner coordinates ``log`` an equation in inner weights is one between logarithms: the product of the
    coordinates u, each to the power of its coefficient, is ``right``.
    """

    coefficients: Mapping[tuple[Any, ...], int]
    right: fmpq


@dataclass(frozen=True)
class Branch:
    """A branch of the parameters that have the output function of an irreducible network.

    Attributes:
        narrow: the irreducible network, of width r.
        kind: the type.
    """

    narrow: Network
    kind: Type

    @property
    def dimension(self) -> int:
        """Of the affine space."""
        return self.kind.dimension(self.narrow.dimension)

    @property
    def zero_blocks(self) -> int:
        """How many groups of neurons cancel."""
        return len(self.kind.blocks)

    def _turned(self, vector: tuple[fmpq, ...], sign: int) -> tuple[fmpq, ...]:
        return self.narrow.opposite(vector) if sign < 0 else vector

    @cached_property
    def _sums(self) -> list[tuple[tuple[tuple[int, int], ...], fmpq]]:
        """For each group and block: the neurons with their factors s(eps), and what the outer weights sum to."""
        factor = self.narrow.activation.sign
        targets = [neuron.outer[0] for neuron in self.narrow.neurons] + [ZERO] * len(self.kind.blocks)
        members = self.kind.groups + self.kind.blocks
        return [(tuple((j, factor(e)) for j, e in part), t) for part, t in zip(members, targets, strict=True)]

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Linear equations that cut the branch out of the parameter space; they are independent."""
        places = range(self.narrow.dimension)
        zero = ONE if self.narrow.inner == LOG else ZERO
        made = [Equation({("w", j, p): 1}, zero) for j in self.kind.nulls for p in places]
        for neuron, group in zip(self.narrow.neurons, self.kind.groups, strict=True):
            for j, sign in group:
                turned = self._turned(neuron.inner, sign)
                made += [Equation({("w", j, p): 1}, turned[p]) for p in places]
        for block in self.kind.blocks:
            first = block[0][0]
            made += [Equation({("w", j, p): 1, ("w", first, p): -e}, zero) for j, e in block[1:] for p in places]
        made += [Equation({("a", j): factor for j, factor in part}, target) for part, target in self._sums]
        return tuple(made)

    def point(self, outer: Mapping[int, Any] | None = None, vectors: Sequence[Sequence[Any]] | None = None) -> Network:
        """A rational point of the branch.

        Args:
            outer: outer weights of some neurons, by index; in each group and block the others share what is missing
                (by default a group shares its narrow neuron's weight evenly, a block has 1, ..., 1 and a last one that
                cancels them, a null neuron has 1).
            vectors: the common inner coordinates v of each block (default: small integers, different for each block).

        Raises:
            InstanceError: if the outer weights of a whole group do not have the required sum, or there are not as many
                vectors as blocks.
        """
        m, d = self.kind.width, self.narrow.dimension
        given = {j: exact(number) for j, number in (outer or {}).items()}
        if not all(0 <= j < m for j in given):
            raise InstanceError(f"outer: the network has the neurons 0 to {m - 1}")
        chosen = [ONE] * m
        for index, (part, target) in enumerate(self._sums):
            free = [(j, factor) for j, factor in part if j not in given]
            known = sum((factor * given[j] for j, factor in part if j in given), ZERO)
            if not free and known != target:
                raise InstanceError(f"outer: the weights of the neurons {[j for j, _ in part]} must sum to {target}")
            if index >= len(self.kind.groups) and len(free) == len(part):
                for j, factor in free[:-1]:
                    chosen[j] = fmpq(factor)
                    known += 1
                free = free[-1:]
            for j, factor in free:
                chosen[j] = factor * (target - known) / len(free)
        for j, number in given.items():
            chosen[j] = number
        inner = self._inner(vectors, m, d)
        return self.narrow.with_neurons(Neuron((a,), w) for a, w in zip(chosen, inner, strict=True))

    def _inner(self, vectors: Sequence[Sequence[Any]] | None, m: int, d: int) -> list[tuple[fmpq, ...]]:
        log = self.narrow.inner == LOG
        if vectors is None:
            used = len(self.kind.blocks)
            vectors = [
                [1 + b + (len(self.kind.groups) + 1) * used * p + int(log) for p in range(d)] for b in range(used)
            ]
        if len(vectors) != len(self.kind.blocks):
            raise InstanceError(f"vectors: give one for each of the {len(self.kind.blocks)} blocks")
        inner = [(ONE if log else ZERO,) * d] * m
        centres = [neuron.inner for neuron in self.narrow.neurons] + [tuple(map(exact, v)) for v in vectors]
        for centre, members in zip(centres, self.kind.groups + self.kind.blocks, strict=True):
            for j, sign in members:
                inner[j] = self._turned(centre, sign)
        return inner

    def contains(self, network: Network) -> bool:
        """Whether a network of this width lies on the branch (its neurons in their order).

        Raises:
            InstanceError: if its width, activation or inner coordinates are not the branch's.
        """
        _demand_same_shape(network, self.narrow)
        if network.width != self.kind.width:
            raise InstanceError(f"network: its width is {network.width}, the branch's is {self.kind.width}")
        neurons = network.neurons
        if not all(network.is_null(neurons[j].inner) for j in self.kind.nulls):
            return False
        for narrow, group in zip(self.narrow.neurons, self.kind.groups, strict=True):
            if any(neurons[j].inner != self._turned(narrow.inner, sign) for j, sign in group):
                return False
        for block in self.kind.blocks:
            first = neurons[block[0][0]].inner
            if any(neurons[j].inner != self._turned(first, sign) for j, sign in block):
                return False
        return all(sum((f * neurons[j].outer[0] for j, f in part), ZERO) == target for part, target in self._sums)


def branches(narrow: Network, width: int) -> Iterator[Branch]:
    """All branches of the given width over an irreducible network, in no particular order.

    Raises:
        InstanceError: if the activation is not of class G, O or E (then there are more), the network is not
            irreducible, has biases, several layers or several outputs, or is wider than ``width``.
    """
    demand_irreducible(narrow)
    demand_widths(narrow.width, width)
    activation = narrow.activation
    for kind in types(narrow.width, width, signed=activation.signed, null=activation.zero_at_zero):
        if _distinct(narrow, kind):
            yield Branch(narrow, kind)


def _distinct(narrow: Network, kind: Type) -> bool:
    """Whether a type is the first of those with the same branch: a constant neuron (w = 0) has no signs."""
    return not any(
        sign < 0
        for neuron, group in zip(narrow.neurons, kind.groups, strict=True)
        if narrow.is_null(neuron.inner)
        for _, sign in group
    )


# ---- what a network has to be --------------------------------------------------------------------------------------


def is_irreducible(network: Network) -> bool:
    """Every outer weight is not 0, the inner ones lie in different classes, and none is null if sigma(0) = 0.

    Classes are those of the activation's parity: w and -w belong together unless the class is G.
    """
    activation, neurons = network.activation, network.neurons
    if any(neuron.outer[0] == 0 for neuron in neurons):
        return False
    if activation.zero_at_zero and any(network.is_null(neuron.inner) for neuron in neurons):
        return False
    together = activation.letter != "G"
    return len({network.class_key(neuron.inner, signed=together)[0] for neuron in neurons}) == len(neurons)


def demand_listed(network: Network, what: str = "network") -> None:
    """Raise InstanceError unless the list of branches is complete for the network: class G, O or E."""
    demand_two_layer(network, what)
    if (letter := network.activation.letter) not in ("G", "O", "E"):
        why = {
            "M": "the activation is a polynomial plus an odd or even function (class M), and its neurons have more linear "
            "relations than equal or opposite weights give",
            "P": "the activation is a polynomial, and its neurons span a space of finite dimension",
            "N": "the activation is not analytic (class N)",
        }[letter]
        raise InstanceError(
            f"{what}: the list of branches would be incomplete: {why}. Use class G, O or E (exp, tanh, ...)"
        )


def irreducible_form(network: Network) -> Network:
    """The irreducible network with the same output function (``operators.reduce``).

    Raises:
        InstanceError: unless the activation is of class G, O or E, with one output and no biases; or if the function is 0.
    """
    demand_listed(network)
    narrow = reduced_network(network)
    if narrow is None:
        raise InstanceError("network: its output function is 0, and no network of width >= 1 is irreducible for it")
    return narrow


def demand_irreducible(network: Network, what: str = "narrow") -> None:
    """Raise InstanceError unless the network is irreducible and of class G, O or E."""
    demand_listed(network, what)
    if not is_irreducible(network):
        raise InstanceError(f"{what}: it is not irreducible; apply reduce(...) first")


def _demand_same_shape(one: Network, other: Network) -> None:
    demand_two_layer(one)
    if (one.activation, one.inner, one.dimension) != (other.activation, other.inner, other.dimension):
        raise InstanceError("network: its activation, inner coordinates or number of inputs are not the branch's")


# ---- quantities ----------------------------------------------------------------------------------------------------


def _sizes(*numbers: Value) -> list[int] | None:
    """Natural numbers; None if one is negative or not an integer."""
    exacts = [fmpq(number) for number in numbers]
    return [int(x.p) for x in exacts] if all(x.q == 1 and x >= 0 for x in exacts) else None


def _widths(r: Value, m: Value, d: Value = 1) -> tuple[int, int, int] | None:
    """r <= m and d >= 1, or None: the functions are undefined elsewhere."""
    sizes = _sizes(r, m, d)
    return None if sizes is None or sizes[0] > sizes[1] or sizes[2] < 1 else (sizes[0], sizes[1], sizes[2])


@quantity("branches.count")
def count(_: Workspace, signed: Value, null: Value, r: Value, m: Value) -> Value:
    """The number of types, by enumeration."""
    if (widths := _widths(r, m)) is None:
        return None
    return count_types(*widths[:2], signed=bool(signed), null=bool(null))


@quantity("branches.series")
def by_series(_: Workspace, signed: Value, null: Value, r: Value, m: Value) -> Value:
    """The number of types, from the exponential generating function."""
    if (widths := _widths(r, m)) is None:
        return None
    return series_count(*widths[:2], signed=bool(signed), null=bool(null))


@quantity("branches.closed_form")
def closed_form(_: Workspace, r: Value, m: Value) -> Value:
    """sum_u C(m, u) r! S2(m - u, r) Bell(u)."""
    if (widths := _widths(r, m)) is None:
        return None
    r, m, _d = widths
    return sum(comb(m, u) * factorial(r) * stirling(m - u, r) * bell(u) for u in range(m - r + 1))


@quantity("branches.surjections")
def surjections(_: Workspace, r: Value, m: Value) -> Value:
    """r! S2(m, r)."""
    if (widths := _widths(r, m)) is None:
        return None
    return factorial(widths[0]) * stirling(widths[1], widths[0])


@quantity("branches.covers")
def covers(_: Workspace, r: Value, m: Value) -> Value:
    """The number of covers of the hierarchy."""
    return _of_diagram(r, m, lambda diagram: diagram.number_of_edges())


@quantity("branches.covers_formula")
def covers_formula(_: Workspace, r: Value, m: Value) -> Value:
    """The sum over types with s blocks of C(s, 2) + r s."""
    if (widths := _widths(r, m)) is None:
        return None
    r, m, _d = widths
    return sum(comb(blocks, 2) + r * blocks for _word, blocks in words(r, m, False))


@quantity("branches.minimal")
def minimal(_: Workspace, r: Value, m: Value) -> Value:
    """The number of types without a coarser one."""
    return _of_diagram(r, m, lambda diagram: sum(degree == 0 for _, degree in diagram.in_degree()))


@quantity("branches.longest_chain")
def longest_chain(_: Workspace, r: Value, m: Value) -> Value:
    """The number of covers on the longest chain."""
    return _of_diagram(r, m, nx.dag_longest_path_length)


@quantity("branches.transitive_reduction")
def transitive_reduction(_: Workspace, r: Value, m: Value) -> Value:
    """Whether no cover is implied by others."""
    return _of_diagram(r, m, lambda diagram: set(nx.transitive_reduction(diagram).edges) == set(diagram.edges))


@cache
def _diagram(r: int, m: int) -> nx.DiGraph:
    return hierarchy(r, m)


def _of_diagram(r: Value, m: Value, read: Any) -> Value:
    widths = _widths(r, m)
    return None if widths is None else read(_diagram(*widths[:2]))


@cache
def _meeting(r: int, m: int, d: int) -> nx.Graph:
    return meeting_graph(r, m, d)


def _of_meeting(r: Value, m: Value, d: Value, read: Any) -> Value:
    widths = _widths(r, m, d)
    return None if widths is None else read(_meeting(*widths))


@quantity("branches.meeting_pairs")
def meeting_pairs(_: Workspace, r: Value, m: Value, d: Value) -> Value:
    """The number of pairs of branches with a common point."""
    return _of_meeting(r, m, d, lambda graph: graph.number_of_edges())


@quantity("branches.connected")
def connected(_: Workspace, r: Value, m: Value, d: Value) -> Value:
    """Whether the union of the branches is connected."""
    return _of_meeting(r, m, d, nx.is_connected)


@quantity("branches.diameter")
def diameter(_: Workspace, r: Value, m: Value, d: Value) -> Value:
    """The diameter of the graph of branches that meet, undefined if it is not connected."""
    return _of_meeting(r, m, d, lambda graph: nx.diameter(graph) if nx.is_connected(graph) else None)


@quantity("branches.dimensions_match")
def dimensions_match(_: Workspace, signed: Value, null: Value, r: Value, m: Value, d: Value) -> Value:
    """Whether each branch's dimension, by rank, is m - r + (d - 1) times the number of its blocks."""
    if (widths := _widths(r, m, d)) is None:
        return None
    r, m, d = widths
    flats = generic_flats(r, m, d, signed=bool(signed), null=bool(null))
    return all(m * (d + 1) - flat.codimension(d) == kind.dimension(d) for kind, flat in flats.items())


@quantity("branches.none_contained")
def none_contained(_: Workspace, signed: Value, null: Value, r: Value, m: Value, d: Value) -> Value:
    """Whether no branch contains another one."""
    if (widths := _widths(r, m, d)) is None:
        return None
    r, m, d = widths
    flats = list(generic_flats(r, m, d, signed=bool(signed), null=bool(null)).values())
    if len(set(flats)) < len(flats):
        return False
    # a branch lies properly inside another one only if its codimension is larger
    for one, other in product(flats, repeat=2):
        if one.codimension(d) > other.codimension(d) and (
            implies(one.outer, other.outer, m) and implies(one.inner, other.inner, m)
        ):
            return False
    return True


@quantity("branches.member")
def member(workspace: Workspace, network: Json, narrow: Json) -> Value:
    """Whether a network lies on a branch over an irreducible one; undefined if the latter is not irreducible."""
    wide, base = shared_network(workspace, network), shared_network(workspace, narrow)
    if not (is_plain_two_layer(wide) and is_plain_two_layer(base)) or not is_irreducible(base):
        return None
    if (wide.activation, wide.inner, wide.dimension) != (base.activation, base.inner, base.dimension):
        return None
    return lies_over(wide, base)


def lies_over(wide: Network, narrow: Network) -> bool:
    """Whether the signed outer weights of each class sum to the narrow network's (0 where it has no neuron).

    It is then on a branch: neurons of a narrow neuron's class get its label, the other classes are blocks.
    """
    missing: dict[Any, fmpq] = {}
    for network, factor in ((narrow, 1), (wide, -1)):
        for neuron in network.neurons:
            if not (network.activation.zero_at_zero and network.is_null(neuron.inner)):
                key, sign = network.class_key(neuron.inner)
                missing[key] = missing.get(key, ZERO) + factor * network.activation.sign(sign) * neuron.outer[0]
    return not any(missing.values())


@quantity("branches.components")
def components(_: Workspace, p: Value, r: Value, m: Value, signed: Value) -> Value:
    """The number of maps of m neurons to p points onto r of them, or (signed) onto r pairs of opposite points."""
    if (sizes := _sizes(p, r, m)) is None or (2 if signed else 1) * sizes[1] > sizes[0]:
        return None
    p, r, m = sizes
    if signed and p % 2 == 0:
        return None
    labels = [{2 * k, 2 * k + 1} if signed else {k} for k in range(r)]

    def completions(left: int, missing: tuple[int, ...]) -> int:
        if len(missing) > left:
            return 0
        if left == 0:
            return 1
        return sum(completions(left - 1, tuple(k for k in missing if x not in labels[k])) for x in range(p))

    return completions(m, tuple(range(r)))


@quantity("branches.components_formula")
def components_formula(_: Workspace, p: Value, r: Value, m: Value, signed: Value) -> Value:
    """m! [z^m] (e^(cz) - 1)^r e^((p - cr) z)."""
    if (sizes := _sizes(p, r, m)) is None or (2 if signed else 1) * sizes[1] > sizes[0]:
        return None
    p, r, m = sizes
    c = 2 if signed else 1
    return labelled_series(c, r, exponential(p - c * r, m))
