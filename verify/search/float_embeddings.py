"""Float definitions of operators that widen a network with one hidden layer, and of what statements assume of these.

A splitting is a list of objects and a block an object, as they are written, with arrays in the place of vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from verify.networks.dense import LOG
from verify.quantities import Workspace
from verify.search.float_dense import evaluation
from verify.search.float_networks import Array, FloatData, FloatNetwork, inertia, joined, products, whole
from verify.search.float_quantities import differ, float_quantity, index_of, largest, vanish
from verify.search.margins import Float, conjunction, equality, inequality

Group = Mapping[str, Any]
Block = Mapping[str, Any]


def _shifts(group: Group) -> Array | None:
    return group.get("shifts")


def _signs(group: Group) -> list[int]:
    """1 or -1 for each copy: they do not vary in a batch."""
    signs = group.get("signs")
    return [1] * len(group["coefficients"]) if signs is None else [int(sign[0]) for sign in signs]


def _fits(network: FloatNetwork, splitting: Sequence[Group]) -> bool:
    return network.depth == 1 and network.bias_free and all(_group_fits(network, group) for group in splitting)


def _group_fits(network: FloatNetwork, group: Group) -> bool:
    shifts = _shifts(group)
    return (
        index_of(group["neuron"], network.width) is not None
        and (network.activation.signed or -1 not in _signs(group))
        and (shifts is None or shifts.shape[1] == network.dimension)
    )


def _outer_rows(block: Block) -> Array:
    """The outer weights as rows, (b, D, P); a row of one entry may be written as a number."""
    outer = block["outer"]
    return outer[:, None] if outer.ndim == 2 else outer


def _wider(network: FloatNetwork, columns: list[Array], rows: list[Array]) -> FloatNetwork:
    """The network of neurons with these outer weights (D, P) and inner coordinates (d, P)."""
    outer, inner = (joined([part[None] for part in parts]) for parts in (columns, rows))
    return FloatNetwork(network.activation, (inner, outer.swapaxes(0, 1)), (None, None), network.inner)


@float_quantity("embedding.split")
def _split(_: Workspace, network: FloatNetwork, splitting: Sequence[Group]) -> Float:
    if not _fits(network, splitting):
        return np.nan
    by_neuron = {index_of(group["neuron"], network.width): group for group in splitting}
    columns, rows = [], []
    for j, w in enumerate(network.layers[0]):
        a, group = network.layers[1][:, j], by_neuron.get(j)
        if group is None:
            columns.append(a)
            rows.append(w)
            continue
        shifts = _shifts(group)
        for k, (delta, sign) in enumerate(zip(group["coefficients"], _signs(group), strict=True)):
            inner = w if shifts is None else w * shifts[k] if network.inner == LOG else w + shifts[k]
            columns.append(network.activation.sign(sign) * delta * a)
            rows.append(inner if sign > 0 else 1 / inner if network.inner == LOG else -inner)
    return _wider(network, columns, rows)


@float_quantity("embedding.append")
def _append(_: Workspace, network: FloatNetwork, block: Block) -> Float:
    outer, inner = _outer_rows(block), block["inner"]
    shape = (outer.shape[1], inner.shape[1])
    if network.depth != 1 or not network.bias_free or shape != (network.outputs, network.dimension):
        return np.nan
    return _wider(network, [*network.layers[1].swapaxes(0, 1), *outer], [*network.layers[0], *inner])


@float_quantity("embedding.sums_to_one")
def _sums_to_one(_: Workspace, splitting: Sequence[Group]) -> Float:
    one = np.float64(1)
    return conjunction(one, *(equality(group["coefficients"].sum(axis=0), one) for group in splitting))


@float_quantity("embedding.unshifted")
def _unshifted(_: Workspace, splitting: Sequence[Group]) -> Float:
    shifts = [found for group in splitting if (found := _shifts(group)) is not None]
    return conjunction(np.float64(1), *map(vanish, shifts))


@float_quantity("embedding.proper")
def _proper(_: Workspace, splitting: Sequence[Group]) -> Float:
    shares = [inequality(share, np.float64(0)) for group in splitting for share in group["coefficients"]]
    return conjunction(np.float64(1), *shares)


@float_quantity("embedding.largest_share")
def _largest_share(_: Workspace, splitting: Sequence[Group]) -> Float:
    return largest(joined([np.zeros((1, 1)), *(group["coefficients"] for group in splitting)]))


@float_quantity("embedding.zero_sum")
def _zero_sum(_: Workspace, block: Block) -> Float:
    return vanish(_outer_rows(block).sum(axis=0))


@float_quantity("embedding.same_inner")
def _same_inner(_: Workspace, block: Block) -> Float:
    first, *rest = block["inner"]
    return conjunction(np.float64(1), *(equality(first, other) for other in rest))


@float_quantity("embedding.size")
def _size(_: Workspace, block: Block) -> Float:
    return float(len(block["inner"]))


@float_quantity("embedding.null_inner")
def _null_inner(_: Workspace, network: FloatNetwork, block: Block) -> Float:
    inner = block["inner"]
    return vanish(network.weight_of(inner)) if inner.shape[1] == network.dimension else np.nan


@float_quantity("embedding.outer_nonzero")
def _outer_nonzero(_: Workspace, network: FloatNetwork, splitting: Sequence[Group]) -> Float:
    places = [index_of(group["neuron"], network.width) for group in splitting]
    if network.depth != 1 or None in places:
        return np.nan
    return conjunction(np.float64(1), *(differ(network.layers[1][:, j]) for j in places))


@float_quantity("embedding.distance")
def _distance(_: Workspace, one: FloatNetwork, other: FloatNetwork) -> Float:
    if one.inner != other.inner or _shapes(one) != _shapes(other):
        return np.nan
    p, q = one.parameters, other.parameters
    apart = np.abs(p - q)
    if one.inner == LOG:
        inner = one.width * (one.dimension + (one.biases[0] is not None))  # W_1 and b_1 come first
        ratios = p[:inner] / q[:inner]
        apart = joined([np.maximum(ratios, 1 / ratios) - 1, apart[inner:]])
    return largest(apart)


def _shapes(network: FloatNetwork) -> list[Any]:
    """What two networks must share to be compared parameter by parameter."""
    return [[layer.shape[:2] for layer in network.layers], [bias is None for bias in network.biases]]


@float_quantity("embedding.curvature_inertia")
def _curvature_inertia(workspace: Workspace, network: FloatNetwork, data: FloatData, j: Float) -> Float:
    found = evaluation(workspace, network, data)
    place = index_of(j, network.width)
    if network.depth != 1 or not network.bias_free or place is None or not network.is_exact:
        return np.nan
    along = (found.residuals * network.layers[1][:, place, None]).sum(axis=0) * found.seconds[0][place]
    x = data.inputs.swapaxes(0, 1)
    return inertia(whole(products(along * x, x)))
