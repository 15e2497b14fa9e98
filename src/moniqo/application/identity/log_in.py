"""Sign-in by password."""

from dataclasses import dataclass
from datetime import datetime

from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.members import Member, member_of
from moniqo.application.identity.ports import (
    AccessTokens,
    EmailAddresses,
    PasswordHasher,
    RefreshTokens,
)
from moniqo.application.identity.signed_in import SessionTerms, SignedIn, signed_in
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Condition, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import PasswordHash, TokenHash, Username
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import (
    AccountInactive,
    AppError,
    EmailNotVerified,
    Invalid,
    InvalidCredentials,
)
from moniqo.domain.shared.ids import SessionId

_WRONG = "E-mail address, username or password is wrong."


@dataclass(frozen=True, slots=True)
class LogIn:
    """Start a session.

    Raises `InvalidCredentials` after the same work for unknown names as for wrong passwords;
    `EmailNotVerified` and `AccountInactive` only to who knows the password. Every refusal is
    audited, and counted where there is an account.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    hasher: PasswordHasher
    emails: EmailAddresses
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    terms: SessionTerms

    async def __call__(self, *, credentials: Credentials) -> SignedIn:
        """The tokens of a new session."""
        account = await self._account(credentials)
        stored = account.password_hash if account else None
        verdict = await self.hasher.verify(credentials.password, stored)
        if account is None or not verdict.matches:
            raise await self._refused(account, InvalidCredentials(_WRONG))
        if not account.is_verified:
            raise await self._refused(account, EmailNotVerified("Confirm your e-mail first."))
        if not account.is_active:
            raise await self._refused(account, AccountInactive("The account is deactivated."))
        rehashed = await self.hasher.hash(credentials.password) if verdict.rehash_due else None
        return await settled(lambda: self._start(account, rehashed))

    async def _account(self, credentials: Credentials) -> Account | None:
        named = self._named(credentials)
        if named is None:
            return None
        async with self.uow() as tx:
            return await tx[Account].first(named)

    def _named(self, credentials: Credentials) -> Condition | None:
        """What the account must meet; None for a name that no account can have."""
        try:
            if credentials.email is not None:
                return eq("email", self.emails.canonical(credentials.email))
            return eq("username", Username(credentials.username or ""))
        except Invalid:
            return None

    async def _refused(self, account: Account | None, error: AppError) -> AppError:
        """Keep what the refusal counts, then hand it back to be raised."""
        await settled(lambda: self._count_refusal(account, error))
        return error

    async def _count_refusal(self, account: Account | None, error: AppError) -> None:
        subject = ("Account", account.id if account else None)
        async with self.uow() as tx:
            if account is not None and isinstance(error, InvalidCredentials):
                present = await tx[Account].get(account.id)
                await tx[Account].save(present.sign_in_failed())
            await tx[AuditLog].add(
                audit_entry(
                    self.ids.new(), AuditAction.LOGIN_FAILED, entity=subject, refusal=error.code
                )
            )

    async def _start(self, known: Account, rehashed: PasswordHash | None) -> SignedIn:
        now = self.clock.now()
        session_id = SessionId(self.ids.new())
        refresh = self.refresh_tokens.issue(session_id, 0)
        async with self.uow() as tx:
            member = await self._member(tx, known)
            await tx[Account].save(member.account.signed_in(now, rehashed))
            session = self._session(session_id, member, refresh.hash, now)
            await tx[Session].add(session)
            subject = ("Session", session_id)
            entry = audit_entry(
                self.ids.new(), AuditAction.LOGIN, entity=subject, user_id=member.user.id
            )
            await tx[AuditLog].add(entry)
        return signed_in(self.access_tokens, member, session_id, refresh)

    async def _member(self, tx: Transaction, known: Account) -> Member:
        """Who the account belongs to, unless its password was changed since it was verified."""
        user = await tx[User].first(eq("account_id", known.id))
        member = await member_of(tx, user.id) if user else None
        if member is None or member.account.password_changed_at != known.password_changed_at:
            raise InvalidCredentials(_WRONG)
        return member

    def _session(
        self, session_id: SessionId, member: Member, token: TokenHash, now: datetime
    ) -> Session:
        call = current_call.get()
        return Session(
            id=session_id,
            user_id=member.user.id,
            refresh_hash=token,
            expires_at=now + min(self.terms.idle, self.terms.absolute),
            absolute_expires_at=now + self.terms.absolute,
            ip=call.ip_address[:64],
            user_agent=call.user_agent[:500],
            last_used_at=now,
        )
