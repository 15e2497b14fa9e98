"""Ports of sign-up and sign-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moniqo.domain.identity.credentials import Email, Password, PasswordHash, TokenHash
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import PhoneNumber
from moniqo.domain.shared.ids import AccountId, SessionId, UserId


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is the right one, and whether its hash is out of date."""

    matches: bool
    rehash_due: bool = False


class PasswordHasher(Protocol):
    """Slow on purpose, and bounded: raises `Unavailable` with `retry_after` when overloaded."""

    async def hash(self, password: Password) -> PasswordHash:
        """The hash to keep."""

    async def verify(self, password: Password, stored: PasswordHash | None) -> Verdict:
        """Compare; with None (no such account) the same work is done and nothing matches."""


class CommonPasswords(Protocol):
    """The passwords that are tried first by whoever guesses."""

    def holds(self, password: Password) -> bool:
        """Whether it is one of them, in whatever case."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token and its lifetime in seconds."""

    text: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a genuine access token says."""

    user_id: UserId
    session_id: SessionId


class AccessTokens(Protocol):
    """Signs and reads the tokens that requests carry."""

    def issue(self, *, user_id: UserId, session_id: SessionId, role: str) -> AccessToken:
        """A new token."""

    def read(self, text: str) -> AccessClaims:
        """What it says; raises `TokenExpired`, or `Unauthenticated` unless it is genuine."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token's text, and what of it is kept."""

    text: str
    hash: TokenHash


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    """What a presented refresh token says of itself.

    `is_genuine` means that a present key made it for that session and generation. A token of
    a key that was retired is not, yet its hash may still be a session's own.
    """

    session_id: SessionId
    generation: int
    hash: TokenHash
    is_genuine: bool


class RefreshTokens(Protocol):
    """Derives refresh tokens from a session and its generation: the same ones every time."""

    def issue(self, session_id: SessionId, generation: int) -> RefreshToken:
        """The token by the key now in force."""

    def reissue(self, session: Session) -> RefreshToken | None:
        """The session's present token again; None if its key was retired meanwhile."""

    def read(self, text: str) -> RefreshClaim | None:
        """What a text says if it has the form of a refresh token."""


@dataclass(frozen=True, slots=True)
class MailLink:
    """The text that a mail's link carries, and what of it is kept."""

    text: str
    hash: TokenHash


class MailLinks(Protocol):
    """Derives the texts of mailed links from the ids of their tokens: the same ones every time."""

    def issue(self, token_id: MailTokenId, purpose: MailPurpose) -> MailLink:
        """The link by the key now in force."""

    def reissue(self, token: MailToken) -> MailLink | None:
        """The token's link again; None if its key was retired meanwhile."""

    def read(self, text: str, purpose: MailPurpose) -> MailTokenId | None:
        """Whose text it is; None unless a present key made it for that purpose."""


class EmailAddresses(Protocol):
    """Knows which addresses are the same, and which only look it."""

    def canonical(self, text: str) -> Email:
        """The one form of an address; raises `Invalid` naming `email`."""


class PhoneNumbers(Protocol):
    """Knows each country's numbers."""

    def canonical(self, number: PhoneNumber) -> PhoneNumber:
        """The number with `+` before the country code; raises `Invalid` naming `phone_number`."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """All that decides about a request, as stored right now; nothing in it is removed."""

    session_id: SessionId
    user_id: UserId
    account_id: AccountId
    email: str
    role: str
    permissions: frozenset[str]
    is_active: bool
    is_verified: bool
    is_revoked: bool
    expires_at: datetime


class PrincipalReader(Protocol):
    """One read for what every request asks."""

    async def by_session(self, session_id: SessionId) -> SessionState | None:
        """The state; None if session, user, account or role is absent or removed."""
