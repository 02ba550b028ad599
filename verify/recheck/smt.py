"""Implications given to an SMT solver, as text of our own making: cvc5 where it is installed, else z3."""

import importlib.util
import itertools
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .formula import MAX_NODES, parts, size
from .load import NotReplayed, exact, require

# Solver, seconds of processor time, options, which of the translations. Coverings (nl-cov) decide what cvc5's default
# leaves open, and sometimes the reverse.
ATTEMPTS: tuple[tuple[str, int, tuple[str, ...], int], ...] = (
    ("cvc5", 1, (), 0), ("cvc5", 1, (), -1), ("cvc5", 5, (), 0), ("cvc5", 5, (), -1), ("cvc5", 6, ("nl-cov=true",), 0),
    ("z3", 8, (), -1),
)  # fmt: skip
MAX_EXPONENT = 32
TYPES = {"integer": "Int", "natural": "Int", "boolean": "Bool"}  # of the sorts; the others are real
LOGIC = {"and": "and", "or": "or", "not": "not", "implies": "=>", "iff": "="}
RELATIONS = {"eq": "=", "ne": "distinct", "lt": "<", "le": "<="}
SUMS = {"add": "+", "mul": "*"}
CHOICES = {"min": "(ite (<= {0} {1}) {0} {1})", "max": "(ite (>= {0} {1}) {0} {1})"}

Symbols = Sequence[tuple[str, str]]  # names and sorts
Term = tuple[str, str]  # SMT-LIB text, and its type: "Int", "Real" or "Bool"


def _real(term: Term) -> str:
    text, kind = term
    if kind == "Real":
        return text
    if text.isdigit():
        return f"{text}.0"
    return f"{text[:-1]}.0)" if text.startswith("(- ") and text[3:-1].isdigit() else f"(to_real {text})"


def _literal(n: int, suffix: str = "") -> str:
    return f"{n}{suffix}" if n >= 0 else f"(- {-n}{suffix})"


def _exponent(power: Any) -> int | None:
    """The exponent of a power, if it is an integer."""
    n = exact(power[2][1]) if power[0] == "pow" and power[2][0] == "num" else None
    return n if isinstance(n, int) else None


class Translator:
    """Expressions over the given symbols (name, sort) in SMT-LIB 2."""

    def __init__(self, symbols: Symbols, quotients: bool) -> None:
        self.quotients = quotients
        self.symbols = {name: (f"v{k}", TYPES.get(sort, "Real")) for k, (name, sort) in enumerate(symbols)}
        self.lines = [f"(declare-const {name} {kind})" for name, kind in self.symbols.values()]
        for name, sort in symbols:
            if sort in ("natural", "nonnegative", "positive"):
                self.lines.append(f"(assert ({'>' if sort == 'positive' else '>='} {_real(self.symbols[name])} 0.0))")
        self.fresh = itertools.count()
        self.introduced: dict[str, str] = {}

    def variable(self, text: str, kind: str, *definition: str) -> str:
        """A variable for a term, defined by assertions in which it is `%`. It exists for all values of the symbols."""
        if text not in self.introduced:
            name = self.introduced[text] = f"w{next(self.fresh)}"
            self.lines.append(f"(declare-const {name} {kind})")
            self.lines += [f"(assert {line.replace('%', name)})" for line in definition]
        return self.introduced[text]

    def shared(self, template: str, *texts: str) -> str:
        """A template with each text in its place, written only once."""
        names = [f"t{next(self.fresh)}" for _ in texts]
        bound = " ".join(f"({name} {text})" for name, text in zip(names, texts, strict=True))
        return f"(let ({bound}) {template.format(*names)})"

    def numbers(self, terms: Sequence[Term]) -> tuple[list[str], str]:
        """Numeric terms brought to one type."""
        require(all(kind != "Bool" for _, kind in terms), "ill-typed expression: a truth value for a number")
        if all(kind == "Int" for _, kind in terms):
            return [text for text, _ in terms], "Int"
        return list(map(_real, terms)), "Real"

    def truths(self, *terms: Term) -> str:
        require(all(kind == "Bool" for _, kind in terms), "ill-typed expression: a number for a truth value")
        return " ".join(text for text, _ in terms)

    def term(self, expression: Any) -> Term:
        head, arguments = parts(expression)
        if head in ("true", "false"):
            return head, "Bool"
        if head == "num":
            number = exact(arguments[0])
            if isinstance(number, int):
                return _literal(number), "Int"
            return f"(/ {_literal(number.numerator, '.0')} {number.denominator}.0)", "Real"
        if head == "sym":
            return self.symbols[arguments[0]]
        if head == "pow":
            return self.power(arguments[0], _exponent(expression))
        if head == "mul" and self.quotients and any((_exponent(x) or 0) < 0 for x in arguments):
            return self.quotient(arguments)
        terms = [self.term(argument) for argument in arguments]
        if head in LOGIC:
            return f"({LOGIC[head]} {self.truths(*terms)})", "Bool"
        if head == "if" and terms[1][1] == terms[2][1] == "Bool":
            return f"(ite {self.truths(*terms)})", "Bool"
        condition = self.truths(terms.pop(0)) if head == "if" else ""
        texts, kind = self.numbers(terms)
        first, zero = texts[0], "0" if kind == "Int" else "0.0"
        if head == "if":
            return f"(ite {condition} {' '.join(texts)})", kind
        if head in RELATIONS:
            return f"({RELATIONS[head]} {' '.join(texts)})", "Bool"
        if head in SUMS:
            return (first if len(texts) == 1 else f"({SUMS[head]} {' '.join(texts)})"), kind
        if head in CHOICES:
            for text in texts[1:]:
                first = self.shared(CHOICES[head], first, text)
            return first, kind
        if head in ("floor", "ceiling"):
            low, high = (first, "(to_real %)") if head == "ceiling" else ("(to_real %)", first)
            between = f"(<= {low} {high})", f"(< {high} (+ {low} 1.0))"
            return (first if kind == "Int" else self.variable(f"{head} {first}", "Int", *between)), "Int"
        if head == "abs":
            return self.shared(f"(ite (>= {{0}} {zero}) {{0}} (- {{0}}))", first), kind
        if head == "sign":
            return self.shared(f"(ite (> {{0}} {zero}) 1 (ite (< {{0}} {zero}) (- 1) 0))", first), "Int"
        raise NotReplayed(f"{head!r} has no translation for a solver")

    def quotient(self, factors: Sequence[Any]) -> Term:
        """A variable q with q * denominator = numerator; solvers find this easier than a product with a reciprocal."""
        exponents = [(x, _exponent(x) or 0) for x in factors]
        above = [x for x, n in exponents if n >= 0]
        below = [["pow", x[1], ["num", -n]] for x, n in exponents if n < 0]
        top, bottom = (_real(self.term(["mul", *part])) for part in (above or [["num", 1]], below))
        definition = f"(=> (distinct {bottom} 0.0) (= (* % {bottom}) {top}))"
        return self.variable(f"{top} / {bottom}", "Real", definition), "Real"

    def power(self, base: Any, n: int | None) -> Term:
        (text,), kind = self.numbers([self.term(base)])
        if n is None or abs(n) > MAX_EXPONENT:
            raise NotReplayed("a power whose exponent is not a small integer has no translation for a solver")
        if n < 0:
            text, kind = _real((text, kind)), "Real"
            text = self.variable(f"1 / {text}", "Real", f"(=> (distinct {text} 0.0) (= (* {text} %) 1.0))")
        if abs(n) <= 1:
            return (text, kind) if n else ("1", "Int")
        return self.shared(f"(* {' '.join(['{0}'] * abs(n))})", text), kind


def query(symbols: Symbols, hypotheses: Sequence[Any], conclusion: Any, quotients: bool = True) -> str:
    """SMT-LIB text that is satisfiable unless the hypotheses imply the conclusion; what is certain depends on no x/0.

    With `quotients`, x/y is a variable of its own, otherwise x times a variable for 1/y: which is easier depends.
    """
    if sum(map(size, hypotheses)) + size(conclusion) > MAX_NODES:
        raise NotReplayed("the implication is too large")
    translator = Translator(symbols, quotients)
    *assumed, goal = (translator.truths(translator.term(x)) for x in (*hypotheses, conclusion))
    body = "\n".join([*translator.lines, *(f"(assert {text})" for text in assumed), f"(assert (not {goal}))"])
    kinds = ((" Int)", "to_real"), (" Real)", "to_real", ".0"))
    integral, real = (any(word in body for word in words) for words in kinds)
    logic = "QF_NIRA" if integral and real else "QF_NIA" if integral else "QF_NRA"
    return f"(set-logic {logic})\n{body}\n(check-sat)\n"


@lru_cache(maxsize=64)
def ask(solver: str, seconds: int, options: tuple[str, ...], text: str) -> tuple[str, str]:
    """A solver's name with its version, and its answer: "sat", "unsat", or why it is neither."""
    if importlib.util.find_spec(solver) is None:
        return solver, "not installed"
    command = [sys.executable, "-P", str(Path(__file__).with_name("solver.py")), solver, str(seconds), *options]
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=20 * seconds, check=False)
        stopped = -done.returncode in (signal.SIGXCPU, signal.SIGKILL)
    except subprocess.TimeoutExpired:
        stopped = True
    if stopped:
        return solver, f"nothing in {seconds} s"
    name, _, answer = done.stdout.strip().partition("\n")
    failed = done.returncode != 0 or not name
    return (solver, f"failed ({done.stderr.strip()[-80:]})") if failed else (name, answer)


def refuted(*texts: str) -> str:
    """The solver that found the query, in one of its translations, unsatisfiable; `Rejected` if it is satisfiable."""
    tried = []
    for solver, seconds, options, text in dict.fromkeys((*a[:3], texts[a[3]]) for a in ATTEMPTS):
        name, answer = ask(solver, seconds, options, text)
        if answer == "unsat":
            return name
        require(answer != "sat", f"{name} finds values that meet the hypotheses and not the conclusion")
        tried.append(f"{name}: {answer:.100}")
    raise NotReplayed("no solver decided the implication (" + "; ".join(tried) + ")")


def denominators(form: Any) -> list[Any]:
    """The bases of negative powers in an expression."""
    if form[0] in ("sym", "num"):
        return []
    return form[1:2] * ((_exponent(form) or 0) < 0) + [base for part in form[1:] for base in denominators(part)]


def certainly(form: Any, truth: bool = True) -> Any:
    """Where a formula is certainly true (or false): with a vanishing denominator, a relation is neither."""
    head, arguments = form[0], form[1:]
    if not denominators(form):
        return form if truth else ["not", form]
    if head == "not":
        return certainly(arguments[0], not truth)
    if head in ("and", "or"):
        return ["and" if (head == "and") is truth else "or", *(certainly(part, truth) for part in arguments)]
    if head == "implies":
        return ["or" if truth else "and", certainly(arguments[0], not truth), certainly(arguments[1], truth)]
    if head in ("iff", "if"):
        condition, then, otherwise = arguments if head == "if" else (*arguments, ["not", arguments[1]])
        cases = ((condition, True, then), (condition, False, otherwise))
        return ["or", *(["and", certainly(c, value), certainly(part, truth)] for c, value, part in cases)]
    defined = (["ne", base, ["num", "0"]] for base in denominators(form))
    return ["and", form if truth else ["not", form], *defined]


def implied(symbols: Symbols, hypotheses: Sequence[Any], conclusion: Any) -> str:
    """The names of the solvers that found the hypotheses to imply each part of the conclusion."""
    goals = [certainly(goal) for goal in (conclusion[1:] if conclusion[0] == "and" else [conclusion])]
    assumed = list(map(certainly, hypotheses))
    names, ways = set(), [True, False]
    for goal in goals:
        texts = [query(symbols, assumed, goal, way) for way in ways]
        names.add(refuted(*texts))
        if ask(*ATTEMPTS[0][:3], texts[0])[1] != "unsat":
            ways.reverse()  # the other translation is likely to suit the next part too
    return ", ".join(sorted(names))
