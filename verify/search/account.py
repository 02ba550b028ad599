"""The account of a search: what was tried, how near it came, and what that implies."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from verify import expressions
from verify.search.distributions import DENSE, SMALL

CONFIDENCE = 0.95
FEW = 0.01
"""A share of draws that meet the assumptions below this is worth a warning."""
HOPELESS = 24
"""Rounds that may pass without an instance that meets the assumptions."""
COUNTS = ("draws", "rejected", "outside", "undecided", "met", "screened", "screened_met", "screened_open")
COUNTERS = ("broken", "undecided", "needed", "reasons")
PHASES = {SMALL: "small rationals", DENSE: "dense reals"}


@dataclass
class Tally:
    """The draws of one distribution: all are judged exactly, some are also the shape of many trials in floats."""

    draws: int = 0
    rejected: int = 0
    outside: int = 0
    undecided: int = 0
    met: int = 0
    screened: int = 0
    screened_met: int = 0
    screened_open: int = 0
    """Of those that met the assumptions: trials that floats take for violations, or that are undefined in them."""
    discrete: bool = False
    tolerant: bool = False
    """Whether floats may take nearly equal numbers for equal where the statement means equality."""
    different: set[str] = field(default_factory=set)

    @property
    def bound(self) -> float | None:
        """A one-sided 95 % bound on the probability that a draw that meets the assumptions, and is decided, fails.

        It rests on different instances that were judged exactly.
        """
        return _bound(len(self.different))

    @property
    def bound_in_floats(self) -> float | None:
        """The same with the float trials, where nothing but numbers is chosen, none rejected, and floats left nothing open.

        It rests on floats, and on the draw function's placing its numbers as it did in the replays that were compared: a
        branch that numbers hardly ever take would be overlooked. Hence it is told apart.
        """
        in_doubt = self.discrete or self.tolerant or self.rejected or self.undecided or self.screened_open
        if in_doubt or not self.screened_met:
            return None
        return _bound(len(self.different) + self.screened_met)


def _bound(trials: int) -> float | None:
    return 1 - (1 - CONFIDENCE) ** (1 / trials) if trials else None


@dataclass
class Account:
    """What a search, or one round of it, tried."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {SMALL: Tally(), DENSE: Tally()})
    rounds: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    needed: Counter[str] = field(default_factory=Counter)
    """Assumptions -> draws in which it alone is false, and the claim with it."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why draws rejected themselves."""
    unseen: str = ""
    """Why nothing was screened in floats, if that is so."""
    descended: int = 0
    mutated: int = 0
    confirmations: int = 0
    unconfirmed: int = 0
    open: int = 0
    """Suspects near which exact instances came out undecided."""
    unrepeated: int = 0
    """Rounds whose first instance came out otherwise when its choices were played again."""
    smallest: float | None = None
    where: dict[str, Any] | None = None
    exact: bool = True

    def judged(self, phase: str, judgement: Any, *, discrete: bool) -> None:
        """Count a draw that was judged exactly."""
        tally = self.tallies[phase]
        tally.discrete |= discrete
        if judgement.verdict == "outside":
            tally.outside += 1
            truths = judgement.evaluation.assumptions
            self.broken.update(judgement.evaluation.broken)
            failing = [name for name, truth in truths.items() if truth is not True]
            if judgement.evaluation.claim is False and len(failing) == 1:
                self.needed.update(failing)
        elif judgement.verdict == "undecided":
            tally.undecided += 1
            unknown = [name for name, truth in judgement.evaluation.assumptions.items() if truth is None]
            self.undecided.update(unknown or ["the claim"])
        else:
            tally.met += 1
            text = expressions.text(judgement.evaluation.raw)
            tally.different.add(hashlib.sha256(text.encode()).hexdigest()[:20])

    def nearer(self, margin: float, raw: Mapping[str, Any], *, exact: bool) -> None:
        """Keep the smallest margin seen where the assumptions hold, and the instance."""
        if not math.isnan(margin) and (self.smallest is None or margin < self.smallest):
            self.smallest, self.where, self.exact = margin, dict(raw), exact

    def add(self, other: Account) -> None:
        """Add the account of a further round."""
        for phase, tally in self.tallies.items():
            more = other.tallies[phase]
            for name in COUNTS:
                setattr(tally, name, getattr(tally, name) + getattr(more, name))
            tally.discrete |= more.discrete
            tally.tolerant |= more.tolerant
            tally.different |= more.different
        for name in ("rounds", "descended", "mutated", "confirmations", "unconfirmed", "open", "unrepeated"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.unseen = self.unseen or other.unseen
        if other.smallest is not None and other.where is not None:
            self.nearer(other.smallest, other.where, exact=other.exact)

    # ---- sums over both distributions ----

    def total(self, name: str) -> int:
        """A count, summed over the distributions."""
        return sum(getattr(tally, name) for tally in self.tallies.values())

    @property
    def different(self) -> int:
        """How many different instances that met the assumptions were judged exactly."""
        return len(set().union(*(tally.different for tally in self.tallies.values())))

    @property
    def is_hopeless(self) -> bool:
        """Whether so many rounds have met the assumptions nowhere, not even in floats, that more of them will not."""
        tried = self.rounds >= HOPELESS and self.total("draws") > 0
        return tried and not any(map(self.total, ("met", "undecided", "screened_met")))

    def bounds(self) -> dict[str, float | None]:
        """For each distribution a one-sided 95 % bound on the share of counterexamples (see ``Tally.bound``)."""
        return {phase: tally.bound for phase, tally in self.tallies.items() if tally.draws}

    def warnings(self) -> list[str]:
        """What is unhealthy about the search, with a remedy each."""
        draws, met = self.total("draws"), self.total("met")
        found = []
        undecided = self.total("undecided")
        if draws and met < FEW * draws and undecided < draws / 2:
            why = [f"{name} fails in {count} of {draws}" for name, count in self.broken.most_common(3)]
            if self.total("rejected"):
                ((reason, _),) = self.reasons.most_common(1)
                told = f", mostly: {reason}" if reason else ""
                why.append(f"the draw rejects itself in {self.total('rejected')}{told}")
            if undecided:
                why.append(f"{undecided} are undecided")
            found.append(
                f"only {met} of {draws} draws met the assumptions ({'; '.join(why)}): "
                "build instances that meet them instead of waiting for one"
            )
        if draws > 1 and met > 1 and self.different == 1:
            found.append("every draw is the same instance: let the draw function choose something")
        elif met >= 20 and self.different < met / 4:
            found.append(f"only {self.different} of {met} draws are different: widen the ranges of the draw")
        if undecided > draws / 10:
            names = ", ".join(name for name, _ in self.undecided.most_common(3))
            found.append(
                f"{undecided} of {draws} draws are undecided ({names}): an equation between enclosures is never "
                "certainly true; raise --precision, or draw instances whose values are rational"
            )
        if self.unrepeated:
            found.append(
                f"the same choices give other instances (in {self.unrepeated} of {self.rounds} rounds): this search cannot be "
                "repeated; let the draw make every choice, and keep nothing from one draw to the next"
            )
        if self.open:
            found.append(
                f"{self.open} suspects of the float trials are undecided: enclosures that touch decide nothing; "
                "with an activation whose values are rational (or inner='log') they would be decided"
            )
        elif self.unconfirmed:
            found.append(
                f"{self.unconfirmed} suspects of the float trials were not confirmed exactly (rounding, perhaps)"
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """The account as plain data, without times: the same seed gives the same."""
        made = asdict(self)
        for tally in made["tallies"].values():
            tally["different"] = sorted(tally["different"])
        for name in COUNTERS:
            made[name] = dict(getattr(self, name))
        if self.smallest is not None and not math.isfinite(self.smallest):
            made["smallest"] = None
        return made

    def shown(self) -> dict[str, Any]:
        """The account as plain data with counts in place of the instances' hashes."""
        made = self.to_json()
        for phase, tally in self.tallies.items():
            more = {
                "different": len(tally.different),
                "bound95": tally.bound,
                "bound95_in_floats": tally.bound_in_floats,
            }
            made["tallies"][phase].update(more)
        return made

    @classmethod
    def of_json(cls, plain: Mapping[str, Any]) -> Account:
        """An account from a worker process."""
        tallies = {
            phase: Tally(**{**tally, "different": set(tally["different"])}) for phase, tally in plain["tallies"].items()
        }
        counters = {name: Counter(plain[name]) for name in COUNTERS}
        return cls(**{**plain, **counters, "tallies": tallies})

    def summary(self) -> dict[str, Any]:
        """What a report shows of the search."""
        bounds = [bound for bound in self.bounds().values() if bound is not None]
        return {
            "trials": self.total("draws"),
            **{name: self.total(name) for name in COUNTS if name != "draws"},
            "different": self.different,
            "descended": self.descended,
            "bound95": max(bounds, default=None),
            "smallest_margin": self.smallest if self.smallest is None or math.isfinite(self.smallest) else None,
            "where": self.where,
            "warnings": self.warnings(),
        }
