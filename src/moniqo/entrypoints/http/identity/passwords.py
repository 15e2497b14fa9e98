"""Passwords that are forgotten or replaced."""

from moniqo.application.identity.addressee import Addressee
from moniqo.application.identity.change_password import ChangePassword, PasswordChange
from moniqo.application.identity.check_link import CheckLink
from moniqo.application.identity.forgot_password import ForgotPassword
from moniqo.application.identity.link import Link
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.reset_password import PasswordReset, ResetPassword
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.shared.errors import (
    InvalidCredentials,
    InvalidToken,
    Locked,
    RateLimited,
    WeakPassword,
)
from moniqo.entrypoints.http.endpoint import GET, POST, Controller, endpoint
from moniqo.entrypoints.http.identity.password_page import PASSWORD_PAGE
from moniqo.entrypoints.http.wire import Answer


class PasswordController(Controller):
    """`/auth`, what is about passwords."""

    path = "/api/v1/auth"
    tag = "Auth"

    @endpoint(
        POST,
        "/forgot-password",
        summary="Ask for a link that resets the password",
        message="If there is an account with this address, a link was sent to it.",
        public=True,
        refuses=(RateLimited,),
    )
    async def forgot(self, data: Addressee, forgot_password: ForgotPassword) -> None:
        """Have a link mailed. The answer is the same whether or not anybody has the address."""
        await forgot_password(addressee=data)

    @endpoint(
        GET,
        "/reset-password",
        summary="Open the page that sets a password by a mailed link",
        public=True,
        refuses=(InvalidToken,),
        media=("text/html",),
    )
    async def open_reset(self, query: Link, check_link: CheckLink) -> Answer:
        """What the link of the mail leads to where no `FRONTEND_URL` is set: a form."""
        await check_link(link=query, purpose=MailPurpose.RESET)
        return PASSWORD_PAGE

    @endpoint(
        POST,
        "/reset-password",
        summary="Set a password by a mailed link",
        message="Your password was set. Sign in with it.",
        public=True,
        refuses=(InvalidToken, WeakPassword),
    )
    async def reset(self, data: PasswordReset, reset_password: ResetPassword) -> None:
        """Set the password, end every session and unlock the account. A link works once."""
        await reset_password(reset=data)

    @endpoint(
        POST,
        "/change-password",
        summary="Change your password",
        message="Your password was changed.",
        refuses=(WeakPassword, InvalidCredentials, Locked, RateLimited),
        example={"current_password": "Old-Battery-6", "new_password": "Correct-Horse-7"},
    )
    async def change(
        self, caller: Principal, data: PasswordChange, change_password: ChangePassword
    ) -> None:
        """Replace the password that you know. This session goes on, your other ones end."""
        await change_password(caller=caller, change=data)
