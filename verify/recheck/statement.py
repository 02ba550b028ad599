"""Statements: reading them, and writing their definitions out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .formula import MAX_NODES, Code, Value, compiled, parts
from .load import Rejected, canonical, digest, exact, integer, require
from .shapes import Reader, anything, many, one_of, record, text, truth

FLAT = ("add", "mul", "min", "max", "and", "or")  # neither the nesting of these nor the order of the arguments matters
SORTED = (*FLAT, "eq", "ne")
MAX_INLINED_DEPTH = 120


def _within(read: Reader, holds: Callable[[Any], bool]) -> Reader:
    def read_checked(data: Any) -> Value:
        value = read(data)
        require(holds(value), "the number is not of its sort")
        return value

    return read_checked


NUMERIC: dict[str, Reader] = {
    "integer": integer,
    "natural": _within(integer, lambda x: x >= 0),
    "real": exact,
    "positive": _within(exact, lambda x: x > 0),
    "nonnegative": _within(exact, lambda x: x >= 0),
}
SCALAR = {**NUMERIC, "boolean": truth}
STATEMENT = record(
    {
        "id": text,
        "quantifier": one_of("for-all", "exists"),
        "symbols": many(record({"name": text, "sort": text, "origin": many(anything)})),
        "assumptions": many(record({"name": text, "expr": anything})),
        "claim": anything,
    }
)


class Formula(NamedTuple):
    """An expression and its code."""

    expression: Any
    code: Code


@dataclass(frozen=True)
class Statement:
    """A statement in its canonical form, read and checked."""

    sha256: str
    quantifier: str
    parameters: dict[str, str]  # with their sorts
    defined: dict[str, Formula]
    computed: dict[str, tuple[str, tuple[str, ...]]]  # the name of the function, and the symbols that are its arguments
    assumptions: dict[str, Formula]
    claim: Formula

    @property
    def derived(self) -> list[str]:
        """The symbols that are not parameters."""
        return [*self.defined, *self.computed]


def parse_statement(data: Any) -> Statement:
    """Read a statement; `Rejected` if it is malformed, or claims nothing."""
    sha256, read = digest(data), STATEMENT(data)
    require(read["claim"] != ["true"], "the claim is the constant true: the statement says nothing")
    parameters: dict[str, str] = {}
    defined: dict[str, Formula] = {}
    computed: dict[str, tuple[str, tuple[str, ...]]] = {}
    above: dict[str, str] = {}
    for name, sort, origin in map(dict.values, read["symbols"]):
        require(name not in above, f"the symbol {name!r:.60} is declared twice")
        kind = (*origin, None)[0]
        require(len(origin) == {"parameter": 1, "defined": 2, "computed": 3}.get(kind), "an origin has a wrong form")
        if kind == "parameter":
            parameters[name] = sort
        elif kind == "defined":
            defined[name] = Formula(origin[1], compiled(origin[1], above))
        else:
            computed[name] = text(origin[1]), many(text)(origin[2])
            require(above.keys() >= set(computed[name][1]), f"{name!r:.60} refers to a symbol that is not above it")
        above[name] = sort
    assumptions = {item["name"]: Formula(item["expr"], compiled(item["expr"], above)) for item in read["assumptions"]}
    require(len(assumptions) == len(read["assumptions"]), "an assumption is declared twice")
    claim = Formula(read["claim"], compiled(read["claim"], above))
    return Statement(sha256, read["quantifier"], parameters, defined, computed, assumptions, claim)


def inlined(expression: Any, statement: Statement) -> Any:
    """The expression with definitions written out, nested sums, products, ... flattened, and arguments sorted again."""
    budget = [MAX_NODES]

    def replaced(node: Any, depth: int) -> Any:
        head, arguments = parts(node)
        budget[0] -= 1
        if budget[0] < 0 or depth > MAX_INLINED_DEPTH:
            raise Rejected("an expression is too large when its definitions are written out")
        if head == "sym":
            definition = statement.defined.get(arguments[0])
            return replaced(definition.expression, depth + 1) if definition else node
        if head == "num":
            return node
        found = [replaced(x, depth + 1) for x in arguments]
        if head in FLAT:
            found = [x for argument in found for x in (argument[1:] if argument[0] == head else [argument])]
        return [head, *(sorted(found, key=canonical) if head in SORTED else found)]

    return replaced(expression, 0)
