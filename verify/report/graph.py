"""How the statements of a run rest on each other, drawn as layers from left to right."""

from __future__ import annotations

from html import escape

from verify.report import levels
from verify.report.view import Page, StatementView

_CHARACTER = 7.3
_ROW = 40
_GAP = 64
_HEIGHT = 27
_LABEL = 34


def dependency_svg(page: Page) -> str:
    """The graph as inline SVG; empty if no statement of the run rests on another.

    The ring round a box is the declared level, its inside the outcome; an arrow points from what is relied on to what
    relies on it. Statements without any such tie are left out.
    """
    parents = {
        view.id: [name for name in dict.fromkeys(view.data["rests_on"]) if name != view.id] for view in page.statements
    }
    tied = {name for name, above in parents.items() if above} | {name for above in parents.values() for name in above}
    if not tied:
        return ""
    known = {view.id: view for view in page.statements}
    order = [view.id for view in page.statements if view.id in tied]
    order += sorted(tied - set(order))
    depth = _depths(order, parents)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        layers[depth[name]].append(name)
    place = {name: float(row) for row, name in enumerate(layers[0])}
    for layer in layers[1:]:

        def middle(name: str) -> float:
            rows = [place[above] for above in parents.get(name, []) if above in place]
            return sum(rows) / len(rows) if rows else 0.0

        layer.sort(key=middle)
        place.update({name: float(row) for row, name in enumerate(layer)})
    return _draw(layers, parents, known)


def _depths(order: list[str], parents: dict[str, list[str]]) -> dict[str, int]:
    """The length of the longest chain below each statement; an edge that would close a circle is not followed."""
    depth: dict[str, int] = {}

    def visit(name: str, above: frozenset[str]) -> int:
        if name not in depth:
            below = [visit(parent, above | {name}) for parent in parents.get(name, []) if parent not in above | {name}]
            depth[name] = max(below, default=-1) + 1
        return depth[name]

    for name in order:
        visit(name, frozenset())
    return depth


def _draw(layers: list[list[str]], parents: dict[str, list[str]], known: dict[str, StatementView]) -> str:
    spot: dict[str, tuple[float, float, float]] = {}
    x = 4.0
    for layer in layers:
        width = max(min(len(name), _LABEL) for name in layer) * _CHARACTER + 40
        for row, name in enumerate(layer):
            spot[name] = (x, 4.0 + row * _ROW, width)
        x += width + _GAP
    height = max(len(layer) for layer in layers) * _ROW + 4
    total = x - _GAP + 4
    parts = [
        f'<svg viewBox="0 0 {total:.0f} {height}" width="{total:.0f}" height="{height}" class="graph" role="img" '
        'aria-label="Which statements rest on which">',
        '<defs><marker id="graph-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ]
    for name, above in parents.items():
        for parent in above:
            if name in spot and parent in spot:
                (x0, y0, width), (x1, y1, _) = spot[parent], spot[name]
                start, middle, bottom = x0 + width, (x0 + width + x1) / 2, y1 + _HEIGHT / 2
                parts.append(
                    f'<path class="edge" marker-end="url(#graph-arrow)" d="M{start:.0f} {y0 + _HEIGHT / 2:.0f} '
                    f'C{middle:.0f} {y0 + _HEIGHT / 2:.0f} {middle:.0f} {bottom:.0f} {x1 - 1:.0f} {bottom:.0f}"/>'
                )
    for name, (left, top, width) in spot.items():
        parts.append(_box(name, known.get(name), left, top, width))
    parts.append("</svg>")
    return "".join(parts)


def _box(name: str, view: StatementView | None, left: float, top: float, width: float) -> str:
    label = escape(name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…")
    text = f'<text x="{left + 12:.0f}" y="{top + 18:.0f}"'
    if view is None:
        return (
            f"<g><title>{escape(name)}: not in this run</title>"
            f'<rect class="outside" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_HEIGHT}" rx="5"/>'
            f'{text} class="faint">{label}</text></g>'
        )
    declared, outcome = levels.look(view.data["declared"]), levels.look(view.outcome)
    title = escape(f"{name}: declared {view.data['declared']}, {view.outcome}")
    return (
        f'<a href="#{view.anchor}"><title>{title}</title>'
        f'<rect class="ring-{declared} ring" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_HEIGHT}" '
        'rx="6"/>'
        f'<rect class="fill-{outcome}" x="{left + 4:.0f}" y="{top + 4:.0f}" width="{width - 8:.0f}" '
        f'height="{_HEIGHT - 8}" rx="3"/>'
        f'{text} class="ink-{outcome}">{escape(levels.mark(view.outcome))} {label}</text></a>'
    )
