"""The journal of a run: every finished check is on disk before the next one is waited for."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from verify.errors import UsageError

NAME = "journal.jsonl"


def certificate_text(certificate: dict[str, Any]) -> str:
    """The text of which a certificate's hash is taken."""
    return json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Journal:
    """Appends results to ``journal.jsonl`` in a run's folder, and their certificates to files beside it."""

    def __init__(self, folder: Path, header: dict[str, Any], resume: bool) -> None:
        self.folder = folder
        path = folder / NAME
        if resume:
            self._trim(path)
        else:
            folder.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a" if resume else "x", encoding="utf-8")
        if not resume:
            self._line({"header": header})

    @staticmethod
    def _trim(path: Path) -> None:
        """Drop a last line that an interruption cut short."""
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            with path.open("wb") as file:
                file.write(content[: content.rfind(b"\n") + 1])

    def _line(self, entry: dict[str, Any]) -> None:
        # in ASCII: no character of a message can break the line or its encoding
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def record(self, statement: str, basis: str, result: dict[str, Any]) -> dict[str, Any]:
        """Write a result; its certificates become files, and the result refers to them.

        Args:
            basis: what the result was worked out from, as a hash.

        Returns:
            The result as the report wants it.
        """
        listed = []
        for certificate in result["certificates"]:
            text = certificate_text(certificate)
            digest = hashlib.sha256(text.encode()).hexdigest()
            path = f"certificates/{statement}/{certificate['kind']}-{digest[:16]}.json"
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            listed.append({"kind": certificate["kind"], "path": path, "sha256": digest, "bytes": len(text)})
        slim = {**result, "certificates": listed}
        self._line({"statement": statement, "basis": basis, "result": slim})
        return slim

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(folder: Path) -> tuple[dict[str, Any], list[tuple[str, str, dict[str, Any]]]]:
    """The header of an earlier run and its finished (statement, basis, result) triples.

    Raises:
        UsageError: if the folder holds no journal.
    """
    path = folder / NAME
    try:
        whole, _, _ = path.read_bytes().rpartition(b"\n")  # an interruption may have cut the last line short
        first, *lines = [json.loads(line) for line in whole.split(b"\n")]
        return dict(first["header"]), [(line["statement"], line["basis"], line["result"]) for line in lines]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{folder} holds no journal of a run that could be resumed ({error})") from None
