"""Users made by operators over the API."""

from dataclasses import dataclass

from moniqo.application.identity.enrolment import Applicant, Enrolment
from moniqo.application.identity.members import ORDINARY, Profile, profile_of
from moniqo.application.identity.principal import Principal
from moniqo.application.identity.recorded_changes import RecordedChanges
from moniqo.application.identity.registration import Invitation, refusal
from moniqo.application.identity.roles import known_role, require_grantable, system_role
from moniqo.application.shared.persistence import Transaction
from moniqo.domain.audit.audit_log import AuditAction
from moniqo.domain.identity.role import Role
from moniqo.domain.shared.errors import AlreadyExists
from moniqo.domain.shared.ids import RoleId

MAY_CHOOSE_ROLES = "users:manage_roles"


@dataclass(frozen=True, slots=True)
class InviteUser:
    """Make a verified user, who chooses a password by a mailed link.

    Raises `EmailAlreadyRegistered`, `UsernameTaken`, `Invalid`, and `Forbidden` for any role but
    the ordinary one unless the caller may give roles and holds everything that it does.
    """

    changes: RecordedChanges
    enrolment: Enrolment

    async def __call__(self, *, caller: Principal, invitation: Invitation) -> Profile:
        """The new user."""
        applicant = await self.enrolment.examine_invited(invitation)

        async def admit(tx: Transaction) -> Profile:
            return await self._admit(tx, caller, applicant, invitation.role_id)

        try:
            return await self.changes.make(admit, AuditAction.CREATE, ("User", None))
        except AlreadyExists as problem:
            raise refusal(problem) from problem

    async def _admit(
        self, tx: Transaction, caller: Principal, applicant: Applicant, role_id: RoleId | None
    ) -> Profile:
        role = await self._role(tx, caller, role_id)
        return profile_of(await self.enrolment.admit(tx, applicant, role, is_verified=True))

    async def _role(self, tx: Transaction, caller: Principal, role_id: RoleId | None) -> Role:
        ordinary = await system_role(tx, ORDINARY)
        if role_id is None or role_id == ordinary.id:
            return ordinary
        caller.require(MAY_CHOOSE_ROLES)
        role = await known_role(tx, role_id)
        await require_grantable(tx, caller, role)
        return role
