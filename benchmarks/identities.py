"""How fast polynomial identities are decided: the kernel against sympy's `expand`, and against FLINT called directly.

Each identity is decided in three ways, all of which must call it true (and its perturbation false). Run as
`python benchmarks/identities.py`; it takes about a minute.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import flint
import sympy
from sympy import Matrix, binomial, expand, prod, symbols
from sympy.combinatorics import Permutation
from sympy.core.cache import clear_cache

from verify import expressions
from verify.decide.identities import Ring, decide

Case = tuple[Any, Any]
AGAINST_SYMPY, AGAINST_FLINT = 50.0, 2.0
a, b, c, d, e, f, g, h = symbols("a b c d e f g h")
x, y, z, w = symbols("x y z w")


def trinomial(power: int) -> Case:
    """(x + y + z)^n by the multinomial theorem."""
    terms = (
        binomial(power, i) * binomial(power - i, j) * x**i * y**j * z ** (power - i - j)
        for i in range(power + 1)
        for j in range(power + 1 - i)
    )
    return (x + y + z) ** power, sympy.Add(*terms)


def quadrinomial(power: int) -> Case:
    """(1 + x + y + z)^(n+1) is (1 + x + y + z)^n times the base, with a fifth variable that cancels: large sides."""
    base = 1 + x + y + z
    return base ** (power + 1), base**power * (1 + x + y + z + w) - w * base**power


def fateman(power: int) -> Case:
    """f (f + 1) for f = (1 + x + y + z + w)^n: Fateman's test of multiplication, as a binomial formula."""
    base = (1 + x + y + z + w) ** power
    return (2 * base + 1) ** 2 - 1, 4 * base * (base + 1)


def vandermonde(size: int) -> Case:
    """The determinant of Vandermonde's matrix, by permutations, is the product of the differences."""
    nodes = symbols(f"v:{size}")
    rows = [[node**k for k in range(size)] for node in nodes]
    return leibniz(rows), prod(nodes[j] - nodes[i] for i in range(size) for j in range(i + 1, size))


def leibniz(rows: list[list[Any]]) -> Any:
    """The determinant as a sum over permutations."""
    orders = [list(order) for order in permutations(range(len(rows)))]
    return sympy.Add(
        *(Permutation(p).signature() * prod(row[k] for row, k in zip(rows, p, strict=True)) for p in orders)
    )


def product_of_determinants(size: int) -> Case:
    """det(A B) = det(A) det(B), by permutations."""
    p, q = (Matrix(size, size, symbols(f"{name}:{size * size}")) for name in ("p", "q"))
    return leibniz((p * q).tolist()), leibniz(p.tolist()) * leibniz(q.tolist())


def lagrange(size: int) -> Case:
    """|u|^2 |v|^2 - (u . v)^2 is the sum of the squares of the 2 x 2 minors."""
    u, v = symbols(f"u:{size}"), symbols(f"v:{size}")
    left = sum(s**2 for s in u) * sum(t**2 for t in v) - sum(s * t for s, t in zip(u, v, strict=True)) ** 2
    return left, sympy.Add(*((u[i] * v[j] - u[j] * v[i]) ** 2 for i in range(size) for j in range(i + 1, size)))


def brahmagupta(times: int) -> Case:
    """(a^2 + n b^2)(c^2 + n d^2) is again of this form, to a power."""
    left = ((a**2 + e * b**2) * (c**2 + e * d**2)) ** times
    return left, ((a * c - e * b * d) ** 2 + e * (a * d + b * c) ** 2) ** times


def four_squares() -> Case:
    """Euler: a product of sums of four squares is a sum of four squares."""
    right = (a * e + b * f + c * g + d * h) ** 2 + (a * f - b * e + c * h - d * g) ** 2
    right += (a * g - b * h - c * e + d * f) ** 2 + (a * h + b * g - c * f - d * e) ** 2
    return (a**2 + b**2 + c**2 + d**2) * (e**2 + f**2 + g**2 + h**2), right


def three_cubes(power: int) -> Case:
    """a^3 + b^3 + c^3 - 3abc factors; in a power, with sums for variables."""
    p, q, r = x + y, y + z, z + w
    left = (p**3 + q**3 + r**3 - 3 * p * q * r) ** power
    return left, ((p + q + r) * (p**2 + q**2 + r**2 - p * q - q * r - r * p)) ** power


def newton(size: int) -> Case:
    """k e_k = sum of (-1)^(i-1) e_(k-i) p_i for k = the number of variables."""
    t = symbols(f"t:{size}")
    elementary = [sympy.Add(*(prod(chosen) for chosen in combinations(t, k))) for k in range(size + 1)]
    right = sympy.Add(*((-1) ** (i - 1) * elementary[size - i] * sum(s**i for s in t) for i in range(1, size + 1)))
    return size * elementary[size], right


CASES: dict[str, Callable[[], Case]] = {
    "(x+y+z)^24, multinomial": lambda: trinomial(24),
    "(1+x+y+z)^14, regrouped": lambda: quadrinomial(13),
    "Fateman, (1+x+y+z+w)^6": lambda: fateman(6),
    "Vandermonde, 6 x 6": lambda: vandermonde(6),
    "det(AB) = det A det B, 3 x 3": lambda: product_of_determinants(3),
    "Lagrange, 10 pairs": lambda: lagrange(10),
    "Brahmagupta, 8th power": lambda: brahmagupta(8),
    "Euler, four squares": four_squares,
    "three cubes, 3rd power": lambda: three_cubes(3),
    "Newton, 10 variables": lambda: newton(10),
}


def by_sympy(left: Any, right: Any) -> bool:
    """What a reader would type."""
    return bool(expand(left - right) == 0)


def by_kernel(left: Any, right: Any) -> bool:
    """The kernel's fast way, conversion included."""
    ring = Ring({symbol.name for symbol in left.free_symbols | right.free_symbols})
    return bool(ring.polynomial(left) == ring.polynomial(right))


def seconds(decider: Callable[[], Any], expected: bool, repeats: int) -> float:
    """The median CPU time of a decision that must come out as expected."""
    found = []
    for _ in range(repeats):
        clear_cache()
        begin = time.process_time()
        answer = decider()
        found.append(time.process_time() - begin)
        if answer is not expected:
            raise SystemExit(f"{decider} says {answer}, expected {expected}")
    return statistics.median(found)


def flint_calls(left: Any, right: Any) -> Callable[[], bool]:
    """The same sums, products and powers as a Python function of FLINT's polynomials, compiled beforehand."""
    names = sorted(symbol.name for symbol in left.free_symbols | right.free_symbols)
    context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)
    function = sympy.lambdify(symbols(names), (left, right), modules=[{}])

    def call() -> bool:
        one, other = function(*context.gens())
        return bool(one == other)

    return call


def main() -> int:
    """Print the table and the figures; 1 if one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of each fast decision; sympy's is taken once")
    repeats = parser.parse_args().repeats

    totals = dict.fromkeys(("sympy", "kernel", "canonical", "flint"), 0.0)
    print(
        f"{'identity':<31}{'terms':>7}{'sympy':>10}{'kernel':>10}{'ratio':>8}{'canonical':>12}{'FLINT':>10}{'ratio':>8}"
    )
    for name, make in CASES.items():
        left, right = make()
        ring = Ring({symbol.name for symbol in left.free_symbols | right.free_symbols})
        terms = len(ring.polynomial(left))
        wrong = right + left.free_symbols.pop()
        forms = expressions.canonical(left), expressions.canonical(right)
        if by_kernel(left, wrong) or decide([(forms[0], expressions.canonical(wrong))]).truth is not False:
            raise SystemExit(f"{name}: the kernel takes a false identity for true")
        found = {
            "kernel": seconds(lambda p=left, q=right: by_kernel(p, q), True, repeats),
            "canonical": seconds(lambda pair=forms: decide([pair]).truth, True, repeats),
            "flint": seconds(flint_calls(left, right), True, repeats),
            "sympy": seconds(lambda p=left, q=right: by_sympy(p, q), True, 1),
        }
        for key, value in found.items():
            totals[key] += value
        row(name, terms, found)
    row("total", 0, totals)

    faster, slower = totals["sympy"] / totals["kernel"], totals["canonical"] / totals["flint"]
    figures = [
        {
            "figure": "CPU time of sympy expand / kernel from sympy expressions, identities, total",
            "value": round(faster, 1), "target": f">= {AGAINST_SYMPY:g}", "ok": faster >= AGAINST_SYMPY,
        },
        {
            "figure": "CPU time of kernel from canonical forms / the same FLINT calls in Python, identities, total",
            "value": round(slower, 2), "target": f"<= {AGAINST_FLINT:g}", "ok": slower <= AGAINST_FLINT,
        },
    ]  # fmt: skip
    versions = f"Python {sys.version.split()[0]}, sympy {sympy.__version__}, python-flint {flint.__version__}"
    print(f"\nCPU milliseconds, medians of {repeats} (sympy: once, its cache cleared before); {versions}")
    for line in figures:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in figures) else 1


def row(name: str, terms: int, found: dict[str, float]) -> None:
    """One line of the table."""
    sympys, kernel, canonical, direct = (1000 * found[key] for key in ("sympy", "kernel", "canonical", "flint"))
    line = f"{name:<31}{terms or '':>7}{sympys:>10.1f}{kernel:>10.2f}{sympys / kernel:>7.0f}x"
    print(f"{line}{canonical:>12.2f}{direct:>10.2f}{canonical / direct:>7.2f}x")


if __name__ == "__main__":
    sys.exit(main())
