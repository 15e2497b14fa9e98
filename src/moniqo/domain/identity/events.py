"""What happens to accounts."""

from dataclasses import dataclass

from moniqo.domain.identity.credentials import Email
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(Event):
    """Somebody who signed up has an address that counts as theirs: they are welcome."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInvited(Event):
    """An operator made an account, whose owner is to choose a password."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSuspended(Event):
    """Somebody's account was deactivated or removed: nothing more is to happen for them."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequested(Event):
    """Somebody asked for the verification mail again. Nobody may have this address."""

    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """Somebody forgot a password. Nobody may have this address."""

    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A new password is in force, chosen or by a reset."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeRequested(Event):
    """Somebody wants another address, which is still to be confirmed."""

    user_id: UserId
    old_email: Email
    new_email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Event):
    """The new address is confirmed; the old one is told."""

    user_id: UserId
    old_email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceSignedIn(Event):
    """A sign-in from where the user has not been before."""

    user_id: UserId
    session_id: SessionId
    ip: str
    user_agent: str
