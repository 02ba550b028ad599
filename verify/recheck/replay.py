"""Replays certificates: one function for each kind."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from . import smt
from .formula import (
    NUMERIC,
    PRECISIONS,
    SCALAR,
    Statement,
    Truth,
    Value,
    compiled,
    decided,
    inlined,
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
from .load import NotReplayed, Rejected, array, canonical, digest, exact, integer, is_exact, keys, plain, text
from .polynomials import identity_holds
from .spiking import Events, Graph, Network, Simulator, follow, parse_events, parse_network

MAX_CASES = 200_000
MAX_GRID_WORK = 20_000_000  # points of an enumeration times the size of its formulas

Status = Literal["accepted", "rejected", "not-replayed"]


@dataclass(frozen=True)
class Finding:
    """What came of replaying one certificate, and with what arithmetic or solver."""

    status: Status
    kind: str
    reason: str
    checker: str


class Instance:
    """The values of a statement's symbols at a raw instance, worked out when they are asked for."""

    def __init__(self, statement: Statement, raw: Any, library: Library, bits: int = PRECISIONS[0]) -> None:
        keys(raw, (symbol.name for symbol in statement.parameters), "the raw instance")
        self.statement, self.library, self.bits = statement, library, bits
        self.values: dict[str, Value] = {}
        for symbol in statement.parameters:
            read = scalar if symbol.sort in SCALAR else raw_value
            self.values[symbol.name] = read(symbol.sort, raw[symbol.name])

    def __getitem__(self, name: str) -> Value:
        if name not in self.values:
            symbol = self.statement.symbols[name]
            if symbol.code is not None:
                self.values[name] = symbol.code(self, self.bits)  # type: ignore[arg-type]
            else:
                self.values[name] = self.library.call(symbol.function, [self[x] for x in symbol.arguments])
        return self.values[name]

    def truth_of(self, code: Any) -> Truth:
        return decided(code, self, self.bits)  # type: ignore[arg-type]


def agrees(value: Value, data: Any) -> bool:
    """Whether a certificate's value is the one that was worked out."""
    if type(value) is Network:
        return parse_network(data) == value
    if type(value) is Events:
        return parse_events(data) == value
    if type(data) is dict:
        keys(data, ("lo", "hi"), "an enclosure")
        lo, hi = exact(data["lo"]), exact(data["hi"])
        if type(value) is not Enclosure:
            return is_exact(written(value)) and lo == hi == value
        return lo <= hi and value.overlaps(Enclosure(point(lo).lo, point(hi).hi))
    if type(value) is Enclosure:
        return is_exact(data) and value == point(exact(data))
    return canonical(data) == canonical(written(value))


def _fields(certificate: dict[str, Any], *names: str) -> list[Any]:
    """The values of a certificate's own keys; it must have these and no others."""
    keys(certificate, ("kind", "statement_sha256", *names), "the certificate")
    return [certificate[name] for name in names]


def _universal(statement: Statement, what: str) -> None:
    if statement.quantifier != "for-all":
        raise Rejected(f"{what} proves nothing about an 'exists' statement")


def _counts(data: Any, expected: int, what: str) -> None:
    if integer(data) != expected:
        raise Rejected(f"{what} is {expected}, not {data}")


# Instances and families -------------------------------------------------------------------------------------


def _instance(certificate: dict[str, Any], statement: Statement, _: "Others") -> str:
    role, drops, raw, values, assumptions, claim = _fields(
        certificate, "role", "drops", "raw", "values", "assumptions", "claim"
    )
    if role not in ("case", "control", "counterexample"):
        raise Rejected("the role is none of case, control, counterexample")
    derived = [symbol.name for symbol in statement.symbols.values() if not symbol.is_parameter]
    keys(values, derived, "the object of values")
    keys(assumptions, statement.assumptions, "the object of assumptions")
    library = Library()
    instances: list[Instance] = []

    def truths(bits: int) -> list[Truth]:
        instances.append(instance := Instance(statement, raw, library, bits))
        return [instance.truth_of(code) for code in (*statement.codes.values(), statement.claim_code)]

    *held, holds = settled(truths)
    found = dict(zip(statement.codes, held, strict=True))
    for name in derived:
        if not agrees(instances[-1][name], values[name]):
            raise Rejected(f"the value of {name!r} is {instances[-1][name]!r:.60}, not {values[name]!r:.60}")
    for name, value in found.items():
        if assumptions[name] is not value:
            raise Rejected(f"the assumption {name!r} is {value}, not {assumptions[name]!r:.20}")
    if claim is not holds:
        raise Rejected(f"the claim is {holds}, not {claim!r:.20}")
    if role == "control":
        if type(drops) is not str or drops not in found:
            raise Rejected("'drops' names no assumption of the statement")
        if found.pop(drops) is not False:
            raise Rejected(f"the assumption {drops!r} is not certainly false here")
    elif drops is not None:
        raise Rejected(f"'drops' goes with controls only, not with the role {role!r}")
    failing = [name for name, value in found.items() if value is not True]
    if failing:
        raise Rejected(f"the assumption {failing[0]!r} does not hold here")
    if role == "counterexample":
        _universal(statement, "a counterexample")
    if holds is not (role == "case"):
        raise Rejected("the claim does not certainly " + ("hold" if role == "case" else "fail") + " here")
    return "integers"


def _axes(data: Any) -> dict[str, list[Any]]:
    axes: dict[str, list[Any]] = {}
    for item in array(data, "the axes"):
        name, values = array(item, "an axis", 2)
        if text(name, "the name of an axis") in axes:
            raise Rejected(f"the axis {name!r} occurs twice")
        axes[name] = array(values, "the values of an axis")
        if len({canonical(value) for value in values}) != len(values):
            raise Rejected(f"the axis {name!r} repeats a value: cases would be counted twice")
    return axes


def _filled(template: Any, case: Mapping[str, Any], used: set[str]) -> Any:
    if type(template) is list:
        if len(template) == 2 and template[0] == "axis" and type(template[1]) is str:
            if template[1] not in case:
                raise Rejected(f"the template names the unknown axis {template[1]!r}")
            used.add(template[1])
            return case[template[1]]
        return [_filled(item, case, used) for item in template]
    if type(template) is dict:
        return {key: _filled(item, case, used) for key, item in template.items()}
    return template


def _points(axes: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """The product of the axes, the last one fastest."""
    return (dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values()))


def _tallied(data: Any, statement: Statement) -> tuple[list[str], Any]:
    keys(data, ("quantities", "counts"), "the tally")
    names = array(data["quantities"], "the tallied quantities")
    for name in names:
        if type(name) is not str or name not in statement.symbols:
            raise Rejected("the tally names a symbol that the statement does not have")
    return names, data["counts"]


def _value_text(value: Value) -> str:
    return canonical(value if type(value) is str else written(value))


def _family(certificate: dict[str, Any], statement: Statement, _: "Others") -> str:
    template, axes_data, count, outside, tally = _fields(certificate, "template", "axes", "count", "outside", "tally")
    _universal(statement, "a family")
    axes = _axes(axes_data)
    if prod(map(len, axes.values())) > MAX_CASES:
        raise Rejected(f"the family has more than {MAX_CASES} cases")
    names, counts = _tallied(tally, statement)
    library, used = Library(), set[str]()
    total = beyond = 0
    tallied: Counter[str] = Counter()
    for case in _points(axes):
        total += 1
        raw = _filled(template, case, used)
        values: list[str] = []

        def truths(bits: int, raw: Any = raw, values: list[str] = values) -> list[Truth]:
            instance = Instance(statement, raw, library, bits)
            found: list[Truth] = []
            for code in statement.codes.values():
                found.append(instance.truth_of(code))
                if found[-1] is False:
                    return [False]
            values[:] = [_value_text(instance[name]) for name in names]
            return [*found, True, instance.truth_of(statement.claim_code)]

        held = settled(truths)
        if held == [False]:
            beyond += 1
        elif not all(held):
            what = "the claim" if all(held[:-1]) else "an assumption"
            raise Rejected(f"{what} is not certainly true in case {total} of the family: {canonical(case):.200}")
        else:
            tallied["[" + ",".join(values) + "]"] += 1
    if total and used != axes.keys():
        raise Rejected("an axis does not occur in the template: cases would be counted twice")
    _counts(count, total, "the number of cases")
    _counts(outside, beyond, "the number of cases outside the assumptions")
    if total == beyond:
        raise Rejected("no case meets the assumptions")
    expected = [f"[{key},{tallied[key]}]" for key in sorted(tallied)] if names else []
    if canonical(counts) != "[" + ",".join(expected) + "]":
        raise Rejected("the tally differs from the one that was counted")
    return "integers"


# Proofs -----------------------------------------------------------------------------------------------------


def _target(data: Any) -> bool:
    """Whether a certificate is about the statement's claim (and not about an obligation of an argument)."""
    if data not in ("claim", "obligation"):
        raise Rejected("the target is neither 'claim' nor 'obligation'")
    return bool(data == "claim")


def _same(given: Any, derived: Any, what: str) -> None:
    if normal(given) != normal(derived):
        raise Rejected(f"{what} is not that of the statement")


def _smt(certificate: dict[str, Any], statement: Statement, _: "Others") -> str:
    target, symbols_data, hypotheses, conclusion, model = _fields(
        certificate, "target", "symbols", "hypotheses", "conclusion", "model"
    )
    _universal(statement, "an implication")
    symbols = []
    for item in array(symbols_data, "the symbols"):
        name, sort = array(item, "a symbol", 2)
        symbols.append((text(name, "a symbol's name"), text(sort, "a symbol's sort")))
    if len(dict(symbols)) != len(symbols):
        raise Rejected("a symbol occurs twice")
    if not all(sort in SCALAR for _, sort in symbols):
        raise Rejected("a symbol has a sort that is not scalar")
    array(hypotheses, "the hypotheses")
    if _target(target):
        if symbols != [(symbol.name, symbol.sort) for symbol in statement.parameters]:
            raise Rejected("the symbols are not the statement's parameters in order")
        if any(symbol.function for symbol in statement.symbols.values()):
            raise Rejected("the statement has computed symbols: its claim is not an implication between formulas")
        if len(hypotheses) != len(statement.assumptions):
            raise Rejected("the hypotheses are not the statement's assumptions")
        for given, (name, expression) in zip(hypotheses, statement.assumptions.items(), strict=True):
            _same(given, inlined(expression, statement), f"the hypothesis in the place of {name!r}")
        _same(conclusion, inlined(statement.claim, statement), "the conclusion")
    if conclusion == ["true"]:
        raise Rejected("the conclusion is the constant true")
    codes = [compiled(expression, dict(symbols)) for expression in hypotheses]
    compiled(conclusion, dict(symbols))
    keys(model, dict(symbols), "the model")
    values = {name: scalar(sort, model[name]) for name, sort in symbols}
    for k, held in enumerate(settled(lambda bits: [decided(code, values, bits) for code in codes])):
        if held is not True:
            raise Rejected(f"hypothesis {k + 1} does not hold at the model")
    return smt.refuted(smt.query(symbols, hypotheses, conclusion))


def _identity(certificate: dict[str, Any], statement: Statement, _: "Others") -> str:
    target, equations = _fields(certificate, "target", "equations")
    _universal(statement, "an identity")
    pairs = [array(pair, "an equation", 2) for pair in array(equations, "the equations")]
    if not pairs:
        raise Rejected("there are no equations")
    if _target(target):
        head, arguments = parts(statement.claim)
        claimed = arguments if head == "and" else [statement.claim]
        if any(parts(equation)[0] != "eq" for equation in claimed):
            raise Rejected("the claim is not an equality, nor a conjunction of equalities")
        given = [normal(["eq", *pair]) for pair in pairs]
        derived = [normal(inlined(equation, statement)) for equation in claimed]
        if sorted(map(canonical, given)) != sorted(map(canonical, derived)):
            raise Rejected("the equations are not those of the claim")
        symbols = {symbol.name for symbol in statement.parameters if symbol.sort in NUMERIC}
    else:
        symbols = set().union(*(symbol_names(side) for pair in pairs for side in pair))
    for k, (left, right) in enumerate(pairs):
        if not identity_holds(left, right, sorted(symbols)):
            raise Rejected(f"equation {k + 1} is not an identity")
    return "rational functions"


def _enumeration(certificate: dict[str, Any], statement: Statement, _: "Others") -> str:
    target, axes_data, hypotheses, conclusion, count, outside = _fields(
        certificate, "target", "axes", "hypotheses", "conclusion", "count", "outside"
    )
    _universal(statement, "an enumeration")
    if target != "obligation":
        raise Rejected("an enumeration is for obligations only")
    if conclusion == ["true"]:
        raise Rejected("the conclusion is the constant true")
    axes = {
        name: [value if type(value) is bool else exact(value) for value in values]
        for name, values in _axes(axes_data).items()
    }
    if any(len(set(values)) != len(values) and bool not in map(type, values) for values in axes.values()):
        raise Rejected("an axis repeats a value")
    codes = [compiled(expression, axes) for expression in array(hypotheses, "the hypotheses")]
    goal = compiled(conclusion, axes)
    if prod(map(len, axes.values())) * (sum(map(size, hypotheses)) + size(conclusion)) > MAX_GRID_WORK:
        raise NotReplayed("the grid is too large for this checker")
    total = beyond = 0
    for values in _points(axes):
        total += 1
        held = settled(lambda bits, values=values: [decided(code, values, bits) for code in codes])  # type: ignore[misc]
        if False in held:
            beyond += 1
        elif None in held or settled(lambda bits, values=values: [decided(goal, values, bits)]) != [True]:  # type: ignore[misc]
            raise Rejected(f"the implication is not certainly true at point {total} of the grid")
    _counts(count, total, "the number of points")
    _counts(outside, beyond, "the number of points outside the hypotheses")
    if total == beyond:
        raise Rejected("no point meets the hypotheses")
    return "integers"


def _argument(certificate: dict[str, Any], statement: Statement, others: "Others") -> str:
    (steps,) = _fields(certificate, "steps")
    _universal(statement, "an argument")
    named: list[str] = []
    for step in array(steps, "the steps"):
        keys(step, ("text", "obligations", "cites"), "a step")
        text(step["text"], "the text of a step")
        for cited in array(step["cites"], "the citations of a step"):
            text(cited, "a citation")
        named += [text(sha256, "an obligation") for sha256 in array(step["obligations"], "the obligations of a step")]
    if not named:
        raise Rejected("the argument has no obligation: nothing in it is checked")
    checkers = set()
    for sha256 in dict.fromkeys(named):
        finding = others.obligation(sha256)
        if finding.status == "rejected":
            raise Rejected(f"the obligation {sha256:.12} is rejected: {finding.reason}")
        if finding.status == "not-replayed":
            raise NotReplayed(f"the obligation {sha256:.12} is not replayed: {finding.reason}")
        checkers.add(finding.checker)
    return ", ".join(sorted(checkers))


# Explorations -----------------------------------------------------------------------------------------------


def _path(data: Any) -> list[tuple[Any, ...]]:
    """An array of moves."""
    moves = []
    for move in array(data, "a path"):
        if not array(move, "a move"):
            raise Rejected("a move is empty")
        moves.append((text(move[0], "the name of a move"), *map(integer, move[1:])))
    return moves


def _exploration(certificate: dict[str, Any], _: Statement, __: "Others") -> str:
    network, events, semantics, states, edges, rest, ranking, livelock = _fields(
        certificate, "network", "events", "semantics", "states", "edges", "rest", "ranking", "livelock"
    )
    simulator = Simulator(parse_network(network), parse_events(events), text(semantics, "the semantics"))
    graph = Graph.of(simulator)
    if graph is None:
        raise Rejected("there are more than 60,000 states: an exploration of them is undefined")
    _counts(states, len(graph.states), "the number of states")
    _counts(edges, graph.edge_count, "the number of edges")
    n = simulator.n
    expected = sorted((graph.states[v][:n], simulator.potentials(graph.states[v])) for v in graph.rest)
    given, ends = [], set()
    for item in array(rest, "the list of states at rest"):
        keys(item, ("counts", "potentials", "path"), "a state at rest")
        counts = tuple(map(integer, array(item["counts"], "counts", n)))
        potentials = tuple(map(exact, array(item["potentials"], "potentials", n)))
        end = follow(simulator, simulator.initial, _path(item["path"]))[-1][0]
        if end[:n] != counts or simulator.potentials(end) != potentials:
            raise Rejected("a path does not lead to the state at rest that it is given for")
        given.append((counts, potentials))
        ends.add(end)
    if given != expected or len(ends) != len(given):
        raise Rejected(f"the states at rest are not the {len(expected)} that can be reached, in order")
    if graph.cyclic:
        if ranking is not None:
            raise Rejected("the graph has a cycle, and yet a ranking is given")
    else:
        order = sorted(range(len(graph.states)), key=graph.states.__getitem__)
        if list(map(integer, array(ranking, "the ranking"))) != [graph.longest[v] for v in order]:
            raise Rejected("the ranking is not that of the longest runs")
    if (livelock is not None) != graph.livelock:
        raise Rejected("there is " + ("a" if graph.livelock else "no") + " fair livelock, against the certificate")
    if livelock is not None:
        keys(livelock, ("entry", "walk"), "the livelock")
        start = follow(simulator, simulator.initial, _path(livelock["entry"]))[-1][0]
        *walk, (end, _kinds, _kind) = follow(simulator, start, _path(livelock["walk"]))
        if not walk or end != start:
            raise Rejected("the walk of the livelock is empty or not closed")
        owed = set.intersection(*(enabled for _, enabled, _ in walk))
        if not owed <= {kind for _, _, kind in walk}:
            raise Rejected("the walk of the livelock is not fair: an action that is always enabled is never taken")
    return "integers"


# All kinds --------------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[dict[str, Any], Statement, "Others"], str]] = {
    "instance": _instance,
    "family": _family,
    "smt": _smt,
    "identity": _identity,
    "enumeration": _enumeration,
    "exploration": _exploration,
    "argument": _argument,
}
OBLIGATIONS = ("smt", "identity", "enumeration")


class Others:
    """The other certificates of a statement, by hash, and the findings on those that were replayed before."""

    def __init__(
        self, statement: Any, certificates: Mapping[str, Any], findings: Mapping[str, Finding] | None = None
    ) -> None:
        self.statement, self.certificates, self.findings = statement, certificates, findings or {}

    def obligation(self, sha256: str) -> Finding:
        """The finding on a certificate that an argument names as its obligation."""
        certificate = self.certificates.get(sha256)
        if type(certificate) is not dict or digest(certificate) != sha256:
            raise Rejected(f"the obligation {sha256:.12} is not among the certificates of the statement")
        if certificate.get("kind") not in OBLIGATIONS or certificate.get("target") != "obligation":
            raise Rejected(f"the certificate {sha256:.12} is not of a kind that discharges an obligation")
        if sha256 in self.findings:
            return self.findings[sha256]
        return replay(certificate, self.statement)


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
        if "statement_sha256" not in certificate:
            raise Rejected("the certificate lacks the key 'statement_sha256'")
        read = parse_statement(statement)
        if certificate["statement_sha256"] != read.sha256:
            raise Rejected("the certificate belongs to another statement: statement_sha256 differs")
        checker = KINDS[kind](certificate, read, Others(statement, others or {}, findings))
        return Finding("accepted", kind, "replayed", checker)
    except Rejected as error:
        return Finding("rejected", kind, str(error), "")
    except NotReplayed as error:
        return Finding("not-replayed", kind, str(error), "")
    except RecursionError:
        return Finding("rejected", kind, "nested too deeply", "")
    except MemoryError:
        return Finding("not-replayed", kind, "out of memory", "")
    except Exception as error:  # whatever else untrusted data may provoke
        return Finding("rejected", kind, f"malformed ({type(error).__name__}: {error!s:.100})", "")


