"""Workers that are killed in the middle of their work: nothing is lost, nothing is done twice.

What `make test` runs is a smaller helping of what `make test-crash` runs.
"""

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import pytest
from redis.asyncio import Redis

from moniqo.adapters.queue.amqp_bell import NAME
from moniqo.application.shared.tasks import key_of
from support.crashing import Wipe, crashed
from support.servers.databases import store_of
from support.servers.process import free_port, workspace
from support.servers.rabbitmq import rabbitmq
from support.servers.valkey import valkey_on

IS_FULL = os.environ.get("TEST_CRASHES") == "full"
TASKS, KILLS = (500, 10) if IS_FULL else (150, 4)
RECOVERED_WITHIN = 10.0 if IS_FULL else 20.0
"""Seconds, of which the lease takes six; a machine that runs other tests too has more time."""
STORES = ("sqlite", "postgres", "mongo")
if os.environ.get("TEST_BELLS") == "amqp":
    CASES = [(store, "amqp") for store in (STORES if IS_FULL else ("postgres",))]
elif IS_FULL:
    CASES = [(store, bell) for store in STORES for bell in ("embedded", "redis")]
else:
    CASES = [*((store, "embedded") for store in STORES), ("postgres", "redis")]


@asynccontextmanager
async def bell_of(kind: str) -> AsyncIterator[tuple[str, Wipe]]:
    """`QUEUE_URL`, and what wipes the broker, which nobody else uses."""
    if kind == "amqp":
        with rabbitmq() as url:
            yield url, lambda: _deleted(url)
    elif kind == "redis":
        with workspace() as folder, valkey_on(free_port(), folder) as url:
            yield url, lambda: _flushed(url)
    else:
        yield kind, _nothing


async def _flushed(url: str) -> None:
    async with Redis.from_url(url) as redis:
        await redis.flushall()


async def _deleted(url: str) -> None:
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        await channel.queue_delete(NAME)


async def _nothing() -> None:
    """There is no broker."""


@pytest.mark.parametrize(("store", "bell"), CASES)
async def test_a_worker_that_is_killed_at_random_loses_and_doubles_nothing(
    store: str, bell: str, tmp_path: Path, server_url: Callable[[str], str]
) -> None:
    seed = os.environ.get("CRASH_SEED") or secrets.token_hex(4)
    print(f"CRASH_SEED={seed}")  # noqa: T201  (shown where it fails)
    async with store_of(store, tmp_path, server_url) as place, bell_of(bell) as (url, wipe):
        settings = {**place, "QUEUE_URL": url}

        found = await crashed(settings, tmp_path, tasks=TASKS, kills=KILLS, seed=seed, wipe=wipe)

    print(found.told())  # noqa: T201  (the same)
    assert found.states == {"succeeded": TASKS}
    assert found.rows == {str(task.id): 1 for task in found.tasks}
    keys = {intent: set(keys) for intent, keys in found.keys.items()}
    assert keys == {str(task.id): {key_of(task.id, "call")} for task in found.tasks}
    assert found.recovery < RECOVERED_WITHIN
