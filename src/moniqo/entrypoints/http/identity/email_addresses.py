"""Addresses that are confirmed or replaced."""

from moniqo.application.identity.addressee import Addressee
from moniqo.application.identity.check_link import CheckLink
from moniqo.application.identity.confirm_email_change import ConfirmEmailChange
from moniqo.application.identity.link import Link
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.request_email_change import EmailChange, RequestEmailChange
from moniqo.application.identity.resend_verification import ResendVerification
from moniqo.application.identity.verify_email import VerifyEmail
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.shared.errors import (
    EmailAlreadyRegistered,
    InvalidCredentials,
    InvalidToken,
    Locked,
    RateLimited,
)
from moniqo.entrypoints.http.arguments import Looking
from moniqo.entrypoints.http.endpoint import GET, POST, Controller, endpoint

_VERIFIED = "Your address is confirmed. You can sign in."
_CHANGED = "Your address was changed."


class EmailController(Controller):
    """`/auth`, what is about addresses."""

    path = "/api/v1/auth"
    tag = "Auth"

    @endpoint(
        GET,
        "/verify-email",
        summary="Confirm your address by following a link",
        message=_VERIFIED,
        public=True,
        refuses=(InvalidToken,),
    )
    async def follow_verification(
        self, query: Link, looking: Looking, verify_email: VerifyEmail, check_link: CheckLink
    ) -> None:
        """What the link of the mail leads to. It works once; HEAD does not use it up."""
        if looking:
            await check_link(link=query, purpose=MailPurpose.VERIFY)
        else:
            await verify_email(link=query)

    @endpoint(
        POST,
        "/verify-email",
        summary="Confirm your address",
        message=_VERIFIED,
        public=True,
        refuses=(InvalidToken,),
    )
    async def verify(self, data: Link, verify_email: VerifyEmail) -> None:
        """Confirm the address of a new account by the token that was mailed there."""
        await verify_email(link=data)

    @endpoint(
        POST,
        "/resend-verification",
        summary="Ask for the link that confirms your address again",
        message="If there is an account to confirm with this address, a link was sent to it.",
        public=True,
        refuses=(RateLimited,),
    )
    async def resend(self, data: Addressee, resend_verification: ResendVerification) -> None:
        """Have the link mailed. The answer is the same whether or not anybody has the address."""
        await resend_verification(addressee=data)

    @endpoint(
        GET,
        "/confirm-email-change",
        summary="Confirm your new address by following a link",
        message=_CHANGED,
        public=True,
        refuses=(InvalidToken, EmailAlreadyRegistered),
    )
    async def follow_change(
        self, query: Link, looking: Looking, confirm: ConfirmEmailChange, check_link: CheckLink
    ) -> None:
        """What the link of the mail leads to. It works once; HEAD does not use it up."""
        if looking:
            await check_link(link=query, purpose=MailPurpose.EMAIL_CHANGE)
        else:
            await confirm(link=query)

    @endpoint(
        POST,
        "/confirm-email-change",
        summary="Confirm your new address",
        message=_CHANGED,
        public=True,
        refuses=(InvalidToken, EmailAlreadyRegistered),
    )
    async def confirm_change(self, data: Link, confirm: ConfirmEmailChange) -> None:
        """Replace the account's address by the one that the token was mailed to."""
        await confirm(link=data)


class OwnEmailController(Controller):
    """`/users/me/email`."""

    path = "/api/v1/users/me/email"
    tag = "Users"

    @endpoint(
        POST,
        summary="Ask for another address",
        message="A link was sent to the new address. It is yours once you follow it.",
        refuses=(InvalidCredentials, Locked, RateLimited),
    )
    async def request(
        self, caller: Principal, data: EmailChange, request_email_change: RequestEmailChange
    ) -> None:
        """Have a link mailed to the new address; the present one stays until it is followed."""
        await request_email_change(caller=caller, change=data)
