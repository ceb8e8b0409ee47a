"""The pytest plugin: fixtures for whole walks; pytest loads it by itself where hffix is installed.

Nothing of hffix is loaded before a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hffix.store.changesets import ChangeSet
    from hffix.testing.walk import Walk, WalkTarget
    from hffix.workflow.apply import Applied
    from hffix.workflow.verify import Verified


@pytest.fixture
def hffix_project(tmp_path: Path, request: pytest.FixtureRequest) -> Walk:
    """Give a temporary project: your scripts, a policy, and keys of an author, two approvers and an operator."""
    from hffix.testing.walk import open_walk

    return open_walk(tmp_path / "hffix", asked_by=request.path)


@pytest.fixture
def hffix_target(hffix_project: Walk) -> Callable[..., WalkTarget]:
    """Make the SQLite target of rows, or of SQL, and give it its change log.

    `hffix_target({"loan": [...]}, schema=..., keys=...)` gives it, with `.rows(table)` and `.execute(statement)`.
    """
    return hffix_project.target


@pytest.fixture
def hffix_plan(hffix_project: Walk) -> Callable[..., ChangeSet]:
    """Plan a script as the author.

    `hffix_plan("0007", files=..., params=..., trial=True)` gives the change set.
    """
    return hffix_project.plan


@pytest.fixture
def hffix_approve(hffix_project: Walk) -> Callable[..., None]:
    """Approve a change set as both approvers, or as those named.

    `hffix_approve(change_set, "approver", purpose="apply+rollback")`
    """
    return hffix_project.approve


@pytest.fixture
def hffix_apply(hffix_project: Walk) -> Callable[..., Applied]:
    """Apply a change set as the operator, and raise what stopped the run.

    `hffix_apply(change_set)` gives `.run`, `.applied`, `.conflicts`.
    """
    return hffix_project.apply


@pytest.fixture
def hffix_verify(hffix_project: Walk) -> Callable[..., Verified]:
    """Verify log, chain, receipts, approvals, backups and live rows.

    `hffix_verify()` gives `.ok` and `.problems`.
    """
    return hffix_project.verify


@pytest.fixture
def hffix_rollback(hffix_project: Walk) -> Callable[..., ChangeSet]:
    """Make the inverse change set of a run; it is approved and applied like any other.

    `hffix_rollback(applied.run)` gives the change set.
    """
    return hffix_project.rollback
