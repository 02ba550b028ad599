"""Wide networks made of narrow ones, and narrow ones of wide ones: splitting, appending, merging, moving, escaping.

Operators on networks, which ``verify.networks.operators`` offers to everybody, and the quantities ``embedding.*``
(``docs/certificates.md``, section 8). For a split neuron of a critical point the inertia of the wide Hessian is known
exactly: it is congruent to the narrow one plus blocks G (x) B, where B is the curvature of the neuron's loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from verify.arithmetic import Value, exact
from verify.decide import inertia
from verify.decide import rank as ranks
from verify.errors import InstanceError
from verify.networks.branches import is_plain_two_layer
from verify.networks.dense import (
    LOG,
    Evaluation,
    Network,
    Neuron,
    evaluate,
    read_network,
    shared_evaluation,
    shared_network,
)
from verify.networks.dense_dual import Dual
from verify.quantities import Workspace, quantity

Json = Any
Vector = tuple[fmpq, ...]
Inertia = tuple[int, int, int]
ZERO, ONE = fmpq(0), fmpq(1)


def number(value: Any) -> fmpq:
    """An exact number: an int, a Fraction, a string such as "3/4", or one of FLINT.

    Raises:
        InstanceError: for a float, or anything else.
    """
    return fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else exact(value)


# ---- splittings and blocks -----------------------------------------------------------------------------------------


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


def _shifted(network: Network, vector: Vector, shift: Vector) -> Vector:
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
            inner = neuron.inner if group.shifts is None else _shifted(network, neuron.inner, group.shifts[i])
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
        neurons[j] = Neuron(neurons[j].outer, _shifted(network, neurons[j].inner, displacement))
    first = chosen[0]
    neurons[first] = Neuron((neurons[first].outer[0] + change,), neurons[first].inner)
    return assembled(network, neurons, network.biases[0])


# ---- curvature and cross matrix of a neuron ----------------------------------------------------------------------------


def _second_moment(weights: Sequence[Any], inputs: Sequence[Vector], is_exact: bool) -> Any:
    """sum_i c_i x_i x_i^T, an ``fmpq_mat`` or an ``arb_mat``."""
    d = len(inputs[0])
    entries = [
        sum((c * x[p] * x[q] for c, x in zip(weights, inputs, strict=True)), ZERO) for p in range(d) for q in range(d)
    ]
    return (fmpq_mat if is_exact else arb_mat)(d, d, entries)


def curvature(evaluation: Evaluation, j: int) -> Any:
    """B_j = sum_i (e_i . a_j) sigma''(w_j.x_i) x_i x_i^T, d x d; None where undefined, and for networks with biases."""
    weights = _neuron_weights(evaluation, j, 2)
    if weights is None or evaluation.residuals is None:
        return None
    outer = evaluation.network.neurons[j].outer
    along = [
        factor * sum((e * a for e, a in zip(row, outer, strict=True)), ZERO)
        for factor, row in zip(weights, evaluation.residuals, strict=True)
    ]
    return _second_moment(along, evaluation.data.inputs, evaluation.exact)


def cross_matrix(evaluation: Evaluation, j: int) -> Any:
    """C_j = sum_i sigma'(w_j.x_i) e_i x_i^T, D x d; None where undefined, and for networks with biases."""
    weights = _neuron_weights(evaluation, j, 1)
    if weights is None or evaluation.residuals is None:
        return None
    network, data = evaluation.network, evaluation.data
    triples = list(zip(weights, evaluation.residuals, data.inputs, strict=True))
    entries = [
        sum((c * e[row] * x[p] for c, e, x in triples), ZERO)
        for row in range(network.outputs)
        for p in range(network.dimension)
    ]
    return (fmpq_mat if evaluation.exact else arb_mat)(network.outputs, network.dimension, entries)


def _neuron_weights(evaluation: Evaluation, j: int, order: int) -> list[Any] | None:
    network = evaluation.network
    if network.depth != 1 or not network.bias_free or evaluation.jets is None:
        return None
    if not 0 <= j < network.width:
        return None
    weights = [jet[order] for jet in evaluation.jets[0][j]]
    return None if None in weights else weights


# ---- laws of inertia -----------------------------------------------------------------------------------------------


def plus(*triples: Inertia) -> Inertia:
    """The sum of inertias."""
    positive, negative, zero = (sum(part) for part in zip(*triples, strict=True))
    return positive, negative, zero


def inertia_of(matrix: Any) -> Inertia | None:
    """Of an exact matrix; None for enclosures (they cannot show a zero eigenvalue) and for None."""
    return inertia.of_exact(matrix) if isinstance(matrix, fmpq_mat) else None


def split_law(evaluation: Evaluation, splitting: Splitting) -> Inertia | None:
    """The inertia of a split network at a critical point, from the narrow Hessian and the curvatures B_j.

    Needs coefficients that sum to 1 and at least one positive coefficient in each group, and one output.
    """
    total = inertia_of(evaluation.hessian)
    for group in splitting:
        own = inertia_of(curvature(evaluation, group.neuron))
        p, q, z = group.counts
        if total is None or own is None or p == 0:
            return None
        up, down, flat = own
        d = evaluation.network.dimension
        total = plus(
            total,
            (
                (p - 1) * up + q * down,
                (p - 1) * down + q * up,
                (p + q + z - 1) + z * d + (p - 1 + q) * flat,
            ),
        )
    return total


def _kronecker(rows: Sequence[Sequence[fmpq]], matrix: fmpq_mat) -> list[list[fmpq]]:
    other = matrix.tolist()
    return [[x * y for x in row for y in line] for row in rows for line in other]


def multi_split_law(evaluation: Evaluation, splitting: Splitting) -> Inertia | None:
    """The same for several outputs: each group adds the inertia of [[0, I (x) C], [I (x) C^T, G (x) B]]."""
    total = inertia_of(evaluation.hessian)
    for group in splitting:
        b, c = curvature(evaluation, group.neuron), cross_matrix(evaluation, group.neuron)
        if total is None or not isinstance(b, fmpq_mat) or not isinstance(c, fmpq_mat):
            return None
        if (s := len(group.coefficients)) > 1:
            unit = [[ONE if i == j else ZERO for j in range(s - 1)] for i in range(s - 1)]
            corner, low, high = _kronecker(group.matrix, b), _kronecker(unit, c), _kronecker(unit, c.transpose())
            rows = [[ZERO] * len(low) + row for row in low] + [x + y for x, y in zip(high, corner, strict=True)]
            total = plus(total, inertia.of_exact(fmpq_mat(rows)))
    return total


def zero_block_law(evaluation: Evaluation, block: Block) -> Inertia | None:
    """The inertia of a critical network with a block of neurons added that cancel; None where no law applies."""
    network, size = evaluation.network, len(block.inner)
    if network.outputs != 1 or not _block_fits(network, block):
        return None
    own = inertia_of(evaluation.hessian)
    dual = Dual(evaluation)
    slopes = [dual.gradient(vector) for vector in block.inner]
    if own is None or None in slopes:
        return None
    d, coefficients = network.dimension, [row[0] for row in block.outer]
    steep = [any(entry != 0 for entry in slope) for slope in slopes if slope is not None]
    if not any(coefficients):
        if all(steep):
            return plus(own, (size, size, size * (d - 1)))
        if size > 1 or any(steep):
            return None
        extended = _extended_inertia(evaluation, block.inner[0])
        return None if extended is None else plus(extended, (0, 0, d))
    if len(set(block.inner)) > 1 or any(steep) or sum(coefficients, ZERO) != 0:
        return None
    extended, phi = _extended_inertia(evaluation, block.inner[0]), _dual_inertia(dual, block.inner[0])
    if extended is None or phi is None or phi[2]:
        return None
    p, q = sum(c > 0 for c in coefficients), sum(c < 0 for c in coefficients)
    up, down, _ = phi
    return plus(
        extended,
        (
            d + (p - 1) * up + (q - 1) * down,
            d + (p - 1) * down + (q - 1) * up,
            size - 1 + (size - p - q) * d,
        ),
    )


def _dual_inertia(dual: Dual, vector: Vector) -> Inertia | None:
    rows = dual.hessian(vector) if dual.exact else None
    return None if rows is None else inertia.of_exact(fmpq_mat(rows))


def _extended_inertia(evaluation: Evaluation, vector: Vector) -> Inertia | None:
    """Of the Hessian with a neuron (0, v) added, without the rows and columns of its inner weights."""
    network = evaluation.network
    wide = append(network, Block((((ZERO,) * network.outputs),), (vector,)))
    matrix = evaluate(wide, evaluation.data).hessian
    if not isinstance(matrix, fmpq_mat):
        return None
    first = network.width * network.dimension
    kept = [i for i in range(wide.size) if not first <= i < first + network.dimension]
    return inertia.of_exact(fmpq_mat([[matrix[i, j] for j in kept] for i in kept]))


def plateau_rule(evaluation: Evaluation, splitting: Splitting) -> bool | None:
    """Whether the splitting of a strict local minimum is a local minimum: in every group with two or more copies B_j is
    positive definite and all coefficients are positive, or negative definite and exactly one of them is.

    None if a B_j of those groups has a zero eigenvalue, or is not known well enough; and for networks with biases.
    """
    narrow, truths = evaluation.network, []
    for group in splitting:
        if narrow.depth != 1 or not narrow.bias_free or group.neuron >= narrow.width:
            return None
        if len(group.coefficients) == 1:
            continue
        matrix = curvature(evaluation, group.neuron)
        own = inertia_of(matrix) if not isinstance(matrix, arb_mat) else inertia.of_balls(matrix)
        positive, negative, zero = group.counts
        if own is None or own[2]:
            return None
        truths.append(negative == zero == 0 if own[1] == 0 else positive == 1 if own[0] == 0 else False)
    return all(truths)


# ---- gradients and matrices of embeddings --------------------------------------------------------------------------


def _copies(network: Network, splitting: Splitting) -> list[tuple[int, fmpq, int]]:
    """For each neuron of the split network: the neuron it comes from, its coefficient and its sign."""
    by_neuron = {group.neuron: group for group in splitting}
    found = []
    for j in range(network.width):
        group = by_neuron.get(j, Group(j, (ONE,), (1,)))
        found += [(j, delta, sign) for delta, sign in zip(group.coefficients, group.signs, strict=True)]
    return found


def _split_entries(network: Network, splitting: Splitting) -> list[tuple[int, fmpq, fmpq]]:
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
    entries = _split_entries(network, splitting)
    tangent, gradient = fmpq_mat(len(entries), network.size), fmpq_mat(len(entries), network.size)
    for row, (column, slope, factor) in enumerate(entries):
        tangent[row, column], gradient[row, column] = slope, factor
    return tangent, gradient


# ---- embeddings of deep networks -----------------------------------------------------------------------------------


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


# ---- escapes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Escape:
    """A way down (or up) from a saddle: neurons with one w and vanishing sum of outer weights moved to w + h, then t
    added to the outer weight of the first.

    ``start`` and ``end`` are losses, ``predicted`` is t phi + t^2 kappa/2 at w + h: for the half-square loss the
    exact change.
    """

    network: Network
    displacement: Vector
    change: fmpq
    phi: fmpq
    kappa: fmpq
    start: fmpq
    end: fmpq

    @property
    def predicted(self) -> fmpq:
        """t phi + t^2 kappa / 2."""
        return self.change * self.phi + self.change**2 * self.kappa / 2

    @property
    def actual(self) -> fmpq:
        """The loss at the end minus the loss at the start."""
        return self.end - self.start


def displacements(d: int, radius: fmpq) -> Iterator[Vector]:
    """+-r/2^i times each unit vector, for i = 2, ..., 9; + first."""
    for i, p, sign in product(range(2, 10), range(d), (1, -1)):
        yield tuple(sign * radius / 2**i if q == p else ZERO for q in range(d))


def first_displacement(evaluation: Evaluation, vector: Vector, radius: fmpq) -> tuple[Vector, fmpq, fmpq] | None:
    """The first displacement h with phi(v + h) != 0, with phi and kappa there (plain weights).

    None if there is none, or if the network is not exact.
    """
    dual = Dual(evaluation)
    for step in displacements(len(vector), radius):
        point = _shifted(evaluation.network, vector, step)
        phi, kappa = dual.value(point), dual.kappa(point)
        if not isinstance(phi, fmpq) or not isinstance(kappa, fmpq):
            return None
        if phi:
            return step, phi, kappa
    return None


def outer_step(phi: fmpq, kappa: fmpq, radius: fmpq) -> fmpq:
    """t = -phi/kappa, brought to absolute value r/2 if it is larger."""
    t, half = -phi / kappa, radius / 2
    return t if abs(t) <= half else half if t > 0 else -half


# ---- quantities ----------------------------------------------------------------------------------------------------


def _index(network: Network, j: Value) -> int | None:
    place = fmpq(j)
    return int(place.p) if place.q == 1 and 0 <= place < network.width else None


def _exact_vector(values: Sequence[Any]) -> Value:
    return tuple(values) if all(isinstance(entry, fmpq) for entry in values) else None


@quantity("embedding.split")
def split(workspace: Workspace, network: Json, splitting: Json) -> Value:
    """The wide network."""
    narrow, groups = shared_network(workspace, network), read_splitting(splitting)
    return split_network(narrow, groups).to_json() if _fits(narrow, groups) else None


def _fits(network: Network, splitting: Splitting) -> bool:
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


def _block_fits(network: Network, block: Block) -> bool:
    if network.depth != 1 or not network.bias_free:
        return False
    if network.inner == LOG and any(u <= 0 for vector in block.inner for u in vector):
        return False
    outer, inner = ({len(row) for row in rows} for rows in (block.outer, block.inner))
    return outer == {network.outputs} and inner == {network.dimension}


@quantity("embedding.append")
def appended(workspace: Workspace, network: Json, block: Json) -> Value:
    """The network with the block's neurons at the end."""
    narrow, added = shared_network(workspace, network), read_block(block)
    return append(narrow, added).to_json() if _block_fits(narrow, added) else None


@quantity("embedding.reduce")
def reduce(workspace: Workspace, network: Json) -> Value:
    """One neuron per class; undefined if nothing remains."""
    wide = shared_network(workspace, network)
    if not is_plain_two_layer(wide) or wide.activation.letter not in ("G", "O", "E"):
        return None
    narrow = reduced_network(wide)
    return None if narrow is None else narrow.to_json()


@quantity("embedding.sums_to_one")
def sums_to_one(_: Workspace, splitting: Json) -> Value:
    """Whether each group's coefficients sum to 1."""
    return all(sum(group.coefficients, ZERO) == 1 for group in read_splitting(splitting))


@quantity("embedding.unshifted")
def unshifted(_: Workspace, splitting: Json) -> Value:
    """Whether no shift is given."""
    return all(group.shifts is None for group in read_splitting(splitting))


@quantity("embedding.proper")
def proper(_: Workspace, splitting: Json) -> Value:
    """Whether no coefficient is 0."""
    return all(all(group.coefficients) for group in read_splitting(splitting))


@quantity("embedding.zero_sum")
def zero_sum(_: Workspace, block: Json) -> Value:
    """Whether the coefficients sum to 0."""
    return not any(sum(column, ZERO) for column in zip(*read_block(block).outer, strict=True))


@quantity("embedding.same_inner")
def same_inner(_: Workspace, block: Json) -> Value:
    """Whether all vectors are equal."""
    return len(set(read_block(block).inner)) == 1


@quantity("embedding.size")
def size(_: Workspace, block: Json) -> Value:
    """The number of neurons."""
    return len(read_block(block).inner)


@quantity("embedding.split_gradient")
def split_gradient(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
    """The split network's gradient as multiples of the narrow one's entries."""
    evaluation, groups = shared_evaluation(workspace, network, data), read_splitting(splitting)
    narrow = evaluation.network
    if not _fits(narrow, groups) or evaluation.gradient is None:
        return None
    entries = _split_entries(narrow, groups)
    return _exact_vector([factor * evaluation.gradient[column] for column, _slope, factor in entries])


@quantity("embedding.curvature_inertia")
def curvature_inertia(workspace: Workspace, network: Json, data: Json, j: Value) -> Value:
    """The inertia of B_j."""
    return _of_neuron(workspace, network, data, j, lambda evaluation, k: inertia_of(curvature(evaluation, k)))


@quantity("embedding.cross_rank")
def cross_rank(workspace: Workspace, network: Json, data: Json, j: Value) -> Value:
    """The rank of C_j."""

    def read(evaluation: Evaluation, k: int) -> Value:
        matrix = cross_matrix(evaluation, k)
        return ranks.of_exact(matrix) if isinstance(matrix, fmpq_mat) else None

    return _of_neuron(workspace, network, data, j, read)


def _of_neuron(
    workspace: Workspace, network: Json, data: Json, j: Value, read: Callable[[Evaluation, int], Value]
) -> Value:
    evaluation = shared_evaluation(workspace, network, data)
    index = _index(evaluation.network, j)
    return None if index is None else read(evaluation, index)


def _of_splitting(name: str, law: Callable[[Evaluation, Splitting], Value]) -> None:
    @quantity(name)
    def call(workspace: Workspace, network: Json, data: Json, splitting: Json) -> Value:
        evaluation, groups = shared_evaluation(workspace, network, data), read_splitting(splitting)
        return law(evaluation, groups)


_of_splitting("embedding.split_law", split_law)
_of_splitting("embedding.multi_split_law", multi_split_law)
_of_splitting("embedding.plateau_rule", plateau_rule)


@quantity("embedding.zero_block_law")
def law_of_zero_block(workspace: Workspace, network: Json, data: Json, block: Json) -> Value:
    """The inertia of the network with the block appended, where a law gives it."""
    return zero_block_law(shared_evaluation(workspace, network, data), read_block(block))


@quantity("embedding.local_minimum")
def local_minimum(workspace: Workspace, network: Json, data: Json) -> Value:
    """Whether the point is a local minimum, where inertia and the dimension of a critical flat decide it."""
    evaluation = shared_evaluation(workspace, network, data)
    if not is_plain_two_layer(evaluation.network) or evaluation.data.loss not in ("half-square", "square"):
        return None
    if evaluation.loss is not None and evaluation.loss == 0:  # of an enclosure: it is the point 0
        return True
    return True if Dual(evaluation).vanishes else minimum_by_inertia(evaluation)


def minimum_by_inertia(evaluation: Evaluation) -> bool | None:
    """True for a critical point with n_- = 0 whose kernel is tangent to a flat of critical points with the same output
    (then the loss is Morse-Bott there); false if it is not critical or n_- > 0; else None.
    """
    gradient, matrix = evaluation.gradient, evaluation.hessian
    if gradient is not None and any(entry != 0 for entry in gradient):  # of enclosures: certainly
        return False
    own = inertia.of_balls(matrix) if isinstance(matrix, arb_mat) else inertia_of(matrix)
    if gradient is None or own is None:
        return None
    if own[1]:
        return False
    if not evaluation.exact:
        return None
    flat = flat_dimension(evaluation)
    return True if flat is not None and own[2] == flat else None


def flat_dimension(evaluation: Evaluation) -> int | None:
    """The dimension of the flat of critical points through an exact critical point on which the output stays: outer weights
    move within classes at which grad phi = 0, those of null neurons freely if grad phi(0) = 0.
    """
    dual, total = Dual(evaluation), 0
    for part in classes(evaluation.network):
        slope = dual.gradient(part.inner)
        if slope is None:
            return None
        if not any(slope):
            total += len(part.members) - (0 if part.is_null else 1)
    return total


@quantity("embedding.moved")
def moved(workspace: Workspace, network: Json, chosen: Value, displacement: Value, change: Value) -> Value:
    """The network with some neurons of one w moved, and the first's outer weight changed."""
    start = shared_network(workspace, network)
    indices = _indices(start, chosen)
    if indices is None:
        return None
    made = moved_network(start, indices, tuple(map(fmpq, displacement)), fmpq(change))
    return None if made is None else made.to_json()


def _indices(network: Network, chosen: Value) -> list[int] | None:
    indices = [_index(network, j) for j in chosen]
    found = [j for j in indices if j is not None]
    return found if found and len(set(found)) == len(indices) else None


@quantity("embedding.partial_sum")
def partial_sum(workspace: Workspace, network: Json, chosen: Value) -> Value:
    """The sum of a_j over some neurons."""
    start = shared_network(workspace, network)
    if not is_plain_two_layer(start) or (indices := _indices(start, chosen)) is None:
        return None
    return sum((start.neurons[j].outer[0] for j in indices), ZERO)


@quantity("embedding.escape")
def escape(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value) -> Value:
    """A network near by with lower loss, if the chosen neurons' outer weights cancel."""
    return _escaped(workspace, network, data, chosen, radius, climbing=False)


@quantity("embedding.climb")
def climb(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value) -> Value:
    """A network near by with higher loss, if the chosen neurons' outer weights cancel."""
    return _escaped(workspace, network, data, chosen, radius, climbing=True)


def _escaped(workspace: Workspace, network: Json, data: Json, chosen: Value, radius: Value, *, climbing: bool) -> Value:
    evaluation = shared_evaluation(workspace, network, data)
    start, reach = evaluation.network, fmpq(radius)
    if not is_plain_two_layer(start) or start.inner == LOG or reach <= 0:
        return None
    indices = _indices(start, chosen)
    if indices is None or len({start.neurons[j].inner for j in indices}) > 1:
        return None
    found = first_displacement(evaluation, start.neurons[indices[0]].inner, reach)
    if found is None:
        return start.to_json() if Dual(evaluation).vanishes else None
    step, phi, kappa = found
    if climbing:
        change = reach / 2 if phi > 0 else -reach / 2
    elif kappa == 0:
        return None
    else:
        change = outer_step(phi, kappa, reach)
    made = moved_network(start, indices, step, change)
    return None if made is None else made.to_json()


@quantity("embedding.distance")
def distance(workspace: Workspace, network: Json, other: Json) -> Value:
    """The greatest absolute difference of corresponding parameters; undefined for other shapes."""
    one, two = shared_network(workspace, network), shared_network(workspace, other)
    if LOG in (one.inner, two.inner) or shape(one) != shape(two):
        return None
    return max(abs(x - y) for x, y in zip(one.parameters, two.parameters, strict=True))


def shape(network: Network) -> Any:
    """The sizes of the layers, and which of them have biases."""
    sizes = [(len(layer), len(layer[0])) for layer in network.layers]
    return sizes, [bias is not None for bias in network.biases]


def _matrix(rows: Value, height: int, width: int) -> fmpq_mat | None:
    """A matrix from a tuple of rows; None if the sizes are others."""
    if not isinstance(rows, tuple) or len(rows) != height:
        return None
    if not all(isinstance(row, tuple) and len(row) == width for row in rows):
        return None
    return fmpq_mat(height, width, [fmpq(entry) for row in rows for entry in row])


def _same_entries(one: Any, other: Any) -> bool | None:
    """Whether matrices are equal; of enclosures false or undecided."""
    if isinstance(one, fmpq_mat) and isinstance(other, fmpq_mat):
        return bool(one == other)
    difference = arb_mat(one) - arb_mat(other)
    return False if any(entry != 0 for entry in difference.entries()) else None


def _hessians(workspace: Workspace, network: Json, wide: Json, data: Json) -> tuple[Any, Any] | None:
    narrow, broad = (shared_evaluation(workspace, raw, data).hessian for raw in (network, wide))
    return None if narrow is None or broad is None else (narrow, broad)


def _lifter(*matrices: Any) -> Callable[[fmpq_mat], Any]:
    """Exact matrices become enclosures where they meet enclosures."""
    return arb_mat if any(isinstance(matrix, arb_mat) for matrix in matrices) else lambda matrix: matrix


@quantity("embedding.gradient_matrix_holds")
def gradient_matrix_holds(
    workspace: Workspace, network: Json, wide: Json, data: Json, tangent: Value, gradient: Value
) -> Value:
    """Whether H_wide T = M H_narrow, and T has full column rank."""
    if (pair := _hessians(workspace, network, wide, data)) is None:
        return None
    narrow, broad = pair
    size = narrow.nrows()
    t, m = (_matrix(rows, broad.nrows(), size) for rows in (tangent, gradient))
    if t is None or m is None:
        return None
    if ranks.of_exact(t) < size:
        return False
    lift = _lifter(narrow, broad)
    return _same_entries(broad * lift(t), lift(m) * narrow)


@quantity("embedding.loss_form_holds")
def loss_form_holds(workspace: Workspace, network: Json, wide: Json, data: Json, tangent: Value) -> Value:
    """Whether T^T H_wide T = H_narrow."""
    if (pair := _hessians(workspace, network, wide, data)) is None:
        return None
    narrow, broad = pair
    t = _matrix(tangent, broad.nrows(), narrow.nrows())
    if t is None:
        return None
    lift = _lifter(narrow, broad)
    return _same_entries(lift(t.transpose()) * broad * lift(t), narrow)
