"""Sign-up."""

from contextlib import suppress
from dataclasses import dataclass

from moniqo.application.identity.enrolment import Applicant, Enrolment
from moniqo.application.identity.mail_requests import MailRequests
from moniqo.application.identity.members import ORDINARY, Member, Profile, profile_of
from moniqo.application.identity.registration import Registration, refusal
from moniqo.application.identity.roles import system_role
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.domain.identity.events import EmailVerified
from moniqo.domain.shared.errors import AlreadyExists, RateLimited


@dataclass(frozen=True, slots=True)
class RegisterUser:
    """Make an account, a user with the role `User` and a subscription to the default plan.

    Without `auto_verify` the account cannot sign in before its address is confirmed, for which
    a link is mailed. Raises `EmailAlreadyRegistered`, `UsernameTaken`, `WeakPassword`, `Invalid`,
    `Unavailable`, and `RateLimited` where too many mails were asked for. To be told that a name is
    taken counts like a mail, so that nobody finds out who is registered by asking on and on.
    """

    uow: UnitOfWork
    enrolment: Enrolment
    requests: MailRequests
    auto_verify: bool = False

    async def __call__(self, *, registration: Registration) -> Profile:
        """The new user."""
        # Before anything is decided: of many at once for one name all are told that it is taken.
        too_many = await self.requests.too_many()
        applicant = await self.enrolment.examine(registration)
        try:
            member = await settled(lambda: self._admit(applicant))
        except AlreadyExists as problem:
            await self.requests.count()
            raise too_many or refusal(problem) from problem
        return profile_of(member)

    async def _admit(self, applicant: Applicant) -> Member:
        async with self.uow() as tx:
            role = await system_role(tx, ORDINARY)
            member = await self.enrolment.admit(tx, applicant, role, is_verified=self.auto_verify)
            await self._greet(tx, member)
        return member

    async def _greet(self, tx: Transaction, member: Member) -> None:
        """Count the mail that they get. Only the one with the link is worth a refusal."""
        if not self.auto_verify:
            await self.requests.count_in(tx)
            return
        with suppress(RateLimited):
            await self.requests.count_in(tx)
            tx.emit(EmailVerified(user_id=member.user.id))
