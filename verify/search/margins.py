"""Signed margins of expressions in floats: positive where a truth value holds, negative where it fails, NaN if undefined.

A number is a float or an array (P,) of a batch; a truth value is its margin; a tuple is an array with the batch axis last,
or a Python tuple of such where its entries differ in shape. A batch axis of length 1 stands for a value that is the same
everywhere. Floats decide nothing: the search confirms in exact or ball arithmetic what they suggest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, fmpq

from verify.arithmetic import INF, exact, is_number
from verify.errors import StatementError
from verify.expressions import LARGEST_EXPONENT, Expression

if TYPE_CHECKING:
    from verify.quantities import Evaluation
    from verify.statement import Statement

Float = Any
"""A float, an array, or a tuple of them: see the module's text."""

Compiled = Callable[[Mapping[str, Float]], Float]

EQUAL = 1e-9
"""Numbers x, y count as equal where they differ by less than this times 1 + abs(x) + abs(y)."""
ROUNDING = 1e-15
"""And as different where they differ by more than this times 1 + abs(x) + abs(y)."""
TIED = 1e-290
"""Margins below this in absolute value say that floats find both sides of an inequality equal, or both too large."""
LEAST = 1e-300
"""The margin of x <= y where x = y, and less this, of x < y: so that the sign says which of them is true."""


def compiled(form: Expression) -> Compiled:
    """A function of an environment (name -> float value) that gives an expression's value: of a truth value, the margin.

    >>> float(compiled(["lt", ["sym", "x"], ["num", "1/2"]])({"x": 0.25}))
    0.25

    Raises:
        StatementError: for a head that is not in the language.
    """
    value = _compiled(form)

    def call(env: Mapping[str, Float]) -> Float:
        with np.errstate(all="ignore"):
            return value(env)

    return call


def _compiled(form: Expression) -> Compiled:
    head = form[0]
    if head == "sym":
        name = form[1]
        return lambda env: env[name]
    if head == "num":
        number = np.float64(nearest(exact(form[1])))
        return lambda env: number
    if head in ("true", "false"):
        margin = np.float64(1 if head == "true" else -1)
        return lambda env: margin
    if head == "pow" and form[2][0] == "num":
        base, function = _compiled(form[1]), _constant_power(exact(form[2][1]))
        return lambda env: function(base(env))
    if head not in _FUNCTIONS:
        raise StatementError(f"{head!r} is not in the language of statements")
    parts, function = [_compiled(part) for part in form[1:]], _FUNCTIONS[head]
    return lambda env: function(*[part(env) for part in parts])


# ---- logic ----------------------------------------------------------------------------------------------------------


def conjunction(*margins: Float) -> Float:
    """The least margin; NaN where one is undefined and none is negative (Kleene's conjunction)."""
    if len(margins) == 1:
        return margins[0]
    least = reduce(np.fmin, margins)
    unknown = np.isnan(reduce(np.minimum, margins))
    return np.where(unknown & ~(least < 0), np.nan, least) if np.any(unknown) else least


def disjunction(*margins: Float) -> Float:
    """The greatest margin; NaN where one is undefined and none is positive."""
    return np.negative(conjunction(*map(np.negative, margins)))


def _iff(p: Float, q: Float) -> Float:
    return np.maximum(np.minimum(p, q), np.minimum(np.negative(p), np.negative(q)))


def _if(condition: Float, then: Float, otherwise: Float) -> Float:
    if np.ndim(condition) == 0 or np.size(condition) == 1:
        known = float(np.reshape(condition, ()))
        if not np.isnan(known):
            return then if known > 0 else otherwise
    if isinstance(then, tuple) or isinstance(otherwise, tuple) or np.shape(then)[:-1] != np.shape(otherwise)[:-1]:
        return np.nan  # tuples of two shapes are no array
    same = np.equal(then, otherwise)  # then the condition may be undefined
    return np.where(condition > 0, then, np.where((condition <= 0) | same, otherwise, np.nan))


# ---- relations ------------------------------------------------------------------------------------------------------


def _less(x: Float, y: Float, at_equality: float) -> Float:
    margin = np.subtract(y, x) + at_equality
    if np.any(np.isnan(margin)):  # inf against inf
        margin = np.where(np.isposinf(x) & np.isposinf(y), at_equality, margin)
    return margin


def _difference(x: Float, y: Float, tolerance: float) -> tuple[Float, Float]:
    """abs(x - y) and the tolerance there, of numbers."""
    apart = np.abs(np.subtract(x, y))
    within = tolerance * (1 + np.abs(x) + np.abs(y))
    if np.any(np.isinf(within)):
        infinite = np.isinf(within)
        apart = np.where(infinite, np.where(np.equal(x, y), 0.0, np.where(np.isnan(apart), apart, np.inf)), apart)
        within = np.where(infinite, tolerance, within)
    return apart, within


def is_tuple(value: Float) -> bool:
    """Whether a value stands for a tuple, not for a number."""
    return isinstance(value, tuple) or np.ndim(value) > 1


def equality(x: Float, y: Float, tolerance: float = EQUAL) -> Float:
    """The margin of x = y: the tolerance less the difference; of tuples the least, -1 if their shapes differ."""
    if not is_tuple(x) and not is_tuple(y):
        apart, within = _difference(x, y, tolerance)
        return within - apart
    if not is_tuple(x) or not is_tuple(y) or len(x) != len(y):
        return np.float64(-1)
    if isinstance(x, tuple) or isinstance(y, tuple):
        return conjunction(*[equality(a, b, tolerance) for a, b in zip(x, y, strict=True)], np.float64(np.inf))
    if x.shape[:-1] != y.shape[:-1]:
        return np.float64(-1)
    apart, within = _difference(x, y, tolerance)
    margins = (within - apart).reshape(-1, np.shape(apart)[-1])
    return conjunction(*margins) if len(margins) else np.float64(1)


def inequality(x: Float, y: Float) -> Float:
    """The margin of x != y: negative only where they are equal up to rounding."""
    return np.negative(equality(x, y, ROUNDING))


def takes_near_for_equal(form: Expression, truth: bool = True) -> bool:
    """Whether floats may find an expression true (or false) only because they take nearly equal numbers for equal."""
    head, parts = form[0], form[1:]
    if head in ("sym", "num", "true", "false"):
        return False
    if head in ("eq", "ne") and (head == "eq") is truth:
        return True
    if head in ("and", "or"):
        return any(takes_near_for_equal(part, truth) for part in parts)
    if head == "not":
        return takes_near_for_equal(parts[0], not truth)
    if head == "implies":
        return takes_near_for_equal(parts[0], not truth) or takes_near_for_equal(parts[1], truth)
    return any(takes_near_for_equal(part, either) for part in parts for either in (True, False))


# ---- numbers --------------------------------------------------------------------------------------------------------


def _numeric(function: Callable[..., Float]) -> Callable[..., Float]:
    """Infinite arguments give an undefined result: infinity takes part in comparisons only."""

    def guarded(*arguments: Float) -> Float:
        value = function(*arguments)
        for argument in arguments:
            infinite = np.isinf(argument)
            if np.any(infinite):
                value = np.where(infinite, np.nan, value)
        return value

    return guarded


def _constant_power(exponent: fmpq) -> Callable[[Float], Float]:
    power = int(exponent.p)
    if exponent.q != 1:
        as_float = nearest(exponent)
        return _numeric(lambda x: np.where(np.greater(x, 0), np.power(np.abs(x), as_float), np.nan))
    if abs(power) > LARGEST_EXPONENT:
        return lambda x: np.nan * x
    return _numeric(lambda x: _whole_power(x, power))


def _whole_power(x: Float, power: int) -> Float:
    """By repeated squaring, which is much faster than NumPy's power; undefined where 0 has a negative power."""
    if power < 0:
        return np.where(np.equal(x, 0), np.nan, np.divide(1.0, _whole_power(x, -power)))
    result: Float = np.float64(1)
    square = x
    while power:
        if power & 1:
            result = np.multiply(result, square)
        power >>= 1
        square = np.multiply(square, square) if power else square
    return result


def _power(x: Float, y: Float) -> Float:
    whole = np.equal(np.rint(y), y)
    undefined = np.where(
        whole, (np.less(y, 0) & np.equal(x, 0)) | np.greater(np.abs(y), LARGEST_EXPONENT), np.less_equal(x, 0)
    )
    return np.where(undefined, np.nan, np.power(x, y))


def _log(x: Float) -> Float:
    return np.where(np.greater(x, 0), np.log(x), np.nan)


_FUNCTIONS: dict[str, Callable[..., Float]] = {
    "add": _numeric(lambda *terms: reduce(np.add, terms)),
    "mul": _numeric(lambda *factors: reduce(np.multiply, factors)),
    "pow": _numeric(_power),
    "floor": _numeric(np.floor),
    "ceiling": _numeric(np.ceil),
    "abs": _numeric(np.abs),
    "sign": _numeric(np.sign),
    "exp": _numeric(np.exp),
    "log": _numeric(_log),
    "tanh": _numeric(np.tanh),
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "eq": equality,
    "ne": inequality,
    "lt": lambda x, y: _less(x, y, -LEAST),
    "le": lambda x, y: _less(x, y, LEAST),
    "and": conjunction,
    "or": disjunction,
    "not": np.negative,
    "implies": lambda p, q: disjunction(np.negative(p), q),
    "iff": _iff,
    "if": _if,
}


# ---- from exact values ----------------------------------------------------------------------------------------------


def nearest(value: fmpq | int) -> float:
    """The nearest float; of a number beyond their range the greatest in absolute value."""
    number = fmpq(value)
    top, bottom = int(number.p), int(number.q)
    try:
        return top / bottom
    except OverflowError:
        return sys.float_info.max if top > 0 else -sys.float_info.max


def as_float(value: Any) -> Float:
    """An exact value, a ball (its midpoint) or a truth value (1 or -1) as a float value; structures stay as they are."""
    if value is None:
        return np.nan
    if isinstance(value, bool):
        return 1.0 if value else -1.0
    if value is INF:
        return np.inf
    if is_number(value):
        return nearest(value)
    if isinstance(value, arb):
        return float(value.mid()) if value.is_finite() else np.nan
    if isinstance(value, tuple):
        return stacked([as_float(entry) for entry in value])
    return value


def stacked(entries: list[Float] | tuple[Float, ...]) -> Float:
    """The tuple of these values: one array if they have one shape."""
    shapes = {np.shape(entry)[:-1] if not isinstance(entry, tuple) else None for entry in entries}
    if len(shapes) > 1 or None in shapes:
        return tuple(entries)
    arrays = [np.atleast_1d(entry) for entry in entries]
    return np.stack(np.broadcast_arrays(*arrays)) if arrays else np.empty((0, 1))


def margin_of(statement: Statement, evaluation: Evaluation) -> tuple[float, float]:
    """The margins of the claim and of all assumptions together (inf if there is none), at the midpoints of enclosures."""
    env = {name: as_float(value) for name, value in evaluation.values.items()}
    claim, assumptions = compiled_margins(statement)
    return float(np.reshape(claim(env), ())), float(np.reshape(assumptions(env), ()))


def compiled_margins(statement: Statement) -> tuple[Compiled, Compiled]:
    """The margins of the claim and of all assumptions together, as functions of the values of all symbols."""
    parts = [compiled(assumption["expr"]) for assumption in statement.form["assumptions"]]
    none = np.float64(np.inf)
    return compiled(statement.form["claim"]), lambda env: conjunction(none, *[part(env) for part in parts])
