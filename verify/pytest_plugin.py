"""The pytest plugin: fixtures ``assert_verified`` and ``assert_refuted`` (``verify.testing``), options for seed and budget.

Nothing of the engine is imported before a test asks for a fixture.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from verify.evidence import BUDGETS

if TYPE_CHECKING:
    from verify.decide.verdict import Verdict
    from verify.testing import Refutation


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--verify-seed`` and ``--verify-budget``."""
    group = parser.getgroup("verify", "statements checked by machine (verify)")
    group.addoption(
        "--verify-seed", type=int, default=0, metavar="N", help="seed of every random choice of a check (0)"
    )
    group.addoption(
        "--verify-budget",
        choices=BUDGETS,
        default=BUDGETS[0],
        help="checks to run where a test does not say it (quick)",
    )


@pytest.fixture
def assert_verified(request: pytest.FixtureRequest) -> partial[Verdict]:
    """``assert_verified(statement, level=None, *, budget=...)``: its checks reach the level, or the one it declares."""
    from verify import testing

    return partial(testing.assert_verified, **_options(request.config))


@pytest.fixture
def assert_refuted(request: pytest.FixtureRequest) -> partial[Refutation]:
    """``assert_refuted(statement, *, drops=None, budget=...)``: a certified counterexample is found, and returned."""
    from verify import testing

    return partial(testing.assert_refuted, **_options(request.config))


def _options(config: pytest.Config) -> dict[str, Any]:
    return {"seed": config.getoption("--verify-seed"), "budget": config.getoption("--verify-budget")}
