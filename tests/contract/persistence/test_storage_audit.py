"""Each change leaves an audit row: who, what, before and after, never a secret."""

from decimal import Decimal
from uuid import UUID

from moniqo.application.shared.caller import CallContext, current_call
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from support.specimen import Part, Pin, Specimen
from support.store import Store

SECRET = "0000-hunter2"


async def _trail(store: Store, entity_id: UUID) -> tuple[AuditLog, ...]:
    listing = Listing(where=(eq("entity_id", entity_id),), sort=("created_at",), limit=50)
    async with store.uow() as tx:
        return (await tx[AuditLog].page(listing)).items


async def test_the_trail_tells_each_change_with_what_differs(store: Store) -> None:
    added = await store.added(name="one", price=Decimal("1.50"))
    async with store.uow() as tx:
        saved = await tx[Specimen].save(added.with_(price=None, parts=(Part("p"),)))
        await tx[Specimen].remove(saved)

    created, updated, deleted = await _trail(store, added.id)

    assert [row.action for row in (created, updated, deleted)] == [
        AuditAction.CREATE,
        AuditAction.UPDATE,
        AuditAction.DELETE,
    ]
    assert created.entity_type == "Specimen"
    assert created.old_values is None
    assert created.new_values is not None
    assert created.new_values["price"] == "1.5"
    assert updated.old_values == {"price": "1.5", "parts": []}
    assert updated.new_values is not None
    assert updated.new_values["price"] is None
    assert deleted.old_values == deleted.new_values == {}


async def test_a_secret_is_withheld_from_the_trail(store: Store) -> None:
    added = await store.added(pin=Pin(SECRET))
    async with store.uow() as tx:
        await tx[Specimen].save(added.with_(pin=Pin(SECRET + "x")))

    trail = await _trail(store, added.id)

    assert (await store.stored(added.id)).pin == Pin(SECRET + "x")
    assert trail[0].new_values is not None
    assert (trail[0].new_values["has_pin"], "pin" in trail[0].new_values) == (True, False)
    assert SECRET not in repr([(row.old_values, row.new_values) for row in trail])


async def test_rows_and_trail_name_the_caller(store: Store) -> None:
    actor, other = store.ids.new(), store.ids.new()
    token = current_call.set(CallContext(actor, "request-1", "203.0.113.9", "agent/1"))
    added = await store.added()
    current_call.reset(token)
    token = current_call.set(CallContext(other))
    async with store.uow() as tx:
        saved = await tx[Specimen].save(added.with_(rank=1))
    current_call.reset(token)

    row = (await _trail(store, added.id))[0]

    assert (row.user_id, row.request_id) == (actor, "request-1")
    assert (row.ip_address, row.user_agent) == ("203.0.113.9", "agent/1")
    assert (saved.created_by, saved.updated_by) == (actor, other)
    assert saved.created_at == added.created_at
    assert saved.updated_at > saved.created_at
    assert await store.stored(added.id) == saved


async def test_a_save_that_changes_nothing_leaves_no_trail(store: Store) -> None:
    added = await store.added(name="one")
    async with store.uow() as tx:
        touched = await tx[Specimen].save(added)

    assert touched.version == added.version + 1
    assert [row.action for row in await _trail(store, added.id)] == [AuditAction.CREATE]


async def test_a_change_of_what_grants_something_is_told_as_one(store: Store) -> None:
    added = await store.added(name="one")
    async with store.uow() as tx:
        await tx[Specimen].save(added.with_(is_bright=True, rank=1))

    changed = (await _trail(store, added.id))[1]

    assert changed.action is AuditAction.PERMISSION_CHANGE
    assert changed.new_values == {"is_bright": True, "rank": 1}
