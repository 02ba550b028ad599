"""The search for a counterexample: draw, screen, descend, confirm, shrink.

A search consists of numbered rounds (``rounds.py``). A round depends on the seed and its number only, so it does not matter
which process plays it: the counterexample of the lowest round counts. Floats propose; only the kernel's judgement of an
exact instance (``verify/decide/instances.py``) makes a counterexample.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verify import expressions
from verify.decide import instances
from verify.errors import StatementError
from verify.plain import plain_instance
from verify.search import margins, shrink
from verify.search.account import Account
from verify.search.batches import Batch, batch_of, why
from verify.search.distributions import DENSE, SMALL
from verify.search.draws import Draw
from verify.search.rounds import DRAWS, MUTATIONS, Player, Round, draws_of_round, generator_of, phase_of
from verify.search.tapes import Rejected, Tape, to_json, values_of
from verify.statement import Check, Statement

MOST_STEPS = 4000
"""Of shrinking."""
SHAPES = 8
"""Smaller shapes that are searched once no step of shrinking is left."""
BATCHES = 64
"""Shapes whose float definitions are kept."""

Play = Callable[[Draw], dict[str, Any]]


def play_of(statement: Statement, check: Check) -> Play:
    """The check's draw function, whose instances come as plain JSON with names as keys."""
    return lambda draw: plain_instance(statement, check.function(draw))


@dataclass(frozen=True)
class Counterexample:
    """An instance that meets every assumption and for which the claim is certainly false.

    ``choices`` are those of the draw that made it (empty for an instance that came from elsewhere); ``minimal`` says that no
    single step of shrinking leaves a counterexample.
    """

    raw: dict[str, Any]
    values: dict[str, Any]
    certificates: list[dict[str, Any]]
    choices: list[Any]
    found_by: str
    round: int
    steps: int
    minimal: bool

    def __repr__(self) -> str:
        shrunk = f", {self.steps} steps of shrinking{', minimal' if self.minimal else ''}" if self.choices else ""
        return f"<Counterexample {expressions.text(self.raw):.200}, found by {self.found_by}{shrunk}>"

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import counterexample_html

        return counterexample_html(self.raw, self.values)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import counterexample_latex

        return counterexample_latex(self.raw, self.values)


class Hunter:
    """Plays rounds of the search for one statement.

    Args:
        play: makes the raw instance of a draw; raises ``Rejected``.
        bits: precision to start with.

    Raises:
        StatementError: for a statement of the existence of something, which no instance refutes.
    """

    def __init__(self, statement: Statement, check: Check, *, bits: int = 128, play: Play | None = None) -> None:
        if statement.quantifier != "for-all":
            raise StatementError(f"{statement.id}: a search is for statements for all instances only")
        self.statement, self.check, self.bits = statement, check, bits
        self.play = play or play_of(statement, check)
        self.unseen = why(statement) or ""
        parts = [statement.form["claim"], *(a["expr"] for a in statement.form["assumptions"])]
        wholes = [expressions.substitute(part, statement.definitions) for part in parts]
        self.tolerant = any(map(margins.takes_near_for_equal, wholes))
        self.last_reason = ""
        """Why the latest draw that rejected itself did so."""
        self._batches: dict[Any, Batch | None] = {}

    def round(self, seed: int, number: int, draws: int = DRAWS, mutations: int | None = None) -> Round:
        """Play a round: so many draws; of promising ones, so many changes (where there are no trials in floats)."""
        return Player(self, generator_of(seed, number), phase_of(number)).round(
            draws, MUTATIONS * draws if mutations is None else mutations
        )

    def judge(self, raw: Mapping[str, Any]) -> instances.Judgement:
        """The kernel's judgement, with a precision that is raised twice at most."""
        return instances.judge(self.statement, raw, bits=self.bits, most_bits=4 * self.bits)

    def batch(self, tape: Tape) -> Batch | None:
        """The float trials of the tape's shape, or None if there are none; equal shapes share one batch, whoever comes first."""
        if self.unseen:
            return None
        shape = tuple((a, c.kind, c.lo, c.hi, None if c.kind == "number" else c.value) for a, c in tape.items())
        if shape not in self._batches:
            if len(self._batches) >= BATCHES:
                self._batches.clear()
            made = batch_of(self.statement, self.check.function, tape)
            self._batches[shape] = made if made is not None and made.slots else None
        return self._batches[shape]

    def drawn(self, draw: Draw) -> tuple[dict[str, Any], Tape] | None:
        """The raw instance of a draw and its tape, or None if it rejects itself."""
        try:
            return self.play(draw), draw.tape
        except Rejected as rejected:
            self.last_reason = str(rejected)
            return None

    def refuting_tape(self, values: Mapping[str, Any]) -> Tape | None:
        """The tape of the draw with these values, if it is a counterexample."""
        found = self.drawn(Draw.replay(values))
        if found is None:
            return None
        return found[1] if self.judge(found[0]).verdict == "false" else None

    def shrunk(
        self, values: Mapping[str, Any], raw: Mapping[str, Any], *, found_by: str, number: int, most: int = MOST_STEPS
    ) -> Counterexample | None:
        """The smallest counterexample that steps of shrinking reach from these values, certified.

        A draw function that chooses with something else than its draw may not give the instance ``raw`` again: then this
        instance itself, as it was found.
        """
        tape = self.refuting_tape(values)
        if tape is None:
            return self.certified(raw, choices=[], found_by=found_by, number=number)
        tape, steps, cut = shrink.shrink(tape, self.refuting_tape, most=most)
        while not cut and (smaller := self._in_a_smaller_shape(tape)) is not None:
            tape, more, cut = shrink.shrink(smaller, self.refuting_tape, most=most)
            steps += more
        drawn = self.drawn(Draw.replay(values_of(tape)))
        smallest = drawn and self.certified(
            drawn[0], choices=to_json(drawn[1]), found_by=found_by, number=number, steps=steps, minimal=not cut
        )
        return smallest or self.certified(raw, choices=[], found_by=found_by, number=number)

    def _in_a_smaller_shape(self, tape: Tape) -> Tape | None:
        """A counterexample with fewer members of some collection but other numbers, if a short search finds one."""
        tried = 0
        for values in shrink.steps(tape):
            drawn = self.drawn(Draw.replay(values))
            if drawn is None or _members(drawn[1]) >= _members(tape) or self.batch(drawn[1]) is None:
                continue
            for phase in (SMALL, DENSE):
                found = Player(self, random.Random(tried), phase).within(*drawn)
                if found is not None and shrink.complexity(found) < shrink.complexity(tape):
                    return found
            tried += 1
            if tried == SHAPES:
                break
        return None

    def certified(
        self,
        raw: Mapping[str, Any],
        *,
        choices: list[Any],
        found_by: str,
        number: int = -1,
        steps: int = 0,
        minimal: bool = False,
    ) -> Counterexample | None:
        """The counterexample with its certificates, or None if the kernel does not confirm it."""
        judgement = self.judge(raw)
        if judgement.verdict != "false":
            return None
        certificates = instances.certificates(self.statement, judgement, "counterexample")
        return Counterexample(
            dict(raw), certificates[0]["values"], certificates, choices, found_by, number, steps, minimal
        )


def _members(tape: Tape) -> int:
    return sum(len(choice.value) for choice in tape.values() if choice.kind == "items")


# ---- the whole search, in this process ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What a search came to."""

    statement: Statement
    counterexample: Counterexample | None
    account: Account
    seed: int
    bits: int

    @property
    def refuted(self) -> bool:
        """Whether a certified counterexample was found."""
        return self.counterexample is not None

    def __repr__(self) -> str:
        draws, met = self.account.total("draws"), self.account.total("met")
        floats = self.account.total("screened") + self.account.descended
        outcome = f"refuted by {self.counterexample!r}" if self.refuted else "not refuted"
        return (
            f"<Finding {self.statement.id}: {outcome}; {draws} draws judged exactly, {met} met the assumptions; "
            f"{floats} trials in floats>"
        )

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import finding_html

        return finding_html(self)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import finding_latex

        return finding_latex(self)


def search_check(statement: Statement) -> Check:
    """The search of a statement.

    Raises:
        StatementError: if it has none, or several.
    """
    found = [check for check in statement.checks if check.kind == "search"]
    if len(found) != 1:
        raise StatementError(
            f"{statement.id}: it has {len(found)} search functions; decorate one function of a draw with @....search()"
        )
    return found[0]


def falsify(
    statement: Statement,
    *,
    rounds: int = 20,
    seed: int = 0,
    bits: int = 128,
    check: Check | None = None,
    trials: int | None = None,
) -> Finding:
    """Search a statement for a counterexample, in this process.

    Args:
        rounds: how many rounds of up to 16 draws, and of some 100,000 float trials where the claim has float definitions.
        trials: if given, so many draws in place of ``rounds``.
        check: the search check; by default the statement's only one.

    Raises:
        StatementError: if there is no search function, or the statement claims that something exists.
    """
    hunter = Hunter(statement, check or search_check(statement), bits=bits)
    total = Account(unseen=hunter.unseen)
    number = 0
    while (total.rounds < rounds) if trials is None else (total.total("draws") < trials):
        most = draws_of_round(number) if trials is None else min(draws_of_round(number), trials - total.total("draws"))
        # a check of the library is one of many: it makes few more trials than its author says
        played = hunter.round(seed, number, most, None if trials is None else most // 4)
        total.add(played.account)
        if played.found is not None:
            assert played.raw is not None
            found = hunter.shrunk(values_of(played.found), played.raw, found_by=played.found_by, number=number)
            return Finding(statement, found, total, seed, bits)
        if total.is_hopeless:
            break
        number += 1
    return Finding(statement, None, total, seed, bits)
