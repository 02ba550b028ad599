"""The canonical form of an expression, and its three-valued evaluation.

sympy is the language in which authors write; a verdict never rests on it. Every expression is turned into nested lists
once (``docs/certificates.md``, section 1), and the engine evaluates, translates and hashes those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq

from verify.arithmetic import INF, Value, equal, exact, is_number, is_usable, less
from verify.errors import StatementError
from verify.evidence import SORTS_OF_NUMBERS

if TYPE_CHECKING:
    import sympy

Expression = list[Any]
SORTED_HEADS = frozenset({"add", "mul", "min", "max", "and", "or", "eq", "ne"})
LARGEST_EXPONENT = 10_000


def text(form: Any) -> str:
    """The JSON text that is hashed: sorted keys, no blanks, ASCII."""
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def build(head: str, *arguments: Expression) -> Expression:
    """A node, its arguments sorted where their order has no meaning."""
    return [head, *(sorted(arguments, key=text) if head in SORTED_HEADS else arguments)]


def canonical(expression: sympy.Basic | bool | int) -> Expression:
    """Turn a sympy expression into its canonical form.

    Raises:
        StatementError: for a float, a function that the language does not have, or a symbol that carries assumptions
            (sympy would conclude from them what the statement's sorts do not say).
    """
    import sympy
    from sympy.logic import boolalg

    heads: dict[type, str] = {
        sympy.Add: "add", sympy.Mul: "mul", sympy.Pow: "pow", sympy.floor: "floor", sympy.ceiling: "ceiling",
        sympy.Abs: "abs", sympy.sign: "sign", sympy.Min: "min", sympy.Max: "max", sympy.exp: "exp", sympy.log: "log",
        sympy.tanh: "tanh", sympy.Eq: "eq", sympy.Ne: "ne", sympy.StrictLessThan: "lt", sympy.LessThan: "le",
        sympy.And: "and", sympy.Or: "or", sympy.Not: "not", sympy.Implies: "implies", sympy.ITE: "if",
    }  # fmt: skip

    def walk(node: sympy.Basic) -> Expression:
        if isinstance(node, sympy.Symbol):
            if node != sympy.Symbol(node.name):
                raise StatementError(f"{node} carries assumptions, or is a dummy: write Symbol({node.name!r})")
            return ["sym", node.name]
        if isinstance(node, sympy.Rational):
            return ["num", str(node)]
        if isinstance(node, sympy.Float):
            raise StatementError(f"{node} is a float: write an exact number, such as Rational(1, 10)")
        if isinstance(node, boolalg.BooleanAtom):
            return ["true" if node is sympy.true else "false"]
        if node is sympy.E:
            return ["exp", ["num", "1"]]
        if isinstance(node, sympy.StrictGreaterThan):
            return build("lt", walk(node.rhs), walk(node.lhs))
        if isinstance(node, sympy.GreaterThan):
            return build("le", walk(node.rhs), walk(node.lhs))
        if isinstance(node, sympy.Equivalent):
            if len(node.args) != 2:
                raise StatementError(f"Equivalent takes two sides: {node}")
            return ["iff", *sorted((walk(argument) for argument in node.args), key=text)]
        if isinstance(node, sympy.Piecewise):
            *pieces, (last, condition) = node.args
            if condition is not sympy.true:
                raise StatementError(f"a Piecewise needs a last piece for all other cases: {node}")
            form = walk(last)
            for value, condition in reversed(pieces):
                form = ["if", walk(condition), walk(value), form]
            return form
        head = heads.get(type(node))
        if head is None:
            raise StatementError(f"{type(node).__name__} is not in the language of statements: {node}")
        return build(head, *(walk(argument) for argument in node.args))

    return walk(sympy.sympify(expression, strict=True))


def symbols(form: Expression) -> set[str]:
    """The names of the symbols that occur."""
    if form[0] == "sym":
        return {form[1]}
    if form[0] == "num":
        return set()
    return set().union(*(symbols(part) for part in form[1:]))


def substitute(form: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Replace symbols by expressions, in one pass; a node is sorted anew."""
    if form[0] == "sym":
        return replacements.get(form[1], form)
    if form[0] == "num":
        return form
    return build(form[0], *(substitute(part, replacements) for part in form[1:]))


TRUTH, NUMBER, TUPLE = "truth value", "number", "tuple"
_CONNECTIVES = {"and": None, "or": None, "not": 1, "implies": 2, "iff": 2}
_RELATIONS = ("eq", "ne", "lt", "le")
_OPERATIONS = {
    "add": None, "mul": None, "min": None, "max": None, "pow": 2,
    "floor": 1, "ceiling": 1, "abs": 1, "sign": 1, "exp": 1, "log": 1, "tanh": 1,
}  # fmt: skip


def kind_of_sort(sort: str) -> str:
    """What the values of a sort are in expressions; a structure (a network, say) is none of the three."""
    return NUMBER if sort in SORTS_OF_NUMBERS else TRUTH if sort == "boolean" else sort


def kind_of(form: Expression, kinds: Mapping[str, str]) -> str:
    """Whether an expression is a truth value, a number or a tuple; ``kinds`` says it of each symbol.

    Nothing that mixes them is evaluated: a number in the place of a truth value must not pass for true.

    Raises:
        StatementError: if it is ill-typed, or has a symbol without a kind.
    """
    head, parts = form[0], form[1:]
    if head == "sym":
        if parts[0] not in kinds:
            raise StatementError(f"the symbol {parts[0]!r} is not declared")
        return kinds[parts[0]]
    if head == "num":
        return NUMBER
    if head in ("true", "false"):
        return TRUTH
    found = [kind_of(part, kinds) for part in parts]
    if head == "if" and len(found) == 3 and found[0] == TRUTH and found[1] == found[2]:
        return found[1]
    comparable = (NUMBER, TUPLE) if head in ("eq", "ne") else (NUMBER,)
    if head in _RELATIONS and len(found) == 2 and found[0] == found[1] and found[0] in comparable:
        return TRUTH
    arity = _CONNECTIVES.get(head, _OPERATIONS.get(head, 0))
    if found and (arity is None or len(found) == arity):
        if head in _CONNECTIVES and set(found) == {TRUTH}:
            return TRUTH
        if head in _OPERATIONS and set(found) == {NUMBER}:
            return NUMBER
    hint = ": use Equivalent between truth values" if head in ("eq", "ne") and TRUTH in found else ""
    told = [f"{kind} {part[1]!r}" if part[0] == "sym" else kind for kind, part in zip(found, parts, strict=True)]
    raise StatementError(f"{head!r} is applied to {', '.join(told) or 'nothing'}{hint}")


def demand_truth(form: Expression, kinds: Mapping[str, str]) -> None:
    """Raise StatementError unless the expression is a well-typed truth value."""
    if (kind := kind_of(form, kinds)) != TRUTH:
        raise StatementError(f"a {kind} stands where a truth value is meant")


def has_constant_truth(form: Expression) -> bool:
    """Whether a truth value stands in it as a constant: what somebody evaluated before the engine saw it."""
    return form[0] in ("true", "false") or (form[0] not in ("sym", "num") and any(map(has_constant_truth, form[1:])))


def has_equal_sides(form: Expression) -> bool:
    """Whether some relation in it has the same expression on both sides."""
    if form[0] in ("sym", "num", "true", "false"):
        return False
    return (form[0] in _RELATIONS and form[1] == form[2]) or any(map(has_equal_sides, form[1:]))


def is_inexact(form: Expression) -> bool:
    """Whether its evaluation may meet balls: more precision may decide what is undecided."""
    if form[0] in ("sym", "num", "true", "false"):
        return False
    irrational = form[0] == "pow" and not (form[2][0] == "num" and "/" not in form[2][1])
    return form[0] in ("exp", "log", "tanh") or irrational or any(map(is_inexact, form[1:]))


def denominators(form: Expression) -> list[Expression]:
    """The bases of negative powers."""
    if form[0] in ("sym", "num"):
        return []
    own = [form[1]] if form[0] == "pow" and form[2][0] == "num" and form[2][1].startswith("-") else []
    return [*own, *(base for part in form[1:] for base in denominators(part))]


def certainly(form: Expression, truth: bool = True) -> Expression:
    """A formula without undefined values that holds where the given one is certainly true (or certainly false).

    Three-valued evaluation leaves a relation undecided where a denominator vanishes; a solver writes some number there.
    """
    head, parts = form[0], form[1:]
    if not denominators(form):
        return form if truth else build("not", form)
    if head == "not":
        return certainly(parts[0], not truth)
    if head in ("and", "or"):
        return build(head if truth else {"and": "or", "or": "and"}[head], *(certainly(part, truth) for part in parts))
    if head == "implies":
        premise, conclusion = parts
        return build("or" if truth else "and", certainly(premise, not truth), certainly(conclusion, truth))
    if head in ("iff", "if"):
        first, then, otherwise = (parts[0], parts[1], build("not", parts[1])) if head == "iff" else parts
        yes = build("and", certainly(first), certainly(then, truth))
        return build("or", yes, build("and", certainly(first, False), certainly(otherwise, truth)))
    zero = ["num", "0"]
    defined = [build("ne", base, zero) for base in denominators(form)]
    return build("and", form if truth else build("not", form), *defined)


Compiled = Callable[[Mapping[str, Value]], Value]


def compiled(form: Expression) -> Compiled:
    """A function of an environment (name -> value) that evaluates the expression; nothing is executed as code.

    >>> compiled(["lt", ["sym", "x"], ["num", "1/2"]])({"x": exact("1/3")})
    True
    """
    head = form[0]
    if head == "sym":
        name = form[1]
        return lambda env: env[name]
    if head == "num":
        number = exact(form[1])
        value: Value = int(number.p) if number.q == 1 else number
        return lambda env: value
    if head in ("true", "false"):
        truth = head == "true"
        return lambda env: truth
    parts = [compiled(part) for part in form[1:]]
    if head in _LOGIC:
        return _LOGIC[head](parts)
    function = _VALUES.get(head)
    if function is None:
        raise StatementError(f"{head!r} is not in the language of statements")
    if len(parts) == 1:
        (only,) = parts
        return lambda env: function(only(env))
    if len(parts) == 2:
        first, second = parts
        return lambda env: function(first(env), second(env))
    return lambda env: function(*(part(env) for part in parts))


def evaluate(form: Expression, env: Mapping[str, Value]) -> Value:
    """Evaluate once; see ``compiled`` for many evaluations."""
    return compiled(form)(env)


def _and(parts: list[Compiled]) -> Compiled:
    def decide(env: Mapping[str, Value]) -> bool | None:
        known: bool | None = True
        for part in parts:
            truth = part(env)
            if truth is False:
                return False
            if truth is None:
                known = None
        return known

    return decide


def _not(parts: list[Compiled]) -> Compiled:
    (part,) = parts

    def decide(env: Mapping[str, Value]) -> bool | None:
        truth = part(env)
        return None if truth is None else not truth

    return decide


def _or(parts: list[Compiled]) -> Compiled:
    return _not([_and([_not([part]) for part in parts])])


def _implies(parts: list[Compiled]) -> Compiled:
    premise, conclusion = parts
    return _or([_not([premise]), conclusion])


def _iff(parts: list[Compiled]) -> Compiled:
    left, right = parts

    def decide(env: Mapping[str, Value]) -> bool | None:
        a, b = left(env), right(env)
        return None if a is None or b is None else a == b

    return decide


def _if(parts: list[Compiled]) -> Compiled:
    condition, then, otherwise = parts

    def decide(env: Mapping[str, Value]) -> Value:
        truth = condition(env)
        if truth is not None:
            return then(env) if truth else otherwise(env)
        left, right = then(env), otherwise(env)  # whichever it is, if both are the same exact value
        return left if type(left) is type(right) and not isinstance(left, arb) and left == right else None

    return decide


_LOGIC = {"and": _and, "or": _or, "not": _not, "implies": _implies, "iff": _iff, "if": _if}


def _numeric(function: Callable[..., Value]) -> Callable[..., Value]:
    """Undefined arguments, infinities and tuples give an undefined result; so does a ball that is not finite."""

    def guarded(*arguments: Value) -> Value:
        for argument in arguments:
            if argument is None or argument is INF or isinstance(argument, (tuple, bool)):
                return None
        value = function(*arguments)
        return None if isinstance(value, arb) and not is_usable(value) else value

    return guarded


def _add(*terms: Value) -> Value:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _mul(*factors: Value) -> Value:
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def _pow(base: Value, exponent: Value) -> Value:
    if is_number(exponent) and fmpq(exponent).q == 1:
        power = int(fmpq(exponent).p)
        if abs(power) > LARGEST_EXPONENT:
            return None
        if isinstance(base, arb):
            return whole_power(base, power)
        if power < 0 and base == 0:
            return None
        return fmpq(base) ** power
    logarithm = _log(base)
    return None if logarithm is None else (arb(exponent) * logarithm).exp()


def whole_power(base: arb, power: int) -> arb:
    """A whole power of a ball, from its end points: FLINT's own is undefined around 0, and wide for wide balls."""
    if power < 0:
        return 1 / whole_power(base, -power)
    if power % 2 == 0 and 0 in base:
        return (base.abs_upper() ** power).union(arb(int(power == 0)))
    return (base.lower() ** power).union(base.upper() ** power)


def _log(x: Value) -> Value:
    ball = arb(x)
    return ball.log() if ball > 0 else None


def _floor(x: Value) -> Value:
    if isinstance(x, arb):
        return x.floor().unique_fmpz()
    x = fmpq(x)
    return int(x.p) // int(x.q)


def _ceiling(x: Value) -> Value:
    below = _floor(-x)
    return None if below is None else -below


def _extremum(smallest: bool) -> Callable[..., Value]:
    def choose(*values: Value) -> Value:
        best = values[0]
        for value in values[1:]:
            if isinstance(best, arb) or isinstance(value, arb):
                best = arb(best).min(arb(value)) if smallest else arb(best).max(arb(value))
            elif (value < best) if smallest else (value > best):
                best = value
        return best

    finite = _numeric(choose)

    def extended(*values: Value) -> Value:
        rest = [value for value in values if value is not INF]
        if len(rest) < len(values) and None not in rest and (not rest or not smallest):
            return INF
        return finite(*rest)

    return extended


def _sign(x: Value) -> Value:
    if isinstance(x, arb):
        return 1 if x > 0 else -1 if x < 0 else None
    return (x > 0) - (x < 0)


def _ne(x: Value, y: Value) -> bool | None:
    same = equal(x, y)
    return None if same is None else not same


_VALUES: dict[str, Callable[..., Value]] = {
    "add": _numeric(_add),
    "mul": _numeric(_mul),
    "pow": _numeric(_pow),
    "floor": _numeric(_floor),
    "ceiling": _numeric(_ceiling),
    "abs": _numeric(abs),
    "sign": _numeric(_sign),
    "min": _extremum(smallest=True),
    "max": _extremum(smallest=False),
    "exp": _numeric(lambda x: arb(x).exp()),
    "log": _numeric(_log),
    "tanh": _numeric(lambda x: arb(x).tanh()),
    "eq": equal,
    "ne": _ne,
    "lt": lambda x, y: less(x, y, strict=True),
    "le": lambda x, y: less(x, y, strict=False),
}
