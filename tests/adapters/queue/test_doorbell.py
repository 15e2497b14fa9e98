"""A bell is listened to patiently, whatever its broker does."""

import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest

from moniqo.adapters.queue.bells import InProcessBell
from support.belfry import Belfry


class Mute(InProcessBell):
    """Ends each listening at once, with a problem or without a word."""

    def __init__(self, problem: Exception | None) -> None:
        super().__init__()
        self.problem, self.listened = problem, 0

    async def listen(self) -> AsyncGenerator[bytes, None]:
        self.listened += 1
        if self.problem is not None:
            raise self.problem
        return
        yield b""


@pytest.mark.parametrize("problem", [None, ConnectionError("amqp://me:hush@broker")])
async def test_a_broker_that_ends_each_listening_is_asked_again_after_a_pause(
    problem: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    mute = Mute(problem)
    belfry = Belfry(mute, is_local=False)

    with caplog.at_level(logging.WARNING, "moniqo"):
        belfry.bell.listen()
        await asyncio.sleep(0.1)
        await belfry.close()

    assert mute.listened == 1
    assert "hush" not in caplog.text
    assert ("cannot be heard" in caplog.text) is (problem is not None)
