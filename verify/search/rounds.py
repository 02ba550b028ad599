"""One round of a search: draws judged exactly, trials in floats, a descent, and what confirms its suspects.

A round depends on the seed and its number only.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.search import climb, margins, rounding
from verify.search.account import Account
from verify.search.batches import TRANSFORMED, Batch
from verify.search.distributions import DENSE, SMALL, draw_number, sample_numbers
from verify.search.draws import Draw
from verify.search.tapes import Choice, Tape, values_of

if TYPE_CHECKING:
    from verify.search.engine import Hunter

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
MUTATIONS = 4
"""Of a round without float trials, for each draw: draws made by changing one choice of the most promising ones."""
FAR_OFF = 1e6
"""Added where an assumption fails, so that a descent first meets the assumptions."""


@dataclass
class Round:
    """What a round came to: its part of the account, and the tape of a counterexample if it found one."""

    account: Account
    found: Tape | None = None
    raw: dict[str, Any] | None = None
    found_by: str = ""
    slowest: float = 0.0
    """Seconds of processor time for its slowest draw."""


def generator_of(seed: int, number: int) -> random.Random:
    """The generator of a round."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return random.Random(int.from_bytes(digest[:16], "big"))


def draws_of_round(number: int) -> int:
    """1, 2, 4, 8, then 16 draws each: where a draw is slow, the first rounds still end soon."""
    return min(DRAWS, 2**number)


def phase_of(number: int) -> str:
    """The first four rounds draw small numbers only; then small and dense ones take turns."""
    return SMALL if number < 4 or number % 2 else DENSE


@dataclass
class _Suspect:
    """Numbers of a batch that seem to violate the claim, or come near to it."""

    margin: float
    point: Any
    batch: Batch


class Player:
    """Plays a round for a hunter, in one of the two phases."""

    def __init__(self, hunter: Hunter, rng: random.Random, phase: str) -> None:
        self.hunter, self.rng, self.phase = hunter, rng, phase
        self.generator = np.random.default_rng(self.rng.getrandbits(64))
        self.account = Account(rounds=1)
        self.tally = self.account.tallies[self.phase]
        self.suspects: list[_Suspect] = []
        self.judged: list[tuple[float, Tape]] = []
        self.found: Tape | None = None
        self.raw: dict[str, Any] | None = None
        self.found_by = ""
        self.slowest = 0.0

    def round(self, count: int, mutations: int) -> Round:
        """So many draws, and what follows from them."""
        for _ in range(count):
            self._draw()
            if self.found is not None:
                break
        else:
            if self.suspects:
                self._descend()
                self._confirm()
            elif self.judged:
                self._mutate(mutations)
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
            self.account.reasons[self.hunter.last_reason[:200]] += 1
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
            claim = _signed(claim, judgement.verdict)
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
            self.suspects.append(_Suspect(float(goal[index]), points[index], batch))

    def _descend(self) -> None:
        """Push the margins of the most promising suspects down, all those of one shape together."""
        self.suspects.sort(key=lambda suspect: suspect.margin)
        chosen = self.suspects[:STARTS]
        shapes: dict[int, list[_Suspect]] = {}
        for suspect in chosen:
            shapes.setdefault(id(suspect.batch), []).append(suspect)
        lowered: list[_Suspect] = []
        for same in shapes.values():
            batch = same[0].batch
            share = DESCENT * len(same) // len(chosen)
            starts = np.array([suspect.point for suspect in same])
            ends, values = climb.descend(
                _objective(batch), starts, batch.lower, batch.upper, self.generator, evaluations=share
            )
            self.account.descended += share
            lowered += [_Suspect(float(value), end, batch) for end, value in zip(ends, values, strict=True)]
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
            self._confirm_near(suspect, _objective(suspect.batch), "descent and exact repair", 2 * CANDIDATES)

    def _confirm_near(self, suspect: _Suspect, objective: Any, found_by: str, most: int) -> None:
        """Judge exact points near a suspect, simple ones first, until one is a counterexample."""
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
        """Take down how near a suspect comes: exactly, unless exact arithmetic leaves its instance undecided."""
        point = [_readable(float(value)) for value in suspect.point]
        drawn = self.hunter.drawn(Draw.replay(suspect.batch.values(point)))
        if drawn is None:
            return
        judgement = self.hunter.judge(drawn[0])
        if judgement.verdict in ("true", "false"):
            claim, _ = margins.margin_of(self.hunter.statement, judgement.evaluation)
            self.account.nearer(_signed(claim, judgement.verdict), drawn[0], exact=True)
        elif judgement.verdict == "undecided":
            self.account.nearer(suspect.margin, drawn[0], exact=False)

    # ---- without float definitions ----

    def _mutate(self, count: int) -> None:
        """Change one choice of a promising draw at a time; keep what does not raise the margin."""
        self.judged.sort(key=lambda pair: pair[0])
        best = self.judged[:4]
        for index in range(count):
            goal, tape = best[index % len(best)]
            drawn = self.hunter.drawn(Draw.replay(_mutated(tape, self.rng, self.phase)))
            if drawn is None:
                continue
            changed = self._judge(*drawn, "changing a promising draw", counted=False)
            if self.found is not None:
                return
            if changed <= goal:
                best[index % len(best)] = (changed, drawn[1])


def _signed(margin: float, verdict: str) -> float:
    """A margin, worked out in floats from exact values, that does not contradict the verdict."""
    return max(margin, 0.0) if verdict == "true" else min(margin, 0.0)


def _is_open(choice: Choice) -> bool:
    """Whether something else than a number could have been chosen otherwise."""
    return choice.kind == "unit" or (choice.kind in ("index", "items") and choice.lo != choice.hi)


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


def _objective(batch: Batch) -> climb.Objective:
    return lambda points: _goal(*batch.margins(points))


def _goal(claim: Any, assumptions: Any) -> Any:
    """What a descent lowers: the claim's margin where the assumptions hold, else the distance from that."""
    with np.errstate(invalid="ignore"):
        return np.where(assumptions > 0, claim, FAR_OFF - np.where(assumptions < 0, assumptions, 0.0))
