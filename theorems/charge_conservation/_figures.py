"""Pictures of spiking networks: a raster under several timings, the graph of reachable states, the census of loops."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import networkx
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from verify import Drawing, explore_network
from verify.networks.spiking import System, parse_events, parse_network
from verify.plots import BLUE as POSITIVE
from verify.plots import GREEN as REST
from verify.plots import GREY as PLAIN
from verify.plots import ORANGE as NEGATIVE
from verify.plots import PINK as LIVE
from verify.plots import canvas, drawing


def _schedule(system: System, pick: Any) -> tuple[list[tuple[int, int, int]], tuple[int, ...], tuple[Any, ...]]:
    """One run: (step, neuron, sign) of each spike, then the counts and potentials at rest."""
    state, spikes, step = system.initial, [], 0
    while moves := system.successors(state):
        move, state = pick(moves)
        label = system.labels[move]
        if label[0] == "fire":
            spikes.append((step, label[1], label[2]))
        step += 1
    return spikes, system.counts(state), system.potentials(state)


def raster(net: dict[str, Any], events: list[Any]) -> Drawing:
    """Spikes of one network under several timings, and the state that all of them end in."""
    system = System(parse_network(net), parse_events(events), "delayed")
    rng = random.Random(7)
    timings = {
        "oldest kind of move first": lambda moves: moves[0],
        "newest kind of move first": lambda moves: moves[-1],
        "random timing 1": rng.choice,
        "random timing 2": rng.choice,
    }
    with canvas(7.2, 5.2) as figure:
        axes = figure.subplots(len(timings), 1, sharex=True)
        for ax, (name, pick) in zip(axes, timings.items(), strict=True):
            spikes, counts, potentials = _schedule(system, pick)
            for sign, colour, marker in ((1, POSITIVE, "|"), (-1, NEGATIVE, "x")):
                points = [(step, neuron) for step, neuron, s in spikes if s == sign]
                ax.scatter(
                    [p[0] for p in points],
                    [p[1] for p in points],
                    c=colour,
                    marker=marker,
                    s=60 if sign > 0 else 28,
                    linewidths=1.6,
                )
            rest = ", ".join(map(str, counts)), ", ".join(map(str, potentials))
            ax.set_title(
                f"{name}: {len(spikes)} spikes; at rest S = ({rest[0]}), V = ({rest[1]})", loc="left", fontsize=8.5
            )
            ax.set_yticks(range(system.n))
            ax.set_ylim(system.n - 0.5, -0.5)
            ax.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes[len(axes) // 2].set_ylabel("neuron")
        axes[-1].set_xlabel("step (a spike or a delivery each)")
        handles = [
            Line2D([], [], color=POSITIVE, marker="|", markersize=9, linestyle="", label="positive spike"),
            Line2D([], [], color=NEGATIVE, marker="x", markersize=6, linestyle="", label="negative spike"),
        ]
        figure.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False, fontsize=8)
    caption = "The same events under four timings with arbitrary delays: different spikes, one terminal state."
    return drawing(figure, "One network, several timings, one terminal state", caption)


def state_graph(net: dict[str, Any], events: list[Any], semantics: str, title: str) -> Drawing:
    """The reachable states and moves; states at rest and fair livelocks marked."""
    found = explore_network(net, events, semantics)
    graph, system = found.graph, found.system
    picture = networkx.MultiDiGraph()
    depth = {0: 0}
    for source, moves in enumerate(graph.moves):
        for _, target in moves:
            depth.setdefault(target, depth[source] + 1)
    if graph.ranks is not None:  # without cycles every arrow can point to the right
        depth = {k: max(graph.ranks) - rank for k, rank in enumerate(graph.ranks)}
    for k in range(len(graph.states)):
        picture.add_node(k, layer=depth[k])
    links: dict[tuple[int, int], set[str]] = {}
    for source, moves in enumerate(graph.moves):
        for move, target in moves:
            links.setdefault((source, target), set()).add(system.labels[move][0])
    picture.add_edges_from(links)
    place = networkx.multipartite_layout(picture, subset_key="layer")
    livelock = set(graph.fair_livelock or [])
    with canvas(7.2, 4.2) as figure:
        ax = figure.subplots()
        ax.set_axis_off()
        for (source, target), kinds in links.items():
            colour = NEGATIVE if kinds == {"fire"} else PLAIN
            back = (target, source) in links
            ax.annotate(
                "", place[target], place[source],
                arrowprops={
                    "arrowstyle": "-|>", "color": colour, "shrinkA": 7, "shrinkB": 7, "linewidth": 0.9,
                    "connectionstyle": "arc3,rad=0.18" if back or depth[target] <= depth[source] else "arc3,rad=0.02",
                },
            )  # fmt: skip
        for k in range(len(graph.states)):
            colour = REST if k in graph.at_rest else LIVE if k in livelock else "#ffffff"
            shape = "s" if k in graph.at_rest else "o"
            ax.scatter(
                place[k][0], place[k][1], s=110, c=colour, edgecolors="#333333", linewidths=0.9, marker=shape, zorder=3
            )
            counts = "".join(str(s) for s in system.counts(graph.states[k]))
            ax.annotate(counts, place[k], xytext=(0, 9), textcoords="offset points", ha="center", fontsize=7)
        handles = [
            Line2D([], [], marker="s", color=REST, markeredgecolor="#333333", linestyle="", label="at rest"),
            *(
                [Line2D([], [], marker="o", color=LIVE, markeredgecolor="#333333", linestyle="", label="fair livelock")]
                if livelock
                else []
            ),
            Line2D([], [], color=NEGATIVE, label="a spike"),
            Line2D([], [], color=PLAIN, label="a delivery"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    caption = (
        f"{title}. {len(graph.states)} reachable states, {graph.edges} moves, {len(graph.at_rest)} at rest; the start is "
        "at the left, the digits are the net counts S."
    )
    return drawing(figure, "Reachable states", caption)


def census(grid: list[str], bounds: list[list[int]], event_lists: list[Any]) -> Drawing:
    """What two-neuron loops come to, by the signs of the loop, the events and the semantics."""
    classes = [
        "one outcome",
        "one outcome or a livelock",
        "several outcomes",
        "several outcomes or a livelock",
        "never rests",
    ]
    colours = ["#009e73", "#56b4e9", "#e69f00", "#d55e00", "#333333"]
    rows: dict[tuple[str, str, str], Counter[str]] = {}
    for semantics in ("instant", "delayed"):
        for w12 in grid:
            for w21 in grid:
                signs = (w12[0] == "-") + (w21[0] == "-")
                family = {0: "EE", 1: "EI", 2: "II"}[signs]
                for low, high in bounds:
                    for potential in ("0", "1/2"):
                        net = {
                            "weights": [[0, w12], [w21, 0]],
                            "threshold": [1, 1],
                            "potential": [potential] * 2,
                            "lower": [low] * 2,
                            "upper": [high] * 2,
                        }
                        for events in event_lists:
                            mixed = any(str(charge).startswith("-") for _, charge in events)
                            found = explore_network(net, events, semantics)
                            number = len({counts for counts, _, _ in found.rest})
                            live = found.graph.fair_livelock is not None
                            kind = classes[4] if number == 0 else classes[(2 if number > 1 else 0) + live]
                            rows.setdefault(
                                (family, "events of both signs" if mixed else "positive events", semantics), Counter()
                            )[kind] += 1
    keys = sorted(
        rows, key=lambda key: (("EE", "II", "EI").index(key[0]), key[1] != "positive events", key[2] != "instant")
    )
    with canvas(7.2, 4.4) as figure:
        ax = figure.subplots()
        for at, key in enumerate(keys):
            left, total = 0.0, sum(rows[key].values())
            for kind, colour in zip(classes, colours, strict=True):
                share = rows[key][kind] / total
                if share:
                    ax.barh(at, share, left=left, color=colour, edgecolor="white", linewidth=0.6)
                    text_colour = "white" if colour in ("#333333", "#d55e00", "#009e73") else "black"
                    ax.text(
                        left + share / 2,
                        at,
                        str(rows[key][kind]),
                        ha="center",
                        va="center",
                        fontsize=7.5,
                        color=text_colour,
                    )
                left += share
        ax.set_yticks(range(len(keys)), [f"{family}, {kind}, {semantics}" for family, kind, semantics in keys])
        ax.invert_yaxis()
        ax.set_xlabel("share of the networks (numbers: how many)")
        ax.set_xlim(0, 1)
        figure.legend(
            handles=[Patch(color=c, label=k) for k, c in zip(classes, colours, strict=True)],
            loc="outside upper center",
            ncols=3,
            frameon=False,
            fontsize=8,
        )
    number = sum(sum(row.values()) for row in rows.values())
    caption = (
        f"All {number} explorations of two-neuron loops on a grid of weights, bounds, potentials and events. "
        "E: excitatory, I: inhibitory; 'instant' and 'delayed' are the two semantics."
    )
    return drawing(figure, "Census of two-neuron loops", caption)
