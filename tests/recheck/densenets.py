"""Dense networks and data written by hand, with shorthands to call the rechecker's functions on them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.recheck.definitions.dense import Data, Dense, parse_data, parse_dense
from verify.recheck.definitions.embedding import Block, Group, parse_block, parse_splitting
from verify.recheck.definitions.functions import Library
from verify.recheck.formula import numbers

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}
EVEN = {"rational": [["1"], ["1", "0", "1"]]}
SKEW = {"rational": [["1", "1"], ["1", "0", "1"]]}
FLAT = {"rational": [["0", "0", "1"], ["1", "0", "1"]]}


def call(name: str, *arguments: Any, bits: int = 160) -> Any:
    return Library().call(name, list(arguments), bits)


def written(data: Any) -> Any:
    """Nested sequences of numbers as JSON."""
    return [written(item) for item in data] if isinstance(data, (list, tuple)) else str(data)


def rows(data: Sequence[Any]) -> Any:
    """Vectors; a single number is a vector of one entry."""
    return written([item if isinstance(item, (list, tuple)) else [item] for item in data])


def net(activation: Any, inner: Sequence[Any], outer: Sequence[Any], log: bool = False) -> Dense:
    """One hidden layer: inner coordinates of each neuron, outer weights (rows of them for several outputs)."""
    last = outer if isinstance(outer[0], (list, tuple)) else [outer]
    form = {"activation": activation, "layers": [rows(inner), written(last)], "inner": "log" if log else "plain"}
    return parse_dense(form)


def log_net(activation: str, inner: Sequence[Any], outer: Sequence[Any]) -> Dense:
    return net(activation, inner, outer, log=True)


def deep(activation: Any, *layers: Any, biases: Any = None) -> Dense:
    form = {"activation": activation, "layers": [written(layer) for layer in layers]}
    return parse_dense({**form, **({"biases": biases} if biases else {})})


def data(inputs: Sequence[Any], targets: Sequence[Any], loss: str = "half-square") -> Data:
    return parse_data({"inputs": rows(inputs), "targets": rows(targets), "loss": loss})


def designed(n: Dense, inputs: Sequence[Any], residuals: Sequence[Any]) -> Data:
    """Targets that give a network these residuals (half-square loss, one output)."""
    values = call("dense.outputs_at", n, data(inputs, [[0] * n.outputs] * len(inputs)))
    return data(inputs, [y - Fraction(e) for (y,), e in zip(values, residuals, strict=True)])


def splitting(*groups: tuple[int, Sequence[Any]], **more: Any) -> tuple[Group, ...]:
    """Groups (neuron, coefficients); `signs` or `shifts` are for all of them."""
    return parse_splitting([{"neuron": j, "coefficients": written(c), **more} for j, c in groups])


def block(outer: Sequence[Any], inner: Sequence[Any]) -> Block:
    return parse_block({"outer": written(outer), "inner": rows(inner)})


def vector(*entries: Any) -> Any:
    return numbers(written(entries))


A, A_DATA = log_net("tanh", [2], [1]), data([1, 2, 3], ["-47/75", "8/5", "94/225"])
X1, X1_DATA = log_net("exp", [2], [1]), data([1, 2, 3, 4], [22, -20, 17, 15])
X3, X3_DATA = log_net("exp", [2, 3], [1, -1]), data([1, 2, 3, 4, 5], [-37, 55, -56, -55, -212])
PLANE = [(3, 1), (2, 1), (1, 1), (1, 3), (1, 2)]
X2 = log_net("exp", [(2, 3)], [1])
X2_NODE, X2_DEFINITE = data(PLANE, [23, 16, 11, 55, 12]), data(PLANE, [23, 16, -7, 53, 24])
X2_LINE = data([(2, 1), (1, 1), (3, 1), (1, 2)], [16, 2, 23, 18])
X4 = log_net("exp", [(2, 3, 5)], [1])
X4_DATA = data([(3, 1, 1), (2, 1, 1), (1, 1, 1), (1, 2, 2), (1, 2, 1), (1, 1, 2)], [119, 64, 11, 449, 95, 153])
T2 = log_net("tanh", [(2, 2)], [1])
T2_DATA = data([(1, 0), (0, 1), (1, 1), (2, 1)], ["-1/15", "-17/75", "8/5", "94/225"])


def decimal(text: str) -> Fraction:
    """The exact number that decimals write."""
    whole, _, digits = text.partition(".")
    return Fraction(int(whole + digits), 10 ** len(digits))


R1 = net(
    "tanh",
    [decimal("0.31068258270794267266282821039088009"), decimal("1.0574182208337032418776739430363357")],
    [decimal("1.5217329275098967380859107484147621"), decimal("1.8125258408474353002336213681005444")],
)
R1_DATA = data(["1/2", 1, "3/2", 2, "5/2", 3], [1, "21/10", "21/10", "27/10", "14/5", "29/10"])
R2 = net(
    "tanh",
    [(decimal("1.7264830363801493504837148891063398"), decimal("0.53063304072166957572204611133469742"))],
    [decimal("-1.4164139082824499543104750836630901")],
)  # the bias is the weight of a constant input
R2_DATA = data([(x, 1) for x in range(-2, 4)], ["13/10", "6/5", "-7/10", "-13/10", "-13/10", "-17/10"])
