"""Compatible embeddings in width, for networks of any depth: copies of neurons whose errors are fixed multiples.

Source: Y. Zhang, Y. Li, Z. Zhang, T. Luo, Z.-Q. J. Xu, arXiv 2111.15527 (the conditions (F) and (B) are derived).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_mat

from verify.errors import InstanceError
from verify.networks.dense import Network, read_network
from verify.networks.splittings import ONE, ZERO, Vector, number


@dataclass(frozen=True)
class Embedding:
    """A compatible embedding in width: W'_l[s][t] = beta_l[s][t] W_l[I_l(s)][I_{l-1}(t)].

    ``maps`` are I_1, ..., I_L; ``alphas`` vectors for the hidden layers; ``betas`` matrices for layers 1, ..., L + 1.
    """

    narrow: Network
    wide: Network
    maps: tuple[tuple[int, ...], ...]
    alphas: tuple[Vector, ...]
    betas: tuple[tuple[Vector, ...], ...]

    @cached_property
    def _entries(self) -> list[tuple[int, fmpq, fmpq]]:
        """For each wide parameter: the narrow one, beta (1 for a bias), alpha (the factor of the gradient)."""
        made = []
        maps = _with_ends(self.narrow, self.maps)
        alphas = (*self.alphas, (ONE,) * self.narrow.outputs)
        start = 0
        for l, (layer, bias) in enumerate(zip(self.narrow.layers, self.narrow.biases, strict=True)):  # noqa: E741
            columns = len(layer[0])
            for s, i in enumerate(maps[l + 1]):
                for t, j in enumerate(maps[l]):
                    made.append((start + i * columns + j, self.betas[l][s][t], alphas[l][s]))
            start += len(layer) * columns
            if bias is not None:
                made += [(start + i, ONE, alphas[l][s]) for s, i in enumerate(maps[l + 1])]
                start += len(bias)
        return made

    @cached_property
    def matrices(self) -> tuple[fmpq_mat, fmpq_mat]:
        """(T, M), N' x N: the derivative of the embedding, and the matrix with grad R_wide = M grad R_narrow."""
        tangent, gradient = (fmpq_mat(len(self._entries), self.narrow.size) for _ in range(2))
        for row, (column, slope, factor) in enumerate(self._entries):
            tangent[row, column], gradient[row, column] = slope, factor
        return tangent, gradient

    @property
    def dimension(self) -> int:
        """Degrees of freedom of compatible embeddings with these maps: see ``compatible_dimension``."""
        fibres = [[own.count(i) for i in range(max(own) + 1)] for own in self.maps]
        return compatible_dimension(fibres)


def compatible_dimension(fibres: Sequence[Sequence[int]]) -> int:
    """The dimension of the set of compatible (alpha, beta) for given fibre sizes, one list per hidden layer.

    It is that of the set of wide points if no narrow weight is 0.

    >>> compatible_dimension([[2], [2]]), compatible_dimension([[3]])
    (3, 2)
    """
    total = sum(size - 1 for sizes in fibres for size in sizes)
    for before, after in pairwise(fibres):
        total += sum(s - 1 for s in after) * sum(s - 1 for s in before)
    return total


def _with_ends(network: Network, maps: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    return [tuple(range(network.dimension)), *map(tuple, maps), tuple(range(network.outputs))]


def compatible_embedding(
    network: Network,
    maps: Sequence[Sequence[int]],
    alphas: Sequence[Sequence[Any]] | None = None,
    betas: Sequence[Sequence[Sequence[Any]]] | None = None,
) -> Embedding:
    """The compatible embedding of a network of any depth; the arguments are those of ``operators.embed_deep``.

    Raises:
        InstanceError: if a map is not onto, or an equation (F) or (B) is violated; the message names it.
    """
    if len(maps) != network.depth:
        raise InstanceError(f"maps: give one for each of the {network.depth} hidden layers")
    for l, own in enumerate(maps):  # noqa: E741
        if sorted(set(own)) != list(range(len(network.layers[l]))):
            raise InstanceError(
                f"maps[{l}]: it must be onto the neurons 0 to {len(network.layers[l]) - 1} of layer {l + 1}"
            )
    shares = _alphas(network, maps, alphas)
    index = _with_ends(network, maps)
    full = _betas(network, index, shares, betas)
    layers = [
        [[full[l][s][t] * layer[i][j] for t, j in enumerate(index[l])] for s, i in enumerate(index[l + 1])]
        for l, layer in enumerate(network.layers)  # noqa: E741
    ]
    biases = [
        None if bias is None else [bias[i] for i in index[l + 1]]
        for l, bias in enumerate(network.biases)  # noqa: E741
    ]
    wide = read_network(
        {"activation": network.activation.form, "layers": layers, "biases": biases, "inner": network.inner}
    )
    return Embedding(network, wide, tuple(map(tuple, maps)), tuple(shares), full)


def _alphas(network: Network, maps: Sequence[Sequence[int]], alphas: Sequence[Sequence[Any]] | None) -> list[Vector]:
    if alphas is None:
        return [tuple(fmpq(1, list(own).count(i)) for i in own) for own in maps]
    if len(alphas) != len(maps) or any(len(row) != len(own) for row, own in zip(alphas, maps, strict=False)):
        raise InstanceError(f"alphas: give one vector for each of the {len(maps)} maps, as long as the map")
    made = [tuple(map(number, row)) for row in alphas]
    for l, (own, row) in enumerate(zip(maps, made, strict=True)):  # noqa: E741
        for i in range(len(network.layers[l])):
            fibre = [t for t, target in enumerate(own) if target == i]
            if (total := sum((row[t] for t in fibre), ZERO)) != 1:
                raise InstanceError(
                    f"alphas[{l}]: over the fibre {fibre} of neuron {i} they must sum to 1, not to {total}"
                )
    return made


def _betas(
    network: Network,
    index: Sequence[Sequence[int]],
    alphas: Sequence[Vector],
    betas: Sequence[Sequence[Sequence[Any]]] | None,
) -> tuple[tuple[Vector, ...], ...]:
    """For layers 1, ..., L + 1: those of the first and last follow from (F) and (B), the others are given or alpha."""
    depth = network.depth
    if betas is not None and len(betas) != depth - 1:
        raise InstanceError(f"betas: give a matrix for each of the {depth - 1} layers between two hidden ones")
    full: list[tuple[Vector, ...]] = [((ONE,) * network.dimension,) * len(index[1])]
    for l in range(2, depth + 1):  # noqa: E741
        rows, columns = len(index[l]), len(index[l - 1])
        if betas is None:
            full.append((alphas[l - 2],) * rows)
            continue
        given = betas[l - 2]
        if len(given) != rows or any(len(row) != columns for row in given):
            raise InstanceError(f"betas[{l - 2}]: it must be a {rows} x {columns} matrix")
        own = tuple(tuple(map(number, row)) for row in given)
        _demand_compatible(l, own, index[l], index[l - 1], alphas[l - 1], alphas[l - 2])
        full.append(own)
    full.append((alphas[depth - 1],) * network.outputs)
    return tuple(full)


def _demand_compatible(
    l: int,  # noqa: E741
    beta: tuple[Vector, ...],
    upper: Sequence[int],
    lower: Sequence[int],
    alpha_upper: Vector,
    alpha_lower: Vector,
) -> None:
    name = f"betas[{l - 2}]"
    for s, row in enumerate(beta):
        for j in sorted(set(lower)):
            if (total := sum((x for x, target in zip(row, lower, strict=True) if target == j), ZERO)) != 1:
                raise InstanceError(
                    f"{name}: equation (F) fails for row {s} and neuron {j} of layer {l - 1}: the entries over its "
                    f"copies must sum to 1 (features are copies), not to {total}"
                )
    for i in sorted(set(upper)):
        fibre = [s for s, target in enumerate(upper) if target == i]
        for t, alpha in enumerate(alpha_lower):
            if (total := sum((alpha_upper[s] * beta[s][t] for s in fibre), ZERO)) != alpha:
                raise InstanceError(
                    f"{name}: equation (B) fails for neuron {i} of layer {l} and column {t}: the sum of alpha beta over "
                    f"its copies must be alphas[{l - 2}][{t}] = {alpha} (errors are multiples), not {total}"
                )
