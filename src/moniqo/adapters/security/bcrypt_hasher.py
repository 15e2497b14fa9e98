"""Passwords hashed by bcrypt, over a keyed digest of the whole password."""

import asyncio
import base64
import hmac
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from moniqo.adapters.security.keys import KeyRing, Keys
from moniqo.application.identity.ports import Verdict
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.shared.errors import Unavailable

T = TypeVar("T")

SCHEME = "bcrypt-hmac-sha384"


class BcryptPasswordHasher:
    """See `PasswordHasher`. `cost` is bcrypt's: one more doubles the time, 12 takes about 0.25 s.

    bcrypt alone reads 72 bytes; the HMAC-SHA-384 before it makes every byte count, and without
    its key (`peppers`, the first for new hashes) a leaked table cannot be attacked. At most
    `threads` run at once and `queue` more wait.
    """

    def __init__(self, *, peppers: Keys, cost: int = 12, threads: int = 2, queue: int = 64) -> None:
        self._peppers = KeyRing(peppers, purpose="password pepper")
        self._cost = cost
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._room = threading.Semaphore(threads + queue)

    async def hash(self, password: Password) -> PasswordHash:
        """See `PasswordHasher`."""
        name = self._peppers.current
        digest = _digest(self._peppers.key, password)
        hashed = await self._run(lambda: bcrypt.hashpw(digest, bcrypt.gensalt(self._cost)))
        return PasswordHash(f"{SCHEME}:{name}:{hashed.decode()}")

    async def verify(self, password: Password, stored: PasswordHash | None) -> Verdict:
        """See `PasswordHasher`."""
        scheme, _, rest = (stored.value if stored else "").partition(":")
        name, _, hashed = rest.partition(":")
        pepper = self._peppers.named(name) if scheme == SCHEME else None
        if pepper is None:
            await self.hash(password)
            return Verdict(matches=False)
        digest = _digest(pepper, password)
        matches = await self._run(lambda: bcrypt.checkpw(digest, hashed.encode()))
        outdated = name != self._peppers.current or _cost_of(hashed) < self._cost
        return Verdict(matches, rehash_due=matches and outdated)

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise Unavailable("Too many sign-ins at once. Try again soon.", retry_after=2)
        future = self._threads.submit(work)
        # Freed when the thread is: a caller who hangs up does not make room.
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)


def _digest(pepper: bytes, password: Password) -> bytes:
    # 48 bytes in base64 are 64: below bcrypt's limit, and free of the NUL that would end it.
    return base64.b64encode(hmac.digest(pepper, password.value.encode(), "sha384"))


def _cost_of(hashed: str) -> int:
    return int(hashed.split("$")[2])
