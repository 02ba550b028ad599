"""`check` and `new` as a user calls them: what is found, every way to give them bad input, and an interruption."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Done, environment

Verify = Callable[..., Done]
TEXT = """\
from sympy import Symbol
from verify import Statement, computed, parameter

X = parameter("x", "real", "a number")
Y = parameter("y", "tuple", "two numbers")
SIZE = computed("size", "natural", "sets.size", [Y], "how many different ones")
guess = Statement(
    "a-guess", title="A guess", quantities=[X, Y, SIZE],
    assume={"small": ("x is at most 2", X.symbol <= 2)}, claim=X.symbol < 3,
)


@guess.search(distribution="small numbers")
def instances(draw):
    x = draw.rational(-3, 3)
    y = draw.vector(2)
    return {X: x, Y: y}
"""
FALSE = ("X.symbol < 3", "X.symbol + SIZE.symbol < 3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[..., str]:
    """Write the file with pieces of its text replaced; its name."""

    def write(*pairs: tuple[str, str]) -> str:
        text = TEXT
        for before, after in pairs:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        (folder / "guess.py").write_text(text, encoding="utf-8")
        return "guess.py"

    return write


@pytest.fixture
def check(verify: Verify, folder: Path) -> Callable[..., Done]:
    """`check` in the folder, with two rounds unless it is told otherwise."""

    def check(*arguments: object, **variables: str) -> Done:
        few = () if "--budget" in arguments else ("--budget", 2)
        return verify("check", *arguments, *few, "--jobs", 1, cwd=folder, **variables)

    return check


def line_of(folder: Path, text: str) -> int:
    (line,) = (n for n, shown in enumerate((folder / "guess.py").read_text().splitlines(), 1) if text in shown)
    return line


# ---- what a search comes to ------------------------------------------------------------------------------------------


def test_a_counterexample_is_printed_as_code_kept_and_replayed(
    verify: Verify, check: Callable[..., Done], write: Callable[..., str], folder: Path
) -> None:
    done = check(write(FALSE))
    assert (done.returncode, done.stderr) == (1, "")
    assert "REFUTED" in done.stdout
    assert "certificates: accepted by the independent checker" in done.stdout
    (code,) = re.findall(r"    from verify import evaluate\n(?:    .*\n|\n)*?    print\(.*\n", done.stdout)
    pasted = subprocess.run(
        [sys.executable, "-c", "\n".join(line[4:] for line in code.splitlines())],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (pasted.stdout, pasted.stderr) == ("{'small': True} False\n", "")
    (command,) = re.findall(r"recheck: python -m verify (.*)", done.stdout)
    assert verify(*command.split(), cwd=folder).returncode == 0
    again = check("guess.py")
    assert again.returncode == 1
    assert "replayed from an earlier search" in again.stdout


def test_the_same_seed_finds_the_same(check: Callable[..., Done], write: Callable[..., str]) -> None:
    name = write(FALSE)
    facts = [json.loads(check(name, "--seed", 3, "--save", save, "--format", "json").stdout) for save in ("one", "two")]
    assert facts[0]["counterexamples"] == facts[1]["counterexamples"]
    assert facts[0]["account"] == facts[1]["account"]


def test_nothing_found(check: Callable[..., Done], write: Callable[..., str], folder: Path) -> None:
    done = check(write())
    assert (done.returncode, done.stderr) == (0, "")
    assert "with 95% confidence" in done.stdout
    assert "REFUTED" not in done.stdout
    assert (folder / ".verify" / "a-guess" / "report.html").is_file()


def test_what_the_file_prints_stays_out_of_the_json(check: Callable[..., Done], write: Callable[..., str]) -> None:
    name = write(("X = param", "print('loaded')\nX = param"), ("    y = ", "    print('drawn')\n    y = "))
    done = check(name, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["statement"] == "a-guess"
    assert "loaded\n" in done.stderr
    assert "drawn\n" in done.stderr


def test_the_file_may_import_what_lies_beside_it(
    check: Callable[..., Done], write: Callable[..., str], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "range_of_x.py").write_text("LEAST = -3\n", encoding="utf-8")
    write(
        ("from sympy import Symbol", "from range_of_x import LEAST"),
        ("draw.rational(-3, 3)", "draw.rational(LEAST, 3)"),
    )
    assert check("guess.py").returncode == 0


def test_a_file_in_another_folder(verify: Verify, write: Callable[..., str], folder: Path) -> None:
    write(FALSE)
    (folder / "elsewhere").mkdir()
    done = verify("check", "../guess.py", "--budget", 2, cwd=folder / "elsewhere")
    assert done.returncode == 1
    assert (folder / ".verify" / "a-guess" / "report.json").is_file()


# ---- bad input -------------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[tuple[str, str], str, str, str]] = {
    "syntax": (("title=", "title"), "title", "invalid syntax", "correct the Python syntax"),
    "import": (("X = param", "import nonsense_\nX = param"), "import nonsense_", "No module named", "correct this line"),
    "exception": (("X = param", "1 / 0\nX = param"), "1 / 0", "ZeroDivisionError", "correct this line"),
    "exit": (("X = param", "raise SystemExit(0)\nX = param"), "raise Sys", "it calls sys.exit", "remove the call"),
    "free symbol": (("X.symbol < 3", "Symbol('z') < 3"), "guess = ", "the free symbols ['z']", "declare them"),
    "float": (("X.symbol < 3", "X.symbol < 2.5"), "guess = ", "is a float", "write an exact number"),
    "sort": (('"real"', '"rational"'), "guess = ", "unknown sort 'rational'", "give one of integer"),
    "quantity": (('"sets.size"', '"sets.sizes"'), "SIZE = ", "no quantity is called", "did you mean sets.size"),
    "arguments": (("[Y]", "[Y, X]"), "SIZE = ", "sets.size takes 1 argument", "correct the list"),
    "no statement": (("@guess.search", "del guess\n# "), "from sympy", "makes no Statement", "write guess = Statement(...)"),
    "two statements": (
        ("@guess", 'more = Statement("b", title="", quantities=[X], assume={}, claim=X.symbol < 3)\n@guess'),
        "more = ", "makes 2 statements, on the lines 7 and", "keep one",
    ),
    "no search": (("@guess.search", "# @guess.search"), "guess = ", "no function draws", "write @guess.search"),
    "no argument": (("instances(draw)", "instances()"), "@guess", "must take one argument", "write def instances(draw)"),
    "raises": (("    y =", "    y.append(1)\n    y ="), "y.append", "UnboundLocalError", "in a draw of instances"),
    "no mapping": (("return {X: x, Y: y}", "return [x, y]"), "@guess", "it is a list", "return a value for each of x, y"),
    "missing": (("return {X: x, Y: y}", "return {X: x}"), "@guess", "it lacks 'y'", "return a value for each of x, y"),
    "nan": (("draw.vector(2)", "[1, [float('nan')]]"), "@guess", "y[1][0] is NaN", "draw numbers with draw.rational"),
    "float drawn": (("draw.vector(2)", "[0.5]"), "@guess", "y[0] is the float 0.5", "write Fraction(1, 10) or '1/10'"),
    "sort of a value": (("{X: x,", "{X: 'one',"), "@guess", "parameter 'x': 'one' is not an exact number", "write it as"),
    "never met": (("X.symbol <= 2", "X.symbol > 3"), "@guess", "met the assumptions", "build instances that meet them"),
    "always rejected": (("    y =", "    draw.reject()\n    y ="), "@guess", "rejects itself", "build instances"),
}  # fmt: skip


SOME = {"exception", "free symbol", "arguments", "raises", "nan", "never met"}


@pytest.mark.parametrize("case", [pytest.param(case, marks=[pytest.mark.slow] * (case not in SOME)) for case in BAD])
def test_a_bad_file(check: Callable[..., Done], write: Callable[..., str], folder: Path, case: str) -> None:
    change, line, *parts = BAD[case]
    done = check(write(change))
    assert done.returncode == 2, done.stdout + done.stderr
    *_, message = done.stderr.splitlines()
    assert message.startswith(f"verify: guess.py:{line_of(folder, line)}: ")
    assert all(part in message for part in parts), message
    assert "Traceback" not in done.stdout + done.stderr


def test_a_network_that_does_not_go_with_its_data(check: Callable[..., Done], folder: Path) -> None:
    (folder / "guess.py").write_text(
        """\
from verify import Statement, computed, parameter
NETWORK, DATA = parameter("network", "dense", "a network"), parameter("data", "data", "data")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "the loss")
guess = Statement("loss", title="Loss", quantities=[NETWORK, DATA, LOSS], assume={}, claim=LOSS.symbol < 1)
@guess.search
def instances(draw):
    network = draw.network(inputs=1)
    return {NETWORK: network, DATA: {"inputs": [[1, 2]], "targets": [[0]]}}
""",
        encoding="utf-8",
    )
    done = check("guess.py")
    assert done.returncode == 2
    assert done.stderr.startswith("verify: guess.py:5: an instance of instances cannot be evaluated: ")
    assert "return parts that fit together" in done.stderr


def test_bad_paths(check: Callable[..., Done], write: Callable[..., str], folder: Path) -> None:
    write()
    (folder / "guess.txt").write_text("x", encoding="utf-8")
    (folder / "latin.py").write_bytes(b"x = 1\n# \xe9\n")
    for name, part in (
        ("none.py", "none.py: there is no such file; check the name"),
        ("guess", "guess: there is no such file; did you mean guess.py?"),
        (".", ".: this is a folder; give the file in it"),
        ("guess.txt", "guess.txt: this is no Python file; give one whose name ends in .py"),
        ("latin.py", "latin.py:2: the byte 0xe9 is not UTF-8; save the file in the encoding UTF-8"),
    ):
        done = check(name)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"verify: {part}")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--budget", "many"], "--budget many: give one of quick, standard, deep, or a number of rounds"),
        (["--budget", "0"], "--budget 0: give one of"),
        (["--seconds", "0"], "argument --seconds: 0 is not a number of seconds above 0"),
        (["--seed", "-1"], "argument --seed: -1 is less than 0"),
        (["--precision", "8"], "argument --precision: 8 is less than 32"),
        (["--jobs", "0"], "argument --jobs: 0 is less than 1"),
        (["--save", "guess.py"], "guess.py"),
        (["--save", "mine"], "it holds something else than a search; give another folder with --save"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["more.py"], "unrecognized arguments: more.py"),
    ],
)
def test_bad_options(
    check: Callable[..., Done], write: Callable[..., str], folder: Path, options: list[str], part: str
) -> None:
    (folder / "mine" / "a-guess").mkdir(parents=True)
    (folder / "mine" / "a-guess" / "thesis.tex").write_text("x", encoding="utf-8")
    name = write()
    done = check(name, *options)
    assert done.returncode == 2, done.stdout + done.stderr
    assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / name).read_text(encoding="utf-8") == TEXT
    assert (folder / "mine" / "a-guess" / "thesis.tex").is_file()


# ---- what a worker process does not survive --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "part"),
    [
        (("X = param", "import os; os._exit(0)\nX = param"), [], "its process ended with exit code 0"),
        (("    y =", "    import os; os._exit(7)\n    y ="), [], "its process ended with exit code 7"),
        (("    y =", "    bytearray(10**13)\n    y ="), [], "ran out of memory"),
        (("X = param", "while True: pass\nX = param"), ["--seconds", 1], "limit of 5 s"),
    ],
)
def test_a_worker_that_dies(
    check: Callable[..., Done], write: Callable[..., str], change: tuple[str, str], options: list[object], part: str
) -> None:
    done = check(write(change), *options)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "guess.py" in done.stderr
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_draw_that_does_not_end(check: Callable[..., Done], write: Callable[..., str]) -> None:
    done = check(write(("    y =", "    while True: pass\n    y =")), "--seconds", 1)
    assert done.returncode == 1
    assert "INCONCLUSIVE" in done.stdout
    assert "stopped by the limit of 1 s" in done.stdout


def test_an_interruption_keeps_what_was_found(write: Callable[..., str], folder: Path) -> None:
    """The rounds are slow, and endless; the account so far is told, and a report written."""
    name = write(("    y =", "    import pathlib, time; time.sleep(0.02); pathlib.Path('drawing').touch()\n    y ="))
    command = [sys.executable, "-m", "verify", "check", name, "--budget", "1000000", "--jobs", "2"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (folder / "drawing").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "interrupted" in out + err
    assert "draws judged exactly" in out
    assert "Traceback" not in out + err
    report = json.loads((folder / ".verify" / "a-guess" / "report.json").read_text(encoding="utf-8"))
    assert report["statements"][0]["outcome"] != "refuted"


# ---- new -------------------------------------------------------------------------------------------------------------


def test_new_and_then_check(verify: Verify, check: Callable[..., Done], folder: Path) -> None:
    done = verify("new", "conjecture", "my_guess", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "python -m verify check my_guess.py" in done.stdout
    done = check("my_guess.py", "--format", "json", "--budget", "quick")
    assert done.returncode == 1, done.stdout + done.stderr
    facts = json.loads(done.stdout)
    assert facts["outcome"] == "refuted"
    (counterexample,) = facts["counterexamples"]
    assert counterexample["raw"]["network"]["layers"] == [[["1"]], [["1"]]]
    assert counterexample["raw"]["data"] == {"inputs": [["1"]], "targets": [["1"]]}


def test_new_does_not_overwrite(verify: Verify, write: Callable[..., str], folder: Path) -> None:
    write()
    done = verify("new", "conjecture", "guess", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "verify: guess.py exists, and is left as it is; choose another name, or remove it first\n"
    assert (folder / "guess.py").read_text(encoding="utf-8") == TEXT
    for name, part in (
        ("a b", "'a b' is no name for a conjecture"),
        ("random", "would hide the Python module 'random'"),
    ):
        done = verify("new", "conjecture", name, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert part in done.stderr
    assert verify("new", "theorem", "x", cwd=folder).returncode == 2
