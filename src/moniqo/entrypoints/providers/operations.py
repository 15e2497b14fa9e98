"""What keeps the service going, as far as it depends on settings."""

from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.application.operations.report_terms import ReportTerms
from moniqo.entrypoints.settings import Settings


class Operations(Provider):
    """Everything of the context `operations`."""

    scope = Scope.APP

    @provide
    def report_terms(self, settings: Settings) -> ReportTerms:
        """By the settings."""
        jobs = settings.jobs
        return ReportTerms(timedelta(days=jobs.report_days), jobs.max_unfinished_reports)
