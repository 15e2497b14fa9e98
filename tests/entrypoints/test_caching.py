"""Where answers are kept, by the settings."""

from pathlib import Path

import pytest

from moniqo.application.shared.cache import Part
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.domain.billing.plan import Plan
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import load

NOWHERE = Path("/nonexistent/.env")


@pytest.mark.parametrize(
    ("chosen", "is_kept"),
    [
        ({}, False),
        ({"CACHE": "memory"}, True),
        ({"CACHE": "off", "STORAGE_BACKEND": "memory"}, False),
        ({"STORAGE_BACKEND": "memory"}, True),
        ({"REDIS_URL": "redis://"}, True),
        ({"CACHE": "redis", "REDIS_URL": "redis://", "STORAGE_BACKEND": "mongo"}, True),
        ({"CACHE": "off", "REDIS_URL": "redis://"}, False),
    ],
)
async def test_answers_are_kept_as_the_settings_say(
    chosen: dict[str, str], valkey_server: str, *, is_kept: bool
) -> None:
    # A database of its own: elsewhere others make answers old meanwhile.
    redis = f"{valkey_server}/170"
    environ = {name: value.replace("redis://", redis) for name, value in chosen.items()}
    container = build_container(load(environ, NOWHERE))
    kept = await container.get(KeptAnswers)
    made = []

    async def make() -> bytes:
        made.append(1)
        return b"answer"

    async with kept.changing({Part(Plan)}):
        pass
    for _ in range(2):
        assert await kept.answer("billing:show:1", (Part(Plan),), make) == b"answer"
    await container.close()

    assert len(made) == (1 if is_kept else 2)
