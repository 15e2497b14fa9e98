"""Cron schedules."""

from datetime import datetime

from cronsim import CronSim, CronSimError

from moniqo.domain.shared.errors import Invalid

FIELDS = 5


class CronSchedules:
    """See `Schedules`. Days of month and week combine as in Debian's cron."""

    def next_after(self, schedule: str, moment: datetime) -> datetime:
        """See `Schedules`."""
        if len(schedule.split()) != FIELDS:
            raise _refused(f"must have {FIELDS} fields: minute, hour, day, month, day of week")
        try:
            return next(CronSim(schedule, moment))
        except CronSimError as problem:
            raise _refused(f"is no cron schedule: {str(problem).lower()}") from problem
        except StopIteration:
            raise _refused("names a day that never comes") from None


def _refused(message: str) -> Invalid:
    return Invalid.field("schedule", message)
