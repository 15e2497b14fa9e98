"""Audit rows from the difference of two states of an entity."""

from typing import Any

from moniqo.adapters.codec import JSON_LEAVES, Codec, Convert, SecretRefused, instant_text
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.entity import BOOKKEEPING, Entity
from moniqo.domain.shared.ids import AuditLogId
from moniqo.domain.shared.schema import remembered, schema
from moniqo.domain.shared.types import JsonObject

_CODEC = Codec(JSON_LEAVES, secrets=False)
_Plan = tuple[tuple[str, str, Convert], ...]
"""Of each field its name, the name that it is told by, and what makes of a value what is told."""


@remembered
def _plan(entity: type[Entity]) -> _Plan:
    plan: list[tuple[str, str, Convert]] = []
    for field in schema(entity):
        if field.name in BOOKKEEPING or field.name == "id":
            continue
        try:
            plan.append((field.name, field.name, _telling(_CODEC.encoder(field.type))))
        except SecretRefused:
            # Whether there is one, which is all that may be known of it.
            plan.append((field.name, f"has_{field.name}", lambda value: value is not None))
    return tuple(plan)


def _telling(convert: Convert | None) -> Convert:
    return lambda value: value if value is None or convert is None else convert(value)


def difference(old: Entity | None, new: Entity | None) -> tuple[JsonObject, JsonObject]:
    """The values before and after of every field that differs.

    Of a secret `credentials` is told as `has_credentials`, whether there was and is one.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    present = new if new is not None else old
    for name, told, convert in _plan(type(present)) if present is not None else ():
        was, is_ = getattr(old, name, None), getattr(new, name, None)
        if was != is_:
            before[told], after[told] = convert(was), convert(is_)
    if old is not None and new is not None and old.deleted_at and not new.deleted_at:
        # Brought back, which is no field's change.
        before["deleted_at"], after["deleted_at"] = instant_text(old.deleted_at), None
    return JsonObject(before), JsonObject(after)


def changed_fields(old: Entity, new: Entity) -> frozenset[str]:
    """The names of all own fields that differ."""
    names = (name for name, _, _ in _plan(type(new)))
    return frozenset(name for name in names if getattr(old, name) != getattr(new, name))


def audit_row(
    action: AuditAction, old: Entity | None, new: Entity | None, row_id: AuditLogId
) -> AuditLog:
    """The audit entry of one change by the current caller."""
    before, after = difference(old, new)
    subject = new if new is not None else old
    return audit_entry(
        row_id,
        action,
        entity=(type(subject).__name__, subject.id if subject is not None else None),
        old_values=before if old is not None else None,
        new_values=after if new is not None else None,
    )
