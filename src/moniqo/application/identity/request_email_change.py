"""Another address for an account, as a wish."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.application.identity.change_password import own_claim
from moniqo.application.identity.mail_requests import MailRequests
from moniqo.application.identity.password_proof import PasswordProof
from moniqo.application.identity.ports import EmailAddresses
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Password
from moniqo.domain.identity.events import EmailChangeRequested
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.rules import Length


@dataclass(frozen=True, slots=True)
class EmailChange(Value):
    """The address to come, and the present password."""

    email: Annotated[str, Length(3, 320)]
    password: Password


@dataclass(frozen=True, slots=True)
class RequestEmailChange:
    """Have a link mailed to another address, which confirms it.

    Whether somebody has that address is not told. A wrong password counts as one at sign-in
    does. Raises `Invalid`, `InvalidCredentials`, `Locked`, `RateLimited`.
    """

    uow: UnitOfWork
    emails: EmailAddresses
    proof: PasswordProof
    requests: MailRequests

    async def __call__(self, *, caller: Principal, change: EmailChange) -> None:
        """Ask for it."""
        email = self.emails.canonical(change.email)
        async with self.uow() as tx:
            account = await tx[Account].get(caller.account_id)
        await self.proof.require(own_claim(caller, account), change.password)
        event = EmailChangeRequested(
            user_id=caller.user_id, old_email=account.email, new_email=email
        )
        await self.requests.ask(event, email, what="e-mail change", account_id=account.id)
