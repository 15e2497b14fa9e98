"""Sign-up."""

from dataclasses import dataclass

from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.members import ORDINARY, Profile, profile_of
from moniqo.application.identity.registration import Registration, refusal
from moniqo.application.identity.roles import system_role
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.shared.errors import AlreadyExists


@dataclass(frozen=True, slots=True)
class RegisterUser:
    """Make an account, a user with the role `User` and a subscription to the default plan.

    Without `auto_verify` the account cannot sign in before its address is confirmed. Raises
    `EmailAlreadyRegistered`, `UsernameTaken`, `WeakPassword`, `Invalid`, `Unavailable`.
    """

    uow: UnitOfWork
    enrolment: Enrolment
    auto_verify: bool = False

    async def __call__(self, *, registration: Registration) -> Profile:
        """The new user."""
        applicant = await self.enrolment.examine(registration)
        try:
            async with self.uow() as tx:
                role = await system_role(tx, ORDINARY)
                member = await self.enrolment.admit(
                    tx, applicant, role, is_verified=self.auto_verify
                )
        except AlreadyExists as problem:
            raise refusal(problem) from problem
        return profile_of(member)
