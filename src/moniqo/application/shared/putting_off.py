"""Putting off a request's commit, so that its answer is kept in the transaction of its effect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Protocol

from moniqo.application.shared.persistence import Transaction
from moniqo.domain.shared.errors import AppError


class Parked(Transaction, Protocol):
    """A unit of work that has ended well and is not committed."""

    async def commit(self) -> None:
        """Make it lasting; if that raises, nothing of it is kept."""

    async def rollback(self) -> None:
        """Keep nothing of it."""


class PutOff:
    """The unit of work that one request has ended last.

    While a unit of work is put off, no other one of the request is open: each that follows
    commits it first. `failed` tells that such a commit was refused.
    """

    def __init__(self) -> None:
        self.failed = False
        self._parked: Parked | None = None

    def park(self, work: Parked) -> None:
        """Put off the commit of `work`."""
        self._parked = work

    async def commit(self, last: Callable[[Parked], Awaitable[None]] | None = None) -> bool:
        """Commit now, with what `last` writes; False if none is put off."""
        work, self._parked = self._parked, None
        if work is None:
            return False
        try:
            if last is not None:
                await last(work)
            await work.commit()
        except BaseException as error:
            await work.rollback()
            self.failed = isinstance(error, AppError)
            raise
        return True

    async def rollback(self) -> None:
        """Keep nothing of what is put off."""
        work, self._parked = self._parked, None
        if work is not None:
            await work.rollback()


putting_off: ContextVar[PutOff | None] = ContextVar("putting_off", default=None)
"""Set while a request is at work whose answer will be kept."""


@asynccontextmanager
async def at_once() -> AsyncIterator[None]:
    """What is written meanwhile, and was before, lasts whatever becomes of the request.

    For what has to be remembered even if the caller hangs up, and before a call to the outside.
    """
    present = putting_off.get()
    if present is not None:
        await present.commit()
    token = putting_off.set(None)
    try:
        yield
    finally:
        putting_off.reset(token)
