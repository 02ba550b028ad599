"""Counterexamples that were found before: kept as plain JSON beside the report, and replayed first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from verify.errors import UsageError

MOST = 20
"""Counterexamples of one statement that are kept."""


class Store:
    """The folder in which the searches of conjecture files leave what they find.

    What is read from it is not trusted: an entry is a proposal, which the kernel judges as any other.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, statement: str) -> Path:
        """The file of a statement's counterexamples."""
        return self.folder / "counterexamples" / f"{statement}.json"

    def known(self, statement: str) -> list[dict[str, Any]]:
        """What is kept of a statement, the latest first.

        Raises:
            UsageError: if the file cannot be read.
        """
        path = self.path(statement)
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"{path}: it cannot be read ({error}); delete it to begin anew") from None
        if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
            raise UsageError(f"{path}: it is no list of counterexamples; delete it to begin anew")
        return entries

    def keep(self, statement: str, entry: dict[str, Any]) -> None:
        """Put an entry first.

        Raises:
            UsageError: if it cannot be written.
        """
        path = self.path(statement)
        entries = [entry, *(one for one in self.known(statement) if one != entry)][:MOST]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{path}: it cannot be written ({error.strerror}); give another folder with --save"
            ) from None


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("choices"), list)
        and isinstance(entry.get("raw"), dict)
        and isinstance(entry.get("found_by"), str)
        and isinstance(entry.get("round"), int)
    )
