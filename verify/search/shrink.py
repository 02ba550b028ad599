"""Shrink a counterexample: fewer members, smaller indices, simpler numbers, each step confirmed by the caller.

The order of simplicity (``complexity``) is well-founded, steps are accepted only if they go down in it, and the result
is a fixed point: no single step from it was confirmed. Everything is deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from verify.search.tapes import Choice, Tape, values_of

Changes = dict[str, Any]
Site = tuple[str, ...]
"""Where steps start: a pass by name, an address, perhaps a member's key."""

SMALL_RANK = 12
"""Up to here every lower index is tried."""
DENOMINATORS = (1, 2, 3, 4, 10, 100, 1000, 10_000, 10**6)
"""Numbers are truncated to these."""
READABLE = 100
"""With a denominator up to this, their numerators are lowered as well."""
DECIMALS = (1, 2, 3, 6)


# ---- the order -----------------------------------------------------------------------------------------------------


def complexity(tape: Mapping[str, Choice]) -> tuple[int, ...]:
    """How complex a tape is, compared as tuples; natural numbers, so that every descent ends.

    Members of collections, ranks of indices, decimal places and digits of units; then of the numbers all denominators,
    all absolute numerators, how many are negative.
    """
    return _total(tape.values())


def _total(choices: Any) -> tuple[int, ...]:
    sums = [0] * 7
    for choice in choices:
        place, parts = _measure(choice.kind, choice.value, choice.lo, choice.hi)
        for k, part in enumerate(parts, start=place):
            sums[k] += part
    return tuple(sums)


def _measure(kind: str, value: Any, lo: Any, hi: Any) -> tuple[int, tuple[int, ...]]:
    """What a choice adds to the complexity, and from which entry on."""
    if kind == "items":
        return 0, (len(value),)
    if kind == "index":
        return 1, (_rank(value, min(max(0, lo), hi)),)
    if kind == "unit":
        return 2, _places(value)
    return 4, simplicity(value)


def simplicity(x: Fraction) -> tuple[int, int, int]:
    """The place of a number in the order of simplicity: 0, 1, -1, 2, -2, ..., 1/2, -1/2, 3/2, ..., 1/3, ..."""
    return x.denominator, abs(x.numerator), int(x < 0)


def _rank(value: int, simplest: int) -> int:
    """0 for the simplest, then in turn above and below it."""
    away = value - simplest
    return 2 * away - 1 if away > 0 else -2 * away


def _places(unit: float) -> tuple[int, int]:
    """Decimal places of a unit, and its digits read as a number."""
    if unit == 0:
        return 0, 0
    _, digits, exponent = Decimal(repr(unit)).as_tuple()
    return -int(exponent), int("".join(map(str, digits)))


def _lowers(tape: Tape, changes: Changes) -> bool:
    """Whether the changes alone make the tape simpler."""
    old = [tape[address] for address in changes]
    new = [Choice(c.kind, changes[address], c.lo, c.hi) for address, c in zip(changes, old, strict=True)]
    return _total(new) < _total(old)


# ---- steps ---------------------------------------------------------------------------------------------------------


def steps(tape: Tape) -> Iterator[dict[str, Any]]:
    """Every single step from a tape, as the values to replay; bold ones first, finitely many, none twice.

    Each lowers the complexity if the replay makes no other choices than the tape with these values.
    """
    seen: set[Any] = set()
    for site in _sites(tape):
        for changes in _changes_at(tape, site):
            if (key := frozenset(changes.items())) not in seen:
                seen.add(key)
                yield {**values_of(tape), **changes}


def shrink(tape: Tape, still: Callable[[dict[str, Any]], Tape | None], *, most: int = 2000) -> tuple[Tape, int, bool]:
    """The smallest tape that single steps lead to, the number of steps tried, and whether the limit stopped it.

    Args:
        still: replays the values; the tape of the replay if it is a certified counterexample still, else None.
        most: so many steps are tried at most. If this did not stop it, no step of ``steps(result)`` is accepted.
    """
    rejected: set[Any] = set()
    sites = _sites(tape)
    place = idle = tried = 0
    while sites and idle < len(sites):  # idle: sites in a row, all around, at which nothing is accepted
        for changes in _changes_at(tape, sites[place]):
            values = {**values_of(tape), **changes}
            if (key := tuple(values.items())) in rejected:
                continue
            if tried == most:
                return tape, tried, True
            tried += 1
            found = still(values)
            if found is not None and complexity(found) < complexity(tape):
                # go on from here (the same site, if it is still there); what comes before is tried again in the next round
                old, tape = sites, found
                sites = _sites(tape)
                here = {site: k for k, site in enumerate(sites)}
                place = next((here[site] for site in old[place:] if site in here), 0)
                idle = 0
                break
            rejected.add(key)
        else:
            place, idle = (place + 1) % len(sites), idle + 1
    return tape, tried, False


def _sites(tape: Tape) -> list[Site]:
    """All places at which there may be a step, the bold ones first."""
    kinds: dict[str, list[str]] = {"items": [], "index": [], "unit": [], "number": []}
    for address, choice in tape.items():
        kinds[choice.kind].append(address)
    return [
        ("all",),
        *(("few", address) for address in kinds["items"]),
        *(("delete", address, str(key)) for address in kinds["items"] for key in tape[address].value),
        *((kind, address) for kind in ("index", "unit") for address in kinds[kind]),
        *(("tied", group[0]) for group in _tied(tape, kinds["number"])),
        *(("number", address) for address in kinds["number"]),
    ]


def _tied(tape: Tape, numbers: list[str]) -> list[list[str]]:
    """The groups of numbers that are equal or opposite, and not 0."""
    groups: dict[Fraction, list[str]] = {}
    for address in numbers:
        groups.setdefault(abs(tape[address].value), []).append(address)
    return [group for size, group in groups.items() if size and len(group) > 1]


def _changes_at(tape: Tape, site: Site) -> Iterator[Changes]:
    """The steps at a site: only changes that lower the complexity by themselves."""
    kind, *where = site
    for proposed in _STEPS[kind](tape, *where):
        changes = {address: value for address, value in proposed.items() if value != tape[address].value}
        if changes and _lowers(tape, changes):
            yield changes


def _everywhere(tape: Tape) -> Iterator[Changes]:
    """All choices of a kind at once."""
    yield {address: choice.simplest for address, choice in tape.items()}
    for kind in ("items", "index", "unit", "number"):
        yield {address: choice.simplest for address, choice in tape.items() if choice.kind == kind}
    numbers = [(address, choice) for address, choice in tape.items() if choice.kind == "number"]
    for denominator in DENOMINATORS:
        rounded = [(address, Fraction(round(c.value * denominator), denominator), c) for address, c in numbers]
        yield {address: min(max(value, c.lo), c.hi) for address, value, c in rounded if c.value != value}


def _few(tape: Tape, address: str) -> Iterator[Changes]:
    """A collection at its least size, and at about half of it."""
    choice = tape[address]
    keys, least = choice.value, choice.lo
    if len(keys) > least + 1:
        for kept in (least, max(len(keys) // 2, least)):
            yield {address: keys[:kept]}
            yield {address: keys[len(keys) - kept :]}


def _delete(tape: Tape, address: str, key: str) -> Iterator[Changes]:
    """A collection without one of its members."""
    choice = tape[address]
    if len(choice.value) > choice.lo:
        yield {address: tuple(other for other in choice.value if str(other) != key)}


def _index(tape: Tape, address: str) -> Iterator[Changes]:
    choice = tape[address]
    value, simplest = choice.value, choice.simplest
    towards, away = (1, simplest - value) if value < simplest else (-1, value - simplest)
    near = range(max(choice.lo, simplest - SMALL_RANK), min(choice.hi, simplest + SMALL_RANK) + 1)
    proposals = {simplest, *(value + towards * 2**k for k in range(away.bit_length())), 2 * simplest - value}
    if _rank(value, simplest) <= SMALL_RANK:
        proposals.update(near)
    for proposal in sorted(proposals, key=lambda v: _rank(v, simplest)):
        if choice.lo <= proposal <= choice.hi:
            yield {address: proposal}


def _unit(tape: Tape, address: str) -> Iterator[Changes]:
    value = tape[address].value
    places, digits = _places(value)
    proposals = {0.0, 0.5, float(f"{digits - 1}e-{places}")}
    for decimals in DECIMALS:
        scaled = Fraction(value) * 10**decimals
        proposals.update(float(f"{whole}e-{decimals}") for whole in (math.floor(scaled), math.ceil(scaled)))
    for proposal in sorted(proposals, key=_places):
        if 0 <= proposal < 1:
            yield {address: proposal}


def _number(tape: Tape, address: str) -> Iterator[Changes]:
    choice = tape[address]
    for proposal in _simpler(choice.value, choice.lo, choice.hi):
        yield {address: proposal}


def _together(tape: Tape, address: str) -> Iterator[Changes]:
    """Numbers that are equal or opposite stay so."""
    first = tape[address]
    group = [other for other, c in tape.items() if c.kind == "number" and abs(c.value) == abs(first.value)]
    for proposal in _simpler(first.value, first.lo, first.hi):
        changes = {other: proposal if tape[other].value == first.value else -proposal for other in group}
        if all(tape[other].lo <= value <= tape[other].hi for other, value in changes.items()):
            yield changes


_STEPS: dict[str, Callable[..., Iterator[Changes]]] = {
    "all": _everywhere,
    "few": _few,
    "delete": _delete,
    "index": _index,
    "unit": _unit,
    "tied": _together,
    "number": _number,
}


def _simpler(x: Fraction, lo: Fraction, hi: Fraction) -> list[Fraction]:
    """Finitely many numbers of [lo, hi] that are simpler than x, the simplest first."""
    proposals = {Choice("number", x, lo, hi).simplest, Fraction(0), Fraction(1), Fraction(-1), -x, *_convergents(x)}
    for denominator in DENOMINATORS:
        scaled = x * denominator
        proposals.update(Fraction(whole, denominator) for whole in (math.floor(scaled), math.ceil(scaled)))
    if x.denominator <= READABLE:
        size, sign = abs(x.numerator), 1 if x > 0 else -1
        proposals.update(Fraction(sign * (size - 2**k), x.denominator) for k in range(size.bit_length()))
    own = simplicity(x)
    return sorted((y for y in proposals if lo <= y <= hi and simplicity(y) < own), key=simplicity)


def _convergents(x: Fraction) -> Iterator[Fraction]:
    """Of the continued fraction of x."""
    before, now, rest = (0, 1), (1, 0), x
    while True:
        whole = math.floor(rest)
        before, now = now, (whole * now[0] + before[0], whole * now[1] + before[1])
        yield Fraction(*now)
        if rest == whole:
            return
        rest = 1 / (rest - whole)
