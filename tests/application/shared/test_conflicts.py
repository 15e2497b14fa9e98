"""Work that lost a race is done again, but not for ever."""

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
