"""What statements, verdicts, counterexamples and findings show in a notebook: formulas typeset, foreign text escaped."""

from __future__ import annotations

import importlib
import pkgutil
import re
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pytest
from sympy import And

import theorems
from verify import Source, Statement, computed, defined, parameter
from verify.decide.verdict import Verdict
from verify.notebook import (
    counterexample_html,
    counterexample_latex,
    is_balanced,
    value_latex,
)
from verify.search.account import Account
from verify.search.engine import Counterexample, Finding, falsify
from verify.testing import assert_refuted, assert_verified

EVIL = '<script>alert(1)</script> & "$x$" \'}\\end{aligned}$$ \\href{javascript:x}{y} \x00\u202e'
VOID = {"wbr", "br", "hr"}


class Reader(HTMLParser):
    """Elements and attributes of a fragment; it must be well formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def check_html(text: str, *, formula: bool = True) -> Reader:
    read = Reader(text)
    assert not read.tags & {"script", "img", "iframe", "a", "link", "object"}
    assert not {name for name in read.attributes if name.startswith("on")} | (read.attributes & {"href", "src"})
    assert ("math" in read.tags) or not formula
    assert "\x00" not in text
    assert "\u202e" not in text
    return read


def check_latex(text: str) -> None:
    assert text.startswith("$$")
    assert text.endswith("$$")
    assert is_balanced(text[2:-2])
    assert "\x00" not in text
    assert r"\href" not in text


def library() -> list[Statement]:
    found: list[Statement] = []
    for module in pkgutil.walk_packages(theorems.__path__, "theorems."):
        loaded: ModuleType = importlib.import_module(module.name)
        found += [value for value in vars(loaded).values() if isinstance(value, Statement)]
    return list(dict.fromkeys(found))


def test_every_statement_of_the_library() -> None:
    statements = library()
    assert len(statements) > 40
    for statement in statements:
        read = check_html(statement._repr_html_())
        assert statement.title in " ".join(read.texts)
        assert not re.search(r"<code class=.latex.", statement._repr_html_())  # a formula that could not be converted
        check_latex(statement._repr_latex_())


NETWORK = parameter("network", "dense", EVIL)
X = parameter("x", "real", EVIL)
Y = defined("y", "real", X.symbol**2, EVIL, latex=r"\hat{y}")
D = computed("depth", "integer", "dense.depth", [NETWORK], EVIL)


def evil(**more: Any) -> Statement:
    claim = And(Y.symbol <= 60, D.symbol >= 0)
    return Statement(
        "evil", title=EVIL, summary=EVIL, area=EVIL, source=Source(EVIL, EVIL, 2020, EVIL, EVIL, EVIL),
        quantities=[NETWORK, X, Y, D], assume={EVIL: (EVIL, X.symbol <= 9)}, claim=claim, **more,
    )  # fmt: skip


def test_foreign_text_of_a_statement() -> None:
    for quantifier in ("for-all", "exists"):
        statement = evil(quantifier=quantifier)
        read = check_html(statement._repr_html_())
        assert "<script>alert(1)</script>" in "".join(read.texts)  # as text
        check_latex(statement._repr_latex_())


@pytest.mark.parametrize(
    "latex", ["}{", r"\left(x", "$", "\\", r"\begin{matrix} x", "{", r"x \right)", r"\end{aligned}"]
)
def test_latex_of_a_symbol_that_is_broken(latex: str) -> None:
    x = parameter("x", "real", "a number", latex=latex)
    statement = Statement("broken", title="", quantities=[x], assume={}, claim=x.symbol > 0)
    check_latex(statement._repr_latex_())
    check_html(statement._repr_html_(), formula=False)
    check_latex(counterexample_latex({"x": "-1"}, {}, statement))


def test_balance() -> None:
    for latex in (
        r"\{ x \}",
        r"\left( \frac{1}{2} \right)",
        r"\begin{matrix} 1 & 2 \end{matrix}",
        "",
        r"\$",
        r"\leftarrow {x}",
    ):
        assert is_balanced(latex)
    for latex in (r"\left( x", "}{", "{x", r"\begin{a}\end{b}", "x$", r"\begin{a}{\end{a}}", "x\\"):
        assert not is_balanced(latex)


@pytest.mark.parametrize("outcome", ["proved", "refuted", "vacuous", "error", "inconclusive"])
def test_verdicts(outcome: str) -> None:
    verdict = Verdict(outcome, EVIL, {"kind": "none", "text": EVIL}, frozenset({EVIL, "a"}), meets=False)
    read = check_html(verdict._repr_html_(), formula=False)
    assert outcome in " ".join(read.texts)
    check_latex(verdict._repr_latex_())
    check_latex(Verdict(outcome, "", {}, frozenset(), meets=True)._repr_latex_())


RAW = {
    "network": {
        "activation": EVIL,
        "layers": [[["1", "-1/2"]], [["2"]]],
        "biases": [None, ["0"]],
        EVIL: {"deep": [EVIL]},
    },
    "x": "10",
    "events": [[0, "1/2"], [1, "3", "forever"]],
    "splitting": [{"neuron": 0, "coefficients": ["1/2", "1/2"]}],
    EVIL: EVIL,
}
VALUES = {
    "y": "100", "depth": None, "flag": True, "loss": {"lo": "1/3", "hi": "2/3"}, "most": "inf", "long": "1" * 60,
    "longer": "1" * 5000, "empty": [], "big": [[str(i + j) for i in range(30)] for j in range(30)], "no": {"lo": EVIL, "hi": "1"},
}  # fmt: skip


@pytest.mark.parametrize("statement", [None, evil()])
@pytest.mark.parametrize("drops", [None, EVIL])
def test_counterexamples(statement: Statement | None, drops: str | None) -> None:
    read = check_html(counterexample_html(RAW, VALUES, statement, drops=drops))
    code = next(text for text in read.texts if text.startswith("raw = "))
    assert "'layers': [[['1', '-1/2']], [['2']]]" in code
    check_latex(counterexample_latex(RAW, VALUES, statement))
    check_latex(counterexample_latex({}, {}, statement))
    check_html(counterexample_html({}, {}, statement), formula=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-3/4", r"-\frac{3}{4}"),
        (7, "7"),
        ("inf", r"\infty"),
        (None, r"\text{undefined}"),
        (False, r"\text{false}"),
        (["1", "2"], r"\left(1, 2\right)"),
        ([["1", "1/2"], ["0", "-1"]], r"\left(\begin{matrix}1 & \frac{1}{2} \\ 0 & -1\end{matrix}\right)"),
        ({"lo": "1/3", "hi": "2/3"}, r"0.5 \pm 0.17"),
        ("1" * 60, r"\approx 1.111111111 \cdot 10^{59}"),
        (f"1/{10**50}", r"\approx 1 \cdot 10^{-50}"),
        ("1/0", None),
        ("tanh", None),
        ("١", None),
        ([["1"], ["1", "2"]], None),
        ([["1"] * 9], None),
        ([[]], None),
        (["1"] * 13, None),
        ({"lo": "1"}, None),
        (0.5, None),
    ],
)
def test_values(value: Any, expected: str | None) -> None:
    assert value_latex(value) == expected


def test_what_assertions_return() -> None:
    x = parameter("x", "integer", "a number")
    statement = Statement(
        "squares", title="Squares", quantities=[x], assume={"small": ("small", x.symbol <= 9)}, claim=x.symbol <= 20
    )
    statement.control(drops="small")(lambda: [{"x": 30}])
    found = assert_refuted(statement, drops="small")
    assert "Without <b>small</b>" in found._repr_html_()
    check_html(found._repr_html_())
    check_latex(found._repr_latex_())
    statement.certificate(thirty)
    check_html(assert_verified(statement)._repr_html_(), formula=False)


def thirty() -> Any:
    yield {"x": 3}


def test_findings() -> None:
    found = Counterexample(RAW, VALUES, [], [], EVIL, 3, 100, minimal=True)
    for statement in (evil(), library()[0]):
        with_one, without = (Finding(statement, one, Account(), 7, 128) for one in (found, None))
        read = check_html(with_one._repr_html_())
        assert "no single step makes it simpler" in " ".join(read.texts)
        assert "No draw met the assumptions" in without._repr_html_()
        for shown in (with_one, without, found):
            check_latex(shown._repr_latex_())
    check_html(found._repr_html_())


def test_a_search() -> None:
    x = parameter("x", "real", "a number")
    for bound, words in ((100, "No counterexample was found"), (4, "the claim is false")):
        guess = Statement("guess", title="", quantities=[x], assume={}, claim=x.symbol**2 <= bound)
        guess.search(lambda draw: {"x": draw.rational(-3, 3)})
        finding = falsify(guess, trials=60)
        read = check_html(finding._repr_html_(), formula=finding.refuted)
        assert words in " ".join(read.texts)
        assert "draws judged exactly" in " ".join(read.texts)
        check_latex(finding._repr_latex_())


def test_names_are_those_of_the_terminal() -> None:
    names = ("beta1", "beta_2", "eta", "g1", "negative", "S_max", "width2", "omicron")
    shown = [r"\beta_{1}", r"\beta_{2}", r"\eta", "g_{1}", r"\mathrm{negative}", r"\mathrm{S\ max}"]
    assert [parameter(name, "real", "").latex for name in names] == [*shown, r"\mathrm{width}_{2}", r"\mathrm{omicron}"]
    beta, negative = parameter("beta1", "real", ""), parameter("negative", "real", "")
    claim = 2 * negative.symbol <= beta.symbol
    statement = Statement("names", title="", quantities=[beta, negative], assume={}, claim=claim)
    assert statement.latex(claim) == r"2 \, \mathrm{negative} \leq \beta_{1}"
    assert "<mi>β</mi>" in statement._repr_html_()
    assert "<mi>β</mi>" in counterexample_html({"beta1": "1"}, {}, statement)


def test_biases_are_a_vector_for_each_layer() -> None:
    network = {"layers": [[["1"]], [["2"]], [["3"]]], "biases": [["4"], ["5"], None]}
    outcomes = computed("outcomes", "tuple", "f", [NETWORK], "")
    assert r"\left(4\right), \; \left(5\right), \; \text{none}" in counterexample_latex({"network": network}, {})
    assert counterexample_html({"network": network}, {}).count("<mtable>") == 3  # the layers
    statement = Statement("two", title="", quantities=[NETWORK, D, outcomes], assume={}, claim=D.symbol > 0)
    for values in ({"outcomes": [["0"], ["1"]]}, {"outcomes": ["0", "1"]}):
        assert "<mtable>" not in counterexample_html({}, values, statement)
        assert "matrix" not in counterexample_latex({}, values, statement)
