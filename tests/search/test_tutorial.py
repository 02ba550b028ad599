"""The tutorial, followed step by step: the files it shows, the commands it gives, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import ROOT, Done

TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
WORDS = ("REFUTED", "SUPPORTED", "INCONCLUSIVE", "0 rejected", "is written", "accepted by the independent checker")
Edit = Callable[[str], str]


def python_block(beginning: str) -> str:
    (found,) = (block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if block.startswith(beginning))
    return str(found).rstrip()


def with_more_neurons(text: str) -> str:
    return text.replace('# "wide"', '"wide"')


def with_operators(text: str) -> str:
    imports, function = python_block("from fractions").split("@guess.search")
    before, _, after = text.partition("@guess.search")
    rest = after[after.index("# 4. The result") :]
    return (
        before.replace("from verify import", f"{imports.rstrip()}\nfrom verify import", 1)
        + f"@guess.search{function}\n\n\n{rest}"
    )


def with_the_weaker_claim(text: str) -> str:
    title, claim = python_block("    title=").splitlines()
    text = re.sub("NEGATIVE = .*", lambda _: python_block("POSITIVE"), text)
    text = re.sub("    title=.*", lambda _: title, text).replace("LOSS, NEGATIVE,", "LOSS, POSITIVE, PARAMETERS,")
    return re.sub("    claim=.*", lambda _: claim, text)


EDITS: dict[int, Edit] = {3: with_more_neurons, 4: with_operators, 5: with_the_weaker_claim}
"""What is done to the file before a command, by the number of the command."""


def test_the_tutorial_shows_the_file_that_is_written(verify: Callable[..., Done], tmp_path: Path) -> None:
    assert verify("new", "conjecture", "my_guess", cwd=tmp_path).returncode == 0
    text = (tmp_path / "my_guess.py").read_text(encoding="utf-8")
    for beginning in ("NETWORK", "guess", '@guess.search(distribution="1 to 3'):
        assert python_block(beginning) in text


@pytest.mark.slow
def test_the_commands_of_the_tutorial_come_to_what_it_says(verify: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "my_guess.py"
    steps = re.findall(r"```console\n\$ python -m verify (.*)\n((?:.*\n)*?)```", TEXT)
    assert len(steps) == 6
    for number, (command, expected) in enumerate(steps):
        if number in EDITS:
            before = path.read_text(encoding="utf-8")
            path.write_text(EDITS[number](before), encoding="utf-8")
            assert path.read_text(encoding="utf-8") != before
        done = verify(*command.split(), cwd=tmp_path)
        assert done.returncode == ("REFUTED" in expected), done.stderr
        for word in WORDS:
            assert (word in done.stdout) == (word in expected), f"{command}: {word}"
        shown = re.findall(r"^    (?:raw = .*|[a-z]+ += .*)$", expected, re.MULTILINE)
        assert all(line in done.stdout.splitlines() for line in shown), done.stdout
