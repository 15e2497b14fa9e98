"""Storage book-keeping of entities."""

from datetime import datetime
from typing import Any, TypeVar

from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.entity import Entity

E = TypeVar("E", bound=Entity)


def stamped(entity: E, now: datetime, *, created: bool) -> E:
    """The entity with its book-keeping for this write."""
    actor = current_call.get().actor_id
    changes: dict[str, Any] = {
        "version": entity.version + 1,
        "updated_at": now,
        "updated_by": actor,
    }
    if created:
        changes |= {"created_at": now, "created_by": actor}
    return entity.stamped(**changes)
