"""Answers that are kept are those of the store, and each is its caller's alone."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from secrets import token_hex
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from dishka import Provider, Scope

from moniqo.adapters.cache.memory_cache import MemoryCache
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedTransaction, RecordedUnitOfWork
from moniqo.application.shared.cache import Part
from moniqo.application.shared.kept_answers import KeptAnswers, Make
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.entity import Entity
from moniqo.entrypoints.http.endpoint import GET, endpoints_of
from moniqo.entrypoints.http.routes import CONTROLLERS
from moniqo.entrypoints.providers.caching import KINDS
from moniqo.entrypoints.settings.values import CacheBackend, ConnectionUrl
from support.asgi import Client
from support.house import House, house_settings, open_house
from support.proxy import line_to
from support.store import CountingIds, StepClock

API = "/api/v1"
NOBODYS = "0190b6a0-0000-7000-8000-000000000000"
AGENT = {
    "name": "Cross",
    "provider": "builtin",
    "model_id": "x",
    "config": {"strategy": "ma_cross"},
}
PROMPT = {"title": "First", "prompt": "Decide.", "category": "trading"}
MADE_EACH_TIME = {
    "/api/v1/auth/reset-password": "a page",
    "/api/v1/auth/sessions": "sessions are asked of the store",
    "/api/v1/users": "leaves an audit row",
    "/api/v1/users/{user_id}": "leaves an audit row",
    "/api/v1/users/{user_id}/avatar": "a picture; the client keeps it",
    "/api/v1/users/me/export": "a stream",
    "/api/v1/users/me/usage": "counts change with every call",
    "/api/v1/files/content": "a file",
    "/api/v1/files/{file_id}": "the link in it grows old",
    "/api/v1/tasks/{task_id}": "its progress moves while it is looked at",
    "/api/v1/audit-logs": "every write adds to it",
    "/api/v1/audit-logs/{audit_log_id}": "leaves an audit row",
    "/api/v1/users/me/audit-logs": "every write adds to it",
}

READS = frozenset(
    {
        one.path
        for controller in CONTROLLERS
        for one in endpoints_of(controller)
        if one.method is GET and not one.acts and one.path.startswith(API)
    }
)
KEPT = sorted(READS - set(MADE_EACH_TIME))


class Noting(KeptAnswers):
    """Knows what was asked for, and what the answers are said to be made of."""

    def __init__(self) -> None:
        super().__init__(MemoryCache(60, 10_000_000), KINDS)
        self.parts: dict[str, Sequence[Part]] = {}

    async def answer(self, key: str, parts: Sequence[Part], make: Make) -> bytes:
        self.parts[key] = parts
        return await super().answer(key, parts, make)


@pytest.fixture
def noting() -> Noting:
    return Noting()


@pytest.fixture
async def house(noting: Noting) -> AsyncIterator[House]:
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: noting, provides=KeptAnswers)
    async with open_house(None, provider) as found:
        yield found


async def behind_its_back(house: House, prompt_id: str, title: str) -> None:
    """A change that is told to nobody."""
    backend = await house.container.get(Backend)
    async with RecordedUnitOfWork(backend, REGISTRY, StepClock(), CountingIds())() as tx:
        found = await tx[Prompt].get(UUID(prompt_id))
        await tx[Prompt].save(found.with_(title=title))


async def titles(client: Client, prompt_id: str) -> tuple[str, str]:
    """What the list and the detail show."""
    listed = (await client.get(f"{API}/prompts")).data["items"]
    detail = (await client.get(f"{API}/prompts/{prompt_id}")).data
    return listed[0]["title"], detail["title"]


async def test_an_answer_is_kept_until_a_write_makes_it_old(house: House) -> None:
    ada = await house.user()
    made = (await ada.post(f"{API}/prompts", PROMPT)).data["id"]
    first = await titles(ada, made)

    await behind_its_back(house, made, "Second")
    kept = await titles(ada, made)
    changed = await ada.patch(f"{API}/prompts/{made}", {"title": "Third"})

    assert (first, kept) == (("First", "First"), ("First", "First"))
    assert changed.status == 200
    assert await titles(ada, made) == ("Third", "Third")
    await ada.delete(f"{API}/prompts/{made}")
    assert (await ada.get(f"{API}/prompts")).data["total"] == 0
    assert (await ada.get(f"{API}/prompts/{made}")).status == 404


async def test_switched_off_nothing_is_kept() -> None:
    plain = house_settings()
    storage = replace(plain.storage, cache=CacheBackend.OFF)
    async with open_house(replace(plain, storage=storage)) as house:
        ada = await house.user()
        made = (await ada.post(f"{API}/prompts", PROMPT)).data["id"]
        await titles(ada, made)
        await behind_its_back(house, made, "Second")

        assert await titles(ada, made) == ("Second", "Second")


async def test_a_kept_answer_has_its_tag_and_its_own_envelope(house: House) -> None:
    ada = await house.user()
    made = (await ada.post(f"{API}/prompts", PROMPT)).data["id"]
    path = f"{API}/prompts/{made}"

    one, two = await ada.get(path), await ada.get(path)
    tag = (one.header("etag") or "").encode()
    unchanged = await ada.get(path, headers=[(b"if-none-match", tag)])

    assert (one.data, one.header("etag")) == (two.data, two.header("etag"))
    assert one.json["request_id"] != two.json["request_id"]
    assert unchanged.status == 304
    assert {one.header("cache-control"), two.header("cache-control")} == {"no-store"}
    assert two.header("vary") == "Authorization, Origin"


async def test_s82_of_many_at_once_everybody_gets_their_own(house: House) -> None:
    people = [await house.user(name) for name in ("ada", "bob")]
    for number, client in enumerate(people):
        for path in ("prompts", "users/me/prompts"):
            sent = {"title": f"Of {number}", "prompt": "Decide."}
            assert (await client.post(f"{API}/{path}", sent)).status == 201
    mails = ["ada@example.com", "bob@example.com"]

    for path in ("users/me", "prompts", "users/me/prompts"):
        replies = await asyncio.gather(*(people[n % 2].get(f"{API}/{path}") for n in range(100)))
        for number, reply in enumerate(replies):
            who = number % 2
            if path == "users/me":
                assert reply.data["email"] == mails[who]
            else:
                assert [it["title"] for it in reply.data["items"]] == [f"Of {who}"]
    mine = await people[0].get(f"{API}/users/me")
    tag = (mine.header("etag") or "").encode()
    other = await people[1].get(f"{API}/users/me", headers=[(b"if-none-match", tag)])
    assert (other.status, other.data["email"]) == (200, mails[1])
    prompt = (await people[0].get(f"{API}/prompts")).data["items"][0]["id"]
    assert (await people[0].get(f"{API}/prompts/{prompt}")).status == 200
    assert (await people[1].get(f"{API}/prompts/{prompt}")).status == 404


async def test_whoever_may_no_longer_read_is_refused_whatever_is_kept(house: House) -> None:
    admin_id, admin = await house.made("root", "Admin"), await house.signed_in("root")
    path = f"{API}/roles"
    assert (await admin.get(path)).status == 200
    assert (await admin.get(path)).status == 200

    await house.deactivated(admin_id)

    assert (await admin.get(path)).status in (401, 403)


async def test_answers_show_nothing_that_they_are_not_said_to_be_made_of(
    house: House, noting: Noting, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await house.user("root", "Superadmin")
    prompt = (await admin.post(f"{API}/prompts", PROMPT)).data["id"]
    catalogue = (await admin.get(f"{API}/wallets")).data["items"][0]["id"]
    sent = {"wallet_id": catalogue, "label": "Mine"}
    wallet = (await admin.post(f"{API}/users/me/wallets", sent)).data["id"]
    plan = (await admin.get(f"{API}/plans")).data["items"][0]["id"]
    await admin.get(f"{API}/users/me/settings")
    details = (f"/prompts/{prompt}", f"/users/me/wallets/{wallet}", f"/plans/{plan}")
    paths = [f"{API}{path}" for path in details]
    paths += [path for path in KEPT if "{" not in path]
    read: Counter[type[Entity]] = Counter()
    original = RecordedTransaction.__getitem__

    def noted(tx: RecordedTransaction, kind: type[Entity]) -> object:
        read[kind] += 1
        return original(tx, kind)

    monkeypatch.setattr(RecordedTransaction, "__getitem__", noted)
    async with noting.changing({Part(kind) for kind in KINDS}):
        pass
    for path in paths:
        noting.parts.clear()
        read.clear()
        assert (await admin.get(path)).status == 200, path
        whole = read.copy()
        read.clear()
        assert (await admin.get(path)).status == 200, path

        (parts,) = noting.parts.values()
        shown = whole - read
        assert shown, path
        assert set(shown) <= {part.kind for part in parts}, path


async def test_what_is_ones_own_or_nobodys_grows_old_by_no_write_of_anybody_elses(
    house: House, noting: Noting
) -> None:
    ada_id, ada = await house.made("ada"), await house.signed_in("ada")
    admin = await house.user("root", "Admin")

    async def names() -> list[str]:
        noting.parts.clear()
        return [item["name"] for item in (await ada.get(f"{API}/agents")).data["items"]]

    before = await names()
    (parts,) = noting.parts.values()
    shared = (await admin.post(f"{API}/agents", AGENT)).data["id"]
    made = await names()
    await admin.patch(f"{API}/agents/{shared}", {"name": "Other"})
    changed = await names()
    await ada.post(f"{API}/agents", AGENT | {"name": "Mine"})

    assert parts == (Part(Agent, ada_id),)
    assert (before, made, changed) == ([], ["Cross"], ["Other"])
    assert await names() == ["Mine", "Other"]


async def test_every_read_is_kept_or_there_is_a_reason(house: House, noting: Noting) -> None:
    admin = await house.user("root", "Superadmin")

    for path in KEPT:
        noting.parts.clear()
        await admin.get(re.sub("{[a-z_]*}", NOBODYS, path))
        assert len(noting.parts) == 1, path
        assert {part.kind for parts in noting.parts.values() for part in parts} <= KINDS, path


@pytest.fixture
async def two(valkey_server: str) -> AsyncIterator[tuple[House, House]]:
    """As two server processes: each with a container of its own, on one store and one Redis."""
    plain, backend = house_settings(), MemoryBackend(REGISTRY)
    url = ConnectionUrl(f"{valkey_server}/162")
    storage = replace(plain.storage, redis_url=url, cache=CacheBackend.REDIS)
    chosen = replace(plain, storage=storage)
    async with AsyncExitStack() as stack:
        houses = []
        for _ in range(2):
            shared = Provider(scope=Scope.APP)
            shared.provide(lambda: backend, provides=Backend)
            houses.append(await stack.enter_async_context(open_house(chosen, shared)))
        yield houses[0], houses[1]


async def test_what_one_process_writes_is_shown_by_all_at_once(two: tuple[House, House]) -> None:
    here = await two[0].user(f"ada{token_hex(4)}")
    there = replace(here, app=two[1].client.app)
    made = (await here.post(f"{API}/prompts", PROMPT)).data["id"]

    for number in range(10):
        reader, writer = (here, there) if number % 2 else (there, here)
        await titles(reader, made)
        await writer.patch(f"{API}/prompts/{made}", {"title": f"Title {number}"})

        assert await titles(reader, made) == (f"Title {number}", f"Title {number}")
    await behind_its_back(two[0], made, "Unseen")
    assert await titles(there, made) == ("Title 9", "Title 9")

    bob = await two[0].user(f"bob{token_hex(4)}")
    people = [here, there, bob, replace(bob, app=two[1].client.app)]
    for path, expected in (("prompts", [1, 0]), ("users/me/prompts", [0, 0])):
        replies = await asyncio.gather(*(people[n % 4].get(f"{API}/{path}") for n in range(40)))

        for number, reply in enumerate(replies):
            assert reply.data["total"] == expected[number % 4 // 2]


async def test_f07_a_frozen_redis_costs_nothing_but_speed(valkey_server: str) -> None:
    address, plain = urlsplit(valkey_server), house_settings()
    async with line_to(address.hostname or "", address.port or 0) as line, AsyncExitStack() as on:
        url = ConnectionUrl(f"redis://127.0.0.1:{line.port}/163")
        storage = replace(plain.storage, redis_url=url, cache=CacheBackend.REDIS)
        house = await on.enter_async_context(open_house(replace(plain, storage=storage)))
        ada = await house.user(f"ada{token_hex(4)}")
        made = (await ada.post(f"{API}/prompts", PROMPT)).data["id"]
        await titles(ada, made)

        line.alive.clear()
        await titles(ada, made)
        waits = []
        for number in range(10):
            began = time.monotonic()
            await ada.patch(f"{API}/prompts/{made}", {"title": f"Title {number}"})
            assert await titles(ada, made) == (f"Title {number}", f"Title {number}")
            waits.append(time.monotonic() - began)

        assert min(waits) < 0.1
        assert max(waits) < 0.5
        line.alive.set()
