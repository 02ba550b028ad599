"""Dense networks on data: outputs, Jacobian, gradient and Hessian of the loss, in exact and in ball arithmetic.

Derivatives come from exact formulas: backpropagation, and its differential for the Hessian, as products of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat

from verify.errors import InstanceError
from verify.networks.activations import Jet, Number
from verify.networks.dense_model import LOG, LOSSES, Data, Network, product_of_powers, shaped

Matrix = Any
"""An ``fmpq_mat``, an ``arb_mat``, or what has its constructor, ``*``, ``transpose`` and ``tolist``."""

_LOSS: dict[str, Callable[[Number], tuple[Number, Number, Number]]] = {
    "half-square": lambda r: (r * r / 2, r, r * 0 + 1),
    "square": lambda r: (r * r, 2 * r, r * 0 + 2),
    "quartic": lambda r: (r * r * r * r / 4, r * r * r, 3 * r * r),  # FLINT's power of a ball around 0 is undefined
}
"""Of the residual p - q: the loss, its first and its second derivative in p."""


class Evaluation:
    """A network on data: everything up to second order, each worked out when it is first asked for.

    With N the number of parameters and n of samples: ``outputs``, ``residuals`` (the e_i) and ``curvatures`` (the diagonals
    L_i) are n rows of D; ``jacobian`` is (n D) x N, rows ordered by sample, then output; ``gradient`` has N entries;
    ``hessian`` is N x N. Entries are ``fmpq`` (and matrices ``fmpq_mat``) if ``exact``, else ``arb`` at the precision
    of the moment. What is undefined is None (a pole, a kink, a logarithmic weight at an input that is not integral).
    Where they are given, ``balls`` stand in for the parameters, in their order (plain networks), and ``differences``
    (n rows of D) for outputs minus targets.

    Raises:
        InstanceError: if the network does not fit the data.
    """

    def __init__(
        self,
        network: Network,
        data: Data,
        balls: Sequence[arb] | None = None,
        *,
        differences: Sequence[Sequence[Number]] | None = None,
    ) -> None:
        if len(data.inputs[0]) != network.dimension:
            raise InstanceError(
                f"data: inputs have {len(data.inputs[0])} entries, but the network takes {network.dimension}"
            )
        if len(data.targets[0]) != network.outputs:
            raise InstanceError(
                f"data: targets have {len(data.targets[0])} entries, but the network gives {network.outputs}"
            )
        self.network, self.data = network, data
        self.exact = balls is None and (network.inner == LOG or network.activation.exact)
        if balls is not None and network.inner == LOG:
            raise InstanceError("dense: balls stand for plain parameters; write the network with inner 'plain'")
        self._layers: Sequence[Any] = network.layers
        self._biases: Sequence[Any] = network.biases
        if balls is not None:
            self._layers, self._biases = shaped(network, balls)
        self._differences = differences
        self._starts = [0]
        for layer, bias in zip(network.layers, network.biases, strict=True):
            self._starts.append(self._starts[-1] + len(layer) * len(layer[0]) + (0 if bias is None else len(bias)))

    def _matrix(self, rows: Sequence[Sequence[Any]]) -> Matrix:
        return (fmpq_mat if self.exact else arb_mat)(len(rows), len(rows[0]), list(chain.from_iterable(rows)))

    def _number(self, value: Any) -> Number:
        return value if self.exact or isinstance(value, arb) else arb(value)

    @cached_property
    def _matrices(self) -> list[Matrix]:
        """W_1, ..., W_{L+1}."""
        return [self._matrix(layer) for layer in self._layers]

    # -- forward --

    @cached_property
    def _inputs(self) -> list[list[Number]]:
        return [[self._number(x) for x in row] for row in self.data.inputs]

    @property
    def _targets(self) -> Sequence[Sequence[Number]]:
        return self.data.targets

    def _jet(self, z: Number) -> Jet | None:
        return self.network.activation.jet(z)

    @cached_property
    def jets(self) -> list[list[list[Jet]]] | None:
        """jets[l][k][i]: sigma, sigma', sigma'' of neuron k of hidden layer l + 1 at sample i."""
        network, found = self.network, []
        before = self._matrix(self._inputs).transpose()
        for level in range(network.depth):
            layer: Any
            if network.inner == LOG:
                layer = self._logarithmic_jets()
            else:
                z = self._affine(level, before)
                layer = [[self._jet(entry) for entry in row] for row in z]
            if layer is None or any(jet is None for row in layer for jet in row):
                return None
            found.append(layer)
            before = self._matrix([[jet[0] for jet in row] for row in layer])
        return found

    def _logarithmic_jets(self) -> list[list[Jet]] | None:
        network, layer = self.network, []
        scale = network.biases[0] or (fmpq(1),) * network.width
        for u, factor in zip(network.layers[0], scale, strict=True):
            powers = [product_of_powers(u, x) for x in self.data.inputs]
            row = [network.activation.jet_of_exponential(p * factor) for p in powers if p is not None]
            if len(row) < len(powers):
                return None
            layer.append(row)
        return layer

    def _affine(self, level: int, before: Matrix) -> list[list[Number]]:
        rows, bias = (self._matrices[level] * before).tolist(), self._biases[level]
        if bias is None:
            return rows
        return [[entry + b for entry in row] for row, b in zip(rows, bias, strict=True)]

    def _hidden(self, level: int) -> Matrix:
        """h_l, m_l x n; h_0 are the inputs (None if it is undefined)."""
        if level == 0:
            return self._matrix(self._inputs).transpose()
        return self._order(level, 0)

    def _order(self, level: int, order: int) -> Matrix | None:
        """The derivative of that order of the activations of hidden layer l (from 1), m_l x n."""
        if self.jets is None:
            return None
        rows = [[jet[order] for jet in row] for row in self.jets[level - 1]]
        return None if any(entry is None for row in rows for entry in row) else self._matrix(rows)

    @cached_property
    def outputs(self) -> list[list[Number]] | None:
        """The rows f(x_i)."""
        last = self._hidden(self.network.depth)
        if last is None:
            return None
        return [list(row) for row in zip(*self._affine(self.network.depth, last), strict=True)]

    @cached_property
    def _losses(self) -> list[list[tuple[Number, Number, Number]]] | None:
        differences = self._differences
        if differences is None:
            if self.outputs is None:
                return None
            differences = [
                [p - q for p, q in zip(row, target, strict=True)]
                for row, target in zip(self.outputs, self._targets, strict=True)
            ]
        of = _LOSS[self.data.loss]
        return [[of(difference) for difference in row] for row in differences]

    @cached_property
    def loss(self) -> Number | None:
        """R."""
        if self._losses is None:
            return None
        return sum((entry[0] for row in self._losses for entry in row), self._number(fmpq(0)))

    @cached_property
    def residuals(self) -> list[list[Number]] | None:
        """The rows e_i."""
        return None if self._losses is None else [[entry[1] for entry in row] for row in self._losses]

    @cached_property
    def curvatures(self) -> list[list[Number]] | None:
        """The rows L_i."""
        return None if self._losses is None else [[entry[2] for entry in row] for row in self._losses]

    # -- backward --

    @cached_property
    def _slopes(self) -> list[list[list[Number]]] | None:
        """sigma' by layer (from 0), neuron and sample."""
        return self._tables(1)

    def _tables(self, order: int) -> list[list[list[Number]]] | None:
        if self.jets is None:
            return None
        tables = [[[jet[order] for jet in row] for row in layer] for layer in self.jets]
        return None if any(entry is None for layer in tables for row in layer for entry in row) else tables

    @cached_property
    def _adjoints(self) -> tuple[list[Matrix], list[Matrix]] | None:
        """The derivatives of sum_i e_i.f(x_i), e_i held fixed: by h_l (l = 1, ..., L) and by z_l (l = 1, ..., L + 1)."""
        if self.residuals is None or self._slopes is None:
            return None
        at_z = [self._matrix(self.residuals).transpose()]
        at_h: list[Matrix] = []
        for level in range(self.network.depth, 0, -1):
            at_h.insert(0, self._matrices[level].transpose() * at_z[0])
            at_z.insert(0, self._matrix(_times(at_h[0].tolist(), self._slopes[level - 1])))
        return at_h, at_z

    @cached_property
    def gradient(self) -> list[Number] | None:
        """The gradient of R in the parameters."""
        if self._adjoints is None:
            return None
        gradient: list[Number] = []
        for level, at_z in enumerate(self._adjoints[1]):
            gradient.extend(chain.from_iterable((at_z * self._hidden(level).transpose()).tolist()))
            if self._biases[level] is not None:
                gradient.extend(sum(row[1:], row[0]) for row in at_z.tolist())
        return gradient

    # -- tangents: derivatives of the pre-activations by the parameters --

    @cached_property
    def _augmented(self) -> list[list[Number]]:
        """The inputs, with a 1 behind if the first layer has biases."""
        one = [self._number(fmpq(1))] if self._biases[0] is not None else []
        return [[*row, *one] for row in self._inputs]

    def _columns(self, k: int) -> list[int]:
        """Where neuron k of the first layer has its parameters, in the order of an augmented input."""
        d, m = self.network.dimension, self.network.width
        return [*range(k * d, (k + 1) * d), *([m * d + k] if self._biases[0] is not None else [])]

    @cached_property
    def _tangents(self) -> list[list[list[list[Number]]]] | None:
        """[l - 2][k][i]: dz_lk(x_i)/dtheta for l = 2, ..., L + 1, by the parameters of the layers up to l."""
        if self._slopes is None:
            return None
        found: list[list[list[list[Number]]]] = []
        for level in range(1, self.network.depth + 1):
            carried = self._first_tangents() if level == 1 else self._carried(level, found[-1])
            found.append(
                [[self._completed(level, k, i, row) for i, row in enumerate(rows)] for k, rows in enumerate(carried)]
            )
        return found

    def _first_tangents(self) -> list[list[list[Number]]]:
        """sum_j W_2[k][j] sigma'(z_1j(x_i)) dz_1j(x_i): sparse, since dz_1j is the input, in the places of neuron j."""
        assert self._slopes is not None
        places = [self._columns(j) for j in range(self.network.width)]
        zero, size = self._number(fmpq(0)), self._starts[1]
        found = []
        for weights in self._matrices[1].tolist():
            rows = []
            for i, x in enumerate(self._augmented):
                row = [zero] * size
                for j, weight in enumerate(weights):
                    factor = weight * self._slopes[0][j][i]
                    for place, entry in zip(places[j], x, strict=True):
                        row[place] = factor * entry
                rows.append(row)
            found.append(rows)
        return found

    def _carried(self, level: int, before: list[list[list[Number]]]) -> list[list[list[Number]]]:
        """W_{l+1} (sigma' dz_l), one product for all samples."""
        assert self._slopes is not None
        moved = [
            list(chain.from_iterable([slope * entry for entry in row] for slope, row in zip(slopes, rows, strict=True)))
            for slopes, rows in zip(self._slopes[level - 1], before, strict=True)
        ]
        size = self._starts[level]
        product = (self._matrices[level] * self._matrix(moved)).tolist()
        return [[row[i * size : (i + 1) * size] for i in range(self.data.samples)] for row in product]

    def _completed(self, level: int, k: int, i: int, row: list[Number]) -> list[Number]:
        """A tangent with the parameters of its own layer: h_l in the places of row k of W_{l+1}, 1 at the bias."""
        assert self.jets is not None
        own = [self._number(fmpq(0))] * (self._starts[level + 1] - self._starts[level])
        before = self.jets[level - 1]
        own[k * len(before) : (k + 1) * len(before)] = [column[i][0] for column in before]
        if self._biases[level] is not None:
            own[len(self.network.layers[level]) * len(before) + k] = self._number(fmpq(1))
        return row + own

    @cached_property
    def jacobian(self) -> Matrix | None:
        """The derivatives of the outputs by the parameters."""
        if self._tangents is None:
            return None
        return self._matrix([row for rows in zip(*self._tangents[-1], strict=True) for row in rows])

    # -- second order --

    @cached_property
    def hessian(self) -> Matrix | None:
        """J^T diag(L) J plus the second derivatives of sum_i e_i.f(x_i).

        With g the latter, d^2 g = sum_l sum_i sum_k (dg/dh_lk sigma''(z_lk) (dz_lk)^2 + 2 dg/dz_lk (dW_l dh_{l-1})_k).
        """
        seconds = self._tables(2)
        if self._tangents is None or self._adjoints is None or self.curvatures is None or seconds is None:
            return None
        at_h, at_z = self._adjoints
        scales = list(chain.from_iterable(self.curvatures))
        total = self._gram(self.jacobian, None if self.data.loss == LOSSES[0] else scales).tolist()
        weights = [_times(matrix.tolist(), second) for matrix, second in zip(at_h, seconds, strict=True)]
        self._add_first_blocks(total, weights[0])
        self._add_first_cross_terms(total, at_z[1])
        for level in range(2, self.network.depth + 1):
            rows = list(chain.from_iterable(self._tangents[level - 2]))
            _add(total, self._gram(self._matrix(rows), list(chain.from_iterable(weights[level - 1]))).tolist())
            self._add_cross_terms(total, level, at_z[level])
        return self._matrix(total)

    def _gram(self, rows: Matrix, scales: list[Number] | None) -> Matrix:
        """A^T diag(scales) A."""
        if scales is None:
            return rows.transpose() * rows
        scaled = [[scale * entry for entry in row] for scale, row in zip(scales, rows.tolist(), strict=True)]
        return rows.transpose() * self._matrix(scaled)

    def _add_first_blocks(self, total: list[list[Number]], weights: list[list[Number]]) -> None:
        """sum_i c_ki x_i x_i^T in the block of neuron k of the first layer, all of them by one product."""
        size = len(self._augmented[0])
        pairs = [(p, q) for p in range(size) for q in range(p, size)]
        products = self._matrix([[x[p] * x[q] for p, q in pairs] for x in self._augmented])
        for k, row in enumerate((self._matrix(weights) * products).tolist()):
            places = self._columns(k)
            for (p, q), entry in zip(pairs, row, strict=True):
                total[places[p]][places[q]] += entry
                if p != q:
                    total[places[q]][places[p]] += entry

    def _add_first_cross_terms(self, total: list[list[Number]], at_z: Matrix) -> None:
        """Between W_2[k][j] and neuron j of the first layer: sum_i dg/dz_2k sigma'(z_1j) x_i."""
        assert self._slopes is not None
        slopes = self._slopes[0]
        rows = [[a * b for a, b in zip(row, slope, strict=True)] for row in at_z.tolist() for slope in slopes]
        places = [self._columns(j) for j in range(len(slopes))]
        for number, entries in enumerate((self._matrix(rows) * self._matrix(self._augmented)).tolist()):
            weight = self._starts[1] + number
            for place, entry in zip(places[number % len(slopes)], entries, strict=True):
                total[weight][place] += entry
                total[place][weight] += entry

    def _add_cross_terms(self, total: list[list[Number]], level: int, at_z: Matrix) -> None:
        """Between W_{l+1}[k][j] and the parameters of the layers up to l: sum_i dg/dz_{l+1,k} dh_lj(x_i)."""
        assert self._slopes is not None
        assert self._tangents is not None
        for j, (slopes, rows) in enumerate(zip(self._slopes[level - 1], self._tangents[level - 2], strict=True)):
            moved = [[slope * entry for entry in row] for slope, row in zip(slopes, rows, strict=True)]
            for k, entries in enumerate((at_z * self._matrix(moved)).tolist()):
                weight = self._starts[level] + k * len(self._slopes[level - 1]) + j
                for place, entry in enumerate(entries):
                    total[weight][place] += entry
                    total[place][weight] += entry


def _times(rows: list[list[Number]], others: list[list[Number]]) -> list[list[Number]]:
    """The entrywise product."""
    return [[a * b for a, b in zip(row, other, strict=True)] for row, other in zip(rows, others, strict=True)]


def _add(total: list[list[Number]], block: list[list[Number]]) -> None:
    """Add to the upper left block."""
    for row, other in zip(total, block, strict=False):
        for place, entry in enumerate(other):
            row[place] += entry


def evaluate(network: Network, data: Data) -> Evaluation:
    """The network on the data, exact where the activation is (see ``Evaluation``).

    >>> network = Network.of({"polynomial": [0, 0, 1]}, [[[1]], [[2]]])
    >>> evaluate(network, Data.of([[1], [2]], [[0], [5]])).gradient
    [56, 14]
    """
    return Evaluation(network, data)
