"""What happens to accounts."""

from dataclasses import dataclass

from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(Event):
    """Somebody signed up. Unless verified, the address is still to be confirmed."""

    user_id: UserId
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(Event):
    """A refresh token came a second time: somebody may have stolen it. The session is over."""

    user_id: UserId
    session_id: SessionId
