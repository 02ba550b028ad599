"""Statements: what is claimed, of what, under which assumptions, and where that is published.

A theorem module declares a ``Statement`` and attaches checks to it with its decorators. A check proposes; the engine
decides (``verify/decide``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sympy
from sympy.logic.boolalg import BooleanAtom

from verify import expressions
from verify.errors import StatementError
from verify.evidence import BUDGETS, DECLARABLE, SCALAR_SORTS, STRUCTURES
from verify.expressions import Expression

SORTS = (*SCALAR_SORTS, *STRUCTURES)
VARIANTS = ("as-published", "corrected", "derived")
QUANTIFIERS = ("for-all", "exists")
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Source:
    """Where a result is published, and how its text here relates to what was read there."""

    authors: str
    title: str
    year: int
    where: str = ""
    arxiv: str = ""
    status: str = ""

    def at(self, where: str, status: str = "") -> Source:
        """The same publication, another place in it."""
        return Source(self.authors, self.title, self.year, where, self.arxiv, status or self.status)

    @property
    def bibtex(self) -> str:
        """A BibTeX entry; empty for what is not published."""
        if not self.year:
            return ""
        words = re.findall(r"[A-Za-z]+", self.title)
        key = f"{re.findall(r'[A-Za-z]+', self.authors.split(',')[0])[-1].lower()}{self.year}{words[0].lower()}"
        lines = [
            f"  author = {{{self.authors.replace(', ', ' and ')}}}",
            f"  title = {{{self.title}}}",
            f"  year = {{{self.year}}}",
        ]
        if self.arxiv:
            lines += [f"  eprint = {{{self.arxiv}}}", "  archivePrefix = {arXiv}"]
        return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


UNPUBLISHED = Source("", "", 0, status="a conjecture: not published")


@dataclass(frozen=True)
class Quantity:
    """A typed symbol of a statement: a parameter, a definition, or something computed from an instance."""

    name: str
    sort: str
    meaning: str
    origin: tuple[Any, ...]
    latex: str

    @property
    def symbol(self) -> sympy.Symbol:
        """The sympy symbol: it carries no assumption, so that sympy concludes nothing from one."""
        return sympy.Symbol(self.name)


def parameter(name: str, sort: str, meaning: str, latex: str = "") -> Quantity:
    """A parameter, given by every raw instance: a number of a sort (``integer``, ``natural``, ``real``, ``positive``,
    ``nonnegative``), a ``boolean``, or a structure (``network``, ``events``, ...)."""
    return Quantity(name, sort, meaning, ("parameter",), latex or _latex_name(name))


def defined(name: str, sort: str, expression: Any, meaning: str, latex: str = "") -> Quantity:
    """An abbreviation for an expression in the symbols before it."""
    return Quantity(name, sort, meaning, ("defined", expression), latex or _latex_name(name))


def computed(name: str, sort: str, function: str, arguments: Sequence[Any], meaning: str, latex: str = "") -> Quantity:
    """The value of a registered function (``verify.quantities``) at symbols that come before it.

    Raises:
        StatementError: for an argument that is a constant: ``defined`` gives it a name.
    """
    names = tuple(_name_of(name, argument) for argument in arguments)
    return Quantity(name, sort, meaning, ("computed", function, names), latex or _latex_name(name))


def _name_of(quantity: str, argument: Any) -> str:
    """The name of an argument of a computed quantity."""
    if isinstance(argument, Quantity):
        return argument.name
    if isinstance(argument, (str, sympy.Symbol)):
        return str(argument)
    told = f"{quantity!r} is computed of {argument!r:.40}, and takes quantities (or their names)"
    if isinstance(argument, (bool, BooleanAtom)):
        remedy = f'write defined("constant", "boolean", {argument}, "always {str(argument).lower()}"), and give that'
    elif isinstance(argument, (int, sympy.Integer)):
        name = {0: "zero", 1: "one"}.get(int(argument), "constant")
        remedy = f'write defined("{name}", "integer", {argument}, "{name}"), and give that'
    elif isinstance(argument, (float, Fraction, sympy.Number)):
        remedy = 'write defined("half", "real", Rational(1, 2), "a half"), say, and give that'
    else:
        remedy = "declare a parameter, draw this value for it, and give that"
    raise StatementError(f"{told}: {remedy}")


def _latex_name(name: str) -> str:
    """A letter, a Greek letter or a word; digits at its end are an index."""
    parts = re.fullmatch(r"([A-Za-z]+)(?:_?([0-9]+))?", name)
    word, index = parts.groups() if parts else (name, None)
    written = word if len(word) == 1 else str(sympy.latex(sympy.Symbol(word))) if parts else ""
    if len(word) > 1 and written != f"\\{word}":  # sympy knows the names of Greek letters
        written = r"\mathrm{" + word.replace("_", r"\ ") + "}"
    return f"{written}_{{{index}}}" if index else written


@dataclass(frozen=True)
class Assumption:
    """A named assumption."""

    name: str
    text: str
    expression: Any


def _assumptions(assume: Any) -> tuple[Assumption, ...]:
    """The assumptions of ``Statement(assume=...)``."""
    expected = 'write assume={"name": ("in words", FORMULA), ...}'
    if not isinstance(assume, Mapping):
        raise StatementError(f"assume is a {type(assume).__name__}: {expected}")
    for name, pair in assume.items():
        if not isinstance(name, str):
            raise StatementError(f"assume: the name {name!r:.40} is no string: {expected}")
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[0], str):
            raise StatementError(
                f"the assumption {name!r} is {pair!s:.60}, which is no pair of words and formula: {expected}"
            )
    return tuple(Assumption(name, text, expression) for name, (text, expression) in assume.items())


@dataclass(frozen=True)
class Check:
    """A function of a theorem module that proposes evidence of one kind."""

    name: str
    kind: str
    function: Callable[..., Any]
    budget: str = "quick"
    drops: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class Statement:
    """A statement of a theorem, with the checks that its module attaches.

    Args:
        id: permanent, in lower case with hyphens.
        title, summary: one line; one sentence that says what is concluded.
        declared: the level that it must reach, or ``refuted`` for a published result that is false; a conjecture is to be
            ``supported`` by a search.
        quantities: its symbols; each may refer only to those before it.
        assume: name -> (text, sympy expression); none by default.
        claim: a sympy expression in the symbols.
        variant: ``as-published``, ``corrected`` or ``derived``; ``pair`` names the other half of a
            published/corrected pair.
        quantifier: ``for-all``, or ``exists`` for a claim that instances establish.
        rests_on: ids of statements that its argument uses.

    Raises:
        StatementError: when something of this does not fit together; the message names it.
    """

    def __init__(
        self,
        id: str,
        *,
        title: str,
        quantities: Sequence[Quantity],
        assume: Mapping[str, tuple[str, Any]] = MappingProxyType({}),
        claim: Any,
        summary: str = "",
        area: str = "conjectures",
        source: Source = UNPUBLISHED,
        declared: str = "supported",
        variant: str = "derived",
        quantifier: str = "for-all",
        rests_on: Sequence[str] = (),
        pair: str | None = None,
    ) -> None:
        self.id, self.title, self.summary, self.area, self.source = id, title, summary, area, source
        self.declared, self.variant, self.quantifier, self.pair = declared, variant, quantifier, pair
        self.rests_on = tuple(rests_on)
        self.quantities = tuple(quantities)
        try:
            self.assumptions = _assumptions(assume)
        except StatementError as error:
            raise StatementError(f"{id}: {error}") from None
        self.claim = claim
        self.checks: list[Check] = []
        self._validate()
        self._sealed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_sealed", False):
            raise StatementError(f"{self.id}: a statement does not change once it is made ({name!r} was assigned)")
        super().__setattr__(name, value)

    # ---- the canonical form ----

    @cached_property
    def form(self) -> dict[str, Any]:
        """The canonical form (``docs/certificates.md``, section 2)."""
        listed = []
        for quantity in self.quantities:
            origin: list[Any] = list(quantity.origin)
            if origin[0] == "defined":
                origin[1] = expressions.canonical(origin[1])
            elif origin[0] == "computed":
                origin[2] = list(origin[2])
            listed.append({"name": quantity.name, "sort": quantity.sort, "origin": origin})
        return {
            "id": self.id,
            "quantifier": self.quantifier,
            "symbols": listed,
            "assumptions": [
                {"name": assumption.name, "expr": expressions.canonical(assumption.expression)}
                for assumption in self.assumptions
            ],
            "claim": expressions.canonical(self.claim),
        }

    @cached_property
    def sha256(self) -> str:
        """The hash of the canonical form."""
        return hashlib.sha256(expressions.text(self.form).encode()).hexdigest()

    @cached_property
    def definitions(self) -> dict[str, Expression]:
        """Each defined symbol in terms of parameters and computed symbols."""
        found: dict[str, Expression] = {}
        for listed in self.form["symbols"]:
            if listed["origin"][0] == "defined":
                found[listed["name"]] = expressions.substitute(listed["origin"][1], found)
        return found

    @property
    def parameters(self) -> list[Quantity]:
        """The symbols that a raw instance gives."""
        return [quantity for quantity in self.quantities if quantity.origin[0] == "parameter"]

    @property
    def is_scalar(self) -> bool:
        """Whether all parameters are numbers or truth values and nothing is computed: a solver can see it whole."""
        return all(
            q.origin[0] != "computed" and (q.origin[0] == "defined" or q.sort in SCALAR_SORTS) for q in self.quantities
        )

    def latex(self, expression: Any) -> str:
        """LaTeX of an expression, with the symbols' own LaTeX."""
        names = {quantity.symbol: quantity.latex for quantity in self.quantities}
        formula = sympy.sympify(expression)
        # Side by side, words are one word: a thin space keeps the factors of a product apart.
        apart = any(r"\mathrm" in names.get(symbol, "") for symbol in formula.free_symbols)
        return str(sympy.latex(formula, symbol_names=names, mul_symbol=r" \, " if apart else None))

    def __repr__(self) -> str:
        return f"<Statement {self.id}: {self.claim}>"

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import statement_html

        return statement_html(self)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import statement_latex

        return statement_latex(self)

    # ---- checks ----

    def proof(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A check that yields ``Claim``: the claim itself, decided by machine for all parameter values."""
        return self._attach("proof", function, budget)

    def argument(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A check that yields ``Step``: a written argument whose obligations the machine discharges."""
        return self._attach("argument", function, budget)

    def certificate(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A check that yields raw instances that meet the assumptions."""
        return self._attach("certificate", function, budget)

    def exhaustive(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A check that yields ``Family``: every case of a finite family."""
        return self._attach("exhaustive", function, budget)

    def control(self, *, drops: str, budget: str = "quick") -> Any:
        """A check that yields raw instances in which exactly the named assumption is false, and the claim with it."""
        if drops not in {assumption.name for assumption in self.assumptions}:
            raise StatementError(f"{self.id}: a control drops {drops!r}, which is no assumption of the statement")
        return self._attach("control", None, budget, drops)

    def search(
        self,
        function: Callable[..., Any] | None = None,
        *,
        trials: int = 100,
        distribution: str = "",
        budget: str = "quick",
    ) -> Any:
        """A function of a ``Draw`` that draws a raw instance; the engine looks for a counterexample.

        Args:
            trials: how many draws a run of the library makes; ``verify check`` has a budget of its own.
            distribution: what is drawn, in words.
        """
        return self._attach("search", function, budget, options={"trials": trials, "distribution": distribution})

    def experiment(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A function of a seed that returns an ``Observation``."""
        return self._attach("experiment", function, budget)

    def figure(self, function: Callable[..., Any] | None = None, *, budget: str = "quick") -> Any:
        """A function that returns a ``Drawing``."""
        return self._attach("figure", function, budget)

    def _attach(
        self,
        kind: str,
        function: Callable[..., Any] | None,
        budget: str,
        drops: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        if budget not in BUDGETS:
            raise StatementError(f"{self.id}: budget {budget!r} is none of {', '.join(BUDGETS)}")

        def attach(target: Callable[..., Any]) -> Callable[..., Any]:
            name = target.__name__
            if any(check.name == name for check in self.checks):
                raise StatementError(f"{self.id}: two checks are called {name!r}")
            self.checks.append(Check(name, kind, target, budget, drops, options or {}))
            return target

        return attach if function is None else attach(function)

    # ---- validation ----

    def _validate(self) -> None:
        def demand(condition: bool, message: str) -> None:
            if not condition:
                raise StatementError(f"{self.id}: {message}")

        def kind_of(what: str, form: Expression) -> str:
            try:
                return expressions.kind_of(form, kinds)
            except StatementError as error:
                raise StatementError(f"{self.id}: {what}: {error}") from None

        demand(bool(_IDENTIFIER.match(self.id)), "an id consists of lower-case words, digits and hyphens")
        demand(self.declared in DECLARABLE, f"declared level {self.declared!r} is none of {', '.join(DECLARABLE)}")
        demand(self.variant in VARIANTS, f"variant {self.variant!r} is none of {', '.join(VARIANTS)}")
        demand(self.quantifier in QUANTIFIERS, f"quantifier {self.quantifier!r} is none of {', '.join(QUANTIFIERS)}")
        kinds: dict[str, str] = {}
        known = kinds.keys()
        for quantity in self.quantities:
            demand(bool(_NAME.match(quantity.name)), f"{quantity.name!r} is no name for a symbol")
            demand(
                quantity.sort in SORTS,
                f"{quantity.name!r} is of the unknown sort {quantity.sort!r}: give one of {', '.join(SORTS)}",
            )
            demand(quantity.name not in known, f"two symbols are called {quantity.name!r}")
            shown = [q.name for q in self.quantities if q.latex == quantity.latex]
            demand(len(shown) == 1, f"the symbols {' and '.join(shown)} look alike: {quantity.latex}")
            kind, form = expressions.kind_of_sort(quantity.sort), None
            if quantity.origin[0] == "defined":
                form = expressions.canonical(quantity.origin[1])
                used = expressions.symbols(form)
            else:
                used = set(quantity.origin[2]) if quantity.origin[0] == "computed" else set()
            demand(used <= known, f"{quantity.name!r} refers to {sorted(used - known)}, not declared before it")
            if form is not None:
                found = kind_of(f"the definition of {quantity.name!r}", form)
                demand(found == kind, f"{quantity.name!r} is a {quantity.sort}, and its definition a {found}")
            kinds[quantity.name] = kind
        names = [assumption.name for assumption in self.assumptions]
        demand(len(set(names)) == len(names), "two assumptions have one name")
        for label, expression in [
            ("claim", self.claim),
            *((f"assumption {a.name!r}", a.expression) for a in self.assumptions),
        ]:
            form = expressions.canonical(expression)
            # sympy evaluates while it builds: what it reduced to a truth value was decided by it, not by the kernel
            demand(
                form[0] not in ("true", "false"),
                f"the {label} is the constant {form[0]}: write Eq(a, b), not a == b, which compares at once; what sympy "
                "evaluates is to be built with evaluate=False",
            )
            free = expressions.symbols(form)
            demand(
                free <= known, f"the {label} has the free symbols {sorted(free - known)}: declare them as quantities"
            )
            demand(
                not expressions.has_equal_sides(form),
                f"both sides of a relation in the {label} are the same, as written or by sympy's doing: use "
                "quantities for the sides (a computed or a defined one each)",
            )
            demand(kind_of(f"the {label}", form) == expressions.TRUTH, f"the {label} is no truth value")
            whole = expressions.substitute(form, self.definitions)
            demand(
                not expressions.has_constant_truth(whole),
                f"a part of the {label} is constant: write Eq(a, b), not a == b; what sympy evaluates is to be built "
                "with evaluate=False",
            )
