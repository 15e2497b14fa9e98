"""The export: everything that is held about somebody, nothing that is secret, in little memory."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest

from moniqo.application.operations.exported import SECTIONS, Export
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.notifications.notification import Notification
from moniqo.domain.shared.ids import NotificationId
from support.asgi import Client
from support.house import PASSWORD, House, open_house
from support.store import CountingIds

EXPORT = "/api/v1/users/me/export"
PROMPT = {"title": "Trend", "description": "Up?", "prompt": "Is {{ symbol }} rising?"}
AGENT = {
    "name": "Crossing",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross", "fast": 2, "slow": 3, "fraction": "0.5"},
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


async def trading(house: House, client: Client) -> None:
    """A user with one of everything that a run leaves behind."""
    await house.candles(["10", "9", "8", "12", "14"])
    catalogue = (await client.get("/api/v1/wallets")).data["items"][0]["id"]
    wallet = await client.post("/api/v1/users/me/wallets", {"wallet_id": catalogue, "label": "One"})
    agent = await client.post("/api/v1/agents", AGENT)
    prompt = await client.post("/api/v1/prompts", PROMPT)
    await client.post("/api/v1/users/me/prompts", {"prompt_id": prompt.data["id"]})
    flow = await client.post(
        "/api/v1/users/me/flows",
        {
            "title": "Morning",
            "steps": [{"step": 0, "prompt_id": prompt.data["id"], "agent_id": agent.data["id"]}],
            "user_wallet_id": wallet.data["id"],
            "symbol": "BTC/USDT",
            "timeframe": "1h",
        },
    )
    path = f"/api/v1/users/me/flows/{flow.data['id']}"
    await client.post(f"{path}/activate")
    await client.post(f"{path}/runs", {"as_of": "2026-01-01T04:00:00Z"})
    await client.post(
        f"{path}/backtests", {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T05:00:00Z"}
    )
    await house.quiet()


def values(tree: object) -> set[str]:
    """Every text in an answer."""
    if isinstance(tree, dict):
        return {text for value in tree.values() for text in values(value)}
    if isinstance(tree, list):
        return {text for value in tree for text in values(value)}
    return {str(tree)}


async def test_everything_that_is_held_is_handed_out(house: House, ada: Client) -> None:
    await trading(house, ada)

    reply = await ada.get(EXPORT)

    found = reply.data
    me = (await ada.get("/api/v1/users/me")).data
    counts = {name: len(items) for name, items in found.items() if name != "profile"}
    assert (reply.status, reply.header("content-length")) == (200, None)
    assert reply.json["error"] is None
    assert reply.json["request_id"] == reply.header("x-request-id")
    assert reply.header("cache-control") == "no-store"
    assert list(found) == [field.name for field in fields(Export)]
    assert found["profile"] == me
    assert counts | {"audit_logs": 0, "notifications": 0, "files": 0, "usage": 0} == {
        "settings": 1,
        "sessions": 1,
        "subscriptions": 1,
        "usage": 0,
        "agents": 1,
        "prompts": 1,
        "user_prompts": 1,
        "flows": 1,
        "runs": 1,
        "backtests": 1,
        "wallets": 1,
        "orders": 1,
        "fills": 1,
        "trades": 1,
        "ledger": 8,
        "notifications": 0,
        "files": 0,
        "audit_logs": 0,
    }
    assert min(counts["audit_logs"], counts["notifications"], counts["usage"]) > 0
    assert found["orders"][0]["user_id"] == me["id"]


async def test_nothing_of_somebody_elses_and_nothing_secret_is_in_it(
    house: House, ada: Client
) -> None:
    eve = await house.user("eve")
    await trading(house, eve)
    eves = await id_of(eve)

    reply = await ada.get(EXPORT)

    (session,) = await house.all(Session, eq("user_id", UUID(await id_of(ada))))
    assert eves not in values(reply.data)
    assert PASSWORD.encode() not in reply.body
    assert session.refresh_hash.value.encode() not in reply.body
    assert (ada.token or "").encode() not in reply.body


async def id_of(client: Client) -> str:
    found: str = (await client.get("/api/v1/users/me")).data["id"]
    return found


async def test_what_was_removed_is_in_it(ada: Client) -> None:
    made = await ada.post("/api/v1/prompts", PROMPT)
    await ada.delete(f"/api/v1/prompts/{made.data['id']}")

    found = (await ada.get(EXPORT)).data["prompts"]

    assert [item["id"] for item in found] == [made.data["id"]]


async def test_an_export_is_audited_before_it_begins(house: House, ada: Client) -> None:
    await ada.get(EXPORT)
    found = (await ada.get(EXPORT)).data["audit_logs"]

    told = [item for item in found if item["action"] == "read"]
    assert [item["description"] for item in told] == ["export of everything that is held"] * 2
    assert (await house.all(AuditLog, eq("id", UUID(told[0]["id"]))))[0].user_id == UUID(
        await id_of(ada)
    )


async def test_an_export_needs_a_session(house: House) -> None:
    assert (await house.client.get(EXPORT)).status == 401


async def filled(house: House, user_id: UUID, number: int) -> None:
    """So many notifications of about two kilobytes."""
    ids = CountingIds()
    rows = [
        Notification(
            id=NotificationId(ids.new()),
            user_id=user_id,  # type: ignore[arg-type]
            kind="run_failed",
            title=f"Number {at}",
            description="x" * 2000,
        )
        for at in range(number)
    ]
    async with (await house.container.get(UnitOfWork))() as tx:
        await tx[Notification].add_many(rows)


async def test_a_large_export_comes_in_pieces_and_takes_little_memory(
    house: House, ada: Client
) -> None:
    await filled(house, UUID(await id_of(ada)), 2000)
    sizes = []

    async def measured(event: dict[str, Any]) -> None:
        sizes.append(len(event.get("body", b"")))

    tracemalloc.start()
    await ada.watched(EXPORT, measured)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sum(sizes) > 4_000_000
    assert max(sizes) < 200_000
    assert peak < 2_500_000


async def test_an_export_breaks_off_once_its_session_is_over(house: House, ada: Client) -> None:
    user_id = UUID(await id_of(ada))
    await filled(house, user_id, 500)
    events = []

    async def interrupting(event: dict[str, Any]) -> None:
        events.append(event)
        if b"Number 99" in event.get("body", b""):
            (session,) = await house.all(Session, eq("user_id", user_id))
            async with (await house.container.get(UnitOfWork))() as tx:
                await tx[Session].save(
                    session.revoked(RevokeReason.DEACTIVATED, session.expires_at)
                )

    await ada.watched(EXPORT, interrupting)

    text = b"".join(event.get("body", b"") for event in events)
    assert events[-1]["more_body"] is True
    assert b"Number 99" in text
    assert b"Number 400" not in text
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text)


def test_every_part_of_an_export_is_read() -> None:
    assert ["profile", *(section.name for section in SECTIONS)] == [
        field.name for field in fields(Export)
    ]
