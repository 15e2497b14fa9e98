"""Who calls."""

from dataclasses import dataclass

from moniqo.application.identity.ports import AccessTokens, PrincipalReader
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import AccountInactive, EmailNotVerified, Unauthenticated


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Turn an access token into the caller, as the store has them at this moment.

    Raises `TokenExpired`; `Unauthenticated` for what is not genuine or belongs to a session that
    was ended or to somebody who was removed; `AccountInactive` for the deactivated and
    `EmailNotVerified` for those whose address is not confirmed.
    """

    access_tokens: AccessTokens
    principals: PrincipalReader
    clock: Clock

    async def __call__(self, *, token: str) -> Principal:
        """The caller."""
        claims = self.access_tokens.read(token)
        state = await self.principals.by_session(claims.session_id)
        if (
            state is None
            or state.user_id != claims.user_id
            or state.is_revoked
            or self.clock.now() >= state.expires_at
        ):
            raise Unauthenticated("The session is over. Sign in again.")
        if not state.is_active:
            raise AccountInactive("The account is deactivated.")
        if not state.is_verified:
            raise EmailNotVerified("The e-mail address is not verified.")
        return Principal(
            user_id=state.user_id,
            account_id=state.account_id,
            session_id=state.session_id,
            email=state.email,
            role=state.role,
            permissions=state.permissions,
        )
