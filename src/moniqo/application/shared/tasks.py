"""Work that goes on after the answer: the port behind which a job runs."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Job:
    """What to do, and to which row. The row holds the state: a lost job is found again there."""

    name: str
    subject_id: UUID


class TaskQueue(Protocol):
    """Runs jobs soon, at least once."""

    async def enqueue(self, job: Job) -> None:
        """Accept a job. Call it after the commit that made its row, never before.

        While that commit is put off (`putting_off`), so is the job.

        Does not wait for the job and raises nothing of it; `LookupError` for an unknown name.
        """
