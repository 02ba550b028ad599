"""Instances as plain JSON: what a theorem module yields, before the engine reads it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.arithmetic import MOST_DIGITS
from verify.errors import VerifyError
from verify.statement import Statement


def plain_instance(statement: Statement, proposal: Any) -> dict[str, Any]:
    """A proposal's instance with plain JSON values and names as keys.

    Raises:
        VerifyError: if it is no mapping, or holds what is no plain value.
    """
    if not isinstance(proposal, Mapping):
        raise VerifyError(
            f"{statement.id}: the check yields {type(proposal).__name__}, where a raw instance (a mapping) is needed"
        )
    return {str(getattr(key, "name", key)): plain(value) for key, value in proposal.items()}


def plain(value: Any) -> Any:
    """A value as plain JSON; exact numbers become strings.

    Raises:
        VerifyError: for a float, or an object that no instance can hold.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(entry) for entry in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if value.bit_length() > 3 * MOST_DIGITS:
            raise VerifyError(f"an instance holds an integer of {value.bit_length()} bits: take smaller numbers")
        return value
    if isinstance(value, float):
        raise VerifyError(f"an instance holds the float {value!r}: write it exactly, as a string such as '1/10'")
    if isinstance(value, Fraction) or type(value).__module__.partition(".")[0] in ("flint", "sympy"):
        return str(value)
    raise VerifyError(
        f"an instance holds a {type(value).__name__}: use integers, strings of fractions, lists and objects"
    )
