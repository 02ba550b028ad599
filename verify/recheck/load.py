"""Untrusted JSON: bounded reading, exact numbers, canonical text and its hash."""

import hashlib
import json
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

Number = int | Fraction
T = TypeVar("T")

MAX_REPORT = 256 << 20  # bytes
MAX_CERTIFICATE = 64 << 20
MAX_DEPTH = 100
MAX_DIGITS = 4000
RATIONAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?")


class Rejected(Exception):
    """The certificate, or the statement that it serves, is wrong or malformed."""


class NotReplayed(Exception):
    """Nothing is known to be wrong, but this checker could not finish the replay."""


class ReportError(Exception):
    """The report cannot be read at all; the message says what is wrong, where, and what to do."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Rejected("a key occurs twice in a JSON object")
    return dict(pairs)


def _integer_literal(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Rejected(f"an integer has more than {MAX_DIGITS} digits")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise Rejected(f"{name} is not JSON")


def read_json(path: Path, limit: int) -> Any:
    """The data of a JSON file of at most `limit` bytes; `Rejected` unless it is strict JSON without duplicate keys."""
    try:
        if not path.is_file():
            raise Rejected("no such file")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise Rejected(f"larger than {limit} bytes")
        return parse_json(data.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise Rejected(f"unreadable ({error})") from None


def parse_json(text: str) -> Any:
    """The data of a JSON text."""
    try:
        hooks: dict[str, Any] = {"parse_int": _integer_literal, "parse_constant": _no_constant}
        return json.loads(text, object_pairs_hook=_object, **hooks)
    except RecursionError:
        raise Rejected("the JSON is nested too deeply") from None
    except ValueError as error:
        raise Rejected(f"not JSON ({error})") from None


def plain(data: Any) -> None:
    """Reject everything but strings, booleans, null, bounded integers, and bounded nestings of lists and objects."""
    level, depth = [data], 0
    while level:
        if depth > MAX_DEPTH:
            raise Rejected(f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for item in level:
            if type(item) is dict and all(type(key) is str for key in item):
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
            elif type(item) is int and item.bit_length() > 4 * MAX_DIGITS:
                raise Rejected("an integer is too large")
            elif type(item) is float:
                raise Rejected("a JSON float stands where only exact numbers may stand")
            elif item is not None and type(item) not in (str, bool, int):
                raise Rejected(f"a {type(item).__name__} is not JSON here")
        level, depth = below, depth + 1


def canonical(data: Any) -> str:
    """The JSON text with sorted keys, no spaces, ASCII only."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(data: Any) -> str:
    """SHA-256 of the canonical text; `Rejected` if the data are not plain JSON."""
    plain(data)
    return hashlib.sha256(canonical(data).encode("ascii")).hexdigest()


def keys(data: Any, required: Iterable[str], what: str, optional: Iterable[str] = ()) -> dict[str, Any]:
    """`data` as an object that has every required key and no unknown one."""
    required = set(required)
    found = set(typed(data, dict, what))
    if missing := required - found:
        raise Rejected(f"{what} lacks the key {min(missing)!r:.60}")
    if unknown := found - required - set(optional):
        raise Rejected(f"{what} has the unknown key {min(unknown)!r:.60}")
    return typed(data, dict, what)


def typed(data: Any, kind: type[T], what: str) -> T:
    """`data`, if it is exactly of this type."""
    if type(data) is not kind:
        raise Rejected(f"{what} is not of the type {kind.__name__}")
    return data


def array(data: Any, what: str, length: int | None = None) -> list[Any]:
    """`data` as an array, of the given length if there is one."""
    if len(typed(data, list, what)) != length and length is not None:
        raise Rejected(f"{what} has {len(data)} entries, not {length}")
    return typed(data, list, what)


def is_exact(data: Any) -> bool:
    """Whether `data` writes a rational number: a string such as "-3/4", or a JSON integer."""
    return type(data) is int or (type(data) is str and RATIONAL.fullmatch(data) is not None)


def exact(data: Any) -> Number:
    """The rational number that `data` writes, an `int` whenever it is integral."""
    if not is_exact(data):
        raise Rejected(f"an exact number was expected, not {data!r:.40}")
    if type(data) is int:
        return data
    top, _, bottom = data.partition("/")
    return lowest(Fraction(_integer_literal(top), _integer_literal(bottom or "1")))


def lowest(value: Number) -> Number:
    """The same number, as an `int` if it is integral."""
    return value.numerator if value.denominator == 1 else value


def integer(data: Any) -> int:
    """The integer that `data` writes."""
    return typed(exact(data), int, "a number that has to be an integer")
