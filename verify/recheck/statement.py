"""Statements: reading them, and writing their definitions out."""

from collections.abc import Container
from typing import Any

from .formula import MAX_NODES, compiled, parts
from .load import canonical, digest, exact, integer, require
from .shapes import Reader, anything, many, one_of, record, such_that, text, truth

FLAT = ("add", "mul", "min", "max", "and", "or")  # neither the nesting of these nor the order of the arguments matters
SORTED = (*FLAT, "eq", "ne")
MAX_INLINED_DEPTH = 120


NUMERIC: dict[str, Reader] = {
    "integer": integer,
    "natural": such_that(integer, lambda x: x >= 0, "a natural number was expected"),
    "real": exact,
    "positive": such_that(exact, lambda x: x > 0, "a positive number was expected"),
    "nonnegative": such_that(exact, lambda x: x >= 0, "a number of at least 0 was expected"),
}
SCALAR = {**NUMERIC, "boolean": truth}
LENGTHS = {"parameter": 1, "defined": 2, "computed": 3}
FORM = "an origin has none of the three forms"
ORIGIN = such_that(many(anything), lambda x: x and len(x) == LENGTHS.get(text(x[0])), FORM)
SYMBOLS = many(record(name=text, sort=text, origin=ORIGIN))
ASSUMPTIONS = many(record(name=text, expr=anything))
QUANTIFIER = one_of("for-all", "exists")
STATEMENT = record(id=text, quantifier=QUANTIFIER, symbols=SYMBOLS, assumptions=ASSUMPTIONS, claim=anything)


class Formula:
    """An expression and its code."""

    def __init__(self, expression: Any, names: Container[str]) -> None:
        self.expression, self.code = expression, compiled(expression, names)


class Statement:
    """A statement in its canonical form; `Rejected` if it is malformed, or claims nothing."""

    def __init__(self, data: Any) -> None:
        self.sha256, read = digest(data), STATEMENT(data)
        self.quantifier = read["quantifier"]
        self.parameters: dict[str, str] = {}  # with their sorts
        self.defined: dict[str, Formula] = {}
        self.computed: dict[str, tuple[str, tuple[str, ...]]] = {}  # the function, the symbols that are its arguments
        above: set[str] = set()
        for item in read["symbols"]:
            name, (kind, *rest) = item["name"], item["origin"]
            require(name not in above, f"the symbol {name!r:.60} is declared twice")
            if kind == "parameter":
                self.parameters[name] = item["sort"]
            elif kind == "defined":
                self.defined[name] = Formula(rest[0], above)
            else:
                self.computed[name] = text(rest[0]), many(text)(rest[1])
                require(above.issuperset(rest[1]), f"{name!r:.60} refers to a symbol that is not above it")
            above.add(name)
        self.symbols = above
        self.assumptions = {item["name"]: Formula(item["expr"], above) for item in read["assumptions"]}
        self.claim = Formula(read["claim"], above)
        require(len(self.assumptions) == len(read["assumptions"]), "an assumption is declared twice")
        require(self.claim.expression != ["true"], "the claim is the constant true: the statement says nothing")

    @property
    def formulas(self) -> list[Formula]:
        """The assumptions and, as the last, the claim."""
        return [*self.assumptions.values(), self.claim]


def inlined(expression: Any, statement: Statement) -> Any:
    """The expression with definitions written out, nested sums, products, ... flattened, and arguments sorted again."""
    budget = [MAX_NODES]

    def replaced(node: Any, depth: int) -> Any:
        head, arguments = parts(node)
        budget[0] -= 1
        small = budget[0] >= 0 and depth <= MAX_INLINED_DEPTH
        require(small, "an expression is too large when its definitions are written out")
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
