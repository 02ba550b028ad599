"""Dense networks over any arithmetic: the public face, and what the quantities of one statement share.

One ``Network`` and one ``Data`` serve exact and ball arithmetic (``evaluate``), symbols (``verify.networks.dense_symbols``)
and batches of floats (``verify.networks.dense_floats``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.networks.dense_evaluation import Evaluation, Matrix, evaluate
from verify.networks.dense_model import (
    LOG,
    LOSSES,
    PLAIN,
    Data,
    Network,
    Neuron,
    Rows,
    Vector,
    demand_distinct,
    read_data,
    read_network,
    shaped,
)

__all__ = [
    "LOG", "LOSSES", "PLAIN", "Data", "Evaluation", "Matrix", "Network", "Neuron", "Rows", "Vector", "demand_distinct",
    "evaluate", "read_data", "read_network", "remembered", "shaped", "shared_data", "shared_evaluation", "shared_network",
]  # fmt: skip


def shared_network(workspace: Any, raw: Any) -> Network:
    """The network that a raw value describes, read once for each ``Workspace``."""
    return remembered(workspace, "network", (raw,), lambda: read_network(raw))


def shared_data(workspace: Any, raw: Any) -> Data:
    """The data that a raw value describes, read once for each ``Workspace``."""
    return remembered(workspace, "data", (raw,), lambda: read_data(raw))


def shared_evaluation(workspace: Any, network: Any, data: Any) -> Evaluation:
    """The evaluation that the quantities of one statement share."""
    return remembered(
        workspace, "evaluation", (network, data),
        lambda: evaluate(shared_network(workspace, network), shared_data(workspace, data)),
    )  # fmt: skip


def remembered(workspace: Any, kind: str, raw: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What ``make`` gives for these raw values (told apart by identity), worked out once for each ``Workspace``."""
    key = (kind, *map(id, raw))
    if key not in workspace.remembered:
        workspace.remembered[key] = (raw, make())  # the raw values are kept, so that their ids stay theirs
    return workspace.remembered[key][1]
