"""Every route that makes something keeps its first answer in the commit of what it made."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from dishka import Provider, Scope

from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.agents.user_prompt import UserPrompt
from moniqo.domain.billing.plan import Plan
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.files.file import File
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.user import User
from moniqo.domain.operations.task import Task
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.idempotency_record import IdempotencyRecord
from moniqo.domain.trading.wallet import UserWallet
from moniqo.entrypoints.http.endpoint import endpoints_of
from moniqo.entrypoints.http.routes import CONTROLLERS
from support.asgi import JSON_TYPE, Client, Reply
from support.house import House, house_settings, open_house
from support.uploads import PDF, form, part, upload

ME = "/api/v1/users/me"
Ids = dict[str, str]


class NotingSession(MemorySession):
    """Notes which kinds of rows each commit changes."""

    noted: list[set[type[Entity]]]

    async def commit(self) -> None:
        if self._changes:
            self.noted.append(set(self._changes))
        await super().commit()


class NotingBackend(MemoryBackend):
    """A store that knows what was committed together."""

    def __init__(self) -> None:
        super().__init__(REGISTRY)
        self.noted: list[set[type[Entity]]] = []

    def session(self) -> MemorySession:
        session = NotingSession(self.tables, self.registry, self.writing)
        session.noted = self.noted
        return session


@dataclass(frozen=True, slots=True)
class Making:
    """A request that makes a `kind`; its id is `named` in the bodies of later ones."""

    path: str
    kind: type[Entity]
    named: str = ""
    body: Callable[[Ids], Any] = lambda _: {}
    file: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(JSON_TYPE,))


def steps(ids: Ids) -> list[dict[str, Any]]:
    return [{"step": 0, "prompt_id": ids["prompt"], "agent_id": ids["agent"]}]


def flow(ids: Ids) -> dict[str, Any]:
    fields = {"title": "t", "symbol": "BTC/USDT", "timeframe": "1h", "steps": steps(ids)}
    return fields | {"user_wallet_id": ids["wallet"]}


AGENT = {
    "name": "cross",
    "provider": "builtin",
    "model_id": "ma_cross",
    "config": {"strategy": "ma_cross", "fast": 2, "slow": 4, "fraction": "0.5"},
}
RANGE = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
SPAN = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-02T00:00:00Z"}
GUEST = {"email": "guest@example.com", "first_name": "G", "last_name": "Uest"}
MAKINGS = (
    Making("/api/v1/users", User, body=lambda _: GUEST),
    Making("/api/v1/permissions", Permission, body=lambda _: {"resource": "x", "action": "y"}),
    Making("/api/v1/roles", Role, body=lambda _: {"name": "Guests", "permission_ids": []}),
    Making(f"{ME}/avatar", User, file=upload()),
    Making("/api/v1/files", File, file=upload(PDF, "a.pdf")),
    Making("/api/v1/plans", Plan, "plan", body=lambda _: {"name": "Team", "price": 5}),
    Making(f"{ME}/plans", Subscription, body=lambda ids: {"plan_id": ids["plan"]}),
    Making("/api/v1/agents", Agent, "agent", body=lambda _: AGENT),
    Making("/api/v1/prompts", Prompt, "prompt", body=lambda _: {"title": "t", "prompt": "?"}),
    Making(f"{ME}/prompts", UserPrompt, body=lambda _: {"title": "t", "prompt": "?"}),
    Making(
        f"{ME}/wallets",
        UserWallet,
        "wallet",
        body=lambda ids: {"wallet_id": ids["paper"], "label": "l"},
    ),
    Making(f"{ME}/flows", Flow, "flow", body=flow),
    Making("/api/v1/reports/users", Task, body=lambda _: SPAN),
    Making(f"{ME}/flows/{{flow_id}}/runs", FlowRun),
    Making(f"{ME}/flows/{{flow_id}}/backtests", Backtest, body=lambda _: RANGE),
)


@pytest.fixture
def store() -> NotingBackend:
    return NotingBackend()


@pytest.fixture
async def house(store: NotingBackend) -> AsyncIterator[House]:
    noting = Provider(scope=Scope.APP)
    noting.provide(lambda: store, provides=Backend)
    async with open_house(house_settings(), noting) as opened:
        yield opened


async def sent(client: Client, making: Making, ids: Ids, boundary: bytes) -> Reply:
    path = making.path.format(flow_id=ids.get("flow"))
    key = (b"idempotency-key", b"k")
    if making.file:
        body = making.file.replace(b"----moniqo-boundary", boundary)
        kind = (b"content-type", b"multipart/form-data; boundary=" + boundary)
        return await client.send("POST", path, body=body, headers=(kind, key))
    body = json.dumps(making.body(ids)).encode()
    return await client.send("POST", path, body=body, headers=(JSON_TYPE, key))


def test_every_route_that_makes_something_is_tried() -> None:
    making = [it.path for item in CONTROLLERS for it in endpoints_of(item) if it.repeatable]

    assert sorted(making) == sorted(it.path for it in MAKINGS)


async def test_what_is_made_and_the_answer_are_committed_together(
    house: House, store: NotingBackend
) -> None:
    root = await house.user("root", "Superadmin")
    ids = {"paper": (await root.get("/api/v1/wallets")).data["items"][0]["id"]}

    for making in MAKINGS:
        if "flow_id" in making.path:
            await root.post(f"{ME}/flows/{ids['flow']}/activate")
        store.noted.clear()
        first = await sent(root, making, ids, b"first-boundary")
        noted = [kinds for kinds in store.noted if making.kind in kinds]
        second = await sent(root, making, ids, b"second-boundary")

        assert first.status in {201, 202}, (making.path, first.json)
        assert [IdempotencyRecord in kinds for kinds in noted] == [True], making.path
        assert (second.status, second.body) == (first.status, first.body), making.path
        assert second.header("idempotency-replayed") == "true"
        if making.named:
            ids[making.named] = first.data["id"]


async def test_a_job_is_begun_once_its_row_is_there(house: House) -> None:
    root = await house.user("root", "Superadmin")
    await house.candles(["100"] * 30)
    ids = {"paper": (await root.get("/api/v1/wallets")).data["items"][0]["id"]}
    for making in MAKINGS[7:12]:
        reply = await sent(root, making, ids, b"b")
        ids[making.named] = reply.data["id"]
    await root.post(f"{ME}/flows/{ids['flow']}/activate")

    run = (await sent(root, MAKINGS[-2], ids, b"b")).data["id"]
    await house.quiet()

    assert (await root.get(f"{ME}/runs/{run}")).data["status"] in {"succeeded", "failed"}


@pytest.mark.parametrize("name", ["a.pdf", "b.pdf"])
async def test_another_file_is_another_body(house: House, name: str) -> None:
    root = await house.user("root")
    await sent(root, Making("/api/v1/files", File, file=upload(PDF, "a.pdf")), {}, b"b")

    other = form(part("file", PDF + b"\n", name))
    reply = await sent(root, Making("/api/v1/files", File, file=other), {}, b"b")

    assert (reply.status, reply.code) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_refusal_is_given_again_until_its_time_is_over(house: House) -> None:
    ada = await house.user("ada")
    nobodys = Making(f"{ME}/flows/019bd6a2-7c00-7000-8000-00000000ffff/runs", FlowRun)

    refused = await sent(ada, nobodys, {}, b"b")
    again = await sent(ada, nobodys, {}, b"b")

    assert (refused.status, refused.code) == (404, "NOT_FOUND")
    assert refused.header("idempotency-replayed") is None
    assert again.header("idempotency-replayed") == "true"
    assert (again.status, again.body) == (refused.status, refused.body)
    for name in ("x-request-id", "content-type", "cache-control"):
        assert again.header(name) == refused.header(name)
