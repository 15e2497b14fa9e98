"""Who calls, read at every request."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from moniqo.adapters.persistence.backend import Backend
from moniqo.application.identity.members import member_of
from moniqo.application.identity.ports import PrincipalReader, SessionState
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import SessionId


@runtime_checkable
class Joining(Protocol):
    """A backend that reads it all at once."""

    def principals(self) -> PrincipalReader:
        """The reader of one round trip."""


def principals_of(backend: Backend, uow: UnitOfWork) -> PrincipalReader:
    """The fastest reader that the backend has."""
    return backend.principals() if isinstance(backend, Joining) else StoredPrincipals(uow)


@dataclass(frozen=True, slots=True)
class StoredPrincipals:
    """See `PrincipalReader`. Reads through the repositories, which suits memory best."""

    uow: UnitOfWork

    async def by_session(self, session_id: SessionId) -> SessionState | None:
        """See `PrincipalReader`."""
        try:
            async with self.uow() as tx:
                session = await tx[Session].get(session_id)
                member = await member_of(tx, session.user_id)
        except NotFound:
            return None
        return SessionState(
            session_id=session.id,
            user_id=member.user.id,
            account_id=member.account.id,
            email=member.account.email.value,
            role=member.role.name,
            permissions=frozenset(member.permissions),
            is_active=member.account.is_active,
            is_verified=member.account.is_verified,
            is_revoked=session.revoked_at is not None,
            expires_at=min(session.expires_at, session.absolute_expires_at),
        )
