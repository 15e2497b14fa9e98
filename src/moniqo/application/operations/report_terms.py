"""What is known of reports before one is asked for."""

from dataclasses import dataclass
from datetime import timedelta

REPORT_USERS = "report_users"
"""The kind of task that makes a report of users."""
REPORTS = "reports"
"""The queue of reports: few at a time, so that many cost no more memory than one."""
MAY_REPORT = "reports:write"


@dataclass(frozen=True, slots=True)
class ReportTerms:
    """The operator's choices: how long a report is `kept`, and how many of a user are at work."""

    kept: timedelta = timedelta(days=7)
    most_unfinished: int = 20
