"""Operators for people: embed, reduce and lift a network of your own, list the branches of its output function, escape saddles.

Networks and data are exact (``Network.of``, ``Data.of``); a result is a network, an object with exact numbers, or an
InstanceError that says what is wrong with which argument. The text with examples is ``docs/operators.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import networkx as nx
from flint import fmpq, fmpq_mat, fmpq_poly

from verify.decide import inertia, roots
from verify.errors import InstanceError
from verify.networks import branches as _branches
from verify.networks import embeddings as _embeddings
from verify.networks.branches import Branch, Equation, Type
from verify.networks.dense import LOG, Data, Evaluation, Network, Neuron, evaluate
from verify.networks.dense_dual import Dual, dual_numerator
from verify.networks.embeddings import Embedding, Escape, number

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
    "classify",
    "descent",
    "dual_zeros",
    "embed_deep",
    "escape",
    "evaluate",
    "hierarchy",
    "lift",
    "reduce",
    "reductions",
    "replicate",
    "split",
]

ZERO, ONE = fmpq(0), fmpq(1)
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
    (group,) = _embeddings.read_splitting([raw if signs is None else {**raw, "signs": signs}])
    if (total := sum(group.coefficients, ZERO)) != 1:
        raise InstanceError(f"coefficients: they sum to {total}; they must sum to 1, or the output changes")
    return _embeddings.split_network(network, (group,))


def add_null(network: Network, outer: Any = 0) -> Network:
    """Add a neuron with w = 0: the output stays if sigma(0) = 0.

    A critical point stays critical for every sample if the outer weight is 0, or if also sigma'(0) = 0; otherwise
    for those with sum_i e_i x_i = 0.

    Args:
        outer: the outer weight (a list of D numbers for several outputs).

    Raises:
        InstanceError: if sigma(0) != 0.
    """
    _embeddings.demand_one_layer(network)
    if not network.activation.zero_at_zero:
        raise InstanceError(
            f"network: sigma(0) != 0 for {network.activation.form}, so a neuron with w = 0 changes the output; "
            "use lift(...) for neurons with outer weight 0"
        )
    row = outer if isinstance(outer, (list, tuple)) else [outer] * network.outputs
    vector = (ONE if network.inner == LOG else ZERO,) * network.dimension
    return _embeddings.append(network, _embeddings.Block((tuple(map(number, row)),), (vector,)))


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
    return _embeddings.compatible_embedding(network, maps, alphas, betas)


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
    _branches.demand_listed(network)
    narrow = _embeddings.reduced_network(network)
    if narrow is None:
        raise InstanceError("network: its output function is 0, and no network of width >= 1 is irreducible for it")
    return narrow


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
    _embeddings.demand_one_layer(network)
    if network.biases[0] is not None:
        raise InstanceError(
            "network: its neurons have biases; give the inputs a last component 1 and append them to W_1"
        )
    neurons, activation = network.neurons, network.activation
    if len(neurons) == 1:
        return ()

    def without(j: int, changed: Mapping[int, Neuron] | None = None) -> Network:
        kept = [(changed or {}).get(i, neuron) for i, neuron in enumerate(neurons) if i != j]
        return _embeddings.assembled(network, kept, None)

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


# ---- criticality, the dual function and its zeros --------------------------------------------------------------------


def _demand_exact(evaluation: Evaluation) -> None:
    if not evaluation.exact:
        raise InstanceError(
            f"network: values of {evaluation.network.activation.form} are not rational, and a zero cannot be decided; use "
            'inner="log" with integral inputs (tanh, sigmoid, exp), or a rational activation'
        )


def _critical(network: Network, data: Data) -> Evaluation:
    """The evaluation at a point that is certainly critical."""
    evaluation = evaluate(network, data)
    _demand_exact(evaluation)
    if evaluation.gradient is None:
        raise InstanceError("data: the gradient is undefined there (a kink, a pole, or an input that is not integral)")
    for index, entry in enumerate(evaluation.gradient):
        if entry != 0:
            raise InstanceError(
                f"network: it is not a critical point of the loss: the derivative by parameter {index} is {entry}; "
                "choose targets for which it is critical (residuals in the kernel of the matrix of tangents)"
            )
    return evaluation


@dataclass(frozen=True)
class DualZero:
    """A zero of phi, for one input: an inner coordinate between ``lo`` and ``hi`` (equal if it is rational).

    ``multiplicity`` is that of phi as a function of the inner coordinate.
    """

    lo: fmpq
    hi: fmpq
    multiplicity: int

    @property
    def value(self) -> fmpq | None:
        """The zero itself, if it is rational."""
        return self.lo if self.lo == self.hi else None


def dual_zeros(network: Network, data: Data) -> tuple[DualZero, ...]:
    """All zeros of phi(v) = sum_i e_i sigma(v x_i) for networks with one input, in increasing order.

    Neurons (0, v) at these v, and no others, can be added to a critical network. With inner coordinates ``log`` they
    are the zeros u > 0 in the coordinate u.

    Raises:
        InstanceError: for several inputs, for other activations than rational ones and those with ``log``, and if phi is
            identically 0.
    """
    _branches.demand_two_layer(network)
    if network.dimension != 1:
        raise InstanceError(
            f"network: it has {network.dimension} inputs, and the zeros of phi are a hypersurface; "
            "test vectors of your own with lift(network, data, vectors)"
        )
    evaluation = evaluate(network, data)
    _demand_exact(evaluation)
    numerator = dual_numerator(Dual(evaluation)) if network.inner == LOG else _rational_numerator(evaluation)
    if numerator is None:
        raise InstanceError("network, data: phi is no rational function here; use integral inputs with inner='log'")
    if not numerator:
        raise InstanceError(
            "data: phi is identically 0, every vector is a zero (the network fits the data, or nearly so)"
        )
    low = fmpq(0) if network.inner == LOG else None
    return tuple(DualZero(*found) for found in roots.isolate(numerator.coeffs(), low, None))


def _rational_numerator(evaluation: Evaluation) -> fmpq_poly | None:
    """phi times its denominators, as a polynomial in the inner weight; None for activations that are not rational."""
    form = evaluation.network.activation.form
    if not isinstance(form, dict) or "power" in form or evaluation.residuals is None:
        return None
    top, bottom = form["rational"] if "rational" in form else (form["polynomial"], ["1"])
    p, q = (fmpq_poly([number(c) for c in side]) for side in (top, bottom))
    total, common = fmpq_poly([0]), fmpq_poly([1])
    for (e, *_), (x,) in zip(evaluation.residuals, evaluation.data.inputs, strict=True):
        scaled = fmpq_poly([0, x])
        total, common = total * q(scaled) + e * p(scaled) * common, common * q(scaled)
    return total


def lift(network: Network, data: Data, vectors: Sequence[Sequence[Any]]) -> Network:
    """Add neurons (0, v) to a critical network; the result is critical for these data (for others it need not be).

    Args:
        vectors: inner coordinates v with phi(v) = 0; ``dual_zeros`` finds them for one input.

    Raises:
        InstanceError: if the network is not critical, or phi does not vanish at a vector (the message has its value).
    """
    _branches.demand_two_layer(network)
    evaluation = _critical(network, data)
    dual, rows = Dual(evaluation), [tuple(map(number, vector)) for vector in vectors]
    for vector in rows:
        if (phi := dual.value(vector)) != 0:
            raise InstanceError(
                f"vectors: phi({', '.join(map(str, vector))}) = {phi} is not 0, so a neuron there is not critical; "
                "dual_zeros(network, data) lists the zeros for networks with one input"
            )
    return _embeddings.append(network, _embeddings.Block(((ZERO,),) * len(rows), tuple(rows))) if rows else network


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
    if (number_of_types := _branches.series_count(r, width, signed=signed, null=null)) > LARGEST_HIERARCHY:
        raise InstanceError(
            f"width {width}: there are {number_of_types} types, more than {LARGEST_HIERARCHY}; choose a smaller width"
        )
    diagram = _branches.hierarchy(r, width, d=d, signed=signed, null=null)
    return diagram if allowed is None else diagram.subgraph(allowed).copy()


@dataclass(frozen=True)
class BranchReport:
    """What is known of a branch over a critical point, for given data.

    Attributes:
        branch: the branch.
        critical: "all" (every point is critical), "own" (some that lie on no coarser branch), "coarser" (only such as
            lie on a coarser branch too), or None: the zeros of phi are not all known.
        all_saddles: whether all critical points of the branch that lie on no coarser one are saddles (None: undecided).
        reason: why.
        saddle: a rational critical point of the branch that is a saddle, if one was found.
        lower: a network with strictly lower loss, made from it.
    """

    branch: Branch
    critical: str | None
    all_saddles: bool | None
    reason: str
    saddle: Network | None = None
    lower: Network | None = None


def classify(
    network: Network, data: Data, width: int, candidates: Sequence[Sequence[Any]] = ()
) -> tuple[BranchReport, ...]:
    """For each branch of the given width: does it contain critical points, are they saddles, and how to leave one.

    The network is reduced first. For one input all zeros of phi are found; for more, give vectors that are zeros.

    Args:
        candidates: vectors that may be zeros of phi; those that are none are left out.

    Raises:
        InstanceError: if the reduced network is not critical (then no point with its output function is), if a decision
            would need more than rational numbers, or as ``branches``.
    """
    narrow = reduce(network)
    known = _Known(narrow, _critical(narrow, data), candidates)
    return tuple(known.report(branch) for branch in _branches.branches(narrow, width))


class _Known:
    """What the reports on all branches share."""

    def __init__(self, narrow: Network, evaluation: Evaluation, candidates: Sequence[Sequence[Any]]) -> None:
        self.narrow, self.data, self.dual = narrow, evaluation.data, Dual(evaluation)
        self.flat_everywhere = self.dual.vanishes
        self.own = _embeddings.inertia_of(evaluation.hessian)
        matrices = [_embeddings.curvature(evaluation, j) for j in range(narrow.width)]
        self.curvatures = [_embeddings.inertia_of(matrix) for matrix in matrices]
        slope = self.dual.gradient((ONE if narrow.inner == LOG else ZERO,) * narrow.dimension)
        self.null_is_free = slope is not None and not any(slope)
        self.zeros, self.many = self._new_zeros(candidates)

    def _new_zeros(self, candidates: Sequence[Sequence[Any]]) -> tuple[list[tuple[fmpq, ...] | None], bool | None]:
        """Zeros of phi, one of each class, at which the narrow network has no neuron (None for one that is not rational);
        whether there are infinitely many (None: there may be more than these).
        """
        if self.flat_everywhere:
            return [], True
        used = {self.narrow.class_key(neuron.inner)[0] for neuron in self.narrow.neurons}
        listed: list[tuple[fmpq, ...]] = [tuple(map(number, vector)) for vector in candidates]
        irrational, many = 0, None
        if self.narrow.dimension == 1 and self.flat_everywhere is False:
            found = dual_zeros(self.narrow, self.data)
            listed = [(zero.value,) for zero in found if zero.value is not None]
            irrational = sum(zero.value is None for zero in found)
            # zeros come in pairs of opposite ones, none of them its own opposite (0 is rational)
            irrational //= 2 if self.narrow.activation.signed else 1
            many = False
        new: dict[Any, tuple[fmpq, ...]] = {}
        for vector in listed:
            if self.dual.value(vector) == 0 and not (
                self.narrow.activation.zero_at_zero and self.narrow.is_null(vector)
            ):
                key = self.narrow.class_key(vector)[0]
                if key not in used:
                    new.setdefault(key, vector)
        if self.narrow.dimension > 1:
            steep = any(any(self.dual.gradient(vector) or ()) for vector in new.values())
            mixed = any(own is not None and own[0] and own[1] for own in self.curvatures)
            many = True if steep or mixed else None
        return [*new.values(), *[None] * irrational], many

    def report(self, branch: Branch) -> BranchReport:
        kind = branch.kind
        if self.flat_everywhere:
            return BranchReport(branch, "all", False, "phi is identically 0: every point is a global minimum")
        if not kind.blocks:
            critical: str | None = "all" if not kind.nulls or self.null_is_free else "own"
        else:
            enough = len(self.zeros) >= len(kind.blocks) or bool(self.many)
            critical = "own" if enough else "coarser" if self.many is False else None
        truth, reason = self._saddles(kind)
        saddle = self._saddle(branch)
        lower = None if saddle is None else _lower(saddle, self.data)
        return BranchReport(branch, critical, truth, reason, saddle, lower)

    def _saddles(self, kind: Type) -> tuple[bool | None, str]:
        if self.own is not None and self.own[1]:
            return True, "the narrow network is a strict saddle, and embeddings keep negative eigenvalues"
        if self.flat_everywhere is None:
            return None, "it is not decided whether phi is identically 0"
        if kind.blocks:
            return True, "a block cancels: moving it keeps the output and makes its outer weights descend"
        if kind.nulls and not self.null_is_free:
            return True, "its critical points have null neurons with outer weight 0, which cancel"
        split_groups = [self.curvatures[k] for k, group in enumerate(kind.groups) if len(group) > 1]
        if any(own is not None and own[0] and own[1] for own in split_groups):
            return True, "a split neuron has a curvature B with eigenvalues of both signs"
        if kind.nulls:
            return None, "null neurons move freely: look at the inertia of a point"
        if self.own is None or self.own[2] or any(own is None or own[2] for own in split_groups):
            return None, "an eigenvalue of the narrow Hessian or of a curvature B is 0"
        if not split_groups:
            return False, "the Hessian is positive definite: a strict local minimum"
        return False, "the curvatures B of split neurons are definite: coefficients of the right signs give minima"

    def _saddle(self, branch: Branch) -> Network | None:
        """A rational critical point on no coarser branch, if possible, at which something cancels or curves downward."""
        kind = branch.kind
        rational = [vector for vector in self.zeros if vector is not None]
        if len(rational) < len(kind.blocks) or self.flat_everywhere is None:
            return None
        zero = {members[-1][0]: 0 for members in kind.groups if len(members) > 1}
        silent = {j: 0 for part in kind.blocks for j, _ in part} | dict.fromkeys(kind.nulls, 0)
        if not zero and not silent and not (self.own is not None and self.own[1]):
            return None
        return branch.point({**zero, **silent}, rational[: len(kind.blocks)])


def _lower(saddle: Network, data: Data) -> Network | None:
    try:
        return escape(saddle, data).network
    except InstanceError:
        pass
    try:
        return descent(saddle, data).network
    except InstanceError:
        return None


# ---- leave a saddle --------------------------------------------------------------------------------------------------


def cancelling(network: Network) -> tuple[int, ...] | None:
    """The fewest neurons of one class whose signed outer weights sum to 0; None if there are none.

    Neurons with outer weight 0 count; for w = 0 and an odd or even activation the signs are free.
    """
    best: tuple[int, ...] | None = None
    for part in _embeddings.classes(network):
        for size in range(1, len(part.members) + 1):
            if best is not None and size >= len(best):
                break
            for chosen in combinations(range(len(part.members)), size):
                if _signs(network, part, chosen) is not None:
                    best = tuple(part.members[i] for i in chosen)
                    break
    return best


def _signs(network: Network, part: _embeddings.NeuronClass, chosen: Sequence[int]) -> tuple[int, ...] | None:
    """Orientations eps of the chosen members with sum s(eps) a = 0."""
    weights = [network.neurons[part.members[i]].outer[0] for i in chosen]
    reference, turn = network.class_key(part.inner)
    if network.is_null(reference) and network.activation.signed:
        options: Any = product((1, -1), repeat=len(chosen))
    else:
        options = [tuple(turn * network.class_key(network.neurons[part.members[i]].inner)[1] for i in chosen)]
    for signs in options:
        total = sum((network.activation.sign(e) * a for e, a in zip(signs, weights, strict=True)), ZERO)
        if total == 0:
            return tuple(signs)
    return None


def escape(network: Network, data: Data, neurons: Sequence[int] | None = None, radius: Any = 1) -> Escape:
    """Leave a critical point with neurons that cancel: a network near by with strictly lower loss, all numbers exact.

    The neurons (one class, signed outer weights that sum to 0) are moved together to w + h with phi(w + h) != 0, which
    keeps the output; then t = -phi/kappa is added to an outer weight. For the (half-)square loss the change of the loss
    is exactly t phi + t^2 kappa/2 (= -phi^2/(2 kappa) for the full step).

    Args:
        neurons: their indices; by default the fewest that cancel.
        radius: no parameter moves farther (with inner coordinates ``log``: factors of u between 1 - radius/4 and
            1 + radius/4).

    Raises:
        InstanceError: if no neurons cancel, those given do not, the point is not critical, or phi is identically 0.
    """
    _branches.demand_two_layer(network)
    evaluation = _critical(network, data)
    reach = number(radius)
    if reach <= 0 or (network.inner == LOG and reach > 1):
        raise InstanceError(f"radius {reach}: it must be positive, and at most 1 with inner coordinates log")
    chosen = tuple(neurons) if neurons is not None else cancelling(network)
    if not chosen:
        raise InstanceError(
            "network: no neurons cancel (no outer weight 0, no vanishing partial sum), so this escape does not apply; "
            "descent(network, data) looks for a direction of negative curvature"
        )
    signs = _demand_cancelling(network, chosen)
    vector = network.neurons[chosen[0]].inner if signs[0] > 0 else network.opposite(network.neurons[chosen[0]].inner)
    found = _first_move(evaluation, vector, reach)
    if found is None:
        raise InstanceError(
            "data: phi vanishes at all points tried (it is identically 0 where the network fits the data)"
        )
    moved, step, phi, kappa = found
    change = _embeddings.outer_step(phi, kappa, reach)
    factor = network.activation.sign(signs[0])
    own = list(network.neurons)
    for j, sign in zip(chosen, signs, strict=True):
        own[j] = Neuron(own[j].outer, moved if sign > 0 else network.opposite(moved))
    before, first = _loss(evaluation), own[chosen[0]]
    for _ in range(60):
        own[chosen[0]] = Neuron((first.outer[0] + factor * change,), first.inner)
        lower = _embeddings.assembled(network, own, None)
        after = _loss(evaluate(lower, data))
        if after < before:
            return Escape(lower, step, change, phi, kappa, before, after)
        change /= 2  # for losses that are not quadratic
    raise InstanceError("data: no lower loss was found along this path")


def _loss(evaluation: Evaluation) -> fmpq:
    if not isinstance(evaluation.loss, fmpq):
        raise InstanceError("data: the loss is undefined at a point of the path")
    return evaluation.loss


def _demand_cancelling(network: Network, chosen: Sequence[int]) -> tuple[int, ...]:
    for part in _embeddings.classes(network):
        if set(chosen) <= set(part.members):
            signs = _signs(network, part, [part.members.index(j) for j in chosen])
            if signs is not None:
                return signs
            raise InstanceError(f"neurons {list(chosen)}: their signed outer weights do not sum to 0")
    raise InstanceError(
        f"neurons {list(chosen)}: they must exist and have equal inner weights (or opposite: class O, E)"
    )


def _first_move(
    evaluation: Evaluation, vector: tuple[fmpq, ...], reach: fmpq
) -> tuple[tuple[fmpq, ...], tuple[fmpq, ...], fmpq, fmpq] | None:
    """The moved vector, the displacement (with ``log`` the factors), phi and kappa there."""
    network, dual = evaluation.network, Dual(evaluation)
    for step in _embeddings.displacements(len(vector), reach):
        if network.inner == LOG:
            step = tuple(1 + h for h in step)
            moved = tuple(u * factor for u, factor in zip(vector, step, strict=True))
        else:
            moved = tuple(w + h for w, h in zip(vector, step, strict=True))
        phi, kappa = dual.value(moved), dual.kappa(moved)
        if phi and kappa:
            return moved, step, phi, kappa
    return None


@dataclass(frozen=True)
class Descent:
    """A direction of negative curvature at a critical point, and a network down along it.

    ``direction`` is in the order of ``Network.parameters`` (in the weights), ``curvature`` its value of the
    Hessian (negative), ``start`` and ``end`` the losses at the point and at ``network``.
    """

    direction: tuple[fmpq, ...]
    curvature: fmpq
    network: Network
    start: fmpq
    end: fmpq


def descent(network: Network, data: Data) -> Descent:
    """A direction in which the loss falls to second order at a strict saddle, and a network with strictly lower loss.

    Any depth, any number of outputs.

    Raises:
        InstanceError: if the point is not critical, or its Hessian has no negative eigenvalue.
    """
    evaluation = _critical(network, data)
    matrix = evaluation.hessian
    direction = None if matrix is None else negative_direction(matrix)
    if matrix is None or direction is None:
        known = "is undefined" if matrix is None else f"has the inertia {inertia.of_exact(matrix)}"
        raise InstanceError(f"network: the Hessian {known}: there is no direction of negative curvature")
    column = fmpq_mat([[entry] for entry in direction])
    curvature = (column.transpose() * matrix * column)[0, 0]
    before, size = _loss(evaluation), ONE / max(abs(entry) for entry in direction)
    for _ in range(60):
        size /= 2
        for sign in (1, -1):
            lower = _along(network, [sign * size * entry for entry in direction])
            after = evaluate(lower, data).loss
            if isinstance(after, fmpq) and after < before:
                return Descent(tuple(direction), curvature, lower, before, after)
    raise InstanceError("data: no lower loss was found along the direction")


def _along(network: Network, change: Sequence[fmpq]) -> Network:
    """The network moved; a logarithmic weight c log u to first order: u (1 + change/c)."""
    parameters = list(network.parameters)
    logarithmic = network.width * (network.dimension + (network.biases[0] is not None)) if network.inner == LOG else 0
    scale = 2 if network.activation.form == "tanh" else 1
    for index, step in enumerate(change):
        if index < logarithmic:
            parameters[index] *= max(1 + scale * step, fmpq(1, 8))
        else:
            parameters[index] += step
    return network.with_parameters(parameters)


def negative_direction(matrix: fmpq_mat) -> list[fmpq] | None:
    """A vector v with v^T H v < 0, by symmetric elimination (congruence); None if the symmetric H has none."""
    size = matrix.nrows()
    rows = matrix.tolist()
    basis = [[ONE if i == j else ZERO for j in range(size)] for i in range(size)]
    left = list(range(size))
    while left:
        for i in left:
            if rows[i][i] < 0:
                return basis[i]
        pivot = next((i for i in left if rows[i][i] != 0), None)
        if pivot is None:
            pair = next(((i, j) for i, j in combinations(left, 2) if rows[i][j] != 0), None)
            if pair is None:
                return None
            i, j = pair
            sign = -1 if rows[i][j] > 0 else 1
            return [x + sign * y for x, y in zip(basis[i], basis[j], strict=True)]
        left.remove(pivot)
        for i in left:
            factor = rows[i][pivot] / rows[pivot][pivot]
            basis[i] = [x - factor * y for x, y in zip(basis[i], basis[pivot], strict=True)]
            # rows of the Schur complement only: the pivot's row and column are not read again
            for j in left:
                rows[i][j] -= factor * rows[pivot][j]
    return None
