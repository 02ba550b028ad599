"""Operators on networks with one hidden layer: splitting, appending, merging, moving neurons.

Splittings and blocks are read from the JSON forms of ``docs/certificates.md``, section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from verify.arithmetic import exact
from verify.decide.inertia import Inertia
from verify.errors import InstanceError
from verify.networks.dense import LOG, Network, Neuron, read_network

Vector = tuple[fmpq, ...]
ZERO, ONE = fmpq(0), fmpq(1)


def number(value: Any) -> fmpq:
    """An exact number: an int, a Fraction, a string such as "3/4", or one of FLINT.

    Raises:
        InstanceError: for a float, or anything else.
    """
    return fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else exact(value)


# ---- splittings and blocks -----------------------------------------------------------------------------------------


def plus(*triples: Inertia) -> Inertia:
    """The sum of inertias."""
    positive, negative, zero = (sum(part) for part in zip(*triples, strict=True))
    return positive, negative, zero


@dataclass(frozen=True)
class Group:
    """One neuron j and its copies (s(eps) delta a, eps (w + shift)).

    ``shifts`` are displacements of w, or factors of the coordinates u of logarithmic weights; None: there are none.
    """

    neuron: int
    coefficients: Vector
    signs: tuple[int, ...]
    shifts: tuple[Vector, ...] | None = None

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many coefficients are positive, negative, zero."""
        positive, negative = (sum(sign * delta > 0 for delta in self.coefficients) for sign in (1, -1))
        return positive, negative, len(self.coefficients) - positive - negative

    def adds(self, curvature: Inertia, dimension: int) -> Inertia | None:
        """What the split adds to the inertia, from that of B_j; None without a positive coefficient."""
        up, down, flat = curvature
        p, q, z = self.counts
        if p == 0:
            return None
        return (p - 1) * up + q * down, (p - 1) * down + q * up, p + q + z - 1 + z * dimension + (p - 1 + q) * flat

    @property
    def matrix(self) -> list[list[fmpq]]:
        """G = diag(delta_2, ..., delta_s) - (delta_a delta_b), a, b >= 2."""
        rest = self.coefficients[1:]
        return [[(x if i == j else ZERO) - x * y for j, y in enumerate(rest)] for i, x in enumerate(rest)]


Splitting = tuple[Group, ...]


def read_splitting(raw: Any) -> Splitting:
    """A splitting from its JSON form.

    Raises:
        InstanceError: if it is malformed, or splits a neuron twice.
    """
    if not isinstance(raw, (list, tuple)):
        raise InstanceError(f"splitting: {raw!r:.60} is no list; give one of objects with neuron and coefficients")
    groups = tuple(map(_read_group, raw))
    if len({group.neuron for group in groups}) < len(groups):
        raise InstanceError("splitting: a neuron occurs twice; list all of its copies in one entry")
    return groups


def _read_group(raw: Any) -> Group:
    if not isinstance(raw, dict) or not {"neuron", "coefficients"} <= set(raw) <= _GROUP_KEYS:
        raise InstanceError(f"splitting: {raw!r:.80} needs neuron and coefficients, and may have signs and shifts")
    neuron = number(raw["neuron"])
    if neuron.q != 1 or neuron < 0:
        raise InstanceError(f"splitting: neuron {neuron}: give the index of a neuron, counted from 0")
    coefficients = _numbers("coefficients", raw["coefficients"])
    signs = [
        int(sign.p) if abs(sign) == 1 else 0 for sign in _numbers("signs", raw.get("signs", [1] * len(coefficients)))
    ]
    shifts = raw.get("shifts")
    if 0 in signs or len(signs) != len(coefficients):
        raise InstanceError(f"splitting: signs: give 1 or -1 for each of the {len(coefficients)} coefficients")
    if shifts is not None and (not isinstance(shifts, (list, tuple)) or len(shifts) != len(coefficients)):
        raise InstanceError(f"splitting: shifts: give a vector for each of the {len(coefficients)} coefficients")
    moved = None if shifts is None else tuple(_numbers("shifts", shift) for shift in shifts)
    return Group(int(neuron.p), coefficients, tuple(signs), moved)


_GROUP_KEYS = {"neuron", "coefficients", "signs", "shifts"}


def _numbers(name: str, raw: Any) -> Vector:
    if not isinstance(raw, (list, tuple)) or not raw:
        raise InstanceError(f"{name}: give a list of exact numbers, at least one; it is {raw!r:.60}")
    return tuple(map(number, raw))


@dataclass(frozen=True)
class Block:
    """Neurons to be appended: rows of outer weights (D numbers each) and inner coordinates."""

    outer: tuple[Vector, ...]
    inner: tuple[Vector, ...]


def read_block(raw: Any) -> Block:
    """A block from its JSON form; outer weights may be numbers or rows.

    Raises:
        InstanceError: if it is malformed.
    """
    if not isinstance(raw, dict) or set(raw) != {"outer", "inner"}:
        raise InstanceError(f"block: {raw!r:.80} needs outer and inner, and nothing else")
    outer, inner = raw["outer"], raw["inner"]
    if not all(isinstance(rows, (list, tuple)) and rows for rows in (outer, inner)) or len(outer) != len(inner):
        raise InstanceError("block: give as many outer weights as inner vectors, at least one")
    rows = tuple(_numbers("block: outer", row if isinstance(row, (list, tuple)) else [row]) for row in outer)
    return Block(rows, tuple(_numbers("block: inner", vector) for vector in inner))


def splitting_fits(network: Network, splitting: Splitting) -> bool:
    """Whether the splitting is one of this network, which has one hidden layer and no biases."""
    if network.depth != 1 or not network.bias_free:
        return False
    return all(
        group.neuron < network.width
        and (network.activation.signed or -1 not in group.signs)
        and all(len(shift) == network.dimension for shift in group.shifts or ())
        and (network.inner != LOG or all(factor > 0 for shift in group.shifts or () for factor in shift))
        for group in splitting
    )


def block_fits(network: Network, block: Block) -> bool:
    """Whether the block can be added to this network, which has one hidden layer and no biases."""
    if network.depth != 1 or not network.bias_free:
        return False
    if network.inner == LOG and any(u <= 0 for vector in block.inner for u in vector):
        return False
    outer, inner = ({len(row) for row in rows} for rows in (block.outer, block.inner))
    return outer == {network.outputs} and inner == {network.dimension}


# ---- operators -----------------------------------------------------------------------------------------------------


def demand_one_layer(network: Network) -> None:
    """Raise InstanceError unless the network has one hidden layer."""
    if network.depth != 1:
        raise InstanceError(
            f"network: it has {network.depth} hidden layers, this needs one; deep networks are widened by embed_deep"
        )


def _neuron(network: Network, j: int) -> Neuron:
    if not 0 <= j < network.width:
        raise InstanceError(f"neuron {j}: the network has the neurons 0 to {network.width - 1}")
    return network.neurons[j]


def assembled(network: Network, neurons: Sequence[Neuron], first_bias: Sequence[fmpq] | None) -> Network:
    """The network with one hidden layer, these neurons and biases of theirs, its last bias kept."""
    inner, columns = [neuron.inner for neuron in neurons], [neuron.outer for neuron in neurons]
    layers = [inner, list(zip(*columns, strict=True))]
    biases = [first_bias, network.biases[1]]
    return read_network(
        {"activation": network.activation.form, "layers": layers, "biases": biases, "inner": network.inner}
    )


def shifted(network: Network, vector: Vector, shift: Vector) -> Vector:
    if len(shift) != len(vector):
        raise InstanceError(f"shifts: {len(shift)} entries, where an inner vector has {len(vector)}")
    if network.inner == LOG:
        return tuple(u * factor for u, factor in zip(vector, shift, strict=True))
    return tuple(w + h for w, h in zip(vector, shift, strict=True))


def split_network(network: Network, splitting: Splitting) -> Network:
    """Each listed neuron replaced, at its place, by its copies; their biases are copied (and turned) too.

    Raises:
        InstanceError: for several hidden layers, an index out of range, a sign -1 without class O or E.
    """
    demand_one_layer(network)
    for group in splitting:
        _neuron(network, group.neuron)
    by_neuron = {group.neuron: group for group in splitting}
    first = network.biases[0]
    made: list[Neuron] = []
    bias: list[fmpq] = []
    for j, neuron in enumerate(network.neurons):
        own = (first[j],) if first is not None else ()
        group = by_neuron.get(j, Group(j, (ONE,), (1,)))
        for i, (delta, sign) in enumerate(zip(group.coefficients, group.signs, strict=True)):
            inner = neuron.inner if group.shifts is None else shifted(network, neuron.inner, group.shifts[i])
            factor = network.activation.sign(sign) * delta
            made.append(Neuron(tuple(factor * a for a in neuron.outer), network.opposite(inner) if sign < 0 else inner))
            bias.extend(network.opposite(own) if sign < 0 else own)
    return assembled(network, made, bias if first is not None else None)


def append(network: Network, block: Block) -> Network:
    """The neurons of the block added at the end.

    Raises:
        InstanceError: for several hidden layers, biases of neurons, or rows of the wrong lengths.
    """
    demand_one_layer(network)
    if network.biases[0] is not None:
        raise InstanceError("network: its neurons have biases, the block's have none; give the inputs a component 1")
    for name, rows, length in (("outer", block.outer, network.outputs), ("inner", block.inner, network.dimension)):
        if any(len(row) != length for row in rows):
            raise InstanceError(f"block: {name}: each entry needs {length} numbers")
    added = [Neuron(outer, inner) for outer, inner in zip(block.outer, block.inner, strict=True)]
    return assembled(network, [*network.neurons, *added], None)


@dataclass(frozen=True)
class NeuronClass:
    """Neurons with equal (or opposite) inner weights: their indices, their factors s(eps) relative to the first of
    them, and the sum of the outer weights times these.
    """

    members: tuple[int, ...]
    factors: tuple[int, ...]
    total: fmpq
    inner: Vector
    is_null: bool


def classes(network: Network) -> list[NeuronClass]:
    """The classes of a network with one hidden layer and one output, in order of first appearance.

    ``is_null``: w = 0 and sigma(0) = 0.
    """
    found: dict[Any, list[tuple[int, int]]] = {}
    neurons = network.neurons
    for j, neuron in enumerate(neurons):
        key, orientation = network.class_key(neuron.inner)
        found.setdefault(key, []).append((j, orientation))
    made = []
    for members in found.values():
        first, reference = members[0]
        factors = tuple(network.activation.sign(reference * orientation) for _, orientation in members)
        total = sum((f * neurons[j].outer[0] for f, (j, _) in zip(factors, members, strict=True)), ZERO)
        inner = neurons[first].inner
        null = network.activation.zero_at_zero and network.is_null(inner)
        made.append(NeuronClass(tuple(j for j, _ in members), factors, total, inner, null))
    return made


def reduced_network(network: Network) -> Network | None:
    """One neuron for each class with nonzero sum; None if nothing remains (the function is 0)."""
    kept = [Neuron((part.total,), part.inner) for part in classes(network) if part.total and not part.is_null]
    return network.with_neurons(kept) if kept else None


def moved_network(network: Network, chosen: Sequence[int], displacement: Vector, change: fmpq) -> Network | None:
    """The chosen neurons' w moved by the displacement, then ``change`` added to the outer weight of the first of them.

    None if they have not all the same w or one occurs twice, if the network has several outputs, hidden layers or
    biases, or if a logarithmic weight would lose its sense.
    """
    if not is_plain_two_layer(network) or not chosen or len(displacement) != network.dimension:
        return None
    if not all(0 <= j < network.width for j in chosen) or len(set(chosen)) < len(chosen):
        return None
    neurons = list(network.neurons)
    if len({neurons[j].inner for j in chosen}) > 1:
        return None
    if network.inner == LOG and any(factor <= 0 for factor in displacement):
        return None
    for j in chosen:
        neurons[j] = Neuron(neurons[j].outer, shifted(network, neurons[j].inner, displacement))
    first = chosen[0]
    neurons[first] = Neuron((neurons[first].outer[0] + change,), neurons[first].inner)
    return assembled(network, neurons, network.biases[0])


# ---- gradients and matrices of splittings --------------------------------------------------------------------------


def _copies(network: Network, splitting: Splitting) -> list[tuple[int, fmpq, int]]:
    """For each neuron of the split network: the neuron it comes from, its coefficient and its sign."""
    by_neuron = {group.neuron: group for group in splitting}
    found = []
    for j in range(network.width):
        group = by_neuron.get(j, Group(j, (ONE,), (1,)))
        found += [(j, delta, sign) for delta, sign in zip(group.coefficients, group.signs, strict=True)]
    return found


def split_entries(network: Network, splitting: Splitting) -> list[tuple[int, fmpq, fmpq]]:
    """For each parameter of the split network: the parameter it comes from, d(wide)/d(narrow), and the factor of the
    gradient, dR/d(wide) = factor dR/d(narrow).

    With (s(eps) delta a, eps w): phi(eps w) = s(eps) phi(w), hence grad phi(eps w) = eps s(eps) grad phi(w).
    """
    d, m, outputs = network.dimension, network.width, network.outputs
    factor = network.activation.sign
    biased = network.biases[0] is not None
    copies = _copies(network, splitting)
    made = [(j * d + p, fmpq(sign), sign * delta) for j, delta, sign in copies for p in range(d)]
    if biased:
        made += [(m * d + j, fmpq(sign), sign * delta) for j, delta, sign in copies]
    start = m * (d + biased)
    for row in range(outputs):
        made += [(start + row * m + j, factor(sign) * delta, fmpq(factor(sign))) for j, delta, sign in copies]
    if network.biases[1] is not None:
        made += [(start + outputs * m + row, ONE, ONE) for row in range(outputs)]
    return made


def split_matrices(network: Network, splitting: Splitting) -> tuple[fmpq_mat, fmpq_mat]:
    """(T, M), N' x N: the derivative of the splitting, and the matrix with grad R_wide = M grad R_narrow.

    Parameters are in the order of ``Network.parameters``; T is the derivative in the weights (also logarithmic ones).

    Raises:
        InstanceError: as ``split_network``.
    """
    split_network(network, splitting)
    entries = split_entries(network, splitting)
    tangent, gradient = fmpq_mat(len(entries), network.size), fmpq_mat(len(entries), network.size)
    for row, (column, slope, factor) in enumerate(entries):
        tangent[row, column], gradient[row, column] = slope, factor
    return tangent, gradient


def shape(network: Network) -> Any:
    """The sizes of the layers, and which of them have biases."""
    sizes = [(len(layer), len(layer[0])) for layer in network.layers]
    return sizes, [bias is not None for bias in network.biases]


def is_plain_two_layer(network: Network) -> bool:
    """One hidden layer, one output, no biases."""
    return bool(network.depth == 1 and network.outputs == 1 and network.bias_free)


def demand_two_layer(network: Network, what: str = "network") -> None:
    """Raise InstanceError unless the network has one hidden layer, one output and no biases."""
    if network.depth != 1:
        raise InstanceError(f"{what}: it has {network.depth} hidden layers; this is for networks with one")
    if network.outputs != 1:
        raise InstanceError(f"{what}: it has {network.outputs} outputs; this is for networks with one")
    if not network.bias_free:
        raise InstanceError(f"{what}: it has biases; give the inputs a last component 1 and append the biases to W_1")
