"""Strings made fit for where they go: XML and HTML, Markdown, a line of JSON that a person can read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# What XML 1.0 does not allow, and HTML parsers replace: control characters, surrogates, non-characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Characters that reorder the text around them: a reader must see what the machine saw.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    r"""`text` with every character that XML 1.0 forbids, or that reorders its surroundings, replaced by U+FFFD.

    >>> clean("a\x00b\x1b[31m\tc") == "a\ufffdb\ufffd[31m\tc"
    True
    """
    return _BIDI.sub("\ufffd", _UNFIT.sub("\ufffd", text)).replace("\r\n", "\n").replace("\r", "\n")


def clean_all(value: Any) -> Any:
    """A deep copy of JSON-like data in which every string, keys included, went through `clean`."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_all(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_all(entry) for entry in value]
    return value


def compact_json(value: Any, width: int = 92, limit: int = 6000) -> str:
    """JSON for reading: whatever fits stays on one line; what is longer than `limit` is cut, and says so.

    >>> compact_json({"weights": [["0", "1"], ["0", "0"]], "bounds": ["0", "2"]}, width=40)
    '{"weights": [["0", "1"], ["0", "0"]],\\n "bounds": ["0", "2"]}'
    """
    text = _lay_out(value, width, 0)
    if len(text) > limit:
        return f"{text[:limit]}\n… cut after {limit} of {len(text)} characters; the certificate holds the whole"
    return text


def _lay_out(value: Any, width: int, indent: int, before: int = 0) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if indent + before + len(flat) <= width or not isinstance(value, (dict, list)) or not value:
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        entries = []
        for key, entry in value.items():
            head = json.dumps(str(key), ensure_ascii=False) + ": "
            entries.append(head + _lay_out(entry, width, indent + 2, len(head)))
        return "{" + f",\n{pad}".join(entries) + "}"
    lines: list[str] = []
    for entry in value:
        laid = _lay_out(entry, width, indent + 1)
        if lines and "\n" not in laid and len(lines[-1].rsplit("\n", 1)[-1]) + len(laid) + indent + 3 <= width:
            lines[-1] += f", {laid}"
        else:
            lines.append(laid)
    return "[" + f",\n{pad}".join(lines) + "]"


_EXACT = re.compile(r"(?=.{1,8000}\Z)-?[0-9]+(?:/[0-9]*[1-9][0-9]*)?")


def is_enclosure(value: Any) -> bool:
    """Whether `value` is an interval as values of certificates have it: exact rational ends ``lo`` and ``hi``."""
    if not isinstance(value, Mapping) or set(value) != {"lo", "hi"}:
        return False
    return all(isinstance(end, str) and _EXACT.fullmatch(end) for end in value.values())


def in_digits(value: Any, digits: int = 15) -> Any:
    """A copy of JSON-like data whose enclosures are decimal numbers with a radius that cover them; the rest stays.

    >>> in_digits({"loss": {"lo": "1/3", "hi": "2/3"}, "width": "2"})
    {'loss': '0.5 ± 0.17', 'width': '2'}
    """
    if is_enclosure(value):
        from verify.arithmetic import exact, in_decimals

        middle, radius = in_decimals(exact(value["lo"]), exact(value["hi"]), digits)
        return f"{middle:g} ± {radius:g}" if radius else f"{middle:g}"
    if isinstance(value, dict):
        return {key: in_digits(entry, digits) for key, entry in value.items()}
    return [in_digits(entry, digits) for entry in value] if isinstance(value, list) else value


def holds_enclosure(value: Any) -> bool:
    """Whether there is an enclosure somewhere in JSON-like data."""
    if isinstance(value, dict):
        return is_enclosure(value) or any(map(holds_enclosure, value.values()))
    return isinstance(value, list) and any(map(holds_enclosure, value))


def duration(seconds: float | int | None) -> str:
    """Seconds in words.

    >>> duration(0.004), duration(3.21), duration(75), duration(7300), duration(None)
    ('4 ms', '3.2 s', '1 min 15 s', '2 h 1 min', '–')
    """
    if seconds is None:
        return "–"
    if seconds < 0.1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int | None) -> str:
    """Bytes in words.

    >>> size(812), size(20480), size(None)
    ('812 B', '20.0 kB', '–')
    """
    if count is None:
        return "–"
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1024:.1f} kB"
    return f"{count / 1024 / 1024:.1f} MB"


def number(value: float | None, digits: int = 3) -> str:
    """A number with `digits` significant digits, or a dash."""
    return "–" if value is None else f"{value:.{digits}g}"


_MARKED = re.compile(r"([\\`*_\[\]<>|~$#])")


def markdown(text: str) -> str:
    r"""`text` as literal Markdown on one line, safe inside a table cell.

    >>> markdown("a|b <i>\n*c*")
    'a\\|b \\<i\\> \\*c\\*'
    """
    escaped = _MARKED.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;"))
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", escaped))


def markdown_code(text: str, cell: bool = False) -> str:
    """`text` as a Markdown code span; with `cell`, fit for a table cell.

    >>> markdown_code("a`b"), markdown_code("x|y", cell=True)
    ('`` a`b ``', '<code>x\\\\|y</code>')
    """
    line = " ".join(text.split())
    if not line:
        return ""
    if cell and "|" in line:  # in a code span of a cell, a backslash before the bar would be ambiguous
        return f"<code>{markdown(line)}</code>"
    run = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    if not run:
        return f"`{line}`"
    fence = "`" * (run + 1)
    return f"{fence} {line} {fence}"


def markdown_block(text: str, language: str = "") -> str:
    """`text` as a fenced Markdown block whose fence no line of `text` can close."""
    run = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, run + 1)
    return f"{fence}{language}\n{text}\n{fence}"
