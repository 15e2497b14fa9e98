"""Making the report of those who registered in a while, as a task."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from moniqo.application.files.keeping import Keeping
from moniqo.application.identity.people import PeopleReader
from moniqo.application.identity.standing import holds
from moniqo.application.operations.report_terms import MAY_REPORT, ReportTerms
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.application.operations.user_table import Span, UserTable
from moniqo.application.shared.caller import acting_as
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.tasks import TaskContext, wanted_as
from moniqo.domain.files.file import File, FileId
from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.names import file_key
from moniqo.domain.files.orphan import Orphan
from moniqo.domain.operations.events import ReportReady
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.errors import GivenUp
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject

LIMIT = timedelta(minutes=30)
"""How long one attempt may take."""
KEEP = "keep"
READING = "reading users"
CONTENT_TYPE = "text/csv; charset=utf-8"
_READ = 90
"""Percent that reading is of the whole; the rest is storing."""


@dataclass(frozen=True, slots=True)
class ReportUsers:
    """Write the table into the store of files, as a file of who asked, who is told of it.

    Nothing but the bytes is there before the one step that makes them a file and has them told:
    an attempt that ends before leaves an orphan, which goes by itself, and one that ends after
    finds the step done. Whoever may not have the report any more gets none.
    """

    keeping: Keeping
    people: PeopleReader
    terms: ReportTerms

    async def __call__(self, context: TaskContext) -> JsonObject:
        """The file's id and the number of rows; raises `GivenUp` and `Undeliverable`."""
        kept = context.done(KEEP)
        if kept is not None:
            return kept
        async with self.keeping.uow() as tx:
            await _require_allowed(tx, context.task)
        context.progress(0, READING)
        table = UserTable(self.keeping.uow, self.people, _span(context))
        return await self._stored(context, table)

    async def _stored(self, context: TaskContext, table: UserTable) -> JsonObject:
        def on_page(rows: int, total: int) -> None:
            share = min(rows, total) / max(total, 1)
            context.progress(round(_READ * share), READING if rows < total else "storing")

        file_id = FileId(self.keeping.ids.new())
        stored = self.keeping.stored(
            file_key(_owner(context.task), file_id, FileKind.CSV),
            table.pieces(on_page),
            FileKind.CSV,
            patience=2 * LIMIT,
        )
        async with stored as orphan:
            return await self._kept(context, table, orphan, file_id)

    async def _kept(
        self, context: TaskContext, table: UserTable, orphan: Orphan, file_id: FileId
    ) -> JsonObject:
        task, owner_id = context.task, _owner(context.task)
        file = File(
            id=file_id,
            owner_id=owner_id,
            storage_key=orphan.storage_key,
            name=f"users {table.span.start:%Y-%m-%d} to {table.span.end:%Y-%m-%d}.csv",
            content_type=CONTENT_TYPE,
            size=table.size,
            sha256=table.sha256,
            expires_at=self.keeping.clock.now() + self.terms.kept,
            needs=MAY_REPORT,
        )

        async def keep(tx: Transaction) -> JsonObject:
            await _require_allowed(tx, task)
            await self.keeping.adopt(tx, orphan)
            tx.emit(_told(task, await tx[File].add(file), table))
            return JsonObject({"file_id": str(file_id), "rows": table.rows})

        with acting_as(owner_id):
            return await context.step(KEEP, keep)


async def _require_allowed(tx: Transaction, task: Task) -> None:
    if not await holds(tx, _owner(task), MAY_REPORT):
        raise GivenUp("Who asked for the report may not have it any more.")


def _owner(task: Task) -> UserId:
    # Nobody's reports are wanted by nobody.
    return cast(UserId, task.owner_id)


def _span(context: TaskContext) -> Span:
    asked = wanted_as(context, UserReportRequest)
    return Span(asked.start_date, asked.end_date)


def _told(task: Task, file: File, table: UserTable) -> ReportReady:
    return ReportReady(
        user_id=file.owner_id,
        task_id=task.id,
        file_id=file.id,
        rows=table.rows,
        start=table.span.start,
        end=table.span.end,
        expires_at=cast(datetime, file.expires_at),
    )
