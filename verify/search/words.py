"""The account of a search in words, for a terminal and for a notebook."""

from __future__ import annotations

import json

from verify.search.account import PHASES, Account


def account_lines(account: Account, *, refuted: bool = False) -> list[str]:
    """The account in words; without a bound where a counterexample was found."""
    lines = [_of_phase(account, phase) for phase, tally in account.tallies.items() if tally.draws]
    if not refuted:
        lines += [line for phase in account.tallies for line in _of_bounds(account, phase)]
    if account.descended or account.mutated:
        lines.append(
            f"local optimisation: {account.descended:,} trials in floats, {account.mutated:,} changed draws; "
            f"{account.confirmations:,} exact instances near suspects"
        )
    if account.unseen:
        all_of_them = "all " if account.total("screened") else ""
        lines.append(f"not {all_of_them}screened in floats: {account.unseen}")
    if account.needed:
        names = ", ".join(f"{name} ({count:,})" for name, count in account.needed.most_common())
        lines.append(f"without one assumption the claim fails in some draws: {names}")
    if account.smallest is not None and account.where is not None and not refuted:
        margin = 0 if abs(account.smallest) < 1e-290 else account.smallest
        text = json.dumps(account.where)
        text = text if len(text) <= 400 else f"{text[:400]} ..."
        lines.append(f"smallest margin seen{'' if account.exact else ', in floats'}: {margin:.6g} at {text}")
    return lines


def _of_phase(account: Account, phase: str) -> str:
    tally = account.tallies[phase]
    parts = [f"{tally.draws:,} draws judged exactly", f"{tally.met:,} met the assumptions"]
    parts += [f"{tally.outside:,} did not"] if tally.outside else []
    parts += [f"{tally.rejected:,} rejected by the draw function"] if tally.rejected else []
    parts += [f"{tally.undecided:,} undecided"] if tally.undecided else []
    if tally.screened:
        parts.append(
            f"{tally.screened:,} trials in floats of the same shapes, {tally.screened_met:,} inside the assumptions"
        )
    return f"{PHASES[phase]}: {'; '.join(parts)}"


def _of_bounds(account: Account, phase: str) -> list[str]:
    tally, name = account.tallies[phase], PHASES[phase]
    lines = []
    if tally.bound is not None:
        silent = f"; of the {tally.undecided:,} undecided ones this says nothing" if tally.undecided else ""
        lines.append(
            f"with 95% confidence, less than {100 * tally.bound:.2g}% of the {name} that meet the assumptions and are decided "
            f"are counterexamples ({len(tally.different):,} different instances{silent})"
        )
    if tally.bound_in_floats is not None:
        lines.append(
            f"    if floats are right, and the draw uses its numbers as they are: {100 * tally.bound_in_floats:.2g}%"
        )
    return lines
