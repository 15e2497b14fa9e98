"""What every token is worth, as the contract says: a model in a few lines."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS = timedelta(minutes=30)
IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
GRACE = timedelta(seconds=10)


@dataclass
class Person:
    """Somebody who may sign up, and what becomes of them."""

    email: str
    password: str = ""
    user_id: str = ""
    role: str = "User"
    is_verified: bool = False
    is_active: bool = True

    @property
    def exists(self) -> bool:
        """Whether they signed up."""
        return bool(self.user_id)


@dataclass
class Token:
    """An access token and its last instant."""

    text: str
    expires_at: datetime


@dataclass
class Login:
    """A session: every token that it ever had."""

    owner: Person
    expires_at: datetime
    ends_at: datetime
    access: list[Token] = field(default_factory=list)
    refresh: list[str] = field(default_factory=list)
    rotated_at: datetime | None = None
    revoked: bool = False

    def is_live(self, now: datetime) -> bool:
        """Whether it goes on."""
        return not self.revoked and now < self.expires_at

    def standing(self, now: datetime) -> tuple[int, str | None]:
        """What its present tokens get."""
        if not self.is_live(now):
            return 401, "UNAUTHENTICATED"
        return (200, None) if self.owner.is_active else (403, "ACCOUNT_INACTIVE")

    def access_answer(self, token: Token, now: datetime) -> tuple[int, str | None]:
        """What an access token gets."""
        return (401, "TOKEN_EXPIRED") if now >= token.expires_at else self.standing(now)

    def refresh_answer(self, text: str, now: datetime) -> tuple[int, str | None]:
        """What a refresh token gets."""
        standing = self.standing(now)
        if standing[0] != 200 or text == self.refresh[-1]:
            return standing
        recent = self.rotated_at is not None and now - self.rotated_at <= GRACE
        if recent and len(self.refresh) > 1 and text == self.refresh[-2]:
            return standing
        return 401, "TOKEN_REUSED"

    def given(self, access: str, refresh: str, now: datetime) -> None:
        """A pair was handed out."""
        whole = now.replace(microsecond=0)
        self.access.append(Token(access, whole + ACCESS))
        if refresh not in self.refresh:
            self.rotated_at = now if self.refresh else None
            self.refresh.append(refresh)
            self.expires_at = min(now + IDLE, self.ends_at)


def begun(owner: Person, now: datetime) -> Login:
    """A new session."""
    return Login(owner, now + IDLE, now + ABSOLUTE)
