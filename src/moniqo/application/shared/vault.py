"""The port behind which credentials are encrypted."""

from typing import Protocol
from uuid import UUID

from moniqo.domain.shared.ciphertext import Ciphertext
from moniqo.domain.shared.entity import Entity


class Vault(Protocol):
    """Encrypts and authenticates. What was sealed opens in its own context only."""

    def seal(self, plaintext: bytes, context: str) -> Ciphertext:
        """Encrypt for `context`, the identity of the row that will hold it."""

    def open(self, sealed: Ciphertext, context: str) -> bytes:
        """The plaintext; raises `Unavailable` if altered, moved, or its key is not known."""


def row_context(entity: type[Entity], entity_id: UUID) -> str:
    """The context of what the row `entity_id` keeps sealed: in no other row can it be opened."""
    return f"{entity.__name__}:{entity_id}"
