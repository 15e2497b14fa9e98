"""The port to whoever understands when things come back."""

from datetime import datetime
from typing import Protocol


class Schedules(Protocol):
    """Understands cron: five fields, as clocks in the zone of the instants that it is given."""

    def next_after(self, schedule: str, moment: datetime) -> datetime:
        """The first instant past `moment` that the schedule names, in the same zone.

        Raises `Invalid` naming `schedule` unless it is one, and will ever come.
        """
