"""The texts of mailed links, derived from their tokens' ids."""

import base64
import hashlib
import hmac
import re
from uuid import UUID

from moniqo.adapters.security.keys import KeyRing, Keys
from moniqo.application.identity.ports import MailLink
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId

_ID = 16
_FORM = re.compile(r"[A-Za-z0-9_-]{64}")
"""48 bytes in base64: the token's id and 256 bits of HMAC-SHA-256."""


class HmacMailLinks:
    """See `MailLinks`. The first key derives, links of all keys are recognised."""

    def __init__(self, *, keys: Keys) -> None:
        self._keys = KeyRing(keys, purpose="mail links")

    def issue(self, token_id: MailTokenId, purpose: MailPurpose) -> MailLink:
        """See `MailLinks`."""
        return _link(self._keys.key, token_id, purpose)

    def reissue(self, token: MailToken) -> MailLink | None:
        """See `MailLinks`."""
        links = (_link(key, token.id, token.purpose) for key in self._keys.every)
        return next((link for link in links if link.hash == token.token_hash), None)

    def read(self, text: str, purpose: MailPurpose) -> MailTokenId | None:
        """See `MailLinks`."""
        if not _FORM.fullmatch(text):
            return None
        raw = base64.urlsafe_b64decode(text)
        token_id = MailTokenId(UUID(bytes=raw[:_ID]))
        macs = (_mac(key, token_id, purpose) for key in self._keys.every)
        return token_id if any(hmac.compare_digest(mac, raw[_ID:]) for mac in macs) else None


def _mac(key: bytes, token_id: MailTokenId, purpose: MailPurpose) -> bytes:
    return hmac.digest(key, purpose.value.encode() + b":" + token_id.bytes, "sha256")


def _link(key: bytes, token_id: MailTokenId, purpose: MailPurpose) -> MailLink:
    raw = token_id.bytes + _mac(key, token_id, purpose)
    text = base64.urlsafe_b64encode(raw).decode()
    return MailLink(text, TokenHash(hashlib.sha256(text.encode()).hexdigest()))
