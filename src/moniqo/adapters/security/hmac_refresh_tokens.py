"""Refresh tokens that are derived, not drawn: the same successor can be given twice."""

import base64
import hashlib
import hmac
from uuid import UUID

from moniqo.adapters.security.keys import KeyRing, Keys
from moniqo.application.identity.ports import RefreshClaim, RefreshToken
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.ids import SessionId

_SUBJECT = 16 + 4
_TEXT = 70
"""Characters of 52 bytes in base64: session, generation and 256 bits of HMAC-SHA-256."""


class HmacRefreshTokens:
    """See `RefreshTokens`. The first key derives, tokens of all keys are recognised."""

    def __init__(self, *, keys: Keys) -> None:
        self._keys = KeyRing(keys, purpose="refresh tokens")

    def issue(self, session_id: SessionId, generation: int) -> RefreshToken:
        """See `RefreshTokens`."""
        return _token(self._keys.key, _subject(session_id, generation))

    def reissue(self, session: Session) -> RefreshToken | None:
        """See `RefreshTokens`."""
        subject = _subject(session.id, session.generation)
        tokens = (_token(key, subject) for key in self._keys.every)
        return next((token for token in tokens if token.hash == session.refresh_hash), None)

    def read(self, text: str) -> RefreshClaim | None:
        """See `RefreshTokens`."""
        if len(text) != _TEXT or not text.isascii():
            return None
        raw = base64.b64decode(text + "==", altchars=b"-_")
        # Letters outside the alphabet and unused bits would make other texts of one token.
        if _text(raw) != text:
            return None
        subject, mac = raw[:_SUBJECT], raw[_SUBJECT:]
        genuine = any(hmac.compare_digest(_mac(key, subject), mac) for key in self._keys.every)
        session_id = SessionId(UUID(bytes=subject[:16]))
        generation = int.from_bytes(subject[16:], "big")
        return RefreshClaim(session_id, generation, _hash(text), genuine)


def _subject(session_id: SessionId, generation: int) -> bytes:
    return session_id.bytes + generation.to_bytes(_SUBJECT - 16, "big")


def _mac(key: bytes, subject: bytes) -> bytes:
    return hmac.digest(key, subject, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _hash(text: str) -> TokenHash:
    return TokenHash(hashlib.sha256(text.encode()).hexdigest())


def _token(key: bytes, subject: bytes) -> RefreshToken:
    text = _text(subject + _mac(key, subject))
    return RefreshToken(text, _hash(text))
