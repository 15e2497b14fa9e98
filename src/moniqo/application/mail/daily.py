"""The mail about a day, to operators."""

from moniqo.application.mail.desk import Addressed, Desk
from moniqo.application.mail.letters import DailyLetter, FigureLine
from moniqo.application.operations.report_terms import MAY_REPORT
from moniqo.domain.operations.daily_report import DailyReportDue
from moniqo.domain.shared.ids import OutboxEventId


async def daily(desk: Desk, event: DailyReportDue, _: OutboxEventId) -> Addressed | None:
    """To who may report by now, has confirmed their address, and wants mail."""
    to = await desk.reader(event.user_id)
    if to is None or not to.account.is_verified:
        return None
    if await desk.holder(event.user_id, MAY_REPORT) is None:
        return None
    report = event.report
    letter = DailyLetter(
        name=to.name,
        day=report.day,
        zone=report.zone,
        lines=tuple(FigureLine(name=it.name, count=f"{it.count:,}") for it in report.figures),
        link=desk.pages.home,
    )
    return Addressed(to.account.email, letter)
