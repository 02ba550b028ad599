"""Pictures of the branches of an output set: their hierarchy, and what of it is critical."""

from __future__ import annotations

from typing import Any

import networkx
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from theorems.critical_points import _models as m
from verify import Drawing
from verify.networks.branches import Type, hierarchy
from verify.networks.dense import read_data, read_network
from verify.networks.operators import classify
from verify.plots import BLUE, GREEN, GREY, ORANGE, canvas, drawing


def _label(kind: Type) -> str:
    """Labels as letters, blocks in brackets: neurons are numbered from 1."""
    groups = [f"{chr(97 + k)}{''.join(str(j + 1) for j, _ in members)}" for k, members in enumerate(kind.groups)]
    return " ".join([*groups, *(f"[{''.join(str(j + 1) for j, _ in members)}]" for members in kind.blocks)])


def _draw(figure: Figure, diagram: Any, colours: dict[Type, str], handles: list[Line2D]) -> None:
    """The Hasse diagram, least branches at the bottom, each level in the order that crosses least."""
    ax = figure.subplots()
    ax.set_axis_off()
    levels: dict[int, list[Type]] = {}
    for kind in diagram:
        levels.setdefault(len(kind.blocks), []).append(kind)
    place: dict[Type, tuple[float, float]] = {}
    for level in sorted(levels):
        below = {kind: [place[k][0] for k in diagram.predecessors(kind) if k in place] for kind in levels[level]}
        order = sorted(levels[level], key=lambda k: (sum(below[k]) / len(below[k]) if below[k] else 0, str(k)))
        for position, kind in enumerate(order):
            place[kind] = ((position + 0.5) / len(order), float(level))
    networkx.draw_networkx_edges(diagram, place, ax=ax, edge_color=GREY, arrowsize=7, width=0.8, node_size=240)
    for kind, (x, y) in place.items():
        ax.annotate(
            _label(kind), (x, y), ha="center", va="center", fontsize=6.5, color="white",
            bbox={"boxstyle": "round,pad=0.3", "facecolor": colours[kind], "edgecolor": "none"},
        )  # fmt: skip
    for level, members in levels.items():
        dimensions = sorted({diagram.nodes[kind]["dimension"] for kind in members})
        text = f"{level} block{'' if level == 1 else 's'}\ndimension {', '.join(map(str, dimensions))}"
        ax.annotate(text, (-0.02, level), ha="right", va="center", fontsize=7)
    ax.set_ylim(-0.5, max(levels) + 0.5)
    ax.set_xlim(-0.16, 1.04)
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)


def _key(colour: str, label: str) -> Line2D:
    return Line2D([], [], marker="s", color=colour, linestyle="", label=label)


def hasse_diagram(r: int, width: int, d: int = 2) -> Drawing:
    """The hierarchy of all branches of the given widths."""
    diagram = hierarchy(r, width, d=d)
    colours = {kind: BLUE if kind.is_split else ORANGE for kind in diagram}
    with canvas(7.4, 3.6) as figure:
        _draw(
            figure, diagram, colours, [_key(BLUE, "pure splits"), _key(ORANGE, "with zero-sum blocks: saddle branches")]
        )
    caption = (
        f"The {len(diagram)} branches of width {width} over a function of minimal width {r}, with {d} inputs, and their "
        f"{diagram.number_of_edges()} covers. Letters are the labels with the neurons that copy them, brackets the blocks."
    )
    return drawing(figure, "Hierarchy of the branches", caption)


def critical_hierarchy() -> Drawing:
    """Which branches of width 3 hold critical points, for the exponential instance with a second zero of phi."""
    network, data = read_network(m.X1[0]), read_data(m.X1[1])
    diagram = hierarchy(1, 3)
    found = {entry.branch.kind: entry for entry in classify(network, data, 3)}
    colours = {
        kind: GREEN if found[kind].critical == "all" else ORANGE if found[kind].critical == "own" else GREY
        for kind in diagram
    }
    assert all(found[kind].all_saddles for kind in diagram if colours[kind] == ORANGE)
    with canvas(7.4, 3.8) as figure:
        handles = [
            _key(GREEN, "critical throughout"),
            _key(ORANGE, "critical where phi vanishes, all of them saddles"),
            _key(GREY, "critical only where it meets coarser ones"),
        ]
        _draw(figure, diagram, colours, handles)
    caption = (
        "Exponential network of width 1 with phi(u) = u (u - 2)^2 (u - 5), wide networks of width 3: pure splits are critical "
        "throughout, zero-sum blocks only where phi vanishes, and then every point is a saddle."
    )
    return drawing(figure, "Critical branches and saddle branches", caption)
