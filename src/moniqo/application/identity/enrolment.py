"""How a person becomes a user: shared by sign-up, operators, and the first start."""

from dataclasses import dataclass

from moniqo.application.billing.subscribing import default_plan, new_subscription
from moniqo.application.identity.members import Member, keys_of, permissions_of
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.personal_rules import PersonalRules
from moniqo.application.identity.ports import EmailAddresses, PasswordHasher
from moniqo.application.identity.registration import Invitation, Registration
from moniqo.application.identity.roles import keep_role
from moniqo.application.shared.faults import Faults
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.system import Clock, Ids, Randomness
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, Password, PasswordHash
from moniqo.domain.identity.events import UserInvited, UserRegistered
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import PhoneNumber, User
from moniqo.domain.identity.user_settings import UserSettings, UserSettingsId
from moniqo.domain.shared.ids import AccountId, UserId


@dataclass(frozen=True, slots=True)
class Applicant:
    """Details that were checked, the password hashed."""

    details: Registration | Invitation
    email: Email
    phone_number: PhoneNumber | None
    password_hash: PasswordHash


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Checks who wants in, and lets them in."""

    clock: Clock
    ids: Ids
    randomness: Randomness
    hasher: PasswordHasher
    emails: EmailAddresses
    personal: PersonalRules
    rules: PasswordRules

    async def examine(self, registration: Registration) -> Applicant:
        """Check everything that needs no store, and hash the password.

        Raises `WeakPassword` if that is all that is wrong, else `Invalid` naming every fault.
        """
        faults = Faults()
        email = faults.collect(lambda: self.emails.canonical(registration.email))
        names = (registration.first_name, registration.last_name)
        faults.collect(lambda: self.rules.require(registration.password, email=email, names=names))
        return await self._applicant(faults, registration, email, registration.password)

    async def examine_invited(self, invitation: Invitation) -> Applicant:
        """The same for somebody whose password nobody knows before they choose one."""
        faults = Faults()
        email = faults.collect(lambda: self.emails.canonical(invitation.email))
        unknown = Password(self.randomness.token())
        return await self._applicant(faults, invitation, email, unknown)

    async def _applicant(
        self,
        faults: Faults,
        details: Registration | Invitation,
        email: Email | None,
        password: Password,
    ) -> Applicant:
        phone = self.personal.check(faults, details.birthday, details.phone_number)
        if email is None or faults.found:
            raise faults.summed_up()
        return Applicant(details, email, phone, await self.hasher.hash(password))

    async def admit(
        self, tx: Transaction, applicant: Applicant, role: Role, *, is_verified: bool
    ) -> Member:
        """Store account, user, settings and a subscription to the default plan, and tell of it.

        Raises `AlreadyExists`, which `refusal` makes presentable; `StaleVersion` if the role was
        changed meanwhile; `Unavailable` before the first start has made plans.
        """
        plan = await default_plan(tx)
        await keep_role(tx, role)
        account = await tx[Account].add(self._account(applicant, is_verified=is_verified))
        user = await tx[User].add(self._user(applicant, account, role))
        await tx[UserSettings].add(UserSettings(id=UserSettingsId(self.ids.new()), user_id=user.id))
        now = self.clock.now()
        await tx[Subscription].add(new_subscription(self.ids, user.id, plan, now))
        if isinstance(applicant.details, Invitation):
            tx.emit(UserInvited(user_id=user.id))
        else:
            tx.emit(UserRegistered(user_id=user.id, is_verified=is_verified))
        return Member(user, account, role, keys_of(role, await permissions_of(tx, (role,))))

    def _account(self, applicant: Applicant, *, is_verified: bool) -> Account:
        return Account(
            id=AccountId(self.ids.new()),
            email=applicant.email,
            username=applicant.details.username,
            password_hash=applicant.password_hash,
            is_verified=is_verified,
            password_changed_at=self.clock.now(),
        )

    def _user(self, applicant: Applicant, account: Account, role: Role) -> User:
        return User(
            id=UserId(self.ids.new()),
            account_id=account.id,
            first_name=applicant.details.first_name,
            last_name=applicant.details.last_name,
            birthday=applicant.details.birthday,
            phone_number=applicant.phone_number,
            role_id=role.id,
        )
