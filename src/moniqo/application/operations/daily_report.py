"""Telling operators about the day before, as a task."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import cast
from uuid import UUID

from moniqo.application.identity.members import keys_of, permissions_of
from moniqo.application.operations.daily_figures import daily_figures
from moniqo.application.operations.report_terms import MAY_REPORT
from moniqo.application.operations.user_table import Span
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, any_of
from moniqo.application.shared.tasks import TaskContext
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.operations.daily_report import DailyReportDue, DayInFigures
from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.types import JsonObject

DAILY_REPORT = "daily_report"
"""The kind of task that has it mailed."""
HOUR = 9
DAILY = f"0 {HOUR} * * *"
"""When a day is told of: at this hour of the next one."""


@dataclass(frozen=True, slots=True)
class DailyTerms:
    """Whose clocks say what a day is, and how many people are told in one transaction."""

    zone: tzinfo = UTC
    at_once: int = 500


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Count the day whose turn it was when the task was wanted, then tell who may report of it.

    One that is wanted late, at night because nothing ran by day, is of the same day as in time: the
    next one is told of at its own hour. Everybody is told the same figures. Whether they get the
    mail is decided when it is sent.
    """

    terms: DailyTerms

    async def __call__(self, context: TaskContext) -> JsonObject:
        """The day, and how many people were told."""
        day = _day(cast(datetime, context.task.created_at).astimezone(self.terms.zone))
        figures = await context.step("figures", partial(_counted, day=day, zone=self.terms.zone))
        report = decode(DayInFigures, dict(figures))
        told, number, cursor = 0, 1, None
        while number == 1 or cursor:
            tell = partial(self._tell, report=report, cursor=cursor)
            page = await context.step(f"people {number}", tell)
            told, number = told + cast(int, page["told"]), number + 1
            cursor = cast(str | None, page["next"])
        return JsonObject({"day": report.day, "told": told})

    async def _tell(
        self, tx: Transaction, *, report: DayInFigures, cursor: str | None
    ) -> JsonObject:
        where = (any_of("role_id", await self._reporting(tx)),)
        page = await tx[User].page(Listing(where=where, limit=self.terms.at_once, cursor=cursor))
        for user in page.items:
            tx.emit(DailyReportDue(user_id=user.id, report=report))
        return JsonObject({"told": len(page.items), "next": page.next_cursor})

    async def _reporting(self, tx: Transaction) -> tuple[UUID, ...]:
        """The roles that may report."""
        found: list[UUID] = []
        cursor = None
        while True:
            page = await tx[Role].page(Listing(limit=self.terms.at_once, cursor=cursor))
            known = await permissions_of(tx, page.items)
            found += [role.id for role in page.items if MAY_REPORT in keys_of(role, known)]
            cursor = page.next_cursor
            if cursor is None:
                return tuple(found)


def _day(wanted: datetime) -> date:
    """The one before the day whose hour came last; `wanted` is by the clocks that tell it."""
    return (wanted.replace(tzinfo=None) - timedelta(hours=HOUR)).date() - timedelta(days=1)


def _span(day: date, zone: tzinfo) -> Span:
    start, end = (
        datetime.combine(each, time.min, zone).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    return Span(start, end)


async def _counted(tx: Transaction, *, day: date, zone: tzinfo) -> JsonObject:
    figures = await daily_figures(tx, _span(day, zone))
    rows = [{"name": each.name, "count": each.count} for each in figures]
    return JsonObject({"day": day.isoformat(), "zone": str(zone), "figures": rows})
