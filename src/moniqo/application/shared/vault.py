"""The port behind which credentials are encrypted."""

from typing import Protocol

from moniqo.domain.shared.ciphertext import Ciphertext


class Vault(Protocol):
    """Encrypts and authenticates. What was sealed opens in its own context only."""

    def seal(self, plaintext: bytes, context: str) -> Ciphertext:
        """Encrypt for `context`, the identity of the row that will hold it."""

    def open(self, sealed: Ciphertext, context: str) -> bytes:
        """The plaintext; raises `Unavailable` if altered, moved, or its key is not known."""
