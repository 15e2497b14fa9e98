"""Who calls, joined by the database in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from moniqo.adapters.persistence.sql.columns import POSTGRES
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.sql.values import atom
from moniqo.application.identity.ports import SessionState
from moniqo.domain.shared.ids import AccountId, SessionId, UserId

C = TypeVar("C")

_HELD = {
    POSTGRES: "SELECT value::uuid FROM jsonb_array_elements_text(role.permission_ids)",
    "sqlite": "SELECT value FROM json_each(role.permission_ids)",
}
_TOGETHER = {POSTGRES: "string_agg", "sqlite": "group_concat"}
_STATE = """
SELECT member.id, account.id, account.email, role.name, account.is_active,
    account.is_verified, session.revoked_at, session.expires_at, session.absolute_expires_at,
    (
        SELECT {together}(permission.resource || ':' || permission.action, ' ')
        FROM permissions AS permission
        WHERE permission.deleted_at IS NULL AND permission.id IN ({held})
    )
FROM sessions AS session
JOIN users AS member ON member.id = session.user_id AND member.deleted_at IS NULL
JOIN accounts AS account ON account.id = member.account_id AND account.deleted_at IS NULL
JOIN roles AS role ON role.id = member.role_id AND role.deleted_at IS NULL
WHERE session.id = {place} AND session.deleted_at IS NULL
"""


class SqlPrincipals(Generic[C]):
    """See `PrincipalReader`."""

    def __init__(self, driver: Driver[C], schema: Schema) -> None:
        self._driver = driver
        self._schema = schema
        name = driver.dialect.compiler.name
        place = "$1" if name == POSTGRES else "?"
        self._text = _STATE.format(together=_TOGETHER[name], held=_HELD[name], place=place)
        leaves = driver.dialect.leaves
        self._reads = {kind: leaf.decode for kind, leaf in leaves.items() if leaf.decode}

    async def by_session(self, session_id: SessionId) -> SessionState | None:
        """See `PrincipalReader`."""
        key = atom(self._driver.dialect.leaves, session_id)
        try:
            connection = await self._driver.readers.acquire()
            try:
                rows = await self._driver.fetch(connection, self._text, [key])
            finally:
                self._driver.readers.release(connection)
        except self._driver.errors as error:
            raise self._schema.refusal(None, self._driver.failure(error)) from error
        return self._state(session_id, rows[0]) if rows else None

    def _state(self, session_id: SessionId, row: Sequence[Any]) -> SessionState:
        user_id, account_id, email, role, active, verified, *dates, held = row
        revoked_at, expires, absolute = dates
        return SessionState(
            session_id=session_id,
            user_id=UserId(self._read(UUID, user_id)),
            account_id=AccountId(self._read(UUID, account_id)),
            email=email,
            role=role,
            permissions=frozenset((held or "").split()),
            is_active=bool(active),
            is_verified=bool(verified),
            is_revoked=revoked_at is not None,
            expires_at=self._read(datetime, min(expires, absolute)),
        )

    def _read(self, kind: type, value: Any) -> Any:
        convert = self._reads.get(kind)
        return convert(value) if convert else value
