"""Statements and their expressions: well-formedness, three-valued evaluation, replacement of definitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from . import intervals
from .intervals import MAX_BITS, Enclosure, point
from .load import Number, Rejected, array, canonical, digest, exact, integer, keys, lowest, text, truth

NUMERIC = ("integer", "natural", "real", "positive", "nonnegative")
SCALAR = (*NUMERIC, "boolean")
PRECISIONS = (160, 640, 2560)  # bits; the next is tried while something is undecided
MAX_NODES = 50_000
MAX_INLINED_DEPTH = 120


class Infinity:
    """The value `inf`: greater than every number, equal to itself."""

    def __repr__(self) -> str:
        return "inf"


INF = Infinity()

# A value: a Number, INF, an Enclosure, a truth value, a tuple, a structured object, or None (undefined, undecided).
Value = Any
Code = Callable[[Mapping[str, Value], int], Value]  # takes the values of the symbols and a precision in bits
Truth = bool | None


def is_number(x: Value) -> bool:
    """Whether x is an exact rational (truth values are not numbers)."""
    return type(x) is int or type(x) is Fraction


def _numbers(xs: Sequence[Value]) -> None:
    for x in xs:
        if not (is_number(x) or x is None or x is INF or type(x) is Enclosure):
            raise Rejected(f"ill-typed expression: {x!r:.40} is not a number")


def _truths(xs: Sequence[Value]) -> None:
    for x in xs:
        if x is not True and x is not False and x is not None:
            raise Rejected(f"ill-typed expression: {x!r:.40} is not a truth value")


def _enclosure(x: Value) -> Enclosure:
    return x if type(x) is Enclosure else point(x)


def _arithmetic(exactly: Callable[..., Number], widely: Callable[..., Enclosure]) -> Callable[..., Value]:
    """A function of numbers; undefined when an argument is undefined or infinite."""

    def apply(*xs: Value) -> Value:
        if all(is_number(x) for x in xs):
            value = exactly(*xs)
            if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
                raise Rejected("a number grew too large")
            return value
        _numbers(xs)
        if any(x is None or x is INF for x in xs):
            return None
        return widely(*map(_enclosure, xs))

    return apply


def _sum(*xs: Number) -> Number:
    return sum(xs)


def _product(*xs: Number) -> Number:
    value: Number = 1
    for x in xs:
        value *= x
    return value


def _sum_of_enclosures(*xs: Enclosure) -> Enclosure:
    return Enclosure(sum((x.lo for x in xs), Fraction(0)), sum((x.hi for x in xs), Fraction(0)))


def _product_of_enclosures(*xs: Enclosure) -> Enclosure:
    value = xs[0]
    for x in xs[1:]:
        value = value * x
    return value


def _sign(x: Number) -> int:
    return (x > 0) - (x < 0)


def _monotone(f: Callable[[Number], Number]) -> Callable[..., Value]:
    return _arithmetic(f, lambda x: Enclosure(Fraction(f(x.lo)), Fraction(f(x.hi))))


def _abs_enclosure(x: Enclosure) -> Enclosure:
    low = Fraction(0) if x.lo <= 0 <= x.hi else min(abs(x.lo), abs(x.hi))
    return Enclosure(low, max(abs(x.lo), abs(x.hi)))


def _extreme(choose: Callable[..., Any], absorbing: bool) -> Callable[..., Value]:
    finite = _arithmetic(choose, lambda *xs: Enclosure(choose(x.lo for x in xs), choose(x.hi for x in xs)))

    def apply(*xs: Value) -> Value:
        _numbers(xs)
        if any(x is INF for x in xs):
            rest = [x for x in xs if x is not INF]
            if any(x is None for x in rest):
                return None
            return INF if absorbing or not rest else apply(*rest)
        return finite(*xs) if len(xs) > 1 else xs[0]

    return apply


def _real(function: Callable[[Enclosure, int], Enclosure | None]) -> Callable[..., Value]:
    def apply(bits: int, x: Value) -> Value:
        _numbers([x])
        return None if x is None or x is INF else function(_enclosure(x), bits)

    return apply


def _power(bits: int, x: Value, y: Value) -> Value:
    _numbers([x, y])
    if x is None or y is None or x is INF or y is INF:
        return None
    if type(y) is int or (type(y) is Fraction and y.denominator == 1):
        n = int(y)
        if type(x) is Enclosure:
            return intervals.power(x, n)
        if n < 0 and x == 0:
            return None
        if abs(n) * max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_BITS:
            raise Rejected("a power is too large")
        return lowest(Fraction(x) ** n)
    logarithm = intervals.log(_enclosure(x), bits)
    return None if logarithm is None else intervals.exp(_enclosure(y) * logarithm, bits)


def _less(x: Value, y: Value, weakly: bool) -> Truth:
    _numbers([x, y])
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
    if (x is None and type(y) is tuple) or (y is None and type(x) is tuple):
        return None
    _numbers([x, y])
    if x is None or y is None:
        return None
    if x is INF or y is INF:
        return x is y
    if type(x) is Enclosure or type(y) is Enclosure:
        return None if _enclosure(x).overlaps(_enclosure(y)) else False
    return x == y


def _not(x: Truth) -> Truth:
    _truths([x])
    return None if x is None else not x


def _and(*xs: Truth) -> Truth:
    _truths(xs)
    return False if any(x is False for x in xs) else None if any(x is None for x in xs) else True


def _or(*xs: Truth) -> Truth:
    return _not(_and(*map(_not, xs)))


def _iff(x: Truth, y: Truth) -> Truth:
    _truths([x, y])
    return None if x is None or y is None else x is y


def _if(c: Truth, x: Value, y: Value) -> Value:
    """Kleene's choice: with c undecided still decided when both branches are the same exact value."""
    _truths([c])
    if c is None:
        return x if type(x) is type(y) and type(x) is not Enclosure and x == y else None
    return x if c else y


MANY = MAX_NODES
OPERATIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {  # least and greatest number of arguments, meaning
    "add": (1, MANY, _arithmetic(_sum, _sum_of_enclosures)),
    "mul": (1, MANY, _arithmetic(_product, _product_of_enclosures)),
    "floor": (1, 1, _monotone(floor)),
    "ceiling": (1, 1, _monotone(ceil)),
    "sign": (1, 1, _monotone(_sign)),
    "abs": (1, 1, _arithmetic(abs, _abs_enclosure)),
    "min": (1, MANY, _extreme(min, False)),
    "max": (1, MANY, _extreme(max, True)),
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
}
PRECISE: dict[str, tuple[int, int, Callable[..., Value]]] = {  # these take the precision first
    "pow": (2, 2, _power),
    "exp": (1, 1, _real(intervals.exp)),
    "log": (1, 1, _real(intervals.log)),
}


def parts(expression: Any) -> tuple[str, list[Any]]:
    """Head and arguments of an expression."""
    if type(expression) is not list or not expression or type(expression[0]) is not str:
        raise Rejected("an expression is not an array that begins with a head")
    return expression[0], expression[1:]


def compiled(expression: Any, names: Mapping[str, Any]) -> Code:
    """The expression as a function of the symbols' values and the precision; checks its form on the way."""
    head, arguments = parts(expression)
    if head in ("num", "sym", "true", "false") and len(arguments) != (head in ("num", "sym")):
        raise Rejected(f"{head!r} has a wrong number of arguments")
    if head == "num":
        number = exact(arguments[0])
        return lambda values, bits: number
    if head == "sym":
        name = text(arguments[0], "the name of a symbol")
        if name not in names:
            raise Rejected(f"the symbol {name!r} is not known here")
        return lambda values, bits: values[name]
    if head in ("true", "false"):
        constant = head == "true"
        return lambda values, bits: constant
    if head not in OPERATIONS and head not in PRECISE:
        raise Rejected(f"the head {head!r:.40} is not known")
    least, most, meaning = OPERATIONS.get(head) or PRECISE[head]
    if not least <= len(arguments) <= most:
        raise Rejected(f"{head!r} has a wrong number of arguments")
    below = [compiled(argument, names) for argument in arguments]
    if head in PRECISE:
        return lambda values, bits: meaning(bits, *[code(values, bits) for code in below])
    return lambda values, bits: meaning(*[code(values, bits) for code in below])


def decided(code: Code, values: Mapping[str, Value], bits: int = PRECISIONS[0]) -> Truth:
    """The truth of a compiled formula."""
    value = code(values, bits)
    _truths([value])
    return value


def size(expression: Any) -> int:
    """The number of nodes."""
    return 1 + sum(map(size, expression[1:])) if type(expression) is list else 1


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

    id: str
    quantifier: str
    symbols: dict[str, Symbol]
    assumptions: dict[str, Any]
    claim: Any
    codes: dict[str, Code]
    claim_code: Code
    sha256: str

    @property
    def parameters(self) -> list[Symbol]:
        return [symbol for symbol in self.symbols.values() if symbol.is_parameter]


def parse_statement(data: Any) -> Statement:
    """Read a statement; `Rejected` if it is malformed, or claims nothing."""
    sha256 = digest(data)
    keys(data, ("id", "quantifier", "symbols", "assumptions", "claim"), "the statement")
    if data["quantifier"] not in ("for-all", "exists"):
        raise Rejected("the quantifier is neither 'for-all' nor 'exists'")
    symbols: dict[str, Symbol] = {}
    for item in array(data["symbols"], "the list of symbols"):
        keys(item, ("name", "sort", "origin"), "a symbol")
        name, sort = text(item["name"], "a symbol's name"), text(item["sort"], "a symbol's sort")
        if name in symbols:
            raise Rejected(f"the symbol {name!r} is declared twice")
        symbols[name] = _symbol(name, sort, array(item["origin"], "a symbol's origin"), symbols)
    assumptions: dict[str, Any] = {}
    for item in array(data["assumptions"], "the list of assumptions"):
        keys(item, ("name", "expr"), "an assumption")
        if text(item["name"], "an assumption's name") in assumptions:
            raise Rejected(f"the assumption {item['name']!r} is declared twice")
        assumptions[item["name"]] = item["expr"]
    if data["claim"] == ["true"]:
        raise Rejected("the claim is the constant true: the statement says nothing")
    return Statement(
        text(data["id"], "the statement's id"),
        data["quantifier"],
        symbols,
        assumptions,
        data["claim"],
        {name: compiled(expression, symbols) for name, expression in assumptions.items()},
        compiled(data["claim"], symbols),
        sha256,
    )


def _symbol(name: str, sort: str, origin: list[Any], above: Mapping[str, Symbol]) -> Symbol:
    if origin == ["parameter"]:
        return Symbol(name, sort)
    if len(origin) == 2 and origin[0] == "defined":
        return Symbol(name, sort, origin[1], compiled(origin[1], above))
    if len(origin) == 3 and origin[0] == "computed":
        arguments = tuple(text(x, "an argument") for x in array(origin[2], "the arguments of a computed symbol"))
        if not set(arguments) <= above.keys() or not text(origin[1], "the name of a function"):
            raise Rejected(f"the symbol {name!r} refers to a symbol that is not above it")
        return Symbol(name, sort, function=origin[1], arguments=arguments)
    raise Rejected(f"the origin of the symbol {name!r} has none of the three forms")


def scalar(sort: str, data: Any) -> Number | bool:
    """A value of a scalar sort."""
    if sort == "boolean":
        return truth(data, "a boolean")
    value = integer(data) if sort in ("integer", "natural") else exact(data)
    if (sort in ("natural", "nonnegative") and value < 0) or (sort == "positive" and value <= 0):
        raise Rejected(f"{value} is not of the sort {sort!r}")
    return value


def numbers(data: Any) -> Value:
    """Nested arrays of exact numbers as nested tuples."""
    return tuple(map(numbers, data)) if type(data) is list else exact(data)


def symbol_names(expression: Any) -> set[str]:
    """The symbols that occur in an expression."""
    head, arguments = parts(expression)
    if head == "sym":
        return {text(argument, "the name of a symbol") for argument in arguments}
    return set() if head == "num" else set().union(*map(symbol_names, arguments))


def settled(truths: Callable[[int], list[Truth]]) -> list[Truth]:
    """The truths at the least precision that decides them all, or at the greatest one."""
    found: list[Truth] = []
    for bits in PRECISIONS:
        found = truths(bits)
        if None not in found:
            break
    return found


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
    """The expression with every defined symbol replaced by its definition, commutative arguments sorted again."""
    budget = [MAX_NODES]

    def replace(node: Any, depth: int) -> Any:
        head, arguments = parts(node)
        budget[0] -= 1
        if budget[0] < 0 or depth > MAX_INLINED_DEPTH:
            raise Rejected("the statement is too large when its definitions are written out")
        if head == "num":
            return node
        if head == "sym":
            symbol = statement.symbols[arguments[0]]
            if symbol.function:
                raise Rejected(f"the computed symbol {symbol.name!r} cannot stand in such a certificate")
            return node if symbol.is_parameter else replace(symbol.definition, depth + 1)
        return sorted_again([head, *[replace(argument, depth + 1) for argument in arguments]])

    return replace(expression, 0)


def sorted_again(node: list[Any]) -> list[Any]:
    """The node in a normal form: nested sums, products, ... flattened, the arguments of commutative heads sorted."""
    head, arguments = node[0], node[1:]
    if head in ("add", "mul", "min", "max", "and", "or"):
        arguments = [x for argument in arguments for x in (argument[1:] if argument[0] == head else [argument])]
    if head in ("add", "mul", "min", "max", "and", "or", "eq", "ne"):
        arguments.sort(key=canonical)
    return [head, *arguments]


def normal(expression: Any) -> Any:
    """The normal form of `sorted_again`, at every level."""
    head, arguments = parts(expression)
    return expression if head in ("num", "sym") else sorted_again([head, *map(normal, arguments)])
