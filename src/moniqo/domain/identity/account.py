"""What somebody signs in with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from moniqo.domain.identity.credentials import Email, PasswordHash, Username
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import AccountId
from moniqo.domain.shared.rules import Range

_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Entity):
    """Credentials and their state. E-mail and username are unique among live accounts."""

    id: AccountId
    email: Email
    username: Username | None = None
    password_hash: PasswordHash
    is_verified: bool = False
    is_active: bool = True
    failed_attempts: Annotated[int, Range(least=0)] = 0
    locked_until: datetime | None = None
    last_login_at: datetime | None = None
    password_changed_at: datetime

    def sign_in_failed(self, locked_until: datetime | None = None) -> Self:
        """With one more wrong password counted, which may have locked the name it was for."""
        return self.with_(
            failed_attempts=self.failed_attempts + 1,
            locked_until=locked_until or self.locked_until,
        )

    def signed_in(self, now: datetime, rehashed: PasswordHash | None) -> Self:
        """After the right password; `rehashed` replaces a hash that is out of date."""
        return self.with_(
            failed_attempts=0,
            locked_until=None,
            last_login_at=now,
            password_hash=rehashed or self.password_hash,
        )

    def with_password(self, hashed: PasswordHash, now: datetime) -> Self:
        """With another password, and what was counted against the old one forgotten."""
        # Of two changes within one instant each has a time of its own: it tells them apart.
        changed_at = max(now, self.password_changed_at + _INSTANT)
        return self.with_(
            password_hash=hashed,
            password_changed_at=changed_at,
            failed_attempts=0,
            locked_until=None,
        )

    def verified(self) -> Self:
        """With its address confirmed."""
        return self.with_(is_verified=True)

    def with_email(self, email: Email) -> Self:
        """With another address, which was confirmed."""
        return self.with_(email=email, is_verified=True)
