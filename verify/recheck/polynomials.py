"""Identities of rational functions over Q, decided by naive arithmetic with dictionaries of monomials."""

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .formula import MAX_NODES, parts, size
from .load import NotReplayed, Number, Rejected, exact, lowest
from .shapes import text

Monomial = tuple[tuple[str, int], ...]  # (variable, positive exponent), sorted by variable
Polynomial = dict[Monomial, Number]  # no zero coefficients
Factors = dict[tuple[tuple[Monomial, Number], ...], int]  # monic polynomials (as sorted items), and their exponents

ONE: Polynomial = {(): 1}
MAX_EXPONENT = 1000
MAX_WORK = 2_000_000


def _times(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    exponents = dict(a)
    for variable, exponent in b:
        exponents[variable] = exponents.get(variable, 0) + exponent
    return tuple(sorted(exponents.items()))


@dataclass(frozen=True)
class Ratio:
    """A polynomial over a product of powers of monic polynomials, none of them zero."""

    top: Polynomial
    bottom: Factors = field(default_factory=dict)


class Arithmetic:
    """Rational functions; counts its products of monomials and stops beyond a bound."""

    def __init__(self) -> None:
        self.work = 0

    def product(self, a: Polynomial, b: Polynomial) -> Polynomial:
        self.work += len(a) * len(b)
        if self.work > MAX_WORK:
            raise NotReplayed("the identity is too large for naive polynomial arithmetic")
        total: Polynomial = {}
        for m, x in a.items():
            for n, y in b.items():
                monomial = _times(m, n)
                total[monomial] = total.get(monomial, 0) + x * y
        return {monomial: x for monomial, x in total.items() if x}

    def power(self, a: Polynomial, n: int) -> Polynomial:
        result = ONE
        for _ in range(n):
            result = self.product(result, a)
        return result

    def expanded(self, factors: Factors) -> Polynomial:
        result = ONE
        for factor, exponent in factors.items():
            result = self.product(result, self.power(dict(factor), exponent))
        return result

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        bottom = {f: max(a.bottom.get(f, 0), b.bottom.get(f, 0)) for f in {**a.bottom, **b.bottom}}
        top: Polynomial = {}
        for x in (a, b):
            missing = {f: n - x.bottom.get(f, 0) for f, n in bottom.items()}
            for monomial, c in self.product(x.top, self.expanded(missing)).items():
                top[monomial] = top.get(monomial, 0) + c
        return Ratio({monomial: c for monomial, c in top.items() if c}, bottom)

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        bottom = {f: a.bottom.get(f, 0) + b.bottom.get(f, 0) for f in {**a.bottom, **b.bottom}}
        return Ratio(self.product(a.top, b.top), bottom)

    def inverse(self, a: Ratio) -> Ratio:
        if not a.top:
            raise Rejected("a denominator is identically zero")
        items = sorted(a.top.items())
        lead = items[0][1]
        monic = tuple((monomial, lowest(Fraction(c) / lead)) for monomial, c in items)
        top = self.product({(): lowest(1 / Fraction(lead))}, self.expanded(a.bottom))
        return Ratio(top, {} if monic == (((), 1),) else {monic: 1})

    def read(self, expression: Any, symbols: Collection[str] | None) -> Ratio:
        """The rational function of an expression in the given symbols, or in any."""
        head, arguments = parts(expression)
        if head == "num" and len(arguments) == 1:
            number = exact(arguments[0])
            return Ratio({(): number} if number else {})
        if head == "sym" and len(arguments) == 1 and (symbols is None or arguments[0] in symbols):
            return Ratio({((text(arguments[0]), 1),): 1})
        if head in ("add", "mul") and arguments:
            result = self.read(arguments[0], symbols)
            for argument in arguments[1:]:
                result = (self.add if head == "add" else self.multiply)(result, self.read(argument, symbols))
            return result
        if head == "pow" and len(arguments) == 2:
            name, exponent = parts(arguments[1])
            n = exact(exponent[0]) if name == "num" and len(exponent) == 1 else None
            if type(n) is int and abs(n) <= MAX_EXPONENT:
                base = self.read(arguments[0], symbols)
                if n < 0:
                    base, n = self.inverse(base), -n
                return Ratio(self.power(base.top, n), {f: e * n for f, e in base.bottom.items()} if n else {})
        raise Rejected(f"{head!r:.40} with these arguments is not part of a rational function of numeric symbols")


def identity_holds(left: Any, right: Any, symbols: Collection[str] | None) -> bool:
    """Whether two expressions are the same rational function of the given symbols, or of any."""
    if size(left) + size(right) > MAX_NODES:
        raise NotReplayed("the identity is too large for naive polynomial arithmetic")
    arithmetic = Arithmetic()
    minus = arithmetic.multiply(Ratio({(): -1}), arithmetic.read(right, symbols))
    return not arithmetic.add(arithmetic.read(left, symbols), minus).top
