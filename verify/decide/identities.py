"""Identities of polynomials and rational functions over Q.

Rests on: Q[x1, ..., xn] is an integral domain in which every element has one normal form (its monomials and their
coefficients), so a/b = c/d as rational functions, b and d not zero, if and only if ad - cb has the empty normal form.
FLINT's ``fmpq_mpoly`` computes the normal form.

Certificate: kind ``identity``, the equations themselves; the rechecker expands them with its own polynomials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from verify import expressions
from verify.evidence import Decision
from verify.expressions import Expression

if TYPE_CHECKING:
    import sympy

Fraction = tuple[fmpq_mpoly, fmpq_mpoly]
LARGEST_POWER = 200


class OutsideLanguage(Exception):
    """The expression is no rational function over Q, or has a denominator that is identically zero."""


class Ring:
    """Q[x1, ..., xn], and the two ways into it: from canonical forms, and from sympy polynomials directly."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names)) or ("x",)
        self.context = fmpq_mpoly_ctx.get(self.names, Ordering.degrevlex)
        self.variables: Mapping[str, fmpq_mpoly] = dict(zip(self.names, self.context.gens(), strict=True))
        self.one = self.context.constant(1)

    def fraction(self, form: Expression) -> Fraction:
        """Numerator and denominator of a canonical form.

        Raises:
            OutsideLanguage: see there.
        """
        head = form[0]
        if head == "sym":
            return self.variables[form[1]], self.one
        if head == "num":
            return self.context.constant(fmpq(*map(int, form[1].split("/")))), self.one
        if head == "add":
            return self._fold(form[1:], self._plus)
        if head == "mul":
            return self._fold(form[1:], lambda a, b: (a[0] * b[0], a[1] * b[1]))
        if head == "pow" and form[2][0] == "num" and "/" not in form[2][1]:
            exponent = int(form[2][1])
            if abs(exponent) > LARGEST_POWER:
                raise OutsideLanguage(f"the exponent {exponent} is larger than {LARGEST_POWER}")
            top, bottom = self.fraction(form[1])
            if exponent < 0:
                if top == 0:
                    raise OutsideLanguage("a denominator is identically zero")
                top, bottom = bottom, top
            return top ** abs(exponent), bottom ** abs(exponent) if bottom != self.one else bottom
        raise OutsideLanguage(f"{head!r} is no operation of rational functions")

    def _fold(self, forms: Sequence[Expression], combine: Callable[[Fraction, Fraction], Fraction]) -> Fraction:
        total = self.fraction(forms[0])
        for form in forms[1:]:
            total = combine(total, self.fraction(form))
        return total

    def _plus(self, a: Fraction, b: Fraction) -> Fraction:
        if a[1] == b[1]:
            return a[0] + b[0], a[1]
        return a[0] * b[1] + b[0] * a[1], a[1] * b[1]

    def polynomial(self, expression: sympy.Expr) -> fmpq_mpoly:
        """A sympy polynomial, converted without a canonical form in between (the fast way in).

        Raises:
            OutsideLanguage: if the expression is no polynomial over Q.
        """
        import sympy

        variables, constant, known = self.variables, self.context.constant, {}
        add, multiply, power, symbol = sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol

        def walk(node: Any) -> fmpq_mpoly:
            found = known.get(node)
            if found is not None:
                return found
            if isinstance(node, symbol):
                value = variables[node.name]
            elif node.is_Rational:
                value = constant(fmpq(int(node.p), int(node.q)))
            elif isinstance(node, add):
                value = walk(node.args[0])
                for part in node.args[1:]:
                    value = value + walk(part)
            elif isinstance(node, multiply):
                value = walk(node.args[0])
                for part in node.args[1:]:
                    value = value * walk(part)
            elif isinstance(node, power) and node.exp.is_Integer and 0 <= node.exp <= LARGEST_POWER:
                value = walk(node.base) ** int(node.exp)
            else:
                raise OutsideLanguage(f"{node} is no polynomial over Q")
            known[node] = value
            return value

        return walk(expression)


def decide(equations: Sequence[tuple[Expression, Expression]]) -> Decision:
    """Decide whether each pair is one rational function; a false one comes with a point where the sides differ.

    >>> x, one = ["sym", "x"], ["num", "1"]
    >>> decide([(["pow", ["add", x, one], ["num", "2"]], ["add", ["pow", x, ["num", "2"]], ["mul", ["num", "2"], x], one])]).truth
    True
    """
    if not equations:
        return Decision(None, "there is no equation")
    names = sorted(set().union(*(expressions.symbols(side) for pair in equations for side in pair), set()))
    ring = Ring(names)
    for index, (left, right) in enumerate(equations, start=1):
        try:
            (a, b), (c, d) = ring.fraction(left), ring.fraction(right)
        except OutsideLanguage as error:
            return Decision(None, f"equation {index}: {error}")
        difference = a * d - c * b
        if difference != 0:
            point = _where_nonzero(difference * b * d, ring.names)
            return Decision(False, f"equation {index}: the sides differ by a nonzero function", counterexample=point)
    certificate = {"kind": "identity", "equations": [[left, right] for left, right in equations]}
    return Decision(True, f"{len(equations)} identities in normal form", certificate)


def _where_nonzero(polynomial: fmpq_mpoly, names: Sequence[str]) -> dict[str, str]:
    """A point of a small grid at which a nonzero polynomial does not vanish, within every sort of numbers.

    Rests on: a nonzero polynomial of degree at most d in each variable does not vanish on all of {1, ..., d + 1}^n.
    """
    point: dict[str, str] = {}
    context = polynomial.context()
    for index, name in enumerate(names):
        for value in range(1, max(polynomial.degrees(), default=0) + 2):
            rest = polynomial.subs({name: fmpq(value)})
            if rest != 0:
                polynomial, point[name] = rest, str(value)
                break
        else:  # pragma: no cover - excluded by the theorem above
            raise AssertionError(f"no value for variable {index} of {context}")
    return point
