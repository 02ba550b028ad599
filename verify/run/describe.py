"""What a statement is, as plain data: enough to list it, show it and report on it without importing sympy again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sympy
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.stringpict import prettyForm

from verify.evidence import Identity, Inertia, Obligation, Rank, Roots, UniqueZero
from verify.statement import Quantity, Statement

LARGEST_SHOWN = 8
"""Matrices with more rows or columns, and polynomials of a higher degree, are named by their size only."""


def describe(statement: Statement) -> dict[str, Any]:
    """The static part of a statement's entry in the index and in the report."""
    return {
        "id": statement.id,
        "title": statement.title,
        "summary": statement.summary,
        "area": statement.area,
        "variant": statement.variant,
        "pair": statement.pair,
        "source": {**asdict(statement.source), "bibtex": statement.source.bibtex},
        "declared": statement.declared,
        "quantifier": statement.quantifier,
        "rests_on": list(statement.rests_on),
        "statement": statement.form,
        "statement_sha256": statement.sha256,
        "latex": {"claim": statement.latex(statement.claim)},
        "unicode": {"claim": _unicode(statement.claim)},
        "symbols": [_symbol(statement, quantity) for quantity in statement.quantities],
        "assumptions": [
            {
                "name": assumption.name,
                "text": assumption.text,
                "latex": statement.latex(assumption.expression),
                "unicode": _unicode(assumption.expression),
            }
            for assumption in statement.assumptions
        ],
        "checks": [
            {"name": check.name, "kind": check.kind, "budget": check.budget, "drops": check.drops}
            for check in statement.checks
        ],
    }


class _Printer(PrettyPrinter):
    """Pretty printing that leaves words alone: ``rest_states`` has no subscript."""

    def _print_Symbol(self, symbol: sympy.Symbol, *_: Any, **__: Any) -> Any:
        below = symbol.name.partition("_")[2]
        words = len(below) > 1 and not below.isdigit()
        return prettyForm(symbol.name) if words else super()._print_Symbol(symbol)


def _unicode(expression: Any) -> str:
    return str(_Printer({"use_unicode": True, "wrap_line": False}).doprint(sympy.sympify(expression)))


def _symbol(statement: Statement, quantity: Quantity) -> dict[str, Any]:
    kind = quantity.origin[0]
    definition = plain = None
    if kind == "defined":
        definition, plain = statement.latex(quantity.origin[1]), _unicode(quantity.origin[1])
    elif kind == "computed":
        definition = plain = f"{quantity.origin[1]}({', '.join(quantity.origin[2])})"
    return {
        "name": quantity.name,
        "sort": quantity.sort,
        "meaning": quantity.meaning,
        "latex": quantity.latex,
        "origin": kind,
        "definition": definition,
        "unicode": plain,
    }


def formula_latex(form: Any) -> str:
    """LaTeX of a proposal's formula (a sympy expression), for obligations."""
    return str(sympy.latex(sympy.sympify(form)))


def obligation_latex(obligation: Obligation) -> str:
    """LaTeX of what an obligation says."""
    match obligation:
        case Identity(lhs, rhs):
            return f"{formula_latex(lhs)} = {formula_latex(rhs)}"
        case Inertia(matrix, inertia):
            return rf"\operatorname{{In}} {_matrix_latex(matrix)} = \left({', '.join(map(str, inertia))}\right)"
        case Rank(matrix, rank):
            return rf"\operatorname{{rank}} {_matrix_latex(matrix)} = {rank}"
        case Roots():
            return _roots_latex(obligation)
        case UniqueZero(box, equations):
            point = ", ".join(map(_latex, box))
            parts = [
                rf"\left|{_latex(s)} - {_latex(c, sign=True)}\right| \leq {_latex(r)}" for s, (c, r) in box.items()
            ]
            parts += [f"{formula_latex(equation)} = 0" for equation in equations]
            return rf"\exists! \left({point}\right) \colon \; " + r" \wedge ".join(parts)
        case _:
            return implication_latex(obligation.hypotheses, obligation.conclusion)


def _latex(number: Any, *, sign: bool = False) -> str:
    """LaTeX of a symbol, or of an exact number in any of the ways in which one may be written."""
    if isinstance(number, sympy.Basic) and not number.is_Rational:
        return str(sympy.latex(number))
    text = str(number)
    top, _, bottom = text.lstrip("-").partition("/")
    written = rf"\frac{{{top}}}{{{bottom}}}" if bottom else top
    negative = f"-{written}"
    return (rf"\left({negative}\right)" if sign else negative) if text.startswith("-") else written


def _matrix_latex(matrix: Sequence[Sequence[Any]]) -> str:
    height, width = len(matrix), len(matrix[0])
    if max(height, width) > LARGEST_SHOWN:
        return rf"M_{{{height} \times {width}}}"
    rows = r" \\ ".join(" & ".join(map(_latex, row)) for row in matrix)
    return rf"\left(\begin{{matrix}}{rows}\end{{matrix}}\right)"


def _roots_latex(roots: Roots) -> str:
    polynomial, symbol = roots.polynomial, _latex(roots.symbol)
    if not isinstance(polynomial, Sequence):
        left = formula_latex(polynomial)
    elif len(polynomial) > LARGEST_SHOWN + 1:
        left = rf"p_{{{len(polynomial) - 1}}}\left({symbol}\right)"
    else:
        powers = [f"{symbol}^{{{k}}}" if k > 1 else symbol if k else "" for k in range(len(polynomial))]
        terms = [f"{_latex(c, sign=k > 0)} {powers[k]}".strip() for k, c in enumerate(polynomial) if str(c) != "0"]
        left = " + ".join(terms)
    low, high = (None if end is None else _latex(end) for end in roots.interval)
    place = " < ".join(filter(None, (low, symbol, high))) if low or high else rf"{symbol} \in \mathbb{{R}}"
    numbers = ", ".join(map(str, roots.multiplicities)) or r"\text{none}"
    return rf"{left} = 0, \; {place} \colon \; \text{{multiplicities}} \; {numbers}"


def implication_latex(hypotheses: Any, conclusion: Any) -> str:
    """LaTeX of ``hypotheses imply conclusion``."""
    right = formula_latex(conclusion)
    if not hypotheses:
        return right
    left = r" \wedge ".join(rf"\left({formula_latex(h)}\right)" for h in hypotheses)
    return rf"{left} \;\Rightarrow\; \left({right}\right)"
