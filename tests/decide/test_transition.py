"""Explorations against brute force on small random graphs."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.decide.transition import TooManyStates, explore

OWED = 6  # moves 0 and 1, 2 and 3, 4 and 5 are each of a kind; 6 and 7 are not owed
SIZE = 5
RANDOMLY = settings(derandomize=True, deadline=None, max_examples=300, database=None)


def kind_of(move):
    return move // 2 if move < OWED else None


@st.composite
def graphs(draw):
    """The reachable part of a random graph with labelled edges; its states are numbered in the order of the search."""
    row = st.dictionaries(st.integers(0, OWED + 1), st.integers(0, SIZE - 1), max_size=3)
    rows = [list(draw(row).items()) for _ in range(SIZE)]
    return explore(0, rows.__getitem__, kind_of, limit=SIZE)


def edges_of(graph):
    return [(source, move, target) for source, moves in enumerate(graph.moves) for move, target in moves]


def follow(graph, state, moves):
    """The states along a run."""
    visited = [state]
    for move in moves:
        visited.append(dict(graph.moves[visited[-1]])[move])
    return visited


def reach(graph, start, inside=None):
    """The states that can be reached, start included, on edges within a set."""
    seen, stack = {start}, [start]
    while stack:
        for _, target in graph.moves[stack.pop()]:
            if target not in seen and (inside is None or target in inside):
                seen.add(target)
                stack.append(target)
    return seen


def longest(graph, state, weight=lambda move: 1, goal=None, depth=0):
    """The greatest weight of a run by trying all of them; None if none ends as wanted; raises on a cycle."""
    if depth > len(graph.states):
        raise RecursionError
    lengths = [0] if goal is None or state in goal else []
    for move, target in graph.moves[state]:
        beyond = longest(graph, target, weight, goal, depth + 1)
        if beyond is not None:
            lengths.append(weight(move) + beyond)
    return max(lengths, default=None)


def enabled(graph, states):
    """The kinds that are enabled in all of some states."""
    return set.intersection(*({kind_of(move) for move, _ in graph.moves[k]} - {None} for k in states))


def has_fair_run(graph):
    """Whether some set of states can be exactly those that a fair infinite run visits again and again."""
    states = range(len(graph.states))
    for size in range(1, len(graph.states) + 1):
        for chosen in map(set, combinations(states, size)):
            inner = {kind_of(m) for s, m, t in edges_of(graph) if s in chosen and t in chosen}
            if inner and all(reach(graph, k, chosen) == chosen for k in chosen) and enabled(graph, chosen) <= inner:
                return True
    return False


@given(graphs())
@RANDOMLY
def test_every_state_is_found_with_a_shortest_path(graph):
    assert reach(graph, 0) == set(range(len(graph.states)))
    distance = [len(graph.path(state)) for state in range(len(graph.states))]
    assert all(follow(graph, 0, graph.path(state))[-1] == state for state in range(len(graph.states)))
    for source, _, target in edges_of(graph):
        assert distance[target] <= distance[source] + 1
    assert graph.edges == len(edges_of(graph))


@given(graphs())
@RANDOMLY
def test_ranks_are_the_lengths_of_the_longest_runs(graph):
    try:
        expected = [longest(graph, state) for state in range(len(graph.states))]
    except RecursionError:
        expected = None
    assert graph.ranks == expected


@given(graphs())
@RANDOMLY
def test_states_at_rest_and_whether_they_can_always_be_reached(graph):
    at_rest = [k for k, moves in enumerate(graph.moves) if not any(move < OWED for move, _ in moves)]
    assert graph.at_rest == at_rest
    assert graph.all_can_rest == all(reach(graph, k) & set(at_rest) for k in range(len(graph.states)))


@given(graphs())
@RANDOMLY
def test_fair_livelocks_are_those_that_brute_force_finds(graph):
    assert (graph.fair_livelock is not None) == has_fair_run(graph)


@given(graphs())
@RANDOMLY
def test_a_fair_walk_is_closed_and_fair(graph):
    if graph.fair_livelock is None:
        return
    entry, walk = graph.fair_walk(graph.fair_livelock)
    start = follow(graph, 0, entry)[-1]
    visited = follow(graph, start, walk)
    assert walk
    assert visited[-1] == start
    assert enabled(graph, set(visited)) <= {kind_of(move) for move in walk}


@given(graphs())
@RANDOMLY
def test_least_and_greatest_weights(graph):
    def weight(move):
        return int(move in (0, 3, OWED))

    def cheapest(state, seen):
        if state in goal:
            return 0
        moves = [(move, target) for move, target in graph.moves[state] if target not in seen]
        beyond = [(weight(move), cheapest(target, seen | {target})) for move, target in moves]
        return min((w + rest for w, rest in beyond if rest is not None), default=None)

    goal = set(graph.at_rest)
    assert graph.weights_to(graph.at_rest, weight, longest=False) == cheapest(0, {0})
    if graph.ranks is not None:
        assert graph.weights_to(graph.at_rest, weight, longest=True) == longest(graph, 0, weight, goal)


def test_the_limit_is_the_greatest_number_of_states():
    assert len(explore(0, lambda k: [(0, (k + 1) % 7)], kind_of, limit=7).states) == 7
    with pytest.raises(TooManyStates):
        explore(0, lambda k: [(0, (k + 1) % 7)], kind_of, limit=6)


def test_an_event_that_is_never_delivered_makes_no_fair_livelock():
    """Two states between which a neuron flips, while an event that would end it stays pending."""
    rows = {"a": [(0, "b"), (2, "end")], "b": [(1, "a"), (2, "end")], "end": []}
    graph = explore("a", rows.__getitem__, kind_of, limit=9)
    assert graph.ranks is None
    assert graph.fair_livelock is None
    assert graph.all_can_rest


def test_an_event_that_is_enabled_only_now_and_then_is_not_owed():
    rows = {"a": [(0, "b"), (2, "end")], "b": [(4, "a")], "end": []}
    graph = explore("a", rows.__getitem__, kind_of, limit=9)
    assert graph.fair_livelock == [0, 1]
    assert sorted(graph.fair_walk([0, 1])[1]) == [0, 4]
