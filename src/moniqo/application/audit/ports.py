"""Ports of the audit trail."""

from typing import Protocol

from moniqo.domain.audit.audit_log import AuditLog


class AuditSeals(Protocol):
    """Seals entries with a secret key, so that who can write the store cannot forge a seal.

    A seal covers the entry's number, the seal before it and everything it tells; the storage's
    own book-keeping of the sealing is outside. It is text of 1 to 128 characters and names its key.
    """

    def seal(self, row: AuditLog) -> str:
        """The seal of an entry that has its `seq` and `previous_hash`, by the key in force."""

    def knows(self, seal: str) -> bool:
        """Whether the key that the seal names is at hand."""

    def matches(self, row: AuditLog) -> bool:
        """Whether the entry's `hash` is its seal, by the key that it names."""
