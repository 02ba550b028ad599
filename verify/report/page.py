"""The report as one HTML file that opens offline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from verify.report import levels
from verify.report.text import clean, compact_json, duration, in_digits, number, size
from verify.report.view import EXIT_CODES, Json, Page, StatementView, build, count

if TYPE_CHECKING:
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(report: Json, figures: Mapping[str, str]) -> str:
    """The HTML page of a report.

    `figures` gives the SVG text for each figure's path. A figure that is missing, or that holds a script or refers to
    something outside itself, is replaced by a line that says so. The page holds no JavaScript and loads nothing.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from verify.report.graph import dependency_svg
    from verify.report.maths import typeset

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        duration=duration,
        size=size,
        number=number,
        pretty=compact_json,
        digits=in_digits,
        many=count,
        maths=lambda latex: Markup(typeset(latex or "")),
        formula=lambda latex: Markup(typeset(latex or "", display=True)),
        link=safe_path,
    )
    page = build(report)
    return environment.get_template("report.html").render(
        page=page,
        report=page.data,
        levels=levels.LEVELS,
        mark=levels.mark,
        look=levels.look,
        weaker=levels.weaker,
        style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
        graph=Markup(dependency_svg(page)),
        figure=partial(_figure, figures),
        facts=_facts(page),
        arxiv=_arxiv,
    )


def _figure(figures: Mapping[str, str], view: StatementView, index: int) -> Markup:
    from markupsafe import Markup, escape

    from verify.report.svg import UnsafeFigure, inline_svg

    entry = view.data["figures"][index]
    text = figures.get(entry["path"])
    if text is None:
        return Markup('<p class="note bad">The drawing {} is not part of this report.</p>').format(entry["path"])
    try:
        return Markup(inline_svg(clean(text), f"{view.figure_anchors[index]}--", entry["title"] or entry["name"]))
    except UnsafeFigure as problem:
        return Markup('<p class="note bad">The drawing was refused: {}.</p>').format(escape(str(problem)))


def _arxiv(source: Json) -> str:
    identifier = str(source.get("arxiv") or "")
    known = re.fullmatch(r"\d{4}\.\d{4,5}(v\d+)?|[a-z-]+(\.[A-Z]{2})?/\d{7}(v\d+)?", identifier)
    return f"https://arxiv.org/abs/{identifier}" if known else ""


def safe_path(path: Any) -> str:
    """`path` as a relative link to something beside or below the report, or empty if it is anything else."""
    text = str(path or "")
    if not text or text.startswith(("/", "\\")) or ":" in text or "\\" in text or ".." in text.split("/"):
        return ""
    return quote(text)


def _facts(page: Page) -> list[tuple[str, str]]:
    data = page.data
    environment = data["environment"]
    packages = ", ".join(
        f"{name} {version}" if version else f"{name} absent" for name, version in environment["packages"].items()
    )
    code = data["exit_code"]
    processors = environment["cpu_count"]
    return [
        (
            "Seed",
            f"{'–' if data['seed'] is None else data['seed']}; budget {data['budget'] or '–'}; "
            f"precision {data['precision'] or '–'} bits",
        ),
        (
            "Environment",
            f"{data['package']['name']} {data['package']['version']}, Python {environment['python'] or '–'} on "
            f"{environment['platform'] or '–'}; {packages or 'packages not named'}",
        ),
        (
            "Time",
            f"{data['created'] or '–'}; {duration(data['seconds'])} elapsed, {duration(data['cpu_seconds'])} of "
            f"processor time; {data['jobs'] or '–'} jobs, {processors or '–'} processors",
        ),
        ("Exit code", f"{'–' if code is None else code}{f': {EXIT_CODES[code]}' if code in EXIT_CODES else ''}"),
    ]
