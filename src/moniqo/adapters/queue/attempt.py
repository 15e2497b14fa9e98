"""One attempt at one task: what becomes of it, whatever happens."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from moniqo.adapters.persistence.task_store import Outcome, Pulse
from moniqo.adapters.queue.kinds import TaskKind
from moniqo.application.operations.held_task import HeldTask
from moniqo.application.shared.printable import keepable
from moniqo.application.shared.retrying import RetryTerms, reason_of
from moniqo.application.shared.tasks import NotYet
from moniqo.domain.operations.task import Task, TaskStatus
from moniqo.domain.shared.errors import GivenUp, NoLongerHeld, Undeliverable

LARGEST_RESULT = 1_000_000
"""Characters of JSON."""
logger = logging.getLogger(__name__)


class Stop(Enum):
    """Why a worker stops before a task has ended."""

    CANCELLED = auto()
    LOST = auto()
    HANDED_BACK = auto()


@dataclass(eq=False, slots=True)
class Attempt:
    """A task in this process's hands, and the coroutine that does it."""

    held: HeldTask
    kind: TaskKind | None
    fraction: float
    stopped: Stop | None = None
    is_over: bool = False
    runs: asyncio.Task[None] | None = None

    @property
    def task(self) -> Task:
        """As it was taken."""
        return self.held.task

    @property
    def pulse(self) -> Pulse:
        """That it goes on, and how far it is."""
        return Pulse(self.task.id, self.task.fence, self.held.percent, self._stage)

    def stop(self, why: Stop) -> None:
        """Cut it off, unless it has ended; what it was stopped for first counts."""
        if self.stopped is None and not self.is_over and self.runs is not None:
            self.stopped = why
            self.runs.cancel()

    async def outcome(self) -> Outcome | None:
        """How it ended; None if somebody else has it by now."""
        try:
            return await self._outcome()
        finally:
            self.is_over = True

    async def _outcome(self) -> Outcome | None:
        if self.task.cancel_requested:
            return self._told(TaskStatus.CANCELLED)
        if self.kind is None:
            return self._failed("No worker knows tasks of this kind.")
        if self.task.attempts > self.kind.terms.attempts:
            return self._failed("It was begun too often.")
        try:
            async with asyncio.timeout(self.kind.terms.limit.total_seconds()):
                result = await self.kind.handler(self.held)
        except asyncio.CancelledError as problem:
            if self.stopped is not None:
                return self._stopped(self.stopped)
            if self.runs is None or self.runs.cancelling():
                raise
            return self._after(RuntimeError(f"Cancelled from within. {problem}"), self.kind.terms)
        except NoLongerHeld:
            # Nothing of it failed: whoever has it by now tells how it ends.
            return None
        except Exception as problem:  # noqa: BLE001  (whatever it is, the task says so)
            return self._after(problem, self.kind.terms)
        if not _is_storable(result):
            return self._failed("Its result cannot be stored.")
        return self._told(TaskStatus.SUCCEEDED, progress=100, result=result)

    def _stopped(self, why: Stop) -> Outcome | None:
        if why is Stop.LOST:
            return None
        if why is Stop.CANCELLED:
            return self._told(TaskStatus.CANCELLED)
        return self._told(TaskStatus.QUEUED, attempts=self.task.attempts - 1)

    def _after(self, problem: Exception, terms: RetryTerms) -> Outcome:
        attempts, reason = self.task.attempts, reason_of(problem)[:2000]
        if isinstance(problem, NotYet):
            pause = timedelta(seconds=problem.retry_after or 1)
            return self._told(TaskStatus.QUEUED, attempts=attempts - 1, pause=pause)
        if isinstance(problem, GivenUp):
            return self._told(TaskStatus.CANCELLED, error=reason)
        if isinstance(problem, Undeliverable) or attempts >= terms.attempts:
            return self._failed(reason, problem)
        logger.warning("task failed and is tried again", exc_info=problem, extra=self._named())
        pause = terms.pause(attempts, problem, self.fraction)
        return self._told(TaskStatus.QUEUED, pause=pause, error=reason)

    def _failed(self, reason: str, problem: Exception | None = None) -> Outcome:
        logger.error("task failed for good", exc_info=problem, extra=self._named())
        return self._told(TaskStatus.FAILED, error=reason)

    @property
    def _stage(self) -> str | None:
        return self.held.stage and keepable(self.held.stage)

    def _told(self, status: TaskStatus, *, attempts: int | None = None, **more: Any) -> Outcome:
        about = {"progress": self.held.percent, "stage": self._stage, **more}
        counted = self.task.attempts if attempts is None else attempts
        return Outcome(self.task.id, self.task.fence, status, counted, **about)

    def _named(self) -> dict[str, str]:
        return {"kind": self.task.kind, "task_id": str(self.task.id)}


def _is_storable(result: object) -> bool:
    if result is None:
        return True
    if not isinstance(result, Mapping):
        return False
    try:
        text = json.dumps(dict(result), ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        return False
    return len(text) <= LARGEST_RESULT and "\\u0000" not in text
