"""What a dense network and its data are, and how they are read (``docs/certificates.md``, section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain, pairwise
from numbers import Rational
from typing import Any

from flint import fmpq

from verify.arithmetic import exact, to_json
from verify.errors import InstanceError
from verify.networks.activations import Activation, Jet, Number, read_activation

Vector = tuple[fmpq, ...]
Rows = tuple[Vector, ...]

LOSSES = ("half-square", "square", "quartic")
PLAIN, LOG = "plain", "log"


@dataclass(frozen=True)
class Neuron:
    """A neuron of a network with one hidden layer: its column of W_2 (D numbers), its row of W_1 as written (d numbers)."""

    outer: Vector
    inner: Vector


@dataclass(frozen=True)
class Network:
    """W_{L+1} sigma(... sigma(W_1 x + b_1) ...) + b_{L+1}, exact entries.

    ``layers`` are W_1, ..., W_{L+1} (rows of tuples), ``biases`` as many vectors or None; ``inner`` is "plain", or "log"
    for weights c log u of which W_1 holds the u's.
    """

    activation: Activation
    layers: tuple[Rows, ...]
    biases: tuple[Vector | None, ...]
    inner: str = PLAIN

    @classmethod
    def of(
        cls,
        activation: Any,
        layers: Sequence[Sequence[Sequence[Any]]],
        biases: Sequence[Sequence[Any] | None] | None = None,
        inner: str = PLAIN,
    ) -> Network:
        """A network from ints, strings such as "3/4", Fractions or exact numbers of FLINT.

        >>> Network.of("tanh", [[["1/2"]], [[3]]]).size
        2

        Raises:
            InstanceError: for floats (their binary value is seldom the number that was meant), or sizes that do not fit.
        """
        raw: dict[str, Any] = {"activation": activation, "layers": layers, "inner": inner}
        return read_network(raw if biases is None else {**raw, "biases": biases})

    @classmethod
    def of_floats(cls, activation: Any, layers: Sequence[Any], biases: Sequence[Any] | None = None) -> Network:
        """A network from floats or NumPy arrays, each number taken at its exact binary value.

        >>> Network.of_floats("tanh", [[[0.5]], [[3.0]]]).parameters
        (1/2, 3)

        Raises:
            InstanceError: for an entry that is not finite, or sizes that do not fit.
        """
        return cls.of(activation, _at_binary_value("layers", layers), _at_binary_value("biases", biases))

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.layers) - 1

    @property
    def width(self) -> int:
        """m, the number of neurons of the first hidden layer."""
        return len(self.layers[0])

    @property
    def dimension(self) -> int:
        """d, the number of inputs."""
        return len(self.layers[0][0])

    @property
    def outputs(self) -> int:
        """D, the number of outputs."""
        return len(self.layers[-1])

    @property
    def bias_free(self) -> bool:
        """Whether there is no bias."""
        return all(bias is None for bias in self.biases)

    @property
    def parameters(self) -> Vector:
        """W_1 row by row, b_1 if there is one, W_2 row by row, and so on, as they are written."""
        return tuple(
            chain.from_iterable(
                (*chain.from_iterable(layer), *(bias or ()))
                for layer, bias in zip(self.layers, self.biases, strict=True)
            )
        )

    @property
    def size(self) -> int:
        """N, the number of parameters."""
        return len(self.parameters)

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """The hidden neurons of a network with L = 1.

        Raises:
            InstanceError: for deeper ones.
        """
        if self.depth != 1:
            raise InstanceError(
                f"dense: the network has {self.depth} hidden layers; its neurons are listed for one only"
            )
        columns = zip(*self.layers[1], strict=True)
        return tuple(Neuron(outer, inner) for outer, inner in zip(columns, self.layers[0], strict=True))

    def with_neurons(self, neurons: Iterable[Neuron]) -> Network:
        """The network with one hidden layer, without biases, of these neurons.

        Raises:
            InstanceError: if there is none, or their sizes differ.
        """
        listed = tuple(neurons)
        if not listed:
            raise InstanceError("dense: a network needs at least one hidden neuron")
        inner = tuple(neuron.inner for neuron in listed)
        outer = tuple(zip(*(neuron.outer for neuron in listed), strict=True))
        return read_network({"activation": self.activation.form, "layers": [inner, outer], "inner": self.inner})

    def with_parameters(self, parameters: Sequence[Any]) -> Network:
        """The network of the same shape with other parameters (in their order, exact)."""
        values = tuple(_exact(value) for value in parameters)
        layers, biases = shaped(self, values)
        raw = {"activation": self.activation.form, "layers": layers, "biases": biases, "inner": self.inner}
        return read_network(raw)

    def to_json(self) -> dict[str, Any]:
        """The network as JSON, numbers as strings; options at their default are left out."""
        made: dict[str, Any] = {"activation": self.activation.form, "layers": to_json(self.layers)}
        if not self.bias_free:
            made["biases"] = to_json(self.biases)
        if self.inner != PLAIN:
            made["inner"] = self.inner
        return made

    # -- a neuron's inner coordinates --

    def jet(self, v: Sequence[Number], x: Sequence[Number]) -> Jet | None:
        """sigma, sigma', sigma'' at the pre-activation of inner coordinates v (no bias) at the input x.

        None where sigma is undefined, and with logarithmic weights at an input that is not integral.

        Raises:
            InstanceError: if the lengths differ, or if a coordinate of a logarithmic weight is not positive.
        """
        if len(v) != len(x):
            raise InstanceError(f"dense: inner coordinates {v!r} have {len(v)} entries, where the input has {len(x)}")
        if self.inner == PLAIN:
            return self.activation.jet(sum((a * b for a, b in zip(v, x, strict=True)), fmpq(0)))
        exponential = product_of_powers(v, x)
        return None if exponential is None else self.activation.jet_of_exponential(exponential)

    def opposite(self, v: Sequence[Any]) -> Vector:
        """The inner coordinates of -w: -v, or 1/v in each entry for logarithmic weights."""
        if self.inner == PLAIN:
            return tuple(-fmpq(a) for a in v)
        return tuple(1 / _positive(a) for a in v)

    def is_null(self, v: Sequence[Any]) -> bool:
        """Whether w = 0."""
        return all(a == (0 if self.inner == PLAIN else 1) for a in v)

    def class_key(self, v: Sequence[Any], *, signed: bool | None = None) -> tuple[Vector, int]:
        """A key and an orientation eps with w = eps (the key's weight).

        Keys are equal for equal weights; for opposite ones too if ``signed`` (by default: if the class is O or E).
        """
        own = tuple(fmpq(a) for a in v)
        if signed is None:
            signed = self.activation.signed
        if not signed:
            return own, 1
        other = self.opposite(own)
        return (own, 1) if own >= other else (other, -1)


@dataclass(frozen=True)
class Data:
    """n inputs of length d, n targets of length D, exact, and the name of a loss."""

    inputs: Rows
    targets: Rows
    loss: str = LOSSES[0]

    @classmethod
    def of(
        cls,
        inputs: Sequence[Sequence[Any]],
        targets: Sequence[Sequence[Any]],
        loss: str = LOSSES[0],
        *,
        distinct: bool = False,
    ) -> Data:
        """Data from ints, strings, Fractions or exact numbers of FLINT.

        Raises:
            InstanceError: for floats, rows of different lengths, an unknown loss; with ``distinct``, for equal inputs.
        """
        made = read_data({"inputs": inputs, "targets": targets, "loss": loss})
        if distinct:
            demand_distinct(made.inputs)
        return made

    @classmethod
    def of_floats(cls, inputs: Any, targets: Any, loss: str = LOSSES[0]) -> Data:
        """Data from floats or NumPy arrays, each number taken at its exact binary value.

        Raises:
            InstanceError: for an entry that is not finite, rows of different lengths, an unknown loss.
        """
        return cls.of(_at_binary_value("inputs", inputs), _at_binary_value("targets", targets), loss)

    @property
    def samples(self) -> int:
        """n."""
        return len(self.inputs)

    def to_json(self) -> dict[str, Any]:
        """The data as JSON, numbers as strings."""
        return {"inputs": to_json(self.inputs), "targets": to_json(self.targets), "loss": self.loss}


def demand_distinct(inputs: Rows) -> None:
    """Refuse equal rows.

    Raises:
        InstanceError: that names the first row that occurs twice.
    """
    seen: dict[Vector, int] = {}
    for i, row in enumerate(inputs):
        if row in seen:
            raise InstanceError(f"data: inputs {seen[row]} and {i} are equal; give different inputs, or merge the two")
        seen[row] = i


# ---- reading --------------------------------------------------------------------------------------------------------


def read_network(raw: Any) -> Network:
    """A network from its JSON form.

    Raises:
        InstanceError: if the form is not that of section 8 of ``docs/certificates.md``.
    """
    _demand_keys("dense", raw, {"activation", "layers"}, {"biases", "inner"})
    activation = read_activation(raw["activation"])
    if not isinstance(raw["layers"], (list, tuple)) or len(raw["layers"]) < 2:
        raise InstanceError("dense: layers must be a list of at least two matrices, W_1, ..., W_{L+1}")
    layers = tuple(_rows(f"dense: layers[{k}]", layer) for k, layer in enumerate(raw["layers"]))
    for k, (before, after) in enumerate(pairwise(layers)):
        if len(after[0]) != len(before):
            raise InstanceError(
                f"dense: layers[{k + 1}] has {len(after[0])} columns, but layers[{k}] has {len(before)} rows; "
                "a matrix needs as many columns as the one before has rows"
            )
    listed = raw.get("biases")
    if listed is None:
        listed = [None] * len(layers)
    if not isinstance(listed, (list, tuple)) or len(listed) != len(layers):
        raise InstanceError(f"dense: biases must be a list of {len(layers)} entries, each null or a vector")
    biases = tuple(
        None if bias is None else _vector(f"dense: biases[{k}]", bias, len(layer))
        for k, (bias, layer) in enumerate(zip(listed, layers, strict=True))
    )
    inner = raw.get("inner", PLAIN)
    if inner not in (PLAIN, LOG):
        raise InstanceError(f"dense: inner is {inner!r:.40}; give 'plain' or 'log'")
    if inner == LOG:
        _demand_logarithmic(activation, layers, biases)
    return Network(activation, layers, biases, inner)


def _demand_logarithmic(activation: Activation, layers: tuple[Rows, ...], biases: tuple[Vector | None, ...]) -> None:
    if len(layers) != 2:
        raise InstanceError(f"dense: inner 'log' is for one hidden layer, not {len(layers) - 1}; use 'plain'")
    if not activation.has_exponential:
        raise InstanceError(
            f"dense: inner 'log' goes with tanh, sigmoid and exp, not with {activation.form}; use 'plain'"
        )
    for u in chain(chain.from_iterable(layers[0]), biases[0] or ()):
        _positive(u)


def read_data(raw: Any) -> Data:
    """Data from their JSON form.

    Raises:
        InstanceError: if the form is not that of section 8 of ``docs/certificates.md``.
    """
    _demand_keys("data", raw, {"inputs", "targets"}, {"loss"})
    inputs, targets = _rows("data: inputs", raw["inputs"]), _rows("data: targets", raw["targets"])
    if len(inputs) != len(targets):
        raise InstanceError(f"data: {len(inputs)} inputs but {len(targets)} targets; give one target for each input")
    loss = raw.get("loss", LOSSES[0])
    if loss not in LOSSES:
        raise InstanceError(f"data: loss is {loss!r:.40}; give one of {', '.join(LOSSES)}")
    return Data(inputs, targets, loss)


def _demand_keys(what: str, raw: Any, needed: set[str], allowed: set[str]) -> None:
    if not isinstance(raw, dict):
        raise InstanceError(f"{what}: {raw!r:.60} is no object; give one with the keys {', '.join(sorted(needed))}")
    if missing := needed - set(raw):
        raise InstanceError(f"{what}: the key {sorted(missing)[0]!r} is missing")
    if unknown := set(raw) - needed - allowed:
        raise InstanceError(f"{what}: the key {sorted(unknown)[0]!r} is unknown; remove it")


def _at_binary_value(name: str, numbers: Any) -> Any:
    """Nested lists or arrays of floats, with the exact value of each."""
    if numbers is None:
        return None
    numbers = _listed(numbers)
    if isinstance(numbers, (list, tuple)):
        return [_at_binary_value(name, entry) for entry in numbers]
    if isinstance(numbers, (Rational, fmpq)):
        return numbers
    try:
        top, bottom = float(numbers).as_integer_ratio()
    except (TypeError, ValueError, OverflowError):
        raise InstanceError(f"{name}: {numbers!r:.40} is no finite number; leave it out, or replace it") from None
    return fmpq(top, bottom)


def _exact(value: Any) -> fmpq:
    if isinstance(value, (Rational, Decimal)) and not isinstance(
        value, bool
    ):  # also NumPy's integers, sympy's rationals
        return fmpq(*map(int, Fraction(value).as_integer_ratio()))
    if isinstance(value, float):
        raise InstanceError(
            f"{value!r} is a float, not an exact number: write what is meant, such as '3/4', or take floats at their binary "
            "value by of_floats"
        )
    return exact(value)


def _listed(raw: Any) -> Any:
    """A NumPy array as nested lists."""
    return raw.tolist() if hasattr(raw, "tolist") else raw


def _vector(name: str, raw: Any, length: int | None = None) -> Vector:
    raw = _listed(raw)
    if not isinstance(raw, (list, tuple)) or not raw:
        raise InstanceError(f"{name} must be a list of exact numbers, at least one; it is {raw!r:.60}")
    if length is not None and len(raw) != length:
        raise InstanceError(f"{name} has {len(raw)} entries; it needs {length}")
    try:
        return tuple(_exact(entry) for entry in raw)
    except InstanceError as error:
        raise InstanceError(f"{name}: {error}") from None


def _rows(name: str, raw: Any) -> Rows:
    raw = _listed(raw)
    if not isinstance(raw, (list, tuple)) or not raw:
        raise InstanceError(f"{name} must be a list of rows, at least one; it is {raw!r:.60}")
    first = _vector(f"{name}[0]", raw[0])
    return (first, *(_vector(f"{name}[{k}]", row, len(first)) for k, row in enumerate(raw[1:], start=1)))


def _positive(u: Any) -> fmpq:
    value = fmpq(u)
    if value <= 0:
        raise InstanceError(f"dense: inner 'log': the entry {value} is not positive; it stands for the weight c log u")
    return value


def product_of_powers(v: Sequence[Any], x: Sequence[Any]) -> fmpq | None:
    """prod_p v_p^{x_p}; None if an exponent is not integral."""
    product = fmpq(1)
    for u, power in zip(v, x, strict=True):
        k = fmpq(power)
        if k.q != 1:
            return None
        product *= _positive(u) ** int(k.p)
    return product


def shaped(network: Network, parameters: Sequence[Any]) -> tuple[list[list[list[Any]]], list[list[Any] | None]]:
    """Parameters (in their order) as matrices and biases of the network's shape.

    Raises:
        InstanceError: if there are not N of them.
    """
    if len(parameters) != network.size:
        raise InstanceError(f"dense: {len(parameters)} parameters are given, where the network has {network.size}")
    values = iter(parameters)
    layers: list[list[list[Any]]] = []
    biases: list[list[Any] | None] = []
    for layer, bias in zip(network.layers, network.biases, strict=True):
        layers.append([[next(values) for _ in row] for row in layer])
        biases.append(None if bias is None else [next(values) for _ in bias])
    return layers, biases
