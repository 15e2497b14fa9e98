"""Rings of secret keys: the first makes new things, all of them still read old ones."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

Keys = Mapping[str, bytes] | Sequence[bytes]
"""Secrets in order, each under its public name or without one."""
SHORTEST_KEY = 32
"""Bytes; fewer could be found by trying."""


class KeyRing:
    """Keys by their public names; one that has none gets one that follows from the key itself."""

    def __init__(self, keys: Keys, *, purpose: str) -> None:
        secrets = tuple(keys.values()) if isinstance(keys, Mapping) else tuple(keys)
        if not secrets or any(len(key) < SHORTEST_KEY for key in secrets):
            raise ValueError(f"{purpose}: at least one key, each of {SHORTEST_KEY} bytes or more")
        # One secret may serve several purposes: what is used, 64 bytes, is derived for each.
        derived = [hmac.digest(key, f"moniqo {purpose}".encode(), "sha512") for key in secrets]
        names = tuple(keys) if isinstance(keys, Mapping) else tuple(map(_name_of, derived))
        self._keys = dict(zip(names, derived, strict=True))
        self.current = names[0]

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


def _name_of(key: bytes) -> str:
    return hashlib.sha256(b"name" + key).hexdigest()[:16]
