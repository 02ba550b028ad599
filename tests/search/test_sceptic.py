"""What somebody tried who wanted the search to say something false."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from sympy import Eq, Equivalent, Implies, Max, Ne, Or, Piecewise, exp, symbols

from verify import Statement, parameter
from verify.expressions import canonical
from verify.search.draws import Draw
from verify.search.engine import Hunter, falsify, search_check
from verify.search.margins import takes_near_for_equal

K, X, Y, Z = parameter("k", "integer", "k"), *(parameter(name, "real", name) for name in "xyz")
k, x, y, z = symbols("k x y z")


def with_a_branch_that_perturbations_overlook(claim: Any) -> Statement:
    """The number ``rare`` is no part of the instance; at its ends, where small numbers often are, k is another one."""
    made = Statement("a-branch", title="A branch", quantities=[K, X, Y, Z], assume={}, claim=claim)

    @made.search
    def instances(draw: Draw) -> dict[Any, Any]:
        rare = draw.rational(0, 1)
        kind = 10 if rare == 0 else -10 if rare == 1 else 0
        return {K: kind, **{quantity: draw.rational() for quantity in (X, Y, Z)}}

    return made


def test_a_round_does_not_depend_on_the_rounds_that_the_process_played_before() -> None:
    statement = with_a_branch_that_perturbations_overlook(x * y - z - k > -100)
    accounts = []
    for numbers in (range(6), reversed(range(6))):
        hunter = Hunter(statement, search_check(statement))
        accounts.append({number: hunter.round(0, number, 8).account.to_json() for number in numbers})
    assert accounts[0] == accounts[1]


def test_draws_in_which_numbers_decide_are_not_screened_as_if_they_did_not() -> None:
    statement = with_a_branch_that_perturbations_overlook(x * y - z - k > -100)
    account = falsify(statement, rounds=6).account
    assert 0 < account.total("screened") < 2048 * account.total("draws")
    assert account.unseen
    assert account.tallies["small"].bound_in_floats is None


def test_what_a_draw_function_with_choices_of_its_own_shows_is_still_a_counterexample() -> None:
    """Whether the replay of the smallest counterexample is one as well is up to chance here."""
    for seed in range(20):
        own = random.Random(seed)
        made = Statement("own-chance", title="Chance", quantities=[X], assume={}, claim=x < 2)

        @made.search
        def instances(draw: Draw, own: random.Random = own) -> dict[Any, Any]:
            return {X: draw.rational(0, 3) + own.choice((0, 0, Fraction(1, 2)))}

        found = falsify(made, rounds=5, seed=seed)
        assert found.refuted


def bound_in_floats(claim: Any, lo: int = -3, hi: int = 3) -> float | None:
    made = Statement("in-floats", title="In floats", quantities=[X, Y], assume={}, claim=claim)

    @made.search
    def instances(draw: Draw) -> dict[Any, Any]:
        return {X: draw.rational(lo, hi), Y: draw.rational(lo, hi)}

    return falsify(made, rounds=5).account.tallies["dense"].bound_in_floats


def test_floats_bound_nothing_that_they_cannot_tell() -> None:
    assert bound_in_floats(x + y < 7) is not None
    assert bound_in_floats(Ne(x + y, 7)) is not None
    # an equation holds in floats where both sides differ by 1e-10
    assert bound_in_floats(Eq(y + Max(x - 4, 0) / 10**10, y)) is None
    assert bound_in_floats(x + Piecewise((1, Eq(y, 0)), (0, True)) < 7) is None
    # both sides are too large for floats
    assert bound_in_floats(exp(2000 + x) <= exp(2010 + y)) is None


def test_where_floats_take_near_for_equal() -> None:
    def near(claim: Any) -> bool:
        return takes_near_for_equal(canonical(claim))

    assert near(Eq(x, y))
    assert near(Or(x < y, Eq(x, y)))
    assert near(Implies(Ne(x, y), x < y))
    assert near(Equivalent(x < y, Ne(x, y)))
    assert not near(Ne(x, y))
    assert not near(Implies(Eq(x, y), x < z))
    assert not near(x + y < z)


def test_a_draw_function_that_does_not_repeat_itself_is_told() -> None:
    own = random.Random(0)
    made = Statement("own-numbers", title="Chance", quantities=[K], assume={}, claim=k < 2000)

    @made.search
    def instances(draw: Draw) -> dict[Any, Any]:
        draw.boolean()
        return {K: own.randrange(1000)}

    assert any("same choices give other instances" in line for line in falsify(made, rounds=3).account.warnings())
    honest = falsify(with_a_branch_that_perturbations_overlook(x < 4), rounds=3).account
    assert honest.unrepeated == 0
