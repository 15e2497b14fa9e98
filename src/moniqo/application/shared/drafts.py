"""What callers send to make or change an entity."""

from typing import Any

from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.schema import schema

WRITE_ONLY = "credentials"


def replacement(draft: Value) -> dict[str, Any]:
    """The changes that replace everything which the draft speaks of.

    Credentials are told to nobody, so that whoever sends back what they were told does not
    lose them: they are replaced if they are sent, and otherwise kept.
    """
    fields = {field.name: getattr(draft, field.name) for field in schema(type(draft))}
    if fields.get(WRITE_ONLY, draft) is None:
        del fields[WRITE_ONLY]
    return fields
