"""The way back in for who forgot the password."""

from dataclasses import dataclass

from moniqo.application.identity.addressee import Addressee
from moniqo.application.identity.mail_requests import MailRequests
from moniqo.application.identity.ports import EmailAddresses
from moniqo.domain.identity.events import PasswordResetRequested


@dataclass(frozen=True, slots=True)
class ForgotPassword:
    """Have a link mailed that resets the password, if anybody has that address.

    Raises `Invalid` for what is no address, and `RateLimited`, whoever has it.
    """

    emails: EmailAddresses
    requests: MailRequests

    async def __call__(self, *, addressee: Addressee) -> None:
        """Ask for it."""
        email = self.emails.canonical(addressee.email)
        await self.requests.ask(PasswordResetRequested(email=email), email, what="password reset")
