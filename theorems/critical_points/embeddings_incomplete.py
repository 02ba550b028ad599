"""Deep networks lift to points that no embedding reaches (Zhang, Zhang and Luo, Section 4.1, Proposition A.2.1)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Implies, Integer, Not, Or, diff, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step, defined, parameter

FIRST = defined("first", "natural", Integer(0), "index of the first layer")
SECOND = defined("second", "natural", Integer(1), "index of the second layer")
NARROW_TOP = parameter("narrower", "dense", "the last hidden layer of a narrower network, with its outer weights")
SILENT = parameter("silent", "dense", "some network with outer weights 0, whose output is 0")
ZEROS = parameter("zeros", "data", "the same inputs with targets 0")
SILENT_DEPTH = m.of("dense.depth", SILENT, sort="natural", name="silent_depth", meaning="index of its outer weights")
OUTER_ZERO = m.property_of("dense.layer_is_zero", SILENT, SILENT_DEPTH, name="outer_zero", meaning="they are 0")
SILENT_BIAS_FREE = m.property_of("dense.bias_free", SILENT, name="silent_bias_free", meaning="it has no biases")
SILENT_FITS = m.property_of(
    "dense.fits", SILENT, ZEROS, name="targets_are_0", meaning="its output 0 meets the targets 0"
)
SAME_INPUTS = m.property_of("dense.same_inputs", m.DATA, ZEROS, name="same_inputs", meaning="the inputs are the same")
FITS_ZEROS = m.property_of("dense.fits", m.NETWORK, ZEROS, name="output_is_0", meaning="the output at the inputs is 0")
ZERO_AT_ZERO = m.property_of("dense.zero_at_zero", m.NETWORK, meaning="sigma(0) = 0")
FIRST_ZERO = m.property_of("dense.layer_is_zero", m.NETWORK, FIRST, name="W1_is_zero", meaning="W_1 = 0")
SECOND_ZERO = m.property_of("dense.layer_is_zero", m.NETWORK, SECOND, name="W2_is_zero", meaning="W_2 = 0")
TOP = m.of(
    "dense.last_layer", m.NETWORK, sort="dense", name="top", meaning="the last hidden layer, with its outer weights"
)
TOP_WIDTH = m.of("dense.width", TOP, sort="natural", name="top_width", meaning="number of its neurons")
NARROW_WIDTH = m.of(
    "dense.width", NARROW_TOP, sort="natural", name="narrow_width", meaning="number of the narrower one's"
)
GENERIC_TOP = m.property_of(
    "dense.irreducible", TOP, name="generic_top",
    meaning="in the last hidden layer no outer weight is 0, no two rows are equal (or opposite, but for an activation "
    "without parity), none is 0",
)  # fmt: skip
IMAGE = m.property_of(
    "lifting.split_or_null", NARROW_TOP, TOP, name="image",
    meaning="the last hidden layer is a splitting of the narrower one, with null neurons",
)  # fmt: skip

incomplete = Statement(
    "cl-embeddings-incomplete",
    title="Embeddings do not give all points that lift with every sample",
    summary="In a network of three or more hidden layers with sigma(0) = 0, zero in its first two layers makes the output 0 and "
    "the point critical for every sample, whatever the layers above; unless rows of the last hidden layer are equal, opposite "
    "or zero it is no image of a narrower network by splitting neurons of that layer and adding null neurons.",
    area=m.AREA,
    source=m.LIFTING.at("Section 4.1, Proposition A.2.1", "read; the splits corrected, and proof derived here"),
    declared="reduced",
    quantities=[
        m.NETWORK, NARROW_TOP, m.DATA, SILENT, ZEROS, FIRST, SECOND, m.DEPTH, m.OUTPUTS, m.BIAS_FREE, ZERO_AT_ZERO, FIRST_ZERO,
        SECOND_ZERO, TOP, TOP_WIDTH, NARROW_WIDTH, GENERIC_TOP, IMAGE, SILENT_DEPTH, OUTER_ZERO, SILENT_BIAS_FREE,
        SILENT_FITS, SAME_INPUTS, FITS_ZEROS, m.CRITICAL,
    ],
    assume={
        "scalar": ("one output", Eq(m.OUTPUTS.symbol, 1)),
        "no-biases": ("no biases", m.BIAS_FREE.symbol),
        "three-layers": ("three hidden layers or more", m.DEPTH.symbol >= 3),
        "zero-layers": (
            "W_1 = 0, and W_2 = 0 unless it is the last hidden layer's",
            And(FIRST_ZERO.symbol, Or(SECOND_ZERO.symbol, Eq(m.DEPTH.symbol, 2))),
        ),
        "zero-at-zero": ("sigma(0) = 0", ZERO_AT_ZERO.symbol),
        "generic-rows": (
            "in the last hidden layer no outer weight is 0, rows are different (up to sign) and not 0",
            GENERIC_TOP.symbol,
        ),
        "zero-targets": (
            "the second sample has the same inputs, and the targets 0 (which a network with outer weights 0 meets)",
            And(OUTER_ZERO.symbol, SILENT_BIAS_FREE.symbol, SILENT_FITS.symbol, SAME_INPUTS.symbol),
        ),
    },
    claim=And(
        m.CRITICAL.symbol,
        FITS_ZEROS.symbol,
        Implies(NARROW_WIDTH.symbol < TOP_WIDTH.symbol, Not(IMAGE.symbol)),
    ),
)  # fmt: skip


def _chain_rule() -> list[Identity]:
    """The derivatives of a s(w_3 s(w_2 s(w_1 x))), s(z) = z/(1 + z^2), by w_1, w_2 and w_3, and what they are products of."""
    a, x, *w = symbols("a x w_1:4")
    h, slopes = [x], []
    for weight in w:
        z = weight * h[-1]
        h.append(z / (1 + z**2))
        slopes.append((1 - z**2) / (1 + z**2) ** 2)
    output = a * h[3]
    return [
        Identity(diff(output, w[0]), a * slopes[2] * w[2] * slopes[1] * w[1] * slopes[0] * x),
        Identity(diff(output, w[1]), a * slopes[2] * w[2] * slopes[1] * h[1]),
        Identity(diff(output, w[2]), a * slopes[2] * h[2]),
    ]


@incomplete.argument
def nothing_flows() -> Iterator[Step]:
    """No signal reaches the upper layers, no derivative the lower ones."""
    yield Step(
        "W_1 = 0 and sigma(0) = 0 give h_1 = sigma(0) = 0 at every input, and so on upwards: h_l = 0 for all l >= 1, and the "
        "output is 0. The derivative of the output by an entry of W_l is a derivative d_l by a pre-activation times an entry of "
        "h_{l-1}: it is 0 for l >= 2, and so is the one by an outer weight, an entry of h_L. The derivative by W_1 is d_1 x, "
        "where d_1 has the factor W_2 = 0. (Here the products for one neuron in each of three layers, sigma = z/(1 + z^2).)",
        _chain_rule(),
        cites=["chain rule"],
    )
    yield Step(
        "So the derivative of the output by the parameters is identically 0 in x, and the gradient of the loss is 0 for every "
        "sample and every loss: the point is in the lifting of each critical point whose output function is 0.",
    )
    a, v1, v2, b1, b2, c = symbols("a v_1 v_2 b_1 b_2 c")
    yield Step(
        "A splitting of a neuron in the last hidden layer copies its row, up to sign for an activation with parity, and shares "
        "out its outer weight; a null neuron has a zero row. A wider layer that arises so has two rows that are equal or "
        "opposite, or a zero row, and this is excluded. (A compatible embedding that widens only this layer is such "
        "a splitting: with lower neurons uncopied its coefficients within a row are 1.) "
        "The published text writes the copied rows as delta w and (1 - delta) w; but the true split copies the row, and "
        "shares out the outer weight only: sharing out the row as well changes the function.",
        [
            Identity(c * a * v1 + (1 - c) * a * v1, a * v1),
            Identity(c * b1 + (1 - c) * b1 + b2 * v2, b1 + b2 * v2),
        ],
    )


def deep(activation: Any, *layers: list[list[Any]], biases: list[Any] | None = None) -> m.Raw:
    """A deep network from its matrices."""
    made: m.Raw = {"activation": activation, "layers": m.text(list(layers))}
    return {**made, "biases": biases} if biases else made


_ZERO = [[0, 0], [0, 0]]
_ROWS: list[list[Any]] = [[1, 2], [3, -1], ["1/2", 1]]
_OUTER: list[list[Any]] = [[1, -2, "3/2"]]
_DATA = m.sample([[1, 2], [3, -1], [0, 1]], [1, -2, "1/2"])
_NARROWER = m.two_layer(m.ODD, (1, [1, 2]), (-2, [3, -1]))


def _instance(network: m.Raw, narrower: m.Raw = _NARROWER, data: m.Raw = _DATA, target: int = 0) -> m.Raw:
    inputs = data["inputs"]
    return {
        "network": network, "narrower": narrower, "data": data, "silent": m.two_layer(m.SQUARE, (0, [1] * len(inputs[0]))),
        "zeros": m.sample(inputs, [target] * len(inputs)),
    }  # fmt: skip


@incomplete.certificate
def critical_for_every_sample() -> Iterator[m.Raw]:
    """Three and four hidden layers, several losses, other widths, also one neuron in each of the lower layers."""
    for activation in (m.ODD, m.FLAT, "tanh", "sin", "x-tanh"):
        narrower = {**_NARROWER, "activation": activation}
        yield _instance(deep(activation, _ZERO, _ZERO, _ROWS, _OUTER), narrower)
        quartic = {**_DATA, "loss": "quartic"}
        yield _instance(deep(activation, _ZERO, _ZERO, [[1, 1], [2, 1]], _ROWS, _OUTER), narrower, quartic)
    one = m.two_layer(m.ODD, (1, 2))
    yield _instance(deep(m.ODD, [[0]], [[0]], [[1], [2]], [[1, 1]]), one, m.sample([1, 2], [1, 1]))


@incomplete.control(drops="zero-targets")
def targets_one() -> Iterator[m.Raw]:
    """The output is not 1."""
    yield _instance(deep(m.ODD, _ZERO, _ZERO, _ROWS, _OUTER), target=1)


@incomplete.control(drops="three-layers")
def two_hidden_layers() -> Iterator[m.Raw]:
    """With W_1 = 0 and one more layer the derivative by W_1 is sigma'(0)^2 (W_2^T a) sum e_i x_i^T, not 0."""
    yield _instance(deep(m.ODD, _ZERO, _ROWS, _OUTER))


@incomplete.control(drops="zero-layers")
def one_zero_layer() -> Iterator[m.Raw]:
    yield _instance(deep(m.ODD, _ZERO, [[1, 0], [0, 0]], _ROWS, _OUTER))
    yield _instance(deep(m.ODD, [[1, 0], [0, 1]], _ZERO, _ROWS, _OUTER))


@incomplete.control(drops="zero-at-zero")
def a_constant_passes() -> Iterator[m.Raw]:
    """1/(1 + z^2): the zero layers pass on the constant 1."""
    yield _instance(deep(m.EVEN, _ZERO, _ZERO, _ROWS, _OUTER), {**_NARROWER, "activation": m.EVEN})


@incomplete.control(drops="no-biases")
def an_output_bias() -> Iterator[m.Raw]:
    yield _instance(deep(m.ODD, _ZERO, _ZERO, _ROWS, _OUTER, biases=[None, ["1", "2"], None, None]))


@incomplete.control(drops="generic-rows")
def an_image_of_a_split() -> Iterator[m.Raw]:
    """Equal rows, opposite rows, a zero row: images of the narrower layer."""
    for rows, outer in (
        ([[1, 2], [3, -1], [1, 2]], [["1/3", -2, "2/3"]]),
        ([[1, 2], [3, -1], [-1, -2]], [[2, -2, 1]]),
        ([[1, 2], [3, -1], [0, 0]], [[1, -2, 0]]),
    ):
        yield _instance(deep(m.ODD, _ZERO, _ZERO, rows, outer))


@incomplete.search(trials=60, distribution="widths up to 3, one or two inputs, odd or flat rational activations")
def random_networks(rng: Draw) -> m.Raw:
    activation = rng.choice([m.ODD, m.FLAT])
    d, first, second, last = (rng.randint(1, 2) for _ in range(4))

    def matrix(height: int, width: int) -> list[list[int]]:
        return [[rng.randint(-3, 3) for _ in range(width)] for _ in range(height)]

    network = deep(
        activation, [[0] * d] * first, [[0] * first] * second, matrix(last + 1, second), matrix(1, last + 1)
    )  # fmt: skip
    narrower = m.two_layer(activation, *m.random_neurons(rng, last, second))
    inputs = m.random_inputs(rng, 3, d)
    return _instance(network, narrower, m.sample(inputs, [rng.randint(-3, 3) for _ in inputs]))
