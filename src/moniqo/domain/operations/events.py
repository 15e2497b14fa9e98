"""What tasks come to that somebody is told about."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.domain.files.file import FileId
from moniqo.domain.operations.task import TaskId
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReady(Event):
    """A report of those who registered in [`start`, `end`) can be downloaded until `expires_at`."""

    user_id: UserId
    task_id: TaskId
    file_id: FileId
    rows: int
    start: datetime
    end: datetime
    expires_at: datetime
