"""Replays certificates: one function for each kind."""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from . import smt
from .formula import (
    NUMERIC,
    SCALAR,
    Code,
    Statement,
    Truth,
    Value,
    compiled,
    decided,
    inlined,
    is_number,
    normal,
    parse_statement,
    parts,
    scalar,
    settled,
    size,
    symbol_names,
    written,
)
from .functions import Library, raw_value
from .intervals import Enclosure, point
from .load import NotReplayed, Rejected, array, canonical, digest, exact, integer, is_exact, keys, plain, typed
from .polynomials import identity_holds
from .spiking import Events, Graph, Network, Simulator, follow, parse_events, parse_network

MAX_CASES = 200_000
MAX_GRID_WORK = 20_000_000  # points of an enumeration times the size of its formulas
OBLIGATIONS = ("smt", "identity", "enumeration")


@dataclass(frozen=True)
class Finding:
    """What came of replaying one certificate, and with what arithmetic or solver."""

    status: Literal["accepted", "rejected", "not-replayed"]
    kind: str
    reason: str
    checker: str


@dataclass(frozen=True)
class Context:
    """The statement of a certificate, the statement's other certificates by hash, and what is known of those."""

    statement: Statement
    data: Any
    others: Mapping[str, Any]
    findings: Mapping[str, Finding]

    def obligation(self, sha256: str) -> Finding:
        """The finding on a certificate that an argument names as its obligation."""
        certificate = self.others.get(sha256)
        if type(certificate) is not dict or digest(certificate) != sha256:
            raise Rejected(f"the obligation {sha256:.12} is not among the certificates of the statement")
        if certificate.get("kind") not in OBLIGATIONS or certificate.get("target") != "obligation":
            raise Rejected(f"the certificate {sha256:.12} is not of a kind that discharges an obligation")
        return self.findings.get(sha256) or replay(certificate, self.data)


class Instance:
    """The values of a statement's symbols at a raw instance, worked out when they are asked for."""

    def __init__(self, statement: Statement, raw: Any, library: Library, bits: int) -> None:
        keys(raw, (symbol.name for symbol in statement.parameters), "the raw instance")
        self.statement, self.library, self.bits = statement, library, bits
        self.values: dict[str, Value] = {
            symbol.name: (scalar if symbol.sort in SCALAR else raw_value)(symbol.sort, raw[symbol.name])
            for symbol in statement.parameters
        }

    def __getitem__(self, name: str) -> Value:
        if name not in self.values:
            symbol = self.statement.symbols[name]
            if symbol.code is not None:
                self.values[name] = symbol.code(self, self.bits)  # type: ignore[arg-type]
            else:
                self.values[name] = self.library.call(symbol.function, [self[x] for x in symbol.arguments])
        return self.values[name]

    def truth(self, code: Code) -> Truth:
        return decided(code, self, self.bits)  # type: ignore[arg-type]


def agrees(value: Value, data: Any) -> bool:
    """Whether a certificate's value is the one that was worked out."""
    if type(value) is Network or type(value) is Events:
        return bool(value == (parse_network(data) if type(value) is Network else parse_events(data)))
    if type(value) is not Enclosure and type(data) is not dict:
        return canonical(data) == canonical(written(value))
    if type(data) is dict:
        lo, hi = (exact(keys(data, ("lo", "hi"), "an enclosure")[end]) for end in ("lo", "hi"))
    else:
        lo = hi = exact(data) if is_exact(data) else 1 + value.hi
    if type(value) is Enclosure and type(data) is dict:
        return lo <= hi and value.overlaps(Enclosure(point(lo).lo, point(hi).hi))
    ends = (value.lo, value.hi) if type(value) is Enclosure else (value, value)
    return (is_number(value) or type(value) is Enclosure) and ends == (lo, hi)


def _fields(certificate: dict[str, Any], *names: str) -> list[Any]:
    """The values of a certificate's own keys; it must have these and no others."""
    keys(certificate, ("kind", "statement_sha256", *names), "the certificate")
    return [certificate[name] for name in names]


def _claims(target: Any) -> bool:
    """Whether a certificate is about the statement's claim (and not about an obligation of an argument)."""
    if target not in ("claim", "obligation"):
        raise Rejected("the target is neither 'claim' nor 'obligation'")
    return bool(target == "claim")


def _agree(given: Any, found: Any, what: str) -> None:
    if integer(given) != found:
        raise Rejected(f"{what} is {found}, not {given!r:.20}")


# Instances, families, enumerations ----------------------------------------------------------------------------


def _instance(certificate: dict[str, Any], context: Context) -> str:
    names = ("role", "drops", "raw", "values", "assumptions", "claim")
    role, drops, raw, values, assumptions, claim = _fields(certificate, *names)
    statement, library = context.statement, Library()
    if role not in ("case", "control", "counterexample"):
        raise Rejected("the role is none of case, control, counterexample")
    derived = [symbol.name for symbol in statement.symbols.values() if not symbol.is_parameter]
    keys(values, derived, "the object of values")
    keys(assumptions, statement.assumptions, "the object of assumptions")
    instances: list[Instance] = []

    def truths(bits: int) -> list[Truth]:
        instances.append(instance := Instance(statement, raw, library, bits))
        return [instance.truth(code) for code in (*statement.codes.values(), statement.claim_code)]

    *held, holds = settled(truths)
    found = dict(zip(statement.codes, held, strict=True))
    for name in derived:
        if not agrees(value := instances[-1][name], values[name]):
            raise Rejected(f"the value of {name!r} is {value!r:.60}, not {values[name]!r:.60}")
    for name, truth in found.items():
        if assumptions[name] is not truth:
            raise Rejected(f"the assumption {name!r} is {truth}, not {assumptions[name]!r:.20}")
    if claim is not holds:
        raise Rejected(f"the claim is {holds}, not {claim!r:.20}")
    if role != "control" and drops is not None:
        raise Rejected(f"'drops' goes with controls only, not with the role {role!r}")
    if role == "control" and (type(drops) is not str or found.pop(drops, None) is not False):
        raise Rejected("'drops' does not name an assumption that is certainly false here")
    if failing := [name for name, truth in found.items() if truth is not True]:
        raise Rejected(f"the assumption {failing[0]!r} does not hold here")
    if holds is not (role == "case"):
        raise Rejected("the claim does not certainly " + ("hold" if role == "case" else "fail") + " here")
    if role == "counterexample" and statement.quantifier != "for-all":
        raise Rejected("a counterexample says nothing about an 'exists' statement")
    return "integers"


def _axes(data: Any) -> dict[str, list[Any]]:
    axes: dict[str, list[Any]] = {}
    for name, values in (array(item, "an axis", 2) for item in array(data, "the axes")):
        if typed(name, str, "the name of an axis") in axes:
            raise Rejected(f"the axis {name!r} occurs twice")
        axes[name] = array(values, "the values of an axis")
        if len(set(map(canonical, values))) != len(values):
            raise Rejected(f"the axis {name!r} repeats a value: cases would be counted twice")
    if prod(map(len, axes.values())) > MAX_CASES:
        raise Rejected(f"there are more than {MAX_CASES} cases")
    return axes


def _count(certificate: dict[str, Any], axes: dict[str, list[Any]], judge: Callable[[Any, int], list[Truth]]) -> None:
    """Judge every case of a product: [False] is outside, otherwise all truths must be true. Then compare the counts."""
    total = beyond = 0
    for values in itertools.product(*axes.values()):
        case = dict(zip(axes, values, strict=True))
        total += 1
        held = settled(lambda bits, case=case: judge(case, bits))  # type: ignore[misc]
        beyond += held == [False]
        if held != [False] and not all(held):
            raise Rejected(f"case {total} does not certainly hold: {case!r:.200}")
    _agree(certificate["count"], total, "the number of cases")
    _agree(certificate["outside"], beyond, "the number of cases outside the assumptions")
    if total == beyond:
        raise Rejected("no case meets the assumptions")


def _inside(codes: Mapping[Any, Code] | list[Code], truth: Callable[[Code], Truth]) -> list[Truth]:
    """The truths of assumptions, or [False] if one of them is certainly false."""
    held: list[Truth] = []
    for code in codes.values() if isinstance(codes, Mapping) else codes:
        held.append(truth(code))
        if held[-1] is False:
            return [False]
    return [*held, True]


def _filled(template: Any, case: Mapping[str, Any], used: set[str]) -> Any:
    if type(template) is dict:
        return {key: _filled(item, case, used) for key, item in template.items()}
    if type(template) is not list:
        return template
    if len(template) == 2 and template[0] == "axis" and type(template[1]) is str:
        if template[1] not in case:
            raise Rejected(f"the template names the unknown axis {template[1]!r:.60}")
        used.add(template[1])
        return case[template[1]]
    return [_filled(item, case, used) for item in template]


def _family(certificate: dict[str, Any], context: Context) -> str:
    template, axes_data, _, _, tally = _fields(certificate, "template", "axes", "count", "outside", "tally")
    statement, library, axes = context.statement, Library(), _axes(axes_data)
    quantities = array(keys(tally, ("quantities", "counts"), "the tally")["quantities"], "the tallied quantities")
    if not all(type(name) is str and name in statement.symbols for name in quantities):
        raise Rejected("the tally names a symbol that the statement does not have")
    used: set[str] = set()
    tallied: Counter[str] = Counter()

    def judge(case: Any, bits: int) -> list[Truth]:
        instance = Instance(statement, _filled(template, case, used), library, bits)
        held = _inside(statement.codes, instance.truth)
        if held == [False]:
            return held
        held.append(instance.truth(statement.claim_code))
        if all(held):
            values = [instance[name] for name in quantities]
            tallied[canonical([value if type(value) is str else written(value) for value in values])] += 1
        return held

    _count(certificate, axes, judge)
    if used != axes.keys():
        raise Rejected("an axis does not occur in the template: cases would be counted twice")
    expected = ",".join(f"[{values},{tallied[values]}]" for values in sorted(tallied)) if quantities else ""
    if canonical(tally["counts"]) != f"[{expected}]":
        raise Rejected("the tally differs from the one that was counted")
    return "integers"


def _enumeration(certificate: dict[str, Any], _: Context) -> str:
    names = ("target", "axes", "hypotheses", "conclusion", "count", "outside")
    target, axes_data, hypotheses, conclusion, _, _ = _fields(certificate, *names)
    if target != "obligation" or conclusion == ["true"]:
        raise Rejected("an enumeration is for obligations only, and not for the constant true")
    axes = {
        name: [value if type(value) is bool else exact(value) for value in values]
        for name, values in _axes(axes_data).items()
    }
    if any(len({(type(value) is bool, value) for value in values}) < len(values) for values in axes.values()):
        raise Rejected("an axis repeats a value")
    codes, goal = [compiled(x, axes) for x in array(hypotheses, "the hypotheses")], compiled(conclusion, axes)
    if prod(map(len, axes.values())) * (sum(map(size, hypotheses)) + size(conclusion)) > MAX_GRID_WORK:
        raise NotReplayed("the grid is too large for this checker")

    def judge(case: Any, bits: int) -> list[Truth]:
        held = _inside(codes, lambda code: decided(code, case, bits))
        return held if held == [False] else [*held, decided(goal, case, bits)]

    _count(certificate, axes, judge)
    return "integers"


# Proofs -------------------------------------------------------------------------------------------------------


def _smt(certificate: dict[str, Any], context: Context) -> str:
    names = ("target", "symbols", "hypotheses", "conclusion", "model")
    target, symbols_data, hypotheses, conclusion, model = _fields(certificate, *names)
    statement = context.statement
    pairs = [array(item, "a symbol", 2) for item in array(symbols_data, "the symbols")]
    symbols = [(typed(name, str, "a symbol's name"), typed(sort, str, "a symbol's sort")) for name, sort in pairs]
    if len(dict(symbols)) != len(symbols) or not all(sort in SCALAR for _, sort in symbols):
        raise Rejected("a symbol occurs twice, or its sort is not scalar")
    array(hypotheses, "the hypotheses")
    if _claims(target):
        if symbols != [(symbol.name, symbol.sort) for symbol in statement.parameters]:
            raise Rejected("the symbols are not the statement's parameters in order")
        if any(symbol.function for symbol in statement.symbols.values()):
            raise Rejected("the statement has computed symbols: its claim is not an implication between formulas")
        if [normal(x) for x in hypotheses] != [inlined(x, statement) for x in statement.assumptions.values()]:
            raise Rejected("the hypotheses are not the statement's assumptions")
        if normal(conclusion) != inlined(statement.claim, statement):
            raise Rejected("the conclusion is not the statement's claim")
    if conclusion == ["true"]:
        raise Rejected("the conclusion is the constant true")
    codes = [compiled(expression, dict(symbols)) for expression in hypotheses]
    compiled(conclusion, dict(symbols))
    keys(model, dict(symbols), "the model")
    values = {name: scalar(sort, model[name]) for name, sort in symbols}
    if not all(settled(lambda bits: [decided(code, values, bits) for code in codes])):
        raise Rejected("a hypothesis does not hold at the model")
    return smt.implied(symbols, hypotheses, conclusion)


def _identity(certificate: dict[str, Any], context: Context) -> str:
    target, equations = _fields(certificate, "target", "equations")
    statement = context.statement
    pairs = [array(pair, "an equation", 2) for pair in array(equations, "the equations")]
    symbols = set().union(*(symbol_names(side) for pair in pairs for side in pair))
    if _claims(target):
        head, arguments = parts(statement.claim)
        claimed = arguments if head == "and" else [statement.claim]
        if any(parts(equation)[0] != "eq" for equation in claimed):
            raise Rejected("the claim is not an equality, nor a conjunction of equalities")
        derived = sorted(canonical(inlined(equation, statement)) for equation in claimed)
        if sorted(canonical(normal(["eq", *pair])) for pair in pairs) != derived:
            raise Rejected("the equations are not those of the claim")
        symbols = {symbol.name for symbol in statement.parameters if symbol.sort in NUMERIC}
    if not pairs or not all(identity_holds(left, right, sorted(symbols)) for left, right in pairs):
        raise Rejected("there is no equation, or one that is not an identity")
    return "rational functions"


def _argument(certificate: dict[str, Any], context: Context) -> str:
    (steps,) = _fields(certificate, "steps")
    named: dict[str, None] = {}
    for step in array(steps, "the steps"):
        keys(step, ("text", "obligations", "cites"), "a step")
        for words in (step["text"], *array(step["cites"], "the citations of a step")):
            typed(words, str, "the text, or a citation, of a step")
        named.update((typed(x, str, "an obligation"), None) for x in array(step["obligations"], "the obligations"))
    findings = {sha256: context.obligation(sha256) for sha256 in named}
    for status, error in (("rejected", Rejected), ("not-replayed", NotReplayed)):
        for sha256, finding in findings.items():
            if finding.status == status:
                raise error(f"the obligation {sha256:.12} is {status}: {finding.reason}")
    if not findings:
        raise Rejected("the argument has no obligation: nothing in it is checked")
    return ", ".join(sorted({finding.checker for finding in findings.values()}))


# Explorations -------------------------------------------------------------------------------------------------


def _path(data: Any) -> list[tuple[Any, ...]]:
    """An array of moves."""
    return [(*array(move, "a move")[:1], *map(integer, move[1:])) for move in array(data, "a path")]


def _exploration(certificate: dict[str, Any], _: Context) -> str:
    names = ("network", "events", "semantics", "states", "edges", "rest", "ranking", "livelock")
    network, events, semantics, states, edges, rest, ranking, livelock = _fields(certificate, *names)
    simulator = Simulator(parse_network(network), parse_events(events), semantics)
    graph, n = Graph.of(simulator), simulator.n
    if graph is None:
        raise Rejected("there are more than 60,000 states: an exploration of them is undefined")
    _agree(states, len(graph.states), "the number of states")
    _agree(edges, graph.edge_count, "the number of edges")
    given, ends = [], set()
    for item in array(rest, "the list of states at rest"):
        keys(item, ("counts", "potentials", "path"), "a state at rest")
        ends.add(end := follow(simulator, simulator.initial, _path(item["path"]))[-1][0])
        counts, potentials = (array(item[key], key, n) for key in ("counts", "potentials"))
        given.append((tuple(map(integer, counts)), tuple(map(exact, potentials))))
        if given[-1] != (end[:n], simulator.potentials(end)):
            raise Rejected("a path does not lead to the state at rest that it is given for")
    expected = sorted((graph.states[v][:n], simulator.potentials(graph.states[v])) for v in graph.rest)
    if given != expected or len(ends) != len(given):
        raise Rejected(f"the states at rest are not the {len(expected)} that can be reached, in order")
    if graph.cyclic and ranking is not None:
        raise Rejected("the graph has a cycle, and yet a ranking is given")
    if not graph.cyclic:
        lengths = [length for _, length in sorted(zip(graph.states, graph.longest(), strict=True))]
        if list(map(integer, array(ranking, "the ranking"))) != lengths:
            raise Rejected("the ranking is not that of the longest runs")
    if (livelock is not None) != graph.livelock:
        raise Rejected("there is " + ("a" if graph.livelock else "no") + " fair livelock, against the certificate")
    if livelock is not None:
        keys(livelock, ("entry", "walk"), "the livelock")
        start = follow(simulator, simulator.initial, _path(livelock["entry"]))[-1][0]
        *walk, (end, _kinds, _kind) = follow(simulator, start, _path(livelock["walk"]))
        if not walk or end != start:
            raise Rejected("the walk of the livelock is empty or not closed")
        if not set.intersection(*(enabled for _, enabled, _ in walk)) <= {kind for _, _, kind in walk}:
            raise Rejected("the walk of the livelock is not fair: an action that is always enabled is never taken")
    return "integers"


# All kinds ----------------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[dict[str, Any], Context], str]] = {
    "instance": _instance,
    "family": _family,
    "smt": _smt,
    "identity": _identity,
    "enumeration": _enumeration,
    "exploration": _exploration,
    "argument": _argument,
}


def replay(
    certificate: Any,
    statement: Any,
    others: Mapping[str, Any] | None = None,
    findings: Mapping[str, Finding] | None = None,
) -> Finding:
    """Replay a certificate of a statement. Never raises, whatever the data.

    `others`: the statement's other certificates by hash (arguments need them); `findings`: what is known of them.
    """
    kind = certificate.get("kind") if type(certificate) is dict else None
    kind = kind if type(kind) is str and kind in KINDS else "unknown"
    try:
        plain(certificate)
        if kind == "unknown":
            raise Rejected("the certificate is of no known kind")
        read = parse_statement(statement)
        if certificate.get("statement_sha256") != read.sha256:
            raise Rejected("the certificate belongs to another statement: statement_sha256 differs")
        if read.quantifier == "exists" and kind not in ("instance", "exploration"):
            raise Rejected(f"a certificate of the kind {kind!r} says nothing about an 'exists' statement")
        checker = KINDS[kind](certificate, Context(read, statement, others or {}, findings or {}))
        return Finding("accepted", kind, "replayed", checker)
    except Rejected as error:
        return Finding("rejected", kind, str(error), "")
    except NotReplayed as error:
        return Finding("not-replayed", kind, str(error), "")
    except MemoryError:
        return Finding("not-replayed", kind, "out of memory", "")
    except RecursionError:
        return Finding("rejected", kind, "nested too deeply", "")
    except Exception as error:  # whatever else untrusted data may provoke
        return Finding("rejected", kind, f"malformed ({type(error).__name__}: {error!s:.100})", "")
