"""Wrong values in every place of a certificate."""

import json
from collections.abc import Iterator
from typing import Any

import handmade as h

from verify.recheck import replay

WRONG: list[Any] = [None, True, 1.5, "x", "1/0", [], {}, [[]], [{}], -7, float("nan"), 10**5000, "9" * 3999]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def rejected_everywhere(given: h.Data, of: h.Data, harmless: tuple[tuple[Any, ...], ...] = ()) -> None:
    """A wrong value in any place is not accepted (unless it is harmless there); keys may not be missing or unknown."""
    given = json.loads(json.dumps(given))  # no list stands in two places
    for path in places(given):
        for value in WRONG:
            tampered = h.changed(given, list(path), value)
            if tampered == given:
                continue
            finding = replay(tampered, of)
            assert finding.status != "accepted" or path in harmless, (path, value)
            assert finding.reason
    for key in given:
        h.rejected({k: v for k, v in given.items() if k != key}, of)
    h.rejected({**given, "note": "trust me"}, of)
    h.rejected({**given, "target": "claim"}, of)


def as_obligation(given: h.Data, of: h.Data) -> None:
    """An argument may rest on the certificate; a report of it may not be forged."""
    steps = [{"text": "By computation.", "obligations": [h.certificate_sha256(given)], "cites": []}]
    argument = h.certificate("argument", of, steps=steps)
    assert h.accepted(argument, of, (given,)).checker
    h.rejected(argument, of)
