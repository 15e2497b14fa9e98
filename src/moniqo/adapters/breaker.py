"""Doing without a service while it is lost."""

import asyncio
import logging
from asyncio import Task
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import NamedTuple, TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Lost(Exception):
    """The service does not answer at the moment."""


class Told(NamedTuple):
    """What is logged when the service is lost, and when it is back."""

    lost: str
    back: str


class Breaker:
    """Calls a service. Once it is found lost, nobody waits for it any more.

    It is asked in the background, by `probe`, until it answers again. Lost it is after one of
    the `failures`, or when a call takes longer than `patience` seconds.
    """

    def __init__(
        self,
        probe: Callable[[], Awaitable[None]],
        failures: tuple[type[Exception], ...],
        told: Told,
        *,
        patience: float,
        pause: float,
    ) -> None:
        self._probe, self._told = probe, told
        self._failures: tuple[type[Exception], ...] = (*failures, OSError, TimeoutError)
        self._patience, self._pause = patience, pause
        self._asking: Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the service is done without."""
        return self._asking is not None

    async def call(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call answers; raises `Lost`."""
        if self._asking is not None:
            raise Lost
        try:
            async with asyncio.timeout(self._patience):
                return await call()
        except self._failures as problem:
            self.open(problem)
            raise Lost from problem

    def open(self, problem: BaseException) -> None:
        """Do without the service until it has been asked."""
        if self._asking is None:
            reason = str(problem) or type(problem).__name__
            logger.warning(self._told.lost, extra={"reason": reason})
            self._asking = asyncio.create_task(self._ask(), context=Context())

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                async with asyncio.timeout(self._patience):
                    await self._probe()
            except self._failures:
                continue
            self._asking = None
            logger.info(self._told.back)
            return

    async def close(self) -> None:
        """Ask no longer."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
