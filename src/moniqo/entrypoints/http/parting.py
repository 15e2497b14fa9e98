"""Hanging up so that whoever is still sending can hear why."""

import asyncio
from collections.abc import Callable
from typing import Any

SECONDS = 10
"""How long somebody may go on sending what nobody wants any more."""
MOST_BYTES = 33_554_432
"""How much of it is read, and thrown away."""


class PartingTransport(asyncio.Transport):
    """A connection that is not reset while the other side may still be sending.

    One that is closed with bytes unread is, and the answer under way can be lost with it. So, if
    `is_spoken_to` when it is closed, it says that nothing more will come and listens for a while.
    """

    def __init__(self, transport: asyncio.Transport, is_spoken_to: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._is_spoken_to = is_spoken_to
        self._left = MOST_BYTES
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_parting(self) -> bool:
        """Whether whatever still comes is to be thrown away."""
        return self._timer is not None

    def throw_away(self, data: bytes) -> None:
        """Take what is not wanted; too much of it ends the connection at once."""
        self._left -= len(data)
        if self._left < 0:
            self.abort()

    def close(self) -> None:
        """Send what was written, then hang up."""
        if not self._is_spoken_to() or self.is_parting or self._transport.is_closing():
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self.abort)

    def lost(self) -> None:
        """The other side has gone."""
        if self._timer is not None:
            self._timer.cancel()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; nothing more once it is closed."""
        if not self.is_parting:
            self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.is_parting or self._transport.is_closing()

    def abort(self) -> None:
        """End it at once."""
        self._transport.abort()

    def pause_reading(self) -> None:
        """Take nothing for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take what comes."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the connection."""
        return self._transport.get_extra_info(name, default)
