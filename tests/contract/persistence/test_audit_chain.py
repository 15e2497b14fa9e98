"""The audit trail's chain: linear whoever seals, and whatever somebody does to it is seen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.security.hmac_audit_seals import HmacAuditSeals
from moniqo.application.audit.chain import EMPTY, Head
from moniqo.application.audit.seal_audit import SealAudit
from moniqo.application.audit.verify_audit import Break, Damage, Verification, VerifyAudit
from moniqo.application.shared.query import Listing, is_null
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from support.servers import fresh_mongo, fresh_postgres
from support.store import Place, Store, prepared
from support.tampering import Tampering, tampering

NEW, OLD = b"n" * 32, b"o" * 32


@dataclass(frozen=True)
class Trail:
    """An audit trail of its own, who may write it and who should not."""

    store: Store
    keys: tuple[bytes, ...] = (NEW,)

    @property
    def seal(self) -> SealAudit:
        return SealAudit(self.store.uow, HmacAuditSeals(keys=self.keys))

    async def verified(self, known: Head | None = None) -> Verification:
        verify = VerifyAudit(self.store.uow, HmacAuditSeals(keys=self.keys), self.seal)
        return await verify(known=known)

    @property
    def owner(self) -> Tampering:
        return tampering(self.store.backend)

    async def write(self, count: int) -> None:
        """So many entries, each in a transaction of its own."""
        for number in range(count):
            async with self.store.uow() as tx:
                await tx[AuditLog].add(self.entry(number))

    def entry(self, number: int) -> AuditLog:
        entity = ("Thing", self.store.ids.new())
        return audit_entry(
            self.store.ids.new(), AuditAction.UPDATE, entity=entity, description=f"n{number}"
        )

    async def rows(self) -> tuple[AuditLog, ...]:
        async with self.store.uow() as tx:
            return (await tx[AuditLog].page(Listing(sort=("seq",), limit=2000))).items

    async def sealed(self, count: int) -> tuple[AuditLog, ...]:
        """So many entries in the chain."""
        await self.write(count)
        await self.seal()
        return await self.rows()


@pytest.fixture
async def fresh(
    place: Place, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Place]:
    """Where there is nothing but what this test puts there."""
    if place.kind == "postgres":
        async with fresh_postgres(request.getfixturevalue("postgres_server")) as url:
            yield Place("postgres", url)
    elif place.kind == "mongo":
        async with fresh_mongo(place.url) as (url, name):
            yield Place("mongo", url, name)
    else:
        yield Place(place.kind, f"sqlite:///{tmp_path_factory.mktemp('chain') / 'chain.db'}")


@pytest.fixture
async def backend(fresh: Place) -> AsyncIterator[Backend]:
    """The store of this process."""
    async with prepared(fresh, REGISTRY) as opened:
        yield opened


@pytest.fixture
async def elsewhere(fresh: Place, backend: Backend) -> AsyncIterator[Backend]:
    """The same store as another process has it; what is in memory has one process only."""
    if fresh.kind == "memory":
        yield backend
        return
    async with prepared(fresh, REGISTRY) as opened:
        yield opened


@pytest.fixture
def trail(backend: Backend) -> Trail:
    return Trail(Store(backend, REGISTRY))


def broken(row: AuditLog, damage: Damage) -> Break:
    return Break(row.seq or 0, row.id, damage)


async def test_entries_are_chained_in_the_order_of_their_ids(trail: Trail) -> None:
    await trail.write(3)
    before = await trail.rows()

    assert await trail.seal() == 3
    rows = await trail.rows()

    assert [row.seq for row in before] == [None] * 3
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.id for row in rows] == sorted(row.id for row in before)
    assert [row.previous_hash for row in rows] == ["", rows[0].hash, rows[1].hash]
    assert await trail.verified() == Verification(3, Head(3, rows[2].hash or ""), None)


async def test_the_chain_goes_on_where_it_ended(trail: Trail) -> None:
    first = await trail.sealed(2)
    rows = await trail.sealed(2)

    assert rows[:2] == first
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert await trail.seal() == 0


async def test_an_empty_trail_is_whole(trail: Trail) -> None:
    assert await trail.verified() == Verification(0, EMPTY, None)


async def test_what_is_not_sealed_yet_is_sealed_before_it_is_verified(trail: Trail) -> None:
    await trail.write(2)

    assert (await trail.verified()).entries == 2


async def test_a_chain_of_many_pages_is_followed_to_its_end(trail: Trail) -> None:
    async with trail.store.uow() as tx:
        await tx[AuditLog].add_many([trail.entry(number) for number in range(1050)])

    found = await trail.verified()

    assert (found.entries, found.head.seq, found.broken) == (1050, 1050, None)


async def test_the_chain_stays_linear_under_many_writers_and_sealers(
    trail: Trail, elsewhere: Backend
) -> None:
    other = Trail(Store(elsewhere, REGISTRY))
    writing = asyncio.gather(*(who.write(8) for who in (trail, other) * 4))

    async def keep_sealing(who: Trail) -> None:
        while not writing.done():
            await who.seal()
            await asyncio.sleep(0)

    await asyncio.gather(writing, *(keep_sealing(who) for who in (trail, other, other)))
    found = await trail.verified()

    assert found.broken is None
    assert found.entries == 64
    assert [row.seq for row in await trail.rows()] == list(range(1, 65))
    async with trail.store.uow() as tx:
        assert await tx[AuditLog].count(is_null("seq")) == 0


async def test_a_changed_entry_is_named(trail: Trail) -> None:
    rows = await trail.sealed(5)

    await trail.owner.change(rows[2].id, description="never happened")
    found = await trail.verified()

    assert found == Verification(2, Head(2, rows[1].hash or ""), broken(rows[2], Damage.CONTENT))


async def test_a_forged_seal_is_noticed(trail: Trail) -> None:
    rows = await trail.sealed(3)

    forged = HmacAuditSeals(keys=(b"f" * 32,)).seal(rows[1]).partition(":")[2]
    known = (rows[1].hash or "").partition(":")[0]
    await trail.owner.change(rows[1].id, hash=f"{known}:{forged}")

    assert (await trail.verified()).broken == broken(rows[1], Damage.CONTENT)


async def test_a_deleted_entry_leaves_a_gap(trail: Trail) -> None:
    rows = await trail.sealed(5)

    await trail.owner.delete(rows[2].id)

    assert (await trail.verified()).broken == broken(rows[3], Damage.GAP)


async def test_closing_the_gap_breaks_the_link(trail: Trail) -> None:
    rows = await trail.sealed(4)

    await trail.owner.delete(rows[1].id)
    await trail.owner.change(rows[2].id, seq=2)
    await trail.owner.change(rows[3].id, seq=3)
    found = (await trail.verified()).broken

    assert found == Break(2, rows[2].id, Damage.LINK)


async def test_entries_that_changed_places_are_noticed(trail: Trail) -> None:
    rows = await trail.sealed(4)

    await trail.owner.change(rows[1].id, seq=99)
    await trail.owner.change(rows[2].id, seq=2)
    await trail.owner.change(rows[1].id, seq=3)

    assert (await trail.verified()).broken == Break(2, rows[2].id, Damage.LINK)


async def test_an_entry_before_the_first_is_out_of_order(trail: Trail) -> None:
    rows = await trail.sealed(2)

    await trail.owner.change(rows[1].id, seq=-1)

    assert (await trail.verified()).broken == Break(-1, rows[1].id, Damage.ORDER)


async def test_an_end_that_was_cut_off_shows_by_a_head_that_was_known(trail: Trail) -> None:
    rows = await trail.sealed(4)
    known = (await trail.verified()).head

    await trail.owner.delete(rows[3].id)

    assert (await trail.verified()).broken is None
    assert (await trail.verified(known)).broken == Break(4, None, Damage.CUT)


async def test_an_end_that_was_replaced_shows_by_a_head_that_was_known(trail: Trail) -> None:
    rows = await trail.sealed(3)
    known = (await trail.verified()).head

    await trail.owner.delete(rows[2].id)
    after = await trail.sealed(1)

    assert (await trail.verified()).broken is None
    assert (await trail.verified(known)).broken == broken(after[2], Damage.REPLACED)


async def test_a_known_head_stays_in_a_chain_that_goes_on(trail: Trail) -> None:
    await trail.sealed(3)
    known = (await trail.verified()).head
    await trail.sealed(2)

    assert (await trail.verified(known)).broken is None
    assert (await trail.verified(EMPTY)).broken is None


async def test_keys_are_changed_without_breaking_the_chain(trail: Trail) -> None:
    await Trail(trail.store, (OLD,)).sealed(2)
    both = Trail(trail.store, (NEW, OLD))

    rows = await both.sealed(2)

    assert (await both.verified()).broken is None
    assert (await trail.verified()).broken == broken(rows[0], Damage.KEY)
