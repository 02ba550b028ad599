"""Networks and data of random sizes whose parts can be deleted one by one while all other weights keep their values.

Inputs, hidden layers, neurons, outputs and samples are collections: a weight's address holds the keys of what it joins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.errors import InstanceError
from verify.networks.dense import LOG, LOSSES, PLAIN, Data, Network, read_data, read_network
from verify.search.tapes import Number, Recorder, ordered, size_range

Size = int | tuple[int, int]
Keys = tuple[int, ...]


class DrawnNetwork(dict[str, Any]):
    """The JSON of a dense network; it remembers the keys of its inputs and outputs, so that data can follow them."""

    input_keys: Keys
    output_keys: Keys

    def read(self) -> Network:
        """The network as the operators of ``verify.networks.operators`` take it."""
        return read_network(self)


class DrawnData(dict[str, Any]):
    """The JSON of data for a dense network."""

    def read(self) -> Data:
        """The data as the operators of ``verify.networks.operators`` take them."""
        return read_data(self)


class DrawnSpikingNetwork(dict[str, Any]):
    """The JSON of a spiking network; it remembers the keys of its neurons, so that events can follow them.

    ``most`` is the greatest number of neurons that it could have had.
    """

    neuron_keys: Keys
    most: int


# ---- dense networks ------------------------------------------------------------------------------------------------


def draw_network(
    recorder: Recorder, at: str, *, inputs: Size, width: Size, depth: Size, outputs: Size, activation: Any,
    bias: bool | str, inner: str, lo: Any, hi: Any,
) -> DrawnNetwork:  # fmt: skip
    """See ``Draw.network``; ``at`` is the address of the network."""
    sizes = {"inputs": inputs, "width": width, "depth": depth, "outputs": outputs}
    ranges = {name: size_range(f"draw.network: {name}", size, 1) for name, size in sizes.items()}
    if bias not in (True, False, "hidden"):
        raise InstanceError(f"draw.network: bias is {bias!r:.40}; give True, False or 'hidden' (no bias at the output)")
    if inner not in (PLAIN, LOG):
        raise InstanceError(f"draw.network: inner is {inner!r:.40}; give 'plain' or 'log'")
    if inner == LOG and ranges["depth"] != (1, 1):
        raise InstanceError("draw.network: inner 'log' is for one hidden layer; give depth=1, or use 'plain'")
    ends = ordered("draw.network", lo, hi)
    first_ends = _positive_range(*ends) if inner == LOG else ends
    made = DrawnNetwork(activation=option(recorder, f"{at}/activation", "draw.network: activation", activation))
    made.input_keys = before = recorder.items(f"{at}/inputs", *ranges["inputs"])
    made.output_keys = recorder.items(f"{at}/outputs", *ranges["outputs"])
    layers: list[list[list[Number]]] = []
    biases: list[list[Number] | None] = []

    def add(name: str, after: Keys, ends: tuple[Fraction, Fraction], biased: bool) -> None:
        layers.append([[recorder.number(f"{name}/w.{j}.{i}", *ends) for i in before] for j in after])
        biases.append([recorder.number(f"{name}/b.{j}", *ends) for j in after] if biased else None)

    for place, layer in enumerate(recorder.items(f"{at}/layers", *ranges["depth"])):
        neurons = recorder.items(f"{at}/{layer}/neurons", *ranges["width"])
        add(f"{at}/{layer}", neurons, ends if place else first_ends, bool(bias))
        before = neurons
    add(f"{at}/last", made.output_keys, ends, bias is True)
    made["layers"] = layers
    if bias:
        made["biases"] = biases
    if inner != PLAIN:
        made["inner"] = inner
    return made


def _positive_range(lo: Fraction, hi: Fraction) -> tuple[Fraction, Fraction]:
    """For numbers u that stand for c log u: as far to both sides of the weight 0 if lo is not positive."""
    if hi <= 0 or (lo <= 0 and hi <= 1):
        raise InstanceError(f"draw.network: inner 'log' needs numbers u > 0; give lo > 0 or hi > 1, not {lo}, {hi}")
    return (lo, hi) if lo > 0 else (1 / hi, hi)


def draw_data(
    recorder: Recorder,
    at: str,
    network: Any,
    *,
    samples: Size,
    loss: Any,
    lo: Any,
    hi: Any,
    integer_inputs: bool | None,
) -> DrawnData:
    """See ``Draw.data``; ``at`` is the address of the data."""
    ends = ordered("draw.data", lo, hi)
    input_keys, output_keys, logarithmic = _shape(network)
    whole = logarithmic if integer_inputs is None else integer_inputs
    least, most = math.ceil(ends[0]), math.floor(ends[1])
    if whole and least > most:
        raise InstanceError(f"draw.data: no integer lies in [{ends[0]}, {ends[1]}]; widen the range of the inputs")

    def entry(address: str) -> int | Number:
        return recorder.index(address, least, most) if whole else recorder.number(address, *ends)

    keys = recorder.items(f"{at}/samples", *size_range("draw.data: samples", samples, 1))
    made = DrawnData(
        inputs=[[entry(f"{at}/x.{s}.{i}") for i in input_keys] for s in keys],
        targets=[[recorder.number(f"{at}/y.{s}.{o}", *ends) for o in output_keys] for s in keys],
    )
    chosen = option(recorder, f"{at}/loss", "draw.data: loss", loss)
    if chosen != LOSSES[0]:
        made["loss"] = chosen
    return made


def _shape(network: Any) -> tuple[Keys, Keys, bool]:
    """Keys of inputs and of outputs, and whether the inner weights are logarithms."""
    if isinstance(network, DrawnNetwork):
        return network.input_keys, network.output_keys, network.get("inner") == LOG
    read = network if isinstance(network, Network) else read_network(network)
    return tuple(range(read.dimension)), tuple(range(read.outputs)), read.inner == LOG


def option(recorder: Recorder, address: str, name: str, options: Any) -> Any:
    """One of several options (a list or tuple, the simplest first), or the only one."""
    if not isinstance(options, (list, tuple)):
        return options
    if not options:
        raise InstanceError(f"{name}: the list is empty; give at least one")
    return options[recorder.index(address, 0, len(options) - 1)]


# ---- spiking networks ----------------------------------------------------------------------------------------------


def draw_spiking_network(
    recorder: Recorder, at: str, *, neurons: Size, acyclic: bool, density: float, weights: Sequence[Any],
    thresholds: Sequence[Any], potentials: Sequence[Any], lower: Sequence[int], spread: Size, options: dict[str, Any],
) -> DrawnSpikingNetwork:  # fmt: skip
    """See ``Draw.spiking_network``; ``at`` is the address of the network."""
    sizes = size_range("draw.spiking_network: neurons", neurons, 1)
    keys = recorder.items(f"{at}/neurons", *sizes)
    spread = size_range("draw.spiking_network: spread", spread)
    if not weights:
        raise InstanceError("draw.spiking_network: weights: the list is empty; give at least one")

    def weight(receiver: int, sender: int) -> Any:
        if acyclic and sender >= receiver:
            return "0"
        # 0 stands for no edge: edges disappear before weights get simpler
        place = recorder.index(
            f"{at}/w.{receiver}.{sender}", 0, len(weights),
            lambda rng: rng.randint(1, len(weights)) if rng.random() < density else 0,
        )  # fmt: skip
        return weights[place - 1] if place else "0"

    def each(name: str, choices: Sequence[Any]) -> list[Any]:
        return [option(recorder, f"{at}/{name}.{key}", f"draw.spiking_network: {name}", choices) for key in keys]

    bottom = each("lower", lower)
    made = DrawnSpikingNetwork(
        weights=[[weight(i, j) for j in keys] for i in keys],
        threshold=each("thresholds", thresholds),
        potential=each("potentials", potentials),
        lower=bottom,
        upper=[low + recorder.index(f"{at}/spread.{key}", *spread) for low, key in zip(bottom, keys, strict=True)],
        **options,
    )
    made.neuron_keys, made.most = keys, sizes[1]
    return made


def draw_events(
    recorder: Recorder, at: str, network: Any, *, count: Size, charges: Sequence[Any], forever: bool
) -> list[list[Any]]:
    """See ``Draw.events``; ``at`` is the address of the events."""
    if isinstance(network, DrawnSpikingNetwork):
        keys, most = network.neuron_keys, network.most
    else:
        most = len(network["threshold"])
        keys = tuple(range(most))
    made: list[list[Any]] = []
    for member in recorder.items(f"{at}/events", *size_range("draw.events: count", count)):
        # a neuron is named by its key, so that the event stays on it when others are deleted
        key = recorder.index(f"{at}/neuron.{member}", 0, most - 1, lambda rng: rng.choice(keys))
        neuron = min(sum(other < key for other in keys), len(keys) - 1)
        event = [neuron, option(recorder, f"{at}/charge.{member}", "draw.events: charges", list(charges))]
        if forever and recorder.index(f"{at}/forever.{member}", 0, 1):
            event.append("forever")
        made.append(event)
    return made
