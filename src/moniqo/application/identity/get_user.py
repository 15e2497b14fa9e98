"""Looking at a user."""

from dataclasses import dataclass

from moniqo.application.identity.members import Profile, member_of, profile_of
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.trail import read_entry
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import UserId

MAY_READ = "users:read"


@dataclass(frozen=True, slots=True)
class GetUser:
    """Oneself, or with `users:read` anybody, which leaves an audit row; raises `NotFound`."""

    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, caller: Principal, user_id: UserId) -> Profile:
        """The profile."""
        is_own = user_id == caller.user_id
        if not is_own and not caller.may(MAY_READ):
            raise NotFound("User not found.")
        async with self.uow() as tx:
            profile = profile_of(await member_of(tx, user_id))
            if not is_own:
                row = read_entry(self.ids.new(), entity=("User", user_id), what="profile")
                await tx[AuditLog].add(row)
        return profile
