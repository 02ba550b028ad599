"""In binary64 a neuron's count depends on the order of the charges, at ties (derived)."""

from collections.abc import Iterator

from theorems.charge_conservation import _models as m
from verify import Statement, computed, parameter

CHARGES = parameter("charges", "tuple", "the charges")
THETA = parameter("theta", "positive", "threshold", r"\theta")
ARITHMETIC = parameter("arithmetic", "choice", "exact, or binary64 with rounding to nearest")
ROUNDED = computed("is_binary64", "boolean", "floats.is_binary64", [ARITHMETIC], "numbers are rounded to binary64")
COUNTS = computed(
    "counts",
    "tuple",
    "floats.spike_counts",
    [CHARGES, THETA, ARITHMETIC],
    "the numbers of spikes that the orders lead to",
)
NUMBER = computed("number", "integer", "sets.size", [COUNTS], "how many they are")

ties = Statement(
    "float-ties",
    title="Floating point breaks timing invariance at ties",
    summary="There are charges whose exact sum is the threshold in every order, but whose sum in binary64 reaches it "
    "in some orders only.",
    area=m.AREA,
    source=m.SOURCE.at("exactness", m.DERIVED),
    declared="certified",
    quantifier="exists",
    quantities=[CHARGES, THETA, ARITHMETIC, ROUNDED, COUNTS, NUMBER],
    assume={"binary64": ("charges are added in binary64", ROUNDED.symbol)},
    claim=NUMBER.symbol >= 2,
)


@ties.certificate
def seven_two_one_tenths() -> Iterator[m.Raw]:
    """0.7 + 0.2 + 0.1 = 0.9999999999999999, 0.7 + 0.1 + 0.2 = 1."""
    yield {"charges": ["7/10", "1/5", "1/10"], "theta": "1", "arithmetic": "binary64"}


@ties.control(drops="binary64")
def exact_arithmetic() -> Iterator[m.Raw]:
    yield {"charges": ["7/10", "1/5", "1/10"], "theta": "1", "arithmetic": "exact"}
