"""What a statement is, as plain data: enough to list it, show it and report on it without importing sympy again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sympy
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.stringpict import prettyForm

from verify.statement import Quantity, Statement


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


class _Printer(PrettyPrinter):  # type: ignore[misc]
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


def implication_latex(hypotheses: Any, conclusion: Any) -> str:
    """LaTeX of ``hypotheses imply conclusion``."""
    right = formula_latex(conclusion)
    if not hypotheses:
        return right
    left = r" \wedge ".join(rf"\left({formula_latex(h)}\right)" for h in hypotheses)
    return rf"{left} \;\Rightarrow\; \left({right}\right)"
