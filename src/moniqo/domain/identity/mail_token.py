"""What a link in a mail proves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from moniqo.domain.identity.credentials import TokenHash
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
    """A link's right to one step of its owner's: used once, dead when a newer one is mailed."""

    id: MailTokenId
    user_id: UserId
    purpose: MailPurpose
    token_hash: TokenHash
    payload: JsonObject | None = None
    expires_at: datetime
    used_at: datetime | None = None
