"""Users made by an operator."""

from dataclasses import dataclass

from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.members import ORDINARY, Profile, profile_of
from moniqo.application.identity.registration import Registration, refusal
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.identity.events import EmailVerified
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.errors import AlreadyExists, Invalid


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Make a verified user with any role: for operators, who are let in already.

    Raises what `RegisterUser` does, and `Invalid` naming `role` if there is none of that name.
    """

    uow: UnitOfWork
    enrolment: Enrolment

    async def __call__(self, *, registration: Registration, role: str = ORDINARY) -> Profile:
        """The new user."""
        async with self.uow() as tx:
            held = await tx[Role].first(eq("name", role))
        if held is None:
            raise Invalid.field("role", f"there is no role {role}")
        applicant = await self.enrolment.examine(registration)
        try:
            async with self.uow() as tx:
                member = await self.enrolment.admit(tx, applicant, held, is_verified=True)
                tx.emit(EmailVerified(user_id=member.user.id))
        except AlreadyExists as problem:
            raise refusal(problem) from problem
        return profile_of(member)
