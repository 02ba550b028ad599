"""The same forward pass and derivatives over sympy symbols: what proofs hand to the kernel.

sympy only writes the formulas down; whether two of them are equal is for the kernel (``verify.decide``) to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import sympy

from verify.arithmetic import exact
from verify.errors import InstanceError
from verify.networks.activations import Activation, Jet
from verify.networks.dense_evaluation import Evaluation, Matrix
from verify.networks.dense_model import PLAIN, Data, Network, shaped

SymbolicJet = Callable[[sympy.Expr], Jet]


def parameter_names(network: Network) -> list[str]:
    """A name for each parameter, in order: w1_0_0, w1_0_1, ..., b1_0, ..., w2_0_0, ..."""
    names: list[str] = []
    for level, (layer, bias) in enumerate(zip(network.layers, network.biases, strict=True), start=1):
        names.extend(f"w{level}_{i}_{j}" for i, row in enumerate(layer) for j in range(len(row)))
        names.extend(f"b{level}_{i}" for i in range(len(bias or ())))
    return names


def number(value: Any) -> sympy.Expr:
    """An exact number or an expression, as sympy has it.

    Raises:
        InstanceError: for anything else, floats among it.
    """
    if isinstance(value, sympy.Expr):
        return value
    found = exact(value)
    return sympy.Rational(int(found.p), int(found.q))


def _of_tanh(z: sympy.Expr) -> Jet:
    t = sympy.tanh(z)
    return t, 1 - t**2, -2 * t * (1 - t**2)


def _of_sigmoid(z: sympy.Expr) -> Jet:
    s = 1 / (1 + sympy.exp(-z))
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def _of_exp(z: sympy.Expr) -> Jet:
    value = sympy.exp(z)
    return value, value, value


_TRANSCENDENTAL: dict[str, SymbolicJet] = {"tanh": _of_tanh, "sigmoid": _of_sigmoid, "exp": _of_exp}


def symbolic_jet(activation: Activation) -> SymbolicJet:
    """sigma, sigma' and sigma'' as expressions of the pre-activation.

    Raises:
        InstanceError: for activations other than polynomials, rational functions, tanh, sigmoid and exp.
    """
    form = activation.form
    if isinstance(form, str) and form in _TRANSCENDENTAL:
        return _TRANSCENDENTAL[form]
    if isinstance(form, str) or "power" in form:
        raise InstanceError(
            f"activation: {form!r} has no symbolic form here; choose a rational function, tanh, sigmoid or exp, "
            "or give the values as symbols of their own (jet=AbstractJet())"
        )
    ((kind, numbers),) = form.items()
    sides = [numbers, ["1"]] if kind == "polynomial" else numbers
    (p, p1, p2), (q, q1, q2) = ([_derivative(side, order) for order in range(3)] for side in sides)

    def jet(z: sympy.Expr) -> Jet:
        top, top1, top2, bottom, bottom1, bottom2 = (_polynomial(c, z) for c in (p, p1, p2, q, q1, q2))
        cross = top1 * bottom - top * bottom1
        second = (top2 * bottom - top * bottom2) * bottom - 2 * bottom1 * cross
        return top / bottom, cross / bottom**2, second / bottom**3

    return jet


def _derivative(coefficients: Sequence[str], order: int) -> list[sympy.Expr]:
    found = [number(c) for c in coefficients]
    for _ in range(order):
        found = [k * c for k, c in enumerate(found)][1:]
    return found


def _polynomial(coefficients: Sequence[sympy.Expr], z: sympy.Expr) -> sympy.Expr:
    return sympy.Add(*(c * z**k for k, c in enumerate(coefficients)))


class AbstractJet:
    """An activation of which nothing is known: three new symbols for each pre-activation, s0, s1, s2 with a number.

    For proofs that hold for every twice differentiable activation. Calling it again with an expression that is written alike
    gives the same symbols.
    """

    def __init__(self, name: str = "s") -> None:
        self._name = name
        self._known: dict[sympy.Expr, tuple[sympy.Symbol, ...]] = {}

    def __call__(self, z: sympy.Expr) -> Any:
        if z not in self._known:
            number_of = len(self._known)
            self._known[z] = tuple(sympy.Symbol(f"{self._name}{order}_{number_of}", real=True) for order in range(3))
        return self._known[z]


class SymbolicEvaluation(Evaluation):
    """``Evaluation`` with symbols for parameters, and for inputs and targets where they are given.

    Matrices are ``sympy.Matrix``. ``parameters`` are N expressions (default: a symbol for each, see ``parameter_names``),
    ``inputs`` and ``targets`` rows of expressions (default: the numbers of the data). ``jet`` replaces the activation.

    Raises:
        InstanceError: if shapes do not fit, for logarithmic weights, and for activations without a symbolic form.
    """

    def __init__(
        self,
        network: Network,
        data: Data,
        parameters: Sequence[Any] | None = None,
        *,
        inputs: Sequence[Sequence[Any]] | None = None,
        targets: Sequence[Sequence[Any]] | None = None,
        jet: SymbolicJet | None = None,
    ) -> None:
        super().__init__(network, data)
        if network.inner != PLAIN:
            raise InstanceError("dense: symbols stand for plain weights; write the network with inner 'plain'")
        for name, rows, shape in (("inputs", inputs, data.inputs), ("targets", targets, data.targets)):
            if rows is not None and [len(row) for row in rows] != [len(row) for row in shape]:
                raise InstanceError(f"{name}: give {len(shape)} rows of {len(shape[0])}, as the data have")
        given = (
            [sympy.Symbol(name, real=True) for name in parameter_names(network)] if parameters is None else parameters
        )
        self.symbols = [number(value) for value in given]
        self._layers, self._biases = shaped(network, self.symbols)
        self._given_inputs, self._given_targets = inputs, targets
        self._symbolic_jet = jet or symbolic_jet(network.activation)

    def _matrix(self, rows: Sequence[Sequence[Any]]) -> Matrix:
        return sympy.Matrix(len(rows), len(rows[0]), [number(entry) for row in rows for entry in row])

    def _number(self, value: Any) -> Any:
        return number(value)

    def _jet(self, z: Any) -> Jet | None:
        return self._symbolic_jet(z)

    @cached_property
    def _inputs(self) -> list[list[Any]]:
        rows = self.data.inputs if self._given_inputs is None else self._given_inputs
        return [[number(x) for x in row] for row in rows]

    @property
    def _targets(self) -> list[list[Any]]:
        rows = self.data.targets if self._given_targets is None else self._given_targets
        return [[number(y) for y in row] for row in rows]
