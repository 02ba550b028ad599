"""Exact exploration of a finite transition system: every interleaving of its moves.

Rests on: breadth-first search visits every reachable state of a finite graph; every run is finite if and only if the
graph has no cycle; and a weakly fair infinite run stays, from some time on, in one strongly connected component, where
it takes every kind of action that is enabled in all of its states for ever. So a fair infinite run exists if and only
if some component with an inner edge has, for each kind of action enabled in all of its states, an inner edge of it.

Certificate: the states without moves that are owed, a path to each, and either a rank that falls along every edge or a
closed walk that can be repeated for ever fairly. The caller wraps it with the system's own description.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)
Move = int
"""Moves are numbered by the system; ``kind_of`` says to which kind of action each belongs."""


class TooManyStates(Exception):
    """The system has more reachable states than the limit."""


@dataclass
class Graph(Generic[State]):
    """The reachable graph. State 0 is the initial one; ``moves[k]`` lists (move, target) pairs of state k."""

    states: list[State]
    moves: list[list[tuple[Move, int]]]
    parents: list[tuple[int, Move]]
    kind_of: Callable[[Move], int | None]

    @property
    def edges(self) -> int:
        """The number of (state, move) pairs."""
        return sum(map(len, self.moves))

    @cached_property
    def at_rest(self) -> list[int]:
        """The states in which no move is owed (moves without a kind are never owed)."""
        kind_of = self.kind_of
        return [k for k, moves in enumerate(self.moves) if all(kind_of(move) is None for move, _ in moves)]

    def path(self, state: int) -> list[Move]:
        """The moves of a shortest run from the initial state to the given one."""
        found = []
        while state:
            state, move = self.parents[state]
            found.append(move)
        return found[::-1]

    @cached_property
    def ranks(self) -> list[int] | None:
        """For each state the length of the longest run from it, or None if the graph has a cycle."""
        sources: list[list[int]] = [[] for _ in self.states]
        open_moves = [len(moves) for moves in self.moves]
        for source, moves in enumerate(self.moves):
            for _, target in moves:
                sources[target].append(source)
        ranks = [0] * len(self.states)
        ready = [k for k, degree in enumerate(open_moves) if degree == 0]
        done = 0
        while ready:
            target = ready.pop()
            done += 1
            above = ranks[target] + 1
            for source in sources[target]:
                ranks[source] = max(ranks[source], above)
                open_moves[source] -= 1
                if open_moves[source] == 0:
                    ready.append(source)
        return ranks if done == len(self.states) else None

    def weights_to(self, targets: Iterable[int], weight: Callable[[Move], int], *, longest: bool) -> int | None:
        """The least or greatest total weight (0 or 1 a move) of a run from the start to one of the targets.

        Returns:
            None if there is no such run. The greatest is asked for only when the graph has no cycle.
        """
        goal = set(targets)
        if not longest:
            return self._cheapest(goal, weight)
        ranks = self.ranks
        assert ranks is not None, "the longest run of a graph with a cycle is not defined"
        best: list[int | None] = [0 if k in goal else None for k in range(len(self.states))]
        for state in sorted(range(len(self.states)), key=ranks.__getitem__):
            for move, target in self.moves[state]:
                beyond = best[target]
                if beyond is not None:
                    value = beyond + weight(move)
                    known = best[state]
                    best[state] = value if known is None else max(known, value)
        return best[0]

    def _cheapest(self, goal: set[int], weight: Callable[[Move], int]) -> int | None:
        """Breadth-first search with weights 0 and 1: a level at a time."""
        seen, level, cost = {0}, [0], 0
        while level:
            later: list[int] = []
            for state in level:  # grows while it is read: moves of weight 0 stay on the level
                if state in goal:
                    return cost
                for move, target in self.moves[state]:
                    if weight(move) == 0 and target not in seen:
                        seen.add(target)
                        level.append(target)
            for state in level:
                for move, target in self.moves[state]:
                    if weight(move) and target not in seen:
                        seen.add(target)
                        later.append(target)
            level, cost = later, cost + 1
        return None

    @cached_property
    def all_can_rest(self) -> bool:
        """Whether from every state some state at rest can be reached."""
        sources: list[list[int]] = [[] for _ in self.states]
        for source, moves in enumerate(self.moves):
            for _, target in moves:
                sources[target].append(source)
        seen, stack = set(self.at_rest), list(self.at_rest)
        while stack:
            for source in sources[stack.pop()]:
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        return len(seen) == len(self.states)

    @cached_property
    def fair_livelock(self) -> list[int] | None:
        """The states of a component in which a fair run can stay for ever, or None."""
        if self.ranks is not None:
            return None
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(range(len(self.states)))
        graph.add_edges_from((source, target) for source, moves in enumerate(self.moves) for _, target in moves)
        for component in networkx.strongly_connected_components(graph):
            inner = {self.kind_of(move) for k in component for move, target in self.moves[k] if target in component}
            if inner and self._always_enabled(component) <= inner:
                return sorted(component)
        return None

    def _always_enabled(self, states: Iterable[int]) -> set[int]:
        common: set[int] | None = None
        for k in states:
            here = {kind for move, _ in self.moves[k] if (kind := self.kind_of(move)) is not None}
            common = here if common is None else common & here
        return common or set()

    def fair_walk(self, component: Sequence[int]) -> tuple[list[Move], list[Move]]:
        """A run into a livelock's component and a closed walk there that is fair when it is repeated for ever."""
        inside = set(component)
        owed = self._always_enabled(component)
        start = component[0]
        walk: list[Move] = []
        visited = [start]
        here = start

        def go(reached: Callable[[int], bool]) -> None:
            nonlocal here
            for move, target in self._route(here, inside, reached):
                walk.append(move)
                visited.append(target)
                here = target

        # take an inner move of each kind that is always owed (of any kind, if none is: the walk must move)
        kinds: list[int | None] = [*sorted(owed)]
        for kind in kinds or [None]:
            wanted = {
                k: (move, target)
                for k in component
                for move, target in self.moves[k]
                if target in inside and (kind is None or self.kind_of(move) == kind)
            }
            go(wanted.__contains__)
            move, target = wanted[here]
            walk.append(move)
            visited.append(target)
            here = target
        # pass through a state where each other kind is not enabled
        while extra := self._always_enabled(visited) - {self.kind_of(move) for move in walk}:
            kind = min(extra)
            go(lambda k, kind=kind: kind not in self._always_enabled([k]))  # type: ignore[misc]
        go(lambda k: k == start)
        return self.path(start), walk

    def _route(self, start: int, inside: set[int], reached: Callable[[int], bool]) -> list[tuple[Move, int]]:
        came: dict[int, tuple[int, Move]] = {}
        queue, seen = [start], {start}
        for state in queue:
            if reached(state):
                route = []
                while state != start:
                    before, move = came[state]
                    route.append((move, state))
                    state = before
                return route[::-1]
            for move, target in self.moves[state]:
                if target in inside and target not in seen:
                    seen.add(target)
                    came[target] = (state, move)
                    queue.append(target)
        raise AssertionError("a strongly connected component connects all of its states")


def explore(
    initial: State,
    successors: Callable[[State], Sequence[tuple[Move, State]]],
    kind_of: Callable[[Move], int | None],
    *,
    limit: int,
) -> Graph[State]:
    """Visit every reachable state, breadth first.

    Raises:
        TooManyStates: beyond ``limit`` states.
    """
    states = [initial]
    index: dict[State, int] = {initial: 0}
    parents: list[tuple[int, Move]] = [(0, -1)]
    moves: list[list[tuple[Move, int]]] = []
    for source, state in enumerate(states):
        found = []
        for move, target in successors(state):
            number = index.get(target)
            if number is None:
                number = index[target] = len(states)
                if number >= limit:
                    raise TooManyStates(f"more than {limit} states")
                states.append(target)
                parents.append((source, move))
            found.append((move, number))
        moves.append(found)
    return Graph(states, moves, parents, kind_of)
