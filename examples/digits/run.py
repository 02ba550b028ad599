"""A quantized classifier of handwritten digits as a spiking network whose answer does not depend on timing.

A small multilayer perceptron (64 pixels, 32 hidden units, 10 classes) is trained on scikit-learn's digits and
quantized: 8-bit integer weights times a power of two, hidden codes of 4 bits unsigned, output codes of 8 bits signed.
Its codes on the test images are computed in exact integers. It is then mapped to a charge-conserving spiking network,
as in docs/certificates.md, section 7, and run under random timings; at rest, every neuron must have sent its code.

Run as `python examples/digits/run.py`; the exit status is 1 if a code differs, or if a wrong mapping goes unnoticed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from verify.networks.timings import random_timings_each

Ints = NDArray[np.int64]
HIDDEN = 32


@dataclass(frozen=True, eq=False)
class Layer:
    """z = (weights @ x + bias) / 2**weight_bits; code = clip(floor(z / step + 1/2)), step = 2**-step_bits.

    `weights` (m, k) are integers from -127 to 127, `bias` (m,) integers; `x` are the pixels, or codes times their step.
    """

    weights: Ints
    bias: Ints
    weight_bits: int
    step_bits: int
    lower: int
    upper: int

    @property
    def step(self) -> Fraction:
        return Fraction(2) ** -self.step_bits


@dataclass(frozen=True)
class Mapping:
    """How the spiking network is made of the quantized one; the defaults are right, anything else is an experiment."""

    pieces: int = 2
    potential: Fraction = Fraction(1, 2)
    bias_times: int = 1


def quantize(weights: NDArray[np.float64], bias: NDArray[np.float64], step_bits: int, lower: int, upper: int) -> Layer:
    """Round to the finest power of two at which the weights fit into 8 bits."""
    bits = int(np.floor(np.log2(127 / np.abs(weights).max())))
    scaled = [np.rint(np.asarray(x) * 2.0**bits).astype(np.int64) for x in (weights, bias)]
    return Layer(scaled[0], scaled[1], bits, step_bits, lower, upper)


def codes(layer: Layer, x: Ints, x_bits: int) -> Ints:
    """The codes (images, m) for inputs x * 2**-x_bits, x (images, k), in exact integers."""
    z = x @ layer.weights.T + (layer.bias << x_bits)  # in units of 2**-(weight_bits + x_bits)
    shift = layer.weight_bits + x_bits - layer.step_bits  # one step is 2**shift of these units; shift >= 1
    if shift < 1:
        raise ValueError("the step is finer than twice the grid of z: choose smaller step_bits")
    return np.clip((z + (1 << (shift - 1))) >> shift, layer.lower, layer.upper)


def answer(layers: list[Layer], pixels: Ints) -> list[Ints]:
    """The codes of both layers, (images, 32) and (images, 10)."""
    hidden = codes(layers[0], pixels, 0)
    return [hidden, codes(layers[1], hidden, layers[0].step_bits)]


def train(pixels: Ints, digits: Ints) -> list[Layer]:
    """Train in floats, then quantize; the steps are the powers of two that serve the training images best."""
    model = MLPClassifier((HIDDEN,), alpha=0.1, max_iter=2000, random_state=0).fit(pixels / 16, digits)
    first, second = (w.T for w in model.coefs_)
    first = first / 16
    best: tuple[float, list[Layer]] = (-1.0, [])
    for hidden_bits in range(-2, 5):
        one = quantize(first, model.intercepts_[0], hidden_bits, 0, 15)
        if one.weight_bits <= hidden_bits:
            continue
        for output_bits in range(3, -3, -1):
            layers = [one, quantize(second, model.intercepts_[1], output_bits, -128, 127)]
            if hidden_bits < 0 or layers[1].weight_bits + hidden_bits <= output_bits:
                continue
            accuracy = float(np.mean(answer(layers, pixels)[1].argmax(axis=1) == digits))
            best = max(best, (accuracy, layers), key=lambda pair: pair[0])
    return best[1]


def spiking_network(layers: list[Layer], mapping: Mapping) -> dict[str, Any]:
    """One neuron for each code, in order: threshold = step, potential = step/2, bounds = the quantizer's."""
    sizes = [len(layer.bias) for layer in layers]
    n = sum(sizes)
    weights = [["0"] * n for _ in range(n)]
    unit = layers[0].step / 2 ** layers[1].weight_bits
    for i, row in enumerate(layers[1].weights.tolist()):
        for j, w in enumerate(row):
            weights[sizes[0] + i][j] = str(w * unit)
    per_neuron = [layer for layer in layers for _ in layer.bias]
    return {
        "weights": weights,
        "threshold": [str(layer.step) for layer in per_neuron],
        "potential": [str(layer.step * mapping.potential) for layer in per_neuron],
        "lower": [layer.lower for layer in per_neuron],
        "upper": [layer.upper for layer in per_neuron],
    }


def spiking_events(layers: list[Layer], pixels: Ints, mapping: Mapping) -> list[list[Any]]:
    """For one image (64,): the charge of each pixel on each hidden neuron in pieces, and the biases."""
    events: list[list[Any]] = []
    unit = Fraction(1, 2 ** layers[0].weight_bits * mapping.pieces)
    for i, row in enumerate((layers[0].weights * pixels).tolist()):
        for charge in row:
            if charge:
                events += [[i, str(charge * unit)]] * mapping.pieces
    biases = [Fraction(b, 2**layer.weight_bits) for layer in layers for b in layer.bias.tolist()]
    for i, bias in enumerate(biases):
        if bias:
            events += [[i, str(bias)]] * mapping.bias_times
    return events


def without_correction(layers: list[Layer], pixels: Ints, runs: int, pieces: int, seed: int) -> tuple[Ints, Ints]:
    """Codes (runs, images, 32) and (runs, images, 10) if hidden neurons never send the corrective negative spike.

    A plain integrate-and-fire neuron that fires as soon as it can has sent max over time of floor(charge / threshold)
    spikes. Each neuron receives its events in a random order of its own; the output layer is read exactly.
    """
    rng = np.random.default_rng(seed)
    layer = layers[0]
    charge = np.repeat(layer.weights[None] * pixels[:, None, :], pieces, axis=2)  # (images, 32, 64 * pieces)
    bias = np.broadcast_to(layer.bias[None, :, None] * pieces, (*charge.shape[:2], 1))
    events = np.concatenate([charge, bias], axis=2)
    step = pieces << (layer.weight_bits - layer.step_bits)
    hidden = []
    for _ in range(runs):
        held = step // 2 + np.cumsum(rng.permuted(events, axis=2), axis=2)
        hidden.append(np.clip(held.max(axis=2) // step, 0, layer.upper))
    counts = np.array(hidden)
    return counts, np.array([codes(layers[1], one, layer.step_bits) for one in counts])


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if a code differs or a wrong mapping goes unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--images", type=int, default=200, help="test images to run")
    parser.add_argument("--runs", type=int, default=5, help="random timings for each image")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backend", choices=["auto", "numba", "numpy", "python"], default="auto")
    options = parser.parse_args(arguments)

    data = load_digits()
    pixels, digits = data.data.astype(np.int64), data.target.astype(np.int64)
    split = train_test_split(pixels, digits, test_size=500, random_state=0, stratify=digits)
    train_pixels, test_pixels, train_digits, test_digits = split
    layers = train(train_pixels, train_digits)
    right = answer(layers, test_pixels)[1].argmax(axis=1) == test_digits
    for name, layer in zip(("hidden", "output"), layers, strict=True):
        m, k = layer.weights.shape
        print(
            f"{name} layer: {m} x {k} weights of 8 bits times 1/{2**layer.weight_bits}, "
            f"codes {layer.lower}..{layer.upper}, step {layer.step}"
        )
    print(f"quantized network, exact integers: {right.sum()} of {len(right)} test images right ({right.mean():.1%})")

    images = test_pixels[: options.images]
    truth = test_digits[: options.images]
    wanted = np.hstack(answer(layers, images))  # (images, 42)

    def spike(mapping: Mapping, runs: int) -> list[Any]:
        inputs = [spiking_events(layers, image, mapping) for image in images]
        network = spiking_network(layers, mapping)
        return list(random_timings_each(network, inputs, runs, options.seed, backend=options.backend))

    mapping = Mapping()
    timings = spike(mapping, options.runs)
    counts = np.array([t.counts for t in timings])  # (images, runs, 42)
    spikes = np.array([t.spikes for t in timings])
    unfinished = sum(int((~t.finished).sum()) for t in timings)
    differs = counts != wanted[:, None, :]
    output_wrong, any_wrong = int(differs[..., HIDDEN:].any(axis=2).sum()), int(differs.any(axis=2).sum())
    changed = int((spikes.min(axis=1) != spikes.max(axis=1)).sum())
    print(f"\nspiking network: {counts.shape[2]} neurons, {len(images)} images, {spikes.size} random timings")
    print(f"spikes of a run: min {spikes.min()}, mean {spikes.mean():.1f}, max {spikes.max()}")
    print(f"images whose number of spikes depends on the timing: {changed} of {len(images)}")
    print(f"runs that did not come to rest: {unfinished}")
    print(f"runs with an output code that differs from the quantized network: {output_wrong}")
    print(f"runs with any code, hidden or output, that differs: {any_wrong}")

    print("\nwrong mappings, which the same comparison must notice:")
    unnoticed = 0
    wrong = {
        "potential 0 in place of step/2": replace(mapping, potential=Fraction(0)),
        "bias delivered twice": replace(mapping, bias_times=2),
    }
    for name, bad in wrong.items():
        ends = np.array([t.counts[0] for t in spike(bad, 1)])
        found = int((ends[:, HIDDEN:] != wanted[:, HIDDEN:]).any(axis=1).sum())
        unnoticed += found == 0
        print(f"  {name}: output codes differ on {found} of {len(images)} images")

    hidden, output = without_correction(layers, images, options.runs, mapping.pieces, options.seed)
    hidden_off = (hidden != wanted[:, :HIDDEN]).any(axis=2)
    output_off = (output != wanted[:, HIDDEN:]).any(axis=2)
    class_off = output.argmax(axis=2) != wanted[:, HIDDEN:].argmax(axis=1)
    print("\nplain integrate-and-fire hidden neurons (no corrective spikes), events in random order:")
    print(f"  hidden codes differ in {hidden_off.sum()} of {hidden_off.size} runs ({hidden_off.mean():.1%})")
    print(f"  output codes differ in {output_off.sum()} runs ({output_off.mean():.1%})")
    print(f"  the class differs in {class_off.sum()} runs ({class_off.mean():.1%})")
    same = (counts[..., HIDDEN:].argmax(axis=2) == truth[:, None]).mean()
    plain = (output.argmax(axis=2) == truth).mean()
    print(f"  accuracy over these runs: {plain:.1%}; of the charge-conserving network over its runs: {same:.1%}")
    return 1 if unfinished or any_wrong or unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
