"""Tapes: every choice that a draw of an instance makes, under a stable address, so that it can be played again with changes.

A replay is total: whatever values it is given, each is moved into the range of the choice that asks for it, so that
whoever changes a tape (the shrinker, local optimisation, a file) need not know what the draw function does with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from verify.errors import InstanceError
from verify.search.distributions import DENSE, SMALL, draw_number, draw_size

MOST_CHOICES = 10_000
"""Of one fresh draw: beyond it the draw counts as rejected, so that no loop runs for ever."""
MOST_UNFORESEEN = 2_000
"""Of one replay: choices without a value, besides twice as many as there are values."""

KINDS = ("index", "number", "items", "unit")
_LARGEST_UNIT = math.nextafter(1.0, 0.0)


class Rejected(Exception):
    """The draw function gave this instance up; the text is its reason."""


class Number(Fraction):
    """A drawn rational number that remembers its address in ``slot``; arithmetic with it gives plain fractions."""

    __slots__ = ("slot",)
    slot: str

    def __new__(cls, value: Fraction | int, slot: str = "") -> Number:
        made = super().__new__(cls, value)
        made.slot = slot
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Number, (Fraction(self), self.slot)

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: Any) -> Number:
        return self


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a draw.

    ``kind`` is ``index`` (a whole number of [lo, hi]), ``number`` (a rational one), ``items`` (a tuple of increasing
    keys: which members a collection has; lo and hi bound how many) or ``unit`` (a float of [0, 1)).
    """

    kind: str
    value: Any
    lo: Any
    hi: Any

    @property
    def simplest(self) -> Any:
        """The simplest value: index: nearest to 0; number: least denominator, then nearest to 0; the first members; 0.0."""
        return _simplest(self.kind, self.lo, self.hi)


Tape = dict[str, Choice]
"""Address -> choice, in the order drawn."""


def _simplest(kind: str, lo: Any, hi: Any) -> Any:
    if kind == "index":
        return min(max(0, lo), hi)
    if kind == "number":
        return simplest_between(lo, hi)
    return tuple(range(lo)) if kind == "items" else 0.0


def simplest_between(lo: Fraction, hi: Fraction) -> Fraction:
    """The number of [lo, hi] with the least denominator, and the least absolute value among these.

    >>> simplest_between(Fraction(1, 16), Fraction(3)), simplest_between(Fraction(3, 10), Fraction(2, 5))
    (Fraction(1, 1), Fraction(1, 3))
    """
    if lo <= 0 <= hi:
        return Fraction(0)
    if hi < 0:
        return -simplest_between(-hi, -lo)
    if (above := math.ceil(lo)) <= hi:
        return Fraction(above)
    whole = above - 1  # both ends lie strictly between two integers: go on with the reciprocals of the rests
    return whole + 1 / simplest_between(1 / (hi - whole), 1 / (lo - whole))


def fitted(kind: str, value: Any, lo: Any, hi: Any) -> Any:
    """A value of this kind in its range, whatever is proposed: the nearest one, or the simplest if there is no such thing."""
    if kind == "index":
        return (
            min(max(value, lo), hi)
            if isinstance(value, int) and not isinstance(value, bool)
            else _simplest(kind, lo, hi)
        )
    if kind == "items":
        return _fitted_items(value, lo, hi)
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)) or not math.isfinite(value):
        return _simplest(kind, lo, hi)
    if kind == "number":
        return min(max(Fraction(value), lo), hi)
    return min(max(float(min(max(value, 0), 1)), 0.0), _LARGEST_UNIT)


def _fitted_items(value: Any, lo: int, hi: int) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)):
        return tuple(range(lo))
    keys = {key for key in value if isinstance(key, int) and not isinstance(key, bool) and key >= 0}
    unused = (key for key in range(lo + len(keys)) if key not in keys)
    kept = sorted(keys)[:hi]
    return tuple(sorted([*kept, *(next(unused) for _ in range(lo - len(kept)))]))


class Recorder:
    """Makes choices at addresses and records them: fresh ones by ``rng`` and ``phase``, or given ones by ``values``."""

    def __init__(self, rng: Random | None, phase: str, values: Mapping[str, Any]) -> None:
        if phase not in (SMALL, DENSE):
            raise InstanceError(f"phase: {phase!r:.40} is unknown; give {SMALL!r} or {DENSE!r}")
        self.rng, self.phase, self.values = rng, phase, values
        self.tape: Tape = {}
        self._drawn: list[Fraction] = []
        self._left = MOST_CHOICES if rng is not None else MOST_UNFORESEEN + 2 * len(values)

    def index(self, address: str, lo: int, hi: int, fresh: Callable[[Random], int] | None = None) -> int:
        """A whole number of [lo, hi]; a fresh one is uniform, or what ``fresh`` gives."""
        value: int = self._choose("index", address, lo, hi, fresh or (lambda rng: rng.randint(lo, hi)))
        return value

    def number(self, address: str, lo: Fraction, hi: Fraction, *, mirrored: bool = False) -> Number:
        """A rational number of [lo, hi]; if ``mirrored``, a given one may have changed its sign."""

        def fresh(rng: Random) -> Fraction:
            return draw_number(rng, lo, hi, self._drawn, self.phase)

        value = self._choose("number", address, lo, hi, fresh, mirrored=mirrored)
        self._drawn.append(value)
        return Number(value, address)

    def items(self, address: str, lo: int, hi: int) -> tuple[int, ...]:
        """The keys of a collection's members, from lo to hi of them."""

        def fresh(rng: Random) -> tuple[int, ...]:
            return tuple(range(draw_size(rng, lo, hi, self.phase)))

        value: tuple[int, ...] = self._choose("items", address, lo, hi, fresh)
        return value

    def unit(self, address: str) -> float:
        """A float of [0, 1)."""
        value: float = self._choose("unit", address, 0.0, _LARGEST_UNIT, lambda rng: rng.random())
        return value

    def _choose(
        self, kind: str, address: str, lo: Any, hi: Any, fresh: Callable[[Random], Any], *, mirrored: bool = False
    ) -> Any:
        if self.rng is not None:
            value = fresh(self.rng)
            self._left -= 1
        elif address in self.values:
            value = self.values[address]
            if mirrored and isinstance(value, (int, float, Fraction)) and (value < 0 < lo or hi < 0 < value):
                value = -value
            value = fitted(kind, value, lo, hi)
        else:
            value = _simplest(kind, lo, hi)
            self._left -= 1
        if self._left < 0:
            raise Rejected("the draw does not come to an end")
        self.tape[address] = Choice(kind, value, lo, hi)
        return value


# ---- JSON ----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(-?[0-9]{1,4000})(?:/([0-9]{1,4000}))?")
_UNIT = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?(?:e-?[0-9]{1,3})?")


def to_json(tape: Tape) -> list[list[Any]]:
    """A tape as plain JSON: ``[address, kind, value]`` in the order drawn, numbers and units as strings."""
    return [[address, choice.kind, _written(choice)] for address, choice in tape.items()]


def _written(choice: Choice) -> Any:
    if choice.kind == "items":
        return list(choice.value)
    if choice.kind == "index":
        return choice.value
    return str(choice.value) if choice.kind == "number" else repr(choice.value)


def values_from_json(raw: Any) -> dict[str, Any]:
    """What ``to_json`` wrote, as the values that ``Draw.replay`` takes.

    Raises:
        InstanceError: for anything else, with the number of the entry that is wrong.
    """
    if not isinstance(raw, list):
        raise InstanceError(f"tape: {raw!r:.60} is no array; give an array of [address, kind, value]")
    values: dict[str, Any] = {}
    for k, entry in enumerate(raw):
        if not isinstance(entry, list) or len(entry) != 3 or not isinstance(entry[0], str) or entry[1] not in KINDS:
            raise InstanceError(
                f"tape[{k}]: {entry!r:.60} is no choice; give [address, kind, value], kind one of {', '.join(KINDS)}"
            )
        address, kind, written = entry
        if address in values:
            raise InstanceError(f"tape[{k}]: the address {address!r:.60} occurs twice; remove one of the entries")
        value = _read(kind, written)
        if value is None:
            raise InstanceError(f"tape[{k}]: {written!r:.60} is no value of kind {kind!r}; write it as it was saved")
        values[address] = value
    return values


def _read(kind: str, written: Any) -> Any:
    """The value, or None if it is malformed."""
    if kind == "index":
        return written if _is_integer(written) else None
    if kind == "items":
        increasing = isinstance(written, list) and all(map(_is_integer, written)) and written == sorted(set(written))
        return tuple(written) if increasing and all(key >= 0 for key in written) else None
    if not isinstance(written, str):
        return None
    if kind == "unit":
        value = float(written) if _UNIT.fullmatch(written) else 1.0
        return value if value < 1.0 else None
    found = _NUMBER.fullmatch(written)
    if found is None or int(found[2] or 1) == 0:
        return None
    return Fraction(int(found[1]), int(found[2] or 1))


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def values_of(tape: Tape) -> dict[str, Any]:
    """The values alone: what replays to the same tape."""
    return {address: choice.value for address, choice in tape.items()}


def ordered(name: str, lo: Any, hi: Any) -> tuple[Fraction, Fraction]:
    """Both ends of a range of rational numbers.

    Raises:
        InstanceError: if an end is no finite number, or they are in the wrong order.
    """
    ends = []
    for end in (lo, hi):
        try:
            # 0.9 is meant as it is written, not as the binary number beside it
            ends.append(Fraction(repr(end)) if isinstance(end, float) else Fraction(end))
            float(ends[-1])  # screening needs it
        except (TypeError, ValueError, OverflowError, ZeroDivisionError):
            raise InstanceError(f"{name}: the end {end!r:.40} of the range is no finite number; give one") from None
    if ends[0] > ends[1]:
        raise InstanceError(f"{name}: lo = {ends[0]} is above hi = {ends[1]}; exchange them")
    return ends[0], ends[1]


def size_range(name: str, size: int | Sequence[int], least: int = 0) -> tuple[int, int]:
    """A size as (least, greatest): an integer n means (n, n).

    Raises:
        InstanceError: if it is neither an integer nor a pair in the right order, or below ``least``.
    """
    ends: list[Any] = list(size) if isinstance(size, (tuple, list)) else [size, size]
    if len(ends) != 2 or not all(map(_is_integer, ends)) or not least <= ends[0] <= ends[1]:
        raise InstanceError(
            f"{name}: {size!r:.40} is no size; give an integer >= {least} or a pair (least, greatest) of such"
        )
    return ends[0], ends[1]
