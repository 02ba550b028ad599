"""Expressions: their form, and their three-valued evaluation."""

from collections.abc import Callable, Container, Mapping
from fractions import Fraction
from math import ceil, floor, prod
from types import NoneType
from typing import Any

from . import intervals
from .intervals import MAX_BITS, Enclosure, point
from .load import Number, Rejected, exact, lowest, require
from .shapes import text

PRECISIONS = (160, 640, 2560)  # bits; the next is tried while something is undecided
MAX_NODES = 50_000

# A value: a Number, INF, an Enclosure, a truth value, a tuple, a structured object, or None (undefined, undecided).
Value = Any
Truth = bool | None
Values = Mapping[str, Value]  # of the symbols
Code = Callable[[Values, int], Value]  # an expression: takes the values of the symbols and a precision in bits
Operation = Callable[..., Value]  # takes the precision, then the values of the arguments


class Infinity:
    """The value `inf`: greater than every number, equal to itself."""

    def __repr__(self) -> str:
        return "inf"


INF = Infinity()
EXACT: frozenset[type] = frozenset({int, Fraction})  # truth values are not numbers
NUMBERS: frozenset[type] = EXACT | {Infinity, Enclosure, NoneType}
TRUTHS: frozenset[type] = frozenset({bool, NoneType})


def sign(x: Number) -> int:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)


def enclosure(x: Number | Enclosure) -> Enclosure:
    """A number as an enclosure."""
    return x if isinstance(x, Enclosure) else point(x)


def _check(kinds: frozenset[type], *xs: Value) -> None:
    if not kinds.issuperset(map(type, xs)):
        raise Rejected("ill-typed expression: a truth value, a number or a tuple where something else is meant")


def _numeric(exactly: Callable[..., Any] | None, widely: Callable[..., Enclosure | None] | None = None) -> Operation:
    """A function of numbers; undefined where an argument is undefined or infinite.

    `exactly` is of rationals, `widely` of enclosures: if there is none, the function grows with each of its arguments.
    """

    def ends(bits: int, *xs: Enclosure) -> Enclosure:
        low, high = exactly(*(x.lo for x in xs)), exactly(*(x.hi for x in xs))  # type: ignore[misc]
        return Enclosure(Fraction(low), Fraction(high))

    def apply(bits: int, *xs: Value) -> Value:
        if exactly and EXACT.issuperset(map(type, xs)):
            value = exactly(*xs)
            small = value.numerator.bit_length() + value.denominator.bit_length() <= MAX_BITS
            require(small, "a number grew too large")
            return value
        _check(NUMBERS, *xs)
        return None if None in xs or INF in xs else (widely or ends)(bits, *map(enclosure, xs))

    return apply


def _extreme(choose: Callable[..., Any]) -> Operation:
    """`min` or `max`, also of infinite values."""
    of_finite = _numeric(lambda *xs: choose(xs))

    def apply(bits: int, *xs: Value) -> Value:
        rest = xs if None in xs else [x for x in xs if x is not INF]
        if len(rest) == len(xs):
            return of_finite(bits, *xs)
        return INF if choose is max or not rest else of_finite(bits, *rest)

    return apply


def _power(bits: int, x: Value, y: Value) -> Value:
    _check(NUMBERS, x, y)
    if x is None or y is None or x is INF or y is INF:
        return None
    if type(y) is Enclosure or y.denominator != 1:
        logarithm = intervals.log(enclosure(x), bits)
        return None if logarithm is None else intervals.exp(enclosure(y) * logarithm, bits)
    if type(x) is Enclosure:
        return intervals.power(x, int(y))
    require(abs(y) * max(x.numerator.bit_length(), x.denominator.bit_length()) <= MAX_BITS, "a power is too large")
    return None if x == 0 and y < 0 else lowest(Fraction(x) ** int(y))


def _relation(holds: Callable[[int], bool], of_tuples: bool = False) -> Operation:
    """A relation, from what it says of the sign of x - y (for tuples: whether they differ)."""

    def apply(bits: int, x: Value, y: Value) -> Truth:
        if of_tuples and type(x) is type(y) is tuple:
            return holds(int(x != y))
        _check(NUMBERS | {tuple} if of_tuples and (x is None or y is None) else NUMBERS, x, y)
        if x is None or y is None:
            return None
        if x is INF or y is INF:
            return holds((x is INF) - (y is INF))
        if type(x) is Enclosure or type(y) is Enclosure:
            a, b = enclosure(x), enclosure(y)
            return None if a.overlaps(b) else holds(sign(a.lo - b.lo))
        return holds(0 if x == y else -1 if x < y else 1)

    return apply


def _logical(f: Callable[..., Truth]) -> Operation:
    def apply(bits: int, *xs: Value) -> Truth:
        _check(TRUTHS, *xs)
        return f(*xs)

    return apply


def _not(x: Truth) -> Truth:
    return None if x is None else not x


def _or(*xs: Truth) -> Truth:
    return True if True in xs else None if None in xs else False


def _if(bits: int, c: Value, x: Value, y: Value) -> Value:
    """Kleene's choice: with c undecided still decided when both branches are the same exact value."""
    _check(TRUTHS, c)
    if c is None:
        return x if type(x) is type(y) is not Enclosure and x == y else None
    return x if c else y


OPERATIONS: dict[str, tuple[int, Operation]] = {  # number of arguments (0 for one or more), meaning
    "add": (0, _numeric(lambda *xs: sum(xs))),
    "mul": (0, _numeric(lambda *xs: prod(xs), lambda bits, *xs: prod(xs[1:], start=xs[0]))),
    "min": (0, _extreme(min)),
    "max": (0, _extreme(max)),
    "floor": (1, _numeric(floor)),
    "ceiling": (1, _numeric(ceil)),
    "sign": (1, _numeric(sign)),
    "abs": (1, _numeric(abs, lambda bits, x: Enclosure(max(x.lo, -x.hi, Fraction(0)), max(-x.lo, x.hi)))),
    "pow": (2, _power),
    "exp": (1, _numeric(None, lambda bits, x: intervals.exp(x, bits))),
    "log": (1, _numeric(None, lambda bits, x: intervals.log(x, bits))),
    "tanh": (1, _numeric(None, lambda bits, x: intervals.tanh(x, bits))),
    "if": (3, _if),
    "eq": (2, _relation(lambda order: order == 0, of_tuples=True)),
    "ne": (2, _relation(lambda order: order != 0, of_tuples=True)),
    "lt": (2, _relation(lambda order: order < 0)),
    "le": (2, _relation(lambda order: order <= 0)),
    "and": (0, _logical(lambda *xs: _not(_or(*map(_not, xs))))),
    "or": (0, _logical(_or)),
    "not": (1, _logical(_not)),
    "implies": (2, _logical(lambda p, q: _or(_not(p), q))),
    "iff": (2, _logical(lambda p, q: None if None in (p, q) else p is q)),
}


def parts(expression: Any) -> tuple[str, list[Any]]:
    """Head and arguments of an expression."""
    if type(expression) is not list or not expression or type(expression[0]) is not str:
        raise Rejected("an expression is not an array that begins with a head")
    return expression[0], expression[1:]


def compiled(expression: Any, names: Container[str]) -> Code:
    """The expression as a function of the symbols' values and the precision; checks its form on the way."""
    head, arguments = parts(expression)
    arity, meaning = OPERATIONS.get(head) or ({"num": 1, "sym": 1, "true": 0, "false": 0}.get(head), None)
    fits = len(arguments) > 0 if meaning and not arity else len(arguments) == arity
    require(fits, f"{head!r:.40} with {len(arguments)} arguments is no expression")
    if meaning:
        below = [compiled(argument, names) for argument in arguments]
        return lambda values, bits: meaning(bits, *[code(values, bits) for code in below])
    if head == "sym":
        name = text(arguments[0])
        require(name in names, f"the symbol {name!r:.60} is not known here")
        return lambda values, bits: values[name]
    constant = exact(arguments[0]) if head == "num" else head == "true"
    return lambda values, bits: constant


def decided(code: Code, values: Values, bits: int) -> Truth:
    """The truth of a compiled formula."""
    value = code(values, bits)
    _check(TRUTHS, value)
    return value


def settled(place: Callable[[int], Values], judge: Callable[[Values, int], list[Truth]]) -> tuple[Values, list[Truth]]:
    """Values and truths at the least precision that decides all truths, or at the greatest one."""
    for bits in PRECISIONS:
        values = place(bits)
        truths = judge(values, bits)
        if None not in truths:
            break
    return values, truths


def size(expression: Any) -> int:
    """The number of nodes."""
    return 1 + sum(map(size, expression[1:])) if type(expression) is list else 1


def numbers(data: Any) -> Value:
    """Nested arrays of exact numbers as nested tuples."""
    return tuple(map(numbers, data)) if type(data) is list else exact(data)


def written(value: Value) -> Any:
    """How a certificate writes an exact value, `inf`, a truth, a choice or the undefined."""
    if type(value) in EXACT or value is INF:
        return str(value)
    require(value is None or type(value) in (bool, str, tuple), "a value is not exact where only exact ones may stand")
    return list(map(written, value)) if type(value) is tuple else value
