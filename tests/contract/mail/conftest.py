"""A post office of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.post_offices import OFFICES, PostOffice


@pytest.fixture(params=OFFICES)
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PostOffice]:
    """Where mails are handed over, once by each adapter."""
    async with OFFICES[request.param](tmp_path) as opened:
        yield opened
