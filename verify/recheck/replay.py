"""Replays certificates: one function for each kind."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any, Literal

from . import linear, roots, smt
from .definitions.dense import Data, Dense, parse_data, parse_dense
from .definitions.functions import Library, raw_value
from .definitions.spiking import Events, Graph, Network, Simulator, follow, parse_events, parse_network
from .formula import EXACT, Code, Truth, Value, Values, compiled, decided, enclosure, parts, settled, size, written
from .intervals import Enclosure, point
from .load import NotReplayed, Rejected, canonical, digest, exact, integer, plain, require
from .polynomials import annihilated, identity_holds
from .shapes import Reader, anything, many, of_type, one_of, optional, record, text
from .statement import NUMERIC, SCALAR, Statement, inlined
from .zeros import unique_zero

MAX_CASES = 200_000
MAX_GRID_WORK = 20_000_000  # points of an enumeration times the size of its formulas


@dataclass(frozen=True)
class Finding:
    """What came of replaying one certificate, and with what arithmetic or solver."""

    status: Literal["accepted", "rejected", "not-replayed"]
    kind: str
    reason: str
    checker: str


def _move(data: Any) -> tuple[Any, ...]:
    head, *rest = many(anything)(data)
    return (text(head), *map(integer, rest))


def _row(*readers: Reader) -> Reader:
    """A reader of an array with one entry for each reader."""
    return lambda data: tuple(read(x) for read, x in zip(readers, many(anything, len(readers))(data), strict=True))


Checker = Callable[[Statement, dict[str, Any], Callable[[str], Finding]], str]
KINDS: dict[str, tuple[Reader, Checker]] = {}
TARGET, OBLIGATION = one_of("claim", "obligation"), one_of("obligation")
OBJECTS: dict[type, Reader] = {Network: parse_network, Events: parse_events, Dense: parse_dense, Data: parse_data}
ENCLOSURE, PATH, PAIR = record(lo=exact, hi=exact), many(_move), many(anything, 2)
STEP = record(text=text, obligations=many(text), cites=many(text))
TALLY = record(quantities=many(text), counts=anything)
AT_REST = record(counts=many(integer), potentials=many(exact), path=PATH)
LIVELOCK = record(entry=PATH, walk=PATH)
OBLIGATIONS = ("smt", "identity", "enumeration", "inertia", "rank", "roots", "zero")
INSTANCE = ("drops", "raw", "values", "assumptions", "claim")


def _kind(name: str, **readers: Reader) -> Callable[[Checker], Checker]:
    """Registers the function that checks a kind of certificate, with the readers of that kind's keys."""

    def register(checker: Checker) -> Checker:
        KINDS[name] = record(kind=text, statement_sha256=text, **readers), checker
        return checker

    return register


class Instance(dict[str, Value]):
    """The values of a statement's symbols at a raw instance; those of derived symbols when they are asked for."""

    def __init__(self, statement: Statement, raw: Any, library: Library, bits: int) -> None:
        super().__init__(record(**{name: raw_value(sort) for name, sort in statement.parameters.items()})(raw))
        self.statement, self.library, self.bits = statement, library, bits

    def __missing__(self, name: str) -> Value:
        if name in self.statement.defined:
            self[name] = self.statement.defined[name].code(self, self.bits)
        else:
            function, arguments = self.statement.computed[name]
            self[name] = self.library.call(function, [self[x] for x in arguments], self.bits)
        return self[name]


def agrees(value: Value, data: Any) -> bool:
    """Whether a certificate's value is the one that was worked out; of enclosures: whether they overlap."""
    if type(value) in OBJECTS:
        return bool(value == OBJECTS[type(value)](data))
    if type(value) is not Enclosure and (type(value) not in EXACT or type(data) is not dict):
        return canonical(data) == canonical(written(value))
    if type(data) is not dict:
        return enclosure(exact(data)) == value
    lo, hi = ENCLOSURE(data).values()
    given = Enclosure(Fraction(lo), Fraction(hi))
    return lo <= hi and (given.overlaps(value) if type(value) is Enclosure else given == point(value))


@_kind("instance", role=one_of("case", "control", "counterexample"), **dict.fromkeys(INSTANCE, anything))
def _instance(statement: Statement, c: dict[str, Any], _: Any) -> str:
    library, role = Library(), c["role"]
    values, (*held, holds) = settled(
        lambda bits: Instance(statement, c["raw"], library, bits),
        lambda values, bits: [decided(formula.code, values, bits) for formula in statement.formulas],
    )
    derived = dict.fromkeys((*statement.defined, *statement.computed), anything)
    for name, given in record(**derived)(c["values"]).items():
        if not agrees(values[name], given):
            raise Rejected(f"the value of {name!r} is {values[name]!r:.60}, not {given!r:.60}")
    found = dict(zip(statement.assumptions, held, strict=True))
    for name, given in record(**dict.fromkeys(found, anything))(c["assumptions"]).items():
        require(given is found[name], f"the assumption {name!r} is {found[name]}, not {given!r:.20}")
    require(c["claim"] is holds, f"the claim is {holds}, not {c['claim']!r:.20}")
    dropped = found.pop(text(c["drops"]), None) if role == "control" else c["drops"]
    require(dropped is (False if role == "control" else None), "'drops' is for controls, and names what is false there")
    require(all(found.values()), "an assumption does not hold here")
    require(holds is (role == "case"), f"the claim, which is {holds} here, does not go with the role {role!r}")
    foreign = role == "counterexample" and statement.quantifier != "for-all"
    require(not foreign, "a counterexample says nothing about an 'exists' statement")
    return "integers"


def _axes(read: Reader, label: Callable[[Any], str]) -> Reader:
    """A reader of axes by name, which rejects what would count cases twice, and too many of them."""

    def read_axes(data: Any) -> dict[str, tuple[Any, ...]]:
        pairs = [(text(name), many(read)(values)) for name, values in many(PAIR)(data)]
        for name, values in pairs:
            require(len(set(map(label, values))) == len(values), f"the axis {name!r:.60} repeats a value")
        require(len(dict(pairs)) == len(pairs), "an axis occurs twice")
        require(prod(len(values) for _, values in pairs) <= MAX_CASES, f"there are more than {MAX_CASES} cases")
        return dict(pairs)

    return read_axes


def _sweep(
    c: dict[str, Any], assumed: Sequence[Code], claim: Code, place: Callable[[dict[str, Any], int], Values]
) -> Iterator[Values]:
    """The values at each case of a product inside the assumptions; judges all cases, and compares their counts."""

    def judge(values: Values, bits: int) -> list[Truth]:
        """The truths of the assumptions and of the claim; none at all if an assumption is certainly false."""
        held: list[Truth] = []
        for code in assumed:
            held.append(decided(code, values, bits))
            if held[-1] is False:
                return []
        return [*held, decided(claim, values, bits)]

    total = inside = 0
    for chosen in itertools.product(*c["axes"].values()):
        case = dict(zip(c["axes"], chosen, strict=True))
        values, held = settled(partial(place, case), judge)
        total += 1
        if not all(held):
            raise Rejected(f"case {total} does not certainly hold: {case!r:.200}")
        if held:
            inside += 1
            yield values
    require(inside, "no case meets the assumptions")
    counts = {"count": total, "outside": total - inside}
    require(all(c[key] == counts[key] for key in counts), f"the counts are {counts}")


def _filled(template: Any, case: Mapping[str, Any], used: set[str]) -> Any:
    if type(template) is dict:
        return {key: _filled(item, case, used) for key, item in template.items()}
    if type(template) is not list:
        return template
    if len(template) == 2 and template[0] == "axis" and type(template[1]) is str:
        require(template[1] in case, f"the template names the unknown axis {template[1]!r:.60}")
        used.add(template[1])
        return case[template[1]]
    return [_filled(item, case, used) for item in template]


@_kind("family", template=anything, axes=_axes(anything, canonical), count=integer, outside=integer, tally=TALLY)
def _family(statement: Statement, c: dict[str, Any], _: Any) -> str:
    library, quantities = Library(), c["tally"]["quantities"]
    require(statement.symbols.issuperset(quantities), "the tally names a symbol that the statement does not have")
    used: set[str] = set()

    def place(case: dict[str, Any], bits: int) -> Values:
        return Instance(statement, _filled(c["template"], case, used), library, bits)

    *assumed, claim = (formula.code for formula in statement.formulas)
    inside = _sweep(c, assumed, claim, place)
    tally = Counter(canonical([written(values[name]) for name in quantities]) for values in inside)
    require(used == c["axes"].keys(), "an axis does not occur in the template: cases would be counted twice")
    expected = ",".join(f"[{values},{tally[values]}]" for values in sorted(tally)) if quantities else ""
    require(canonical(c["tally"]["counts"]) == f"[{expected}]", "the tally differs from the one that was counted")
    return "integers"


@_kind(
    "enumeration", target=OBLIGATION, hypotheses=many(anything), conclusion=anything, count=integer,
    outside=integer, axes=_axes(lambda data: data if type(data) is bool else exact(data), repr),
)  # fmt: skip
def _enumeration(statement: Statement, c: dict[str, Any], _: Any) -> str:
    require(c["conclusion"] != ["true"], "the conclusion is the constant true")
    *assumed, claim = (compiled(x, c["axes"]) for x in (*c["hypotheses"], c["conclusion"]))
    work = prod(map(len, c["axes"].values())) * sum(map(size, (*c["hypotheses"], c["conclusion"])))
    if work > MAX_GRID_WORK:
        raise NotReplayed("the grid is too large for this checker")
    for _case in _sweep(c, assumed, claim, lambda case, bits: case):
        pass
    return "integers"


@_kind("smt", target=TARGET, symbols=many(PAIR), hypotheses=many(anything), conclusion=anything, model=anything)
def _smt(statement: Statement, c: dict[str, Any], _: Any) -> str:
    hypotheses, conclusion = c["hypotheses"], c["conclusion"]
    symbols = [(text(name), one_of(*SCALAR)(sort)) for name, sort in c["symbols"]]
    if c["target"] == "claim":
        require(symbols == [*statement.parameters.items()], "the symbols are not the statement's parameters in order")
        require(not statement.computed, "the statement has computed symbols: it is no implication between formulas")
        given = [inlined(x, statement) for x in (*hypotheses, conclusion)]
        derived = [inlined(formula.expression, statement) for formula in statement.formulas]
        require(given == derived, "the hypotheses and the conclusion are not those of the statement")
    require(conclusion != ["true"], "the conclusion is the constant true")
    require(len(dict(symbols)) == len(symbols), "a symbol occurs twice")
    *codes, _ = (compiled(expression, dict(symbols)) for expression in (*hypotheses, conclusion))
    model = record(**{name: SCALAR[sort] for name, sort in symbols})(c["model"])
    _, held = settled(lambda bits: model, lambda values, bits: [decided(code, values, bits) for code in codes])
    require(all(held), "a hypothesis does not hold at the model")
    return smt.implied(symbols, hypotheses, conclusion)


@_kind("identity", target=TARGET, equations=many(PAIR))
def _identity(statement: Statement, c: dict[str, Any], _: Any) -> str:
    equations, symbols = c["equations"], None
    if c["target"] == "claim":
        head, arguments = parts(statement.claim.expression)
        claimed = arguments if head == "and" else [statement.claim.expression]
        given = (["eq", *equation] for equation in equations)
        one, other = (sorted(canonical(inlined(x, statement)) for x in side) for side in (given, claimed))
        require(one == other, "the equations are not those of the claim")
        symbols = {name for name, sort in statement.parameters.items() if sort in NUMERIC}
        assumed = [inlined(formula.expression, statement) for formula in statement.formulas[:-1]]
        sides = [inlined(side, statement) for equation in equations for side in equation]
        for base in (base for side in sides for base in smt.denominators(side)):
            smt.implied([*statement.parameters.items()], assumed, ["ne", base, ["num", "0"]])
    trivial = c["target"] != "claim" and any(canonical(left) == canonical(right) for left, right in equations)
    require(not trivial, "the two sides of an equation are one expression")
    right = equations and all(identity_holds(left, right, symbols) for left, right in equations)
    require(right, "there is no equation, or one that is not an identity")
    return "rational functions"


@_kind("inertia", target=OBLIGATION, matrix=many(many(exact)), inertia=many(integer, 3))
def _inertia(_: Statement, c: dict[str, Any], __: Any) -> str:
    matrix = c["matrix"]
    require(matrix and all(len(row) == len(matrix) for row in matrix), "the matrix is empty or not square")
    require(tuple(zip(*matrix, strict=True)) == matrix, "the matrix is not symmetric")
    found = linear.inertia(matrix)
    require(c["inertia"] == found, f"the inertia is {found}")
    return "fractions"


@_kind(
    "rank", target=OBLIGATION, matrix=many(many(anything)), rank=integer, rows=many(integer), columns=many(integer),
    point=lambda data: {name: exact(x) for name, x in of_type(dict)(data).items()}, kernel=many(many(anything)),
)  # fmt: skip
def _rank(_: Statement, c: dict[str, Any], __: Any) -> str:
    matrix, rank, place, kernel = c["matrix"], c["rank"], c["point"], c["kernel"]
    width = len(matrix[0]) if matrix else 0
    require(width and all(len(row) == width for row in (*matrix, *kernel)), "a row has a wrong length, or none")
    for chosen, bound in ((c["rows"], len(matrix)), (c["columns"], width)):
        increasing = all(0 <= i < bound for i in chosen) and list(chosen) == sorted(set(chosen))
        require(increasing and len(chosen) == rank, "rows or columns are not as many as the rank, increasing")
    require(len(kernel) == width - rank, "the vectors of the kernel are not as many as columns less the rank")
    require(annihilated(matrix, kernel, place.keys()), "the matrix times a vector of the kernel is not zero")

    def value(expression: Any) -> Any:
        found = compiled(expression, place)(place, 0)  # rational: no precision is needed
        require(found is not None, "the point is a pole of the minor or of the kernel")
        return found

    minor = [[value(matrix[i][j]) for j in c["columns"]] for i in c["rows"]]
    require(linear.exact_rank(minor) == rank, "the minor is zero at the point")
    independent = linear.exact_rank([list(map(value, vector)) for vector in kernel]) == len(kernel)
    require(independent, "the vectors of the kernel are not independent at the point")
    return "rational functions"


@_kind(
    "roots",
    target=OBLIGATION,
    polynomial=many(exact),
    interval=many(optional(exact), 2),
    roots=many(_row(exact, exact, integer)),
)
def _roots(_: Statement, c: dict[str, Any], __: Any) -> str:
    lo, hi = c["interval"]
    roots.check(c["polynomial"], lo, hi, c["roots"])
    return "Sturm sequences"


@_kind("zero", target=OBLIGATION, box=many(_row(text, exact, SCALAR["positive"])), equations=many(anything))
def _zero(_: Statement, c: dict[str, Any], __: Any) -> str:
    box = {name: (centre, radius) for name, centre, radius in c["box"]}
    require(len(box) == len(c["box"]), "a symbol occurs twice")
    require(unique_zero(box, c["equations"]), "Krawczyk's test does not show exactly one zero in the box")
    return "enclosures"


@_kind("argument", steps=many(STEP))
def _argument(_: Statement, c: dict[str, Any], obligation: Callable[[str], Finding]) -> str:
    names = dict.fromkeys(name for step in c["steps"] for name in step["obligations"])
    findings = {name: obligation(name) for name in names}
    require(findings, "the argument has no obligation: nothing in it is checked")
    require(all(step["text"].strip() for step in c["steps"]), "a step of the argument has no text")
    for status, error in (("rejected", Rejected), ("not-replayed", NotReplayed)):
        for name, finding in findings.items():
            if finding.status == status:
                raise error(f"the obligation {name:.12} is {status}: {finding.reason}")
    return ", ".join(sorted({finding.checker for finding in findings.values()}))


@_kind(
    "exploration", network=parse_network, events=parse_events, semantics=text, states=integer, edges=integer,
    rest=many(AT_REST), ranking=optional(many(integer)), livelock=optional(LIVELOCK),
)  # fmt: skip
def _exploration(statement: Statement, c: dict[str, Any], _: Any) -> str:
    simulator = Simulator(c["network"], c["events"], c["semantics"])
    graph, n, livelock = Graph.of(simulator), simulator.n, c["livelock"]
    if graph is None:
        raise Rejected("there are more than 60,000 states: an exploration of them is undefined")
    found = {"states": len(graph.states), "edges": graph.edge_count}
    require(all(c[key] == found[key] for key in found), f"the counts are {found}")
    ends = [follow(simulator, simulator.initial, item["path"])[-1][0] for item in c["rest"]]
    shown = [(end[:n], simulator.potentials(end)) for end in ends]
    given = [(item["counts"], item["potentials"]) for item in c["rest"]]
    require(given == shown, "a path does not lead to the state at rest that it is given for")
    expected = sorted((graph.states[v][:n], simulator.potentials(graph.states[v])) for v in graph.rest)
    complete = given == expected and len(set(ends)) == len(ends)
    require(complete, f"the states at rest are not the {len(expected)} that can be reached, in order")
    ranking = None
    if not graph.cyclic:
        ranking = tuple(length for _, length in sorted(zip(graph.states, graph.longest(), strict=True)))
    require(c["ranking"] == ranking, "the ranking is not that of the longest runs (none where there is a cycle)")
    require((livelock is not None) == graph.livelock, f"that there is a fair livelock is {graph.livelock}")
    if livelock:
        start = follow(simulator, simulator.initial, livelock["entry"])[-1][0]
        *walk, (end, _, _) = follow(simulator, start, livelock["walk"])
        require(walk and end == start, "the walk of the livelock is empty or not closed")
        owed = set.intersection(*(enabled for _, enabled, _ in walk)) - {kind for _, _, kind in walk}
        require(not owed, "the walk of the livelock is not fair: an action that is always enabled is never taken")
    return "integers"


def replay(
    certificate: Any,
    statement: Any,
    others: Mapping[str, Any] | None = None,
    findings: Mapping[str, Finding] | None = None,
) -> Finding:
    """Replay a certificate of a statement. Never raises, whatever the data.

    `others`: the statement's other certificates by hash (arguments need them); `findings`: what is known of them.
    """

    def obligation(sha256: str) -> Finding:
        other = (others or {}).get(sha256)
        if type(other) is not dict or digest(other) != sha256:
            raise Rejected(f"the obligation {sha256:.12} is not among the certificates of the statement")
        fits = other.get("kind") in OBLIGATIONS and other.get("target") == "obligation"
        require(fits, f"the certificate {sha256:.12} is not of a kind that discharges an obligation")
        return (findings or {}).get(sha256) or replay(other, statement)

    kind = certificate.get("kind") if type(certificate) is dict else None
    kind = kind if type(kind) is str and kind in KINDS else "unknown"
    try:
        plain(certificate)
        require(kind != "unknown", "the certificate is of no known kind")
        read, (reader, checker) = Statement(statement), KINDS[kind]
        fields = reader(certificate)
        same = fields["statement_sha256"] == read.sha256
        require(same, "the certificate belongs to another statement: statement_sha256 differs")
        fits = read.quantifier == "for-all" or kind in ("instance", "exploration")
        require(fits, f"a certificate of the kind {kind!r} says nothing about an 'exists' statement")
        return Finding("accepted", kind, "replayed", checker(read, fields, obligation))
    except (NotReplayed, MemoryError) as error:
        return Finding("not-replayed", kind, str(error) or "out of memory", "")
    except Exception as error:  # whatever untrusted data may provoke
        deep = isinstance(error, RecursionError)
        reason = "nested too deeply" if deep else f"malformed ({type(error).__name__}: {error!s:.100})"
        return Finding("rejected", kind, str(error) if isinstance(error, Rejected) else reason, "")
