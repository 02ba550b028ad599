"""Expressions: three-valued truth, enclosures, rational functions, translation for solvers."""

import importlib.util
import math
import random
from fractions import Fraction
from typing import Any

import handmade as h
import pytest

from verify.recheck import intervals, polynomials, replay, smt
from verify.recheck.formula import INF, Infinity, compiled
from verify.recheck.intervals import Enclosure, point
from verify.recheck.load import NotReplayed, Rejected, canonical, exact, integer, parse_json, plain
from verify.recheck.polynomials import identity_holds
from verify.recheck.statement import Statement, inlined

WIDE = Enclosure(Fraction(1), Fraction(2))


def value(expression: Any, bits: int = 160, **values: Any) -> Any:
    return compiled(expression, values)(values, bits)


def test_exact_arithmetic() -> None:
    x, y = h.sym("x"), h.sym("y")
    values = {"x": Fraction(-7, 2), "y": 3}
    table = [
        (["add", x, y, h.num("1/2")], 0),
        (["mul", x, y, h.num(2)], -21),
        (["pow", x, h.num(2)], Fraction(49, 4)),
        (["pow", x, h.num(-1)], Fraction(-2, 7)),
        (["pow", h.num(0), h.num(0)], 1),
        (["floor", x], -4),
        (["ceiling", x], -3),
        (["abs", x], Fraction(7, 2)),
        (["sign", x], -1),
        (["min", x, y], Fraction(-7, 2)),
        (["max", x, y, h.num(4)], 4),
        (["if", ["lt", x, y], x, y], Fraction(-7, 2)),
    ]
    for expression, expected in table:
        assert value(expression, **values) == expected
    assert value(["pow", h.num(0), h.num(-1)]) is None
    assert value(["log", h.num(0)]) is None
    assert value(["log", x], **values) is None
    assert value(["pow", x, h.num("1/2")], **values) is None


def test_kleene_truth() -> None:
    p, q = h.sym("p"), h.sym("q")
    for a in (True, False, None):
        for b in (True, False, None):
            ors = {True: 1.0, False: 0.0, None: 0.5}
            back = {1.0: True, 0.0: False, 0.5: None}
            values = {"p": a, "q": b}
            assert value(["and", p, q], **values) is back[min(ors[a], ors[b])]
            assert value(["or", p, q], **values) is back[max(ors[a], ors[b])]
            assert value(["not", p], **values) is back[1 - ors[a]]
            assert value(["implies", p, q], **values) is back[max(1 - ors[a], ors[b])]
            assert value(["iff", p, q], **values) is (None if None in (a, b) else a is b)
    assert value(["if", p, h.num(1), h.num(2)], p=None) is None
    assert value(["if", p, h.num(1), h.num(1)], p=None) == 1
    assert value(["if", p, h.num(1), ["log", h.num(0)]], p=True) == 1


def test_relations_with_undefined_infinite_and_enclosed_sides() -> None:
    x, y = h.sym("x"), h.sym("y")
    for head in ("eq", "ne", "lt", "le"):
        assert value([head, x, y], x=None, y=1) is None
        assert value([head, x, y], x=1, y=None) is None
        assert value([head, x, y], x=WIDE, y=Fraction(3, 2)) is None
        assert value([head, x, y], x=point(1), y=1) is None
    table: list[tuple[Any, Any, tuple[bool, ...]]] = [  # eq, ne, lt, le
        (INF, INF, (True, False, False, True)),
        (1, INF, (False, True, True, True)),
        (INF, WIDE, (False, True, False, False)),
        (WIDE, 3, (False, True, True, True)),
        (3, WIDE, (False, True, False, False)),
        (1, 1, (True, False, False, True)),
    ]
    for a, b, expected in table:
        assert tuple(value([head, x, y], x=a, y=b) for head in ("eq", "ne", "lt", "le")) == expected
    assert value(["eq", x, y], x=(1, (2,)), y=(1, (2,))) is True
    assert value(["ne", x, y], x=(1, (2,)), y=(1, (3,))) is True
    assert value(["eq", x, y], x=(1,), y=None) is None
    assert value(["max", x, y], x=INF, y=1) is INF
    assert value(["min", x, y], x=INF, y=1) == 1
    assert value(["add", x, y], x=INF, y=1) is None
    assert isinstance(INF, Infinity)


ILL = [
    [],
    "x",
    ["num"],
    ["num", "1", "2"],
    ["num", "1.5"],
    ["num", "1/0"],
    ["num", "01"],
    ["num", " 1"],
    ["num", "١"],
    ["num", True],
    ["sym", "unknown"],
    ["sym", ["x"]],
    ["true", "x"],
    ["add"],
    ["floor", ["num", "1"], ["num", "1"]],
    ["eval", ["num", "1"]],
    ["__class__"],
    [["num", "1"]],
    ["add", ["true"]],
    ["and", ["num", "1"]],
    ["not", ["num", "0"]],
    ["if", ["num", "1"], ["num", "1"], ["num", "1"]],
    ["eq", ["true"], ["true"]],
    ["lt", ["sym", "t"], ["sym", "t"]],
    ["eq", ["sym", "t"], ["num", "1"]],
    ["pow", ["num", "2"], ["num", "1000000000"]],
    ["pow", ["pow", ["num", "3"], ["num", "200000"]], ["num", "200000"]],
    ["exp", ["num", "100000000"]],
    ["exp", ["exp", ["exp", ["num", "9"]]]],
]


@pytest.mark.parametrize("expression", ILL, ids=str)
def test_ill_formed_and_excessive_expressions_are_rejected(expression: Any) -> None:
    with pytest.raises(Rejected):
        value(expression, t=(1, 2))


def test_enclosures_of_exp_and_log_are_right_and_narrow() -> None:
    draw = random.Random(1)
    for _ in range(60):
        x = Fraction(draw.randint(-4000, 4000), draw.randint(1, 400))
        for bits in (64, 160):
            found = intervals.exp(point(x), bits)
            assert 0 < found.lo < found.hi or x == 0
            assert (found.hi - found.lo) / found.lo < Fraction(1, 2 ** (bits - 8))
            if abs(x) < 700:
                near = Fraction(math.exp(x))
                assert abs(near - found.lo) < near / 10**12
            finer = intervals.exp(point(x), 300)
            assert found.lo <= finer.lo <= finer.hi <= found.hi
            back = intervals.log(found, bits)
            assert back is not None
            assert back.lo <= x <= back.hi
    digits = "2.71828182845904523536028747135266249775724709369995957496696762772"
    e = intervals.exp(point(1), 200)
    assert e.lo < Fraction(digits) + Fraction(1, 10**60)
    assert e.hi > Fraction(digits)
    assert e.hi - e.lo < Fraction(1, 10**55)
    two = intervals.log(point(2), 200)
    assert two is not None
    assert abs(two.lo - Fraction("0.69314718055994530941723212145817656807550013436025525412068")) < Fraction(1, 10**55)
    assert intervals.log(point(1), 100) == point(0)
    assert intervals.log(point(Fraction(-1)), 100) is None
    tiny = intervals.log(point(1 + Fraction(1, 10**40)), 160)
    assert tiny is not None
    assert tiny.lo > Fraction(99, 100) / 10**40
    assert tiny.hi < Fraction(101, 100) / 10**40


def test_arithmetic_of_enclosures_contains_every_value() -> None:
    draw = random.Random(2)
    x, y = h.sym("x"), h.sym("y")
    cases = [
        ["add", x, y], ["mul", x, y], ["abs", x], ["sign", x], ["floor", x], ["ceiling", x], ["min", x, y],
        ["max", x, y],
        ["pow", x, h.num(2)], ["pow", x, h.num(3)], ["pow", x, h.num(0)], ["pow", x, h.num(-2)], ["exp", x],
    ]  # fmt: skip
    for _ in range(200):
        a, b, c, d = sorted(Fraction(draw.randint(-9, 9), 2) for _ in range(4))
        box = {"x": Enclosure(a, c), "y": Enclosure(b, d)}
        inner = {"x": a + (c - a) * Fraction(draw.randint(0, 4), 4), "y": b + (d - b) * Fraction(draw.randint(0, 4), 4)}
        for expression in cases:
            wide, exactly = value(expression, **box), value(expression, **inner)
            if wide is not None and exactly is not None:
                lo, hi = (exactly.lo, exactly.hi) if isinstance(exactly, Enclosure) else (exactly, exactly)
                assert wide.lo <= hi
                assert lo <= wide.hi
    assert value(["pow", h.num(2), h.num("1/2")]).lo ** 2 < 2 < value(["pow", h.num(2), h.num("1/2")]).hi ** 2


def test_polynomial_identities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polynomials, "MAX_WORK", 100_000)
    symbols = ["x", "y"]
    assert identity_holds(*h.FRACTIONS, symbols)
    assert identity_holds(*h.SQUARE, symbols)
    assert identity_holds(["pow", h.X, h.num(-2)], ["pow", ["pow", h.X, h.num(2)], h.num(-1)], symbols)
    assert identity_holds(["mul", h.X, ["pow", h.X, h.num(-1)]], h.ONE, symbols)
    assert identity_holds(["pow", ["add", h.X, h.MINUS], h.num(0)], h.ONE, symbols)
    assert not identity_holds(["pow", h.X, h.num(3)], h.X, symbols)
    big = ["pow", ["add", *(h.sym(f"x{k}") for k in range(12))], h.num(20)]
    with pytest.raises(NotReplayed):
        identity_holds(big, h.ONE, [f"x{k}" for k in range(12)])
    with pytest.raises(Rejected):
        identity_holds(["pow", h.X, h.num(10**9)], h.X, symbols)
    with pytest.raises(Rejected):
        identity_holds(h.sym("z"), h.sym("z"), symbols)


def implication(symbols: list[list[str]], hypotheses: list[Any], conclusion: Any, model: h.Data) -> str:
    fields = {"symbols": symbols, "hypotheses": hypotheses, "conclusion": conclusion, "model": model}
    return replay(h.certificate("smt", h.SQUARES, target="obligation", **fields), h.SQUARES).status


A, B, N, P, TWO = h.sym("a"), h.sym("b"), h.sym("n"), h.sym("p"), h.num(2)
TRUE_THINGS = [
    ([["a", "real"]], [], ["and", ["le", ["floor", A], A], ["lt", A, ["add", h.ONE, ["floor", A]]]]),
    ([["a", "real"]], [], ["and", ["le", A, ["ceiling", A]], ["lt", ["ceiling", A], ["add", h.ONE, A]]]),
    ([["a", "real"], ["b", "real"]], [], ["eq", ["add", ["max", A, B], ["min", A, B]], ["add", A, B]]),
    ([["a", "real"]], [], ["eq", ["mul", ["abs", A], ["sign", A]], A]),
    ([["n", "integer"]], [["lt", h.num(0), N]], ["le", h.ONE, N]),
    ([["n", "natural"], ["a", "positive"]], [], ["lt", h.num(0), ["add", N, A]]),
    ([["a", "nonnegative"], ["n", "integer"]], [["lt", A, N]], ["le", h.ONE, N]),
    ([["a", "positive"]], [], ["eq", ["mul", A, ["pow", A, h.MINUS]], h.ONE]),
    ([["a", "real"], ["b", "real"]], [], ["le", ["mul", TWO, A, B], ["add", ["pow", A, TWO], ["pow", B, TWO]]]),
    ([["p", "boolean"], ["a", "real"]], [["iff", P, ["lt", A, h.ONE]]], ["implies", ["not", P], ["le", h.ONE, A]]),
    ([["p", "boolean"]], [P], ["if", P, ["ne", h.ONE, h.num("1/2")], ["false"]]),
    ([["p", "boolean"]], [], ["le", ["if", P, h.num("1/2"), h.num("-3")], h.num("1/2")]),
    ([["n", "integer"]], [], ["eq", ["floor", ["mul", h.num("1/2"), h.num(2), N]], N]),
]


@pytest.mark.parametrize("k", range(len(TRUE_THINGS)))
def test_implications_that_solvers_must_confirm(k: int) -> None:
    symbols, hypotheses, conclusion = TRUE_THINGS[k]
    model = {"a": "1/2", "b": "-2", "n": "1", "p": True}
    chosen = {name: model[name] for name, _ in symbols}
    assert implication(symbols, hypotheses, conclusion, chosen) == "accepted"
    assert implication(symbols, hypotheses, ["not", conclusion], chosen) == "rejected"


def test_each_solver_alone_gives_the_answer() -> None:
    good = smt.query([("a", "real")], [], ["le", h.num(0), ["pow", A, TWO]])
    bad = smt.query([("a", "real")], [], ["lt", h.num(0), ["pow", A, TWO]])
    for solver, _, options, _ in smt.ATTEMPTS:
        pytest.importorskip(solver)
        assert [smt.ask(solver, 20, options, text)[1] for text in (good, bad)] == ["unsat", "sat"]
        name, answer = smt.ask(solver, 20, options, "(set-logic QF_NRA)\n(assert (nonsense))\n(check-sat)\n")
        assert name == solver
        assert answer.startswith("failed")


def test_a_solver_that_does_not_stop_is_stopped() -> None:
    # two cubes that sum to a cube: far too hard
    cubes = [["pow", h.sym(name), h.num(3)] for name in "abn"]
    symbols = [(name, "natural") for name in "abn"]
    hypotheses = [["lt", h.num(1000), h.sym(name)] for name in "abn"]
    text = smt.query(symbols, hypotheses, ["ne", ["add", *cubes[:2]], cubes[2]])
    solver = next(solver for solver in ("cvc5", "z3") if importlib.util.find_spec(solver))
    assert smt.ask(solver, 1, (), text) == (solver, "nothing in 1 s")


def test_further_solvers_are_asked_when_the_first_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    text = smt.query([("a", "real")], [], ["le", h.num(0), ["pow", A, TWO]])
    answers: dict[str, Any] = {"cvc5": ("cvc5", "unknown"), "z3": ("z3 (same solver as the kernel)", "unsat")}
    monkeypatch.setattr(smt, "ask", lambda solver, *rest: answers[solver])
    assert smt.refuted(text) == "z3 (same solver as the kernel)"
    answers["z3"] = ("z3", "not installed")
    with pytest.raises(NotReplayed, match="not installed"):
        smt.refuted(text)
    answers["z3"] = ("z3", "sat")
    with pytest.raises(Rejected):
        smt.refuted(text)


def test_names_of_symbols_cannot_reach_the_solver() -> None:
    evil = "x () Real) (assert false) (check-sat"
    assert implication([[evil, "real"]], [], ["lt", h.sym(evil), h.num(0)], {evil: "-1"}) == "rejected"


def test_exponentials_have_no_translation() -> None:
    assert implication([["a", "real"]], [], ["lt", h.num(0), ["exp", A]], {"a": "1"}) == "not-replayed"
    assert implication([["a", "positive"]], [], ["lt", h.num(0), ["pow", A, A]], {"a": "1"}) == "not-replayed"


def test_definitions_are_written_out_and_cannot_explode() -> None:
    symbols = [h.parameter("x", "real"), h.defined("y0", "real", ["add", h.X, h.X])]
    for k in range(40):
        symbols.append(h.defined(f"y{k + 1}", "real", ["mul", h.sym(f"y{k}"), h.sym(f"y{k}")]))
    of = h.statement(symbols, {}, ["le", h.sym("y1"), h.sym("y40")])
    read = Statement(of)
    assert inlined(h.sym("y1"), read) == ["mul", ["add", h.X, h.X], ["add", h.X, h.X]]
    with pytest.raises(Rejected, match="too large"):
        inlined(of["claim"], read)


def test_flattening_and_sorting_after_definitions_are_written_out() -> None:
    symbols = [h.parameter("x", "real"), h.defined("y", "real", ["add", h.ONE, h.X])]
    read = Statement(h.statement(symbols, {}, ["le", h.num(0), h.sym("y")]))
    assert inlined(["add", h.num(5), h.sym("y")], read) == ["add", h.ONE, h.num(5), h.X]


BAD_STATEMENTS = [
    {"claim": ["true"]},
    {"quantifier": "most"},
    {"id": 3},
    {"comment": ""},
    {"symbols": [h.parameter("x", "real"), h.parameter("x", "real")]},
    {"symbols": [h.defined("y", "real", h.X), h.parameter("x", "real")]},
    {"symbols": [h.computed("y", "real", "sets.size", "x"), h.parameter("x", "real")]},
    {"symbols": [{"name": "x", "sort": "real", "origin": ["guessed"]}]},
    {"symbols": [{"name": "x", "sort": "real"}]},
    {"assumptions": [{"name": "large", "expr": ["le", h.sym("z"), h.X]}]},
    {"assumptions": [{"name": "large", "expr": ["le", h.ONE, h.X]}] * 2},
    {"claim": ["le", h.sym("z"), h.X]},
    {"claim": ["num", 1.5]},
]


@pytest.mark.parametrize("change", BAD_STATEMENTS, ids=str)
def test_malformed_statements_are_rejected(change: h.Data) -> None:
    with pytest.raises(Rejected):
        Statement({**h.SQUARES, **change})


SORTS = [
    ("integer", ["1", -3], ["1/2", 1.0, True, "x", None]),
    ("natural", ["0", 7], ["-1", "1/2"]),
    ("real", ["-1/2", 3], ["inf", "1e3", "0x1", "1/-2", "+1", "--1", ""]),
    ("positive", ["1/9"], ["0", "-1"]),
    ("nonnegative", ["0"], ["-1/9"]),
    ("boolean", [True, False], [0, 1, "true", None]),
    ("choice", ["instant"], [1, None, ["instant"]]),
    ("tuple", [[], ["1", ["2/3"]]], ["1", ["a"], [None], {}]),
    ("network", [h.MOTIF], [{}, [], None, h.MOTIF | {"noise": -1}, h.MOTIF | {"leak": 0}, h.MOTIF | {"plastic": []}]),
    ("events", [[], [[0, "1"]]], [{}, [[0]], [["1/2", "1"]], [[0, "1", "never"]], [[True, "1"]]]),
    ("quantized", [{"layers": [], "input": [], "tie": "half-up"}], [{}, {"layers": [], "input": [], "tie": "up"}]),
]


@pytest.mark.parametrize(("sort", "good", "bad"), SORTS)
def test_parameters_stay_within_their_sorts(sort: str, good: list[Any], bad: list[Any]) -> None:
    of = h.statement([h.parameter("z", sort), h.parameter("x", "real")], {}, ["eq", h.X, h.X])
    for data in good:
        h.accepted(h.case(of, {"z": data, "x": "1"}), of)
    for data in bad:
        h.rejected(h.case(of, {"z": data, "x": "1"}), of)


def test_json_is_read_strictly() -> None:
    for text in ('{"a": 1, "a": 1}', "NaN", "[Infinity]", "{", "", "[1" + "0" * 5000 + "]", "[" * 100_000, "{'a': 1}"):
        with pytest.raises(Rejected):
            parse_json(text)
    for data in (1.5, [float("nan")], {1: 2}, (1, 2), {"a": {3}}, 10**9000, b"x"):
        with pytest.raises(Rejected):
            plain(data)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Rejected, match="deeper"):
        plain(deep)
    assert canonical({"b": "é", "a": [1, True]}) == '{"a":[1,true],"b":"\\u00e9"}'
    assert exact("-6/4") == Fraction(-3, 2)
    assert type(exact("4/2")) is int
    for data in (True, None, 1.0, "1/2", "9" * 9000):
        with pytest.raises(Rejected):
            integer(data)
