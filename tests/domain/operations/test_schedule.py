from datetime import UTC, datetime, timedelta
from uuid import UUID

from moniqo.domain.operations.schedule import Schedule, ScheduleId

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
HOURLY = Schedule(id=ScheduleId(UUID(int=1)), name="clean_up", rule="0 * * * *", fires_at=NOW)


def test_a_slot_that_was_taken_is_followed_by_the_next() -> None:
    assert HOURLY.fired(NOW, LATER) == HOURLY.with_(fired_at=NOW, fires_at=LATER)


def test_another_rule_has_slots_of_its_own() -> None:
    assert HOURLY.ruled("30 * * * *", LATER) == HOURLY.with_(rule="30 * * * *", fires_at=LATER)
