"""Statements and certificates written by hand, for the tests of the independent checker."""

import copy
from typing import Any

from verify.recheck import Finding, certificate_sha256, replay, statement_sha256

Data = dict[str, Any]


def num(x: object) -> list[Any]:
    return ["num", str(x)]


def sym(name: str) -> list[Any]:
    return ["sym", name]


def parameter(name: str, sort: str) -> Data:
    return {"name": name, "sort": sort, "origin": ["parameter"]}


def defined(name: str, sort: str, expression: Any) -> Data:
    return {"name": name, "sort": sort, "origin": ["defined", expression]}


def computed(name: str, sort: str, function: str, *arguments: str) -> Data:
    return {"name": name, "sort": sort, "origin": ["computed", function, list(arguments)]}


def statement(symbols: list[Data], assumptions: Data, claim: Any, quantifier: str = "for-all", name: str = "s") -> Data:
    listed = [{"name": key, "expr": value} for key, value in assumptions.items()]
    return {"id": name, "quantifier": quantifier, "symbols": symbols, "assumptions": listed, "claim": claim}


def certificate(kind: str, of: Data, **fields: Any) -> Data:
    return {"kind": kind, "statement_sha256": statement_sha256(of), **fields}


def network(
    n: int, edges: list[tuple[int, int, Any]], potential: list[Any], lower: int, upper: int, **options: Any
) -> Data:
    """A network with thresholds 1 from edges (source, target, weight)."""
    weights = [["0"] * n for _ in range(n)]
    for source, target, weight in edges:
        weights[target][source] = str(weight)
    bounds = {"lower": [lower] * n, "upper": [upper] * n}
    return {"weights": weights, "threshold": ["1"] * n, "potential": [str(v) for v in potential], **bounds, **options}


def changed(data: Data, path: list[Any], value: Any) -> Data:
    """A deep copy with one entry replaced; the path is made of keys and indices."""
    data = copy.deepcopy(data)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


def accepted(given: Data, of: Data, others: tuple[Data, ...] = ()) -> Finding:
    finding = replay(given, of, {certificate_sha256(other): other for other in others})
    assert finding.status == "accepted", finding
    return finding


def rejected(given: Any, of: Any, others: tuple[Data, ...] = ()) -> Finding:
    finding = replay(given, of, {certificate_sha256(other): other for other in others})
    assert finding.status == "rejected", finding
    assert finding.reason
    return finding


def case(of: Data, raw: Data, values: Data | None = None) -> Data:
    """A case of a statement without assumptions."""
    fields = {"raw": raw, "values": values or {}, "assumptions": {}, "claim": True}
    return certificate("instance", of, role="case", drops=None, **fields)


# x >= 1 implies (x + 1)**2 >= 4: three ways to certify it.
X, ONE = sym("x"), num(1)
SQUARES = statement(
    [parameter("x", "real"), defined("y", "real", ["add", ONE, X])],
    {"large": ["le", ONE, X]},
    ["le", num(4), ["pow", sym("y"), num(2)]],
)
SQUARES_SMT = certificate(
    "smt",
    SQUARES,
    target="claim",
    symbols=[["x", "real"]],
    hypotheses=[["le", ONE, X]],
    conclusion=["le", num(4), ["pow", ["add", ONE, X], num(2)]],
    model={"x": "3/2"},
)
SQUARES_CASE = certificate(
    "instance",
    SQUARES,
    role="case",
    drops=None,
    raw={"x": "3/2"},
    values={"y": "5/2"},
    assumptions={"large": True},
    claim=True,
)
SQUARES_CONTROL = certificate(
    "instance",
    SQUARES,
    role="control",
    drops="large",
    raw={"x": "1/2"},
    values={"y": "3/2"},
    assumptions={"large": False},
    claim=False,
)
SQUARES_FAMILY = certificate(
    "family",
    SQUARES,
    template={"x": ["axis", "X"]},
    axes=[["X", ["0", "1", "3/2", "-4"]]],
    count=4,
    outside=2,
    tally={"quantities": ["y"], "counts": [[["2"], 1], [["5/2"], 1]]},
)

# x >= 1 does not imply x**2 >= 2.
FALSE = statement([parameter("x", "real")], {"large": ["le", ONE, X]}, ["le", num(2), ["pow", X, num(2)]], name="false")
COUNTEREXAMPLE = certificate(
    "instance",
    FALSE,
    role="counterexample",
    drops=None,
    raw={"x": "1"},
    values={},
    assumptions={"large": True},
    claim=False,
)

# 1/x - 1/(x + 1) = 1/(x**2 + x), and (x + y)**2 = x**2 + 2xy + y**2.
MINUS = num(-1)
FRACTIONS = [
    ["add", ["mul", MINUS, ["pow", ["add", ONE, X], MINUS]], ["pow", X, MINUS]],
    ["pow", ["add", X, ["pow", X, num(2)]], MINUS],
]
SQUARE = [
    ["pow", ["add", X, sym("y")], num(2)],
    ["add", ["mul", X, num(2), sym("y")], ["pow", X, num(2)], ["pow", sym("y"), num(2)]],
]
PLANE = [parameter("x", "positive"), parameter("y", "real")]
IDENTITIES = statement(PLANE, {}, ["and", ["eq", *FRACTIONS], ["eq", *SQUARE]], name="identities")
IDENTITY = certificate("identity", IDENTITIES, target="claim", equations=[FRACTIONS, SQUARE])

# An argument for SQUARES from three obligations.
OBLIGATION_SMT = certificate(
    "smt",
    SQUARES,
    target="obligation",
    symbols=[["n", "natural"], ["p", "boolean"], ["t", "positive"]],
    hypotheses=[["le", ONE, sym("n")], ["or", ["not", sym("p")], ["lt", sym("t"), sym("n")]], sym("p")],
    conclusion=["le", ["floor", sym("t")], ["max", sym("n"), num(0)]],
    model={"n": "2", "p": True, "t": "1/2"},
)
OBLIGATION_IDENTITY = certificate("identity", SQUARES, target="obligation", equations=[SQUARE])
OBLIGATION_GRID = certificate(
    "enumeration",
    SQUARES,
    target="obligation",
    axes=[["a", ["-1", "0", "1/2"]], ["b", ["1", "2"]], ["c", [True, False]]],
    hypotheses=[["lt", num(0), sym("a")], sym("c")],
    conclusion=["lt", sym("a"), sym("b")],
    count=12,
    outside=10,
)
OBLIGATIONS = (OBLIGATION_SMT, OBLIGATION_IDENTITY, OBLIGATION_GRID)
ARGUMENT = certificate(
    "argument",
    SQUARES,
    steps=[
        {"text": "First.", "obligations": [certificate_sha256(OBLIGATION_SMT)], "cites": ["somebody"]},
        {"text": "Then.", "obligations": [certificate_sha256(c) for c in OBLIGATIONS[1:]], "cites": []},
    ],
)

# The feed-forward motif: a state at rest, and no other.
MOTIF = network(3, [(0, 1, 1), (0, 2, 1), (1, 2, -1)], ["1/2"] * 3, 0, 2)
SPIKING = statement(
    [
        parameter("n", "network"),
        parameter("e", "events"),
        parameter("semantics", "choice"),
        parameter("fair", "boolean"),
        computed("ends", "tuple", "spiking.outcomes", "n", "e", "semantics", "fair"),
        computed("formula", "tuple", "spiking.formula", "n", "e"),
        computed("expected", "tuple", "sets.singleton", "formula"),
        computed("acyclic", "boolean", "spiking.acyclic", "n"),
        computed("most", "natural", "spiking.max_spikes", "n", "e", "semantics"),
    ],
    {"acyclic": sym("acyclic"), "fair": sym("fair")},
    ["and", ["eq", sym("ends"), sym("expected")], ["lt", sym("most"), num(100)]],
    name="spiking",
)
SPIKING_CASE = certificate(
    "instance",
    SPIKING,
    role="case",
    drops=None,
    raw={"n": MOTIF, "e": [[0, "1"], [0, "1"]], "semantics": "delayed", "fair": True},
    values={
        "ends": [["2", "2", "0"]],
        "formula": ["2", "2", "0"],
        "expected": [["2", "2", "0"]],
        "acyclic": True,
        "most": "8",
    },
    assumptions={"acyclic": True, "fair": True},
    claim=True,
)
SPIKING_CONTROL = certificate(
    "instance",
    SPIKING,
    role="control",
    drops="acyclic",
    raw={"n": network(1, [(0, 0, 1)], [0], 0, 1), "e": [[0, 1], [0, "-1"]], "semantics": "delayed", "fair": True},
    values={"ends": [["0"], ["1"]], "formula": ["0"], "expected": [["0"]], "acyclic": False, "most": "inf"},
    assumptions={"acyclic": False, "fair": True},
    claim=False,
)

# Explorations: a loop with two states at rest, then one that can run for ever.
LOOP = {"network": network(1, [(0, 0, 1)], [0], 0, 1), "events": [[0, "1"], [0, "-1"]]}
EXPLORATION = certificate(
    "exploration",
    SPIKING,
    **LOOP,
    semantics="instant",
    states=6,
    edges=6,
    rest=[
        {"counts": ["0"], "potentials": ["0"], "path": [["event", 1], ["event", 0]]},
        {"counts": ["1"], "potentials": ["0"], "path": [["event", 0], ["fire", 0, 1], ["event", 1]]},
    ],
    ranking=[1, 0, 3, 2, 0, 1],
    livelock=None,
)
CYCLIC_EXPLORATION = certificate(
    "exploration",
    SPIKING,
    **LOOP,
    semantics="delayed",
    states=13,
    edges=18,
    rest=[
        {"counts": ["0"], "potentials": ["0"], "path": [["event", 1], ["event", 0]]},
        {
            "counts": ["1"],
            "potentials": ["0"],
            "path": [["event", 0], ["fire", 0, 1], ["token", 0, 0, 1], ["event", 1]],
        },
    ],
    ranking=None,
    livelock={
        "entry": [["event", 0], ["fire", 0, 1], ["event", 1], ["fire", 0, -1]],
        "walk": [["token", 0, 0, 1], ["fire", 0, 1], ["token", 0, 0, -1], ["fire", 0, -1]],
    },
)
