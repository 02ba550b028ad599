"""The example of one tanh neuron and four inputs (Zhang, Zhang and Luo, Section 5): printed figures and certified ones."""

from collections.abc import Iterator
from typing import Any

from sympy import Abs, And, Basic, Eq, Implies, Or, Rational

from theorems.critical_points import _models as m
from verify import Drawing, Quantity, Statement, computed, defined, parameter

T = parameter("t", "real", "place on the curve of residuals at which the network is critical")
t = T.symbol


def number(name: str, value: Any, meaning: str) -> Quantity:
    """A constant, or a number that depends on t."""
    return defined(name, "real", Rational(str(value)) if not isinstance(value, Basic) else value, meaning)


def vector(name: str, *entries: Quantity, meaning: str) -> Quantity:
    """A tuple of numbers or tuples."""
    return computed(name, "tuple", "sets.vector", list(entries), meaning)


# ---- the setting: tanh(w x), w = 1.0258, at 1/4, 1, 4, 16; the last two residuals given, the first two follow -----------

WEIGHT = number("w", "5129/5000", "inner weight")
FIRST, SECOND = (defined(f"index_{k}", "natural", Rational(k), "an index") for k in (0, 1))
IS_TANH = m.property_of("dense.is_tanh", m.NETWORK, meaning="the activation is tanh")
WIDTH = m.of("dense.width", m.NETWORK, sort="natural", meaning="number of neurons")
OUTER = m.of("dense.outer", m.NETWORK, FIRST, sort="real", name="a", meaning="outer weight")
INNER = m.of("dense.inner", m.NETWORK, FIRST, sort="tuple", name="inner", meaning="inner weights")
INNER_WANTED = vector("inner_weight", WEIGHT, meaning="the vector (w)")
_SETTING = [m.NETWORK, FIRST, SECOND, *m.SCALAR_TWO_LAYER, IS_TANH, WIDTH, OUTER, INNER, WEIGHT, INNER_WANTED]

_POINTS = [number(f"x_{k}", x, "an input") for k, x in enumerate(("1/4", 1, 4, 16), start=1)]
_ROWS = [vector(f"row_{k}", x, meaning="an input as a row") for k, x in enumerate(_POINTS, start=1)]
INPUTS = vector("inputs", *_ROWS, meaning="the inputs")
_INPUTS = [*_POINTS, *_ROWS, INPUTS]


def tail(name: str, value: Any) -> list[Quantity]:
    """The last two residuals at a place on the curve: two numbers and the vector of both."""
    place = value if isinstance(value, Basic) else Rational(str(value))
    third = number(f"third{name}", Rational(3, 10) * (1 - place), "the third residual")
    fourth = number(f"fourth{name}", -Rational(1, 10) - Rational(9, 10) * place, "the fourth residual")
    return [third, fourth, vector(f"tail{name}", third, fourth, meaning="the last two residuals")]


def of_design(
    function: str, name: str, ending: Quantity, *more: Quantity, meaning: str, sort: str = "real"
) -> Quantity:
    """What the residuals with the given last entries make of the network."""
    return computed(name, sort, f"designed.{function}", [m.NETWORK, INPUTS, ending, *more], meaning)


_TAIL, _TAIL_ZERO, _TAIL_ONE = tail("", t), tail("_at_0", 0), tail("_at_1", 1)
EPS_1, EPS_2 = (
    of_design("residual", f"eps_{k}", _TAIL[-1], index, meaning="a residual f(x) - y at which the network is critical")
    for k, index in ((1, FIRST), (2, SECOND))
)
LOSS = of_design("loss", "half_loss", _TAIL_ZERO[-1], meaning="half the sum of squared residuals, t = 0")
CURVATURE = of_design("curvature", "half_B", _TAIL[-1], meaning="a phi''(w), phi the dual function of half squares")
INERTIA = of_design("inertia", "inertia", _TAIL[-1], meaning="inertia of the Hessian", sort="tuple")
_DESIGN = [*_INPUTS, T, *_TAIL, *_TAIL_ZERO, EPS_1, EPS_2, LOSS, CURVATURE, INERTIA]


def near(quantity: Basic, value: Any, error: Any) -> Basic:
    """Whether a quantity differs from a printed number by no more than an error."""
    return Abs(quantity - value) <= error


def on_line(quantity: Quantity, start: str, slope: str, error: Any) -> Basic:
    """Whether a quantity is start + slope t, both printed with an error."""
    return near(quantity.symbol, Rational(start) + Rational(slope) * t, error * (1 + Abs(t)))


def bracket(name: str, function: str, *places: tuple[Quantity, Quantity], meaning: str) -> list[Quantity]:
    """The dual function (or its slope) at two pairs of last residuals and argument."""
    return [
        of_design(function, f"{name}_{side}", ending, v, meaning=meaning)
        for side, (ending, v) in zip(("below", "above"), places, strict=True)
    ]


_ASSUME = {
    "tanh": ("the activation is tanh", IS_TANH.symbol),
    "one-neuron": ("one hidden layer with one neuron, one output, no biases", And(m.TWO_LAYER[1], Eq(WIDTH.symbol, 1))),
    "outer-weight": ("the outer weight is 1", Eq(OUTER.symbol, 1)),
    "inner-weight": ("the inner weight is 1.0258", Eq(INNER.symbol, INNER_WANTED.symbol)),
}


# ---- as printed ----------------------------------------------------------------------------------------------------

_ROUNDING = Rational(1, 20000)
_PLACES = [number("v_low", "0.12355", "below 0.1236"), number("v_high", "0.12365", "above 0.1236")]
_V = [vector(f"at_{q.name}", q, meaning="a vector of inner weights") for q in _PLACES]
_ZERO = bracket("phi", "dual", *((_TAIL_ZERO[-1], v) for v in _V), meaning="the dual function beside 0.1236, t = 0")
_EDGE = number("v_edge", "4/5", "edge of the plotted window")
_AT_EDGE = vector("at_v_edge", _EDGE, meaning="a vector of inner weights")
_QUARTER, _THIRD = tail("_at_025", "1/4"), tail("_at_035", "7/20")
_RANGE = bracket(
    "phi_edge",
    "dual",
    (_QUARTER[-1], _AT_EDGE),
    (_THIRD[-1], _AT_EDGE),
    meaning="the dual function at 4/5, t = 1/4 and 7/20",
)
_EPS_2 = [
    of_design("residual", f"eps_2{name}", ending[-1], SECOND, meaning=f"the second residual at t = {name[-1]}")
    for name, ending in (("_at_0", _TAIL_ZERO), ("_at_1", _TAIL_ONE))
]

SLOPE_AS_PRINTED = defined(
    "slope_as_printed", "boolean", near(_EPS_2[1].symbol - _EPS_2[0].symbol, Rational("3.5621"), _ROUNDING),
    "the second residual grows by 3.5621 from t = 0 to t = 1",
)  # fmt: skip
ZERO_AS_PRINTED = defined(
    "zero_as_printed", "boolean", _ZERO[0].symbol * _ZERO[1].symbol <= 0,
    "at t = 0 the dual function changes its sign at 0.1236",
)  # fmt: skip
RANGE_AS_PRINTED = defined(
    "range_as_printed", "boolean", _RANGE[0].symbol * _RANGE[1].symbol <= 0,
    "a neuron of weight 0.8 is critical at some t between 0.25 and 0.35",
)  # fmt: skip
_PRINTED = [SLOPE_AS_PRINTED, ZERO_AS_PRINTED, RANGE_AS_PRINTED]
_EXACT = (
    "Computed with residuals for which the point is exactly critical: the last two as printed, the others from these."
)

published = Statement(
    "cl-illustration-tanh",
    title="The printed figures of the tanh example",
    summary="In the example with one tanh neuron and four inputs the second residual has the slope 3.5621, the dual function "
    "at t = 0 a zero at 0.1236, and the plotted curve of critical weights ends at t = 0.3. (None of them holds, by more than "
    "a rounding; the other printed figures are roundings of the exact ones.) " + _EXACT,
    area=m.AREA,
    source=m.LIFTING.at("Section 5, Figures 2 and 3", "read"),
    declared="refuted",
    variant="as-published",
    pair="cl-illustration-tanh-corrected",
    quantities=[
        *_SETTING, *_INPUTS, *_TAIL_ZERO, *_TAIL_ONE, *_EPS_2, *_PLACES, *_V, *_ZERO, _EDGE, _AT_EDGE, *_QUARTER, *_THIRD,
        *_RANGE, *_PRINTED,
    ],
    assume=_ASSUME,
    claim=And(*(part.symbol for part in _PRINTED)),
)  # fmt: skip


def _network(*, activation: Any = "tanh", outer: Any = 1, inner: Any = "5129/5000") -> m.Raw:
    return {"network": m.two_layer(activation, (outer, inner))}


@published.certificate
def printed_figures() -> Iterator[m.Raw]:
    """The slope is 3.5276, the zero is at 0.12328, and the curve is at t = 0.15755 for the weight 0.8."""
    yield _network()


# ---- the captions --------------------------------------------------------------------------------------------------

NEGATIVE = computed("negative", "natural", "sets.entry", [INERTIA, SECOND], "negative eigenvalues of the Hessian")

captions = Statement(
    "cl-illustration-tanh-captions",
    title="The printed captions of the tanh example",
    summary="For t = -4, 0 and 3 the splits of the neuron with positive shares are saddles: the Hessian has a negative "
    "eigenvalue or the curvature a phi'' is negative. (For t = -4 and 0 neither holds, and they are minima.) " + _EXACT,
    area=m.AREA,
    source=m.LIFTING.at("Section 5, Figure 1", "read"),
    declared="refuted",
    variant="as-published",
    pair="cl-illustration-tanh-corrected",
    quantities=[*_SETTING, *_INPUTS, T, *_TAIL, CURVATURE, INERTIA, NEGATIVE],
    assume={**_ASSUME, "panel": ("t is -4, 0 or 3, the place of a panel", Or(Eq(t, -4), Eq(t, 0), Eq(t, 3)))},
    claim=Or(NEGATIVE.symbol >= 1, CURVATURE.symbol < 0),
    rests_on=["ep-inertia-split-law", "ep-plateau-classification"],
)


@captions.certificate
def first_and_second_panel() -> Iterator[m.Raw]:
    """t = -4 and 0: the Hessian is positive definite and the curvature positive, so the plotted splits are minima."""
    yield _instance(-4)
    yield _instance(0)


def _instance(place: Any, **changes: Any) -> m.Raw:
    return {**_network(**changes), "t": place}


# ---- recomputed ----------------------------------------------------------------------------------------------------

_CLOSE = Rational(1, 10**11)
_CLOSER = [
    number("v_low", "0.12328233186444", "below the zero"), number("v_high", "0.12328233186445", "above the zero"),
]  # fmt: skip
_CLOSER_V = [vector(f"at_{q.name}", q, meaning="a vector of inner weights") for q in _CLOSER]
_CLOSER_ZERO = bracket(
    "phi", "dual", *((_TAIL_ZERO[-1], v) for v in _CLOSER_V), meaning="the dual function beside its zero, t = 0"
)
_ORIGIN = number("v_origin", 0, "the weight 0")
_AT_ORIGIN = vector("at_v_origin", _ORIGIN, meaning="a vector of inner weights")
SLOPE_AT_ZERO, SLOPE_ABOVE = (
    of_design("dual_slope", name, _TAIL_ZERO[-1], v, meaning="slope of the dual function there")
    for name, v in zip(("slope", "slope_above"), _CLOSER_V, strict=True)
)
SLOPE_AT_ORIGIN = of_design("dual_slope", "slope_0", _TAIL_ZERO[-1], _AT_ORIGIN, meaning="its slope at 0")
INNER_VALUE, INNER_SLOPE = (
    of_design(function, f"{name}_w", _TAIL_ZERO[-1], INNER_WANTED, meaning=f"{text} of the dual function at w, t = 0")
    for function, name, text in (("dual", "phi", "value"), ("dual_slope", "slope", "slope"))
)
_LEFT = [tail("_start_below", "-0.05399674503"), tail("_start_above", "-0.05399674502")]
_RIGHT = [tail("_end_below", "0.15754618198"), tail("_end_above", "0.15754618199")]
_START = bracket(
    "slope_start", "dual_slope", *((ending[-1], _AT_ORIGIN) for ending in _LEFT),
    meaning="slope of the dual function at 0, where the curve of critical weights starts",
)  # fmt: skip
_END = bracket(
    "phi_end", "dual", *((ending[-1], _AT_EDGE) for ending in _RIGHT),
    meaning="the dual function at 4/5, where the plotted curve of critical weights ends",
)  # fmt: skip
_CURVE = [
    (number(f"v_{k}", weight, "a weight"), tail(f"_below_{k}", below), tail(f"_above_{k}", above))
    for k, weight, below, above in (
        (1, "1/10", "-0.01530052590", "-0.01530052589"),
        (5, "1/2", "0.13923891000", "0.13923891001"),
    )
]
_CURVE_V = [vector(f"at_{weight.name}", weight, meaning="a vector of inner weights") for weight, _, _ in _CURVE]
_ON_CURVE = [
    bracket(f"phi_on_curve_{k}", "dual", (below[-1], v), (above[-1], v), meaning="the dual function beside the curve")
    for k, (_, below, above), v in zip((1, 5), _CURVE, _CURVE_V, strict=True)
]
_COUNTS = [defined(f"count_{k}", "natural", Rational(k), "a number of eigenvalues") for k in (0, 1, 2)]
MINIMUM = vector("definite", _COUNTS[2], _COUNTS[0], _COUNTS[0], meaning="two positive eigenvalues")
SADDLE = vector("indefinite", _COUNTS[1], _COUNTS[1], _COUNTS[0], meaning="one positive and one negative eigenvalue")


def panel(place: int, curvature: str, inertia: Quantity) -> Basic:
    """At this t the curvature (of the loss without the half) is this, and the inertia of the Hessian that."""
    found = And(near(2 * CURVATURE.symbol, Rational(curvature), 10 * _CLOSE), Eq(INERTIA.symbol, inertia.symbol))
    return Implies(Eq(t, place), found)


corrected = Statement(
    "cl-illustration-tanh-corrected",
    title="The certified figures of the tanh example",
    summary="The residual curve is (1.000957 - 6.073410 t, -0.584094 + 3.527620 t, 0.3 - 0.3 t, -0.1 - 0.9 t), the loss at t = 0 "
    "1.443080; the dual function there has a zero at 0.1232823, with positive slope, besides 0 and a double one at w; the curve "
    "of critical weights starts at t = -0.05400 (weight 0), is at -0.01530 and 0.13924 for the weights 0.1 and 0.5, and at "
    "0.15755 for 0.8; splits with positive shares are minima for t = -4 and 0, and saddles for t = 3.",
    area=m.AREA,
    source=m.LIFTING.at("Section 5, recomputed", m.DERIVED),
    declared="certified",
    variant="corrected",
    pair="cl-illustration-tanh",
    quantities=[
        *_SETTING, *_DESIGN, *_CLOSER, *_CLOSER_V, *_CLOSER_ZERO, _ORIGIN, _AT_ORIGIN, SLOPE_AT_ZERO, SLOPE_ABOVE,
        SLOPE_AT_ORIGIN, *(q for weight, below, above in _CURVE for q in (weight, *below, *above)), *_CURVE_V,
        *(q for pair in _ON_CURVE for q in pair), INNER_VALUE, INNER_SLOPE,
        *_LEFT[0], *_LEFT[1], *_RIGHT[0], *_RIGHT[1], *_START, _EDGE, _AT_EDGE, *_END, *_COUNTS, MINIMUM, SADDLE,
    ],
    assume=_ASSUME,
    claim=And(
        on_line(EPS_1, "1.000956560078", "-6.073409865143", _CLOSE),
        on_line(EPS_2, "-0.584094469714", "3.527619740536", _CLOSE),
        near(2 * LOSS.symbol, Rational("1.44308038471414"), _CLOSE),
        And(_CLOSER_ZERO[0].symbol < 0, _CLOSER_ZERO[1].symbol > 0),
        near(2 * SLOPE_AT_ZERO.symbol, Rational("1.01044587019"), 100 * _CLOSE),
        near(2 * SLOPE_ABOVE.symbol, Rational("1.01044587019"), 100 * _CLOSE),
        near(INNER_VALUE.symbol, 0, _CLOSE) & near(INNER_SLOPE.symbol, 0, _CLOSE),
        near(2 * SLOPE_AT_ORIGIN.symbol, Rational("-1.46771065939"), _CLOSE),
        _START[0].symbol * _START[1].symbol < 0,
        *(below.symbol * above.symbol < 0 for below, above in _ON_CURVE),
        _END[0].symbol * _END[1].symbol < 0,
        panel(-4, "16.7310746188", MINIMUM),
        panel(0, "0.648531564591", MINIMUM),
        panel(3, "-11.4133757261", SADDLE),
    ),
    rests_on=["ep-inertia-split-law", "ep-plateau-classification"],
)  # fmt: skip


@corrected.certificate
def three_panels() -> Iterator[m.Raw]:
    """t = -4, 0 and 3, and other places on the curve of residuals."""
    for place in (-4, 0, 3, 1, "-1/20", "3/20"):
        yield _instance(place)


@corrected.control(drops="tanh")
def a_rational_activation() -> Iterator[m.Raw]:
    """z/(1 + z^2) in place of tanh."""
    yield _instance(0, activation=m.ODD)


@corrected.control(drops="outer-weight")
def twice_the_outer_weight() -> Iterator[m.Raw]:
    """The residuals stay, the curvature doubles."""
    yield _instance(0, outer=2)


@corrected.control(drops="inner-weight")
def another_inner_weight() -> Iterator[m.Raw]:
    """1.0259 in place of 1.0258."""
    yield _instance(0, inner="10259/10000")


@corrected.figure
def printed_and_recomputed() -> Drawing:
    """The curve of critical weights, and the smallest eigenvalues along the splits."""
    from theorems.critical_points import _figures_lifting  # matplotlib is slow to import, and only pictures need it

    return _figures_lifting.printed_and_recomputed()
