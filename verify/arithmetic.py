"""Exact and ball values: how they are read, compared and written.

A value is one of: a truth value (``bool``), an exact number (``int`` or ``flint.fmpq``), a ball (``flint.arb``), the
infinity ``INF``, a nested tuple of exact numbers, a JSON object that describes a structure (a network, say), or
``None``: undefined, or undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, Context, Decimal
from typing import Any

import flint
from flint import arb, fmpq, fmpz

from verify.errors import InstanceError

Value = Any
"""See the module's text; a union of python-flint's classes cannot be spelled usefully."""


_FRACTION = re.compile(r"(-?[0-9]+)(?:/([0-9]+))?")
MOST_DIGITS = 4000
"""Of an integer in an instance: the rechecker reads no more, and Python prints no more by default."""
LARGEST_BALL_EXPONENT = 1_000_000
"""A ball with an end point beyond 2 to this power, or finer than its inverse, counts as undefined."""


class Infinity:
    """Greater than every number, equal to itself; it takes part in comparisons only."""

    def __repr__(self) -> str:
        return "inf"


INF = Infinity()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Set the precision of ball arithmetic, in bits, for the enclosed block.

    FLINT keeps one precision for the whole process; nothing else in this package may set it.

    >>> with precision(64):
    ...     arb(2).sqrt().rel_accuracy_bits() > 60
    True
    """
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def exact(text: object) -> fmpq:
    """Read an exact number: a string such as ``"-3/4"``, an ``int``, or an exact number of FLINT.

    >>> exact("-6/8")
    -3/4

    Raises:
        InstanceError: for a float (it is not the number that was meant), a bool, or text that is no fraction.
    """
    if isinstance(text, (bool, float)):
        raise InstanceError(f"{text!r} is not an exact number: write it as an integer or as a string such as '3/4'")
    if isinstance(text, (int, fmpz)):
        return fmpq(int(text))
    if isinstance(text, fmpq):
        return text
    if isinstance(text, str) and (found := _FRACTION.fullmatch(text)):
        if len(text) > 2 * MOST_DIGITS:
            raise InstanceError(f"a number of {len(text)} characters: at most {MOST_DIGITS} digits can be written down")
        numerator, denominator = int(found[1]), int(found[2] or 1)
        if denominator:
            return fmpq(numerator, denominator)
    raise InstanceError(f"{text!r} is not an exact number: write it as an integer or as a string such as '3/4'")


def is_number(value: Value) -> bool:
    """Whether the value is an exact number (a truth value is not one)."""
    return isinstance(value, (int, fmpq, fmpz)) and not isinstance(value, bool)


def equal(x: Value, y: Value) -> bool | None:
    """Three-valued equality: of balls it is false or undecided, never true."""
    if x is None or y is None:
        return None
    if x is INF or y is INF:
        return x is y if not isinstance(x, arb) and not isinstance(y, arb) else False
    if isinstance(x, arb) or isinstance(y, arb):
        return False if arb(x) != arb(y) else None
    if isinstance(x, bool) or isinstance(y, bool):
        raise InstanceError("an equation between truth values: use Equivalent, not Eq")
    if isinstance(x, tuple) and isinstance(y, tuple):
        if len(x) != len(y):
            return False
        parts = [equal(a, b) for a, b in zip(x, y, strict=True)]
        return False if False in parts else None if None in parts else True
    if isinstance(x, tuple) or isinstance(y, tuple):
        return False
    return bool(x == y)


def less(x: Value, y: Value, *, strict: bool) -> bool | None:
    """Three-valued ``x < y`` (or ``x <= y`` where not ``strict``); of balls that overlap or touch it is undecided."""
    if x is None or y is None or isinstance(x, tuple) or isinstance(y, tuple):
        return None
    if x is INF or y is INF:
        if x is INF and y is INF:
            return not strict
        return y is INF
    if isinstance(x, arb) or isinstance(y, arb):
        x, y = arb(x), arb(y)
        return True if x < y else False if x > y else None
    return bool(x < y) if strict else bool(x <= y)


def is_usable(ball: arb) -> bool:
    """Whether a ball is finite and its end points can be written down."""
    if not ball.is_finite():
        return False
    ends = (ball.lower(), ball.upper())
    return all(abs(int(end.man_exp()[1])) <= LARGEST_BALL_EXPONENT for end in ends)


def endpoints(ball: arb) -> tuple[fmpq, fmpq]:
    """The exact end points of a finite ball."""
    return _dyadic(ball.lower()), _dyadic(ball.upper())


def _dyadic(point: arb) -> fmpq:
    mantissa, exponent = (int(part) for part in point.man_exp())
    return fmpq(mantissa) * fmpq(2) ** exponent


def to_json(value: Value) -> Any:
    """Write a value as it stands in a certificate."""
    if isinstance(value, bool) or value is None:
        return value
    if value is INF:
        return "inf"
    if isinstance(value, (int, fmpq, fmpz)):
        return str(value)
    if isinstance(value, arb):
        if not is_usable(value):
            return None
        lower, upper = endpoints(value)
        return {"lo": str(lower), "hi": str(upper)}
    if isinstance(value, tuple):
        return [to_json(entry) for entry in value]
    return value


def read_tuple(raw: Any) -> Value:
    """Read a nested array of exact numbers; integers become ``int``."""
    if isinstance(raw, (list, tuple)):
        return tuple(read_tuple(entry) for entry in raw)
    number = exact(raw)
    return int(number.p) if number.q == 1 else number


def read_parameter(name: str, sort: str, raw: Any) -> Value:
    """The value of a parameter of the given sort.

    Raises:
        InstanceError: if the raw value is not of that sort; the message names the parameter.
    """
    try:
        if sort == "boolean":
            if not isinstance(raw, bool):
                raise InstanceError("give true or false")
            return raw
        if sort in ("integer", "natural"):
            number = exact(raw)
            if number.q != 1 or (sort == "natural" and number < 0):
                raise InstanceError(f"{raw!r} is not {'an integer' if sort == 'integer' else 'an integer >= 0'}")
            return int(number.p)
        if sort in ("real", "positive", "nonnegative"):
            number = exact(raw)
            if (sort == "positive" and number <= 0) or (sort == "nonnegative" and number < 0):
                raise InstanceError(f"{raw!r} is not {sort}")
            return number
        if sort == "tuple":
            return read_tuple(raw)
    except InstanceError as error:
        raise InstanceError(f"parameter {name!r}: {error}") from None
    return raw


def in_decimals(low: fmpq, high: fmpq, digits: int) -> tuple[Decimal, Decimal]:
    """A decimal number with so many digits and a radius, rounded up, that together cover the enclosure [low, high].

    >>> in_decimals(exact("1/3"), exact("2/3"), 6)
    (Decimal('0.5'), Decimal('0.17'))
    """
    near = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)
    above = Context(prec=2, rounding=ROUND_CEILING, Emax=MAX_EMAX, Emin=MIN_EMIN)
    middle = (low + high) / 2
    shown = near.divide(Decimal(int(middle.p)), Decimal(int(middle.q))).normalize(near)
    numerator, denominator = shown.as_integer_ratio()
    radius = max(abs(end - fmpq(numerator, denominator)) for end in (low, high))
    return shown, above.divide(Decimal(int(radius.p)), Decimal(int(radius.q))).normalize(above)
