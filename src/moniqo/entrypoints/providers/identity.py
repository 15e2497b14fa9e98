"""Accounts and sessions: adapters behind their ports, and use cases."""

from collections.abc import Iterator
from datetime import timedelta

from dishka import Provider, Scope, provide

from moniqo.adapters.identity.common_passwords import ZxcvbnCommonPasswords
from moniqo.adapters.identity.email_addresses import ValidatedEmailAddresses
from moniqo.adapters.identity.phone_numbers import LibraryPhoneNumbers
from moniqo.adapters.persistence.backend import Backend
from moniqo.adapters.persistence.principals import principals_of
from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.adapters.security.hmac_mail_links import HmacMailLinks
from moniqo.adapters.security.hmac_refresh_tokens import HmacRefreshTokens
from moniqo.adapters.security.jwt_access_tokens import JwtAccessTokens, Terms
from moniqo.application.identity.change_password import PasswordPace
from moniqo.application.identity.changing_passwords import PasswordChanges
from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.lockout import Lockout
from moniqo.application.identity.mail_requests import MailLimits, MailRequests
from moniqo.application.identity.mail_tokens import LinkTerms, MailTokens
from moniqo.application.identity.password_proof import PasswordProof
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.people import PeopleReader
from moniqo.application.identity.personal_rules import PersonalRules
from moniqo.application.identity.ports import (
    AccessTokens,
    CommonPasswords,
    EmailAddresses,
    MailLinks,
    PasswordHasher,
    PhoneNumbers,
    PrincipalReader,
    RefreshTokens,
)
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.register_user import RegisterUser
from moniqo.application.identity.signed_in import SessionTerms
from moniqo.application.identity.starting_sessions import SessionStarts
from moniqo.application.identity.throttle import Allowance, Throttle
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.identity.attempts import LockTerms
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.values import PasswordPolicy

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


class Identity(Provider):
    """Everything of the context `identity`."""

    scope = Scope.APP
    common = provide(ZxcvbnCommonPasswords, provides=CommonPasswords)
    emails = provide(ValidatedEmailAddresses, provides=EmailAddresses)
    phones = provide(LibraryPhoneNumbers, provides=PhoneNumbers)
    throttle = provide(Throttle)
    mail_tokens = provide(MailTokens)
    proof = provide(PasswordProof)
    starts = provide(SessionStarts)
    password_changes = provide(PasswordChanges)
    mail_requests = provide(MailRequests)
    personal = provide(PersonalRules)
    changes = provide(RecordedChanges)
    enrolment = provide(Enrolment)

    @provide
    def principals(self, backend: Backend, uow: UnitOfWork) -> PrincipalReader:
        """The backend's own, where it has one."""
        return principals_of(backend, uow)

    @provide
    def people(self, backend: Backend) -> PeopleReader:
        """Joined by the backend."""
        return backend.people()

    @provide
    def hasher(self, settings: Settings) -> Iterator[PasswordHasher]:
        """Its threads end with the container."""
        security = settings.security
        hasher = BcryptPasswordHasher(
            peppers=security.password_peppers.named,
            cost=security.bcrypt_cost,
            threads=security.hashing_threads,
        )
        yield hasher
        hasher.close()

    @provide
    def access_tokens(self, settings: Settings, clock: Clock, ids: Ids) -> AccessTokens:
        """Issued by the address that clients see."""
        security = settings.security
        terms = Terms(
            issuer=settings.http.base_url,
            audience=settings.http.base_url,
            lifetime=timedelta(minutes=security.access_token_expire_minutes),
            algorithm=security.jwt_algorithm.value,
        )
        return JwtAccessTokens(
            keys=security.jwt_secret_keys.named, clock=clock, ids=ids, terms=terms
        )

    @provide
    def refresh_tokens(self, settings: Settings) -> RefreshTokens:
        """Derived by the keys that sign access tokens, for a purpose of their own."""
        return HmacRefreshTokens(keys=settings.security.jwt_secret_keys.named)

    @provide
    def mail_links(self, settings: Settings) -> MailLinks:
        """Derived by the same keys, for a purpose of their own."""
        return HmacMailLinks(keys=settings.security.jwt_secret_keys.named)

    @provide
    def link_terms(self, settings: Settings) -> LinkTerms:
        """How long links are good."""
        chosen = settings.accounts
        return LinkTerms(
            verify=timedelta(hours=chosen.verify_link_hours),
            reset=timedelta(minutes=chosen.reset_link_minutes),
            email_change=timedelta(hours=chosen.email_change_link_hours),
        )

    @provide
    def session_terms(self, settings: Settings) -> SessionTerms:
        """How long sessions live."""
        chosen = settings.accounts
        return SessionTerms(
            idle=timedelta(days=settings.security.refresh_token_expire_days),
            absolute=timedelta(days=chosen.session_max_days),
            grace=timedelta(seconds=chosen.refresh_grace_seconds),
            at_most=chosen.max_sessions_per_user,
            refreshes=Allowance("refresh", chosen.refreshes_per_hour, HOUR),
        )

    @provide
    def lockout(self, settings: Settings, clock: Clock, ids: Ids, throttle: Throttle) -> Lockout:
        """When wrong passwords lock, and how many one address may send."""
        chosen = settings.accounts
        terms = LockTerms(
            attempts=chosen.lockout_attempts,
            window=timedelta(minutes=chosen.lockout_window_minutes),
            first=timedelta(minutes=chosen.lockout_minutes),
            longest=timedelta(minutes=chosen.lockout_max_minutes),
        )
        failures = Allowance("sign_in_ip", chosen.sign_in_failures_per_ip, QUARTER)
        return Lockout(clock, ids, throttle, terms, failures)

    @provide
    def mail_limits(self, settings: Settings) -> MailLimits:
        """How many mails may be asked for."""
        chosen = settings.accounts
        return MailLimits(
            per_address=Allowance("mail", chosen.mails_per_address_per_hour, HOUR),
            per_ip=Allowance("mail_ip", chosen.mails_per_ip_per_hour, HOUR),
        )

    @provide
    def password_pace(self, settings: Settings) -> PasswordPace:
        """How often a password may be changed."""
        chosen = settings.accounts
        return PasswordPace(Allowance("password", chosen.password_changes_per_hour, HOUR))

    @provide
    def password_rules(self, settings: Settings, common: CommonPasswords) -> PasswordRules:
        """By `PASSWORD_POLICY`."""
        classes = settings.security.password_policy is PasswordPolicy.CLASSES
        return PasswordRules(common, classes=classes)

    @provide
    def register_user(
        self, settings: Settings, uow: UnitOfWork, enrolment: Enrolment, requests: MailRequests
    ) -> RegisterUser:
        """By `AUTO_VERIFY_EMAIL`."""
        auto_verify = settings.security.auto_verify_email
        return RegisterUser(uow, enrolment, requests, auto_verify=auto_verify)
