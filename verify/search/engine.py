"""The search for a counterexample: draw, screen, descend, confirm, shrink.

A search consists of numbered rounds. A round depends on the seed and its number only, so it does not matter which process
plays it: the counterexample of the lowest round counts. Floats propose; only the kernel's judgement of an exact instance
(``verify/decide/instances.py``) makes a counterexample.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from verify import expressions
from verify.decide import instances
from verify.errors import StatementError
from verify.plain import plain_instance
from verify.search import margins, shrink
from verify.search.account import Account
from verify.search.batches import TRANSFORMED, Batch, batch_of, why
from verify.search.distributions import DENSE, SMALL, draw_number, sample_numbers
from verify.search.draws import Draw
from verify.search.tapes import Choice, Rejected, Tape, to_json, values_of
from verify.statement import Check, Statement

DRAWS = 16
"""Draws of a round at most, each judged exactly."""
SCREENED = 2048
"""Float trials for each draw whose claim has float definitions."""
STARTS, DESCENT, REPAIR = 12, 60_000, 60_000
"""Of a round: starts of the descent, its float trials, and those of the repair of a violation of measure zero."""
CONFIRMED, CANDIDATES, UNDECIDED = 6, 20, 6
"""Suspects of a round that are judged exactly; exact points for each; so many undecided or outside end it."""
SCREENED_BY = "screening in floats and descent"
CLEAR, TOUCHES = 1e-9, 1e-6
"""Margins below -CLEAR are violations in floats; at most TOUCHES away from 0, perhaps exact ones."""
MUTATIONS = 16
"""Of a round without float trials: draws made by changing one choice of the most promising ones."""
FAR_OFF = 1e6
"""Added where an assumption fails, so that a descent first meets the assumptions."""
MOST_STEPS = 4000
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

    def _repr_html_(self) -> str:
        """In a notebook."""
        from verify.notebook import counterexample_html

        return counterexample_html(self.raw, self.values)

    def _repr_latex_(self) -> str:
        """In a notebook, where it becomes LaTeX."""
        from verify.notebook import counterexample_latex

        return counterexample_latex(self.raw, self.values)


@dataclass
class Round:
    """What a round came to: its part of the account, and the tape of a counterexample if it found one."""

    account: Account
    found: Tape | None = None
    raw: dict[str, Any] | None = None
    found_by: str = ""
    slowest: float = 0.0
    """Seconds of processor time for its slowest draw."""


def seed_of_round(seed: int, number: int) -> random.Random:
    """A generator for a round."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return random.Random(int.from_bytes(digest[:16], "big"))


def draws_of_round(number: int) -> int:
    """1, 2, 4, 8, then 16 draws each: where a draw is slow, the first rounds still end soon."""
    return min(DRAWS, 2**number)


def phase_of(number: int) -> str:
    """The first four rounds draw small numbers only; then small and dense ones take turns."""
    return SMALL if number < 4 or number % 2 else DENSE


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
        self._batches: dict[Any, Batch | None] = {}

    def round(self, seed: int, number: int, draws_of_round: int = DRAWS) -> Round:
        """Play a round."""
        return _Player(self, seed, number).round(draws_of_round)

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
        except Rejected:
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
                found = _Player(self, tried, SHAPES, phase).within(*drawn)
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


@dataclass
class _Suspect:
    """Numbers of a batch that seem to violate the claim, or come near to it."""

    margin: float
    point: Any
    batch: Batch
    met: bool


class _Player:
    """One round."""

    def __init__(self, hunter: Hunter, seed: int, number: int, phase: str = "") -> None:
        import numpy as np

        self.hunter, self.number, self.phase = hunter, number, phase or phase_of(number)
        self.rng = seed_of_round(seed, number)
        self.generator = np.random.default_rng(self.rng.getrandbits(64))
        self.account = Account(rounds=1)
        self.tally = self.account.tallies[self.phase]
        self.suspects: list[_Suspect] = []
        self.judged: list[tuple[float, Tape]] = []
        self.found: Tape | None = None
        self.raw: dict[str, Any] | None = None
        self.found_by = ""
        self.slowest = 0.0

    def round(self, count: int) -> Round:
        for _ in range(count):
            self._draw()
            if self.found is not None:
                break
        else:
            if self.suspects:
                self._descend()
                self._confirm()
            elif self.judged:
                self._mutate()
        return Round(self.account, self.found, self.raw, self.found_by, self.slowest)

    def within(self, raw: dict[str, Any], tape: Tape) -> Tape | None:
        """What float trials of one shape alone lead to."""
        self._screen(raw, tape)
        if self.suspects:
            self._descend()
            self._confirm()
        return self.found

    # ---- exact trials ----

    def _draw(self) -> None:
        started = time.process_time()
        draw = Draw(random.Random(self.rng.getrandbits(64)), self.phase)
        drawn = self.hunter.drawn(draw)
        self.tally.draws += 1
        if drawn is None:
            self.tally.rejected += 1
        else:
            raw, tape = drawn
            if self.tally.draws == self.tally.rejected + 1:  # the first of the round
                again = self.hunter.drawn(Draw.replay(values_of(tape)))
                self.account.unrepeated += again is None or again[0] != raw
            self._judge(raw, tape, "a draw", counted=True)
            if self.found is None:
                self._screen(raw, tape)
        self.slowest = max(self.slowest, time.process_time() - started)

    def _judge(self, raw: dict[str, Any], tape: Tape, found_by: str, *, counted: bool) -> float:
        """Judge an instance, keep count if it was drawn, and give the margin to descend on."""
        account, statement = self.account, self.hunter.statement
        judgement = self.hunter.judge(raw)
        claim, assumptions = margins.margin_of(statement, judgement.evaluation)
        if judgement.verdict == "false":
            self.found, self.raw, self.found_by = tape, raw, found_by
        if counted:
            account.judged(self.phase, judgement, discrete=any(map(_is_open, tape.values())))
        else:
            account.mutated += 1
        inside = judgement.verdict in ("true", "false")
        if inside:
            account.nearer(claim, raw, exact=True)
        goal = claim if inside else FAR_OFF - min(assumptions, 0.0)
        if counted and tape and not math.isnan(goal):
            self.judged.append((goal, tape))
        return goal

    # ---- float trials ----

    def _screen(self, raw: dict[str, Any], tape: Tape) -> None:
        batch = self.hunter.batch(tape)
        if batch is None or not batch.agrees(tape, raw):
            if not self.hunter.unseen and any(choice.kind == "number" for choice in tape.values()):
                self.account.unseen = TRANSFORMED
                self.tally.discrete = True  # by its numbers
            return
        points = sample_numbers(self.generator, batch.lower, batch.upper, SCREENED, self.phase)
        claim, assumptions = batch.margins(points)
        met = assumptions > 0
        self.tally.screened += len(points)
        self.tally.screened_met += int(met.sum())
        self.tally.screened_open += int((met & ~(claim > margins.TIED)).sum())
        self.tally.tolerant |= self.hunter.tolerant
        goal = _goal(claim, assumptions)
        for index in goal.argsort(kind="stable")[:2]:
            self.suspects.append(_Suspect(float(goal[index]), points[index], batch, bool(met[index])))

    def _descend(self) -> None:
        """Push the margins of the most promising suspects down, all those of one shape together."""
        import numpy as np

        from verify.search import climb

        self.suspects.sort(key=lambda suspect: suspect.margin)
        chosen = self.suspects[:STARTS]
        shapes: dict[int, list[_Suspect]] = {}
        for suspect in chosen:
            shapes.setdefault(id(suspect.batch), []).append(suspect)
        lowered: list[_Suspect] = []
        for same in shapes.values():
            batch = same[0].batch
            share = DESCENT * len(same) // len(chosen)

            def objective(points: Any, batch: Batch = batch) -> Any:
                return _goal(*batch.margins(points))

            starts = np.array([suspect.point for suspect in same])
            ends, values = climb.descend(objective, starts, batch.lower, batch.upper, self.generator, evaluations=share)
            self.account.descended += share
            lowered += [
                _Suspect(float(value), end, batch, bool(value < FAR_OFF / 2))
                for end, value in zip(ends, values, strict=True)
            ]
        self.suspects = [*self.suspects, *lowered]

    def _confirm(self) -> None:
        """Judge exact instances near the suspects; the account keeps the nearest that floats came to a violation."""
        self.suspects.sort(key=lambda suspect: suspect.margin)
        if (best := self.suspects[0]).margin < FAR_OFF / 2:
            self._nearest(best)
        clear = [suspect for suspect in self.suspects if suspect.margin < -CLEAR][:CONFIRMED]
        for suspect in clear:
            if self._judge_point(suspect, suspect.point, SCREENED_BY) == "true":
                continue  # floats were wrong about it
            self._confirm_near(suspect, None, SCREENED_BY, CANDIDATES)
            if self.found is not None:
                return
        self.account.unconfirmed += len(clear)
        # where the margin comes down to 0 and no further, a violation may still be reached exactly
        touching = [suspect for suspect in self.suspects if abs(suspect.margin) <= TOUCHES][:1]
        for suspect in touching:
            batch = suspect.batch

            def objective(points: Any, batch: Batch = batch) -> Any:
                return _goal(*batch.margins(points))

            self._confirm_near(suspect, objective, "descent and exact repair", 2 * CANDIDATES)

    def _confirm_near(self, suspect: _Suspect, objective: Any, found_by: str, most: int) -> None:
        """Judge exact points near a suspect, simple ones first, until one is a counterexample."""
        from verify.search import rounding

        open_ones, beside, exactly = 0, 0, self.found
        batch = suspect.batch
        points = rounding.candidates(suspect.point, batch.lower, batch.upper, objective, evaluations=REPAIR)
        for point in islice(points, most):
            verdict = self._judge_point(suspect, point, found_by)
            if self.found is not exactly:
                return
            open_ones += verdict == "undecided"
            beside += verdict == "outside"
            if max(open_ones, beside) >= UNDECIDED:
                break
        self.account.open += open_ones > 0

    def _judge_point(self, suspect: _Suspect, point: Any, found_by: str) -> str:
        """The verdict on one exact instance of a suspect's shape; a counterexample is taken down."""
        drawn = self.hunter.drawn(Draw.replay(suspect.batch.values(point)))
        self.account.confirmations += 1
        verdict = "outside" if drawn is None else self.hunter.judge(drawn[0]).verdict
        if drawn is not None and verdict == "false":
            self.found, self.raw, self.found_by = drawn[1], drawn[0], found_by
        return verdict

    def _nearest(self, suspect: _Suspect) -> None:
        point = [_readable(float(value)) for value in suspect.point]
        drawn = self.hunter.drawn(Draw.replay(suspect.batch.values(point)))
        if drawn is not None:
            self.account.nearer(suspect.margin, drawn[0], exact=False)

    # ---- without float definitions ----

    def _mutate(self) -> None:
        """Change one choice of a promising draw at a time; keep what lowers the margin."""
        self.judged.sort(key=lambda pair: pair[0])
        best = self.judged[:4]
        for index in range(MUTATIONS):
            goal, tape = best[index % len(best)]
            drawn = self.hunter.drawn(Draw.replay(_mutated(tape, self.rng, self.phase)))
            if drawn is None:
                continue
            changed = self._judge(*drawn, "changing a promising draw", counted=False)
            if self.found is not None:
                return
            if changed < goal:
                best[index % len(best)] = (changed, drawn[1])


def _is_open(choice: Choice) -> bool:
    """Whether something else than a number could have been chosen otherwise."""
    return choice.kind == "unit" or (choice.kind in ("index", "items") and choice.lo != choice.hi)


def _members(tape: Tape) -> int:
    return sum(len(choice.value) for choice in tape.values() if choice.kind == "items")


def _readable(value: float) -> Fraction:
    """The simple rational of which a float is the rounding, if it is one."""
    simple = Fraction(value).limit_denominator(1000)
    return simple if float(simple) == value else Fraction(value)


def _mutated(tape: Tape, rng: random.Random, phase: str) -> dict[str, Any]:
    """The values of a tape with one choice made anew."""
    values = values_of(tape)
    address, choice = rng.choice(list(tape.items()))
    if choice.kind == "number" and phase == DENSE and rng.random() < 0.5:
        step = Fraction((choice.hi - choice.lo) * Fraction(rng.gauss(0, 1)) * Fraction(10) ** -rng.randint(0, 4))
        values[address] = min(max(choice.value + step, choice.lo), choice.hi)
    else:
        values[address] = _anew(choice, rng, phase)
    return values


def _anew(choice: Choice, rng: random.Random, phase: str) -> Any:
    if choice.kind == "number":
        return draw_number(rng, choice.lo, choice.hi, (), phase)
    if choice.kind == "index":
        return rng.randint(choice.lo, choice.hi)
    if choice.kind == "items":
        return tuple(range(rng.randint(choice.lo, choice.hi)))
    return rng.random()


def _goal(claim: Any, assumptions: Any) -> Any:
    """What a descent lowers: the claim's margin where the assumptions hold, else the distance from that."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        return np.where(assumptions > 0, claim, FAR_OFF - np.where(assumptions < 0, assumptions, 0.0))


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
        played = hunter.round(seed, number, most)
        total.add(played.account)
        if played.found is not None:
            assert played.raw is not None
            found = hunter.shrunk(values_of(played.found), played.raw, found_by=played.found_by, number=number)
            return Finding(statement, found, total, seed, bits)
        number += 1
    return Finding(statement, None, total, seed, bits)
