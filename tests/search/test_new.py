"""The conjecture that `new` writes: it runs, it is false, and nothing is overwritten."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from verify.decide.instances import judge
from verify.errors import UsageError
from verify.search import files
from verify.search.distributions import SMALL
from verify.search.draws import Draw
from verify.search.new import write_conjecture
from verify.statement import SORTS


@pytest.fixture(autouse=True)
def same_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def test_the_file_is_a_conjecture_that_loads(tmp_path: Path) -> None:
    path = write_conjecture("my_First-guess", tmp_path)
    assert path == tmp_path / "my_First-guess.py"
    text = path.read_text(encoding="utf-8")
    assert "python -m verify check my_First-guess.py" in text
    assert "$" not in text
    assert all(len(line) <= 120 for line in text.splitlines())
    words, _, _ = text.partition("NETWORK = ")
    assert [sort for sort in SORTS if f'"{sort}"' not in words] == []
    statement, check = files.load(path)
    assert statement.id == "my-first-guess"
    for seed in range(20):
        files.play_checked(statement, check, Draw(random.Random(seed), SMALL), path)


def test_it_is_false_for_one_neuron_and_one_sample(tmp_path: Path) -> None:
    path = write_conjecture("guess", tmp_path)
    text = path.read_text(encoding="utf-8")
    ones = {
        "network": {"activation": "tanh", "layers": [[["1"]], [["1"]]]},
        "data": {"inputs": [["1"]], "targets": [["1"]]},
    }
    assert judge(files.load(path)[0], ones).verdict == "false"
    assert text.count('# "wide"') == 1
    path.write_text(text.replace('# "wide"', '"wide"'), encoding="utf-8")
    assert judge(files.load(path)[0], ones).verdict == "outside"


@pytest.mark.parametrize(("name", "file", "identity"), [("x.py", "x.py", "x"), ("2_layers", "2_layers.py", "2-layers")])
def test_names(tmp_path: Path, name: str, file: str, identity: str) -> None:
    path = write_conjecture(name, tmp_path)
    assert path.name == file
    assert files.load(path)[0].id == identity


@pytest.mark.parametrize("name", ["", ".py", "-x", "a b", "../up", "a/b", "__", "x.txt", "\u00e9", "a\nb", "x.py.py"])
def test_bad_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"is no name for a conjecture: give letters .* such as my_guess"):
        write_conjecture(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["sympy", "random.py", "verify", "sys", "__main__"])
def test_names_of_modules(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"would hide the Python module .*; choose another name"):
        write_conjecture(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_exists_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "guess.py"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"guess\.py exists, and is left as it is; choose another name"):
        write_conjecture("guess", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written \(No such file or directory\); choose another folder"):
        write_conjecture("my_guess", tmp_path / "none")
