"""The first operator."""

from dataclasses import dataclass

from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.members import SUPERADMIN
from moniqo.application.identity.registration import Registration, refusal
from moniqo.application.identity.roles import system_role
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.domain.identity.role import Role
from moniqo.domain.identity.user import User
from moniqo.domain.shared.errors import AlreadyExists


@dataclass(frozen=True, slots=True)
class EnsureSuperadmin:
    """Make the first Superadmin unless there is one; without a `registration` nothing happens.

    Raises what `RegisterUser` does: an address that is taken is not promoted.
    """

    uow: UnitOfWork
    enrolment: Enrolment
    registration: Registration | None = None

    async def __call__(self) -> None:
        """Make what is missing."""
        if self.registration is None or await self._exists():
            return
        applicant = await self.enrolment.examine(self.registration)
        try:
            async with self.uow() as tx:
                role = await system_role(tx, SUPERADMIN)
                await self.enrolment.admit(tx, applicant, role, is_verified=True)
        except AlreadyExists as problem:
            # Another process that starts at the same time may have been quicker.
            if not await self._exists():
                raise refusal(problem) from problem

    async def _exists(self) -> bool:
        async with self.uow() as tx:
            role = await tx[Role].first(eq("name", SUPERADMIN))
            return role is not None and await tx[User].count(eq("role_id", role.id)) > 0
