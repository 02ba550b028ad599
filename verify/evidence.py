"""What authors propose and what the engine concludes: levels, proposals, decisions, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("proved", "reduced", "exhausted", "certified", "supported", "observed")
"""From the strongest to the weakest."""

FAILURES = ("inconclusive", "refuted", "vacuous", "error")
OUTCOMES = (*LEVELS, *FAILURES)
DECLARABLE = (*LEVELS, "refuted")
SORTS_OF_NUMBERS = ("integer", "natural", "real", "positive", "nonnegative")
SCALAR_SORTS = (*SORTS_OF_NUMBERS, "boolean")
STRUCTURES = (
    "tuple", "choice", "network", "events", "quantized", "mapping", "dense", "data", "splitting", "block",
)  # fmt: skip
"""Sorts of what is no number and no truth value: nested tuples of numbers, words, and JSON objects of networks and the like."""

KINDS = ("proof", "argument", "certificate", "exhaustive", "control", "search", "experiment", "figure")
BUDGETS = ("quick", "standard", "deep")


def at_least(outcome: str, level: str) -> bool:
    """Whether an outcome is as strong as a level; a failure is as strong as none."""
    return outcome in LEVELS and LEVELS.index(outcome) <= LEVELS.index(level)


def weakest(levels: Sequence[str]) -> str | None:
    """The weakest of some outcomes (a failure is weaker than every level)."""
    return max(levels, key=OUTCOMES.index, default=None)


# ---- proposals: what a check of a theorem module may yield -------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """The statement's own claim, for all values of its parameters, by a decision procedure: ``smt`` or ``identity``.

    The engine derives the query from the statement; there is nothing for the author to get wrong.
    """

    by: str = "smt"


@dataclass(frozen=True)
class Valid:
    """For all values of the symbols, the hypotheses imply the conclusion (decided by SMT).

    ``sorts`` maps each symbol to ``integer``, ``natural``, ``real``, ``positive``, ``nonnegative`` or ``boolean``.
    """

    sorts: Mapping[Any, str]
    conclusion: Any
    hypotheses: Sequence[Any] = ()


@dataclass(frozen=True)
class Identity:
    """``lhs == rhs`` as rational functions over Q, in which ``exp`` and ``tanh`` of polynomials may occur (in normal form)."""

    lhs: Any
    rhs: Any


@dataclass(frozen=True)
class Grid:
    """The hypotheses imply the conclusion at every point of a finite grid (decided by enumeration)."""

    axes: Mapping[Any, Sequence[Any]]
    conclusion: Any
    hypotheses: Sequence[Any] = ()


@dataclass(frozen=True)
class Inertia:
    """A symmetric matrix of exact numbers has so many positive, negative and zero eigenvalues."""

    matrix: Sequence[Sequence[Any]]
    inertia: tuple[int, int, int]


@dataclass(frozen=True)
class Rank:
    """A matrix of rational functions has this rank over the field of rational functions in its symbols."""

    matrix: Sequence[Sequence[Any]]
    rank: int


@dataclass(frozen=True)
class Roots:
    """A polynomial over Q has, in an open interval, as many distinct real zeros as there are multiplicities.

    ``polynomial`` is an expression in ``symbol``, or a sequence of coefficients, the constant first (``symbol`` is then
    only its name). ``multiplicities`` are in increasing order of the zeros; an end of ``interval`` may be None: infinite.
    """

    polynomial: Any
    symbol: Any
    multiplicities: Sequence[int]
    interval: tuple[Any, Any] = (None, None)


@dataclass(frozen=True)
class UniqueZero:
    """Exactly one point of a closed box is a zero of all the expressions (as many as the box has symbols).

    ``box`` maps each symbol to a centre and a radius, exact numbers.
    """

    box: Mapping[Any, tuple[Any, Any]]
    equations: Sequence[Any]


Obligation = Valid | Identity | Grid | Inertia | Rank | Roots | UniqueZero
"""What a machine can discharge in a written argument."""


@dataclass(frozen=True)
class Step:
    """One numbered step of a written argument, with the obligations that the machine discharges."""

    text: str
    obligations: Sequence[Obligation] = ()
    cites: Sequence[str] = ()


@dataclass(frozen=True)
class Family:
    """A finite family of instances: a raw instance in which ``Axis(name)`` stands for a value of that axis."""

    template: Mapping[str, Any]
    axes: Mapping[str, Sequence[Any]]
    tally: Sequence[str] = ()


def axis(name: str) -> list[str]:
    """A place of a family's template that runs through the values of an axis."""
    return ["axis", name]


@dataclass(frozen=True)
class Observation:
    """What an experiment measured; it never counts for more than ``observed``."""

    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    agrees: bool = True


@dataclass(frozen=True)
class Drawing:
    """A picture for the report, as SVG text."""

    svg: str
    title: str
    caption: str


# ---- conclusions: what the kernel gives back --------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What a decision procedure found: true (with a certificate), false (with a counterexample), or undecided."""

    truth: bool | None
    reason: str
    certificate: dict[str, Any] | None = None
    counterexample: dict[str, Any] | None = None


@dataclass
class CheckResult:
    """What one check came to. ``outcome`` is a level, a failure, ``bit``/``not-bitten`` (controls) or ``done`` (figures)."""

    name: str
    kind: str
    outcome: str
    message: str = ""
    scope: dict[str, str] = field(default_factory=lambda: {"kind": "none", "text": ""})
    drops: str | None = None
    certificates: list[dict[str, Any]] = field(default_factory=list)
    recheck: str | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    seed: int = 0
    details: dict[str, Any] = field(default_factory=dict)
