"""Sums of neurons as functions: a collected form, and points at which two different functions are told apart.

Both are defined in section 8 of ``docs/certificates.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from flint import fmpq, fmpq_poly

from verify.networks.activations import Activation
from verify.networks.dense import LOG, PLAIN, Network, Neuron, Vector

Form = dict[Any, Vector]
"""From a basis function (any hashable key) to its coefficient in R^D; no coefficient is zero."""

CONSTANT = "1"
_LINEAR_AND_EVEN = ('"softplus"', '"gelu"', '"swish"')
_HALF = fmpq(1, 2)


def zero_test_inputs(dimension: int) -> Iterator[Vector]:
    """The vectors of {-3, ..., 3}^d (of {-8, ..., 8} if d = 1) other than 0."""
    reach = 8 if dimension == 1 else 3
    return (point for point in _grid(range(-reach, reach + 1), dimension) if any(point))


def zero_test_weights(dimension: int, inner: str) -> Iterator[Vector]:
    """The inner coordinates at which functions of a neuron's weights are compared."""
    if inner == PLAIN:
        return zero_test_inputs(dimension)
    values = (fmpq(1, 5), fmpq(1, 3), _HALF, fmpq(1), fmpq(2), fmpq(3), fmpq(5))
    return (point for point in _grid(values, dimension) if any(u != 1 for u in point))


def _grid(values: Iterable[Any], dimension: int) -> Iterator[Vector]:
    return product([fmpq(value) for value in values], repeat=dimension)


def collected(network: Network, terms: Iterable[Neuron]) -> Form | None:
    """The collected form of the sum of c sigma(w.x) over neurons (c, w), for the activation and the weights of ``network``.

    Equal forms are equal functions. None if the activation has no form.
    """
    activation, total = network.activation, _Sum()
    kind = activation.text
    signed = activation.signed or kind == '"sigmoid"' or kind in _LINEAR_AND_EVEN
    polynomial = _polynomial(activation)
    if not (signed or activation.letter == "G" or polynomial is not None or kind == '"relu"'):
        return None
    if kind in _LINEAR_AND_EVEN and network.inner == LOG:
        return None
    for term in terms:
        c, w = term.outer, term.inner
        if polynomial is not None:
            for monomial, coefficient in _expanded(polynomial, w).items():
                total.add(monomial, c, coefficient)
            continue
        if network.is_null(w):
            if kind == '"softplus"':
                total.add("log 2", c, fmpq(1))
            elif not activation.zero_at_zero:
                total.add(CONSTANT, c, activation.value_at_zero)
            continue
        if kind == '"relu"':
            scale = next(entry for entry in w if entry != 0)
            total.add(("abs", tuple(entry / scale for entry in w)), c, abs(scale) / 2)
        else:
            key, orientation = network.class_key(w, signed=signed)
            odd = activation.letter == "O" or kind == '"sigmoid"'
            total.add(key, c, fmpq(orientation if odd else 1))
        if kind == '"sigmoid"':
            total.add(CONSTANT, c, _HALF)
        if kind in _LINEAR_AND_EVEN or kind == '"relu"':
            for p, entry in enumerate(w):
                total.add(("x", p), c, entry / 2)
    return total.form()


class _Sum:
    def __init__(self) -> None:
        self._entries: dict[Any, list[fmpq]] = {}

    def add(self, key: Any, coefficient: Sequence[fmpq], factor: Any) -> None:
        before = self._entries.get(key, [fmpq(0)] * len(coefficient))
        self._entries[key] = [a + factor * b for a, b in zip(before, coefficient, strict=True)]

    def form(self) -> Form:
        return {key: tuple(entry) for key, entry in self._entries.items() if any(entry)}


def _polynomial(activation: Activation) -> list[fmpq] | None:
    """The coefficients, if it is a polynomial."""
    if activation.letter != "P":
        return None
    ((kind, numbers),) = activation.form.items()
    if kind == "polynomial":
        return [_read(c) for c in numbers]
    p, q = (fmpq_poly([_read(c) for c in side]) for side in numbers)
    return (p // q).coeffs()


def _read(text: str) -> fmpq:
    numerator, _, denominator = text.partition("/")
    return fmpq(int(numerator), int(denominator or 1))


def _expanded(polynomial: Sequence[fmpq], w: Sequence[fmpq]) -> dict[tuple[int, ...], fmpq]:
    """sum_k c_k (w.x)^k by monomials of x."""
    total: dict[tuple[int, ...], fmpq] = {}
    power = {(0,) * len(w): fmpq(1)}
    for c in polynomial:
        for monomial, value in power.items():
            total[monomial] = total.get(monomial, fmpq(0)) + c * value
        raised: dict[tuple[int, ...], fmpq] = {}
        for monomial, value in power.items():
            for p, weight in enumerate(w):
                key = (*monomial[:p], monomial[p] + 1, *monomial[p + 1 :])
                raised[key] = raised.get(key, fmpq(0)) + weight * value
        power = raised
    return total
