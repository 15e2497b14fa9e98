"""The answer to a request that may come again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.rules import Length, Pattern, Range
from moniqo.domain.shared.types import JsonObject

IdempotencyRecordId = NewType("IdempotencyRecordId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyRecord(Entity):
    """Written in the transaction of the effect. `scope` is who asked for what, `key` their own.

    `response` is the body as it was sent, `headers` those that belong to it.
    """

    id: IdempotencyRecordId
    scope: Annotated[str, Length(1, 300)]
    key: Annotated[str, Length(1, 255)]
    body_digest: Annotated[str, Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")]
    status: Annotated[int, Range(least=200, most=599)]
    response: str
    headers: JsonObject
    expires_at: datetime
