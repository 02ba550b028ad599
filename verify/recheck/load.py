"""Untrusted JSON: bounded reading, exact numbers, canonical text and its hash."""

import hashlib
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

Number = int | Fraction

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


def require(condition: object, message: str) -> None:
    """Raise `Rejected` unless the condition holds."""
    if not condition:
        raise Rejected(message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len(dict(pairs)) == len(pairs), "a key occurs twice in a JSON object")
    return dict(pairs)


def read_json(path: Path, limit: int) -> Any:
    """The data of a JSON file of at most `limit` bytes; `Rejected` unless it is strict JSON without duplicate keys."""
    try:
        require(path.is_file(), "no such file")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
        require(len(data) <= limit, f"larger than {limit} bytes")
        return parse_json(data.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise Rejected(f"unreadable ({error})") from None


def parse_json(text: str) -> Any:
    """The data of a JSON text."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=exact, parse_constant=exact)
    except RecursionError:
        raise Rejected("the JSON is nested too deeply") from None
    except ValueError as error:
        raise Rejected(f"not JSON ({error})") from None


def plain(data: Any) -> None:
    """Reject everything but strings, booleans, null, bounded integers, and bounded nestings of lists and objects."""
    level, depth = [data], 0
    while level:
        require(depth <= MAX_DEPTH, f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for item in level:
            if type(item) is dict and all(type(key) is str for key in item):
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
            elif type(item) is int:
                require(item.bit_length() <= 4 * MAX_DIGITS, "an integer is too large")
            elif item is not None and type(item) not in (str, bool):
                raise Rejected(f"a {type(item).__name__} stands where only plain JSON without floats may stand")
        level, depth = below, depth + 1


def canonical(data: Any) -> str:
    """The JSON text with sorted keys, no spaces, ASCII only."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(data: Any) -> str:
    """SHA-256 of the canonical text; `Rejected` if the data are not plain JSON."""
    plain(data)
    return hashlib.sha256(canonical(data).encode("ascii")).hexdigest()


def lowest(value: Number) -> Number:
    """The same number, as an `int` if it is integral."""
    return value.numerator if value.denominator == 1 else value


def exact(data: Any) -> Number:
    """The rational number that a string such as "-3/4" or a JSON integer writes, an `int` whenever it is integral."""
    if type(data) is int:
        return data
    if type(data) is not str or not RATIONAL.fullmatch(data):
        raise Rejected(f"an exact number was expected, not {data!r:.40}")
    top, _, bottom = data.partition("/")
    require(max(len(top), len(bottom)) <= MAX_DIGITS, f"an integer has more than {MAX_DIGITS} digits")
    return lowest(Fraction(int(top), int(bottom))) if bottom else int(top)


def integer(data: Any) -> int:
    """The integer that `data` writes."""
    number = exact(data)
    if isinstance(number, Fraction):
        raise Rejected("an integer was expected")
    return number
