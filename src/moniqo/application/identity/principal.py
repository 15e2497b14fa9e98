"""The signed-in caller."""

from dataclasses import dataclass

from moniqo.application.identity.members import ADMINISTRATORS
from moniqo.domain.shared.errors import Forbidden
from moniqo.domain.shared.ids import AccountId, SessionId, UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, as the database has it at this very request."""

    user_id: UserId
    account_id: AccountId
    session_id: SessionId
    email: str
    role: str
    permissions: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Whether the caller keeps what is shared by everybody."""
        return self.role in ADMINISTRATORS

    def may(self, permission: str) -> bool:
        """Whether the caller's role holds `permission` (`agents:write`)."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `Forbidden` unless the role holds `permission`."""
        if not self.may(permission):
            raise Forbidden("You are not allowed to do this.")
