"""What keeps the service going, as far as it depends on settings."""

from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.application.operations.daily_report import DailyTerms
from moniqo.application.operations.report_terms import ReportTerms
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.zones import zone_of


class Operations(Provider):
    """Everything of the context `operations`."""

    scope = Scope.APP

    @provide
    def daily_terms(self, settings: Settings) -> DailyTerms:
        """By the settings."""
        return DailyTerms(zone_of(settings.jobs.report_timezone))

    @provide
    def report_terms(self, settings: Settings) -> ReportTerms:
        """By the settings."""
        jobs = settings.jobs
        return ReportTerms(timedelta(days=jobs.report_days), jobs.max_unfinished_reports)
