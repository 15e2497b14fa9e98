"""What a mailed link is exchanged for, and by whom."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.application.identity.mail_tokens import invalid_link
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.mail_token import MailToken
from moniqo.domain.identity.user import User
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import AccountId, UserId
from moniqo.domain.shared.rules import Length

LinkText = Annotated[str, Length(1, 512)]


@dataclass(frozen=True, slots=True)
class Link(Value):
    """The token that a mailed link carries."""

    token: LinkText


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose the link is."""

    user: User
    account: Account

    @property
    def user_id(self) -> UserId:
        """Who uses it."""
        return self.user.id

    @property
    def names(self) -> tuple[str, ...]:
        """What a password must not be made of."""
        return (self.user.first_name, self.user.last_name)


async def holder_of(tx: Transaction, token: MailToken) -> Holder:
    """Whom the link was mailed to.

    Raises `InvalidToken` for who is gone or may do nothing by now, and if the password or the
    address was changed since the link was asked for: it may have been mailed later than that.
    """
    user = await tx[User].first(eq("id", token.user_id))
    account = await _account(tx, user.account_id) if user else None
    if user is None or account is None or not account.is_active:
        raise invalid_link()
    if token.address != account.email.value or account.password_changed_at > token.asked_at:
        raise invalid_link()
    return Holder(user, account)


async def _account(tx: Transaction, account_id: AccountId) -> Account | None:
    return await tx[Account].first(eq("id", account_id))
