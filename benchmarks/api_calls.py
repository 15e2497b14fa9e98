"""What counting API calls costs a request: processor time of both, and their ratio.

`python benchmarks/api_calls.py [REQUESTS]`: the application in this process, on memory, so that
the rest of a request is as small as it can be. Each figure is the median of seven rounds.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from moniqo.application.billing.api_calls import ApiCalls
from moniqo.domain.shared.ids import UserId
from support.house import house_settings, open_house

ROUNDS = 7
PATH = "/api/v1/users/me"


async def microseconds(call: Callable[[], Awaitable[object]], times: int) -> float:
    """Processor time of one call."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            await call()
        rounds.append((time.process_time() - began) / times * 1e6)
    return median(rounds)


async def main() -> None:
    """Measure and print."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    plain = house_settings()
    limits = replace(plain.limits, free_api_calls_per_day=10**9)
    async with open_house(replace(plain, limits=limits)) as house:
        client = await house.user()
        user_id = UserId(UUID((await client.get(PATH)).data["id"]))
        calls = await house.container.get(ApiCalls)
        whole = await microseconds(lambda: client.get(PATH), requests)
        part = await microseconds(lambda: calls.count(user_id), 20 * requests)
    print(f"GET {PATH}: {whole:.0f} µs, of which counting: {part:.1f} µs ({part / whole:.1%})")


if __name__ == "__main__":
    asyncio.run(main())
