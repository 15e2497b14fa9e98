from datetime import UTC, datetime
from uuid import UUID

import pytest

from moniqo.domain.operations.task import Task, TaskId, TaskStatus
from moniqo.domain.shared.errors import NoLongerHeld, RuleViolated
from moniqo.domain.shared.types import JsonObject

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def a_task(**fields: object) -> Task:
    kind = "greet"
    return Task(id=TaskId(UUID(int=1)), kind=kind, queue="default", lane=kind, due_at=NOW).with_(
        **fields
    )


def test_only_who_holds_a_task_may_go_on_with_it() -> None:
    held = a_task(status=TaskStatus.RUNNING, fence=2)

    held.require_held(2)
    with pytest.raises(NoLongerHeld):
        held.require_held(1)
    with pytest.raises(NoLongerHeld):
        held.with_(status=TaskStatus.QUEUED).require_held(2)


def test_what_a_step_did_is_added_to_what_others_did() -> None:
    task = a_task().stepped("first", JsonObject({"rows": 1})).stepped("second", JsonObject({}))

    assert task.steps == {"first": {"rows": 1}, "second": {}}


def test_a_task_that_nobody_works_on_is_cancelled_at_once() -> None:
    task = a_task(dedupe_key="one", fence=3).cancelled(NOW)

    assert (task.status, task.ready, task.finished_at) == (TaskStatus.CANCELLED, False, NOW)
    assert task.is_final
    assert task.dedupe_key is None
    assert task.fence == 4


def test_a_task_under_way_is_cancelled_by_its_worker() -> None:
    task = a_task(status=TaskStatus.RUNNING, ready=False).cancelled(NOW)

    assert task.status is TaskStatus.RUNNING
    assert task.cancel_requested


@pytest.mark.parametrize("status", [TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_what_has_ended_cannot_be_cancelled(status: TaskStatus) -> None:
    with pytest.raises(RuleViolated, match=status):
        a_task(status=status).cancelled(NOW)


def test_a_task_that_failed_is_tried_again_with_its_steps() -> None:
    steps = JsonObject({"first": {}})
    failed = a_task(
        status=TaskStatus.FAILED, ready=False, attempts=9, error="no", finished_at=NOW, steps=steps
    )

    again = failed.retried(NOW)

    assert again == a_task(steps=steps)


@pytest.mark.parametrize("status", [TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.SUCCEEDED])
def test_only_what_failed_is_tried_again(status: TaskStatus) -> None:
    with pytest.raises(RuleViolated):
        a_task(status=status).retried(NOW)
