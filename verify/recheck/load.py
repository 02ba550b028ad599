"""Untrusted JSON: bounded reading, exact numbers, canonical text and its hash."""

import hashlib
import json
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

Number = int | Fraction

MAX_REPORT = 256 << 20
MAX_CERTIFICATE = 64 << 20
MAX_DEPTH = 100
MAX_DIGITS = 4000

_RATIONAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?")


class Rejected(Exception):
    """The certificate, or the statement that it serves, is wrong or malformed."""


class NotReplayed(Exception):
    """Nothing is known to be wrong, but this checker could not finish the replay."""


class ReportError(Exception):
    """The report cannot be read at all; the message says what is wrong, where, and what to do."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Rejected("a key occurs twice in a JSON object")
    return found


def _integer_literal(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Rejected(f"an integer has more than {MAX_DIGITS} digits")
    return int(text)


def _no_constant(text: str) -> Any:
    raise Rejected(f"{text} is not JSON")


def parse_json(text: str) -> Any:
    """The data of a JSON text; `Rejected` for anything but strict JSON without duplicate keys."""
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer_literal, parse_constant=_no_constant
        )
    except RecursionError:
        raise Rejected("the JSON is nested too deeply") from None
    except ValueError as error:
        raise Rejected(f"not JSON ({error})") from None


def read_json(path: Path, limit: int) -> Any:
    """The data of a JSON file of at most `limit` bytes."""
    try:
        if not path.is_file():
            raise Rejected("no such file")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Rejected(f"unreadable ({error})") from None
    if len(data) > limit:
        raise Rejected(f"larger than {limit} bytes")
    try:
        return parse_json(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Rejected("not UTF-8") from None


def plain(data: Any) -> None:
    """Reject everything but strings, booleans, null, bounded integers, and bounded nestings of lists and objects."""
    level, depth = [data], 0
    while level:
        if depth > MAX_DEPTH:
            raise Rejected(f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                if not all(type(key) is str for key in item):
                    raise Rejected("a key is not a string")
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
            elif type(item) is int:
                if item.bit_length() > 4 * MAX_DIGITS:
                    raise Rejected("an integer is too large")
            elif type(item) is float:
                raise Rejected("a JSON float stands where only exact numbers may stand")
            elif item is not None and type(item) is not str and type(item) is not bool:
                raise Rejected(f"a {type(item).__name__} is not JSON")
        level, depth = below, depth + 1


def canonical(data: Any) -> str:
    """The JSON text with sorted keys, no spaces, ASCII only."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(data: Any) -> str:
    """SHA-256 of the canonical text."""
    plain(data)
    return hashlib.sha256(canonical(data).encode("ascii")).hexdigest()


def statement_sha256(statement: dict[str, Any]) -> str:
    """The hash that binds certificates to a statement. Raises `Rejected` if it is not plain JSON."""
    return digest(statement)


def certificate_sha256(certificate: dict[str, Any]) -> str:
    """The hash by which a report names a certificate. Raises `Rejected` if it is not plain JSON."""
    return digest(certificate)


def keys(data: Any, required: Iterable[str], what: str, optional: Iterable[str] = ()) -> dict[str, Any]:
    """`data` as an object that has every required key and no unknown one."""
    if type(data) is not dict:
        raise Rejected(f"{what} is not an object")
    required = set(required)
    missing, unknown = required - data.keys(), data.keys() - required - set(optional)
    if missing:
        raise Rejected(f"{what} lacks the key {min(missing)!r}")
    if unknown:
        raise Rejected(f"{what} has the unknown key {min(unknown)!r}")
    return data


def array(data: Any, what: str, length: int | None = None) -> list[Any]:
    """`data` as an array, of the given length if there is one."""
    if type(data) is not list or (length is not None and len(data) != length):
        raise Rejected(f"{what} is not an array" + ("" if length is None else f" of length {length}"))
    return data


def text(data: Any, what: str) -> str:
    """`data` as a string."""
    if type(data) is not str:
        raise Rejected(f"{what} is not a string")
    return data


def truth(data: Any, what: str) -> bool:
    """`data` as true or false."""
    if data is not True and data is not False:
        raise Rejected(f"{what} is neither true nor false")
    return data


def is_exact(data: Any) -> bool:
    """Whether `data` writes a rational number: a string such as "-3/4", or a JSON integer."""
    return type(data) is int or (type(data) is str and _RATIONAL.fullmatch(data) is not None)


def exact(data: Any) -> Number:
    """The rational number that `data` writes, an `int` whenever it is integral."""
    if not is_exact(data):
        raise Rejected("an exact number was expected, not " + (repr(data)[:40]))
    if type(data) is int:
        return data
    if len(data) > 2 * MAX_DIGITS:
        raise Rejected("a number has too many digits")
    top, _, bottom = data.partition("/")
    return lowest(Fraction(_integer_literal(top), _integer_literal(bottom or "1")))


def lowest(value: Number) -> Number:
    """The same number, as an `int` if it is integral."""
    return value.numerator if value.denominator == 1 else value


def integer(data: Any) -> int:
    """The integer that `data` writes."""
    value = exact(data)
    if type(value) is not int:
        raise Rejected(f"an integer was expected, not {data!r}")
    return value
