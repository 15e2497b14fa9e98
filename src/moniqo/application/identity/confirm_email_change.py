"""The confirmation of another address."""

from dataclasses import dataclass

from moniqo.application.identity.link import Link, holder_of
from moniqo.application.identity.mail_tokens import MailTokens, withdraw
from moniqo.application.identity.registration import refusal
from moniqo.application.shared.caller import acting_as
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.events import EmailChanged
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import AlreadyExists


@dataclass(frozen=True, slots=True)
class ConfirmEmailChange:
    """Put the address that a link was mailed to in the place of the account's; tell the old one.

    Every earlier link of the user is dead from then on. Raises `InvalidToken`, and
    `EmailAlreadyRegistered` if the address became somebody else's meanwhile.
    """

    uow: UnitOfWork
    tokens: MailTokens

    async def __call__(self, *, link: Link) -> None:
        """Use the link."""
        try:
            await settled(lambda: self._confirm(link.token))
        except AlreadyExists as problem:
            raise refusal(problem) from problem

    async def _confirm(self, text: str) -> None:
        async with self.uow() as tx:
            token = await self.tokens.redeem(tx, text, MailPurpose.EMAIL_CHANGE)
            holder = await holder_of(tx, token)
            with acting_as(holder.user_id):
                await tx[Account].save(holder.account.with_email(token.email))
                await tx[User].save(holder.user)  # their profile is another one now
                await withdraw(tx, holder.user_id)
                tx.emit(EmailChanged(user_id=holder.user_id, old_email=holder.account.email))
