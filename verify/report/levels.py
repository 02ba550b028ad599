"""The levels of evidence as a reader meets them: what each one means, what it does not mean, and how it is drawn.

Every label carries its name and a mark of its own, so that a report can be read in greyscale, on paper and by readers
who do not tell red from green; the colours run from dark to light as the evidence gets weaker.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One level of evidence; `fill`, `ink` and `edge` are CSS colours."""

    name: str
    mark: str
    means: str
    does_not_mean: str
    fill: str
    ink: str
    edge: str


LEVELS: tuple[Level, ...] = (
    Level(
        "proved",
        "■",
        "A trusted decision procedure decided the claim itself, for all values of its parameters in the stated domain.",
        "It is not a proof in a proof assistant: it relies on the procedure, on exact arithmetic, and on the "
        "definitions of the quantities being the right ones.",
        "#08306b",
        "#ffffff",
        "#08306b",
    ),
    Level(
        "reduced",
        "◧",
        "A written argument, printed in full, reduces the claim to obligations, and a machine discharged every one of "
        "them.",
        "The argument itself was not checked by machine. Whether the obligations suffice is for a human reader "
        "to judge.",
        "#2166ac",
        "#ffffff",
        "#2166ac",
    ),
    Level(
        "exhausted",
        "▦",
        "Every case of a stated finite family was computed exactly, and counted.",
        "Nothing is said about cases outside the family.",
        "#6baed6",
        "#071d33",
        "#2b6f9e",
    ),
    Level(
        "certified",
        "◆",
        "Rigorous, with exact or ball arithmetic, for concrete instances or compact boxes.",
        "It holds for these instances only. However many they are, they do not make a universal statement proved.",
        "#c6dbef",
        "#071d33",
        "#4f88ad",
    ),
    Level(
        "supported",
        "◇",
        "High-precision numbers agree, or a search of stated size found no counterexample.",
        "Nothing is proved. A bound on the failure rate speaks of the distribution that was drawn from, and of "
        "no other.",
        "#e6e6e6",
        "#1c1c1c",
        "#777777",
    ),
    Level(
        "observed",
        "○",
        "An experiment in floating point, with seeds and statistics, showed the effect.",
        "It is neither rigorous nor a search for counterexamples; other settings may behave differently.",
        "#f7f7f7",
        "#1c1c1c",
        "#777777",
    ),
    Level(
        "inconclusive",
        "?",
        "Undecided: an enclosure straddled the threshold, a solver answered unknown, or the budget ran out.",
        "It is no evidence in either direction.",
        "#ffffff",
        "#1c1c1c",
        "#555555",
    ),
    Level(
        "refuted",
        "✗",
        "A counterexample meets every assumption and violates the claim.",
        "It refutes the statement as written here, not every variant of it: a corrected statement may still hold.",
        "#a63c00",
        "#ffffff",
        "#a63c00",
    ),
    Level(
        "vacuous",
        "∅",
        "A control did not bite, no instance met the assumptions together, or a mutant survived: the checks would "
        "have passed a false statement too.",
        "It does not mean that the claim is false; these checks cannot tell.",
        "#f0c75e",
        "#2b2000",
        "#8a6d00",
    ),
    Level(
        "error",
        "!",
        "A check crashed, ran out of time or ran out of memory.",
        "It says nothing about the claim.",
        "#000000",
        "#ffd34d",
        "#b38f00",
    ),
)

BY_NAME: dict[str, Level] = {level.name: level for level in LEVELS}
NAMES: tuple[str, ...] = tuple(level.name for level in LEVELS)

WEAK: frozenset[str] = frozenset({"supported", "observed", "inconclusive"})
"""Levels at which nothing is established, even where nothing more was declared."""

# Outcomes of single checks that are not levels, and the level whose look they borrow.
CHECK_OUTCOMES: dict[str, tuple[str, str]] = {
    "bit": ("✓", "certified"),
    "not-bitten": ("∅", "vacuous"),
    "done": ("·", "observed"),
}


def mark(outcome: str) -> str:
    """The one-character mark of a level or of a check's outcome (`?` for a word that is neither)."""
    if outcome in BY_NAME:
        return BY_NAME[outcome].mark
    return CHECK_OUTCOMES.get(outcome, ("?", ""))[0]


def look(outcome: str) -> str:
    """The level whose colours an outcome takes; an unknown word looks inconclusive, never better."""
    if outcome in BY_NAME:
        return outcome
    return CHECK_OUTCOMES.get(outcome, ("", "inconclusive"))[1]


def weaker(first: str, second: str) -> bool:
    """Whether `first` is weaker evidence than `second` (both levels; unknown words are weakest)."""
    last = len(NAMES)
    rank = {name: position for position, name in enumerate(NAMES)}
    return rank.get(first, last) > rank.get(second, last)
