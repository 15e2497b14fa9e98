"""Seals of audit entries by HMAC-SHA-256."""

import hmac
import json

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.adapters.security.keys import KeyRing, Keys
from moniqo.domain.audit.audit_log import AuditLog

_CODEC = Codec(JSON_LEAVES, secrets=False)
_OUTSIDE = ("hash", "version", "updated_at", "updated_by")
"""The seal itself, and what changes by putting it there."""


class HmacAuditSeals:
    """See `AuditSeals`. The first key seals; a seal is `key:hex`."""

    def __init__(self, *, keys: Keys) -> None:
        self._keys = KeyRing(keys, purpose="audit trail")

    def seal(self, row: AuditLog) -> str:
        """See `AuditSeals`."""
        return _seal(self._keys.current, self._keys.key, row)

    def knows(self, seal: str) -> bool:
        """See `AuditSeals`."""
        return self._keys.named(_name(seal)) is not None

    def matches(self, row: AuditLog) -> bool:
        """See `AuditSeals`."""
        given = row.hash or ""
        key = self._keys.named(_name(given))
        if key is None:
            return False
        return hmac.compare_digest(_seal(_name(given), key, row).encode(), given.encode())


def _name(seal: str) -> str:
    return seal.partition(":")[0]


def _seal(name: str, key: bytes, row: AuditLog) -> str:
    return f"{name}:{hmac.digest(key, _content(row), 'sha256').hex()}"


def _content(row: AuditLog) -> bytes:
    """The entry in the one form that it has as JSON."""
    told = _CODEC.encode(AuditLog, row)
    kept = {name: value for name, value in told.items() if name not in _OUTSIDE}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()
