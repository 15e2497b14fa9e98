import pytest

from support.desk import Desk, open_desk


@pytest.fixture
async def desk() -> Desk:
    """What users set up before they trade."""
    return await open_desk()
