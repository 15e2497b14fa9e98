"""What a sign-in gives."""

from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.identity.members import Member
from moniqo.application.identity.ports import AccessTokens, RefreshToken
from moniqo.application.identity.throttle import Allowance
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.ids import SessionId, UserId

REFRESHES = Allowance("refresh", 10, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long sessions live.

    `idle` without a refresh, `absolute` however often refreshed; within `grace` of a rotation
    the token before the present one gets the same successor again. A user has `at_most` live
    sessions, and each is refreshed at the pace of `refreshes`.
    """

    idle: timedelta = timedelta(days=7)
    absolute: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=10)
    at_most: int = 100
    refreshes: Allowance = REFRESHES


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """Who signed in, as far as a client needs to know at once."""

    id: UserId
    email: Email
    role: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A pair of tokens; `expires_in` is the access token's lifetime in seconds.

    The tokens are plain text here, in the one answer whose purpose is to hand them out.
    """

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105  (a scheme's name)
    expires_in: int
    user: SignedInUser


def signed_in(
    tokens: AccessTokens, member: Member, session_id: SessionId, refresh: RefreshToken
) -> SignedIn:
    """The answer for a member's session, with a new access token."""
    user_id, role = member.user.id, member.role.name
    access = tokens.issue(user_id=user_id, session_id=session_id, role=role)
    return SignedIn(
        access_token=access.text,
        refresh_token=refresh.text,
        expires_in=access.expires_in,
        user=SignedInUser(user_id, member.account.email, role, member.permissions),
    )
