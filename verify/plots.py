"""Pictures for the report: one style, reproducible SVG.

matplotlib is slow to import: import this module inside the function that draws.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib.figure import Figure

from verify.evidence import Drawing

BLUE, ORANGE, GREEN, GREY, PINK = "#0072b2", "#d55e00", "#009e73", "#999999", "#cc79a7"
"""Colours that the colour-blind can tell apart."""

STYLE: Any = {
    "svg.hashsalt": "verify",
    "svg.fonttype": "path",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """A figure of the given size in inches, in the report's style; draw and call ``drawing`` inside the block."""
    with matplotlib.rc_context(STYLE):
        yield Figure(figsize=(width, height), layout="constrained")


def drawing(figure: Figure, title: str, caption: str) -> Drawing:
    """The figure as a picture of the report; the same figure gives the same text."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return Drawing(buffer.getvalue(), title, caption)
