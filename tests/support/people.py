"""Sign-up, sign-in and billing put together on the memory backend, with cheap hashing."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from moniqo.adapters.identity.common_passwords import ZxcvbnCommonPasswords
from moniqo.adapters.identity.email_addresses import ValidatedEmailAddresses
from moniqo.adapters.identity.phone_numbers import LibraryPhoneNumbers
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.principals import StoredPrincipals
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.adapters.security.hmac_mail_links import HmacMailLinks
from moniqo.adapters.security.hmac_refresh_tokens import HmacRefreshTokens
from moniqo.adapters.security.jwt_access_tokens import JwtAccessTokens, Terms
from moniqo.adapters.system import SystemRandomness
from moniqo.application.billing.seed_plans import SeedPlans
from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.identity.change_password import ChangePassword, PasswordPace
from moniqo.application.identity.changing_passwords import PasswordChanges
from moniqo.application.identity.create_user import CreateUser
from moniqo.application.identity.credentials import Credentials
from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.lockout import PER_IP, Lockout
from moniqo.application.identity.log_in import LogIn
from moniqo.application.identity.log_out import LogOut
from moniqo.application.identity.mail_requests import MailLimits, MailRequests
from moniqo.application.identity.mail_tokens import MailTokens
from moniqo.application.identity.members import Profile, member_of
from moniqo.application.identity.password_proof import PasswordProof
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.personal_rules import PersonalRules
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.refresh_session import Refresh, RefreshSession
from moniqo.application.identity.register_user import RegisterUser
from moniqo.application.identity.registration import Registration
from moniqo.application.identity.reset_password import ResetPassword
from moniqo.application.identity.seed_access import SeedAccess
from moniqo.application.identity.signed_in import SessionTerms, SignedIn
from moniqo.application.identity.starting_sessions import SessionStarts
from moniqo.application.identity.throttle import Allowance, Throttle
from moniqo.application.shared.query import Condition, Listing
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.domain.identity.credentials import Password
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import SessionId, UserId
from support.clock import SettableClock
from support.store import CountingIds

KEYS = (b"0123456789abcdef0123456789abcdef",)
PASSWORD = "Correct-horse-7"


def registration(**changes: Any) -> Registration:
    """Ada, unless changed."""
    fields = {
        "email": "ada@example.com",
        "password": Password(PASSWORD),
        "first_name": "Ada",
        "last_name": "Lovelace",
    }
    return Registration(**fields | changes)


@dataclass(frozen=True, slots=True)
class People:
    """Everything that people do before they trade."""

    backend: Backend = field(default_factory=lambda: MemoryBackend(REGISTRY))
    clock: SettableClock = field(default_factory=SettableClock)
    ids: CountingIds = field(default_factory=CountingIds)
    hasher: BcryptPasswordHasher = field(
        default_factory=lambda: BcryptPasswordHasher(peppers=KEYS, cost=4)
    )
    refresh_tokens: HmacRefreshTokens = field(default_factory=lambda: HmacRefreshTokens(keys=KEYS))
    terms: SessionTerms = field(default_factory=SessionTerms)
    per_ip: Allowance = PER_IP
    mails_per_ip: int = 20

    @property
    def uow(self) -> RecordedUnitOfWork:
        """The unit of work."""
        return RecordedUnitOfWork(self.backend, REGISTRY, self.clock, self.ids)

    @property
    def enrolment(self) -> Enrolment:
        """How people become users."""
        return Enrolment(
            clock=self.clock,
            ids=self.ids,
            hasher=self.hasher,
            emails=ValidatedEmailAddresses(),
            randomness=SystemRandomness(),
            personal=PersonalRules(self.clock, LibraryPhoneNumbers()),
            rules=PasswordRules(ZxcvbnCommonPasswords()),
        )

    @property
    def access_tokens(self) -> JwtAccessTokens:
        """Tokens for requests."""
        return JwtAccessTokens(keys=KEYS, clock=self.clock, ids=self.ids, terms=Terms())

    @property
    def log_in(self) -> LogIn:
        """Sign-in."""
        return LogIn(
            uow=self.uow,
            clock=self.clock,
            ids=self.ids,
            hasher=self.hasher,
            emails=ValidatedEmailAddresses(),
            proof=self.proof,
            starts=SessionStarts(
                self.clock, self.ids, self.access_tokens, self.refresh_tokens, self.terms
            ),
        )

    @property
    def throttle(self) -> Throttle:
        """Limits."""
        return Throttle(self.uow, self.clock, self.ids)

    @property
    def proof(self) -> PasswordProof:
        """Checks of passwords."""
        lockout = Lockout(self.clock, self.ids, self.throttle, per_ip=self.per_ip)
        return PasswordProof(self.uow, self.ids, self.hasher, lockout)

    @property
    def mail_requests(self) -> MailRequests:
        """Mails that are asked for."""
        limits = MailLimits(
            Allowance("mail", 3, timedelta(hours=1)),
            Allowance("mail_ip", self.mails_per_ip, timedelta(hours=1)),
        )
        return MailRequests(self.uow, self.ids, self.throttle, limits)

    @property
    def mail_tokens(self) -> MailTokens:
        """Links in mails."""
        return MailTokens(self.uow, self.clock, HmacMailLinks(keys=KEYS))

    @property
    def changes(self) -> PasswordChanges:
        """New passwords."""
        return PasswordChanges(self.clock, self.proof.lockout)

    @property
    def change_password(self) -> ChangePassword:
        """A new password by who knows the old one."""
        pace = PasswordPace(Allowance("password", 3, timedelta(hours=1)))
        rules = self.enrolment.rules
        return ChangePassword(
            self.uow, rules, self.hasher, self.throttle, self.proof, self.changes, pace
        )

    @property
    def reset_password(self) -> ResetPassword:
        """A new password by link."""
        return ResetPassword(
            self.uow, self.mail_tokens, self.enrolment.rules, self.hasher, self.changes
        )

    @property
    def refresh_session(self) -> RefreshSession:
        """New tokens."""
        return RefreshSession(
            uow=self.uow,
            clock=self.clock,
            ids=self.ids,
            access_tokens=self.access_tokens,
            refresh_tokens=self.refresh_tokens,
            throttle=self.throttle,
            terms=self.terms,
        )

    @property
    def authenticate(self) -> Authenticate:
        """Who calls."""
        return Authenticate(self.access_tokens, StoredPrincipals(self.uow), self.clock)

    @property
    def log_out(self) -> LogOut:
        """Sign-out."""
        return LogOut(self.uow, self.clock, self.ids)

    async def seed(self) -> None:
        """Roles and plans."""
        await SeedSystem((SeedAccess(self.uow, self.ids), SeedPlans(self.uow, self.ids)))()

    async def register(self, **changes: Any) -> Profile:
        """Ada as a verified user, unless changed."""
        verified = RegisterUser(self.uow, self.enrolment, self.mail_requests, auto_verify=True)
        return await verified(registration=registration(**changes))

    async def sign_in(self, email: str = "ada@example.com", password: str = PASSWORD) -> SignedIn:
        """A session."""
        return await self.log_in(credentials=Credentials(email=email, password=Password(password)))

    async def refresh(self, token: str) -> SignedIn:
        """The session's next tokens."""
        return await self.refresh_session(refresh=Refresh(token))

    @property
    def operating(self) -> RecordedChanges:
        """Changes by operators."""
        return RecordedChanges(self.uow, self.ids)

    async def caller(self, user_id: UserId) -> Principal:
        """The user as somebody who calls, without a session."""
        async with self.uow() as tx:
            member = await member_of(tx, user_id)
        return Principal(
            user_id=user_id,
            account_id=member.account.id,
            session_id=SessionId(self.ids.new()),
            email=member.account.email.value,
            role=member.role.name,
            permissions=frozenset(member.permissions),
        )

    async def made(self, role: str = "User", **changes: Any) -> Principal:
        """Somebody new of a role, as a caller; every call with another address."""
        email = f"{self.ids.new().hex}@example.com"
        create = CreateUser(self.uow, self.enrolment)
        details = registration(**{"email": email} | changes)
        return await self.caller((await create(registration=details, role=role)).id)

    async def all(self, entity: type[Any], *where: Condition) -> tuple[Any, ...]:
        """Every stored entity that matches, oldest first."""
        async with self.uow() as tx:
            return (await tx[entity].page(Listing(where=where, limit=1000))).items

    async def add(self, entity: Entity) -> Any:
        """Store something new."""
        async with self.uow() as tx:
            return await tx[type(entity)].add(entity)

    async def save(self, entity: Entity) -> Any:
        """Store a change."""
        async with self.uow() as tx:
            return await tx[type(entity)].save(entity)

    async def remove(self, entity: Entity) -> Any:
        """Remove softly."""
        async with self.uow() as tx:
            return await tx[type(entity)].remove(entity)


async def open_people(**parts: Any) -> People:
    """With roles and plans."""
    people = People(**parts)
    await people.seed()
    return people
