"""Sign-up, sign-in, sign-out."""

from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.log_in import LogIn
from moniqo.application.identity.log_out import LogOut
from moniqo.application.identity.log_out_everywhere import LogOutEverywhere
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.refresh_session import Refresh, RefreshSession
from moniqo.application.identity.register_user import RegisterUser
from moniqo.application.identity.registration import Registration
from moniqo.application.identity.signed_in import SignedIn
from moniqo.domain.shared.errors import (
    AccountInactive,
    EmailAlreadyRegistered,
    EmailNotVerified,
    InvalidCredentials,
    Locked,
    RateLimited,
    TokenReused,
    Unauthenticated,
    UsernameTaken,
    WeakPassword,
)
from moniqo.entrypoints.http.endpoint import POST, Controller, endpoint


class AuthController(Controller):
    """`/auth`."""

    path = "/api/v1/auth"
    tag = "Auth"

    @endpoint(
        POST,
        "/register",
        summary="Sign up",
        status=201,
        message="Welcome. Your account was made.",
        public=True,
        refuses=(EmailAlreadyRegistered, UsernameTaken, WeakPassword, RateLimited),
    )
    async def register(self, data: Registration, register: RegisterUser) -> Profile:
        """Make an account and a user on the default plan.

        Unless addresses count as verified here, the account cannot sign in before its own is:
        a link is mailed there.
        """
        return await register(registration=data)

    @endpoint(
        POST,
        "/login",
        summary="Sign in",
        message="Signed in.",
        public=True,
        refuses=(InvalidCredentials, EmailNotVerified, AccountInactive, Locked, RateLimited),
        example={"email": "ada@example.com", "password": "Correct-Horse-7"},
    )
    async def login(self, data: Credentials, log_in: LogIn) -> SignedIn:
        """Start a session by e-mail address or username, exactly one of them, and password.

        Too many wrong passwords lock the name for a while, whether or not anybody has it.
        """
        return await log_in(credentials=data)

    @endpoint(
        POST,
        "/refresh",
        summary="Renew the tokens",
        message="Tokens renewed.",
        public=True,
        refuses=(Unauthenticated, TokenReused, AccountInactive, EmailNotVerified, RateLimited),
    )
    async def refresh(self, data: Refresh, refresh_session: RefreshSession) -> SignedIn:
        """Exchange a refresh token for a new pair. Using one twice ends the session."""
        return await refresh_session(refresh=data)

    @endpoint(POST, "/logout", summary="Sign out", message="Signed out.")
    async def logout(self, caller: Principal, log_out: LogOut) -> None:
        """End this session; its tokens are refused from the next request on."""
        await log_out(user_id=caller.user_id, session_id=caller.session_id)

    @endpoint(POST, "/logout-all", summary="Sign out everywhere", message="Signed out everywhere.")
    async def logout_all(self, caller: Principal, log_out: LogOutEverywhere) -> None:
        """End every session, this one too; their tokens are refused from the next request on."""
        await log_out(user_id=caller.user_id)
