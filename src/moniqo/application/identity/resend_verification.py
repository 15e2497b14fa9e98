"""The link that confirms an address, once more."""

from dataclasses import dataclass

from moniqo.application.identity.addressee import Addressee
from moniqo.application.identity.mail_requests import MailRequests
from moniqo.application.identity.ports import EmailAddresses
from moniqo.domain.identity.events import VerificationRequested


@dataclass(frozen=True, slots=True)
class ResendVerification:
    """Have the link mailed again that confirms an address, if that is still to be done.

    Raises `Invalid` for what is no address, and `RateLimited`, whoever has it.
    """

    emails: EmailAddresses
    requests: MailRequests

    async def __call__(self, *, addressee: Addressee) -> None:
        """Ask for it."""
        email = self.emails.canonical(addressee.email)
        await self.requests.ask(VerificationRequested(email=email), email, what="verification")
