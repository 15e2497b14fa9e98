"""Work that lost a race is done again, but not for ever."""

import asyncio
from collections.abc import Hashable, Iterable

import pytest

from moniqo.application.shared.conflicts import settled
from moniqo.domain.shared.errors import AlreadyExists, Conflict, StaleVersion


class Contested:
    """Work that loses a number of races first."""

    def __init__(self, losses: int, error: Conflict) -> None:
        self.losses = losses
        self.error = error
        self.attempts = 0

    async def __call__(self) -> str:
        self.attempts += 1
        if self.attempts <= self.losses:
            raise self.error
        return "done"


async def test_work_is_repeated_until_nobody_gets_in_between() -> None:
    work = Contested(3, StaleVersion("changed"))

    assert await settled(work) == "done"
    assert work.attempts == 4


async def test_after_thirty_attempts_the_conflict_is_told() -> None:
    work = Contested(1000, StaleVersion("changed"))

    with pytest.raises(StaleVersion):
        await settled(work)
    assert work.attempts == 30


async def test_other_conflicts_are_told_at_once_unless_named() -> None:
    once = Contested(1, AlreadyExists("there"))
    again = Contested(1, AlreadyExists("there"))

    with pytest.raises(AlreadyExists):
        await settled(once)
    assert await settled(again, again_on=(AlreadyExists,)) == "done"


class Room:
    """Work that notes how many were at it at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    async def __call__(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1


@pytest.mark.parametrize(("things", "most"), [(("plan",) * 5, 1), (range(5), 5), ((None,) * 5, 5)])
async def test_who_waits_for_a_turn_at_the_same_thing_does_not_collide(
    things: Iterable[Hashable], most: int
) -> None:
    room = Room()

    await asyncio.gather(*(settled(room, in_turn=thing) for thing in things))

    assert room.most == most


async def test_a_turn_that_fails_is_over() -> None:
    with pytest.raises(AlreadyExists):
        await settled(Contested(1, AlreadyExists("there")), in_turn="plan")

    assert await settled(Contested(0, StaleVersion("changed")), in_turn="plan") == "done"


async def test_nobody_waits_for_a_turn_for_long() -> None:
    gone = asyncio.Event()
    ahead = asyncio.create_task(settled(gone.wait, in_turn="plan"))
    await asyncio.sleep(0)

    assert await settled(Contested(0, StaleVersion("")), in_turn="plan", patience=0.01) == "done"
    gone.set()
    await ahead
