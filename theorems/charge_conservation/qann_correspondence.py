"""A charge-conserving acyclic network computes a quantized network exactly (claimed in the abstract of Yan et al.)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sympy import Eq, Rational, symbols

from theorems.charge_conservation import _lemmas
from theorems.charge_conservation import _models as m
from verify import Draw, Family, Identity, Observation, Statement, Step, axis, computed, parameter, random_timings

QUANTIZED = parameter("quantized", "quantized", "a feed-forward network with quantized activations, and its input")
MAPPING = parameter("mapping", "mapping", "how neurons' bounds, biases and inputs are taken over")
CODES = computed("codes", "tuple", "quantized.codes", [QUANTIZED], "the codes of all layers")
SPIKING = computed("spiking", "network", "quantized.network", [QUANTIZED, MAPPING], "the spiking network")
EVENTS = computed("events", "events", "quantized.events", [QUANTIZED, MAPPING], "its external events")
OUTCOMES = computed(
    "outcomes",
    "tuple",
    "spiking.outcomes",
    [SPIKING, EVENTS, m.SEMANTICS, m.FAIR],
    "the counts in which its runs can end",
)
PREDICTED = computed("predicted", "tuple", "sets.singleton", [CODES], "the codes as the one outcome")
INSIDE = computed(
    "starts_inside", "boolean", "spiking.starts_inside", [SPIKING], "the count 0 lies within each neuron's bounds"
)
HALF_UP = computed("half_up", "boolean", "quantized.half_up", [QUANTIZED], "ties are rounded up")
SAME_BOUNDS = computed(
    "same_bounds", "boolean", "quantized.same_bounds", [MAPPING], "the neurons' bounds are the quantizers'"
)
BIAS_ONCE = computed("bias_once", "boolean", "quantized.bias_once", [MAPPING], "each bias is injected once")

qann = Statement(
    "qann-correspondence",
    title="Counts at rest equal the codes of the quantized network, exactly",
    summary="With thresholds equal to the steps, initial potentials of half a step, bounds equal to the codes' and "
    "weights times the senders' steps, the spiking network "
    "rests with counts equal to all codes, under every timing: the approximation error is zero.",
    area=m.AREA,
    source=m.SOURCE.at("abstract, exact correspondence with quantized networks", m.CLAIM_READ),
    declared="reduced",
    quantities=[
        QUANTIZED,
        MAPPING,
        m.SEMANTICS,
        m.FAIR,
        CODES,
        SPIKING,
        EVENTS,
        OUTCOMES,
        PREDICTED,
        INSIDE,
        HALF_UP,
        SAME_BOUNDS,
        BIAS_ONCE,
    ],
    assume={
        "same-bounds": ("the neurons' bounds are the quantizers' bounds", SAME_BOUNDS.symbol),
        "codes-from-zero": ("0 is a code of each layer: neurons start with the count 0", INSIDE.symbol),
        "half-up": ("the quantizers round ties up", HALF_UP.symbol),
        "bias-once": ("each bias is injected exactly once", BIAS_ONCE.symbol),
        "read-at-rest": ("the output is read when everything has been delivered and nobody may fire", m.FAIR.symbol),
    },
    claim=Eq(OUTCOMES.symbol, PREDICTED.symbol),
    rests_on=["dag-timing-invariance", "half-threshold-rounding"],
)


@qann.argument
def layer_by_layer() -> Iterator[Step]:
    step, z, w, s, k, b = symbols("step z w s k b")
    yield Step(
        "Layers make the graph acyclic, so the theorem on acyclic networks gives one outcome: in topological order, "
        "the clipped floor of (initial potential + all charge)/threshold.",
        [_lemmas.rest_is_clipped_floor()],
    )
    yield Step(
        "A neuron of step s starts with s/2, so with total charge z its count is clip(floor(z/s + 1/2)): the "
        "quantizer that rounds ties up, on the same bounds.",
        [Identity((step / 2 + z) / step, z / step + Rational(1, 2))],
    )
    yield Step(
        "The total charge is the quantizer's argument: each net spike of a sender with count k and step s brings W "
        "s, together W (s k) = W x; each bias arrives once; inputs arrive "
        "split in any number of pieces. Induction over the layers gives equal codes.",
        [Identity((w * s) * k + (b * s) * (k + 1), s * (w * k + b * (k + 1))), Identity(z / k + (k - 1) * z / k, z)],
    )


def layer(weights: list, bias: list, step: str, lower: int, upper: int) -> m.Raw:
    return {"weights": weights, "bias": bias, "step": step, "lower": lower, "upper": upper}


def net(layers: list, inputs: list, tie: str = "half-up") -> m.Raw:
    return {"layers": layers, "input": inputs, "tie": tie}


EXACT = {"bounds": [0, 0], "bias_times": 1, "pieces": 1}
SMALL = net(
    [layer([["1/2"], ["-1/3"]], ["0", "1/4"], "1/2", 0, 3), layer([["1", "-3/4"]], ["1/8"], "1/4", -4, 3)], ["7/5"]
)
DEEP = net(
    [
        layer([["1/2", "-1/3"]], ["1/10"], "1", 0, 3),
        layer([["2/3"], ["1"]], ["0", "-1/5"], "1/2", 0, 3),
        layer([["1", "-1/2"]], ["0"], "3/4", 0, 7),
    ],
    ["9/5", "1/2"],
)


def _at(quantized: m.Raw, semantics: str = "instant", fair: bool = True, **mapping: Any) -> m.Raw:
    return {"quantized": quantized, "mapping": {**EXACT, **mapping}, "semantics": semantics, "fair": fair}


@qann.certificate
def small_networks() -> Iterator[m.Raw]:
    """Every interleaving of networks with two and three layers, with the input in one and in two pieces."""
    for pieces in (1, 2):
        yield _at(SMALL, pieces=pieces)
        yield _at(DEEP, pieces=pieces)
    yield _at(net([layer([["1", "-1"]], ["0"], "1", -8, 7)], ["5/2", "0"]), "delayed", pieces=2)


@qann.exhaustive
def inputs_on_a_grid() -> Family:
    """A two-layer network on every pair of inputs in quarters, ties included."""
    template = _at(
        net(
            [layer([["1", "1/2"], ["-1", "1"]], ["0", "1/4"], "1/2", 0, 3), layer([["1", "1"]], ["0"], "1", 0, 3)],
            [axis("x"), axis("y")],
        )
    )
    quarters = [f"{k}/4" for k in range(-2, 6)]
    return Family(template, {"x": quarters, "y": quarters})


@qann.search(
    trials=40,
    distribution="1 to 2 layers of 1 to 2 neurons, weights in quarters, steps 1/2, 1, 3/4, inputs in one or two pieces",
)
def random_networks(rng: Draw) -> m.Raw:
    sizes = [rng.randint(1, 2) for _ in range(rng.randint(2, 3))]
    layers = []
    for before, after in pairwise(sizes):
        weights = [[f"{rng.randint(-6, 6)}/4" for _ in range(before)] for _ in range(after)]
        layers.append(
            layer(
                weights,
                [f"{rng.randint(-2, 2)}/4" for _ in range(after)],
                rng.choice(["1/2", "1", "3/4"]),
                rng.choice([0, -2]),
                rng.randint(1, 2),
            )
        )
    return _at(net(layers, [f"{rng.randint(-4, 8)}/4" for _ in range(sizes[0])]), pieces=rng.randint(1, 2))


REFERENCE = {
    "weights": [
        [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], ["1/2", "-1/3", 0, 0, 0, 0, 0],
        ["2/3", "1/4", 0, 0, 0, 0, 0], ["-1/2", 1, 0, 0, 0, 0, 0],
        [0, 0, "1/2", "-3/8", "1/4", 0, 0], [0, 0, "-1/4", "1/2", "1/6", 0, 0],
    ],
    "threshold": [1, 1, "1/2", "1/2", "1/2", "3/4", "3/4"],
    "potential": ["1/2", "1/2", "7/20", "1/20", "1/4", "17/40", "3/8"],
    "lower": [0] * 7,
    "upper": [3, 3, 3, 3, 3, 7, 7],
}  # fmt: skip
REFERENCE_EVENTS = [[0, "9/5"], [0, "-4/5"], [0, "6/5"], [1, "7/10"], [1, "1/2"], [1, "4/5"]]
REFERENCE_CODES = (2, 2, 1, 3, 2, 0, 2)


@qann.experiment
def random_timings_of_a_larger_network(seed: int) -> Observation:
    """A 2-3-2 network under random delays: too many interleavings to visit, so these are only samples."""
    runs = 2000
    found = random_timings(REFERENCE, REFERENCE_EVENTS, runs, seed % 2**32, backend="numpy")
    outcomes = found.outcomes()
    agrees = bool(found.finished.all()) and set(outcomes) == {REFERENCE_CODES}
    spikes = f"{int(found.spikes.min())} to {int(found.spikes.max())} spikes"
    return Observation(
        f"{runs} random timings of a 2-3-2 network: {len(outcomes)} outcome, {spikes}",
        {"runs": runs, "outcomes": len(outcomes)},
        agrees,
    )


@qann.control(drops="same-bounds")
def bound_off_by_one() -> Iterator[m.Raw]:
    """Signed codes from -4 on; a neuron that may go down to -3 or -5 only."""
    quantizer = net([layer([["1"]], ["0"], "1", -4, 3)], ["-10"])
    yield _at(quantizer, bounds=[1, 0])
    yield _at(quantizer, bounds=[-1, 0])


@qann.control(drops="codes-from-zero")
def codes_that_start_at_one() -> Iterator[m.Raw]:
    """Codes 1 to 3: a neuron without input stays at the count 0."""
    yield _at(net([layer([["1"]], ["0"], "1", 1, 3)], ["-2"]))


@qann.control(drops="half-up")
def half_to_even() -> Iterator[m.Raw]:
    """z/s = 5/2 is a tie: 3 or 2."""
    yield _at(net([layer([["1"]], ["0"], "1", 0, 7)], ["5/2"], tie="half-even"))


@qann.control(drops="bias-once")
def bias_twice() -> Iterator[m.Raw]:
    yield _at(net([layer([["1"]], ["1"], "1", 0, 7)], ["1"]), bias_times=2)


@qann.control(drops="read-at-rest")
def read_too_early() -> Iterator[m.Raw]:
    yield _at(net([layer([["1"]], ["0"], "1", 0, 7)], ["2"]), fair=False)
