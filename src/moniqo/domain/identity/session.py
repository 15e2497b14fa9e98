"""A device that somebody is signed in on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import SessionId, UserId
from moniqo.domain.shared.rules import Length, Range


class RevokeReason(StrEnum):
    """Why a session was ended before its time."""

    LOGOUT = "logout"
    TOKEN_REUSED = "token_reused"  # noqa: S105  (a reason's name)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a reason's name)
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    ROLE_CHANGED = "role_changed"
    ENDED_BY_OPERATOR = "ended_by_operator"
    EVICTED = "evicted"


class TokenUse(StrEnum):
    """What presenting a refresh token means to its session."""

    CURRENT = "current"
    REPEATED = "repeated"
    REUSED = "reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Entity):
    """One row a device. Only hashes of its refresh tokens are kept.

    `generation` counts rotations: the present token is derived from it. `expires_at` moves
    with every rotation, `absolute_expires_at` never.
    """

    id: SessionId
    user_id: UserId
    refresh_hash: TokenHash
    previous_hash: TokenHash | None = None
    generation: Annotated[int, Range(least=0)] = 0
    rotated_at: datetime | None = None
    expires_at: datetime
    absolute_expires_at: datetime
    ip: Annotated[str, Length(0, 64)] = ""
    user_agent: Annotated[str, Length(0, 500)] = ""
    last_used_at: datetime
    revoked_at: datetime | None = None
    revoke_reason: RevokeReason | None = None

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor past its time."""
        return self.revoked_at is None and now < min(self.expires_at, self.absolute_expires_at)

    def use_of(self, token: TokenHash, now: datetime, grace: timedelta) -> TokenUse:
        """What it means that a token of this session is presented now.

        The immediately preceding one may come again within `grace` of its rotation: the
        client did not get the answer, or asked twice at once.
        """
        if token == self.refresh_hash:
            return TokenUse.CURRENT
        recent = self.rotated_at is not None and now - self.rotated_at <= grace
        if recent and token == self.previous_hash:
            return TokenUse.REPEATED
        return TokenUse.REUSED

    def rotated(self, successor: TokenHash, now: datetime, idle: timedelta) -> Self:
        """With the next token in force, for `idle` but not past the absolute age."""
        return self.with_(
            refresh_hash=successor,
            previous_hash=self.refresh_hash,
            generation=self.generation + 1,
            rotated_at=now,
            last_used_at=now,
            expires_at=min(now + idle, self.absolute_expires_at),
        )

    def revoked(self, reason: RevokeReason, now: datetime) -> Self:
        """Ended for good; ending it again changes nothing."""
        if self.revoked_at is not None:
            return self
        return self.with_(revoked_at=now, revoke_reason=reason)
