"""Reports for operators."""

from moniqo.application.identity.principal import Principal
from moniqo.application.operations.report_terms import MAY_REPORT
from moniqo.application.operations.request_user_report import RequestUserReport
from moniqo.application.operations.task_views import TaskView
from moniqo.application.operations.user_report_request import UserReportRequest
from moniqo.domain.shared.errors import RuleViolated
from moniqo.entrypoints.http.endpoint import POST, Controller, endpoint


class ReportController(Controller):
    """`/reports`."""

    path = "/api/v1/reports"
    tag = "Reports"

    @endpoint(
        POST,
        "/users",
        summary="Report the users who registered",
        needs=MAY_REPORT,
        status=202,
        message="The report is queued.",
        refuses=(RuleViolated,),
        example={"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-02-01T00:00:00Z"},
    )
    async def users(
        self, caller: Principal, data: UserReportRequest, request_report: RequestUserReport
    ) -> TaskView:
        """A CSV file of those who registered in [`start_date`, `end_date`), made in a while.

        Its task tells how far it is and, in the end, `file_id` and `rows`. You are mailed a link
        by which you download it from your files; it goes after some days.
        """
        return await request_report(caller=caller, request=data)
