"""Schemas of the envelope."""

from typing import Any

_ENVELOPE: dict[str, Any] = {
    "status_code": {"type": "integer"},
    "message": {"type": "string"},
    "data": {},
    "error": {"type": "null"},
    "timestamp": {"type": "string", "format": "date-time"},
    "request_id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
}
_FAULT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "field": {"type": "string", "description": "A dotted path; empty for the whole."},
        "message": {"type": "string"},
    },
    "required": ["field", "message"],
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "pattern": "^[A-Z_]+$"},
        "message": {"type": "string"},
        "details": {"type": "array", "items": _FAULT},
    },
    "required": ["code", "message", "details"],
}


def envelope(**changed: Any) -> dict[str, Any]:
    """An answer, with what differs from the bare envelope."""
    return {"type": "object", "properties": _ENVELOPE | changed, "required": list(_ENVELOPE)}


def success() -> dict[str, Any]:
    """Any answer without an error."""
    return envelope()


def failure() -> dict[str, Any]:
    """Any error."""
    return envelope(data={"type": "null"}, error=_ERROR)
