"""Whom mail goes to, as stored right now."""

from dataclasses import dataclass

from moniqo.application.mail.wording import greeted
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email
from moniqo.domain.identity.user import User
from moniqo.domain.identity.user_settings import UserSettings
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is neither removed nor deactivated."""

    user: User
    account: Account

    @property
    def name(self) -> str:
        """What to greet them by."""
        return greeted(self.user.first_name)


async def recipient(tx: Transaction, user_id: UserId) -> Recipient | None:
    """The user, if mail may go to them."""
    user = await tx[User].first(eq("id", user_id))
    account = await tx[Account].first(eq("id", user.account_id)) if user else None
    return _reached(user, account)


async def owner_of(tx: Transaction, email: Email) -> Recipient | None:
    """Who signs in with that address, if mail may go to them."""
    account = await tx[Account].first(eq("email", email))
    user = await tx[User].first(eq("account_id", account.id)) if account else None
    return _reached(user, account)


async def wants_notices(tx: Transaction, user_id: UserId) -> bool:
    """Whether the user wants notifications by mail, too."""
    settings = await tx[UserSettings].first(eq("user_id", user_id))
    return settings is None or (settings.notifications_enabled and settings.email_notifications)


def _reached(user: User | None, account: Account | None) -> Recipient | None:
    if user is None or account is None or not account.is_active:
        return None
    return Recipient(user, account)
