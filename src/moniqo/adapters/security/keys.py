"""Rings of secret keys: the first makes new things, all of them still read old ones."""

import hashlib
import hmac
from collections.abc import Sequence

SHORTEST_KEY = 32
"""Bytes; fewer could be found by trying."""


class KeyRing:
    """Keys by a public name that follows from the key itself, so that none has to be given."""

    def __init__(self, keys: Sequence[bytes], *, purpose: str) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"{purpose}: at least one key, each of {SHORTEST_KEY} bytes or more")
        # One secret may serve several purposes: what is used, 64 bytes, is derived for each.
        derived = [hmac.digest(key, f"moniqo {purpose}".encode(), "sha512") for key in keys]
        self._keys = {hashlib.sha256(b"name" + key).hexdigest()[:16]: key for key in derived}
        self.current = next(iter(self._keys))

    @property
    def key(self) -> bytes:
        """The key for new things."""
        return self._keys[self.current]

    @property
    def every(self) -> tuple[bytes, ...]:
        """All keys, the current one first."""
        return tuple(self._keys.values())

    def named(self, name: object) -> bytes | None:
        """The key of that name, if there is one."""
        return self._keys.get(name) if isinstance(name, str) else None
