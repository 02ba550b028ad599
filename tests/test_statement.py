"""Statements: what is accepted, the canonical form, the hash."""

from __future__ import annotations

import json
import re

import pytest
from sympy import And, Eq, Integer, Le, Rational, floor, symbols

from verify import Source, Statement, computed, defined, parameter
from verify.errors import InstanceError, QuantityError, StatementError
from verify.quantities import evaluate

x, y, n = symbols("x y n")
SOURCE = Source("Ada Lovelace, Charles Babbage", "On engines", 1843, arxiv="0000.00000")
X, Y = parameter("x", "real", "a number"), parameter("y", "positive", "another one")
FLOOR = defined("n", "integer", floor(x / y), "its floor")


def state(**changes):
    given = {
        "id": "a-statement", "title": "T", "summary": "S.", "area": "tests", "source": SOURCE, "declared": "proved",
        "quantities": [X, Y, FLOOR], "assume": {"large": ("x is large", x > 3)}, "claim": n * y <= x,
    }  # fmt: skip
    given.update(changes)
    return Statement(given.pop("id"), **given)


def test_the_canonical_form():
    assert state().form == {
        "id": "a-statement",
        "quantifier": "for-all",
        "symbols": [
            {"name": "x", "sort": "real", "origin": ["parameter"]},
            {"name": "y", "sort": "positive", "origin": ["parameter"]},
            {
                "name": "n",
                "sort": "integer",
                "origin": ["defined", ["floor", ["mul", ["pow", ["sym", "y"], ["num", "-1"]], ["sym", "x"]]]],
            },
        ],
        "assumptions": [{"name": "large", "expr": ["lt", ["num", "3"], ["sym", "x"]]}],
        "claim": ["le", ["mul", ["sym", "n"], ["sym", "y"]], ["sym", "x"]],
    }
    json.dumps(state().form)


def test_the_hash_binds_what_is_claimed_and_nothing_else():
    same = state(title="Another title", declared="certified", assume={"large": ("in other words", x > 3)})
    assert state().sha256 == same.sha256
    others = [
        state(claim=n * y < x),
        state(claim=n * y <= x + 0 * y + 1),
        state(assume={}),
        state(assume={"large": ("x is large", x >= 3)}),
        state(assume={"big": ("x is large", x > 3)}),
        state(quantities=[X, parameter("y", "real", "another one"), FLOOR]),
        state(quantifier="exists"),
        state(id="another"),
    ]
    assert len({s.sha256 for s in [state(), *others]}) == 1 + len(others)


def test_definitions_are_written_out_in_turn():
    twice = defined("m", "real", 2 * n, "twice")
    statement = state(quantities=[X, Y, FLOOR, twice])
    assert statement.definitions["m"] == ["mul", statement.definitions["n"], ["num", "2"]]
    assert statement.is_scalar
    assert [q.name for q in statement.parameters] == ["x", "y"]


def test_a_computed_or_structured_symbol_makes_it_more_than_scalar():
    tuples = parameter("t", "tuple", "a tuple")
    assert not state(quantities=[X, Y, FLOOR, tuples]).is_scalar
    size = computed("k", "integer", "sets.size", [tuples], "size")
    assert not state(quantities=[X, Y, FLOOR, tuples, size]).is_scalar


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "Not-An-Id"},
        {"id": "two--hyphens"},
        {"id": "trailing-"},
        {"id": "line\n"},
        {"declared": "true"},
        {"declared": "inconclusive"},
        {"variant": "improved"},
        {"quantifier": "most"},
        {"quantities": [X, X, Y, FLOOR]},
        {"quantities": [FLOOR, X, Y]},
        {"quantities": [X, Y, FLOOR, parameter("2x", "real", "no name")]},
        {"quantities": [X, Y, FLOOR, parameter("a b", "real", "no name")]},
        {"quantities": [X, Y, FLOOR, computed("k", "integer", "sets.size", ["t"], "of something undeclared")]},
        {"quantities": [X, Y, defined("n", "boolean", floor(x), "a number that is called a truth value")]},
        {"claim": True},
        {"claim": Eq(x, x)},
        {"claim": x + 1},
        {"claim": x > symbols("unknown")},
        {"claim": And(x, y > 0)},
        {"claim": x > 0.5},
        {"assume": {"large": ("x is large", x - x <= 0)}},
        {"assume": {"large": ("x is large", x * 2)}},
        {"assume": {"large": x > 3}},
        {"assume": {"large": (x > 3, "x is large")}},
        {"assume": {"large": "xy"}},
        {"assume": {1: ("x is large", x > 3)}},
        {"assume": None},
    ],
)
def test_malformed_statements_are_refused(changes):
    with pytest.raises(StatementError, match=r".+"):
        state(**changes)


def test_messages_name_the_remedy():
    flag = parameter("flag", "boolean", "a truth value")
    with pytest.raises(StatementError, match=r"'mul' is applied to truth value 'flag', number 'x'"):
        state(quantities=[X, Y, FLOOR, flag], claim=flag.symbol * x > 0)
    with pytest.raises(StatementError, match=r"the claim is the constant false: write Eq\(a, b\), not a == b"):
        state(claim=x == y)
    for argument, remedy in [
        (0, 'write defined("zero", "integer", 0, "zero")'),
        (Integer(7), 'write defined("constant", "integer", 7, "constant")'),
        (True, 'write defined("constant", "boolean", True, "always true")'),
        (0.5, "Rational(1, 2)"),
        (Rational(1, 3), "Rational(1, 2)"),
        ([0, 0], "declare a parameter"),
    ]:
        with pytest.raises(StatementError, match=re.escape(remedy)):
            computed("k", "natural", "sets.size", [X, argument], "its size")


def test_constants_have_names():
    tuples, always = parameter("t", "tuple", "a tuple"), defined("always", "boolean", True, "always true")
    size = computed("k", "natural", "sets.size", [tuples], "its size")
    entry = computed("e", "integer", "sets.entry", [tuples, defined("zero", "integer", 0, "zero")], "its first entry")
    assert entry.origin[2] == ("t", "zero")
    assert (
        evaluate(state(quantities=[X, Y, FLOOR, tuples, always, size]), {"x": 4, "y": 1, "t": [1]}).values["always"]
        is True
    )


def test_no_assumptions_by_default():
    statement = Statement("a-statement", title="T", quantities=[X], claim=x > 3)
    assert statement.assumptions == ()
    assert repr(statement) == "<Statement a-statement: x > 3>"


def test_checks_have_names_budgets_and_existing_assumptions():
    statement = state()

    @statement.proof
    def same():
        return []

    with pytest.raises(StatementError, match="two checks"):
        statement.certificate(same)
    with pytest.raises(StatementError, match="no assumption"):
        statement.control(drops="small")
    with pytest.raises(StatementError, match="budget"):
        statement.proof(budget="endless")
    assert [(c.name, c.kind, c.budget) for c in statement.checks] == [("same", "proof", "quick")]


def test_evaluation_works_out_every_symbol():
    found = evaluate(state(), {"x": "7/2", "y": "1/2"})
    assert found.values["n"] == 7
    assert found.assumptions == {"large": True}
    assert found.claim is True
    assert found.meets_all
    assert evaluate(state(), {"x": 1, "y": 1}).broken == ["large"]


@pytest.mark.parametrize("raw", [{"x": 1}, {"x": 1, "y": 1, "n": 1}, {"x": 1, "y": 0}, {"x": 0.5, "y": 1}])
def test_instances_give_each_parameter_a_value_of_its_sort(raw):
    with pytest.raises(InstanceError):
        evaluate(state(), raw)


def test_quantities_that_do_not_exist():
    statement = state(quantities=[X, Y, FLOOR, computed("k", "integer", "sets.colour", ["x"], "none")])
    with pytest.raises(QuantityError, match=r"sets\.colour"):
        evaluate(statement, {"x": 1, "y": 1})


def test_an_undefined_argument_makes_a_quantity_undefined():
    """floats.is_binary64 of nothing is nothing: the function is not even called."""
    inverse = defined("i", "real", 1 / x, "inverse")
    interval = computed("t", "tuple", "sets.range", ["i", "i"], "from the inverse to itself")
    same = computed("s", "tuple", "sets.range", ["i", "i"], "the same", "s'")
    statement = state(quantities=[X, Y, FLOOR, inverse, interval, same], claim=Eq(symbols("t"), symbols("s")))
    assert evaluate(statement, {"x": 0, "y": 1}).claim is None
    assert evaluate(statement, {"x": 1, "y": 1}).claim is True


def test_bibtex():
    assert SOURCE.bibtex.startswith("@misc{lovelace1843on,\n  author = {Ada Lovelace and Charles Babbage},")
    assert SOURCE.at("page 3").where == "page 3"


@pytest.mark.parametrize(
    "claim", [Eq(x, x, evaluate=False), And(x > 0, Le(x + 1, x + 1, evaluate=False)), Eq(x + x, 2 * x, evaluate=False)]
)
def test_a_relation_between_equal_sides_is_refused(claim) -> None:
    """sympy may have made them so: what it evaluated, the engine never saw."""
    with pytest.raises(StatementError, match="both sides of a relation in the claim are the same"):
        Statement("a-guess", title="A guess", quantities=[parameter("x", "real", "a number")], assume={}, claim=claim)


def test_an_unknown_sort_is_refused():
    with pytest.raises(StatementError, match=r"unknown sort 'dens': give one of integer, .*dense"):
        Statement("a-guess", title="A guess", quantities=[parameter("n", "dens", "a network")], assume={}, claim=x > 0)
