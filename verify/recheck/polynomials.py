"""Identities of rational functions over Q, decided by naive arithmetic with dictionaries of monomials.

exp of a polynomial is a product of powers of exp(m), m the polynomial's monomials. The exponents are rational: for a
common denominator q they count powers of exp(m/q), and these are algebraically independent for different m.
"""

import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

from .formula import MAX_NODES, parts, size
from .intervals import MAX_BITS
from .load import NotReplayed, Number, Rejected, exact, lowest, require
from .shapes import text

Variable = tuple[str, Any]  # ("sym", name) or ("exp", monomial)
Monomial = tuple[tuple[Variable, Number], ...]  # variables and their exponents (not 0), sorted
Polynomial = dict[Monomial, Number]  # no zero coefficients
Factors = Counter[tuple[tuple[Monomial, Number], ...]]  # monic polynomials (as sorted items), and their exponents

MAX_EXPONENT = 1000
MAX_WORK = 2_000_000


def _times(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    exponents = dict(a)
    for variable, exponent in b:
        total = exponents.pop(variable, 0) + exponent
        if total:
            exponents[variable] = total
    return tuple(sorted(exponents.items()))


def _bits(p: Polynomial) -> int:
    return max((c.numerator.bit_length() + c.denominator.bit_length() for c in p.values()), default=0)


class Ratio(NamedTuple):
    """A polynomial over a product of powers of monic polynomials, none of them zero."""

    top: Polynomial
    bottom: Factors


class Arithmetic:
    """Rational functions, also of exponentials; counts its products of monomials and stops beyond a bound."""

    def __init__(self, exponentials: bool = True) -> None:
        self.work, self.exponentials = 0, exponentials

    def spend(self, work: int) -> None:
        self.work += work
        if self.work > MAX_WORK:
            raise NotReplayed("the identity is too large for naive polynomial arithmetic")

    def product(self, *factors: Polynomial) -> Polynomial:
        result: Polynomial = factors[0] if factors else {(): 1}
        self.spend(len(result))
        for factor in factors[1:]:
            self.spend(len(result) * len(factor) * (1 + _bits(result) * _bits(factor) // 1_000_000))
            total: Polynomial = {}
            for (m, x), (n, y) in itertools.product(result.items(), factor.items()):
                monomial = _times(m, n)
                total[monomial] = total.get(monomial, 0) + x * y
            result = {monomial: x for monomial, x in total.items() if x}
        return result

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        bottom = a.bottom | b.bottom
        top: Polynomial = {}
        for x in (a, b):
            for monomial, c in self.product(x.top, *map(dict, (bottom - x.bottom).elements())).items():
                top[monomial] = top.get(monomial, 0) + c
        bits = _bits(top)
        self.spend(bits * bits // 10_000_000)  # common denominators grow with every sum
        if bits > MAX_BITS:
            raise NotReplayed("a coefficient grew too large for naive polynomial arithmetic")
        return Ratio({monomial: c for monomial, c in top.items() if c}, bottom)

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        return Ratio(self.product(a.top, b.top), a.bottom + b.bottom)

    def inverse(self, a: Ratio) -> Ratio:
        require(a.top, "a denominator is identically zero")
        items = sorted(a.top.items())
        lead = Fraction(items[0][1])
        monic = tuple((monomial, lowest(c / lead)) for monomial, c in items)
        top = self.product({(): lowest(1 / lead)}, *map(dict, a.bottom.elements()))
        return Ratio(top, Counter() if monic == (((), 1),) else Counter([monic]))

    def exponential(self, argument: Any, symbols: Collection[str] | None, times: int) -> Ratio:
        """exp of a multiple of a polynomial."""
        p = self.read(argument, symbols)
        polynomial = not p.bottom and all(kind == "sym" for monomial in p.top for (kind, _), _ in monomial)
        require(polynomial, "exp or tanh of something that is no polynomial")
        return Ratio({tuple(sorted((("exp", m), lowest(times * c)) for m, c in p.top.items())): 1}, Counter())

    def read(self, expression: Any, symbols: Collection[str] | None) -> Ratio:
        """The rational function of an expression in the given symbols, or in any."""
        head, arguments = parts(expression)
        if head == "num" and len(arguments) == 1:
            number = exact(arguments[0])
            return Ratio({(): number} if number else {}, Counter())
        if head == "sym" and len(arguments) == 1 and (symbols is None or arguments[0] in symbols):
            return Ratio({((("sym", text(arguments[0])), 1),): 1}, Counter())
        if head in ("add", "mul") and arguments:
            return reduce(self.add if head == "add" else self.multiply, (self.read(x, symbols) for x in arguments))
        if head == "pow" and len(arguments) == 2:
            name, exponent = parts(arguments[1])
            n = exact(exponent[0]) if name == "num" and len(exponent) == 1 else None
            if isinstance(n, int) and abs(n) <= MAX_EXPONENT:
                base = self.read(arguments[0], symbols)
                base = self.inverse(base) if n < 0 else base
                bottom = Counter({factor: count * abs(n) for factor, count in base.bottom.items() if n})
                return Ratio(self.product(*[base.top] * abs(n)), bottom)
        if head == "exp" and len(arguments) == 1 and self.exponentials:
            return self.exponential(arguments[0], symbols, 1)
        if head == "tanh" and len(arguments) == 1 and self.exponentials:
            square, one = self.exponential(arguments[0], symbols, 2), Ratio({(): 1}, Counter())
            minus = self.add(square, Ratio({(): -1}, Counter()))
            return self.multiply(minus, self.inverse(self.add(square, one)))
        raise Rejected(f"{head!r:.40} with these arguments is not part of a rational function of numeric symbols")


def identity_holds(left: Any, right: Any, symbols: Collection[str] | None) -> bool:
    """Whether two expressions are the same rational function of the given symbols, or of any."""
    if size(left) + size(right) > MAX_NODES:
        raise NotReplayed("the identity is too large for naive polynomial arithmetic")
    arithmetic = Arithmetic()
    minus = arithmetic.multiply(Ratio({(): -1}, Counter()), arithmetic.read(right, symbols))
    return not arithmetic.add(arithmetic.read(left, symbols), minus).top


def annihilated(matrix: Sequence[Sequence[Any]], vectors: Sequence[Sequence[Any]], symbols: Collection[str]) -> bool:
    """Whether a matrix of rational functions times each of the vectors is identically zero."""
    if sum(map(size, itertools.chain(*matrix, *vectors))) > MAX_NODES:
        raise NotReplayed("the matrix is too large for naive polynomial arithmetic")
    arithmetic = Arithmetic(exponentials=False)
    rows, columns = ([[arithmetic.read(x, symbols) for x in line] for line in lines] for lines in (matrix, vectors))
    products = ([arithmetic.multiply(x, y) for x, y in zip(a, b, strict=True)] for a in rows for b in columns)
    return not any(reduce(arithmetic.add, product).top for product in products)
