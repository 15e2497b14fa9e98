"""Audit rows from the difference of two states of an entity."""

from typing import Any

from moniqo.adapters.codec import JSON_LEAVES, Codec, Convert, SecretRefused
from moniqo.application.shared.trail import audit_entry
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.shared.entity import BOOKKEEPING, Entity
from moniqo.domain.shared.ids import AuditLogId
from moniqo.domain.shared.schema import remembered, schema
from moniqo.domain.shared.types import JsonObject

_CODEC = Codec(JSON_LEAVES, secrets=False)
WITHHELD = "***"


@remembered
def _plan(entity: type[Entity]) -> tuple[tuple[str, Convert | None], ...]:
    plan = []
    for field in schema(entity):
        if field.name in BOOKKEEPING or field.name == "id":
            continue
        try:
            plan.append((field.name, _CODEC.encoder(field.type)))
        except SecretRefused:
            plan.append((field.name, lambda _: WITHHELD))
    return tuple(plan)


def difference(old: Entity | None, new: Entity | None) -> tuple[JsonObject, JsonObject]:
    """The values before and after of every field that differs; secrets are withheld."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    present = new if new is not None else old
    for name, convert in _plan(type(present)) if present is not None else ():
        was, is_ = getattr(old, name, None), getattr(new, name, None)
        if was == is_:
            continue
        before[name] = convert(was) if convert and was is not None else was
        after[name] = convert(is_) if convert and is_ is not None else is_
    return JsonObject(before), JsonObject(after)


def changed_fields(old: Entity, new: Entity) -> frozenset[str]:
    """The names of all own fields that differ."""
    names = (name for name, _ in _plan(type(new)))
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
