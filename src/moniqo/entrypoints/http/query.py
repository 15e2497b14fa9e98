"""Query parameters: every name known, none repeated, every value read strictly.

A value becomes what it would have been in JSON, then the same decoder reads it as reads bodies.
"""

import re
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.schema import plain, schema

T = TypeVar("T")
LONGEST_QUERY = 8192
MOST_PARAMETERS = 50
LONGEST_VALUE = 2000
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,30})", re.ASCII)


def pairs(raw: bytes, known: frozenset[str]) -> dict[str, str]:
    """The parameters of a query string; raises `Invalid` naming every one at fault."""
    if not raw:
        return {}
    parts = raw.split(b"&") if len(raw) <= LONGEST_QUERY else []
    if not 0 < len(parts) <= MOST_PARAMETERS:
        raise Invalid("The query is too long, or has too many parameters.")
    found: dict[str, str] = {}
    faults = []
    for part in filter(None, parts):
        name, value = (_text(side) for side in part.partition(b"=")[::2])
        message = _fault(name, value, known, found)
        if message:
            faults.append(Fault(name or "", message))
        elif name is not None and value is not None:
            found[name] = value
    if faults:
        raise refused(faults)
    return found


def refused(faults: list[Fault]) -> Invalid:
    """The error for these parameters."""
    named = "; ".join(f"{fault.field} {fault.message}" for fault in faults)
    return Invalid(f"Invalid query: {named}.", faults=tuple(faults))


def _text(part: bytes) -> str | None:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def _fault(
    name: str | None, value: str | None, known: frozenset[str], found: dict[str, str]
) -> str | None:
    if name not in known:
        return "is not a known parameter"
    if name in found:
        return "must not be repeated"
    if value is None:
        return "must be UTF-8"
    if not value:
        return "must not be empty"
    return "is too long" if len(value) > LONGEST_VALUE else None


@dataclass(frozen=True, slots=True)
class QueryReader:
    """Reads a query into the dataclass `kind`: one parameter for each field."""

    kind: type

    @property
    def names(self) -> frozenset[str]:
        """The parameters."""
        return frozenset(field.name for field in schema(self.kind))

    def read(self, raw: bytes) -> Any:
        """The dataclass; raises `Invalid`."""
        types = {field.name: field.type for field in schema(self.kind)}
        sent = pairs(raw, self.names)
        return decode(self.kind, {name: as_json(types[name], text) for name, text in sent.items()})


def as_json(annotation: Any, text: str) -> object:
    """What a parameter's text would have been in JSON, if its type is not a text there."""
    bare = plain(annotation)
    if bare is bool:
        return {"true": True, "false": False}.get(text, text)
    if bare is int:
        return int(text) if _WHOLE.fullmatch(text) else text
    return text
