"""Putting a report on disk."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verify.report.junit import render_junit
from verify.report.markdown import render_markdown
from verify.report.page import render_html, safe_path
from verify.report.svg import UnsafeFigure, inline_svg
from verify.report.view import Json


def write(report: Json, figures: Mapping[str, str], folder: str | os.PathLike[str]) -> None:
    """Write `report.json`, `report.html`, `report.md`, `junit.xml` and the figures into `folder`, made if need be.

    Each file appears at once or not at all. `figures` gives the SVG text for each path below `folder`; one that holds a
    script, refers to something outside itself, or would lie outside `folder` is not written, and the page says so.

    Raises:
        OSError: if a file cannot be written.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for path, text in figures.items():
        if _may_be_written(path, text):
            _put(target / path, text)
    _put(target / "report.md", render_markdown(report))
    _put(target / "junit.xml", render_junit(report))
    _put(target / "report.html", render_html(report, figures))
    _put(target / "report.json", dump(report))


def dump(report: Json) -> str:
    """The report as JSON text, keys in their order; numbers that JSON has no form for become `null`."""
    try:
        text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(report), indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    return value


def _may_be_written(path: str, text: str) -> bool:
    if not safe_path(path) or not path.endswith(".svg"):
        return False
    try:
        inline_svg(text, "")
    except UnsafeFigure:
        return False
    return True


def _put(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step. A lone surrogate, which UTF-8 cannot hold, becomes its JSON escape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
