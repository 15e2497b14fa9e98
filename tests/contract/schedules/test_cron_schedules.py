from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.adapters.schedules import CronSchedules
from moniqo.application.shared.cron import Schedules
from moniqo.domain.shared.errors import Invalid

NOON = datetime(2026, 3, 28, 12, 0, 0, 500_000, tzinfo=UTC)
SCHEDULES: Schedules = CronSchedules()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        ("* * * * *", "2026-03-28T12:01"),
        ("*/15 * * * *", "2026-03-28T12:15"),
        ("0 9 * * mon-fri", "2026-03-30T09:00"),
        ("30 2 29 3 *", "2026-03-29T02:30"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 L * *", "2026-03-31T00:00"),
    ],
)
def test_the_next_instant_is_the_first_that_the_schedule_names_in_utc(
    schedule: str, following: str
) -> None:
    assert SCHEDULES.next_after(schedule, NOON) == moment(following)


def test_an_instant_that_is_named_is_not_after_itself() -> None:
    hour = moment("2026-03-28T12:00")

    assert SCHEDULES.next_after("0 * * * *", hour) == moment("2026-03-28T13:00")


def test_where_clocks_change_the_hour_of_the_day_stays() -> None:
    there = ZoneInfo("America/New_York")
    days = [moment("2026-03-07T20:00").astimezone(there)]

    for _ in range(3):
        days.append(SCHEDULES.next_after("0 9 * * *", days[-1]))

    assert [day.astimezone(UTC).hour for day in days[1:]] == [13, 13, 13]
    assert SCHEDULES.next_after("0 9 * * *", moment("2026-03-06T20:00").astimezone(there)) == (
        moment("2026-03-07T14:00")
    )


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "hourly",
        "@daily",
        "* * * *",
        "0 * * * * *",
        "60 * * * *",
        "* * 0 * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "٣ * * * *",
        "* * * * mondays",
        "0 0 30 2 *",
        "0 0 */31 2 mon#5",
    ],
)
def test_what_is_no_schedule_or_never_comes_is_refused_by_name(schedule: str) -> None:
    with pytest.raises(Invalid) as refused:
        SCHEDULES.next_after(schedule, NOON)

    assert [fault.field for fault in refused.value.faults] == ["schedule"]


@given(st.lists(st.text("0123456789*/,-#LWMON ", min_size=1, max_size=6), min_size=5, max_size=5))
def test_any_text_is_answered_or_refused(fields: list[str]) -> None:
    try:
        following = SCHEDULES.next_after(" ".join(fields), NOON)
    except Invalid:
        return

    assert following > NOON
