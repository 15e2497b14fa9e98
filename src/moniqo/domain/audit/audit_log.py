"""The audit trail."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import AuditLogId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.types import JsonObject

LONGEST_TEXT = 500
"""Code points of a description, an agent's name or an error's."""


class AuditAction(StrEnum):
    """What somebody did."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    LOGIN = "login"
    LOGOUT = "logout"
    LOGIN_FAILED = "login_failed"
    MAIL_REQUESTED = "mail_requested"
    TOKEN_REUSED = "token_reused"  # noqa: S105  (an action's name)
    PERMISSION_CHANGE = "permission_change"
    PERMISSION_DENIED = "permission_denied"


class AuditStatus(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog(Entity):
    """One thing that was done: append-only, written with the change itself.

    `user_id` and `entity_id` are no references: the trail outlives what it speaks of.
    Old and new values hold the fields that differ, never a secret. `seq` (1, 2, 3, …),
    `previous_hash` (empty for the first) and `hash` chain it to the entry before it; they are
    null until it is sealed, right after its transaction.
    """

    id: AuditLogId
    user_id: UUID | None
    action: AuditAction
    entity_type: Annotated[str, Length(1, 64)]
    entity_id: UUID | None
    old_values: JsonObject | None = None
    new_values: JsonObject | None = None
    description: Annotated[str, Length(0, LONGEST_TEXT)] = ""
    ip_address: Annotated[str, Length(0, 64)] = ""
    user_agent: Annotated[str, Length(0, LONGEST_TEXT)] = ""
    status: AuditStatus = AuditStatus.SUCCESS
    error_message: Annotated[str, Length(0, LONGEST_TEXT)] | None = None
    metadata: JsonObject | None = None
    request_id: Annotated[str, Length(0, 128)] = ""
    seq: Annotated[int, Range(least=1)] | None = None
    previous_hash: Annotated[str, Length(0, 128)] | None = None
    hash: Annotated[str, Length(1, 128)] | None = None
