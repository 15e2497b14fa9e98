"""Who calls, joined by the server in one round trip."""

from datetime import UTC, datetime
from typing import Any

from moniqo.adapters.persistence.mongo.documents import Document
from moniqo.adapters.persistence.mongo.failures import translated
from moniqo.adapters.persistence.mongo.queries import LIVE
from moniqo.adapters.persistence.mongo.store import Store
from moniqo.application.identity.ports import SessionState
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.role import Permission, Role
from moniqo.domain.identity.session import Session
from moniqo.domain.identity.user import User
from moniqo.domain.shared.ids import SessionId


class MongoPrincipals:
    """See `PrincipalReader`."""

    def __init__(self, store: Store) -> None:
        self._sessions = store.rows(store.registry[Session])
        names = {item.entity: item.name for item in store.registry}
        held = _joined(names[Permission], "permission_ids", "held", many=True)
        self._joins = [
            *_joined(names[User], "user_id", "user"),
            *_joined(names[Account], "user.account_id", "account"),
            *_joined(names[Role], "user.role_id", "role", inside=held),
        ]

    async def by_session(self, session_id: SessionId) -> SessionState | None:
        """See `PrincipalReader`."""
        here = {"$match": {"_id": {"$eq": session_id}, **LIVE}}
        with translated():
            cursor = await self._sessions.aggregate([here, *self._joins], batchSize=2)
            found = await cursor.to_list()
        return _state(found[0]) if found else None


def _joined(
    name: str, local: str, to: str, *, many: bool = False, inside: list[Document] | None = None
) -> list[Document]:
    """The live documents of a collection whose ids `local` holds, exactly one unless `many`."""
    lookup: dict[str, Any] = {
        "from": name,
        "localField": local,
        "foreignField": "_id",
        "pipeline": [{"$match": LIVE}, *(inside or [])],
        "as": to,
    }
    return [{"$lookup": lookup}, *([] if many else [{"$unwind": f"${to}"}])]


def _state(found: Document) -> SessionState:
    account, role = found["account"], found["role"]
    ends: datetime = min(found["expires_at"], found["absolute_expires_at"])
    return SessionState(
        session_id=found["_id"],
        user_id=found["user"]["_id"],
        account_id=account["_id"],
        email=account["email"],
        role=role["name"],
        permissions=frozenset(f"{item['resource']}:{item['action']}" for item in role["held"]),
        is_active=account["is_active"],
        is_verified=account["is_verified"],
        is_revoked=found["revoked_at"] is not None,
        expires_at=ends.replace(tzinfo=UTC),
    )
