"""Conjecture files: what loads, and for whatever is wrong the file, the line and the remedy."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.errors import ConjectureError, InstanceError
from verify.quantities import evaluate
from verify.search import files
from verify.search.distributions import SMALL
from verify.search.draws import Draw
from verify.search.tapes import Rejected

GOOD = """\
from fractions import Fraction
from sympy import Ne, Symbol
from verify import Statement, computed, parameter

NETWORK = parameter("network", "dense", "a network")
DATA = parameter("data", "data", "data")
SHIFT = parameter("shift", "positive", "a number")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "the loss")

guess = Statement(
    "a-guess", title="A guess", quantities=[NETWORK, DATA, SHIFT, LOSS], assume={},
    claim=LOSS.symbol + SHIFT.symbol > 0,
)


@guess.search(trials=10, distribution="small ones")
def instances(draw):
    network = draw.network(activation="tanh")
    data = draw.data(network)
    return {NETWORK: network, "data": data, SHIFT: draw.rational(1, 3)}
"""
Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def same_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "guess.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def changed(write: Write) -> Callable[..., Path]:
    """The good file with pieces of its text replaced."""

    def changed(*pairs: tuple[str, str]) -> Path:
        text = GOOD
        for before, after in pairs:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        return write(text)

    return changed


def fails(path: Path | str, line: int | None, *parts: str, action: Callable[[], object] | None = None) -> str:
    """Loading (or another action) fails with the file, the line, and all these parts in the message."""
    with pytest.raises(ConjectureError) as caught:
        action() if action else files.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: " if line is None else f"{path}:{line}: "), message
    assert "\n" not in message
    for part in parts:
        assert part in message, message
    return message


def line_of(path: Path, text: str) -> int:
    """The number of the only line that holds a text."""
    (line,) = (n for n, shown in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in shown)
    return line


def play(path: Path, seed: int = 0) -> dict[str, Any]:
    statement, check = files.load(path)
    return files.play_checked(statement, check, Draw(random.Random(seed), SMALL), path)


# ---- what loads -----------------------------------------------------------------------------------------------------


def test_a_good_file(write: Write) -> None:
    path = write(GOOD)
    statement, check = files.load(path)
    assert (statement.id, check.name, check.options["trials"]) == ("a-guess", "instances", 10)
    assert files.load(str(path)) == (statement, check)  # loaded once
    assert files.digest(path) == hashlib.sha256(GOOD.encode()).hexdigest()
    for seed in range(30):
        raw = play(path, seed)
        assert raw.keys() == {"network", "data", "shift"}
        assert isinstance(raw["shift"], str)
        assert evaluate(statement, raw).claim is True


def test_a_file_that_has_changed_is_loaded_anew(changed: Callable[..., Path]) -> None:
    before, _ = files.load(changed())
    after, _ = files.load(changed(("a-guess", "another-guess")))
    assert (before.id, after.id) == ("a-guess", "another-guess")


def test_no_file_is_written_and_no_module_hidden(tmp_path: Path) -> None:
    path = tmp_path / "sympy.py"
    path.write_text(
        f"import dataclasses\n{GOOD}\n@dataclasses.dataclass\nclass Point:\n    x: 'int'\n", encoding="utf-8"
    )
    before = sys.modules["sympy"]
    files.load(path)
    assert sys.modules["sympy"] is before
    assert [child.name for child in tmp_path.iterdir()] == ["sympy.py"]


def test_modules_beside_the_file(tmp_path: Path) -> None:
    """Each file gets its own neighbours, also those that it imports in a draw."""
    for name, size in (("one", 2), ("two", 3)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper_beside.py").write_text(f"SIZE = {size}\n", encoding="utf-8")
        text = GOOD.replace("    network =", "    from helper_beside import SIZE\n    network =").replace(
            'activation="tanh"', "width=SIZE"
        )
        (folder / "guess.py").write_text(f"import helper_beside\n{text}", encoding="utf-8")
        assert len(play(folder / "guess.py")["network"]["layers"][0]) == size


def test_what_a_file_prints_stays_off_the_standard_output(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    path = write("print('loaded é')\n" + GOOD.replace("    network =", "    print('drawn')\n    network ="))
    play(path)
    seen = capfd.readouterr()
    assert (seen.out, seen.err) == ("", "loaded é\ndrawn\n")


def test_statements_of_other_modules_do_not_count(write: Write, tmp_path: Path) -> None:
    (tmp_path / "mine_too.py").write_text(GOOD.replace("a-guess", "beside"), encoding="utf-8")
    text = (
        "from theorems.charge_conservation.float_ties import ties\nfrom mine_too import guess as other\nagain = other\n"
    )
    statement, _ = files.load(write(text + GOOD + "\nalias = guess\n"))
    assert statement.id == "a-guess"
    fails(write(text + "x = 1\n"), 1, "makes no Statement (imported ones do not count)", "guess = Statement(...)")


# ---- files that cannot be read ---------------------------------------------------------------------------------------


def test_paths_that_are_no_files(write: Write, tmp_path: Path) -> None:
    path = write(GOOD)
    fails(tmp_path / "none.py", None, "there is no such file", "verify new conjecture NAME")
    fails(path.with_suffix(""), None, "there is no such file", f"did you mean {path}?")
    fails(tmp_path, None, "this is a folder", "give the file in it")
    text = tmp_path / "guess.txt"
    text.write_text(GOOD, encoding="utf-8")
    fails(text, None, "no Python file", "name ends in .py")
    with pytest.raises(ConjectureError, match="there is no such file"):
        files.digest(tmp_path / "none.py")


def test_a_file_that_may_not_be_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(GOOD)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    fails(path, None, "cannot be read (Permission denied)", "check its permissions")


def test_bytes_that_are_not_utf_8(write: Write) -> None:
    path = write(GOOD)
    line = line_of(path, "A guess")
    path.write_bytes(GOOD.replace("A guess", "A gu\u00e9ss").encode("latin-1"))
    fails(path, line, "the byte 0xe9 is not UTF-8", "save the file in the encoding UTF-8")


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    fails(tmp_path / "pipe.py", None, "no Python file")


def test_wrong_paths_and_syntax_are_told_without_heavy_imports(write: Write) -> None:
    path = write("x = (")
    code = f"""
import sys
from verify.errors import ConjectureError
from verify.search import sources
for path in ({str(path)!r}, {str(path.with_name("none.py"))!r}):
    try:
        sources.compiled(path, sources.read(path))
    except ConjectureError as error:
        print(error)
print([name for name in ("numpy", "sympy", "flint") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second, modules = done.stdout.splitlines()
    assert "'(' was never closed" in first
    assert "there is no such file" in second
    assert modules == "[]"


def test_a_warning_of_the_compiler_is_no_error(write: Write) -> None:
    assert files.load(write(GOOD + '\npattern = "\\d"\n'))[0].id == "a-guess"


def test_a_byte_order_mark_is_no_error(write: Write) -> None:
    assert files.load(write("\ufeff" + GOOD))[0].id == "a-guess"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("x = (1 +", ["'(' was never closed (column 5): x = (1 +"]),
        ("   x = 1", ["unindent does not match any outer indentation level"]),
        ("return 3", ["'return' outside function", "return 3"]),
        ("x = 1\0", ["null bytes"]),
    ],
)
def test_syntax_errors(write: Write, line: str, parts: list[str]) -> None:
    path = write(f"{GOOD}\n{line}\n")
    number = 1 if "\0" in line else len(GOOD.splitlines()) + 2
    fails(path, number, *parts, "correct the Python syntax" if "\0" not in line else "")


# ---- what the file does while it is loaded ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("1 / 0", ["ZeroDivisionError: division by zero, while the file is loaded; correct this line"]),
        ("import no_such_module", ["ModuleNotFoundError: No module named 'no_such_module'"]),
        ("from verify import Statment", ["ImportError: cannot import name 'Statment' from 'verify'"]),
        ("raise SystemExit(3)", ["it calls sys.exit while the file is loaded; remove the call"]),
        ("import sys; sys.exit()", ["it calls sys.exit while the file is loaded; remove the call"]),
        ("raise ValueError('two\\nlines')", ["ValueError: two lines, while"]),
        ("LOSS > 0", ["TypeError", "write X.symbol, not X, in formulas"]),
        ("Ne(LOSS, 0)", ["write X.symbol, not X, in formulas"]),
        ("guess.search(lambda: 1, trails=3)", ["TypeError", "trails"]),
    ],
)
def test_exceptions_while_the_file_is_loaded(write: Write, line: str, parts: list[str]) -> None:
    path = write(f"{GOOD}\n{line}\n")
    fails(path, line_of(path, line), *parts)
    assert not [name for name in sys.modules if "a conjecture" in name and sys.modules[name].__file__ == str(path)]


def test_the_line_is_the_deepest_one_in_the_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "helper_raising.py").write_text("def fail():\n    raise KeyError('gone')\n", encoding="utf-8")
    path = write("import helper_raising\n\ndef f():\n    helper_raising.fail()\n\nf()\n")
    fails(path, 4, "KeyError: 'gone' (raised at helper_raising.py:2), while the file is loaded")
    (tmp_path / "helper_broken.py").write_text("x =\n", encoding="utf-8")
    fails(write("x = 1\nimport helper_broken\n"), 2, "SyntaxError", "helper_broken.py, line 1")


def test_an_exception_without_a_text(write: Write) -> None:
    text = "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\nraise Mute\n"
    fails(write(text), 5, "Mute, while the file is loaded")


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("> 0,", "> Symbol('z'),", ["the claim has the free symbols ['z']", "declare them as quantities"]),
        ("> 0,", "> 0.5,", ["is a float", "write an exact number"]),
        ("LOSS.symbol + SHIFT.symbol > 0", "LOSS.symbol + SHIFT.symbol", ["the claim is no truth value"]),
        ("LOSS.symbol + SHIFT.symbol > 0", "NETWORK.symbol > 0", ["'lt' is applied to number, dense"]),
        ('"a-guess"', '"A guess"', ["an id consists of lower-case words"]),
        ("SHIFT, LOSS]", "LOSS]", ["free symbols ['shift']"]),
        ("LOSS.symbol + SHIFT.symbol > 0", "Ne(0, 1)", ["the claim is the constant true", "evaluate=False"]),
        ("LOSS.symbol + SHIFT.symbol > 0", "LOSS.symbol == SHIFT.symbol", ["write Eq(a, b), not a == b"]),
        ("assume={}", "assume=[]", ["assume is a list: write assume={"]),
        ("assume={}", "assume={'a': SHIFT.symbol > 1}", ["the assumption 'a' is shift > 1, which is no pair of words"]),
    ],
)  # fmt: skip
def test_malformed_statements(changed: Callable[..., Path], before: str, after: str, parts: list[str]) -> None:
    path = changed((before, after))
    fails(path, line_of(path, "guess = Statement("), *parts, "; correct this call")


def test_a_statement_that_lacks_an_argument(changed: Callable[..., Path]) -> None:
    path = changed(('title="A guess",', ""))
    fails(path, line_of(path, "guess = Statement("), "missing 1 required keyword-only argument: 'title'")
    assert files.load(changed(("assume={},", "")))[0].assumptions == ()


# ---- what the file holds ---------------------------------------------------------------------------------------------


def test_no_statement_or_two(write: Write) -> None:
    fails(write("x = 1\n"), 1, "makes no Statement", "verify new conjecture NAME")
    fails(write(""), 1, "makes no Statement")
    start = GOOD.index("guess =")
    second = GOOD[start:].replace("guess", "other")
    path = write(GOOD + second)
    lines = line_of(path, "guess = Statement("), line_of(path, "other = Statement(")
    fails(path, lines[1], f"makes 2 statements, on the lines {lines[0]} and {lines[1]}; keep one in each file")


def test_no_search_function_or_two(write: Write) -> None:
    start = GOOD.index("@guess.search")
    path = write(GOOD[:start])
    line = line_of(path, "guess = Statement(")
    fails(
        path, line, "no function draws instances of 'a-guess'", "@guess.search", "return {'network': ..., 'data': ...,"
    )
    path = write(GOOD + GOOD[start:].replace("def instances", "def more").replace("trials=10", "trials=11"))
    lines = line_of(path, "trials=10"), line_of(path, "trials=11")
    fails(
        path, lines[1], "2 functions draw instances", f"on the lines {lines[0]} and {lines[1]}; keep one", "draw.choice"
    )


@pytest.mark.parametrize("arguments", ["", "draw, more", "*, draw"])
def test_a_search_function_with_other_arguments(changed: Callable[..., Path], arguments: str) -> None:
    path = changed(("def instances(draw)", f"def instances({arguments})"))
    fails(
        path, line_of(path, "@guess.search"), "instances must take one argument, the draw; write def instances(draw):"
    )


def test_a_search_function_that_yields(changed: Callable[..., Path]) -> None:
    path = changed(("    return {", "    yield {"))
    fails(path, line_of(path, "@guess.search"), "instances yields or awaits; write return with one instance")


def test_a_statement_that_something_exists(changed: Callable[..., Path]) -> None:
    path = changed(("assume={},", "assume={}, quantifier='exists',"))
    fails(path, line_of(path, "guess = Statement("), "says that something exists", "state its negation")


@pytest.mark.parametrize(
    ("after", "parts"),
    [
        (
            '"dense.los", [NETWORK, DATA]',
            ["no quantity is called 'dense.los'", "did you mean dense.loss", "certificates.md"],
        ),
        ('"loss", [NETWORK, DATA]', ["no quantity is called 'loss'", "lists them"]),
        ('"dense.loss", [NETWORK]', ["takes 2 arguments (a dense network, data); it is given 1 (network): correct"]),
        ('"dense.loss", []', ["it is given 0 (nothing): correct"]),
        ('"dense.width", [NETWORK, DATA]', ["takes 1 argument (a dense network); it is given 2 (network, data)"]),
        ('"dual.value", [NETWORK, DATA]', ["takes 3 arguments (a dense network, data, a vector)"]),
        ('"sets.vector", []', ["takes at least one argument"]),
        (
            '"dense.loss", [DATA, NETWORK]',
            ["takes a dense network, and 'data' is of the sort 'data': declare it as 'dense'"],
        ),
    ],
)
def test_quantities_that_do_not_exist_or_take_other_arguments(
    changed: Callable[..., Path], after: str, parts: list[str]
) -> None:
    path = changed(('"dense.loss", [NETWORK, DATA]', after))
    fails(path, line_of(path, "LOSS = computed"), *parts)


# ---- draws -----------------------------------------------------------------------------------------------------------

RETURN = '    return {NETWORK: network, "data": data, SHIFT: draw.rational(1, 3)}'


def broken_draw(changed: Callable[..., Path], line: str, *parts: str, at: str | None = None) -> str:
    """The draw function with another last line: the error, at that line or at the one given."""
    path = changed((RETURN, f"    {line}"))
    return fails(path, line_of(path, at or line), *parts, action=lambda: play(path))


def broken_instance(changed: Callable[..., Path], line: str, *parts: str) -> str:
    return broken_draw(changed, line, "what instances returned is no instance: ", *parts, at="@guess.search")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "return {NETWORK: network / 2}",
            ["TypeError: unsupported operand", "in a draw of instances; correct this line"],
        ),
        ("1 / 0", ["ZeroDivisionError: division by zero, in a draw of instances"]),
        ("raise SystemExit", ["it calls sys.exit in a draw of instances; remove the call"]),
        ("draw.rational(3, 1)", ["InstanceError: draw.rational"]),
        (
            "from verify.networks.operators import split; split(network.read(), 0, [2])",
            ["write draw.attempt(FUNCTION, ...)"],
        ),
        ("from verify.networks.operators import evaluate; evaluate(network, data)", ["operators take network.read()"]),
        ("draw.networks()", ["AttributeError: 'Draw' object has no attribute 'networks'"]),
    ],
)
def test_draws_that_raise(changed: Callable[..., Path], line: str, parts: list[str]) -> None:
    broken_draw(changed, line, *parts)


def test_only_operators_are_to_be_attempted(changed: Callable[..., Path]) -> None:
    path = changed((RETURN, "    draw.rational(3, 1)"))
    with pytest.raises(ConjectureError, match=r"in a draw of instances; correct this line\Z"):
        play(path)


def test_rejected_draws_pass_through(changed: Callable[..., Path]) -> None:
    path = changed((RETURN, "    draw.reject('no reason')"))
    with pytest.raises(Rejected):
        play(path)
    path = changed((RETURN, "    raise MemoryError"))
    with pytest.raises(MemoryError):
        play(path)


@pytest.mark.parametrize(
    ("value", "kind"), [("None", "NoneType"), ("[network, data]", "list"), ("(network)", "DrawnNetwork")]
)
def test_draws_that_return_no_instance(changed: Callable[..., Path], value: str, kind: str) -> None:
    remedy = "a value for each of network, data, shift"
    if kind == "DrawnNetwork":
        broken_instance(changed, f"return {value}", "'activation' is none of the statement's parameters", remedy)
    else:
        broken_instance(changed, f"return {value}", f"it is a {kind}; return {remedy}, in a dictionary")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            'return {NETWORK: network, "data": data}',
            ["it lacks 'shift'; return a value for each of network, data, shift"],
        ),
        ("return {}", ["it lacks 'network', 'data', 'shift'"]),
        ("return {NETWORK: network, DATA: data, SHIFT: 1, LOSS: 1}", ["'loss' is none of the statement's parameters"]),
        ("return {NETWORK: network, DATA: data, SHIFT: 1, 'shift': 1}", ["'shift' occurs twice"]),
        ("return {NETWORK: network, DATA: data, SHIFT: 0}", ["parameter 'shift': 0 is not positive"]),
        ("return {NETWORK: network, DATA: data, SHIFT: '0.5'}", ["'0.5' is not an exact number", "3/4"]),
        ("return {NETWORK: network, DATA: data, SHIFT: None}", ["parameter 'shift': None is not an exact number"]),
    ],
)
def test_draws_that_return_other_parameters(changed: Callable[..., Path], line: str, parts: list[str]) -> None:
    broken_instance(changed, line, *parts)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("0.5", ["is the float 0.5, and instances are exact; draw numbers with draw.rational(...)", "'1/10'"]),
        ("float('nan')", ["is NaN (not a number): an operation on floats before it had no value; draw"]),
        ("float('-inf')", ["is infinite: an operation on floats before it overflowed; draw"]),
        ("__import__('numpy').float64('nan')", ["is NaN"]),
        ("__import__('numpy').float32(0.5)", ["is the float"]),
        ("__import__('numpy').float32('nan')", ["is NaN"]),
        ("__import__('numpy').int64(3)", ["is a int64; use integers, Fractions"]),
        ("__import__('decimal').Decimal(1)", ["is a Decimal; use integers, Fractions"]),
        ("__import__('numpy').array([0.5])", ["is a NumPy array; make lists of exact numbers"]),
        ("{1, 2}", ["is a set; use integers"]),
    ],
)
def test_leaves_that_are_not_exact(changed: Callable[..., Path], value: str, parts: list[str]) -> None:
    network = f"{{'activation': 'tanh', 'layers': [[[1, 2]], [[{value}]]]}}"
    line = f"return {{NETWORK: {network}, DATA: data, SHIFT: 1}}"
    broken_instance(changed, line, "network.layers[1][0][0] ", *parts)
    line = f"return {{NETWORK: network, DATA: data, SHIFT: {value}}}"
    broken_instance(changed, line, "shift ", *parts)


@pytest.mark.parametrize(
    ("network", "parts"),
    [
        (
            "{'layers': network['layers']}",
            ["the parameter 'network', as dense.loss takes it: ", "'activation' is missing"],
        ),
        ("{**network, 'layers': [[[1]], [[1, 2]]]}", ["layers[1] has 2 columns, but layers[0] has 1 rows"]),
        ("{**network, 'layers': [[[1], [2, 3]], [[1, 2]]]}", ["layers[0]"]),
        ("{**network, 'activation': 'tangent'}", ["activation"]),
        ("[1, 2]", ["dense: ", "is no object"]),
        ("data", ["'activation' is missing"]),
    ],
)
def test_malformed_networks(changed: Callable[..., Path], network: str, parts: list[str]) -> None:
    broken_instance(changed, f"return {{NETWORK: {network}, DATA: data, SHIFT: 1}}", *parts)


def test_parts_that_do_not_fit_together(changed: Callable[..., Path]) -> None:
    """Each part is well-formed; the evaluation shows that they do not go together."""
    path = changed((RETURN, "    return {NETWORK: network, DATA: {'inputs': [[1, 2, 3]], 'targets': [[1]]}, SHIFT: 1}"))
    statement, check = files.load(path)
    raw = play(path)
    with pytest.raises(InstanceError) as caught:
        evaluate(statement, raw)
    error = files.unfit(caught.value, check, path)
    assert isinstance(error, ConjectureError)
    line = line_of(path, "@guess.search")
    assert re.fullmatch(
        rf"{re.escape(str(path))}:{line}: an instance of instances cannot be evaluated: .*3.*", str(error)
    )
    assert "KeyError: 'x'; return" in str(files.unfit(KeyError("x"), check, path))


def test_a_spiking_network_and_its_events(write: Write) -> None:
    text = """\
from verify import Statement, computed, parameter
NETWORK = parameter("network", "network", "a spiking network")
EVENTS = parameter("events", "events", "external events")
SPIKES = computed("spikes", "integer", "spiking.spike_bound", [NETWORK, EVENTS], "a bound")
guess = Statement("spikes", title="Spikes", quantities=[NETWORK, EVENTS, SPIKES], assume={}, claim=SPIKES.symbol < 100)
@guess.search
def instances(draw):
    network = draw.spiking_network()
    return {NETWORK: network, EVENTS: draw.events(network)}
"""
    path = write(text)
    statement, _ = files.load(path)
    assert evaluate(statement, play(path)).claim is True
    path = write(text.replace("draw.events(network)}", "[[7]]}"))
    fails(path, 6, "the parameter 'events', as spiking.spike_bound takes it", action=lambda: play(path))
    path = write(text.replace("{NETWORK: network,", "{NETWORK: {'weights': 3},"))
    fails(path, 6, "the parameter 'network', as spiking.spike_bound takes it", action=lambda: play(path))


def test_locate(write: Write) -> None:
    path = write("x = 1\n")
    assert files.locate(ValueError(), path) == f"{path}:1"
