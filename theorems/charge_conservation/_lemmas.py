"""Facts on one neuron, for all values of its parameters, that several arguments use."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Implies, Max, Min, Not, Or, Piecewise, Rational, ceiling, floor, symbols

from verify import Grid, Valid

theta, a, x, y, v = symbols("theta a x y v")
count, target, lower, upper, level = symbols("count target lower upper level")
has_lower, has_upper = symbols("has_lower has_upper")

_FREE = {theta: "positive", a: "real", count: "integer", lower: "integer", upper: "integer"}
_BOUNDED = {**_FREE, has_lower: "boolean", has_upper: "boolean"}
_POTENTIAL = theta * (a - count)
_PLUS = And(theta <= _POTENTIAL, Or(Not(has_upper), count < upper))
_MINUS = And(_POTENTIAL < 0, Or(Not(has_lower), count > lower))
_WITHIN = [
    Implies(has_lower, lower <= count),
    Implies(has_upper, count <= upper),
    Implies(And(has_lower, has_upper), lower <= upper),
]
_RAISED = Piecewise((Max(floor(a), lower), has_lower), (floor(a), True))
_TARGET = Piecewise((Min(_RAISED, upper), has_upper), (_RAISED, True))


def rest_is_clipped_floor() -> Valid:
    """A neuron with charge a (in thresholds) and count S is at rest iff S = clip(floor(a)); either bound may be absent."""
    return Valid(_BOUNDED, Equivalent(Not(Or(_PLUS, _MINUS)), Eq(count, _TARGET)), _WITHIN)


def spikes_go_to_the_target() -> Valid:
    """A positive spike is possible only below clip(floor(a)), a negative one only above it."""
    return Valid(_BOUNDED, And(Implies(_PLUS, count < _TARGET), Implies(_MINUS, count > _TARGET)), _WITHIN)


def small_model() -> Grid:
    """The same with the fraction dropped: only differences of four integers matter, and any beyond 2 act like 2."""
    plus = And(level - count >= 1, count < upper)
    minus = And(level - count <= -1, count > 0)
    goal = Min(Max(level, 0), upper)
    return Grid(
        {upper: range(7), level: range(-7, 8), count: range(7)},
        And(
            Equivalent(Not(Or(plus, minus)), Eq(count, goal)), Implies(plus, count < goal), Implies(minus, count > goal)
        ),
        [count <= upper],
    )


def a_charge_moves_the_level_by_at_most_its_ceiling() -> Valid:
    """|floor(a + x) - floor(a)| <= ceil(|x|)."""
    return Valid({a: "real", x: "real"}, Abs(floor(a + x) - floor(a)) <= ceiling(Abs(x)))


def clipping_is_lipschitz() -> Valid:
    """|clip(x) - clip(y)| <= |x - y|."""
    clip_x, clip_y = Min(Max(x, lower), upper), Min(Max(y, lower), upper)
    sorts = {x: "real", y: "real", lower: "real", upper: "real"}
    return Valid(sorts, Abs(clip_x - clip_y) <= Abs(x - y), [lower <= upper])


def clipped_floor_is_monotone() -> Valid:
    """x <= y implies clip(floor(x)) <= clip(floor(y))."""
    sorts = {x: "real", y: "real", lower: "integer", upper: "integer"}
    clip_x, clip_y = Min(Max(floor(x), lower), upper), Min(Max(floor(y), lower), upper)
    return Valid(sorts, clip_x <= clip_y, [lower <= upper, x <= y])


def a_step_to_the_target_shortens_the_way() -> Valid:
    """Moving one step towards the target lowers the distance by exactly one."""
    sorts = {count: "integer", target: "integer"}
    return Valid(
        sorts,
        And(
            Implies(count < target, Eq(Abs(count + 1 - target), Abs(count - target) - 1)),
            Implies(count > target, Eq(Abs(count - 1 - target), Abs(count - target) - 1)),
        ),
    )


HALF = Rational(1, 2)
