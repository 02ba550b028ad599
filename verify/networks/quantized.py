"""Quantized feed-forward networks in exact arithmetic, and the spiking networks that match them.

The form of both is section 7 of ``docs/certificates.md``.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from verify.arithmetic import Value, exact, to_json
from verify.errors import InstanceError
from verify.quantities import Workspace, quantity


def round_half_up(x: fmpq) -> int:
    """floor(x + 1/2)."""
    moved = x + fmpq(1, 2)
    return int(moved.p) // int(moved.q)


def round_half_even(x: fmpq) -> int:
    """The nearest integer; the even one of two that are equally near."""
    nearest = round_half_up(x)
    return nearest - 1 if nearest - x == fmpq(1, 2) and nearest % 2 else nearest


def forward(network: dict[str, Any]) -> list[list[int]]:
    """The codes of each layer.

    Raises:
        InstanceError: for a tie rule that does not exist or sizes that do not fit.
    """
    rules = {"half-up": round_half_up, "half-even": round_half_even}
    if network["tie"] not in rules:
        raise InstanceError(f"quantized: tie is one of {', '.join(rules)}")
    rounded = rules[network["tie"]]
    x = [exact(entry) for entry in network["input"]]
    codes = []
    for layer in network["layers"]:
        step = exact(layer["step"])
        if step <= 0 or layer["lower"] > layer["upper"]:
            raise InstanceError("quantized: a layer needs a step > 0 and lower <= upper")
        if any(len(row) != len(x) for row in layer["weights"]) or len(layer["bias"]) != len(layer["weights"]):
            raise InstanceError(f"quantized: a layer that receives {len(x)} values has rows of another length")
        code = []
        for row, bias in zip(layer["weights"], layer["bias"], strict=True):
            z = exact(bias)
            for weight, value in zip(row, x, strict=True):
                z = z + exact(weight) * value
            code.append(min(max(rounded(z / step), layer["lower"]), layer["upper"]))
        codes.append(code)
        x = [step * k for k in code]
    return codes


def to_spiking(network: dict[str, Any], mapping: dict[str, Any]) -> dict[str, Any]:
    """The spiking network whose counts at rest are the codes (with the default mapping)."""
    layers = network["layers"]
    sizes = [len(layer["weights"]) for layer in layers]
    n = sum(sizes)
    weights = [["0"] * n for _ in range(n)]
    threshold: list[str] = []
    potential: list[str] = []
    lower: list[int] = []
    upper: list[int] = []
    first = 0
    for index, layer in enumerate(layers):
        step = exact(layer["step"])
        for i, row in enumerate(layer["weights"]):
            threshold.append(to_json(step))
            potential.append(to_json(step / 2))
            lower.append(layer["lower"] + mapping["bounds"][0])
            upper.append(layer["upper"] + mapping["bounds"][1])
            if index:
                before = exact(layers[index - 1]["step"])
                for j, weight in enumerate(row):
                    weights[first + i][first - sizes[index - 1] + j] = to_json(exact(weight) * before)
        first += sizes[index]
    if any(low > high for low, high in zip(lower, upper, strict=True)):
        raise InstanceError("mapping: it puts a lower bound above the upper one")
    return {"weights": weights, "threshold": threshold, "potential": potential, "lower": lower, "upper": upper}


def to_events(network: dict[str, Any], mapping: dict[str, Any]) -> list[list[Any]]:
    """The input and the biases as external events."""
    layers, pieces = network["layers"], mapping["pieces"]
    if isinstance(pieces, bool) or not isinstance(pieces, int) or pieces < 1:
        raise InstanceError(f"mapping: pieces is {pieces!r}, where a whole number >= 1 is needed")
    events: list[list[Any]] = []
    for i, row in enumerate(layers[0]["weights"]):
        for weight, value in zip(row, network["input"], strict=True):
            charge = exact(weight) * exact(value)
            if charge != 0:
                events += [[i, to_json(charge / pieces)]] * pieces
    first = 0
    for layer in layers:
        for i, bias in enumerate(layer["bias"]):
            if exact(bias) != 0:
                events += [[first + i, to_json(exact(bias))]] * mapping["bias_times"]
        first += len(layer["weights"])
    return events


@quantity("quantized.codes")
def codes_quantity(_: Workspace, network: Value) -> Value:
    """All layers' codes, concatenated."""
    return tuple(code for layer in forward(network) for code in layer)


@quantity("quantized.network")
def network_quantity(_: Workspace, network: Value, mapping: Value) -> Value:
    """The matching spiking network."""
    return to_spiking(network, mapping)


@quantity("quantized.events")
def events_quantity(_: Workspace, network: Value, mapping: Value) -> Value:
    """The matching external events."""
    return to_events(network, mapping)


@quantity("quantized.half_up")
def half_up(_: Workspace, network: Value) -> Value:
    """Whether ties are rounded up."""
    return bool(network["tie"] == "half-up")


@quantity("quantized.same_bounds")
def same_bounds(_: Workspace, mapping: Value) -> Value:
    """Whether the neurons' bounds are the quantizers'."""
    return list(mapping["bounds"]) == [0, 0]


@quantity("quantized.bias_once")
def bias_once(_: Workspace, mapping: Value) -> Value:
    """Whether each bias is injected exactly once."""
    return bool(mapping["bias_times"] == 1)
