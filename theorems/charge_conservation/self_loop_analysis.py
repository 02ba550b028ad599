"""One neuron with a self-loop, unbounded counts: which counts rest (derived)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Equivalent, Implies, Or, ceiling, floor

from theorems.charge_conservation import _models as m
from verify import Claim, Family, Statement, Step, Valid, axis, defined, parameter

W = parameter("w", "real", "weight of the self-loop, in thresholds")
CHARGE = parameter("a", "real", "external and initial charge, in thresholds")
ONE = parameter("S", "integer", "a count")
OTHER = parameter("T", "integer", "another count")
RESTS = parameter("rests_S", "boolean", "the neuron rests at S", r"\mathrm{rests}_S")
OTHER_RESTS = parameter("rests_T", "boolean", "the neuron rests at T", r"\mathrm{rests}_T")
w, a, s, t, rests, other = (q.symbol for q in (W, CHARGE, ONE, OTHER, RESTS, OTHER_RESTS))
FIRST = defined("first", "integer", floor((a - 1) / (1 - w)) + 1, "least resting count when w < 1", "S_1")
LAST = defined("last", "integer", floor(a / (1 - w)), "greatest resting count when w < 1", "S_2")
first, last = FIRST.symbol, LAST.symbol
number = last - first + 1


def in_window(count: Any) -> Any:
    """0 <= a + (w - 1) count < 1."""
    return And(a + (w - 1) * count >= 0, a + (w - 1) * count < 1)


loop = Statement(
    "self-loop-analysis",
    title="Resting counts of one neuron with a self-loop",
    summary="For w < 1 the resting counts are the integers in ((a-1)/(1-w), a/(1-w)]: at most one for w <= 0, at "
    "least one for 0 < w < 1; for w = 1 all or "
    "none; for w > 1 those with -a <= (w-1) S < 1 - a, and exactly one for every charge when w = 2.",
    area=m.AREA,
    source=m.SOURCE.at("recurrent networks", m.DERIVED),
    declared="proved",
    quantities=[W, CHARGE, ONE, OTHER, RESTS, OTHER_RESTS, FIRST, LAST],
    assume={
        "rest-rule": (
            "a count rests iff its potential a + (w - 1) S lies in [0, 1)",
            And(Equivalent(rests, in_window(s)), Equivalent(other, in_window(t))),
        )
    },
    claim=And(
        Implies(w < 1, Equivalent(rests, And((a - 1) / (1 - w) < s, s <= a / (1 - w)))),
        Implies(And(w <= 0, rests, other), Eq(s, t)),
        Implies(
            And(w > 0, w < 1), And(number >= 1, Or(Eq(number, floor(1 / (1 - w))), Eq(number, ceiling(1 / (1 - w)))))
        ),
        Implies(Eq(w, 1), Equivalent(rests, And(a >= 0, a < 1))),
        Implies(w > 1, Equivalent(rests, And(-a <= (w - 1) * s, (w - 1) * s < 1 - a))),
        Implies(Eq(w, 2), Equivalent(rests, Eq(s, -floor(a)))),
    ),
)


@loop.proof
def for_all_weights_and_charges() -> Iterator[Claim]:
    yield Claim("smt")


@loop.argument(budget="standard")
def by_cases() -> Iterator[Step]:
    """The same in small steps, for readers and for solvers that find the whole too hard."""
    x, y, n = (parameter(name, "real", "").symbol for name in ("x", "y", "n"))
    yield Step(
        "Let g = 1 - w > 0. S rests iff 0 <= a - g S < 1 iff (a-1)/g < S <= a/g: an interval of length 1/g, half open.",
        [
            Valid(
                {w: "real", a: "real", s: "integer"},
                Equivalent(in_window(s), And((a - 1) / (1 - w) < s, s <= a / (1 - w))),
                [w < 1],
            )
        ],
    )
    yield Step(
        "The integers in (x, y] are those from floor(x) + 1 to floor(y); with y - x = n they are floor(n) or ceil(n) "
        "many, at most one if n <= 1, at "
        "least one if n >= 1.",
        [
            Valid(
                {x: "real", y: "real", s: "integer"},
                Equivalent(And(x < s, s <= y), And(floor(x) + 1 <= s, s <= floor(y))),
            ),
            Valid(
                {x: "real", n: "nonnegative"},
                And(
                    Or(Eq(floor(x + n) - floor(x), floor(n)), Eq(floor(x + n) - floor(x), ceiling(n))),
                    Implies(n <= 1, floor(x + n) - floor(x) <= 1),
                    Implies(n >= 1, floor(x + n) - floor(x) >= 1),
                ),
            ),
        ],
    )
    yield Step(
        "1/g <= 1 iff w <= 0; 1/g > 1 iff 0 < w < 1.",
        [Valid({w: "real"}, Equivalent(1 / (1 - w) <= 1, w <= 0), [w < 1])],
    )
    yield Step(
        "For w = 1 the potential is a, whatever S is; for w > 1 the condition is the stated one; for w = 2 the only "
        "integer in [-a, 1 - a) is -floor(a).",
        [
            Valid({w: "real", a: "real", s: "integer"}, Equivalent(in_window(s), And(a >= 0, a < 1)), [Eq(w, 1)]),
            Valid(
                {w: "real", a: "real", s: "integer"},
                Equivalent(in_window(s), And(-a <= (w - 1) * s, (w - 1) * s < 1 - a)),
                [w > 1],
            ),
            Valid({w: "real", a: "real", s: "integer"}, Equivalent(in_window(s), Eq(s, -floor(a))), [Eq(w, 2)]),
        ],
    )


def at(weight: str, charge: str, count: int, other_count: int) -> m.Raw:
    from fractions import Fraction as F

    def inside(c: int) -> bool:
        return 0 <= F(charge) + (F(weight) - 1) * c < 1

    return {
        "w": weight,
        "a": charge,
        "S": count,
        "T": other_count,
        "rests_S": inside(count),
        "rests_T": inside(other_count),
    }


@loop.certificate
def phases() -> Iterator[m.Raw]:
    """No, one, several and all counts rest."""
    for weight, charge in (
        ("-1", "1"),
        ("-1/2", "3/2"),
        ("0", "5/3"),
        ("1/2", "1"),
        ("2/3", "1/4"),
        ("1", "1/2"),
        ("1", "1"),
        ("2", "7/3"),
        ("4", "0"),
    ):
        for count in (-2, 0, 1, 2):
            yield at(weight, charge, count, 1)


@loop.exhaustive(budget="standard")
def grid() -> Family:
    template = {
        "w": axis("w"),
        "a": axis("a"),
        "S": axis("S"),
        "T": axis("T"),
        "rests_S": axis("rests_S"),
        "rests_T": axis("rests_T"),
    }
    quarters = [f"{k}/4" for k in range(-4, 9)]
    axes: dict[str, list[Any]] = {
        "w": quarters,
        "a": [f"{k}/4" for k in range(0, 6)],
        "S": [-1, 0, 1, 2],
        "T": [0, 1],
        "rests_S": [False, True],
        "rests_T": [False, True],
    }
    return Family(template, axes)


@loop.control(drops="rest-rule")
def closed_window() -> Iterator[m.Raw]:
    """On [0, 1] the charge 1 without a loop rests at 0 and at 1."""
    yield {**at("0", "1", 0, 1), "rests_S": True}
