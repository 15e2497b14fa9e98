"""How a person becomes a user: shared by sign-up, the operator's command and the first start."""

from dataclasses import dataclass

from moniqo.application.billing.subscribing import default_plan, new_subscription
from moniqo.application.identity.members import Member, keys_of, permissions_of
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.ports import EmailAddresses, PasswordHasher, PhoneNumbers
from moniqo.application.identity.registration import Registration
from moniqo.application.shared.faults import Faults
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, PasswordHash
from moniqo.domain.identity.events import UserRegistered
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import Birthday, PhoneNumber, User
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import AccountId, UserId


@dataclass(frozen=True, slots=True)
class Applicant:
    """A registration that was checked, its password hashed."""

    registration: Registration
    email: Email
    phone_number: PhoneNumber | None
    password_hash: PasswordHash


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Checks who wants in, and lets them in."""

    clock: Clock
    ids: Ids
    hasher: PasswordHasher
    emails: EmailAddresses
    phones: PhoneNumbers
    rules: PasswordRules

    async def examine(self, registration: Registration) -> Applicant:
        """Check everything that needs no store, and hash the password.

        Raises `WeakPassword` if that is all that is wrong, else `Invalid` naming every fault.
        """
        faults = Faults()
        email = faults.collect(lambda: self.emails.canonical(registration.email))
        names = (registration.first_name, registration.last_name)
        faults.collect(lambda: self.rules.require(registration.password, email=email, names=names))
        faults.collect(lambda: self._check_birthday(registration.birthday))
        phone = faults.collect(lambda: self._phone(registration.phone_number))
        if email is None or faults.found:
            raise faults.summed_up()
        hashed = await self.hasher.hash(registration.password)
        return Applicant(registration, email, phone, hashed)

    async def admit(
        self, tx: Transaction, applicant: Applicant, *, role: str, is_verified: bool
    ) -> Member:
        """Store account, user and a subscription to the default plan, and tell of it.

        Raises `AlreadyExists`, which `refusal` makes presentable; `Unavailable` before the
        first start has made roles and plans.
        """
        held = await tx[Role].first(eq("name", role))
        if held is None:
            raise Unavailable("The system is not set up yet: run `moniqo init`.")
        plan = await default_plan(tx)
        account = await tx[Account].add(self._account(applicant, is_verified=is_verified))
        user = await tx[User].add(self._user(applicant, account, held))
        now = self.clock.now()
        await tx[Subscription].add(new_subscription(self.ids, user.id, plan, now))
        tx.emit(UserRegistered(user_id=user.id, is_verified=is_verified))
        return Member(user, account, held, keys_of(held, await permissions_of(tx, (held,))))

    def _check_birthday(self, birthday: Birthday | None) -> None:
        if birthday is not None:
            birthday.require_plausible(self.clock.now().date())

    def _phone(self, number: PhoneNumber | None) -> PhoneNumber | None:
        return None if number is None else self.phones.canonical(number)

    def _account(self, applicant: Applicant, *, is_verified: bool) -> Account:
        return Account(
            id=AccountId(self.ids.new()),
            email=applicant.email,
            username=applicant.registration.username,
            password_hash=applicant.password_hash,
            is_verified=is_verified,
            password_changed_at=self.clock.now(),
        )

    def _user(self, applicant: Applicant, account: Account, role: Role) -> User:
        return User(
            id=UserId(self.ids.new()),
            account_id=account.id,
            first_name=applicant.registration.first_name,
            last_name=applicant.registration.last_name,
            birthday=applicant.registration.birthday,
            phone_number=applicant.phone_number,
            role_id=role.id,
        )
