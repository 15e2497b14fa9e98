"""After a commit the bell is rung for what there is to do then."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from moniqo.application.audit.seal_audit import SEAL_AUDIT
from moniqo.application.notifications.relay_outbox import RELAY_OUTBOX
from moniqo.application.shared.putting_off import PutOff, putting_off
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.ids import RoleId
from moniqo.domain.trading.events import CandlesImported
from support.people import People

EVENT = CandlesImported(exchange="binance", symbol="BTC/USDT", timeframe="1h", added=1)


class Belfry:
    """A store whose bell notes for what it was rung, and how many events were there to see."""

    def __init__(self) -> None:
        self.people = People()
        self.rung: list[tuple[str, int]] = []
        self.uow = replace(self.people.uow, bell=self)

    async def ring(self, name: str) -> None:
        self.rung.append((name, len(await self.people.all(OutboxEvent))))

    def role(self) -> Role:
        return Role(id=RoleId(self.people.ids.new()), name="Reader")


@pytest.fixture
def belfry() -> Belfry:
    return Belfry()


async def test_the_relay_is_called_once_after_the_commit(belfry: Belfry) -> None:
    async with belfry.uow() as tx:
        tx.emit(EVENT)
        tx.emit(EVENT)

    assert belfry.rung == [(RELAY_OUTBOX, 2)]


async def test_new_entries_of_the_trail_are_sealed(belfry: Belfry) -> None:
    async with belfry.uow() as tx:
        await tx[Role].add(belfry.role())

    assert belfry.rung == [(SEAL_AUDIT, 0)]


async def test_what_a_use_case_asks_for_is_called_too(belfry: Belfry) -> None:
    async with belfry.uow() as tx:
        tx.ring("somebody")
        tx.ring("somebody")

    assert belfry.rung == [("somebody", 0)]


async def test_what_is_not_kept_calls_nobody(belfry: Belfry) -> None:
    with pytest.raises(RuntimeError):
        async with belfry.uow() as tx:
            tx.emit(EVENT)
            raise RuntimeError

    assert belfry.rung == []
    assert await belfry.people.all(OutboxEvent) == ()


@pytest.mark.parametrize("how", [PutOff.commit, PutOff.rollback])
async def test_where_the_commit_is_put_off_so_is_the_bell(
    belfry: Belfry, how: Callable[[PutOff], object]
) -> None:
    work = PutOff()
    token = putting_off.set(work)

    async with belfry.uow() as tx:
        tx.emit(EVENT)
    before = list(belfry.rung)
    await how(work)  # type: ignore[misc]
    putting_off.reset(token)

    assert before == []
    assert belfry.rung == ([(RELAY_OUTBOX, 1)] if how is PutOff.commit else [])
