"""What callers are told of the minute, whatever they do in it."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.adapters.limits.counts import standing
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows


@dataclass
class Time:
    """Seconds that stand still until they are moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    limit=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=60),
)
async def test_whoever_comes_back_when_told_gets_in_and_not_a_second_before(
    limit: int, pauses: list[float]
) -> None:
    time = Time()
    counts = SlidingWindow(TwoWindows(time), limit)

    for pause in pauses:
        time.now += pause
        refused = await counts.take("a")
        if refused.retry_after is None:
            continue
        before = time.now
        time.now = before + refused.retry_after - 1
        if refused.retry_after > 1:
            assert (await counts.take("a")).retry_after is not None
        time.now = before + refused.retry_after
        assert (await counts.take("a")).retry_after is None


async def test_the_edge_of_a_window_gives_no_second_helping() -> None:
    time = Time(1019.9)
    counts = SlidingWindow(TwoWindows(time), 100)
    for _ in range(100):
        await counts.take("a")

    time.now = 1020.1
    standings = [await counts.take("a") for _ in range(100)]

    assert sum(one.retry_after is None for one in standings) == 1


async def test_after_two_quiet_minutes_everything_is_forgotten() -> None:
    time = Time()
    windows = TwoWindows(time)
    counts = SlidingWindow(windows, 10)
    for number in range(1000):
        await counts.take(str(number))

    time.now += 120

    assert (await counts.take("0")).remaining == 9
    assert len(windows._present) == 1
    assert not windows._before


@pytest.mark.parametrize("window", [(0, 0.0, 0, 0.0), (0, 0.0, 3, 60.0)])
def test_what_was_forgotten_between_two_looks_is_asked_for_again_soon(
    window: tuple[int, float, int, float],
) -> None:
    assert standing(10, 60, window, taken=False).retry_after == 1
