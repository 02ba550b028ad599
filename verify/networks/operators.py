"""Operators for people: embed, reduce and lift a network of your own, list the branches of its output function, escape saddles.

Networks and data are exact (``Network.of``, ``Data.of``); a result is a network, an object with exact numbers, or an
InstanceError that says what is wrong with which argument. The text with examples is ``docs/operators.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import networkx as nx

from verify.errors import InstanceError
from verify.networks import branch_types
from verify.networks import branches as _branches
from verify.networks.boxes import certify_critical_point
from verify.networks.branch_types import Type
from verify.networks.branches import Branch, Equation
from verify.networks.classification import BranchReport, classify
from verify.networks.critical_search import find_critical_point, polish
from verify.networks.dense import LOG, Data, Network, Neuron, evaluate
from verify.networks.dense_dual import Dual
from verify.networks.embedding_deep import Embedding, compatible_embedding
from verify.networks.escapes import Escape
from verify.networks.inspection import critical_targets, inertia, is_local_minimum, split_inertia
from verify.networks.saddles import Descent, DualZero, critical_evaluation, descent, dual_zeros, escape
from verify.networks.splittings import (
    ONE,
    ZERO,
    Block,
    append,
    assembled,
    demand_one_layer,
    demand_two_layer,
    number,
    read_splitting,
    split_network,
)
from verify.networks.training import train

__all__ = [
    "Branch",
    "BranchReport",
    "Data",
    "Descent",
    "DualZero",
    "Embedding",
    "Equation",
    "Escape",
    "Network",
    "Reduction",
    "Type",
    "add_null",
    "branches",
    "certify_critical_point",
    "classify",
    "critical_targets",
    "descent",
    "dual_zeros",
    "embed_deep",
    "escape",
    "evaluate",
    "find_critical_point",
    "hierarchy",
    "inertia",
    "is_local_minimum",
    "lift",
    "polish",
    "reduce",
    "reductions",
    "replicate",
    "split",
    "split_inertia",
    "train",
]

LARGEST_HIERARCHY = 50_000


# ---- embed ---------------------------------------------------------------------------------------------------------


def split(network: Network, neuron: int, coefficients: Sequence[Any], signs: Sequence[int] | None = None) -> Network:
    """Replace a neuron (a, w) by copies (s(eps) delta a, eps w): the output stays, and a critical point stays critical.

    Args:
        network: one hidden layer, any number of outputs.
        neuron: its index, from 0.
        coefficients: the numbers delta; they sum to 1 and may be negative or 0.
        signs: eps = 1 or -1 for each copy; -1 needs an odd or even activation (class O or E).

    >>> wide = split(Network.of("tanh", [[[1]], [[2]]]), 0, ["1/4", "3/4"], signs=[1, -1])
    >>> wide.layers
    (((1,), (-1,)), ((1/2, -3/2),))

    Raises:
        InstanceError: if the coefficients do not sum to 1, are floats, or a sign is not allowed.
    """
    raw: dict[str, Any] = {"neuron": neuron, "coefficients": coefficients}
    (group,) = read_splitting([raw if signs is None else {**raw, "signs": signs}])
    if (total := sum(group.coefficients, ZERO)) != 1:
        raise InstanceError(f"coefficients: they sum to {total}; they must sum to 1, or the output changes")
    return split_network(network, (group,))


def add_null(network: Network, outer: Any = 0) -> Network:
    """Add a neuron with w = 0: the output stays if sigma(0) = 0.

    A critical point stays critical for every sample if the outer weight is 0, or if also sigma'(0) = 0; otherwise
    for those with sum_i e_i x_i = 0.

    Args:
        outer: the outer weight (a list of D numbers for several outputs).

    Raises:
        InstanceError: if sigma(0) != 0.
    """
    demand_one_layer(network)
    if not network.activation.zero_at_zero:
        raise InstanceError(
            f"network: sigma(0) != 0 for {network.activation.form}, so a neuron with w = 0 changes the output; "
            "use lift(...) for neurons with outer weight 0"
        )
    row = outer if isinstance(outer, (list, tuple)) else [outer] * network.outputs
    vector = (ONE if network.inner == LOG else ZERO,) * network.dimension
    return append(network, Block((tuple(map(number, row)),), (vector,)))


def embed_deep(
    network: Network,
    maps: Sequence[Sequence[int]],
    alphas: Sequence[Sequence[Any]] | None = None,
    betas: Sequence[Sequence[Sequence[Any]]] | None = None,
) -> Embedding:
    """The compatible embedding in width of a network of any depth L: copies of neurons, for every sample critical with it.

    W'_l[s][t] = beta_l[s][t] W_l[I_l(s)][I_{l-1}(t)], with (F) the sum of beta_l[s][t] over the copies t of each j is 1,
    and (B) the sum of alpha_l[s] beta_l[s][t] over the copies s of each i is alpha_{l-1}[t]; biases are copied.

    Args:
        maps: I_1, ..., I_L: for each wide neuron of a hidden layer the narrow one that it copies (onto).
        alphas: for each hidden layer the shares of the errors; over the copies of one neuron they sum to 1.
            Default: equal shares.
        betas: for l = 2, ..., L (those of the first and the last layer follow). Default: beta_l[s][t] = alpha_{l-1}[t].

    Returns:
        An Embedding: ``wide``, ``matrices`` (T, M) with grad R_wide = M grad R_narrow, ``dimension``.

    >>> net = Network.of("tanh", [[[1]], [[2]], [[3]]])
    >>> embed_deep(net, [[0, 0], [0, 0]], betas=[[["1/3", "2/3"], ["2/3", "1/3"]]]).dimension
    3

    Raises:
        InstanceError: if a map is not onto, or naming the equation that is violated, with its indices.
    """
    return compatible_embedding(network, maps, alphas, betas)


def replicate(network: Network, neuron: int, copies: int, layer: int = 1) -> Network:
    """Replace a neuron of a hidden layer (counted from 1) by equal copies, in a network of any depth.

    Raises:
        InstanceError: if there is no such layer or neuron, or not at least one copy.
    """
    if not 1 <= layer <= network.depth:
        raise InstanceError(f"layer {layer}: the network has the hidden layers 1 to {network.depth}")
    size = len(network.layers[layer - 1])
    if not 0 <= neuron < size or copies < 1:
        raise InstanceError(f"neuron {neuron}, copies {copies}: give a neuron from 0 to {size - 1} and copies >= 1")
    maps = [list(range(len(rows))) for rows in network.layers[:-1]]
    maps[layer - 1] = [j for j in range(size) for _ in range(copies if j == neuron else 1)]
    return embed_deep(network, maps).wide


# ---- reduce --------------------------------------------------------------------------------------------------------


def reduce(network: Network) -> Network:
    """The irreducible network with the same output function; critical for each sample for which the network is.

    >>> reduce(Network.of("tanh", [[[1], [-1], [3]], [[2, 5, 0]]])).layers
    (((1,),), ((-3,),))

    Raises:
        InstanceError: unless the activation is of class G, O or E, with one output and no biases; or if the function is 0.
    """
    return _branches.irreducible_form(network)


@dataclass(frozen=True)
class Reduction:
    """An elementary step: ``kind`` is "merge", "drop-zero" or "drop-null", ``neurons`` those that it concerns."""

    kind: str
    neurons: tuple[int, ...]
    network: Network

    def __str__(self) -> str:
        texts = {
            "merge": "merge the neurons {}: their outer weights are added",
            "drop-zero": "delete neuron {}: its outer weight is 0",
            "drop-null": "delete neuron {}: its inner weights are 0, and so is its output",
        }
        return texts[self.kind].format(" and ".join(map(str, self.neurons)))


def reductions(network: Network) -> tuple[Reduction, ...]:
    """All elementary reductions: each gives a network with one neuron less, the same output, critical if this one is.

    For any activation, one hidden layer, any number of outputs.

    Raises:
        InstanceError: for several hidden layers, or neurons with biases.
    """
    demand_one_layer(network)
    if network.biases[0] is not None:
        raise InstanceError(
            "network: its neurons have biases; give the inputs a last component 1 and append them to W_1"
        )
    neurons, activation = network.neurons, network.activation
    if len(neurons) == 1:
        return ()

    def without(j: int, changed: Mapping[int, Neuron] | None = None) -> Network:
        kept = [(changed or {}).get(i, neuron) for i, neuron in enumerate(neurons) if i != j]
        return assembled(network, kept, None)

    found = []
    for j, neuron in enumerate(neurons):
        if not any(neuron.outer):
            found.append(Reduction("drop-zero", (j,), without(j)))
        if activation.zero_at_zero and network.is_null(neuron.inner):
            found.append(Reduction("drop-null", (j,), without(j)))
    for i, j in combinations(range(len(neurons)), 2):
        one, other = neurons[i], neurons[j]
        (key, turn), (other_key, other_turn) = (network.class_key(n.inner) for n in (one, other))
        if key == other_key:
            factor = activation.sign(turn * other_turn)
            merged = Neuron(tuple(a + factor * b for a, b in zip(one.outer, other.outer, strict=True)), one.inner)
            found.append(Reduction("merge", (i, j), without(j, {i: merged})))
    return tuple(found)


# ---- lift -----------------------------------------------------------------------------------------------------------


def lift(network: Network, data: Data, vectors: Sequence[Sequence[Any]]) -> Network:
    """Add neurons (0, v) to a critical network; the result is critical for these data (for others it need not be).

    Args:
        vectors: inner coordinates v with phi(v) = 0; ``dual_zeros`` finds them for one input.

    Raises:
        InstanceError: if the network is not critical, or phi does not vanish at a vector (the message has its value).
    """
    demand_two_layer(network)
    evaluation = critical_evaluation(network, data)
    dual, rows = Dual(evaluation), [tuple(map(number, vector)) for vector in vectors]
    for vector in rows:
        if (phi := dual.value(vector)) != 0:
            raise InstanceError(
                f"vectors: phi({', '.join(map(str, vector))}) = {phi} is not 0, so a neuron there is not critical; "
                "dual_zeros(network, data) lists the zeros for networks with one input"
            )
    return append(network, Block(((ZERO,),) * len(rows), tuple(rows))) if rows else network


# ---- branches ------------------------------------------------------------------------------------------------------


def branches(network: Network, width: int) -> Iterator[Branch]:
    """The branches of {parameters of this width with the network's output function}; the network is reduced first.

    >>> from itertools import islice
    >>> net = Network.of("exp", [[[1]], [[1]]])
    >>> [str(branch.kind) for branch in branches(net, 2)]
    ['0: 0 1', '0: 0; block: 1', '0: 1; block: 0']

    Raises:
        InstanceError: unless the activation is of class G, O or E (the list would be incomplete), or if the width is smaller
            than that of the reduced network.
    """
    return _branches.branches(reduce(network), width)


def hierarchy(
    network_or_r: Network | int, width: int, *, d: int = 1, signed: bool = False, null: bool = False
) -> nx.DiGraph:
    """The Hasse diagram of the branches: nodes are types, edges lead from the coarser to the finer one of a cover.

    Node attributes: ``dimension`` and ``blocks`` (the number of zero blocks).

    Args:
        network_or_r: a network, which is reduced and determines the other arguments; or the number r of its neurons.
        d: the number of inputs.
        signed: the activation is odd or even.
        null: it vanishes at 0.

    Raises:
        InstanceError: as ``branches``; or if there are more than 50,000 types.
    """
    allowed = None
    if isinstance(network_or_r, Network):
        narrow = reduce(network_or_r)
        r, d = narrow.width, narrow.dimension
        signed, null = narrow.activation.signed, narrow.activation.zero_at_zero
        if any(narrow.is_null(neuron.inner) for neuron in narrow.neurons):
            allowed = [branch.kind for branch in _branches.branches(narrow, width)]
    else:
        r = network_or_r
    if (number_of_types := branch_types.series_count(r, width, signed=signed, null=null)) > LARGEST_HIERARCHY:
        raise InstanceError(
            f"width {width}: there are {number_of_types} types, more than {LARGEST_HIERARCHY}; choose a smaller width"
        )
    diagram = branch_types.hierarchy(r, width, d=d, signed=signed, null=null)
    return diagram if allowed is None else diagram.subgraph(allowed).copy()
