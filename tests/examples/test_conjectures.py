"""The conjecture files: what is false is refuted in seconds, as recorded; what is open is searched; the README lists them all."""

from __future__ import annotations

import ast
import importlib.util
import re
from itertools import pairwise, product
from math import gcd
from pathlib import Path
from types import ModuleType

import pytest
from flint import arb, fmpq, fmpq_mat

from verify import recheck
from verify.arithmetic import precision
from verify.plain import plain_instance
from verify.quantities import Workspace, evaluate, lookup
from verify.search import files
from verify.search.engine import Hunter
from verify.search.rounds import draws_of_round
from verify.search.tapes import values_of

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "conjectures"
AGAIN = "run python examples/conjectures/record.py"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"conjectures_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECORD = script("record")
NAMES = RECORD.names()
OPEN = sorted(RECORD.ROUNDS)
FALSE = sorted(set(NAMES) - set(OPEN))


def recorded(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def recorded_instance(name: str) -> object:
    code = re.search(r"raw = (\{.*?\n?)    found = evaluate", recorded(name), re.DOTALL)
    assert code is not None
    return ast.literal_eval(code[1])


def test_there_are_at_least_nine() -> None:
    assert len(NAMES) >= 9
    assert len(OPEN) >= 4
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", FALSE)
def test_the_recorded_counterexample_is_one(name: str) -> None:
    statement, _ = files.load(FOLDER / f"{name}.py")
    found = evaluate(statement, plain_instance(statement, recorded_instance(name)))
    assert found.meets_all
    assert found.claim is False


@pytest.mark.parametrize("name", FALSE)
def test_a_false_conjecture_is_refuted_as_recorded(name: str) -> None:
    """The round that finds the counterexample, and its shrinking; rounds do not depend on each other."""
    statement, check = files.load(FOLDER / f"{name}.py")
    number = re.search(r"in round (\d+)", recorded(name))
    assert number is not None
    hunter, place = Hunter(statement, check), int(number[1])
    played = hunter.round(0, place, draws_of_round(place))
    assert played.found is not None, f"another search by now: {AGAIN}"
    assert played.raw is not None
    counterexample = hunter.shrunk(values_of(played.found), played.raw, found_by=played.found_by, number=place)
    assert counterexample is not None
    assert counterexample.minimal
    expected = plain_instance(statement, recorded_instance(name))
    assert counterexample.raw == expected, f"another counterexample by now: {AGAIN}"
    for certificate in counterexample.certificates:
        assert recheck.replay(certificate, statement.form).status == "accepted"


@pytest.mark.parametrize("name", OPEN)
def test_an_open_conjecture_is_searched_and_not_refuted(name: str) -> None:
    statement, check = files.load(FOLDER / f"{name}.py")
    for number in (0, 4):  # small numbers, and dense ones
        played = Hunter(statement, check).round(0, number, 4)
        assert played.found is None
        assert played.account.total("met") > 0
    assert "SUPPORTED" in recorded(name).splitlines()


def without_times(text: str) -> list[str]:
    """A warning of a slow draw depends on the machine."""
    lines = [re.sub(r"^\d.*seed", "... seed", line) for line in text.splitlines()]
    return [line for line in lines if not line.startswith("(?) a draw took")]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_outputs_are_what_is_printed(name: str) -> None:
    assert without_times(RECORD.printed(name)) == without_times(recorded(name)), AGAIN


def test_the_readme_lists_them_with_their_results() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[(\w+)\.py\]\(\1\.py\) \|.*\| ((?:not )?refuted)\b", text, re.MULTILINE))
    assert sorted(rows) == NAMES
    for name, result in rows.items():
        assert (result == "refuted") == ("REFUTED" in recorded(name).splitlines()), (name, result)


# ---- what the texts of the files say -------------------------------------------------------------------------------


def test_the_zeros_of_seven_inputs_by_their_signs() -> None:
    """dual_zeros: the recorded residual changes its sign eight times on w > 0, in ball arithmetic."""
    data = recorded_instance("dual_zeros")["data"]
    terms = [(-y, x) for (x,), (y,) in zip(data["inputs"], data["targets"], strict=True)]
    with precision(256):
        values = [sum((e * (arb(k) / 500 * x).tanh() for e, x in terms), arb(0)) for k in range(1, 1000)]
    assert all(value != 0 for value in values)
    signs = [bool(value > 0) for value in values]
    assert sum(here is not there for here, there in pairwise(signs)) == 8 > len(terms) - 1


def test_a_minor_of_order_seven_has_the_wrong_sign() -> None:
    """tanh_minors, dual_zeros: sign regularity fails at k = 7, where the sign should be -."""
    u = [fmpq(p, 50) for p in (73, 79, 86, 92, 100, 108, 116)]
    rows = [[(p**x - 1) / (p**x + 1) for x in range(5, 12)] for p in u]
    assert fmpq_mat(rows).det() > 0
    assert fmpq_mat([row[:6] for row in rows[:6]]).det() < 0
    assert fmpq_mat([row[:3] for row in rows[:3]]).det() < 0


def test_six_lines_are_reached() -> None:
    """six_lines: Re (z^3) in two orthogonal planes, as a combination of cubes."""
    lines = ((1, -1, 0, 0), (0, 1, -1, 0), (-1, 0, 1, 0), (0, 0, 0, 2), (1, 1, 1, -1), (-1, -1, -1, -1))
    candidates = tuple(
        row for row in product((-1, 0, 1), repeat=4) if row > (0,) * 4 and gcd(*row) == 1
    )  # for an equilateral triple, sum (u.v)^3 is a multiple of Re (z^3) that is positive at each v
    ask = lookup("condensation.stable_lines")
    assert ask(Workspace(), lines, (1,) * 6, 3, candidates) == 6
