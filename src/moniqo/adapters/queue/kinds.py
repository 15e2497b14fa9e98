"""What workers know of each kind of task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from moniqo.application.shared.retrying import RetryTerms
from moniqo.application.shared.tasks import TaskHandler

DEFAULT = "default"
"""The queue of what is short."""


def _patient() -> RetryTerms:
    return RetryTerms(attempts=10, limit=timedelta(minutes=5), first_pause=timedelta(seconds=2))


@dataclass(frozen=True, slots=True)
class TaskKind:
    """Who does tasks of a kind, where they wait, and how often and how long each is tried."""

    handler: TaskHandler
    queue: str = DEFAULT
    terms: RetryTerms = field(default_factory=_patient)


TaskKinds = Mapping[str, TaskKind]
