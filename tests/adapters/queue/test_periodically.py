from datetime import timedelta

from moniqo.adapters.queue.periodically import Periodically
from support.clock import SettableClock

HOUR = timedelta(hours=1)


async def test_work_is_done_at_first_and_then_once_in_its_time():
    done, clock = [], SettableClock()

    async def work():
        done.append(clock.now())

    hourly = Periodically(work, HOUR, clock)
    start = clock.now()

    for minutes in (0, 1, 59, 60, 61, 200):
        clock.set(start + timedelta(minutes=minutes))
        await hourly()

    assert [(moment - start) / timedelta(minutes=1) for moment in done] == [0, 60, 200]


async def test_work_that_failed_waits_for_its_next_time():
    asked, clock = [], SettableClock()

    async def work():
        asked.append(clock.now())
        raise OSError("away")

    hourly = Periodically(work, HOUR, clock)

    for _ in range(2):
        try:
            await hourly()
        except OSError:
            clock.set(clock.now() + timedelta(minutes=1))

    assert len(asked) == 1
