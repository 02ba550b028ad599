"""Sample-dependent liftings are saddles, but for null neurons (Zhang, Zhang and Luo, Remark 4.5: false as printed)."""

from collections.abc import Iterator
from typing import Any

from sympy import Eq, Not, Or, Rational, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Inertia, Rank, Statement, Step

SIGNED = m.property_of("dense.signed", m.NETWORK, meaning="the activation is odd or even, analytic and no polynomial")
ZERO_AT_ZERO = m.property_of("dense.zero_at_zero", m.NETWORK, meaning="sigma(0) = 0")
SILENT_NULLS = m.property_of(
    "dense.nulls_silent", m.WIDE, name="silent_nulls", meaning="in the wide network neurons w' = 0 have outer weight 0"
)
LOSS = m.of("dense.loss", m.WIDE, m.DATA, sort="real", name="loss", meaning="the loss of the wide network")
MINIMUM = m.property_of(
    "embedding.local_minimum", m.WIDE, m.DATA, name="local_minimum",
    meaning="the wide network is a local minimum of the loss",
)  # fmt: skip

_QUANTITIES = [m.NETWORK, m.WIDE, m.DATA, *m.SCALAR_TWO_LAYER, m.SAME_FUNCTION]
_COMMON = {
    "two-layer": m.TWO_LAYER,
    "same-function": m.EQUAL_FUNCTIONS,
    "separated": ("no input is 0, all are different, none is opposite to another", m.SEPARATED.symbol),
    "critical": (
        "the narrow and the wide network are critical points of the loss", m.CRITICAL.symbol & m.WIDE_CRITICAL.symbol
    ),
    "sample-dependent": (
        "the wide point is not critical for all samples for which the narrow one is: some derivative of its output is outside "
        "the narrow span",
        Not(m.IN_SPAN.symbol),
    ),
}  # fmt: skip
_CLAIM = Or(Eq(LOSS.symbol, 0), Not(MINIMUM.symbol))

published = Statement(
    "cl-remark-4-5",
    title="Every sample-dependent lifting has zero loss or is a saddle (as printed)",
    summary="For an odd or even activation, a critical point with the function of a narrow one that is not critical for all "
    "samples has zero loss or is no local minimum.",
    area=m.AREA,
    source=m.LIFTING.at("Remark 4.5", "remark read"),
    declared="refuted",
    variant="as-published",
    pair="cl-remark-4-5-corrected",
    quantities=[
        *_QUANTITIES, SIGNED, m.SEPARATED, m.CRITICAL, m.WIDE_CRITICAL, m.IN_SPAN, LOSS, MINIMUM,
    ],
    assume={**_COMMON, "activation": ("the activation is odd or even, analytic and no polynomial", SIGNED.symbol)},
    claim=_CLAIM,
)  # fmt: skip

corrected = Statement(
    "cl-remark-4-5-corrected",
    title="Sample-dependent liftings without weighted null neurons have zero loss or are saddles",
    summary="For an odd, even or parity-free activation with sigma(0) != 0, or where neurons w' = 0 have outer weight 0, "
    "a critical point with the function of a narrow one that is not critical for all samples has zero loss or is a saddle "
    "(checked on instances: is no local minimum).",
    area=m.AREA,
    source=m.LIFTING.at("Remark 4.5, corrected", m.DERIVED),
    declared="reduced",
    variant="corrected",
    pair="cl-remark-4-5",
    quantities=[
        *_QUANTITIES, m.SEPARATING, m.SEPARATED, m.CRITICAL, m.WIDE_CRITICAL, m.IN_SPAN, ZERO_AT_ZERO, SILENT_NULLS, LOSS,
        MINIMUM,
    ],
    assume={
        **_COMMON,
        "activation": m.SEPARATING_ACTIVATION,
        "silent-nulls": (
            "sigma(0) != 0, or in the wide network neurons w' = 0 have outer weight 0",
            Or(Not(ZERO_AT_ZERO.symbol), SILENT_NULLS.symbol),
        ),
    },
    claim=_CLAIM,
    rests_on=["cl-lifting-operator", "cl-tau-one-hidden", "cp-output-branches", "cp-saddle-branches"],
)  # fmt: skip


# ---- the counterexample --------------------------------------------------------------------------------------------

_, _TANH_DATA = m.silent_nulls()
_PLAIN_DATA = m.designed(m.PLAIN_NARROW, [1, 2, 3, 4], m.scaled([56, -350, 600, -289], "1/600"))
_WEIGHTS = (1, -1, 2, "1/10")


def _instance(network: m.Raw, wide: m.Raw, data: m.Raw) -> m.Raw:
    return {"network": network, "wide": wide, "data": data}


def _null_neurons() -> Iterator[m.Raw]:
    """A null neuron with outer weight a' over a minimum with sum e_i x_i = 0: the Hessian's kernel is the direction a'."""
    for weight in _WEIGHTS:
        yield _instance(m.TANH_NARROW, m.extended(m.TANH_NARROW, (weight, 1)), _TANH_DATA)
    yield _instance(m.PLAIN_NARROW, m.extended(m.PLAIN_NARROW, (1, 0)), _PLAIN_DATA)


@published.certificate
def null_neuron_at_a_minimum() -> Iterator[m.Raw]:
    """tanh, one neuron, four inputs: R = 3335659/3330625, and the wide point (1, w; 1, 0) is a local minimum."""
    yield next(_null_neurons())


@published.certificate
def rational_activation() -> Iterator[m.Raw]:
    """z/(1 + z^2): the same with small numbers."""
    *_, last = _null_neurons()
    yield last


# ---- the corrected statement ---------------------------------------------------------------------------------------


@corrected.argument
def a_cancelling_class() -> Iterator[Step]:
    """A sample-dependent point has a class of neurons that cancel, which can be moved together."""
    c1, c2, s = symbols("c_1 c_2 sigma")
    a, value, slope = symbols("a_1:3"), symbols("sigma_1:3"), symbols("slope_1:3")
    yield Step(
        "Let rho be the irreducible network that arises when the neurons of each class (equal inner weights, up to sign for an "
        "odd or even activation) of the narrow network are added and those that cancel are left out. In each class of rho "
        "some narrow neuron has a nonzero outer weight, so the span of the narrow derivatives contains that of rho's.",
        [Rank([[value[0], 0], [0, a[0] * slope[0]], [value[0], 0], [0, a[1] * slope[0]]], 2)],
    )
    yield Step(
        "If all wide neurons were of classes of rho, or null neurons (w' = 0, sigma(0) = 0) with outer weight 0, all wide "
        "derivatives would be in that span. Since one is not, and null neurons have no outer weight, there is a neuron of "
        "another class: at some v != 0, or at v = 0 with sigma(0) != 0. Both networks are one function, and functions of "
        "different classes are independent; so the outer weights of all neurons Q of that class cancel, "
        "with their signs.",
        [Identity(c1 * s + c2 * s + (-c1 - c2) * s, 0)],
        cites=["cp-output-branches", "cl-tau-one-hidden"],
    )
    yield Step(
        "Move the neurons of Q together, to eps_j (v + h): the function stays, and so do residuals and loss; the derivative of "
        "the loss by the outer weight of one of them becomes, up to sign, phi(v + h) = sum_i e_i sigma((v + h).x_i). If the "
        "loss is not 0, some e_i is not, and phi is not identically 0, for the inputs are separated. So there are points of the "
        "same loss and with a nonzero gradient within every distance, hence points of smaller and of larger loss: a saddle.",
        cites=["cp-neuron-independence", "cp-saddle-branches"],
    )
    e, x = symbols("e_1:3"), symbols("x_1:3")
    weight, moment, w = symbols("a_prime m w_prime")
    yield Step(
        "The printed remark argues that an added neuron outside the narrow classes has outer weight 0. A null neuron (a', 0) "
        "need not: its derivatives are sigma(0) = 0 and a' sigma'(0) x, so it is critical where sum_i e_i x_i = 0, which is "
        "a condition on the sample; and it cannot be moved without changing the function. "
        "Along a' everything stays critical with the same loss, and in the example (tanh, inputs 1, 2, 3, 4) the Hessian is "
        "positive definite on the rest: a local minimum.",
        [
            Identity(
                e[0] * weight * x[0] + e[1] * weight * x[1] + moment * w,
                weight * (e[0] * x[0] + e[1] * x[1]) + moment * w,
            ),
            Inertia(_hessian_of_the_counterexample(), (3, 0, 1)),
        ],
        cites=["Morse-Bott lemma"],
    )


def _hessian_of_the_counterexample() -> list[list[Rational]]:
    """Order a, w, a', w', with a' = 1."""
    rows: list[list[Any]] = [
        ["1085356/585225", "413031464/149232375", 0, "1886/255"],
        ["413031464/149232375", "13299261073408/2777960660625", 0, "685864/65025"],
        [0, 0, 0, 0],
        ["1886/255", "685864/65025", 0, 30],
    ]
    return m.exact_rows(*rows)


@corrected.certificate
def saddles_of_each_kind() -> Iterator[m.Raw]:
    """A silent neuron elsewhere, cancelling neurons elsewhere, a silent null neuron beside one elsewhere, at zeros of phi."""
    for sign in (1, -1):
        network, data = m.instance_b(sign)
        yield _instance(network, m.extended(network, (0, 4)), data)
        yield _instance(network, m.extended(network, (0, "1/4"), (0, 1)), data)
        network, data = m.second_double_zero(sign)
        yield _instance(network, m.extended(network, (1, 4), (-1, 4)), data)
        yield _instance(network, m.extended(network, (1, 4), (1, "1/4")), data)
        yield _instance(network, m.extended(network, (1, 4), (1, 4), (-2, 4)), data)
    network, data = m.X1
    yield _instance(network, m.extended(network, (0, 5)), data)


@corrected.certificate
def weighted_neurons_at_zero() -> Iterator[m.Raw]:
    """1/(1 + z^2), sigma(0) = 1: cancelling neurons w' = 0 with outer weights make a saddle."""
    network = m.two_layer(m.EVEN, (1, 1))
    wide = m.extended(network, (1, 0), (-1, 0))
    yield _instance(network, wide, m.designed(network, [1, 2, 3, 4], m.scaled([-14, 175, -450, 289], "1/450")))


@corrected.certificate
def zero_loss() -> Iterator[m.Raw]:
    """With zero loss a silent neuron anywhere is critical, at a global minimum."""
    data = m.designed(m.TANH_NARROW, [1, 2, 3], [0, 0, 0])
    yield _instance(m.TANH_NARROW, m.extended(m.TANH_NARROW, (0, 3)), data)


@corrected.control(drops="silent-nulls")
def weighted_null_neuron() -> Iterator[m.Raw]:
    """The counterexample to the printed remark, with outer weights 1, -1, 2, 1/10, and for z/(1 + z^2)."""
    yield from _null_neurons()


@corrected.control(drops="sample-dependent")
def a_split_of_a_minimum() -> Iterator[m.Raw]:
    """Halves of a minimum with positive curvature are a minimum, critical for all samples."""
    yield _instance(m.TANH_NARROW, m.lattice("tanh", ("1/2", 2), ("1/2", 2)), m.A[1])


@corrected.control(drops="same-function")
def another_minimum() -> Iterator[m.Raw]:
    """The zero function (0, 0) is critical with all targets, and so is, with another function, a minimum."""
    yield _instance(m.lattice("tanh", (0, 1)), *m.A)


@corrected.control(drops="separated")
def opposite_inputs() -> Iterator[m.Raw]:
    """tanh at 1 and -1 with targets 1 and 1: the zero function is the best one."""
    data = m.sample([1, -1], [1, 1])
    yield _instance(m.lattice("tanh", (0, 2)), m.lattice("tanh", (0, 2), (0, 3)), data)


@corrected.control(drops="activation")
def dead_relu() -> Iterator[m.Raw]:
    """A relu neuron that is off on all inputs."""
    narrow = m.two_layer("relu", ("3/5", 1))
    yield _instance(narrow, m.extended(narrow, (0, -1)), m.sample([1, 2], [1, 1]))


@corrected.search(
    trials=60, distribution="rational activations, d <= 2; a silent or two cancelling neurons, data by design"
)
def random_liftings(rng: Draw) -> m.Raw:
    while True:
        dimension = rng.randint(1, 2)
        network = m.two_layer(rng.choice([m.ODD, m.EVEN, m.GENERIC]), *m.random_neurons(rng, 1, dimension))
        ((_, v),) = m.random_neurons(rng, 1, dimension)
        share = Rational(rng.choice([-2, -1, 1, 2]))
        wide = m.extended(network, *rng.choice([[(0, v)], [(share, v), (-share, v)]]))
        data = m.critical_data(wide, m.random_inputs(rng, 2 * dimension + 3, dimension), rng)
        if data is not None:
            return _instance(network, wide, data)
