"""The confirmation of a new account's address."""

from dataclasses import dataclass

from moniqo.application.identity.link import Link, holder_of
from moniqo.application.identity.mail_tokens import MailTokens
from moniqo.application.shared.caller import acting_as
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.events import EmailVerified
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.identity.user import User


@dataclass(frozen=True, slots=True)
class VerifyEmail:
    """Let the owner of a mailed link sign in. Raises `InvalidToken`."""

    uow: UnitOfWork
    tokens: MailTokens

    async def __call__(self, *, link: Link) -> None:
        """Use the link."""
        await settled(lambda: self._verify(link.token))

    async def _verify(self, text: str) -> None:
        async with self.uow() as tx:
            token = await self.tokens.redeem(tx, text, MailPurpose.VERIFY)
            holder = await holder_of(tx, token)
            with acting_as(holder.user_id):
                await tx[Account].save(holder.account.verified())
                await tx[User].save(holder.user)  # their profile is another one now
                tx.emit(EmailVerified(user_id=holder.user_id))
