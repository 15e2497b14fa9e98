"""Reads per second of answers that are kept and of answers that are not, and their ratio.

`python benchmarks/cached_reads.py [ROUNDS]`: for each store three applications in this process,
without a cache, with one in memory and with one in a Valkey of its own, that take turns. Sixteen
clients ask without pause. Each figure is the median of the rounds; the ratios are those of this
process' processor time, which others on the machine disturb less.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.entrypoints.settings import StorageBackend
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import CacheBackend, ConnectionUrl
from support.asgi import Client
from support.house import house_settings, open_house
from support.servers import postgres, valkey
from support.store import Place, prepared

CLIENTS = 16
READS = 160
"""In each turn."""
ITEMS = 50
CACHES = (CacheBackend.OFF, CacheBackend.MEMORY, CacheBackend.REDIS)
PATH = "/api/v1/users/me/prompts"
PROMPT = "Given {{ candles | length }} candles of {{ symbol }}, decide."


@asynccontextmanager
async def clients(storage: Storage) -> AsyncIterator[dict[CacheBackend, Client]]:
    """Somebody with fifty prompts, signed in to an application with each cache."""
    plain, found = house_settings(), {}
    async with AsyncExitStack() as stack:
        for cache in CACHES:
            chosen = replace(storage, cache=cache, redis_ttl_seconds=3600)
            house = await stack.enter_async_context(open_house(replace(plain, storage=chosen)))
            found[cache] = client = await house.user(f"{cache.value}.reader")
            for number in range(ITEMS):
                sent = {"title": f"Prompt {number}", "description": "Usual.", "prompt": PROMPT}
                await client.post(PATH, sent)
        yield found


async def turn(client: Client, path: str) -> tuple[float, float]:
    """Reads per second, and µs of this process' processor time for each."""

    async def ask() -> None:
        for _ in range(READS // CLIENTS):
            reply = await client.get(path)
            if reply.status != HTTPStatus.OK:
                raise SystemExit(f"{path} answered {reply.status}")

    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    elapsed, work = time.perf_counter() - began, time.process_time() - worked
    return READS / elapsed, work / READS * 1e6


async def measured(store: str, storage: Storage, rounds: int) -> None:
    """Print the rows of one store."""
    async with clients(storage) as found:
        ids = {
            cache: (await client.get(PATH)).data["items"][0]["id"]
            for cache, client in found.items()
        }
        reads = {
            "list of 50": dict.fromkeys(CACHES, f"{PATH}?limit=50"),
            "list of 10": dict.fromkeys(CACHES, f"{PATH}?limit=10"),
            "detail": {cache: f"{PATH}/{it}" for cache, it in ids.items()},
        }
        for name, paths in reads.items():
            figures: dict[CacheBackend, list[tuple[float, float]]] = {it: [] for it in CACHES}
            for _ in range(rounds):
                for cache, client in found.items():
                    figures[cache].append(await turn(client, paths[cache]))
            rates = [median(rate for rate, _ in figures[cache]) for cache in CACHES]
            works = [median(work for _, work in figures[cache]) for cache in CACHES]
            row = "".join(f"{rate:>10.0f}" for rate in rates)
            row += "".join(f"{work:>9.0f}" for work in works)
            ratios = "".join(f"{works[0] / work:>9.2f}" for work in works[1:])
            print(f"{store:<10}{name:<12}{row}{ratios}", flush=True)


async def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    heads = "".join(f"{it.value + '/s':>10}" for it in CACHES)
    heads += "".join(f"{it.value + ' µs':>9}" for it in CACHES)
    ratios = "".join(f"{'× ' + it.value:>9}" for it in CACHES[1:])
    print(f"{'store':<10}{'read':<12}{heads}{ratios}")
    with ExitStack() as stack:
        redis = ConnectionUrl(stack.enter_context(valkey()))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sqlite = f"sqlite:///{folder}/reads.sqlite3"
        for kind, url in (
            ("memory", ""),
            ("sqlite", sqlite),
            ("postgres", stack.enter_context(postgres())),
        ):
            place = Storage(StorageBackend(kind), ConnectionUrl(url or sqlite), redis_url=redis)
            async with prepared(Place(kind, url), REGISTRY):
                await measured(kind, place, rounds)


if __name__ == "__main__":
    asyncio.run(main())
