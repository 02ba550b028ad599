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
from .load import NotReplayed, Rejected, exact

# Solver, seconds, options. Coverings (nl-cov) decide what cvc5's default leaves open, and sometimes the reverse.
# solver, seconds of processor time, options, which of the translations
ATTEMPTS: tuple[tuple[str, int, tuple[str, ...], int], ...] = (
    ("cvc5", 1, (), 0),
    ("cvc5", 1, (), -1),
    ("cvc5", 5, (), 0),
    ("cvc5", 5, (), -1),
    ("cvc5", 6, ("nl-cov=true",), 0),
    ("z3", 8, (), -1),
)
MAX_EXPONENT = 32
TYPES = {"integer": "Int", "natural": "Int", "boolean": "Bool"}  # of the sorts; the others are real

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


def _is_reciprocal(form: Any) -> bool:
    """Whether the form is a power with a negative integer exponent."""
    return form[0] == "pow" and form[2][0] == "num" and form[2][1].startswith("-") and "/" not in form[2][1]


class Translator:
    """Expressions over the given symbols (name, sort) in SMT-LIB 2."""

    def __init__(self, symbols: Sequence[tuple[str, str]], quotients: bool) -> None:
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

    def numbers(self, terms: Sequence[Term]) -> tuple[list[str], str]:
        """Numeric terms brought to one type."""
        if any(kind == "Bool" for _, kind in terms):
            raise Rejected("ill-typed expression: a truth value where a number is meant")
        if all(kind == "Int" for _, kind in terms):
            return [text for text, _ in terms], "Int"
        return list(map(_real, terms)), "Real"

    def truths(self, terms: Sequence[Term]) -> str:
        if any(kind != "Bool" for _, kind in terms):
            raise Rejected("ill-typed expression: a number where a truth value is meant")
        return " ".join(text for text, _ in terms)

    def formula(self, expression: Any) -> str:
        return self.truths([self.term(expression)])

    def term(self, expression: Any) -> Term:
        head, arguments = parts(expression)
        if head in ("true", "false"):
            return head, "Bool"
        if head == "num":
            number = exact(arguments[0])
            if type(number) is int:
                return _literal(number), "Int"
            return f"(/ {_literal(number.numerator, '.0')} {number.denominator}.0)", "Real"
        if head == "sym":
            return self.symbols[arguments[0]]
        if head == "pow":
            return self.power(*arguments)
        below = [["pow", a[1], ["num", a[2][1][1:]]] for a in arguments if head == "mul" and _is_reciprocal(a)]
        if below and self.quotients:
            return self.quotient([a for a in arguments if not _is_reciprocal(a)], below)
        terms = [self.term(argument) for argument in arguments]
        if head in ("and", "or", "not", "implies", "iff"):
            return f"({ {'implies': '=>', 'iff': '='}.get(head, head)} {self.truths(terms)})", "Bool"
        if head == "if":
            condition, branches = self.truths(terms[:1]), terms[1:]
            if branches[0][1] == branches[1][1] == "Bool":
                return f"(ite {condition} {self.truths(branches)})", "Bool"
            texts, kind = self.numbers(branches)
            return f"(ite {condition} {texts[0]} {texts[1]})", kind
        texts, kind = self.numbers(terms)
        first, zero = texts[0], "0" if kind == "Int" else "0.0"
        if head in ("eq", "ne", "lt", "le"):
            return f"({ {'eq': '=', 'ne': 'distinct', 'lt': '<', 'le': '<='}[head]} {' '.join(texts)})", "Bool"
        if head in ("add", "mul"):
            return (first if len(texts) == 1 else f"({'+' if head == 'add' else '*'} {' '.join(texts)})"), kind
        if head in ("min", "max"):
            for text in texts[1:]:
                a, b, relation = f"t{next(self.fresh)}", f"t{next(self.fresh)}", "<=" if head == "min" else ">="
                first = f"(let (({a} {first}) ({b} {text})) (ite ({relation} {a} {b}) {a} {b}))"
            return first, kind
        if head in ("floor", "ceiling"):
            return (first if kind == "Int" else self.rounded(first, head)), "Int"
        name = f"t{next(self.fresh)}"
        if head == "abs":
            return f"(let (({name} {first})) (ite (>= {name} {zero}) {name} (- {name})))", kind
        if head == "sign":
            return f"(let (({name} {first})) (ite (> {name} {zero}) 1 (ite (< {name} {zero}) (- 1) 0)))", "Int"
        raise NotReplayed(f"{head!r} has no translation for a solver")

    def quotient(self, above: Sequence[Any], below: Sequence[Any]) -> Term:
        """A variable q with q * denominator = numerator; solvers find this easier than a product with a reciprocal."""
        top, bottom = (_real(self.term(["mul", *factors] if factors else ["num", "1"])) for factors in (above, below))
        definition = f"(=> (distinct {bottom} 0.0) (= (* % {bottom}) {top}))"
        return self.variable(f"{top} / {bottom}", "Real", definition), "Real"

    def rounded(self, text: str, head: str) -> str:
        low, high = (text, "(to_real %)") if head == "ceiling" else ("(to_real %)", text)
        return self.variable(f"{head} {text}", "Int", f"(<= {low} {high})", f"(< {high} (+ {low} 1.0))")

    def power(self, base: Any, exponent: Any) -> Term:
        (text,), kind = self.numbers([self.term(base)])
        head, arguments = parts(exponent)
        n = exact(arguments[0]) if head == "num" else None
        if type(n) is not int or abs(n) > MAX_EXPONENT:
            raise NotReplayed("a power whose exponent is not a small integer has no translation for a solver")
        if n < 0:
            text, kind = _real((text, kind)), "Real"
            text = self.variable(f"1 / {text}", "Real", f"(=> (distinct {text} 0.0) (= (* {text} %) 1.0))")
        if abs(n) <= 1:
            return (text, kind) if n else ("1", "Int")
        name = f"t{next(self.fresh)}"
        return f"(let (({name} {text})) (* {' '.join([name] * abs(n))}))", kind


def query(
    symbols: Sequence[tuple[str, str]], hypotheses: Sequence[Any], conclusion: Any, quotients: bool = True
) -> str:
    """SMT-LIB text that is satisfiable unless the hypotheses imply the conclusion; x/0 may be any number.

    With `quotients`, x/y is a variable of its own, otherwise x times a variable for 1/y: which is easier depends.
    """
    if sum(map(size, hypotheses)) + size(conclusion) > MAX_NODES:
        raise NotReplayed("the implication is too large")
    translator = Translator(symbols, quotients)
    asserted = [f"(assert {translator.formula(hypothesis)})" for hypothesis in hypotheses]
    asserted.append(f"(assert (not {translator.formula(conclusion)}))")
    body = "\n".join([*translator.lines, *asserted])
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
    if done.returncode != 0 or not name:
        return solver, f"failed ({done.stderr.strip()[-80:]})"
    return name, answer


def refuted(*texts: str) -> str:
    """The name of the solver that found the query, in one of its translations, unsatisfiable.

    Raises `Rejected` if it is satisfiable, `NotReplayed` if no solver decides.
    """
    tried = []
    for solver, seconds, options, which in dict.fromkeys((*a[:3], texts[a[3]]) for a in ATTEMPTS):
        name, answer = ask(solver, seconds, options, which)
        if answer == "unsat":
            return name
        if answer == "sat":
            raise Rejected(f"{name} finds values that meet the hypotheses and not the conclusion")
        tried.append(f"{name}: {answer:.100}")
    raise NotReplayed("no solver decided the implication (" + "; ".join(tried) + ")")


def implied(symbols: Sequence[tuple[str, str]], hypotheses: Sequence[Any], conclusion: Any) -> str:
    """The names of the solvers that found the hypotheses to imply each part of the conclusion."""
    goals = conclusion[1:] if conclusion[0] == "and" else [conclusion]
    names = [refuted(*(query(symbols, hypotheses, goal, way) for way in (True, False))) for goal in goals]
    return ", ".join(sorted(set(names)))
