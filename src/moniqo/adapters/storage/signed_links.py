"""Links to objects that are served by ourselves, good for a while."""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from moniqo.adapters.security.keys import KeyRing
from moniqo.application.files.ports import LinkTerms
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import Forbidden

PATH = "/api/v1/files/content"
"""Where such links are answered."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a genuine link that is still good leads to."""

    key: str
    name: str
    content_type: str


class SignedLinks:
    """Makes and reads links signed by HMAC-SHA-256; the first key signs, every key verifies."""

    def __init__(self, *, keys: Sequence[bytes], clock: Clock) -> None:
        self._keys = KeyRing(keys, purpose="file links")
        self._clock = clock

    def made(self, key: str, terms: LinkTerms) -> str:
        """The path and query of a link to the object `key`."""
        expires = int((self._clock.now() + terms.life + timedelta(milliseconds=999)).timestamp())
        told = [key, terms.name, terms.content_type, expires]
        said = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return f"{PATH}?link={_text(_signature(self._keys.key, said) + said)}"

    def read(self, text: str) -> Linked:
        """What the value of `link` leads to; raises `Forbidden`, forged or expired alike."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _refused() from None
        signature, said = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not any(
            hmac.compare_digest(_signature(key, said), signature) for key in self._keys.every
        ):
            raise _refused()
        key, name, content_type, expires = json.loads(said)
        if self._clock.now().timestamp() >= expires:
            raise _refused()
        return Linked(key, name, content_type)


_SIGNATURE = 32


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _refused() -> Forbidden:
    return Forbidden("The link is not valid, or not any more. Ask for a new one.")
