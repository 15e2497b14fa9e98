"""Encryption of credentials at rest."""

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from moniqo.adapters.security.keys import KeyRing
from moniqo.domain.shared.ciphertext import Ciphertext
from moniqo.domain.shared.errors import Unavailable

_KEY = 32
_NONCE = 12


class AesGcmVault:
    """See `Vault`. AES-256-GCM with the context as associated data; a text names its key."""

    def __init__(self, *, keys: Sequence[bytes]) -> None:
        self._keys = KeyRing(keys, purpose="vault")

    def seal(self, plaintext: bytes, context: str) -> Ciphertext:
        """See `Vault`."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(self._keys.key[:_KEY]).encrypt(nonce, plaintext, context.encode())
        return Ciphertext(f"{self._keys.current}:{base64.b64encode(sealed).decode()}")

    def open(self, sealed: Ciphertext, context: str) -> bytes:
        """See `Vault`."""
        name, _, text = sealed.value.partition(":")
        key = self._keys.named(name)
        try:
            raw = base64.b64decode(text, validate=True)
            if key is not None:
                return AESGCM(key[:_KEY]).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unavailable(_LOST) from error
        raise Unavailable(_LOST)


_LOST = "The stored credentials cannot be read. Enter them again."
