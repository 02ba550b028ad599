"""Implications given to an SMT solver, as text of our own making: cvc5 where it is installed, else z3."""

import itertools
from collections.abc import Sequence
from typing import Any

from .formula import MAX_NODES, parts, size
from .load import NotReplayed, Rejected, exact

SECONDS = 20
MAX_EXPONENT = 32

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


class Translator:
    """Expressions over the given symbols (name, sort) in SMT-LIB 2."""

    def __init__(self, symbols: Sequence[tuple[str, str]]) -> None:
        types = {"integer": "Int", "natural": "Int", "boolean": "Bool"}
        self.symbols = {name: (f"v{k}", types.get(sort, "Real")) for k, (name, sort) in enumerate(symbols)}
        self.fresh = itertools.count()

    def numbers(self, terms: Sequence[Term]) -> tuple[list[str], str]:
        """Numeric terms brought to one type."""
        if any(kind == "Bool" for _, kind in terms):
            raise Rejected("ill-typed expression: a truth value where a number is meant")
        if all(kind == "Int" for _, kind in terms):
            return [text for text, _ in terms], "Int"
        return [_real(term) for term in terms], "Real"

    def truths(self, terms: Sequence[Term]) -> str:
        if any(kind != "Bool" for _, kind in terms):
            raise Rejected("ill-typed expression: a number where a truth value is meant")
        return " ".join(text for text, _ in terms)

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
            return self.power(arguments)
        terms = [self.term(argument) for argument in arguments]
        if head in ("and", "or", "not", "implies", "iff"):
            name = {"implies": "=>", "iff": "="}.get(head, head)
            return f"({name} {self.truths(terms)})", "Bool"
        if head == "if":
            condition = self.truths(terms[:1])
            if terms[1][1] == terms[2][1] == "Bool":
                return f"(ite {condition} {terms[1][0]} {terms[2][0]})", "Bool"
            branches, kind = self.numbers(terms[1:])
            return f"(ite {condition} {branches[0]} {branches[1]})", kind
        texts, kind = self.numbers(terms)
        if head in ("eq", "ne", "lt", "le"):
            name = {"eq": "=", "ne": "distinct", "lt": "<", "le": "<="}[head]
            return f"({name} {texts[0]} {texts[1]})", "Bool"
        if head in ("add", "mul"):
            return (texts[0] if len(texts) == 1 else f"({'+' if head == 'add' else '*'} {' '.join(texts)})"), kind
        if head in ("min", "max"):
            return self.extreme(texts, "<=" if head == "min" else ">="), kind
        if head == "floor":
            return (texts[0] if kind == "Int" else f"(to_int {texts[0]})"), "Int"
        if head == "ceiling":
            return (texts[0] if kind == "Int" else f"(- (to_int (- {texts[0]})))"), "Int"
        if head in ("abs", "sign"):
            name, zero = f"t{next(self.fresh)}", "0" if kind == "Int" else "0.0"
            if head == "abs":
                return f"(let (({name} {texts[0]})) (ite (>= {name} {zero}) {name} (- {name})))", kind
            return f"(let (({name} {texts[0]})) (ite (> {name} {zero}) 1 (ite (< {name} {zero}) (- 1) 0)))", "Int"
        raise NotReplayed(f"{head!r} has no translation for a solver")

    def extreme(self, texts: Sequence[str], relation: str) -> str:
        best = texts[0]
        for text in texts[1:]:
            a, b = f"t{next(self.fresh)}", f"t{next(self.fresh)}"
            best = f"(let (({a} {best}) ({b} {text})) (ite ({relation} {a} {b}) {a} {b}))"
        return best

    def power(self, arguments: Sequence[Any]) -> Term:
        (base,), kind = self.numbers([self.term(arguments[0])])
        head, exponent = parts(arguments[1])
        n = exact(exponent[0]) if head == "num" else None
        if type(n) is not int or abs(n) > MAX_EXPONENT:
            raise NotReplayed("a power whose exponent is not a small integer has no translation for a solver")
        if n < 0:
            base, kind = _real((base, kind)), "Real"
        if n == 0:
            return "1", "Int"
        name = f"t{next(self.fresh)}"
        text = base if abs(n) == 1 else f"(let (({name} {base})) (* {' '.join([name] * abs(n))}))"
        return (f"(/ 1.0 {text})" if n < 0 else text), kind


def query(symbols: Sequence[tuple[str, str]], hypotheses: Sequence[Any], conclusion: Any) -> str:
    """SMT-LIB text that is satisfiable unless the hypotheses imply the conclusion. x/0 may be anything."""
    if sum(map(size, hypotheses)) + size(conclusion) > MAX_NODES:
        raise NotReplayed("the implication is too large")
    translator = Translator(symbols)
    kinds = {kind for _, kind in translator.symbols.values()}
    lines = [f"(declare-const {name} {kind})" for name, kind in translator.symbols.values()]
    for name, sort in symbols:
        if sort in ("natural", "nonnegative", "positive"):
            variable, kind = translator.symbols[name]
            relation = ">" if sort == "positive" else ">="
            lines.append(f"(assert ({relation} {variable} {'0' if kind == 'Int' else '0.0'}))")
    for hypothesis in hypotheses:
        lines.append(f"(assert {translator.truths([translator.term(hypothesis)])})")
    lines.append(f"(assert (not {translator.truths([translator.term(conclusion)])}))")
    body = "\n".join(lines)
    integral = "Int" in kinds or "to_int" in body or "to_real" in body
    real = "Real" in kinds or "to_real" in body or "/" in body or "to_int" in body
    logic = "QF_NIRA" if integral and real else "QF_NIA" if integral else "QF_NRA"
    return f"(set-logic {logic})\n{body}\n(check-sat)\n"


def ask_cvc5(text: str) -> tuple[str, str] | None:
    """cvc5's answer and name; None if it is not installed."""
    try:
        import cvc5
    except ImportError:
        return None
    name = f"cvc5 {'.'.join(str(cvc5.__version__).split('.')[:2])}"
    try:
        manager = cvc5.TermManager()
        solver = cvc5.Solver(manager)
        solver.setOption("tlimit-per", str(1000 * SECONDS))
        parser = cvc5.InputParser(solver)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
        answer = ""
        while not (command := parser.nextCommand()).isNull():
            answer += str(command.invoke(solver, parser.getSymbolManager()))
        return answer.strip(), name
    except RuntimeError as error:
        return f"unknown ({error!s:.80})", name


def ask_z3(text: str) -> tuple[str, str] | None:
    """z3's answer and name; None if it is not installed."""
    try:
        import z3
    except ImportError:
        return None
    name = f"z3 {z3.get_version_string()} (same solver as the kernel)"
    try:
        context = z3.Context()
        solver = z3.Solver(ctx=context)
        solver.set("timeout", 1000 * SECONDS)
        solver.from_string(text)
        return str(solver.check()), name
    except z3.Z3Exception as error:
        return f"unknown ({error!s:.80})", name


def refuted(text: str) -> str:
    """The name of the solver that found the query unsatisfiable; `Rejected` if satisfiable, else `NotReplayed`."""
    tried = []
    for ask in (ask_cvc5, ask_z3):
        result = ask(text)
        if result is None:
            continue
        answer, name = result
        if answer == "unsat":
            return name
        if answer == "sat":
            raise Rejected(f"{name} finds values that meet the hypotheses and not the conclusion")
        tried.append(f"{name}: {answer or 'no answer'}")
    raise NotReplayed("no solver decided the implication (" + ("; ".join(tried) or "none is installed") + ")")
