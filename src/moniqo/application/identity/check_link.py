"""A look at a mailed link before it is used."""

from dataclasses import dataclass

from moniqo.application.identity.link import Link, holder_of
from moniqo.application.identity.mail_tokens import MailTokens
from moniqo.application.identity.registration import address_taken
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.mail_token import MailPurpose


@dataclass(frozen=True, slots=True)
class CheckLink:
    """Raise what using a link would, and leave it as it is.

    Raises `InvalidToken`, and `EmailAlreadyRegistered` if the address that it would put in force
    is somebody else's by now.
    """

    uow: UnitOfWork
    tokens: MailTokens

    async def __call__(self, *, link: Link, purpose: MailPurpose) -> None:
        """Look at it."""
        async with self.uow() as tx:
            token = await self.tokens.find(tx, link.token, purpose)
            holder = await holder_of(tx, token)
            owner = await tx[Account].first(eq("email", token.email))
        is_taken = owner is not None and owner.id != holder.account.id
        if is_taken and purpose is MailPurpose.EMAIL_CHANGE:
            raise address_taken()
