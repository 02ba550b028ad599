"""Statements and their expressions: well-formedness, three-valued evaluation, replacement of definitions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

from . import intervals
from .intervals import MAX_BITS, Enclosure, point
from .load import Number, Rejected, array, canonical, digest, exact, integer, keys, lowest, typed

NUMERIC = ("integer", "natural", "real", "positive", "nonnegative")
SCALAR = (*NUMERIC, "boolean")
SORTED = ("add", "mul", "min", "max", "and", "or", "eq", "ne")  # the order of the arguments does not matter
FLAT = SORTED[:6]  # nor does nesting
PRECISIONS = (160, 640, 2560)  # bits; the next is tried while something is undecided
MAX_NODES = 50_000
MAX_INLINED_DEPTH = 120

# A value: a Number, INF, an Enclosure, a truth value, a tuple, a structured object, or None (undefined, undecided).
Value = Any
Truth = bool | None
Code = Callable[[Mapping[str, Value], int], Value]  # takes the values of the symbols and a precision in bits


class Infinity:
    """The value `inf`: greater than every number, equal to itself."""

    def __repr__(self) -> str:
        return "inf"


INF = Infinity()


def is_number(x: Value) -> bool:
    """Whether x is an exact rational (truth values are not numbers)."""
    return type(x) is int or type(x) is Fraction


def _numbers(*xs: Value) -> None:
    for x in xs:
        if not (is_number(x) or x is None or x is INF or type(x) is Enclosure):
            raise Rejected(f"ill-typed expression: {x!r:.40} is not a number")


def _truths(*xs: Value) -> None:
    for x in xs:
        if x is not True and x is not False and x is not None:
            raise Rejected(f"ill-typed expression: {x!r:.40} is not a truth value")


def _enclosure(x: Value) -> Enclosure:
    return x if type(x) is Enclosure else point(x)


def _arithmetic(exactly: Callable[..., Any], widely: Callable[..., Enclosure]) -> Callable[..., Value]:
    """A function of numbers, with its extension to enclosures; undefined when an argument is undefined or infinite."""

    def apply(*xs: Value) -> Value:
        if all(is_number(x) for x in xs):
            value = exactly(*xs)
            if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
                raise Rejected("a number grew too large")
            return value
        _numbers(*xs)
        return None if any(x is None or x is INF for x in xs) else widely(*map(_enclosure, xs))

    return apply


def _sum_of_enclosures(*xs: Enclosure) -> Enclosure:
    return Enclosure(sum((x.lo for x in xs), Fraction(0)), sum((x.hi for x in xs), Fraction(0)))


def _abs_of_enclosure(x: Enclosure) -> Enclosure:
    ends = abs(x.lo), abs(x.hi)
    return Enclosure(Fraction(0) if x.lo <= 0 <= x.hi else min(ends), max(ends))


def sign(x: Number) -> int:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)


def _monotone(f: Callable[[Any], Any]) -> Callable[..., Value]:
    return _arithmetic(f, lambda x: Enclosure(Fraction(f(x.lo)), Fraction(f(x.hi))))


def _extreme(choose: Callable[..., Any]) -> Callable[..., Value]:
    """`min` or `max`, also of infinite values."""

    def finite(*xs: Number) -> Number:
        return choose(xs)

    apply = _arithmetic(finite, lambda *xs: Enclosure(choose(x.lo for x in xs), choose(x.hi for x in xs)))

    def extended(*xs: Value) -> Value:
        rest = [x for x in xs if x is not INF]
        if any(x is None for x in rest) or len(rest) == len(xs):
            return apply(*xs)
        return INF if choose is max or not rest else apply(*rest)

    return extended


def _real(function: Callable[[Enclosure, int], Enclosure | None]) -> Callable[..., Value]:
    def apply(bits: int, x: Value) -> Value:
        _numbers(x)
        return None if x is None or x is INF else function(_enclosure(x), bits)

    return apply


def _power(bits: int, x: Value, y: Value) -> Value:
    _numbers(x, y)
    if x is None or y is None or x is INF or y is INF:
        return None
    if type(y) is Enclosure or y.denominator != 1:
        logarithm = intervals.log(_enclosure(x), bits)
        return None if logarithm is None else intervals.exp(_enclosure(y) * logarithm, bits)
    if type(x) is Enclosure:
        return intervals.power(x, int(y))
    if abs(y) * max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_BITS:
        raise Rejected("a power is too large")
    return None if x == 0 and y < 0 else lowest(Fraction(x) ** int(y))


def _less(x: Value, y: Value, weakly: bool) -> Truth:
    _numbers(x, y)
    if x is None or y is None:
        return None
    if x is INF or y is INF:
        return weakly if x is y else y is INF
    if type(x) is Enclosure or type(y) is Enclosure:
        a, b = _enclosure(x), _enclosure(y)
        return None if a.overlaps(b) else a.hi < b.lo
    return x <= y if weakly else x < y


def _equal(x: Value, y: Value) -> Truth:
    if type(x) is tuple and type(y) is tuple:
        return x == y
    _numbers(*(z for z in (x, y) if not (type(z) is tuple and (x is None or y is None))))
    if x is None or y is None:
        return None
    if x is INF or y is INF:
        return x is y
    if type(x) is Enclosure or type(y) is Enclosure:
        return None if _enclosure(x).overlaps(_enclosure(y)) else False
    return x == y


def _not(x: Truth) -> Truth:
    _truths(x)
    return None if x is None else not x


def _and(*xs: Truth) -> Truth:
    _truths(*xs)
    return False if any(x is False for x in xs) else None if any(x is None for x in xs) else True


def _or(*xs: Truth) -> Truth:
    return _not(_and(*map(_not, xs)))


def _iff(x: Truth, y: Truth) -> Truth:
    _truths(x, y)
    return None if x is None or y is None else x is y


def _if(c: Truth, x: Value, y: Value) -> Value:
    """Kleene's choice: with c undecided still decided when both branches are the same exact value."""
    _truths(c)
    if c is None:
        return x if type(x) is type(y) and type(x) is not Enclosure and x == y else None
    return x if c else y


MANY = MAX_NODES
OPERATIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {  # least and greatest number of arguments, meaning
    "add": (1, MANY, _arithmetic(lambda *xs: sum(xs), _sum_of_enclosures)),
    "mul": (1, MANY, _arithmetic(lambda *xs: prod(xs), lambda *xs: prod(xs[1:], start=xs[0]))),
    "floor": (1, 1, _monotone(floor)),
    "ceiling": (1, 1, _monotone(ceil)),
    "sign": (1, 1, _monotone(sign)),
    "abs": (1, 1, _arithmetic(abs, _abs_of_enclosure)),
    "min": (1, MANY, _extreme(min)),
    "max": (1, MANY, _extreme(max)),
    "if": (3, 3, _if),
    "eq": (2, 2, _equal),
    "ne": (2, 2, lambda x, y: _not(_equal(x, y))),
    "lt": (2, 2, lambda x, y: _less(x, y, False)),
    "le": (2, 2, lambda x, y: _less(x, y, True)),
    "and": (1, MANY, _and),
    "or": (1, MANY, _or),
    "not": (1, 1, _not),
    "implies": (2, 2, lambda p, q: _or(_not(p), q)),
    "iff": (2, 2, _iff),
    "pow": (2, 2, _power),
    "exp": (1, 1, _real(intervals.exp)),
    "log": (1, 1, _real(intervals.log)),
}
PRECISE = ("pow", "exp", "log")  # these take the precision first


def parts(expression: Any) -> tuple[str, list[Any]]:
    """Head and arguments of an expression."""
    if type(expression) is not list or not expression or type(expression[0]) is not str:
        raise Rejected("an expression is not an array that begins with a head")
    return expression[0], expression[1:]


def compiled(expression: Any, names: Mapping[str, Any]) -> Code:
    """The expression as a function of the symbols' values and the precision; checks its form on the way."""
    head, arguments = parts(expression)
    if head in ("num", "sym", "true", "false"):
        if len(arguments) != (head in ("num", "sym")):
            raise Rejected(f"{head!r} has a wrong number of arguments")
        if head == "sym":
            name = typed(arguments[0], str, "the name of a symbol")
            if name not in names:
                raise Rejected(f"the symbol {name!r:.60} is not known here")
            return lambda values, bits: values[name]
        constant = exact(arguments[0]) if head == "num" else head == "true"
        return lambda values, bits: constant
    if head not in OPERATIONS:
        raise Rejected(f"the head {head!r:.40} is not known")
    least, most, meaning = OPERATIONS[head]
    if not least <= len(arguments) <= most:
        raise Rejected(f"{head!r} has a wrong number of arguments")
    below = [compiled(argument, names) for argument in arguments]
    if head in PRECISE:
        return lambda values, bits: meaning(bits, *[code(values, bits) for code in below])
    return lambda values, bits: meaning(*[code(values, bits) for code in below])


def decided(code: Code, values: Mapping[str, Value], bits: int = PRECISIONS[0]) -> Truth:
    """The truth of a compiled formula."""
    value = code(values, bits)
    _truths(value)
    return value


def settled(truths: Callable[[int], list[Truth]]) -> list[Truth]:
    """The truths at the least precision that decides them all, or at the greatest one."""
    found: list[Truth] = []
    for bits in PRECISIONS:
        found = truths(bits)
        if None not in found:
            break
    return found


def size(expression: Any) -> int:
    """The number of nodes."""
    return 1 + sum(map(size, expression[1:])) if type(expression) is list else 1


def symbol_names(expression: Any) -> set[str]:
    """The symbols that occur in an expression."""
    head, arguments = parts(expression)
    if head == "sym":
        return {typed(argument, str, "the name of a symbol") for argument in arguments}
    return set() if head == "num" else set().union(*map(symbol_names, arguments))


@dataclass(frozen=True)
class Symbol:
    """A parameter (no code, no function), a defined or a computed quantity."""

    name: str
    sort: str
    definition: Any = None
    code: Code | None = None
    function: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def is_parameter(self) -> bool:
        return self.code is None and not self.function


@dataclass(frozen=True)
class Statement:
    """A statement in its canonical form, read and checked."""

    quantifier: str
    symbols: dict[str, Symbol]
    assumptions: dict[str, Any]
    claim: Any
    codes: dict[str, Code]  # of the assumptions
    claim_code: Code
    sha256: str

    @property
    def parameters(self) -> list[Symbol]:
        return [symbol for symbol in self.symbols.values() if symbol.is_parameter]


def parse_statement(data: Any) -> Statement:
    """Read a statement; `Rejected` if it is malformed, or claims nothing."""
    sha256 = digest(data)
    keys(data, ("id", "quantifier", "symbols", "assumptions", "claim"), "the statement")
    typed(data["id"], str, "the statement's id")
    if data["quantifier"] not in ("for-all", "exists"):
        raise Rejected("the quantifier is neither 'for-all' nor 'exists'")
    if data["claim"] == ["true"]:
        raise Rejected("the claim is the constant true: the statement says nothing")
    symbols: dict[str, Symbol] = {}
    for item in array(data["symbols"], "the list of symbols"):
        symbol = _symbol(keys(item, ("name", "sort", "origin"), "a symbol"), symbols)
        if symbol.name in symbols:
            raise Rejected(f"the symbol {symbol.name!r:.60} is declared twice")
        symbols[symbol.name] = symbol
    assumptions: dict[str, Any] = {}
    for item in array(data["assumptions"], "the list of assumptions"):
        keys(item, ("name", "expr"), "an assumption")
        if typed(item["name"], str, "an assumption's name") in assumptions:
            raise Rejected(f"the assumption {item['name']!r:.60} is declared twice")
        assumptions[item["name"]] = item["expr"]
    codes = {name: compiled(expression, symbols) for name, expression in assumptions.items()}
    claim_code = compiled(data["claim"], symbols)
    return Statement(data["quantifier"], symbols, assumptions, data["claim"], codes, claim_code, sha256)


def _symbol(item: dict[str, Any], above: Mapping[str, Symbol]) -> Symbol:
    name, sort = (typed(item[key], str, f"a symbol's {key}") for key in ("name", "sort"))
    origin = array(item["origin"], "a symbol's origin")
    if origin == ["parameter"]:
        return Symbol(name, sort)
    if len(origin) == 2 and origin[0] == "defined":
        return Symbol(name, sort, origin[1], compiled(origin[1], above))
    if len(origin) == 3 and origin[0] == "computed":
        arguments = tuple(typed(x, str, "an argument") for x in array(origin[2], "the arguments of a computed symbol"))
        if not set(arguments) <= above.keys() or not typed(origin[1], str, "the name of a function"):
            raise Rejected(f"the symbol {name!r:.60} refers to a symbol that is not above it")
        return Symbol(name, sort, function=origin[1], arguments=arguments)
    raise Rejected(f"the origin of the symbol {name!r:.60} has none of the three forms")


def scalar(sort: str, data: Any) -> Number | bool:
    """A value of a scalar sort."""
    if sort == "boolean":
        return typed(data, bool, "a boolean")
    value = integer(data) if sort in ("integer", "natural") else exact(data)
    if (sort in ("natural", "nonnegative") and value < 0) or (sort == "positive" and value <= 0):
        raise Rejected(f"{value!s:.40} is not of the sort {sort!r}")
    return value


def numbers(data: Any) -> Value:
    """Nested arrays of exact numbers as nested tuples."""
    return tuple(map(numbers, data)) if type(data) is list else exact(data)


def written(value: Value) -> Any:
    """How a certificate writes an exact value, `inf`, a truth or the undefined."""
    if value is None or value is True or value is False:
        return value
    if is_number(value) or value is INF:
        return str(value)
    if type(value) is tuple:
        return [written(x) for x in value]
    raise Rejected("a value that is not exact stands where only exact values may stand")


def inlined(expression: Any, statement: Statement) -> Any:
    """The expression with every defined symbol replaced by its definition, in the form of `sorted_again`."""
    budget = [MAX_NODES]

    def replaced(node: Any, depth: int) -> Any:
        head, arguments = parts(node)
        budget[0] -= 1
        if budget[0] < 0 or depth > MAX_INLINED_DEPTH:
            raise Rejected("the statement is too large when its definitions are written out")
        if head == "sym":
            symbol = statement.symbols[arguments[0]]
            if symbol.function:
                raise Rejected(f"the computed symbol {symbol.name!r:.60} cannot stand in such a certificate")
            return node if symbol.is_parameter else replaced(symbol.definition, depth + 1)
        return node if head == "num" else sorted_again(head, [replaced(x, depth + 1) for x in arguments])

    return replaced(expression, 0)


def sorted_again(head: str, arguments: list[Any]) -> list[Any]:
    """The expression with nested sums, products, ... flattened, and its arguments sorted where their order is free."""
    if head in FLAT:
        arguments = [x for argument in arguments for x in (argument[1:] if argument[0] == head else [argument])]
    return [head, *(sorted(arguments, key=canonical) if head in SORTED else arguments)]


def normal(expression: Any) -> Any:
    """The form of `sorted_again`, at every level."""
    head, arguments = parts(expression)
    return expression if head in ("num", "sym") else sorted_again(head, list(map(normal, arguments)))
