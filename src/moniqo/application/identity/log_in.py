"""Sign-in by password."""

from dataclasses import dataclass

from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.lockout import Claim, by_email, by_username, wrong_password
from moniqo.application.identity.members import Member, member_of
from moniqo.application.identity.password_proof import PasswordProof
from moniqo.application.identity.ports import EmailAddresses, PasswordHasher
from moniqo.application.identity.signed_in import SignedIn
from moniqo.application.identity.starting_sessions import SessionStarts
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Condition, eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import PasswordHash, Username
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import AccountInactive, EmailNotVerified, Invalid, Locked
from moniqo.domain.shared.ids import AccountId


@dataclass(frozen=True, slots=True)
class LogIn:
    """Start a session.

    Raises `InvalidCredentials` after the same work for unknown names as for wrong passwords,
    and `Locked` after too many of either; `EmailNotVerified` and `AccountInactive` only to who
    knows the password; `RateLimited` where too many were refused. Every refusal but the last
    is audited.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    hasher: PasswordHasher
    emails: EmailAddresses
    proof: PasswordProof
    starts: SessionStarts

    async def __call__(self, *, credentials: Credentials) -> SignedIn:
        """The tokens of a new session."""
        claim = await self._claim(credentials)
        account, verdict = await self.proof.require(claim, credentials.password)
        if not account.is_verified:
            raise await self.proof.refused(claim, EmailNotVerified("Confirm your e-mail first."))
        if not account.is_active:
            raise await self.proof.refused(claim, _inactive())
        rehashed = await self.hasher.hash(credentials.password) if verdict.rehash_due else None
        return await self._started(claim, account, rehashed)

    async def _claim(self, credentials: Credentials) -> Claim:
        name, condition = self._named(credentials)
        if condition is None:
            return Claim(names=(name,), account=None)
        async with self.uow() as tx:
            account = await tx[Account].first(condition)
            # Nobody is looked for as well, so that time does not tell who exists.
            account_id = account.id if account else AccountId(self.ids.new())
            user = await tx[User].first(eq("account_id", account_id))
        return Claim(names=(name,), account=account, user_id=user.id if user else None)

    def _named(self, credentials: Credentials) -> tuple[str, Condition | None]:
        """The name and what its account must meet; no condition if no account can have it."""
        try:
            if credentials.email is not None:
                email = self.emails.canonical(credentials.email)
                return by_email(email), eq("email", email)
            username = Username(credentials.username or "")
            return by_username(username), eq("username", username)
        except Invalid:
            return f"none:{credentials.email or credentials.username}", None

    async def _started(
        self, claim: Claim, known: Account, rehashed: PasswordHash | None
    ) -> SignedIn:
        try:
            return await settled(lambda: self._start(claim, known, rehashed))
        except Locked:
            # Locked while the password was being checked: told and kept like any such refusal.
            await self.proof.require_open(claim)
            raise
        except AccountInactive as refusal:
            raise await self.proof.refused(claim, refusal) from None

    async def _start(self, claim: Claim, known: Account, rehashed: PasswordHash | None) -> SignedIn:
        async with self.uow() as tx:
            stands = await self.proof.lockout.judge(tx, claim)
            if stands is not None:
                raise stands
            await self.proof.lockout.clear(tx, claim.names)
            member = await self._member(tx, known)
            await tx[Account].save(member.account.signed_in(self.clock.now(), rehashed))
            session_id, answer = await self.starts.start(tx, member)
            entry = audit_entry(
                self.ids.new(),
                AuditAction.LOGIN,
                entity=("Session", session_id),
                user_id=member.user.id,
            )
            await tx[AuditLog].add(entry)
        return answer

    async def _member(self, tx: Transaction, known: Account) -> Member:
        """Who the account belongs to.

        Raises unless it is still what the password was verified for: one that was shut meanwhile
        gets no session, which would come to life once it is opened again.
        """
        user = await tx[User].first(eq("account_id", known.id))
        member = await member_of(tx, user.id) if user else None
        if member is None or member.account.password_changed_at != known.password_changed_at:
            raise wrong_password()
        if not member.account.is_active:
            raise _inactive()
        return member


def _inactive() -> AccountInactive:
    return AccountInactive("The account is deactivated.")
