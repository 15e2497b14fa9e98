"""Cancellation that the driver would lose."""

from asyncio import CancelledError, current_task
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heeded() -> Iterator[None]:
    """Raise `CancelledError` at the end if the block was cancelled and did not end by it.

    `asyncio.wait_for` of Python 3.11, through which the driver sends, forgets a
    cancellation that comes in the same moment as the answer.
    """
    task = current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise CancelledError
