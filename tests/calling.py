"""Calling the command line as a user would, and packages of toy theorems for it to find."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Done = subprocess.CompletedProcess[str]

TOYS = '''
"""What the toy statements share."""

from sympy import And
from verify import Claim, Source, Statement, parameter

X = parameter("x", "integer", "a number")
x = X.symbol
SOURCE = Source("A. Nobody", "Toys", 2020, "nowhere")


def toy(id, claim=None, declared="certified", **more):
    claim = x * x <= 100 if claim is None else claim
    assume = {"small": ("|x| is at most 9", And(-9 <= x, x <= 9))}
    return Statement(
        id, title=f"Squares, {id}", summary="Small numbers have small squares.", area="toys", source=SOURCE,
        declared=declared, quantities=[X], assume=assume, claim=claim, **more,
    )
'''
GOOD = """
from {package}._toys import toy

good = toy("toy-good")


@good.certificate
def three():
    yield {{"x": 3}}


@good.control(drops="small")
def eleven():
    yield {{"x": 11}}
"""


def environment(*paths: Path, **variables: str) -> dict[str, str]:
    """The environment of a subprocess that finds the package, and those in the given folders."""
    found = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))}
    found["PYTHONPATH"] = os.pathsep.join(map(str, (*paths, ROOT)))
    return {**found, "COLUMNS": "200", **variables}


def only_run(output: Path) -> Path:
    """The folder of the one run below an output folder."""
    (folder,) = output.iterdir()
    return folder
