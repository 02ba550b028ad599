"""The short form of a statement that ``list`` prints."""

from __future__ import annotations

from typing import Any


def row(description: dict[str, Any]) -> dict[str, Any]:
    """The short form that ``list`` prints."""
    source = description["source"]
    return {
        "id": description["id"],
        "title": description["title"],
        "area": description["area"],
        "declared": description["declared"],
        "variant": description["variant"],
        "source": f"{source['authors'].split(',')[0]} et al. {source['year']}, arXiv:{source['arxiv']}, {source['where']}",
        "statement_sha256": description["statement_sha256"],
        "checks": len(description["checks"]),
    }
