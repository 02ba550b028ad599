"""Rendering of a finished run: JSON with a schema, one HTML page, Markdown and JUnit XML.

The input is the report as one JSON-ready dict, whose shape `schema` describes. Rendering judges nothing: it lays out
what the report holds, in words that claim no more than each level does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["render_html", "render_junit", "render_markdown", "schema", "write"]


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a report.

    >>> schema()["$schema"]
    'https://json-schema.org/draft/2020-12/schema'
    """
    import json
    from pathlib import Path

    path = Path(__file__).parent / "schema" / "report-1.0.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def render_html(report: dict[str, Any], figures: Mapping[str, str]) -> str:
    """The report as one HTML page that opens offline; `figures` gives the SVG text for each figure's path."""
    from verify.report.page import render_html as render

    return render(report, figures)


def render_markdown(report: dict[str, Any]) -> str:
    """The report as GitHub-flavoured Markdown."""
    from verify.report.markdown import render_markdown as render

    return render(report)


def render_junit(report: dict[str, Any]) -> str:
    """The report as JUnit XML: a suite for each statement, a case for each check and one for the verdict."""
    from verify.report.junit import render_junit as render

    return render(report)


def write(report: dict[str, Any], figures: Mapping[str, str], folder: str) -> None:
    """Write `report.json`, `report.html`, `report.md`, `junit.xml` and the figures into `folder`, each atomically."""
    from verify.report.files import write as put

    put(report, figures, folder)
