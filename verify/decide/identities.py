"""Identities of polynomials and rational functions over Q, in which ``exp`` and ``tanh`` of polynomials may occur.

Rests on: Q[x1, ..., xn] is an integral domain in which every element has one normal form (its monomials and their
coefficients), so a/b = c/d as rational functions, b and d not zero, if and only if ad - cb has the empty normal form.
FLINT's ``fmpq_mpoly`` computes the normal form.

tanh p = (exp(2p) - 1)/(exp(2p) + 1), and the exponential of a polynomial is a product of whole powers of exp(m/q), m a
monomial and q a common denominator of its coefficients. An identity in which each exp(m/q) is one more variable holds
wherever both sides are defined. (The converse is true as well, but a false one is shown by a point.)

Certificate: kind ``identity``, the equations themselves; the rechecker expands them with its own polynomials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz

from verify import expressions
from verify.arithmetic import equal, precision
from verify.evidence import Decision
from verify.expressions import Expression

if TYPE_CHECKING:
    import sympy

Fraction = tuple[fmpq_mpoly, fmpq_mpoly]
Number = int | fmpq
Monomials = dict[tuple[int, ...], Number]
"""Exponents of the ring's variables -> coefficient."""

LARGEST_POWER = 200
ATTEMPTS, BITS = 20, 256
"""Points at which both sides of a false equation with exponentials are compared, and the precision."""


class OutsideLanguage(Exception):
    """The expression is no such function, or has a denominator that is identically zero."""


class Ring:
    """Q[x1, ..., xn], and the two ways into it: from canonical forms, and from sympy polynomials directly."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names)) or ("x",)
        self.context = fmpq_mpoly_ctx.get(self.names, Ordering.degrevlex)
        self.variables: Mapping[str, fmpq_mpoly] = dict(zip(self.names, self.context.gens(), strict=True))
        self.one = self.context.constant(1)
        self._position = {name: index for index, name in enumerate(self.names)}

    def fraction(self, form: Expression) -> Fraction:
        """Numerator and denominator of a canonical form.

        Raises:
            OutsideLanguage: see there.
        """
        head = form[0]
        if head == "sym":
            return self.variables[form[1]], self.one
        if head == "num":
            return self.context.constant(_number(form[1])), self.one
        if head == "add":
            return self._sum(form[1:])
        if head == "mul":
            top, bottom = self.fraction(form[1])
            for part in form[2:]:
                a, b = self.fraction(part)
                top, bottom = top * a, bottom if b is self.one else bottom * b
            return top, bottom
        if head == "pow" and form[2][0] == "num" and "/" not in form[2][1]:
            exponent = int(form[2][1])
            if abs(exponent) > LARGEST_POWER:
                raise OutsideLanguage(f"the exponent {exponent} is larger than {LARGEST_POWER}")
            top, bottom = self.fraction(form[1])
            if exponent < 0:
                if top == 0:
                    raise OutsideLanguage("a denominator is identically zero")
                top, bottom = bottom, top
            return top ** abs(exponent), bottom if bottom is self.one else bottom ** abs(exponent)
        raise OutsideLanguage(f"{head!r} is no operation of rational functions")

    def exponent(self, form: Expression) -> Monomials:
        """The polynomial p such that ``exp`` or ``tanh`` of a polynomial is written with exp(p): twice that of ``tanh``.

        Raises:
            OutsideLanguage: if the argument is no polynomial.
        """
        top, bottom = self.fraction(form[1])
        if not bottom.is_constant():
            raise OutsideLanguage(f"{form[0]} of something that is no polynomial")
        return dict(((2 if form[0] == "tanh" else 1) * top / bottom).to_dict())

    def _sum(self, forms: Sequence[Expression]) -> Fraction:
        monomials: Monomials = {}
        others = []
        for form in forms:
            exponents = [0] * len(self.names)
            coefficient = self._monomial(form, exponents)
            if coefficient is None:
                others.append(self.fraction(form))
            else:
                _collect(monomials, exponents, coefficient)
        top, bottom = self._from_monomials(monomials), self.one
        for a, b in others:
            if b is bottom or b == bottom:
                top = top + a
            else:
                top, bottom = top * b + a * bottom, bottom * b
        return top, bottom

    def _monomial(self, form: Expression, exponents: list[int]) -> Number | None:
        """The coefficient of a form that is visibly a monomial, its exponents added to the list; else None."""
        head = form[0]
        if head == "sym":
            exponents[self._position[form[1]]] += 1
            return 1
        if head == "num":
            return _number(form[1])
        if head == "pow":
            base, power = form[1], form[2]
            if base[0] == "sym" and power[0] == "num" and power[1].isdecimal() and int(power[1]) <= LARGEST_POWER:
                exponents[self._position[base[1]]] += int(power[1])
                return 1
        elif head == "mul":
            product: Number = 1
            for part in form[1:]:
                factor = self._monomial(part, exponents)
                if factor is None:
                    return None
                product = product * factor
            return product
        return None

    def _from_monomials(self, monomials: Monomials) -> fmpq_mpoly:
        return self.context.from_dict({key: value for key, value in monomials.items() if value != 0})

    def polynomial(self, expression: sympy.Expr) -> fmpq_mpoly:
        """A sympy polynomial, converted without a canonical form in between (the fast way in).

        Raises:
            OutsideLanguage: if the expression is no polynomial over Q.
        """
        variables, position, width = self.variables, self._position, len(self.names)
        known: dict[Any, fmpq_mpoly] = {}

        def monomial(node: Any, exponents: list[int]) -> Number | None:
            if node.is_Symbol:
                exponents[position[node.name]] += 1
                return 1
            if node.is_Rational:
                return _rational(node)
            if node.is_Pow:
                base, power = node.args
                if base.is_Symbol and power.is_Integer and 0 <= power.p <= LARGEST_POWER:
                    exponents[position[base.name]] += int(power.p)
                    return 1
            elif node.is_Mul:
                product: Number = 1
                for part in node.args:
                    factor = monomial(part, exponents)
                    if factor is None:
                        return None
                    product = product * factor
                return product
            return None

        def walk(node: Any) -> fmpq_mpoly:
            found = known.get(node)
            if found is not None:
                return found
            if node.is_Symbol:
                return variables[node.name]
            if node.is_Rational:
                return self.context.constant(_rational(node))
            if node.is_Add:
                monomials: Monomials = {}
                others = []
                for part in node.args:
                    exponents = [0] * width
                    coefficient = monomial(part, exponents)
                    if coefficient is None:
                        others.append(walk(part))
                    else:
                        _collect(monomials, exponents, coefficient)
                value = sum(others, self._from_monomials(monomials))
            elif node.is_Mul:
                first, *rest = node.args
                value = walk(first)
                for part in rest:
                    value = value * walk(part)
            elif node.is_Pow and node.exp.is_Integer and 0 <= node.exp.p <= LARGEST_POWER:
                value = walk(node.base) ** int(node.exp.p)
            else:
                raise OutsideLanguage(f"{node} is no polynomial over Q")
            known[node] = value
            return value

        return walk(expression)


def _number(text: str) -> Number:
    top, _, bottom = text.partition("/")
    return fmpq(int(top), int(bottom)) if bottom else int(top)


def _rational(node: Any) -> Number:
    return int(node.p) if node.q == 1 else fmpq(int(node.p), int(node.q))


def _collect(monomials: Monomials, exponents: list[int], coefficient: Number) -> None:
    key = tuple(exponents)
    before = monomials.get(key)
    monomials[key] = coefficient if before is None else before + coefficient


def decide(equations: Sequence[tuple[Expression, Expression]]) -> Decision:
    """Decide whether each pair is one rational function; a false one comes with a point where the sides differ.

    >>> x, one = ["sym", "x"], ["num", "1"]
    >>> decide([(["pow", ["add", x, one], ["num", "2"]], ["add", ["pow", x, ["num", "2"]], ["mul", ["num", "2"], x], one])]).truth
    True
    """
    if not equations:
        return Decision(None, "there is no equation")
    names = sorted(set().union(*(expressions.symbols(side) for pair in equations for side in pair), set()))
    plain = Ring(names)
    for index, (left, right) in enumerate(equations, start=1):
        ring, sides = plain, (left, right)
        try:
            try:
                (a, b), (c, d) = ring.fraction(left), ring.fraction(right)
            except OutsideLanguage:  # perhaps because of exponentials, which are looked for only then
                ring, sides = _without_exponentials(names, sides)
                (a, b), (c, d) = map(ring.fraction, sides)
        except OutsideLanguage as error:
            return Decision(None, f"equation {index}: {error}")
        difference = a * d - c * b
        if difference != 0:
            rational = sides == (left, right)
            point = _where_nonzero(difference * b * d, ring.names) if rational else _where_apart(left, right, names)
            if point is None:
                return Decision(
                    None, f"equation {index}: no normal form in common, and no point that separates the sides"
                )
            return Decision(False, f"equation {index}: the sides differ by a nonzero function", counterexample=point)
    certificate = {"kind": "identity", "equations": [[left, right] for left, right in equations]}
    return Decision(True, f"{len(equations)} identities in normal form", certificate)


def _without_exponentials(
    names: Sequence[str], sides: tuple[Expression, Expression]
) -> tuple[Ring, tuple[Expression, Expression]]:
    """Both sides with a further variable for each exp(m/q), and the ring of all the variables."""
    ring = Ring(names)
    found = [ring.exponent(form) for side in sides for form in _exponentials(side)]
    if not found:
        return ring, sides
    denominators: dict[tuple[int, ...], fmpz] = {}
    for exponent in found:
        for monomial, coefficient in exponent.items():
            denominators[monomial] = denominators.get(monomial, fmpz(1)).lcm(fmpq(coefficient).q)
    prefix = "exp"
    while any(name.startswith(prefix) for name in names):
        prefix += "'"
    variables = {monomial: f"{prefix}{index}" for index, monomial in enumerate(sorted(denominators))}

    def power_product(form: Expression) -> Expression:
        exponent = ring.exponent(form).items()
        powers = [
            ["pow", ["sym", variables[monomial]], ["num", str(coefficient * denominators[monomial])]]
            for monomial, coefficient in exponent
        ]
        return ["mul", ["num", "1"], *powers]

    def rewritten(form: Expression) -> Expression:
        head = form[0]
        if head in ("sym", "num"):
            return form
        if head == "exp":
            return power_product(form)
        if head == "tanh":
            whole = power_product(form)
            return ["mul", ["add", whole, ["num", "-1"]], ["pow", ["add", whole, ["num", "1"]], ["num", "-1"]]]
        return [head, *map(rewritten, form[1:])]

    left, right = map(rewritten, sides)
    return Ring([*names, *variables.values()]), (left, right)


def _exponentials(form: Expression) -> list[Expression]:
    """The outermost ``exp`` and ``tanh`` in an expression."""
    if form[0] in ("sym", "num"):
        return []
    return [form] if form[0] in ("exp", "tanh") else [part for each in form[1:] for part in _exponentials(each)]


def _where_apart(left: Expression, right: Expression, names: Sequence[str]) -> dict[str, str] | None:
    """A point, within every sort of numbers, at which enclosures of the two sides do not overlap."""
    functions = expressions.compiled(left), expressions.compiled(right)
    for attempt in range(ATTEMPTS):
        point = {name: pow(attempt + 3, index, 7) or 7 for index, name in enumerate(names, start=1)}
        with precision(BITS):
            if equal(*(function(point) for function in functions)) is False:
                return {name: str(value) for name, value in point.items()}
    return None


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
