"""What a link in a mail proves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from moniqo.domain.identity.credentials import Email, TokenHash
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import UserId
from moniqo.domain.shared.types import JsonObject

MailTokenId = NewType("MailTokenId", UUID)


class MailPurpose(StrEnum):
    """What the link is good for, and nothing else."""

    VERIFY = "verify"
    RESET = "reset"
    EMAIL_CHANGE = "email_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailToken(Entity):
    """A link's right to one step of its owner's: used once, dead when a newer one is mailed.

    Of each purpose a user has one at most; older ones are removed.
    """

    id: MailTokenId
    user_id: UserId
    purpose: MailPurpose
    token_hash: TokenHash
    payload: JsonObject | None = None
    expires_at: datetime
    used_at: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        """When it was asked for, which may be well before it was mailed."""
        return datetime.fromisoformat(self._told("asked_at"))

    @property
    def address(self) -> str:
        """The address that its owner had when it was asked for."""
        return self._told("replaces") or self._told("email")

    @property
    def email(self) -> Email:
        """The address that it was mailed to, which using it proves to be the owner's."""
        return Email(self._told("email"))

    def _told(self, name: str) -> str:
        return str((self.payload or JsonObject({})).get(name) or "")

    def is_good(self, now: datetime) -> bool:
        """Neither used nor past its time."""
        return self.used_at is None and now < self.expires_at

    def used(self, now: datetime) -> Self:
        """Used up."""
        return self.with_(used_at=now)
