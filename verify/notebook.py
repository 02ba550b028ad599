"""How statements, verdicts and counterexamples show themselves in a notebook: HTML with MathML, and LaTeX.

All text goes through ``escape``; formulas go through ``verify.report.maths.typeset``. The fragments hold no script, load
nothing, and take over the colours of the page that they are put into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from verify.arithmetic import exact, in_decimals
from verify.pasteable import as_code
from verify.report import levels
from verify.report.maths import typeset
from verify.report.text import clean, compact_json, is_enclosure
from verify.run.describe import LARGEST_SHOWN, describe

if TYPE_CHECKING:
    from verify.decide.verdict import Verdict
    from verify.search.engine import Finding
    from verify.statement import Quantity, Statement

LONGEST_NUMBER = 40
"""Characters of an exact number beyond which a decimal approximation stands for it."""
TOO_LONG = 4000
"""Characters of a number that is left as it is written."""
DIGITS = 10
WIDEST_VECTOR = 12
BESIDE = 60
"""Characters of LaTeX up to which a formula stands behind the text that it belongs to."""

_RATIONAL = re.compile(r"-?[0-9]+(?:/[0-9]*[1-9][0-9]*)?")
_LISTS_OF_VECTORS = frozenset({"biases"})
"""Entries of structures that look like matrices, but are one vector for each layer."""
_IN_LATEX = re.compile(r"[\\{}$&#^_%~\s]+")  # characters that mean something in LaTeX, or nothing
_PARTS = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}|\\[a-zA-Z]+|\\.|[{}$]", re.DOTALL)

# MathJax of a notebook leaves elements of these classes alone: a dollar sign in a text is a dollar sign.
_ROOT = '<div class="verify-shown tex2jax_ignore mathjax_ignore">'
_STYLE = """<style>
.verify-shown{max-width:56rem;line-height:1.5;color:inherit}
.verify-shown p{margin:.3em 0}
.verify-shown .faint,.verify-shown small{opacity:.7}
.verify-shown .formula{overflow-x:auto;padding:.3em 0 .3em 2.4em;text-indent:-1.4em;line-height:1.9;font-size:1.05em}
.verify-shown .formula math{text-indent:0}
.verify-shown math{font-family:"STIX Two Math","Latin Modern Math","Cambria Math","DejaVu Math TeX Gyre",math;font-size:1.08em}
.verify-shown .row{white-space:nowrap}
.verify-shown .math-monospace{font-family:ui-monospace,monospace}
.verify-shown .math-bold,.verify-shown .math-bold-italic{font-weight:700}
.verify-shown .math-italic,.verify-shown .math-bold-italic{font-style:italic;font-family:Georgia,serif}
.verify-shown .chip{display:inline-block;border:1.5px solid;border-radius:4px;padding:0 .5em;font-size:.9em;font-weight:600}
.verify-shown table{border-collapse:collapse;margin:.4em 0}
.verify-shown td{text-align:left;vertical-align:middle;padding:.25em .9em .25em 0;border:0;background:none;white-space:normal}
.verify-shown tr{background:none;border-top:1px solid rgba(128,128,128,.3)}
.verify-shown td table{margin:0}
.verify-shown td tr:first-child{border-top:0}
.verify-shown pre{margin:.3em 0;padding:.5em .7em;max-height:24em;overflow:auto;background:rgba(128,128,128,.1);
white-space:pre-wrap;overflow-wrap:anywhere}
.verify-shown ul{margin:.2em 0;padding-left:1.4em}
.verify-shown summary{cursor:pointer}
</style>"""


def _page(parts: Iterable[str]) -> str:
    return f"{_ROOT}{_STYLE}{''.join(parts)}</div>"


def _text(text: object) -> str:
    return escape(clean(str(text)))


def _code(text: object) -> str:
    return f"<code>{_text(text)}</code>"


def _folded(summary: str, inner: str) -> str:
    return f"<details><summary>{summary}</summary>{inner}</details>"


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""


def _table(rows: Iterable[Sequence[str]]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _chip(outcome: str) -> str:
    level = levels.BY_NAME[levels.look(outcome)]
    colours = f"background:{level.fill};color:{level.ink};border-color:{level.edge}"
    return f'<span class="chip" style="{colours}">{levels.mark(outcome)} {_text(outcome)}</span>'


def _aligned(lines: Sequence[str]) -> str:
    r"""Lines of a displayed formula, each of which may have one ``&``."""
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def _words(text: object) -> str:
    r"""Text within a formula: what would be a command is left out."""
    return rf"\text{{{_IN_LATEX.sub(' ', clean(str(text)))}}}"


def _formula(latex: str) -> str:
    """LaTeX within a formula: if its braces do not match, its letters as text, so that nothing around it breaks."""
    return latex if latex.strip() and is_balanced(latex) else _words(latex)


def is_balanced(latex: str) -> bool:
    """Whether braces, ``left`` and ``right``, and environments match, and no dollar sign ends the formula."""
    open_parts: list[str] = []
    closing = {"}": "{", r"\right": r"\left"}
    for part in _PARTS.findall(latex):
        if part.startswith((r"\begin", r"\end")) and "{" in part:
            name = part.partition("{")[2]
            if part.startswith(r"\begin"):
                open_parts.append(name)
            elif not open_parts or open_parts.pop() != name:
                return False
        elif part in ("{", r"\left"):
            open_parts.append(part)
        elif part == "$" or (part in closing and (not open_parts or open_parts.pop() != closing[part])):
            return False
    return not open_parts and not latex.endswith("\\")


# ---- statements ------------------------------------------------------------------------------------------------------


def statement_html(statement: Statement) -> str:
    """A statement: its claim, its assumptions, what its symbols are, what checks it has, where it is published."""
    row = describe(statement)
    kicker = [_code(row["id"]), *(_text(row[key]) for key in ("area", "variant") if row[key])]
    parts = [f'<p class="faint">{" · ".join(kicker)}</p>', f"<p><b>{_text(row['title'])}</b></p>"]
    parts += [f"<p>{_text(row['summary'])}</p>"] if row["summary"] else []
    parts += [f"<p>{_quantifier(statement)}</p>", typeset(row["latex"]["claim"], display=True)]
    assumed = [f"<b>{_text(a['name'])}</b>: {_text(a['text'])}&emsp;{_beside(a['latex'])}" for a in row["assumptions"]]
    parts += ["<p>Assumptions</p>", _list(assumed)] if assumed else ["<p>Assumptions: none.</p>"]
    symbols = [(typeset(s["latex"]), _text(s["sort"]), _text(s["meaning"]), _definition(s)) for s in row["symbols"]]
    parts.append(_folded("Symbols", _table(symbols)))
    checks = [f"{_code(c['name'])}: {_text(_check(c))}" for c in row["checks"]]
    parts.append(_folded(f"Checks ({len(checks)}), declared level {_text(row['declared'])}", _list(checks)))
    parts.append(_source(row["source"]))
    return _page(parts)


def statement_latex(statement: Statement) -> str:
    """The claim under its assumptions."""
    claim = rf"&\quad {_formula(statement.latex(statement.claim))}"
    assumed = [
        rf"&\quad {_formula(statement.latex(a.expression))} \quad {_words(f'({a.name})')}"
        for a in statement.assumptions
    ]
    first, then = (
        ("for some instance", "it holds that")
        if statement.quantifier == "exists"
        else ("for every instance", "it holds that")
    )
    if not assumed:
        return _aligned([rf"&{_words(f'{first}, {then}')}", claim])
    return _aligned([rf"&{_words(f'{first} with')}", *assumed, rf"&{_words(then)}", claim])


def _beside(latex: str) -> str:
    """A formula behind a text: on lines of its own if it is long."""
    return typeset(latex, display=len(latex) > BESIDE)


def _quantifier(statement: Statement) -> str:
    whose = " that meets the assumptions" if statement.assumptions else ""
    return f"Some instance{whose} has" if statement.quantifier == "exists" else f"For every instance{whose}"


def _definition(symbol: Mapping[str, Any]) -> str:
    if symbol["origin"] == "defined":
        return typeset(symbol["definition"])
    return _code(symbol["definition"]) if symbol["definition"] else '<span class="faint">parameter</span>'


def _check(check: Mapping[str, Any]) -> str:
    without = f" without {check['drops']}" if check["drops"] else ""
    return f"{check['kind']}{without}, {check['budget']}"


def _source(source: Mapping[str, Any]) -> str:
    arxiv = f"arXiv:{source['arxiv']}" if source["arxiv"] else ""
    words = [source["authors"], source["title"], source["year"] or "", arxiv, source["where"], source["status"]]
    return f'<p class="faint">Source: {_text("; ".join(str(word) for word in words if word) or "none")}</p>'


# ---- verdicts --------------------------------------------------------------------------------------------------------


def verdict_html(verdict: Verdict) -> str:
    """The outcome, why, and how far it reaches."""
    falls_short = "" if verdict.meets else " <b>✗ not what was to be reached</b>"
    parts = [f"<p>{_chip(verdict.outcome)}{falls_short} {_text(verdict.reason)}</p>"]
    if verdict.scope.get("text"):
        parts.append(f"<p>Scope: {_text(verdict.scope['text'])}</p>")
    if verdict.necessary:
        parts.append(f"<p>Shown to be necessary: {_text(', '.join(sorted(verdict.necessary)))}</p>")
    means = levels.BY_NAME[levels.look(verdict.outcome)]
    parts.append(f'<p class="faint">{_text(means.means)} {_text(means.does_not_mean)}</p>')
    return _page(parts)


def verdict_latex(verdict: Verdict) -> str:
    """The outcome and why."""
    scope = [rf"&{_words(verdict.scope['text'])}"] if verdict.scope.get("text") else []
    return _aligned([rf"&\textbf{{{verdict.outcome}}}", rf"&{_words(verdict.reason)}", *scope])


# ---- counterexamples -------------------------------------------------------------------------------------------------


def counterexample_html(
    raw: Mapping[str, Any], values: Mapping[str, Any], statement: Statement | None = None, *, drops: str | None = None
) -> str:
    """An instance at which the claim is false, with what it evaluates to; as Python for pasting."""
    return _page(_instance(raw, values, statement, drops))


def counterexample_latex(raw: Mapping[str, Any], values: Mapping[str, Any], statement: Statement | None = None) -> str:
    """The values of an instance's parameters and of the other symbols."""
    tuples = {quantity.name for quantity in statement.quantities if quantity.sort == "tuple"} if statement else ()
    lines = [
        f"{_name_latex(name, statement)} &= {_latex_of(value, vectors=name in tuples)}"
        for name, value in [*raw.items(), *values.items()]
    ]
    return _aligned(lines or [_words("the empty instance")])


def finding_html(finding: Finding) -> str:
    """What a search came to: the counterexample, and the account of the search."""
    from verify.search.words import account_lines

    found, account = finding.counterexample, finding.account
    parts = [f'<p class="faint">{_code(finding.statement.id)}: {_text(finding.statement.title)}</p>']
    if found is not None:
        parts += _instance(found.raw, found.values, finding.statement, None)
        shrunk = "no single step makes it simpler" if found.minimal else "not shrunk to the end"
        parts.append(f"<p>Found by {_text(found.found_by)}, in round {found.round}; {shrunk}.</p>")
    elif account.total("met"):
        parts.append("<p><b>No counterexample was found</b>; nothing is proved.</p>")
    else:
        parts.append(f"<p>{_chip('inconclusive')} No draw met the assumptions: this search says nothing.</p>")
    parts.append(_list([_text(line) for line in account_lines(account, refuted=finding.refuted)]))
    if not finding.refuted:
        parts += [f"<p>(?) {_text(warning)}</p>" for warning in account.warnings()]
    parts.append(f'<p class="faint">seed {finding.seed}, {finding.bits} bits</p>')
    return _page(parts)


def finding_latex(finding: Finding) -> str:
    """The counterexample, or that there is none."""
    if finding.counterexample is None:
        return _aligned([rf"&{_words(f'no counterexample to {finding.statement.id} was found')}"])
    return counterexample_latex(finding.counterexample.raw, finding.counterexample.values, finding.statement)


def _instance(
    raw: Mapping[str, Any], values: Mapping[str, Any], statement: Statement | None, drops: str | None
) -> list[str]:
    if drops is None:
        parts = [f"<p>{_chip('refuted')} At this instance every assumption holds, and the claim is false.</p>"]
    else:
        words = "Only this assumption fails at this instance, and the claim is false."
        parts = [f"<p>{_chip('bit')} Without <b>{_text(drops)}</b>: {words}</p>"]
    known: dict[str, Quantity] = {}
    if statement is not None:
        parts.append(typeset(statement.latex(statement.claim), display=True))
        known = {quantity.name: quantity for quantity in statement.quantities}
    parts.append(
        _table(
            (
                typeset(known[name].latex) if name in known else _code(name),
                _shown(value, vectors=name in known and known[name].sort == "tuple"),
                f"<small>{_text(known[name].meaning)}</small>" if name in known else "",
            )
            for name, value in [*raw.items(), *values.items()]
        )
    )
    parts.append(_folded("As Python", f"<pre>{_text(as_code(raw))}</pre>"))
    return parts


def _name_latex(name: str, statement: Statement | None) -> str:
    latex = [q.latex for q in statement.quantities if q.name == name] if statement else []
    return _formula(latex[0]) if latex else _words(name)


def _shown(value: Any, *, vectors: bool = False) -> str:
    """A value of a certificate as HTML: exact numbers, vectors and matrices typeset, objects as tables of their entries.

    With ``vectors``, a list of lists is no matrix: its members are shown one after the other.
    """
    if isinstance(value, Mapping) and not is_enclosure(value):
        return _table((_code(key), _shown(entry, vectors=key in _LISTS_OF_VECTORS)) for key, entry in value.items())
    if (latex := _as_one(value, vectors)) is not None:
        return typeset(latex)
    if not isinstance(value, list):
        return _code(value)
    if len(value) <= LARGEST_SHOWN:
        each = [_member(entry) for entry in value]
        if all(each):
            return f'<span class="row">{", ".join(typeset(latex) for latex in each if latex)}</span>'
        if all(isinstance(entry, Mapping) for entry in value):
            return _table([_shown(entry)] for entry in value)
    return f"<pre>{_text(compact_json(value, limit=2000))}</pre>"


def _as_one(value: Any, vectors: bool) -> str | None:
    """LaTeX of a value as one formula; None if it is too large for that, or a list of vectors."""
    if vectors and isinstance(value, list) and any(isinstance(entry, list) for entry in value):
        return None
    return value_latex(value)


def _member(value: Any) -> str | None:
    """LaTeX of a member of a list: where one is missing (a layer without biases), it is none."""
    return r"\text{none}" if value is None else value_latex(value)


def _latex_of(value: Any, *, vectors: bool = False) -> str:
    """A value of a certificate as LaTeX; what is too large for a formula is only named."""
    if isinstance(value, Mapping) and not is_enclosure(value):
        rows = [
            rf"{_words(key)} &\colon {_latex_of(entry, vectors=key in _LISTS_OF_VECTORS)}"
            for key, entry in value.items()
        ]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"
    if (latex := _as_one(value, vectors)) is not None:
        return latex
    if not isinstance(value, list):
        return _words(value)
    if len(value) <= LARGEST_SHOWN:
        return r", \; ".join(_member(entry) or _latex_of(entry) for entry in value)
    return _words(f"({len(value)} entries)")


def value_latex(value: Any) -> str | None:
    """LaTeX of a number, a truth value, an enclosure, a short vector or a small matrix; None for anything else."""
    if value is None or isinstance(value, bool):
        return r"\text{undefined}" if value is None else rf"\text{{{str(value).lower()}}}"
    if isinstance(value, Mapping):
        return _enclosure(value) if is_enclosure(value) else None
    if not isinstance(value, (list, tuple)):
        return _number(value)
    entries = [_number(entry) for entry in value]
    if all(entries):
        return rf"\left({', '.join(map(str, entries))}\right)" if len(entries) <= WIDEST_VECTOR else None
    rows = [row for row in value if isinstance(row, (list, tuple))]
    widths = {len(row) for row in rows}
    if len(rows) < len(value) or len(widths) > 1 or not 0 < max(widths) <= LARGEST_SHOWN or len(rows) > LARGEST_SHOWN:
        return None
    table = [[_number(entry) for entry in row] for row in rows]
    if not all(all(row) for row in table):
        return None
    inner = r" \\ ".join(" & ".join(map(str, row)) for row in table)
    return rf"\left(\begin{{matrix}}{inner}\end{{matrix}}\right)"


def _number(value: Any) -> str | None:
    """LaTeX of an exact number or of ``inf``; of a long one, to some digits."""
    if value == "inf":
        return r"\infty"
    if type(value) not in (int, str) or not _RATIONAL.fullmatch(text := str(value)) or len(text) > TOO_LONG:
        return None
    if len(text) > LONGEST_NUMBER:
        return rf"\approx {_decimal(Fraction(text))}"
    top, _, bottom = text.lstrip("-").partition("/")
    written = rf"\frac{{{top}}}{{{bottom}}}" if bottom else top
    return f"-{written}" if text.startswith("-") else written


def _enclosure(value: Mapping[str, Any]) -> str:
    middle, radius = in_decimals(exact(value["lo"]), exact(value["hi"]), DIGITS)
    return rf"{_of_decimal(middle)} \pm {_of_decimal(radius)}" if radius else _of_decimal(middle)


def _decimal(number: Fraction, digits: int = DIGITS) -> str:
    """So many significant digits, in LaTeX; for reading only."""
    context = Context(prec=digits, Emax=10**9, Emin=-(10**9))
    quotient = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    return _of_decimal(quotient.normalize(context))


def _of_decimal(number: Decimal) -> str:
    mantissa, _, exponent = f"{number:g}".lower().partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
