"""New tokens for a session that goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from moniqo.application.identity.members import Member, member_of
from moniqo.application.identity.ports import (
    AccessTokens,
    RefreshClaim,
    RefreshToken,
    RefreshTokens,
)
from moniqo.application.identity.signed_in import SessionTerms, SignedIn, signed_in
from moniqo.application.identity.throttle import Throttle
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.events import RefreshTokenReused
from moniqo.domain.identity.session import RevokeReason, Session, TokenUse
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import (
    AccountInactive,
    EmailNotVerified,
    NotFound,
    TokenReused,
    Unauthenticated,
)
from moniqo.domain.shared.rules import Length

_OVER = "The session is over. Sign in again."


@dataclass(frozen=True, slots=True)
class Refresh(Value):
    """The refresh token last given."""

    refresh_token: Annotated[str, Length(1, 512)]


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """Exchange a refresh token for a new pair.

    All who present the present token at once get the same successor, and so does who presents
    it again within the grace. An older one ends the session: that is kept, then `TokenReused`
    raised. Raises `Unauthenticated` for what is no token, or of a session that is over,
    `AccountInactive`, `EmailNotVerified`, and `RateLimited` for a session that is refreshed too
    often, which stays as it is.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    throttle: Throttle
    terms: SessionTerms

    async def __call__(self, *, refresh: Refresh) -> SignedIn:
        """The new tokens."""
        claim = self.refresh_tokens.read(refresh.refresh_token)
        if claim is None:
            raise Unauthenticated(_OVER)
        answer = await settled(lambda: self._exchange(claim))
        if answer is None:
            raise TokenReused("This token was used before. The session was ended.")
        return answer

    async def _exchange(self, claim: RefreshClaim) -> SignedIn | None:
        """The new tokens; None once a reused token has ended the session."""
        now = self.clock.now()
        async with self.uow() as tx:
            session = await self._live(tx, claim, now)
            member = await self._member(tx, session)
            use = session.use_of(claim.hash, now, self.terms.grace)
            if use is TokenUse.REUSED:
                await self._end(tx, session, now)
                return None
            token = self._successor(session, use)
            if use is TokenUse.CURRENT:
                await self.throttle.take_in(tx, self.terms.refreshes, str(session.id))
                await tx[Session].save(session.rotated(token.hash, now, self.terms.idle))
        return signed_in(self.access_tokens, member, session.id, token)

    async def _live(self, tx: Transaction, claim: RefreshClaim, now: datetime) -> Session:
        session = await tx[Session].first(eq("id", claim.session_id))
        if session is None or not session.is_live(now) or not _belongs(claim, session):
            raise Unauthenticated(_OVER)
        return session

    async def _member(self, tx: Transaction, session: Session) -> Member:
        try:
            member = await member_of(tx, session.user_id)
        except NotFound as gone:
            raise Unauthenticated(_OVER) from gone
        if not member.account.is_active:
            raise AccountInactive("The account is deactivated.")
        if not member.account.is_verified:
            raise EmailNotVerified("The e-mail address is not verified.")
        return member

    def _successor(self, session: Session, use: TokenUse) -> RefreshToken:
        if use is TokenUse.CURRENT:
            return self.refresh_tokens.issue(session.id, session.generation + 1)
        again = self.refresh_tokens.reissue(session)
        if again is None:
            raise Unauthenticated(_OVER)
        return again

    async def _end(self, tx: Transaction, session: Session, now: datetime) -> None:
        await tx[Session].save(session.revoked(RevokeReason.TOKEN_REUSED, now))
        await tx[AuditLog].add(
            audit_entry(
                self.ids.new(),
                AuditAction.TOKEN_REUSED,
                entity=("Session", session.id),
                user_id=session.user_id,
                refusal=TokenReused.code,
            )
        )
        tx.emit(RefreshTokenReused(user_id=session.user_id, session_id=session.id))


def _belongs(claim: RefreshClaim, session: Session) -> bool:
    """Whether the session ever had the token: forged ones must not be able to end it."""
    kept: tuple[TokenHash | None, ...] = (session.refresh_hash, session.previous_hash)
    return claim.hash in kept or (claim.is_genuine and claim.generation < session.generation)
