"""Statements in a test suite: what passes, what fails, and what the message then says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from calling import GOOD, TOYS
from sympy import And

from verify import Claim, Family, Statement, axis, parameter
from verify.errors import UsageError
from verify.evidence import CheckResult
from verify.pasteable import as_code
from verify.testing import Refutation, assert_refuted, assert_verified

pytest_plugins = ["pytester"]

X = parameter("x", "integer", "a number")
x = X.symbol


def toy(claim: Any = None, *, name: str = "toy", control: bool = True, **more: Any) -> Statement:
    """Numbers of absolute value at most 9 have squares of at most 100."""
    assume = {"small": ("|x| is at most 9", And(x >= -9, x <= 9))}
    claim = x * x <= 100 if claim is None else claim
    made = Statement(name, title="Squares", quantities=[X], assume=assume, claim=claim, **more)
    if control:
        made.control(drops="small")(eleven)
    return made


def eleven() -> Any:
    yield {"x": 11}


def three() -> Any:
    yield {X: 3}


def some() -> Any:
    yield Family({"x": axis("x")}, {"x": ["1", "8", "9"]})


def by_smt() -> Any:
    yield Claim()


def test_a_level_that_is_reached() -> None:
    statement = toy()
    statement.certificate(three)
    verdict = assert_verified(statement, "certified")
    assert (verdict.outcome, verdict.meets, verdict.necessary) == ("certified", True, {"small"})
    assert assert_verified(statement).meets  # a conjecture is to be supported, and certified is more


def test_a_level_that_is_missed() -> None:
    statement = toy(declared="proved")
    statement.certificate(three)
    with pytest.raises(
        AssertionError, match=r"(?s)toy is certified; asserted was: at least proved.*1 instance decided"
    ):
        assert_verified(statement)


def test_a_check_of_a_higher_budget() -> None:
    statement = toy(declared="proved")
    statement.certificate(three)
    statement.proof(budget="deep")(by_smt)
    with pytest.raises(AssertionError, match="budget standard, seed 0"):
        assert_verified(statement, budget="standard")
    assert assert_verified(statement, budget="deep").outcome == "proved"


def test_a_counterexample_is_shown_as_code() -> None:
    statement = toy(x * x <= 60)
    statement.certificate(lambda: [{"x": 8}])
    with pytest.raises(AssertionError) as caught:
        assert_verified(statement)
    lines = str(caught.value).splitlines()
    assert lines[0] == "toy is refuted; asserted was: at least supported"
    namespace: dict[str, Any] = {}
    exec(next(line for line in lines if line.startswith("raw = ")), namespace)
    assert namespace["raw"] == {"x": 8}


def test_a_counterexample_is_returned() -> None:
    statement = toy(x * x <= 60)
    statement.certificate(three)
    statement.exhaustive(some)
    found = assert_refuted(statement)
    assert isinstance(found, Refutation)
    assert (found.raw, found.values, found.drops, found.check) == ({"x": "8"}, {}, None, "some")
    assert found.code == "raw = {'x': '8'}"
    assert assert_verified(statement, "refuted").outcome == "refuted"


def test_a_published_result_that_is_false() -> None:
    statement = toy(x * x <= 60, declared="refuted")
    statement.proof(by_smt)
    assert assert_verified(statement).outcome == "refuted"
    assert abs(int(assert_refuted(statement).raw["x"])) > 7
    true = toy(declared="refuted")
    true.proof(by_smt)
    with pytest.raises(AssertionError, match="toy is proved; asserted was: refuted\n"):
        assert_verified(true)


def test_no_counterexample() -> None:
    statement = toy()
    statement.certificate(three)
    with pytest.raises(AssertionError, match="asserted was: refuted by a certificate that the rechecker accepts"):
        assert_refuted(statement)


def test_an_assumption_that_cannot_be_dropped() -> None:
    statement = toy()
    found = assert_refuted(statement, drops="small")
    assert (found.raw, found.drops) == ({"x": 11}, "small")
    blunt = toy(x * x >= 0)
    with pytest.raises(AssertionError, match=r"(?s)without 'small' at which the claim is false.*not-bitten"):
        assert_refuted(blunt, drops="small")


@pytest.mark.parametrize("status", ["rejected", "not-replayed", None])
def test_the_rechecker_has_to_accept(status: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(statement: Statement, check: Any, **_: Any) -> CheckResult:
        certificate = {"kind": "instance", "role": "counterexample", "drops": None, "raw": {"x": 8}, "values": {}}
        return CheckResult(check.name, check.kind, "refuted", "found", certificates=[certificate], recheck=status)

    monkeypatch.setattr("verify.testing.run_check", run)
    with pytest.raises(AssertionError):
        assert_refuted(toy())


def test_values_of_a_counterexample_in_decimals(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(statement: Statement, check: Any, **_: Any) -> CheckResult:
        values = {"loss": {"lo": f"{10**40}/{3 * 10**40 + 1}", "hi": "1/3"}, "width": "2"}
        certificate = {"kind": "instance", "role": "counterexample", "drops": None, "raw": {"x": 8}, "values": values}
        return CheckResult(check.name, check.kind, "refuted", "found", certificates=[certificate], recheck="accepted")

    monkeypatch.setattr("verify.testing.run_check", run)
    with pytest.raises(AssertionError, match=r"# loss = 0\.333333333333333 ± 3\.4e-16, width = 2\n"):
        assert_verified(toy())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: assert_verified(toy(control=False)), "toy: it has no check: decorate a function"),
        (lambda: assert_refuted(toy(control=False)), "toy: it has no check"),
        (
            lambda: assert_refuted(toy(control=False), drops="small"),
            r"no control that drops 'small'.*control\(drops='small'",
        ),
        (lambda: assert_refuted(toy(), drops="large"), "'large' is no assumption of it; it has small"),
        (lambda: assert_verified(toy(), "certain"), "level 'certain' is none of proved"),
        (lambda: assert_verified(toy(), budget="fast"), "budget 'fast' is none of quick"),
        (lambda: assert_verified("toy"), "a Statement is asserted, not a str"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asserted(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


def test_no_check_within_the_budget() -> None:
    statement = toy(control=False)
    statement.proof(budget="standard")(by_smt)
    statement.certificate(budget="deep")(three)
    with pytest.raises(UsageError, match="none of its checks belongs to the budget quick: ask for budget='standard'"):
        assert_verified(statement)


def test_instances_as_code() -> None:
    raw = {"w": [["1/2"] * 40] * 3, "n": None, "b": True, "text": "a 'quoted' \\ line\n" * 20}
    namespace: dict[str, Any] = {}
    exec(as_code(raw, "found"), namespace)
    assert namespace["found"] == raw


# ---- the plugin, in a process of its own --------------------------------------------------------------------------

TESTS = """
    import pytest
    from toys import good

    def test_passes(assert_verified):
        assert assert_verified(good.good, "certified").outcome == "certified"

    def test_fails(assert_verified):
        assert_verified(good.bad)

    def test_finds(assert_refuted):
        assert assert_refuted(good.bad).raw == {"x": 8}
        assert assert_refuted(good.good, drops="small").raw == {"x": 11}

    def test_options(assert_verified, assert_refuted):
        print(assert_verified.keywords, assert_refuted.keywords)

    @pytest.mark.parametrize("budget", ["quick", "deep"])
    def test_budget_of_a_call(assert_verified, budget):
        assert_verified(good.good, "proved", budget=budget)
"""
MORE = """

@good.proof(budget="deep")
def solver():
    yield Claim()


bad = toy("toy-bad", x * x <= 60)


@bad.certificate
def eight():
    yield {"x": 8}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    package = pytester.mkpydir("toys")
    (package / "_toys.py").write_text(TOYS, encoding="utf-8")
    good = GOOD.format(package="toys").replace("import toy", "import Claim, toy, x") + MORE
    (package / "good.py").write_text(good, encoding="utf-8")
    pytester.makepyfile(TESTS)
    return pytester


def test_the_plugin(project: pytest.Pytester) -> None:
    done = project.runpytest_subprocess("-W", "error", "--strict-markers", "-s", "--verify-seed", "7")
    done.assert_outcomes(passed=4, failed=2)
    done.stdout.fnmatch_lines(
        [
            "*{'seed': 7, 'budget': 'quick'}*",
            ">*assert_verified(good.bad)",  # the test's own line, and nothing below it
            "E *AssertionError: toy-bad is refuted; asserted was: at least certified",
            "E *raw = {'x': 8}",
            "E *(budget quick, seed 7)",
            "*toy-good is certified; asserted was: at least proved",
        ]
    )
    done.stdout.no_fnmatch_line("*verify/testing.py*")


def test_the_budget_of_the_command_line(project: pytest.Pytester) -> None:
    done = project.runpytest_subprocess("--verify-budget", "deep", "-k", "options", "-s")
    done.stdout.fnmatch_lines(["*{'seed': 0, 'budget': 'deep'}*"])
    done = project.runpytest_subprocess("--verify-budget", "fast")
    assert done.ret == pytest.ExitCode.USAGE_ERROR


def test_the_plugin_imports_nothing_heavy() -> None:
    heavy = "{'sympy', 'flint', 'numpy', 'z3', 'networkx', 'verify.statement'} & set(sys.modules)"
    code = f"import sys, verify.pytest_plugin; sys.exit(str({heavy}) if {heavy} else 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
